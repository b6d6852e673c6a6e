"""The person's paper in every language, with the catalogues there are: language, direction, letters, words that can be found."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import cache

import pytest
from pypdf import PdfReader

from bot.casework.case import Case
from bot.language.catalogue import Catalogues
from bot.language.languages import DRAFTED, ENGLISH, Language, load_languages
from bot.outputs.actual_text import needs_words
from bot.outputs.person_pdf import person_html, person_pdf
from bot.outputs.words import Words
from tests.outputs import making
from tests.outputs.test_person_pdf import fonts

LANGUAGES = load_languages()
LOOKUP = Catalogues().lookup
FAMILY = {
    "pa": "Gurmukhi", "hi": "Devanagari", "ur": "Nastaliq-Urdu", "ar": "Naskh-Arabic", "fa": "Naskh-Arabic", "ckb": "Naskh-Arabic",
}  # fmt: skip
LEFT_EDGE = 60
every_language = pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda one: one.code)


@cache
def small_case() -> Case:
    """A short plan: a page or two of everything."""
    return making.Made(where_will_live="nowhere", help_accommodation=["find_home"], bank_account="no", how_sure=6).case()


def words_in(language: Language, level: str) -> Words:
    return making.words(language.code, level, LOOKUP)


def readable(reader: PdfReader) -> list[str]:
    """Every word that can be found in a PDF: as the shapes say, and as it is written beside them."""
    found = []
    for page in reader.pages:
        found.append(page.extract_text())
        contents = page.get_contents()
        assert contents is not None
        beside = re.findall(rb"/ActualText <FEFF([0-9a-f]+)>", contents.get_data())
        found += [bytes.fromhex(each.decode()).decode("utf-16-be") for each in beside]
    return re.sub("[\u2066-\u2069\u200b-\u200f\xa0]", lambda mark: " " if mark[0] == "\xa0" else "", " ".join(found)).split()


def where_it_begins(reader: PdfReader) -> float:
    """The left edge of the first words on the first page, in points."""
    places: list[float] = []

    def see(text: str, _cm: list[float], tm: list[float], *_: object) -> None:
        if text.strip():
            places.append(tm[4] * _cm[0] + _cm[4])

    reader.pages[0].extract_text(visitor_text=see)
    return places[0]


@pytest.fixture
def missing(printing: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What letters no font had."""
    from weasyprint.draw import text as drawing

    found: list[str] = []
    monkeypatch.setattr(drawing.LOGGER, "warning", lambda message, *parts: found.append(message % parts))
    return found


@every_language
def test_it_is_in_its_language_and_direction_with_all_its_letters(language: Language, missing: list[str]) -> None:
    words = words_in(language, "plain")
    reader = PdfReader(io.BytesIO(person_pdf(small_case(), words)))
    assert reader.trailer["/Root"]["/Lang"] == language.code
    assert (where_it_begins(reader) > 2 * LEFT_EDGE) == (language.direction == "rtl")
    assert missing == []
    named = fonts(reader)
    assert all(embedded and "Noto" in name for name, embedded in named), named
    assert all(FAMILY.get(language.code, "Noto-Sans") in name or "Noto-Sans" in name for name, _ in named), named
    assert any(FAMILY.get(language.code, "Noto-Sans") in name for name, _ in named), named
    found = set(readable(reader))
    told = [
        words.fixed["title"].text,
        words.fixed["about"].text,
        *([words.fixed["drafted"].text] if language.state == DRAFTED else []),
    ]
    assert letters(told) <= letters(found), letters(told) - letters(found)


def letters(texts: object) -> set[str]:
    """The words of texts, without the marks around them and in them."""
    return set(re.findall(r"[^\W\d_]+", " ".join(texts).replace("\u200c", "")))  # type: ignore[call-overload]


@every_language
@pytest.mark.parametrize("level", ["plain", "easy"])
def test_it_says_that_it_is_drafted_in_its_own_words(language: Language, level: str) -> None:
    page = person_html(small_case(), words_in(language, level), pictures={})
    drafted = words_in(language, level).fixed["drafted"]
    assert f'<html lang="{language.code}" dir="{language.direction}">' in page
    assert (str(drafted.html) in page) == (language.state == DRAFTED and language.code != ENGLISH)
    if language.code != ENGLISH:
        assert drafted.text != making.words("en", level).fixed["drafted"].text
    # What there is only in English says so, and only that: a label beside it stays in the paper's language.
    for inside in re.findall(r'<p class="fact"[^>]*>', page):
        assert inside == '<p class="fact">'


def test_words_are_written_beside_shapes_that_do_not_tell_them() -> None:
    told: Callable[[str, str], bool] = needs_words
    assert told("लिखा है", "hi") and told("ਵਿੱਚ", "pa") and told("میرا پلان", "ur") and told("(interpreter) ਮੰਗੋ", "en")
    assert not told("خطتي", "ar") and not told("Kế hoạch – “ra trại”", "vi") and not told("HMP Northmere", "ur")
