"""What was said of a question with several answers while another was asked: it is not asked again, but the read-back says so."""

from __future__ import annotations

from tests.web.conftest import Browser, House, answer_until, text_of

NOTE = "We did not ask you this one, so there may be more to say."


def test_the_read_back_says_what_was_never_asked(house: House, worker: Browser) -> None:
    row = house.started("Daniel").id
    answer_until(house, row, lambda step: step.question.id == "gp")
    worker.get(f"/interviews/{row}")
    house.rasa.guesses, house.rasa.beside = {"yes": 0.99}, [("health_needs", "mind_unmet"), ("partner", "no")]
    worker.turn(row, words="yes, and my mind is bad, no partner")
    house.rasa.guesses, house.rasa.beside = {}, []
    worker.turn(row, do="confirm", option=["health_needs", "partner"])
    assert worker.open_question(house, row) != "health_needs"
    assert house.store.state(row).in_passing == {"health_needs", "partner"}

    # One note: only the question of several answers may have others.
    worker.get(f"/interviews/{row}/answers")
    assert text_of(worker.page).count(NOTE) == 1 and text_of(worker.page).count("Add more") == 1

    # It opens the question with what was said ticked; once that was answered there is nothing to say.
    worker.post(
        f"/interviews/{row}/turns", {"change": "health_needs", "turn": worker.hidden("turn"), "seen": worker.hidden("seen")}
    )
    worker.get(f"/interviews/{row}")
    assert worker.open_question(house, row) == "health_needs"
    worker.turn(row, option=["mind_unmet", "body_unmet"])
    assert house.store.state(row).in_passing == {"partner"}
    worker.get(f"/interviews/{row}/answers")
    assert NOTE not in text_of(worker.page)


def test_none_of_these_has_nothing_beside_it(house: House, worker: Browser) -> None:
    row = house.started("Daniel").id
    answer_until(house, row, lambda step: step.question.id == "gp")
    worker.get(f"/interviews/{row}")
    house.rasa.guesses, house.rasa.beside = {"yes": 0.99}, [("health_needs", "none")]
    worker.turn(row, words="yes, and I am well")
    worker.turn(row, do="confirm", option="health_needs")
    worker.get(f"/interviews/{row}/answers")
    assert house.store.state(row).in_passing == {"health_needs"} and NOTE not in text_of(worker.page)
