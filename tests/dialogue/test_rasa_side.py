"""What Rasa loads, checked on Rasa's own Python: importer, commands, memory, NLG, channel; and Rasa's own validate and test."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from bot.commands.train import QUIET, RASA_PYTHON, current_model
from bot.dialogue.content import examples
from bot.dialogue.lines import command_lines, example_lines, read_lines, training_files
from bot.interview.loading import load_interview
from bot.language.wording import load_commands, load_responses
from bot.settings import ROOT

ENVIRONMENT = {**os.environ, **QUIET, "BCST2_SECRET": "test-secret", "BCST2_ACTIONS_PORT": "5055", "PYTHONPATH": str(ROOT)}

# Whole messages, as a person or a worker would type them, and what they must be taken for.
LINES = {
    "pause": "pause",
    "Please can we stop": "pause",
    "WHY DO YOU ASK?": "why",
    "ok, skip this please": "skip",
    "I don't know": "unknown",
    "i dont know": "unknown",
    "I’d rather not say.": "refuse",
    "ask me later": "later",
    "go back": "go_back",
    "can i talk to someone": "person",
    "say that again": "repeat",
    "I want to say more": "say_more",
    "answer number 1 is quite ordinary": "words",
    "i had to stop working because of my back": "words",
    "i don't know my dad but my mum has a flat": "words",
    "my mum says why do you not come back home": "words",
    "i pause my benefits when i go inside": "words",
    "": "words",
    "😀": "words",
}


@pytest.fixture(scope="module")
def side() -> dict[str, Any]:
    done = subprocess.run(
        [str(RASA_PYTHON), "-W", "ignore", "tests/dialogue/rasa_side.py"],
        input=json.dumps({"lines": list(LINES)}),
        text=True,
        capture_output=True,
        env=ENVIRONMENT,
        cwd=ROOT,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_mending_a_spelling_hides_no_urgent_word(side: dict[str, Any]) -> None:
    assert side["hits"]["mended"].startswith("i hard ") and side["hits"]["kinds"] == ["self_harm"]


def test_every_question_reaches_rasa_as_a_slot_a_form_entry_and_a_response(side: dict[str, Any]) -> None:
    interview = load_interview()
    ids = {question.id for question in interview.questions}
    assert len(ids) > 100
    assert ids <= set(side["importer"]["slots"])
    in_forms = [slot for slots in side["importer"]["forms"].values() for slot in slots]
    assert sorted(in_forms) == sorted(ids)
    assert {f"utter_ask_{question}" for question in ids} <= set(side["importer"]["responses"])
    assert set(load_responses()) <= set(side["importer"]["responses"])
    assert {f"validate_{section.id}_form" for section in interview.sections} <= set(side["importer"]["actions"])


def test_every_command_is_an_intent_and_no_name_is_one_of_rasas_own(side: dict[str, Any]) -> None:
    assert set(load_commands()) <= set(side["importer"]["intents"])
    own = {"restart", "back", "session_start", "out_of_scope", "nlu_fallback"}
    assert set(load_commands()) & own == set()


def test_every_example_reaches_the_training_data_but_none_of_a_sensitive_question(side: dict[str, Any]) -> None:
    interview = load_interview()
    written = sum(len(read_lines(path)) for path in training_files())
    assert side["importer"]["examples"] == written + len([*example_lines(interview), *command_lines(load_commands())])
    assert not [1 for question in interview.questions if question.sensitive for _ in examples(interview, question)]


def test_no_policy_looks_at_an_answer(side: dict[str, Any]) -> None:
    assert side["importer"]["featurised"] == []


def test_a_whole_message_is_a_command_and_a_sentence_never_is(side: dict[str, Any]) -> None:
    assert dict(zip(LINES, side["commands"], strict=False)) == LINES
    assert side["commands"][-2] == "answer"


def test_a_payload_is_never_weighed_as_words(side: dict[str, Any]) -> None:
    assert side["commands"][-1] is None


def test_rasa_remembers_the_place_and_nothing_that_was_said(side: dict[str, Any]) -> None:
    place = side["place"]
    assert (place["loop"], place["requested"], place["offered"], place["listening"]) == (True, "gp", ["yes", "no"], True)
    assert place["gp"] is None
    assert place["remembers_words"] is False
    assert place["kept"] == ["three", "two"]
    assert place["unknown"] is None


def test_questions_are_worded_in_the_level_asked_for_with_the_options_offered(side: dict[str, Any]) -> None:
    question = load_interview().question("gp")
    words = side["words"]
    assert words["plain"]["text"] == question.plain.ask
    assert words["easy"]["text"] == question.easy.ask
    titles = [button["title"] for button in words["plain"]["buttons"]]
    assert titles[0] == question.by_id["yes"].plain
    assert len(titles) == 1 + 4, "the option offered and the four not-now answers"
    assert words["told"]["text"] == load_responses()["utter_heard"]["easy"].format(answer="Yes")
    assert words["unknown"] is None


def test_the_judge_finds_what_the_encoder_says_of_a_candidate(side: dict[str, Any]) -> None:
    assert side["heard"] == [3.25, None]


def test_the_surer_the_encoder_the_surer_the_judge_and_without_it_in_between(side: dict[str, Any]) -> None:
    judged = side["judged"]
    assert 0.0 < judged["no"] < 0.1 < judged["unknown"] < 0.9 < judged["yes"] < judged["louder"] < 1.0
    assert judged["alone"] == pytest.approx(judged["each"]), "one at a time or many at once"
    assert judged["mean"] == pytest.approx(judged["right"], abs=0.05), "being sure means what it says"


def test_a_typed_slash_never_becomes_a_payload(side: dict[str, Any]) -> None:
    assert side["disarmed"] == ["pause", "a", "-", "either/or", "yes"]


def rasa(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(RASA_PYTHON), "-W", "ignore", "-m", "rasa", *words],
        text=True,
        capture_output=True,
        env=ENVIRONMENT,
        cwd=ROOT,
        timeout=300,
    )


def test_rasa_data_validate_finds_nothing_wrong() -> None:
    done = rasa("data", "validate", "--data", "bot/data/rasa")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_rasa_test_core_plays_its_stories(tmp_path: Any) -> None:
    model = current_model()
    assert model is not None, "no model for today's questions; make test trains one first"
    done = rasa("test", "core", "-m", str(model), "--stories", "tests/rasa", "--out", str(tmp_path), "--fail-on-prediction-errors")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
