"""The report's page: text out of sections. It asks for nothing beyond itself, and says so to the browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from re import sub
from typing import Any

from benchmarks.report.figure import figures
from benchmarks.systems.output import shown
from benchmarks.systems.section import Cell, Compared, Section, Table
from compiler.explorer import component

TITLE = "What a gradient costs, counted"
LONG = 14  # letters of a cell from which its column needs room
LOOK = "Gate by gate"
EXPLORED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("x*y + x/y", {"x": 2, "y": 3}),
    ("a*b*c*d", {"a": 2, "b": 3, "c": 5, "d": 7}),
    ("(tanh(w*x + b) - y)**2", {"w": 0.5, "x": 2.0, "b": -0.25, "y": 1.0}),
)
STYLE = Path(__file__).with_name("style.css")
# What a browser is told to refuse: everything that is not in the file itself.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
HEAD = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{TITLE}</title>
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What the figures of a report have in common; `systems`: those measured, `missing`: the others, and why."""

    quick: bool
    seconds: float
    machine: dict[str, str]
    systems: Sequence[str]
    missing: Sequence[str] = ()

    def to_record(self) -> dict[str, Any]:
        """Return what JSON holds of it."""
        return asdict(self)


def page(run: Run, sections: Sequence[Section]) -> str:
    """Return the page of a run's sections, in their order."""
    parts = [_header(run, sections), _contents(sections), *map(_section, sections), _explorers(), _footer(run)]
    style = STYLE.read_text("utf-8")
    return f"{HEAD}<style>\n{style}</style>\n</head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"


def _header(run: Run, sections: Sequence[Section]) -> str:
    compared = [line for section in sections for line in section.compared]
    agree = sum(line.agrees for line in compared)
    sizes = "small sizes, for a quick look" if run.quick else "the sizes of the whole report"
    missing = "".join(f'<p class="missing">Not measured: {escape(each)}</p>\n' for each in run.missing)
    counts = f"{len(compared)} figures, {agree} agree, {len(compared) - agree} differ"
    return f"""<header>
<h1>{TITLE}</h1>
<p>baur compiles a function into a program for its value and its whole gradient, and counts what that costs, gate by
gate, in the program's text. Below, what lecture notes and papers say of {len(sections)} systems stands beside those
counts: <strong>{counts}</strong>, each for a reason that is given.</p>
<p>L is the number of gates of the value, T that of value and gradient together; (*) is the price of a careful reverse
sweep, summed gate by gate over the value, which T never exceeds. Constants cost nothing.</p>
<p>Measured at {sizes}, in {run.seconds:,.0f} seconds. Every number comes from the JSON files beside this page.</p>
{missing}</header>"""


def _contents(sections: Sequence[Section]) -> str:
    rows = []
    for section in sections:
        agree = sum(line.agrees for line in section.compared)
        link = f'<a href="#{escape(section.name)}">{escape(section.title)}</a>'
        counts = (agree, len(section.compared) - agree, f"{section.seconds:.1f}")
        rows.append(f"<tr><td>{link}</td>" + "".join(f'<td class="number">{each}</td>' for each in counts) + "</tr>")
    rows.append(f'<tr><td><a href="#explorer">{LOOK}</a></td>' + "<td></td>" * 3 + "</tr>")
    head = "<th>system</th>" + "".join(f'<th class="number">{each}</th>' for each in ("agree", "differ", "seconds"))
    return f"""<nav aria-label="Contents"><table class="plain contents">
<thead><tr>{head}</tr></thead>
<tbody>{"".join(rows)}</tbody>
</table></nav>"""


def _explorers() -> str:
    """Return small formulas gate by gate: what all that is counted above looks like."""
    made = "".join(component(formula, point) for formula, point in EXPLORED)
    return f'<section class="part" id="explorer"><h2>{LOOK}</h2>\n{made}</section>'


def _section(section: Section) -> str:
    drawn = "".join(
        f"<figure>{svg}<figcaption>{escape(plot.title)}</figcaption></figure>"
        for svg, plot in zip(figures(section), section.plots, strict=True)
    )
    notes = "".join(f"<p>{_prose(note)}</p>\n" for note in section.notes)
    options = ", ".join(f"{key} = {_option(value)}" for key, value in section.options.items())
    return f"""<section class="part" id="{escape(section.name)}" aria-labelledby="{escape(section.name)}-title">
<h2 id="{escape(section.name)}-title">{escape(section.title)}</h2>
<p class="claim">{_prose(section.claim)}</p>
<p class="verdict">{escape(section.verdict)}.</p>
<div class="figures">{drawn}</div>
{_compared(section.compared)}
{"".join(map(_table, section.tables))}
<div class="notes">
{notes}</div>
<p class="small">{escape(f"python -m benchmarks {section.name}: {options}; {section.seconds:,.1f} seconds")}</p>
</section>"""


def _compared(lines: Sequence[Compared]) -> str:
    """Return the documents' figures beside ours; on a narrow screen each row is a card."""
    rows = []
    for line in lines:
        mark = "agree" if line.agrees else "differ"
        rows.append(
            f'<tr class="{mark}"><th scope="row">{_prose(line.what)}</th>'
            f'<td data-label="document">{escape(line.document)}</td><td data-label="ours">{escape(line.ours)}</td>'
            f'<td data-label="verdict"><span class="mark">{mark}</span> {_prose(line.because)}</td></tr>'
        )
    return f"""<table class="plain compared">
<caption>The documents' figures beside ours</caption>
<thead><tr><th></th><th>document</th><th>ours</th><th>verdict</th></tr></thead>
<tbody>{"".join(rows)}</tbody>
</table>"""


def _table(table: Table) -> str:
    """Return a table that scrolls by itself where it is wider than the page."""
    classes = [_kind(column) for column in zip(*table.rows, strict=True)] or [""] * len(table.columns)

    def line(tag: str, cells: Sequence[str]) -> str:
        each = zip(classes, cells, strict=True)
        return "<tr>" + "".join(f"<{tag}{kind}>{escape(cell)}</{tag}>" for kind, cell in each) + "</tr>\n"

    head = line("th", table.columns)
    rows = "".join(line("td", [shown(cell) for cell in row]) for row in table.rows)
    title = _prose(table.title)
    return f"""<h3>{title}</h3>
<div class="wide" tabindex="0" role="region" aria-label="{escape(table.title)}"><table class="plain">
<thead>{head}</thead>
<tbody>{rows}</tbody>
</table></div>
"""


def _kind(column: Sequence[Cell]) -> str:
    """Return the attribute of a column's cells: numbers are set to the right, long words get room."""
    if all(map(_is_number, column)):
        return ' class="number"'
    return ' class="words"' if max(len(shown(cell)) for cell in column) > LONG else ""


def _is_number(cell: Cell) -> bool:
    if not isinstance(cell, str):
        return True
    try:
        float(cell.replace(",", "").removesuffix("%"))
    except ValueError:
        return False
    return True


def _prose(text: str) -> str:
    """Return a text in which what stands between backquotes is code."""
    return sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _option(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _footer(run: Run) -> str:
    items = "".join(f"<dt>{escape(key)}</dt><dd>{escape(value)}</dd>" for key, value in run.machine.items())
    return f"<footer><h2>Measured with</h2><dl>{items}</dl></footer>"
