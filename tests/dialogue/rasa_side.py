"""Runs on Rasa's own Python: exercises what Rasa loads with Rasa's real classes and prints what came out, for test_rasa_side.py."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys

os.environ["BCST2_SECRET"] = "test-secret"
logging.disable(logging.CRITICAL)

import numpy as np  # noqa: E402
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT  # noqa: E402
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered  # noqa: E402
from rasa.shared.importers.importer import TrainingDataImporter  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402

from bot.dialogue import memory  # noqa: E402
from bot.dialogue.candidates import HEARD, Candidates, Catalogue, Columns, candidates_of  # noqa: E402
from bot.dialogue.channel import disarm  # noqa: E402
from bot.dialogue.commands import CommandMatcher  # noqa: E402
from bot.dialogue.judging import Judge  # noqa: E402
from bot.dialogue.lines import Line, unpacked  # noqa: E402
from bot.dialogue.memory import ShortMemory  # noqa: E402
from bot.dialogue.nlg import InterviewNLG  # noqa: E402
from bot.dialogue.patterns import kinds_in  # noqa: E402
from bot.dialogue.spelling import COMMON, Speller  # noqa: E402
from bot.dialogue.weighing import Weigher  # noqa: E402
from bot.dialogue.words import read  # noqa: E402


def importer() -> dict:
    loaded = TrainingDataImporter.load_from_config("config.yml", "domain.yml", ["bot/data/rasa"])
    domain = loaded.get_domain()
    mapped = [slot for slot in domain.slots if slot.influence_conversation and slot.name != "session_started_metadata"]
    nlu = loaded.get_nlu_data()
    return {
        "slots": sorted(slot.name for slot in domain.slots),
        "featurised": [slot.name for slot in mapped],
        "forms": {name: form["required_slots"] for name, form in domain.forms.items()},
        "responses": sorted(domain.responses),
        "actions": sorted(domain.action_names_or_texts),
        "intents": sorted(domain.intents),
        "examples": sum(
            len(unpacked(text)) for message in nlu.intent_examples if (text := (message.get("metadata") or {}).get("intent"))
        ),
        "loops": sorted({step.block_name for step in loaded.get_stories().story_steps}),
    }, domain


def commands(lines: list) -> list:
    matcher = CommandMatcher()
    found = []
    for line in lines:
        (message,) = matcher.process([Message(data={"text": line})])
        found.append(message.get("intent")["name"])
    button = Message(data={"text": "/answer", "intent": {"name": "answer"}})
    matcher.process([button])
    # As Rasa gives it: what a payload says is read only after the whole pipeline.
    payload = Message(data={"text": '/answer{"question": "gp", "option": ["yes"]}'})
    matcher.process([payload])
    return [*found, button.get("intent")["name"], payload.get("intent")]


async def place(domain) -> dict:
    store = ShortMemory(domain)
    tracker = await store.get_or_create_tracker("one", append_action_listen=False)
    loop = sorted(domain.forms)[0]
    for event in (
        ActiveLoop(loop),
        SlotSet(REQUESTED_SLOT, "gp"),
        SlotSet("offered", ["yes", "no"]),
        SlotSet("gp", "given"),
        UserUttered("my secret words", metadata={"words": "my secret words"}),
        ActionExecuted(ACTION_LISTEN_NAME),
    ):
        tracker.update(event, domain)
    await store.save(tracker)
    again = await store.retrieve("one")
    memory.LIMIT = 2
    for sender in ("two", "three"):
        await store.save(await store.get_or_create_tracker(sender))
    return {
        "loop": again.active_loop_name == loop,
        "requested": again.get_slot(REQUESTED_SLOT),
        "offered": again.get_slot("offered"),
        "gp": again.get_slot("gp"),
        "listening": again.latest_action_name == ACTION_LISTEN_NAME,
        "remembers_words": "secret" in json.dumps([event.as_dict() for event in again.events]) or "secret" in repr(store._places),
        "kept": sorted(await store.keys()),
        "unknown": await store.retrieve("nobody"),
    }


async def words(domain) -> dict:
    nlg = InterviewNLG(None, domain)
    tracker = ShortMemory(domain).init_tracker("one")
    tracker.update(SlotSet("offered", ["yes"]), domain)
    plain = await nlg.generate("utter_ask_gp", tracker, "page")
    tracker.update(UserUttered("x", metadata={"level": "easy"}))
    easy = await nlg.generate("utter_ask_gp", tracker, "page")
    told = await nlg.generate("utter_heard", tracker, "page", answer="Yes")
    return {"plain": plain, "easy": easy, "told": told, "unknown": await nlg.generate("utter_nothing", tracker, "page")}


def heard() -> list:
    """What stands at ``HEARD`` for an option that the encoder hears, and for one that it has never met."""
    catalogue = Catalogue({"gp": ("yes", "no")}, frozenset(), frozenset(), frozenset())
    columns = Columns(catalogue, {("gp", "yes"): 0, ("gp", "no"): 1}, {})
    spans = [tuple(read("yes I have one").clauses)]
    found = candidates_of("gp", spans, np.zeros((1, 2)), np.zeros((1, 1)), np.array([[3.25, np.nan]]), columns)
    return [None if np.isnan(value) else float(value) for value in found.features[:, HEARD]]


def hits() -> dict:
    """What patterns name in words whose spelling is mended wrongly."""
    weigher = Weigher(Catalogue({}, frozenset(), frozenset(), frozenset()), hits=lambda reading, _open: kinds_in(reading.text))
    weigher.speller = Speller(["hard"] * COMMON, (), {"hard"})
    said = "I hoard me tablets so I can do it"
    mended = read(said, weigher.speller)
    return {"mended": mended.text, "kinds": sorted(weigher._hits(said, mended, None))}


def judged() -> dict:
    """How sure a judge is that learned from made-up candidates, of which likeness says little and the encoder much."""
    chance = np.random.RandomState(0)
    lines, made = [], []
    for _ in range(800):
        right = chance.random_sample() < 0.5
        features = chance.normal(size=(1, HEARD + 1)).astype(np.float32)
        features[0, 0] += right
        features[0, HEARD] = chance.normal(3.0 if right else -3.0, 2.0) if chance.random_sample() < 0.8 else np.nan
        lines.append(Line("x", "gp", {"gp": ("yes",)} if right else {}))
        made.append(Candidates([("gp", "yes")], features))
    judge = Judge()
    judge.fit_answers(made, lines)

    def sure(told: float) -> float:
        features = np.zeros((1, HEARD + 1), dtype=np.float32)
        features[0, HEARD] = told
        return float(judge.answers(Candidates([("gp", "yes")], features))[0])

    each = [float(some[0]) for some in judge.answers_of_each(made)]
    return {
        "no": sure(-5.0), "unknown": sure(float("nan")), "yes": sure(5.0), "louder": sure(11.0),
        "alone": [float(judge.answers(some)[0]) for some in made[:20]], "each": each[:20],
        "mean": float(np.mean(each)), "right": float(np.mean([bool(line.answers) for line in lines])),
    }  # fmt: skip


def main() -> None:
    asked = json.load(sys.stdin)
    imported, domain = importer()
    result = {
        "importer": imported,
        "commands": commands(asked["lines"]),
        "place": asyncio.run(place(domain)),
        "words": asyncio.run(words(domain)),
        "heard": heard(),
        "judged": judged(),
        "hits": hits(),
        "disarmed": [disarm(text) for text in ("/pause", " // a", "/", "either/or", "yes")],
    }
    print(json.dumps(result))


main()
