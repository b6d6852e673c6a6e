"""The worker's plan: every item with why, who, when, with which service and how far it is, and what else there is to know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.casework.case import Case, ItemView, RouteView
from bot.interview.path import Step
from bot.outputs import staff
from bot.outputs.document import Document
from bot.outputs.staff import English, Names, day, nobody
from bot.outputs.words import Content
from bot.plan.dates import OVERDUE, THIS_WEEK
from bot.plan.definitions import SENSITIVE_PATHWAYS
from bot.plan.items import DECLINED, FOR_EVERYBODY, PROPOSED
from bot.plan.life import CARRIED_OVER, DONE, NOT_AVAILABLE, REMOVED

LEFT_OUT = "What only the safeguarding role may see is left out of this sheet, as it is of every one, whether there is any or not."
SURE = "how_sure"
MATTERS = (("What matters most", "matters_most"), ("How sure, 0 to 10", SURE), ("Anything else", "anything_else"))
# What somebody who works with the person has to know before they meet.
ACCESS = ("language_speak", "language_read", "language_interpreter", "access_needs", "daily_help")
# So many steps of an item are told; there may be more.
STEPS_TOLD = 6


def record_facts(case: Case) -> list[tuple[str, str]]:
    """Who the person is, by their record."""
    record = case.record
    months = "" if record.sentence_months is None else f", {record.sentence_months} months"
    return [
        ("Name", record.name),
        ("Prison number", record.prison_number),
        ("Date of birth", day(record.date_of_birth)),
        ("Prison", record.prison),
        ("Came in", day(record.reception)),
        ("Sentence", staff.SENTENCES[record.sentence_type] + months),
        ("Release", day(record.release) or "Not known yet"),
        ("Home area", record.home_area or ""),
        ("Responsible officer", record.responsible_officer or ""),
        ("Provider in the community", record.community_provider or ""),
    ]


def answer_facts(case: Case, english: English, questions: tuple[str, ...], own_words: bool = True) -> list[tuple[str, str]]:
    """Some questions with their answers, where there are any; ``own_words``: with what the person added to a choice."""
    steps = case.path.by_id if case.path else {}
    return [
        (
            english.question(step.question),
            english.said(case, step) if own_words else english.answer(step.question, replace(step.answer, more="")),
        )
        for step in (steps.get(name) for name in questions)
        if step is not None and step.answer is not None and step.answer.given
    ]


def answered(step: Step) -> bool:
    """Whether there is a real answer."""
    return step.answer is not None and step.answer.given


def worker_sheet(case: Case, content: Content, names: Names = nobody) -> Document:
    """The worker's plan without anything sensitive. ``names`` gives the name of a user id, "" for an unknown one.

    There has to be a plan (``case.plan``).
    """
    return _Sheet(case.without_sensitive(), content, names).document()


class _Sheet:
    def __init__(self, case: Case, content: Content, names: Names) -> None:
        self.case, self.content, self.names = case, content, names
        self.english = English(content)
        self.sheet = Document("Resettlement plan", f"{case.record.prison_number} · worker's plan · {day(case.today)}")

    def document(self) -> Document:
        self._head()
        self._first()
        self._items()
        self._beside()
        return self.sheet

    def _head(self) -> None:
        case, sheet, plan = self.case, self.sheet, self.case.plan
        if alerts := [f"{alert.words} ({self._who(alert.who)}; {day(alert.raised_at)})" for alert in case.alerts]:
            for alert in alerts:
                sheet.text(f"Act now: {alert}", "warning")
        if unfinished := staff.not_finished(case):
            sheet.text(unfinished, "warning")
        sheet.facts(
            [
                *record_facts(case),
                ("Paid by", case.funding),
                ("Plan made", day(plan.made_at) if plan else ""),
                ("Responsible for it", (self.names(plan.worker) if plan and plan.worker else "") or "Nobody yet"),
                ("This sheet", day(case.today)),
            ]
        )
        sheet.text(LEFT_OUT, "small")
        sheet.points([notice.text for notice in case.notices])
        sheet.facts(answer_facts(case, self.english, ACCESS))

    def _who(self, roles: tuple[str, ...]) -> str:
        return ", ".join(self.content.plan.alert_roles.get(role, role) for role in roles)

    def _first(self) -> None:
        """What has to be done first, and what the person said matters."""
        case, sheet = self.case, self.sheet
        rows = [
            (staff.ASSESSMENTS.get(due.what, due.what), day(due.on) or due.reason, staff.STATUSES.get(due.status or "", ""))
            for due in case.assessments
        ]
        told = [item for item in case.shown() if everybody(item) and item.due_status in (OVERDUE, THIS_WEEK)]
        for on, status in dict.fromkeys((item.due_by, item.due_status) for item in told):
            times = sum((item.due_by, item.due_status) == (on, status) for item in told)
            rows.append((f"For everybody, see below: {times} items of level 1", day(on), staff.STATUSES[status or ""]))
        for item in (item for item in case.shown() if item not in told):
            if item.due_status in (OVERDUE, THIS_WEEK):
                rows.append((staff.activity(item), day(item.due_by), staff.STATUSES[item.due_status]))
            if item.follow_up_status in (OVERDUE, THIS_WEEK):
                rows.append((f"Follow up: {staff.activity(item)}", day(item.follow_up_by), staff.STATUSES[item.follow_up_status]))
        if rows:
            sheet.heading("What is due")
            sheet.table(("What", "When", "Status"), rows)
        if case.changes:
            sheet.heading(f"{staff.changed(case.changes)}: look at these items")
            named = [(staff.activity_name(self.content, change.activity), staff.change(change)) for change in case.changes]
            sheet.points([f"{name}: {what}" for name, what in named])
        path = case.path
        given = [(label, path.by_id.get(name)) for label, name in MATTERS] if path else []
        matters = [(label, self.english.said(case, step)) for label, step in given if step and answered(step)]
        if matters:
            sheet.heading("What matters to the person")
            sheet.facts(matters)

    def _items(self) -> None:
        """What is worked on or done in full; what everybody is told, and what is not wanted, in one line each."""
        labels = {name: label for name, label in self.content.plan.pathways.items() if name not in SENSITIVE_PATHWAYS}
        shown = [item for name in labels for item in self.case.of_pathway(name)]
        for name, label in labels.items():
            items = [item for item in shown if item.pathway == name and _in_full(item)]
            if items:
                self.sheet.heading(label)
            for item in items:
                self.sheet.heading(f"{self.english.title(item)} (level {item.level})", 3)
                self.sheet.facts([*item_facts(self.case, item, self.content), ("History", self._history(item))])
        told = [(staff.activity(item), staff.owner(item), staff.due(item)) for item in shown if everybody(item)]
        self._short("For everybody", ("Activity (level 1)", "Owner", "Due"), told)
        off = [
            (self.english.title(item), "; ".join(staff.causes(item)), _why(item)) for item in shown if item.state.state == DECLINED
        ]
        self._short("Not wanted: offer it again at review", ("Activity", "Because", "Why not, since"), off)
        gone = [
            (self.english.title(item), str(item.state.last.get("reason") or "")) for item in shown if item.state.state == REMOVED
        ]
        self._short("Taken off the plan", ("Activity", "Reason"), gone)

    def _short(self, title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        if rows:
            self.sheet.heading(title)
            self.sheet.table(head, rows)

    def _history(self, item: ItemView) -> list[str]:
        """What people did with it, the newest steps."""
        if not item.state.decided:
            return []
        steps = [staff.event(self.case, step, self.names) for step in item.history]
        left = len(steps) - STEPS_TOLD
        return [f"({left} earlier)" if left > 0 else "", *steps[-STEPS_TOLD:]]

    def _beside(self) -> None:
        case, sheet = self.case, self.sheet
        if case.offers:
            sheet.heading("Level 3 work that may be added")
            named = [(staff.activity_name(self.content, one.activity), one.because.text) for one in case.offers]
            sheet.points([f"{name}: because {why}" for name, why in named])
        self._routes()
        self._prompts()
        sheet.heading("Consents")
        sheet.table(("Consent", "Stands", "Since"), list(consent_rows(case)))
        if case.contacts:
            sheet.heading("After release")
            sheet.table(("Day", "After release", "Contact"), list(contact_rows(case)))
        if case.profile is not None:
            sheet.heading("Needs profile")
            rows = [(one.id.replace("_", " "), "yes" if one.applies else "no", str(one.referrals)) for one in case.profile.factors]
            sheet.table(("Factor", "Applies", "Referrals"), rows)
        if case.earlier:
            sheet.heading("Earlier plans")
            sheet.points([f"Made {day(one.plan.made_at)}, {len(one.items)} items" for one in case.earlier])

    def _prompts(self) -> None:
        by_group: dict[str, list[str]] = {}
        for prompt in self.case.prompts:
            kind = "Duty" if prompt.duty.statement == "duty" else "Guidance"
            by_group.setdefault(prompt.cohort, []).append(f"{kind}: {prompt.duty.text} ({prompt.duty.source})")
        if by_group:
            self.sheet.heading("Duties and guidance")
        for group, prompts in by_group.items():
            self.sheet.heading(self.content.plan.cohorts[group].label, 3)
            self.sheet.points(prompts)

    def _routes(self) -> None:
        if self.case.routes:
            self.sheet.heading("Referral routes")
        for route in self.case.routes:
            self.sheet.heading(route.label, 3)
            self.sheet.facts(self._route(route))

    def _route(self, route: RouteView) -> list[tuple[str, str | list[str]]]:
        found = route.found
        if found is None:
            return [("State", "No longer called for"), ("Recorded", recorded(route))]
        return [
            ("Consent", staff.CONSENTS[found.consent]),
            ("Due", " ".join(filter(None, (day(found.due), f"({route.status})" if route.status == OVERDUE else "")))),
            ("Still to find out", ", ".join(self.english.asked(name) for name in found.missing)),
            ("Services", ", ".join(service.name for service in route.services)),
            ("Recorded", recorded(route)),
            ("Steps", [f"{'Done: ' if step.id in route.done else 'To do: '}{step.text}" for step in found.route.steps]),
        ]


def everybody(item: ItemView) -> bool:
    """Whether it is what everybody is told, and nothing more has come of it."""
    return item.state.state == PROPOSED and all(reason["kind"] == FOR_EVERYBODY for reason in item.because)


def _in_full(item: ItemView) -> bool:
    return item.state.state not in (DECLINED, REMOVED, CARRIED_OVER) and not everybody(item)


def _why(item: ItemView) -> str:
    why = item.state.last.get("reason") or item.state.last.get("why") or ""
    return ", ".join(filter(None, (str(why), day(item.state.since))))


def item_facts(case: Case, item: ItemView, content: Content) -> list[tuple[str, str | list[str]]]:
    """Everything about one item but its history."""
    state, snapshot = item.state, item.state.snapshot
    courses = [content.plan.courses[name].name for name in snapshot.get("courses") or () if name in content.plan.courses]
    limit = snapshot.get("limit")
    done = state.done if state.state == DONE else {}
    return [
        ("State", f"{staff.STATES[state.state]}, since {day(state.since)}"),
        ("Why not", _why(item) if state.state == NOT_AVAILABLE else ""),
        ("Delivered", f"{done.get('what', '')}, {day(done.get('on'))}" if done else ""),
        ("Because", "; ".join(staff.reasons(item))),
        ("Owner", staff.owner(item) + (" – somebody has to be named" if item.owner.get("decide") else "")),
        ("Due", staff.due(item)),
        ("Due now by the record", day(item.due_now)),
        ("At the longest until", day(str(limit)) if limit else ""),
        ("Service", list(_service(item))),
        ("Sent to", staff.signpostings(case, item)),
        ("Consent", staff.CONSENTS.get(item.consent or "", "")),
        ("Courses", ", ".join(courses)),
        ("Time", "Give it longer: vulnerable person or complex case" if snapshot.get("more_time") else ""),
        ("What changed", staff.change(item.change) if item.change else ""),
        ("Source", "; ".join(item.source)),
    ]


def _service(item: ItemView) -> Iterator[str]:
    if item.service is not None:
        yield ", ".join(filter(None, (item.service.name, item.service.phone)))
    elif item.no_service:
        yield staff.sentence(f"None: {item.no_service}")


def recorded(route: RouteView) -> str:
    """What a route wrote down, in words."""
    found = ((name.replace("_", " "), value) for name, value in route.recorded.items() if value not in (None, ""))
    return ", ".join(f"{name}: {'yes' if value is True else 'no' if value is False else value}" for name, value in found)


def consent_rows(case: Case) -> Iterator[tuple[str, str, str]]:
    """Each consent, how it stands and since when."""
    for view in case.consent_views:
        standing = view.standing
        yield view.rule.label, staff.STANDINGS.get(standing.state, standing.state), day(standing.since)


def contact_rows(case: Case) -> Iterator[tuple[str, str, str]]:
    """Each day of contact after release, and what came of it."""
    for contact in case.contacts:
        last = contact.records[-1].data if contact.records else {}
        said = "; ".join(str(last[name]) for name in ("how", "note") if last.get(name))
        state = "held" if contact.held else "tried" if contact.records else staff.STATUSES.get(contact.status or "", "")
        yield day(contact.day), f"day {contact.number}", ": ".join(filter(None, (state, said)))
