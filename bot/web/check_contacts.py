"""Checking who a person can turn to (``bot/data/contacts.yml``): somebody in distress rings the number that stands there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.interview.loading import DATA
from bot.interview.yamlfile import ContentError, Node, read_yaml
from bot.store.prison_settings import FILE, LONGEST, MOST_CONTACTS
from bot.web.phrases import Phrases

PHRASE, PHONE = "phrase", "phone"
# What a phrase says of somebody: who it is, and under further names what they do and how to reach them.
_SAID = {"name": "", "what": "_what", "how": "_how"}


def check_contacts(root: Path = DATA) -> list[str]:
    """Everything wrong with the file, one a line, each with its place and the mend. Never raises."""
    try:
        found = read_yaml(root / FILE.name)
    except ContentError as error:
        return [str(error)]
    return [f"{FILE.name}:{line}: {text}" for line, text in _wrong(found)]


def _wrong(found: Node) -> Iterator[tuple[int, str]]:
    for key in found:
        if key != "contacts":
            yield found.line_of(key), f"'{key}' is not known here; remove it"
    rows = found.get("contacts")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_CONTACTS or not all(isinstance(row, Node) for row in rows):
        yield (
            found.line_of("contacts"),
            f"contacts: write 1 to {MOST_CONTACTS}, each as key: value; somebody must be there to turn to",
        )
        return
    seen: dict[str, int] = {}
    for row in rows:
        yield from _wrong_row(row)
        phrase = str(row.get(PHRASE))
        if seen.setdefault(phrase, row.line) != row.line:
            yield row.line_of(PHRASE), f"the contact '{phrase}' stands on line {seen[phrase]} too; remove one"


def _wrong_row(row: Node) -> Iterator[tuple[int, str]]:
    """What is wrong with one contact; its words are those that other languages and easy words were made from."""
    for key in row:
        if key not in (PHRASE, *LONGEST):
            yield row.line_of(key), f"unknown key '{key}' on a contact; there are {', '.join((PHRASE, *LONGEST))}"
    for key in (PHRASE, *LONGEST):
        if not isinstance(row.get(key), str):
            yield row.line_of(key), f"a contact has no '{key}' in words; write it in quotation marks"
            return
    for key, end in _SAID.items():
        try:
            said = Phrases().say(row[PHRASE] + end)
        except KeyError:
            yield row.line_of(PHRASE), f"bot/web/phrases.yml has no phrase '{row[PHRASE]}{end}'; name the one of this contact"
            return
        if row[key] != said:
            yield row.line_of(key), f"'{key}' of '{row[PHRASE]}' is not what its phrase says; write “{said}”, or change both"
    if len(row[PHONE]) > LONGEST[PHONE]:
        yield row.line_of(PHONE), f"'{PHONE}' of '{row[PHRASE]}' has more than {LONGEST[PHONE]} characters; shorten it"
