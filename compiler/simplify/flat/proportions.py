"""Sums that are proportional find each other in the table of nodes: by the ratios of their coefficients."""

from __future__ import annotations

from compiler.loops.coefficients import inverse, product
from compiler.loops.memory import MINUS, ONE, within
from compiler.simplify.flat.memory import (
    EXACT,
    FIRST,
    FLAGS,
    KEY,
    KIND,
    MARK,
    SECOND,
    SLOT,
    SPOT,
    STAMP,
    SUM,
    SUM_K,
    SUM_NODE,
    SUM_RATIO,
    Graph,
)
from compiler.simplify.flat.nodes import LONG, NODE, TAG_AT, mixed, tag_of


@within
def lead_of(m: Graph, node: int) -> int:
    """Return the coefficient of a sum that its key is relative to: that of the oldest term."""
    start = 2 * m.node[node][FIRST]
    lead: int = m.terms[start]
    least = m.terms[start + 1]
    for at in range(start + 2, start + 2 * m.node[node][SECOND], 2):
        if m.terms[at + 1] < least:
            least, lead = m.terms[at + 1], m.terms[at]
    return lead


@within
def ratio(m: Graph, k: int, lead: int, upside: int) -> int:
    """Return k / lead; upside: 1 / lead."""
    if lead == ONE:
        return k
    return k ^ 1 if lead == MINUS else product(m, k, upside)  # type: ignore[arg-type]


def find_sum(m: Graph, base: int, count: int, exact: int) -> int:
    """Return the node of a sum proportional to these references, or -1; exact: equal to them, and known as that."""
    tk, tn, tr, index = m.sums[SUM_K], m.sums[SUM_NODE], m.sums[SUM_RATIO], m.index
    least, lead = tn[base], tk[base]
    for place in range(base + 1, base + count):
        if tn[place] < least:
            least, lead = tn[place], tk[place]
    if exact:
        lead = ONE
    upside = inverse(m, lead)  # type: ignore[arg-type]
    m.count[STAMP] += 1
    stamp, known_by = m.count[STAMP], EXACT if exact else 0
    key = (count * 40503 + exact * 7919) & LONG
    for place in range(base, base + count):
        tr[place] = ratio(m, tk[place], lead, upside)
        key = (key + mixed(tn[place], tr[place], 3)) & LONG
        m.node[tn[place]][MARK], m.node[tn[place]][SPOT] = stamp, place
    mask, tag = len(index) - 1, tag_of(key)
    slot = (key ^ key >> 17) & mask
    while index[slot]:
        node: int = index[slot] & NODE
        alike = index[slot] >> TAG_AT == tag and m.node[node][KIND] == SUM and m.node[node][SECOND] == count
        if alike and m.node[node][FLAGS] & EXACT == known_by and is_sum(m, node, count, stamp, exact):
            return node
        slot = (slot + 1) & mask
    m.count[SLOT], m.count[KEY] = slot, key
    return -1


def is_sum(m: Graph, node: int, count: int, stamp: int, exact: int) -> bool:
    """Say whether a sum has the terms that are marked."""
    lead = ONE if exact else lead_of(m, node)
    upside = inverse(m, lead)  # type: ignore[arg-type]
    start = 2 * m.node[node][FIRST]
    for at in range(start, start + 2 * count, 2):
        each = m.terms[at + 1]
        if m.node[each][MARK] != stamp or m.sums[SUM_RATIO][m.node[each][SPOT]] != ratio(m, m.terms[at], lead, upside):
            return False
    return True
