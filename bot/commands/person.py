"""``bcst2 person``: everything held on one person as a file for them, and erasing one person by hand."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from bot.commands import UserError, say
from bot.commands.export import check_out, open_store, who, write_aside
from bot.settings import read_settings

# What stands in the audit: a reason in free words could tell of the person for as long as the audit is kept.
REASONS = {
    "asked": "they asked for it",
    "mistake": "added by mistake",
    "order": "a court or regulator ordered it",
    "other": "another reason",
}
# What the tables are called to whoever erases.
TABLES = {
    "answers": "answers, every version of them", "turns": "turns of interviews", "interview_notes": "notes",
    "sessions": "sessions",
    "kiosk_requests": "requests for paper", "kiosk_access": "codes and hand-overs", "alerts": "alerts",
    "item_events": "steps on plans",
    "plan_items": "items of plans", "plan_needs": "needs", "plan_contacts": "days of contact",
    "plan_routes": "days of referrals", "plan_closings": "closings of plans",
    "case_events": "referrals, contacts and groups", "consent_events": "consents", "plans": "plans", "interviews": "interviews",
    "disputes": "things said to be wrong", "record_changes": "earlier versions of the record", "people": "the record",
}  # fmt: skip


def add(subparsers: Any) -> None:
    """Describe the subcommand."""
    parser = subparsers.add_parser("person", help="one person: export everything held on them, or erase it")
    doing = parser.add_subparsers(dest="do", metavar="DO", required=True)
    export = doing.add_parser("export", help="everything held on a person as a ZIP file: a document to read, and JSON")
    export.add_argument("number", metavar="PRISON_NUMBER")
    export.add_argument("--out", required=True, metavar="FILE", help="the ZIP file; one that is there is replaced")
    export.add_argument(
        "--with-private",
        action="store_true",
        help="with the part about being safe and what rests on it; without this it is left out, and the copy says so",
    )
    erase = doing.add_parser("erase", help="erase everything of a person; shows first what would go, and asks")
    erase.add_argument("number", metavar="PRISON_NUMBER")
    erase.add_argument("--reason", required=True, choices=REASONS, help="for the audit: " + ", ".join(REASONS))
    erase.add_argument("--even-open", action="store_true", help="also where the case is open (a plan, an alert, a release to come)")
    erase.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    return _export(args) if args.do == "export" else _erase(args)


def _person(store: Any, number: str) -> Any:
    from bot.interview.record import PRISON_NUMBER
    from bot.store.errors import NotFound

    if not PRISON_NUMBER.fullmatch(number.strip().upper()):
        raise UserError("PRISON_NUMBER: is not a prison number; write it as A1234BC")
    try:
        return store.person_by_number(number)
    except NotFound:
        raise UserError("PRISON_NUMBER: nobody here has this prison number; look at the number") from None


def _export(args: argparse.Namespace) -> int:
    settings = read_settings()
    out = check_out(args.out, settings)
    # Here and not above: the database and the libraries of papers take their time, and `bcst2 --help` reads this module.
    from bot.casework.holding import held_on, open_parts, without_private
    from bot.interview.loading import load_interview
    from bot.language.catalogue import Catalogues
    from bot.language.wording import Wording
    from bot.outputs.making import Outputs
    from bot.outputs.subject_data import subject_data
    from bot.outputs.subject_paper import WITH, WITHOUT, subject_file
    from bot.plan.loading import load_plan
    from bot.web.record_form import fields_in_words

    interview, plan = load_interview(), load_plan()
    content = Outputs(interview, plan, Wording(interview, lookup=Catalogues().lookup)).content
    with open_store(settings) as store:
        person = _person(store, args.number)
        held = held_on(store, person.id)
        if not args.with_private:
            held = without_private(held, open_parts(interview, plan))
        made = subject_file(subject_data(held, content, fields_in_words, store.clock()))
        private = " with private parts" if args.with_private else ""
        write_aside(out, made, lambda: store.audit(who(), f"exported everything held{private}", person.id))
    say(f"bcst2 person: {WITH if args.with_private else WITHOUT}")
    return 0


def _erase(args: argparse.Namespace) -> int:
    settings = read_settings()
    from bot.casework.holding import open_parts
    from bot.interview.loading import load_interview
    from bot.plan.loading import load_plan
    from bot.store.retention import load_retention

    opened = open_parts(load_interview(), load_plan())
    with open_store(settings) as store:
        person = _person(store, args.number)
        case = store.case_ended(person.id, load_retention())
        for name, count in store.would_erase(person.id, opened).items():
            say(f"{count:6}  {TABLES.get(name, name)}")
        if case.open and not args.even_open:
            raise UserError(
                f"the case is open ({', '.join(WHY_OPEN[why] for why in case.why_open)}); close it first, or add --even-open"
            )
        if not args.yes:
            _ask(person.prison_number)
        count = store.erase_person(person.id, opened, who(), REASONS[args.reason])
        say(f"erased: {count} rows, and nothing is left of this person but ids in the audit")
        say(SQUEEZED if store.squeeze() else NOT_SQUEEZED)
    say(BACKUPS)
    return 0


WHY_OPEN = {"plan": "a plan is active", "alert": "an alert is not acknowledged", "interview": "an interview is under way",
            "release": "the release is to come"}  # fmt: skip
SQUEEZED = "the database file was rewritten without them"
NOT_SQUEEZED = (
    "the rows are gone; the file could not be rewritten while others use it: run bcst2 purge --do-it once they have stopped"
)
BACKUPS = "backups made before still hold them: destroy those when their own time is over, and restore none without erasing again"


def _ask(number: str) -> None:
    if not sys.stdin.isatty():
        raise UserError("there is no terminal to ask on; add --yes if all of this is to go")
    sys.stderr.write("Type the prison number to erase all of this for good: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().upper() != number:
        raise UserError("that is not the number; nothing was erased")
