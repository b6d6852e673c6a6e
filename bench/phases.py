"""What is measured of one side, in which order and how long: the same for both."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field

from bench.measure import AROUND, AT, AT_ONCE, Result, Running, measure_load, measure_turns, play


@dataclass
class Plan:
    """How much is measured. What the first side is too slow for is shortened for both."""

    conversations: int = 6
    warm_up: int = 20
    # Turns that each conversation plays when many are played at once: an interview. The first turns alone would flatter stock.
    turns_at_once: int = 92
    turns_seconds: float = 70.0
    load_seconds: float = 720.0
    shortened: dict[int, int] = field(default_factory=dict)

    @classmethod
    def quick(cls) -> Plan:
        """Enough to see whether something got much slower or faster."""
        return cls(conversations=2, warm_up=5, turns_at_once=15, turns_seconds=40.0, load_seconds=40.0)


def say(text: str) -> None:
    """Progress, for the person who waits; standard output is for the table."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def measure(side: Running, plan: Plan, questions: int, trained: float = 0.0) -> Result:
    """Turn times, throughput, memory and processor time of a running side."""
    result = Result(side.name, questions, trained=trained, started=side.started)
    result.memory_idle = side.memory()
    last = min(max(AT) + AROUND, questions - 1)
    say(f"{side.name}: warming up")
    seconds = sum(play(side.converse("warm-up"), plan.warm_up)) / plan.warm_up
    # Turns get slower as a stock conversation grows: three times is what was seen.
    conversations = max(2, min(plan.conversations, int(plan.turns_seconds / (last * seconds * 2))))
    say(f"{side.name}: {conversations} conversations of {last} turns, one after another")
    measure_turns(side, result, conversations, last)
    for at_once in AT_ONCE:
        turns = _turns(plan, result, at_once)
        rounds = max(1, 4 // at_once)
        say(f"{side.name}: {at_once} at once, {turns} turns each")
        result.loads[at_once] = measure_load(side, at_once, turns, rounds)
    result.memory = side.memory()
    return result


def _turns(plan: Plan, result: Result, at_once: int) -> int:
    """How many turns each plays at once: what the first side could play in the time that was planned, for the second side too."""
    if at_once not in plan.shortened:
        done = result.loads.get(max(result.loads, default=0))
        fit = int(plan.load_seconds * done.rate / at_once) if done is not None else plan.turns_at_once
        plan.shortened[at_once] = max(5, min(plan.turns_at_once, fit))
    return plan.shortened[at_once]
