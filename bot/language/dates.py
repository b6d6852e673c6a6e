"""Days, times and numbers as a language writes them (CLDR through Babel), in its own figures."""

from __future__ import annotations

from datetime import date, datetime, time

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from bot.language.languages import ENGLISH
from bot.language.wording import FIGURES

# Where CLDR's own name is another than ours: the people we speak to learnt English, or Portuguese, in Europe.
_LOCALES = {"en": "en_GB", "pt": "pt_PT", "zh": "zh_Hans"}


def locale_of(language: str) -> Locale:
    """The CLDR locale of a language; that of English where it has none."""
    try:
        return Locale.parse(_LOCALES.get(language, language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_LOCALES[ENGLISH])


def in_figures(text: str, language: str) -> str:
    """A text with its figures in those of the language."""
    return text.translate(FIGURES.get(language, {}))


def day_in(day: date, language: str, form: str = "long") -> str:
    """A day with its month in words; ``form``: "long", or "full" with the day of the week."""
    return in_figures(format_date(day, form, locale=locale_of(language)), language)


def time_in(moment: time | datetime, language: str) -> str:
    """A time of day, hours and minutes, as the clock that the moment is in shows it."""
    return in_figures(format_time(moment, "short", locale=locale_of(language)), language)


def number_in(number: float, language: str) -> str:
    """A number, with the marks of the language between thousands and before decimals."""
    return in_figures(format_decimal(number, locale=locale_of(language), numbering_system="default"), language)
