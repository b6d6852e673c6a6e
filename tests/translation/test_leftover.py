"""Whole parts of a catalogue: English that was left over, or another script, is found; names in brackets do no harm."""

from __future__ import annotations

import pytest

from bot.language.languages import load_languages
from bot.translation.leftover import left_over, left_over_in

LANGUAGES = load_languages()
ENGLISH = (
    "Where will you live when you leave prison? We ask so that we can help you to find a place. You can say that you do not want "
    "to answer. Nobody will be cross with you. We can come back to it at another time, if you like."
)
POLISH = (
    "Gdzie będzie Pan lub Pani mieszkać po wyjściu z więzienia? Pytamy o to, żeby pomóc znaleźć mieszkanie. Można powiedzieć, że "
    "nie chce się odpowiadać na to pytanie. Nikt nie będzie miał o to żalu. Wrócimy do tego później (Universal Credit, Jobcentre)."
)
URDU = "جیل سے نکلنے کے بعد آپ کہاں رہیں گے؟ ہم یہ اس لیے پوچھتے ہیں کہ گھر ڈھونڈنے میں آپ کی مدد کر سکیں۔ " * 3


def test_english_left_in_a_part_is_found_by_its_first_key() -> None:
    polish = LANGUAGES["pl"]
    assert list(left_over(polish, "plan", [("a#plain", POLISH)])) == []
    (line,) = left_over(polish, "plan", [("a#plain", ENGLISH)])
    assert line.startswith("pl/plan.po: from 'a#plain'") and "English" in line


def test_a_part_in_another_script_is_found_and_english_names_in_brackets_do_no_harm() -> None:
    urdu = LANGUAGES["ur"]
    assert list(left_over(urdu, "plan", [("a#plain", URDU + " (Universal Credit, National Insurance number)")])) == []
    (line,) = left_over(urdu, "plan", [("b#plain", ENGLISH.lower())])
    assert "Arabic" in line and "'b#plain'" in line


def test_a_few_words_prove_nothing() -> None:
    assert list(left_over(LANGUAGES["pl"], "plan", [("a#plain", "Samaritans, Listeners")])) == []


@pytest.mark.parametrize("code", ["pl", "ur"])
def test_every_part_is_looked_at(code: str) -> None:
    found = left_over_in(LANGUAGES[code], {"one": [("a#plain", ENGLISH.lower())], "two": [("b#plain", ENGLISH.lower())]})
    assert [line.split(":")[0] for line in found] == [f"{code}/one.po", f"{code}/two.po"]
