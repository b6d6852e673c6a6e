"""A case without what is for the safeguarding role only: for other staff, and for print. Pure. And without what is on no paper.

``ProposedPlan.without_sensitive`` does the same to what the answers call for; here it is done to what is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.casework.case import Case, CohortView, ItemView, RouteView
from bot.interview.answers import Answer
from bot.interview.path import Outlook, Path
from bot.plan.compare import Change
from bot.plan.consents import Consents
from bot.plan.items import PRIVATE, RAISED, ProposedPlan
from bot.plan.life import Event, ItemState
from bot.plan.profile import Factor, Profile
from bot.plan.services import Service
from bot.store.columns import is_digest
from bot.store.plan_types import AlertRow

TOLD = "of what you told us"
Reason = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Cover:
    """What is private in one case: the questions, needs and options by question; and for services the kinds each is of."""

    private: frozenset[str]
    services: Mapping[str, Service]
    needs: frozenset[str] = frozenset()
    options: Mapping[str, frozenset[str]] = field(default_factory=dict)

    # -- reasons

    def reasons(self, reasons: Iterable[Reason]) -> tuple[tuple[Reason, ...], bool]:
        """The reasons that may be seen, without private answers; and whether any was left out."""
        given = tuple(reasons)
        shown = tuple(
            {**reason, "answers": [answer for answer in reason.get("answers", ()) if not self._private(answer)]}
            for reason in given
            if not reason.get("sensitive") and reason.get("need") not in self.needs and not self._rests_on_private(reason)
        )
        return shown, len(shown) < len(given)

    def _rests_on_private(self, reason: Reason) -> bool:
        answers = reason.get("answers", ())
        return bool(answers) and all(self._private(answer) for answer in answers)

    def _private(self, answer: Reason) -> bool:
        question, options = answer["question"], frozenset(answer.get("options") or ())
        return question in self.private or (bool(options) and options <= self.options.get(question, frozenset()))

    # -- items

    def item(self, view: ItemView) -> ItemView:
        """An item that is not sensitive itself. What work it is stays: it has to be done."""
        shown, hides = self.reasons(view.because)
        hides = hides or any(self._told_more(event) for event in view.history)
        if hides and all(reason["kind"] == RAISED for reason in shown):
            source = "; ".join(view.activity.source)
            shown = ({"kind": PRIVATE, "text": TOLD, "source": source, "answers": []}, *shown)
        snapshot = {**view.state.snapshot, "because": [dict(reason) for reason in shown]}
        service, others, signpostings = view.service, view.others, view.state.signpostings
        if hides:
            # The kinds of service of the activity itself give nothing away.
            open_kinds = set(view.activity.services)
            service = service if service is not None and open_kinds & set(service.kinds) else None
            others = tuple(other for other in others if open_kinds & set(other.kinds))
            signpostings = tuple(one for one in signpostings if self._open(one.service, open_kinds))
            snapshot |= {
                "service": service.id if service else None,
                "service_kinds": [kind for kind in snapshot.get("service_kinds", ()) if kind in open_kinds],
                "service_others": [other.id for other in others],
            }
        history = tuple(self._event(event, hides, set(view.activity.services)) for event in view.history)
        last = self._data(view.state.last, hides, set(view.activity.services))
        done = self._data(view.state.done, hides, set(view.activity.services))
        key = open_key(view.key)
        state = replace(view.state, key=key, snapshot={**snapshot, "key": key}, signpostings=signpostings, last=last, done=done)
        return replace(
            view,
            key=key,
            state=state,
            history=history,
            service=service,
            others=others,
            change=self.change(view.change),
            before=None if view.before is None else self._before(view.before),
            hides=hides,
        )

    def _told_more(self, event: Event) -> bool:
        item = event.data.get("item")
        return item is not None and self.reasons(item.get("because", ()))[1]

    def _before(self, state: ItemState) -> ItemState:
        key = open_key(state.key)
        snapshot = {**state.snapshot, "key": key, "because": list(self.reasons(state.snapshot["because"])[0])}
        return replace(state, key=key, snapshot=snapshot, signpostings=(), last={}, done={})

    def _event(self, event: Event, hides: bool, open_kinds: set[str]) -> Event:
        return replace(event, data=self._data(event.data, hides, open_kinds))

    def _data(self, data: Mapping[str, Any], hides: bool, open_kinds: set[str]) -> dict[str, Any]:
        """An event's data without the item as it was proposed, and without services that would tell why."""
        kept = {name: value for name, value in data.items() if name not in ("item", "signpostings")}
        if hides and "service" in kept and not self._open(str(kept["service"]), open_kinds):
            del kept["service"]
        return kept

    def _open(self, service: str, open_kinds: set[str]) -> bool:
        entry = self.services.get(service)
        return entry is not None and bool(open_kinds & set(entry.kinds))

    def change(self, change: Change | None) -> Change | None:
        """A change of an item that is not sensitive, or None where nothing that may be seen is left of it."""
        if change is None or change.sensitive:
            return None
        added, lost = self.reasons(change.added)[0], self.reasons(change.lost)[0]
        if not added and not lost and (change.added or change.lost):
            # That there is something to look at may be known, not what.
            added = lost = ()
        return replace(change, key=open_key(change.key), proposed=None, added=added, lost=lost)

    # -- beside the items

    def path(self, path: Path | None) -> Path | None:
        """The path without its private questions and answers."""
        if path is None:
            return None
        steps = (step for step in path.steps if step.question.id not in self.private)
        return Path(path.interview, tuple(replace(step, answer=self._answer(step.answer)) for step in steps), lambda _: Outlook())

    def _answer(self, answer: Answer | None) -> Answer | None:
        """An answer without its private options, and the words added to them; None where nothing is left of it."""
        if answer is None or self.options.get(answer.question, frozenset()).isdisjoint(answer.options):
            return answer
        left = tuple(option for option in answer.options if option not in self.options[answer.question])
        return replace(answer, options=left, more="") if left else None


def cover(case: Case) -> Case:
    """``Case.without_sensitive``."""
    private = (
        frozenset(question.id for question in case.path.interview.questions if question.sensitive) if case.path else frozenset()
    )
    covers = _Cover(private, _services(case))
    proposed = case.proposed.without_sensitive() if case.proposed else None
    items = tuple(_with_proposed(covers.item(item), proposed) for item in case.items if not item.sensitive)
    rules = {name: rule for name, rule in case.consents.plan.consents.items() if not rule.sensitive}
    standings = {name: standing for name, standing in case.consents.standings.items() if name in rules}
    return replace(
        case,
        path=covers.path(case.path),
        items=items,
        proposed=proposed,
        changes=tuple(item.change for item in items if item.change is not None),
        consents=Consents(case.consents.plan, standings),
        consent_views=tuple(view for view in case.consent_views if not view.rule.sensitive),
        routes=tuple(_route(view, proposed) for view in case.routes if not view.sensitive),
        cohorts=tuple(_cohort(view, proposed) for view in case.cohorts if not view.cohort.sensitive),
        profile=_profile(case.profile, proposed),
        alerts=tuple(covered_alert(alert) for alert in case.alerts),
        acknowledged=tuple(covered_alert(alert) for alert in case.acknowledged),
        earlier=tuple(
            replace(one, items=tuple(covers.item(item) for item in one.items if not item.sensitive)) for one in case.earlier
        ),
        complete=False,
    )


def off_paper(case: Case) -> Case:
    """``Case.for_paper``, of a case without what is sensitive."""
    if case.path is None:
        return case
    interview = case.path.interview
    marked = {question.id: frozenset(each.id for each in question.options if each.off_paper) for question in interview.questions}
    covers = _Cover(
        frozenset(question.id for question in interview.questions if question.off_paper),
        _services(case),
        frozenset(need.id for need in interview.needs if need.off_paper),
        {question: options for question, options in marked.items() if options},
    )
    earlier = tuple(replace(one, items=tuple(covers.item(item) for item in one.items)) for one in case.earlier)
    return replace(case, path=covers.path(case.path), items=tuple(covers.item(item) for item in case.items), earlier=earlier)


def covered_alert(alert: AlertRow) -> AlertRow:
    """An alert with the words that may stand on any worker's page, and no others."""
    if not alert.sensitive:
        return alert
    return replace(alert, rule=None, detail="", because=(), said="", note="")


def open_key(key: str) -> str:
    """A key that does not tell which sensitive need it is made from: a digest of a word from a short list hides nothing."""
    activity, _, rest = key.partition(":")
    return f"{activity}:{PRIVATE}" if is_digest(rest) else key


def _services(case: Case) -> dict[str, Service]:
    shown = [item.service for item in case.items if item.service is not None]
    return {**case.directory.services, **{service.id: service for service in shown}}


def _with_proposed(view: ItemView, proposed: ProposedPlan | None) -> ItemView:
    """The item with its change, whose proposal is taken from what may be seen."""
    if view.change is None or proposed is None:
        return view
    # None where the key is one that does not tell.
    return replace(view, change=replace(view.change, proposed=proposed.by_key.get(view.key)))


def _route(view: RouteView, proposed: ProposedPlan | None) -> RouteView:
    if view.found is None or proposed is None:
        return view
    found = next((one for one in proposed.routes if one.route.id == view.id), None)
    # The consent is what is written down, not only what was answered.
    return replace(view, found=None if found is None else replace(found, consent=view.found.consent))


def _cohort(view: CohortView, proposed: ProposedPlan | None) -> CohortView:
    found = next((one for one in (proposed.cohorts if proposed else ()) if one.cohort.id == view.cohort.id), None)
    return replace(view, found=found, by_rule=view.by_rule and found is not None)


def _profile(profile: Profile | None, proposed: ProposedPlan | None) -> Profile | None:
    if profile is None or proposed is None:
        return profile
    shown = {found.id for found in proposed.needs}

    def factor(one: Factor) -> Factor:
        needs = tuple(need for need in one.needs if need in shown)
        declined = tuple(need for need in one.declined if need in shown)
        return Factor(one.id, needs, declined, one.referrals if needs or not one.needs else 0)

    return Profile(tuple(factor(one) for one in profile.factors), profile.high_need)
