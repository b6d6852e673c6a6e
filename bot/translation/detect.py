"""Whether words look like the language that was chosen. Only a flag for the worker: the person's choice always rules.

langdetect is sure of wrong answers for one or two words and unstable without a seed: it is asked from three words up, whether the
words are the chosen language or English; for English as the chosen one, from eight words up, without a prior.
"""

from __future__ import annotations

import threading
import unicodedata
from collections import Counter

from langdetect import DetectorFactory, LangDetectException
from langdetect.detector_factory import PROFILES_DIRECTORY

from bot.language.languages import ENGLISH, Language

LEAST_WORDS, LEAST_WORDS_ANY = 3, 8
SURE = 0.98
OTHER_SCRIPT = "script"
_lock = threading.Lock()
_factory: DetectorFactory | None = None


def looks_like(text: str, chosen: Language) -> str | None:
    """What the words look like instead: a language code, or ``script`` for another script's letters; None if they may be it."""
    words = [word for word in text.split() if any(letter.isalpha() for letter in word)]
    if not words:
        return None
    script = _script(words)
    if script != chosen.script and (script != "LATIN" or len(words) >= LEAST_WORDS):
        return ENGLISH if script == "LATIN" and _between(text, chosen.code) == ENGLISH else OTHER_SCRIPT
    if len(words) < LEAST_WORDS:
        return None
    if chosen.code == ENGLISH:
        found = _any(text) if len(words) >= LEAST_WORDS_ANY else None
    else:
        found = _between(text, chosen.code)
    return found if found != chosen.code else None


def _script(words: list[str]) -> str:
    """The script of most letters, by the first word of their Unicode names."""
    letters = Counter(unicodedata.name(letter, "?").split()[0] for word in words for letter in word if letter.isalpha())
    return letters.most_common(1)[0][0]


def _detector_factory() -> DetectorFactory:
    global _factory
    with _lock:
        if _factory is None:
            factory = DetectorFactory()
            factory.load_profile(PROFILES_DIRECTORY)
            factory.set_seed(0)
            _factory = factory
        return _factory


def _between(text: str, code: str) -> str | None:
    """The chosen language or English, whichever the words are; None where langdetect does not know the language."""
    factory = _detector_factory()
    if code not in factory.langlist:
        return None
    detector = factory.create()
    detector.set_prior_map({code: 0.5, ENGLISH: 0.5})
    return _best(detector, text)


def _any(text: str) -> str | None:
    return _best(_detector_factory().create(), text)


def _best(detector: object, text: str) -> str | None:
    try:
        detector.append(text)  # type: ignore[attr-defined]
        found = detector.get_probabilities()  # type: ignore[attr-defined]
    except LangDetectException:
        return None
    return str(found[0].lang) if found and found[0].prob >= SURE else None
