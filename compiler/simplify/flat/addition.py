"""Sums as gates: each size of coefficient is one multiplication, the positive parts come first."""

from __future__ import annotations

from circuit.ops import CODE, CONSTANT
from compiler.loops.memory import ONE, ZERO, within
from compiler.simplify.flat.grouping import COUNTS_OF, GROUP_SIZES, LINKS, NODES_OF, group_terms
from compiler.simplify.flat.memory import (
    FIRST,
    HEADS,
    IN_WORK,
    KIND,
    MUL,
    NEG,
    OP,
    RIGID,
    SECOND,
    SUB,
    SUM,
    UNIT_NODE,
    A,
    Graph,
    K,
    room,
)
from compiler.simplify.flat.nodes import find_pair, is_fixed, is_pair, mixed
from compiler.simplify.flat.registers import SIGN_OF, USED, WISH, Lowering, at, constant, gate, made, times, turned
from compiler.simplify.flat.terms import width_of

ADD = CODE["add"]
PART_SIGN, PART = OP, A  # parts of a sum: sign and register


@within
def absorbs(m: Graph, low: Lowering, node: int) -> bool:
    """Say whether a coefficient of a node costs nothing: it joins a constant that nothing else multiplies so."""
    return bool(is_pair(m, node) and is_fixed(m, m.node[node][FIRST]) and low.node[node][USED] == 1)


@within
def append_part(m: Graph, count: int, sign: int, register: int) -> int:
    """Append a part of a sum; return how many there are."""
    work, width = m.work, width_of(m)
    work[PART_SIGN * width + count], work[PART * width + count] = sign, register
    return count + 1


def lower_sum(m: Graph, low: Lowering, node: int) -> tuple[int, int]:
    """Return sign and register of a sum: each size of coefficient is one multiplication."""
    work, width = m.work, width_of(m)
    start, end = m.node[node][FIRST], m.node[node][FIRST] + m.node[node][SECOND]
    literal, parts, grouped = ZERO, 0, 0
    for term in range(start, end):
        k, each = m.terms[2 * term], m.terms[2 * term + 1]
        if each == UNIT_NODE:
            literal = k
        elif k >> 1 != 1 and absorbs(m, low, each):
            parts = append_part(m, parts, -1 if k & 1 else 1, made(m, low, k - (k & 1), each))
        else:
            work[K * width + grouped], work[NODES_OF * width + grouped] = k, each
            grouped += 1
    groups, rigid = group_terms(m, grouped), m.node[node][RIGID]
    apart = rigid != 0 and groups == 1 and literal == ZERO
    for group in range(groups):
        parts = lower_group(m, low, group, parts, apart)
    if rigid and literal == ZERO and all_turned(m, parts, rigid):
        register = work[PART * width]
        for place in range(1, parts):
            append_part(m, place - 1, work[PART_SIGN * width + place], work[PART * width + place])
        append_part(m, parts - 1, rigid, gate(m, NEG, register, -1, -1))
    return added(m, 0, parts, literal, rigid if rigid else low.node[node][WISH])


@within
def all_turned(m: Graph, count: int, rigid: int) -> bool:
    """Say whether all parts of a sum have the other sign."""
    work, width = m.work, width_of(m)
    turned_all = True
    for place in range(count):
        turned_all = turned_all and bool(work[PART_SIGN * width + place] * rigid < 0)
    return turned_all


def lower_group(m: Graph, low: Lowering, group: int, parts: int, apart: bool) -> int:
    """Append the parts of the terms of one size of coefficient; return how many parts there are."""
    work, width = m.work, width_of(m)
    size, head = 2 * work[GROUP_SIZES * width + group], work[HEADS * width + group]
    alone = size == ONE or apart or work[COUNTS_OF * width + group] == 1
    if alone or there(m, low, size, head):
        while head >= 0:
            k, each = work[K * width + head], work[NODES_OF * width + head]
            sign = -1 if k & 1 else 1
            if size == ONE:
                parts = append_part(m, parts, sign * low.node[each][SIGN_OF], at(m, low, each))
            else:
                parts = append_part(m, parts, sign, made(m, low, size, each))
            head = work[LINKS * width + head]
        return parts
    inside = parts
    while head >= 0:
        k, each = work[K * width + head], work[NODES_OF * width + head]
        inside = append_part(m, inside, (-1 if k & 1 else 1) * low.node[each][SIGN_OF], at(m, low, each))
        head = work[LINKS * width + head]
    sign, register = added(m, parts, inside - parts, ZERO, 0)
    return append_part(m, parts, sign, times(m, size, register))


def there(m: Graph, low: Lowering, size: int, head: int) -> bool:
    """Say whether size * node is made anyway for each node of a group."""
    work, width = m.work, width_of(m)
    literal = find_pair(m, CONSTANT, size, 0)
    while head >= 0:
        node = work[NODES_OF * width + head]
        if not is_wanted(low, size, node):
            whole = find_pair(m, MUL, literal, node) if literal >= 0 else -1
            if whole < 0 or low.node[whole][USED] == 0:
                return False
        head = work[LINKS * width + head]
    return True


def added(m: Graph, base: int, count: int, literal: int, wish: int) -> tuple[int, int]:
    """Return sign and register of a sum: the positive parts first, the others subtracted."""
    work, width = m.work, width_of(m)
    sign, positive = (-1 if wish < 0 else 1), 0
    literal = turned(literal, sign)
    for place in range(base, base + count):
        work[PART_SIGN * width + place] *= sign
        if work[PART_SIGN * width + place] > 0:
            positive += 1
    total = -1
    if not positive and literal != ZERO and (literal & 1 == 0 or wish):
        total, literal = constant(m, literal), ZERO
    elif not positive:
        sign, literal = -sign, turned(literal, -1)
        for place in range(base, base + count):
            work[PART_SIGN * width + place] = 1
    for place in range(base, base + count):
        if work[PART_SIGN * width + place] > 0:
            register = work[PART * width + place]
            total = register if total < 0 else gate(m, ADD, total, register, -1)
    for place in range(base, base + count):
        if work[PART_SIGN * width + place] < 0:
            total = gate(m, SUB, total, work[PART * width + place], -1)
    if literal != ZERO:
        total = gate(m, ADD, total, constant(m, literal), -1)
    return sign, total


def wanted_slot(low: Lowering, size: int, node: int) -> int:
    """Return where a multiple of a node stands among the wanted, or is to stand."""
    wanted, mask = low.wanted, len(low.wanted) // 2 - 1
    slot = mixed(size, node, 9) & mask
    while wanted[2 * slot] and (wanted[2 * slot] != size or wanted[2 * slot + 1] != node):
        slot = (slot + 1) & mask
    return slot


@within
def is_wanted(low: Lowering, size: int, node: int) -> bool:
    """Say whether a multiple of a node is made by itself."""
    return bool(low.wanted[2 * wanted_slot(low, size, node)])


def find_wanted(m: Graph, low: Lowering, size: int) -> None:
    """Note which multiples of nodes are made by themselves: the only ones of their size in a sum; make sure of room."""
    work, width = m.work, width_of(m)
    for node in range(size):
        if m.node[node][KIND] != SUM or low.node[node][USED] == 0:
            continue
        if m.node[node][SECOND] + 2 >= width // 2:  # parts of a sum and of a group in it
            room(m, IN_WORK)
            return
        count = 0
        for term in range(m.node[node][FIRST], m.node[node][FIRST] + m.node[node][SECOND]):
            if m.terms[2 * term + 1] != UNIT_NODE:
                work[K * width + count], work[NODES_OF * width + count] = m.terms[2 * term], m.terms[2 * term + 1]
                count += 1
        for group in range(group_terms(m, count)):
            k = 2 * work[GROUP_SIZES * width + group]
            if work[COUNTS_OF * width + group] == 1 and k != ONE:
                each = work[NODES_OF * width + work[HEADS * width + group]]
                slot = wanted_slot(low, k, each)
                low.wanted[2 * slot], low.wanted[2 * slot + 1] = k, each
