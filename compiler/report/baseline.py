"""A report held against an earlier one: which formulas need more gates than before, and which are new or gone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from compiler.report.names import LONGEST_NAME, clean, shortened
from compiler.report.rows import Row

Change = tuple[str, int, int]  # name, gates before, gates now
SHOWN = 10  # names in a line of the summary


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed since an earlier report, by the names of the formulas; gates are those of value and gradient.

    lost: formulas that were counted before and are not now.
    """

    more: tuple[Change, ...]
    fewer: tuple[Change, ...]
    new: tuple[str, ...]
    vanished: tuple[str, ...]
    lost: tuple[str, ...]


def read_baseline(path: str) -> dict[str, int | None]:
    """Return the gates (None where none were counted) of every formula of a report that `--format json` wrote.

    Errors: OSError; ValueError for anything else than such a report.
    """
    try:
        record = json.loads(Path(path).read_bytes())
        if record["format"] != "baur report" or record["version"] != 1:
            raise ValueError("of another format or version")
        found = {each["name"]: each["total"] for each in record["formulas"]}
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise ValueError(f"{path} is no report that `baur report --format json` wrote: {clean(repr(error))}") from None
    for name, total in found.items():
        if not isinstance(name, str) or not (total is None or type(total) is int):
            raise ValueError(f"{path} is no report: {clean(repr(name))[:LONGEST_NAME]} has {clean(repr(total))} gates")
    return found


def compare(rows: Sequence[Row], before: Mapping[str, int | None]) -> Comparison:
    """Return what changed since the earlier report, in the order of the rows."""
    changed = [(row.name, old, row.total) for row, old in _counted_before(rows, before) if row.total is not None]
    names = {row.name for row in rows}
    return Comparison(
        more=tuple(each for each in changed if each[2] > each[1]),
        fewer=tuple(each for each in changed if each[2] < each[1]),
        new=tuple(row.name for row in rows if row.name not in before),
        vanished=tuple(name for name in before if name not in names),
        lost=tuple(row.name for row, _ in _counted_before(rows, before) if row.total is None),
    )


def _counted_before(rows: Sequence[Row], before: Mapping[str, int | None]) -> Iterator[tuple[Row, int]]:
    for row in rows:
        old = before.get(row.name)
        if old is not None:
            yield row, old


def comparison_lines(found: Comparison) -> list[str]:
    """Return what changed as lines of text: all formulas that need more gates, and the first few of the others."""
    lines = [f"more gates: {_short(name)}: {old:,} before, {now:,} now" for name, old, now in found.more]
    others = {
        "fewer gates": [f"{_short(name)} ({old:,} before, {now:,} now)" for name, old, now in found.fewer],
        "new": [_short(name) for name in found.new],
        "vanished": [_short(name) for name in found.vanished],
        "not counted any more": [_short(name) for name in found.lost],
    }
    for what, names in others.items():
        if names:
            more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
            lines.append(f"{what}: {', '.join(names[:SHOWN])}{more}")
    return lines or ["no formula needs other gates than before"]


def _short(name: str) -> str:
    return shortened(clean(name), LONGEST_NAME)
