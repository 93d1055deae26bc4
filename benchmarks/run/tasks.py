"""The rows: what baur does, and the peers that do the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks.run import rivals
from benchmarks.speed.rows import SLOWEST, Job, Row, Task, measured
from benchmarks.workloads import Workload
from circuit import Circuit, trace
from compiler.emit import emit
from compiler.engines import Engine, load
from compiler.sweep import gradient

OFTEN = 5  # times as many rounds for what is soon done
POINT: Mapping[str, Mapping[str, rivals.Maker]] = {
    "interpreter": {"casadi VM": rivals.casadi_vm, "ddx-ad interpreter": rivals.ddx_interpreter},
    "llvm-quick": {"casadi C + tcc": rivals.casadi_c("tcc"), "ddx-ad compiled": rivals.ddx_compiled},
    "llvm": {"casadi C + gcc": rivals.casadi_c("gcc"), "ddx-ad compiled": rivals.ddx_compiled},
}
BATCH: Mapping[str, Mapping[str, rivals.Maker]] = {
    "interpreter": {
        "casadi map": rivals.casadi_map,
        "ddx-ad interpreter": rivals.ddx_interpreter,
        "numpy text": lambda workload, size, points: partial(engine(workload, size, "numpy").batch, points),
    },
    "llvm-quick": {"heyoka": rivals.heyoka_batch, "ddx-ad compiled": rivals.ddx_compiled},
}


@dataclass(frozen=True, slots=True)
class Program:
    """A gradient's circuit, and its text for an engine that asks for it."""

    circuit: Circuit

    @property
    def source(self) -> str:
        """The text."""
        return emit(self.circuit)


def engine(workload: Workload, size: int, name: str) -> Engine:
    """Return a workload's gradient in an engine, from the function of scalars on."""
    shapes = [()] * workload.inputs(size)
    return load(Program(gradient(trace(lambda *x: workload.build(size, list(x), np), *shapes))), name)


def rows(workload: Workload, size: int, points: int, rounds: int, slow: dict[str, dict[str, float]]) -> Iterator[Row]:
    """Yield the rows of a workload: until the first result, and for one more. slow: seconds at the size before."""
    point = np.array(workload.start(size))
    many = point * (1 + np.linspace(-1e-3, 1e-3, points)[:, None])
    gates = gradient(trace(workload.function(size, np), (len(point),))).gate_count
    for kind, table, place in (("point", POINT, point), ("batch", BATCH, many)):
        for name, makers in table.items():
            before = slow.setdefault(f"{kind} {name}", {})
            others = {peer: _why_not(peer, before) or maker for peer, maker in makers.items()}

            def first(name: str = name, kind: str = kind, place: Any = place) -> object:
                return _runs(engine(workload, size, name), kind, place)()

            starts = {peer: _started(maker, workload, size, place) for peer, maker in others.items()}
            yield from measured(Task(f"{kind} ready, {name}", workload.name, gates, first, starts), rounds, before)
            ours = _warm(_runs(engine(workload, size, name), kind, place))
            runs = {peer: _made(maker, workload, size, place) for peer, maker in others.items()}
            yield from measured(Task(f"{kind}, {name}", workload.name, gates, ours, runs), OFTEN * rounds, {})


def _why_not(peer: str, before: Mapping[str, float]) -> str | None:
    late = 10 * before.get(peer, 0) > SLOWEST
    return f"would take over {SLOWEST:.0f} s" if late else rivals.absent(peer)


def _runs(run: Engine, kind: str, place: Any) -> Job:
    return partial(run if kind == "point" else run.batch, place)


def _started(maker: rivals.Maker | str, workload: Workload, size: int, place: Any) -> Job | str:
    return maker if isinstance(maker, str) else lambda: maker(workload, size, place)()


def _made(maker: rivals.Maker | str, workload: Workload, size: int, place: Any) -> Job | str:
    return maker if isinstance(maker, str) else _warm(maker(workload, size, place))


def _warm(job: Job) -> Job:
    """Return a job that has run, so that nothing is left to compile."""
    job()
    return job
