"""What a sweep has to visit: the readers of every node, and the operands through which derivatives pass."""

from __future__ import annotations

from collections.abc import Sequence

from circuit.circuit import Circuit
from circuit.ops import CODE, FIRST_GATE, ROWS

Ways = frozenset[int]  # directions, by number
SELECT = CODE["select"]
FLAT = frozenset(code for code, row in enumerate(ROWS) if row is not None and row.flat)


def carrying(code: int, operands: tuple[int, ...]) -> tuple[int, ...]:
    """Return the operands of a gate that its derivative passes to: of select, not the condition."""
    return () if code in FLAT else operands[1:] if code == SELECT else operands


def uses(circuit: Circuit, outputs: Sequence[int]) -> list[int]:
    """Return how often each node is read by what the outputs depend on, or is an output."""
    counts = [0] * len(circuit)
    for node in outputs:
        counts[node] += 1
    for node in range(len(circuit) - 1, -1, -1):
        if counts[node] and circuit.op[node] >= FIRST_GATE:
            for each in circuit.operands(node):
                counts[each] += 1
    return counts


def demand(circuit: Circuit, outputs: Sequence[int], wanted: Sequence[Ways]) -> list[Ways]:
    """Return for each node the directions in which some output asks for its tangent. wanted: of each output."""
    asked = [Ways()] * len(circuit)
    for node, own in zip(outputs, wanted, strict=True):
        asked[node] |= own
    for node in range(len(circuit) - 1, -1, -1):
        own = asked[node]
        if own and circuit.op[node] >= FIRST_GATE:
            for each in carrying(circuit.op[node], circuit.operands(node)):
                other = asked[each]
                asked[each] = own if other <= own else other if own <= other else own | other
    return asked


def gates_of(circuit: Circuit, outputs: Sequence[int]) -> int:
    """Return how many gates these outputs depend on."""
    counts, varies = uses(circuit, outputs), circuit.varies
    return sum(1 for node, code in enumerate(circuit.op) if code >= FIRST_GATE and counts[node] and varies[node])
