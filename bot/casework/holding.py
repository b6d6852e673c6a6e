"""Everything that is held on one person, in one object; and what of it any worker may see."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

from bot.interview.definitions import Interview
from bot.plan.definitions import PlanData
from bot.store.audit import AuditQuery
from bot.store.corrections import DisputeRow, RecordBefore
from bot.store.erasing import OVER, WHAT
from bot.store.kiosk_types import Access, Request
from bot.store.notes import NoteRow
from bot.store.plan_types import CaseFile
from bot.store.private import OpenParts
from bot.store.retention import ALERTS, PRIVATE_ANSWERS
from bot.store.store import Store
from bot.store.types import AuditRow, HistoryRow, InterviewRow, Person, Turn

MOST_LINES = 100_000
OF_ALERT = "alert "
# A purge notes what it found: these lines say that there was something.
PURGED = tuple(f"{OVER}: {WHAT[kind]}" for kind in (PRIVATE_ANSWERS, ALERTS))


@dataclass(frozen=True, slots=True)
class HeldInterview:
    """One interview: every answer ever given in it, every turn, what is beside the answers, and how the person came in alone."""

    row: InterviewRow
    answers: tuple[HistoryRow, ...]
    turns: tuple[Turn, ...]
    notes: tuple[NoteRow, ...]
    accesses: tuple[Access, ...]
    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """Everything on one person. ``interviews`` the oldest first; ``audit`` the lines about them, the oldest first; ``names`` of
    users by their id. ``private``: it is whole; else what is private was left out."""

    person: Person
    changes: tuple[RecordBefore, ...]
    disputes: tuple[DisputeRow, ...]
    interviews: tuple[HeldInterview, ...]
    file: CaseFile
    audit: tuple[AuditRow, ...]
    names: Mapping[str, str]
    private: bool = True


def open_parts(interview: Interview, plan: PlanData) -> OpenParts:
    """What the content says is not private."""
    about = [f"route:{route.id}" for route in plan.routes.values() if not route.sensitive]
    about += [f"cohort:{cohort.id}" for cohort in plan.cohorts.values() if not cohort.sensitive]
    return OpenParts(
        questions=frozenset(question.id for question in interview.questions if not question.sensitive),
        consents=frozenset(consent.id for consent in plan.consents.values() if not consent.sensitive),
        needs=frozenset(need.id for need in interview.needs if not need.sensitive),
        about=frozenset(about),
    )


def held_on(store: Store, person_id: str) -> Held:
    """Everything that is held on a person. Raises NotFound."""
    person, file = store.person(person_id), store.case_file(person_id)
    interviews = [
        HeldInterview(
            row=row,
            answers=tuple(store.history(row.id)),
            turns=tuple(store.turns_of(row.id)),
            notes=tuple(store.notes_of(row.id)),
            accesses=tuple(reversed(store.accesses([row.id]))),
            requests=tuple(store.requests([row.id])),
        )
        for row in reversed(file.interviews)
    ]
    lines: dict[int, AuditRow] = {}
    for subject in (person_id, *(row.id for row in file.interviews)):
        lines |= {line.id: line for line in store.audit_rows(MOST_LINES, wanted=AuditQuery(subject=subject))}
    return Held(
        person=person,
        changes=tuple(store.record_changes(person_id)),
        disputes=tuple(store.disputes_of(person_id)),
        interviews=tuple(interviews),
        file=file,
        audit=tuple(lines[number] for number in sorted(lines)),
        names={user.id: user.display_name for user in store.users(with_kiosk=True)},
    )


def without_private(held: Held, opened: OpenParts) -> Held:
    """What may be in a copy without private parts: others may see it in the person's hands.

    It tells of no alert that is private: its words alone, which any worker may read, say what was told. Nor is a line of the audit
    about something that is left out.
    """
    file = held.file
    items = {plan: [opened.item(item) for item in of_plan] for plan, of_plan in file.items.items()}
    interviews = tuple(
        replace(
            one,
            row=replace(one.row, focus=one.row.focus if opened.question(one.row.focus) else None),
            answers=tuple(row for row in one.answers if opened.question(row.question)),
            turns=tuple(turn for turn in one.turns if opened.question(turn.question)),
            notes=tuple(note for note in one.notes if opened.question(note.question)),
        )
        for one in held.interviews
    )
    disputes = tuple(dispute for dispute in held.disputes if opened.question(dispute.question))
    alerts = tuple(alert for alert in file.alerts if not alert.sensitive)
    gone = {dispute.id for dispute in held.disputes} - {dispute.id for dispute in disputes}
    for plan, of_plan in file.items.items():
        gone |= {before.id for before, item in zip(of_plan, items[plan], strict=True) if item is None}
    return replace(
        held,
        private=False,
        disputes=disputes,
        interviews=interviews,
        audit=tuple(line for line in held.audit if _may_be_read(line, gone, {alert.id for alert in alerts})),
        file=replace(
            file,
            answers={},
            answered={},
            items={plan: tuple(item for item in of_plan if item is not None) for plan, of_plan in items.items()},
            summaries={plan: opened.summary(summary) for plan, summary in file.summaries.items()},
            consents=tuple(event for event in file.consents if event.consent in opened.consents),
            events=tuple(event for event in file.events if opened.beside(event.about)),
            alerts=alerts,
        ),
    )


def _may_be_read(line: AuditRow, gone: Set[str], alerts: Set[str]) -> bool:
    """Whether a line is of nothing that is left out. One of an alert that was purged may be of a private one."""
    if line.what.startswith(OF_ALERT) and alerts.isdisjoint(line.subjects):
        return False
    return line.what not in PURGED and gone.isdisjoint(line.subjects)
