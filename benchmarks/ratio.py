"""Count the gates of value and gradient of the workloads and the families, beside what theory allows.

All counts are verify's, from the emitted text, and each program is certified against its function. Gates are no
seconds: the tables are the same on every machine, and the README's is made from the JSON of one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import click
import numpy as np

from benchmarks import peers
from benchmarks.families import FAMILIES, Family
from benchmarks.systems.output import System
from benchmarks.systems.section import Compared, Plot, Section, Table
from benchmarks.workloads import WORKLOADS, Workload
from compiler import compile_gradient

Case = Workload | Family
GATES = (100, 1000, 10000)  # the first sizes of each workload and family
SHOWN = 1000  # gates of the functions in the README
COLUMNS = ("name", "function", "size", "L", "T", "T / L", "(*)", "4L, 5L", "verdict")
DRAWN = ("quotient", "laplace", "speel", "helm", "mlp", "rosen", "dot")
NO_CASADI = "casadi is not installed (it comes with the extra `test`), so its counts are missing."


@dataclass(frozen=True, slots=True)
class Row:
    """The counts of one function at one size; `bound` is the exact price (*), `factor` 4 or 5."""

    name: str
    what: str
    size: int
    value_gates: int
    total_gates: int
    bound: int
    factor: int
    verdict: str

    @property
    def ratio(self) -> float:
        """T / L."""
        return self.total_gates / self.value_gates

    @property
    def cells(self) -> tuple[str | int, ...]:
        """What COLUMNS name."""
        limit = f"{self.factor}L = {self.factor * self.value_gates}"
        counts = (self.value_gates, self.total_gates, f"{self.ratio:.3f}", self.bound, limit, self.verdict)
        return (self.name, self.what, self.size, *counts)


def measure(gates: Sequence[str], peer: bool) -> Section:
    """Count the gates of value and gradient over those of the value."""
    by_size = {int(about): rows(int(about)) for about in gates}
    every = [row for some in by_size.values() for row in some]
    wrong = [f"{row.name} of size {row.size}: {row.verdict}" for row in every if row.verdict != "CERTIFIED"]
    if wrong:
        raise click.ClickException("; ".join(wrong))
    tables = [Table(title_of(about), COLUMNS, tuple(row.cells for row in some)) for about, some in by_size.items()]
    return Section(
        "ratio",
        "What a gradient costs",
        "Value and whole gradient cost at most 4 times the gates of the value for + - * /, at most 5 with transfer "
        "functions, and never more than the price (*) of a careful reverse sweep.",
        (*tables, *_peer_tables(by_size, peer)),
        tuple(_compared(every)),
        (_plot(every),),
        (NO_CASADI,) if peer and peers.casadi() is None else (),
    )


SYSTEM = System(
    "ratio",
    measure,
    full={"gates": tuple(map(str, GATES)), "peer": True},
    small={"gates": ("100", str(SHOWN)), "peer": False},
    sizes=(
        click.Option(
            ["--gates"], multiple=True, type=click.Choice(list(map(str, GATES))), help="About this size only."
        ),
        click.Option(["--peer/--no-peer"], default=None, help="Count what casadi makes of the same functions, too."),
    ),
)


def title_of(gates: int) -> str:
    """Return the title of the table of functions with about so many gates."""
    return f"functions of about {gates:,} gates, emitted without the search for fewer"


def rows(about: int) -> list[Row]:
    """Return a row for each workload, then for each family, that is given for about this number of gates."""
    return [row_of(case, size) for case, size in _cases(about)]


def row_of(case: Case, size: int) -> Row:
    """Compile, certify and count one function."""
    found = compile_gradient(case.function(size, np), shapes=((case.inputs(size),),), effort="plain").certificate
    return Row(
        case.name,
        case.what,
        size,
        found.value_gates,
        found.total_gates,
        found.bound,
        found.factor,
        found.verdict,
    )


def casadi_gates(case: Case, size: int) -> int:
    """Return the instructions of casadi's program for the same value and gradient."""
    return peers.casadi_gates(peers.casadi_program(case.function(size, peers.casadi()), case.inputs(size)))


def _cases(about: int) -> Iterator[tuple[Case, int]]:
    cases: list[Case] = [*WORKLOADS.values(), *FAMILIES.values()]
    for case in cases:
        yield from ((case, size) for gates, size in zip(GATES, case.sizes, strict=False) if gates == about)


def _peer_tables(by_size: dict[int, list[Row]], peer: bool) -> Iterator[Table]:
    if peer and peers.casadi() is not None:
        for about, some in by_size.items():
            theirs = [casadi_gates(case, size) for case, size in _cases(about)]
            counts = tuple((row.name, row.total_gates, T) for row, T in zip(some, theirs, strict=True))
            yield Table(f"casadi (SX, cse), about {about:,} gates", ("name", "T", "casadi's T"), counts)


def _compared(every: Sequence[Row]) -> Iterator[Compared]:
    for factor, gates in ((4, "+ - * /"), (5, "transfer functions")):
        worst = max((row for row in every if row.factor == factor), key=lambda row: row.ratio)
        ours = f"at most {worst.ratio:.3f} ({worst.name})"
        yield Compared(f"T / L, functions with {gates}", f"at most {factor}", ours, worst.ratio <= factor)
    kept = sum(row.total_gates <= row.bound for row in every)
    yield Compared("T <= (*), the price of the sweep", "always", f"{kept} of {len(every)}", kept == len(every))
    for name, ratio, said in (("quotient", 4.0, "the factor is no slack: 4"), ("dot", 1.0, "for nothing: 1")):
        found = {row.ratio for row in every if row.name == name}
        ours = " to ".join(f"{each:g}" for each in sorted({min(found), max(found)}))
        yield Compared(f"T / L of {FAMILIES[name].what}", said, ours, found == {ratio})


def _plot(every: Iterable[Row]) -> Plot:
    every = sorted(every, key=lambda row: row.value_gates)
    ends = [float(every[0].value_gates), float(every[-1].value_gates)]
    theory = {f"{factor}L (theory)": [(L, factor * L) for L in ends] for factor in (4, 5)}
    drawn = {
        name: [(float(row.value_gates), float(row.total_gates)) for row in every if row.name == name] for name in DRAWN
    }
    return Plot("gates with the gradient against gates", "L", "T", {**drawn, **theory})
