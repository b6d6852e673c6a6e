"""Run as a program: takes turns for ever and prints each one's id once it was acknowledged."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from bot.interview.answers import Answer
from bot.store import Store
from bot.store.types import Decision, Entry

url, keys, interview, name = sys.argv[1:]
with Store.open(url, Path(keys)) as store:
    for number in count():
        turn_id = f"{name}-{number}"
        answer = Entry(Answer(f"q{number}", text=turn_id), "exact", "person")
        decision = Decision("answer", f"q{number}", [answer], [], None, "open", "person", "kiosk")
        store.take_turn(interview, turn_id, lambda _, decision=decision: decision)
        print(turn_id, flush=True)
