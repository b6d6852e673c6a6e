"""What holds for every interview: small ones with every feature, made at random, and the real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path as File
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.interview.answers import Answer
from bot.interview.definitions import Interview
from bot.interview.loading import DATA, Loader
from bot.interview.path import DONE, NOTHING_TO_ASK, Context, Path, PathFinder, Step
from bot.interview.reaching import Reach
from tests.interview.making import Person
from tests.interview.strategies import (
    SEEDS,
    SOME,
    Definition,
    carried_over,
    contexts,
    interviews,
    junk,
    made,
    randoms,
    run,
    some_answer,
    some_facts,
)

FEW = settings(deadline=None, max_examples=8)


@cache
def real() -> Interview:
    """The interview of the house; tests of it are skipped only while a file of it is missing."""
    loader = Loader(DATA)
    interview = loader.load()
    missing = [line for line in loader.problems.lines if "cannot be read" in line]
    if missing or not interview.sections:
        pytest.skip("; ".join(missing))
    return interview


class Start:
    """An interview, facts, a source of chance, and answers that may be there before: none, carried over, or of any kind."""

    def __init__(self, interview: Interview, context: Context, random: Random) -> None:
        self.interview, self.context, self.random = interview, context, random
        before: dict[str, Answer] = {}
        kind = random.choice(["none", "carried", "junk"])
        if kind == "carried":
            earlier = Person(interview, some_facts(random))
            run(earlier, random, most(interview))
            before = carried_over(earlier.answers, interview)
        elif kind == "junk":
            before = junk(interview, random)
        if "consent_go_on" in interview.by_id and random.random() < 0.9:
            # By chance alone half of the people would stop there, and little would be seen of the rest.
            before["consent_go_on"] = Answer("consent_go_on", options=("yes",))
        self.person = Person(interview, context, before)


def most(interview: Interview) -> int:
    """How often anything can be asked: once, once more if put off or not right, once more if what it rests on changed."""
    return 3 * len(interview.questions)


@contextmanager
def start(definition: Definition, context: Context, random: Random) -> Iterator[Start]:
    with made(definition) as interview:
        yield Start(interview, context, random)


def ends(begun: Start) -> None:
    person = begun.person
    run(person, begun.random, most(begun.interview))
    path = person.path
    assert path.open == ()
    assert path.next() is None
    assert path.remaining() == (0, 0)
    assert set(path.progress().values()) <= {DONE, NOTHING_TO_ASK}


@SOME
@given(interviews(), contexts(), randoms())
def test_every_path_ends(definition: Definition, context: Context, random: Random) -> None:
    with start(definition, context, random) as begun:
        ends(begun)


@FEW
@given(contexts(), randoms())
def test_every_path_of_the_real_interview_ends(context: Context, random: Random) -> None:
    ends(Start(real(), context, random))


def keeps_its_word(begun: Start) -> None:
    """However it goes on, what is asked is between the least and the most that were announced."""
    person, announced, asked = begun.person, [], []
    while (step := person.path.next()) is not None:
        announced.append(person.path.remaining())
        asked.append(step.question.id)
        person.give(some_answer(begun.random, step, confirm=asked.count(step.question.id) > 1))
    for index, (least, at_most) in enumerate(announced):
        assert least <= len(set(asked[index:])) <= at_most, (index, asked[index:], least, at_most)


@settings(SOME, max_examples=150)
@given(interviews(), contexts(), randoms())
def test_what_remains_is_neither_more_nor_less_than_said(definition: Definition, context: Context, random: Random) -> None:
    with start(definition, context, random) as begun:
        keeps_its_word(begun)


@FEW
@given(contexts(), randoms())
def test_what_remains_of_the_real_interview(context: Context, random: Random) -> None:
    keeps_its_word(Start(real(), context, random))


def some_way(begun: Start) -> Person:
    """The person after some turns, and a few answers to questions that were not next."""
    person, random = begun.person, begun.random
    for _ in range(random.randint(0, min(60, 2 * len(begun.interview.questions)))):
        steps = [step for step in person.path.steps if not step.implied]
        step = person.path.next() if random.random() < 0.8 else None
        step = step or (random.choice(steps) if steps else None)
        if step is not None:
            person.give(some_answer(random, step))
    return person


def sees_only_the_path(begun: Start) -> None:
    """Answers off the path are in no list, and nothing rests on them."""
    person = some_way(begun)
    path = person.path
    assert path.answers.keys() <= set(path.by_id)
    may_come = {question.id for question in path.possible}
    seen = {name: answer for name, answer in person.answers.items() if name in path or name in may_come}
    assert same(person.finder.path(person.context, seen), path)


@SOME
@given(interviews(), contexts(), randoms())
def test_answers_off_the_path_are_never_seen(definition: Definition, context: Context, random: Random) -> None:
    with start(definition, context, random) as begun:
        sees_only_the_path(begun)


@FEW
@given(contexts(), randoms())
def test_answers_off_the_real_path_are_never_seen(context: Context, random: Random) -> None:
    sees_only_the_path(Start(real(), context, random))


def same(one: Path, other: Path) -> bool:
    return (one.steps, one.open, one.possible, one.outlook.unsure) == (
        other.steps,
        other.open,
        other.possible,
        other.outlook.unsure,
    )


def order_does_not_matter(begun: Start) -> None:
    person = some_way(begun)
    names = list(person.answers)
    begun.random.shuffle(names)
    assert same(person.finder.path(person.context, {name: person.answers[name] for name in names}), person.path)


@SOME
@given(interviews(), contexts(), randoms())
def test_the_order_of_answers_does_not_matter(definition: Definition, context: Context, random: Random) -> None:
    with start(definition, context, random) as begun:
        order_does_not_matter(begun)


@FEW
@given(contexts(), randoms())
def test_the_order_of_answers_does_not_matter_in_the_real_interview(context: Context, random: Random) -> None:
    order_does_not_matter(Start(real(), context, random))


def can_be_taken_back(begun: Start) -> None:
    """Changing an answer and changing it back leaves everything as it was."""
    person, random = some_way(begun), begun.random
    before = person.path
    given_before = [step for step in before.steps if step.settled and not step.implied and step.answer is not None]
    for step in random.sample(given_before, min(3, len(given_before))):
        assert step.answer is not None
        person.give(some_answer(random, step))
        person.give(step.answer)
        assert [one.question.id for one in person.path.steps] == [one.question.id for one in before.steps]
        assert [one.question.id for one in person.path.open] == [one.question.id for one in before.open]
        assert person.path.remaining() == before.remaining()


@SOME
@given(interviews(), contexts(), randoms())
def test_a_change_can_be_taken_back(definition: Definition, context: Context, random: Random) -> None:
    with start(definition, context, random) as begun:
        can_be_taken_back(begun)


@FEW
@given(contexts(), randoms())
def test_a_change_can_be_taken_back_in_the_real_interview(context: Context, random: Random) -> None:
    can_be_taken_back(Start(real(), context, random))


def offers_only_what_may_be_chosen(begun: Start) -> None:
    """What is asked can be answered; an answer on the path is one that could be given now; the way back leads to the start."""
    person = some_way(begun)
    path = person.path
    for step in path.steps:
        assert step.options or not step.question.closed
        if step.answer is not None and not step.implied:
            assert set(step.answer.options) <= {option.id for option in step.options}
    asked: list[Step] = []
    step_before = path.before(None)
    while step_before is not None:
        asked.append(step_before)
        step_before = path.before(step_before.question.id)
    assert len(asked) == len([step for step in path.steps if step.answer is not None and not step.implied])


@SOME
@given(interviews(), contexts(), randoms())
def test_only_what_may_be_chosen_is_offered(definition: Definition, context: Context, random: Random) -> None:
    with start(definition, context, random) as begun:
        offers_only_what_may_be_chosen(begun)


@FEW
@given(contexts(), randoms())
def test_only_what_may_be_chosen_is_offered_in_the_real_interview(context: Context, random: Random) -> None:
    offers_only_what_may_be_chosen(Start(real(), context, random))


def test_every_question_of_the_real_interview_can_be_asked() -> None:
    interview = real()
    reach, finder = Reach(interview), PathFinder(interview)
    for question in interview.questions:
        witness = reach.question(question)
        assert witness is not None, question.id
        path = finder.path(Context(witness.facts), witness.answers)
        assert question.id in path
        for option in question.options:
            witness = reach.option(question, option)
            assert witness is not None, (question.id, option.id)
            path = finder.path(Context(witness.facts), witness.answers)
            assert option in path.by_id[question.id].options


@FEW
@given(contexts(), SEEDS)
def test_whatever_is_asked_in_the_real_interview_was_called_reachable(context: Context, seed: int) -> None:
    interview = real()
    reach = Reach(interview)
    person = Person(interview, context)
    for name in set(run(person, Random(seed), most(interview))):
        assert reach.question(interview.question(name)) is not None


@settings(deadline=None, max_examples=30)
@given(contexts(), st.sampled_from(["refused", "unknown", "skipped", "later"]))
def test_a_person_who_says_no_more_than_yes_to_going_on_still_comes_to_the_end(context: Context, state: str) -> None:
    interview = real()
    person = Person(interview, context)
    for _ in range(most(interview)):
        step = person.path.next()
        if step is None:
            break
        person.say(step.question.id, "yes" if step.question.id == "consent_go_on" else state)
    assert person.path.open == ()
    assert person.asked == []


@settings(deadline=None, max_examples=10)
@given(contexts(), st.sampled_from(["refused", "unknown", "skipped", "later"]))
def test_without_a_yes_or_a_no_to_going_on_that_stays_what_is_asked(context: Context, state: str) -> None:
    interview = real()
    person = Person(interview, context)
    for _ in range(most(interview)):
        step = person.path.next()
        assert step is not None
        person.say(step.question.id, state)
    assert person.path.undecided and not person.path.declined
    asked = person.path.next()
    assert asked is not None and asked.question.id == "consent_go_on"


def test_the_tests_look_at_the_files_of_the_house() -> None:
    assert (File(__file__).parents[2] / "bot" / "data").samefile(DATA)
