"""What a circuit measures: depth and fan-out (its gate count stands on the circuit itself)."""

from __future__ import annotations

from circuit.circuit import Circuit
from circuit.ops import FIRST_GATE


def depth(circuit: Circuit) -> int:
    """Return the number of counted gates on the longest path to an output."""
    levels = [0] * len(circuit)
    varies = circuit.varies
    for node, code, operands in circuit.nodes():
        if code >= FIRST_GATE and varies[node]:
            levels[node] = 1 + max(levels[each] for each in operands)
    return max((levels[node] for node in circuit.outputs), default=0)


def fan_out(circuit: Circuit) -> list[int]:
    """Return for each node how many operand slots and outputs read it (`x*x` reads x twice)."""
    counts = [0] * len(circuit)
    for _, _, operands in circuit.nodes():
        for each in operands:
            counts[each] += 1
    for node in circuit.outputs:
        counts[node] += 1
    return counts
