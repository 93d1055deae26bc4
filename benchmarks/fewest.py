"""Count the gates of value and gradient by both efforts, and by casadi: the workloads, and published formulas."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click
import numpy as np

from benchmarks import peers
from benchmarks.workloads import WORKLOADS
from circuit import Circuit, CircuitError, parse, trace
from compiler.emit import emit
from compiler.pipeline import compile_gradient
from compiler.report.sources import read_sources
from compiler.simplify import fewest
from compiler.sweep import gradient
from verify.chain import Proof, prove

GATES = ("100", "1000", "10000")
COLLECTIONS = {  # name: folder, and the size of the formulas, "" for any
    "Feynman": ("srsd-feynman/feynman.jsonl", ""),
    "uo-functions, n = 12": ("uo-functions/uo_functions.jsonl", "12"),
    "uo-functions, n = 60": ("uo-functions/uo_functions.jsonl", "60"),
    "Herbie": ("herbie/bench", ""),
}
HEAD = f"{'':26}{'source':>9}{'plain':>9}{'fewest':>9}{'casadi':>9}{'T/source':>10}{'seconds':>9}  by the chain rule"


@dataclass(slots=True)
class Row:
    """Gates of one function, or summed over formulas, as `compile_gradient` hands them over.

    `worse` names the formulas for which casadi needs fewer, `unproved` those for which fewer were found than the chain
    rule proves.
    """

    name: str
    source: int = 0
    plain: int = 0
    fewest: int = 0
    casadi: int = 0
    seconds: float = 0.0
    formulas: int = 0
    proved: int = 0
    worse: list[str] = field(default_factory=list)
    unproved: list[str] = field(default_factory=list)

    def add(self, name: str, circuit: Circuit, *, peer: bool) -> None:
        """Count one function."""
        self.formulas += 1
        self.source += circuit.gate_count
        self.plain += gradient(circuit).gate_count
        start = time.process_time()
        found = fewest(circuit).circuit
        self.seconds += time.process_time() - start
        followed = isinstance(prove(emit(found)), Proof)
        if not followed:
            self.unproved.append(f"{name} ({found.gate_count:,})")
            program = compile_gradient(circuit)
            found, followed = program.circuit, isinstance(prove(program.source), Proof)
        self.fewest += found.gate_count
        self.proved += followed
        if peer:
            theirs = peers.casadi_gates_of(circuit)
            self.casadi += theirs
            if theirs < found.gate_count:
                self.worse.append(name)

    @property
    def text(self) -> str:
        """Return the line of the table."""
        counts = f"{self.source:9,}{self.plain:9,}{self.fewest:9,}{self.casadi or '-':>9}"
        ratio = f"{self.fewest / max(self.source, 1):10.4f}{self.seconds:9.1f}  {self.proved} of {self.formulas}"
        worse = f"; casadi needs fewer for {', '.join(self.worse)}" if self.worse else ""
        fewer = f"; found, not proved: {', '.join(self.unproved)}" if self.unproved else ""
        return f"{self.name:26}{counts}{ratio}{worse}{fewer}"


@click.command("fewest")
@click.option("--gates", multiple=True, type=click.Choice(GATES), help="Workloads of about this size only.")
@click.option("--corpora/--no-corpora", default=True, help="Count published formulas, too (BAUR_CORPORA).")
@click.option("--peer/--no-peer", default=True, help="Count what casadi makes of the same circuits, too.")
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here, too.")
def command(gates: tuple[str, ...], corpora: bool, peer: bool, path: Path | None) -> None:
    """Count the gates of value and gradient: the plain sweep, the fewest that are proved, and casadi's with cse.

    An integer power of casadi's counts as the chain of products that it is. `source` are the gates of the formula.
    """
    peer = peer and peers.casadi() is not None
    click.echo(HEAD)
    rows = []
    for row in measure(gates or GATES, corpora, peer):
        click.echo(row.text)
        rows.append(row)
    if path:
        path.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", "utf-8")


def measure(gates: tuple[str, ...], corpora: bool, peer: bool) -> Iterator[Row]:
    """Yield a row for each workload and size, then one for each collection of formulas."""
    for workload in WORKLOADS.values():
        for about in gates:
            extent = workload.sizes[GATES.index(about)]
            row = Row(f"{workload.name} {extent}")
            row.add(row.name, trace(workload.function(extent, np), (workload.inputs(extent),)), peer=peer)
            yield row
    folder = os.environ.get("BAUR_CORPORA")
    if corpora and not folder:
        click.echo("BAUR_CORPORA names no folder of formulas", err=True)
    for name, (place, size) in COLLECTIONS.items() if corpora and folder else ():
        yield _collected(Row(name), str(Path(str(folder), place)), size, peer)


def _collected(row: Row, place: str, size: str, peer: bool) -> Row:
    for entry in read_sources([place]):
        if size in ("", entry.size) and not entry.problem:
            with suppress(CircuitError):  # refused by name, as `baur report` shows
                row.add(entry.name, parse(entry.formula, entry.variables, entry.parameters), peer=peer)
    return row
