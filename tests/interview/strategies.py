"""What hypothesis makes: rules, small interviews, and people who answer at random."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path as File
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from bot.interview.answers import Answer, choose, not_now
from bot.interview.definitions import LATER, NOT_NOW, Interview, Question
from bot.interview.loading import load_interview
from bot.interview.path import CONFIRMED, Context, Step
from bot.interview.record import is_foreign
from bot.interview.rules import Value
from bot.interview.sources import FIELDS
from tests.interview.making import REVIEW, Data, Person, need, option, question, read_back, section, write

Definition = tuple[list[Data], dict[str, list[Data]], Data]
OPTIONS = ("a", "b", "c")


def values() -> st.SearchStrategy[Value]:
    return st.one_of(
        st.just(Value()),
        st.sampled_from(NOT_NOW).map(lambda state: Value(frozenset([state]))),
        st.frozensets(st.sampled_from(OPTIONS), min_size=1).map(lambda chosen: Value(chosen, real=True)),
        st.integers(0, 10).map(lambda number: Value(number=number, real=True)),
    )


def leaves(sources: tuple[str, ...]) -> st.SearchStrategy[Data]:
    source, bound = st.sampled_from(sources), st.integers(1, 9)
    wanted = st.lists(st.sampled_from([*OPTIONS, *NOT_NOW]), min_size=1, max_size=2, unique=True)
    return st.one_of(
        st.builds(lambda name, ids: {"is": [name, *ids]}, source, wanted),
        st.builds(lambda name: {"answered": name}, source),
        st.builds(lambda name, number: {"at_least": [name, number]}, source, bound),
        st.builds(lambda name, number: {"below": [name, number]}, source, bound),
    )


FIELD_LEAVES: tuple[Data, ...] = (
    {"is": ["interview.mode", "worker"]},
    {"is": ["interview.kind", "prerelease"]},
    {"is": ["record.sex", "female"]},
    {"is": ["record.recalled", "yes"]},
    {"is": ["record.sentence_type", "life", "recall_fixed"]},
    {"is": ["record.foreign_national", "yes"]},
    {"is": ["record.nationality", "Polish"]},
    {"is": ["record.flags", "ppo"]},
    {"is": ["record.armed_forces", "yes"]},
    {"known": "record.release"},
    {"below": ["record.weeks_to_release", 12]},
    {"at_least": ["record.age", 21]},
    {"known": "record.care_leaver"},
)


def rules(sources: tuple[str, ...], fields: bool = False) -> st.SearchStrategy[Data]:
    base = st.one_of(leaves(sources), st.sampled_from(FIELD_LEAVES)) if fields else leaves(sources)

    def larger(part: st.SearchStrategy[Data]) -> st.SearchStrategy[Data]:
        parts = st.lists(part, min_size=1, max_size=3)
        return st.one_of(
            st.builds(lambda one: {"not": one}, part),
            st.builds(lambda several: {"all": several}, parts),
            st.builds(lambda several: {"any": several}, parts),
        )

    return st.recursive(base, larger, max_leaves=4)


# Other work on the machine must not fail a test: time is measured elsewhere.
SOME = settings(deadline=None, max_examples=60)
SEEDS = st.integers(0, 2**32)


def interviews() -> st.SearchStrategy[Definition]:
    """(sections, needs, head) of a small interview, for ``making.write``. From a seed: drawing each part would take seconds."""
    return SEEDS.map(lambda seed: _Maker(Random(seed)).interview())


def randoms() -> st.SearchStrategy[Random]:
    return SEEDS.map(Random)


class _Maker:
    """Makes interviews with every feature a definition can have."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.asked: list[str] = []

    def maybe(self, share: float) -> bool:
        return self.random.random() < share

    def rule(self, fields: bool = True, depth: int = 0) -> Data:
        form = self.random.choice(["leaf", "leaf", "leaf", "not", "all", "any"])
        if form == "not":
            return {"not": self.rule(fields, depth)}
        if form != "leaf" and depth < 2:
            return {form: [self.rule(fields, depth + 1) for _ in range(self.random.randint(1, 3))]}
        if not self.asked or (fields and self.maybe(0.3)):
            return self.random.choice(FIELD_LEAVES)
        name = self.random.choice(self.asked)
        bound = self.random.randint(1, 9)
        wanted = self.random.sample([*OPTIONS, *OPTIONS, *NOT_NOW], self.random.randint(1, 3))
        chosen = {"is": [name, *wanted]}
        return self.random.choice([chosen, chosen, {"answered": name}, {"at_least": [name, bound]}])

    def question(self) -> Data:
        kind = self.random.choice(["one", "one", "one", "many", "many", "number", "scale", "text"])
        made = question(f"q{len(self.asked)}", kind=kind)
        if kind in ("one", "many"):
            self.options(made)
        if kind == "scale":
            made["ends"] = {"plain": ["Low", "High"], "easy": ["Low", "High"]}
        if self.maybe(0.5):
            made["when"] = self.rule(fields=self.maybe(0.3))
        if self.asked and self.maybe(0.2):
            made["depends_on"] = [self.random.choice(self.asked)]
        if self.maybe(0.1):
            made["asked_of"] = "worker"
        self.asked.append(made["id"])
        return made

    def options(self, made: Data) -> None:
        made["options"] = [option(one) for one in OPTIONS]
        if self.maybe(0.3):
            for one in self.random.choice([made["options"], made["options"][:1]]):
                one["when"] = self.rule()
        if made["kind"] == "many":
            made["options"][2]["exclusive"] = self.maybe(0.5)
        if self.maybe(0.15):
            made["implied"] = {"when": self.rule(), "answer": self.random.choice(OPTIONS)}

    def interview(self) -> Definition:
        sections, needs = [], []
        for name in ("s1", "s2")[: self.random.randint(1, 2)]:
            more: Data = {"pathway": "finance" if name == "s1" else None}
            if self.maybe(0.3):
                more["when"] = self.rule()
            asked = [self.question() for _ in range(self.random.randint(1, 4))]
            if name == "s1" and self.maybe(0.5):
                needs = [need(f"need{n}", self.rule()) for n in range(self.random.randint(1, 2))]
                asked.append(question("help", kind="many", options_from="needs"))
            sections.append(section(name, *asked, **more))
        end = [self.question(), *(read_back(one["section"]) for one in sections), question("well", *OPTIONS)]
        sections.append(section("end", *end))
        return sections, {"finance": needs} if needs else {}, {"review": REVIEW} if self.maybe(0.3) else {}


@contextmanager
def made(definition: Definition) -> Iterator[Interview]:
    """The interview of a drawn definition."""
    sections, needs, head = definition
    with tempfile.TemporaryDirectory() as folder:
        yield load_interview(write(File(folder), sections, needs, **head))


def contexts() -> st.SearchStrategy[Context]:
    return randoms().map(some_facts)


def some_facts(random: Random) -> Context:
    """Facts as a record and an interview give them: what follows from another field agrees with it."""
    known: dict[str, Value] = {}
    for source, field in FIELDS.items():
        if field.always or random.random() < 0.5:
            if field.number:
                known[source] = Value(number=random.choice([5, 11, 12, 20, 21, 30, 60]), real=True)
            else:
                known[source] = _word(random.choice(field.values or ("Polish", "en", "British")))
    kind = random.choice(FIELDS["record.sentence_type"].values)
    known["record.sentence_type"], known["record.recalled"] = _word(kind), _word("yes" if kind.startswith("recall") else "no")
    nation = random.choice(["British", "Polish"])
    status = next(iter(known["record.immigration_status"].options), None) if "record.immigration_status" in known else None
    known["record.nationality"], known["record.foreign_national"] = (
        _word(nation),
        _word("yes" if is_foreign(nation, status) else "no"),
    )
    for source in ("record.release", "record.weeks_to_release"):
        known.pop(source, None)
    if random.random() < 0.7:
        weeks = random.choice([-1, 5, 11.5, 12, 60])
        known["record.release"], known["record.weeks_to_release"] = _word("2030-01-01"), Value(number=weeks, real=True)
    known["record.flags"] = Value(frozenset(flag for flag in FIELDS["record.flags"].values if random.random() < 0.3), real=True)
    return Context(known)


def _word(word: str) -> Value:
    return Value(frozenset([word]), real=True)


def some_answer(random: Random, step: Step, confirm: bool = False) -> Answer:
    """A legal answer to a step. ``confirm``: no more "something is not right"."""
    asked = step.question
    if random.random() < 0.25 and not confirm:
        return not_now(asked, random.choice(NOT_NOW), step.answer)
    if asked.closed:
        return choose(asked, _pick(random, step, confirm), step.options)
    return _typed(random, asked)


def _pick(random: Random, step: Step, confirm: bool) -> list[str]:
    ids = [option.id for option in step.options]
    if confirm and CONFIRMED in ids:
        return [CONFIRMED]
    alone = [option.id for option in step.options if option.exclusive]
    together = [name for name in ids if name not in alone]
    most = step.question.at_most or len(together)
    if step.question.kind == "one" or not together or (alone and random.random() < 0.3):
        return [random.choice(alone or ids if step.question.kind == "many" else ids)]
    return random.sample(together, random.randint(1, min(most, len(together))))


def _typed(random: Random, asked: Question) -> Answer:
    if asked.kind in ("number", "scale"):
        low, high = asked.minimum or 0, asked.maximum if asked.maximum is not None else 10
        return Answer(asked.id, number=float(random.randint(int(low), int(high))))
    return Answer(asked.id, text=random.choice(["2030-01-01", "something"]))


def run(person: Person, random: Random, most: int) -> list[str]:
    """Answer whatever comes next at random until nothing is open; the ids in the order they were asked."""
    asked: list[str] = []
    while (step := person.path.next()) is not None:
        assert len(asked) < most, f"no end in sight: {asked[-6:]}"
        # Somebody who never finds anything right would be asked for ever, and rightly so.
        asked.append(step.question.id)
        often = asked.count(step.question.id) > 1
        person.give(some_answer(random, step, confirm=often))
    return asked


def carried_over(answers: dict[str, Answer], interview: Interview) -> dict[str, Answer]:
    """Answers as a later interview starts with them."""
    return {name: replace(answer, carried=True) for name, answer in answers.items() if interview.by_id[name].carry}


def putting_off(person: Person, step: Step) -> Answer:
    return not_now(step.question, LATER, person.answers.get(step.question.id))


def junk(interview: Interview, random: Random) -> dict[str, Answer]:
    """Answers that may be off the path, rest on others that were never given, or name options not offered now."""
    found: dict[str, Any] = {}
    for asked in interview.questions:
        if random.random() < 0.5:
            step = Step(asked, asked.options, None, settled=False)
            found[asked.id] = replace(some_answer(random, step), basis=random.choice(["", "old"]))
    return found
