"""Rows of people's records as a file has them, before they are looked at."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.store.errors import BadInput

LARGEST_FILE = 50_000_000


class Row(dict[Any, Any]):
    """A row of a CSV file, and the line of the file that it begins in, as an editor counts them: the heading is in the first."""

    def __init__(self, cells: Mapping[Any, Any], line: int) -> None:
        super().__init__(cells)
        self.line = line


def number_of(row: Mapping[str, Any]) -> str:
    """The prison number of a row as it is kept; "" where it has none."""
    number = row.get("prison_number")
    return number.strip().upper() if isinstance(number, str) else ""


def fields_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row has, by the names of the record's own fields."""
    given = dict(row)
    sentence = given.get("sentence")
    if isinstance(sentence, Mapping):
        del given["sentence"]
        for name in ("type", "months"):
            if name in sentence:
                given.setdefault(f"sentence_{name}", sentence[name])
    return given


def is_empty(value: object) -> bool:
    """Whether a cell has nothing in it."""
    return not value.strip() if isinstance(value, str) else value is None or value == []


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a CSV file with a heading row (UTF-8, with or without a mark) or of a JSON file (a list of objects).

    Raises:
        BadInput: the file cannot be read or is neither; the message names the file and, where it can, the line.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadInput(f"{path}: is larger than {LARGEST_FILE // 1_000_000} MB; split it")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        where = f"line {line}" if line > 1 else "the heading row"
        raise BadInput(f"{path}: {where}: is not UTF-8; save the file as CSV UTF-8") from None
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
    return _read_json(path, text) if path.suffix.lower() == ".json" else _read_csv(path, text)


def _read_json(path: Path, text: str) -> list[dict[str, Any]]:
    try:
        data = json.loads(text)
    except ValueError as error:
        line = f" line {error.lineno}:" if isinstance(error, json.JSONDecodeError) else ""
        raise BadInput(f"{path}:{line} is not JSON; write a list of objects") from None
    except RecursionError:
        raise BadInput(f"{path}: is nested too deeply; write a list of objects") from None
    if not isinstance(data, list):
        raise BadInput(f"{path}: is not a list; write a list of objects")
    for number, row in enumerate(data, start=1):
        if not isinstance(row, dict):
            raise BadInput(f"{path}: row {number}: is not an object with fields")
    return data


def _read_csv(path: Path, text: str) -> list[dict[str, Any]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[dict[Any, Any]] = []
    line = 1
    try:
        names = next(reader, [])
        if "prison_number" not in names:
            raise BadInput(f"{path}: the heading row has no prison_number; begin with a row of field names, parted by commas")
        if len(set(names)) < len(names):
            raise BadInput(f"{path}: the heading row has the same field twice; rename or remove one")
        line = reader.line_num + 1
        for cells in reader:
            # A field whose cell is missing at the end of a short row is not in that row, which is not the same as empty.
            row: dict[Any, Any] = dict(zip(names, cells, strict=False))
            if len(cells) > len(names):
                row[None] = cells[len(names) :]
            if cells:
                rows.append(Row(row, line))
            line = reader.line_num + 1
    except csv.Error:
        raise BadInput(f"{path}: line {line}: is not CSV; check its quotation marks") from None
    return rows
