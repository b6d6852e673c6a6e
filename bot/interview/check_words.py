"""Checks of wording: it is there in both levels, short enough, and easy read keeps to short sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.interview.check_commands import responses
from bot.interview.definitions import LEVELS, Interview, worded
from bot.interview.loading import Problems

EASY_ERROR = 15
EASY_WARNING = 10
_END = re.compile(r"[.!?]+[”’\"')]*(?:\s+|$)|\n+")
_INITIALS = re.compile(r"\b[A-Z]{2,}\b")
_HARD = re.compile(r"\b(?:offenders?|custody|custodial)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Said:
    """One piece of wording and where it stands. ``limit`` names its entry in the interview's limits."""

    file: str
    line: int
    what: str
    level: str
    text: str
    limit: str = ""


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [part.strip() for part in _END.split(text) if part.strip()]


def count_words(sentence: str) -> int:
    """How many words a sentence has; a number is one, a dash none."""
    return sum(1 for part in sentence.split() if re.search(r"\w", part))


def _said(interview: Interview, problems: Problems) -> Iterator[_Said]:
    """Everything that is said to the person."""
    for section in interview.sections:
        for key, texts in (("title", section.title), ("intro", section.intro)):
            for level, text in texts.items():
                yield _Said(section.file, section.line, f"the {key} of '{section.id}'", level, text, "help")
    for question in worded(interview):
        for level in LEVELS:
            words = question.words(level)
            for key in ("ask", "why", "help"):
                yield _Said(question.file, question.line, f"'{question.id}' {key}", level, getattr(words, key), key)
            for end in words.ends:
                yield _Said(question.file, question.line, f"the ends of '{question.id}'", level, end, "option")
        for option in question.options:
            if option.need is None:
                what = f"the option '{option.id}' of '{question.id}'"
                yield _Said(question.file, option.line, what, "plain", option.plain, "option")
                yield _Said(question.file, option.line, what, "easy", option.easy, "option")
    for need in interview.needs:
        yield _Said(need.file, need.line, f"the need '{need.id}'", "plain", need.plain, "option")
        yield _Said(need.file, need.line, f"the need '{need.id}'", "easy", need.easy, "option")
        yield _Said(need.file, need.line, f"because of '{need.id}'", "plain", need.because, "why")
    head = problems.name(problems.root / "interview.yml")
    for state, texts in interview.not_now.items():
        for level, text in texts.items():
            yield _Said(head, 1, f"the answer '{state}'", level, text, "option")
    for name, texts, file, line in responses(problems):
        for level in LEVELS:
            yield _Said(file, line, f"'{name}'", level, texts[level], "help")


def check_present(interview: Interview, problems: Problems) -> None:
    """Every question is asked and explained in both levels."""
    for question in worded(interview):
        for level in LEVELS:
            for key in ("ask", "why"):
                if not getattr(question.words(level), key):
                    problems.add(question.file, question.line, f"'{question.id}' has no {level} '{key}' words; write them")
        if "\n" in question.plain.why or "\n" in question.easy.why:
            problems.add(question.file, question.line, f"'{question.id}' says why on several lines; write one")


def check_length(interview: Interview, problems: Problems) -> None:
    """Wording keeps to the limits, and no easy sentence is far too long."""
    for said in _said(interview, problems):
        limit = interview.limits.get(said.limit, 0)
        if limit and len(said.text) > limit:
            problems.add(said.file, said.line, f"{said.what} has {len(said.text)} characters in {said.level}; at most {limit}")
        if said.level == "easy":
            for sentence in sentences(said.text):
                words = count_words(sentence)
                if words > EASY_ERROR:
                    text = f"{said.what} has an easy sentence of {words} words, “{sentence}”; at most {EASY_WARNING}"
                    problems.add(said.file, said.line, text)


def check_alike(interview: Interview, problems: Problems) -> None:
    """No two options of a question read the same, nor like a not-now answer."""
    for question in worded(interview):
        for level in LEVELS:
            seen = {texts[level].casefold(): state for state, texts in interview.not_now.items()}
            for option in question.options:
                text = (option.easy if level == "easy" else option.plain).casefold()
                if text and text in seen:
                    both = f"'{seen[text]}' and '{option.id}' of '{question.id}'"
                    problems.add(question.file, option.line, f"the options {both} read the same in {level}; word one anew")
                seen.setdefault(text, option.id)


def warn_sentences(interview: Interview, problems: Problems) -> None:
    """Easy sentences that are longer than is good."""
    for said in _said(interview, problems):
        if said.level == "easy":
            for sentence in sentences(said.text):
                words = count_words(sentence)
                if EASY_WARNING < words <= EASY_ERROR:
                    text = f"{said.what} has an easy sentence of {words} words, “{sentence}”; better at most {EASY_WARNING}"
                    problems.add(said.file, said.line, text)


def warn_words(interview: Interview, problems: Problems) -> None:
    """Words the house does not use, and initials in easy read."""
    for said in _said(interview, problems):
        for word in _HARD.findall(said.text):
            problems.add(said.file, said.line, f"{said.what} says “{word}” in {said.level}; use a plainer word")
        if said.level == "easy":
            for word in _INITIALS.findall(said.text):
                problems.add(said.file, said.line, f"{said.what} says “{word}” in easy read; write it out")


CHECKS = (check_present, check_length, check_alike)
WARNINGS = (warn_sentences, warn_words)
