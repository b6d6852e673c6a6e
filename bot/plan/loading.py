"""Building the plan's menu from the files of ``bot/data/plan``. Every mistake of shape is collected, none stops the reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from bot.interview.loading import DATA, Problems
from bot.interview.yamlfile import ContentError, Node
from bot.plan import entries
from bot.plan.definitions import BEFORE_RELEASE, Deadlines, Notice, Outcome, PlanData, Route
from bot.plan.entries import WEEK, PlanReader
from bot.plan.services import Directory, read_services

EXAMPLE = "example"
# Parts of dates.yml whose entries have a source each, or need none.
_UNSOURCED = ("before_release", "items", "sooner")
FILES = ("activities", "courses", "cohorts", "rules", "routes", "dates", "alerts", "consents")


class _HasId(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def line(self) -> int: ...


T = TypeVar("T", bound=_HasId)


class PlanLoader:
    """Reads ``plan/*.yml`` and one directory of services below a data folder. ``problems.lines`` holds what is wrong."""

    def __init__(self, root: Path = DATA, directory: str = EXAMPLE) -> None:
        self.root = root
        self.problems = Problems(root)
        self._paths = {name: root / "plan" / f"{name}.yml" for name in FILES}
        self._paths["directory"] = root / "services" / f"{directory}.yml"
        self._nodes = {name: self.problems.read(path) for name, path in self._paths.items()}

    def file(self, name: str) -> str:
        """The name of a file in messages."""
        return self.problems.name(self._paths[name])

    def _open(self, name: str) -> tuple[PlanReader, Node]:
        reader, node = PlanReader(self.problems, self.file(name)), self._nodes[name]
        reader.known(node, name, "the file")
        return reader, node

    def load(self) -> PlanData:
        """Build it all; what could not be read is absent."""
        reader, top = self._open("activities")
        kinds = reader.labels(top, "services")
        rules, rules_top = self._open("rules")
        everybody = rules.node(rules_top, "everybody")
        routes = self._each(*self._open("routes"), "routes", entries.read_route)
        dates, dates_top = self._open("dates")
        counted = routes.get(dates.word(dates.node(dates_top, "contact_points"), "route"))
        if dates_top and (counted is None or not counted.factors or not counted.timing.after_release_days):
            wrong = "'contact_points' names no route with factors and after_release_days; name one of routes.yml"
            dates.wrong(dates_top, "contact_points", wrong)
        return PlanData(
            instruction=reader.word(top, "instruction"),
            levels=reader.labels(top, "levels", "label"),
            pathways=reader.labels(top, "pathways", "label"),
            providers=reader.labels(top, "providers"),
            kinds=kinds,
            outcomes=self._outcomes(reader, top),
            activities=self._each(reader, top, "activities", entries.read_activity),
            courses=self._each(*self._open("courses"), "courses", entries.read_course),
            cohorts=self._each(*self._open("cohorts"), "cohorts", entries.read_cohort),
            routes=routes,
            owners=entries.read_owners(rules, rules_top),
            needs=entries.read_needs(rules, rules.node(rules_top, "needs")),
            cohort_uses=entries.read_cohort_uses(rules, rules.node(rules_top, "cohorts")),
            answer_uses=tuple(entries.read_answer_use(rules, entry) for entry in rules.nodes(rules_top, "answers")),
            replaces=tuple(entries.read_replacement(rules, entry) for entry in rules.nodes(rules_top, "replaces")),
            everybody=(rules.text(everybody, "because", "'everybody'"), rules.text(everybody, "source", "'everybody'")),
            funding=entries.read_labels(rules, rules_top, "funding"),
            notices={
                name: Notice(name, *words, rules.rule(rules.node(rules.node(rules_top, "notices"), name), "when"))
                for name, words in entries.read_labels(rules, rules_top, "notices", "text").items()
            },
            alerts=tuple(self._each(*self._open("alerts"), "alerts", entries.read_alert).values()),
            remarks={rule.kind: rule for rule in self._each(*self._open("alerts"), "remarks", entries.read_alert).values()},
            alert_roles=self._open("alerts")[0].labels(self._nodes["alerts"], "roles"),
            consents=self._each(*self._open("consents"), "consents", entries.read_consent),
            factors=counted.factors if counted else (),
            deadlines=self._deadlines(dates, dates_top, counted),
            directory=self._directory(kinds),
        )

    def _each(self, reader: PlanReader, top: Node, key: str, build: Callable[[PlanReader, Node], T]) -> dict[str, T]:
        """The entries of a list by their id; an id that stands twice is a problem."""
        found: dict[str, T] = {}
        if not top.get(key):
            self.problems.add(reader.file, top.line or 1, f"there is nothing under '{key}'; write it or put the file back")
        for entry in reader.nodes(top, key):
            made = build(reader, entry)
            if not made.id:
                reader.wrong(entry, "id", f"an entry of '{key}' has no 'id'; write one")
            elif (other := found.setdefault(made.id, made)) is not made:
                reader.wrong(entry, "id", f"the id '{made.id}' of '{key}' stands on line {other.line} too; rename one")
        return found

    def _outcomes(self, reader: PlanReader, top: Node) -> dict[str, Outcome]:
        node = reader.node(top, "outcomes")
        found = {}
        for name in node:
            entry = reader.node(node, name)
            text, source = (reader.text(entry, key, f"the outcome '{name}'") for key in ("text", "source"))
            found[name] = Outcome(name, text, source, reader.word(entry, "note"), node.line_of(name))
        return found

    def _deadlines(self, reader: PlanReader, top: Node, counted: Route | None) -> Deadlines:
        """The numbers of ``dates.yml``; ``counted`` is the route that says when people are contacted after release."""

        def number(key: str, inner: str) -> int:
            node = reader.node(top, key)
            value = reader.count(node, inner)
            if value is None:
                reader.wrong(node, inner, f"'{key}' has no number '{inner}'; write it")
            return value or 0

        items, rules = entries.read_items(reader, top)
        reader.exactly(top, "before_release", BEFORE_RELEASE)
        tenancy = reader.node(top, "tenancy")
        if tenancy and "when" not in tenancy:
            reader.wrong(top, "tenancy", "'tenancy' has no rule 'when'; write for whom the limit holds")
        return Deadlines(
            part1_hours=number("part1", "hours"),
            part2_working_days=number("part2", "working_days"),
            part2_most_months=number("part2", "most_months"),
            prerelease_days=WEEK * number("prerelease", "weeks"),
            tenancy_days=WEEK * number("tenancy", "weeks"),
            tenancy_when=reader.rule(tenancy, "when"),
            recall_review_days=number("recall", "review_days"),
            recall_review_months=number("recall", "review_months"),
            at_once_working_days=number("at_once", "working_days"),
            follow_up_working_days=number("follow_up", "working_days"),
            contact_days=counted.timing.after_release_days if counted else (),
            contact_then_every=number("contact_points", "then_every_days"),
            contact_then_times=number("contact_points", "then_times"),
            high_need_factors=number("contact_points", "high_need_factors"),
            before_release=reader.labels(top, "before_release"),
            items=rules,
            sooner=tuple(entries.read_sooner(reader, entry) for entry in reader.nodes(top, "sooner")),
            sources={name: reader.word(reader.node(top, name), "source") for name in top if name not in _UNSOURCED}
            | {f"items.{name}": reader.word(reader.node(items, name), "source") for name in items},
        )

    def _directory(self, kinds: dict[str, str]) -> Directory:
        return _read_directory(*self._open("directory"), kinds)


def _read_directory(reader: PlanReader, top: Node, kinds: Mapping[str, str]) -> Directory:
    areas = reader.labels(top, "areas", "name")
    rows = reader.nodes(top, "services")
    services, problems = read_services(rows, kinds, areas)
    for number, text in problems:
        reader.problems.add(reader.file, rows[number - 1].line, text)
    return Directory(reader.word(reader.node(top, "prison"), "name"), areas, services)


def load_directory(path: Path, kinds: Mapping[str, str]) -> tuple[Directory, list[str]]:
    """A prison's own directory, and what is wrong with it, one a line. A row that is wrong is left out, the rest is kept.

    ``kinds`` are those of the plan (``PlanData.kinds``). Never raises.
    """
    problems = Problems(path.parent)
    top = problems.read(path)
    reader = PlanReader(problems, str(path))
    reader.known(top, "directory", "the file")
    return _read_directory(reader, top, kinds), problems.lines


def load_plan(root: Path = DATA, directory: str = EXAMPLE) -> PlanData:
    """Load the menu, its rules and one directory of services (``services/<directory>.yml``).

    Raises:
        ContentError: with every problem of shape, one a line. ``bcst2 check`` finds more than this does.
    """
    loader = PlanLoader(root, directory)
    plan = loader.load()
    if loader.problems.lines:
        raise ContentError("\n".join(dict.fromkeys(loader.problems.lines)))
    return plan
