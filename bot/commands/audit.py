"""``bcst2 audit``: whether the audit verifies, its lines, and its head to be kept elsewhere."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import datetime, timedelta
from typing import Any

from bot.commands import UserError, print_json, say
from bot.commands.export import open_store
from bot.settings import read_settings

_HEAD = re.compile(r"([0-9]{1,18}) ([0-9a-f]{64})")


def add(subparsers: Any) -> None:
    """Describe the subcommand."""
    parser = subparsers.add_parser("audit", help="the audit: verify it, show its lines, print its head")
    doing = parser.add_subparsers(dest="do", metavar="DO", required=True)
    verify = doing.add_parser("verify", help="check every line against the one before")
    verify.add_argument("--head", metavar="'NUMBER DIGEST'", help="what audit head printed once: finds lines that were cut off")
    doing.add_parser("head", help="the number and digest of the newest line")
    show = doing.add_parser("show", help="lines as JSON, the newest first")
    show.add_argument("--user", help="of one user, by user name")
    show.add_argument("--on", metavar="DATE", help="of one day, as 2026-12-24")
    show.add_argument("--what", default="", help="of one kind, as it stands in a line")
    show.add_argument("--limit", type=int, default=100)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with open_store(read_settings()) as store:
        if args.do == "verify":
            say(f"the audit verifies: {store.verify_audit(_head(args.head))} lines")
        elif args.do == "head":
            number, digest = store.audit_head()
            sys.stdout.write(f"{number} {digest}\n")
        else:
            from bot.store.audit import AuditQuery

            start = _day(args.on) if args.on else None
            names = {user.id: user.username for user in store.users()}
            wanted = AuditQuery(
                who=None if args.user is None else (store.user_named(args.user).id,),
                start=start,
                end=None if start is None else start + timedelta(days=1),
                what=args.what,
            )
            rows = store.audit_rows(max(1, args.limit), wanted=wanted)
            print_json(
                [
                    {
                        "line": row.id, "at": row.at.isoformat(), "who": names.get(row.who, row.who), "what": row.what,
                        "subjects": list(row.subjects), "digest": row.digest,
                    }
                    for row in rows
                ]
            )  # fmt: skip
    return 0


def _head(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        raise UserError("--head: is not what bcst2 audit head prints; give its number and digest in quotation marks")
    return int(found[1]), found[2]


def _day(text: str) -> datetime:
    from bot.plan.dates import in_london

    try:
        return in_london(datetime.fromisoformat(f"{text.strip()}T00:00"))
    except ValueError:
        raise UserError("--on: is not a day; write it as 2026-12-24") from None
