"""From formula to gradient program, against the fastest peers in the same run on the same core, as ratios.

Peers and baur take turns, each round in the opposite order of the last; the first round warms everything up and is
thrown away. A ratio is minimum over minimum; beside it stands the middle half of the rounds' ratios.
"""

from __future__ import annotations

import gc
import json
import math
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks import peers
from benchmarks.startup import Comparison, Sample
from benchmarks.workloads import WORKLOADS, Workload
from circuit import trace
from compiler.simplify import fewest
from compiler.sweep import LARGE, gradient

GATES = tuple(10**power for power in range(3, 7))  # the sizes of the workloads from the second on
SLOWEST = 20.0  # seconds: a peer that took longer than this at one size is left out at the next
Job = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, at how many gates; `ratio` is baur over the peer, None where there is no peer."""

    what: str
    workload: str
    gates: int
    peer: str
    seconds: float
    peer_seconds: float | None
    ratio: float | None
    spread: tuple[float, float] | None

    @property
    def text(self) -> str:
        """Return a line of the table."""
        us = self.seconds / self.gates * 1e6
        own = f"{self.what:22}{self.workload:8}{self.gates:>9,}{self.seconds:>10.4f} s{us:>8.2f} us a gate"
        if self.ratio is None or self.spread is None or self.peer_seconds is None:
            return f"{own}   {self.peer}"
        low, high = self.spread
        return f"{own}{self.peer_seconds:>10.4f} s  {self.ratio:.3f}x {self.peer} ({low:.3f} - {high:.3f})"


@click.command("speed")
@click.option("--gates", multiple=True, type=click.Choice([*map(str, GATES)]), default=("1000", "10000", "100000"))
@click.option("--workload", "names", multiple=True, type=click.Choice(sorted(WORKLOADS)), help="Only these.")
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(min=2))
@click.option("--quick", is_flag=True, help="1,000 and 10,000 gates of three workloads, two rounds: two minutes.")
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here, too.")
@click.option(
    "--plot", type=click.Path(dir_okay=False, path_type=Path), help="Write a log-log plot of the builds here."
)
def command(
    gates: tuple[str, ...], names: tuple[str, ...], rounds: int, quick: bool, path: Path | None, plot: Path | None
) -> None:
    """Time builds, sweeps and the search for fewest gates, and what peers need for the same."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core for all
    click.echo(f"loops compiled, or loaded from the cache, in {_seconds(load):.1f} s; they are there for all below")
    sizes = [int(each) for each in (("1000", "10000") if quick else gates)]
    chosen = [WORKLOADS[name] for name in names or (("rosen", "deep", "robot") if quick else WORKLOADS)]
    rows = []
    for row in measure(chosen, sizes, 2 if quick else rounds):
        click.echo(row.text)
        rows.append(row)
    for line in growth(rows):
        click.echo(line)
    if path:
        path.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", "utf-8")
    if plot:
        draw(rows, plot)


def load() -> None:
    """Build a circuit that is large enough for the compiled loops: a process pays for them once."""
    deep = WORKLOADS["deep"]
    gradient(trace(deep.function(LARGE, np), (deep.inputs(LARGE),)))


def measure(chosen: list[Workload], sizes: list[int], rounds: int) -> Iterator[Row]:
    """Yield the rows of each workload, from small to large; a peer that was too slow is named and left out."""
    for workload in chosen:
        slow: dict[str, float] = {}
        for about in sizes:
            size = workload.sizes[GATES.index(about) + 1]
            yield from _build(workload, size, rounds, slow)
            yield from _sweep(workload, size, rounds, slow)
            if about <= 10_000:
                yield from _fewest(workload, size)


def scalars(workload: Workload, size: int) -> Callable[..., Any]:
    """Return the workload as a function of scalars, one argument an input."""
    return lambda *x: workload.build(size, list(x), np)


def _build(workload: Workload, size: int, rounds: int, slow: dict[str, float]) -> Iterator[Row]:
    """Time formula to counted gradient circuit, ddx-ad's equation and first jacobian, casadi's SX and Function."""
    inputs, shapes = workload.inputs(size), [()] * workload.inputs(size)
    function, start = scalars(workload, size), workload.start(size)
    gates = trace(function, *shapes).gate_count

    def ours() -> object:
        return gradient(trace(function, *shapes)).gate_count

    theirs: dict[str, Job] = {}
    if peers.ddx():
        theirs["ddx-ad"] = lambda: peers.ddx_first_gradient(lambda x, space: workload.build(size, x, space), start)
    if casadi := peers.casadi():
        theirs["casadi"] = lambda: peers.casadi_program(workload.function(size, casadi), inputs)
    yield from _against("formula to program", workload.name, gates, ours, theirs, rounds, slow)


def _sweep(workload: Workload, size: int, rounds: int, slow: dict[str, float]) -> Iterator[Row]:
    """Differentiation alone, against casadi.gradient."""
    inputs, casadi = workload.inputs(size), peers.casadi()
    circuit = trace(workload.function(size, np), (inputs,))
    theirs: dict[str, Job] = {}
    if casadi and "casadi" not in slow:
        x = casadi.SX.sym("x", inputs)
        value = workload.function(size, casadi)(casadi.vertsplit(x))
        theirs["casadi.gradient"] = lambda: casadi.gradient(value, x)
    yield from _against("sweep", workload.name, circuit.gate_count, lambda: gradient(circuit), theirs, rounds, slow)


def _fewest(workload: Workload, size: int) -> Iterator[Row]:
    """Time the search for fewest gates, beyond the plain sweep, once."""
    circuit = trace(workload.function(size, np), (workload.inputs(size),))
    seconds = _seconds(lambda: fewest(circuit)) - _seconds(lambda: gradient(circuit))
    yield Row("fewest adds", workload.name, circuit.gate_count, "", seconds, None, None, None)


def _against(
    what: str, name: str, gates: int, ours: Job, theirs: dict[str, Job], rounds: int, slow: dict[str, float]
) -> Iterator[Row]:
    """Yield one row a peer, or one without."""
    jobs = {"baur": ours} | {peer: job for peer, job in theirs.items() if peer not in slow}
    times: dict[str, list[float]] = {each: [] for each in jobs}
    for turn in range(rounds + 1):
        for each in jobs if turn % 2 else reversed(jobs):
            times[each].append(_seconds(jobs[each]))
    samples = {each: Sample.of(each, seconds[1:]) for each, seconds in times.items()}
    slow.update({each: sample.minimum for each, sample in samples.items() if sample.minimum > SLOWEST})
    own = samples["baur"]
    for peer in theirs or {"no peer is installed": ours}:
        if peer not in samples:
            note = f"{peer}: took over {SLOWEST:.0f} s before" if peer in slow else peer
            yield Row(what, name, gates, note, own.minimum, None, None, None)
            continue
        found = Comparison.of(own, samples[peer])
        yield Row(what, name, gates, peer, own.minimum, samples[peer].minimum, found.minima, found.spread)


def _seconds(job: Job) -> float:
    gc.collect()
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def growth(rows: list[Row]) -> Iterator[str]:
    """Yield how the times grow with the gates: exponents fitted to the minima."""
    series: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows:
        series.setdefault((row.what, row.workload), {})[row.gates] = row.seconds
    for (what, name), points in series.items():
        if len(points) > 1:
            fit = statistics.linear_regression([math.log(n) for n in points], [math.log(t) for t in points.values()])
            yield f"{what}, {name}: time grows like gates^{fit.slope:.2f}"


def draw(rows: list[Row], path: Path) -> None:
    """Write a log-log plot of the builds: seconds against gates."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot(xlabel="gates of the value", ylabel="seconds", xscale="log", yscale="log")
    lines: dict[str, tuple[list[int], list[float]]] = {}
    for row in rows:
        if row.what == "formula to program":
            for label, seconds in (
                (f"baur {row.workload}", row.seconds),
                (f"{row.peer} {row.workload}", row.peer_seconds),
            ):
                if seconds is not None:
                    across, up = lines.setdefault(label, ([], []))
                    across.append(row.gates)
                    up.append(seconds)
    for label, (across, up) in lines.items():
        axes.plot(across, up, "o-" if label.startswith("baur") else "x--", label=label)
    axes.legend(fontsize="small")
    figure.savefig(path)
