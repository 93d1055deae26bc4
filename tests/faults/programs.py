"""Faults of the sweep, of sums, of the text and of names, to be planted into the compiler."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

import networkx

from circuit import Builder, Circuit, parse
from circuit.from_sympy import _Walk
from circuit.names import symbol_name
from circuit.operands import Operands
from circuit.ops import ARITY, CONSTANT, INPUT, LOWERED, OPS
from compiler.registers import Registers
from compiler.scaled import Arithmetic, Scaled
from compiler.sweep import Sweep, active
from tests.faults.table import (
    Patch,
    Plant,
)

# the sweep


class Overwriting(dict[int, list[Any]]):
    """Contributions where the last one replaces those before it."""

    def setdefault(self, key: int, default: Any = None) -> Any:
        self[key] = []
        return self[key]


class Confused(dict[int, list[Any]]):
    """Contributions where a parameter's go to the first input."""

    def __init__(self, circuit: Circuit) -> None:
        self.held = range(len(circuit.differentiated), len(circuit.inputs))

    def setdefault(self, key: int, default: Any = None) -> Any:
        return super().setdefault(0 if key in self.held else key, default)


def contributions(kind: Callable[[Circuit], dict[int, list[Any]]]) -> Plant:
    def plant(patch: Patch) -> None:
        right = Sweep.__init__

        def init(self: Sweep, circuit: Circuit, **options: bool) -> None:
            right(self, circuit, **options)
            self.contributions = kind(circuit)

        patch.setattr(Sweep, "__init__", init)

    return plant


def all_active(circuit: Circuit) -> bytearray:
    """Mark what depends on any input, the parameters too."""
    arrays = (circuit.op.tobytes(), circuit.lhs.tobytes(), circuit.rhs.tobytes())
    return active(Circuit(*arrays, circuit.third, circuit.constants, circuit.inputs, (), circuit.outputs))


def independent_alone(circuit: Circuit) -> bytearray:
    """Mark what depends on differentiated inputs and on nothing else."""
    flags = active(circuit)
    for node, _, operands in circuit.nodes():
        flags[node] = flags[node] and all(flags[each] for each in operands)
    return flags


def total(change: Callable[[Callable[..., Scaled], Arithmetic, list[Scaled]], Scaled]) -> Plant:
    """Plant another way to add contributions up."""
    right = Arithmetic.total

    def total(self: Arithmetic, terms: Iterable[Scaled]) -> Scaled:
        return change(right, self, list(terms))

    return lambda patch: patch.setattr(Arithmetic, "total", total)


def in_place(right: Callable[..., Scaled], self: Arithmetic, terms: list[Scaled]) -> Scaled:
    """Add up into the first contribution, which may be another node's too."""
    result = right(self, terms)
    if terms:
        terms[0].factor, terms[0].node = result.factor, result.node
    return result


def equal_ones_cancel(right: Callable[..., Scaled], self: Arithmetic, terms: list[Scaled]) -> Scaled:
    """Take a second contribution in the same register away, not add it."""
    kept: dict[int, Scaled] = {}
    for each in terms:
        if kept.pop(each.node, None) is None:
            kept[each.node] = each
    return right(self, kept.values())


# names and texts


def registers(change: Callable[[str], str]) -> Plant:
    """Plant other names of the gradient's registers."""
    right = Registers.__call__

    def names(self: Registers, nodes: Iterable[int]) -> list[str]:
        return [change(name) for name in right(self, nodes)]

    return lambda patch: patch.setattr(Registers, "__call__", names)


def printed(patch: Patch) -> None:
    """Print every name of the user's as it is."""
    patch.setattr("compiler.emit.printable", lambda names: True)


def merged_names(patch: Patch) -> None:
    """Read names as NFKC has them."""
    right = Operands._variable

    def variable(self: Operands, name: str, offset: int) -> None:
        right(self, unicodedata.normalize("NFKC", name), offset)

    patch.setattr(Operands, "_variable", variable)


def reader(read: Callable[..., Circuit]) -> Plant:
    """Plant another way from the formula to the circuit."""
    return lambda patch: patch.setattr("compiler.pipeline.parse", read)


def pasted(formula: Any, variables: Any, parameters: Any) -> Circuit:
    """Read a sympy expression by the text that it prints."""
    return parse(str(formula))


def through_digraph(formula: Any, variables: Any, parameters: Any) -> Circuit:
    """Take the circuit through a DiGraph, which keeps one edge of two; what lacks an operand is the operand it has."""
    circuit = parse(formula, variables, parameters)
    graph = networkx.DiGraph(circuit.graph)
    builder = Builder()
    known: dict[int, int] = {}
    for node, code, _ in circuit.nodes():
        held = sorted(graph.in_edges(node))
        if code == INPUT:
            known[node] = builder.input(circuit.inputs[node])
        elif code == CONSTANT:
            known[node] = builder.constant(circuit.value_of(node))
        elif len(held) == ARITY[code]:
            known[node] = builder.gate(code, *(known[each] for each, _ in held))
        else:
            known[node] = known[held[0][0]]
    return builder.build([known[circuit.outputs[0]]], range(len(circuit.inputs)))


def normalised(patch: Patch) -> None:
    """Name sympy's symbols as NFKC has them."""
    patch.setattr("circuit.from_sympy.symbol_name", lambda each: unicodedata.normalize("NFKC", symbol_name(each)))


def unguarded(patch: Patch) -> None:
    """Let two symbols of one name pass for one."""
    right = _Walk._variable

    def variable(self: _Walk, expression: Any) -> int:
        self.symbols.clear()
        return right(self, expression)

    patch.setattr(_Walk, "_variable", variable)


def known(name: str, lower: Callable[[Any], Any]) -> Plant:
    """Plant a function of sympy's that no table has."""

    def plant(patch: Patch) -> None:
        patch.setitem(LOWERED, name, (1, lower))
        patch.setattr("circuit.sympy_terms._FUNCTIONS", {*OPS, *LOWERED})

    return plant
