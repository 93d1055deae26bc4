"""`baur report`: gate counts, ratio and verdict of every formula of whole collections."""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from compiler.commands.common import BAD_INPUT, stop
from compiler.report import (
    FORMATS,
    SORTS,
    Entry,
    Row,
    compare,
    exit_status,
    layout,
    measure_all,
    ordered,
    read_baseline,
    read_sources,
)
from compiler.report.layout import closing_lines
from compiler.report.pool import available


@click.command("report")
@click.argument("corpora", metavar="CORPUS...", nargs=-1, required=True)
@click.option("--column", metavar="NAME", help="The column of the formulas in .csv files; default: formula, else raw.")
@click.option("--sort", type=click.Choice(list(SORTS)), default="input", help="Numbers come with the largest first.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="Of the output; default: text.")
@click.option("--max-ratio", type=click.FloatRange(min=0), metavar="R", help="Exit with 1 if a ratio is above R.")
@click.option("--baseline", metavar="FILE", help="Exit with 1 if a formula needs more gates than in this JSON report.")
@click.option("--jobs", type=click.IntRange(min=1), help="Worker processes; default: the processors there are.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="S", help="Seconds for one formula.")
@click.option("--scheduler", metavar="ADDRESS", help="Of a Dask cluster whose workers do it: tcp://HOST:8786.")
@click.option("--plot", type=click.Path(dir_okay=False), help="Draw ratios against gates: .svg, .png or .pdf.")
def command(
    corpora: tuple[str, ...], column: str | None, sort: str, form: str, max_ratio: float | None,
    baseline: str | None, jobs: int | None, timeout: float | None, scheduler: str | None, plot: str | None,
) -> None:  # fmt: skip
    """Compile and certify every formula of files and folders; print its gates, ratio and verdict.

    \b
    .jsonl         one object a line: formula or raw, and perhaps variables, parameters, name
    .csv           a column with formulas
    .fpcore        one or more cores
    other files    one formula a line; blank lines and lines that start with # are skipped
    folders        all .txt, .jsonl, .csv and .fpcore files below
    -              lines from stdin

    A bracketed list [f, g, h] is several formulas. Columns: gates L of the formula, total T of value and gradient,
    ratio T/L, the bound it is held to, the verdict.

    A formula that fails does not stop the others. Exit status: 1 if a program is rejected, a ratio is above
    --max-ratio or a formula needs more gates than in --baseline; else 2 if a file cannot be read or a formula is
    refused as bad input; else 3 if one is beyond a limit of size, memory or time, or was not done when the report was
    interrupted (Ctrl-C); else 0.
    """  # noqa: D301  click's mark for lines that stay as they are is the control character itself
    _check_numbers(max_ratio, timeout)
    if scheduler is not None and (jobs, timeout) != (None, None):
        stop(BAD_INPUT, "--jobs and --timeout are for the processes of this machine, not for a --scheduler")
    if plot is not None:
        _check_plot(plot)
    before = _baseline(baseline) if baseline is not None else None
    entries = read_sources(corpora, column)
    if not entries:
        stop(BAD_INPUT, f"no formulas in {', '.join(corpora)}")
    rows = ordered(_rows(entries, scheduler, jobs or available(), timeout), sort)
    compared = compare(rows, before) if before is not None else None
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    click.echo(layout(rows, form, max_ratio, width, compared), nl=False)
    if form in ("json", "csv"):
        click.echo("\n".join(closing_lines(rows, max_ratio, compared)), err=True)
    if plot is not None:
        _draw(rows, plot)
    raise SystemExit(exit_status(rows, max_ratio, compared))


def _check_numbers(*numbers: float | None) -> None:
    if any(number is not None and math.isnan(number) for number in numbers):
        stop(BAD_INPUT, "--max-ratio and --timeout take numbers, not nan")


def _check_plot(path: str) -> None:
    from compiler.report.plot import unable

    reason = unable(path)
    if reason is not None:
        stop(BAD_INPUT, reason)


def _baseline(path: str) -> dict[str, int | None]:
    try:
        return read_baseline(path)
    except OSError as error:
        stop(BAD_INPUT, f"cannot read {path}: {error.strerror}")
    except ValueError as error:
        stop(BAD_INPUT, str(error))


def _rows(entries: list[Entry], scheduler: str | None, jobs: int, timeout: float | None) -> list[Row]:
    with _progress(len(entries)) as done:
        if scheduler is None:
            return measure_all(entries, jobs, timeout, done)
        from compiler.report.cluster import measure_over

        try:
            return measure_over(entries, scheduler, done)
        except (ConnectionError, ImportError) as error:
            stop(BAD_INPUT, str(error))


def _draw(rows: list[Row], path: str) -> None:
    from compiler.report.plot import draw

    try:
        draw(rows, path)
    except OSError as error:
        stop(BAD_INPUT, f"cannot write {path}: {error.strerror}")


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """Show a bar while the formulas are done, where stderr is a terminal; rich is loaded only there."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("formulas", total=total)
        yield lambda: bar.advance(task)
