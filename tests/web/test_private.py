"""Private questions: buttons only, and never shown again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.interview.definitions import Question
from tests.web.conftest import Browser, House, Midway, text_of


@pytest.fixture
def private(midway: Midway, house: House, worker: Browser) -> tuple[str, Question]:
    """An interview at its first sensitive question."""
    worker.get(f"/interviews/{midway[2]}")
    return midway[2], house.interview.by_id[worker.open_question(house, midway[2])]


def test_a_private_question_takes_buttons_only(house: House, worker: Browser, private: tuple[str, Question]) -> None:
    row, question = private
    assert question.plain.ask in worker.page
    assert 'name="words"' not in worker.page
    assert 'name="more"' not in worker.page
    assert worker.title() == "A private question – Resettlement interview"
    worker.turn(row, option=question.options[0].id, more="a secret", words="")
    answer = house.store.state(row).answers[question.id]
    assert answer.more == ""
    assert "a secret" not in str(house.store.history(row)[-1])


def test_words_to_a_private_question_are_not_kept(house: House, worker: Browser, private: tuple[str, Question]) -> None:
    row, question = private
    worker.turn(row, words="a secret")
    assert "please use the buttons" in worker.page
    assert "a secret" not in worker.page
    assert question.id not in house.store.state(row).answers


def test_a_private_answer_is_never_shown_again(house: House, worker: Browser, private: tuple[str, Question]) -> None:
    row, question = private
    option = question.options[1]
    worker.turn(row, option=option.id)
    assert "That is saved" in worker.page
    assert option.plain not in text_of(worker.page) or option.plain in ("Yes", "No")
    name = f"{question.section}~1"
    assert f'name="change" value="{name}"' in worker.page
    assert question.id not in worker.page
    worker.get(f"/interviews/{row}/answers")
    assert "1 private answer" in worker.page
    assert question.plain.ask not in worker.page
    assert question.id not in worker.page
    worker.turn(row, change=name)
    assert question.plain.ask in worker.page
    assert not re.search(r'value="\w+" checked', worker.page)


def test_a_private_answer_is_not_held_when_the_session_has_ended(
    house: House, worker: Browser, private: tuple[str, Question]
) -> None:
    row, question = private
    house.clock.ahead += timedelta(minutes=31)
    worker.turn(row, follow=False, option=question.options[0].id)
    worker.sign_in()
    worker.get(f"/interviews/{row}")
    assert not re.search(r'value="\w+" checked', worker.page)
