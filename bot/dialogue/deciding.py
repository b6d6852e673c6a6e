"""When words are a command, urgent or private, from how sure each is. No Rasa here: tests and comparisons use it too.

The marks stand here alone; a pipeline may name others (``config.yml``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, Text

from bot.dialogue.lines import ALERTS
from bot.dialogue.patterns import OUTRIGHT

# What written lines call a command, and the intent that stands for it.
INTENTS = {
    "explain": "why",
    "repeat": "repeat",
    "skip": "skip",
    "refuse": "refuse",
    "unknown": "unknown",
    "back": "go_back",
    "pause": "pause",
    "person": "person",
}
# What somebody may ask for beside an answer, in a sentence of its own: "Yes, I have a wife. Can I talk to somebody about that?"
_BESIDE = ("explain", "repeat", "back", "pause", "person")
# The same where no answer is as sure: "I owe money all right, I'm not saying how much."
_INSTEAD = ("skip", "refuse", "unknown")
_MARKS = frozenset("{}[]<>")
_BRACES = frozenset("{}")
# "What does that mean?" wants the help, "why do you ask?" the reason.
_WHY = frozenset("why reason purpose matter business nosy relevant point".split())


@dataclass(frozen=True)
class CommandSettings:
    """How sure is sure enough. A line of more than ``most_words`` words is never a command.

    ``sure_open``: at a question without options, where any words may be the answer and would be lost.
    """

    sure: float = 0.4
    sure_pause: float = 0.5
    sure_open: float = 0.6
    # How sure a sentence of its own must be, beside others.
    sure_apart: float = 0.95
    most_words: int = 30
    # Nothing but talk about something else, from here on.
    off: float = 0.5


def is_code(text: Text) -> bool:
    """Whether a line is something copied or tried out, and no talk: nothing is made of it."""
    return bool(_BRACES & set(text))


def command_in(
    text: Text,
    question: Optional[Text],
    guesses: Sequence[Mapping[Text, Any]],
    kinds: Mapping[Text, float],
    settings: CommandSettings,
    has_options: bool = True,
    apart: Optional[Mapping[Text, float]] = None,
) -> Optional[Text]:
    """The intent of a command that words are, or None. Words that answer the open question at least as surely are an answer.

    ``apart``: how sure the surest single part of several is, for each kind.
    """
    if not kinds:
        return None
    words = [word for word in text.split() if any(letter.isalpha() for letter in word)]
    # With such marks in it, it is something copied or tried out, and nobody's command.
    if not words or _MARKS & set(text) or len(words) > settings.most_words:
        return None
    # Where no question is open, any answer is one.
    answered = max(
        (float(guess["confidence"]) for guess in guesses if question is None or guess["question"] == question), default=0.0
    )
    kind = _apart(apart or {}, answered, settings) if has_options else None
    if kind is None:
        kind = max(INTENTS, key=lambda name: kinds.get(name, 0.0))
        sure = kinds.get(kind, 0.0)
        enough = settings.sure_pause if kind == "pause" else settings.sure
        if sure < (enough if has_options else max(enough, settings.sure_open)) or answered >= sure:
            return None
        # "They say they will, whether they do I couldn't tell you" is an unclear answer, and a joke is a joke.
        if max(kinds.get("off", 0.0), kinds.get("clarify", 0.0)) > sure:
            return None
        # The words that alone mean a pause are known (``commands.yml``); "restart" is none of them.
        if kind == "pause" and len(words) == 1:
            return None
    if kind == "explain":
        return "why" if _WHY & {word.strip(".,?!;:'\"").lower() for word in words} else "help_me"
    return INTENTS[kind]


def _apart(apart: Mapping[Text, float], answered: float, settings: CommandSettings) -> Optional[Text]:
    """The command that one part of the words is, beside an answer or instead of one."""
    wanted = _BESIDE if answered >= 0.5 else (*_BESIDE, *_INSTEAD)
    kind = max(wanted, key=lambda name: apart.get(name, 0.0))
    return kind if apart.get(kind, 0.0) >= settings.sure_apart else None


# "rented, no hang on, that was before": what went before is taken back, and nothing is put in its place.
_TAKEN_BACK = re.compile(
    r"\b(?:no|nah|wait|hang on|hold on|sorry|actually|scrap that)\b[^.?!]*\bthat(?:['’]s| was| is) (?:the |my |from )?"
    r"(?:before|(?:one|time) before|last time|last place|previous time|old one|old place|(?:ages|years) ago|wrong|not right)\W*$",
    re.IGNORECASE,
)


def taken_back(text: Text) -> bool:
    """Whether words end by taking back what they began with."""
    return _TAKEN_BACK.search(text) is not None


@dataclass(frozen=True)
class UrgentSettings:
    """How sure is sure enough: of any words, of words that hold one of the patterns of ``urgent.yml``, and of one or two words
    that hold none ("yes" says nothing by itself, whatever was asked)."""

    sure: float = 0.02
    sure_if_named: float = 0.008
    sure_if_bare: float = 0.8


@dataclass(frozen=True)
class PrivateSettings:
    """How sure is sure enough: of any words, and of one or two."""

    sure: float = 0.08
    sure_if_bare: float = 0.8


BARE = 2
# From here on an urgent remark is more likely one than not: it is no answer as well.
SURELY = 0.5


def private_in(kinds: Mapping[Text, float], settings: PrivateSettings, words: int) -> bool:
    """Whether so many words touch what is talked of in private. "Yes" to a private question says nothing by itself."""
    return kinds.get("private", 0.0) >= (settings.sure_if_bare if words <= BARE else settings.sure)


def urgent_in(kinds: Mapping[Text, float], named: Mapping[Text, float], settings: UrgentSettings, words: int = 3) -> List[Text]:
    """The kinds of urgent remark in so many words, the surest first."""
    found: Dict[Text, float] = {}
    for kind in ALERTS:
        sure = kinds.get(kind, 0.0)
        enough = settings.sure if words > BARE else settings.sure_if_bare
        outright = named.get(kind, 0.0) >= OUTRIGHT
        if outright or sure >= (settings.sure_if_named if named.get(kind) else enough):
            found[kind] = 1.0 if outright else sure
    return sorted(found, key=lambda kind: -found[kind])


def surely_urgent(found: Sequence[Text], kinds: Mapping[Text, float], named: Mapping[Text, float]) -> bool:
    """Whether one of the kinds that were found is more likely than not, or said outright.

    So little is enough for an alert that what is far from this may well be none.
    """
    return any(named.get(kind, 0.0) >= OUTRIGHT or kinds.get(kind, 0.0) >= SURELY for kind in found)
