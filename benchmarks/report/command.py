"""The command `python -m benchmarks report`."""

from __future__ import annotations

import json
import os
import platform
import time
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import click

from benchmarks.report.page import Run, page
from benchmarks.report.processes import Outcome, run_all
from benchmarks.systems.systems import SYSTEMS

PACKAGES = ("numpy", "numba", "llvmlite", "sympy", "networkx", "scipy", "scikit-learn", "casadi", "jax", "torch")


@click.command("report")
@click.option("--quick", is_flag=True, help="Small sizes: seconds a system instead of minutes in all.")
@click.option(
    "-o", "--output", "folder", default="report", show_default=True, type=click.Path(file_okay=False, path_type=Path)
)
def command(quick: bool, folder: Path) -> None:
    """Measure all systems and write FOLDER/index.html, one self-contained page, and FOLDER/NAME.json beside it.

    Exit status 1 if a system could not be measured; the page names it.
    """
    if find_spec("matplotlib") is None:
        raise click.ClickException("the page's pictures need matplotlib, the extra plot: pip install -e '.[plot]'")
    folder.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    outcomes = _measured(folder, quick)
    sections = [outcome.section for outcome in outcomes if outcome.section]
    missing = [f"{outcome.name}: {outcome.error}" for outcome in outcomes if not outcome.section]
    run = Run(quick, round(time.perf_counter() - start, 1), machine(), [section.name for section in sections], missing)
    (folder / "run.json").write_text(json.dumps(run.to_record(), indent=1) + "\n", "utf-8")
    (folder / "index.html").write_text(page(run, sections), "utf-8")
    click.echo(f"{folder / 'index.html'}: {len(sections)} of {len(outcomes)} systems in {run.seconds:.0f} s")
    if missing:
        raise click.ClickException("; ".join(missing))


def machine() -> dict[str, str]:
    """Return what the figures were measured with: versions, kind of machine, number of cores; no name, no path."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        platform.python_implementation(): platform.python_version(),
        **versions,
    }


def _measured(folder: Path, quick: bool) -> list[Outcome]:
    """Return what became of the systems, in the order of the report; a bar on stderr shows how far they are."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    found: dict[str, Outcome] = {}
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("systems", total=len(SYSTEMS))
        for outcome in run_all(SYSTEMS, folder, quick):
            found[outcome.name] = outcome
            section = outcome.section
            said = f"{section.seconds:.1f} s, {section.verdict}" if section else outcome.error
            progress.console.print(f"{outcome.name}: {said}", markup=False, highlight=False)
            progress.advance(task)
    return [found[system.name] for system in SYSTEMS]
