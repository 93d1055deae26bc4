"""Exact arithmetic of coefficients: each size is kept once, so that equal coefficients are equal integers."""

from __future__ import annotations

from operator import index as whole

from compiler.loops.memory import (
    ASKED,
    FIRST,
    INVERSE,
    LONG,
    LONGEST,
    MEMO_WIDTH,
    ONE,
    PRODUCT,
    ROOM_SIZES,
    SAFE,
    SECOND,
    SIZE_WIDTH,
    SIZES,
    SUM,
    UNIT,
    UNKNOWN,
    ZERO,
    Array,
    Memory,
    ask,
    within,
)


def greatest(a: int, b: int) -> int:
    """Return the greatest common divisor of positive integers."""
    while b:
        a, b = b, a % b
    return a


@within
def is_unit(numerator: int, denominator: int) -> int:
    """Return 1 where a gate divides by the denominator, since 1/denominator prints as no short decimal."""
    if numerator != 1:
        return 0
    while denominator % 10 == 0:
        denominator //= 10
    return 0 if denominator in (1, 2, 4, 5, 8) else 1


def place_of(m: Memory, numerator: int, denominator: int) -> int:
    """Return the place of a size in lowest terms."""
    if numerator == 0:
        return 0
    sizes, keys, state = m.sizes, m.keys, m.state
    mask = len(keys) - 1
    slot = key_slot(numerator, denominator) & mask
    while keys[slot]:
        place = whole(keys[slot])
        if sizes[SIZE_WIDTH * place] == numerator and sizes[SIZE_WIDTH * place + 1] == denominator:
            return place
        slot = (slot + 1) & mask
    place = whole(state[SIZES])
    if 2 * place > mask or SIZE_WIDTH * (place + 1) > len(sizes):
        ask(m, ROOM_SIZES, 0, 0, 0, 0)
        return 1
    state[SIZES] = place + 1
    keys[slot] = place
    at = SIZE_WIDTH * place
    sizes[at] = numerator
    sizes[at + 1] = denominator
    sizes[at + 2] = -1
    sizes[at + 3] = -1
    sizes[at + UNIT] = is_unit(numerator, denominator)
    return place


def coefficients_of(m: Memory, numerators: Array, denominators: Array, found: Array) -> None:
    """Return the coefficients of fractions in lowest terms, but for those with the denominator 0."""
    for place in range(len(numerators)):
        numerator, denominator = whole(numerators[place]), whole(denominators[place])
        if denominator > 0:
            sign = 1 if numerator < 0 else 0
            found[place] = 2 * place_of(m, -numerator if sign else numerator, denominator) + sign


def key_all(m: Memory) -> None:
    """Enter every size into empty keys."""
    sizes, keys = m.sizes, m.keys
    mask = len(keys) - 1
    for place in range(1, m.state[SIZES]):
        numerator, denominator = whole(sizes[SIZE_WIDTH * place]), whole(sizes[SIZE_WIDTH * place + 1])
        if denominator > 0:
            slot = key_slot(numerator, denominator) & mask
            while keys[slot]:
                slot = (slot + 1) & mask
            keys[slot] = place


@within
def key_slot(numerator: int, denominator: int) -> int:
    """Return where the search for a size begins."""
    mixed = numerator % 16777213 * 40503 + denominator % 16777199 * 60493
    return mixed ^ mixed >> 13


def answer(m: Memory, question: int, first: int, second: int) -> int:
    """Return the answer to a question about two coefficients; or ask it, and return a coefficient that is unknown.

    The step goes on with that, so that all it asks is answered at once: it runs again a few times, not once a question.
    """
    memo = m.memo
    mask = len(memo) // MEMO_WIDTH - 1
    slot = memo_slot(question, first, second) & mask
    while memo[MEMO_WIDTH * slot]:
        at = MEMO_WIDTH * slot
        if memo[at] == question and memo[at + 1] == first and memo[at + 2] == second:
            return whole(memo[at + 3]) if memo[at + 3] >= -1 else UNKNOWN
        slot = (slot + 1) & mask
    if may_ask(m, question, first, second):
        ask(m, LONG, 0, 0, 0, 0)
        at = MEMO_WIDTH * slot
        memo[at], memo[at + 1], memo[at + 2], memo[at + 3] = question, first, second, -2 - m.state[FIRST]
        m.state[FIRST] = slot + 1
        m.state[SECOND] += 1
    return UNKNOWN


@within
def may_ask(m: Memory, question: int, first: int, second: int) -> bool:
    """Say whether a question is asked: behind others only if there is room, and sense for all that is not known yet."""
    if m.state[ASKED] == 0:
        return True
    known = first >> 1 != UNKNOWN >> 1 and second >> 1 != UNKNOWN >> 1
    sense = question < INVERSE or (question == INVERSE and first != ZERO)
    return bool(m.state[ASKED] == LONG and known and sense and 4 * MEMO_WIDTH * m.state[SECOND] < len(m.memo))


def enter_answers(m: Memory, old: Array) -> None:
    """Enter the answers of a shorter array."""
    memo = m.memo
    mask = len(memo) // MEMO_WIDTH - 1
    for place in range(0, len(old), MEMO_WIDTH):
        if old[place]:
            slot = memo_slot(whole(old[place]), whole(old[place + 1]), whole(old[place + 2])) & mask
            while memo[MEMO_WIDTH * slot]:
                slot = (slot + 1) & mask
            for each in range(MEMO_WIDTH):
                memo[MEMO_WIDTH * slot + each] = old[place + each]


@within
def memo_slot(question: int, first: int, second: int) -> int:
    """Return where the search for an answer begins."""
    return question * 8191 + first * 40503 + second * 60493


@within
def product(m: Memory, a: int, b: int) -> int:
    """Return the product of two coefficients."""
    if a == ONE:
        return b
    return a if b == ONE else long_product(m, a, b)


def long_product(m: Memory, a: int, b: int) -> int:
    """Return the product of two coefficients, whatever they are."""
    if a == ZERO or b == ZERO:
        return ZERO
    sign = (a ^ b) & 1
    if a >> 1 == 1:
        return b - (b & 1) + sign
    if b >> 1 == 1:
        return a - (a & 1) + sign
    sizes = m.sizes
    p, q = SIZE_WIDTH * (a >> 1), SIZE_WIDTH * (b >> 1)
    n, d, k, e = sizes[p], sizes[p + 1], sizes[q], sizes[q + 1]
    if d > 0 and e > 0:
        g, h = greatest(n, e), greatest(k, d)
        n, e, k, d = n // g, e // g, k // h, d // h
        if float(n) * float(k) < SAFE and float(d) * float(e) < SAFE:
            return 2 * place_of(m, n * k, d * e) + sign
    return answer(m, PRODUCT, a - (a & 1), b - (b & 1)) + sign


@within
def addition(m: Memory, a: int, b: int) -> int:
    """Return the sum of two coefficients."""
    if a == ZERO:
        return b
    if b == ZERO:
        return a
    if a ^ b == 1:
        return ZERO
    sizes = m.sizes
    p, q = SIZE_WIDTH * (a >> 1), SIZE_WIDTH * (b >> 1)
    n, d, k, e = sizes[p], sizes[p + 1], sizes[q], sizes[q + 1]
    if d > 0 and e > 0:
        g = greatest(d, e)
        f = d // g
        e //= g
        if float(n) * float(e) < SAFE and float(k) * float(f) < SAFE and float(d) * float(e) < SAFE:
            total = (-n if a & 1 else n) * e + (-k if b & 1 else k) * f
            sign = 1 if total < 0 else 0
            total = -total if total < 0 else total
            g = greatest(total, d * e)
            return 2 * place_of(m, total // g, d * e // g) + sign
    return answer(m, SUM, a, b)


@within
def inverse(m: Memory, a: int) -> int:
    """Return 1 over a coefficient."""
    if a >> 1 == 1:
        return a
    at = SIZE_WIDTH * (a >> 1)
    if a != ZERO and m.sizes[at + 1] > 0:
        return 2 * place_of(m, m.sizes[at + 1], m.sizes[at]) + (a & 1)
    return answer(m, INVERSE, a, ZERO)


@within
def is_short(m: Memory, a: int) -> bool:
    """Say whether a coefficient is one that `circuit.fold.fits`."""
    return bool(m.sizes[SIZE_WIDTH * (a >> 1) + 1] >= 0)


assert 2 * int(SAFE) <= LONGEST
