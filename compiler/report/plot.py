"""The picture of a report: ratio against gates, its histogram beside it, the bounds 4 and 5 drawn through both."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.report.names import shortened
from compiler.report.rows import CERTIFIED, Row
from compiler.report.summary import summarize

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ENDINGS = (".svg", ".png", ".pdf")
INK, QUIET, GRID = "#1f2933", "#6b7785", "#e4e8ec"
KINDS = {4: ("+ \u2212 * /", "#0072b2", "o"), 5: ("with transfer functions", "#d55e00", "^")}  # told apart in grey too
BINS_PER_UNIT = 10
REPRODUCIBLE = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}  # the same report, the same bytes


def unable(path: str) -> str | None:
    """Return why no picture can be drawn to this file, None if one can."""
    if Path(path).suffix.lower() not in ENDINGS:
        return f"--plot {path}: the file's ending says the format; it is one of {', '.join(ENDINGS)}"
    if find_spec("matplotlib") is None:
        return "--plot needs matplotlib: pip install matplotlib"
    return None


def draw(rows: Sequence[Row], path: str) -> None:
    """Draw the certified formulas that have a gate. Errors: OSError where the file cannot be written."""
    import matplotlib
    from matplotlib.figure import Figure

    shown = [row for row in rows if row.status == CERTIFIED and row.gates]
    style: Any = {"svg.hashsalt": "baur", "svg.fonttype": "none", "text.parse_math": False, "font.size": 10}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(10, 5.4), layout="constrained")
        scatter, histogram = figure.subplots(1, 2, sharey=True, width_ratios=(7, 2))
        _scatter(scatter, shown)
        _histogram(histogram, shown)
        highest = max((row.ratio or 0 for row in shown), default=0)
        scatter.set_ylim(0.8, max(5.4, highest + 0.4))
        _bounds(scatter, histogram)
        figure.suptitle(_title(rows), color=INK, fontsize=13, x=0.01, ha="left")
        if shown:
            above: Any = {"loc": "lower left", "bbox_to_anchor": (-0.01, 1.0), "borderpad": 0}
            scatter.legend(ncols=2, frameon=False, labelcolor=INK, handletextpad=0.2, **above)
        metadata: Any = REPRODUCIBLE[Path(path).suffix.lower()]
        figure.savefig(path, dpi=150, metadata=metadata)


def _title(rows: Sequence[Row]) -> str:
    summary = summarize(rows)
    title = f"{summary.certified:,} of {summary.formulas:,} formulas certified"
    if summary.median_ratio is None or summary.worst is None:
        return title
    return f"{title}: ratio {summary.median_ratio:.2f} in the median, {summary.worst.ratio:.2f} at worst"


def _scatter(axes: Axes, rows: Sequence[Row]) -> None:
    for bound, (label, colour, marker) in KINDS.items():
        points = [(row.gates or 1, row.ratio or 1.0) for row in rows if row.bound == bound]
        if points:
            gates, ratios = zip(*points, strict=True)
            named = f"{label} ({len(points):,})"
            axes.scatter(gates, ratios, s=24, c=colour, marker=marker, alpha=0.5, linewidths=0, label=named)
    _plain(axes)
    axes.set_xlabel("gates of the formula, L", color=INK)
    axes.set_ylabel("ratio T / L: gates with the gradient to gates without", color=INK)
    sizes = [row.gates or 1 for row in rows] or [1]
    _logarithmic(axes, min(sizes), max(sizes))
    worst = summarize(rows).worst
    if worst is not None and worst.gates and worst.ratio:
        right = worst.gates**2 > min(sizes) * max(sizes)
        side, shift = ("right", -8) if right else ("left", 8)
        place, name = (worst.gates, worst.ratio), shortened(worst.name, 40)
        axes.annotate(name, place, (shift, 6), textcoords="offset points", ha=side, color=INK, fontsize=8.5)


def _logarithmic(axes: Axes, lowest: int, highest: int) -> None:
    """Scale the gates by powers of ten, written out; where there are few of them, 2 and 5 times these as well."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.set_xscale("log")
    axes.set_xlim(lowest / 1.3, highest * 1.3)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if highest < 1000 * lowest else (1,)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda gates, _: f"{gates:,.0f}" if gates >= 1 else ""))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _histogram(axes: Axes, rows: Sequence[Row]) -> None:
    from matplotlib.ticker import MaxNLocator

    columns = [[row.ratio or 1.0 for row in rows if row.bound == bound] for bound in KINDS]
    top = max((ratio for column in columns for ratio in column), default=5.0)
    # Bars are centred on 1.0, 1.1, ...: one that holds ratios of exactly 4 lies on the bound, not above it.
    edges = [(each - 0.5) / BINS_PER_UNIT for each in range(BINS_PER_UNIT, int(top * BINS_PER_UNIT) + 3)]
    colours = [colour for _, colour, _ in KINDS.values()]
    axes.hist(columns, bins=edges, orientation="horizontal", stacked=True, color=colours, alpha=0.75)
    axes.set_xlabel("formulas", color=INK)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    _plain(axes)


def _bounds(scatter: Axes, histogram: Axes) -> None:
    for bound, (_, colour, _) in KINDS.items():
        for axes in (scatter, histogram):
            axes.axhline(bound, color=colour, linewidth=1.2, linestyle=(0, (5, 3)), zorder=0.9)
        histogram.annotate(
            f"bound {bound}", (1, bound), (-2, 3), xycoords=("axes fraction", "data"),
            textcoords="offset points", ha="right", color=colour, fontsize=8.5,
        )  # fmt: skip


def _plain(axes: Axes) -> None:
    axes.grid(True, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=QUIET, length=3)
    axes.tick_params(which="minor", colors=GRID)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(QUIET)
