"""The rows: what baur does, and the peers that do the same."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks.run import arrays, rivals
from benchmarks.speed.rows import PATIENCE, Job, Row, Task, measured
from benchmarks.startup import Comparison, Sample
from benchmarks.workloads import Workload
from circuit import Circuit, trace
from compiler.emit import emit
from compiler.engines import Engine, load
from compiler.sweep import gradient

OFTEN = 5  # times as many rounds for what is soon done
FEW = 50_000  # gates up to which long compilations are repeated for a comparison with ourselves
CACHE = "XDG_CACHE_HOME"  # where engines keep machine code


@dataclass(frozen=True, slots=True)
class Program:
    """A gradient's circuit, and its text for an engine that asks for it."""

    circuit: Circuit

    @property
    def source(self) -> str:
        """The text."""
        return emit(self.circuit)


def engine(workload: Workload, size: int, name: str) -> Engine:
    """Return a workload's gradient in an engine, from the function of scalars on; `llvm float32` is one, too."""
    shapes = [()] * workload.inputs(size)
    kind, _, dtype = name.partition(" ")
    program = Program(gradient(trace(lambda *x: workload.build(size, list(x), np), *shapes)))
    return load(program, kind, dtype or "float64")


def own(name: str) -> rivals.Maker:
    """Return what makes one of our own engines, over many points, from nothing."""

    def make(workload: Workload, size: int, points: Any) -> Job:
        with emptied():
            return _warm(_runs(workload, size, name, points))

    return make


POINT: Mapping[str, Mapping[str, rivals.Maker]] = {
    "interpreter": {"casadi VM": rivals.casadi_vm, "ddx-ad interpreter": rivals.ddx_interpreter},
    "llvm-quick": {"casadi C + tcc": rivals.casadi_c("tcc"), "ddx-ad compiled": rivals.ddx_compiled},
    "llvm": {
        "casadi C + gcc": rivals.casadi_c("gcc"),
        "ddx-ad compiled": rivals.ddx_compiled,
        "jax unrolled": arrays.jax_unrolled,
        "jax arrays": arrays.jax,
        "torch arrays": arrays.torch,
        "autograd arrays": arrays.autograd,
    },
}
BATCH: Mapping[str, Mapping[str, rivals.Maker]] = {
    "interpreter": {
        "casadi map": rivals.casadi_map,
        "ddx-ad interpreter": rivals.ddx_interpreter,
        "baur numpy": own("numpy"),
        "jax arrays": arrays.jax,
        "torch arrays": arrays.torch,
    },
    "llvm-quick": {"heyoka": rivals.heyoka_batch, "ddx-ad compiled": rivals.ddx_compiled},
    "llvm-quick float32": {"baur llvm-quick": own("llvm-quick")},
}
GROWTH = {  # times as long at ten times the size, where that is not ten
    "ddx-ad compiled": 50,
    "jax unrolled": 1000,
    "jax arrays of robot": 1000,
}
KEPT = ("llvm-quick", "llvm")  # whose machine code is found on disk again
SHARED = ("interpreter", "llvm-quick", "c")  # whose batches run on all cores


def rows(
    workload: Workload,
    size: int,
    points: int,
    rounds: int,
    slow: dict[str, dict[str, float]],
    patience: float = PATIENCE,
) -> Iterator[Row]:
    """Yield the rows of a workload: until the first result, and for one more. slow: seconds at the size before."""
    point = np.array(workload.start(size))
    many = point * (1 + np.linspace(-1e-3, 1e-3, points)[:, None])
    gates = gradient(trace(workload.function(size, np), (len(point),))).gate_count
    for kind, table, place in (("point", POINT, point), ("batch", BATCH, many)):
        for name, makers in table.items():
            before = slow.setdefault(f"{kind} {name}", {})
            others = {peer: _why_not(peer, workload, before, patience) or maker for peer, maker in makers.items()}
            first = partial(_first, workload, size, name, place)
            starts = {peer: _started(maker, workload, size, place) for peer, maker in others.items()}
            task = Task(f"{kind} ready, {name}", workload.name, gates, first, starts)
            yield from measured(task, rounds, before, patience)
            ours = _warm(_runs(workload, size, name, place))
            runs = {peer: _made(maker, workload, size, place) for peer, maker in others.items()}
            yield from measured(Task(f"{kind}, {name}", workload.name, gates, ours, runs), OFTEN * rounds, {})
    for name in KEPT if gates <= FEW else ():
        cold = partial(_first, workload, size, name, point)
        with emptied():
            again = _warm(partial(_one, workload, size, name, point))
            task = Task(f"point from disk, {name}", workload.name, gates, again, {"nothing kept": cold})
            yield from measured(task, rounds, {})


def over_cores(workload: Workload, size: int, points: int, rounds: int, cores: set[int]) -> Iterator[Row]:
    """Yield a row for each engine whose batches run on all cores, over the same on one; seconds on the clock."""
    point = np.array(workload.start(size))
    many = point * (1 + np.linspace(-1e-3, 1e-3, 4 * points)[:, None])
    gates = gradient(trace(workload.function(size, np), (len(point),))).gate_count
    one = os.sched_getaffinity(0)
    for name in SHARED:
        if name == "c" and (gates > FEW or rivals.absent("baur + cc", workload.name)):
            continue
        job = _warm(_runs(workload, size, name, many))
        seconds: dict[bool, list[float]] = {False: [], True: []}
        for turn in range(2 * OFTEN * rounds):
            shared = turn % 4 in (1, 2)
            os.sched_setaffinity(0, cores if shared else one)
            start = time.perf_counter()
            job()
            seconds[shared].append(time.perf_counter() - start)
        os.sched_setaffinity(0, one)
        ours, peer = Sample.of(name, seconds[True]), Sample.of("one core", seconds[False])
        found = Comparison.of(ours, peer)
        what = f"batch on {len(cores)} cores, {name}"
        yield Row(what, workload.name, gates, "one core", ours.minimum, peer.minimum, found.minima, found.spread)


@contextmanager
def emptied() -> Iterator[None]:
    """Have engines find nothing on disk, and keep what they make for this long."""
    before = os.environ.get(CACHE)
    with tempfile.TemporaryDirectory() as folder:
        os.environ[CACHE] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ[CACHE]
            else:
                os.environ[CACHE] = before


def _first(workload: Workload, size: int, name: str, place: Any) -> object:
    with emptied():
        return _runs(workload, size, name, place)()


def _one(workload: Workload, size: int, name: str, point: Any) -> object:
    return engine(workload, size, name)(point)


def _why_not(peer: str, workload: Workload, before: Mapping[str, float], patience: float) -> str | None:
    growth = GROWTH.get(peer) or GROWTH.get(f"{peer} of {workload.name}", 10)
    late = growth * before.get(peer, 0) > patience
    return f"would take over {patience:.0f} s" if late else rivals.absent(peer, workload.name)


def _runs(workload: Workload, size: int, name: str, place: Any) -> Job:
    """Return an engine's run at one point or many; results are written to the same arrays each time, as casadi does."""
    dtype = name.partition(" ")[2] or "float64"
    out = np.empty(place.shape[:-1], dtype), np.empty(place.shape, dtype)
    return partial(engine(workload, size, name), place, out)


def _started(maker: rivals.Maker | str, workload: Workload, size: int, place: Any) -> Job | str:
    return maker if isinstance(maker, str) else lambda: maker(workload, size, place)()


def _made(maker: rivals.Maker | str, workload: Workload, size: int, place: Any) -> Job | str:
    return maker if isinstance(maker, str) else _warm(maker(workload, size, place))


def _warm(job: Job) -> Job:
    """Return a job that has run, so that nothing is left to compile."""
    job()
    return job
