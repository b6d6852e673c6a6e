"""The table, and the section of docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import AT, AT_ONCE, Result
from bench.phases import Plan
from bench.processes import RASA_PYTHON, ROOT

DOCUMENT = ROOT / "docs" / "benchmarks.md"
HEAD = (
    "# Benchmarks\n\nMade by `make bench ARGS=--write` on a quiet machine: this bot beside a stock Rasa form of as many questions, "
    "in one run.\n"
)
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a value of each column, and whether more is better."""

    name: str
    values: tuple[float | None, ...]
    digits: int = 0
    more_is_better: bool = False

    def cells(self) -> list[str]:
        shown = ["–" if value is None else f"{value:,.{self.digits}f}" for value in self.values]
        return [self.name, *shown, *(self.ratio(index) for index in range(1, len(self.values)))]

    def ratio(self, index: int) -> str:
        """How many times better than the first column."""
        first, other = self.values[0], self.values[index]
        if not first or not other:
            return "–"
        return f"{other / first if self.more_is_better else first / other:.1f} ×"


def rows_of(results: list[Result | None]) -> list[Row]:
    """Every measured value, a column a side."""

    def row(name: str, value: object, digits: int = 0, more: bool = False) -> Row:
        read: tuple[float | None, ...] = tuple(None if result is None else value(result) for result in results)  # type: ignore[operator]
        return Row(name, read, digits, more)

    rows = []
    for at in AT:
        rows.append(row(f"turn at question {at}, median (ms)", lambda r, at=at: r.median(at) * 1000))
        rows.append(row(f"turn at question {at}, p95 (ms)", lambda r, at=at: r.p95(at) * 1000))
    rows.append(row(f"turn {AT[-1]} costs so many times turn {AT[0]}", lambda r: r.median(AT[-1]) / r.median(AT[0]), 2))
    for at_once in AT_ONCE:
        name = f"turns a second, {at_once} conversation{'s' if at_once > 1 else ''} at once"
        rows.append(row(name, lambda r, at_once=at_once: r.loads[at_once].rate, 1, more=True))
    rows.append(row(f"p95 of a turn with {AT_ONCE[-1]} at once (ms)", lambda r: r.loads[AT_ONCE[-1]].p95 * 1000))
    rows.append(row("processor time a turn, all processes (ms)", lambda r: sum(r.cpu.values()) * 1000))
    rows.append(row("memory of all processes after start (MB)", lambda r: sum(r.memory_idle.values())))
    rows.append(row("memory of all processes after the load (MB)", lambda r: sum(r.memory.values())))
    rows.append(row("start to first turn (s)", lambda r: r.started or None, 1))
    rows.append(row("training (s)", lambda r: r.trained or None, 1))
    return rows


def table(results: list[Result | None], markdown: bool = False) -> str:
    """The table as text or as Markdown. ``results``: stock, ours, ours beneath the pages; None where not measured."""
    names = ["stock", "ours", "ours beneath the pages"][: len(results)]
    head = ["", *names, *(f"{name}: better" for name in names[1:])]
    body = [row.cells() for row in rows_of(results)]
    if markdown:
        lines = [head, ["---", *["---:"] * (len(head) - 1)], *body]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)
    widths = [max(len(line[column]) for line in [head, *body]) for column in range(len(head))]
    return "\n".join(_aligned(line, widths) for line in [head, *body])


def _aligned(line: list[str], widths: list[int]) -> str:
    cells = [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
    return "  ".join(cells)


def aims(results: list[Result | None]) -> list[str]:
    """What was aimed at, what was reached."""
    first, last, most = AT[0], AT[-1], AT_ONCE[-1]
    lines = []
    stock, ours = results[0], results[1] if len(results) > 1 else None
    if ours is not None:
        flat = ours.median(last) / ours.median(first)
        lines.append(_aim(f"turn {last} at most 1.2 times turn {first}", flat <= 1.2, f"{flat:.2f} times"))
    if stock is not None and ours is not None:
        share = ours.p95(last) / stock.p95(last)
        lines.append(_aim(f"p95 at question {last} at most half of stock", share <= 0.5, f"{share:.2f} of it"))
        times = ours.loads[most].rate / stock.loads[most].rate
        lines.append(_aim(f"throughput with {most} at once at least 3 times stock", times >= 3, f"{times:.1f} times"))
    return lines


def _aim(what: str, reached: bool, found: str) -> str:
    return f"{'reached' if reached else 'NOT reached'}: {what} ({found})"


def shares(results: list[Result | None]) -> list[str]:
    """Each side's processor time and memory by process."""
    lines = []
    for result in results:
        if result is not None and result.cpu:
            parts = (f"{name} {seconds * 1000:.0f} ms, {result.memory.get(name, 0):.0f} MB" for name, seconds in result.cpu.items())
            lines.append(f"{result.name}, processor time a turn and memory by process: {'; '.join(parts)}")
    return lines


def method(plan: Plan, results: list[Result | None]) -> list[str]:
    """What was done, in a few sentences."""
    measured = [result for result in results if result is not None]
    conversations = ", ".join(f"{result.name} {len(result.turns.get(1, []))}" for result in measured)
    turns = ", ".join(f"{turns} each with {at_once}" for at_once, turns in plan.shortened.items())
    return [
        f"Questions of each: {measured[0].questions}. Conversations for the turn times: {conversations};",
        f'"at question n" takes the turns n-2 to n+2 of each. Turns for the throughput, from the first on: {turns}.',
    ]


def machine(load: tuple[float, float, float]) -> str:
    """The machine in one line, and how busy it was before."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    total = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    rasa = subprocess.run([str(RASA_PYTHON), "--version"], capture_output=True, text=True, check=False).stdout.split()[-1:]
    return (
        f"{os.cpu_count()} × {model[1] if model else platform.machine()}, {int(total[1]) / 1e6 if total else 0:.0f} GB, "
        f"Linux {platform.release()}, Python {platform.python_version()} and {' '.join(rasa)}; "
        f"load before the start {load[0]:.1f} (1 min), {load[1]:.1f} (5 min)"
    )


def write(results: list[Result | None], plan: Plan, load: tuple[float, float, float], extra: str = "") -> None:
    """Put the newest run into its place in the document; everything outside the two markers stays."""
    parts = [
        f"## {datetime.now(UTC).date().isoformat()}",
        f"Machine: {machine(load)}.",
        " ".join(method(plan, results)),
        table(results, markdown=True),
        "\n".join(f"- {line}" for line in [*aims(results), *shares(results)]),
    ]
    if extra:
        parts.append(extra)
    section = "\n\n".join([BEGIN, *parts, END])
    before = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else HEAD
    if BEGIN in before and END in before:
        head, _, rest = before.partition(BEGIN)
        text = head + section + rest.partition(END)[2]
    else:
        text = f"{before.rstrip()}\n\n{section}\n"
    DOCUMENT.write_text(text, encoding="utf-8")
