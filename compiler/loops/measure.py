"""What every node of a large circuit depends on, by compiled loops."""

from __future__ import annotations

import numpy as np

from circuit.circuit import Circuit
from circuit.ops import FIRST_GATE, ROWS
from compiler.loops import circuits
from compiler.loops.differentiate import arrays
from compiler.loops.jit import compiled


def varies(circuit: Circuit) -> bytes:
    """Return `circuit.varies`: for each node 1 if it depends on an input."""
    return _flagged(circuit, len(circuit.inputs), [1] * len(ROWS))


def gate_count(circuit: Circuit) -> int:
    """Return `circuit.gate_count`: the number of gates that depend on an input."""
    kinds = np.frombuffer(circuit.op, np.uint8)
    return int(np.count_nonzero(np.frombuffer(varies(circuit), np.uint8)[kinds >= FIRST_GATE]))


def active(circuit: Circuit) -> bytearray:
    """Return `compiler.sweep.active(circuit)`: 1 for what depends on a differentiated input by slots that send back."""
    carries = [0 if row is None or row.flat else 2 if row.name == "select" else 1 for row in ROWS]
    return bytearray(_flagged(circuit, len(circuit.differentiated), carries))


def _flagged(circuit: Circuit, first: int, carries: list[int]) -> bytes:
    flags = np.zeros(len(circuit), np.uint8)
    flags[:first] = 1
    third = np.array([circuit.third[node] for node in sorted(circuit.third)] or [0], np.int32)
    compiled(circuits.flag)(*arrays(circuit, True), third, flags, np.array(carries, np.uint8))
    return flags.tobytes()
