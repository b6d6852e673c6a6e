"""``docs/evaluation.md``: the figures of the latest evaluation in words and tables, and the trend of those before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.evaluation.measuring import Figures, Judged, by, confusions, figures

FEWEST = 8
WORST = 15


def percent(value: float | None) -> str:
    """A share as a percentage; a dash where there was nothing to measure."""
    return "–" if value is None else f"{100 * value:.1f} %"


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


MEASURES = (
    ("all answers right", "right", "≥ 90 %"),
    ("**wrong and not asked**", "wrong", "≤ 2 %"),
    ("wrong at the open question (the only answer written down unasked)", "wrong_at_once", "≤ 2 %"),
    ("asked although clear", "asked_though_clear", ""),
    ("open question right", "open_right", ""),
    ("each answer: precision", "precision", ""),
    ("each answer: recall", "recall", ""),
    ("commands", "commands", "≥ 98 %"),
    ("alerts: recall", "alert_recall", "≥ 98 %"),
    ("alerts: precision", "alert_precision", "≥ 80 %"),
    ("private words met with an offer", "private_recall", ""),
    ("asked back where words are unclear", "clarified", ""),
)


def totals(parts: Mapping[str, Figures]) -> str:
    """The headline table: one column for each part of the lines."""
    rows: list[list[object]] = [["lines", *(found.lines for found in parts.values()), ""]]
    rows += [[words, *(percent(getattr(found, name)) for found in parts.values()), aim] for words, name, aim in MEASURES]
    rows.append(["taken for a command though none", *(found.false_commands for found in parts.values()), ""])
    rows.append(["offered a private talk though not needed", *(found.private_false for found in parts.values()), ""])
    rows.append(
        [
            "milliseconds a line, median (95th)",
            *(f"{found.ms_median or 0:.0f} ({found.ms_p95 or 0:.0f})" for found in parts.values()),
            "< 25",
        ]
    )
    return table(["", *parts, "aim"], rows)


def groups(judged: Sequence[Judged], key: str, names: Mapping[str, str] | None = None) -> str:
    """Figures by voice, section or kind of line."""
    rows = []
    for name, found in sorted(by(judged, key, names).items()):
        one = figures(found)
        rows.append(
            [name or "–", one.lines, percent(one.right), percent(one.wrong), percent(one.asked_though_clear), percent(one.recall)]
        )
    return table([key, "lines", "all right", "wrong, not asked", "asked though clear", "recall"], rows)


def questions(judged: Sequence[Judged]) -> str:
    """The questions whose open answer is right least often."""
    rows = []
    for name, found in by(judged, "open").items():
        one = figures(found)
        if one.open_right is not None and len(found) >= FEWEST:
            rows.append((one.open_right, [f"`{name}`", one.lines, percent(one.open_right), percent(one.wrong_at_once)]))
    rows.sort(key=lambda row: row[0])
    return table(["question", "lines", "open answer right", "wrong at once"], [row for _, row in rows[:WORST]])


def confused(judged: Sequence[Judged]) -> str:
    """The commonest confusions."""
    rows = [[f"`{name}`", right, given, count] for name, right, given, count in confusions(judged)[:WORST]]
    return table(["question", "right", "understood", "times"], rows)


def trend(rows: Sequence[Mapping[str, Any]]) -> str:
    """One row for each evaluation, the newest first."""
    shown = []
    for row in reversed(rows):
        shares = [row[part][name] for part in ("development", "held_back") for name in ("right", "wrong")]
        shares += [row["held_back"][name] for name in ("commands", "alert_recall", "alert_precision")]
        shown.append([row["date"], row["model"], *map(percent, shares)])
    heads = ["date", "model", "right (dev.)", "wrong (dev.)", "right (held back)", "wrong (held back)"]
    heads += ["commands", "alert recall", "alert precision"]
    return table(heads, shown)


def reliability(points: Sequence[tuple[float, float, int]]) -> str:
    """The calibration as a table."""
    rows = [[f"{sure:.2f}", f"{right:.2f}", count] for sure, right, count in points]
    return table(["mean confidence", "share right", "guesses"], rows)


def turns(rows: Sequence[tuple[str, int, int]]) -> str:
    """Turns of each journey by button and in own words."""
    shown = [[name, buttons, words, percent(1 - words / buttons)] for name, buttons, words in rows]
    if rows:
        buttons, words = sum(row[1] for row in rows), sum(row[2] for row in rows)
        shown.append(["**all**", buttons, words, percent(1 - words / buttons)])
    return table(["journey", "by button", "in own words", "fewer"], shown)
