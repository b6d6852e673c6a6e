"""Every text that is said to a person, with the context a catalogue finds it by: what ``bcst2 language`` gives to translators.

English is not written twice: the list is made from the content each time. A context never changes while the text's meaning stays;
plain and easy wordings are messages of their own.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import dataclass

from bot.interview.definitions import LEVELS, Interview, Question
from bot.language.wording import Wording
from bot.plan.definitions import PlanData

PAGES, PAPERS, PLAN, SHARED = "pages", "papers", "plan", "shared"


@dataclass(frozen=True, slots=True)
class Message:
    """One text. ``file`` is the catalogue file it stands in; ``note`` tells the translator what it is for."""

    context: str
    level: str
    english: str
    file: str
    note: str = ""

    @property
    def key(self) -> str:
        """The ``msgctxt``."""
        return key_of(self.context, self.level)

    @property
    def placeholders(self) -> frozenset[str]:
        """The names in {braces}, which a translation keeps as they are."""
        return placeholders(self.english)


def key_of(context: str, level: str) -> str:
    """The ``msgctxt`` of a context at a level."""
    return f"{context}#{level}"


def placeholders(text: str) -> frozenset[str]:
    """The names in {braces}. Raises ValueError for a brace without its partner."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def messages(
    interview: Interview,
    wording: Wording,
    phrases: dict[str, dict[str, str]],
    plan: PlanData,
    papers: dict[str, dict[str, str]] | None = None,
) -> list[Message]:
    """Every message once, in the order of the interview; empty texts are left out."""
    found: dict[str, Message] = {}
    printed = _papers(papers or {})
    for message in (*_interview(interview), *_shared(interview, wording), *_pages(phrases), *_plan(interview, plan), *printed):
        if message.english:
            found.setdefault(message.key, message)
    return list(found.values())


def _interview(interview: Interview) -> Iterator[Message]:
    for section in interview.sections:
        for level in LEVELS:
            base = f"section.{section.id}"
            yield Message(f"{base}.title", level, section.title.get(level, ""), section.id, "The name of a part of the interview.")
            yield Message(f"{base}.intro", level, section.intro.get(level, ""), section.id, "Said when the part begins.")
        for question in section.questions:
            for level in LEVELS:
                yield from _question(question, level, section.id)


def _question(question: Question, level: str, file: str) -> Iterator[Message]:
    words, base = question.words(level), f"question.{question.id}"
    to = "To the worker" if question.asked_of == "worker" else "To the person"
    private = " Private: never literal or blaming." if question.sensitive else ""
    yield Message(f"{base}.ask", level, words.ask, file, f"{to}: the question.{private}")
    yield Message(f"{base}.why", level, words.why, file, "Why it is asked.")
    yield Message(f"{base}.help", level, words.help, file, "Help with the question.")
    for number, end in enumerate(words.ends):
        yield Message(f"{base}.end.{number}", level, end, file, "One end of a scale.")
    for option in question.options:
        text = option.easy if level == "easy" else option.plain
        if option.need:
            yield Message(f"need.{option.need}", level, text, file, "A kind of help; stands as an answer and on the plan.")
        elif option.id not in ("none_of_these",):
            yield Message(f"{base}.option.{option.id}", level, text, file, "An answer to choose.")
        else:
            yield Message(f"{base}.option.{option.id}", level, text, file, "An answer to choose: no help wanted.")


def _shared(interview: Interview, wording: Wording) -> Iterator[Message]:
    for state, texts in interview.not_now.items():
        for level in LEVELS:
            yield Message(f"not_now.{state}", level, texts[level], SHARED, "An answer that every question has.")
    for name, entry in wording.commands.items():
        for level in LEVELS:
            yield Message(f"command.{name}", level, str(entry[level]), SHARED, "A button.")
    for name, levels in wording.responses.items():
        for level in LEVELS:
            yield Message(f"response.{name}", level, levels[level], SHARED, "Said by the assistant.")


def _pages(phrases: dict[str, dict[str, str]]) -> Iterator[Message]:
    for name, levels in phrases.items():
        for level in LEVELS:
            yield Message(f"page.{name}", level, levels[level], PAGES, "On a page, around the questions.")


def _papers(papers: dict[str, dict[str, str]]) -> Iterator[Message]:
    for name, levels in papers.items():
        for level in LEVELS:
            yield Message(f"paper.{name}", level, levels[level], PAPERS, "On the person's printed plan.")


def _plan(interview: Interview, plan: PlanData) -> Iterator[Message]:
    for pathway, label in plan.pathways.items():
        yield Message(f"pathway.{pathway}", "plain", label, PLAN, "The heading of a part of the plan.")
    for activity in plan.activities.values():
        for level in LEVELS:
            yield Message(
                f"activity.{activity.id}", level, activity.words(level), PLAN, "Something to be done, on the person's own plan."
            )
    for need in interview.needs:
        yield Message(f"because.{need.id}", "plain", need.because, PLAN, "A reason; follows the word for 'because'.")
    for text in dict.fromkeys(_reasons(plan)):
        yield Message(reason_context(text), "plain", text, PLAN, "A reason; follows the word for 'because'.")


def _reasons(plan: PlanData) -> Iterator[str]:
    yield plan.everybody[0]
    for uses in plan.cohort_uses.values():
        yield from (use.because for use in uses)
    yield from (because for _, _, because, _ in plan.answer_uses)


def reason_context(text: str) -> str:
    """The context of a reason that has no id of its own: its English words."""
    return f"reason.{text}"
