"""The menu of the resettlement plan as objects. Built by ``loading`` from ``bot/data/plan``, never changed afterwards.

Ids are words of the data files; ``line`` is the line an entry stands on. Every ``source`` names the paragraph, table or seed
document an entry comes from.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.interview.rules import ALWAYS, Rule
from bot.plan.services import Directory

EVERYBODY = "1"
LEVELS = ("1", "2", "3", "2/3")
PROVIDE = ("host", "home", "joint")
PATHWAYS = ("accommodation", "ete", "finance", "personal", "ttg_support", "domestic_abuse", "sex_work")
SENSITIVE_PATHWAYS = ("domestic_abuse", "sex_work")
ANY = "any"
# When items are due: what the entries under `items` of dates.yml are called, and the day that all others go by.
PART2, AT_ONCE, DUTY_TO_REFER, RELEASE = DUE_BY = ("part2", "at_once", "duty_to_refer", "release")
OTHERWISE = "otherwise"
# The latest days that hang on a route, as plan.schema.json has them.
BEFORE_RELEASE = ("duty_to_refer_by", "ppo_iom_notice_by", "ppo_iom_transfer_by")
# Whom an item can fall to; the pages have words for each.
OWNER_ROLES = (
    "resettlement_worker", "community_worker", "responsible_officer", "prison_staff", "prison_healthcare", "service", "person",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a row of the tables is for."""

    id: str
    text: str
    source: str
    note: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Activity:
    """One row of the pathway tables and of Annex A. See the head of ``activities.yml`` for each field."""

    id: str
    pathway: str
    level: str
    activity: str
    plain: str
    easy: str
    outcomes: tuple[str, ...] = ()
    provide: str | None = None
    joint_with: tuple[str, ...] = ()
    signpost: bool = False
    services: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    note: str = ""
    screening: bool = False
    more_time: bool = False
    by_need: bool = False
    consent: tuple[str, ...] = ()
    sensitive: bool = False
    line: int = 0

    def words(self, level: str) -> str:
        """What the person's own plan says, in ``plain`` or ``easy`` words."""
        return self.easy if level == "easy" else self.plain


@dataclass(frozen=True, slots=True)
class Course:
    """A Virtual Campus course (Annex B). ``interest`` is the option of ``work_interest`` it goes with."""

    id: str
    name: str
    group: str
    interest: str
    kind: str
    licence: bool
    about: str
    source: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Duty:
    """A prompt for the worker. ``statement`` is ``duty`` where the source says it is to be done, else ``guidance``."""

    id: str
    text: str
    source: str
    statement: str
    when: Rule = ALWAYS
    line: int = 0


@dataclass(frozen=True, slots=True)
class Cohort:
    """A group that the instruction singles out (2.8, 2.9, section 8), and the prompts it brings."""

    id: str
    label: str
    when: Rule
    source: tuple[str, ...]
    vulnerable: bool = False
    complex: bool = False
    sensitive: bool = False
    note: str = ""
    duties: tuple[Duty, ...] = ()
    line: int = 0

    @property
    def raises(self) -> bool:
        """Whether a need found for somebody in it is met at level 3 (2.9)."""
        return self.vulnerable or self.complex


@dataclass(frozen=True, slots=True)
class Use:
    """An activity that something puts on the plan, where ``when`` holds. ``because`` are words after "because"."""

    activity: str
    level: str = ""
    when: Rule = ALWAYS
    because: str = ""
    source: str = ""
    with_need_in: tuple[str, ...] = (ANY,)
    line: int = 0


@dataclass(frozen=True, slots=True)
class NeedRule:
    """What is done about one need, where ``when`` holds too.

    ``courses`` are course ids, or one question whose options are interests.
    """

    need: str
    uses: tuple[Use, ...]
    level3: tuple[str, ...] = ()
    asks_for: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    courses: tuple[str, ...] = ()
    courses_by: str | None = None
    when: Rule = ALWAYS
    line: int = 0


@dataclass(frozen=True, slots=True)
class Replacement:
    """On one plan ``first`` takes the place of ``second``."""

    first: str
    second: str
    source: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """Who owns an activity that is provided in one way. ``decide``: nobody is named, somebody has to be."""

    id: str
    role: str
    label: str
    source: str
    decide: bool = False


@dataclass(frozen=True, slots=True)
class RouteStep:
    """A step of a referral route; one ``after_consent`` waits for the person's yes."""

    id: str
    who: str
    text: str
    after_consent: bool = False


@dataclass(frozen=True, slots=True)
class Timing:
    """The numbers of a route. ``before_release_days``: at the latest; ``from_days``: at the earliest; both days before release.

    ``met_by``: the steps and records by any of which what is to be done by the latest day is done.
    """

    before_release_days: int | None = None
    from_days: int | None = None
    on_release_day: bool = False
    at_risk_within_days: int | None = None
    after_release_days: tuple[int, ...] = ()
    high_need_beyond_days: int | None = None
    met_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A referral route to a partner, with its own rule, consent, dates and record."""

    id: str
    label: str
    when: Rule
    steps: tuple[RouteStep, ...]
    source: tuple[str, ...]
    consent: str | None = None
    consent_needed: bool = True
    record: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    timing: Timing = field(default_factory=Timing)
    services: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    sensitive: bool = False
    note: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the worker should know of the whole plan, with its source. Without a rule it is a matter of dates."""

    id: str
    text: str
    source: str
    when: Rule = ALWAYS


@dataclass(frozen=True, slots=True)
class AlertRule:
    """An immediate need (2.11 to 2.17). ``words`` may stand on any worker's page, ``detail`` only before the safeguarding role.

    Of ``PlanData.remarks``, by ``kind``: what is done about something said beside the answers; it has no rule.
    """

    id: str
    when: Rule
    kind: str
    who: tuple[str, ...]
    words: str
    source: str
    detail: str = ""
    sensitive: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """One consent. ``services``: kinds of service it lets the plan speak to; ``each``: every service is asked about on its own."""

    id: str
    question: str
    label: str
    source: str
    to: str
    services: tuple[str, ...] = ()
    any_service: bool = False
    each: bool = False
    sensitive: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Sooner:
    """What is due at once where a rule holds: items of some activities, or with one of some needs as a reason."""

    when: Rule
    activities: tuple[str, ...]
    needs: tuple[str, ...]
    source: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The numbers of ``dates.yml``. Hours are of the real clock, months of the calendar; working days leave out bank holidays."""

    part1_hours: int = 72
    part2_working_days: int = 5
    part2_most_months: int = 48
    prerelease_days: int = 84
    tenancy_days: int = 182
    tenancy_when: Rule = ALWAYS
    recall_review_days: int = 28
    recall_review_months: int = 12
    at_once_working_days: int = 10
    follow_up_working_days: int = 10
    contact_days: tuple[int, ...] = (1, 7, 30, 60, 90)
    contact_then_every: int = 30
    contact_then_times: int = 3
    high_need_factors: int = 5
    before_release: dict[str, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    sooner: tuple[Sooner, ...] = ()
    sources: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlanData:
    """Everything the plan is made from: what ``loading.load_plan`` gives. A prison puts its own ``directory`` in."""

    instruction: str
    pathways: dict[str, str]
    levels: dict[str, str]
    providers: dict[str, str]
    kinds: dict[str, str]
    outcomes: dict[str, Outcome]
    activities: dict[str, Activity]
    courses: dict[str, Course]
    cohorts: dict[str, Cohort]
    routes: dict[str, Route]
    owners: dict[str, OwnerRule]
    needs: dict[str, NeedRule]
    cohort_uses: dict[str, tuple[Use, ...]]
    answer_uses: tuple[tuple[Rule, tuple[str, ...], str, str], ...]
    replaces: tuple[Replacement, ...]
    everybody: tuple[str, str]
    funding: dict[str, tuple[str, str]]
    notices: dict[str, Notice]
    alerts: tuple[AlertRule, ...]
    remarks: dict[str, AlertRule]
    alert_roles: dict[str, str]
    consents: dict[str, ConsentRule]
    factors: tuple[str, ...]
    deadlines: Deadlines
    directory: Directory

    def label(self, name: str) -> str:
        """The name of a provider or of a kind of service."""
        return self.providers.get(name) or self.kinds.get(name) or name

    def level1(self) -> tuple[Activity, ...]:
        """The activities that everybody has, in the order of the instruction (2.9)."""
        return tuple(activity for activity in self.activities.values() if activity.level == EVERYBODY)
