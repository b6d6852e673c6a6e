"""Checking the plan's files: every mistake at once, each with its file, its line and its mend."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from bot.interview.checking import worth_saying
from bot.interview.definitions import NOT_NOW, Interview, Need
from bot.interview.loading import DATA, Loader
from bot.interview.reaching import Reach, TooHard
from bot.interview.rules import ALWAYS, Rule, both, comparison, compile_rule, leaves
from bot.interview.sources import FIELDS, is_field
from bot.plan.alerts import unheard
from bot.plan.definitions import ANY, EVERYBODY, LEVELS, PATHWAYS, PROVIDE, SENSITIVE_PATHWAYS, PlanData, Use
from bot.plan.loading import FILES, PlanLoader
from bot.plan.services import NATIONAL

_ID = re.compile(r"[a-z][a-z0-9_]*")
# Whom a route's step or an alert can fall to beside what the files name.
_WHO = ("worker", "prison", "healthcare", "home", "partner")
_KINDS_OF_ALERT = ("safety", "self_harm", "health", "child", "talk", "unread")
_STATEMENTS = ("duty", "guidance")


def check_plan(root: Path = DATA, interview: Interview | None = None) -> list[str]:
    """Every error of the plan's files, one a line, ``file:line: what; the mend``, in the order of files and lines. Never raises.

    ``interview`` is the one the rules look at; without it, it is loaded from the same folder.
    """
    loader = PlanLoader(root)
    plan = loader.load()
    _Checker(loader, plan, interview or Loader(root).load()).run()
    return worth_saying(loader.problems)


def _like(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, list(known), 1)
    return f"did you mean '{close[0]}'?" if close else "mend the name or add it"


@dataclass(frozen=True, slots=True)
class _Written:
    """A rule where it is written; ``given`` is what holds already where it is looked at."""

    rule: Rule
    what: str
    file: str
    line: int
    given: Rule = ALWAYS


class _Checker:
    """Checks one plan against one interview."""

    def __init__(self, loader: PlanLoader, plan: PlanData, interview: Interview) -> None:
        self.loader, self.plan, self.interview = loader, plan, interview
        self.files = {name: loader.file(name) for name in (*FILES, "directory")}
        self.need_rules = {need.id: need.when for need in interview.needs}
        # The search tries the values that rules name: those of the plan's rules as well.
        extra = tuple(Need(f"_{n}", "", one.rule, "", "", "", "") for n, one in enumerate(self._rules()) if self._sound(one.rule))
        self.reach = Reach(replace(interview, needs=(*interview.needs, *extra)))

    def run(self) -> None:
        """All checks; what they find is added to the loader's problems."""
        if not self.plan.activities:
            return
        self.check_activities()
        self.check_courses()
        self.check_cohorts()
        self.check_rules_file()
        self.check_routes()
        self.check_alerts_and_consents()
        self.check_dates()
        self.check_directory()
        self.check_rules()
        self.check_reached()

    def wrong(self, file: str, line: int, text: str) -> None:
        self.loader.problems.add(self.files[file], line, text)

    def names(self, file: str, line: int, what: str, names: Iterable[str | None], known: Iterable[str], kind: str) -> None:
        """Each of the names is one of those known."""
        for name in names:
            if name is not None and name not in known:
                self.wrong(file, line, f"{what} names the unknown {kind} '{name}'; {_like(name, known)}")

    # -- what the files name

    def check_activities(self) -> None:
        plan = self.plan
        for one in plan.activities.values():
            what, line = f"the activity '{one.id}'", one.line
            if not _ID.fullmatch(one.id):
                self.wrong("activities", line, f"{what} is not a good id; write it as small_letters_and_lines")
            self.names("activities", line, what, [one.pathway], PATHWAYS, "pathway")
            self.names("activities", line, what, [one.level], LEVELS, "level")
            self.names("activities", line, what, [one.provide], PROVIDE, "way to provide")
            self.names("activities", line, what, one.outcomes, plan.outcomes, "outcome")
            self.names("activities", line, what, one.services, plan.kinds, "kind of service")
            self.names("activities", line, what, one.joint_with, {**plan.providers, **plan.kinds}, "provider or kind of service")
            self.consent_questions("activities", line, what, one.consent)
            if not one.source:
                self.wrong("activities", line, f"{what} has no source; write the table and row it comes from")
            if not one.outcomes:
                self.wrong("activities", line, f"{what} has no outcome; name those of its table")
            if one.provide == "joint" and not one.joint_with:
                self.wrong("activities", line, f"{what} is joint with nobody; write 'joint_with'")
            if one.pathway in SENSITIVE_PATHWAYS and not one.sensitive:
                self.wrong("activities", line, f"{what} is of a sensitive pathway; write 'sensitive: true'")
        owners = {one.provide or ("signpost" if one.signpost else "unassigned") for one in plan.activities.values()}
        for owner in sorted(owners - set(plan.owners)):
            self.wrong("rules", 1, f"'owners' does not say who owns what is provided by '{owner}'; write it")
        for pathway in PATHWAYS:
            if pathway not in plan.pathways:
                self.wrong("activities", 1, f"'pathways' has no words for '{pathway}'; write them")
            if not any(one.pathway == pathway and one.level == EVERYBODY for one in plan.activities.values()):
                self.wrong("activities", 1, f"the pathway '{pathway}' has no level 1 activity; add its rows")

    def consent_questions(self, file: str, line: int, what: str, questions: Iterable[str]) -> None:
        """Consents are closed questions with a yes, and consents.yml says what they cover."""
        known = {rule.question for rule in self.plan.consents.values()}
        for name in questions:
            question = self.interview.by_id.get(name)
            if question is None:
                self.wrong(
                    file, line, f"{what} rests on the consent '{name}', which is no question; {_like(name, self.interview.by_id)}"
                )
            elif "yes" not in question.by_id:
                self.wrong(file, line, f"{what} rests on the consent '{name}', which has no option 'yes'; name another question")
            elif name not in known:
                self.wrong(file, line, f"{what} rests on the consent '{name}', which consents.yml does not have; add it there")

    def check_courses(self) -> None:
        interest = self.interview.by_id.get("work_interest")
        for course in self.plan.courses.values():
            if interest is not None and course.interest not in interest.by_id:
                like = _like(course.interest, interest.by_id)
                self.wrong(
                    "courses",
                    course.line,
                    f"the course '{course.id}' goes with '{course.interest}', no option of 'work_interest'; {like}",
                )

    def check_cohorts(self) -> None:
        seen: dict[str, int] = {}
        for cohort in self.plan.cohorts.values():
            if not cohort.source:
                self.wrong("cohorts", cohort.line, f"the cohort '{cohort.id}' has no source; write the paragraph it comes from")
            for duty in cohort.duties:
                if duty.statement not in _STATEMENTS:
                    self.wrong("cohorts", duty.line, f"the prompt '{duty.id}' is a '{duty.statement}'; use duty or guidance")
                if seen.setdefault(duty.id, duty.line) != duty.line:
                    self.wrong("cohorts", duty.line, f"the prompt '{duty.id}' stands on line {seen[duty.id]} too; rename one")

    def check_rules_file(self) -> None:
        plan = self.plan
        needs = {need.id: need for need in self.interview.needs}
        for name, rule in plan.needs.items():
            what = f"the need '{name}'"
            if name not in needs:
                self.wrong("rules", rule.line, f"{what} is none of needs/*.yml; {_like(name, needs)}")
            for use in rule.uses:
                self.check_use(use, what)
            for activity in rule.level3:
                if activity in plan.activities and plan.activities[activity].level != "3":
                    self.wrong(
                        "rules",
                        rule.line,
                        f"{what} brings '{activity}' at level 3, which is of level {plan.activities[activity].level}; move it",
                    )
            self.names("rules", rule.line, what, rule.level3, plan.activities, "activity")
            self.names(
                "rules", rule.line, f"'asks_for' of {what}", rule.asks_for, rule.level3, "activity of level3_when_vulnerable"
            )
            self.names("rules", rule.line, what, rule.services, plan.kinds, "kind of service")
            self.names("rules", rule.line, what, rule.courses, plan.courses, "course")
            self.names("rules", rule.line, what, [rule.courses_by], self.interview.by_id, "question")
        for need in self.interview.needs:
            if not plan.needs.get(need.id) or not plan.needs[need.id].uses:
                self.wrong(
                    "rules", 1, f"the need '{need.id}' ({need.file}:{need.line}) leads to no activity; write it under 'needs'"
                )
        for name, uses in plan.cohort_uses.items():
            if name not in plan.cohorts:
                self.wrong("rules", 1, f"'cohorts' names the unknown cohort '{name}'; {_like(name, plan.cohorts)}")
            for use in uses:
                self.check_use(use, f"the cohort '{name}'")
                self.names("rules", use.line, f"the cohort '{name}'", use.with_need_in, (*PATHWAYS, ANY), "pathway")
                if not use.because or not use.source:
                    self.wrong(
                        "rules", use.line, f"'{use.activity}' of the cohort '{name}' lacks 'because' or 'source'; write both"
                    )
        for _, activities, because, _ in plan.answer_uses:
            self.names("rules", 1, f"the answer behind '{because}'", activities, plan.activities, "activity")
        for pair in plan.replaces:
            self.names("rules", pair.line, "'replaces'", (pair.first, pair.second), plan.activities, "activity")
        for name in ("resettlement_prison", "other_prison"):
            if name not in plan.funding:
                self.wrong("rules", 1, f"'funding' lacks '{name}'; write its label and source")

    def check_use(self, use: Use, what: str) -> None:
        """An activity a rule puts on the plan is known, and stands at its own level."""
        activity = self.plan.activities.get(use.activity)
        self.names("rules", use.line, what, [use.activity], self.plan.activities, "activity")
        if activity is not None and use.level and use.level != activity.level:
            self.wrong(
                "rules", use.line, f"{what} has '{use.activity}' at level {use.level}, which is of level {activity.level}; mend it"
            )

    def check_routes(self) -> None:
        plan = self.plan
        for route in plan.routes.values():
            what, line = f"the route '{route.id}'", route.line
            self.names("routes", line, what, route.services, plan.kinds, "kind of service")
            self.names("routes", line, what, route.activities, plan.activities, "activity")
            self.names("routes", line, what, route.record, {**self.interview.by_id, **FIELDS}, "question or field")
            if route.consent:
                self.consent_questions("routes", line, what, [route.consent])
            for step in route.steps:
                self.names("routes", line, f"the step '{step.id}' of {what}", [step.who], _WHO, "person")
            if not route.steps or not route.source:
                self.wrong("routes", line, f"{what} lacks steps or a source; write both")
            if len({step.id for step in route.steps}) < len(route.steps):
                self.wrong("routes", line, f"{what} has two steps of the same id; rename one")
            self.names(
                "routes", line, what, route.timing.met_by, {*route.keeps, *(step.id for step in route.steps)}, "step or record"
            )
            if (route.timing.before_release_days is None) != (not route.timing.met_by):
                self.wrong("routes", line, f"{what} has a latest day or 'met_by' without the other; write both or none")

    def check_alerts_and_consents(self) -> None:
        plan = self.plan
        for kind in _KINDS_OF_ALERT:
            if kind not in plan.remarks:
                self.wrong("alerts", 1, f"'remarks' has none of the kind '{kind}'; write what is done when it is said")
        for alert in (*plan.alerts, *plan.remarks.values()):
            what = f"the alert '{alert.id}'"
            self.names("alerts", alert.line, what, alert.who, plan.alert_roles, "role")
            self.names("alerts", alert.line, what, [alert.kind], _KINDS_OF_ALERT, "kind")
            if not alert.who or (alert.when is ALWAYS and alert not in plan.remarks.values()):
                self.wrong("alerts", alert.line, f"{what} lacks who must act or a rule; write both")
            behind = [self.interview.by_id[source] for source in alert.when.sources if source in self.interview.by_id]
            if not alert.sensitive and any(question.sensitive for question in behind):
                self.wrong("alerts", alert.line, f"{what} rests on a sensitive answer; write 'sensitive: true'")
        for question, option in unheard(plan, self.interview):
            text = f"the option '{option.id}' of '{question.id}' is urgent and raises no alert; write one in plan/alerts.yml"
            self.loader.problems.add(question.file, option.line, text)
        for consent in plan.consents.values():
            what = f"the consent '{consent.id}'"
            self.names("consents", consent.line, what, consent.services, plan.kinds, "kind of service")
            self.consent_questions("consents", consent.line, what, [consent.question])

    def check_dates(self) -> None:
        plan = self.plan
        self.names("dates", 1, "'items'", plan.deadlines.items, plan.activities, "activity")
        needs = {need.id: need for need in self.interview.needs}
        for sooner in plan.deadlines.sooner:
            self.names("dates", sooner.line, "'sooner'", sooner.activities, plan.activities, "activity")
            self.names("dates", sooner.line, "'sooner'", sooner.needs, needs, "need")
        for name, route in plan.deadlines.before_release.items():
            if route not in plan.routes or plan.routes[route].timing.before_release_days is None:
                self.wrong("dates", 1, f"'{name}' goes by '{route}', no route with a time before release; name one of routes.yml")

    def check_directory(self) -> None:
        """Every kind of service has a row in the example directory, so that no example plan says that there is none."""
        plan, listed = self.plan, {kind for service in self.plan.directory.services.values() for kind in service.kinds}
        for kind in plan.kinds:
            if kind not in listed:
                self.wrong(
                    "directory", 1, f"no service is of the kind '{kind}' ({plan.kinds[kind]}); add a row, or remove the kind"
                )
        for service in plan.directory.services.values():
            self.names("directory", service.line, f"the service '{service.id}'", service.only_for, plan.cohorts, "cohort")
        if NATIONAL in plan.directory.areas:
            self.wrong("directory", 1, f"'{NATIONAL}' is every area; rename that area")

    # -- what the rules look at, and whether they lead anywhere

    def _rules(self) -> Iterator[_Written]:
        plan, files = self.plan, self.files
        for cohort in plan.cohorts.values():
            yield _Written(cohort.when, f"the cohort '{cohort.id}'", files["cohorts"], cohort.line)
            for duty in cohort.duties:
                yield _Written(duty.when, f"the prompt '{duty.id}'", files["cohorts"], duty.line, cohort.when)
        for name, rule in plan.needs.items():
            found = self.need_rules.get(name, ALWAYS)
            yield _Written(rule.when, f"'when' of the need '{name}'", files["rules"], rule.line, found)
            for use in rule.uses:
                yield _Written(use.when, f"'{use.activity}' of the need '{name}'", files["rules"], use.line, found)
        for name, uses in plan.cohort_uses.items():
            for use in uses:
                given = plan.cohorts[name].when if name in plan.cohorts else ALWAYS
                yield _Written(use.when, f"'{use.activity}' of the cohort '{name}'", files["rules"], use.line, given)
        for when, activities, _, _ in plan.answer_uses:
            yield _Written(when, f"the answer for {', '.join(activities)}", files["rules"], getattr(when.data, "line", 1))
        for route in plan.routes.values():
            yield _Written(route.when, f"the route '{route.id}'", files["routes"], route.line)
        for notice in plan.notices.values():
            yield _Written(notice.when, f"the notice '{notice.id}'", files["rules"], getattr(notice.when.data, "line", 1))
        yield _Written(plan.deadlines.tenancy_when, "'tenancy'", files["dates"], 1)
        for sooner in plan.deadlines.sooner:
            yield _Written(sooner.when, "'sooner'", files["dates"], sooner.line)
        for alert in plan.alerts:
            yield _Written(alert.when, f"the alert '{alert.id}'", files["alerts"], alert.line)

    def check_rules(self) -> None:
        for one in self._rules():
            for leaf in leaves(one.rule.data):
                text = wrong_in(self.interview, *comparison(leaf))
                if text:
                    self.loader.problems.add(one.file, getattr(leaf, "line", one.line), f"the rule of {one.what} {text}")
            if one.rule is not ALWAYS and self._sound(one.rule) and not self.can_hold(both(one.given, one.rule)):
                self.loader.problems.add(one.file, one.line, f"the rule of {one.what} can never hold; mend it or what it rests on")

    def _sound(self, rule: Rule) -> bool:
        return not any(wrong_in(self.interview, *comparison(leaf)) for leaf in leaves(rule.data))

    def can_hold(self, rule: Rule) -> bool:
        """Whether some record and answers make a rule hold; True where there are too many cases to look at."""
        try:
            return self.reach.rule(rule) is not None
        except TooHard:
            return True

    def check_reached(self) -> None:
        """Every activity comes on some plan, and every need, whenever it is found, brings an activity."""
        plan = self.plan
        reached = {activity.id for activity in plan.level1()}
        raising = any(cohort.raises and self.can_hold(cohort.when) for cohort in plan.cohorts.values())
        for name, rule in plan.needs.items():
            found = self.need_rules.get(name, ALWAYS)
            reached |= {use.activity for use in rule.uses if not self._sound(use.when) or self.can_hold(both(found, use.when))}
            reached |= set(rule.level3) if raising else set()
            if rule.uses and name in self.need_rules and all(use.when is not ALWAYS and self._sound(use.when) for use in rule.uses):
                nothing = compile_rule({"not": {"any": [use.when.data for use in rule.uses]}})
                if self._can_hold_surely(both(found, nothing)):
                    self.wrong("rules", rule.line, f"the need '{name}' can be found with no activity; give it one without 'when'")
        for name, uses in plan.cohort_uses.items():
            given = plan.cohorts[name].when if name in plan.cohorts else ALWAYS
            reached |= {use.activity for use in uses if not self._sound(use.when) or self.can_hold(both(given, use.when))}
        reached |= {name for when, activities, _, _ in plan.answer_uses for name in activities if self.can_hold(when)}
        for activity in plan.activities.values():
            if activity.id not in reached:
                self.wrong("activities", activity.line, f"no rule can reach the activity '{activity.id}'; name it in rules.yml")

    def _can_hold_surely(self, rule: Rule) -> bool:
        try:
            return self.reach.rule(rule) is not None
        except TooHard:
            return False


def wrong_in(interview: Interview, operator: str, source: str, operands: list[object]) -> str:
    """What is wrong with one comparison of a plan's rule; empty if nothing is. Such a rule may look at every question."""
    if is_field(source):
        field = FIELDS.get(source)
        if field is None:
            return f"looks at '{source}', which is no field; {_like(source, FIELDS)}"
        if operator == "answered":
            return f"asks if '{source}' is answered; that is for questions: use 'known'"
        if operator in ("at_least", "below") and not field.number:
            return f"compares '{source}' with a number, but it holds words; use 'is'"
        if operator == "is" and field.number:
            return f"compares '{source}' with words, but it holds a number; use 'at_least' or 'below'"
        return _wrong_values(source, operands, field.values) if operator == "is" and field.values else ""
    question = interview.by_id.get(source)
    if question is None:
        return f"looks at '{source}', which is no question; {_like(source, [*interview.by_id, *FIELDS])}"
    if operator == "known":
        return f"asks if '{source}' is known; that is for the record: use 'answered'"
    if operator in ("at_least", "below"):
        measured = question.kind in ("number", "scale")
        return "" if measured else f"compares '{source}' with a number, but its kind is {question.kind}; use 'is' or 'answered'"
    return _wrong_values(source, operands, [*(option.id for option in question.options), *NOT_NOW]) if operator == "is" else ""


def _wrong_values(source: str, values: Iterable[object], known: Iterable[str] | Mapping[str, object]) -> str:
    for value in map(str, values):
        if value not in known:
            return f"compares '{source}' with '{value}', which it can never hold; {_like(value, known)}"
    return ""
