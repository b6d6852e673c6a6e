"""Tiny definitions for tests: only what a test is about has to be said."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as File
from typing import Any

import yaml

from bot.interview.answers import Answer, choose, not_now, read_text
from bot.interview.definitions import NOT_NOW, Interview
from bot.interview.loading import load_interview
from bot.interview.path import Context, Path, PathFinder
from bot.interview.rules import Value

Data = dict[str, Any]

HEAD: Data = {
    "not_now": [{"id": state, "plain": f"Put {state}", "easy": f"Put {state}"} for state in NOT_NOW],
    "none_of_these": {"plain": "No help", "easy": "No help"},
    "limits": {"ask": 120, "why": 140, "help": 300, "option": 80, "short_text": 50, "long_text": 300, "typed": 200},
    "shared_examples": {"yes": ["yes", "yeah", "yep", "aye", "sure", "ye"], "no": ["no", "nope", "nah", "never", "naa", "no way"]},
}
REVIEW: Data = {
    "plain": {"ask": "Is this still right?", "why": "Things change."},
    "easy": {"ask": "Is this still right?", "why": "Things change."},
    "options": [{"id": "right", "plain": "Yes", "easy": "Yes"}, {"id": "change", "plain": "No", "easy": "No"}],
    "not": ["end"],
}


def option(name: str, **more: Any) -> Data:
    return {"id": name, "plain": f"Choice {name}", "easy": f"Choice {name}", **more}


def question(name: str, *options: str | Data, **more: Any) -> Data:
    """A question of kind one, unless another is said, with the options given."""
    words = {"ask": f"What about {name}?", "why": "It helps us."}
    made: Data = {"id": name, "kind": "one", "plain": dict(words), "easy": dict(words)}
    if options:
        made["options"] = [copy.deepcopy(one) if isinstance(one, dict) else option(one) for one in options]
    return {**made, **more}


def need(name: str, when: Data, **more: Any) -> Data:
    words = {"plain": f"Help {name}", "easy": f"Help {name}", "because": "you said so"}
    return {"id": name, "when": when, "source": "TTG 1", **words, **more}


def section(name: str, *questions: Data, **more: Any) -> Data:
    title = {"plain": f"Part {name}", "easy": f"Part {name}"}
    return {"section": name, "pathway": None, "title": title, "questions": list(questions), **more}


def read_back(name: str, **more: Any) -> Data:
    return question(f"read_back_{name}", "right", "change", reads_back=name, **more)


def write(root: File, sections: list[Data], needs: Mapping[str, list[Data]] | None = None, /, **head: Any) -> File:
    """Write a data folder ``bot/data`` below ``root``. Unless one is named ``end``, a last section reads the others back."""
    data = root / "bot" / "data"
    (data / "questions").mkdir(parents=True, exist_ok=True)
    (data / "needs").mkdir(exist_ok=True)
    names = [one["section"] for one in sections]
    if "end" not in names:
        sections = [*sections, section("end", *(read_back(name) for name in names), question("well", "yes", "no"))]
    for one in sections:
        save(data / "questions" / f"{one['section']}.yml", one)
    for pathway, entries in (needs or {}).items():
        save(data / "needs" / f"{pathway}.yml", {"pathway": pathway, "needs": entries})
    save(data / "interview.yml", {"sections": [one["section"] for one in sections], **HEAD, **head})
    return data


def save(path: File, data: Any) -> None:
    # No aliases: each mapping keeps a line of its own.
    path.write_text(yaml.dump(data, Dumper=_Plain, sort_keys=False, allow_unicode=True), encoding="utf-8")


class _Plain(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    def ignore_aliases(self, data: object) -> bool:
        return True


def build(root: File, *questions: Data, needs: Mapping[str, list[Data]] | None = None, **head: Any) -> Interview:
    """An interview of one section ``a`` and the one that reads it back."""
    return load_interview(write(root, [section("a", *questions, pathway="finance")], needs, **head))


def facts(**values: str | float | tuple[str, ...]) -> Context:
    """``record_age=30, interview_mode="kiosk"`` as a context."""
    made = {}
    for name, value in values.items():
        source = name.replace("_", ".", 1)
        if isinstance(value, (int, float)):
            made[source] = Value(number=float(value), real=True)
        else:
            made[source] = Value(frozenset([value] if isinstance(value, str) else value), real=True)
    return Context(made)


class Person:
    """Someone who answers. ``path`` is always that of the answers so far."""

    def __init__(self, interview: Interview, context: Context | None = None, answers: Mapping[str, Answer] | None = None) -> None:
        self.interview = interview
        self.finder = PathFinder(interview)
        self.context = context or Context()
        self.answers: dict[str, Answer] = dict(answers or {})
        self._known: tuple[dict[str, Answer], Path] | None = None

    @property
    def path(self) -> Path:
        if self._known is None or self._known[0] != self.answers:
            self._known = (dict(self.answers), self.finder.path(self.context, self.answers))
        return self._known[1]

    def give(self, answer: Answer) -> None:
        """Record an answer as a turn does."""
        basis = self.path.basis(self.interview.by_id[answer.question])
        self.answers[answer.question] = replace(answer, basis=basis, carried=False)

    def say(self, name: str, *said: str) -> Person:
        """Choose options, give a not-now answer, or type words."""
        path = self.path
        assert name in path, f"{name} is not on the path"
        asked = self.interview.by_id[name]
        if said[0] in NOT_NOW:
            self.give(not_now(asked, said[0], self.answers.get(name)))
        elif asked.closed:
            self.give(choose(asked, said, path.by_id[name].options))
        else:
            self.give(read_text(asked, said[0], self.interview.limits))
        return self

    @property
    def asked(self) -> list[str]:
        """The ids still to be asked, in order."""
        return [step.question.id for step in self.path.open]

    @property
    def on_path(self) -> list[str]:
        return [step.question.id for step in self.path.steps]
