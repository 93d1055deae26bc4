"""The command `python -m benchmarks speed`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np

from benchmarks.speed import far, memory, tasks
from benchmarks.speed.plot import draw
from benchmarks.speed.rows import PATIENCE, Row, growth, keep, measured, printed
from benchmarks.workloads import WORKLOADS, Workload
from circuit import trace
from circuit.jit import LARGE
from compiler.sweep import gradient

GATES = tuple(10**power for power in range(3, 7))  # the sizes of the workloads from the second on
QUICK = ("rosen", "deep", "robot")
SEARCHED = 100_000  # gates up to which the search for fewest is timed
MOST = 100_000  # gates from which on two rounds must do
MEASURABLE = 100_000  # and those from which on memory is measured: below, the first build took as much


@click.command("speed")
@click.option("--gates", multiple=True, type=click.Choice([*map(str, GATES)]), default=("1000", "10000", "100000"))
@click.option("--workload", "names", multiple=True, type=click.Choice(sorted(WORKLOADS)), help="Only these.")
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(min=2))
@click.option("--patience", default=PATIENCE, show_default=True, help="Seconds that a peer may take for one thing.")
@click.option("--peer", "far_peers", multiple=True, type=click.Choice(sorted(far.PEERS)), help="A slower peer, too.")
@click.option("--quick", is_flag=True, help="1,000 and 10,000 gates of three workloads, two rounds: two minutes.")
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here, too.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Write a log-log plot of the builds.")
def command(
    gates: tuple[str, ...],
    names: tuple[str, ...],
    rounds: int,
    patience: float,
    far_peers: tuple[str, ...],
    quick: bool,
    path: Path | None,
    plot: Path | None,
) -> None:
    """Time builds, sweeps, front ends and the search for fewest gates, and what peers need for the same."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core for all
    start = time.perf_counter()
    load()
    click.echo(f"loops compiled, or loaded from the cache, in {time.perf_counter() - start:.1f} s; there for all below")
    sizes = [1000, 10_000] if quick else [int(each) for each in gates]
    chosen = [WORKLOADS[name] for name in names or (QUICK if quick else WORKLOADS)]
    rows = printed(_every(chosen, sizes, 2 if quick else rounds, patience, far_peers), lambda row: row.text, path)
    for line in growth(rows):
        click.echo(line)
    peaks = dict(_peaks(chosen, max(sizes))) if max(sizes) >= MEASURABLE and sys.platform == "linux" else {}
    for name, peak in peaks.items():
        click.echo(f"{name}: peak memory {peak:,.0f} bytes a gate, at {max(sizes):,} gates")
    keep(rows, path, **{"bytes a gate": peaks})
    if plot:
        draw(rows, plot)


def load() -> None:
    """Build a circuit that is large enough for the compiled loops: a process pays for them once."""
    deep = WORKLOADS["deep"]
    gradient(trace(deep.function(LARGE, np), (deep.inputs(LARGE),)))


def _every(
    chosen: list[Workload], sizes: list[int], rounds: int, patience: float, far_peers: tuple[str, ...]
) -> Iterator[Row]:
    for workload in chosen:
        slow: dict[str, float] = {}
        for about in sizes:
            size = workload.sizes[GATES.index(about) + 1]
            turns = rounds if about < MOST else 2
            own = list(measured(tasks.build(workload, size), turns, slow, patience))
            yield from own
            yield from measured(tasks.sweep(workload, size), turns, slow, patience)
            if about <= SEARCHED:
                yield tasks.search(workload, size)
            if about == GATES[0]:
                yield from tasks.far_peers(own[0], size, (peer for peer in far_peers if peer != "sympy"))
    yield from tasks.front_ends(chosen, max(sizes), rounds, far_peers)


def _peaks(chosen: list[Workload], about: int) -> Iterator[tuple[str, float]]:
    for workload in chosen:
        size = workload.sizes[GATES.index(about) + 1]
        yield workload.name, memory.bytes_a_gate("baur", workload.name, size, about)
