from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from bot.interview.answers import Answer
from bot.interview.definitions import Interview
from bot.interview.path import Context, PathFinder
from bot.interview.reaching import Reach, TooHard, Witness
from bot.interview.rules import NOTHING, compile_rule
from tests.interview.making import Person, build, need, option, question
from tests.interview.strategies import FIELD_LEAVES, SOME, contexts, interviews, made, randoms, rules, run


def on_path(interview: Interview, witness: Witness | None, name: str) -> bool:
    assert witness is not None
    return name in PathFinder(interview).path(Context(witness.facts), witness.answers)


def found(tmp_path: Path, *questions: dict[str, Any], needs: Any = None, name: str = "goal") -> Witness | None:
    """The witness for the question ``goal``, once the real path agreed with it."""
    interview = build(tmp_path, *questions, needs=needs)
    witness = Reach(interview).question(interview.question(name))
    if witness is not None:
        assert on_path(interview, witness, name)
    return witness


def goal(rule: Any, *options: Any, **more: Any) -> dict[str, Any]:
    return question("goal", *(options or ("x", "y")), when=rule, **more)


Q = question("q", "a", "b", "c")
MANY = question("m", "a", "b", "c", "d", option("none", exclusive=True), kind="many")


def test_a_question_without_a_rule_needs_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, Q, name="q") == Witness({}, {})


def test_through_questions_and_the_record(tmp_path: Path) -> None:
    then = question("then", "x", "y", when={"all": [{"is": ["q", "b"]}, {"is": ["record.sex", "female"]}]})
    witness = found(tmp_path, Q, then, goal({"answered": "then"}))
    assert witness is not None
    assert witness.answers["q"].options == ("b",)
    assert witness.facts["record.sex"].options == {"female"}


@pytest.mark.parametrize(
    ("rule", "reachable"),
    [
        ({"all": [{"is": ["q", "a"]}, {"is": ["q", "b"]}]}, False),
        ({"all": [{"answered": "q"}, {"not": {"is": ["q", "a", "b"]}}]}, True),
        ({"all": [{"answered": "q"}, {"not": {"is": ["q", "a", "b", "c"]}}]}, False),
        ({"is": ["q", "refused"]}, True),
        ({"all": [{"is": ["q", "refused"]}, {"answered": "q"}]}, False),
        ({"all": [{"not": {"answered": "q"}}, {"not": {"is": ["q", "refused", "unknown", "later"]}}]}, True),
        ({"not": {"any": [{"answered": "q"}, {"is": ["q", "refused", "unknown", "later", "skipped"]}]}}, False),
        ({"all": [{"is": ["m", "a"]}, {"is": ["m", "b"]}]}, True),
        ({"all": [{"is": ["m", "a"]}, {"is": ["m", "b"]}, {"is": ["m", "c"]}, {"is": ["m", "d"]}]}, True),
        ({"all": [{"is": ["m", "a"]}, {"is": ["m", "none"]}]}, False),
        ({"all": [{"is": ["m", "a"]}, {"is": ["m", "b"]}, {"not": {"is": ["m", "c"]}}]}, True),
        ({"at_least": ["s", 10]}, True),
        ({"at_least": ["s", 11]}, False),
        ({"below": ["s", 0]}, False),
        ({"all": [{"at_least": ["s", 4]}, {"below": ["s", 5]}]}, True),
        ({"all": [{"at_least": ["s", 5]}, {"below": ["s", 5]}]}, False),
        ({"all": [{"answered": "s"}, {"not": {"at_least": ["s", 5]}}]}, True),
        ({"answered": "t"}, True),
        ({"is": ["t", "words"]}, False),
        ({"is": ["goal", "x"]}, False),
        ({"is": ["after", "x"]}, False),
        ({"is": ["nothing", "x"]}, False),
        ({"known": "record.height"}, False),
        *[(rule, True) for rule in FIELD_LEAVES],
        ({"not": {"known": "record.sex"}}, False),
        ({"not": {"known": "record.release"}}, True),
        ({"all": [{"known": "record.release"}, {"not": {"at_least": ["record.weeks_to_release", 5]}}]}, True),
        ({"all": [{"not": {"known": "record.release"}}, {"below": ["record.weeks_to_release", 5]}]}, False),
        ({"is": ["record.release", "2031-01-01"]}, True),
        ({"all": [{"is": ["record.recalled", "yes"]}, {"is": ["record.sentence_type", "life"]}]}, False),
        ({"all": [{"is": ["record.recalled", "yes"]}, {"not": {"is": ["record.sentence_type", "recall_fixed"]}}]}, True),
        ({"all": [{"is": ["record.foreign_national", "no"]}, {"is": ["record.nationality", "Polish"]}]}, False),
        ({"all": [{"is": ["record.foreign_national", "yes"]}, {"is": ["record.nationality", "British"]}]}, True),
        ({"all": [{"is": ["record.foreign_national", "no"]}, {"is": ["record.immigration_status", "deportation"]}]}, False),
        ({"all": [{"is": ["record.foreign_national", "yes"]}, {"is": ["record.immigration_status", "settled"]}]}, True),
        ({"all": [{"is": ["record.nationality", "British"]}, {"is": ["record.immigration_status", "asylum"]}]}, True),
        ({"all": [{"is": ["record.foreign_national", "yes"]}, {"not": {"known": "record.immigration_status"}}]}, True),
        ({"all": [{"is": ["record.armed_forces", "yes"]}, {"is": ["record.armed_forces", "no"]}]}, False),
        ({"all": [{"is": ["record.flags", "ppo"]}, {"is": ["record.flags", "mappa"]}]}, True),
        ({"not": {"is": ["record.flags", "ppo", "iom", "mappa", "sexual_offence"]}}, True),
        ({"all": [{"is": ["record.home_area", "Ely"]}, {"is": ["record.home_area", "Stoke"]}]}, False),
        ({"all": [{"known": "record.home_area"}, {"not": {"is": ["record.home_area", "Ely"]}}]}, True),
        ({"below": ["record.age", 0]}, False),
    ],
)
def test_what_rules_can_tell_apart(tmp_path: Path, rule: Any, reachable: bool) -> None:
    scale = question("s", kind="scale", ends={"plain": ["a", "b"], "easy": ["a", "b"]})
    witness = found(tmp_path, Q, MANY, scale, question("t", kind="text"), goal(rule), question("after", "x", "y"))
    assert (witness is not None) == reachable


def test_at_most_limits_what_is_chosen_together(tmp_path: Path) -> None:
    rule = {"all": [{"is": ["m", "a"]}, {"is": ["m", "b"]}, {"is": ["m", "c"]}]}
    assert found(tmp_path, {**MANY, "at_most": 3}, goal(rule)) is not None
    assert found(tmp_path, {**MANY, "at_most": 2}, goal(rule)) is None


def test_numbers_without_bounds_and_thresholds(tmp_path: Path) -> None:
    number = question("n", kind="number")
    assert found(tmp_path, number, goal({"answered": "n"})) is not None
    assert found(tmp_path, number, goal({"all": [{"at_least": ["n", 2.5]}, {"below": ["n", 3.5]}]})) is not None


def test_options_that_are_not_always_offered(tmp_path: Path) -> None:
    then = question("then", option("x", when={"is": ["q", "a"]}), "y", "z")
    witness = found(tmp_path, Q, then, goal({"is": ["then", "x"]}))
    assert witness is not None
    assert witness.answers["q"].options == ("a",)
    assert found(tmp_path, Q, then, goal({"all": [{"is": ["then", "x"]}, {"is": ["q", "b"]}]})) is None
    interview = build(tmp_path, Q, question("then", option("x", when={"is": ["q", "a"]}), "y"), goal({"is": ["q", "b"]}))
    asked = interview.question("then")
    witness = Reach(interview).option(asked, asked.options[0])
    assert witness is not None
    assert asked.options[0] in PathFinder(interview).path(Context(witness.facts), witness.answers).by_id["then"].options


def test_a_question_needs_something_to_choose(tmp_path: Path) -> None:
    options = (option("x", when={"is": ["q", "a"]}), option("y", when={"is": ["q", "b"]}))
    assert found(tmp_path, Q, goal({"is": ["q", "b"]}, *options)) is not None
    assert found(tmp_path, Q, goal({"is": ["q", "c"]}, *options)) is None
    after = goal({"all": [{"is": ["q", "c"]}, {"answered": "then"}]})
    assert found(tmp_path, Q, question("then", *options), after) is None
    after = goal({"all": [{"is": ["q", "a"]}, {"answered": "then"}]})
    assert found(tmp_path, Q, question("then", *options), after) is not None


def test_offers_of_help(tmp_path: Path) -> None:
    needs = {"finance": [need("n1", {"all": [{"is": ["q", "a"]}, {"is": ["q", "b"]}]}), need("n2", {"is": ["q", "c"]})]}
    witness = found(tmp_path, Q, question("goal", kind="many", options_from="needs"), needs=needs)
    assert witness is not None
    assert witness.answers["q"].options == ("c",)
    interview = build(tmp_path, Q, question("goal", kind="many", options_from="needs"), needs=needs)
    assert [Reach(interview).need(one) is not None for one in interview.needs] == [False, True]
    never = {"finance": needs["finance"][:1]}
    assert found(tmp_path, Q, question("goal", kind="many", options_from="needs"), needs=never) is None
    later = goal({"is": ["help", "n2"]})
    assert found(tmp_path, Q, question("help", kind="many", options_from="needs"), later, needs=needs) is not None


def test_what_is_implied_is_not_asked(tmp_path: Path) -> None:
    implied = goal({"answered": "q"}, implied={"when": {"is": ["q", "a"]}, "answer": "x"})
    witness = found(tmp_path, Q, implied)
    assert witness is not None
    assert witness.answers["q"].options != ("a",)
    assert found(tmp_path, Q, goal({"is": ["q", "a"]}, implied={"when": {"is": ["q", "a", "b"]}, "answer": "x"})) is None
    assert found(tmp_path, Q, goal({"is": ["q", "a"]}, implied={"answer": "x"})) is None
    then = question("then", "x", "y", implied={"when": {"is": ["q", "a"]}, "answer": "x"})
    after = goal({"all": [{"is": ["q", "a"]}, {"is": ["then", "x"]}]})
    assert found(tmp_path, Q, then, after) is not None
    after = goal({"all": [{"is": ["q", "a"]}, {"is": ["then", "y"]}]})
    assert found(tmp_path, Q, then, after) is None
    assert found(tmp_path, Q, then, goal({"is": ["then", "y"]})) is not None


def test_too_much_to_look_at_is_not_called_unreachable(tmp_path: Path) -> None:
    chain = [question(f"q{n}", "a", "b") for n in range(8)]
    odd = {"all": [{"any": [{"is": [f"q{n}", "a"]}, {"is": [f"q{n}", "b"]}]} for n in range(8)] + [{"is": ["q0", "refused"]}]}
    interview = build(tmp_path, *chain, goal(odd))
    assert Reach(interview).question(interview.question("goal")) is None
    with pytest.raises(TooHard):
        Reach(interview, budget=3).question(interview.question("goal"))


@SOME
@given(interviews())
def test_every_witness_convinces_the_path(definition: Any) -> None:
    with made(definition) as interview:
        reach = Reach(interview)
        for asked in interview.questions:
            witness = reach.question(asked)
            if witness is not None:
                path = PathFinder(interview).path(Context(witness.facts), witness.answers)
                assert asked.id in path
                assert not path.by_id[asked.id].implied
            for one in asked.options:
                witness = reach.option(asked, one)
                if witness is not None:
                    path = PathFinder(interview).path(Context(witness.facts), witness.answers)
                    assert asked.id not in path or one in path.by_id[asked.id].options


@SOME
@given(interviews(), contexts(), randoms())
def test_what_is_asked_was_called_reachable(definition: Any, context: Context, random: Any) -> None:
    with made(definition) as interview:
        reach = Reach(interview)
        person = Person(interview, context)
        for name in set(run(person, random, 200)):
            assert reach.question(interview.question(name)) is not None, name
        for one in interview.needs:
            if one.when.holds(_Facts(person)):
                assert reach.need(one) is not None


class _Facts:
    """What needs see in the end."""

    def __init__(self, person: Person) -> None:
        self.facts, self.answers = person.context.facts, person.path.answers

    def value(self, source: str) -> Any:
        return self.answers[source].value() if source in self.answers else self.facts.get(source, NOTHING)


@SOME
@given(rules(("q", "m"), fields=True))
def test_a_rule_or_its_opposite_can_hold(tmp_path_factory: pytest.TempPathFactory, rule: Any) -> None:
    interview = build(tmp_path_factory.mktemp("rule"), Q, MANY)
    reach = Reach(interview)
    witnesses = [reach.rule(compile_rule(rule)), reach.rule(compile_rule({"not": rule}))]
    assert any(witnesses)
    for one in witnesses:
        assert one is None or all(isinstance(answer, Answer) for answer in one.answers.values())
