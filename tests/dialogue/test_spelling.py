"""Spelling mended by sound or by a letter, and what is left as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.spelling import COMMON, COMMON_UNLISTED, KNOWN, RARE, Speller, apart, sound_of
from bot.dialogue.words import read

COMMON_WORDS = "computers citizen college other bother think later next question licence job doctor support".split()
DICTIONARY = frozenset({*COMMON_WORDS, "cottage", "thing", "latter"})


@pytest.fixture(scope="module")
def speller() -> Speller:
    careful = (
        [" ".join(COMMON_WORDS)] * COMMON
        + ["the screw’s nalox under duress"]
        + ["mappa"] * COMMON_UNLISTED
        + ["haven't"] * COMMON_UNLISTED
    )
    return Speller(careful, ["wot a compewter"] * KNOWN + ["qestion"], DICTIONARY)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("compewters", "computers"),
        ("citizan", "citizen"),
        ("colledge", "college"),
        ("compuetrs", "computers"),
        ("layter", "later"),
        ("qestion", "question"),
        ("jobb", "job"),
        ("docter", "doctor"),
        ("suport", "support"),
        ("mapppa", "mappa"),
    ],
)
def test_a_word_is_mended_by_its_sound_or_by_a_letter(speller: Speller, written: str, meant: str) -> None:
    assert speller(written) == meant
    assert read(f"my {written}", speller).text == f"my {meant}"


@pytest.mark.parametrize(
    "word",
    [
        "cottage",
        "latter",
        "thing",
        "nalox",
        "screws",
        "the",
        "fnk",
        "banana",
        "jjj",
        "duress",
        "compewter",
        "12345",
        "später",
        "",
        "mapa",
    ],
    ids=lambda word: word or "nothing",
)
def test_what_somebody_is_known_to_use_or_nothing_is_like_stays(speller: Speller, word: str) -> None:
    assert speller(word) == ("mappa" if word == "mapa" else word)


def test_a_word_that_no_dictionary_has_must_be_common_to_be_meant() -> None:
    assert Speller(["mappa"] * (COMMON_UNLISTED - 1), (), ())("mapa") == "mapa"
    assert Speller(["mappa"] * (COMMON - 1), (), {"mappa"})("mapa") == "mapa"
    assert Speller((), ["mappa"] * COMMON_UNLISTED, {"mappa"})("mapa") == "mapa", "what only the misspelling write is not meant"


def test_a_longer_word_may_stand_for_a_word_seldom_said_where_no_common_one_is_near() -> None:
    careful = ["alcoholic"] * RARE + ["plumber"] * (RARE - 1) + ["apply"] * RARE + ["charging"] * RARE + ["changing"] * COMMON
    speller = Speller(careful, (), {"alcoholic", "plumber", "apply", "charging", "changing"})
    assert speller("alcaholic") == "alcoholic"
    assert speller("plumbar") == "plumbar", "too seldom"
    assert speller("aply") == "aply", "too short"
    assert speller("chargging") == "charging" and speller("chaning") == "changing" and speller("chaging") == "changing"


def test_a_mended_word_is_written_out_and_denies(speller: Speller) -> None:
    assert read("I havnet got a job", speller).text == read("I haven't got a job").text
    assert read("I havnet got a job", speller).clauses[0].negated


def test_a_name_is_left_as_it_is_and_nothing_is_denied_by_a_guess() -> None:
    speller = Speller(["never learn nobody"] * COMMON, (), {"never", "learn", "nobody"})
    assert read("my daughter Learnn lives with me", speller).text.split()[2] == "learnn"
    assert read("we talk. Learnn", speller).text.split()[-1] == "learn", "a sentence begins with a capital"
    assert speller("nobbody") == "nobody" and read("i nobbody said that", speller).text == "i nobbody said that"


@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_any_word_gives_a_word_of_its_own_or_a_common_one_and_mending_twice_changes_nothing(word: str) -> None:
    speller = Speller([" ".join(COMMON_WORDS)] * COMMON, (), DICTIONARY)
    meant = speller(word)
    assert meant == word or meant in COMMON_WORDS
    assert speller(meant) == meant


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_how_far_words_are_apart(one: str, other: str) -> None:
    found = apart(one, other)
    assert found == apart(other, one) and (found == 0) is (one == other)
    assert abs(len(one) - len(other)) <= found <= max(len(one), len(other))
    assert apart("a" + one, "a" + other) == found


def test_what_sounds_alike() -> None:
    for one, other in (
        ("bovver", "bother"),
        ("carnt", "cant"),
        ("fone", "phone"),
        ("rite", "write"),
        ("nowing", "knowing"),
    ):
        assert sound_of(one) == sound_of(other), one
    assert sound_of("mum") != sound_of("man") and sound_of("eight") != sound_of("hate")
