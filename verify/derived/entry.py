"""Which entry of a wrong matrix is wrong: the sums that hold all entries are halved until one of them is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verify.derived.program import DerivativeProgram
from verify.derived.replay import lay_out
from verify.graph import Graph
from verify.primes import random_prime, seed_of
from verify.residues import ZeroDivisor, residues

BITS = 128
WORK = 400_000  # nodes laid again and again; a larger matrix is not looked into


def wrong_entry(reference: Graph, program: DerivativeProgram, positions: list[int], *, loose: bool) -> str:
    """Return which entry of a matrix is not what it must be, "" if that is not found. Nothing rests on the answer."""
    n = program.differentiated
    if (len(reference.ops) + len(program.graph.ops)) * (2 * n).bit_length() > WORK:
        return ""
    seed = seed_of(b"entry")
    prime = random_prime(BITS, seed)

    def wrong(t: Sequence[int], u: Sequence[int]) -> list[int]:
        """Return which sums are wrong along directions of which only these coordinates are not 0."""
        laid = lay_out(reference, program, positions, loose=loose, kept={*t, *(n + each for each in u)})
        if isinstance(laid, str):
            return []
        values = residues(laid.tape, prime, seed)
        return [place for place, root in enumerate(laid.roots[-1]) if values[root]]

    try:
        column = _halved(n, lambda part: bool(wrong(part, range(n))))
        if program.kind.gradient:
            row = _halved(n, lambda part: bool(wrong([column], part)))
            row, column = max(row, column), min(row, column)
        else:
            row = next(iter(wrong([column], [])), -1)
    except ZeroDivisor:
        return ""
    return entry_told(program, row, column) if row >= 0 else ""


def _halved(n: int, is_wrong: Callable[[range], bool]) -> int:
    """Return a coordinate that is wrong by itself."""
    low, high = 0, n
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_wrong(range(low, middle)) else (middle, high)
    return low


def entry_told(program: DerivativeProgram, row: int, column: int) -> str:
    """Say that an entry is wrong, and in which line."""
    for node, *place in zip(program.derivative, program.rows, program.columns, strict=True):
        if place == [row, column]:
            return f"entry ({row}, {column}), {program.where(node)}, is wrong"
    return f"entry ({row}, {column}) is not 0, and is missing"
