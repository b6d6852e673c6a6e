"""What an item needs besides its reasons: state, owner, service, due date and courses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

from bot.interview.path import Path
from bot.interview.record import PersonRecord
from bot.interview.rules import NOTHING
from bot.plan.dates import NO_RELEASE, Dates, add_working_days, needs_part2
from bot.plan.definitions import AT_ONCE, DUTY_TO_REFER, EVERYBODY, PART2, RELEASE, Activity, PlanData
from bot.plan.items import (
    DECLINED,
    FOR_EVERYBODY,
    NO_CONSENT,
    NOT_WANTED,
    PROPOSED,
    RAISED,
    Because,
    FoundCohort,
    Item,
    ItemDue,
    Owner,
    Party,
)
from bot.plan.needs import FoundNeed, Known
from bot.plan.routes import GIVEN, NOT_GIVEN, NOTHING_TOLD, answered_consent, given_services
from bot.plan.services import Seeker, Service, Suggestion, suggest

_TENANCY = "acc_keep_tenancy"


class Filling:
    """Fills in the items of one person's plan on one day."""

    def __init__(
        self,
        plan: PlanData,
        path: Path,
        known: Known,
        record: PersonRecord,
        dates: Dates,
        today: date,
        cohorts: Sequence[FoundCohort],
        told: Mapping[str, str] = NOTHING_TOLD,
    ) -> None:
        self.plan, self.path, self.known, self.record, self.dates = plan, path, known, record, dates
        self.today, self.told = today, told
        self.raised = any(found.cohort.raises for found in cohorts)
        self.seeker = find_seeker(plan, path, known, record, cohorts)
        self._suggested: dict[tuple[str, ...], Suggestion | None] = {}
        self._fitting: dict[str, list[Service]] = {}
        self.prerelease = "prerelease" in self._fact("interview.kind")

    def _fact(self, source: str) -> frozenset[str]:
        return (self.known.value(source) or NOTHING).options

    def item(
        self, activity: Activity, key: str, reasons: Sequence[Because], needs: Sequence[FoundNeed], sources: Sequence[str]
    ) -> Item:
        """The item for one activity and the reasons gathered for it."""
        state, declined, consent = self._state(activity, reasons)
        general = all(reason.kind == FOR_EVERYBODY for reason in reasons)
        return Item(
            key=key,
            activity=activity,
            level=activity.level,
            because=tuple(reasons),
            state=state,
            owner=self.owner(activity),
            service=self.service(activity, needs),
            due=self._sooner(activity, needs) or self.due(activity, general),
            source=(*activity.source, *sources),
            more_time=activity.more_time and self.raised,
            consent=consent,
            consents=self._consents(activity),
            declined=declined,
            courses=tuple(dict.fromkeys(course for found in needs for course in self._courses(found))),
            limit=self._limit() if activity.id == _TENANCY else None,
        )

    def _state(self, activity: Activity, reasons: Sequence[Because]) -> tuple[str, str, str | None]:
        """State, why it is declined, and the consent. Declined where every reason is a need turned down, or consent was refused."""
        questions = self._consents(activity)
        consent = answered_consent(self.path, questions, self.told) if questions else None
        if consent == NOT_GIVEN:
            return DECLINED, NO_CONSENT, consent
        own = [reason for reason in reasons if reason.kind != RAISED]
        if own and all(reason.declined for reason in own):
            return DECLINED, NOT_WANTED, consent
        return PROPOSED, "", consent

    def _consents(self, activity: Activity) -> tuple[str, ...]:
        """The questions whose yes it waits for: not one answered so that nothing is left to ask, as healthcare knows already."""
        said = {question: step.answer for question in activity.consent if (step := self.path.by_id.get(question)) is not None}
        done = {question for question, answer in said.items() if answer and answer.given and not {"yes", "no"} & {*answer.options}}
        return tuple(question for question in activity.consent if question in self.told or question not in done)

    def _limit(self) -> date | None:
        """The last day that benefits may pay for a home, where an answer names one that may and release is not later."""
        until, release = self.dates.tenancy_until, self.record.release
        pays = self.plan.deadlines.tenancy_when.holds(self.known) is True
        return until if pays and (release is None or release <= until) else None

    # -- who

    def owner(self, activity: Activity) -> Owner:
        """Who owns it, from Annex A's columns: host, home, joint with those named, or whoever signposts."""
        kind = activity.provide or ("signpost" if activity.signpost else "unassigned")
        rule = self.plan.owners[kind]
        parties = tuple(Party(name, self.plan.label(name), self._name(name)) for name in activity.joint_with)
        return Owner(rule.role, rule.label, rule.source, self._name(kind), parties, rule.decide)

    def _name(self, party: str) -> str | None:
        """The name the record has for somebody in the community: the responsible officer, or else the provider."""
        if party in ("nps_officer", "home"):
            return self.record.responsible_officer or (self.record.community_provider if party == "home" else None)
        return None

    # -- with which service

    def service(self, activity: Activity, needs: Sequence[FoundNeed]) -> Suggestion | None:
        """The service to ask first: the needs' own kinds, then the activity's. With consents given, only those they cover.

        An item that sends somebody to a service for one need goes to a service for that need, or says that there is none.
        """
        own = [kind for found in needs for kind in (self.plan.needs[found.id].services if found.id in self.plan.needs else ())]
        only_own = own and activity.by_need and activity.signpost
        kinds = list(dict.fromkeys(own if only_own else [*own, *activity.services]))
        covered = given_services(self.path, self.plan.consents, activity.consent, self.told)
        if covered and activity.consent and answered_consent(self.path, activity.consent, self.told) == GIVEN:
            kinds = [kind for kind in kinds if kind in covered]
        wanted = tuple(kinds)
        if wanted not in self._suggested:
            self._suggested[wanted] = suggest(self.plan.directory, wanted, self.seeker, self._fitting)
        return self._suggested[wanted]

    def _courses(self, found: FoundNeed) -> tuple[str, ...]:
        rule = self.plan.needs.get(found.id)
        if rule is None or rule.courses_by is None:
            return rule.courses if rule else ()
        chosen = self._fact(rule.courses_by)
        return tuple(course.id for course in self.plan.courses.values() if course.interest in chosen)

    # -- by when

    def due(self, activity: Activity, general: bool) -> ItemDue:
        """The date by the rules of ``dates.yml``. ``general``: everybody has the item, and nothing was found that asks for it."""
        named = self.plan.deadlines.items.get(activity.id)
        if activity.level == EVERYBODY and general and named != RELEASE:
            return self._with_part2()
        if named == AT_ONCE:
            return self._at_once()
        if named == DUTY_TO_REFER:
            return self._duty_to_refer()
        return self._by_release("items.release" if named == RELEASE else "items.otherwise")

    def _source(self, name: str) -> str:
        return self.plan.deadlines.sources.get(name, "")

    def _with_part2(self) -> ItemDue:
        if self.prerelease or not needs_part2(self.record, self.plan.deadlines):
            return self._by_release("prerelease")
        why = "" if self.dates.part2_due else self.dates.why.get("part2_due", "")
        return ItemDue(self.dates.part2_due, PART2, self._source("items.part2"), reason=why)

    @cached_property
    def _soon(self) -> date:
        return add_working_days(self.today, self.plan.deadlines.at_once_working_days)

    def _sooner(self, activity: Activity, needs: Sequence[FoundNeed]) -> ItemDue | None:
        """At once, where a rule of ``sooner`` holds for the activity or for a need behind the item; else None."""
        found = {need.id for need in needs if not need.declined}
        for rule in self.plan.deadlines.sooner:
            if (activity.id in rule.activities or not found.isdisjoint(rule.needs)) and rule.when.holds(self.known) is True:
                return replace(self._at_once(), source=rule.source)
        return None

    def _at_once(self) -> ItemDue:
        day = self._soon
        release = self.record.release
        if release is not None and self.today <= release < day:
            day = release
        return ItemDue(day, AT_ONCE, self._source("items.at_once"))

    def _duty_to_refer(self) -> ItemDue:
        day = self.dates.duty_to_refer_by
        # Before the last 56 days begin, or at once if they have begun.
        return ItemDue(
            max(day, self.today) if day else None,
            DUTY_TO_REFER,
            self._source("items.duty_to_refer"),
            reason="" if day else NO_RELEASE,
        )

    def _by_release(self, source: str) -> ItemDue:
        release, start = self.record.release, self.dates.prerelease_from
        return ItemDue(release, RELEASE, self._source(source), start, "" if release else NO_RELEASE)


def find_seeker(plan: PlanData, path: Path, known: Known, record: PersonRecord, cohorts: Sequence[FoundCohort] = ()) -> Seeker:
    """What decides which services fit this person."""

    def said(question: str) -> frozenset[str]:
        value = known.value(question)
        return value.options if value is not None and value.real else frozenset()

    directory = plan.directory
    council = path.by_id.get("council_area")
    words = council.answer.text if council is not None and council.answer is not None else None
    abroad = "other_country" in said("live_after_country")
    languages = [
        *(said("language_interpreter") - {"none", "other"}),
        *(said("language_speak") - {"other"}),
        *said("interview.language"),
    ]
    return Seeker(
        female=record.sex == "female",
        home=None if abroad else directory.area_of(record.home_area),
        council=None if abroad else directory.area_of(words),
        language=languages[0] if languages else "en",
        cohorts=frozenset(found.cohort.id for found in cohorts),
    )
