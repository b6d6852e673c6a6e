"""Words for everything the product says, by language and level. Runs on Python 3.10 too: Rasa's NLG uses it.

English stands beside the questions in ``bot/data``. Another language is a catalogue looked up by a stable context; where it
lacks an entry the English is used and ``bcst2 check`` reports it.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.interview.answers import Answer
from bot.interview.definitions import Interview, Question, Words
from bot.interview.loading import DATA
from bot.interview.yamlfile import read_yaml

RIGHT_TO_LEFT = frozenset({"ar", "ur", "fa", "ckb"})
# The figures of languages that write others than ours (CLDR's default numbering systems).
FIGURES = {"fa": str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"), "ckb": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")}
ISOLATE, END = "\u2068", "\u2069"
Lookup = Callable[[str, str, str], "str | None"]
"""(language, level, context) → the words in that language, or None."""


def english_only(_language: str, _level: str, _context: str) -> str | None:
    """The look-up of a product without catalogues."""
    return None


def fill_in(text: str, language: str, vars: Mapping[str, object]) -> str:
    """A text with its placeholders filled, counts in the language's figures; from right to left each value keeps its own direction.

    Raises KeyError for a placeholder without a value.
    """
    if not vars:
        return text
    around = (ISOLATE, END) if language in RIGHT_TO_LEFT else ("", "")
    # Counts are written in the language's own figures; what is a text, such as a telephone number, stays as it is.
    said = {key: str(value).translate(FIGURES.get(language, {})) if type(value) is int else value for key, value in vars.items()}
    return string.Formatter().vformat(text, (), {key: f"{around[0]}{value}{around[1]}" for key, value in said.items()})


def load_responses(root: Path = DATA) -> dict[str, dict[str, str]]:
    """Response name → level → English text. Raises ContentError."""
    return {name: dict(levels) for name, levels in read_yaml(root / "responses.yml")["responses"].items()}


def load_commands(root: Path = DATA) -> dict[str, dict[str, object]]:
    """Command id → its labels and phrases. Raises ContentError."""
    return {entry["id"]: dict(entry) for entry in read_yaml(root / "commands.yml")["commands"]}


class Wording:
    """All words of one interview definition."""

    def __init__(self, interview: Interview, root: Path = DATA, lookup: Lookup = english_only) -> None:
        self.interview = interview
        self.responses = load_responses(root)
        self.commands = load_commands(root)
        self.lookup = lookup

    def _text(self, language: str, level: str, context: str, english: str) -> str:
        if language == "en" or not english:
            return english
        return self.lookup(language, level, context) or english

    def question(self, question: Question, language: str = "en", level: str = "plain") -> Words:
        """What is asked, why, and the help."""
        words = question.words(level)
        if language == "en":
            return words
        base = f"question.{question.id}"
        return replace(
            words,
            ask=self._text(language, level, f"{base}.ask", words.ask),
            why=self._text(language, level, f"{base}.why", words.why),
            help=self._text(language, level, f"{base}.help", words.help),
            ends=tuple(self._text(language, level, f"{base}.end.{i}", end) for i, end in enumerate(words.ends)),
        )

    def option(self, question: Question, option_id: str, language: str = "en", level: str = "plain") -> str:
        """The words of an option or of a not-now answer. Raises KeyError for an unknown one."""
        if option_id in self.interview.not_now:
            return self.not_now(option_id, language, level)
        option = question.by_id[option_id]
        english = option.easy if level == "easy" else option.plain
        context = f"need.{option.need}" if option.need else f"question.{question.id}.option.{option_id}"
        return self._text(language, level, context, english)

    def not_now(self, state: str, language: str = "en", level: str = "plain") -> str:
        return self._text(language, level, f"not_now.{state}", self.interview.not_now[state][level])

    def command(self, command: str, language: str = "en", level: str = "plain") -> str:
        """The label of a command's button."""
        return self._text(language, level, f"command.{command}", str(self.commands[command][level]))

    def section(self, section_id: str, language: str = "en", level: str = "plain") -> tuple[str, str]:
        """A section's title and introduction."""
        section = self.interview.section_by_id[section_id]
        title, intro = section.title.get(level, section.id), section.intro.get(level, "")
        return (
            self._text(language, level, f"section.{section_id}.title", title),
            self._text(language, level, f"section.{section_id}.intro", intro),
        )

    def say(self, name: str, language: str = "en", level: str = "plain", **vars: object) -> str:
        """A response, filled in. Raises KeyError for an unknown name or a placeholder without a value."""
        text = self._text(language, level, f"response.{name}", self.responses[name][level])
        return fill_in(text, language, vars)

    def answer(self, question: Question, answer: Answer | None, language: str = "en", level: str = "plain") -> str:
        """An answer in words: the options as worded, the number, the text; with what was added."""
        if answer is None:
            return self.not_now("skipped", language, level)
        if not answer.given:
            return self.not_now(answer.state, language, level)
        if answer.options:
            said = ", ".join(self.option(question, option, language, level) for option in answer.options)
            return f"{said} ({answer.more})" if answer.more else said
        if answer.number is not None:
            return f"{answer.number:g}"
        return answer.text

    def heard(self, also: Iterable[Mapping[str, Any]], language: str = "en", level: str = "plain") -> list[tuple[str, str]]:
        """What else was heard, as (question, answer) in words; what today's questions do not know is left out."""
        found = []
        for each in also:
            question = self.interview.by_id.get(str(each.get("question")))
            if question is not None and all(option in question.by_id for option in each.get("options") or ()):
                said = ", ".join(self.option(question, option, language, level) for option in each["options"])
                found.append((self.question(question, language, level).ask, said))
        return found

    def reply_vars(
        self, item: Mapping[str, Any], answers: Mapping[str, Answer], language: str = "en", level: str = "plain"
    ) -> dict[str, Any]:
        """What one item of a turn's reply needs to be worded. Ids are looked up now, so that no reply keeps an answer."""
        vars = dict(item.get("vars") or {})
        question = self.interview.by_id.get(str(vars.get("question")))
        if question is not None:
            words = self.question(question, language, level)
            vars["why"], vars["help"] = words.why, words.help
            if not question.sensitive:
                vars["answer"] = self.answer(question, answers.get(question.id), language, level).rstrip(".")
        if "also" in vars:
            sure = [each for each in vars["also"] if each.get("sure", True)]
            vars["heard"] = " ".join(f"“{ask}” {said}." for ask, said in self.heard(sure, language, level))
        for name in ("low", "high"):
            if isinstance(vars.get(name), float):
                vars[name] = f"{vars[name]:g}"
        return vars

    def reply(self, item: Mapping[str, Any], answers: Mapping[str, Answer], language: str = "en", level: str = "plain") -> str:
        """One item of a turn's reply in words."""
        return self.say(str(item["say"]), language, level, **self.reply_vars(item, answers, language, level))
