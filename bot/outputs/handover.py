"""The handover for the responsible officer in the community: what the person agreed to share, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator

from bot.casework.case import Case, ItemView
from bot.outputs import staff
from bot.outputs.document import Document
from bot.outputs.staff import English, Names, day, nobody
from bot.outputs.words import Content
from bot.outputs.worker_sheet import (
    ACCESS,
    SURE,
    answer_facts,
    answered,
    contact_rows,
    everybody,
    record_facts,
    recorded,
)
from bot.plan.consents import BY_ANSWER, WITHDRAWN
from bot.plan.definitions import SENSITIVE_PATHWAYS
from bot.plan.items import DECLINED, PRIVATE
from bot.plan.life import DONE, NOT_AVAILABLE
from bot.plan.routes import GIVEN, NONE_NEEDED

CONSENT = "officer"
# Who still has something to do on a route once the person has left.
OUTSIDE = ("home", "partner")
# The person has agreed to the route, or needs not be asked.
MAY_GO = (GIVEN, NONE_NEEDED)
LEFT_OUT = (
    "Private answers, and everything that rests on them. They are left out of every handover, whether there are any or not.",
    "Answers about who may harm the person, and everything that rests on them: likewise, whether there are any or not.",
    "Everything the person said in their own words. What the plan rests on is here, in the words of the plan.",
    "The answers, but for how sure the person is of the plan, and what has to be known of language and access to meet them.",
    "What was taken off the plan, and plans of earlier stays in prison.",
    "Referrals that wait for a consent the person has not given.",
)


class NoConsent(Exception):
    """The person has not agreed to a handover, or not any more; the message is one line with the mend."""

    def __init__(self, taken_back: bool) -> None:
        told = "has taken back their yes" if taken_back else "has not agreed"
        super().__init__(f"the person {told} to share the plan with the responsible officer; ask them first, then record it")


def handover(case: Case, content: Content, names: Names = nobody) -> Document:
    """The handover, without what is sensitive or on no paper (``Case.for_paper``).

    ``names`` gives the name of a user id, "" for an unknown one. There has to be a plan (``case.plan``).

    Raises:
        NoConsent: the consent to share with the officer does not hold now.
    """
    if not case.consents.may_share(CONSENT):
        raise NoConsent(case.consents.standing(CONSENT).state == WITHDRAWN)
    return _Handover(case.for_paper(), content, names).document()


class _Handover:
    def __init__(self, case: Case, content: Content, names: Names) -> None:
        self.case, self.content, self.names = case, content, names
        self.english = English(content)
        self.sheet = Document("Handover to the responsible officer", f"{case.record.prison_number} · handover · {day(case.today)}")

    def document(self) -> Document:
        self._head()
        self._items()
        self._routes()
        self._after()
        return self.sheet

    def _head(self) -> None:
        case, sheet, plan = self.case, self.sheet, self.case.plan
        by = self.names(plan.worker) if plan and plan.worker else ""
        if unfinished := staff.not_finished(case):
            sheet.text(unfinished, "warning")
        sheet.facts([*record_facts(case), ("Resettlement worker", by), ("Written on", day(case.today))])
        standing = case.consents.standing(CONSENT)
        how = "in the interview" if standing.how == BY_ANSWER else "to a worker"
        sheet.heading("Consent, and what is left out")
        sheet.text(
            f"The person agreed {how} on {day(standing.since)} that this plan is shared with the responsible officer, and can take "
            "it back at any time. It may not go to anybody else without a yes of its own."
        )
        left_out = [name for name, kind in standing.services.items() if kind != GIVEN]
        if left_out:
            sheet.text(
                f"The person has left out: {', '.join(staff.service_name(case, name) for name in left_out)}. It may not go there."
            )
        sheet.text("Left out:")
        sheet.points(LEFT_OUT)
        # The consent is to share the plan without what is about safety, which nobody can promise of somebody's own words.
        sure = case.path.by_id.get(SURE) if case.path else None
        if sure is not None and answered(sure):
            sheet.heading("How sure the person is")
            sheet.facts([("Of the plan, 0 to 10", self.english.answer(sure.question, sure.answer))])
        if access := answer_facts(case, self.english, ACCESS, own_words=False):
            sheet.heading("Language and access")
            sheet.facts(access)

    def _of(self, pathway: str) -> list[ItemView]:
        return [item for item in self.case.of_pathway(pathway) if pathway not in SENSITIVE_PATHWAYS]

    def _items(self) -> None:
        """What goes on after release first; what is done and what was turned down in short."""
        for pathway, label in self.content.plan.pathways.items():
            items = [item for item in self._of(pathway) if item.state.live and not everybody(item)]
            if items:
                self.sheet.heading(label)
            for item in items:
                self.sheet.heading(self.english.title(item), 3)
                self.sheet.facts(list(self._facts(item)))
        shown = [item for pathway in self.content.plan.pathways for item in self._of(pathway)]
        for title, state in (("Done", DONE), ("Could not be had", NOT_AVAILABLE), ("Not wanted so far: offer it again", DECLINED)):
            lines = [self._short(item) for item in shown if item.state.state == state]
            if lines:
                self.sheet.heading(title)
                self.sheet.points(list(dict.fromkeys(lines)))

    def _facts(self, item: ItemView) -> Iterator[tuple[str, str | list[str]]]:
        yield "State", f"{staff.STATES[item.state.state]}, since {day(item.state.since)}"
        yield "Because", [staff.reason(reason) for reason in item.because if reason["kind"] != PRIVATE]
        yield "Owner", staff.owner(item)
        yield "Due", staff.due(item)
        if item.service is not None:
            yield "Service", ", ".join(filter(None, (item.service.name, item.service.phone)))
        yield "Sent to", staff.signpostings(self.case, item)

    def _short(self, item: ItemView) -> str:
        what = self.english.title(item)
        more = item.state.done.get("what") or item.state.last.get("why") if item.state.state != DECLINED else ""
        on = day(item.state.done.get("on")) if item.state.state == DONE else ""
        return ", ".join(filter(None, (what, str(more or ""), on)))

    def _routes(self) -> None:
        routes = [(route, route.found) for route in self.case.routes if route.found is not None and route.found.consent in MAY_GO]
        if routes:
            self.sheet.heading("Referrals to partners")
        for route, found in routes:
            left = [step.text for step in found.route.steps if step.who in OUTSIDE and step.id not in route.done]
            self.sheet.heading(route.label, 3)
            due, by = day(found.due), ", ".join(service.name for service in route.services)
            self.sheet.facts([("Due", due), ("Services", by), ("Recorded", recorded(route)), ("Still to do outside", left)])

    def _after(self) -> None:
        rows = list(contact_rows(self.case))
        self.sheet.heading("Contact after release")
        if not rows:
            self.sheet.text("The release date is not known yet; the days of contact are counted from it.")
        self.sheet.table(("Day", "After release", "Contact"), rows)
