"""The rows of a sweep's table, as it is drawn by hand: inputs, then gates, each with value, adjoint and what it sends.

Values are read downwards, adjoints upwards. The terminal, HTML and LaTeX lay out these rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from circuit.picture.svg import shorten, visible
from compiler.explain import Contribution, Explanation, Input, Number
from compiler.table import short, terms

HEADS = ("gate", "value \u2193", "adjoint \u2191", "its sum, and what it sends")
NAME = 60  # letters of an input's name


@dataclass(frozen=True, slots=True)
class Row:
    """One input or gate: its register, what it is, its value; what arrived at its adjoint, the sum, what it sends.

    adjoint: None where no derivative passes. contributions: none for an input.
    """

    register: str
    operation: str
    value: Number
    arrived: tuple[Number, ...]
    adjoint: Number | None
    contributions: tuple[Contribution, ...] = ()
    is_gate: bool = False

    @property
    def sum(self) -> str:
        """The sum that the adjoint is, where more than one term arrived."""
        return terms(self.arrived, short) if len(self.arrived) > 1 else ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows in the middle of a long table that are not shown: how many, of what."""

    count: int
    what: str

    def __str__(self) -> str:
        return f"\u2026 {self.count:,} more {self.what} \u2026"


def rows(explanation: Explanation, shown: int, ends: int) -> list[Row | LeftOut]:
    """Return the rows of a table: at most `shown` inputs and `shown` gates, else `ends` at each end of them."""
    inputs = [Row(each.register, _kind(each), each.value, each.arrived, each.derivative) for each in explanation.inputs]
    gates = [
        Row(each.register, each.operation, each.value, each.arrived, each.adjoint, each.contributions, True)
        for each in explanation.steps
    ]
    return [*_ends(inputs, "inputs", shown, ends), *_ends(gates, "gates", shown, ends)]


def _kind(each: Input) -> str:
    """Return what an input is, and its name where the program has another for it."""
    kind = "input" if each.derivative is not None else "parameter"
    return kind if each.name == each.register else f"{kind} {shorten(visible(each.name), NAME)}"


def _ends(items: list[Row], what: str, shown: int, ends: int) -> list[Row | LeftOut]:
    if len(items) <= shown:
        return [*items]
    return [*items[:ends], LeftOut(len(items) - 2 * ends, what), *items[-ends:]]
