"""Checks of how questions, options, needs and sections are put together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from bot.interview.definitions import CLOSED, NOT_NOW, Interview, Question
from bot.interview.loading import Problems
from bot.interview.path import CONFIRMED
from bot.interview.rules import Rule, comparisons

PATHWAYS = ("accommodation", "ete", "finance", "personal", "ttg_support", "domestic_abuse", "sex_work")
SENSITIVE_PATHWAYS = ("domestic_abuse", "sex_work")
FACTORS = tuple(
    "education financial housing family_relations employment alcohol drugs mental_health physical_health personal_safety".split()
)
LIMITS = ("ask", "why", "help", "option", "short_text", "long_text", "typed")
_USE_PATHWAY = f"use one of {', '.join(PATHWAYS)}"
_ID = re.compile(r"[a-z][a-z0-9_]*")


def _wrong(problems: Problems, question: Question, text: str, line: int = 0) -> None:
    problems.add(question.file, line or question.line, f"'{question.id}' {text}")


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def check_ids(interview: Interview, problems: Problems) -> None:
    """Ids are snake_case; an option id stands once in its question and a need id once among needs."""
    for question in interview.questions:
        if not _ID.fullmatch(question.id):
            _wrong(problems, question, "is not a good id; write it as small_letters_and_lines")
        for option in question.options:
            if option.id in NOT_NOW:
                _wrong(problems, question, f"has the option '{option.id}', which is a not-now answer; rename it", option.line)
            elif not _ID.fullmatch(option.id):
                _wrong(problems, question, f"has the option '{option.id}'; write its id as small_letters_and_lines", option.line)
        for name in _twice(option.id for option in question.options):
            _wrong(problems, question, f"has the option '{name}' twice; rename or remove one")
    for need in interview.needs:
        if not _ID.fullmatch(need.id):
            problems.add(need.file, need.line, f"the need '{need.id}' is not a good id; write it as small_letters_and_lines")
    for name in _twice(need.id for need in interview.needs):
        twins = [need for need in interview.needs if need.id == name]
        problems.add(twins[1].file, twins[1].line, f"the need '{name}' stands at {twins[0].file}:{twins[0].line} too; rename one")


def check_kinds(interview: Interview, problems: Problems) -> None:
    """Each question has what its kind needs and nothing that another kind has."""
    for question in interview.questions:
        if question.kind in CLOSED and not question.options:
            # One is enough for a statement that is only read.
            _wrong(problems, question, "has no options; write them")
        if question.kind not in CLOSED and question.options:
            _wrong(problems, question, f"is of kind {question.kind} and has options; use the kind one or many, or remove them")
        for option in question.options:
            if option.exclusive and question.kind != "many":
                _wrong(problems, question, f"has the exclusive option '{option.id}'; only the kind many has those", option.line)
        if question.urgent and not any(option.exclusive for option in question.options):
            _wrong(problems, question, "is urgent whatever is answered; give it the kind many and an exclusive option for no")
        _check_at_most(question, problems)
        _check_bounds(question, problems)
        if question.sensitive and question.pathway in SENSITIVE_PATHWAYS and question.kind not in CLOSED:
            _wrong(problems, question, "is sensitive and takes typed words; use the kind one or many, with buttons only")


def _check_at_most(question: Question, problems: Problems) -> None:
    if question.at_most is None:
        return
    together = [option for option in question.options if not option.exclusive]
    if question.kind != "many":
        _wrong(problems, question, "has at_most; only the kind many has it")
    elif not 1 < question.at_most < len(together):
        _wrong(problems, question, f"has at_most {question.at_most} of {len(together)} options; use a number between 1 and that")


def _check_bounds(question: Question, problems: Problems) -> None:
    low, high = question.minimum, question.maximum
    if question.kind not in ("number", "scale") and (low, high) != (None, None):
        _wrong(problems, question, "has min or max; only the kinds number and scale have them")
    elif low is not None and high is not None and low >= high:
        _wrong(problems, question, "has a min that is not below its max; mend one")
    for level in ("plain", "easy"):
        ends = len(question.words(level).ends)
        if question.kind == "scale" and ends != 2:
            _wrong(problems, question, f"is a scale without ends in {level}; write ends: {{{level}: [low, high]}}")
        if question.kind != "scale" and ends:
            _wrong(problems, question, f"has ends in {level}; only a scale has them")


def check_sections(interview: Interview, problems: Problems) -> None:
    """``interview.yml`` lists every file of ``questions/``; pathways are known; limits are set."""
    head = problems.name(problems.root / "interview.yml")
    listed = [section.id for section in interview.sections]
    if not listed:
        problems.add(head, 1, "'sections' names no section; list the files of questions/")
    for name in _twice(listed):
        problems.add(head, 1, f"the section '{name}' is listed twice; remove one")
    for path in sorted((problems.root / "questions").glob("*.yml")):
        if path.stem not in listed:
            problems.add(problems.name(path), 1, f"is not listed in {head}; add '{path.stem}' to 'sections' or remove the file")
    for section in interview.sections:
        if section.pathway is not None and section.pathway not in PATHWAYS:
            problems.add(section.file, section.line, f"the pathway '{section.pathway}' is unknown; {_USE_PATHWAY}")
    for name in LIMITS:
        if interview.limits.get(name, 0) <= 0:
            problems.add(head, 1, f"'limits' lacks a number above 0 for '{name}'; add it")


def check_read_backs(interview: Interview, problems: Problems) -> None:
    """Every section but the last is read back once in the last, and a read-back can be confirmed."""
    if not interview.sections:
        return
    last = interview.sections[-1]
    for question in interview.questions:
        if question.reads_back is None:
            continue
        if question.reads_back not in interview.section_by_id:
            _wrong(problems, question, f"reads back '{question.reads_back}', which is no section; name one of interview.yml")
        elif question.section != last.id and not question.opens_review:
            _wrong(problems, question, f"reads back a section outside the last one; move it to '{last.id}'")
        if question.kind != "one" or CONFIRMED not in question.by_id or len(question.options) < 2:
            _wrong(problems, question, f"reads back; give it the kind one, an option '{CONFIRMED}' and another one")
    times = Counter(question.reads_back for question in last.questions if not question.opens_review)
    for section in interview.sections[:-1]:
        if times[section.id] != 1:
            text = f"the section '{section.id}' is read back {times[section.id]} times here; make it exactly once"
            problems.add(last.file, last.line, text)


def check_needs(interview: Interview, problems: Problems) -> None:
    """Needs name their source, a known pathway and a known factor; those of sensitive pathways are sensitive.

    A sensitive need is never offered in a list, so that somewhere else a question has to ask if help is wanted. In the sensitive
    pathways that is what the need's rule looks at.
    """
    for need in interview.needs:
        what = f"the need '{need.id}'"
        if not need.source:
            problems.add(need.file, need.line, f"{what} has no source; write the paragraph or table it comes from")
        if need.pathway not in PATHWAYS:
            problems.add(need.file, need.line, f"{what} has the unknown pathway '{need.pathway}'; {_USE_PATHWAY}")
        if need.factor is not None and need.factor not in FACTORS:
            text = f"{what} has the unknown factor '{need.factor}'; use null or one of {', '.join(FACTORS)}"
            problems.add(need.file, need.line, text)
        if need.pathway in SENSITIVE_PATHWAYS and not need.sensitive:
            problems.add(need.file, need.line, f"{what} is of a sensitive pathway; write 'sensitive: true'")
        if need.sensitive and need.pathway not in SENSITIVE_PATHWAYS and need.asked_by is None:
            text = f"{what} is sensitive, so no list offers it; name the question that asks if help is wanted in 'asked_by'"
            problems.add(need.file, need.line, text)


def check_offers(interview: Interview, problems: Problems) -> None:
    """Help with the needs of a pathway is offered once: not at all for sensitive needs, and nowhere without needs."""
    offers = [question for question in interview.questions if question.needs_of is not None]
    for question in offers:
        if question.kind != "many":
            _wrong(problems, question, "offers help with needs; give it the kind many")
        if not any(option.need for option in question.options):
            _wrong(problems, question, f"offers help with needs of '{question.needs_of}', which has none; write some")
    for pathway in _twice(question.needs_of or "" for question in offers):
        second = [question for question in offers if question.needs_of == pathway][1]
        _wrong(problems, second, f"offers help with the needs of '{pathway}' a second time; remove one")
    offered = {question.needs_of for question in offers}
    for need in interview.needs:
        if need.pathway in PATHWAYS and need.pathway not in offered and not need.sensitive and need.asked_by is None:
            text = f"no question offers help with the need '{need.id}'; add one with 'options_from: needs' for its pathway"
            problems.add(need.file, need.line, text)


def check_sensitive(interview: Interview, problems: Problems) -> None:
    """A section of a sensitive pathway has buttons only."""
    for question in interview.questions:
        if question.pathway in SENSITIVE_PATHWAYS and not question.sensitive:
            _wrong(problems, question, "is in a section of a sensitive pathway; write 'sensitive: true'")


def check_off_paper(interview: Interview, problems: Problems) -> None:
    """A need that rests on an answer which is on no paper is on none either, or its reason would print the answer.

    What is sensitive is on no paper anyway: two marks would leave open which of them counts.
    """
    text = "is sensitive, so it is on no paper; remove 'off_paper'"
    for question in interview.questions:
        if question.sensitive and (question.off_paper or any(option.off_paper for option in question.options)):
            _wrong(problems, question, text)
    for need in interview.needs:
        if need.sensitive and need.off_paper:
            problems.add(need.file, need.line, f"the need '{need.id}' {text}")
        elif not need.sensitive and not need.off_paper and _rests_off_paper(interview, need.when):
            what = f"the need '{need.id}' rests on an answer that is on no paper"
            problems.add(need.file, need.line, f"{what}; write 'off_paper: true'")


def _rests_off_paper(interview: Interview, rule: Rule) -> bool:
    """Whether one of a rule's comparisons is with an answer that is on no paper."""
    for _, source, operands in comparisons(rule.data):
        question = interview.by_id.get(source)
        if question is not None and (
            question.off_paper or any(option.off_paper for option in question.options if option.id in operands)
        ):
            return True
    return False


CHECKS = (check_ids, check_kinds, check_sections, check_read_backs, check_needs, check_offers, check_sensitive, check_off_paper)
