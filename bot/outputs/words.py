"""Every word of a paper for one language and level: fixed words, the plan's, dates and numbers as that language writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from babel.lists import format_list

from bot.casework.case import ItemView
from bot.interview.answers import Answer
from bot.interview.definitions import EASY, PLAIN, Interview, Need, Question, Section
from bot.language.dates import day_in, locale_of, number_in
from bot.language.languages import DRAFTED, ENGLISH, Language
from bot.language.messages import reason_context
from bot.language.wording import Wording
from bot.outputs import said
from bot.outputs.said import Said
from bot.plan.definitions import PlanData
from bot.plan.items import BY_WORKER, PRIVATE


@dataclass(frozen=True)
class Content:
    """What every output draws its words from. ``papers`` is what ``bot.language.papers.load_papers`` gives."""

    interview: Interview
    plan: PlanData
    wording: Wording
    papers: Mapping[str, Mapping[str, str]]
    languages: Mapping[str, Language]

    @cached_property
    def needs(self) -> dict[str, Need]:
        """The needs by their id."""
        return {need.id: need for need in self.interview.needs}


class Words:
    """The words of one paper. ``partly``: some of what was worded so far had to stay in English."""

    def __init__(self, content: Content, language: str = ENGLISH, level: str = PLAIN) -> None:
        """Raises KeyError for a language that ``languages.yml`` does not have."""
        self.content, self.language, self.level = content, content.languages[language], level
        self.partly = False

    @property
    def code(self) -> str:
        return self.language.code

    @property
    def drafted(self) -> bool:
        """Whether nobody qualified has checked the language yet."""
        return self.code != ENGLISH and self.language.state == DRAFTED

    # -- texts

    def _lines(self, text: str, foreign: str = "") -> Said:
        return said.on_lines(text, foreign) if self.level == EASY else Said(text, foreign=foreign)

    def _find(self, context: str, english: str, level: str = "") -> tuple[str, str]:
        """A text and "" in the paper's language, or the English one and its code."""
        if self.code == ENGLISH or not english:
            return english, ""
        found = self.content.wording.lookup(self.code, level or self.level, context)
        if found:
            return found, ""
        self.partly = True
        return english, ENGLISH

    def _text(self, context: str, english: str, level: str = "") -> Said:
        return self._lines(*self._find(context, english, level))

    def english(self, text: str) -> Said:
        """Words there are only in English, such as a service's own or a worker's."""
        if self.code == ENGLISH or not text:
            return self._lines(text)
        self.partly = True
        return self._lines(text, ENGLISH)

    def say(self, name: str, /, **vars: Said | str | int) -> Said:
        """A fixed text, filled in. Raises KeyError for an unknown name or a placeholder without a value."""
        text, foreign = self._find(f"paper.{name}", self.content.papers[name][self.level])
        if not vars:
            return self._lines(text, foreign)
        given = {key: value if isinstance(value, Said) else said.name(str(value)) for key, value in vars.items()}
        return said.fill(text, given, self.code, foreign, lines=self.level == EASY)

    @cached_property
    def fixed(self) -> dict[str, Said]:
        """Every fixed text without a placeholder, by its name."""
        return {name: self.say(name) for name, levels in self.content.papers.items() if "{" not in levels[self.level]}

    # -- dates and numbers

    def day(self, day: date) -> Said:
        """A day with its month in words."""
        return said.unbroken(day_in(day, self.code))

    def count(self, number: float) -> Said:
        """A number."""
        return Said(number_in(number, self.code))

    def listed(self, parts: Sequence[Said]) -> Said:
        """Several things in one sentence: a, b and c."""
        if len(parts) < 2:
            return parts[0] if parts else Said("")
        marks = [f"{{p{number}}}" for number in range(len(parts))]
        pattern = format_list(marks, locale=locale_of(self.code))
        return said.fill(pattern, {f"p{number}": part for number, part in enumerate(parts)}, self.code)

    # -- the plan

    def activity(self, item: ItemView) -> Said:
        """What is done: the words a worker put in its place, or the activity's own."""
        if item.words:
            return self.english(item.words)
        return self._text(f"activity.{item.activity.id}", item.activity.words(self.level))

    def need(self, need_id: str) -> Said:
        """What a need is called, "" for one that is no more."""
        need = self.content.needs.get(need_id)
        return self._text(f"need.{need_id}", need.easy if self.level == EASY else need.plain) if need else Said("")

    def reason(self, reason: Mapping[str, Any]) -> Said:
        """A sentence that says why, from ``Because.to_json``."""
        kind, text = str(reason.get("kind")), str(reason.get("text", ""))
        if kind == BY_WORKER:
            return self.say("because_worker", reason=self.english(text))
        if kind == PRIVATE:
            return self.say("because", reason=self.fixed["because_private"])
        need = self.content.needs.get(str(reason.get("need")))
        context = f"because.{need.id}" if need is not None and need.because == text else reason_context(text)
        return self.say("because", reason=self._text(context, text, PLAIN))

    def owner(self, item: ItemView) -> Said:
        """Who does it, in words for the person."""
        owner, activity, rules = item.owner, item.activity, self.content.plan.owners
        label, named = str(owner.get("label") or ""), str(owner.get("name") or "")
        kind = activity.provide or ("signpost" if activity.signpost else "unassigned")
        if kind not in rules or label != rules[kind].label:
            role = self.english(label)
        elif kind == "joint":
            role = self.say("owner_joint", others=self.listed([self._party(party) for party in owner.get("with", ())]))
        else:
            role = self.fixed[f"owner_{kind}"]
        if named and role:
            return self.say("named", name=said.name(named), role=role)
        return said.name(named) if named else role

    def _party(self, party: Mapping[str, Any]) -> Said:
        known, named = f"party_{party.get('id')}", str(party.get("name") or "")
        role = self.fixed.get(known) or self.english(str(party.get("label") or ""))
        return self.say("named", name=said.name(named), role=role) if named else role

    # -- questions and answers

    def section(self, section: Section) -> Said:
        """The title of a part of the interview."""
        return self._text(f"section.{section.id}.title", section.title[self.level])

    def question(self, question: Question) -> Said:
        return self._text(f"question.{question.id}.ask", question.words(self.level).ask)

    def answer(self, question: Question, answer: Answer | None) -> Said:
        """An answer in words, with what was added to it. The person's own words stay as they were."""
        if answer is None or not answer.given:
            state = "skipped" if answer is None else answer.state
            return self._text(f"not_now.{state}", self.content.interview.not_now[state][self.level])
        if answer.options:
            chosen = said.joined((self._option(question, option) for option in answer.options), "; ")
            return said.joined((chosen, said.name(answer.more)), ": ")
        if answer.number is not None:
            return self.count(answer.number)
        if question.kind == "date":
            return self._date(answer.text)
        return said.name(", ".join(answer.text.splitlines()) if question.kind == "address" else answer.text)

    def _date(self, text: str) -> Said:
        try:
            return self.day(date.fromisoformat(text))
        except ValueError:
            return said.name(text)

    def _option(self, question: Question, option_id: str) -> Said:
        option = question.by_id.get(option_id)
        if option is None:
            return said.name(option_id.replace("_", " "))
        context = f"need.{option.need}" if option.need else f"question.{question.id}.option.{option_id}"
        return self._text(context, option.easy if self.level == EASY else option.plain)
