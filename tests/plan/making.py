"""People and their answers, on the real questions and the real plan."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path as File
from random import Random
from typing import Any

from bot.interview.answers import Answer, choose, not_now, read_text
from bot.interview.definitions import LATER, NOT_NOW, Interview
from bot.interview.loading import DATA, load_interview
from bot.interview.path import CONFIRMED, Context, Path, PathFinder, Step
from bot.interview.record import FLAGS, IMMIGRATION, SENTENCES, PersonRecord
from bot.interview.rules import Value
from bot.plan.definitions import PlanData
from bot.plan.items import Item, ProposedPlan
from bot.plan.loading import load_plan
from bot.plan.planning import make_plan

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
Said = str | list[str] | int


@cache
def interview() -> Interview:
    return load_interview()


@cache
def plan_data() -> PlanData:
    return load_plan()


@cache
def finder() -> PathFinder:
    return PathFinder(interview())


def record(**changes: Any) -> PersonRecord:
    """A man of 36 with a year to serve, in a resettlement prison since the week before, home area Northmere."""
    facts: dict[str, Any] = {
        "prison_number": "A0001AA",
        "name": "Made-up Person",
        "date_of_birth": date(1990, 5, 4),
        "sex": "male",
        "prison": "HMP Northmere",
        "reception": datetime(2026, 11, 16, 15, 0),
        "sentence_type": "determinate",
        "sentence_months": 12,
        "part1_completed": date(2026, 11, 18),
        "release": date(2027, 5, 14),
        "home_area": "Northmere",
        "nationality": "British",
        "care_leaver": "no",
        "armed_forces": "no",
        "made_up": True,
    }
    return PersonRecord(**{**facts, **changes})


def context_of(who: PersonRecord, today: date = TODAY, **interview_facts: str) -> Context:
    facts = dict(who.facts(today))
    said = {"mode": "worker", "kind": "first", "language": "en", **interview_facts}
    facts |= {f"interview.{name}": Value(frozenset([value]), real=True) for name, value in said.items()}
    facts["setting.safety_at_kiosk"] = Value(frozenset(["yes"]), real=True)
    return Context(facts)


class Person:
    """Somebody who has said some things, and of whom the record says others."""

    def __init__(self, who: PersonRecord | None = None, today: date = TODAY, **facts: str) -> None:
        self.record = who or record()
        self.today = today
        self.context = context_of(self.record, today, **facts)
        self.answers: dict[str, Answer] = {}

    @property
    def path(self) -> Path:
        return finder().path(self.context, self.answers)

    def says(self, **said: Said) -> Person:
        """Answers by question id: an option, several, a not-now answer, words or a number. Order does not matter."""
        known = {"consent_go_on": "yes", "where_lived": "family_friends", **said}
        for question in sorted(known, key=interview().position.__getitem__):
            self.say(question, known[question])
        return self

    def say(self, question: str, said: Said) -> None:
        path = self.path
        assert question in path, f"{question} is not on the path"
        step = path.by_id[question]
        if said in NOT_NOW:
            answer = not_now(step.question, str(said), step.answer)
        elif step.question.closed:
            answer = choose(step.question, [said] if isinstance(said, str) else said, step.options)  # type: ignore[list-item, arg-type]
        else:
            answer = read_text(step.question, str(said), interview().limits)
        self.answers[question] = replace(answer, basis=path.basis(step.question))

    def plan(self, data: PlanData | None = None, **more: Any) -> ProposedPlan:
        return make_plan(data or plan_data(), interview(), self.path, self.context, self.record, self.today, **more)


def items(plan: ProposedPlan, *pathways: str, general: bool = False) -> dict[str, tuple[str, str]]:
    """(level, state) of the items by key: without those that everybody has and nothing asks for, unless ``general``."""
    return {
        item.key: (item.level, item.state)
        for item in plan.items
        if (not pathways or item.pathway in pathways) and (general or any(reason.kind != "everybody" for reason in item.because))
    }


def why(item: Item) -> list[tuple[str, str]]:
    """(kind, need or cohort or words) of each reason."""
    return [(reason.kind, reason.need or reason.cohort or reason.text) for reason in item.because]


def copy_of_data(folder: File) -> File:
    """A copy of the data that a test may spoil."""
    root = folder / "bot" / "data"
    shutil.copytree(DATA, root)
    return root


def spoil(root: File, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# -- people at random


def random_record(random: Random) -> PersonRecord:
    kind = random.choice(SENTENCES)
    started = date(2026, random.randint(1, 12), random.randint(1, 28))
    released = random.choice([None, date.fromordinal(started.toordinal() + random.choice([0, 5, 40, 83, 84, 85, 200, 900, 4000]))])
    return record(
        date_of_birth=date(random.choice([1950, 1985, 2001, 2003, 2007]), random.randint(1, 12), random.randint(1, 28)),
        sex=random.choice(["male", "female"]),
        reception=datetime(started.year, started.month, started.day, random.randint(0, 23), random.randint(0, 59)),
        sentence_type=kind,
        sentence_months=random.choice([None, 1, 12, 48, 49, 120]),
        part1_completed=random.choice([None, started]),
        release=released,
        resettlement_prison=random.random() < 0.7,
        returned_within_6_months=random.random() < 0.3,
        home_area=random.choice([None, "Northmere", "Bro Aled", "Elsewhere"]),
        responsible_officer=random.choice([None, "J. Example"]),
        nationality=random.choice(["British", "Polish"]),
        immigration_status=random.choice([None, *IMMIGRATION]),
        flags=tuple(flag for flag in FLAGS if random.random() < 0.3),
        care_leaver=random.choice([None, "yes", "no"]),
        armed_forces=random.choice([None, "regular", "reservist", "no"]),
    )


def random_person(random: Random, most: int = 400) -> Person:
    """Somebody who answers whatever is asked at random, to the end or until they stop."""
    person = Person(
        random_record(random),
        mode=random.choice(["worker", "kiosk"]),
        kind=random.choice(["first", "prerelease"]),
        language=random.choice(["en", "pl", "ar"]),
    )
    stops = random.choice([most, random.randint(0, 80)])
    # "Yes" leads on to more questions than anything else.
    eager = random.random()
    for _ in range(stops):
        path = person.path
        step = path.next()
        if step is None:
            break
        answer = _random_answer(random, step, eager, asked_before=step.question.id in person.answers)
        person.answers[step.question.id] = replace(answer, basis=path.basis(step.question))
    return person


def _random_answer(random: Random, step: Step, eager: float, asked_before: bool) -> Answer:
    asked, ids = step.question, [option.id for option in step.options]
    if CONFIRMED in ids:
        return choose(asked, [CONFIRMED], step.options)
    if random.random() < 0.12 and not asked_before:
        return not_now(asked, random.choice([state for state in NOT_NOW if state != LATER]), step.answer)
    if not asked.closed:
        if asked.kind in ("number", "scale"):
            return Answer(asked.id, number=float(asked.minimum or 0))
        return Answer(asked.id, text="2030-01-01")
    if "yes" in ids and random.random() < eager:
        return choose(asked, ["yes"], step.options)
    together = [option.id for option in step.options if not option.exclusive]
    if asked.kind == "many" and together and random.random() < eager:
        return choose(asked, random.sample(together, random.randint(1, min(len(together), asked.at_most or 99))), step.options)
    return choose(asked, [random.choice(ids)], step.options)


def answered_at(answers: Mapping[str, Answer], moment: datetime) -> dict[str, datetime]:
    return dict.fromkeys(answers, moment)
