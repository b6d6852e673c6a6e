"""``bcst2 doctor``: what is installed, what is missing, and what each missing part costs the user."""

from __future__ import annotations

import argparse
import ctypes.util
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from bot.commands import print_json
from bot.commands.train import RASA_PYTHON, current_model
from bot.dialogue.encoder_files import NONE, folder, present
from bot.settings import ROOT, Settings, read_settings
from bot.supervise import held, port_free

MEGABYTE = 1_000_000
LEAST_DISK = 200
# A script that common fonts lack → a language written in it.
SCRIPTS = {"Arabic": "ar", "Bengali": "bn", "Chinese": "zh-cn", "Gurmukhi": "pa", "Cyrillic": "ru", "Ethiopic": "am"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``state`` is ok, later (made when needed), missing or wrong; ``needed`` for an interview at all."""

    name: str
    state: str
    detail: str
    cost: str = ""
    needed: bool = False

    @property
    def stops(self) -> bool:
        """Whether no interview can be held because of it."""
        return self.needed and self.state in ("missing", "wrong")


def add(subparsers: Any) -> None:
    """Describe the subcommand."""
    parser = subparsers.add_parser("doctor", help="what is installed, what is missing and what that costs")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _locked(lock: Path) -> dict[str, tuple[str, bool]]:
    """Package → (version, whether it may be left out here) of a requirements file."""
    found = re.finditer(r"^([\w.-]+)==([^\s;\\]+)\s*(;)?", lock.read_text(encoding="utf-8"), re.MULTILINE)
    return {_plain(match[1]): (match[2], bool(match[3])) for match in found}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _differing(site: Path, lock: Path) -> tuple[list[str], list[str]]:
    """The packages of a lock that are not installed, and those in another version."""
    installed = {_plain(each.metadata["Name"]): each.version for each in distributions(path=[str(site)])}
    locked = _locked(lock)
    lacking = [name for name, (_, may_lack) in locked.items() if name not in installed and not may_lack]
    return lacking, [name for name, (version, _) in locked.items() if installed.get(name, version) != version]


def _environment(name: str, python: Path, lock: str, what: str) -> Check:
    cost = f"no interview: {what} cannot start"
    if not python.exists():
        return Check(name, "missing", "run make setup", cost, needed=True)
    site = next(iter((python.parent.parent / "lib").glob("python3.*/site-packages")), None)
    if site is None:
        return Check(name, "wrong", "it has no packages; remove it and run make setup", cost, needed=True)
    version = site.parent.name.removeprefix("python")
    lacking, other = _differing(site, ROOT / "locks" / lock)
    if lacking:
        return Check(name, "wrong", f"Python {version}; it lacks {_few(lacking)}; run make setup", cost, needed=True)
    if other:
        cost = "a combination of packages that nobody has tested"
        return Check(name, "wrong", f"Python {version}; not as locked: {_few(other)}; run make setup", cost)
    return Check(name, "ok", f"Python {version}, {len(_locked(ROOT / 'locks' / lock))} packages as locked", needed=True)


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def environments(_: Settings) -> Iterator[Check]:
    """Both Python environments."""
    yield _environment("pages and store", Path(sys.prefix) / "bin" / "python", "web.txt", "the pages")
    yield _environment("dialogue engine", RASA_PYTHON, "rasa.txt", "the dialogue engine")


def model(_: Settings) -> Check:
    """The model for today's questions."""
    path = current_model()
    if path is None:
        return Check("model", "missing", "none for today's questions; run make train", "no interview", needed=True)
    return Check("model", "ok", f"{path.name}, {path.stat().st_size / MEGABYTE:.0f} MB", needed=True)


def encoder(_: Settings) -> Check:
    """The sentence encoder, which understands words that the examples do not have."""
    cost = "own words are understood less well: more often asked about; buttons work as always"
    if present() == NONE:
        return Check("encoder", "missing", "not set up; run make setup train", cost)
    return Check("encoder", "ok", str(folder()))


def keys_and_database(settings: Settings) -> Iterator[Check]:
    """The key file and the database, and whether they belong together. Writes nothing."""
    # Here and not above: the database's libraries take a second to load, and `bcst2 --help` reads this module.
    from bot.store.database import key_tokens, make_engine
    from bot.store.errors import StoreError
    from bot.store.keys import Cipher, load_keys

    cost = "no interview: answers cannot be kept"
    try:
        engine = make_engine(settings.database)
        try:
            tokens = key_tokens(engine)
        finally:
            engine.dispose()
    except StoreError as error:
        yield Check("database", "wrong", _mend(error), cost, needed=True)
        return
    if tokens:
        yield Check("database", "ok", engine.dialect.name, needed=True)
    else:
        yield Check("database", "later", f"{engine.dialect.name}; made at the first start", needed=True)
    try:
        if tokens:
            Cipher(settings.keys).check(tokens)
        elif settings.keys.exists():
            load_keys(settings.keys)
        else:
            yield Check("keys", "later", "made at the first start; keep a copy of them away from the database", needed=True)
            return
    except StoreError as error:
        yield Check("keys", "wrong", _mend(error), "no interview: what was answered before cannot be read", needed=True)
        return
    yield Check("keys", "ok", str(settings.keys), needed=True)


def _mend(error: Exception) -> str:
    """The store's words without the name of the part, which the table has already."""
    return re.sub(r"^(database|keys): ", "", str(error))


def disk(settings: Settings) -> Check:
    """Room for answers and logs."""
    place = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free = shutil.disk_usage(place).free / MEGABYTE
    if not os.access(place, os.W_OK):
        return Check("home", "wrong", f"{place} cannot be written; set BCST2_HOME", "no interview", needed=True)
    if free < LEAST_DISK:
        return Check(
            "home", "wrong", f"{free:.0f} MB free; make room or move BCST2_HOME", "answers may be refused soon", needed=True
        )
    return Check("home", "ok", f"{settings.home}, {free / 1000:.0f} GB free", needed=True)


def ports(settings: Settings) -> Check:
    """The three ports, free or ours."""
    if held(settings.home):
        return Check("ports", "ok", "in use: the assistant is running", needed=True)
    wanted = {
        "BCST2_PORT": (settings.host, settings.port),
        "BCST2_RASA_PORT": ("127.0.0.1", settings.rasa_port),
        "BCST2_ACTIONS_PORT": ("127.0.0.1", settings.actions_port),
    }
    wrong = [f"{port} {problem} (set {name})" for name, (host, port) in wanted.items() if (problem := port_free(host, port))]
    if wrong:
        return Check("ports", "wrong", "; ".join(wrong), "it does not start", needed=True)
    return Check("ports", "ok", ", ".join(f"{port}" for _, port in wanted.values()) + " free", needed=True)


def fonts(_: Settings) -> Check:
    """Fonts for the scripts that plans are printed in."""
    cost = "plans in these scripts print as boxes"
    lister = shutil.which("fc-list")
    if lister is None:
        return Check("fonts", "missing", "fontconfig is not here; install fontconfig and fonts-noto-core", cost)
    lacking = [script for script, language in SCRIPTS.items() if not _output(lister, f":lang={language}", "family")]
    if lacking:
        return Check("fonts", "missing", f"none for {', '.join(lacking)}; install fonts-noto-core and fonts-noto-cjk", cost)
    return Check("fonts", "ok", "every script")


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def pango(_: Settings) -> Check:
    """The library that lays out PDF."""
    if ctypes.util.find_library("pango-1.0"):
        return Check("pango", "ok", "found")
    return Check("pango", "missing", "install libpango-1.0-0 and libpangoft2-1.0-0", "no PDF from here: print from the browser")


def espeak(_: Settings) -> Check:
    """Reading aloud without the browser's own voices."""
    if shutil.which("espeak-ng"):
        return Check("espeak-ng", "ok", "found")
    return Check("espeak-ng", "missing", "install espeak-ng", "read-aloud only in languages the browser has a voice for")


def argos(_: Settings) -> Check:
    """Translating what is typed."""
    if importlib.util.find_spec("argostranslate"):
        return Check("argos", "ok", "found")
    return Check(
        "argos", "missing", "not installed", "free words in another language are kept as typed; buttons work in each language"
    )


def chromium(_: Settings) -> Check:
    """The browser of the tests."""
    if any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        return Check("chromium", "ok", "found")
    return Check("chromium", "missing", "run scripts/system", "browser tests are skipped; nothing for users")


Looked = Callable[[Settings], "Check | Iterator[Check]"]
ESSENTIAL: tuple[Looked, ...] = (environments, keys_and_database, disk)
ALL: tuple[Looked, ...] = (environments, encoder, model, keys_and_database, disk, ports, fonts, pango, espeak, argos, chromium)


def look(settings: Settings, at: tuple[Looked, ...] = ALL) -> list[Check]:
    """Everything looked at, in order. No check fails: what cannot be found out is reported as wrong."""
    found: list[Check] = []
    for each in at:
        result = each(settings)
        found += [result] if isinstance(result, Check) else result
    return found


def essentials(settings: Settings) -> list[Check]:
    """What must hold before the processes are started, apart from the model and the ports."""
    return look(settings, ESSENTIAL)


def _table(checks: list[Check]) -> str:
    marks = {"ok": "ok", "later": "ok", "missing": "–", "wrong": "–"}
    lines = []
    for check in checks:
        lines.append(f"{'NO' if check.stops else marks[check.state]:3} {check.name:16} {check.detail}")
        if check.cost and check.state in ("missing", "wrong"):
            lines.append(f"    {'':16} {'stops it' if check.stops else 'without it'}: {check.cost}")
    return "\n".join(lines)


def run(args: argparse.Namespace) -> int:
    """Look at everything; 0 if interviews can be held."""
    checks = look(read_settings())
    works = not any(check.stops for check in checks)
    if args.json:
        facts = {"python": platform.python_version(), "system": platform.platform()}
        print_json({"works": works, **facts, "checks": [asdict(check) for check in checks]})
    else:
        print(_table(checks))
        print("interviews can be held" if works else "interviews cannot be held yet: mend what says NO, or run make setup train")
    return 0 if works else 1
