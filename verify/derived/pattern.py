"""Where the entries of a Jacobian or of a Hessian's lower triangle stand, and how many sweeps would compute them.

Columns with no row in common share a forward sweep, rows with no column in common a reverse one (Curtis, Powell & Reid
1974): groups are made greedily, in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verify.derived.program import DerivativeProgram


def misplaced(program: DerivativeProgram) -> str:
    """Return what is wrong with the places of the entries, "" if nothing is: row by row, each pair once."""
    rows, columns, count = program.rows, program.columns, len(program.derivative)
    if len(rows) != count or len(columns) != count:
        return f"{count} entries, {len(rows)} rows, {len(columns)} columns"
    symmetric, width = program.kind.gradient, program.differentiated
    height = width if symmetric else len(program.graph.outputs)
    last = (-1, -1)
    seen: set[tuple[int, int]] = set()
    for pair in zip(rows, columns, strict=True):
        row, column = pair
        if row >= height or column >= width:
            return f"entry {pair} is outside of {height} x {width}"
        if symmetric and row < column:
            return f"entry {pair} is above the diagonal"
        if pair in seen:
            return f"entry {pair} stands twice"
        if pair < last:
            return f"entry {pair} stands after {last}: entries go row by row"
        seen.add(pair)
        last = pair
    return ""


@dataclass(frozen=True, slots=True)
class Sweeps:
    """How many sweeps give all entries: one for each group of columns, or of rows."""

    columns: int
    rows: int


def sweeps(program: DerivativeProgram) -> Sweeps:
    """Return the groups of columns and of rows that have no row, or no column, in common; a Hessian is symmetric."""
    pairs = list(zip(program.rows, program.columns, strict=False))
    if program.kind.gradient:
        pairs += [(column, row) for row, column in pairs if row != column]
    columns = _groups(pairs)
    return Sweeps(columns, columns if program.kind.gradient else _groups([(column, row) for row, column in pairs]))


def _groups(pairs: Sequence[tuple[int, int]]) -> int:
    """Return how many groups the columns fall into: each goes into the first that is in none of its rows yet."""
    rows_of: dict[int, list[int]] = {}
    for row, column in pairs:
        rows_of.setdefault(column, []).append(row)
    taken: dict[int, int] = {}  # of each row, the groups that are in it, as the bits of a number
    groups = 0
    for column in sorted(rows_of):
        used = 0
        for row in rows_of[column]:
            used |= taken.get(row, 0)
        free = ~used & (used + 1)
        for row in rows_of[column]:
            taken[row] = taken.get(row, 0) | free
        groups = max(groups, free.bit_length())
    return groups
