"""What a person's page says of their interviews, as plain data. No Flask here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.interview.definitions import LATER, SKIPPED
from bot.store.notes import HANDED_OVER, NOTE, OBSERVATION, WORDS, NoteRow
from bot.store.store import Store
from bot.store.types import COMPLETE, KIOSK, PAUSED, InterviewRow, InterviewState
from bot.web.talk import Talk
from bot.web.tongues import Tongues
from bot.web.view import Views

KINDS = {"first": "First interview", "prerelease": "Pre-release review"}
# The three languages of a person, each asked for on its own.
SPOKEN = (("language_speak", "Speaks"), ("language_read", "Reads"), ("language_interpreter", "Interpreter"))


@dataclass(frozen=True, slots=True)
class InterviewLine:
    """One interview. ``languages`` are (what, language) as the person said; ``to_ask`` counts what the review lists.

    ``handed`` is its newest hand-over.
    """

    row: InterviewRow
    kind: str
    state: str
    colour: str
    how: str
    words: str
    later: int
    to_ask: int
    notes: int
    languages: tuple[tuple[str, str], ...]
    handed: NoteRow | None

    @property
    def open(self) -> bool:
        return self.row.state != COMPLETE


def lines_of(store: Store, talk: Talk, views: Views, tongues: Tongues, interviews: Sequence[InterviewRow]) -> list[InterviewLine]:
    """The interviews of a person, in the order given."""
    return [_line(store, talk, views, tongues, store.state(row.id)) for row in interviews]


def _line(store: Store, talk: Talk, views: Views, tongues: Tongues, state: InterviewState) -> InterviewLine:
    row, path, notes = state.interview, talk.path(state), store.notes_of(state.interview.id)
    waiting = {
        step.question.id
        for step in path.steps
        if step.answer is not None and step.askable and step.answer.state in (SKIPPED, LATER)
    }
    waiting |= {step.question.id for step in path.waiting()}
    waiting |= {name for name in store.asked_for_person(row.id) if name is not None and name in path}
    waiting |= {name for name in store.needing_interpreter(row.id) if name in path}
    waiting |= {str(note.question) for note in notes if note.kind == WORDS and note.translation.get("problem")}
    said = []
    for name, label in SPOKEN:
        step = path.by_id.get(name)
        if step is not None and step.answer is not None:
            said.append((label, views.wording.answer(step.question, step.answer)))
    state_of = {COMPLETE: ("Finished", "green"), PAUSED: ("Stopped for now", "yellow")}.get(row.state, ("Started", "blue"))
    return InterviewLine(
        row=row,
        kind=KINDS[row.kind],
        state=state_of[0],
        colour=state_of[1],
        how="By the person alone, at a screen" if row.mode == KIOSK else "With a worker",
        words=f"{tongues.of(row.language).english or row.language}, {'easy' if row.level == 'easy' else 'plain'} words",
        later=len(path.for_later()),
        to_ask=len(waiting),
        notes=sum(note.kind in (NOTE, OBSERVATION) for note in notes),
        languages=tuple(said),
        handed=next((note for note in reversed(notes) if note.kind == HANDED_OVER), None),
    )
