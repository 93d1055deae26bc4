"""Sums of unmade products over flat arrays, with the meaning that `compiler.simplify.collect` gives them."""

from __future__ import annotations

from compiler.loops.coefficients import addition
from compiler.loops.memory import ONE, ZERO
from compiler.simplify.flat.forms import over, times, total
from compiler.simplify.flat.heap import pop, push
from compiler.simplify.flat.memory import (
    CHAIN,
    DIV,
    HEADS,
    MUL,
    NEXT,
    OP,
    OWNER,
    PLACES,
    PLAIN,
    SIZES,
    SLOTS,
    TAILS,
    TAKEN,
    TIMES,
    TOKENS,
    UNIT_NODE,
    A,
    B,
    Graph,
    asked,
)
from compiler.simplify.flat.nodes import find_pair, mixed, put
from compiler.simplify.flat.terms import load, made, width_of

NONE = -(1 << 40)  # no factor


def collect(m: Graph, count: int, factor: int, rigid: int) -> tuple[int, int]:
    """Return the sum of the terms that were loaded, common factors taken out."""
    if asked(m):
        return ZERO, UNIT_NODE
    work, width = m.work, width_of(m)
    left, products = (1, 0) if count == 1 and work[0] != ZERO else merged(m, count)
    if factor and not rigid and left > 1 and products > 1:
        left = factored(m, left)
    else:
        for place in range(left):
            k, node = made(m, work[place], work[OP * width + place], work[A * width + place], work[B * width + place])
            put(m, place, k, node)
    return total(m, 0, left, rigid)


def cleared(m: Graph, least: int) -> int:
    """Empty so many slots of the table of terms, a power of two; return how many."""
    slots = 4
    while slots < least:
        slots *= 2
    start = SLOTS * width_of(m)
    for slot in range(start, start + slots):
        m.work[slot] = 0
    return slots


def merged(m: Graph, count: int) -> tuple[int, int]:
    """Add up equal terms, in place, and drop zeros; return how many are left, and how many of them are no nodes."""
    work, width = m.work, width_of(m)
    slots, end = cleared(m, 2 * count), 0
    for place in range(count):
        k, op, a, b = work[place], work[OP * width + place], work[A * width + place], work[B * width + place]
        slot = mixed(a, b, op) & (slots - 1)
        while work[SLOTS * width + slot]:
            other = work[SLOTS * width + slot] - 1
            if work[OP * width + other] == op and work[A * width + other] == a and work[B * width + other] == b:
                break
            slot = (slot + 1) & (slots - 1)
        if work[SLOTS * width + slot]:
            other = work[SLOTS * width + slot] - 1
            work[other] = addition(m, work[other], k)  # type: ignore[arg-type]
        else:
            work[SLOTS * width + slot] = end + 1
            load(m, end, k, op, a, b)
            end += 1
    left, products = 0, 0
    for place in range(end):
        if work[place] != ZERO:
            op = work[OP * width + place]
            load(m, left, work[place], op, work[A * width + place], work[B * width + place])
            left += 1
            if op != PLAIN:
                products += 1
    return left, products


def tokens(m: Graph, place: int) -> tuple[int, int]:
    """Return the factors that may be taken out of a term, ~b for a divisor: none where it is there anyway."""
    work, width = m.work, width_of(m)
    op, a, b = work[OP * width + place], work[A * width + place], work[B * width + place]
    if op == PLAIN:
        return NONE, NONE
    if op == TIMES:
        if find_pair(m, MUL, a, b) >= 0:
            return NONE, NONE
        return a, NONE if a == b else b
    return (NONE if find_pair(m, DIV, a, b) >= 0 else ~b), NONE


def read_tokens(m: Graph, count: int) -> int:
    """Chain the terms of each factor; return how many factors there are."""
    work, width = m.work, width_of(m)
    slots, found, used = cleared(m, 4 * count), 0, 0
    for place in range(count):
        first, second = tokens(m, place)
        for token in (first, second):
            if token == NONE:
                continue
            slot = mixed(token, 0, 5) & (slots - 1)
            while work[SLOTS * width + slot] and work[TOKENS * width + work[SLOTS * width + slot] - 1] != token:
                slot = (slot + 1) & (slots - 1)
            at = work[SLOTS * width + slot] - 1
            if at < 0:
                at = found
                found += 1
                work[SLOTS * width + slot] = found
                work[TOKENS * width + at], work[SIZES * width + at] = token, 0
                work[HEADS * width + at] = used
            else:
                work[NEXT * width + work[TAILS * width + at]] = used
            work[TAILS * width + at] = used
            work[SIZES * width + at] += 1
            work[PLACES * width + used], work[NEXT * width + used] = place, -1
            used += 1
    return found


def alive(m: Graph, at: int, take: int) -> int:
    """Count the terms of a factor that are in no group yet; take: chain them as a group of their own."""
    work, width = m.work, width_of(m)
    count, last, each = 0, -1, work[HEADS * width + at]
    while each >= 0:
        place = work[PLACES * width + each]
        if not work[TAKEN * width + place]:
            count += 1
            if take:
                work[TAKEN * width + place] = 1
                work[CHAIN * width + place], work[OWNER * width + place] = -1, NONE
                if last < 0:
                    work[OWNER * width + place] = work[TOKENS * width + at]
                else:
                    work[CHAIN * width + last] = place
                last = place
        each = work[NEXT * width + each]
    return count


def factored(m: Graph, count: int) -> int:
    """Take out the most frequent factor until none occurs twice; put what is left to add up, and return how many."""
    work, width = m.work, width_of(m)
    found, size = read_tokens(m, count), 0
    for place in range(count):
        work[TAKEN * width + place], work[OWNER * width + place] = 0, NONE
    for at in range(found):
        if work[SIZES * width + at] > 1:
            size = push(m.heap, size, work[SIZES * width + at], work[TOKENS * width + at], at)
    while size:
        at, size = pop(m.heap, size)
        there = alive(m, at, 0)
        if there < 2:
            continue
        if there < work[SIZES * width + at]:
            work[SIZES * width + at] = there
            size = push(m.heap, size, there, work[TOKENS * width + at], at)
        else:
            alive(m, at, 1)
    results = 0
    for place in range(count):
        owner = work[OWNER * width + place]
        if owner != NONE:
            k, node = group(m, place, owner, count)
        elif not work[TAKEN * width + place]:
            k, node = made(m, work[place], work[OP * width + place], work[A * width + place], work[B * width + place])
        else:
            continue
        put(m, results, k, node)
        results += 1
    return results


def group(m: Graph, place: int, token: int, base: int) -> tuple[int, int]:
    """Return a factor times what it multiplies in the terms from this place on."""
    work, width = m.work, width_of(m)
    inner = 0
    while place >= 0:
        a, b = work[A * width + place], work[B * width + place]
        put(m, base + inner, work[place], a if token != a else b)
        inner += 1
        place = work[CHAIN * width + place]
    k, node = total(m, base, inner, 0)
    return over(m, k, node, ONE, ~token) if token < 0 else times(m, ONE, token, k, node)
