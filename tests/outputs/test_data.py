"""What other programs get: JSON with its schema, and the payloads of the peer system against its own files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import pytest
import yaml

from bot.casework.case import Case
from bot.outputs import hmpps
from bot.outputs.hmpps import NO_ANSWER, BadPayload, hmpps_data, load_peer, problems
from bot.outputs.plan_json import plan_data, plan_json, schema
from tests.outputs import making
from tests.outputs.test_person_paper import _at_random
from tests.plan.making import random_person

PEER = Path(__file__).parents[3] / "shared" / "peer" / "hmpps-resettlement-passport"


def closed(node: Any) -> Any:
    """The schema with no field allowed that it does not name: what is written has to be described."""
    if isinstance(node, list):
        return [closed(part) for part in node]
    if not isinstance(node, dict):
        return node
    made = {key: closed(value) for key, value in node.items()}
    return {**made, "additionalProperties": False} if "properties" in made and "additionalProperties" not in made else made


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(closed(schema()), format_checker=jsonschema.FormatChecker())


# -- JSON


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("private", [False, True])
def test_a_plan_is_as_its_schema_says(dave: Case, lisa: Case, private: bool) -> None:
    for case in (dave, lisa):
        assert [error.message for error in validator().iter_errors(json.loads(plan_json(case, making.words(), private)))] == []


def test_the_schema_refuses_what_is_no_plan(dave: Case) -> None:
    data = plan_data(dave, making.words())
    for spoilt in ({**data, "version": 2}, {**data, "items": [{}]}, {key: value for key, value in data.items() if key != "items"}):
        assert not validator().is_valid(spoilt)


def test_plans_of_people_at_random_are_too() -> None:
    for seed in range(4):
        case = _at_random(random_person(Random(seed)))
        data = json.loads(plan_json(case, making.words("ar", "easy", making.pseudo)))
        assert [error.message for error in validator().iter_errors(data)] == [], seed
        assert [text for text in making.private_words() if text in json.dumps(data)] == [], seed


def test_nothing_private_is_in_it_unless_asked_for(lisa: Case) -> None:
    text = plan_json(lisa, making.words())
    assert [words for words in making.private_words() if words in text] == []
    assert '"private_included": false' in text
    told = plan_json(lisa, making.words(), with_private=True)
    assert "hurt_ever" in told and '"private_included": true' in told


def test_ids_stay_and_words_follow_the_language(dave: Case) -> None:
    english, welsh = (plan_data(dave, making.words(code, lookup=making.pseudo)) for code in ("en", "cy"))
    assert [item["activity"] for item in english["items"]] == [item["activity"] for item in welsh["items"]]
    assert all(item["words"].startswith("‹") for item in welsh["items"])


# -- the peer system


def bodies(case: Case) -> dict[str, dict[str, Any]]:
    return {request["pathway"]: request["body"] for request in hmpps_data(case, making.content())["requests"]}


def answers(case: Case, pathway: str) -> dict[str, Any]:
    return {entry["question"]: entry["answer"]["answer"] for entry in bodies(case)[pathway]["questionsAndAnswers"]}


def test_one_request_a_pathway(dave: Case) -> None:
    data = hmpps_data(dave, making.content())
    assert data["nomsId"] == "A0001AA" and data["assessmentType"] == "BCST2"
    first = data["requests"][0]
    assert first["method"] == "POST"
    path = "/resettlement-passport/prisoner/A0001AA/resettlement-assessment/ACCOMMODATION/complete?assessmentType=BCST2"
    assert first["path"] == path and first["body"]["version"] == 4


def test_a_review_is_a_resettlement_plan() -> None:
    assert hmpps_data(making.Made(kind="prerelease").case(), making.content())["assessmentType"] == "RESETTLEMENT_PLAN"


def test_answers_become_theirs(dave: Case) -> None:
    home, money, work = (answers(dave, name) for name in ("ACCOMMODATION", "FINANCE_AND_ID", "EDUCATION_SKILLS_AND_WORK"))
    assert home["WHERE_DID_THEY_LIVE"] == "PRIVATE_RENTED_HOUSING" and home["WHERE_WILL_THEY_LIVE"] == "DOES_NOT_HAVE_ANYWHERE"
    blank = [{"addressLine1": ""}, {"addressLine2": ""}, {"addressTown": ""}, {"addressCounty": ""}, {"addressPostcode": ""}]
    assert home["WHERE_DID_THEY_LIVE_ADDRESS_PRIVATE_RENTED_HOUSING"] == blank
    assert money["WHAT_ID_DOCUMENTS"] == ["NO_ID_DOCUMENTS"]
    assert money["SELECT_BENEFITS"] == ["UNIVERSAL_CREDIT"] and money["SELECT_BENEFITS_ADDITIONAL_DETAILS"] == "Another benefit"
    assert work["DID_THEY_HAVE_JOB_BEFORE_CUSTODY_JOB_TITLE"] == "=Scaffolder"
    # Asked for and not said: something has to be there.
    assert work["DID_THEY_HAVE_JOB_BEFORE_CUSTODY_EMPLOYER_NAME"] == NO_ANSWER
    assert "STARTING_NEW_JOB_JOB_TITLE" not in work


def test_what_has_no_option_of_theirs_is_told_in_words() -> None:
    home = answers(making.Made(where_will_live="temporary").case(), "ACCOMMODATION")
    assert home["WHERE_WILL_THEY_LIVE"] == NO_ANSWER
    assert home["WHERE_WILL_THEY_LIVE_ADDITIONAL_DETAILS"] == "A place for a short time only"


@pytest.mark.parametrize("state", ["refused", "unknown", "skipped"])
def test_what_was_not_said_is_no_answer(state: str) -> None:
    assert answers(making.Made(bank_account=state).case(), "FINANCE_AND_ID")["HAS_BANK_ACCOUNT"] == NO_ANSWER


def test_private_answers_can_not_be_told_from_none(dave: Case, lisa: Case) -> None:
    private = (
        "VICTIM_OF_DOMESTIC_ABUSE",
        "PERPETRATOR_OF_DOMESTIC_ABUSE",
        "VICTIM_OF_SEXUAL_ABUSE",
        "PERPETRATOR_OF_SEXUAL_ABUSE",
        "WORKED_IN_SEX_INDUSTRY",
    )
    for case in (dave, lisa):
        found = answers(case, "CHILDREN_FAMILIES_AND_COMMUNITY")
        assert {found[name] for name in private} == {NO_ANSWER}


def test_who_may_harm_the_person_is_not_sent(dave: Case) -> None:
    for case in (dave, making.tom().case()):
        found = answers(case, "CHILDREN_FAMILIES_AND_COMMUNITY")
        assert (found["INVOLVEMENT_IN_GANG_ACTIVITY"], found["UNDER_THREAT_OUTSIDE_PRISON"]) == (NO_ANSWER, NO_ANSWER)


def test_a_text_that_is_too_long_is_cut_and_noted() -> None:
    data = hmpps_data(making.Made(job_before="yes", job_before_title="x" * 700).case(), making.content())
    assert data["notes"] == [
        "DID_THEY_HAVE_JOB_BEFORE_CUSTODY_JOB_TITLE: cut to 500 characters; the whole text is in the interview"
    ]


def test_people_at_random_pass_every_check() -> None:
    for seed in range(12):
        data = hmpps_data(_at_random(random_person(Random(seed))), making.content())
        assert len(data["requests"]) == len(load_peer())


def entry(question: str, answer: Any, kind: str = "StringAnswer") -> dict[str, Any]:
    return {"question": question, "answer": {"@class": kind, "answer": answer}}


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda all_: all_[1:], "WHERE_DID_THEY_LIVE: is missing"),
        (lambda all_: [*all_, all_[0]], "WHERE_DID_THEY_LIVE: stands twice"),
        (lambda all_: [*all_, entry("SHOE_SIZE", "9")], "SHOE_SIZE: no question of theirs"),
        (lambda all_: [entry("WHERE_DID_THEY_LIVE", "MARS"), *all_[1:]], "WHERE_DID_THEY_LIVE: is no option of theirs"),
        (lambda all_: [entry("WHERE_DID_THEY_LIVE", None), *all_[1:]], "WHERE_DID_THEY_LIVE: is no text"),
        (
            lambda all_: [entry("WHERE_DID_THEY_LIVE", ["HOSTEL"], "ListAnswer"), *all_[1:]],
            "WHERE_DID_THEY_LIVE: is no StringAnswer",
        ),
        (
            lambda all_: [*all_, entry("WHERE_DID_THEY_LIVE_ADDRESS_HOSTEL", [{"addressTown": ""}], "MapAnswer")],
            "WHERE_DID_THEY_LIVE_ADDRESS_HOSTEL: is no address of five parts in order",
        ),
        (
            lambda all_: [
                *all_,
                entry("WHERE_WILL_THEY_LIVE_ADDRESS_MOVE_TO_NEW_ADDRESS", all_[1]["answer"]["answer"], "MapAnswer"),
            ],
            "WHERE_WILL_THEY_LIVE_ADDRESS_MOVE_TO_NEW_ADDRESS: MOVE_TO_NEW_ADDRESS was not chosen",
        ),
    ],
)
def test_a_wrong_payload_is_found(dave: Case, spoil: Any, told: str) -> None:
    body = bodies(dave)["ACCOMMODATION"]
    assert told in problems({**body, "questionsAndAnswers": spoil(body["questionsAndAnswers"])}, load_peer()["ACCOMMODATION"])


@pytest.mark.parametrize("value", [[], ["PASSPORT", "PASSPORT"], ["NO_ID_DOCUMENTS", "PASSPORT"], ["SPACESHIP"]])
def test_a_wrong_list_is_found(dave: Case, value: list[str]) -> None:
    body = bodies(dave)["FINANCE_AND_ID"]
    spoilt = [
        entry("WHAT_ID_DOCUMENTS", value, "ListAnswer") if one["question"] == "WHAT_ID_DOCUMENTS" else one
        for one in body["questionsAndAnswers"]
    ]
    assert problems({**body, "questionsAndAnswers": spoilt}, load_peer()["FINANCE_AND_ID"])
    assert problems({**body, "version": 9}, load_peer()["FINANCE_AND_ID"]) == ["the version is not 3"]


def test_a_bad_payload_is_never_written(dave: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hmpps, "NO_ANSWER", "")
    with pytest.raises(BadPayload):
        hmpps_data(dave, making.content())


# -- against the peer's own files


def peer_pages() -> dict[str, dict[str, Any]]:
    if not PEER.is_dir():
        pytest.skip("the peer's files are not here (../shared/peer)")
    return {data["pathway"]: data for data in (yaml.safe_load(file.read_text()) for file in sorted(PEER.glob("*-v*.yml")))}


def base(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [question for page in data["pages"] for question in page.get("questions", ())]


def nested(questions: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str, str]]:
    for question in questions:
        for option in question.get("options", ()):
            for inner in option.get("nestedQuestions", ()):
                yield inner, question["id"], option["id"]
            yield from nested(option.get("nestedQuestions", []))


def check_against(body: dict[str, Any], data: dict[str, Any]) -> None:
    """What the peer's server refuses, and what its pages would not have let through, by its own files."""
    asked = base(data)
    known = {question["id"]: question for question in asked}
    inner = {question["id"]: (question, parent, option) for question, parent, option in nested(asked)}
    given = [entry["question"] for entry in body["questionsAndAnswers"]]
    values = {entry["question"]: entry["answer"] for entry in body["questionsAndAnswers"]}
    assert body["version"] == data["version"]
    assert set(given) <= set(known) | set(inner) and len(given) == len(set(given))
    assert set(known) <= set(given)
    for name, answer in values.items():
        question, parent, option = inner.get(name, (known.get(name), "", ""))
        assert question is not None
        value, kind = answer["answer"], question["type"]
        optional = question.get("validation", {}).get("type") == "OPTIONAL"
        ids = {one["id"] for one in question.get("options", ())}
        alone = {one["id"] for one in question.get("options", ()) if one.get("exclusive")}
        if parent:
            assert option in (
                values[parent]["answer"] if isinstance(values[parent]["answer"], list) else [values[parent]["answer"]]
            )
        if kind == "CHECKBOX":
            assert answer["@class"] == "ListAnswer" and value and set(value) <= ids and (len(value) == 1 or not set(value) & alone)
        elif kind == "ADDRESS":
            assert answer["@class"] == "MapAnswer" and [list(part) for part in value] == [[key] for key in hmpps.ADDRESS_KEYS]
        else:
            assert answer["@class"] == "StringAnswer" and isinstance(value, str)
            assert len(value) <= {"SHORT_TEXT": 500}.get(kind, 3000)
            assert value in ids if kind == "RADIO" else (value or optional)


def test_payloads_fit_the_peers_own_files(dave: Case, lisa: Case) -> None:
    pages = peer_pages()
    cases = [dave, lisa, *(_at_random(random_person(Random(seed))) for seed in range(6))]
    for case in cases:
        found = bodies(case)
        assert set(found) == set(pages)
        for pathway, data in pages.items():
            check_against(found[pathway], data)
