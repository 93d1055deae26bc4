"""Pairs (coefficient, node) over flat arrays, with the meaning that `compiler.scaled` gives them."""

from __future__ import annotations

from operator import index as whole

from compiler.loops.coefficients import addition, inverse, is_short, product
from compiler.loops.folding import ADD, DIV, MUL, NEG, SUB
from compiler.loops.gates import gate
from compiler.loops.memory import MINUS, ONE, ONE_NODE, SIZE_WIDTH, UNIT, ZERO, Memory, within
from compiler.loops.nodes import constant, exact

# the parts of `work`, each a `width` of cells: terms; then groups of terms of one size; then slots of a hash table
NODES, COEFFICIENTS, NEXT, HEADS, TAILS, SIZES_OF, SLOTS, PARTS_OF_WORK = 0, 1, 2, 3, 4, 5, 6, 10


@within
def made(m: Memory, coefficient: int, node: int) -> int:
    """Return the node of coefficient * node; a unit fraction becomes a division by its denominator."""
    if coefficient == ONE:
        return node
    return constant(m, coefficient) if node == m.state[ONE_NODE] else times_constant(m, coefficient, node)


def times_constant(m: Memory, coefficient: int, node: int) -> int:
    """Return the gate of coefficient * node."""
    if coefficient == MINUS:
        return gate(m, NEG, node, -1, -1)
    if m.sizes[SIZE_WIDTH * (coefficient >> 1) + UNIT]:
        return gate(m, DIV, node, constant(m, inverse(m, coefficient)), -1)
    return gate(m, MUL, constant(m, coefficient), node, -1)


@within
def scaled(m: Memory, first: int, second: int, node: int) -> tuple[int, int]:
    """Return first * second * node; a coefficient that grew too long becomes a gate."""
    both = product(m, first, second)
    if is_short(m, both):
        return both, node
    return second, made(m, first, node)


@within
def times(m: Memory, a: int, x: int, b: int, y: int) -> tuple[int, int]:
    """Return (a * x) * (b * y)."""
    one = m.state[ONE_NODE]
    if x == one:
        node = y
    else:
        node = x if y == one else gate(m, MUL, x, y, -1)
    return scaled(m, a, b, node)


@within
def over(m: Memory, a: int, x: int, b: int, y: int) -> tuple[int, int]:
    """Return (a * x) / (b * y)."""
    one = m.state[ONE_NODE]
    upside = inverse(m, b)
    if x == one and y != one:
        factor = product(m, a, upside)
        x = constant(m, factor - (factor & 1))
        a, upside = ONE, ONE + (factor & 1)
    return scaled(m, a, upside, x if y == one else gate(m, DIV, x, y, -1))


@within
def width_of(m: Memory) -> int:
    """Return how many terms `work` has room for."""
    return len(m.work) // PARTS_OF_WORK


@within
def slots_for(count: int) -> int:
    """Return the size of a hash table of so many entries."""
    slots = 4
    while slots < 2 * count:
        slots *= 2
    return slots


@within
def slot_of(m: Memory, slots: int, part: int, key: int) -> int:
    """Return the slot of a key among the entries, whose keys stand in a part of `work`, or the empty one for it."""
    work, width = m.work, width_of(m)
    slot = (key * 40503 >> 3) & (slots - 1)
    while work[SLOTS * width + slot] and work[part * width + work[SLOTS * width + slot] - 1] != key:
        slot = (slot + 1) & (slots - 1)
    return SLOTS * width + slot


@within
def merged(m: Memory, count: int) -> int:
    """Add up the terms of equal nodes, in place; return how many are left."""
    work, width = m.work, width_of(m)
    slots = slots_for(count)
    for slot in range(slots):
        work[SLOTS * width + slot] = 0
    left = 0
    for term in range(count):
        node, coefficient = whole(work[term]), whole(work[COEFFICIENTS * width + term])
        slot = slot_of(m, slots, NODES, node)
        place = whole(work[slot]) - 1
        if place < 0:
            work[slot] = left + 1
            work[left] = node
            work[COEFFICIENTS * width + left] = coefficient
            left += 1
        else:
            at = COEFFICIENTS * width + place
            work[at] = addition(m, whole(work[at]), coefficient)
    return left


@within
def grouped(m: Memory, count: int) -> int:
    """Chain the terms of each size of coefficient, but for zeros and the literal; return how many chains there are."""
    work, width = m.work, width_of(m)
    one = m.state[ONE_NODE]
    slots = slots_for(count)
    for slot in range(slots):
        work[SLOTS * width + slot] = 0
    groups = 0
    for term in range(count):
        size = whole(work[COEFFICIENTS * width + term]) >> 1
        if size == 0 or work[term] == one:
            continue
        slot = slot_of(m, slots, SIZES_OF, size)
        group = whole(work[slot]) - 1
        if group < 0:
            work[slot] = groups + 1
            work[HEADS * width + groups] = term
            work[SIZES_OF * width + groups] = size
            group = groups
            groups += 1
        else:
            work[NEXT * width + work[TAILS * width + group]] = term
        work[TAILS * width + group] = term
        work[NEXT * width + term] = -1
    return groups


def chain(m: Memory, head: int) -> tuple[int, int]:
    """Add the terms of a chain by their signs: the positive ones first; all negative: minus the sum."""
    work, width = m.work, width_of(m)
    total, term = -1, head
    while term >= 0:
        if work[COEFFICIENTS * width + term] & 1 == 0:
            node = whole(work[term])
            total = node if total < 0 else gate(m, ADD, total, node, -1)
        term = whole(work[NEXT * width + term])
    sign = 1 if total < 0 else 0
    term = head
    while term >= 0:
        if work[COEFFICIENTS * width + term] & 1:
            node = whole(work[term])
            total = node if total < 0 else gate(m, ADD if sign else SUB, total, node, -1)
        term = whole(work[NEXT * width + term])
    value = exact(m, total)
    if value < 0:
        return ONE + sign, total
    return (value ^ sign if value else ZERO), whole(m.state[ONE_NODE])


@within
def total(m: Memory, count: int) -> tuple[int, int]:
    """Return the sum of the first terms of `work`: equal nodes merge, each size of coefficient is one gate."""
    work, width = m.work, width_of(m)
    if count == 2 and are_alike(m):
        work[NEXT * width], work[NEXT * width + 1] = 1, -1
        coefficient, node = chain(m, 0)
        return product(m, whole(work[COEFFICIENTS * width]) & ~1, coefficient), node
    return total_of_many(m, count)


@within
def are_alike(m: Memory) -> bool:
    """Say whether the first two terms are different nodes, no literals, with coefficients of one size, as most are."""
    work, width, one = m.work, width_of(m), m.state[ONE_NODE]
    size = work[COEFFICIENTS * width] >> 1
    return bool(
        size == work[COEFFICIENTS * width + 1] >> 1
        and size
        and work[0] != work[1]
        and work[0] != one
        and work[1] != one
    )


def total_of_many(m: Memory, count: int) -> tuple[int, int]:
    """Return the sum of the first terms of `work`, whatever they are."""
    work, width = m.work, width_of(m)
    one = whole(m.state[ONE_NODE])
    left = merged(m, count)
    if left == 1:
        return whole(work[COEFFICIENTS * width]), whole(work[0])
    literal = ZERO
    for term in range(left):
        if work[term] == one:
            literal = whole(work[COEFFICIENTS * width + term])
    groups = grouped(m, left)
    for group in range(groups):
        coefficient, node = chain(m, whole(work[HEADS * width + group]))
        work[HEADS * width + group] = coefficient
        work[TAILS * width + group] = node
    if groups == 1 and literal == ZERO:
        return product(m, 2 * whole(work[SIZES_OF * width]), whole(work[HEADS * width])), whole(work[TAILS * width])
    for group in range(groups):
        coefficient, node = whole(work[HEADS * width + group]), whole(work[TAILS * width + group])
        work[COEFFICIENTS * width + group] = coefficient
        node = constant(m, coefficient - (coefficient & 1)) if node == one else node  # a sum of constants
        work[group] = made(m, 2 * whole(work[SIZES_OF * width + group]), node)
        work[NEXT * width + group] = group + 1
    if literal != ZERO:
        work[groups] = constant(m, literal - (literal & 1))
        work[COEFFICIENTS * width + groups] = literal
        work[NEXT * width + groups] = groups + 1
        groups += 1
    if groups == 0:
        return ZERO, one
    work[NEXT * width + groups - 1] = -1
    return chain(m, 0)
