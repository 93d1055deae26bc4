"""Terms on their way: cells of the step under way, which has no effect until nothing is asked."""

from __future__ import annotations

from compiler.loops.memory import within
from compiler.simplify.flat.memory import CELL, IN_CELLS, REF_K, REF_NODE, TOP, Graph, Old, asked, room


def cell_of(m: Graph, k: int, op: int, a: int, b: int) -> int:
    """Append a cell to those of the step under way."""
    count, cells = m.count, m.cells
    cell: int = count[TOP]
    at = CELL * cell
    if at + CELL > len(cells):
        room(m, IN_CELLS)
        return 0
    cells[at], cells[at + 1], cells[at + 2], cells[at + 3], cells[at + 4] = k, op, a, b, 0
    count[TOP] = cell + 1
    return cell


@within
def assign(m: Graph, old: Old, node: int, k: int, new: int) -> None:
    """Note what becomes of a node, if nothing is asked."""
    if not asked(m):
        old.made[node][REF_K], old.made[node][REF_NODE] = k, new
