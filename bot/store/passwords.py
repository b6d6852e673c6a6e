"""Passwords: which new ones are taken, and how they are kept."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher

from bot.store.errors import BadInput

FILE = Path(__file__).parents[1] / "data" / "common_passwords.txt"
LENGTHS = (12, 1024)
LEAST_DIFFERENT = 5
# So short a name is in many words by chance.
SHORTEST_NAME = 3
_LETTERS = str.maketrans("0134578@$!", "oleastbasi")
_RUN = "01234567890123456789"

# The parameters are written out so that the hash of nobody below costs as much to check as a real one.
HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4, hash_len=32, salt_len=16)
# For what other bounds protect: a PIN (five tries, its hash encrypted) and a code (one day, once, tries by address counted). The
# least that OWASP names for argon2id: forty people come in at once on the prison's two processors.
LIGHT = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, salt_len=16)
# What is kept for somebody who has no password: none fits. Beside it the same for a PIN.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
NO_PIN = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@cache
def common() -> frozenset[str]:
    """Words that a password may not be made of alone."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def check_new(password: str, username: str = "") -> None:
    """Refuse a new password that is too short or guessed first.

    Raises:
        BadInput: with the mend; the password is not in the message.
    """
    least, most = LENGTHS
    if not least <= len(password) <= most:
        raise BadInput(f"password: use {least} to {most} characters; three words that nobody would guess are a good one")
    low = password.lower()
    name = username.strip().lower()
    if len(name) >= SHORTEST_NAME and name in low:
        raise BadInput("password: it holds the user name; choose one that does not")
    if len(set(low)) < LEAST_DIFFERENT or _is_common(low):
        raise BadInput("password: many people use one like it, so it is guessed first; choose three words of your own")


def _is_common(low: str) -> bool:
    digits = re.sub(r"\D", "", low)
    if digits == low or (len(digits) >= LENGTHS[0] - 2 and (digits in _RUN or digits in _RUN[::-1])):
        return True
    # What stands around a word is taken off before figures are read as letters.
    for text in (low, low.translate(_LETTERS), re.sub(r"^[^a-z]+|[^a-z]+$", "", low).translate(_LETTERS)):
        words = re.findall(r"[a-z]+", text)
        whole = "".join(words)
        if whole in common() or (words and set(words) <= common() and len(set(words)) < 3):
            return True
        if any(whole == word * (len(whole) // len(word)) for word in common() if whole and len(whole) % len(word) == 0):
            return True
    return False
