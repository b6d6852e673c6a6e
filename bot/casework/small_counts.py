"""Small counts are left out of figures, and what they could be worked out from. Pure; knows no report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

SMALLEST = 5


@dataclass(slots=True)
class Count:
    """How many of something there are, and of how many people: six items of three people are a small count."""

    figure: int = 0
    people: set[str] = field(default_factory=set)

    def add(self, person: str) -> None:
        self.figure += 1
        self.people.add(person)


Table = dict[str, dict[str, Count]]
Place = tuple[str, str, str]
# The cells of the first add up to as much as those of the second; to a sum that may be known from elsewhere where it is empty.
Sum = tuple[tuple[Place, ...], tuple[Place, ...]]
Shown = dict[str, dict[str, dict[str, int | None]]]


def suppressed(tables: Mapping[str, Table], sums: Iterable[Sum], together: Iterable[tuple[Place, ...]] = ()) -> Shown:
    """The figures of tables, without those of fewer than 5 people, and without more wherever such a one could be worked out.

    A nought stays: it tells of nobody. Of each of ``sums`` either none is left out, or figures on both sides, or at least two that
    together are of 5 people or more. ``together`` are cells that are left out together.
    """
    cells: dict[Place, Count] = {
        (name, row, column): count
        for name, table in tables.items()
        for row, counts in table.items()
        for column, count in counts.items()
    }
    hidden = {place for place, count in cells.items() if 0 < len(count.people) < SMALLEST}
    groups, lines, before = tuple(together), tuple(sums), -1
    while before != len(hidden):
        before = len(hidden)
        for group in groups:
            if not hidden.isdisjoint(group):
                hidden.update(place for place in group if cells[place].figure)
        for line in lines:
            shown = sorted(
                (place for side in line for place in side if cells[place].figure and place not in hidden),
                key=lambda place: (cells[place].figure, place),
            )
            while shown and _gives_away(line, cells, hidden):
                hidden.add(shown.pop(0))
    return {
        name: {
            row: {column: None if (name, row, column) in hidden else count.figure for column, count in counts.items()}
            for row, counts in table.items()
        }
        for name, table in tables.items()
    }


def _gives_away(line: Sum, cells: Mapping[Place, Count], hidden: set[Place]) -> bool:
    """Whether what is left out of a sum is a figure that the others give, a small count together, or a one each."""
    first, second = ([place for place in side if place in hidden] for side in line)
    if bool(first) == bool(second):
        return False
    left_out = [cells[place] for place in first or second]
    people = set[str]().union(*(count.people for count in left_out))
    return len(left_out) == 1 or len(people) < SMALLEST or sum(count.figure for count in left_out) == len(left_out)


def rows_and_columns(name: str, table: Table) -> Iterable[Sum]:
    """Every row and every column of a table with more than one place."""
    rows: dict[str, list[Place]] = {}
    columns: dict[str, list[Place]] = {}
    for row, counts in table.items():
        for column in counts:
            rows.setdefault(row, []).append((name, row, column))
            columns.setdefault(column, []).append((name, row, column))
    return [(tuple(line), ()) for line in (*rows.values(), *columns.values()) if len(line) > 1]
