"""Collections in records: one JSON object a line, or the rows of a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compiler.report.entry import Entry

FORMULA_KEYS = ("formula", "raw")
NAME_KEYS = ("name", "id", "title")
LONGEST_FIELD = 8_000_000  # characters of a .csv field: as long as a formula may be


def jsonl_entries(source: str, text: str) -> Iterator[Entry]:
    """Yield one entry a line: an object with `formula` or `raw`, and perhaps `variables`, `parameters`, a name, `n`.

    variables and parameters are lists of names, or of objects with the keys `name` and perhaps `index`, their order.
    """
    for place, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Entry(source, place, problem=f"no JSON: {error}")
            continue
        yield _entry(source, place, record)


def csv_entries(source: str, text: str, column: str | None) -> Iterator[Entry]:
    """Yield one entry a row: its formula is in `column`, by default `formula`, else `raw`."""
    csv.field_size_limit(LONGEST_FIELD)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    place = 0
    try:
        header = [each.strip() for each in next(rows, [])]
        wanted = FORMULA_KEYS if column is None else (column,)
        found = _first(wanted, header)
        if found is None:
            there = ", ".join(header) or "none"
            yield Entry(source, 0, problem=f"no column {' or '.join(wanted)} (--column names one); there are: {there}")
            return
        for place, row in enumerate(rows, 1):
            cells = dict(zip(header, row, strict=False))
            if any(row):
                yield Entry(source, place, cells.get(found, ""), cells.get(_first(NAME_KEYS, header) or "", ""))
    except csv.Error as error:
        yield Entry(source, place + 1, problem=f"no CSV: {error}")


def _entry(source: str, place: int, record: Any) -> Entry:
    if not isinstance(record, dict):
        return Entry(source, place, problem=f"a line is an object with the key formula or raw, not {record!r:.40}")
    name = str(record.get(_first(NAME_KEYS, record) or "", ""))
    size = str(record.get("n", ""))
    key = _first(FORMULA_KEYS, record)
    if key is None:
        keys = ", ".join(map(str, record)) or "none"
        return Entry(source, place, name=name, size=size, problem=f"no key formula or raw; there are: {keys}")
    formula = record[key]
    if not isinstance(formula, str):
        return Entry(source, place, name=name, size=size, problem=f"{key} is a text, not {formula!r:.40}")
    try:
        variables = _names(record, "variables")
        parameters = _names(record, "parameters") or ()
    except ValueError as error:
        return Entry(source, place, name=name, size=size, problem=str(error))
    return Entry(source, place, formula, name, None, size, variables, parameters)


def _first(wanted: Sequence[str], found: Sequence[str] | Mapping[str, Any]) -> str | None:
    return next((key for key in wanted if key in found), None)


def _names(record: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    """Return the names under a key, None if it is absent. Errors: ValueError if they are no list of names."""
    listed = record.get(key)
    if listed is None:
        return None
    if isinstance(listed, list):
        if listed and all(isinstance(each, dict) and isinstance(each.get("index"), int) for each in listed):
            listed = sorted(listed, key=lambda each: int(each["index"]))
        names = [each.get("name") if isinstance(each, dict) else each for each in listed]
        if all(isinstance(each, str) for each in names):
            return tuple(map(str, names))
    raise ValueError(f"{key} is a list of names, or of objects with the key name, not {listed!r:.60}")
