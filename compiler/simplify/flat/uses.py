"""Who reads a node."""

from __future__ import annotations

from circuit.ops import CONSTANT, INPUT
from compiler.loops.memory import Array, within
from compiler.simplify.flat.memory import DIV, FIRST, KIND, MUL, READER, SECOND, USES, Old


@within
def operands(old: Old, node: int) -> tuple[int, int]:
    """Return where the terms of a node begin and end; of a pair (-1, -1)."""
    kind = old.node[KIND][node]
    if kind in (MUL, DIV):
        return -1, -1
    return (
        (0, 0) if kind in (INPUT, CONSTANT) else (old.node[FIRST][node], old.node[FIRST][node] + old.node[SECOND][node])
    )


def count_uses(old: Old, size: int, outputs: Array) -> None:
    """Count for each node how many live operands read it, and note the last live node that does (-1: an output)."""
    uses, reader = old.made[USES], old.made[READER]
    for node in range(size):
        uses[node], reader[node] = 0, -1
    for place in range(1, len(outputs), 2):
        uses[outputs[place]] += 1
    for node in range(size - 1, -1, -1):
        if not uses[node]:
            continue
        start, end = operands(old, node)
        if start < 0:
            read_by(old, old.node[FIRST][node], node)
            read_by(old, old.node[SECOND][node], node)
        for term in range(start, end):
            read_by(old, old.terms[2 * term + 1], node)
    for place in range(1, len(outputs), 2):
        reader[outputs[place]] = -1


@within
def read_by(old: Old, node: int, reader: int) -> None:
    """Count a use."""
    old.made[USES][node] += 1
    if old.made[READER][node] < 0:
        old.made[READER][node] = reader
