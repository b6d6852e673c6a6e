"""``bcst2 train``: the dialogue model, trained only when what it is made from has changed."""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.commands import UserError, say
from bot.dialogue.content import model_sources
from bot.dialogue.encoder_files import present
from bot.interview.loading import load_interview
from bot.settings import ROOT, read_settings

KEPT = 2
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
# The modules that make the trained part of a model.
TRAINED = (
    "attention", "candidates", "content", "encoder", "importer", "judging", "lines", "options", "patterns", "remembering",
    "scoring", "spans", "spelling", "weighing", "wordpiece", "words",
)  # fmt: skip
RULES = Path("bot/data/rasa")
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "CUDA_VISIBLE_DEVICES": "-1",
}
# A line or a turn is too small a piece of work to be shared out: threads that wait for one another cost more than they save.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1"
)


def add(subparsers: Any) -> None:
    """Describe the subcommand."""
    parser = subparsers.add_parser("train", help="train the dialogue model if the questions changed")
    parser.add_argument("--force", action="store_true", help="train even if the model fits today's questions")


def sources(root: Path = ROOT) -> Iterator[Path]:
    """The files a model is made from, in a fixed order. Code that only runs beside the model is not among them."""
    yield from model_sources(root / "bot" / "data")
    yield from (root / "domain.yml", root / "config.yml")
    yield from (root / "bot" / "dialogue" / f"{name}.py" for name in TRAINED)
    yield root / "locks" / "rasa.txt"


def fingerprint(root: Path = ROOT) -> str:
    """A digest of everything a model is made from: a model is good for one value only."""
    digest = hashlib.sha256()
    for path in sources(root):
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    # A model that was trained with the sentence encoder needs it; one trained without does without.
    digest.update(present().encode())
    return digest.hexdigest()


def model_path(root: Path = ROOT) -> Path:
    """Where the model for today's content is, or would be."""
    return root / "models" / f"bcst2-{fingerprint(root)[:12]}.tar.gz"


def current_model(root: Path = ROOT) -> Path | None:
    """The model for today's content, or None if it has not been trained."""
    path = model_path(root)
    return path if path.is_file() else None


def forgotten(model: Path, question_ids: Iterable[str]) -> list[str]:
    """The questions a model does not know. Rasa goes on without an importer it cannot load, and only warns."""
    with tarfile.open(model) as archive:
        member = next((entry for entry in archive if entry.name.endswith("domain.yml")), None)
        file = archive.extractfile(member) if member else None
        domain = file.read().decode() if file else ""
    return [question_id for question_id in question_ids if f"utter_ask_{question_id}:" not in domain]


def sweep(keep: Path) -> None:
    """Remove models older than the newest two; never the one in use."""
    models = sorted(keep.parent.glob("bcst2-*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in [model for model in models if model != keep][KEPT - 1 :]:
        path.unlink(missing_ok=True)


def _wait(process: subprocess.Popen[bytes], what: str) -> int:
    """Wait for the end of training and show how long it has taken: all that can honestly be shown."""
    began = time.monotonic()
    on_screen = sys.stderr.isatty()
    said = 0
    try:
        while True:
            try:
                code = process.wait(timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                seconds = int(time.monotonic() - began)
                if on_screen:
                    print(f"\r{what} … {seconds} s", end="", file=sys.stderr, flush=True)
                elif seconds >= said + 15:
                    said = seconds
                    say(f"{what} … {seconds} s")
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        if on_screen:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    return code


def train(target: Path, log: Path, question_ids: list[str]) -> None:
    """Train the model ``target`` from today's content.

    Raises:
        UserError: Rasa's environment is not there, training failed, or the model lacks questions.
    """
    if not RASA_PYTHON.exists():
        raise UserError("Rasa's environment .venv-rasa is not there; run make setup")
    for folder in (log.parent.parent, log.parent):  # the home is private from the first
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.name.replace(".tar.gz", ".part.tar.gz")  # a training that was cut short leaves no model behind
    command = [str(RASA_PYTHON), "-m", "rasa", "train", "--fixed-model-name", part, "--out", str(target.parent), "--force"]
    command += ["--config", "config.yml", "--domain", "domain.yml", "--data", str(RULES)]
    command += ["--skip-validation"]  # it takes half a minute to look for what `bcst2 check` and `forgotten` find
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **QUIET, "PYTHONPATH": str(ROOT)},
        )
        code = _wait(process, f"training the dialogue model for {len(question_ids)} questions")
    made = target.parent / part
    try:
        if code != 0 or not made.is_file():
            raise UserError(f"training failed; what Rasa said is in {log}")
        if missing := forgotten(made, question_ids):
            raise UserError(f"training left out {len(missing)} questions (the first: {missing[0]}); what Rasa said is in {log}")
        if model_path() != target:
            raise UserError("the questions were changed while the model was being trained; run make train again")
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)


def run(args: argparse.Namespace) -> int:
    """Train unless the model for today's content is there."""
    target = model_path()
    if target.is_file() and not args.force:
        return 0
    question_ids = [question.id for question in load_interview().questions]
    began = time.monotonic()
    train(target, read_settings().home / "logs" / "train.log", question_ids)
    sweep(target)
    say(f"the model {target.name} is trained ({time.monotonic() - began:.0f} s)")
    return 0
