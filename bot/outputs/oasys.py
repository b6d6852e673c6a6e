"""The sheet for OASys: one page for each pathway, in the order of the instruction, ready to copy into the form.

It is one HTML file. OASys is filled in box by box in a browser: text taken from HTML has no line ends, hyphens or page numbers of a
paper in it, as text taken from a PDF has, and unlike plain text a file of HTML can keep the original words beside the English in
their own direction. One click takes a whole box; it needs no script and asks nobody for anything. It prints a page a pathway.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.casework.case import Case, ItemView
from bot.interview.path import Step
from bot.language.languages import ENGLISH
from bot.outputs import staff
from bot.outputs.pdf import render
from bot.outputs.said import Said
from bot.outputs.staff import English, day
from bot.outputs.words import Content, Words
from bot.outputs.worker_sheet import MATTERS
from bot.plan.definitions import PATHWAYS, SENSITIVE_PATHWAYS
from bot.plan.items import DECLINED
from bot.plan.life import CARRIED_OVER, REMOVED

ABOUT_YOU, AT_THE_END = "About the person", "What matters, and consents"
PRIVATE_NOTE = "These answers are on no sheet, whether there are any or not. The safeguarding role enters them from the screen."
NOTHING = "Nothing was answered."


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of text to be taken as one."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One question and its answer, in English and as the person read and said them."""

    ask: str
    english: str
    original_ask: Said
    original: Said


@dataclass(frozen=True, slots=True)
class Page:
    """One pathway. ``originals`` is empty where the interview was in English."""

    id: str
    title: str
    note: str
    blocks: tuple[Box, ...]
    originals: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole sheet. ``language`` is the English name of the language of the originals. ``unfinished`` says that the interview is
    not complete; "" where it is."""

    title: str
    about: str
    unfinished: str
    of: str
    code: str
    language: str
    pages: tuple[Page, ...]


def oasys_html(case: Case, content: Content, language: str | None = None) -> str:
    """The sheet as an HTML file. ``language``: of the originals; that of the interview if it is not given.

    Raises KeyError for a language that ``languages.yml`` does not have.
    """
    return render("oasys.html", sheet=oasys_sheet(case, content, language))


def oasys_sheet(case: Case, content: Content, language: str | None = None) -> Sheet:
    """The sheet's pages, without anything sensitive."""
    code = language or (case.interview.language if case.interview else ENGLISH)
    return _Sheet(case.without_sensitive(), content, Words(content, code)).sheet()


class _Sheet:
    def __init__(self, case: Case, content: Content, original: Words) -> None:
        self.case, self.content, self.original = case, content, original
        self.english = English(content)

    def sheet(self) -> Sheet:
        record, interview = self.case.record, self.case.interview
        kind = "BCS part 2" if interview is None or interview.kind == "first" else "Pre-release review"
        return Sheet(
            title=f"{kind} for OASys: {record.name}",
            about="Click a box to take all of its text, then copy it into OASys. The pages are in the order of the instruction.",
            unfinished=staff.not_finished(self.case),
            of=f"{record.name} · {record.prison_number} · born {day(record.date_of_birth)} · {day(self.case.today)}",
            code=self.original.code,
            language=self.original.language.english,
            pages=tuple(self.pages()),
        )

    def pages(self) -> Iterator[Page]:
        *parts, last = (section.id for section in self.content.interview.sections)
        by_section = {section.id: section.pathway for section in self.content.interview.sections}
        steps = [step for step in (self.case.path.steps if self.case.path else ()) if _told(step)]
        about = [step for step in steps if by_section[step.question.section] is None and step.question.section in parts]
        yield self.page("about", ABOUT_YOU, about)
        for pathway in PATHWAYS:
            label = self.content.plan.pathways[pathway]
            if pathway in SENSITIVE_PATHWAYS:
                yield Page(pathway, label, PRIVATE_NOTE, (), ())
                continue
            # One part of the interview may end with the offer of help with the needs of another pathway.
            own = [step for step in steps if (step.question.needs_of or by_section[step.question.section]) == pathway]
            yield self.page(pathway, label, own, pathway)
        kept = {rule.question for rule in self.content.plan.consents.values()} | {name for _, name in MATTERS}
        yield self.page("end", AT_THE_END, [step for step in steps if step.question.section == last and step.question.id in kept])

    def page(self, page_id: str, title: str, steps: list[Step], pathway: str = "") -> Page:
        """A page: the answers, then the needs and the plan of a pathway."""
        lines = tuple(self.line(step) for step in steps)
        boxes = [Box("Answers", "\n".join(f"{line.ask} {line.english}" for line in lines))]
        if pathway:
            boxes += [Box("Needs found", self.needs(pathway)), Box("Plan", self.plan(pathway))]
        filled = tuple(box for box in boxes if box.text)
        return Page(page_id, title, "" if filled else NOTHING, filled, lines if self.original.code != ENGLISH else ())

    def line(self, step: Step) -> Line:
        """One question with its answer. Words in another language stand as they were said, and are marked."""
        question, answer = step.question, step.answer
        english = self.english.said(self.case, step)
        return Line(
            self.english.question(question), english, self.original.question(question), self.original.answer(question, answer)
        )

    def needs(self, pathway: str) -> str:
        """The needs of a pathway, and whether help is wanted."""
        wanted = {"yes": "help wanted", "no": "help not wanted", "not_asked": "not asked whether help is wanted"}
        found = self.case.proposed.needs if self.case.proposed else ()
        return "\n".join(f"{one.need.plain}: {wanted[one.wanted]}." for one in found if one.need.pathway == pathway)

    def plan(self, pathway: str) -> str:
        """The items of a pathway, one a line, and in one line those that are not wanted."""
        items = [item for item in self.case.of_pathway(pathway) if item.state.state not in (REMOVED, CARRIED_OVER)]
        lines = [self.item(item) for item in items if item.state.state != DECLINED]
        off = dict.fromkeys(self.english.title(item) for item in items if item.state.state == DECLINED)
        return "\n".join([*lines, *([f"Not wanted: {'; '.join(off)}."] if off else [])])

    def item(self, item: ItemView) -> str:
        """One item in a row of short sentences."""
        said = [f"Level {item.level}", self.english.title(item), staff.STATES[item.state.state]]
        said += [f"Owner: {staff.owner(item)}", f"Due: {staff.due(item)}"]
        said += [f"Service: {item.service.name}"] if item.service else []
        said += [f"Sent to {line}" for line in staff.signpostings(self.case, item)]
        return " ".join(staff.sentence(one) for one in said)


def _told(step: Step) -> bool:
    """Whether a step holds an answer to a question about the person's life, not one that reads back others."""
    return step.answer is not None and step.question.reads_back is None
