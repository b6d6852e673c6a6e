from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interview.rules import ALWAYS, NOTHING, Rule, RuleError, Truth, Value, both, comparisons, compile_rule
from tests.interview.strategies import SOME, rules, values


class Facts(dict[str, "Value | None"]):
    def value(self, source: str) -> Value | None:
        return self.get(source, NOTHING)


def holds(data: Any, **known: Value | None) -> Truth:
    return compile_rule(data).holds(Facts(known))


def chosen(*options: str) -> Value:
    return Value(frozenset(options), real=True)


REFUSED = Value(frozenset(["refused"]))
SEVEN = Value(number=7, real=True)


@pytest.mark.parametrize(
    ("rule", "value", "truth"),
    [
        ({"is": ["q", "a", "b"]}, chosen("b"), True),
        ({"is": ["q", "a", "b"]}, chosen("c", "a"), True),
        ({"is": ["q", "a"]}, chosen("c"), False),
        ({"is": ["q", "refused"]}, REFUSED, True),
        ({"is": ["q", "a"]}, NOTHING, False),
        ({"is": ["q", "a"]}, None, None),
        ({"is": ["q", 7]}, chosen("7"), True),
        ({"answered": "q"}, chosen("a"), True),
        ({"answered": "q"}, REFUSED, False),
        ({"answered": "q"}, None, None),
        ({"known": "q"}, NOTHING, False),
        ({"at_least": ["q", 7]}, SEVEN, True),
        ({"at_least": ["q", 8]}, SEVEN, False),
        ({"at_least": ["q", 1]}, REFUSED, False),
        ({"below": ["q", 7.5]}, SEVEN, True),
        ({"below": ["q", 7]}, SEVEN, False),
        ({"below": ["q", 7]}, NOTHING, False),
        ({"below": ["q", 7]}, None, None),
        ({"not": {"is": ["q", "a"]}}, chosen("a"), False),
        ({"not": {"is": ["q", "a"]}}, NOTHING, True),
        ({"not": {"is": ["q", "a"]}}, None, None),
    ],
)
def test_comparisons(rule: Any, value: Value | None, truth: Truth) -> None:
    assert holds(rule, q=value) is truth


YES, NO, OPEN = {"is": ["y", "a"]}, {"is": ["n", "a"]}, {"is": ["o", "a"]}


@pytest.mark.parametrize(
    ("rule", "truth"),
    [
        ({"all": [YES, YES]}, True),
        ({"all": [YES, OPEN]}, None),
        ({"all": [OPEN, NO]}, False),
        ({"all": [NO, OPEN]}, False),
        ({"any": [NO, NO]}, False),
        ({"any": [NO, OPEN]}, None),
        ({"any": [OPEN, YES]}, True),
        ({"any": [YES, OPEN]}, True),
    ],
)
def test_all_and_any_have_three_values(rule: Any, truth: Truth) -> None:
    assert holds(rule, y=chosen("a"), n=chosen("b"), o=None) is truth


@pytest.mark.parametrize(
    "data",
    [
        *["a", [], {}, {"is": ["q", "a"], "not": YES}, {"maybe": YES}],
        *[{"all": []}, {"any": YES}, {"all": [None]}, {"not": None}, {"not": [YES]}],
        *[{"is": "q"}, {"is": ["q"]}, {"is": [1, "a"]}, {"answered": ["q"]}, {"known": None}],
        *[{"at_least": ["q"]}, {"at_least": ["q", "7"]}, {"below": ["q", True]}, {"below": [7, 7]}, {"below": "q"}],
        *[{"below": ["q", float("nan")]}, {"below": ["q", float("inf")]}, {"at_least": ["q", 10**400]}],
    ],
)
def test_what_is_not_of_the_language_is_refused(data: Any) -> None:
    with pytest.raises(RuleError):
        compile_rule(data)


def test_no_rule_always_holds() -> None:
    assert compile_rule(None) is ALWAYS
    assert ALWAYS.holds(Facts()) is True


def test_both() -> None:
    yes, no = compile_rule(YES), compile_rule(NO)
    assert both(ALWAYS, yes) is yes
    assert both(yes, ALWAYS) is yes
    joined = both(yes, no)
    assert joined.sources == {"y", "n"}
    assert joined.holds(Facts(y=chosen("a"), n=chosen("b"))) is False
    assert compile_rule(joined.data).holds(Facts(y=chosen("a"), n=chosen("a"))) is True


def test_the_comparisons_of_a_rule() -> None:
    data = {"all": [YES, {"not": {"any": [{"answered": "q"}, {"below": ["s", 3]}, {"known": "record.age"}]}}]}
    assert list(comparisons(data)) == [
        ("is", "y", ["a"]),
        ("answered", "q", []),
        ("below", "s", [3]),
        ("known", "record.age", []),
    ]
    assert compile_rule(data).sources == {"y", "q", "s", "record.age"}
    assert list(comparisons(ALWAYS.data)) == []


SOURCES = ("q1", "q2", "q3")


@SOME
@given(rules(SOURCES), st.fixed_dictionaries({source: values() for source in SOURCES}), st.sets(st.sampled_from(SOURCES)))
def test_what_is_settled_with_less_known_stays_so(data: Any, known: dict[str, Value], hidden: set[str]) -> None:
    rule: Rule = compile_rule(data)
    sooner = rule.holds(Facts({**known, **dict.fromkeys(hidden)}))
    later = rule.holds(Facts(known))
    assert later is not None
    assert sooner in (None, later)
