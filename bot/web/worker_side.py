"""The worker's side of an interview's page, as plain data: the English, what was just put down, the sections, the notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.casework.own_words import by_question, parts_of, typed_in
from bot.interview.exchange import IN_PASSING
from bot.interview.path import DONE, IN_SECTION, NOTHING_TO_ASK, PARTLY, Path
from bot.language.languages import ENGLISH, Language
from bot.store.notes import HANDED_OVER, NOTE, OBSERVATION, SAID, WORDS, NoteRow
from bot.store.types import HistoryRow, InterviewState
from bot.translation.detect import OTHER_SCRIPT
from bot.web.tongues import CATALOGUE, Tongues
from bot.web.view import Screen, Views

STATES = {DONE: "Done", PARTLY: "Partly done", NOTHING_TO_ASK: "Nothing to ask"}
NOT_STARTED = "Not started"
# Of what one turn put down; the rest stands under the answers.
MOST_SHOWN = 4
# Why there is no English, for the worker.
PROBLEMS = {
    "no_package": "There is no translation package for this language. An interpreter is needed.",
    "empty": "The machine could not translate this. An interpreter is needed.",
    "too_long": "This is too long for the machine. An interpreter is needed.",
    "late": "The machine took too long. An interpreter is needed.",
    "degenerate": "What the machine made of this made no sense. An interpreter is needed.",
    "failed": "The machine failed. An interpreter is needed.",
}


@dataclass(frozen=True, slots=True)
class Both:
    """Words as they were given and what a machine made of them. ``quality`` is a rating out of 100, 0 where there is none.

    ``ours``: they were one of our own buttons, and no machine was asked.
    ``problem`` says why there is no translation; ``check`` that the words do not look like the interview's language.
    """

    original: str
    language: str
    direction: str
    made: str = ""
    made_language: str = ENGLISH
    made_direction: str = "ltr"
    quality: int = 0
    problem: str = ""
    check: str = ""
    ours: bool = False

    @property
    def interpreter(self) -> bool:
        return bool(self.problem)


@dataclass(frozen=True, slots=True)
class Put:
    """One answer that the newest turn wrote: what was asked and answered, in English; how; and what to post to ask it again."""

    ask: str
    answer: str
    undo: str | None
    how: str = ""
    words: Both | None = None


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section of the list. ``target`` is what to post to go there, None where there is nothing to ask."""

    title: str
    state: str
    here: bool
    target: str | None


@dataclass(frozen=True, slots=True)
class WorkerSide:
    """Everything on the worker's side."""

    language: Language
    # The same page in plain English words, under the same turn.
    screen: Screen
    put: tuple[Put, ...]
    unread: tuple[Both, ...]
    sections: tuple[SectionLine, ...]
    notes: tuple[NoteRow, ...]
    handed: NoteRow | None
    said: Both | None
    translates_in: bool
    translates_out: bool

    @property
    def foreign(self) -> bool:
        """Whether the person's language is another than English."""
        return self.language.code != ENGLISH


def said_to_person(notes: Sequence[NoteRow], state: InterviewState, tongues: Tongues) -> Both | None:
    """What the worker said to the person since the newest turn, in both languages; None if nothing."""
    said = next((note for note in reversed(notes) if note.kind == SAID), None)
    if said is None or (state.turn is not None and said.at < state.turn.at):
        return None
    target = tongues.of(str(said.translation.get("to") or state.interview.language))
    made = str(said.translation.get("text") or "")
    problem = _problem(said.translation)
    return Both(said.text, ENGLISH, "ltr", made, target.code, target.direction, _quality(said.translation), problem)


def kept_words(written: Sequence[HistoryRow], notes: Sequence[NoteRow], state: InterviewState) -> str:
    """Whether words of the newest turn are kept without any English: ``answer`` in an answer, ``open`` beside an open question."""
    if any(_problem(row.understood.get("translation", {})) for row in written):
        return "answer"
    return "open" if any(_now(note, state) and _problem(note.translation) for note in notes) else ""


def words_by_question(history: Iterable[HistoryRow], tongues: Tongues) -> dict[str, tuple[Both, ...]]:
    """What was typed in another language, by question: all that the newest answer to each holds, part by part as it was added."""
    rows = by_question(history)
    found = {name: tuple(both(said, row.language, made, tongues) for said, row, made in parts_of(of)) for name, of in rows.items()}
    return {name: parts for name, parts in found.items() if parts}


def both(words: str, code: str, translation: Mapping[str, Any], tongues: Tongues) -> Both:
    """Words of the person with what is kept beside them (``Tongues.made_of``)."""
    language = tongues.of(str(translation.get("from") or code))
    return Both(
        words, language.code or code, language.direction, str(translation.get("text") or ""), quality=_quality(translation),
        problem=_problem(translation), check=_check(translation, language, tongues), ours=translation.get("package") == CATALOGUE,
    )  # fmt: skip


def _quality(translation: Mapping[str, Any]) -> int:
    quality = translation.get("quality")
    return quality if isinstance(quality, int) else 0


def _problem(translation: Mapping[str, Any]) -> str:
    problem = "" if translation.get("looks_like") == ENGLISH else str(translation.get("problem") or "")
    return PROBLEMS.get(problem, PROBLEMS["failed"]) if problem else ""


def _check(translation: Mapping[str, Any], chosen: Language, tongues: Tongues) -> str:
    """The flag on words that do not look like the chosen language. It never changes anything by itself."""
    looks = translation.get("looks_like")
    if not isinstance(looks, str):
        return ""
    if looks == OTHER_SCRIPT:
        return f"Check the language: these are not the letters of {chosen.english}."
    name = tongues.of(looks).english
    return f"Check the language: this looks like {name}." if name else f"Check the language: this may not be {chosen.english}."


class WorkerSides:
    """Makes the worker's side of a screen."""

    def __init__(self, views: Views, tongues: Tongues) -> None:
        self._views = views
        self._tongues = tongues

    def side(
        self, state: InterviewState, path: Path, screen: Screen, written: Sequence[HistoryRow], notes: Sequence[NoteRow]
    ) -> WorkerSide:
        """The worker's side now. ``written`` are the answers of the newest turn, ``notes`` all that is beside the answers."""
        language = self._tongues.of(state.interview.language)
        english = screen
        if (screen.language, screen.level) != (ENGLISH, "plain"):
            inner = replace(state, interview=replace(state.interview, language=ENGLISH, level="plain"))
            english = replace(self._views.screen(inner, path), turn=screen.turn, seen=screen.seen)
        return WorkerSide(
            language=language,
            screen=english,
            put=tuple(put for row in written[-MOST_SHOWN:] if (put := self._put(state, path, row)) is not None),
            unread=tuple(both(note.text, language.code, note.translation, self._tongues) for note in notes if _now(note, state)),
            sections=self._sections(path, screen),
            notes=tuple(note for note in notes if note.kind in (NOTE, OBSERVATION)),
            handed=next((note for note in reversed(notes) if note.kind == HANDED_OVER), None),
            said=said_to_person(notes, state, self._tongues),
            translates_in=self._tongues.translator.can(language.code, ENGLISH),
            translates_out=self._tongues.translator.can(ENGLISH, language.code),
        )

    def _put(self, state: InterviewState, path: Path, row: HistoryRow) -> Put | None:
        """An answer in English, None where today's questions have no words for it. Of a private one only that it is there."""
        wording, question = self._views.wording, self._views.wording.interview.by_id.get(row.question)
        if question is None or question.sensitive:
            return Put(self._views.phrases.say("private_title"), "Saved", None)
        if not all(option in question.by_id for option in row.answer.options):
            return None
        step, asking = path.by_id.get(question.id), path.next(state.interview.focus)
        there = step is not None and step.askable and (asking is None or asking.question.id != question.id)
        words = typed_in(row) if row.words or row.understood else row.answer.more
        shown = both(words, row.language, row.understood.get("translation", {}), self._tongues) if words else None
        ask, answer = wording.question(question).ask, wording.answer(question, replace(row.answer, more=""))
        return Put(ask, answer, question.id if there else None, _HOW.get(row.how, ""), shown)

    def _sections(self, path: Path, screen: Screen) -> tuple[SectionLine, ...]:
        """Every section with its state, in English."""
        if screen.progress is not None:
            states = screen.progress.sections
        else:
            states = path.progress()
        here = screen.question.id if screen.question is not None else ""
        at = path.by_id[here].question.section if here in path else ""
        asked = {step.question.section for step in path.steps if step.askable}
        return tuple(
            SectionLine(
                title=self._views.wording.section(section)[0],
                state=STATES.get(found, NOT_STARTED),
                here=section == at,
                target=IN_SECTION + section if section in asked else None,
            )
            for section, found in states.items()
        )


_HOW = {
    "model": "understood from words", "exact": "said in words", "words": "in their own words",
    IN_PASSING: "said at another question",
}  # fmt: skip


def _now(note: NoteRow, state: InterviewState) -> bool:
    """Whether it holds words of the newest turn, which no answer holds."""
    return note.kind == WORDS and state.turn is not None and note.at >= state.turn.at
