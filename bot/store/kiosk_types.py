"""What the kiosk's part of the store gives out, the rules for codes and PINs, and what can be wrong with them."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from bot.store.errors import BadInput, StoreError

CODE, HANDED = ACCESS_KINDS = ("code", "handed")
PAPER = "paper"
# Neither vowels, so that no code is a word, nor letters that look or sound like a figure or like each other.
LETTERS = "CDFHJKMNPRTWXY3479"
CODE_LENGTH, GROUP = 9, 3
NUMBER_LENGTH = 6
PIN_LENGTHS = range(4, 7)
ADJUSTMENTS = ("pictures", "read_aloud", "bigger", "more_time")
_RUNS = ("01234567890", "09876543210")


class CodeRefused(StoreError):
    """A code that does not open anything. ``why`` is one of wrong, expired, used, revoked."""

    def __init__(self, why: str) -> None:
        super().__init__(f"code: it is {why}; issue a new one")
        self.why = why


class PinRefused(StoreError):
    """A new PIN that is not taken. ``why`` is form (not 4 to 6 figures) or easy (guessed at once)."""

    def __init__(self, why: str) -> None:
        super().__init__("pin: use 4 to 6 figures that nobody would guess")
        self.why = why


class PinWrong(StoreError):
    """The number or the PIN is wrong: the caller cannot tell which."""

    def __init__(self) -> None:
        super().__init__("pin: the number or the PIN is not right; try again")


class PinLocked(StoreError):
    """The PIN was wrong five times: a worker has to issue a new code, or to sign in again."""

    def __init__(self) -> None:
        super().__init__("pin: it was wrong five times; issue a new code")


class PinOld(StoreError):
    """The number and the PIN are right, but of an earlier stay in prison."""

    def __init__(self) -> None:
        super().__init__("pin: it is of an earlier stay in prison; issue a new code")


@dataclass(frozen=True, slots=True)
class Access:
    """One way in to an interview. ``kind`` is code or handed; ``number`` is how the person names themself when they come back.

    ``adjust`` are those of ``ADJUSTMENTS`` that the person has chosen. ``issued_by`` is the id of a user.
    """

    id: str
    interview_id: str
    kind: str
    number: str
    issued_at: datetime
    issued_by: str
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    locked_at: datetime | None
    adjust: frozenset[str] = frozenset()

    def state(self, now: datetime) -> str:
        """waiting, used, expired, revoked or locked."""
        if self.locked_at is not None:
            return "locked"
        if self.revoked_at is not None:
            return "revoked"
        if self.used_at is not None:
            return "used"
        return "expired" if now >= self.expires_at else "waiting"


@dataclass(frozen=True, slots=True)
class PaperWait:
    """Somebody who asked for a paper copy, and since when they wait."""

    person_id: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """Something a person asked for at the kiosk: a paper copy of their answers and plan."""

    id: str
    interview_id: str
    kind: str
    at: datetime
    done_at: datetime | None
    done_by: str | None


def new_code() -> str:
    """A code nobody has seen: 9 of 18 signs, 37 bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def new_number() -> str:
    """Six figures, the first not 0, for a person to call themself by."""
    return str(secrets.randbelow(9 * 10 ** (NUMBER_LENGTH - 1)) + 10 ** (NUMBER_LENGTH - 1))


def in_groups(text: str, size: int = GROUP) -> str:
    """A code or a number as it is read out and written down."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


def read_code(typed: str) -> str:
    """A code as it was typed, without what does not count: case, gaps and hyphens."""
    folded = unicodedata.normalize("NFKC", typed[:80]).upper()
    return "".join(letter for letter in folded if letter.isalnum())[: CODE_LENGTH + 1]


def read_figures(typed: str) -> str:
    """A PIN or a number as it was typed, in the figures of any script, without gaps."""
    kept = [str(unicodedata.digit(letter, letter)) for letter in typed[:80] if not letter.isspace() and letter != "-"]
    return "".join(kept)


def checked_pin(typed: str) -> str:
    """A new PIN. Raises PinRefused."""
    pin = read_figures(typed)
    if not (pin.isascii() and pin.isdigit() and len(pin) in PIN_LENGTHS):
        raise PinRefused("form")
    half = len(pin) // 2
    repeated = any(len(pin) % size == 0 and pin == pin[:size] * (len(pin) // size) for size in range(1, half + 1))
    if repeated or any(pin in run for run in _RUNS):
        raise PinRefused("easy")
    return pin


def checked_adjust(wanted: frozenset[str]) -> list[str]:
    """Adjustments in their order. Raises BadInput for one that there is not."""
    if not wanted <= set(ADJUSTMENTS):
        raise BadInput("adjust: there is no such adjustment; this is a fault of the program")
    return [name for name in ADJUSTMENTS if name in wanted]
