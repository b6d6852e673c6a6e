"""Each mistake an author can make, in a small definition that is otherwise right."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.interview.checking import check, warnings
from tests.interview.making import HEAD, REVIEW, Data, need, option, question, read_back, save, section, write

LINE = re.compile(r"^bot/data/[^\n]+?(:[1-9]\d*)?: [^\n]+$")
EXAMPLES = ["one", "two", "three", "four", "five", "six"]
PEER = {
    "MONEY": {
        "questions": {
            "ACCOUNT": {"type": "RADIO", "optional": False, "options": ["YES", "NO", "NO_ANSWER"]},
            "ACCOUNT_ADDRESS_YES": {"type": "ADDRESS", "optional": True, "under": "ACCOUNT=YES"},
            "PAPERS": {"type": "CHECKBOX", "optional": False, "options": ["PASSPORT", "NONE", "NO_ANSWER"], "exclusive": ["NONE"]},
            "JOB": {"type": "SHORT_TEXT", "optional": False, "under": "ACCOUNT=YES"},
        }
    }
}


def examples(what: str) -> list[str]:
    return [f"{what} {n}" for n in EXAMPLES]


class Content:
    """The parts of a definition without a mistake, to be spoilt one at a time."""

    def __init__(self) -> None:
        account, addresses, papers = ({"pathway": "MONEY", "question": name} for name in ("ACCOUNT", "ACCOUNT_ADDRESS_*", "PAPERS"))
        has_account: Data = {"is": ["q", "yes"]}
        self.first: list[Data] = [
            question("q", option("yes", peer="YES"), option("no", peer="NO"), peer=account),
            question("address", kind="address", when=has_account, peer=addresses),
            question(
                "m",
                option("passport", peer="PASSPORT", examples=examples("my passport")),
                option("letter", when=has_account, examples=examples("a letter")),
                option("card", examples=examples("a card")),
                option("none", exclusive=True, peer="NONE", examples=examples("nothing")),
                kind="many",
                at_most=2,
                peer=papers,
                depends_on=["q"],
            ),
            question("s", kind="scale", ends={"plain": ["Low", "High"], "easy": ["Low", "High"]}),
            question("n", kind="number", min=0, max=9, when={"at_least": ["s", 5]}),
            question("known", "yes", "no", implied={"when": {"is": ["record.care_leaver", "yes"]}, "answer": "yes"}),
            question("worker", "yes", "no", asked_of="worker", when={"any": [{"answered": "n"}, {"known": "record.release"}]}),
            question("help", kind="many", options_from="needs"),
        ]
        self.safety: list[Data] = [question("gate", "yes", "no", sensitive=True), question("info", "ok", sensitive=True)]
        self.last: list[Data] = [read_back("a"), read_back("safety", sensitive=True), question("well", "yes", "no")]
        self.money: list[Data] = [
            need("debt", {"is": ["q", "no"]}, factor="financial", examples=examples("debt")),
            need("asked", {"is": ["known", "yes"]}, asked_by={"question": "known", "wanted": ["yes"]}),
        ]
        self.money_file: Data = {"pathway": "finance"}
        self.abuse: list[Data] = [need("talk", {"is": ["gate", "yes"]}, sensitive=True)]
        self.head: Data = copy.deepcopy(HEAD)
        self.head["none_of_these"]["examples"] = examples("no help")
        self.head["review"] = {**copy.deepcopy(REVIEW), "sensitive": ["safety"]}
        for one in (*self.head["review"]["options"], *self.last[0]["options"]):
            one["examples"] = examples(one["id"])
        self.peer: Data = copy.deepcopy(PEER)
        self.responses: Data = {"utter_heard": {"plain": "I have put: {answer}.", "easy": "I put: {answer}."}}
        self.commands: list[Data] = [
            {"id": "skip", "plain": "Skip", "easy": "Skip", "phrases": ["skip this", "leave it"]},
            {"id": "pause", "plain": "Stop", "easy": "Stop", "phrases": ["stop now"]},
        ]
        self.sections: dict[str, Data] = {
            "a": section("a", pathway="finance", intro={"plain": "Hello.", "easy": "Hello."}),
            "safety": section("safety", pathway="domestic_abuse"),
            "end": section("end"),
        }
        self.listed = list(self.sections)

    def by_id(self, name: str) -> Data:
        return next(one for one in [*self.first, *self.safety, *self.last, *self.money, *self.abuse] if one["id"] == name)

    def write(self, root: Path) -> Path:
        made = [{**self.sections[name], "questions": asked} for name, asked in self.questions.items()]
        data = write(root, made, {"domestic_abuse": self.abuse})
        save(data / "needs" / "finance.yml", {**self.money_file, "needs": self.money})
        save(data / "interview.yml", {"sections": self.listed, **self.head})
        save(data / "peer.yml", self.peer)
        save(data / "responses.yml", {"responses": self.responses})
        save(data / "commands.yml", {"commands": self.commands})
        return data

    @property
    def questions(self) -> dict[str, list[Data]]:
        return {"a": self.first, "safety": self.safety, "end": self.last}


Spoil = Callable[[Content], object]


def spoilt(tmp_path: Path, spoil: Spoil) -> list[str]:
    content = Content()
    spoil(content)
    found = check(content.write(tmp_path))
    assert all(LINE.match(line) for line in found), found
    return found


def put(name: str, **values: Any) -> Spoil:
    """Set values on the question or need of that name."""
    return lambda content: content.by_id(name).update(copy.deepcopy(values))


def put_option(name: str, index: int, **values: Any) -> Spoil:
    return lambda content: content.by_id(name)["options"][index].update(copy.deepcopy(values))


def drop(name: str, key: str) -> Spoil:
    return lambda content: content.by_id(name).pop(key)


def rule(data: Any) -> Spoil:
    """A rule on the last of the first section's questions that are asked."""
    return put("worker", when=data)


def said(name: str, **words: str) -> Spoil:
    """A response of that name."""
    return lambda content: content.responses.update({name: words})


def peer(name: str, pathway: str, answers: str) -> Spoil:
    return put(name, peer={"pathway": pathway, "question": answers})


def overheard(when: Any) -> Spoil:
    def spoil(content: Content) -> None:
        content.head["overheard"] = when

    return spoil


def implied(when: Any, answer: str = "yes") -> Spoil:
    return put("known", implied={"when": when, "answer": answer} if when else {"answer": answer})


def wanted(name: str, *answers: str) -> Spoil:
    return put("asked", asked_by={"question": name, "wanted": list(answers)})


def on_section(name: str, **values: Any) -> Spoil:
    return lambda content: content.sections[name].update(values)


def on_every_last_question(**values: Any) -> Spoil:
    return lambda content: [one.update(copy.deepcopy(values)) for one in content.last]


def test_a_need_may_rest_on_the_open_options_of_a_question(tmp_path: Path) -> None:
    def spoil(content: Content) -> None:
        put_option("q", 0, off_paper=True)(content)
        put("known", off_paper=True)(content)
        put("asked", off_paper=True)(content)

    assert spoilt(tmp_path, spoil) == []


def test_content_without_a_mistake(tmp_path: Path) -> None:
    data = Content().write(tmp_path)
    assert check(data) == []
    assert warnings(data) == []


SHAPE: list[tuple[Spoil, str]] = [
    (put("n", id="N 1"), "'N 1' is not a good id"),
    (put_option("q", 0, id="Yes!"), "'q' has the option 'Yes!'; write its id"),
    (put_option("q", 1, id="later"), "'q' has the option 'later', which is a not-now answer"),
    (put_option("m", 1, id="passport"), "'m' has the option 'passport' twice"),
    (put("debt", id="Debt"), "the need 'Debt' is not a good id"),
    (put("talk", id="debt"), "the need 'debt' stands at bot/data/needs/domestic_abuse.yml"),
    (put("well", options=[]), "'well' has no options"),
    (put("s", options=[option("a")]), "'s' is of kind scale and has options"),
    (put_option("well", 0, exclusive=True), "'well' has the exclusive option 'yes'; only the kind many"),
    (put("well", urgent=True), "'well' is urgent whatever is answered"),
    (put("m", urgent=True), ""),
    (put("well", at_most=1), "'well' has at_most; only the kind many has it"),
    (put("m", at_most=1), "'m' has at_most 1 of 3 options"),
    (put("m", at_most=3), "'m' has at_most 3 of 3 options"),
    (put("address", min=1), "'address' has min or max; only"),
    (put("n", min=9), "'n' has a min that is not below its max"),
    (drop("s", "ends"), "'s' is a scale without ends in easy"),
    (put("n", ends={"plain": ["Low", "High"]}), "'n' has ends in plain; only a scale"),
    (put("gate", sensitive=False), "'gate' is in a section of a sensitive pathway"),
    (put("gate", kind="text"), "'gate' is sensitive and takes typed words"),
    (lambda content: content.listed.remove("safety"), "safety.yml:1: is not listed in bot/data/interview.yml"),
    (lambda content: content.listed.append("a"), "the section 'a' is listed twice"),
    (on_section("a", pathway="housing"), "the pathway 'housing' is unknown"),
    (lambda content: content.head["limits"].pop("why"), "'limits' lacks a number above 0 for 'why'"),
    (put("read_back_a", reads_back="b"), "'read_back_a' reads back 'b', which is no section"),
    (put("q", reads_back="safety"), "'q' reads back a section outside the last one"),
    (put("read_back_a", kind="many"), "'read_back_a' reads back; give it the kind one, an option 'right'"),
    (lambda content: content.by_id("read_back_a")["options"].pop(), "'read_back_a' reads back; give it"),
    (drop("read_back_a", "reads_back"), "the section 'a' is read back 0 times here"),
    (drop("debt", "source"), "the need 'debt' has no source"),
    (lambda content: content.money_file.update(pathway="luck"), "the need 'debt' has the unknown pathway 'luck'"),
    (put("debt", factor="luck"), "the need 'debt' has the unknown factor 'luck'"),
    (put("talk", sensitive=False), "the need 'talk' is of a sensitive pathway"),
    (put("debt", sensitive=True), "the need 'debt' is sensitive, so no list offers it"),
    (put("gate", off_paper=True), "'gate' is sensitive, so it is on no paper; remove 'off_paper'"),
    (put_option("info", 0, off_paper=True), "'info' is sensitive, so it is on no paper; remove 'off_paper'"),
    (put("talk", off_paper=True), "the need 'talk' is sensitive, so it is on no paper; remove 'off_paper'"),
    (put("q", off_paper=True), "the need 'debt' rests on an answer that is on no paper; write 'off_paper: true'"),
    (put_option("q", 1, off_paper=True), "the need 'debt' rests on an answer that is on no paper; write 'off_paper: true'"),
    (put("q", off_paper="yes"), "'off_paper' is neither true nor false"),
    (put("help", kind="one"), "'help' offers help with needs; give it the kind many"),
    (put("help", needs_of="ete"), "'help' offers help with needs of 'ete', which has none"),
    (put("help", needs_of="ete"), "no question offers help with the need 'debt'"),
    (put("well", options_from="needs", needs_of="finance"), "'well' offers help with the needs of 'finance' a second time"),
]

LETTER = "the rule of the option 'letter' of 'm'"
YES_AND_NO = {"all": [{"is": ["q", "yes"]}, {"is": ["q", "no"]}]}
NEVER = {"below": ["record.age", 0]}
NESTED = {"any": [{"answered": "s"}, {"any": [{"is": ["q", "no"]}, {"answered": "m"}]}]}
ONLY_AFTER_Q = [option("right", when={"answered": "q"}), option("change", when={"answered": "q"})]
RULES: list[tuple[Spoil, str]] = [
    (rule({"is": ["qq", "yes"]}), "the rule of 'worker' looks at 'qq', which is no question; did you mean 'q'?"),
    (rule({"is": ["zzzzzz", "yes"]}), "looks at 'zzzzzz', which is no question; mend the name"),
    (rule({"answered": "help"}), "looks at 'help', which is not asked before it"),
    (rule({"answered": "worker"}), "looks at 'worker', which is not asked before it"),
    (rule({"known": "q"}), "asks if 'q' is known; that is for the record"),
    (rule({"at_least": ["q", 1]}), "compares 'q' with a number, but its kind is one"),
    (rule({"below": ["address", 1]}), "compares 'address' with a number, but its kind is address"),
    (rule({"is": ["q", "yess"]}), "compares 'q' with 'yess', which it can never hold; did you mean 'yes'?"),
    (rule({"is": ["n", 7]}), "compares 'n' with '7', which it can never hold"),
    (rule({"is": ["record.sexx", "male"]}), "looks at 'record.sexx', which is no field; did you mean 'record.sex'?"),
    (rule({"is": ["interview.colour", "red"]}), "looks at 'interview.colour', which is no field"),
    (rule({"answered": "record.sex"}), "asks if 'record.sex' is answered; that is for questions"),
    (rule({"below": ["record.sex", 1]}), "compares 'record.sex' with a number, but it holds words"),
    (rule({"is": ["record.age", 18]}), "compares 'record.age' with words, but it holds a number"),
    (rule({"is": ["record.sex", "f"]}), "compares 'record.sex' with 'f', which it can never hold"),
    (rule({"is": ["record.home_area", "Ely"]}), ""),
    (put_option("m", 1, when={"is": ["s", "x"]}), f"{LETTER} looks at 's', which is not asked before it"),
    (implied({"is": ["nobody", "yes"]}), "the rule of what settles 'known' looks at 'nobody'"),
    (put("debt", when={"is": ["well", "yes"]}), "the need 'debt' looks at 'well', which is not asked before it"),
    (on_section("a", when={"is": ["gate", "yes"]}), "the rule of the section 'a' looks at 'gate'"),
    (put("m", depends_on=["qq"]), "'m' depends on 'qq', which is no question; did you mean 'q'?"),
    (put("m", depends_on=["s"]), "'m' depends on 's', which is not asked before it"),
    (implied(None), "'known' is implied without a rule"),
    (implied({"answered": "q"}, "maybe"), "'known' is implied to be 'maybe', which is none of its options"),
    (put("q", private=True), "'q' is private, but nothing says when others can hear"),
    (overheard({"is": ["qq", "yes"]}), "the rule of what private questions wait for looks at 'qq', which is no question"),
    (overheard({"is": ["well", "yes"]}), ""),
    (wanted("knwn", "yes"), "is asked by a question: 'knwn', which is no question; did you mean"),
    (wanted("known"), "is asked by a question: 'known' without the answers"),
    (wanted("known", "yep"), "is asked by a question: compares 'known' with 'yep'"),
    (rule(YES_AND_NO), "'worker' can never be asked"),
    (rule(YES_AND_NO), "the rule of 'worker' can never hold"),
    (rule({"at_least": ["s", 11]}), "the rule of 'worker' can never hold"),
    (rule({"any": [{"is": ["q", "yes"]}, {"below": ["s", 0]}]}), "rule of 'worker' can never hold: {below: [s, 0]}"),
    (rule({"all": [{"is": ["q", "yes"]}, NESTED]}), "a part of the rule of 'worker' can never hold: {is: [q, no]}"),
    (rule({"any": [{"is": ["q", "yes"]}, {"all": [NEVER] * 5}]}), "{below: [record.ag…; mend or remove it"),
    (put_option("m", 1, when=NEVER), f"{LETTER} can never hold"),
    (put("debt", when=NEVER), "the rule of the need 'debt' can never hold"),
    (put("debt", when=NEVER), "'help' can never be asked"),
    (on_section("safety", when=NEVER), "the rule of the section 'safety' can never hold"),
    (put("well", when={"is": ["q", "yes"]}), ""),
    (on_every_last_question(when={"is": ["q", "yes"]}), "the last section 'end' may have nothing to ask, so that there is no end"),
    (on_every_last_question(options=ONLY_AFTER_Q), "the last section 'end' may have nothing to ask"),
    (on_every_last_question(when={"any": [{"is": ["q", "yes"]}, {"not": {"is": ["q", "yes"]}}]}), ""),
]

LONG = "This sentence goes on and on and on until nobody can say any more what it was about."
WORDS: list[tuple[Spoil, str]] = [
    (put("q", plain={"ask": "What?"}), "'q' has no plain 'why' words"),
    (put("q", easy={"why": "It helps."}), "'q' has no easy 'ask' words"),
    (put("q", plain={"ask": "What?", "why": "It helps.\nA lot."}), "'q' says why on several lines"),
    (put("q", plain={"ask": "W" * 121, "why": "It helps."}), "'q' ask has 121 characters in plain; at most 120"),
    (put("q", easy={"ask": "What?", "why": "W" * 141}), "'q' why has 141 characters in easy; at most 140"),
    (put_option("q", 0, plain="W" * 81), "the option 'yes' of 'q' has 81 characters in plain; at most 80"),
    (put("debt", because="W" * 141), "because of 'debt' has 141 characters"),
    (put("q", easy={"ask": LONG, "why": "It helps."}), "'q' ask has an easy sentence of 18 words"),
    (put_option("q", 0, easy="choice NO"), "the options 'yes' and 'no' of 'q' read the same in easy"),
    (put_option("q", 0, plain="put Refused"), "the options 'refused' and 'yes' of 'q' read the same in plain"),
    (said("utter_x", plain="Hi {why}.", easy="Hi."), "'utter_x' fills in {why} in one level only"),
    (said("utter_x", plain="Hi {wy}.", easy="Hi {wy}."), "'utter_x' fills in {wy}, which nothing gives"),
    (said("utter_x", plain="Hi {.", easy="Hi."), "'utter_x' has a curly bracket"),
    (said("utter_x", plain="Hi."), "'utter_x' has no 'easy' words"),
    (said("utter_x", plain="Hi.", easy=LONG), "'utter_x' has an easy sentence of 18 words"),
    (said("utter_x", plain="Hi.", easy="Hi.", hard="x"), "unknown key 'hard' on 'utter_x'"),
    (lambda content: content.commands[0].pop("id"), "a command has no id"),
    (lambda content: content.commands[0].update(phrases=[]), "the command 'skip' has no phrases"),
    (lambda content: content.commands[1]["phrases"].append("Leave it!"), "“Leave it!” means both 'skip' and 'pause'"),
    (lambda content: content.commands[1].pop("easy"), "the command 'pause' has no 'easy' words"),
    (lambda content: content.commands[1].update(colour="red"), "unknown key 'colour' on the command 'pause'"),
]

OTHERS: list[tuple[Spoil, str]] = [
    (drop("q", "peer"), "no question of ours answers MONEY ACCOUNT"),
    (drop("q", "peer"), "'q' has peer options and no peer question"),
    (peer("known", "MONEY", "ACCOUNT"), "'known' answers MONEY ACCOUNT as 'q' does"),
    (put_option("q", 0, peer="MAYBE"), "the option 'yes' of 'q' names the peer option 'MAYBE', which is not in peer.yml"),
    (put_option("q", 0, peer="MAYBE"), "'q' has no option for 'YES' of MONEY ACCOUNT"),
    (put_option("q", 0, peer="NO_ANSWER"), "'q' maps the option 'yes' to NO_ANSWER"),
    (peer("address", "MONEY", "NOTHING_*"), "'address' names peer questions 'NOTHING_*', but there are none"),
    (peer("address", "MONEY", "NOTHING"), "'address' names the peer question 'NOTHING'"),
    (peer("address", "LOVE", "ACCOUNT"), "'address' names an unknown peer pathway; use one of MONEY"),
    (put_option("m", 3, exclusive=False), "the option 'none' of 'm' must be exclusive"),
    (put_option("m", 0, exclusive=True), "the option 'passport' of 'm' must not be exclusive"),
    (lambda content: content.peer["MONEY"].update(questions={"ACCOUNT": "x"}), "'ACCOUNT' should be a mapping"),
    (lambda content: content.peer.update(LOVE={"questions": {"WHO": {"optional": False}}}), "no question of ours answers LOVE WHO"),
]


def shown(value: object) -> str:
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(("spoil", "message"), [*SHAPE, *RULES, *WORDS, *OTHERS], ids=shown)
def test_each_mistake_is_found(tmp_path: Path, spoil: Spoil, message: str) -> None:
    found = spoilt(tmp_path, spoil)
    assert [line for line in found if message in line] if message else found == [], found


def easy(ask: str) -> Spoil:
    return put("q", easy={"ask": ask, "why": "It helps."})


MINE = "of the option 'passport' of 'm'"
WARNINGS: list[tuple[Spoil, str]] = [
    (easy("Do you have this or that or some other thing today?"), "an easy sentence of 11 words"),
    (easy("Were you in custody?"), "'q' ask says “custody” in easy; use a plainer word"),
    (easy("Do you get PIP?"), "'q' ask says “PIP” in easy read; write it out"),
    (put("well", options=[option("a"), option("b", examples=EXAMPLES)]), "'a' of 'well' has 0 examples; write at least 6"),
    (put_option("m", 0, examples=[*EXAMPLES, "Leave it."]), f"“Leave it.” {MINE} is the command 'skip'"),
    (put_option("m", 0, easy="Stop now"), f"“Stop now” {MINE} is the command 'pause'"),
    (put_option("m", 0, examples=[*EXAMPLES, "a card one"]), "“a card one” of the option 'card' of 'm' stands for 'passport' too"),
    (put_option("gate", 0, examples=["yes"]), "the option 'yes' of 'gate' has examples, but takes buttons only"),
    (put("debt", examples=[]), "bot/data/needs/finance.yml:3: the option 'debt' of 'help' has 0 examples"),
]


@pytest.mark.parametrize(("spoil", "message"), WARNINGS)
def test_what_could_be_better_is_a_warning(tmp_path: Path, spoil: Spoil, message: str) -> None:
    content = Content()
    spoil(content)
    data = content.write(tmp_path)
    assert check(data) == []
    found = warnings(data)
    assert [line for line in found if message in line], found
    assert all(LINE.match(line) for line in found), found
