"""The registers of a program: which part of it each node stands in, and what the node is called there.

A byte and a number a node; the names themselves are made as they are printed, so that a million cost no memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from circuit.circuit import Circuit, Constant
from circuit.errors import ResourceLimit
from circuit.jit import ints, run
from circuit.ops import COMPARISONS, ROWS
from compiler.decimals import decimal

# what a node is
UNREAD, GIVEN, FRACTION, FREE, FREE_TRUTH, VALUE, VALUE_TRUTH = range(7)
SWEPT, SWEPT_TRUTH, LATE, LATE_TRUTH, DERIVATIVE = range(7, 12)
LETTERS = ("", "", "c", "c", "s", "v", "s", "t", "s", "t", "s")  # before the number
# of a program, in their order
PARTS = ((FREE, FREE_TRUTH), (VALUE, VALUE_TRUTH), (SWEPT, SWEPT_TRUTH, DERIVATIVE), (LATE, LATE_TRUTH))
FIRST_GATE, COMPARES, CHOOSES = 2, 1, 2
# by the codes of gates, which compiled loops must not know, since they are kept on disk
KINDS = bytes(0 if row is None else CHOOSES if row.name == "select" else row.name in COMPARISONS for row in ROWS)


class Registers:
    """What the nodes of a circuit are called.

    inputs: the names of its inputs. values, barred: how many of its outputs are values, and how many after those are
    derivatives by the inputs; what only the others depend on comes late.
    """

    def __init__(self, circuit: Circuit, inputs: Sequence[str], values: int, barred: int) -> None:
        size, third = len(circuit), array("i", [circuit.third[node] for node in sorted(circuit.third)])
        self.kinds, self.numbers = bytearray(size), ints(size)
        roots = array("i", circuit.outputs)
        arrays = circuit.op, circuit.lhs, circuit.rhs, third, circuit.varies
        run(mark, size, *arrays, KINDS, roots, values, values + barred, self.kinds, self.numbers)
        for root in roots:  # a constant derivative
            self.kinds[root] = self.kinds[root] or (0 if circuit.varies[root] else VALUE)
        run(number, size, *arrays, KINDS, self.kinds, self.numbers)
        if len(roots) > values + barred > values:
            run(defer, size, *arrays[:4], KINDS, roots, values + barred, bytearray(size), self.kinds)
        self.given = [*inputs, *[""] * len(circuit.constants)]
        self.used: set[str] = set()  # of pi and e
        self.fractions = list(self._literals(circuit))

    def __call__(self, nodes: Iterable[int]) -> list[str]:
        """Return the names of nodes."""
        kinds, numbers, letters, given = self.kinds, self.numbers, LETTERS, self.given
        return [
            f"{letters[kind]}{numbers[node]}"
            if GIVEN < (kind := kinds[node]) < DERIVATIVE
            else f"{given[numbers[node]]}_bar"
            if kind == DERIVATIVE
            else given[numbers[node]]
            for node in nodes
        ]

    def count(self, part: Sequence[int]) -> int:
        """Return how many lines of gates a part of the program has."""
        return sum(self.kinds.count(kind) for kind in part)

    def _literals(self, circuit: Circuit) -> Iterator[str]:
        """Set the texts of the constants; yield a line for each that is no short decimal: `c0 = 1 / 3`."""
        taken, kinds, numbers = self.count(PARTS[0]), self.kinds, self.numbers
        node = kinds.find(GIVEN, len(circuit.inputs))
        while node >= 0:
            value = circuit.value_of(node)
            text = self._literal(value)
            if " / " in text:
                yield f"    c{taken} = {text}"
                kinds[node], numbers[node] = FRACTION, taken
                taken += 1
            else:
                self.given[numbers[node]] = text
            node = kinds.find(GIVEN, node + 1)

    def _literal(self, value: Constant) -> str:
        if isinstance(value, str):
            self.used.add(value)
            return value
        text = decimal(value)
        if text is None and value.denominator >= 2**1024:
            raise ResourceLimit("a constant is no short decimal, and its denominator is larger than any float")
        return text if text is not None else f"{value.numerator} / {value.denominator}"


def mark(
    op: Any,
    lhs: Any,
    rhs: Any,
    third: Any,
    varies: Any,
    gates: Any,
    roots: Any,
    values: int,
    barred: int,
    kinds: Any,
    numbers: Any,
) -> None:
    """Mark what the values depend on as VALUE, and derivatives that are gates of their own with their inputs' places.

    third: third operands, in the order of their gates. gates: by code, which compare and which choose. roots: values,
    from `values` up to `barred` derivatives by the inputs, and others.
    """
    for place in range(values):
        kinds[roots[place]] = VALUE
    triple = len(third)
    for node in range(len(op) - 1, -1, -1):
        triple -= gates[op[node]] == CHOOSES
        if kinds[node] and op[node] >= FIRST_GATE:
            kinds[lhs[node]] = VALUE
            if rhs[node] >= 0:
                kinds[rhs[node]] = VALUE
            if gates[op[node]] == CHOOSES:
                kinds[third[triple]] = VALUE
    for place in range(barred - 1, values - 1, -1):
        node = roots[place]
        if op[node] >= FIRST_GATE and varies[node] and kinds[node] != VALUE:
            kinds[node], numbers[node] = DERIVATIVE, place - values


def number(op: Any, lhs: Any, rhs: Any, third: Any, varies: Any, gates: Any, kinds: Any, numbers: Any) -> None:
    """Set kinds and numbers: a gate counts among those of its letter, an input or constant has its place."""
    v = t = c = s = triple = inputs = 0
    for node in range(len(op)):
        code, kind = op[node], kinds[node]
        if code < FIRST_GATE:
            numbers[node] = lhs[node] + (inputs if code else 0)
            kinds[node] = UNREAD if code and not kind else GIVEN
            inputs += code == 0
            continue
        for operand in lhs[node], rhs[node]:
            if operand >= 0 and kinds[operand] == UNREAD:
                kinds[operand] = GIVEN
        if gates[code] == CHOOSES:
            if kinds[third[triple]] == UNREAD:
                kinds[third[triple]] = GIVEN
            triple += 1
        if kind == DERIVATIVE:
            continue
        if gates[code] == COMPARES:
            kinds[node] = FREE_TRUTH if not varies[node] else VALUE_TRUTH if kind else SWEPT_TRUTH
            numbers[node], s = s, s + 1
        elif not varies[node]:
            kinds[node], numbers[node], c = FREE, c, c + 1
        elif kind:
            kinds[node], numbers[node], v = VALUE, v, v + 1
        else:
            kinds[node], numbers[node], t = SWEPT, t, t + 1


def defer(op: Any, lhs: Any, rhs: Any, third: Any, gates: Any, roots: Any, early: int, needed: Any, kinds: Any) -> None:
    """Change SWEPT to LATE where none of the first roots, up to `early`, depends on it. needed: room for marks, 0."""
    for place in range(early):
        needed[roots[place]] = 1
    triple = len(third)
    for node in range(len(op) - 1, -1, -1):
        triple -= gates[op[node]] == CHOOSES
        if needed[node] and op[node] >= FIRST_GATE:
            needed[lhs[node]] = 1
            if rhs[node] >= 0:
                needed[rhs[node]] = 1
            if gates[op[node]] == CHOOSES:
                needed[third[triple]] = 1
        if not needed[node] and (kinds[node] == SWEPT or kinds[node] == SWEPT_TRUTH):
            kinds[node] += LATE - SWEPT
