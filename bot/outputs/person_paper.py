"""The person's own plan, as the parts of a paper: what will happen, who does it, by when and who to ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from bot.casework.case import Case, ItemView
from bot.interview.answers import Answer
from bot.interview.definitions import EASY
from bot.interview.path import Step
from bot.outputs import said
from bot.outputs.said import Said
from bot.outputs.words import Words
from bot.plan.consents import GIVEN, LAPSED, REFUSED, WITHDRAWN
from bot.plan.dates import NO_RELEASE, in_london
from bot.plan.definitions import EVERYBODY, PATHWAYS, SENSITIVE_PATHWAYS
from bot.plan.items import DECLINED, FOR_EVERYBODY, PRIVATE, PROPOSED, RAISED
from bot.plan.life import DONE, NOT_AVAILABLE
from bot.plan.needs import NO
from bot.plan.routes import ASK_FIRST
from bot.plan.services import Service
from bot.store.types import COMPLETE

MATTERS, HOW_SURE, ANYTHING_ELSE = "matters_most", "how_sure", "anything_else"
# Whom anybody may turn to at any hour, and who keeps people safe in this prison.
TALK_TO = ("crisis_line", "safer_custody")
OUTSIDE = "community"
PRIVATE_TOPIC = "private"
SAID = (GIVEN, REFUSED, WITHDRAWN, LAPSED)


@dataclass(frozen=True)
class ServiceCard:
    """A service, and how it is reached."""

    name: Said
    how: Said
    phone: Said
    opening: Said


@dataclass(frozen=True)
class Card:
    """One thing that will happen. ``picture`` names the picture that may stand beside it, ``about`` the help it is."""

    number: Said
    picture: str
    title: Said
    about: Said
    because: tuple[Said, ...]
    who: Said
    when: tuple[Said, ...]
    stands: tuple[Said, ...]
    service: Said
    no_service: bool
    courses: tuple[Said, ...]


@dataclass(frozen=True)
class Topic:
    """One part of life: what was said about it and what will happen."""

    picture: str
    title: Said
    reasons: tuple[Said, ...]
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Line:
    """Something said in short: what, and what there is to say to it."""

    what: Said
    note: Said


@dataclass(frozen=True)
class Answers:
    """The answers of one part of the interview."""

    title: Said
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class PersonPaper:
    """Everything on the paper, in its order. ``notes`` stand at its head, small print of the paper itself. ``answers`` is None
    where they were not asked for."""

    name: Said
    prison_number: Said
    prison: Said
    today: Said
    notes: tuple[Said, ...]
    safety: Said
    matters: Said
    how_sure: Said
    anything_else: Said
    ask: Said
    dates: tuple[Line, ...]
    release_unknown: bool
    topics: tuple[Topic, ...]
    everybody: tuple[Said, ...]
    done: tuple[Line, ...]
    declined: tuple[Said, ...]
    unavailable: tuple[Line, ...]
    contacts: tuple[Line, ...]
    after: tuple[Said, ...]
    sharing: tuple[Line, ...]
    services: tuple[ServiceCard, ...]
    talk: tuple[ServiceCard, ...]
    answers: tuple[Answers, ...] | None


class _Paper:
    """Makes the parts of one paper. ``case`` is what the person may have on it."""

    def __init__(self, case: Case, words: Words) -> None:
        self.case, self.words = case, words
        self.easy = words.level == EASY
        self._numbers = iter(range(1, 10_000))

    # -- the parts of the plan

    def live(self) -> list[ItemView]:
        """The items to be worked on that something calls for, and those of everybody that somebody has begun on."""
        return [item for item in self.case.shown() if item.state.live and not general(item)]

    def topics(self) -> Iterator[Topic]:
        live = self.live()
        open_ones = [name for name in PATHWAYS if name not in SENSITIVE_PATHWAYS]
        for name in open_ones:
            yield from self._topic(name, [item for item in live if item.pathway == name])
        yield from self._topic(PRIVATE_TOPIC, [item for item in live if item.pathway in SENSITIVE_PATHWAYS])

    def _topic(self, name: str, items: list[ItemView]) -> Iterator[Topic]:
        # What is due first stands first; what has no date yet comes last.
        items = sorted(items, key=lambda item: item.due or date.max)
        if items:
            reasons = dict.fromkeys(reason for item in items for reason in self.reasons(item))
            yield Topic(
                f"topic_{name}", self.words.fixed[f"topic_{name}"], tuple(reasons), tuple(self.card(item) for item in items)
            )

    def reasons(self, item: ItemView) -> list[Said]:
        """Why, in words for the person. That a group raises the level is for the worker."""
        told = [reason for reason in item.because if reason["kind"] not in (RAISED, FOR_EVERYBODY)]
        wanted = [reason for reason in told if reason.get("wanted") != NO] or told
        open_ones = [reason for reason in wanted if reason["kind"] != PRIVATE] or wanted
        return list(dict.fromkeys(self.words.reason(reason) for reason in open_ones))

    def card(self, item: ItemView) -> Card:
        """One item. Where an activity is an item for each need, the need tells one from the other."""
        needs = [self.words.need(need) for need in item.needs] if item.activity.by_need else []
        return Card(
            number=self.words.count(next(self._numbers)),
            picture=f"activity_{item.activity.id}",
            title=self.words.activity(item),
            about=needs[0] if needs else Said(""),
            because=() if self.easy else tuple(self.reasons(item)),
            who=self.words.owner(item),
            when=tuple(self.when(item)),
            stands=tuple(self.stands(item)),
            service=said.name(item.service.name if item.service else ""),
            no_service=bool(item.no_service),
            courses=tuple(self.courses(item)),
        )

    def when(self, item: ItemView) -> Iterator[Said]:
        words, snapshot, due = self.words, item.state.snapshot, item.due
        start = date.fromisoformat(str(snapshot["from"])) if snapshot.get("from") else None
        if due is not None and due == self.case.record.release:
            yield words.say("by_release", date=words.day(due))
        elif due is not None and start is not None and self.case.today < start < due:
            yield words.say("from_to", start=words.day(start), date=words.day(due))
        elif due is not None:
            yield words.say("by", date=words.day(due))
        else:
            yield words.fixed["no_date_release" if snapshot.get("due_why") == NO_RELEASE else "no_date"]
        if limit := snapshot.get("limit"):
            yield words.say("limit", date=words.day(date.fromisoformat(str(limit))))

    def stands(self, item: ItemView) -> Iterator[Said]:
        """How far it is, in sentences. What everybody has waits for nobody's yes."""
        words, state = self.words, item.state
        if f"state_{state.state}" in words.fixed and not (state.state == PROPOSED and item.level == EVERYBODY):
            yield words.fixed[f"state_{state.state}"]
        for sent in state.signpostings:
            yield words.say("signposted", service=said.name(self.service_name(sent.service)), date=words.day(sent.on))
            if sent.outcomes:
                yield words.fixed[f"outcome_{sent.outcomes[-1][1]}"]
            if sent.follow_up_by is not None:
                yield words.say("check_by", date=words.day(sent.follow_up_by))
        if item.consent == ASK_FIRST:
            yield words.fixed["ask_first"]

    def service_name(self, service: str) -> str:
        found = self.case.directory.services.get(service)
        return found.name if found is not None else service.replace("_", " ")

    def service(self, service: Service) -> ServiceCard:
        english = self.words.english
        return ServiceCard(said.name(service.name), english(service.how), said.number(service.phone), english(service.opening))

    def services(self) -> Iterator[ServiceCard]:
        """How to reach every service that the plan names, each once."""
        named = {item.service.id: item.service for item in self.live() if item.service is not None}
        for item in self.live():
            for sent in item.state.signpostings:
                if (found := self.case.directory.services.get(sent.service)) is not None:
                    named.setdefault(found.id, found)
        yield from (self.service(one) for one in sorted(named.values(), key=lambda one: one.name.casefold()))

    def talk(self) -> Iterator[ServiceCard]:
        """Whom anybody here can talk to: of the directory, and where it names nobody those the prison tells of at its kiosks."""
        listed = self.case.directory.services.values()
        found = [self.service(one) for one in listed if set(one.kinds) & set(TALK_TO) and one.where != OUTSIDE]
        english = self.words.english
        yield from found or (
            ServiceCard(said.name(one.name), english(one.how), said.number(one.phone), english("")) for one in self.case.turn_to
        )

    def courses(self, item: ItemView) -> Iterator[Said]:
        known = self.words.content.plan.courses
        for course in item.state.snapshot.get("courses") or ():
            if course in known:
                yield self.words.english(known[course].name)

    def in_state(self, state: str) -> list[ItemView]:
        return [item for item in self.case.shown() if item.state.state == state]

    def done(self) -> Iterator[Line]:
        for item in self.in_state(DONE):
            day = item.state.done.get("on")
            note = (
                self.words.say("done_on", date=self.words.day(date.fromisoformat(day))) if day else self.words.fixed["state_done"]
            )
            yield Line(self.title(item), note)

    def title(self, item: ItemView) -> Said:
        """An item in one line: the help it is, where that says more than the activity."""
        if item.activity.by_need and item.needs and not item.words:
            return self.words.need(item.needs[0]) or self.words.activity(item)
        return self.words.activity(item)

    def unavailable(self) -> Iterator[Line]:
        for item in self.in_state(NOT_AVAILABLE):
            yield Line(self.title(item), self.words.english(str(item.state.last.get("why") or "")))

    # -- dates

    def dates(self) -> Iterator[Line]:
        """The person's own days that are still to come, the earliest first."""
        dates, today = self.case.dates, self.case.today
        found: dict[str, date | None] = {
            "date_prerelease": None if dates.both_at_once else dates.prerelease_from,
            "date_recall_review": dates.next_review(today),
            "date_release": dates.release,
        }
        coming = [(day, name) for name, day in found.items() if day is not None and day >= today]
        for day, name in sorted(coming, key=lambda pair: pair[0]):
            yield Line(self.words.day(day), self.words.fixed[name])

    def contacts(self) -> Iterator[Line]:
        for contact in self.case.contacts:
            if contact.held or contact.day >= self.case.today:
                note = self.words.fixed["after_held"] if contact.held else self.words.say("after_day", number=contact.number)
                yield Line(self.words.day(contact.day), note)

    def after(self) -> Iterator[Said]:
        record = self.case.record
        for phrase, named in (("after_officer", record.responsible_officer), ("after_provider", record.community_provider)):
            if named:
                yield self.words.say(phrase, name=named)

    # -- what was said

    def own_words(self, question: str) -> Said:
        answer = self.answer(question)
        return said.name(answer.text) if answer is not None else Said("")

    def answer(self, question: str) -> Answer | None:
        found = self.case.path.answers.get(question) if self.case.path else None
        return found if found is not None and found.given else None

    def how_sure(self) -> Said:
        answer = self.answer(HOW_SURE)
        if answer is None or answer.number is None:
            return Said("")
        return self.words.say("out_of_ten", number=self.words.count(answer.number))

    def sharing(self) -> Iterator[Line]:
        for view in self.case.consent_views:
            question = self.case.path.interview.by_id.get(view.rule.question) if self.case.path else None
            if question is None or view.standing.state not in SAID:
                continue
            name, since = f"said_{view.standing.state}", view.standing.since
            known = self.words.fixed.get(name)
            if known is None and since is not None:
                known = self.words.say(name, date=self.words.day(in_london(since).date()))
            if known is not None:
                yield Line(self.words.question(question), known)

    def answers(self) -> Iterator[Answers]:
        """What was answered, by part of the interview."""
        path = self.case.path
        if path is None:
            return
        consents = {rule.question for rule in self.words.content.plan.consents.values()}
        *parts, _finishing = path.interview.sections
        for section in parts:
            steps = [step for step in path.steps if step.question.section == section.id and _told(step, consents)]
            if steps:
                lines = (Line(self.words.question(step.question), self.words.answer(step.question, step.answer)) for step in steps)
                yield Answers(self.words.section(section), tuple(lines))

    def notes(self) -> Iterator[Said]:
        if self.words.drafted:
            yield self.words.fixed["drafted"]
        if self.words.partly:
            yield self.words.fixed["partly_english"]
        if self.easy:
            yield self.words.fixed["easy_draft"]
        if self.case.interview is not None and self.case.interview.state != COMPLETE:
            yield self.words.fixed["not_finished"]


def general(item: ItemView) -> bool:
    """Whether everybody has it, nothing said asks for it, and nobody has taken it further."""
    return item.state.state == PROPOSED and bool(item.because) and all(reason["kind"] == FOR_EVERYBODY for reason in item.because)


def _told(step: Step, consents: Iterable[str]) -> bool:
    """Whether a step holds something the person told about their life."""
    question = step.question
    aside = question.asked_of != "person" or question.reads_back is not None or question.id in consents or step.implied
    return not aside and step.answer is not None


def person_paper(case: Case, words: Words, with_private: bool = False, worker: str = "", with_answers: bool = False) -> PersonPaper:
    """The parts of the person's plan, in ``words``.

    Without ``with_private`` (the person's own wish) nothing is in it that is sensitive or on no paper; without ``with_answers``
    (their wish too: others on the wing may read it) no list of their answers. ``worker`` is the name of who is responsible for the
    plan, "" where nobody is. There has to be a plan (``case.plan``).
    """
    paper = _Paper(case if with_private else case.for_paper(), words)
    ask = words.say("ask_worker", name=worker) if worker else words.fixed["ask_team"]
    made = PersonPaper(
        name=said.name(case.record.name),
        prison_number=said.number(case.record.prison_number),
        prison=said.name(case.record.prison),
        today=words.day(case.today),
        notes=(),
        safety=words.fixed["private_put_in" if with_private else "private_left_out"],
        matters=paper.own_words(MATTERS),
        how_sure=paper.how_sure(),
        anything_else=paper.own_words(ANYTHING_ELSE),
        ask=ask,
        dates=tuple(paper.dates()),
        release_unknown=case.record.release is None,
        topics=tuple(paper.topics()),
        everybody=tuple(words.activity(item) for item in paper.case.shown() if general(item)),
        done=tuple(paper.done()),
        declined=tuple(dict.fromkeys(paper.title(item) for item in paper.in_state(DECLINED))),
        unavailable=tuple(paper.unavailable()),
        contacts=tuple(paper.contacts()),
        after=tuple(paper.after()),
        sharing=tuple(paper.sharing()),
        services=tuple(paper.services()),
        talk=tuple(paper.talk()),
        answers=tuple(paper.answers()) if with_answers else None,
    )
    # Only now is it known whether some words had to stay in English.
    return replace(made, notes=tuple(paper.notes()))
