"""Cases to print: made-up people, their plans and what was done on them, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from bot.casework.case import Case
from bot.casework.proposing import grounds
from bot.casework.viewing import Viewer
from bot.interview.definitions import Question
from bot.interview.loading import load_interview
from bot.interview.record import PersonRecord
from bot.language.languages import load_languages
from bot.language.papers import load_papers
from bot.language.wording import Lookup, Wording, english_only
from bot.outputs.words import Content, Words
from bot.plan.consents import ConsentEvent
from bot.plan.life import Event, act, begin
from bot.plan.loading import load_plan
from bot.store.plan_types import AlertRow, CaseEvent, CaseFile, PlanRow, StoredItem
from bot.store.types import InterviewRow
from tests.plan.making import TODAY, Person, record

BEGAN = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
WORKER = "w" * 32
Step = tuple[str, dict[str, Any]]


@cache
def content(lookup: Lookup = english_only) -> Content:
    interview = load_interview()
    return Content(interview, load_plan(), Wording(interview, lookup=lookup), load_papers(), load_languages())


def words(language: str = "en", level: str = "plain", lookup: Lookup = english_only) -> Words:
    return Words(content(lookup), language, level)


def pseudo(language: str, level: str, context: str) -> str | None:
    """Words in a language that nobody has translated yet: the English in that language's own letters, placeholders kept."""
    english = _english().get(f"{context}#{level}")
    if english is None:
        return None
    alphabet = _LETTERS.get(language, "")
    return _strange(english, alphabet) if alphabet else f"‹{english}›"


_LETTERS = {
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "fa": "ابپتثجچحخدذرزسشصضطظعغفقکگلمنوهی",
    "ckb": "ئابپتجچحخدرڕزژسشعغفڤقکگلڵمنوۆهەیێ",
    "ur": "ابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنوہیے",
    "pa": "ਅਸਹਕਖਗਘਚਛਜਝਟਠਡਢਣਤਥਦਧਨਪਫਬਭਮਯਰਲਵ",
    "hi": "अआइईउऊएऐओऔकखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह",
}


def _strange(text: str, alphabet: str) -> str:
    out, inside = [], False
    for letter in text:
        inside = letter == "{" or (inside and letter != "}")
        out.append(
            alphabet[ord(letter.lower()) % len(alphabet)] if letter.isascii() and letter.isalpha() and not inside else letter
        )
    return "".join(out)


@cache
def _english() -> dict[str, str]:
    from bot.commands.language import all_messages

    return {message.key: message.english for message in all_messages()}


def answer_all(person: Person, said: Mapping[str, Any]) -> None:
    """Go through the whole interview: what is not in ``said`` is answered with what means no need, or skipped."""
    left = dict(said)
    while (step := person.path.next()) is not None:
        options = {option.id: option for option in step.options}
        given = left.pop(step.question.id, None)
        if given is None:
            usual = [name for name in ("right", "no", "none", "not_private", "ok") if name in options]
            given = usual[0] if usual else next((name for name, one in options.items() if one.exclusive), "skipped")
            given = [given] if step.question.kind == "many" and given != "skipped" else given
        person.say(step.question.id, given)
    assert not left, f"never asked: {', '.join(left)}"


class Made:
    """A case in the making: a person who has answered, whose plan is made, and who is helped with it step by step."""

    def __init__(
        self, who: PersonRecord | None = None, today: date = TODAY, language: str = "en", kind: str = "first", **said: Any
    ) -> None:
        self.person = Person(who or record(responsible_officer="J. Example"), today, language=language, kind=kind)
        answer_all(self.person, {"consent_go_on": "yes", **said})
        self.language, self.kind, self.today = language, kind, today
        self.steps: dict[str, list[Step]] = {}
        self.consents: list[ConsentEvent] = []
        self.events: list[CaseEvent] = []
        self.alerts: list[AlertRow] = []
        self.state = "complete"

    def step(self, key: str, step: str, **given: Any) -> Made:
        self.steps.setdefault(key, []).append((step, given))
        return self

    def interview(self) -> InterviewRow:
        done = NOW if self.state == "complete" else None
        return InterviewRow(
            "i" * 32, "p" * 32, self.kind, "worker", self.language, "plain", self.state, None, BEGAN, NOW, done, WORKER, None
        )

    def case(self, plan: bool = True) -> Case:
        """As ``Casework.case`` gives it."""
        row, person, data = self.interview(), self.person, content().plan
        answered = {question: BEGAN + timedelta(minutes=number) for number, question in enumerate(person.answers)}
        bare = CaseFile(
            person_id="p" * 32,
            record=person.record,
            interviews=(row,),
            answers={row.id: person.answers},
            answered={row.id: answered},
            plans=(),
            items={},
            summaries={},
            consents=tuple(self.consents),
            events=tuple(self.events),
            alerts=tuple(self.alerts),
        )
        ground = grounds(data, _finder(), {}, bare, row.id, self.today)
        made = PlanRow("b" * 32, row.id, "p" * 32, row.kind, NOW, "active", WORKER, None, False)
        items = tuple(
            StoredItem(f"{number:032x}", made.id, self._history(begin(item, NOW), item.key))
            for number, item in enumerate(ground.proposed.items, 1)
        )
        assert set(self.steps) <= {item.key for item in ground.proposed.items}, set(self.steps)
        file = replace(bare, plans=(made,), items={made.id: items}) if plan else bare
        return Viewer(file, data, data.directory.services, self.today, ground).case()

    def _history(self, history: tuple[Event, ...], key: str) -> tuple[Event, ...]:
        data = content().plan
        for number, (step, given) in enumerate(self.steps.get(key, ()), 1):
            at = NOW + timedelta(minutes=number)
            history += (act(history, step, at, WORKER, deadlines=data.deadlines, services=data.directory.services, **given),)
        return history


@cache
def _finder() -> Any:
    from bot.interview.path import PathFinder

    return PathFinder(content().interview)


# -- people


def dave() -> Made:
    """Nowhere to live, no bank account, debts, drugs; some of it has been worked on; he agrees to share everything."""
    made = Made(
        language_speak="en",
        where_lived="private_rented",
        where_will_live="nowhere",
        still_have_home="no",
        council_area="Northmere",
        duty_to_refer_consent="yes",
        duty_to_refer_contact_consent="yes",
        help_accommodation=["find_home", "emergency_place", "bond_scheme"],
        job_before="yes",
        job_before_title="=Scaffolder",
        work_interest=["building", "food"],
        help_ete=["find_work", "training_course"],
        bank_account="no",
        id_documents=["none"],
        benefits_before=["uc", "other"],
        debts="yes",
        debt_kinds=["rent", "court_fines"],
        debt_amount="from_500",
        help_finance=["open_account", "get_id", "debt_advice"],
        gp="no",
        drugs="yes",
        drugs_help=["in_here", "outside"],
        help_personal=["register_gp"],
        matters_most="A home of my own & seeing my kids.\nStaying clean.",
        how_sure=6,
        share_with_officer="yes",
    )
    made.step("acc_housing_referrals:find_home", "agree")
    made.step(
        "acc_housing_referrals:find_home",
        "signpost",
        service="northmere_housing",
        on=TODAY,
        how="by letter",
        follow_up_by=date(2026, 12, 7),
    )
    made.step("fin_bank_account:open_account", "agree").step("fin_bank_account:open_account", "start")
    made.step("fin_bank_account:open_account", "deliver", what="Account opened with Mere Credit Union", on=TODAY)
    made.step("acc_bond_scheme", "not_available", why="The scheme is closed until April")
    return made


@cache
def private_words() -> frozenset[str]:
    """Every wording and id that only somebody's private answers bring up: none may be on anything that is printed or sent."""
    interview, plan = content().interview, content().plan
    found: set[str] = set()
    for question in interview.questions:
        if question.sensitive and question.reads_back is None:
            found |= {question.id, question.plain.ask, question.easy.ask}
            found |= {text for option in question.options for text in (option.plain, option.easy)}
    for need in interview.needs:
        if need.sensitive:
            found |= {need.id, need.plain, need.easy, need.because}
    for activity in plan.activities.values():
        if activity.sensitive:
            found |= {activity.id, activity.plain, activity.easy}
    found |= {cohort.label for cohort in plan.cohorts.values() if cohort.sensitive}
    found |= {route.label for route in plan.routes.values() if route.sensitive}
    found |= {rule.label for rule in plan.consents.values() if rule.sensitive}
    found |= {rule.detail for rule in plan.alerts if rule.detail}
    found |= {"Safe Harbour", "Lantern Project", "Willow Rooms", "Northmere MARAC"}
    common = {text for question in interview.questions if not question.sensitive for text in _texts(question)}
    common |= {text for need in interview.needs if not need.sensitive for text in (need.plain, need.easy, need.because)}
    # Short everyday words ("Yes", "No", "Now") tell nothing.
    return frozenset(text for text in found if (len(text.split()) > 2 or "_" in text) and text not in common)


@cache
def off_paper_words() -> frozenset[str]:
    """Every wording that tells of an answer or a need that is on no paper."""
    found: set[str] = set()
    for question in content().interview.questions:
        found |= {question.plain.ask, question.easy.ask} if question.off_paper else set()
        found |= {text for option in question.options if option.off_paper for text in (option.plain, option.easy)}
    for need in content().interview.needs:
        found |= {need.plain, need.easy, need.because} if need.off_paper else set()
    return frozenset(found)


def _texts(question: Question) -> set[str]:
    return {question.plain.ask, question.easy.ask, *(text for option in question.options for text in (option.plain, option.easy))}


def tom() -> Made:
    """Under threat from outside, once in a gang and in debt to somebody to be feared; he agrees to share his plan."""
    made = Made(
        where_will_live="nowhere", debts="yes", debt_kinds=["people_who_may_hurt", "loans"], gang="yes", threat="yes",
        help_finance=["debt_worry", "pay_other_debts"], help_personal=["threat_safety"], share_with_officer="yes",
    )  # fmt: skip
    return made.step("ttg_prioritise:threat_safety", "agree")


def lisa(language: str = "en") -> Made:
    """A woman with private answers of every kind, who agrees to share her plan with the officer."""
    who = record(name="Lisa Made-up", prison_number="A0002AA", sex="female", responsible_officer="J. Example")
    made = Made(
        who, language=language, where_will_live="new_address", home_safe="no", safe_home_help=["secret", "safe_place"],
        trauma="yes", trauma_help="yes", safety_room="private", safety_gate="now", support_info="ok", hurt_ever="yes",
        hurt_now_or_after=["now", "they_know"], da_help=["safety_plan", "specialist_service"], da_speak_marac="yes",
        da_speak_housing="yes", sexual_abuse="yes", sexual_abuse_support="yes", sex_for_money="yes", sex_work_now="now_stop",
        sex_work_help=["safety_plan", "exit_support"], sex_work_speak="yes", urgent_today=["feel_unsafe"], felt_safe="a_bit",
        share_with_officer="yes", gp="no", help_personal=["register_gp"],
    )  # fmt: skip
    made.step("da_specialist_referral", "agree")
    made.step("da_specialist_referral", "signpost", service="safe_harbour", on=TODAY, how="a private call")
    return made
