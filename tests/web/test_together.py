"""Worker and person at one interview: what the worker says, notes, languages, sections, hand-over, review, reading aloud."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.conftest import PASSWORD, Browser, House, answer_until, text_of, web_of
from tests.web.test_own_words import OUT, TYPED, Tongues, at, machine, packages, tongues

__all__ = ["machine", "packages", "tongues"]


# -- what the worker says, and notes


def test_what_the_worker_says_is_shown_in_both_languages(house: House, worker: Browser, tongues: Tongues) -> None:
    row = at(house, worker, "pl")
    worker.post(f"/interviews/{row.id}/said", {"said": OUT[0][0]}, follow=True)
    person_side, worker_side = worker.page.split('class="beside__worker"')
    for side in (person_side, worker_side):
        assert f'lang="pl" dir="ltr">{OUT[0][1]}</p>' in side and OUT[0][0] in side
    assert "A machine put this into your language" in person_side
    worker.turn(row.id, option="family_friends")
    assert OUT[0][1] not in worker.page, "it was said to the question before"


def test_without_a_package_the_person_sees_the_english(house: House, worker: Browser, tongues: Tongues) -> None:
    row = at(house, worker, "ar")
    worker.post(f"/interviews/{row.id}/said", {"said": "please wait"}, follow=True)
    person_side = worker.page.split('class="beside__worker"')[0]
    assert "please wait" in person_side and "Your worker wrote this in English" in person_side
    assert "Interpreter needed" in worker.page


def test_notes_are_for_staff_and_no_answers(house: House, worker: Browser, row: str) -> None:
    before = house.store.state(row)
    worker.post(f"/interviews/{row}/notes", {"note": "Seemed tired.", "kind": "observation"}, follow=True)
    assert "Notes for staff (1)" in worker.page and "Seemed tired." in worker.page and "Observation" in worker.page
    assert house.store.state(row) == before
    worker.get(f"/interviews/{row}/answers")
    assert "Seemed tired." not in worker.page
    worker.get(f"/interviews/{row}")
    worker.post(f"/interviews/{row}/notes", {"note": "  "}, follow=True)
    assert "Write something first" in worker.page and len(house.store.notes_of(row)) == 1


def test_a_handed_over_screen_has_no_workers_side(house: House, worker: Browser, row: str) -> None:
    house.store.add_note(row, "note", TYPED, "test")
    token = house.store.start_session(house.store.user_named("worker").id, interview_id=row)
    with worker.client.session_transaction() as session:
        session["token"] = token
    worker.get(f"/interviews/{row}")
    assert "For the worker</h2>" not in worker.page and TYPED not in worker.page
    for path in ("notes", "said", "hand-over", "review"):
        assert worker.post(f"/interviews/{row}/{path}", {"note": "x", "said": "x"}).status_code == 403
    assert worker.client.get(f"/interviews/{row}/newest").status_code == 403
    assert worker.get(f"/interviews/{row}/language").status_code == 200


# -- languages


def test_an_interview_starts_in_any_language_by_its_own_name(house: House, worker: Browser, tongues: Tongues) -> None:
    person = house.person("Rhys")
    worker.get(f"/people/{person.id}")
    for language in tongues.languages.values():
        assert language.name in worker.page
    worker.post(f"/people/{person.id}/interviews", {"kind": "first", "level": "plain", "language": "ar"}, follow=True)
    assert house.store.interviews_of(person.id)[0].language == "ar"
    assert '<html lang="ar" dir="rtl">' in worker.page and 'lang="en" dir="ltr" aria-label="For the worker"' in worker.page
    assert "These words are a draft" in worker.page
    worker.get(f"/people/{person.id}")
    worker.post(f"/people/{person.id}/interviews", {"kind": "first", "level": "plain", "language": "tlh"}, follow=True)
    assert house.store.interviews_of(person.id)[0].language == "en"


def test_language_and_words_are_changed_in_the_middle_and_nothing_is_lost(house: House, worker: Browser, row: str) -> None:
    worker.turn(row, option="owned")
    before = house.store.state(row)
    worker.get(f"/interviews/{row}/language")
    worker.post(f"/interviews/{row}/language", {"language": "ur", "level": "easy", "speed": "slow"}, follow=True)
    after = house.store.state(row)
    assert (after.interview.language, after.interview.level) == ("ur", "easy")
    assert (after.answers, after.turn, after.interview.focus) == (before.answers, before.turn, before.interview.focus)
    assert '<html lang="ur" dir="rtl">' in worker.page and "easy talk" in worker.page
    worker.get(f"/interviews/{row}/language")
    assert re.search(r'value="slow" checked', worker.page)
    worker.post(f"/interviews/{row}/language", {"language": "xx", "level": "hard", "speed": "warp"})
    assert house.store.interview(row).language == "ur"


# -- sections, undo, two at once


def test_a_section_is_gone_to_and_stayed_in(house: House, worker: Browser, row: str) -> None:
    worker.turn(row, change="~finance")
    asked = worker.open_question(house, row)
    assert house.interview.by_id[asked].section == "finance"
    worker.turn(row, do="unknown")
    assert house.interview.by_id[worker.open_question(house, row)].section == "finance"
    assert 'aria-current="step"' in worker.page
    worker.turn(row, change="~nowhere")
    assert house.interview.by_id[worker.open_question(house, row)].section == "finance"


def test_what_was_put_down_can_be_undone(house: House, worker: Browser, row: str) -> None:
    worker.turn(row, option="owned")
    part = worker.page[worker.page.index('id="put"') :]
    assert "A home I own or pay a mortgage on" in part and 'name="change" value="where_lived"' in part
    worker.turn(row, change="where_lived")
    assert worker.open_question(house, row) == "where_lived"


def test_a_private_answer_is_not_shown_on_the_workers_side_either(house: House, worker: Browser, private: tuple[str, Any]) -> None:
    row, question = private
    worker.turn(row, option=question.options[0].id)
    part = text_of(worker.page[worker.page.index('id="put"') :].split("Go to a part")[0])
    assert "A private question Saved" in part and question.plain.ask not in part and question.options[0].plain not in part


def test_two_workers_see_the_newest_and_an_old_page_changes_nothing(house: House, worker: Browser, row: str) -> None:
    house.store.add_user("second", "Sam Second", ["worker"], PASSWORD, by="test")
    other = house.client()
    other.get("/sign-in")
    other.post("/sign-in", {"username": "second", "password": PASSWORD})
    other.get(f"/interviews/{row}")
    seen = int(other.hidden("seen"))
    worker.turn(row, option="owned")
    newest = other.client.get(f"/interviews/{row}/newest").get_json()
    assert newest["seen"] > seen
    response = other.turn(row, option="hostel")
    assert response.status_code == 200 and "answered on another screen" in other.page
    assert house.store.state(row).answers["where_lived"].options == ("owned",)
    assert "A home I own" not in text_of(other.page.split('class="beside__worker"')[0]) or "mortgage" in other.page


# -- hand-over and review


def test_an_interview_is_handed_over_and_both_see_it(house: House, worker: Browser, row: str) -> None:
    second = house.store.add_user("second", "Sam Second", ["worker"], PASSWORD, by="test")
    person_id = house.store.interview(row).person_id
    worker.get(f"/people/{person_id}")
    worker.post(f"/interviews/{row}/hand-over", {"to": second.id, "why": "Needs Arabic."}, follow=True)
    assert "Handed over to Sam Second" in text_of(worker.page) and "Needs Arabic." in worker.page
    other = house.client()
    other.get("/sign-in")
    other.post("/sign-in", {"username": "second", "password": PASSWORD})
    other.get("/people")
    assert "Handed over to you" in other.page and "Daniel Ashworth, interview of" in other.page
    other.get(f"/people/{person_id}")
    assert "Handed over to Sam Second" in text_of(other.page) and "Needs Arabic." in other.page
    worker.get(f"/people/{person_id}")
    worker.post(f"/interviews/{row}/hand-over", {"to": "nobody"}, follow=True)
    assert "Choose who takes the interview over" in worker.page


def test_a_review_lists_what_is_to_be_asked_and_goes_there_in_one_click(house: House, worker: Browser, row: str) -> None:
    worker.turn(row, do="skip")
    put_off = worker.open_question(house, row)
    worker.turn(row, do="later")
    asked = worker.open_question(house, row)
    worker.turn(row, do="person")
    person_id = house.store.interview(row).person_id
    worker.get(f"/people/{person_id}")
    found = re.search(r"\d+ questions? (was|were) skipped[^.]*", text_of(worker.page))
    assert found is not None and found[0].startswith("3 "), found
    worker.get(f"/interviews/{row}/review")
    ask = house.interview.by_id
    for heading, name in (("Skipped", "where_lived"), ("Asked to be asked later", put_off), ("Asked for a person", asked)):
        part = worker.page[worker.page.index(f">{heading}<") :].split("</form>")[0]
        assert f'value="{name}"' in part or ask[name].sensitive
    house.store.put_into(row, "test", mode="kiosk")
    worker.get(f"/interviews/{row}/review")
    assert "Answered by the person alone" in worker.page
    response = worker.post(
        f"/interviews/{row}/review", {"turn": worker.hidden("turn"), "seen": worker.hidden("seen"), "change": "where_lived"}
    )
    assert response.status_code == 303
    assert house.store.interview(row).mode == "worker" and worker.open_question(house, row) == "where_lived"


def test_a_review_names_what_waits_for_a_private_place(house: House, worker: Browser) -> None:
    row = at(house, worker, "cy")
    worker.turn(row.id, change="who_is_here")
    worker.turn(row.id, option="someone_else")
    worker.get(f"/interviews/{row.id}/review")
    part = worker.page[worker.page.index(">Waiting for a private place<") :].split("</ul>")[0]
    assert house.interview.by_id["gang"].plain.ask in part
    assert house.interview.by_id["trauma"].plain.ask not in part and "Ask it now" not in part


def test_a_worker_goes_on_with_what_a_person_finished_alone(house: House, worker: Browser) -> None:
    row = house.started("Daniel").id
    answer_until(house, row, lambda step: False, who_is_here="alone")
    house.store.put_into(row, "worker", mode="kiosk")
    worker.get(f"/interviews/{row}/review")
    assert house.store.interview(row).mode == "kiosk", "to look changes nothing"
    worker.post(f"/interviews/{row}/review/open", follow=True)
    assert house.store.interview(row).mode == "worker"


# -- reading aloud


def test_a_question_can_be_heard_and_no_address_tells_what(house: House, worker: Browser, row: str, tongues: Tongues) -> None:
    if not tongues.speech.can("en"):
        pytest.skip("there is no espeak-ng here")
    sounds = re.findall(r'src="(/interviews/[^"]+/sound/[0-9a-f]{32})"', worker.page)
    assert len(sounds) == 3, "the question, why, and the help"
    assert 'preload="none"' in worker.page and "autoplay" not in worker.page
    response = worker.client.get(sounds[0])
    assert response.mimetype == "audio/wav" and response.data.startswith(b"RIFF")
    assert response.headers["Cache-Control"] == "no-store" and "media-src 'self'" in response.headers["Content-Security-Policy"]
    assert worker.client.get(f"/interviews/{row}/sound/{'0' * 32}").status_code == 404
    assert house.client().client.get(sounds[0]).status_code == 303


def heard_in(page: str, tongues: Tongues) -> str:
    """All that the speakers of a page say."""
    return " ".join(tongues.speech._known[name][0] for name in re.findall(r'/sound/([0-9a-f]{32})"', page))


def test_the_whole_read_back_is_read_aloud_and_that_there_may_be_more(house: House, worker: Browser, tongues: Tongues) -> None:
    if not tongues.speech.can("en"):
        pytest.skip("there is no espeak-ng here")
    row = house.started("Lee")
    answer_until(house, row.id, lambda step: step.question.id == "gp")
    worker.get(f"/interviews/{row.id}")
    house.rasa.guesses, house.rasa.beside = {"yes": 0.99}, [("health_needs", "mind_unmet")]
    worker.turn(row.id, words="yes, and my mind is bad")
    assert house.interview.by_id["health_needs"].plain.ask in heard_in(worker.page, tongues)
    house.rasa.guesses, house.rasa.beside = {}, []
    worker.turn(row.id, do="confirm", option=["health_needs"])
    answer_until(house, row.id, lambda _: False)
    worker.get(f"/interviews/{row.id}/answers")
    state = house.store.state(row.id)
    said = heard_in(worker.page, tongues)
    for part in web_of(house).views.read_back(web_of(house).talk.path(state), "en", "plain", state.in_passing):
        for line in part.rows:
            assert " ".join(f"{line.ask} {line.answer}.".split()) in said
    assert web_of(house).phrases.say("perhaps_more") in said


def test_an_urgent_banner_is_read_aloud(house: House, worker: Browser, row: str, tongues: Tongues) -> None:
    if not tongues.speech.can("en"):
        pytest.skip("there is no espeak-ng here")
    house.rasa.alerts = ("health",)
    worker.turn(row, words="my chest hurts")
    assert "I have asked for healthcare to be told" in heard_in(worker.page, tongues)


@pytest.mark.parametrize("language", ["so", "ckb"])
def test_there_is_no_speaker_where_there_is_no_voice(house: House, worker: Browser, language: str) -> None:
    at(house, worker, language)
    assert "<audio" not in worker.page


def test_there_is_no_speaker_without_the_program(house: House, worker: Browser, row: str, tongues: Tongues) -> None:
    tongues.speech._program = None
    worker.get(f"/interviews/{row}")
    assert "<audio" not in worker.page and "data-listen" not in worker.page
    worker.get(f"/interviews/{row}/language")
    assert "I cannot read to you in this language yet" in worker.page
