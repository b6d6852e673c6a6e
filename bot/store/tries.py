"""How often something that is guessed at went wrong, so that guessing is slow: by address, by account, or by anything else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete

from bot.store.audit import AuditTrail
from bot.store.errors import SignInLocked
from bot.store.gate_models import SignInTries


@dataclass(frozen=True, slots=True)
class Most:
    """So many wrong tries in such a time; then nothing is tried until the time is over."""

    tries: int
    within: timedelta


# Many people can sit behind one address. ``nobody``: a user name that no account has, which locks as an account does.
MOSTS = {
    "address": Most(40, timedelta(minutes=10)),
    "account": Most(20, timedelta(hours=1)),
    "nobody": Most(5, timedelta(minutes=5)),
    "kiosk": Most(20, timedelta(minutes=5)),
}
LONGEST = max(most.within for most in MOSTS.values())


class Tries(AuditTrail):
    """The part of the store that counts wrong tries. ``kind`` is one of ``MOSTS``; what is counted by is kept as a digest."""

    def refuse_many(self, kind: str, value: str) -> None:
        """Refuse where too many tries were wrong.

        Raises:
            SignInLocked: with when to try again.
        """
        most = MOSTS[kind]
        with self.read() as session:
            row = session.get(SignInTries, _key(kind, value))
        if row is not None and row.count >= most.tries and self.clock() < row.since + most.within:
            raise SignInLocked(row.since + most.within)

    def count_try(self, kind: str, value: str) -> None:
        """Count a wrong try."""
        now, most = self.clock(), MOSTS[kind]
        with self.write() as session:
            session.execute(delete(SignInTries).where(SignInTries.since <= now - LONGEST))
            row = session.get(SignInTries, _key(kind, value), with_for_update=True)
            if row is None:
                session.add(SignInTries(key=_key(kind, value), since=now, count=1))
            elif now >= row.since + most.within:
                row.since, row.count = now, 1
            else:
                row.count += 1

    def forget_tries(self, kind: str, value: str) -> None:
        """Begin to count anew."""
        with self.write() as session:
            session.execute(delete(SignInTries).where(SignInTries.key == _key(kind, value)))


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode("utf-8", "replace")).hexdigest()
