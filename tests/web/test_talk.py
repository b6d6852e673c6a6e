"""The interview's pages: asking, answering in buttons and in words, and every command."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest

from bot.web.dialogue import RasaDown
from tests.web.conftest import Browser, House, Midway, answer_until, text_of, web_of


def test_a_question_is_asked_with_all_it_needs(house: House, worker: Browser, row: str) -> None:
    question = house.interview.by_id["where_lived"]
    for words in (question.plain.ask, question.plain.why, question.plain.help, "Why we ask", "Part 2 of 7", "questions left"):
        assert words in worker.page
    for option in question.options:
        assert option.plain in worker.page
    assert house.interview.section_by_id["accommodation"].intro["plain"] in worker.page
    for label in (
        "Continue",
        "I do not want to say",
        "I do not know",
        "Ask me later",
        "Back",
        "Skip",
        "Stop for now",
        "Say it again",
    ):
        assert f">{label}</button>" in worker.page
    assert "Talk to a person" in worker.page
    assert worker.title() == f"{question.plain.ask} – Where you live – Resettlement interview"
    assert 'lang="en" dir="ltr"' in worker.page


def test_the_worker_sees_whose_interview_it_is_but_no_address_or_title_tells(worker: Browser, row: str, midway: Midway) -> None:
    assert "Daniel Ashworth" in worker.page
    assert "Daniel" not in worker.title()
    worker.get(f"/interviews/{midway[2]}")
    assert "Lee Carter" not in worker.page


def test_asking_for_a_repeat_keeps_what_was_typed(house: House, worker: Browser, row: str) -> None:
    turn = worker.hidden("turn")
    response = worker.turn(row, follow=False, do="repeat", words="half a sent")
    assert response.status_code == 200
    assert 'value="half a sent"' in worker.page
    assert worker.hidden("turn") != turn
    assert "Here is the question again" in worker.page


def test_the_section_is_introduced_once(house: House, worker: Browser, row: str) -> None:
    worker.turn(row, option="owned")
    assert house.interview.section_by_id["accommodation"].intro["plain"] not in worker.page


def test_an_answer_is_written_down_and_said_back(house: House, worker: Browser, row: str) -> None:
    response = worker.turn(row, follow=False, option="owned", more="on a mortgage")
    assert response.status_code == 303
    assert response.location == f"/interviews/{row}"
    worker.get(response.location)
    answer = house.store.state(row).answers["where_lived"]
    assert (answer.options, answer.more) == (("owned",), "on a mortgage")
    entry = house.store.history(row)[-1]
    assert entry.by == house.store.user_named("worker").id
    assert re.fullmatch(r"page:[0-9a-f]{8}", entry.device)
    assert "I have put: A home I own or pay a mortgage on (on a mortgage)." in text_of(worker.page)
    assert 'name="change" value="where_lived"' in worker.page


def test_the_same_page_sent_twice_is_one_turn(house: House, worker: Browser, row: str) -> None:
    form = {name: worker.hidden(name) for name in ("turn", "seen", "question")}
    token = worker.hidden("csrf_token")
    for option in ("owned", "owned", "hostel", "hostel"):
        sent = {"csrf_token": token, **form, "option": option}
        assert worker.client.post(f"/interviews/{row}/turns", data=sent).status_code == 303
    history = [entry for entry in house.store.history(row) if entry.question == "where_lived"]
    # Another choice is no repeat: whoever goes back to the page, or was told to try again, has the last word.
    assert [entry.answer.options for entry in history] == [("owned",), ("hostel",)]


def test_a_choice_that_was_changed_while_all_was_slow_is_taken(
    house: House, worker: Browser, row: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = worker.hidden("turn")
    late: list[tuple[Any, ...]] = []

    def slow(*given: Any) -> list[dict[str, Any]]:
        late.append(given)
        raise RasaDown("no answer yet")

    with monkeypatch.context() as patch:
        patch.setattr(house.rasa, "say", slow)
        assert worker.turn(row, option="owned").status_code == 503
    house.rasa.say(*late[0])  # Rasa takes it after the page has given up
    worker.turn(row, option="hostel")
    assert house.store.state(row).answers["where_lived"].options == ("hostel",)
    assert "I have put: A hostel" in text_of(worker.page)
    assert house.store.turn(row, turn) is not None


def test_a_choice_that_another_screen_has_changed_meanwhile_is_not_taken_over_it(house: House, worker: Browser, row: str) -> None:
    form = {name: worker.hidden(name) for name in ("turn", "seen", "question")}
    worker.turn(row, option="owned")
    other = house.signed_in()
    other.get(f"/interviews/{row}")
    other.turn(row, change="where_lived")
    other.turn(row, option="hostel")
    worker.post(f"/interviews/{row}/turns", {**form, "option": "social_housing"}, follow=True)
    assert house.store.state(row).answers["where_lived"].options == ("hostel",)
    assert "answered on another screen" in worker.page


def test_loading_a_posted_page_again_shows_the_interview(worker: Browser, row: str) -> None:
    assert worker.get(f"/interviews/{row}/turns").location == f"/interviews/{row}"


def test_changing_an_answer_shows_what_it_was(house: House, worker: Browser, row: str) -> None:
    worker.turn(row, option="owned", more="on a mortgage")
    worker.turn(row, change="where_lived")
    assert "You can change this answer now" in worker.page
    assert re.search(r'value="owned" checked', worker.page)
    assert ">on a mortgage</textarea>" in worker.page
    worker.turn(row, option="hostel")
    assert house.store.state(row).answers["where_lived"].options == ("hostel",)


@pytest.mark.parametrize(
    ("button", "state"), [("refuse", "refused"), ("unknown", "unknown"), ("later", "later"), ("skip", "skipped")]
)
def test_the_ways_not_to_answer(house: House, worker: Browser, row: str, button: str, state: str) -> None:
    worker.turn(row, do=button)
    assert house.store.state(row).answers["where_lived"].state == state
    assert "That is fine. I have put" in worker.page
    if state == "later":
        worker.get(f"/interviews/{row}/answers")
        assert "Answer now" in worker.page
        worker.turn(row, change="where_lived")
        assert worker.open_question(house, row) == "where_lived"


def test_back_again_and_a_person(house: House, worker: Browser, row: str) -> None:
    before = house.store.last_turn(row)
    worker.turn(row, do="repeat")
    assert "Here is the question again" in worker.page
    worker.turn(row, do="person")
    assert "You asked to talk to a person" in worker.page
    worker.turn(row, do="go_back")
    assert "Here is the question before" in worker.page
    assert before is not None
    assert worker.open_question(house, row) != "where_lived"


def test_stopping_and_carrying_on_from_another_browser(house: House, worker: Browser, row: str) -> None:
    worker.turn(row, do="pause")
    assert worker.title().startswith("We have stopped for now")
    assert house.interview.by_id["where_lived"].plain.ask not in worker.page
    assert house.store.interview(row).state == "paused"
    other = house.signed_in()
    other.get(f"/interviews/{row}")
    other.turn(row, do="begin")
    assert "Welcome back" in other.page
    assert house.interview.by_id["where_lived"].plain.ask in other.page


# -- own words


def test_own_words_that_are_understood(house: House, worker: Browser, row: str) -> None:
    house.rasa.guesses = {"family_friends": 0.9}
    worker.turn(row, words="at me mums, /pause")
    sender, message, typed, metadata = house.rasa.heard[-1]
    assert (sender, message, typed) == (row, "at me mums, /pause", True)
    assert metadata["words"] == "at me mums, /pause"
    assert {"turn", "question", "seen", "by", "device", "language", "level"} <= set(metadata)


def test_own_words_can_be_a_command(house: House, worker: Browser, row: str) -> None:
    worker.turn(row, words="I don't want to say")
    assert house.store.state(row).answers["where_lived"].state == "refused"


def test_words_that_are_not_sure_offer_the_likeliest(house: House, worker: Browser, row: str) -> None:
    house.rasa.guesses = {"hostel": 0.4, "owned": 0.3, "made_up": 0.5}
    worker.turn(row, words="kind of a place")
    assert "Did you mean one of these?" in worker.page
    assert 'name="pick" value="hostel"' in worker.page
    assert 'name="pick" value="made_up"' not in worker.page
    assert 'href="#answer"' in worker.page
    worker.turn(row, pick="hostel")
    assert house.store.state(row).answers["where_lived"].options == ("hostel",)


def test_what_else_was_heard_is_shown_for_a_yes_or_no_before_the_next_question(house: House, worker: Browser, row: str) -> None:
    house.rasa.guesses, house.rasa.beside = {"family_friends": 0.9}, [("where_will_live", "nowhere"), ("gp", "yes")]
    worker.turn(row, words="at me mums, nowhere now, got a doctor")
    assert "I also heard this" in worker.page and "I have nowhere to live" in worker.page
    assert 'name="option" type="checkbox" value="where_will_live" checked' in worker.page
    assert 'id="ask"' not in worker.page, "the next question waits"
    answers = house.store.state(row).answers
    assert answers["where_lived"].options == ("family_friends",) and "where_will_live" not in answers
    worker.turn(row, do="confirm", option="where_will_live")
    answers = house.store.state(row).answers
    assert answers["where_will_live"].options == ("nowhere",)
    assert "gp" not in answers, "what was left unticked is asked in its turn"
    assert "I have put that down" in worker.page


def hears(house: House, worker: Browser, row: str, *beside: tuple[str, str], words: str = "at me mums") -> None:
    """Words at where_lived that also say something else; what is said next says nothing, unless a test wants it to."""
    house.rasa.guesses, house.rasa.beside = {"family_friends": 0.9}, list(beside)
    worker.turn(row, words=words)
    assert "I also heard this" in worker.page
    house.rasa.guesses, house.rasa.beside = {}, []


@pytest.mark.parametrize("ticked", [["gp"], ["gp", "bank_account"], ["bank_account"]])
def test_what_may_have_been_said_stands_below_without_a_tick(house: House, worker: Browser, row: str, ticked: list[str]) -> None:
    house.rasa.perhaps = [("bank_account", "no")]
    hears(house, worker, row, ("gp", "yes"))
    house.rasa.perhaps = []
    assert "I may have heard this too. Tick it if it is right." in worker.page
    assert 'value="gp" checked' in worker.page and 'value="bank_account">' in worker.page
    # Too long: the page comes back with the ticks as they were left.
    assert worker.turn(row, do="confirm", option=ticked, words="long " * 900).status_code == 422
    for name in ("gp", "bank_account"):
        assert (f'value="{name}" checked' in worker.page) is (name in ticked)
    worker.turn(row, do="confirm", option=ticked)
    assert {"gp", "bank_account"} & set(house.store.state(row).answers) == set(ticked)


def test_easy_read_has_only_what_was_heard_for_sure(house: House, worker: Browser) -> None:
    row = house.started("Lee", level="easy").id
    answer_until(house, row, lambda step: step.question.id == "where_lived")
    worker.get(f"/interviews/{row}")
    house.rasa.perhaps = [("bank_account", "no")]
    hears(house, worker, row, ("gp", "yes"))
    house.rasa.perhaps = []
    assert 'value="gp" checked' in worker.page and "bank_account" not in worker.page


def test_a_yes_on_a_page_that_another_screen_has_left_behind_puts_nothing_down(house: House, worker: Browser, row: str) -> None:
    hears(house, worker, row, ("gp", "yes"))
    old = {"turn": str(uuid4()), "seen": worker.hidden("seen"), "asks": worker.hidden("asks")}
    worker.turn(row, change="where_lived")
    house.rasa.guesses, house.rasa.beside, house.rasa.perhaps = {"owned": 0.9}, [("gp", "no")], [("bank_account", "no")]
    worker.turn(row, words="my own place, no doctor")
    house.rasa.guesses, house.rasa.beside, house.rasa.perhaps = {}, [], []
    worker.post(f"/interviews/{row}/turns", {**old, "do": "confirm", "option": ["gp", "bank_account"], "words": "and a cat"})
    assert "answered on another screen" in worker.page and "gp" not in house.store.state(row).answers
    assert 'value="gp" checked' in worker.page and 'value="and a cat"' in worker.page
    assert 'value="bank_account">' in worker.page, "a tick on the old list is none on this one"
    worker.turn(row, do="confirm", option="gp")
    assert house.store.state(row).answers["gp"].options == ("no",)


def test_words_on_a_page_left_behind_wait_only_where_they_can_stand(house: House, worker: Browser, row: str) -> None:
    hears(house, worker, row, ("gp", "yes"))
    asks = worker.hidden("asks")
    worker.turn(row, do="deny")
    for kind, there in (("one", True), ("scale", False)):
        answer_until(house, row, lambda step, kind=kind: step.question.kind == kind and not step.question.sensitive)
        old = {"turn": str(uuid4()), "asks": asks, "do": "confirm", "option": "gp", "words": "and a cat"}
        before = house.store.state(row).answers
        worker.post(f"/interviews/{row}/turns", old)
        assert house.store.state(row).answers == before
        if not there:
            worker.get(f"/interviews/{row}")
        assert ('value="and a cat"' in worker.page) is there and ("still here. Check it" in worker.page) is there


def test_words_can_go_with_the_yes_and_are_said_back_in_their_turn(house: House, worker: Browser, row: str) -> None:
    hears(house, worker, row, ("partner", "no"), ("gp", "yes"))
    assert "If there is more to say, write it here" in worker.page
    house.rasa.beside = [("bank_account", "yes")]
    worker.turn(row, do="confirm", option="partner", words="and I have a bank account")
    _, message, typed, metadata = house.rasa.heard[-1]
    assert (message, typed) == ("and I have a bank account", True)
    assert (metadata["settles"], metadata["right"], metadata["question"]) == ("confirm", ["partner"], None)
    answers = house.store.state(row).answers
    assert answers["partner"].options == ("no",) and not {"gp", "bank_account"} & set(answers)
    assert 'value="bank_account" checked' in worker.page
    worker.turn(row, do="confirm", option="bank_account", words="yes")
    state = house.store.state(row)
    assert state.answers["bank_account"].options == ("yes",)
    after = web_of(house).talk.path(state).next()
    assert after is not None and after.question.id == "where_will_live", "yes answered no question that nobody had seen"


def test_words_beside_a_yes_in_which_nothing_is_heard_wait_beside_the_next_question(
    house: House, worker: Browser, row: str
) -> None:
    hears(house, worker, row, ("gp", "yes"))
    house.rasa.guesses = {"return": 0.9}
    worker.turn(row, do="confirm", option="gp", words="back to hers")
    answers = house.store.state(row).answers
    assert answers["gp"].options == ("yes",) and "where_will_live" not in answers
    assert 'value="back to hers"' in worker.page and worker.open_question(house, row) == "where_will_live"
    worker.turn(row, words="back to hers")
    assert house.store.state(row).answers["where_will_live"].options == ("return",)


def test_words_in_which_nothing_is_heard_wait_in_a_box_for_text_too(house: House, worker: Browser, row: str) -> None:
    answer_until(house, row, lambda step: step.question.id == "job_before")
    worker.get(f"/interviews/{row}")
    house.rasa.guesses, house.rasa.beside = {"yes": 0.99}, [("gp", "yes")]
    worker.turn(row, words="had a job, and a doctor")
    house.rasa.guesses, house.rasa.beside = {}, []
    worker.turn(row, do="confirm", option="gp", words="with my uncle")
    asked = worker.open_question(house, row)
    assert house.interview.by_id[asked].kind == "text" and ">with my uncle</textarea>" in worker.page
    assert asked not in house.store.state(row).answers


def test_words_too_long_beside_a_yes_are_shown_again_with_the_ticks_as_they_were(house: House, worker: Browser, row: str) -> None:
    # Nothing was settled about the open question: it would come after the yes.
    house.rasa.guesses, house.rasa.beside = {}, [("where_will_live", "nowhere"), ("gp", "yes")]
    worker.turn(row, words="nowhere now, got a doctor")
    asked = len(house.rasa.heard)
    assert worker.turn(row, do="confirm", option="gp", words="long " * 900).status_code == 422
    assert len(house.rasa.heard) == asked and not {"gp", "where_will_live"} & set(house.store.state(row).answers)
    assert 'value="gp" checked' in worker.page and 'value="where_will_live" checked' not in worker.page
    assert "long long" in worker.page and "govuk-error-message" in worker.page


def test_names_of_nothing_that_was_heard_are_no_yes(house: House, worker: Browser, row: str) -> None:
    for more in ({}, {"words": "and more"}):
        hears(house, worker, row, ("gp", "yes"))
        worker.turn(row, do="confirm", option="No Such!", **more)
        assert "gp" not in house.store.state(row).answers
        worker.turn(row, change="where_lived")


def test_ticks_that_were_taken_away_stay_away_on_a_page_shown_again(house: House, worker: Browser, row: str) -> None:
    hears(house, worker, row, ("partner", "no"), ("gp", "yes"))
    for more in ({}, {"option": "gp"}):
        assert worker.turn(row, do="deny" if more else "confirm", words="long " * 900, **more).status_code == 422
        assert 'value="partner" checked' not in worker.page
        assert ('value="gp" checked' in worker.page) is bool(more)


def test_urgent_words_beside_a_yes_are_not_shown_again(house: House, worker: Browser, row: str) -> None:
    hears(house, worker, row, ("gp", "yes"))
    house.rasa.alerts = ("self_harm",)
    worker.turn(row, do="confirm", option="gp", words="there is no point in any of it")
    assert "no point" not in worker.page and house.store.state(row).answers["gp"].options == ("yes",)


def test_taking_away_every_tick_is_a_no(house: House, worker: Browser, row: str) -> None:
    hears(house, worker, row, ("where_will_live", "nowhere"))
    worker.turn(row, do="confirm")
    assert "where_will_live" not in house.store.state(row).answers
    assert "I have not put that down" in worker.page


def test_easy_read_asks_one_thing_a_page_and_before_a_private_question_words_are_not_asked_for(
    house: House, worker: Browser
) -> None:
    row = house.started("Lee", level="easy").id
    answer_until(house, row, lambda step: step.question.id == "where_lived")
    worker.get(f"/interviews/{row}")
    hears(house, worker, row, ("gp", "yes"))
    assert 'name="words"' not in worker.page
    # Before a private question words are not asked for: it takes a button only.
    talk, first = web_of(house).talk, house.started("Lee").id
    answer_until(house, first, lambda step: step.question.sensitive)
    before = max(house.store.state(first).newest_for.items(), key=lambda each: each[1])[0]
    row = house.started("Lee").id
    answer_until(house, row, lambda step: step.question.id == before)
    worker.get(f"/interviews/{row}")
    step = talk.path(house.store.state(row)).next()
    assert step is not None
    house.rasa.guesses, house.rasa.beside = {step.options[0].id: 0.99}, [("gp", "yes")]
    worker.turn(row, words="that, and I have a doctor")
    assert "I also heard this" in worker.page and 'name="words"' not in worker.page


def test_what_was_heard_wrong_is_not_put_down(house: House, worker: Browser, row: str) -> None:
    hears(house, worker, row, ("where_will_live", "nowhere"))
    worker.turn(row, do="deny")
    assert "where_will_live" not in house.store.state(row).answers
    assert "I have not put that down" in worker.page


def test_a_second_wrong_try_shows_the_list(house: House, worker: Browser, row: str) -> None:
    worker.turn(row, words="wibble")
    assert "Please choose from the list" in worker.page
    assert house.store.state(row).answers.get("where_lived") is None


def test_words_beside_a_choice_are_added_to_it(house: House, worker: Browser, row: str) -> None:
    worker.turn(row, option="hostel", more="the one in Leeds", words="for two years")
    answer = house.store.state(row).answers["where_lived"]
    assert (answer.options, answer.more) == (("hostel",), "the one in Leeds\nfor two years")


def test_words_beside_a_choice_left_standing_are_what_is_meant(house: House, worker: Browser, row: str) -> None:
    worker.turn(row, option="hostel")
    worker.turn(row, change="where_lived")
    house.rasa.guesses = {"owned": 0.95}
    worker.turn(row, option="hostel", words="no it was my own house")
    assert house.store.state(row).answers["where_lived"].options == ("owned",)
