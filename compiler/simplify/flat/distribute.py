"""Products of a sum and a divisor of its terms over flat arrays: what `compiler.simplify.distribute` does."""

from __future__ import annotations

from compiler.loops.memory import ONE, ZERO, within
from compiler.simplify.flat.cells import cell_of
from compiler.simplify.flat.forms import scaled, total
from compiler.simplify.flat.memory import (
    BASE,
    DIV,
    FIRST,
    KIND,
    PLAIN,
    REF_K,
    REF_NODE,
    RIGID,
    SECOND,
    SIGN,
    SUM,
    TAKER,
    UNIT_NODE,
    USES,
    Graph,
    Old,
)
from compiler.simplify.flat.nodes import find_pair, is_fixed, put
from compiler.simplify.flat.terms import product_term


def distributed(m: Graph, old: Old, node: int) -> bool:
    """Gather the terms of v * (a + c/v), if nothing else reads the sum; say whether it is such a product."""
    a, b = old.node[node][FIRST], old.node[node][SECOND]
    return multiplied(m, old, node, a, b) or multiplied(m, old, node, b, a)


def multiplied(m: Graph, old: Old, product: int, factor: int, whole: int) -> bool:
    """Append the terms of factor * whole, if the factor divides terms of it."""
    if old.node[whole][KIND] != SUM or old.made[whole][USES] != 1 or old.node[whole][RIGID]:
        return False
    v, node = old.made[factor][REF_NODE], old.made[whole][REF_NODE]
    if m.node[node][KIND] != SUM or is_fixed(m, v):
        return False
    start, end, left = m.node[node][FIRST], m.node[node][FIRST] + m.node[node][SECOND], 0
    for term in range(start, end):
        if not is_over(m, m.terms[2 * term + 1], v):
            put(m, left, m.terms[2 * term], m.terms[2 * term + 1])
            left += 1
    if left == end - start:
        return False
    m.count[SIGN], m.count[BASE] = ONE, -1
    k, q = old.made[factor][REF_K], old.made[whole][REF_K]
    size, rest = total(m, 0, left, 0)
    size, rest = scaled(m, q, size, rest)
    size, rest = scaled(m, k, size, rest)
    if size != ZERO:
        size, op, left, right = times_term(m, product, v, size, rest)
        cell_of(m, size, op, left, right)
    for term in range(start, end):
        each = m.terms[2 * term + 1]
        if is_over(m, each, v):
            size, each = scaled(m, q, m.terms[2 * term], m.node[each][FIRST])
            size, each = scaled(m, k, size, each)
            cell_of(m, size, PLAIN, each, -1)
    return True


@within
def is_over(m: Graph, node: int, v: int) -> bool:
    """Say whether a node is a quotient by v."""
    return bool(m.node[node][KIND] == DIV and m.node[node][SECOND] == v)


def times_term(m: Graph, product: int, v: int, k: int, node: int) -> tuple[int, int, int, int]:
    """Return the term of v * (k * node); v/d for 1/d, as there."""
    if m.node[node][KIND] == DIV and m.node[node][FIRST] == UNIT_NODE:
        there = find_pair(m, DIV, v, m.node[node][SECOND])
        if there >= 0 and m.node[node][TAKER] not in (0, product + 1):
            return k, PLAIN, there, -1
        m.node[node][TAKER] = product + 1
    return product_term(m, ONE, v, k, node)
