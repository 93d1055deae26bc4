"""Who reads a node."""

from __future__ import annotations

from circuit.ops import CONSTANT, INPUT
from compiler.loops.memory import Array, within
from compiler.simplify.flat.memory import DIV, FIRST, IS_OPEN, KIND, MUL, READER, SECOND, SQUARE, USES, Old


@within
def operands(old: Old, node: int) -> tuple[int, int]:
    """Return where the terms of a node begin and end; of a pair (-1, -1)."""
    kind = old.node[node][KIND]
    if kind in (MUL, DIV):
        return -1, -1
    return (
        (0, 0) if kind in (INPUT, CONSTANT) else (old.node[node][FIRST], old.node[node][FIRST] + old.node[node][SECOND])
    )


def count_uses(old: Old, size: int, outputs: Array) -> None:
    """Count for each node how many live operands read it, and note the last live node that does (-1: an output).

    What becomes of the nodes is not known yet.
    """
    for node in range(size):
        new = old.made[node]
        new[USES], new[READER], new[IS_OPEN], new[SQUARE] = 0, -1, 0, 0
    for place in range(1, len(outputs), 2):
        old.made[outputs[place]][USES] += 1
    for node in range(size - 1, -1, -1):
        if not old.made[node][USES]:
            continue
        start, end = operands(old, node)
        if start < 0:
            read_by(old, old.node[node][FIRST], node)
            read_by(old, old.node[node][SECOND], node)
        for term in range(start, end):
            read_by(old, old.terms[2 * term + 1], node)
    for place in range(1, len(outputs), 2):
        old.made[outputs[place]][READER] = -1


@within
def read_by(old: Old, node: int, reader: int) -> None:
    """Count a use."""
    old.made[node][USES] += 1
    if old.made[node][READER] < 0:
        old.made[node][READER] = reader
