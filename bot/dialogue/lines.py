"""What understanding is trained from: examples of options, phrases of commands, and lines with all their answers.

``bot/data/understanding/*.jsonl`` has an object a line: {"id", "voice", "open", "text", "answers": {question: [options]}}, and
where they apply "clarify", "off", "private": true, "command": name, "alerts": [kinds].
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Text, Tuple

from bot.dialogue.content import examples
from bot.dialogue.encoder_files import newer, unseen
from bot.interview.definitions import Interview
from bot.interview.loading import DATA

_SHORT = re.compile(r"\W*(?:y|yes|yeah|yea|yep|yh|ye|aye|no|nah|nope|na|ok|okay|sure|same|both|that|this|it)\b", re.IGNORECASE)
FOLDER = "understanding"
COMMANDS = ("explain", "repeat", "skip", "refuse", "unknown", "back", "pause", "person")
ALERTS = ("self_harm", "safety", "child", "health")


@dataclass(frozen=True)
class Line:
    """One utterance and what it gives. ``whole`` says that ``answers`` holds all of it, also for questions that were not open."""

    text: Text
    open: Optional[Text] = None
    answers: Dict[Text, Tuple[Text, ...]] = field(default_factory=dict)
    command: Optional[Text] = None
    clarify: bool = False
    off: bool = False
    private: bool = False
    alerts: Tuple[Text, ...] = ()
    whole: bool = False
    id: Text = ""
    voice: Text = ""

    def to_json(self) -> Dict[Text, Any]:
        """A plain object, for a training message."""
        return {
            "text": self.text,
            "open": self.open,
            "answers": {question: list(options) for question, options in self.answers.items()},
            "command": self.command,
            "clarify": self.clarify,
            "off": self.off,
            "private": self.private,
            "alerts": list(self.alerts),
            "whole": self.whole,
            "id": self.id,
            "voice": self.voice,
        }


def line_of(text: Text, data: Dict[Text, Any], whole: bool = True) -> Line:
    """The line that ``to_json``, or a writer, wrote."""
    return Line(
        text=text,
        open=data.get("open"),
        answers={str(question): tuple(map(str, options)) for question, options in (data.get("answers") or {}).items()},
        command=data.get("command"),
        clarify=bool(data.get("clarify")),
        off=bool(data.get("off")),
        private=bool(data.get("private")),
        alerts=tuple(data.get("alerts") or ()),
        whole=bool(data.get("whole", whole)),
        id=str(data.get("id") or ""),
        voice=str(data.get("voice") or ""),
    )


def packed(lines: Iterable[Line]) -> Text:
    """Lines as one text, for one training message: Rasa copies and digests each message a dozen times."""
    return json.dumps([line.to_json() for line in lines])


def unpacked(text: Text) -> List[Line]:
    """The lines that ``packed`` wrote."""
    return [line_of(str(data["text"]), data) for data in json.loads(text)]


def read_lines(path: Path) -> List[Line]:
    """The lines of one file. Raises ValueError naming the line that is not of the form."""
    found = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not text.strip():
            continue
        try:
            data = json.loads(text)
            found.append(line_of(str(data["text"]), data))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError(f"{path}:{number}: is not a line of words with its answers; see docs/content.md") from None
    return found


def training_files(root: Path = DATA) -> Iterator[Path]:
    """The files of written lines, in a fixed order."""
    yield from sorted((root / FOLDER).glob("*.jsonl"))


def example_lines(interview: Interview) -> Iterator[Line]:
    """A line for each example beside an option; what else such words say is not known."""
    for question in interview.questions:
        for number, (words, option) in enumerate(examples(interview, question)):
            yield Line(words, question.id, {question.id: (option,)}, id=f"{question.id}/{option}/{number}")


def command_lines(commands: Mapping[Text, Mapping[Text, Any]]) -> Iterator[Line]:
    """A line for each phrase of a command of ``commands.yml``; the kinds of commands are those of ``COMMANDS``."""
    kinds = {"why": "explain", "help_me": "explain", "later": "skip", "go_back": "back"}
    for name, command in commands.items():
        kind = kinds.get(name, name)
        for number, phrase in enumerate(command["phrases"] if kind in COMMANDS else ()):
            yield Line(str(phrase), None, command=kind, id=f"command/{name}/{number}")


def joined(lines: Sequence[Line], count: int, seed: int = 0) -> List[Line]:
    """Lines with several answers, made of two to four of the given ones: what was said to one question, and then to others.

    Only what can be understood without its question is joined on: not "yeah, go on then".
    """
    chance = random.Random(seed)
    plain = [
        line for line in lines if line.answers and not (line.command or line.clarify or line.off or line.private or line.alerts)
    ]
    alone = [line for line in plain if len(line.text.split()) >= 4 and not _SHORT.match(line.text)]
    made: List[Line] = []
    for number in range(count if len(alone) > 4 else 0):
        first = chance.choice(plain)
        answers, text = dict(first.answers), first.text.rstrip(" .,;")
        for _ in range(chance.choice((1, 1, 2, 3))):
            other = chance.choice(alone)
            if not set(answers) & set(other.answers) and first.open not in other.answers:
                answers.update(other.answers)
                text += chance.choice((". ", ", ", "; ", ". ", " and ")) + other.text.rstrip(" .,;")
        made.append(Line(text, first.open, answers, whole=True, id=f"joined-{number}", voice=first.voice))
    return made


def some_of(lines: Sequence[Line], most: int) -> List[Line]:
    """Every example and line written since the encoder was adapted, and at most so many of those left out when it was."""
    left = [number for number, line in enumerate(lines) if line.whole and unseen(line.id) and not newer(line.id)]
    taken = set(random.Random(0).sample(left, min(most, len(left))))
    return [line for number, line in enumerate(lines) if not line.whole or newer(line.id) or number in taken]
