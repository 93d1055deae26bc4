"""A report as text for a terminal, Markdown, CSV or JSON. Of these only JSON has seconds: the others repeat exactly."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from compiler.report.baseline import Change, Comparison, comparison_lines
from compiler.report.names import LONGEST_NAME, shortened
from compiler.report.rows import Row
from compiler.report.summary import summarize, summary_lines

FORMATS = ("text", "json", "csv", "markdown")
COLUMNS = ("name", "gates", "total", "ratio", "bound", "verdict")
NARROWEST_NAME = 12
SHORTEST_VERDICT = 24  # what names leave to the verdict


def layout(
    rows: Sequence[Row],
    form: str,
    max_ratio: float | None = None,
    width: int | None = None,
    compared: Comparison | None = None,
) -> str:
    """Return the report in one of FORMATS. width: columns of the terminal; None where there is none."""
    if form == "json":
        return _json(rows, max_ratio, compared)
    if form == "csv":
        return _csv(rows)
    if form == "markdown":
        return _markdown(rows, max_ratio, compared)
    return _text(rows, max_ratio, width, compared)


def closing_lines(rows: Sequence[Row], max_ratio: float | None, compared: Comparison | None) -> list[str]:
    """Return the summary as lines of text, and what changed since an earlier report."""
    return [*summary_lines(rows, max_ratio), *(comparison_lines(compared) if compared is not None else [])]


def cells(row: Row) -> tuple[str, ...]:
    """Return the texts of a row under COLUMNS; `-` where nothing was counted."""
    numbers = [f"{each:,}" if each is not None else "-" for each in (row.gates, row.total)]
    ratio = f"{row.ratio:.2f}" if row.ratio is not None else "-"
    return (row.name, *numbers, ratio, f"{row.bound or '-'}{'+' * row.beyond}", row.verdict)


def _text(rows: Sequence[Row], max_ratio: float | None, width: int | None, compared: Comparison | None) -> str:
    table = [COLUMNS, *map(cells, rows)]
    widths = [max(len(line[column]) for line in table) for column in range(5)]
    numbers = sum(widths[1:]) + 2 * 5
    verdict = min(max(len(line[5]) for line in table), SHORTEST_VERDICT)
    names = LONGEST_NAME if width is None else max(width - numbers - verdict, NARROWEST_NAME)
    widths[0] = min(widths[0], names, LONGEST_NAME)
    lines = []
    for name, *counts, end in table:
        shown = [f"{each:>{size}}" for each, size in zip(counts, widths[1:], strict=True)]
        line = "  ".join([f"{shortened(name, widths[0]):{widths[0]}}", *shown, end])
        lines.append(line if width is None or len(line) <= width else line[: max(width - 3, 0)] + "...")
    return "\n".join([*lines, "", *closing_lines(rows, max_ratio, compared), ""])


def _markdown(rows: Sequence[Row], max_ratio: float | None, compared: Comparison | None) -> str:
    lines = [COLUMNS, ("---", "---:", "---:", "---:", "---:", "---"), *map(cells, rows)]
    table = ["| " + " | ".join(map(_escaped, line)) + " |" for line in lines]
    closing = closing_lines(rows, max_ratio, compared)
    summary = [f"- {_escaped(line)}" for line in closing if not line.startswith("slowest: ")]
    return "\n".join([*table, "", *summary, ""])


def _escaped(text: str) -> str:
    return "".join("\\" + each if each in "\\|*_`<" else each for each in text)


def _csv(rows: Sequence[Row]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*COLUMNS, "source", "place"])
    for row in rows:
        ratio = None if row.ratio is None else f"{row.ratio:.4f}"
        writer.writerow([row.name, row.gates, row.total, ratio, row.bound, row.verdict, row.source, row.place])
    return file.getvalue()


def _json(rows: Sequence[Row], max_ratio: float | None, compared: Comparison | None) -> str:
    """Return a JSON object whose keys are always all there; what was not counted is null.

    `formulas`: name, source (its file), place (line, row or core in it, from 1), status (certified, rejected, refused,
    limit), verdict, kind (of a refusal), gates (L), total (T), ratio (T/L), bound (4 or 5), exact_bound, notes and
    seconds (of its worker).
    `summary`: numbers of formulas, certified, rejected, refused, limit, over (above `max_ratio`); kinds (refusals by
    kind); median_ratio, worst_ratio and worst (its name), slowest_seconds and slowest.
    `baseline`, only where there is one: more and fewer (name, total before and now); the names that are new, vanished,
    or lost (counted before, and not now).
    """
    summary = summarize(rows, max_ratio)
    record: dict[str, object] = {
        "format": "baur report",
        "version": 1,
        "max_ratio": max_ratio,
        "formulas": [_record(row) for row in rows],
        "summary": {
            "formulas": summary.formulas,
            "certified": summary.certified,
            "rejected": summary.rejected,
            "refused": summary.refused,
            "limit": summary.limit,
            "over": summary.over,
            "kinds": summary.kinds,
            "median_ratio": summary.median_ratio,
            "worst_ratio": summary.worst and summary.worst.ratio,
            "worst": summary.worst and summary.worst.name,
            "slowest_seconds": summary.slowest and summary.slowest.seconds,
            "slowest": summary.slowest and summary.slowest.name,
        },
    }
    if compared is not None:
        record["baseline"] = _changes(compared)
    return json.dumps(record, indent=1) + "\n"


def _changes(compared: Comparison) -> dict[str, object]:
    def listed(changes: Sequence[Change]) -> list[dict[str, object]]:
        return [{"name": name, "before": before, "now": now} for name, before, now in changes]

    return {
        "more": listed(compared.more),
        "fewer": listed(compared.fewer),
        "new": list(compared.new),
        "vanished": list(compared.vanished),
        "lost": list(compared.lost),
    }


def _record(row: Row) -> dict[str, object]:
    return {
        "name": row.name,
        "source": row.source,
        "place": row.place,
        "status": row.status,
        "verdict": row.verdict,
        "kind": row.kind,
        "gates": row.gates,
        "total": row.total,
        "ratio": row.ratio,
        "bound": row.bound,
        "exact_bound": row.exact_bound,
        "notes": list(row.notes),
        "seconds": round(row.seconds, 6),
    }
