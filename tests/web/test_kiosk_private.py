"""The private part at a kiosk: the page before it, leaving at once, who can help. Without a browser."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.store.prison_settings import Contact
from bot.store.types import InterviewRow
from tests.web.conftest import PASSWORD, House, answer_until, text_of, web_of
from tests.web.test_kiosk import PIN, come_in
from tests.web.test_kiosk import begun as begun

# -- the private part


def at_safety(house: House, name: str = "Daniel", mode: str = "kiosk") -> InterviewRow:
    row = house.started(name, mode=mode)
    answer_until(house, row.id, lambda step: step.question.section == "safety", who_is_here="alone")
    return row


def test_before_the_private_part_is_a_page_with_a_choice(house: House) -> None:
    row = at_safety(house)
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}")
    page = text_of(person.page)
    assert person.title().startswith("The next part is private")
    assert "We must tell others" in page
    buttons = re.findall(r'<button class="(govuk-button[^"]*)"[^>]*>([^<]*)', person.page)
    weights = {kind for kind, text in buttons if text in ("Go on to this part", "Ask me later", "I do not want to say")}
    assert len(weights) == 1
    assert "textarea" not in person.page
    person.post(f"/interviews/{row.id}/on", follow=True)
    assert person.title().startswith("A private question")
    assert "Being safe" not in text_of(person.page.split("<main")[1].split("<h1")[0]).replace("being safe", "")
    assert 'data-idle="180"' in person.page
    # Once it is open it stays so for the next question.
    person.turn(row.id, option="now", do="answer")
    assert person.title().startswith("A private question")
    assert 'type="text"' not in person.page


def test_ask_me_later_before_the_private_part_is_an_answer(house: House) -> None:
    row = at_safety(house)
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}")
    person.turn(row.id, do="later")
    assert house.store.state(row.id).answers["safety_gate"].state == "later"
    assert person.open_question(house, row.id) == "support_info"
    assert person.title().startswith("A private question")


def in_the_middle(house: House) -> InterviewRow:
    """An interview alone, whose private part was begun and then locked."""
    row = house.started("Siobhan", mode="kiosk")
    stop = "hurt_now_or_after"
    answer_until(
        house,
        row.id,
        lambda step: step.question.id == stop,
        who_is_here="alone",
        safety_gate="now",
        hurt_ever="yes",
        support_info="ok",
    )
    return row


@pytest.mark.parametrize(("do", "state"), [("later", "later"), ("refuse", "refused")])
def test_one_press_leaves_what_is_left_of_the_private_part(house: House, do: str, state: str) -> None:
    row = in_the_middle(house)
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}")
    assert person.title().startswith("The next part is private")
    before = house.store.state(row.id)
    person.turn(row.id, do=do)
    assert not person.title().startswith("The next part is private")
    assert "the rest of this part" in text_of(person.page)
    after = house.store.state(row.id)
    # Nothing that was said is taken back, and what is left got the one answer, all of it in one turn.
    assert {name: after.answers[name] for name in before.answers} == before.answers
    new = {name: answer.state for name, answer in after.answers.items() if name not in before.answers}
    assert set(new.values()) == {state} and {"hurt_now_or_after", "sexual_abuse", "sex_for_money"} <= set(new)
    written = {each.turn_id for each in house.store.history(row.id) if each.question in new}
    assert after.turn is not None and written == {after.turn.turn_id}
    page = text_of(person.get(f"/interviews/{row.id}/answers").get_data(as_text=True))
    assert ("A private question Answer now" in page) == (state == "later")


def test_the_private_part_that_was_put_off_is_there_to_answer_later(house: House) -> None:
    row = in_the_middle(house)
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}")
    person.turn(row.id, do="later")
    assert person.open_question(house, row.id) == "matters_most"
    person.get(f"/interviews/{row.id}/answers")
    person.turn(row.id, change="hurt_now_or_after")
    assert person.title().startswith("The next part is private")
    person.post(f"/interviews/{row.id}/on", follow=True)
    person.turn(row.id, option="past", do="answer")
    assert house.store.state(row.id).answers["hurt_now_or_after"].options == ("past",)


def test_an_answer_that_is_there_is_not_taken_back_by_leaving_the_part(house: House) -> None:
    row = in_the_middle(house)
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}/answers")
    person.turn(row.id, change="safety~1")
    assert person.open_question(house, row.id) == "safety_gate"
    person.turn(row.id, do="refuse")
    answers = house.store.state(row.id).answers
    assert answers["safety_gate"].options == ("now",) and answers["sexual_abuse"].state == "refused"
    assert person.open_question(house, row.id) == "matters_most"


def test_what_another_screen_has_answered_of_the_private_part_is_left_alone(house: House) -> None:
    row = in_the_middle(house)
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}")
    kept = {name: person.hidden(name) for name in ("seen", "question")}
    person.turn(row.id, do="later")
    after = house.store.state(row.id).answers
    person.post(f"/interviews/{row.id}/turns", {**kept, "turn": "an-old-page", "do": "refuse"}, follow=True)
    assert house.store.state(row.id).answers == after


def test_no_other_part_is_passed_over_at_one_press(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    person.get(f"/interviews/{begun.id}")
    before = house.store.state(begun.id).answers
    for part in ("~accommodation", "~ready", "~nowhere", "~"):
        person.post(f"/interviews/{begun.id}/turns", {"question": part, "do": "refuse", "seen": "999999"}, follow=True)
        assert "not needed any more" in text_of(person.page), part
    assert house.store.state(begun.id).answers == before


def test_a_prison_can_leave_the_private_part_to_its_workers(house: House) -> None:
    row = at_safety(house)
    prison = house.person("Daniel").prison
    house.store.put_settings(replace(house.store.settings(prison), safety_self_completion=False), by="test")
    person = come_in(house, row.id)
    page = text_of(person.get(f"/interviews/{row.id}").get_data(as_text=True))
    assert "a worker talks about it with you" in page
    assert "Go on to this part" not in page
    person.post(f"/interviews/{row.id}/on", follow=True)
    assert person.open_question(house, row.id) == "support_info"
    house.store.put_into(row.id, "test", mode="worker")
    assert "safety_room" in [step.question.id for step in web_of(house).talk.path(house.store.state(row.id)).steps]


TOLD = {
    "who_is_here": "alone", "safety_gate": "now", "hurt_ever": "yes", "hurt_now_or_after": "now", "da_help": "safety_plan",
    "da_speak_marac": "yes", "home_limits_known": "yes",
}  # fmt: skip


def private_part(house: House, name: str) -> tuple[set[str], bool]:
    """What stands in the private part of somebody's plan, and whether MARAC may be spoken to."""
    casework = web_of(house).casework
    case = casework.case(house.person(name).id)
    live = {item.activity.id for item in case.items if item.sensitive and item.state.live}
    return live, case.consents.may_share("marac")


def test_what_was_told_alone_stays_in_the_plan_when_a_worker_looks(house: House) -> None:
    row = house.started("Andrei", mode="kiosk")
    answer_until(house, row.id, lambda step: False, **TOLD)
    told = private_part(house, "Andrei")
    assert "da_safety_plan" in told[0] and told[1]
    worker = house.signed_in()
    worker.get(f"/interviews/{row.id}")
    assert worker.title().startswith("That was the last question")
    state = house.store.state(row.id)
    assert (state.interview.mode, state.interview.state) == ("kiosk", "complete")
    assert private_part(house, "Andrei") == told
    # Nor does it go when the interview is put into the other mode for good.
    house.store.put_into(row.id, "test", mode="worker")
    assert private_part(house, "Andrei") == told


@pytest.mark.parametrize("room", ["private", "not_private"])
def test_a_worker_who_goes_on_keeps_what_was_told_alone_and_asks_none_of_it_again(house: House, room: str) -> None:
    row = house.started("Andrei", mode="kiosk")
    answer_until(house, row.id, lambda step: step.question.section == "finishing", **TOLD)
    worker = house.signed_in()
    worker.get(f"/interviews/{row.id}")
    assert house.store.interview(row.id).mode == "worker"
    answer_until(house, row.id, lambda step: False, safety_room=room, home_limits_worker="licence")
    assert house.store.interview(row.id).state == "complete"
    asked = [answer.question for answer in house.store.history(row.id) if answer.mode == "worker"]
    assert "home_limits_worker" in asked and ("have_hurt" in asked) == (room == "private")
    assert not {"home_limits_known", "safety_gate", "hurt_ever", "da_speak_marac"} & set(asked)
    live, may_share = private_part(house, "Andrei")
    assert "da_safety_plan" in live and may_share


def test_the_rest_of_what_was_begun_alone_waits_for_a_private_room(house: House) -> None:
    row = house.started("Andrei", mode="kiosk")
    answer_until(house, row.id, lambda step: step.question.id == "da_help", **TOLD)
    house.store.put_into(row.id, "test", mode="worker")
    answer_until(house, row.id, lambda step: False, safety_room="not_private")
    state = house.store.state(row.id)
    assert state.interview.state == "complete" and "da_help" not in state.answers
    assert web_of(house).talk.path(state).answers["hurt_ever"].options == ("yes",)


def test_what_a_worker_put_down_stays_in_the_plan_when_the_person_goes_on_alone(house: House) -> None:
    row = house.started("Andrei", mode="worker")
    said = {"where_will_live": "nowhere", "safety_room": "private", "have_hurt": "yes", "home_limits_worker": "licence"}
    answer_until(house, row.id, lambda step: step.question.section == "finishing", **said)
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}")
    state = house.store.state(row.id)
    answers = web_of(house).talk.path(state).answers
    assert state.interview.mode == "kiosk"
    assert answers["have_hurt"].options == ("yes",) and answers["home_limits_worker"].options == ("licence",)
    # What a worker put down is not shown to somebody alone, nor theirs to change.
    person.get(f"/interviews/{row.id}/answers")
    assert 'value="home_limits_worker"' not in person.page and "Licence, court or bail" not in person.page


@pytest.mark.parametrize("how", ["get", "post"])
def test_leaving_locks_at_once_and_tells_nothing(house: House, how: str) -> None:
    row = at_safety(house)
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}")
    person.post(f"/interviews/{row.id}/on", follow=True)
    if how == "post":
        assert person.post("/away").location == "/away"
    answer = person.get("/away")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    page = answer.get_data(as_text=True)
    for word in ("interview", "private", "safe", "lock", "answer", "Daniel", "plan", row.id):
        assert word.lower() not in text_of(page).lower(), word
        assert word.lower() not in person.title().lower()
    assert row.id not in page
    for path in (f"/interviews/{row.id}", f"/interviews/{row.id}/answers", f"/interviews/{row.id}/support"):
        assert person.get(path).location == "/locked"
    person.get("/locked")
    assert "private" not in text_of(person.page)
    # The PIN opens it, and what is private is asked for anew.
    person.post("/locked", {"secret": PIN}, follow=True)
    assert person.title().startswith("The next part is private")


def test_leaving_without_a_session_is_only_a_page(house: House) -> None:
    visitor = house.client()
    assert visitor.get("/away").status_code == 200
    assert visitor.get("/locked").location == "/sign-in"


def test_a_worker_can_leave_too_and_comes_back_with_the_password(house: House) -> None:
    row = at_safety(house, mode="worker")
    worker = house.signed_in()
    worker.get(f"/interviews/{row.id}")
    assert "data-away" in worker.page
    worker.get("/away")
    assert worker.get("/people").location == "/locked"
    worker.get("/locked")
    assert worker.post("/locked", {"secret": "wrong password"}).status_code == 422
    assert worker.post("/locked", {"secret": PASSWORD}).location == f"/interviews/{row.id}"
    assert worker.get("/people").status_code == 200


def test_no_log_tells_who_left(house: House, caplog: pytest.LogCaptureFixture) -> None:
    row = at_safety(house)
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}")
    person.get("/away")
    assert "safety" not in caplog.text
    assert "Daniel" not in caplog.text


# -- support


def test_support_shows_what_the_prison_wrote(house: House, begun: InterviewRow) -> None:
    prison = house.person("Daniel").prison
    before = house.store.settings(prison)
    house.store.put_settings(
        replace(before, contacts=(*before.contacts, Contact("Wing peers", "They know", "Ask on the wing"))), by="test"
    )
    person = come_in(house, begun.id)
    page = text_of(person.get(f"/interviews/{begun.id}/support").get_data(as_text=True))
    assert "Wing peers" in page
    house.store.put_into(begun.id, "test", level="easy")
    page = text_of(person.get(f"/interviews/{begun.id}/support").get_data(as_text=True))
    assert "The chaplain" in page
    assert "Ask on the wing" in page
    assert person.get("/support").location == f"/interviews/{begun.id}/support"
    assert "116 123" in house.client().get("/support").get_data(as_text=True)


# -- what is said of the turn before


def before_safety(house: House) -> InterviewRow:
    """An interview alone, at the last question before the private part."""
    probe = at_safety(house, "Rhys")
    order = [step.question.id for step in web_of(house).talk.path(house.store.state(probe.id)).steps if not step.implied]
    first = next(id for id in order if house.interview.by_id[id].section == "safety")
    row = house.started("Daniel", mode="kiosk")
    answer_until(house, row.id, lambda step: step.question.id == order[order.index(first) - 1], who_is_here="alone")
    return row


def test_urgent_words_are_answered_before_the_private_part_too(house: House) -> None:
    row = before_safety(house)
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}")
    house.rasa.alerts = ("self_harm",)
    person.turn(row.id, do="later", words="I want to kill myself")
    assert person.title().startswith("The next part is private")
    assert "116 123" in person.page and "cell bell" in text_of(person.page)
    assert "I have put" not in text_of(person.page)


def test_an_answer_is_not_said_back_before_the_private_part(house: House) -> None:
    row = before_safety(house)
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}")
    person.turn(row.id, do="later")
    assert person.title().startswith("The next part is private")
    assert "The assistant says" not in text_of(person.page)


def test_talk_to_a_person_is_answered_before_the_private_part(house: House) -> None:
    row = at_safety(house)
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}")
    person.turn(row.id, do="person")
    assert person.title().startswith("The next part is private")
    assert "I have noted it for your worker" in text_of(person.page)


def test_urgent_words_are_answered_where_somebody_stops(house: House, begun: InterviewRow) -> None:
    person = come_in(house, begun.id)
    person.get(f"/interviews/{begun.id}")
    kept = {name: person.hidden(name) for name in ("turn", "seen", "question")}
    house.rasa.alerts = ("self_harm",)
    person.post(f"/interviews/{begun.id}/aside", {**kept, "words": "I want to kill myself", "to": "stop"}, follow=True)
    assert person.title().startswith("You have stopped for now")
    assert "116 123" in person.page


@pytest.mark.parametrize(("do", "words"), [("person", "I could not pass this on"), ("later", "I could not write this one down")])
def test_before_the_private_part_it_is_said_that_a_turn_was_not_taken(house: House, do: str, words: str) -> None:
    row = at_safety(house)
    person = come_in(house, row.id)
    person.get(f"/interviews/{row.id}")
    house.rasa.down = True
    assert person.turn(row.id, do=do).status_code == 503
    assert person.title().startswith("The next part is private") and words in text_of(person.page)


def test_at_the_end_it_is_said_that_the_wish_for_a_person_was_not_taken(house: House, begun: InterviewRow) -> None:
    answer_until(house, begun.id, lambda step: False)
    person = come_in(house, begun.id)
    person.get(f"/interviews/{begun.id}")
    house.rasa.down = True
    assert person.turn(begun.id, do="person").status_code == 503
    assert "I could not pass this on" in text_of(person.page)
