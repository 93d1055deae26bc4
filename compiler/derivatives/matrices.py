"""Jacobians as circuits: every entry a gate's result, by the ways that cost the fewest gates.

Forward, the tangents of the inputs one by one; backward, the adjoints of the outputs one by one; or some rows backward
and the others forward. In straight-line code a sweep for one input costs only the gates that it reaches, its seed 1 is
folded, and equal gates are shared. So compression by colours, which saves whole sweeps, saves no gates: columns of one
colour share no row, hence no node that a row depends on, and their common sweep has the tangents of each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from circuit.circuit import Circuit
from compiler.derivatives.forward import Forward, finished
from compiler.derivatives.pattern import backward, forward, structure
from compiler.derivatives.reverse import Reverse

WORTH = 8  # times the least work: what is tried


@dataclass(frozen=True, slots=True)
class Sparse:
    """A circuit whose last outputs are the entries of a matrix, row by row, and where they stand."""

    circuit: Circuit
    rows: tuple[int, ...]
    columns: tuple[int, ...]


def jacobian(circuit: Circuit) -> Sparse:
    """Return the circuit with the outputs' values, then the entries of their Jacobian that are not 0, row by row.

    Of the ways that are worth trying, the one of fewest gates. Errors: ResourceLimit for one of too many entries.
    """
    ways = sorted(_ways(circuit), key=lambda each: each[0])
    built = [_built(circuit, taken) for work, taken in ways if work <= WORTH * ways[0][0]]
    return min(built, key=lambda each: each.circuit.gate_count)


def _ways(circuit: Circuit) -> Iterator[tuple[int, frozenset[int]]]:
    """Yield the work of ways, and the rows that each computes backward."""
    outputs = circuit.outputs
    least = structure(circuit, outputs)
    limit = WORTH * least.work
    every = frozenset(range(len(outputs)))
    if one := forward(circuit, outputs, limit):
        yield one.work, frozenset()
    if other := backward(circuit, outputs, limit):
        yield other.work, every
    size = 1
    while size < max(map(len, least.rows), default=0):
        long = frozenset(row for row, own in enumerate(least.rows) if len(own) > size)
        one = forward(circuit, [outputs[row] for row in every - long], limit)
        other = backward(circuit, [outputs[row] for row in long], limit)
        if long != every and one and other and one.work + other.work < least.work:
            yield one.work + other.work, long
        size *= 2


def _built(circuit: Circuit, taken: Collection[int]) -> Sparse:
    """Return the Jacobian with these rows computed backward, the others forward."""
    back = Reverse(circuit)
    sweep = Forward(circuit, back.builder)
    rest = [row for row in range(len(circuit.outputs)) if row not in taken]
    units = {place: {place: sweep.unit()} for place in range(len(circuit.differentiated))}
    found = dict(zip(rest, sweep.push(units, [circuit.outputs[row] for row in rest]), strict=True))
    for row in sorted(taken):
        found[row] = back.pull({circuit.outputs[row]: [sweep.unit()]})
    return entries(sweep, circuit.outputs, [found[row] for row in range(len(circuit.outputs))])


def entries(sweep: Forward, values: tuple[int, ...], found: list[dict[int, int]]) -> Sparse:
    """Return the circuit of values, then the entries: for each row their nodes by column."""
    places = [(row, column) for row, own in enumerate(found) for column in sorted(own)]
    nodes = [found[row][column] for row, column in places]
    whole = finished(sweep, [*values, *nodes])
    return Sparse(whole, tuple(row for row, _ in places), tuple(column for _, column in places))
