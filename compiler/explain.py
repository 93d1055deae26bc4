"""The reverse sweep as a table at a point: every gate with its value, its adjoint and what it sends to its operands.

The contributions are those of the pull-backs in the table of gates, run on numbers that show their working. A program
has fewer gates than this table has products: it shares them, and leaves out the seed and the factors 1. Where the
formula is rational and the point is of Fractions, all numbers are Fractions, and exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import chain, islice
from typing import Any

import numpy as np

from circuit.circuit import Circuit
from circuit.errors import InvalidArgument
from circuit.evaluate import RATIONAL, check_names
from circuit.ieee import to_float
from circuit.ops import CODE, COMPARISONS, CONSTANT, INPUT, ROWS
from compiler.emit import printable
from compiler.sweep import active
from compiler.working import SUM, Inexact, Working, constant, value_of

Number = float | Fraction
GOLDEN = (math.sqrt(5) - 1) / 2
COMPARED = {CODE[name] for name in COMPARISONS}


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one gate sends to the adjoint of one of its operands: `operand`_bar += `text` = `value`."""

    operand: str
    text: str
    value: Number


@dataclass(frozen=True, slots=True)
class Step:
    """One gate of the value: its register, how it is computed, its value; its adjoint and what arrived there.

    A gate that the derivative does not reach (a condition) has no adjoint and sends nothing.
    """

    register: str
    operation: str
    value: Number
    arrived: tuple[Number, ...]
    adjoint: Number | None
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its name, its register (the name, if a program may use it), its value; its derivative."""

    name: str
    register: str
    value: Number
    arrived: tuple[Number, ...]
    derivative: Number | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reverse sweep at a point: the gates of the value in their order, the inputs, and the value itself.

    `chosen`: nobody gave a point, so a generic one was taken.
    """

    inputs: tuple[Input, ...]
    steps: tuple[Step, ...]
    result: str
    value: Number
    chosen: bool

    @property
    def gradient(self) -> tuple[Number, ...]:
        """The derivatives by the differentiated inputs."""
        return tuple(each.derivative for each in self.inputs if each.derivative is not None)

    @property
    def is_finite(self) -> bool:
        """Whether the value and all derivatives are finite."""
        return all(isinstance(each, Fraction) or math.isfinite(each) for each in (self.value, *self.gradient))

    @property
    def text(self) -> str:
        """The table as text; of a long one the two ends."""
        from compiler.table import table

        return table(self)


def explain(
    circuit: Circuit, point: Mapping[str, Number] | None = None, registers: Mapping[int, str] | None = None
) -> Explanation:
    """Return the reverse sweep of a circuit of one output at a point given by input names.

    A point of Fractions gives Fractions, as far as the formula is rational, nothing is divided by 0 and no fraction
    grows beyond 2,048 bits; floats otherwise. Without a point: at the first of a few generic ones where value and
    derivatives are finite, if there is one; the first is 2, 3, 5, ... registers: what nodes are called, if not as the
    program calls them. Errors: InvalidArgument.
    """
    if len(circuit.outputs) != 1:
        raise InvalidArgument(f"a gradient is of one output; this circuit has {len(circuit.outputs)}")
    if point is not None:
        check_names(circuit.inputs, point)
        return _explained(circuit, [point[name] for name in circuit.inputs], registers, chosen=False)
    generic = ([Fraction(repr(each)) for each in values] for values in generic_points(len(circuit.inputs)))
    tried = (_explained(circuit, values, registers, chosen=True) for values in generic)
    first = next(tried)
    return next((each for each in chain([first], tried) if each.is_finite), first)


def generic_points(count: int) -> Iterator[list[float]]:
    """Yield points that are no special ones: primes, numbers in (0, 1) or (1, 2), both in turns, other signs."""
    primes = _primes(count)
    small = [max(round((place + 1) * GOLDEN % 1, 3), 0.001) for place in range(count)]
    yield primes
    yield primes[::-1]
    yield small
    yield [1 + each for each in small]
    yield [(small, primes)[place % 2][place] for place in range(count)]
    yield [(primes, small)[place % 2][place] for place in range(count)]
    for values in (small, primes):
        yield [-each for each in values]
        yield [each if place % 2 else -each for place, each in enumerate(values)]
        yield [-each if place % 2 else each for place, each in enumerate(values)]


def _primes(count: int) -> list[float]:
    limit = int(count * (math.log(count + 1) + math.log(math.log(count + 2) + 1))) + 16
    sieve = bytearray(b"\1") * limit
    for each in range(2, math.isqrt(limit) + 1):
        if sieve[each]:
            sieve[each * each :: each] = bytes(len(range(each * each, limit, each)))
    return list(islice((float(each) for each in range(2, limit) if sieve[each]), count))


def _explained(
    circuit: Circuit, point: Sequence[Number], registers: Mapping[int, str] | None, chosen: bool
) -> Explanation:
    """Return the sweep at a point, in exact arithmetic if that can be."""
    if all(isinstance(each, Fraction) for each in point) and is_rational(circuit):
        with suppress(Inexact):
            return _sweep(circuit, point, registers or {}, chosen)
    return _sweep(circuit, [float(to_float(each)) for each in point], registers or {}, chosen)


def is_rational(circuit: Circuit) -> bool:
    """Say whether all gates are + - * / and all constants are fractions."""
    return {INPUT, CONSTANT, *map(CODE.get, RATIONAL)}.issuperset(circuit.op) and not any(
        isinstance(each, str) for each in circuit.constants
    )


def _sweep(circuit: Circuit, point: Sequence[Number], registers: Mapping[int, str], chosen: bool) -> Explanation:
    with np.errstate(all="ignore"):
        nodes, operations = _forward(circuit, point, registers)
        arrived, sent = _backward(circuit, nodes)
    sums = {node: _plain(total(values)) for node, values in arrived.items()}
    plain = {node: tuple(map(_plain, values)) for node, values in arrived.items()}
    steps = tuple(
        Step(nodes[node].text, text, _plain(nodes[node].value), plain.get(node, ()), sums.get(node), sent.get(node, ()))
        for node, text in operations.items()
    )
    result = nodes[circuit.outputs[0]]
    differentiated, nothing = len(circuit.differentiated), Fraction(0) if isinstance(result.value, Fraction) else 0.0
    inputs = tuple(
        Input(
            name, nodes[at].text, point[at], plain.get(at, ()), sums.get(at, nothing) if at < differentiated else None
        )
        for at, name in enumerate(circuit.inputs)
    )
    return Explanation(inputs, steps, result.text, _plain(result.value), chosen)


def _plain(value: Any) -> Number:
    return value if type(value) is Fraction else float(value)


def total(values: Sequence[Any]) -> Any:
    """Return the sum of contributions, the first plus the second and so on. Errors: Inexact."""
    return reduce(lambda left, right: value_of("add", left, right), values)


def _forward(
    circuit: Circuit, point: Sequence[Number], registers: Mapping[int, str]
) -> tuple[list[Working], dict[int, str]]:
    """Return every node under its register, as the program names it, and the operation of every gate."""
    names = circuit.inputs if printable(circuit.inputs) else [f"x{place}" for place in range(len(point))]
    exact = all(isinstance(each, Fraction) for each in point)
    nodes: list[Working] = []
    operations: dict[int, str] = {}
    counts = dict.fromkeys("vcs", 0)
    varies = circuit.varies
    for node, code, operands in circuit.nodes():
        row = ROWS[code]
        if code == INPUT:
            value = point[node] if exact else to_float(point[node])
            nodes.append(Working(value, registers.get(node, names[node])))
        elif row is None:
            nodes.append(constant(circuit.value_of(node), exact))
        else:
            kind = "s" if code in COMPARED else "v" if varies[node] else "c"
            register, counts[kind] = f"{kind}{counts[kind]}", counts[kind] + 1
            taken = [nodes[each] for each in operands]
            operations[node] = row.text.format(*(each.within(SUM) for each in taken))
            value = value_of(row.name, *(each.value for each in taken))
            nodes.append(Working(value, registers.get(node, register)))
    return nodes, operations


Sent = tuple[Contribution, ...]


def _backward(circuit: Circuit, nodes: Sequence[Working]) -> tuple[dict[int, list[Any]], dict[int, Sent]]:
    """Run the pull-backs, last gate first; return what arrives at every node, and what every gate sends."""
    takes, output = active(circuit), circuit.outputs[0]
    one = Fraction(1) if isinstance(nodes[output].value, Fraction) else np.float64(1)
    arrived: dict[int, list[Any]] = {output: [one]} if takes[output] else {}
    sent: dict[int, Sent] = {}
    for node in range(len(circuit) - 1, len(circuit.inputs) - 1, -1):
        row = ROWS[circuit.op[node]]
        if row is None or node not in arrived:
            continue
        adjoint = Working(total(arrived[node]), f"{nodes[node].text}_bar")
        operands = circuit.operands(node)
        parts = row.pull(adjoint, nodes[node], *(nodes[each] for each in operands))
        contributions = []
        for each, part in zip(operands, parts, strict=True):
            if part is not None and takes[each]:
                arrived.setdefault(each, []).append(part.value)
                contributions.append(Contribution(nodes[each].text, part.text, _plain(part.value)))
        sent[node] = tuple(contributions)
    return arrived, sent
