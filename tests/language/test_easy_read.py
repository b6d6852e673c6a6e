"""Easy read and reading age: measured by section, and what breaks them is named."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyphen import Pyphen

from bot import cli
from bot.commands.language import all_messages
from bot.interview.loading import DATA
from bot.interview.yamlfile import ContentError
from bot.language.easy_read import (
    FILE,
    EasyRead,
    check_easy,
    check_readability,
    grade,
    load_easy_read,
    measure,
    syllables,
    table,
    warn_long,
)
from bot.language.messages import Message

HARD = "Applications regarding accommodation necessitate considerable documentation and verification."


@pytest.fixture(scope="module")
def said() -> list[Message]:
    return all_messages()


@pytest.fixture(scope="module")
def rules() -> EasyRead:
    return load_easy_read()


def changed(said: list[Message], key: str, english: str) -> list[Message]:
    """The messages with another text in one of them."""
    assert any(message.key == key for message in said), key
    return [replace(message, english=english) if message.key == key else message for message in said]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "you owe made lived asked rooms 116 500 the"),
        (2, "prison about people someone something safety money needed houses agreed little council into private"),
        (3, "benefits probation idea everyone anyone area families visited officer example"),
        (4, "interpreter everybody immigration certificate universal"),
        (5, "disability"),
    ],
)
def test_syllables_are_counted_as_they_are_said(count: int, words: str) -> None:
    assert {word: syllables(word) for word in words.split()} == dict.fromkeys(words.split(), count)


@given(st.from_regex(r"[A-Za-z]{1,20}", fullmatch=True))
def test_a_word_has_a_syllable_and_no_fewer_than_hyphenation_finds(word: str) -> None:
    found = syllables(word)
    assert found == syllables(word.upper()) and found >= 1
    # Save for the few beginnings and ends that are mended first, it is never kinder than hyphenation.
    if not word.lower().startswith(("some", "every", "any")) and "e" not in word.lower():
        assert found >= len(Pyphen(lang="en_US").positions(word.lower())) + 1


def test_the_grade_is_that_of_flesch_and_kincaid() -> None:
    assert grade(["You can stop."]) == pytest.approx(0.39 * 3 + 11.8 * 1 - 15.59)
    assert grade(["We help people find money.", "Stop."]) == pytest.approx(0.39 * 6 / 2 + 11.8 * 8 / 6 - 15.59)
    assert grade([]) == grade(["…"]) == 0.0


@given(st.sampled_from(["Universal Credit", "universal credit", "Samaritans", "Lithuanian", "{name}"]))
def test_names_are_not_counted(name: str) -> None:
    rules = load_easy_read()
    with_name = measure([Message("a.b", "easy", f"You can ask {name} now.", "x")], rules)
    assert with_name.grade == measure([Message("a.b", "easy", "You can ask now.", "x")], rules).grade


def test_what_is_said_is_easy_enough(said: list[Message], rules: EasyRead) -> None:
    assert check_readability(said, rules) == []
    assert check_easy(said, rules) == []
    assert warn_long(said) == []


def test_every_section_is_measured_in_both_levels(said: list[Message], rules: EasyRead) -> None:
    head, *rows, _ = table(said, rules)
    assert head.split()[:2] == ["plain", "in"]
    assert [row.split()[0] for row in rows] == [
        "ready", "accommodation", "ete", "finance", "personal", "safety", "finishing", "shared", "pages", "plan", "papers",
    ]  # fmt: skip
    for row in rows:
        plain, _, _, _, _, easy, _, count, over_10, over_15 = map(float, row.split()[1:])
        assert plain <= 4 and easy <= 2 and count >= 60 and over_10 == over_15 == 0


@pytest.mark.parametrize(("level", "most"), [("plain", "4.0"), ("easy", "2.0")])
def test_a_section_that_is_too_hard_is_named_with_what_weighs_most(
    said: list[Message], rules: EasyRead, level: str, most: str
) -> None:
    spoilt = said
    for number, message in enumerate([one for one in said if one.file == "finance" and one.level == level and ".help" in one.key]):
        if number < 8:
            spoilt = changed(spoilt, message.key, f"{HARD} {HARD}")
    (line,) = [line for line in check_readability(spoilt, rules) if line.startswith("finance")]
    assert line.startswith(f"finance: {level}") and f"at most {most}" in line and HARD.rstrip(".") in line and "question." in line


def test_an_easy_sentence_over_15_words_fails_and_over_10_is_warned_of(said: list[Message], rules: EasyRead) -> None:
    key, twelve = "page.finished_safe#easy", "a b c d e f g h i j k l"
    assert check_readability(changed(said, key, f"{twelve}."), rules) == []
    (warned,) = warn_long(changed(said, key, f"{twelve}."))
    assert warned.startswith("page.finished_safe: has an easy sentence of 12 words")
    (wrong,) = check_readability(changed(said, key, f"{twelve} m n o p."), rules)
    assert "page.finished_safe" in wrong and "16 words" in wrong and "make two of it" in wrong


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Ask the DWP.", "initials or capitals"),
        ("STOP now.", "initials or capitals"),
        ("You get 50% of it.", "a percentage"),
        ("This is Part V of it.", "a Roman numeral"),
        ("You can <b>stop</b>.", "italics or bold"),
        ("You can bring food, etc.", "a short form"),
        ("Choose two of them.", "a number in letters"),
        ("Talk to your counsellor’s representative.", "the long word “representative”"),
    ],
)
def test_what_easy_words_must_not_have_is_named(said: list[Message], rules: EasyRead, text: str, says: str) -> None:
    (line,) = check_easy(changed(said, "page.finished_safe#easy", text), rules)
    assert line.startswith("page.finished_safe: ") and says in line
    assert check_easy(changed(said, "page.finished_safe#plain", text), rules) == []


def test_a_hard_word_that_nothing_near_explains_is_named(said: list[Message], rules: EasyRead) -> None:
    (line,) = check_easy(changed(said, "question.rent_owed.help#easy", "This means rent."), rules) or [""]
    # The mortgage of the debts is explained there only.
    assert "question.debt_kinds.option.rent" in line and "mortgage" in line and "is a loan to buy a home" in line
    (line,) = check_easy(changed(said, "activity.ttg_advocacy#easy", "We will help you get an advocate."), rules)
    assert line.startswith("activity.ttg_advocacy: says “advocate” in easy and nothing beside it explains it")


def test_a_listed_word_that_nobody_says_is_named(said: list[Message], rules: EasyRead) -> None:
    more = replace(rules, names=(*rules.names, "Ministry of Silly Walks"))
    assert check_easy(said, more) == [f"{FILE}: 'Ministry of Silly Walks' is in no easy text; take it off the list"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("grades: {plain: 4.0, easy: 2.0}", "grades: {plain: four, easy: 2.0}"),
        lambda text: text.replace("near: interview", "near: somewhere", 1),
        lambda text: "names: []",
        lambda text: "- [",
    ],
)
def test_a_list_that_has_not_its_shape_is_one_line(tmp_path: Path, spoil: object) -> None:
    assert callable(spoil)
    (tmp_path / FILE).write_text(spoil((DATA / FILE).read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(ContentError) as error:
        load_easy_read(tmp_path)
    assert FILE in str(error.value) and "\n" not in str(error.value)


def test_the_command_prints_the_table_and_fails_on_words_that_are_too_hard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = shutil.copytree(DATA, tmp_path / "bot" / "data")
    file = data / "papers.yml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('easy: "This is your plan.', 'easy: "Use 50% of it. This is your plan.')
    )
    assert cli.main(["check", "--readability", "--data", str(data)]) == 2
    told = capsys.readouterr()
    assert "safety" in told.out and "At most 4.0 in plain and 2.0 in easy" in told.out
    assert "paper.about: has a percentage in easy, “%”; say it as a number of people or things" in told.err
