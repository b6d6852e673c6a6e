from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.interview.definitions import worded
from bot.interview.loading import DATA, Loader, Problems, load_interview
from bot.interview.rules import ALWAYS
from bot.interview.yamlfile import ContentError
from tests.interview.making import HEAD, REVIEW, build, need, option, question, save, section, write


def errors(data: Path) -> list[str]:
    loader = Loader(data)
    loader.load()
    return loader.problems.lines


def test_a_question_with_everything(tmp_path: Path) -> None:
    rule = {"is": ["first", "a"]}
    made = question(
        "second",
        option("a", exclusive=True, when=rule, peer="A", examples=["one", 2]),
        "b",
        kind="many",
        asked_of="worker",
        sensitive=True,
        optional=True,
        carry=False,
        peer={"pathway": "P", "question": "Q"},
        when=rule,
        depends_on=["first"],
        at_most=2,
        implied={"when": rule, "answer": "b"},
    )
    interview = build(tmp_path, question("first", "a", "b"), made)
    asked = interview.question("second")
    assert (asked.kind, asked.section, asked.asked_of, asked.pathway, asked.at_most) == ("many", "a", "worker", "finance", 2)
    assert (asked.sensitive, asked.optional, asked.carry, asked.closed, asked.takes_more) == (True, True, False, True, False)
    assert asked.peer is not None
    assert asked.implied is not None
    assert (asked.peer.pathway, asked.peer.question, asked.implied.answer, asked.depends_on) == ("P", "Q", "b", ("first",))
    assert asked.rule.sources == {"interview.mode", "first"}
    assert asked.options[0].examples == ("one", "2")
    assert (asked.options[0].exclusive, asked.options[0].peer, asked.options[1].when) == (True, "A", ALWAYS)
    assert asked.file == "bot/data/questions/a.yml"
    assert asked.line > interview.question("first").line
    assert asked.words("easy").ask == asked.words("plain").ask == "What about second?"
    assert interview.option_text(asked, "b", "easy") == interview.option_text(asked, "b") == "Choice b"
    assert interview.option_text(asked, "refused") == "Put refused"
    assert interview.question("first").takes_more


def test_a_scale_is_from_0_to_10_and_has_ends(tmp_path: Path) -> None:
    ends = {"plain": ["Low", "High"], "easy": ["Less", "More"]}
    interview = build(tmp_path, question("s", kind="scale", ends=ends), question("n", kind="number", min=1, max=7.5))
    scale, number = interview.question("s"), interview.question("n")
    assert (scale.minimum, scale.maximum, scale.plain.ends, scale.easy.ends) == (0, 10, ("Low", "High"), ("Less", "More"))
    assert (number.minimum, number.maximum, number.plain.ends) == (1, 7.5, ())


def test_offers_of_help_come_from_needs(tmp_path: Path) -> None:
    rule = {"is": ["q", "a"]}
    needs = {"finance": [need("debt", rule, examples=["yes debt"])], "ttg_support": [need("mentor", rule)]}
    interview = build(
        tmp_path,
        question("q", "a", "b"),
        question("help", kind="many", options_from="needs"),
        question("more_help", kind="many", options_from="needs", needs_of="ttg_support"),
        needs=needs,
    )
    offered = interview.question("help").options
    assert [(one.id, one.need, one.exclusive) for one in offered] == [("debt", "debt", False), ("none", None, True)]
    assert offered[0].when.sources == {"q"}
    assert [one.id for one in interview.question("more_help").options] == ["mentor", "none"]
    assert (interview.question("help").needs_of, interview.question("more_help").needs_of) == ("finance", "ttg_support")
    assert interview.needs[0].because == "you said so"


def test_a_section_rule_is_part_of_each_question(tmp_path: Path) -> None:
    rule = {"is": ["interview.mode", "kiosk"]}
    data = write(tmp_path, [section("a", question("q", "a", "b"), when=rule, intro={"plain": "Hi.", "easy": "Hi."})])
    interview = load_interview(data)
    assert interview.question("q").rule.sources == {"interview.mode"}
    assert interview.question("q").when is ALWAYS
    assert interview.section_by_id["a"].intro == {"plain": "Hi.", "easy": "Hi."}
    assert interview.position["q"] == 0


def test_a_review_opens_every_section_but_those_named(tmp_path: Path) -> None:
    interview = build(tmp_path, question("q", "a", "b"), review={**REVIEW, "sensitive": ["a"]})
    opening = interview.questions[0]
    assert opening.id == "still_right_a"
    assert (opening.opens_review, opening.sensitive, opening.carry, opening.takes_more) == (True, True, False, False)
    assert opening.rule.sources == {"interview.kind"}
    assert "still_right_end" not in interview.by_id
    assert not interview.question("read_back_a").opens_review
    assert (interview.question("q").carry, interview.question("read_back_a").carry) == (True, False)
    assert [one.id for one in worded(interview)] == ["still_right_a", "q", "read_back_a", "well"]


def test_shared_examples_and_limits(tmp_path: Path) -> None:
    interview = build(tmp_path, question("q", "yes", "no"))
    assert interview.shared_examples["no"][0] == "no"
    assert interview.limits["ask"] == 120


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (question("q", "a", colour="red"), "unknown key 'colour' on 'q'"),
        (question("q", option("a", text="x")), "unknown key 'text' on the option 'a'"),
        (question("q", "a", kind="choice"), "'q' has no known kind"),
        (question("q", "a", kind=["one"]), "'kind' should be a word"),
        (question("q", "a", id=True), "'id' should be a word"),
        (question("q", "a", asked_of="officer"), "asked_of 'officer'"),
        (question("q", "a", sensitive="no"), "'sensitive' is neither true nor false"),
        (question("q", "a", options_from="record"), "'options_from' can only be 'needs'"),
        (question("q", "a", when={"is": ["x"]}), "'is' takes [source, value, …]"),
        (question("q", "a", when=None), "'when' is empty"),
        (question("q", "a", options="a"), "'options' should be a list of mappings"),
        (question("q", "a", options=["a"]), "'options' should be a list of mappings"),
        (question("q", {"id": "a", "plain": "A"}), "the option 'a' has no 'easy' words"),
        (question("q", option("a", plain=" ")), "the option 'a' has no 'plain' words"),
        (question("q", option("a", examples="one, two")), "'examples' should be a list of words"),
        (question("q", option("a", examples=[True])), "'examples' should be a list of words"),
        (question("q", "a", plain="Why?"), "'plain' should be a mapping"),
        (question("q", "a", plain={"aks": "Why?"}), "unknown key 'aks' on the plain words"),
        (question("q", "a", peer="X"), "'peer' should be a mapping"),
        (question("q", "a", at_most="two"), "'at_most' should be a number"),
        (question("q", kind="number", min=float("inf")), "'min' should be a number"),
        (question("q", "a", depends_on="x"), "'depends_on' should be a list of words"),
    ],
)
def test_what_is_wrong_with_a_question_is_said(tmp_path: Path, made: dict[str, Any], message: str) -> None:
    data = write(tmp_path, [section("a", made)])
    found = errors(data)
    assert [line for line in found if message in line], found
    with pytest.raises(ContentError, match="bot/data/questions/a.yml:[0-9]+: "):
        load_interview(data)


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ({"sections": "a"}, "'sections' should be a list of words"),
        ({"colour": 1}, "unknown key 'colour' on the interview"),
        ({"not_now": []}, "'not_now' should have the ids refused, unknown, later, skipped"),
        ({"not_now": [*HEAD["not_now"], {"id": "never", "plain": "x"}]}, "the answer 'never' has no 'easy' words"),
        ({"limits": {"ask": "long"}}, "'ask' should be a number"),
        ({"limits": [120]}, "'limits' should be a mapping"),
        ({"shared_examples": {"yes": "yeah"}}, "'yes' should be a list of words"),
        ({"none_of_these": {}}, "'none_of_these' has no 'plain' words"),
        ({"review": {**REVIEW, "colour": "x"}}, "unknown key 'colour' on 'review'"),
    ],
)
def test_what_is_wrong_with_the_head_is_said(tmp_path: Path, head: dict[str, Any], message: str) -> None:
    asked = [question("q", "a", "b"), question("help", kind="many", options_from="needs")]
    data = write(tmp_path, [section("a", *asked, pathway="finance")])
    save(data / "interview.yml", {"sections": ["a", "end"], **HEAD, **head})
    found = errors(data)
    assert [line for line in found if line.startswith("bot/data/interview.yml:") and message in line], found


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"section": "b"}, "'section' should be 'a', as the file is named"),
        ({"questions": []}, "the section 'a' has no questions"),
        ({"title": {"plain": "A"}}, "the title has no 'easy' words"),
        ({"intro": {"plain": "A"}}, "the intro has no 'easy' words"),
        ({"colour": "red"}, "unknown key 'colour' on a section"),
    ],
)
def test_what_is_wrong_with_a_section_is_said(tmp_path: Path, more: dict[str, Any], message: str) -> None:
    data = write(tmp_path, [section("a", question("q", "a", "b"))])
    save(data / "questions" / "a.yml", {**section("a", question("q", "a", "b")), **more})
    assert [line for line in errors(data) if message in line]


def test_what_is_wrong_with_a_need_is_said(tmp_path: Path) -> None:
    wrong = need("debt", {"is": ["q", "a"]}, colour="red", easy="")
    data = write(tmp_path, [section("a", question("q", "a", "b"))], {"finance": [wrong]})
    found = errors(data)
    assert any("unknown key 'colour' on the need 'debt'" in line for line in found)
    assert any("the need 'debt' has no 'easy' words" in line for line in found)


def test_missing_files_and_ids_that_stand_twice(tmp_path: Path) -> None:
    data = write(tmp_path, [section("a", question("q", "a", "b"), question("q", "a", "b"))])
    (data / "questions" / "end.yml").unlink()
    found = errors(data)
    assert any(line.startswith("bot/data/questions/end.yml: cannot be read") for line in found)
    assert any("the id 'q' stands at bot/data/questions/a.yml:" in line for line in found)
    (data / "interview.yml").unlink()
    assert errors(data)[0].startswith("bot/data/interview.yml: cannot be read")


def test_files_elsewhere_are_named_in_full(tmp_path: Path) -> None:
    assert Problems(tmp_path / "bot" / "data").name(Path("/elsewhere/x.yml")) == "/elsewhere/x.yml"


def test_the_content_of_the_house() -> None:
    assert load_interview(DATA).sections
