"""Words that do not look like the chosen language are flagged, and never decide anything."""

from __future__ import annotations

import pytest

from bot.language.languages import load_languages
from bot.translation.detect import OTHER_SCRIPT, looks_like

LANGUAGES = load_languages()


@pytest.mark.parametrize(
    ("text", "chosen", "found"),
    [
        ("mieszkałem u mamy w Lublinie przez dwa lata", "pl", None),
        ("I was living at my mum's house until last month", "pl", "en"),
        ("I was living at my mum's house until last month", "ar", "en"),
        ("كنت أعيش مع أمي في البيت", "ar", None),
        ("كنت أعيش مع أمي في البيت", "pl", OTHER_SCRIPT),
        ("ਮੈਂ ਆਪਣੀ ਮਾਂ ਨਾਲ ਰਹਿੰਦਾ ਸੀ", "pa", None),
        ("मैं अपनी माँ के साथ रहता था", "pa", OTHER_SCRIPT),
        ("lived at my mums, she's moved now, nowhere to go", "en", None),
        ("mieszkałem u mamy w Lublinie przez dwa lata i nie mam teraz gdzie mieszkać", "en", "pl"),
    ],
)
def test_what_speaks_against_the_chosen_language(text: str, chosen: str, found: str | None) -> None:
    assert looks_like(text, LANGUAGES[chosen]) == found


@pytest.mark.parametrize("text", ["ok", "yes", "tak", "no", "", "123", "😀", "NFA", "Leeds 7", "nie wiem"])
@pytest.mark.parametrize("chosen", ["pl", "en", "cy", "so"])
def test_one_or_two_words_are_never_flagged(text: str, chosen: str) -> None:
    assert looks_like(text, LANGUAGES[chosen]) is None


def test_the_same_words_give_the_same_answer() -> None:
    text = "we were all at the house in Leeds"
    assert len({looks_like(text, LANGUAGES["ro"]) for _ in range(20)}) == 1
