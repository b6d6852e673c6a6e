"""Nothing that was said is in any file of the home but the database, and there it is not in the clear."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.interview.path import PathFinder
from bot.rehearsal.journey import read_journey
from bot.rehearsal.servers import Servers

pytestmark = pytest.mark.servers

SAID = (
    "Quillfeather is my landlord",
    "zebrawood and tangerines",
    "I am frightened of Mortimer",
    "Wobblethorpe-under-Heckle",
    '/pangolin{"option": ["axolotl"]}',
)
# What a button's payload or the understanding of words looks like, in whatever library's log.
PAYLOADS = ("/answer", "/change", '"option"', "'option'", "option_guesses", "latest_message", "requested_slot", "UserUttered")


def _files(home: Path) -> Iterator[Path]:
    for path in home.rglob("*"):
        if path.is_file() and "keys" not in path.parts:
            yield path


def test_no_log_holds_what_was_said(opened: Callable[..., Any], live_server: Servers, finder: PathFinder) -> None:
    page = opened("where_will_live")
    page.post(words=SAID[0])
    page.post(words=SAID[4])
    page.post(options=["return"], more=SAID[1])
    page.post(do="no_such_command", words=SAID[1])
    text = opened("matters_most")
    text.post(text=SAID[3])
    private = opened("hurt_ever")
    private.post(words=SAID[2])
    private.post(options=["yes"])
    broken = opened("matters_most")
    # What makes parts of it fail must not make them talk.
    broken.browser.once(
        "POST", f"/api/interviews/{broken.id}/turns", {"turn": "x" * 64, "text": SAID[1] + "\ud800\x00", "seen": -1}
    )
    texts = set(SAID)
    for path in Path(__file__).parent.glob("*.yml"):
        journey = read_journey(path, finder.interview)
        texts |= {saying.words for saying in journey.say.values() if len(saying.words) > 8}
        texts |= {saying.more for saying in journey.say.values() if saying.more}
    files = list(_files(live_server.home))
    logs = [path for path in files if ".sqlite3" not in path.name]
    assert {path.name for path in logs} >= {"web.log", "rasa.log"}
    for path in files:
        # Not read by this process: closing a file of SQLite's that it has open too would drop SQLite's locks.
        content = subprocess.run(["cat", path], check=True, capture_output=True).stdout
        for words in texts:
            assert words.encode() not in content, f"{words!r} is in {path.name}"
            assert words.encode().lower() not in content.lower(), f"{words!r} is in {path.name}"
    for path in logs:
        content = path.read_text(encoding="utf-8", errors="replace")
        for mark in PAYLOADS:
            assert mark not in content, f"{mark} is in {path.name}"
