"""Where a turn's time goes on our side (``--profile``).

First by layers: the same turns are sent to each layer of the running bot on its own, and what one layer takes more than the one
beneath it is its own share. Then, if py-spy is there, by what the two processes are at while many conversations are played.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.measure import Running, connect, measure_load, play
from bench.ours import Ours
from bench.processes import BenchError
from bench.script import Line, path_seconds
from bot.actions.situation import today
from bot.dialogue.content import form_of
from bot.interview.loading import load_interview
from bot.settings import SECRET_HEADER
from bot.store.database import utc_now
from bot.store.demo import demo_records

TURNS = 60
SAMPLED_SECONDS = 20
# Frames that tell what a process is at, the innermost that fits counts. (label, parts of a frame)
RASA_WORK = (
    ("checking the action's answer (jsonschema)", ("jsonschema/",)),
    ("waiting for and talking to the action endpoint", ("aiohttp/", "rasa/utils/endpoints.py")),
    ("understanding words (options.py)", ("bot/dialogue/options.py",)),
    ("other understanding (graph, commands)", ("_parse_message_with_graph",)),
    ("policies", ("_predict_next_with_tracker",)),
    ("slot extraction", ("run_action_extract_slots",)),
    ("copies of the tracker", ("rasa/shared/core/trackers.py",)),
    ("wording (NLG)", ("bot/dialogue/nlg.py",)),
    ("forms and the rest of the dialogue", ("rasa/core/",)),
    ("HTTP server", ("sanic/", "asyncio/")),
)
WEB_WORK = (
    ("commit (the disk)", ("do_commit",)),
    ("path of the interview", ("bot/interview/path.py",)),
    ("other decisions of the engine", ("bot/interview/turn.py",)),
    ("encryption", ("bot/store/keys.py", "cryptography/")),
    ("store (SQL)", ("sqlalchemy/", "bot/store/")),
    ("waiting for Rasa (urllib3)", ("urllib3/",)),
    ("what the page shows (view.py)", ("bot/web/view.py",)),
    ("pages, sessions (Flask)", ("bot/web/",)),
    ("actions (endpoint, SDK)", ("bot/actions/", "rasa_sdk/")),
    ("HTTP server", ("flask/", "werkzeug/", "waitress/")),
)


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, the time a turn takes down from there (seconds, median), and its own share."""

    name: str
    seconds: float
    own: float


def by_layers(bot: Ours, page: Running, beneath: Running) -> list[Layer]:
    """The median turn through the pages, beneath them, at the action endpoint, and of the disk alone."""
    through = statistics.median(play(page.converse("layers"), TURNS))
    rasa = statistics.median(play(beneath.converse("layers"), TURNS))
    action = statistics.median(_play_actions(bot))
    disk = statistics.median(_syncs(bot.home, 30))
    path = path_seconds(load_interview(), demo_records(utc_now().date())[0], today(), bot.script)
    named = [("pages", through), ("Rasa", rasa), ("action, engine and store", action), ("the disk (write and fsync of 4 KB)", disk)]
    layers = [Layer(name, seconds, seconds - below) for (name, seconds), (_, below) in pairwise(named)]
    layers.append(Layer(named[-1][0], disk, disk))
    layers.append(Layer("for comparison: one computation of the path, half-way", path, path))
    return layers


def _play_actions(bot: Ours) -> list[float]:
    """Turns sent straight to the action endpoint, as Rasa would post them."""
    interview = load_interview()
    opened = bot.page("layers")
    opened.begin()
    opened.close()
    connection = connect(bot.ports["actions"])
    asked, times = opened.asked, []
    for _ in range(TURNS):
        assert asked is not None
        section = interview.by_id[asked].section
        body = json.dumps(call_of(opened.name, form_of(section), asked, bot.script[asked]))
        began = time.perf_counter()
        connection.request("POST", "/webhook", body, {"Content-Type": "application/json", SECRET_HEADER: bot.secret()})
        response = connection.getresponse()
        content = response.read()
        times.append(time.perf_counter() - began)
        if response.status != 200:
            raise BenchError(f"the action endpoint answered {response.status}")
        opened.turns += 1
        asked = _asked(json.loads(content), asked, list(bot.script))
    connection.close()
    return times


def _asked(answer: dict[str, Any], before: str, order: list[str]) -> str:
    # A section's last answer names the next form and not yet its question.
    for event in answer["events"]:
        if event.get("event") == "slot" and event.get("name") == "requested_slot" and event.get("value"):
            return str(event["value"])
    return order[order.index(before) + 1]


def call_of(interview_id: str, form: str, asked: str, line: Line) -> dict[str, Any]:
    """An action call of the shape that Rasa posts, with one answer in it."""
    turn = str(uuid4())
    entities = [] if line.typed else [{"entity": "question", "value": line.question}]
    entities += [{"entity": "option", "value": option} for option in line.options]
    latest = {
        "text": line.words or "/answer",
        "intent": {"name": "words" if line.typed else "answer", "confidence": 1.0},
        "entities": entities,
        "message_id": turn,
        "metadata": {},
    }
    metadata = {"turn": turn, "question": asked, "words": line.words, "by": "bench", "device": "bench"}
    events = [{"event": "user", "text": latest["text"], "parse_data": latest, "metadata": metadata, "timestamp": time.time()}]
    tracker = {
        "sender_id": interview_id,
        "slots": {"requested_slot": asked},
        "latest_message": latest,
        "events": events,
        "paused": False,
        "active_loop": {"name": form},
        "latest_action_name": "action_listen",
        "latest_input_channel": "page",
    }
    return {"next_action": f"validate_{form}", "sender_id": interview_id, "tracker": tracker, "version": "3.6.21"}


def _syncs(folder: Path, count: int) -> list[float]:
    times = []
    with (folder / "sync.tmp").open("wb", buffering=0) as file:
        for _ in range(count):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    (folder / "sync.tmp").unlink()
    return times


def by_samples(bot: Ours, page: Running, py_spy: str) -> dict[str, list[tuple[str, float]]]:
    """What the two processes are at while ten conversations are played through the pages: shares of their busy time."""
    found = {}
    for part, work in (("rasa", RASA_WORK), ("web", WEB_WORK)):
        raw = bot.home / f"{part}.raw"
        command = [py_spy, "record", "--pid", str(bot.pid(part)), "--duration", str(SAMPLED_SECONDS), "--format", "raw", "--gil"]
        with subprocess.Popen(
            [*command, "--output", str(raw)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as sampler:
            while sampler.poll() is None:
                measure_load(page, 10, 5)
        if sampler.returncode != 0:
            raise BenchError(f"py-spy could not look into the {part} process; it may need to run as root")
        found[part] = _shares(raw, work)
    return found


def _shares(raw: Path, work: tuple[tuple[str, tuple[str, ...]], ...]) -> list[tuple[str, float]]:
    count: Counter[str] = Counter()
    for line in raw.read_text(encoding="utf-8", errors="replace").splitlines():
        stack, _, samples = line.rpartition(" ")
        frames = stack.split(";")[::-1]
        label = next((label for frame in frames for label, marks in work if any(mark in frame for mark in marks)), "the rest")
        count[label] += int(samples)
    total = sum(count.values()) or 1
    return [(label, samples / total) for label, samples in count.most_common()]


def describe(layers: list[Layer], samples: dict[str, list[tuple[str, float]]]) -> str:
    """Both as text that is Markdown too."""
    lines = ["Where a turn's time goes, one conversation (median, ms):", ""]
    lines += [f"- {layer.name}: {layer.own * 1000:.1f} of its own, {layer.seconds * 1000:.1f} from there down" for layer in layers]
    for part, shares in samples.items():
        lines += [
            "",
            f"What the Python code of the {part} process is busy with, ten conversations at once (py-spy, holders of the GIL):",
            "",
        ]
        lines += [f"- {share * 100:.0f} % {label}" for label, share in shares if share >= 0.01]
    return "\n".join(lines)
