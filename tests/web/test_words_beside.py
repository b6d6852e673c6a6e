"""Words beside a button, urgent and private words wherever they are said, and what coming back to an answer leaves of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.actions.forms import Turns
from bot.store.types import COMPLETE, OPEN
from tests.web.conftest import Browser, House, answer_until, text_of, web_of

SAID = "zebra-crossing-words"


@pytest.fixture
def heard(house: House) -> House:
    """A house whose turns raise alerts, as they do in the product."""
    house.rasa.turns = Turns(house.store, house.interview, house.wording, casework=web_of(house).casework)
    return house


def stands_nowhere(house: House, row: str) -> None:
    """No answer, no turn and no page outside the alert holds what was said."""
    state = house.store.state(row)
    kept = [state.turn, *house.store.history(row), *state.answers.values(), *house.store.notes_of(row)]
    assert SAID not in repr(kept)
    worker = house.signed_in()
    for page in ("", "/answers"):
        worker.get(f"/interviews/{row}{page}")
        assert SAID not in worker.page


@pytest.mark.parametrize("box", ["words", "more"])
def test_urgent_words_beside_a_choice_raise_an_alert(heard: House, worker: Browser, row: str, box: str) -> None:
    heard.rasa.alerts = ("self_harm",)
    worker.turn(row, option="hostel", **{box: SAID})
    assert [(alert.kind, alert.said) for alert in heard.store.open_alerts()] == [("self_harm", SAID)]
    assert heard.store.state(row).answers["where_lived"].options == ("hostel",), "the choice counts all the same"
    assert "You matter" in worker.page
    stands_nowhere(heard, row)


@pytest.mark.parametrize("button", ["later", "refuse", "unknown", "skip", "repeat", "why", "go_back", "pause", "person"])
def test_urgent_words_beside_any_button_raise_an_alert(heard: House, worker: Browser, row: str, button: str) -> None:
    heard.rasa.alerts = ("safety",)
    worker.turn(row, do=button, words=SAID)
    assert "safety" in [alert.kind for alert in heard.store.open_alerts()]
    last = heard.store.last_turn(row)
    assert last is not None and last.kind in (button, "answer"), "the button does what it says"
    stands_nowhere(heard, row)


def test_private_words_beside_a_choice_are_met_with_an_offer_and_not_kept(heard: House, worker: Browser, row: str) -> None:
    heard.rasa.private = True
    worker.turn(row, option="hostel", more=SAID)
    assert heard.store.state(row).answers["where_lived"].options == ("hostel",)
    assert "Thank you for trusting me with that" in text_of(worker.page)
    stands_nowhere(heard, row)


def test_words_that_stood_there_before_are_not_heard_again(heard: House, worker: Browser, row: str) -> None:
    worker.turn(row, option="hostel", more="by\r\nthe station")
    assert heard.rasa.heard[-1][2], "new words are said"
    worker.turn(row, change="where_lived")
    assert "the station" in worker.page
    worker.turn(row, option="supported", more="by\r\nthe station")
    assert not heard.rasa.heard[-1][2]
    answer = heard.store.state(row).answers["where_lived"]
    assert (answer.options, answer.more) == (("supported",), "by\nthe station")
    worker.turn(row, change="where_lived")
    worker.turn(row, option="hostel", more="by\r\nthe station", words="and it was cold")
    assert heard.rasa.heard[-1][1] == heard.store.state(row).answers["where_lived"].more == "by\nthe station\nand it was cold"


def test_words_beside_a_choice_choose_nothing(heard: House, worker: Browser, row: str) -> None:
    heard.rasa.guesses, heard.rasa.beside = {"owned": 0.99}, [("gp", "yes")]
    worker.turn(row, option="hostel", words="skip")
    assert heard.store.state(row).answers["where_lived"].options == ("hostel",)
    assert heard.store.state(row).answers["where_lived"].more == "skip"
    assert "gp" not in heard.store.state(row).answers and "I also heard" not in worker.page


def test_private_words_in_a_refusal_are_not_kept(heard: House, worker: Browser, row: str) -> None:
    heard.rasa.phrases[SAID.replace("-", "")] = "refuse"
    heard.rasa.private = True
    worker.turn(row, words=SAID)
    assert heard.store.state(row).answers["where_lived"].state == "refused"
    assert "Thank you for trusting me with that" in text_of(worker.page)
    stands_nowhere(heard, row)


def test_an_urgent_text_stands_only_in_the_alert_and_holds_nobody_up(heard: House, worker: Browser, row: str) -> None:
    answer_until(heard, row, lambda step: step.question.id == "matters_most")
    heard.rasa.alerts = ("self_harm",)
    worker.get(f"/interviews/{row}")
    worker.turn(row, text=SAID)
    assert worker.open_question(heard, row) == "matters_most" and "matters_most" not in heard.store.state(row).answers
    stands_nowhere(heard, row)
    worker.get(f"/interviews/{row}")
    worker.turn(row, text=SAID)
    assert heard.store.state(row).answers["matters_most"].state == "later", "and the interview goes on"
    stands_nowhere(heard, row)
    assert [alert.kind for alert in heard.store.open_alerts()] == ["self_harm"]
    heard.rasa.alerts = ()
    worker.turn(row, change="matters_most")
    worker.turn(row, text="to see my children")
    assert heard.store.state(row).answers["matters_most"].text == "to see my children"


def test_urgent_words_are_not_added_to_an_answer(heard: House, worker: Browser, row: str) -> None:
    worker.turn(row, option="hostel")
    worker.turn(row, words="I want to add something")
    heard.rasa.alerts = ("self_harm",)
    worker.turn(row, words=SAID)
    assert [alert.said for alert in heard.store.open_alerts()] == [SAID]
    assert heard.store.state(row).answers["where_lived"].more == ""
    stands_nowhere(heard, row)


@pytest.mark.parametrize("words", ["skip", "no idea", "next"])
def test_who_wanted_to_add_and_does_not_keeps_the_answer(house: House, worker: Browser, row: str, words: str) -> None:
    worker.turn(row, option="hostel")
    worker.turn(row, words="I want to add something")
    worker.turn(row, words=words)
    answer = house.store.state(row).answers["where_lived"]
    assert (answer.state, answer.options, answer.more) == ("given", ("hostel",), "")


def test_nothing_added_leads_back_to_the_questions(house: House, worker: Browser, row: str) -> None:
    worker.turn(row, option="hostel")
    worker.turn(row, words="I want to add something")
    worker.turn(row, words="")
    assert house.store.state(row).answers["where_lived"].options == ("hostel",)
    assert "where_will_live" not in house.store.state(row).answers
    assert house.interview.by_id["where_will_live"].plain.ask in worker.page and not worker.title().startswith("Error")


def test_another_screen_does_not_add_its_answer_to_the_one_before(house: House, worker: Browser, row: str) -> None:
    other = house.signed_in()
    worker.turn(row, option="hostel")
    other.get(f"/interviews/{row}")
    worker.turn(row, words="I want to add something")
    house.rasa.guesses = {"nowhere": 0.99}
    other.turn(row, words="nowhere to go")
    answers = house.store.state(row).answers
    assert answers["where_lived"].more == "" and answers["where_will_live"].options == ("nowhere",)


@pytest.mark.parametrize("say", [{"do": "skip"}, {"words": "skip"}])
def test_to_skip_what_one_came_back_to_takes_nothing_back(house: House, worker: Browser, row: str, say: dict[str, str]) -> None:
    worker.turn(row, option="hostel")
    worker.turn(row, do="go_back")
    assert worker.open_question(house, row) == "where_lived"
    worker.turn(row, **say)
    answer = house.store.state(row).answers["where_lived"]
    assert (answer.state, answer.options) == ("given", ("hostel",))
    assert worker.open_question(house, row) == "where_will_live"


def test_to_skip_takes_no_private_answer_back(house: House, worker: Browser, private: tuple[str, object]) -> None:
    row = private[0]
    answer_until(house, row, lambda step: step.question.id == "hurt_ever", safety_gate="now", safety_room="private")
    worker.get(f"/interviews/{row}")
    worker.post(f"/interviews/{row}/on", follow=True)
    worker.turn(row, option="yes")
    worker.turn(row, do="go_back")
    worker.turn(row, do="skip")
    assert house.store.state(row).answers["hurt_ever"].options == ("yes",)


def test_what_is_finished_stays_finished(house: House, worker: Browser, row: str) -> None:
    answer_until(house, row, lambda step: False)
    before = house.store.interview(row)
    assert before.state == COMPLETE
    worker.get(f"/interviews/{row}")
    worker.turn(row, do="pause")
    after = house.store.interview(row)
    assert (after.state, after.completed_at) == (COMPLETE, before.completed_at)


@pytest.mark.parametrize("then", ["skip", "pause", ""])
def test_looking_at_an_answer_of_what_is_finished_leaves_it_finished(house: House, worker: Browser, row: str, then: str) -> None:
    answer_until(house, row, lambda step: False)
    before = house.store.interview(row)
    house.clock.ahead = timedelta(minutes=5)
    worker.get(f"/interviews/{row}/answers")
    worker.turn(row, change="where_lived")
    assert worker.open_question(house, row) == "where_lived"
    if then:
        worker.turn(row, do=then)
        assert worker.title().startswith("That was the last question")
    after = house.store.interview(row)
    assert (after.state, after.completed_at) == (COMPLETE, before.completed_at)


def test_did_you_mean_answers_the_question_that_was_asked(house: House, worker: Browser, row: str) -> None:
    """Two screens: one goes elsewhere, the other says something unclear to the question that it still shows."""
    answer_until(house, row, lambda step: step.question.id == "gp", debts="no")
    worker.get(f"/interviews/{row}")
    other = house.signed_in()
    other.get(f"/interviews/{row}")
    worker.turn(row, change="debts")
    house.rasa.guesses = {"yes": 0.4, "no": 0.3}
    other.turn(row, words="sort of, the one by my mum's")
    other.turn(row, pick="yes")
    answers = house.store.state(row).answers
    assert answers["gp"].options == ("yes",) and answers["debts"].options == ("no",)
    assert house.store.interview(row).state == OPEN


def test_what_is_heard_later_is_added_to_several_answers_and_not_put_in_their_place(
    house: House, worker: Browser, row: str
) -> None:
    answer_until(house, row, lambda step: step.question.id == "benefits_before")
    worker.get(f"/interviews/{row}")
    worker.turn(row, option=["uc", "housing_benefit"], more="paid to the landlord")
    answer_until(house, row, lambda step: step.question.id == "gp")
    worker.get(f"/interviews/{row}")
    house.rasa.guesses, house.rasa.beside = {"yes": 0.99}, [("benefits_before", "pip")]
    worker.turn(row, words="yes, and I had PIP as well")
    assert "Universal Credit" in text_of(worker.page), "the whole of it is said back"
    house.rasa.beside = []
    worker.turn(row, do="confirm", option="benefits_before")
    answer = house.store.state(row).answers["benefits_before"]
    assert set(answer.options) == {"uc", "housing_benefit", "pip"} and answer.more == "paid to the landlord"


def test_what_was_said_already_is_no_news(house: House, worker: Browser, row: str) -> None:
    answer_until(house, row, lambda step: step.question.id == "benefits_before")
    worker.get(f"/interviews/{row}")
    worker.turn(row, option=["uc", "pip"])
    answer_until(house, row, lambda step: step.question.id == "gp")
    worker.get(f"/interviews/{row}")
    house.rasa.guesses, house.rasa.beside = {"yes": 0.99}, [("benefits_before", "pip")]
    worker.turn(row, words="yes, and I had PIP")
    assert "I also heard" not in worker.page


def test_to_skip_what_is_asked_again_moves_on(house: House, worker: Browser, row: str) -> None:
    """An answer that rests on one that was changed is open again: to skip it must not ask it for ever."""
    answer_until(house, row, lambda step: step.question.id == "gp", where_lived="private_rented", where_will_live="nowhere")
    worker.get(f"/interviews/{row}")
    worker.turn(row, change="where_lived")
    worker.turn(row, option="social_housing")
    asked = []
    while worker.open_question(house, row) != "gp" and len(asked) < 12:
        asked.append(worker.open_question(house, row))
        worker.turn(row, do="skip")
    assert asked and len(asked) == len(set(asked))


def test_an_emptied_box_takes_the_answer_away(house: House, worker: Browser, row: str) -> None:
    answer_until(house, row, lambda step: step.question.id == "anything_else")
    worker.get(f"/interviews/{row}")
    worker.turn(row, text=SAID)
    assert house.store.state(row).answers["anything_else"].text == SAID
    worker.turn(row, change="anything_else")
    worker.turn(row, text="")
    answer = house.store.state(row).answers["anything_else"]
    assert (answer.state, answer.text) == ("skipped", "")


def test_urgent_words_in_place_of_a_text_leave_that_text(heard: House, worker: Browser, row: str) -> None:
    answer_until(heard, row, lambda step: step.question.id == "matters_most")
    worker.get(f"/interviews/{row}")
    worker.turn(row, text="my children, a home, work")
    heard.rasa.alerts = ("health",)
    worker.turn(row, change="matters_most")
    for _ in range(2):
        worker.turn(row, text=SAID)
    assert heard.store.state(row).answers["matters_most"].text == "my children, a home, work"
    assert worker.open_question(heard, row) != "matters_most"
    stands_nowhere(heard, row)


@pytest.mark.parametrize("button", ["repeat", "why", "help_me", "go_back", "pause", "person", "skip", "later"])
def test_private_words_beside_any_button_are_met_with_an_offer(heard: House, worker: Browser, row: str, button: str) -> None:
    heard.rasa.private = True
    worker.turn(row, do=button, words=SAID)
    last = heard.store.last_turn(row)
    assert last is not None and [item["say"] for item in last.reply].count("utter_private_offer") == 1
    stands_nowhere(heard, row)


def test_words_to_add_without_a_choice_are_listened_to(heard: House, worker: Browser, row: str) -> None:
    heard.rasa.alerts = ("self_harm",)
    worker.turn(row, more=SAID)
    assert [alert.said for alert in heard.store.open_alerts()] == [SAID]
    stands_nowhere(heard, row)


def test_what_only_may_be_urgent_raises_an_alert_and_is_kept(heard: House, worker: Browser, row: str) -> None:
    """So little is enough for an alert that a place or a name may raise one: it must not be lost for that."""
    heard.rasa.alerts, heard.rasa.surely = ("health",), False
    worker.turn(row, option="hostel", more="by the hospital")
    assert heard.store.state(row).answers["where_lived"].more == "by the hospital"
    answer_until(heard, row, lambda step: step.question.id == "matters_most")
    worker.get(f"/interviews/{row}")
    worker.turn(row, text="to see my doctor")
    assert heard.store.state(row).answers["matters_most"].text == "to see my doctor"
    assert {alert.said for alert in heard.store.open_alerts()} == {"by the hospital", "to see my doctor"}
