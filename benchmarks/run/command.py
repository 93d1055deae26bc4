"""The command `python -m benchmarks run`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from benchmarks.run import minimize
from benchmarks.run.plot import draw
from benchmarks.run.tasks import over_cores, rows
from benchmarks.speed.command import load
from benchmarks.speed.rows import PATIENCE, Row, printed
from benchmarks.workloads import WORKLOADS

GATES = ("100", "1000", "10000", "100000", "1000000")
CHAIN = 1000  # inputs of what is minimized
USUAL = ("robot", "det", "rosen", "deep")


@click.command("run")
@click.option("--gates", multiple=True, type=click.Choice(GATES), default=GATES[:4], help="About so many of the value.")
@click.option("--workload", "names", multiple=True, type=click.Choice(sorted(WORKLOADS)), default=USUAL)
@click.option("--points", default=2048, show_default=True, type=click.IntRange(min=1), help="Of a batch.")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(min=2))
@click.option("--patience", default=PATIENCE, show_default=True, help="Seconds that a peer may take for one thing.")
@click.option("--minimize", "only", is_flag=True, help="Minimize Rosenbrock's chain of 1,000 inputs by scipy.")
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here, too.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Write log-log plots of times here.")
def command(
    gates: tuple[str, ...],
    names: tuple[str, ...],
    points: int,
    rounds: int,
    patience: float,
    only: bool,
    path: Path | None,
    plot: Path | None,
) -> None:
    """Time gradients at one point and at many, and what it takes until the first, beside peers; on one core.

    Then batches on all cores, on the clock. With --minimize, scipy's L-BFGS-B with the gradients of each instead.
    """
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set[int]()
    if cores:
        os.sched_setaffinity(0, {min(cores)})
    load()
    every = minimize.rows(CHAIN, rounds) if only else _every(gates, names, points, rounds, patience, cores)
    found = printed(every, line, path, points=points)
    if plot:
        draw(found, points, plot)


def _every(
    gates: tuple[str, ...], names: tuple[str, ...], points: int, rounds: int, patience: float, cores: set[int]
) -> Iterator[Row]:
    for name in names:
        slow: dict[str, dict[str, float]] = {}
        for about in gates:
            workload = WORKLOADS[name]
            size = workload.sizes[GATES.index(about)]
            yield from rows(workload, size, points, rounds, slow, patience)
            if len(cores) > 1:
                yield from over_cores(workload, size, points, rounds, cores)


def line(row: Row) -> str:
    """Return a line of the table, in microseconds."""
    own = f"{row.what:31}{row.workload:7}{row.gates:>8,}{1e6 * row.seconds:>14,.2f} us"
    if row.ratio is None or row.peer_seconds is None or row.spread is None:
        return f"{own}   {row.peer}"
    low, high = row.spread
    return f"{own}{1e6 * row.peer_seconds:>14,.2f} us  {row.ratio:.3g}x {row.peer} ({low:.3g} - {high:.3g})"
