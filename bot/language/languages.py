"""The languages of the product, from ``bot/data/languages.yml``. Runs on Python 3.10 too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.interview.loading import DATA
from bot.interview.yamlfile import ContentError, Node, read_yaml

DRAFTED, REVIEWED, RELEASED = STATES = ("drafted", "reviewed", "released")
ENGLISH = "en"
_TEXTS = ("code", "name", "english", "dir", "script", "state")
_KEYS = (*_TEXTS, "speech", "machine", "reviewer", "reviewed_on", "complete", "as_english")


@dataclass(frozen=True)
class Language:
    """One language. ``machine_in`` and ``machine_out`` are COMET ratings (0: not rated) of its Argos packages, None: no package.

    ``complete``: it claims to have every text, and ``bcst2 check`` holds it to that. ``as_english``: texts that are the same as in
    English on purpose, such as the names of benefits.
    """

    code: str
    name: str
    english: str
    direction: str
    script: str
    state: str
    speech: str | None = None
    machine_in: int | None = None
    machine_out: int | None = None
    reviewer: str = ""
    reviewed_on: str = ""
    complete: bool = False
    as_english: tuple[str, ...] = ()
    line: int = 0


def load_languages(root: Path = DATA) -> dict[str, Language]:
    """Every language by its code, English first.

    Raises:
        ContentError: an entry lacks something or says something else than it may, each named with its line.
    """
    file = root / "languages.yml"
    problems: list[str] = []
    found: dict[str, Language] = {}
    top = read_yaml(file)
    rows = top.get("languages")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, Node) for row in rows):
        raise ContentError(f"{file.name}:{top.line_of('languages')}: 'languages' should be a list of mappings (- {{code: …}})")
    for entry in rows:
        wrong = _wrong(entry)
        line = entry.line
        if not wrong and entry["code"] in found:
            wrong = f"the code '{entry['code']}' stands on line {found[entry['code']].line} too; remove one"
        if wrong:
            problems.append(f"{file.name}:{line}: {wrong}")
            continue
        machine = entry.get("machine") or {}
        found[entry["code"]] = Language(
            code=entry["code"], name=entry["name"], english=entry["english"], direction=entry["dir"], script=entry["script"],
            state=entry["state"], speech=entry.get("speech"), machine_in=machine.get("in"), machine_out=machine.get("out"),
            reviewer=str(entry.get("reviewer") or ""), reviewed_on=str(entry.get("reviewed_on") or ""),
            complete=entry.get("complete") is True, as_english=tuple(map(str, entry.get("as_english") or ())), line=line,
        )  # fmt: skip
    if problems:
        raise ContentError("\n".join(problems))
    return found


def _wrong(entry: dict[str, object]) -> str:
    """What is wrong with an entry and the mend; empty if nothing."""
    for name in entry:
        if name not in _KEYS:
            return f"language '{entry.get('code', '?')}' has the unknown key '{name}'; there are {', '.join(_KEYS)}"
    for name in _TEXTS:
        if not isinstance(entry.get(name), str) or not entry[name]:
            return f"language '{entry.get('code', '?')}' has no {name}; add it"
    if entry["dir"] not in ("ltr", "rtl"):
        return f"language '{entry['code']}': dir is ltr or rtl"
    if not isinstance(entry.get("machine") or {}, dict) or not isinstance(entry.get("as_english") or [], list):
        return f"language '{entry['code']}': machine is {{in: …, out: …}}, as_english a list of texts"
    if not isinstance(entry.get("complete", False), bool):
        return f"language '{entry['code']}': complete is true or false"
    if entry["state"] not in STATES:
        return f"language '{entry['code']}': state is one of {', '.join(STATES)}"
    if entry["state"] != DRAFTED and entry["code"] != ENGLISH and not (entry.get("reviewer") and entry.get("reviewed_on")):
        return f"language '{entry['code']}' is {entry['state']}: say by whom and when (reviewer, reviewed_on)"
    return ""
