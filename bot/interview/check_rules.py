"""Checks of routing rules: what they name exists, and they lead somewhere.

An interview has an end when every question that can be asked can also be settled, and the last section has something to ask
whatever was answered. A not-now answer settles any question; a given answer has to be possible as well, which is a matter of
options and bounds (``check_shape``), so what is left to check here is that the last section is always reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from bot.interview.definitions import NOT_NOW, Interview, Question
from bot.interview.loading import WORKER_MODE, Problems
from bot.interview.reaching import Reach, TooHard, Witness, ways
from bot.interview.rules import ALWAYS, Rule, both, comparison, compile_rule, leaves
from bot.interview.sources import FIELDS, is_field

HEAD = "bot/data/interview.yml"
_TANGLED = "rests on too many cases to look at them all; make the rules it rests on simpler"


@dataclass(frozen=True, slots=True)
class _Written:
    """A rule where it is written: ``position`` is the first question it cannot look at, ``rest`` what has to hold as well."""

    rule: Rule
    what: str
    file: str
    line: int
    position: int
    rest: Rule = ALWAYS
    question: Question | None = None


def _written(interview: Interview) -> Iterator[_Written]:
    """Every rule of the interview, once."""
    end = len(interview.questions)
    for section in interview.sections:
        position = min((interview.position[question.id] for question in section.questions), default=end)
        yield _Written(section.when, f"the section '{section.id}'", section.file, section.line, position)
    for question in interview.questions:
        file, position = question.file, interview.position[question.id]
        around = interview.section_by_id[question.section].when
        if question.asked_of == "worker":
            around = both(WORKER_MODE, around)
        if not question.opens_review:
            yield _Written(question.when, f"'{question.id}'", file, question.line, position, around)
        if question.implied is not None:
            what = f"what settles '{question.id}'"
            yield _Written(question.implied.when, what, file, question.line, position, question.rule)
        for option in question.options:
            if option.need is None:
                what = f"the option '{option.id}' of '{question.id}'"
                yield _Written(option.when, what, file, option.line, position, question=question)
    if interview.overheard is not None:
        yield _Written(interview.overheard, "what private questions wait for", HEAD, 1, end)
    offered = {option.need: interview.position[question.id] for question in interview.questions for option in question.options}
    for need in interview.needs:
        yield _Written(need.when, f"the need '{need.id}'", need.file, need.line, offered.get(need.id, end))


def _like(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, 1)
    return f"did you mean '{close[0]}'?" if close else "mend the name"


def check_names(interview: Interview, problems: Problems) -> None:
    """Rules look at earlier questions and known fields only, and compare them with what they can hold."""
    for written in _written(interview):
        for line, wrong in _wrong_names(interview, written):
            problems.add(written.file, line, f"the rule of {written.what} {wrong}")


def _wrong_names(interview: Interview, written: _Written) -> Iterator[tuple[int, str]]:
    """The line of each wrong comparison of a rule, and what is wrong with it."""
    for leaf in leaves(written.rule.data):
        wrong = _wrong_in(interview, written, *comparison(leaf))
        if wrong:
            yield leaf.line, wrong


def _wrong_in(interview: Interview, written: _Written, operator: str, source: str, operands: list[Any]) -> str:
    """What is wrong with one comparison; empty if nothing is."""
    if is_field(source):
        return _wrong_field(operator, source, operands)
    question = interview.by_id.get(source)
    if question is None:
        return f"looks at '{source}', which is no question; {_like(source, [*interview.by_id, *FIELDS])}"
    if interview.position[source] >= written.position:
        return f"looks at '{source}', which is not asked before it; move one of them"
    if operator == "known":
        return f"asks if '{source}' is known; that is for the record: use 'answered'"
    if operator in ("at_least", "below"):
        measured = question.kind in ("number", "scale")
        return "" if measured else f"compares '{source}' with a number, but its kind is {question.kind}; use 'is' or 'answered'"
    if operator == "is":
        return _wrong_values(source, operands, [*(option.id for option in question.options), *NOT_NOW])
    return ""


def _wrong_field(operator: str, source: str, operands: list[Any]) -> str:
    field = FIELDS.get(source)
    if field is None:
        return f"looks at '{source}', which is no field; {_like(source, list(FIELDS))}"
    if operator == "answered":
        return f"asks if '{source}' is answered; that is for questions: use 'known'"
    if operator in ("at_least", "below"):
        return "" if field.number else f"compares '{source}' with a number, but it holds words; use 'is'"
    if operator == "is" and field.number:
        return f"compares '{source}' with words, but it holds a number; use 'at_least' or 'below'"
    return _wrong_values(source, operands, list(field.values)) if field.values else ""


def _wrong_values(source: str, values: list[Any], known: list[str]) -> str:
    for value in map(str, values):
        if value not in known:
            return f"compares '{source}' with '{value}', which it can never hold; {_like(value, known)}"
    return ""


def check_depends(interview: Interview, problems: Problems) -> None:
    """``depends_on`` names earlier questions."""
    for question in interview.questions:
        for other in question.depends_on:
            if other not in interview.by_id:
                text = f"'{question.id}' depends on '{other}', which is no question; {_like(other, list(interview.by_id))}"
                problems.add(question.file, question.line, text)
            elif interview.position[other] >= interview.position[question.id]:
                text = f"'{question.id}' depends on '{other}', which is not asked before it; move one of them"
                problems.add(question.file, question.line, text)


def check_asked_by(interview: Interview, problems: Problems) -> None:
    """``asked_by`` names a closed question and answers it can have."""
    for need in interview.needs:
        if need.asked_by is None:
            continue
        question = interview.by_id.get(need.asked_by.question)
        wrong = ""
        if question is None:
            wrong = f"'{need.asked_by.question}', which is no question; {_like(need.asked_by.question, list(interview.by_id))}"
        elif not need.asked_by.wanted:
            wrong = f"'{question.id}' without the answers that say help is wanted; write 'wanted'"
        else:
            wrong = _wrong_values(question.id, list(need.asked_by.wanted), list(question.by_id))
        if wrong:
            problems.add(need.file, need.line, f"the need '{need.id}' is asked by a question: {wrong}")


def check_implied(interview: Interview, problems: Problems) -> None:
    """``implied`` has a rule and settles the question with one of its options."""
    for question in interview.questions:
        if question.implied is None:
            continue
        if question.implied.when is ALWAYS:
            problems.add(question.file, question.line, f"'{question.id}' is implied without a rule; write its 'when'")
        if question.implied.answer not in question.by_id:
            text = f"'{question.id}' is implied to be '{question.implied.answer}', which is none of its options"
            problems.add(question.file, question.line, f"{text}; {_like(question.implied.answer, list(question.by_id))}")


def check_reach(interview: Interview, problems: Problems) -> None:
    """Every question is asked, every option offered, every need found and every part of a rule true in some case."""
    reach = Reach(interview)
    for question in interview.questions:
        _check_asked(reach, question, problems)
    for written in _written(interview):
        # A wrong name makes a rule fail: that is said already.
        if written.rule is not ALWAYS and not list(_wrong_names(interview, written)):
            _check_written(reach, written, problems)


def _check_asked(reach: Reach, question: Question, problems: Problems) -> None:
    try:
        if reach.question(question) is None:
            text = f"'{question.id}' can never be asked; mend its rule or those it rests on"
            problems.add(question.file, question.line, text)
    except TooHard:
        problems.add(question.file, question.line, f"'{question.id}' {_TANGLED}")


def _check_written(reach: Reach, written: _Written, problems: Problems) -> None:
    try:
        _check_parts(reach, written, problems)
    except TooHard:
        problems.add(written.file, written.line, f"the rule of {written.what} {_TANGLED}")


def _check_parts(reach: Reach, written: _Written, problems: Problems) -> None:
    if _search(reach, written, written.rule) is None:
        problems.add(written.file, written.line, f"the rule of {written.what} can never hold; mend it or those it rests on")
        return
    for part, narrowed in _narrowed(written.rule.data):
        if _search(reach, written, compile_rule(narrowed)) is None:
            text = f"a part of the rule of {written.what} can never hold: {_show(part)}; mend or remove it"
            problems.add(written.file, part.line, text)


def _search(reach: Reach, written: _Written, rule: Rule) -> Witness | None:
    if written.question is not None:
        return reach.asked(written.question, rule)
    return reach.rule(both(written.rest, rule), written.position)


def _narrowed(data: Any) -> Iterator[tuple[Any, Any]]:
    """Each part of each ``any`` in a rule, with the rule as it is if only that part counts."""
    ((operator, operand),) = data.items()
    if operator == "any":
        for part in operand:
            yield part, part
            yield from _narrowed(part)
    elif operator == "all":
        for index, part in enumerate(operand):
            for inner, narrowed in _narrowed(part):
                yield inner, {"all": [*operand[:index], narrowed, *operand[index + 1 :]]}


def _show(data: Any) -> str:
    """A rule in short, for a message."""
    text = str(data).replace("'", "")
    return text if len(text) <= 80 else f"{text[:77]}…"


def check_end(interview: Interview, problems: Problems) -> None:
    """The last section has something to ask whatever was answered before."""
    if not interview.sections:
        return
    last = interview.sections[-1]
    rules = [question.rule for question in last.questions if not question.opens_review and ALWAYS in ways(question)]
    if ALWAYS in rules:
        return
    nothing = compile_rule({"not": {"any": [rule.data for rule in rules]}}) if rules else ALWAYS
    try:
        found = Reach(interview).rule(nothing) is not None
    except TooHard:
        found = True
    if found:
        text = f"the last section '{last.id}' may have nothing to ask, so that there is no end; give it a question without 'when'"
        problems.add(last.file, last.line, text)


def check_private(interview: Interview, problems: Problems) -> None:
    """A question that waits for privacy can tell when there is none."""
    for question in interview.questions:
        if question.private and interview.overheard is None:
            text = f"'{question.id}' is private, but nothing says when others can hear; write 'overheard' in {HEAD}"
            problems.add(question.file, question.line, text)


CHECKS = (check_names, check_depends, check_asked_by, check_implied, check_private, check_reach, check_end)
