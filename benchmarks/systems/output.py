"""A section on paper: as tables in a terminal, as JSON and CSV, as a figure. All of it is read from the section."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks.systems.section import Cell, Plot, Section

PLOT = 4.6  # inches: the width of a plot, so small that its letters can be read on a phone
DASHED = ("(theory)", "(extrapolated)")
FILE = click.Path(dir_okay=False, path_type=Path)
OPTIONS = (
    click.Option(["--json", "json_path"], type=FILE, help="Write all figures here."),
    click.Option(["--csv", "csv_path"], type=FILE, help="Write the tables here."),
    click.Option(["--plot", "plot_path"], type=FILE, help="Write the figure here; the ending says in which format."),
    click.Option(["--quick"], is_flag=True, help="Small sizes: seconds instead of minutes."),
)


def timed(measure: Callable[..., Section], **options: Any) -> Section:
    """Return what a system measures with these options, the time it took and the options noted in it."""
    start = time.perf_counter()
    record = measure(**options).to_record()
    return Section.of({**record, "seconds": round(time.perf_counter() - start, 2), "options": options})


@dataclass(frozen=True, slots=True)
class System:
    """A system by name: what measures it, the options of the whole report and of --quick, and its sizes as options."""

    name: str
    measure: Callable[..., Section]
    full: dict[str, Any]
    small: dict[str, Any]
    sizes: tuple[click.Option, ...] = ()


def command(system: System) -> click.Command:
    """Return the command of a system: sizes that are given, over those of the report or, for --quick, small ones."""

    def callback(
        json_path: Path | None, csv_path: Path | None, plot_path: Path | None, quick: bool, **given: Any
    ) -> None:
        for path in filter(None, (json_path, csv_path, plot_path)):
            if not path.parent.is_dir():  # before the work
                raise click.UsageError(f"cannot write {path}: there is no folder {path.parent}")
        chosen = {key: each for key, each in given.items() if each not in (None, ())}
        section = timed(system.measure, **{**(system.small if quick else system.full), **chosen})
        show(section)
        if json_path:
            json_path.write_text(json.dumps(section.to_record(), indent=1) + "\n", "utf-8")
        if csv_path:
            write_csv(section, csv_path)
        if plot_path:
            draw(section).savefig(plot_path)

    text = (system.measure.__doc__ or "").strip()
    return click.Command(system.name, callback=callback, params=[*system.sizes, *OPTIONS], help=text)


def shown(cell: Cell) -> str:
    """Return a cell as people read it."""
    if isinstance(cell, bool) or cell is None or isinstance(cell, str):
        return "" if cell is None else str(cell)
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:.4g}"


def show(section: Section) -> None:
    """Print claim, tables, figures beside the documents', notes and verdict."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    console.print(f"\n{section.title}", style="bold")
    console.print(section.claim, markup=False)
    for each in section.tables:
        table = Table(title=each.title)
        for place, column in enumerate(each.columns):
            numbers = all(not isinstance(row[place], str) for row in each.rows)
            table.add_column(escape(column), justify="right" if numbers else "left")
        for row in each.rows:
            table.add_row(*(escape(shown(cell)) for cell in row))
        console.print(table)
    if section.compared:
        table = Table("", "document", "ours", "verdict", title="The documents' figures beside ours")
        for line in section.compared:
            table.add_row(*map(escape, (line.what, line.document, line.ours, line.verdict)))
        console.print(table)
    for note in section.notes:
        console.print(note, markup=False)
    console.print(section.verdict)


def write_csv(section: Section, path: Path) -> None:
    """Write the tables, one below the other, each under its title, and the documents' figures last."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for table in section.tables:
            writer.writerows([[table.title], table.columns, *table.rows, []])
        writer.writerow(["what", "document", "ours", "verdict"])
        writer.writerows([each.what, each.document, each.ours, each.verdict] for each in section.compared)


def draw(section: Section) -> Any:
    """Return matplotlib's Figure of the section's plots, side by side."""
    from matplotlib.figure import Figure

    from benchmarks.systems.ticks import Plain

    count = max(len(section.plots), 1)
    lines = max((len(plot.curves) / _columns(plot) for plot in section.plots), default=0)  # of the longest legend
    figure = Figure(figsize=(PLOT * count, 0.8 * PLOT + 0.2 * lines), layout="constrained")
    for axes, plot in zip(figure.subplots(1, count, squeeze=False)[0], section.plots, strict=False):
        axes.set(title=plot.title, xlabel=plot.x, ylabel=plot.y, xscale=plot.scale, yscale=plot.scale)
        for label, points in plot.curves.items():
            style = "--" if label.endswith(DASHED) else "o-"
            axes.plot([x for x, _ in points], [y for _, y in points], style, label=label, markersize=4)
        axes.grid(visible=True, alpha=0.3)
        axes.legend(
            fontsize="small", ncols=_columns(plot), loc="upper center", bbox_to_anchor=(0.5, -0.17), frameon=False
        )
        if plot.scale == "log":
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_minor_formatter(Plain())
    return figure


def _columns(plot: Plot) -> int:
    """Return in how many columns a plot's legend fits below it."""
    return 2 if max(map(len, plot.curves), default=0) <= 24 else 1
