"""The actions, called as Rasa calls them: real trackers in, exact events out, a real store behind."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.actions.endpoint import create_action_app
from bot.dialogue.content import fingerprint, form_of
from bot.interview.loading import load_interview
from bot.interview.record import read_record
from bot.language.wording import Wording
from bot.settings import SECRET_HEADER, read_settings
from bot.store.store import Store

SECRET = "actions-secret"
INTERVIEW = load_interview()
WORDS = "zebra-crossing-words"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'test.sqlite3'}", tmp_path / "keys", create_keys=True) as opened:
        yield opened


@pytest.fixture
def interview(store: Store) -> str:
    record = read_record(
        {
            "prison_number": "A0001ZZ",
            "name": "Made Up",
            "date_of_birth": "1990-01-01",
            "sex": "male",
            "prison": "HMP Northmere (made-up)",
            "reception": "2026-11-10T10:00",
            "sentence": {"type": "determinate", "months": 10},
            "care_leaver": "no",
            "armed_forces": "no",
            "made_up": True,
        }
    )
    person = store.add_person(record, by="test")
    return store.start_interview(person.id, kind="first", mode="kiosk", language="en", level="plain", by="test", device="test").id


@pytest.fixture
def client(store: Store, tmp_path: Path) -> FlaskClient:
    settings = read_settings({"BCST2_SECRET": SECRET, "BCST2_HOME": str(tmp_path)})
    return create_action_app(settings, store, INTERVIEW, Wording(INTERVIEW)).test_client()


class Rasa:
    """Posts action calls of the shape Rasa posts, and keeps the slots and the form that the events set."""

    def __init__(self, client: FlaskClient, sender: str) -> None:
        self.client = client
        self.sender = sender
        self.slots: dict[str, Any] = {"requested_slot": None, "offered": None}
        self.turn = 0

    def call(self, action: str, intent: str, **message: Any) -> dict[str, Any]:
        self.turn += 1
        metadata = {"turn": f"turn-{self.turn}", "by": "worker", "device": "tablet", **message.pop("metadata", {})}
        entities = message.pop("entities", [])
        parsed = {"intent": {"name": intent, "confidence": 1.0}, "entities": entities, "text": "", **message}
        tracker = {
            "sender_id": self.sender,
            "slots": self.slots,
            "latest_message": parsed,
            "events": [{"event": "user", "metadata": metadata}],
            "paused": False,
            "followup_action": None,
            "active_loop": {},
            "latest_action_name": None,
            "latest_event_time": 0.0,
            "latest_input_channel": "page",
        }
        answer = self.client.post("/webhook", json={"next_action": action, "tracker": tracker}, headers={SECRET_HEADER: SECRET})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        result: dict[str, Any] = answer.get_json()
        for event in result["events"]:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
        return result

    def choose(self, section: str, question: str, *options: str, **message: Any) -> dict[str, Any]:
        entities = [{"entity": "question", "value": question}, *({"entity": "option", "value": option} for option in options)]
        return self.call(f"validate_{form_of(section)}", "answer", entities=entities, **message)


@pytest.fixture
def rasa(client: FlaskClient, interview: str) -> Rasa:
    return Rasa(client, interview)


def responses(result: dict[str, Any]) -> list[str]:
    return [message["response"] for message in result["responses"]]


def followups(result: dict[str, Any]) -> list[str]:
    return [event["name"] for event in result["events"] if event["event"] == "followup"]


def test_beginning_enters_the_form_of_the_first_question(rasa: Rasa) -> None:
    result = rasa.call("action_resume", "begin")
    assert responses(result) == ["utter_welcome"]
    assert followups(result) == ["ready_form"]


def test_an_answer_is_committed_before_the_next_question_is_named(rasa: Rasa, store: Store, interview: str) -> None:
    result = rasa.choose("ready", "language_speak", "en")
    assert store.state(interview).answers["language_speak"].options == ("en",)
    assert rasa.slots["language_speak"] == "given", "the slot says that there is an answer, never which"
    assert rasa.slots["requested_slot"] == "who_is_here"
    assert "alone" in rasa.slots["offered"]
    assert responses(result) == ["utter_heard"]
    assert result["responses"][0]["answer"] == "English"


def test_the_same_turn_delivered_twice_is_recorded_once_and_says_nothing_twice(rasa: Rasa, store: Store, interview: str) -> None:
    first = rasa.choose("ready", "language_speak", "en", metadata={"turn": "same"})
    second = rasa.choose("ready", "language_speak", "pl", metadata={"turn": "same"})
    assert responses(first) == ["utter_heard"]
    assert responses(second) == []
    assert rasa.slots["requested_slot"] == "who_is_here"
    assert [row.answer.options for row in store.history(interview)] == [("en",)]


def test_the_end_of_a_section_leads_to_the_form_of_the_next(rasa: Rasa) -> None:
    said = {"who_is_here": "alone", "language_speak": "en", "access_needs": "none", "consent_go_on": "yes", "daily_help": "none"}
    result = rasa.call("validate_ready_form", "begin")
    for _ in said:
        result = rasa.choose("ready", rasa.slots["requested_slot"], said[rasa.slots["requested_slot"]])
    assert rasa.slots["requested_slot"] is None
    assert followups(result) == ["accommodation_form"]


def test_words_are_recorded_with_how_they_were_understood(rasa: Rasa, store: Store, interview: str) -> None:
    guesses = [{"question": "who_is_here", "option": "alone", "confidence": 0.93}]
    rasa.choose("ready", "language_speak", "en")
    rasa.call("validate_ready_form", "words", text="just me in here", option_guesses=guesses, metadata={"words": "just me in here"})
    row = store.history(interview)[-1]
    assert (row.how, row.words, row.by, row.device, row.answer.options) == (
        "model",
        "just me in here",
        "worker",
        "tablet",
        ("alone",),
    )


def test_what_else_was_heard_is_kept_only_once_it_is_confirmed(rasa: Rasa, store: Store, interview: str) -> None:
    guesses = [
        {"question": "language_speak", "option": "en", "confidence": 0.97},
        {"question": "who_is_here", "option": "alone", "confidence": 0.9},
    ]
    said = {"text": f"english, and only me here {WORDS}", "option_guesses": guesses}
    heard = rasa.call("validate_ready_form", "words", **said, metadata={"words": said["text"], "question": "language_speak"})
    assert responses(heard) == ["utter_heard", "utter_also_heard"]
    assert set(store.state(interview).answers) == {"language_speak"}
    chosen = [{"entity": "option", "value": "who_is_here"}]
    old = rasa.call("validate_ready_form", "confirm", entities=chosen, metadata={"asks": "a-turn-before-this-one"})
    assert responses(old) == ["utter_moved", "utter_also_heard"] and set(store.state(interview).answers) == {"language_speak"}
    confirmed = rasa.call("validate_ready_form", "confirm", entities=chosen)
    assert responses(confirmed) == ["utter_also_put"]
    row = store.history(interview)[-1]
    assert (row.question, row.answer.options, row.how, row.words) == ("who_is_here", ("alone",), "in_passing", said["text"])
    assert rasa.slots["requested_slot"] != "who_is_here"


def test_private_words_are_kept_nowhere_but_the_offer(rasa: Rasa, store: Store, interview: str) -> None:
    offered = rasa.call("validate_ready_form", "words", text=WORDS, private=True, metadata={"words": WORDS})
    assert responses(offered) == ["utter_private_offer"]
    turn = store.last_turn(interview)
    assert turn is not None and turn.kind == "offer" and store.history(interview) == []
    assert WORDS not in repr(turn)


def test_urgent_words_raise_an_alert_with_the_words_and_are_not_kept_with_the_answer(
    rasa: Rasa, store: Store, interview: str
) -> None:
    guesses = [{"question": "language_speak", "option": "en", "confidence": 0.97}]
    urgent = {"text": f"english. {WORDS}", "option_guesses": guesses, "alerts": ["self_harm", "no such kind"]}
    told = rasa.call("validate_ready_form", "words", **urgent, metadata={"words": urgent["text"]})
    assert responses(told) == ["utter_alert_self_harm", "utter_heard"]
    assert store.history(interview)[-1].words == ""
    alert = store.open_alerts()[0]
    assert (alert.kind, alert.said) == ("self_harm", urgent["text"])


def test_pausing_leaves_the_form_and_the_next_message_resumes_it(rasa: Rasa, store: Store, interview: str) -> None:
    rasa.choose("ready", "language_speak", "en")
    paused = rasa.call("validate_ready_form", "pause")
    assert (responses(paused), followups(paused), rasa.slots["requested_slot"]) == (["utter_paused"], ["action_listen"], None)
    assert store.interview(interview).state == "paused"
    back = rasa.call("action_resume", "begin")
    assert (responses(back), followups(back)) == (["utter_resumed"], ["ready_form"])
    assert store.interview(interview).state == "open"


def test_a_conversation_that_is_no_interview_is_told_so(client: FlaskClient) -> None:
    result = Rasa(client, "0" * 32).call("action_resume", "begin")
    assert responses(result) == ["utter_unknown_interview"]


def test_health_is_a_real_turn_that_names_the_content_and_touches_nobody(client: FlaskClient, store: Store, interview: str) -> None:
    result = Rasa(client, "health").call("action_resume", "words", text="hello")
    assert responses(result)[0] == "utter_content", "the trained model names its own content"
    assert result["responses"][1]["custom"] == {"healthy": True, "content": fingerprint()}
    assert store.history(interview) == []


def test_a_failing_store_says_that_answers_are_safe_logs_no_content_and_can_be_retried(
    rasa: Rasa, store: Store, interview: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    import sqlite3

    rasa.choose("ready", "language_speak", "en")
    blocker = sqlite3.connect(tmp_path / "test.sqlite3")
    blocker.execute("BEGIN IMMEDIATE")
    with caplog.at_level(logging.DEBUG):
        failed = rasa.call("validate_ready_form", "words", text=WORDS, metadata={"turn": "again", "words": WORDS})
    assert responses(failed) == ["utter_trouble"]
    assert rasa.slots["requested_slot"] == "who_is_here", "the form stays where it is"
    assert caplog.records, "the trouble is logged"
    assert not any(WORDS in record.getMessage() for record in caplog.records if record.name.startswith("bot"))
    blocker.rollback()
    blocker.close()
    rasa.choose("ready", "who_is_here", "alone", metadata={"turn": "again"})
    assert store.state(interview).answers["who_is_here"].options == ("alone",)


def test_of_words_beside_a_button_only_what_is_urgent_or_private_counts(rasa: Rasa, store: Store, interview: str) -> None:
    guesses = [{"question": "language_speak", "option": "pl", "confidence": 0.99}]
    said = {"text": WORDS, "option_guesses": guesses, "alerts": ["health"], "surely_urgent": True, "private": True}
    button = {"intent": "answer", "option": ["en"]}
    pressed = {"words": WORDS, "more": WORDS, "question": "language_speak", "button": button}
    told = rasa.call("validate_ready_form", "pause", **said, metadata=pressed)
    assert responses(told) == ["utter_alert_health", "utter_heard", "utter_private_offer"]
    kept = store.history(interview)[-1]
    assert (kept.answer.options, kept.answer.more, kept.words) == (("en",), "", "")
    assert [(alert.kind, alert.said) for alert in store.open_alerts()] == [("health", WORDS)]


NO_PACKAGE = {"from": "pl", "to": "en", "text": "", "problem": "no_package"}


def test_words_that_nobody_could_read_are_words_and_raise_one_alert_for_an_interpreter(
    rasa: Rasa, store: Store, interview: str
) -> None:
    rasa.choose("ready", "language_speak", "pl")
    for said in ("chcę się zabić", "mam dobrą pracę"):
        guessed = {"text": said, "alerts": ["health"], "surely_urgent": True, "private": True, "off": True}
        told = rasa.call("validate_ready_form", "pause", **guessed, metadata={"words": said, "translation": NO_PACKAGE})
        assert "utter_paused" not in responses(told) and "utter_alert_health" not in responses(told)
    assert [(alert.kind, alert.said) for alert in store.open_alerts()] == [("unread", "")]
    assert store.state(interview).interview.state == "open"


def test_words_without_a_letter_call_for_no_interpreter(rasa: Rasa, store: Store) -> None:
    rasa.call("validate_ready_form", "words", text="12", metadata={"words": "12", "translation": NO_PACKAGE})
    assert store.open_alerts() == []


@pytest.mark.parametrize("made", [NO_PACKAGE, {"from": "pl", "text": "and want to kill myself in", "problem": ""}])
def test_english_words_in_another_languages_interview_are_heard_as_english(rasa: Rasa, store: Store, made: dict[str, Any]) -> None:
    said = "I want to kill myself"
    parsed = {"text": said, "alerts": ["self_harm"], "surely_urgent": True}
    told = rasa.call(
        "validate_ready_form", "words", **parsed, metadata={"words": said, "translation": {**made, "looks_like": "en"}}
    )
    assert responses(told)[0] == "utter_alert_self_harm"
    assert [(alert.kind, alert.said) for alert in store.open_alerts()] == [("self_harm", said)]


@pytest.mark.parametrize("made", [NO_PACKAGE, {"from": "pl", "text": "the kill", "problem": ""}])
def test_what_is_said_outright_in_english_is_heard_whatever_a_machine_makes_of_it(
    rasa: Rasa, store: Store, made: dict[str, Any]
) -> None:
    parsed = {"text": "the kill", "outright": ["self_harm"]}
    rasa.call("validate_ready_form", "words", **parsed, metadata={"words": "kill myself", "translation": made})
    assert [alert.kind for alert in store.open_alerts()] == ["self_harm"]


def test_a_polish_no_is_no_english_no(rasa: Rasa, store: Store, interview: str) -> None:
    rasa.choose("ready", "language_speak", "pl")
    open_question = rasa.slots["requested_slot"]
    options = {option.id for option in INTERVIEW.by_id[open_question].options}
    said = next(iter(sorted(options)))
    rasa.call("validate_ready_form", "words", text=said, metadata={"words": said, "translation": NO_PACKAGE})
    assert open_question not in store.state(interview).answers


def test_a_bad_turn_id_is_refused_and_nothing_is_recorded(rasa: Rasa, store: Store, interview: str) -> None:
    result = rasa.choose("ready", "language_speak", "en", metadata={"turn": "../etc " + WORDS})
    assert responses(result) == ["utter_trouble"]
    assert store.history(interview) == []


@pytest.mark.parametrize(
    "metadata",
    [
        {"seen": "x"},
        {"parts": ["a"]},
        {"words": 7},
        {"question": 7},
        {"more": None},
        {"language": 3},
        {"by": None},
        {"button": 3},
        {"button": {"option": 7}},
    ],
)
def test_metadata_of_any_shape_never_fails_a_turn(rasa: Rasa, metadata: dict[str, Any]) -> None:
    assert responses(rasa.call("validate_ready_form", "words", text="hm", metadata=metadata))


def test_the_endpoint_answers_nobody_without_the_secret(client: FlaskClient) -> None:
    for headers in ({}, {SECRET_HEADER: "wrong"}, {SECRET_HEADER: ""}):
        answer = client.post("/webhook", json={"next_action": "action_resume"}, headers=headers)
        assert answer.status_code == 403
        assert client.get("/health", headers=headers).status_code == 403


def test_an_endpoint_without_a_secret_of_its_own_trusts_nobody(store: Store, tmp_path: Path) -> None:
    settings = read_settings({"BCST2_SECRET": "", "BCST2_HOME": str(tmp_path)})
    open_client = create_action_app(settings, store, INTERVIEW, Wording(INTERVIEW)).test_client()
    assert open_client.post("/webhook", json={}, headers={SECRET_HEADER: ""}).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"), [("[]", 400), ("not json", 400), ('{"next_action": "no_such_action", "tracker": {}}', 404)]
)
def test_a_call_that_makes_no_sense_is_refused_in_a_line(client: FlaskClient, body: str, status: int) -> None:
    answer = client.post("/webhook", data=body, content_type="application/json", headers={SECRET_HEADER: SECRET})
    assert answer.status_code == status
    assert set(answer.get_json()) == {"error", "action_name"}
