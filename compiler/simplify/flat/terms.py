"""The terms of a sum, in `work`: nodes, or products and quotients not made yet; see `compiler.simplify.collect`."""

from __future__ import annotations

from compiler.loops.coefficients import inverse, is_short, product
from compiler.loops.memory import ONE, ZERO, within
from compiler.simplify.flat.forms import divide_by, over, reduced, scaled, times
from compiler.simplify.flat.memory import (
    CANCEL,
    DIV,
    IN_WORK,
    KIND,
    OP,
    OVER,
    PARTS,
    PLAIN,
    TIMES,
    UNIT_NODE,
    A,
    B,
    Graph,
    room,
)
from compiler.simplify.flat.nodes import is_fixed


@within
def width_of(m: Graph) -> int:
    """Return how many terms `work` has room for."""
    return len(m.work) // PARTS


def load(m: Graph, place: int, k: int, op: int, a: int, b: int) -> None:
    """Set a term that is to be collected."""
    work, width = m.work, width_of(m)
    if place + 1 < width:
        work[place], work[OP * width + place] = k, op
        work[A * width + place], work[B * width + place] = a, b
    else:
        room(m, IN_WORK)


def product_term(m: Graph, k: int, a: int, q: int, b: int) -> tuple[int, int, int, int]:
    """Return the term of a product that is not made yet."""
    quotients = m.node[a][KIND] == DIV or m.node[b][KIND] == DIV
    if quotients or a == UNIT_NODE or b == UNIT_NODE or is_fixed(m, a) or is_fixed(m, b):
        size, node = times(m, k, a, q, b)
        return size, PLAIN, node, -1
    size, node = scaled(m, k, q, b)
    if node != b:
        size, node = times(m, size, a, ONE, node)
        return size, PLAIN, node, -1
    return (size, TIMES, a, b) if a < b else (size, TIMES, b, a)


def quotient_term(m: Graph, k: int, a: int, q: int, b: int) -> tuple[int, int, int, int]:
    """Return the term of a quotient that is not made yet."""
    plain = a == UNIT_NODE or b == UNIT_NODE or q == ZERO or is_fixed(m, b)
    if not plain and m.count[CANCEL]:
        plain = reduced(m, a, b) >= 0
    size = ZERO if plain else product(m, k, inverse(m, q))  # type: ignore[arg-type]
    if plain or not is_short(m, size):  # type: ignore[arg-type]
        size, node = over(m, k, a, q, b)
        return size, PLAIN, node, -1
    divide_by(m, q, b)
    return size, OVER, a, b


def made(m: Graph, k: int, op: int, a: int, b: int) -> tuple[int, int]:
    """Return a term as a reference."""
    if op == PLAIN:
        return scaled(m, k, ONE, a)
    size, node = times(m, ONE, a, ONE, b) if op == TIMES else over(m, ONE, a, ONE, b)
    return scaled(m, k, size, node)
