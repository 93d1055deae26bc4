"""Which gates of the value a gate of the gradient reverses, for a gradient that was not made by the plain sweep.

The plain sweep of the value part knows it of its own gates. A gate that is a constant multiple of one of those reverses
the same gates; any other helps those that read it, and reverses what they do. Gates are compared at two points modulo a
prime, where a function is no more than equal for equal operands (Schwartz 1980).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from circuit.circuit import Circuit
from circuit.evaluate import evaluate
from circuit.ops import COMMUTES, OPS
from circuit.sharing import SharingBuilder
from compiler.sweep import differentiate

PRIME = (1 << 61) - 1

Residues = list[tuple[int, int]]  # of every node at both points


def reversed_gates(circuit: Circuit) -> dict[int, tuple[int, ...]]:
    """Return for gates of a circuit with outputs (f, df/dx1, ...) that f does not need the gates of f they reverse.

    The last gate comes first, as in a sweep.
    """
    value, origin = value_part(circuit)
    sweep = differentiate(value)
    field = _Field()
    known: dict[Any, Iterable[int]] = {}
    of_sweep = field.residues(sweep.circuit)
    for node, told in sweep.reverses.items():
        for key in _keys(sweep.circuit, node, of_sweep):
            known.setdefault(key, [origin[each] for each in told])
    return _spread(circuit, {*origin}, known, field.residues(circuit))


def value_part(circuit: Circuit) -> tuple[Circuit, list[int]]:
    """Return the circuit of the value alone, gate for gate, and for each node of it the one that it was."""
    builder = SharingBuilder()
    builder.copy(circuit)
    count = len(circuit.differentiated)
    value = builder.build(circuit.outputs[:1], range(count), range(count, len(circuit.inputs)))
    return value, [old for old, new in enumerate(builder.number) if new >= 0]


def _spread(
    circuit: Circuit, own: set[int], known: Mapping[Any, Iterable[int]], residues: Residues
) -> dict[int, tuple[int, ...]]:
    """Tell every gate what it reverses: what is known of its residues, or else what its readers reverse."""
    varies = circuit.varies
    told: dict[int, tuple[int, ...]] = {}
    passed: dict[int, set[int]] = {}
    for node in range(len(circuit) - 1, len(circuit.inputs) - 1, -1):
        if node in own or not varies[node]:
            continue
        found = next((known[key] for key in _keys(circuit, node, residues) if key in known), passed.get(node, ()))
        told[node] = tuple(sorted({*found}, reverse=True))
        for each in circuit.operands(node):
            passed.setdefault(each, set()).update(found)
    return {node: gates for node, gates in told.items() if gates}


def _keys(circuit: Circuit, node: int, residues: Residues) -> Iterator[Any]:
    """Yield what the same gates of equal nodes share, what equal nodes share, and what multiples of a node share."""
    first, second = residues[node]
    yield circuit.op[node], *(residues[each] for each in circuit.operands(node))
    if first and second:
        yield first, second
        yield second * pow(first, -1, PRIME) % PRIME


class _Field:
    """The residues of circuits at two points that are the same for all of them."""

    def __init__(self) -> None:
        self.drawn = random.Random(1983)
        self.values: dict[Any, int] = {}
        self.functions: dict[str, Callable[..., int]] = {
            name: partial(self._of_equals, name, commutes)
            for name, commutes in zip(OPS, COMMUTES[-len(OPS) :], strict=True)
        }
        self.functions |= {
            "add": lambda x, y: (x + y) % PRIME,
            "sub": lambda x, y: (x - y) % PRIME,
            "mul": lambda x, y: x * y % PRIME,
            "div": lambda x, y: x * pow(y, PRIME - 2, PRIME) % PRIME,
            "neg": lambda x: -x % PRIME,
            "select": lambda c, x, y: (y + c * (x - y)) % PRIME,
        }

    def residues(self, circuit: Circuit) -> Residues:
        """Return the residues of all nodes of a circuit."""
        points = ({name: self._value((turn, name)) for name in circuit.inputs} for turn in range(2))
        first, second = (
            evaluate(every_node(circuit), point, functions=self.functions, constant=self._constant) for point in points
        )
        return list(zip(first, second, strict=True))

    def _constant(self, value: Fraction | str) -> int:
        if isinstance(value, str):
            return self._value(value)
        return value.numerator * pow(value.denominator, PRIME - 2, PRIME) % PRIME

    def _of_equals(self, name: str, commutes: bool, *operands: int) -> int:
        return self._value((name, *(sorted(operands) if commutes else operands)))

    def _value(self, key: Any) -> int:
        if key not in self.values:
            self.values[key] = self.drawn.randrange(1, PRIME)
        return self.values[key]


def every_node(circuit: Circuit) -> Circuit:
    """Return a circuit of which every node is an output."""
    op, lhs, rhs = (each.tobytes() for each in (circuit.op, circuit.lhs, circuit.rhs))
    constants, inputs, parameters = circuit.constants, circuit.inputs, circuit.parameters
    return Circuit(op, lhs, rhs, circuit.third, constants, inputs, parameters, range(len(circuit)))
