"""What is held on a person: earlier versions of the record, what they say is wrong, and the copy they are given."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.casework.casework import Casework
from bot.casework.holding import held_on, without_private
from bot.interview.answers import Answer
from bot.outputs.subject_paper import subject_file, subject_paper
from bot.store import Store
from bot.store.errors import BadInput, NotFound
from bot.store.private import OpenParts
from tests.casework.making import Clock, interviewed, somebody, write_answers
from tests.casework.test_keeping import OPENED, PRIVATE, SAID, a_case, as_data, kept, purge, quick_codes, two
from tests.plan.making import plan_data

__all__ = ["kept", "quick_codes", "two"]


def test_an_earlier_version_of_a_record_is_kept_with_who_when_and_why(store: Store, clock: Clock) -> None:
    row = interviewed(store, somebody())
    first = store.person(row.person_id).record
    second = store.update_person(row.person_id, replace(first, home_area="Leeds"), "jo", "it was wrong").record
    store.update_person(row.person_id, second, "jo", "nothing changed")
    store.import_people([{**second.to_json(), "home_area": "Hull"}], "ann")
    found = store.record_changes(row.person_id)
    assert [(change.by, change.reason, change.before) for change in found] == [
        ("jo", "it was wrong", first),
        ("ann", "imported", second),
    ]
    with pytest.raises(BadInput):
        store.update_person(row.person_id, second, "jo", "x" * 2001)


def test_what_a_person_says_is_wrong_is_noted_and_settled_once(store: Store) -> None:
    row = interviewed(store, somebody())
    one = store.dispute(row.person_id, f"answer:{row.id}:drugs", " I never said so ", "jo")
    assert (one.words, one.question, one.outcome) == ("I never said so", "drugs", "")
    settled = store.settle_dispute(one.id, row.person_id, "put_right", "asked again", "ann")
    assert (settled.outcome, settled.why, settled.settled_by) == ("put_right", "asked again", "ann")
    assert (
        store.settle_dispute(one.id, row.person_id, "left_as_it_is", "no", "jo") == settled == store.disputes_of(row.person_id)[0]
    )
    for wrong in (
        lambda: store.dispute(row.person_id, "other", "  ", "jo"),
        lambda: store.dispute(row.person_id, "", "words", "jo"),
        lambda: store.dispute(row.person_id, "other", "x" * 2001, "jo"),
        lambda: store.settle_dispute(one.id, row.person_id, "gone", "why", "jo"),
    ):
        with pytest.raises(BadInput):
            wrong()
    for unknown in (
        lambda: store.dispute("0" * 32, "other", "x", "jo"),
        lambda: store.settle_dispute(one.id, "0" * 32, "put_right", "x", "jo"),
    ):
        with pytest.raises(NotFound):
            unknown()


def test_everything_held_is_in_the_copy(store: Store, two: tuple[str, str]) -> None:
    _, person = two
    data = as_data(held_on(store, person))
    text_of = json.dumps(data, ensure_ascii=False)
    answers = {one["question"]: one for one in data["interviews"][0]["answers"]}
    assert set(SAID) | set(PRIVATE) <= set(answers)
    assert len(answers["drugs_help"]["versions"]) == 2
    assert answers["hurt_ever"]["private"] and not answers["drugs"]["private"]
    assert data["record_changes"][0]["reason"] == "the area was wrong"
    assert [(one["field"], one["after"]) for one in data["record_changes"][0]["changes"]] == [("home_area", "Leeds")]
    assert {one["about"] for one in data["said_to_be_wrong"]} >= {"Home area"}
    note = data["interviews"][0]["notes"][0]
    assert (note["text"], note["others"], note["by"]) == ("Looked tired", "staff", "Jo Worker")
    assert len(data["plans"][0]["items"]) > 5 and all(item["history"] for item in data["plans"][0]["items"])
    assert data["consents"] and data["alerts"] and data["interviews"][0]["ways_in_alone"]
    assert "interview started" in {line["what"] for line in data["who_looked_and_did_what"]}
    assert "argon2" not in text_of and '"pin"' not in text_of and '"code":' not in text_of
    paper = subject_paper(data).to_html()
    for said in ("Looked tired", "[staff]", "It is Hull", "IS in this copy", answers["hurt_ever"]["asked"]):
        assert said in paper or said.replace("’", "&#39;") in paper, said
    assert subject_file(data)[:2] == b"PK"


def test_without_private_parts_the_copy_says_so_and_tells_nothing(store: Store, two: tuple[str, str]) -> None:
    _, person = two
    row = store.interviews_of(person)[0]
    store.dispute(person, f"answer:{row.id}:hurt_ever", "I never said so", "worker")
    data = as_data(without_private(held_on(store, person), OPENED))
    found, paper = json.dumps(data), subject_paper(data).to_html()
    for told in (*PRIVATE, "safety_plan", "domestic_abuse", "domestic abuse", "hurts, scares", "I never said so"):
        assert told not in found, told
        assert told not in paper, told
    assert "is NOT in this copy" in paper
    assert data["private_included"] is False
    assert set(SAID) <= {one["question"] for one in data["interviews"][0]["answers"]}


def test_the_copy_without_private_parts_tells_of_no_private_alert(store: Store, casework: Casework) -> None:
    """A copy of somebody who has told of abuse, and of somebody who has not: both have as many alerts and lines about them."""
    copies = []
    for number, private in ((3, True), (4, False)):
        person = a_case(store, casework, number, private=private)
        for alert in store.alerts_of(person):
            store.audit("worker", "alert seen", alert.id, person)
            store.acknowledge_alert(alert.id, "worker", "told them")
        store.audit("worker", "plan seen", person)
        held = held_on(store, person)
        assert bool([alert for alert in held.file.alerts if alert.sensitive]) is private
        copies.append(as_data(without_private(held, OPENED)))
    for data in copies:
        assert data["alerts"] == []
        done = [line["what"] for line in data["who_looked_and_did_what"]]
        assert "plan seen" in done and not [what for what in done if "alert" in what]
        text = json.dumps(data, ensure_ascii=False) + subject_paper(data).to_html()
        assert not [rule.words for rule in plan_data().alerts if rule.sensitive and rule.words in text]
    told, not_told = ([line["what"] for line in data["who_looked_and_did_what"]] for data in copies)
    assert told == not_told


def test_lines_of_a_purge_do_not_tell_what_there_was(store: Store, two: tuple[str, str], clock: Clock) -> None:
    closed, _ = two
    clock.forward(days=400)
    purge(store)
    held = held_on(store, closed)
    assert "erased as its time is over: private answers" in [line.what for line in held.audit]
    shown = [line.what for line in without_private(held, OPENED).audit]
    assert shown and not [what for what in shown if "private" in what or "alert" in what]


def test_a_question_that_the_content_knows_no_more_counts_as_private(store: Store, casework: Casework) -> None:
    row = interviewed(store, somebody(said=SAID))
    write_answers(store, row.id, [Answer("once_asked", text="zanzibar")], state="complete")
    held = held_on(store, row.person_id)
    assert "zanzibar" in json.dumps(as_data(held))
    assert "zanzibar" not in json.dumps(as_data(without_private(held, OPENED)))
    nothing = OpenParts(frozenset(), frozenset(), frozenset(), frozenset())
    assert not without_private(held, nothing).interviews[0].answers
