"""What a report comes to: its order, its counts, its exit status."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from circuit.names import natural
from compiler.report.baseline import Comparison
from compiler.report.names import LONGEST_NAME, shortened
from compiler.report.rows import CERTIFIED, LIMIT, REFUSED, REJECTED, Row

SHOWN = 10  # formulas over the ratio, and reasons of refusals, that are listed
PLACE = re.compile(r"^(?:line \d+, )?column \d+: ")

# Numbers with the largest first: what one looks for is the costly end. What was not counted comes last.
SORTS: dict[str, Callable[[Row], Any]] = {
    "input": lambda row: 0,
    "name": lambda row: natural(row.name),
    "gates": lambda row: -1 - row.gates if row.gates is not None else 0,
    "total": lambda row: -1 - row.total if row.total is not None else 0,
    "ratio": lambda row: -row.ratio if row.ratio is not None else 0,
    "time": lambda row: -row.seconds,
}


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts and extremes of a report. Ratios are those of the certified formulas that have a gate."""

    formulas: int
    certified: int
    refused: int
    limit: int
    rejected: int
    over: int
    kinds: dict[str, int]
    median_ratio: float | None
    worst: Row | None
    slowest: Row | None


def ordered(rows: Sequence[Row], sort: str) -> list[Row]:
    """Return the rows in the order that `sort` names; equal ones stay in the order of the input."""
    return sorted(rows, key=SORTS[sort])


def over(rows: Sequence[Row], max_ratio: float | None) -> list[Row]:
    """Return the rows whose ratio is above the one allowed."""
    return [row for row in rows if max_ratio is not None and row.ratio is not None and row.ratio > max_ratio]


def summarize(rows: Sequence[Row], max_ratio: float | None = None) -> Summary:
    """Return counts and extremes; of equal extremes the first in the order of the rows."""
    status = Counter(row.status for row in rows)
    measured = [(row.ratio, row) for row in rows if row.status == CERTIFIED and row.ratio is not None and row.gates]
    return Summary(
        formulas=len(rows),
        certified=status[CERTIFIED],
        refused=status[REFUSED],
        limit=status[LIMIT],
        rejected=status[REJECTED],
        over=len(over(rows, max_ratio)),
        kinds=dict(Counter(row.kind for row in rows if row.status in (REFUSED, LIMIT)).most_common()),
        median_ratio=median(ratio for ratio, _ in measured) if measured else None,
        worst=max(measured, key=lambda pair: pair[0])[1] if measured else None,
        slowest=max(rows, key=lambda row: row.seconds, default=None),
    )


def summary_lines(rows: Sequence[Row], max_ratio: float | None = None) -> list[str]:
    """Return the summary as lines of text; only the one of the slowest formula has seconds."""
    summary = summarize(rows, max_ratio)
    counts = {
        "CERTIFIED": summary.certified,
        "refused": summary.refused + summary.limit,
        "REJECTED": summary.rejected,
    }
    shown = ", ".join(f"{number:,} {what}" for what, number in counts.items() if number)
    lines = [f"{summary.formulas:,} {'formula' if summary.formulas == 1 else 'formulas'}: {shown}"]
    other = Counter(row.verdict for row in rows if row.status == CERTIFIED and row.verdict != "CERTIFIED")
    lines += [f"certified otherwise: {number:,} {verdict}" for verdict, number in sorted(other.items())]
    if summary.kinds:
        lines.append("refused: " + ", ".join(f"{number:,} {kind}" for kind, number in summary.kinds.items()))
        lines += [f"refused {number:,} times: {reason}" for reason, number in _repeated_reasons(rows)]
    if summary.median_ratio is not None and summary.worst is not None:
        worst = f"{summary.worst.ratio:.2f} ({_short(summary.worst)})"
        lines.append(f"ratio: median {summary.median_ratio:.2f}, worst {worst}")
    if any(row.beyond for row in rows):
        lines.append("bound 5+: an atan2 may add 2 gates to it")
    beyond = over(rows, max_ratio)
    if beyond:
        names = ", ".join(f"{_short(row)} ({row.ratio:.4g})" for row in beyond[:SHOWN])
        more = f" and {len(beyond) - SHOWN:,} more" if len(beyond) > SHOWN else ""
        lines.append(f"over the ratio {max_ratio:g}: {names}{more}")
    if summary.slowest is not None and summary.slowest.seconds:
        lines.append(f"slowest: {_short(summary.slowest)}, {summary.slowest.seconds:.2f} s")
    return lines + [f"note: {_short(row)}: {note}" for row in rows for note in row.notes]


def _repeated_reasons(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """Return the commonest reasons that stand in several rows, without the place in the formula, and how often."""
    verdicts = (row.verdict.removeprefix("refused: ") for row in rows if row.status in (REFUSED, LIMIT))
    found = Counter(PLACE.sub("", verdict) for verdict in verdicts)
    return [(reason, number) for reason, number in found.most_common(SHOWN) if number > 1]


def _short(row: Row) -> str:
    return shortened(row.name, LONGEST_NAME)


def exit_status(rows: Sequence[Row], max_ratio: float | None = None, compared: Comparison | None = None) -> int:
    """Return 1 for a rejected program, a ratio too high or more gates, else 2 for bad input, 3 for a limit, or 0."""
    status = {row.status for row in rows}
    if REJECTED in status or over(rows, max_ratio) or (compared is not None and compared.more):
        return 1
    if REFUSED in status or not rows:
        return 2
    return 3 if LIMIT in status else 0
