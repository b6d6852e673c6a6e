"""``bcst2 users``: who may sign in; the first account, and every later one. A password is asked for, never an argument."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from bot.commands import UserError, print_json, say
from bot.commands.export import open_store, who
from bot.settings import read_settings


def add(subparsers: Any) -> None:
    """Describe the subcommand."""
    parser = subparsers.add_parser("users", help="who may sign in: list, add, password, disable, enable, roles, prisons")
    doing = parser.add_subparsers(dest="do", metavar="DO", required=True)
    doing.add_parser("list", help="every user as JSON")
    one = doing.add_parser("add", help="add a user; on a new database, the first one")
    one.add_argument("username")
    one.add_argument("--name", default="", help="the name that others see")
    one.add_argument("--role", action="append", default=[], help="worker, safeguarding, manager or administrator; can be repeated")
    one.add_argument("--prison", action="append", default=[], help="a prison they work with; can be repeated; none: all")
    one.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    for name, text in (
        ("password", "give a new password; they sign in anew"),
        ("disable", "keep somebody from signing in"),
        ("enable", "let them in again"),
        ("roles", "give other roles (none named: none)"),
        ("prisons", "give other prisons (none named: all)"),
    ):
        each = doing.add_parser(name, help=text)
        each.add_argument("username")
        if name == "password":
            each.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        if name in ("roles", "prisons"):
            each.add_argument("names", nargs="*", metavar=name[:-1].upper())


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with _store(new=args.do == "add") as store:
        by = who()
        if args.do == "list":
            print_json([_shown(user) for user in store.users()])
        elif args.do == "add":
            if not args.role:
                raise UserError("--role: is missing; name at least one of worker, safeguarding, manager, administrator")
            user = store.add_user(args.username, args.name, args.role, _password(args), by, args.prison)
            say(f"{user.username} can sign in ({', '.join(user.roles)}; {', '.join(user.prisons) or 'all prisons'})")
        elif args.do == "password":
            store.user_named(args.username)
            store.set_password(args.username, _password(args), by)
            say("the password is set; every session of this user has ended")
        elif args.do in ("disable", "enable"):
            store.disable_user(args.username, args.do == "disable", by)
            say("this user cannot sign in any more" if args.do == "disable" else "this user can sign in again")
        else:
            user = store.user_named(args.username)
            roles = args.names if args.do == "roles" else user.roles
            store.set_access(args.username, roles, args.names if args.do == "prisons" else user.prisons, by)
            user = store.user_named(args.username)
            say(f"{user.username}: {', '.join(user.roles) or 'no role'}; {', '.join(user.prisons) or 'all prisons'}")
    return 0


def _store(new: bool) -> Any:
    """The store; a new database is made as by serve, for the first account comes before the first start."""
    settings = read_settings()
    if not new:
        return open_store(settings)
    from bot.store import Store

    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Store.open(settings.database, settings.keys, create_keys=True)


def _shown(user: Any) -> dict[str, Any]:
    return {
        "username": user.username,
        "name": user.display_name,
        "roles": list(user.roles),
        "prisons": list(user.prisons),
        "disabled": user.disabled,
        "sign_on": user.sign_on,
    }


def _password(args: argparse.Namespace) -> str:
    if args.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UserError("password: there is no terminal to ask on; use --password-stdin")
    first = getpass.getpass("New password (at least 12 characters): ")
    if first != getpass.getpass("Once more: "):
        raise UserError("password: the two are not the same; try again")
    return first
