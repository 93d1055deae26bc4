"""Terms in groups of one size of coefficient."""

from __future__ import annotations

from compiler.loops.memory import within
from compiler.simplify.flat.memory import HEADS, NEXT, PLACES, SIZES, SLOTS, TAILS, TOKENS, Graph, K
from compiler.simplify.flat.terms import width_of

NODES_OF, GROUP_SIZES, COUNTS_OF, LINKS = PLACES, TOKENS, SIZES, NEXT  # parts of `work`


def group_terms(m: Graph, count: int) -> int:
    """Chain the terms of each size of coefficient, in order; return how many groups there are."""
    work, width = m.work, width_of(m)
    slots, groups = 4, 0
    while slots < 2 * count:
        slots *= 2
    for slot in range(SLOTS * width, SLOTS * width + slots):
        work[slot] = 0
    for term in range(count):
        group = group_of(m, slots, groups, work[K * width + term] >> 1)
        if group == groups:
            groups += 1
            work[HEADS * width + group] = term
            work[COUNTS_OF * width + group] = 0
        else:
            work[LINKS * width + work[TAILS * width + group]] = term
        work[TAILS * width + group], work[LINKS * width + term] = term, -1
        work[COUNTS_OF * width + group] += 1
    return groups


@within
def group_of(m: Graph, slots: int, groups: int, size: int) -> int:
    """Return the group of a size, a new one if there is none."""
    work, width = m.work, width_of(m)
    slot = (size * 40503 >> 3) & (slots - 1)
    while work[SLOTS * width + slot]:
        group: int = work[SLOTS * width + slot] - 1
        if work[GROUP_SIZES * width + group] == size:
            return group
        slot = (slot + 1) & (slots - 1)
    work[SLOTS * width + slot] = groups + 1
    work[GROUP_SIZES * width + groups] = size
    return groups
