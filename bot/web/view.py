"""What an interview's page shows, as plain data: made from the store's state, the path and the wording. No Flask here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.interview.answers import Answer
from bot.interview.definitions import EASY, Question
from bot.interview.path import NOTHING_TO_ASK, Path, Step
from bot.interview.understanding import ALSO_HEARD, pending_of
from bot.language.dates import in_figures
from bot.language.languages import DRAFTED, ENGLISH
from bot.language.wording import RIGHT_TO_LEFT, Wording
from bot.store.types import PAUSED, InterviewState
from bot.web.phrases import Phrases
from bot.web.posted import DATE_PARTS, Posted, new_turn
from bot.web.talk import SAY_MORE, private_name, private_questions
from bot.web.tongues import Tongues

QUESTION, STOPPED, FINISHED, HEARD = "question", "paused", "finished", "heard"
URGENT, ALERT = "utter_urgent", "utter_alert_"
CLARIFY = "utter_clarify"
# Replies that speak of one answer, which the person may want to change at once.
_ABOUT_AN_ANSWER = frozenset({"utter_heard", "utter_written", "utter_saved", "utter_not_now", "utter_added"})
MANY, SHORT = 12, 30


@dataclass(frozen=True, slots=True)
class Choice:
    """One option as offered."""

    id: str
    text: str
    chosen: bool = False
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing the assistant says about the last turn. ``change`` names the question whose answer it speaks of.

    ``offers`` are options to choose from; ``heard`` what else was heard, each under its question's id, to say yes or no to;
    ``perhaps`` what may have been heard too, put down only where it is named.
    """

    say: str
    text: str
    urgent: bool = False
    change: str | None = None
    offers: tuple[Choice, ...] = ()
    heard: tuple[Choice, ...] = ()
    perhaps: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One answer of a read-back; ``change`` is what to post to change it.

    ``perhaps_more``: it was said in passing, to a question that takes several answers and was never asked: there may be others.
    """

    ask: str
    answer: str
    change: str | None
    perhaps_more: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One section of the read-back. ``private`` names its sensitive answers by number; what they say is never shown."""

    id: str
    title: str
    state: str
    rows: tuple[Row, ...]
    private: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is put."""

    id: str
    kind: str
    ask: str
    why: str
    help: str
    sensitive: bool
    for_worker: bool
    optional: bool
    takes_more: bool
    takes_words: bool
    options: tuple[Choice, ...] = ()
    at_most: int | None = None
    ends: tuple[str, ...] = ()
    text: str = ""
    words: str = ""
    more: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    reads_back: Part | None = None

    @property
    def spoken(self) -> str:
        """What is read aloud: the question, and the answers to choose from."""
        choices = self.options if self.kind in ("one", "many") and not self.reads_back else ()
        return spoken(self.ask, [option.text for option in choices])

    @property
    def columns(self) -> bool:
        """Whether its many short choices are best set in columns."""
        return len(self.options) > MANY and max(len(option.text) for option in self.options) <= SHORT


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the interview is. ``parts`` counts only the sections that have, or may have, something to ask."""

    part: int
    parts: int
    least: int
    most: int
    postponed: bool
    sections: dict[str, str]

    @property
    def unsure(self) -> bool:
        """Whether so much depends on answers to come that a number of questions would tell nothing."""
        return self.most > 4 * self.least + 20


@dataclass(frozen=True, slots=True)
class Screen:
    """One page of an interview."""

    kind: str
    interview_id: str
    language: str
    level: str
    direction: str
    turn: str
    seen: int
    replies: tuple[Reply, ...]
    section: str = ""
    intro: str = ""
    question: Asked | None = None
    progress: Progress | None = None
    # Whether the language is a draft; whether some of the page is in English for want of it; whether own words are translated.
    drafted: bool = False
    some_english: bool = False
    translates: bool = False
    # Words to go with the yes or no to what else was heard: None where none are asked for.
    going_on: str | None = None
    # The turn that asks for that yes or no.
    asks: str = ""
    # Neither yes nor no was said to going on; or no was.
    undecided: bool = False
    declined: bool = False

    @property
    def has_form(self) -> bool:
        """Whether words may stand in the page's form, which whatever leads away from it has to take along."""
        if self.kind == HEARD:
            return self.going_on is not None
        return self.kind in (QUESTION, SAY_MORE) and self.question is not None

    @property
    def neutral(self) -> bool:
        """Whether the page's title must not tell what is asked."""
        return self.question is None or self.question.sensitive


class Views:
    """Makes screens and read-backs for one interview definition."""

    def __init__(self, wording: Wording, phrases: Phrases, tongues: Tongues | None = None) -> None:
        self.wording = wording
        self.phrases = phrases
        self.tongues = tongues

    def screen(self, state: InterviewState, path: Path, posted: Posted | None = None) -> Screen:
        """The page of an interview now. ``posted`` is what was put in and not taken: it is shown again, under the same turn."""
        row = state.interview
        step = path.next(row.focus)
        kind = FINISHED if step is None else (STOPPED if row.state == PAUSED else QUESTION)
        replies = self._replies(state, path, posted)
        if kind == QUESTION and any(reply.heard for reply in replies):
            kind = HEARD
        if kind == QUESTION and state.last[0] == SAY_MORE and (state.last[1] or "") in path:
            kind, step = SAY_MORE, path.by_id[state.last[1] or ""]
        asked, section, intro = None, "", ""
        if step is not None and kind in (QUESTION, SAY_MORE):
            kept = posted if posted is not None and posted.question == step.question.id else None
            asked = self._asked(step, path, state, kept)
            title, about = self.wording.section(step.question.section, row.language, row.level)
            section, intro = title, about if _opens_section(step, path) else ""
        return Screen(
            kind=kind,
            interview_id=row.id,
            language=row.language,
            level=row.level,
            direction="rtl" if row.language in RIGHT_TO_LEFT else "ltr",
            asks=pending_of(state.turn.reply, state.turn.turn_id).turn if kind == HEARD and state.turn is not None else "",
            turn=posted.turn if posted is not None else new_turn(),
            seen=state.newest if posted is None or posted.seen is None else posted.seen,
            replies=replies,
            section=section,
            intro=intro,
            question=asked,
            progress=_progress(step, path, row.focus) if step is not None else None,
            drafted=self.tongues is not None and self.tongues.of(row.language).state == DRAFTED,
            some_english=step is not None and self._in_english(step.question.id, row.language, row.level),
            undecided=path.undecided,
            declined=path.declined,
            translates=self.tongues is not None and self.tongues.translator.can(row.language, ENGLISH),
        )

    def _in_english(self, question_id: str, language: str, level: str) -> bool:
        """Whether the catalogue of a language lacks a question."""
        return language != ENGLISH and self.wording.lookup(language, level, f"question.{question_id}.ask") is None

    def _asked(self, step: Step, path: Path, state: InterviewState, posted: Posted | None) -> Asked:
        question, language, level = step.question, state.interview.language, state.interview.level
        words = self.wording.question(question, language, level)
        # What was said to a sensitive question is never shown again, not even to the person who said it.
        answer = step.answer if step.answer is not None and step.answer.given and not question.sensitive else None
        if question.reads_back:
            answer = None
        chosen = set(posted.options if posted is not None else (answer.options if answer is not None else ()))
        return Asked(
            id=question.id,
            kind=question.kind,
            ask=words.ask,
            why=words.why,
            help=words.help,
            sensitive=question.sensitive,
            for_worker=question.asked_of == "worker",
            optional=question.optional,
            takes_more=question.takes_more,
            takes_words=question.closed and not question.sensitive and not self._by_button(question, language),
            options=tuple(
                Choice(option.id, self.wording.option(question, option.id, language, level), option.id in chosen, option.exclusive)
                for option in step.options
            )
            if question.closed
            else _scale(question, posted, answer, language),
            at_most=question.at_most,
            ends=words.ends,
            text=posted.text if posted is not None else _text_of(answer),
            words=posted.words if posted is not None else "",
            more=posted.more if posted is not None else (answer.more if answer is not None else ""),
            parts=posted.parts if posted is not None else _parts_of(question, answer),
            reads_back=self.part(question.reads_back, path, language, level, state.in_passing) if question.reads_back else None,
        )

    def _by_button(self, question: Question, language: str) -> bool:
        """Whether words in a language never settle a question: no box asks for them."""
        return self.tongues is not None and question.id in self.tongues.buttons_only(language)

    def _replies(self, state: InterviewState, path: Path, posted: Posted | None = None) -> tuple[Reply, ...]:
        last = state.turn
        if last is None:
            return ()
        language, level = state.interview.language, state.interview.level
        replies = []
        for item in last.reply:
            name = str(item.get("say"))
            try:
                text = self.wording.reply(item, state.answers, language, level)
            except KeyError:
                # A reply written by another version of the program: better silent than broken.
                continue
            vars = item.get("vars") or {}
            about = str(vars.get("question") or last.question or "")
            offers: tuple[Choice, ...] = ()
            if name == CLARIFY and about in path:
                offers = self._offers(path.by_id[about], vars.get("options") or (), language, level)
            change = self._change(about, path, state.interview.focus) if name in _ABOUT_AN_ANSWER else None
            # Ticks belong to the turn that asked for them.
            ticks = posted if posted is not None and posted.asks == pending_of(last.reply, last.turn_id).turn else None
            heard, perhaps = self._heard(vars.get("also") or (), language, level, ticks) if name == ALSO_HEARD else ((), ())
            if (name == ALSO_HEARD and not heard) or (name == CLARIFY and not offers):
                continue  # today's questions have no words for any of it: there is nothing to choose
            urgent = name == URGENT or name.startswith(ALERT)
            replies.append(Reply(name, text, urgent, change, offers, heard, perhaps))
        return tuple(replies)

    def _heard(
        self, also: Sequence[Mapping[str, Any]], language: str, level: str, posted: Posted | None = None
    ) -> tuple[tuple[Choice, ...], tuple[Choice, ...]]:
        """What else was heard, ticked, and what may have been, not; or what was left ticked. Easy read has only the first."""
        left = posted.options if posted is not None else None
        found: tuple[list[Choice], list[Choice]] = ([], [])
        for each in also:
            name, sure = str(each["question"]), bool(each.get("sure", True))
            for ask, said in self.wording.heard([each], language, level):
                found[not sure].append(Choice(name, f"{ask} – {said}", chosen=sure if left is None else name in left))
        return tuple(found[0]), tuple(found[1]) if level != EASY else ()

    def _change(self, question_id: str, path: Path, focus: str | None) -> str | None:
        """What to post to change an answer, unless its question is the one on the page."""
        step, asking = path.by_id.get(question_id), path.next(focus)
        if step is None or not step.askable or (asking is not None and asking.question.id == question_id):
            return None
        return _name(step.question, path)

    def _offers(self, step: Step, options: Sequence[str], language: str, level: str) -> tuple[Choice, ...]:
        offered = {option.id for option in step.options}
        return tuple(
            Choice(option, self.wording.option(step.question, option, language, level)) for option in options if option in offered
        )

    # -- read-back

    def part(self, section_id: str, path: Path, language: str, level: str, in_passing: Collection[str] = ()) -> Part:
        """A section's answers in words; sensitive ones as numbers only. ``in_passing`` as in ``InterviewState``."""
        rows = []
        for step in path.steps:
            question = step.question
            if (
                question.section != section_id
                or not step.askable
                or step.answer is None
                or question.sensitive
                or question.reads_back
            ):
                continue
            words = self.wording.question(question, language, level)
            said = self.wording.answer(question, step.answer, language, level)
            rows.append(Row(words.ask, said, question.id, question.id in in_passing and _takes_others(step)))
        title, _ = self.wording.section(section_id, language, level)
        private = private_questions(path, section_id)
        names = tuple(private_name(section_id, number) for number in range(1, len(private) + 1))
        return Part(section_id, title, path.progress()[section_id], tuple(rows), names)

    def read_back(self, path: Path, language: str, level: str, in_passing: Collection[str] = ()) -> tuple[Part, ...]:
        """Every section that has an answer."""
        parts = (self.part(section.id, path, language, level, in_passing) for section in path.interview.sections)
        return tuple(part for part in parts if part.rows or part.private)

    def for_later(self, path: Path, language: str, level: str) -> tuple[Row, ...]:
        """What the person put off, to answer later; a private question is not named."""
        return self.rows_of(path.for_later(), path, language, level)

    def rows_of(self, steps: Iterable[Step], path: Path, language: str = "en", level: str = "plain") -> tuple[Row, ...]:
        """Questions to go to, without their answers; a private question is not named."""
        rows = []
        for step in steps:
            question = step.question
            words = self.wording.question(question, language, level).ask
            ask = self.phrases.say("private_title", language, level) if question.sensitive else words
            rows.append(Row(ask, "", _name(question, path)))
        return tuple(rows)


def spoken(ask: str, choices: Iterable[str]) -> str:
    """A question as it is read aloud, with the answers to choose from."""
    return " ".join([ask, *(f"{choice.rstrip('.')}." for choice in choices)])


def _name(question: Question, path: Path) -> str:
    """What a page calls a question: its id, or for an answered private one the section and a number."""
    private = private_questions(path, question.section)
    return private_name(question.section, private.index(question.id) + 1) if question.id in private else question.id


def _takes_others(step: Step) -> bool:
    """Whether an answer may have others beside it: "none of these" may not."""
    alone = {option.id for option in step.options if option.exclusive}
    return step.question.kind == "many" and step.answer is not None and step.answer.given and not alone & set(step.answer.options)


def _opens_section(step: Step, path: Path) -> bool:
    first = next((other for other in path.steps if other.question.section == step.question.section and other.askable), None)
    return first is not None and first.question.id == step.question.id


def _scale(question: Question, posted: Posted | None, answer: Answer | None, language: str) -> tuple[Choice, ...]:
    if question.kind != "scale":
        return ()
    chosen = posted.text if posted is not None else _text_of(answer)
    low, high = int(question.minimum or 0), int(question.maximum or 10)
    return tuple(Choice(str(number), in_figures(str(number), language), str(number) == chosen) for number in range(low, high + 1))


def _text_of(answer: Answer | None) -> str:
    if answer is None:
        return ""
    return answer.text if answer.number is None else f"{answer.number:g}"


def _parts_of(question: Question, answer: Answer | None) -> dict[str, str]:
    if answer is None:
        return {}
    if question.kind == "date" and answer.text:
        year, month, day = answer.text.split("-")
        return dict(zip(DATE_PARTS, (str(int(day)), str(int(month)), year), strict=True))
    return answer.parts


def _progress(step: Step, path: Path, focus: str | None) -> Progress:
    states = path.progress()
    counted = [section for section, found in states.items() if found != NOTHING_TO_ASK]
    part = counted.index(step.question.section) + 1 if step.question.section in counted else len(counted)
    least, most = path.remaining()
    put_off = step.answer is not None and step.answer.state == "later" and focus != step.question.id
    return Progress(part, len(counted), least, most, put_off, states)
