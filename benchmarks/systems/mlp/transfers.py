"""Theorem 2.1 of Kakade's notes, row by row: a derivative costs at most five times its function, so does a gradient.

For each gate of the table: value and derivatives as a program; the same times an adjoint that is not known beforehand,
which is what a gate costs inside a circuit; and a chain of the gate, where nothing else is paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from benchmarks.systems.pricing import Priced, certified, counted
from benchmarks.systems.section import Cell, Table
from circuit import OPS, Builder, Circuit
from circuit.ops import CODE
from compiler.sweep import cost

LINKS = 20  # gates of a chain
EXPONENT = Fraction(3, 2)  # of the row `pow`, whose second operand is a constant
WRITTEN = {"pow": f"pow(x, {EXPONENT})", "select": "select(x > y, x, y)"}
ARITHMETIC = ("add", "sub", "mul", "div", "neg")
DEAREST = "atan2"  # the one row that costs 7


@dataclass(frozen=True, slots=True)
class Row:
    """A gate of the table: value and derivatives, the same with an adjoint (and the sums that collect it), a chain."""

    name: str
    alone: Priced
    with_adjoint: int
    chain: Priced | None  # of gates of one operand

    @property
    def is_transfer(self) -> bool:
        """Whether it is no gate of arithmetic."""
        return self.name not in ARITHMETIC

    @property
    def is_unary(self) -> bool:
        """Whether it has one operand that varies."""
        return self.name == "pow" or OPS[self.name].arity == 1


def rows() -> list[Row]:
    """Return every gate of the table, its single use certified, its chain counted."""
    return [Row(name, certified(_applied(name, 1), "plain"), cost(name), _chain(name)) for name in OPS]


def _applied(name: str, times: int) -> Circuit:
    """Return h(h(...h(x)...)), or one gate of several operands; `select` has its comparison, which is a gate, too."""
    builder = Builder()
    inputs = list(builder.inputs(["x", "y"][: OPS[name].arity if name != "pow" else 1]))
    node = inputs[0]
    for _ in range(times):
        node = _appended(builder, name, [node, *inputs[1:], node])
    return builder.build([node], inputs)


def _appended(builder: Builder, name: str, nodes: Sequence[int]) -> int:
    """Append a gate of the first of these nodes; the exponent of `pow` is a constant, a choice is by a comparison."""
    slots = list(nodes[: OPS[name].arity])
    if name == "pow":
        slots[1] = builder.constant(EXPONENT)
    elif name == "select":
        slots = [builder.gate(CODE["gt"], *nodes[:2]), *nodes[:2]]
    return builder.gate(CODE[name], *slots)


def _chain(name: str) -> Priced | None:
    circuit = _applied(name, LINKS)
    return counted(circuit) if len(circuit.inputs) == 1 and circuit.gate_count == LINKS else None


def table(found: Sequence[Row]) -> Table:
    """Return a line for each gate."""
    lines: list[tuple[Cell, ...]] = []
    for each in found:
        price = each.alone
        ratio = None if each.chain is None else round(each.chain.ratio, 3)
        text = WRITTEN.get(each.name, OPS[each.name].text.format("x", "y", "z"))
        own = price.total_gates, price.total_gates - price.value_gates, each.with_adjoint, ratio
        lines.append((each.name, text, price.value_gates, *own, yes(price.kept), price.proved))
    columns = (
        "gate",
        "f",
        "L",
        "T",
        "derivatives",
        "with an adjoint",
        f"T / L of {LINKS} in a chain",
        "within (*), 5L",
    )
    return Table("Theorem 2.1: every gate of the table", (*columns, "proved"), tuple(lines))


def yes(each: bool) -> str:
    """Return a truth as a word."""
    return "yes" if each else "no"


def random_prices(random: Random, samples: int, gates: int) -> list[Priced]:
    """Return prices of random circuits over the table, without the one row whose bound is another."""
    return [counted(_random(random, gates)) for _ in range(samples)]


def _random(random: Random, gates: int) -> Circuit:
    names = [name for name in OPS if name != DEAREST]
    while True:
        builder = Builder()
        inputs = builder.inputs(["x", "y", "z"])
        nodes = [*inputs]
        for _ in range(gates):
            nodes.append(_appended(builder, random.choice(names), random.choices(nodes[-6:], k=3)))
        if nodes[-1] not in builder.fixed:
            return builder.build(nodes[-1:], inputs)
