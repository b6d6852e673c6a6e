"""Journey files: who is interviewed, what they say, and what a reader expects of it. See docs in ``bot/commands/rehearse.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from bot.interview.definitions import LEVELS, Interview
from bot.interview.record import PersonRecord, RecordError, read_record
from bot.interview.yamlfile import ContentError, Node, read_yaml
from bot.rehearsal.sayings import Saying, SayingError, ids_of, join, read_saying

PRISON_TIME = ZoneInfo("Europe/London")
MODES = ("worker", "kiosk")
OTHERWISE = ("no", "refuse", "skip")
PRISON = "HMP Northmere (made-up)"
COMMANDS = ("pause", "back", "why", "help_me", "repeat", "person")
TROUBLES = ("kill_rasa", "kill_web", "forget_tracker", "second_browser")
_KEYS = frozenset({"record", "mode", "language", "level", "say", "otherwise", "meanwhile", "expect", "title", "source"})
_EXPECT = frozenset({"asked", "not_asked", "recorded", "needs", "no_needs", "at_most"})
_ASIDE = frozenset({"at", "do", "change", "by"})


@dataclass(frozen=True, slots=True)
class Aside:
    """Something that happens while question ``at`` is open: a command, a trouble, or a ``change`` of an answer.

    ``words``: the command is said in words instead of by its button.
    """

    at: str
    do: str
    words: bool = False
    question: str = ""
    to: Saying | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a reader expects of the journey."""

    asked: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    recorded: Mapping[str, Saying] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    no_needs: tuple[str, ...] = ()
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """One interview to be played."""

    name: str
    file: str
    record: PersonRecord
    today: date
    say: Mapping[str, Saying]
    mode: str = "worker"
    language: str = "en"
    level: str = "plain"
    otherwise: str = "no"
    meanwhile: tuple[Aside, ...] = ()
    expect: Expectation = Expectation()


class _File:
    """One journey file being read. Every mistake is a ``ContentError`` with file, line and mend."""

    def __init__(self, path: Path, interview: Interview) -> None:
        self.path = path
        self.interview = interview
        self.top = read_yaml(path)

    def wrong(self, node: Node, key: str, text: str) -> NoReturn:
        raise ContentError(f"{self.path}:{node.line_of(key)}: {text}")

    def keys(self, node: Node, known: frozenset[str], what: str) -> None:
        for key in node:
            if key not in known:
                self.wrong(node, key, f"'{key}' is not a key of {what}; use {', '.join(sorted(known))}")

    def node(self, parent: Node, key: str) -> Node:
        value = parent.get(key)
        if value is None:
            return Node(parent.line_of(key))
        if not isinstance(value, Node):
            self.wrong(parent, key, f"'{key}' should be a mapping (key: value)")
        return value

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.top.get(key, allowed[0])
        if value is False:  # an unquoted `false` where `no` was meant
            value = "no"
        if value not in allowed:
            self.wrong(self.top, key, f"'{key}' is not one of {', '.join(allowed)}")
        return str(value)

    def record(self) -> tuple[PersonRecord, date]:
        if "record" not in self.top:
            self.wrong(self.top, "record", "there is no 'record'; write record: {prison_number: …, name: …, …}")
        node = self.node(self.top, "record")
        try:
            day = node.get("today") or datetime.now(PRISON_TIME).date()
            day = day if isinstance(day, date) else date.fromisoformat(str(day))
        except ValueError:
            self.wrong(node, "today", "record: today is not a date; write it as 2026-12-24")
        try:
            return read_record({"prison": PRISON, **node, "made_up": True}), day
        except RecordError as error:
            name, text = next(iter(error.problems.items()))
            self.wrong(node, "sentence" if name.startswith("sentence") else name, f"record: {name} {text}")

    def question(self, node: Node, key: str, name: object) -> str:
        found = ids_of(self.interview, str(name))
        if not found:
            self.wrong(node, key, f"'{name}' is neither a question of ours nor of the peer's; bcst2 show questions lists them")
        return found[0]

    def saying(self, node: Node, key: str, question_id: str, value: object) -> Saying:
        try:
            return read_saying(self.interview.by_id[question_id], value)
        except SayingError as error:
            self.wrong(node, key, f"{key}: {error}")

    def sayings(self, node: Node) -> dict[str, Saying]:
        """What is said to each of our questions. A peer's extra details are "say more" to the question they belong to."""
        said: dict[str, Saying] = {}
        for key, value in node.items():
            question_id = self.question(node, key, key)
            details = key.endswith("_ADDITIONAL_DETAILS") and key not in self.interview.by_id
            saying = self.saying(node, key, question_id, {"more": value} if details else value)
            try:
                said[question_id] = join(said.get(question_id), saying)
            except SayingError as error:
                self.wrong(node, key, f"{key}: {error}")
        return said

    def names(self, node: Node, key: str, known: Mapping[str, object] | None = None) -> tuple[str, ...]:
        value = node.get(key) or []
        if not isinstance(value, list):
            self.wrong(node, key, f"'{key}' should be a list of ids")
        if known is not None:
            for name in value:
                if name not in known:
                    self.wrong(node, key, f"'{name}' under '{key}' is not a need; see bot/data/needs")
            return tuple(map(str, value))
        return tuple(self.question(node, key, name) for name in value)

    def expect(self) -> Expectation:
        node = self.node(self.top, "expect")
        self.keys(node, _EXPECT, "'expect'")
        needs = {need.id: need for need in self.interview.needs}
        most = node.get("at_most")
        if most is not None and (not isinstance(most, int) or isinstance(most, bool)):
            self.wrong(node, "at_most", "'at_most' should be a number of questions")
        return Expectation(
            asked=self.names(node, "asked"),
            not_asked=self.names(node, "not_asked"),
            recorded=self.sayings(self.node(node, "recorded")),
            needs=self.names(node, "needs", needs),
            no_needs=self.names(node, "no_needs", needs),
            at_most=most,
        )

    def meanwhile(self) -> tuple[Aside, ...]:
        entries = self.top.get("meanwhile") or []
        if not isinstance(entries, list) or not all(isinstance(entry, Node) for entry in entries):
            self.wrong(self.top, "meanwhile", "'meanwhile' should be a list of {at: question, do: …}")
        return tuple(self.aside(entry) for entry in entries)

    def aside(self, entry: Node) -> Aside:
        self.keys(entry, _ASIDE, "an entry of 'meanwhile'")
        at = self.question(entry, "at", entry.get("at"))
        do = entry.get("do")
        outer = do if isinstance(do, Node) and "change" in do else entry
        if "change" in outer:
            change = self.node(outer, "change")
            target = self.question(change, "question", change.get("question"))
            to = self.saying(change, "to", target, change["to"]) if "to" in change else None
            return Aside(at, "change", question=target, to=to)
        if do not in (*COMMANDS, *TROUBLES):
            self.wrong(entry, "do", f"'do' is not one of {', '.join((*COMMANDS, *TROUBLES))}, change: {{question: …, to: …}}")
        if entry.get("by", "button") not in ("button", "words"):
            self.wrong(entry, "by", "'by' is neither button nor words")
        return Aside(at, str(do), words=entry.get("by") == "words")


def read_journey(path: Path, interview: Interview) -> Journey:
    """Read one journey file.

    Raises:
        ContentError: one line naming the file, the line and the mend.
    """
    file = _File(path, interview)
    file.keys(file.top, _KEYS, "a journey")
    record, day = file.record()
    language: Any = file.top.get("language", "en")
    if not isinstance(language, str):
        file.wrong(file.top, "language", "'language' should be a code such as en")
    return Journey(
        name=path.stem,
        file=str(path),
        record=record,
        today=day,
        say=file.sayings(file.node(file.top, "say")),
        mode=file.choice("mode", MODES),
        language=language,
        level=file.choice("level", LEVELS),
        otherwise=file.choice("otherwise", OTHERWISE),
        meanwhile=file.meanwhile(),
        expect=file.expect(),
    )
