"""Every kind of question, whole interviews by their forms, and the read-back."""

from __future__ import annotations

import pytest

from tests.web.conftest import Browser, House, Midway, answer_until, web_of

HOUSED = {"where_lived": "private_rented", "where_will_live": "new_address"}


@pytest.mark.parametrize("level", ["plain", "easy"])
def test_a_whole_interview_by_its_forms(house: House, worker: Browser, level: str) -> None:
    row, kinds = house.started("Lee", level=level).id, set()
    worker.get(f"/interviews/{row}")
    for _ in range(200):
        state = house.store.state(row)
        step = web_of(house).talk.path(state).next(state.interview.focus)
        if step is None:
            break
        question = step.question
        kinds.add(question.kind)
        if question.closed:
            offered = [option.id for option in step.options]
            data: dict[str, object] = {
                "option": "yes"
                if question.id == "consent_go_on"
                else next((o for o in ("right", "none") if o in offered), offered[0])
            }
        else:
            data = {
                "scale": {"text": "7"}, "text": {"text": "Some words"}, "address": {"line1": "14 Mill Lane", "postcode": "LS1 1AA"},
                "date": {"day": "24", "month": "12", "year": "2027"}, "number": {"text": "3"},
            }[question.kind]  # fmt: skip
        if question.asked_of == "worker":
            assert "For the worker" in worker.page
        if worker.title().startswith("The next part is private"):
            worker.post(f"/interviews/{row}/on", follow=True)
        assert worker.turn(row, do="answer", **data).status_code == 200, question.id
    assert {"one", "many", "text", "address", "scale"} <= kinds
    assert worker.title().startswith("That was the last question")
    assert house.store.interview(row).state == "complete"
    worker.get(f"/interviews/{row}/answers")
    assert "14 Mill Lane" in worker.page
    worker.turn(row, change="where_lived")
    assert worker.open_question(house, row) == "where_lived"


MISTAKES: dict[str, tuple[tuple[dict[str, str], str], ...]] = {
    "scale": (({}, "Please choose one answer"), ({"text": "11"}, "from 0 to 10"), ({"text": "x"}, "Please give a number")),
    "text": (({"text": "x" * 2001}, "too long"),),
    "address": (({"line1": "x" * 600}, "too long"),),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_mistakes_in_open_questions(house: House, worker: Browser, midway: Midway, kind: str) -> None:
    row = midway[1]
    step = answer_until(house, row, lambda step: step.question.kind == kind, **HOUSED)
    assert step is not None
    worker.get(f"/interviews/{row}")
    for form, text in MISTAKES[kind]:
        assert worker.turn(row, **form).status_code == 422
        assert text in worker.page
        for value in form.values():
            assert value in worker.page or kind == "scale"
    assert step.question.id not in house.store.state(row).answers


def test_words_that_must_be_given(house: House, worker: Browser, midway: Midway) -> None:
    row = midway[1]
    step = answer_until(house, row, lambda step: step.question.kind == "text" and not step.question.optional, job_before="yes")
    assert step is not None
    worker.get(f"/interviews/{row}")
    for text in ("", " "):
        assert worker.turn(row, text=text).status_code == 422
        assert "Please write something" in worker.page


def test_a_question_that_may_stay_empty(house: House, worker: Browser) -> None:
    row = house.started("Lee").id
    step = answer_until(house, row, lambda step: step.question.optional and not step.question.closed)
    assert step is not None
    worker.get(f"/interviews/{row}")
    assert "You can leave this empty" in worker.page
    worker.turn(row, do="answer")
    assert house.store.state(row).answers[step.question.id].state == "skipped"


def test_a_section_is_read_back_above_its_question(house: House, worker: Browser) -> None:
    row = house.started("Lee").id
    answer_until(house, row, lambda step: step.question.reads_back == "accommodation", where_lived="hostel")
    worker.get(f"/interviews/{row}")
    assert worker.page.index("A hostel") < worker.page.index('value="right"')
    assert 'name="change" value="where_lived"' in worker.page
    worker.turn(row, option="change")
    assert "Which answer is not right?" in worker.page
    worker.turn(row, change="where_lived")
    worker.turn(row, option="owned")
    assert "A home I own" in worker.page


def test_the_read_back_of_safety_shows_no_answer(house: House, worker: Browser) -> None:
    row = house.started("Lee").id
    step = answer_until(house, row, lambda step: step.question.reads_back == "safety", safety_room="private", safety_gate="now")
    assert step is not None
    worker.get(f"/interviews/{row}")
    for question in house.interview.section_by_id["safety"].questions:
        assert question.plain.ask not in worker.page
    assert "private answers" in worker.page


def test_words_that_need_somebody_at_once_stand_out(house: House, worker: Browser) -> None:
    row = house.started("Lee").id
    step = answer_until(house, row, lambda step: step.question.id == "urgent_today")
    assert step is not None
    worker.get(f"/interviews/{row}")
    worker.turn(row, option=next(option.id for option in step.options if not option.exclusive))
    assert 'role="alert"' in worker.page
    assert "cell bell" in worker.page


def test_words_can_be_added_to_the_answer_before(house: House, worker: Browser, row: str) -> None:
    worker.turn(row, option="hostel")
    if house.store.state(row).last == ("", None):
        pytest.skip("the store does not tell the last turn yet")
    worker.turn(row, words="I want to add something")
    assert "Please say it. I will add it to your answer" in worker.page
    assert worker.title().startswith("Where did you live")
    worker.turn(row, words="the one in Leeds", do="answer")
    assert house.store.state(row).answers["where_lived"].more == "the one in Leeds"
    assert "I have added that" in worker.page
