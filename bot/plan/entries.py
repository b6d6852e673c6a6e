"""One entry of the plan's files each: an activity, a cohort, a route, read into its dataclass."""

from __future__ import annotations

from dataclasses import dataclass

from bot.interview.loading import Reader
from bot.interview.rules import ALWAYS, Rule
from bot.interview.yamlfile import Node
from bot.plan.definitions import (
    ANY,
    DUE_BY,
    EVERYBODY,
    OTHERWISE,
    OWNER_ROLES,
    PART2,
    RELEASE,
    Activity,
    AlertRule,
    Cohort,
    ConsentRule,
    Course,
    Duty,
    NeedRule,
    OwnerRule,
    Replacement,
    Route,
    RouteStep,
    Sooner,
    Timing,
    Use,
)

WEEK = 7
_KEYS = {
    name: frozenset(words.split())
    for name, words in {
        "activities": "instruction levels pathways providers outcomes services activities",
        "activity": "id pathway level outcomes activity provide joint_with signpost services source note screening more_time "
        "by_need consent sensitive plain easy",
        "courses": "source groups courses",
        "course": "id name group interest kind licence about source",
        "cohorts": "documents cohorts",
        "cohort": "id label when vulnerable complex sensitive source note duties",
        "duty": "id text source statement when",
        "rules": "everybody owners replaces funding notices needs cohorts answers",
        "need": "when activities level3_when_vulnerable asks_for services courses note",
        "use": "id level when because source with_need_in",
        "answer": "when activities because source",
        "replacement": "first second source",
        "owner": "role label source with decide",
        "routes": "routes",
        "route": "id label when consent consent_needed record keeps timing services activities factors source note sensitive steps",
        "timing": "before_release_weeks before_release_days at_risk_within_days from_weeks_before_release on_release_day "
        "after_release_days high_need_beyond_days met_by",
        "step": "id who text after_consent",
        "dates": "part1 part2 prerelease tenancy recall before_release contact_points follow_up at_once items sooner",
        "due": "activities level rule source",
        "sooner": "when activities needs source",
        "alerts": "roles alerts remarks",
        "alert": "id when kind who words detail sensitive source",
        "consents": "consents",
        "consent": "id question label to services each sensitive source",
        "directory": "prison areas services",
    }.items()
}


@dataclass(frozen=True, slots=True)
class PlanReader(Reader):
    """A reader that sends the author to the head of the file, where its keys are described."""

    def known(self, node: Node, shape: str, what: str) -> None:
        for key in node:
            if key not in _KEYS[shape]:
                self.wrong(node, key, f"unknown key '{key}' on {what}; the head of the file describes the known ones")

    def sources(self, node: Node, key: str = "source") -> tuple[str, ...]:
        """One source or several."""
        return self.words(node, key) if isinstance(node.get(key), list) else ((found,) if (found := self.word(node, key)) else ())

    def count(self, node: Node, key: str) -> int | None:
        """A whole number of at least 0."""
        value = self.number(node, key)
        if value is None or (value >= 0 and float(value).is_integer()):
            return None if value is None else int(value)
        self.wrong(node, key, f"'{key}' should be a whole number, not below 0")
        return None

    def labels(self, node: Node, key: str, text: str = "") -> dict[str, str]:
        """A mapping of ids to words, or to mappings whose ``text`` key holds the words."""
        inner = self.node(node, key)
        what = {name: f"'{name}' of '{key}'" for name in inner}
        return {name: self.text(self.node(inner, name) if text else inner, text or name, what[name]) for name in inner}

    def exactly(self, node: Node, key: str, names: tuple[str, ...]) -> Node:
        """A mapping that has these names, each once and no other: the program asks for each of them by its name."""
        inner = self.node(node, key)
        for name in inner:
            if name not in names:
                self.wrong(inner, name, f"unknown name '{name}' under '{key}'; there are {', '.join(names)}")
        for name in names if node else ():
            if name not in inner:
                self.wrong(node, key, f"'{key}' has no '{name}'; write it")
        return inner

    def counts(self, node: Node, key: str) -> tuple[int, ...]:
        """A list of whole numbers, each bigger than the one before."""
        value = node.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(type(item) is int and item > 0 for item in value) or value != sorted({*value}):
            self.wrong(node, key, f"'{key}' should be a list of whole numbers above 0, in their order; mend the one that is not")
            return ()
        return tuple(value)

    def maybe_rule(self, node: Node, key: str = "when") -> Rule:
        """A rule; an empty one (null) is everybody."""
        return ALWAYS if node.get(key) is None else self.rule(node, key)


def read_activity(reader: PlanReader, entry: Node) -> Activity:
    """An entry of ``activities.yml``."""
    what = f"the activity '{entry.get('id')}'"
    reader.known(entry, "activity", what)
    return Activity(
        id=reader.word(entry, "id"),
        pathway=reader.word(entry, "pathway"),
        level=reader.word(entry, "level"),
        activity=reader.text(entry, "activity", what),
        plain=reader.text(entry, "plain", what),
        easy=reader.text(entry, "easy", what),
        outcomes=reader.words(entry, "outcomes"),
        provide=reader.maybe(entry, "provide"),
        joint_with=reader.words(entry, "joint_with"),
        signpost=reader.flag(entry, "signpost"),
        services=reader.words(entry, "services"),
        source=reader.sources(entry),
        note=reader.word(entry, "note"),
        screening=reader.flag(entry, "screening"),
        more_time=reader.flag(entry, "more_time"),
        by_need=reader.flag(entry, "by_need"),
        consent=reader.words(entry, "consent"),
        sensitive=reader.flag(entry, "sensitive"),
        line=entry.line,
    )


def read_course(reader: PlanReader, entry: Node) -> Course:
    """An entry of ``courses.yml``."""
    what = f"the course '{entry.get('id')}'"
    reader.known(entry, "course", what)
    words = {key: reader.text(entry, key, what) for key in ("name", "group", "interest", "kind", "about", "source")}
    return Course(id=reader.word(entry, "id"), licence=reader.flag(entry, "licence"), line=entry.line, **words)


def read_cohort(reader: PlanReader, entry: Node) -> Cohort:
    """An entry of ``cohorts.yml``."""
    what = f"the cohort '{entry.get('id')}'"
    reader.known(entry, "cohort", what)
    return Cohort(
        id=reader.word(entry, "id"),
        label=reader.text(entry, "label", what),
        when=reader.maybe_rule(entry),
        source=reader.sources(entry),
        vulnerable=reader.flag(entry, "vulnerable"),
        complex=reader.flag(entry, "complex"),
        sensitive=reader.flag(entry, "sensitive"),
        note=reader.word(entry, "note"),
        duties=tuple(_duty(reader, duty) for duty in reader.nodes(entry, "duties")),
        line=entry.line,
    )


def _duty(reader: PlanReader, entry: Node) -> Duty:
    what = f"the prompt '{entry.get('id')}'"
    reader.known(entry, "duty", what)
    text, source, statement = (reader.text(entry, key, what) for key in ("text", "source", "statement"))
    return Duty(reader.word(entry, "id"), text, source, statement, reader.rule(entry, "when"), entry.line)


def _use(reader: PlanReader, entry: Node) -> Use:
    reader.known(entry, "use", "an activity of a rule")
    within = entry.get("with_need_in", ANY)
    return Use(
        activity=reader.word(entry, "id"),
        level=reader.word(entry, "level"),
        when=reader.rule(entry, "when"),
        because=reader.word(entry, "because"),
        source=reader.word(entry, "source"),
        with_need_in=(ANY,) if within == ANY else reader.words(entry, "with_need_in"),
        line=entry.line,
    )


def read_needs(reader: PlanReader, node: Node) -> dict[str, NeedRule]:
    """What ``rules.yml`` says about each need."""
    found = {}
    for name in node:
        entry = reader.node(node, name)
        reader.known(entry, "need", f"the need '{name}'")
        by = entry.get("courses")
        found[name] = NeedRule(
            need=name,
            uses=tuple(_use(reader, use) for use in reader.nodes(entry, "activities")),
            level3=reader.words(entry, "level3_when_vulnerable"),
            when=reader.rule(entry, "when"),
            asks_for=reader.words(entry, "asks_for"),
            services=reader.words(entry, "services"),
            courses=() if isinstance(by, str) else reader.words(entry, "courses"),
            courses_by=by if isinstance(by, str) else None,
            line=node.line_of(name),
        )
    return found


def read_cohort_uses(reader: PlanReader, node: Node) -> dict[str, tuple[Use, ...]]:
    """What ``rules.yml`` says about each cohort."""
    return {name: tuple(_use(reader, entry) for entry in reader.nodes(node, name)) for name in node}


def read_answer_use(reader: PlanReader, entry: Node) -> tuple[Rule, tuple[str, ...], str, str]:
    """(rule, activity ids, because, source) of an entry of ``answers``."""
    reader.known(entry, "answer", "an entry of 'answers'")
    because, source = (reader.text(entry, key, "an entry of 'answers'") for key in ("because", "source"))
    return reader.rule(entry, "when"), reader.words(entry, "activities"), because, source


def read_items(reader: PlanReader, top: Node) -> tuple[Node, dict[str, str]]:
    """The entries of ``items``, and by which of them the items of each activity that is named there are due."""
    items = reader.exactly(top, "items", (*DUE_BY, OTHERWISE))
    found: dict[str, str] = {}
    for name in items:
        entry = reader.node(items, name)
        reader.known(entry, "due", f"'{name}' of 'items'")
        reader.text(entry, "source", f"'{name}' of 'items'")
        for activity in reader.words(entry, "activities"):
            if found.setdefault(activity, name) != name:
                reader.wrong(entry, "activities", f"'{activity}' stands under '{found[activity]}' and '{name}'; keep one of them")
    for name, key, value in ((PART2, "level", EVERYBODY), (OTHERWISE, "rule", RELEASE)):
        entry = reader.node(items, name)
        if entry and reader.word(entry, key) != value:
            reader.wrong(entry, key, f"'{name}' of 'items' goes by '{key}: {value}' and by nothing else; write that")
    return items, found


def read_sooner(reader: PlanReader, entry: Node) -> Sooner:
    """An entry of ``sooner``."""
    reader.known(entry, "sooner", "an entry of 'sooner'")
    source = reader.text(entry, "source", "an entry of 'sooner'")
    return Sooner(reader.rule(entry, "when"), reader.words(entry, "activities"), reader.words(entry, "needs"), source, entry.line)


def read_replacement(reader: PlanReader, entry: Node) -> Replacement:
    """An entry of ``replaces``."""
    reader.known(entry, "replacement", "an entry of 'replaces'")
    first, second, source = (reader.text(entry, key, "an entry of 'replaces'") for key in ("first", "second", "source"))
    return Replacement(first, second, source, entry.line)


def read_owners(reader: PlanReader, top: Node) -> dict[str, OwnerRule]:
    """The owners of ``rules.yml`` by how an activity is provided."""
    node, found = reader.node(top, "owners"), {}
    for name in node:
        entry = reader.node(node, name)
        reader.known(entry, "owner", f"the owner '{name}'")
        role, label, source = (reader.text(entry, key, f"the owner '{name}'") for key in ("role", "label", "source"))
        if role and role not in OWNER_ROLES:
            reader.wrong(entry, "role", f"the owner '{name}' has the unknown role '{role}'; use one of {', '.join(OWNER_ROLES)}")
        found[name] = OwnerRule(name, role, label, source, reader.flag(entry, "decide"))
    return found


def read_labels(reader: PlanReader, top: Node, key: str, text: str = "label") -> dict[str, tuple[str, str]]:
    """(words, source) of each entry of a mapping."""
    node = reader.node(top, key)
    found = {}
    for name in node:
        entry = reader.node(node, name)
        words, source = (reader.text(entry, word, f"'{name}' of '{key}'") for word in (text, "source"))
        found[name] = (words, source)
    return found


def read_route(reader: PlanReader, entry: Node) -> Route:
    """An entry of ``routes.yml``."""
    what = f"the route '{entry.get('id')}'"
    reader.known(entry, "route", what)
    return Route(
        id=reader.word(entry, "id"),
        label=reader.text(entry, "label", what),
        when=reader.maybe_rule(entry),
        steps=tuple(_step(reader, step) for step in reader.nodes(entry, "steps")),
        source=reader.sources(entry),
        consent=reader.maybe(entry, "consent"),
        consent_needed=reader.flag(entry, "consent_needed", True),
        record=reader.words(entry, "record"),
        keeps=reader.words(entry, "keeps"),
        timing=_timing(reader, reader.node(entry, "timing"), what),
        services=reader.words(entry, "services"),
        activities=reader.words(entry, "activities"),
        factors=reader.words(entry, "factors"),
        sensitive=reader.flag(entry, "sensitive"),
        note=reader.word(entry, "note"),
        line=entry.line,
    )


def _step(reader: PlanReader, entry: Node) -> RouteStep:
    reader.known(entry, "step", "a step")
    name, who, text = (reader.text(entry, key, "a step") for key in ("id", "who", "text"))
    return RouteStep(name, who, text, reader.flag(entry, "after_consent"))


def _timing(reader: PlanReader, node: Node, what: str) -> Timing:
    reader.known(node, "timing", what)
    days, weeks, earliest = (
        reader.count(node, key) for key in ("before_release_days", "before_release_weeks", "from_weeks_before_release")
    )
    return Timing(
        before_release_days=days if weeks is None else WEEK * weeks,
        from_days=None if earliest is None else WEEK * earliest,
        on_release_day=reader.flag(node, "on_release_day"),
        at_risk_within_days=reader.count(node, "at_risk_within_days"),
        after_release_days=reader.counts(node, "after_release_days"),
        high_need_beyond_days=reader.count(node, "high_need_beyond_days"),
        met_by=reader.words(node, "met_by"),
    )


def read_alert(reader: PlanReader, entry: Node) -> AlertRule:
    """An entry of ``alerts.yml``; a remark has no rule, as no answer raises it."""
    what = f"the alert '{entry.get('id')}'"
    reader.known(entry, "alert", what)
    kind, words, source = (reader.text(entry, key, what) for key in ("kind", "words", "source"))
    return AlertRule(
        id=reader.word(entry, "id"),
        when=reader.maybe_rule(entry),
        kind=kind,
        who=reader.words(entry, "who"),
        words=words,
        source=source,
        detail=reader.word(entry, "detail"),
        sensitive=reader.flag(entry, "sensitive"),
        line=entry.line,
    )


def read_consent(reader: PlanReader, entry: Node) -> ConsentRule:
    """An entry of ``consents.yml``."""
    what = f"the consent '{entry.get('id')}'"
    reader.known(entry, "consent", what)
    words = {key: reader.text(entry, key, what) for key in ("question", "label", "to", "source")}
    return ConsentRule(
        id=reader.word(entry, "id"),
        services=() if entry.get("services") == ANY else reader.words(entry, "services"),
        any_service=entry.get("services") == ANY,
        each=reader.flag(entry, "each"),
        sensitive=reader.flag(entry, "sensitive"),
        line=entry.line,
        **words,
    )
