"""Count the gates of value and gradient of the workloads and the families, beside what theory allows.

All counts are verify's, from the emitted text, and each program is certified against its function. Gates are no
seconds: the table is the same on every machine, and the README's is checked against it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import numpy as np

from benchmarks import peers
from benchmarks.families import FAMILIES, Family
from benchmarks.workloads import WORKLOADS, Workload
from compiler import compile_gradient

GATES = (100, 1000, 10000)  # the first sizes of each workload and family
SHOWN = 1000  # gates of the functions in the README
BEGIN, END = "<!-- ratio -->\n", "<!-- end ratio -->"
NO_CASADI = "casadi is not installed (it comes with the extra `test`), so its column is empty."


@dataclass(frozen=True, slots=True)
class Row:
    """The counts of one function at one size; `bound` is the exact price (*), `factor` 4 or 5, `casadi` its T."""

    kind: str
    name: str
    what: str
    size: int
    value_gates: int
    total_gates: int
    bound: int
    factor: int
    verdict: str
    casadi: int | None

    @property
    def ratio(self) -> str:
        """T / L."""
        return f"{self.total_gates / self.value_gates:.3f}"

    @property
    def limit(self) -> str:
        """What no program may exceed, 4L or 5L."""
        return f"{self.factor}L = {self.factor * self.value_gates}"


@click.command("ratio")
@click.option("--gates", multiple=True, type=click.Choice(list(map(str, GATES))), help="About this size only.")
@click.option("--peer/--no-peer", default=True, help="Count what casadi makes of the same functions, too.")
@click.option("--markdown", is_flag=True, help="Print the table as Markdown.")
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here, too.")
@click.option("--write", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Renew a file's table.")
@click.option("--check", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Exit with 1 if it is old.")
def command(
    gates: Sequence[str], peer: bool, markdown: bool, path: Path | None, write: Path | None, check: Path | None
) -> None:
    """Count the gates of value and gradient over those of the value.

    --write and --check are about the table between `<!-- ratio -->` and `<!-- end ratio -->` in a document: its
    functions have about 1000 gates, and no peer is in it.
    """
    document = write or check
    if document is not None:
        return _renew(document, document is write)
    rows = list(measure([int(each) for each in gates] or GATES, peer=peer))
    click.echo(as_markdown(rows, peer=peer) if markdown else as_text(rows, peer=peer), nl=False)
    if peer and peers.casadi() is None:
        click.echo(NO_CASADI, err=True)
    if path:
        path.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", "utf-8")
    if any(row.verdict != "CERTIFIED" for row in rows):
        raise SystemExit(1)


def measure(gates: Sequence[int], *, peer: bool) -> Iterator[Row]:
    """Yield a row for each workload, then for each family, at about each number of gates it is given for."""
    cases: list[Workload | Family] = [*WORKLOADS.values(), *FAMILIES.values()]
    for case in cases:
        for about, size in zip(GATES, case.sizes, strict=False):
            if about in gates:
                yield row_of(case, size, peer=peer)


def row_of(case: Workload | Family, size: int, *, peer: bool) -> Row:
    """Compile, certify and count one function."""
    inputs = case.inputs(size)
    found = compile_gradient(case.function(size, np), shapes=((inputs,),), effort="plain").certificate
    casadi = peers.casadi() if peer else None
    return Row(
        type(case).__name__.lower(),
        case.name,
        case.what,
        size,
        found.value_gates,
        found.total_gates,
        found.bound,
        found.factor,
        found.verdict,
        casadi and peers.casadi_gates(peers.casadi_program(case.function(size, casadi), inputs)),
    )


def as_text(rows: Sequence[Row], *, peer: bool) -> str:
    """Lay the rows out for a terminal."""
    table = [_head(peer), *(_cells(row, peer) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    left = (0, 1)
    lines = [
        "  ".join(
            f"{cell:<{width}}" if place in left else f"{cell:>{width}}"
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
        for cells in table
    ]
    return "\n".join(lines) + "\n"


def as_markdown(rows: Sequence[Row], *, peer: bool) -> str:
    """Lay the rows out as a table of Markdown."""
    head = _head(peer)
    rule = ["---", "---", *["--:"] * (len(head) - 2)]
    table = [head, rule, *(_cells(row, peer) for row in rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in table).replace("*", "\\*")


def _head(peer: bool) -> list[str]:
    return ["name", "function", "size", "L", "T", "T / L", "(*)", "4L, 5L", "verdict", *["casadi's T"] * peer]


def _cells(row: Row, peer: bool) -> list[str]:
    counts = [row.size, row.value_gates, row.total_gates, row.ratio, row.bound, row.limit, row.verdict]
    casadi = "-" if row.casadi is None else str(row.casadi)
    return [row.name, row.what, *map(str, counts), *[casadi] * peer]


def with_table(text: str, table: str) -> str:
    """Return a document with this table between its two markers. Errors: ClickException if it has not both."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise click.ClickException(f"no lines {BEGIN.strip()} and {END} to put the table between")
    return f"{before}{begin}\n{table}\n{end}{after}"


def _renew(document: Path, write: bool) -> None:
    old = document.read_text("utf-8")
    new = with_table(old, as_markdown(list(measure([SHOWN], peer=False)), peer=False))
    if write:
        document.write_text(new, "utf-8")
    elif new != old:
        raise click.ClickException(f"{document} is old: renew it with python -m benchmarks ratio --write {document}")
