"""Who may sign in: accounts, their roles and prisons, and their passwords."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from bot.store import models, passwords, roles
from bot.store.errors import AlreadyThere, BadInput, NotFound, SignInFailed, SignInLocked
from bot.store.tries import Tries
from bot.store.types import User

WRONG_IN_A_ROW = 5
LOCKED_FOR = timedelta(minutes=5)
USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
MOST_PRISONS = 200
LONGEST_NAME = 200
# What answers given alone at a kiosk stand under: a user name that nobody can be given, for nobody signs in with it.
KIOSK_NAME = "(kiosk)"

_hasher: PasswordHasher = passwords.HASHER
_NOBODY = passwords.NOBODY


class Users(Tries):
    """The part of the store that keeps users."""

    def add_user(
        self,
        username: str,
        display_name: str,
        roles: Sequence[str],
        password: str,
        by: str,
        prisons: Sequence[str] = (),
        temporary: bool = False,
    ) -> User:
        """Add a user. ``username``: letters, digits and ``._@-``, in either case; ``prisons``: those they work with, () for all.

        ``temporary``: they choose a password of their own before anything else.

        Raises:
            AlreadyThere: the user name is taken.
            BadInput: the user name, the password, a role or the prisons are not of that form.
        """
        passwords.check_new(password, username)
        return self._add_user(username, display_name, roles, _hash(password), by, prisons, None, temporary)

    def _add_user(
        self,
        username: str,
        display_name: str,
        held: Sequence[str],
        digest: str,
        by: str,
        prisons: Sequence[str],
        sign_on: str | None,
        temporary: bool,
    ) -> User:
        name = _username(username)
        if not USERNAME.fullmatch(name):
            raise BadInput("username: use letters, digits, dots, hyphens and underscores, at most 64")
        row = models.User(
            id=uuid4().hex, username=name, display_name=_display_name(display_name) or name, roles=roles.checked(held),
            password=digest, disabled=False, created_at=self.clock(), failed_attempts=0, locked_until=None,
            prisons=_prisons(prisons), sign_on=sign_on, temporary=temporary,
        )  # fmt: skip
        taken = "username: it is taken; choose another"
        with self.write() as session:
            # Asked before the constraint is: PostgreSQL writes the name into its log when the constraint refuses it.
            if session.scalar(select(models.User.id).where(models.User.username == name)):
                raise AlreadyThere(taken)
            session.add(row)
            try:
                session.flush()
            except IntegrityError:
                raise AlreadyThere(taken) from None
            self.note(session, by, "user added", row.id)
            return user_of(row)

    def user(self, user_id: str) -> User:
        """The user of that id. Raises NotFound."""
        with self.read() as session:
            row = session.get(models.User, user_id)
            if row is None:
                raise NotFound("user")
            return user_of(row)

    def user_named(self, username: str) -> User:
        """The user of that name, in either case. Raises NotFound."""
        with self.read() as session:
            row = session.scalar(select(models.User).where(models.User.username == _username(username)))
            if row is None:
                raise NotFound("user")
            return user_of(row)

    def users(self, with_kiosk: bool = False) -> list[User]:
        """Every user, by user name; ``with_kiosk``: also the one that stands for people alone (``bot.store.kiosk``)."""
        query = select(models.User).order_by(models.User.username)
        if not with_kiosk:
            query = query.where(models.User.username != KIOSK_NAME)
        with self.read() as session:
            return [user_of(row) for row in session.scalars(query)]

    def set_password(self, username: str, password: str, by: str, temporary: bool = False) -> None:
        """Give a user a new password, unlock them and end their sessions.

        Raises:
            NotFound: there is no such user.
            BadInput: the password cannot be taken, or they sign in through the sign-on service.
        """
        passwords.check_new(password, username)
        if self.user_named(username).sign_on:
            raise BadInput("password: this user signs in through the sign-on service; change the password there")
        digest = _hash(password)
        more = {"failed_attempts": 0, "locked_until": None, "temporary": temporary}
        self._change_user(username, by, "password set", password=digest, **more)
        self.forget_tries("account", _username(username))

    def disable_user(self, username: str, disabled: bool, by: str) -> None:
        """Keep a user from signing in and end their sessions, or let them in again. Raises NotFound."""
        self._change_user(username, by, "user disabled" if disabled else "user enabled", disabled=disabled)

    def set_access(self, username: str, held: Sequence[str], prisons: Sequence[str], by: str) -> None:
        """Give a user other roles and prisons, and end their sessions: what they had is not carried on with.

        Raises:
            NotFound: there is no such user.
            BadInput: there is no such role, or a prison is not named.
        """
        what = f"user: roles {' '.join(roles.checked(held)) or 'none'}"
        self._change_user(username, by, what, roles=roles.checked(held), prisons=_prisons(prisons))

    def rename_user(self, username: str, display_name: str, by: str) -> None:
        """Change the name that others see. Raises NotFound, BadInput."""
        if not _display_name(display_name):
            raise BadInput("display_name: is missing; write the name that others see")
        self._change_user(username, by, "user renamed", display_name=_display_name(display_name))

    def sign_on_user(self, subject: str, username: str, display_name: str, held: Sequence[str], prisons: Sequence[str]) -> User:
        """The user of a sign-on service, added at their first sign-on, with the roles and prisons the service gives now.

        ``subject`` names them for good (the service's address and its own name for them). An account that was made here is never
        taken for theirs: where the user name is taken, theirs gets a number.

        Raises:
            SignInFailed: the user is disabled here.
            BadInput: there is no such role.
        """
        with self.read() as session:
            row = session.scalar(select(models.User).where(models.User.sign_on == subject))
            found = None if row is None else user_of(row)
        if found is None:
            return self._add_sign_on_user(subject, username, display_name, held, prisons)
        if found.disabled:
            raise SignInFailed
        if (list(found.roles), sorted(found.prisons)) != (roles.checked(held), _prisons(prisons)):
            self.set_access(found.username, held, prisons, "sign-on")
        return self.user(found.id)

    def _add_sign_on_user(
        self, subject: str, username: str, display_name: str, held: Sequence[str], prisons: Sequence[str]
    ) -> User:
        name = re.sub(r"[^a-z0-9._@-]+", "-", _username(username)).strip("-._@")[:56] or "user"
        for number in range(1, 1000):
            wanted = name if number == 1 else f"{name}-{number}"
            try:
                return self._add_user(wanted, display_name, held, _NOBODY, "sign-on", prisons, subject, temporary=False)
            except AlreadyThere:
                continue
        raise AlreadyThere("username: it is taken; choose another")

    def _change_user(self, username: str, by: str, what: str, **values: object) -> None:
        with self.write() as session:
            row = session.scalar(select(models.User).where(models.User.username == _username(username)).with_for_update())
            if row is None:
                raise NotFound("user")
            for name, value in values.items():
                setattr(row, name, value)
            session.execute(delete(models.Session).where(models.Session.user_id == row.id))
            self.note(session, by, what, row.id)

    def check_password(self, username: str, password: str) -> User:
        """The user, if the password is theirs. Takes as long, and locks as soon, for a user name that nobody has.

        Raises:
            SignInFailed: the user name or the password is wrong, or the user is disabled.
            SignInLocked: there were five wrong passwords in a row less than five minutes ago; even the right one is refused.
        """
        find = select(models.User).where(models.User.username == _username(username))
        with self.read() as session:
            row = session.scalar(find)
            digest = _NOBODY if row is None else row.password
        # Outside any transaction: it takes long, on purpose.
        right = _verify(digest, password)
        if row is None:
            self._wrong_name(_username(username))
        now = self.clock()
        with self.write() as session:
            row = session.scalar(find.with_for_update())
            if row is None or row.password != digest:
                raise SignInFailed
            if row.locked_until is not None and now < row.locked_until:
                raise SignInLocked(row.locked_until)
            failed = not right or row.disabled
            if right and not row.disabled:
                row.failed_attempts, row.locked_until = 0, None
                if _hasher.check_needs_rehash(digest):
                    row.password = _hasher.hash(password)
            else:
                self.note(session, "system", "sign-in failed", row.id)
            if not right:
                row.failed_attempts += 1
                if row.failed_attempts >= WRONG_IN_A_ROW:
                    row.failed_attempts, row.locked_until = 0, now + LOCKED_FOR
                    self.note(session, "system", "user locked", row.id)
            user = user_of(row)
        if failed:
            raise SignInFailed
        return user

    def _wrong_name(self, name: str) -> None:
        """A user name that nobody has locks like any other, so that locking tells nothing."""
        self.refuse_many("nobody", name)
        self.count_try("nobody", name)
        self.audit("system", "sign-in failed: no such user")
        raise SignInFailed


def _username(text: str) -> str:
    return text.strip().lower()


def _display_name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput(f"display_name: write at most {LONGEST_NAME} plain characters")
    return name


def _prisons(wanted: Sequence[str]) -> list[str]:
    found = sorted({name.strip() for name in wanted} - {""})
    if len(found) > MOST_PRISONS or any(len(name) > LONGEST_NAME for name in found):
        raise BadInput(f"prisons: name at most {MOST_PRISONS} of them")
    return found


def _hash(password: str) -> str:
    try:
        return _hasher.hash(password)
    except UnicodeEncodeError:
        raise BadInput("password: it holds a character that cannot be typed; choose another") from None


def _verify(digest: str, password: str) -> bool:
    try:
        return _hasher.verify(digest, password[: passwords.LENGTHS[1] + 1])
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def user_of(row: models.User) -> User:
    """A user as others see them."""
    return User(
        row.id, row.username, row.display_name, tuple(row.roles), row.disabled, row.created_at, row.locked_until,
        tuple(row.prisons), row.sign_on is not None, row.temporary,
    )  # fmt: skip
