"""Checks of what a person can say besides answering, what the assistant says besides asking, and examples of answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

from bot.interview.definitions import LEVELS, Interview, Option, Question, worded
from bot.interview.loading import Problems, Reader
from bot.interview.yamlfile import Node

FEW_EXAMPLES = 6
# What bot/language/wording.py can fill in.
FILLED_IN = frozenset("answer why help at_most limit low high heard".split())


def responses(problems: Problems) -> Iterator[tuple[str, dict[str, str], str, int]]:
    """Each response of ``responses.yml``: its name, its words, its file and line."""
    path = problems.root / "responses.yml"
    if not path.exists():
        return
    reader = Reader(problems, problems.name(path))
    node = reader.node(problems.read(path), "responses")
    for name in node:
        entry = reader.node(node, name)
        reader.keys(entry, frozenset(LEVELS), f"'{name}'")
        yield name, reader.levels(node, name, f"'{name}'"), reader.file, node.line_of(name)


def check_responses(interview: Interview, problems: Problems) -> None:
    """A response fills in the same things in both levels."""
    del interview
    for name, words, file, line in responses(problems):
        try:
            plain, easy = (_filled_in(words[level]) for level in LEVELS)
        except ValueError:
            problems.add(file, line, f"'{name}' has a curly bracket that is no {{name}}; mend or double it")
            continue
        for extra in sorted((plain | easy) - FILLED_IN):
            problems.add(
                file, line, f"'{name}' fills in {{{extra}}}, which nothing gives; use one of {', '.join(sorted(FILLED_IN))}"
            )
        for extra in sorted(plain ^ easy):
            problems.add(file, line, f"'{name}' fills in {{{extra}}} in one level only; use it in both or neither")


def _filled_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def check_commands(interview: Interview, problems: Problems) -> None:
    """Commands have labels and phrases, and no phrase means two commands."""
    del interview
    seen: dict[str, str] = {}
    for name, phrases, reader, entry in _commands(problems):
        if not name:
            reader.wrong(entry, "id", "a command has no id; write it")
        if not phrases:
            reader.wrong(entry, "phrases", f"the command '{name}' has no phrases; write some")
        for phrase in phrases:
            other = seen.setdefault(bare(phrase), name)
            if other != name:
                reader.wrong(entry, "phrases", f"“{phrase}” means both '{other}' and '{name}'; keep it in one")


def _commands(problems: Problems) -> Iterator[tuple[str, tuple[str, ...], Reader, Node]]:
    path = problems.root / "commands.yml"
    if not path.exists():
        return
    reader = Reader(problems, problems.name(path))
    for entry in reader.nodes(problems.read(path), "commands"):
        name = reader.word(entry, "id")
        reader.keys(entry, frozenset({"id", "phrases", *LEVELS}), f"the command '{name}'")
        for level in LEVELS:
            reader.text(entry, level, f"the command '{name}'")
        yield name, reader.words(entry, "phrases"), reader, entry


def bare(text: str) -> str:
    """Words without case and punctuation, for comparison."""
    return " ".join(re.sub(r"[^\w\s]", "", text.casefold()).split())


def warn_examples(interview: Interview, problems: Problems) -> None:
    """Options with few examples, examples of two options, and words that are taken for a command."""
    commands = {bare(phrase): name for name, phrases, _, _ in _commands(problems) for phrase in phrases}
    for question in worded(interview):
        seen: dict[str, str] = {}
        for option in question.options:
            file = _file_of(interview, question, option)
            what = f"the option '{option.id}' of '{question.id}'"
            if question.sensitive:
                if option.examples:
                    problems.add(file, option.line, f"{what} has examples, but takes buttons only; remove them")
                continue
            count = len(set(option.examples)) + len(interview.shared_examples.get(option.id, ()))
            if count < FEW_EXAMPLES:
                problems.add(file, option.line, f"{what} has {count} examples; write at least {FEW_EXAMPLES}")
            for example in dict.fromkeys([*option.examples, option.plain, option.easy]):
                words = bare(example)
                if words in commands:
                    problems.add(file, option.line, f"“{example}” of {what} is the command '{commands[words]}'; remove it")
                other = seen.setdefault(words, option.id)
                if other != option.id:
                    problems.add(file, option.line, f"“{example}” of {what} stands for '{other}' too; keep one")


def _file_of(interview: Interview, question: Question, option: Option) -> str:
    """Where an option is written: an offer of help stands with its need."""
    return next((need.file for need in interview.needs if need.id == option.need), question.file)


CHECKS = (check_responses, check_commands)
WARNINGS = (warn_examples,)
