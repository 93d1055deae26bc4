"""The arithmetic of references over flat arrays, with the meaning that `compiler.simplify.forms` gives it."""

from __future__ import annotations

from compiler.loops.coefficients import addition, inverse, is_short, product
from compiler.loops.memory import ASKED, ONE, SIZE_WIDTH, ZERO, within
from compiler.simplify.flat.memory import (
    ACTIVE,
    CANCEL,
    DIV,
    EXACT,
    FIRST,
    FIXED,
    FLAGS,
    KIND,
    MARK,
    MUL,
    RIGID,
    SECOND,
    SPOT,
    STAMP,
    SUM,
    SUM_K,
    SUM_NODE,
    UNIT_NODE,
    Graph,
    asked,
    vanished,
)
from compiler.simplify.flat.nodes import (
    appended,
    constant,
    is_fixed,
    is_pair,
    number,
    pair_of,
)
from compiler.simplify.flat.proportions import find_sum, lead_of

DECIMAL = 1 << 60  # of the denominator of a number that may be divided by a coefficient


def scaled(m: Graph, k: int, factor: int, node: int) -> tuple[int, int]:
    """Return k * factor * node; a coefficient that grew too long becomes a constant of its own."""
    if k == ONE or factor == ZERO:
        return factor, node
    merged = product(m, k, factor)  # type: ignore[arg-type]
    if is_short(m, merged):  # type: ignore[arg-type]
        return (merged, node) if merged != ZERO else (ZERO, UNIT_NODE)
    if node == UNIT_NODE:
        return k, constant(m, factor)
    return k, pair(m, MUL, constant(m, factor), node)


def pair(m: Graph, kind: int, a: int, b: int) -> int:
    """Return the node of a product or quotient of two nodes; constants come first and meet at birth."""
    while kind == MUL:
        if b < a:
            a, b = b, a
        if is_fixed(m, b) and not is_fixed(m, a):
            a, b = b, a
        if not is_fixed(m, a) or m.node[b][KIND] != MUL or not is_fixed(m, m.node[b][FIRST]) or is_fixed(m, b):
            break
        both = met(m, a, m.node[b][FIRST])
        if both < 0 or asked(m):
            break
        rest: int = m.node[b][SECOND]
        if both == UNIT_NODE:
            return rest
        a, b = both, rest
    return pair_of(m, kind, a, b)


def met(m: Graph, a: int, b: int) -> int:
    """Return the node of a product of two constants; -1 if a number would grow too long."""
    x, y = number(m, a), number(m, b)
    if x < 0 or y < 0:
        return pair_of(m, MUL, a, b) if a < b else pair_of(m, MUL, b, a)
    both = product(m, x, y)  # type: ignore[arg-type]
    return constant(m, both) if is_short(m, both) else -1  # type: ignore[arg-type]


def times(m: Graph, k: int, a: int, q: int, b: int) -> tuple[int, int]:
    """Return the product of two references."""
    if k == ZERO or q == ZERO:
        return ZERO, UNIT_NODE
    if a == UNIT_NODE:
        return scaled(m, k, q, b)
    if b == UNIT_NODE:
        return scaled(m, q, k, a)
    node = cancelled(m, a, b) if m.count[CANCEL] else -1
    if node < 0:
        node = pair(m, MUL, a, b)
    return scaled(m, k, q, node)


def cancelled(m: Graph, a: int, b: int) -> int:
    """Return the node of a*b if a divisor cancels, or -1: c for a * (c/a), d/c for (a/c) * (d/a)."""
    found: int = -1
    for x, y in ((a, b), (b, a)):
        if found < 0 and m.node[y][KIND] == DIV:
            if m.node[y][SECOND] == x:
                found = m.node[y][FIRST]
            elif m.node[x][KIND] == DIV and m.node[x][FIRST] == m.node[y][SECOND]:
                found = ratio(m, m.node[y][FIRST], m.node[x][SECOND])
    return found


def ratio(m: Graph, a: int, b: int) -> int:
    """Return the node of a/b, of which nothing but all cancels."""
    if a == b:
        return UNIT_NODE
    divide_by(m, ONE, b)
    return pair_of(m, DIV, a, b)


def over(m: Graph, k: int, a: int, q: int, b: int) -> tuple[int, int]:
    """Return the quotient of two references; a sum that is divided by keeps its sign."""
    if q == ZERO:
        vanished(m)
        return ZERO, UNIT_NODE
    if k == ZERO:
        return ZERO, UNIT_NODE
    upside = inverse(m, q)  # type: ignore[arg-type]
    if b == UNIT_NODE:
        return scaled(m, upside, k, a)
    node = reduced(m, a, b) if m.count[CANCEL] else -1
    if node < 0:
        divide_by(m, q, b)
        node = pair_of(m, DIV, a, b)
    return scaled(m, k, upside, node)


@within
def divide_by(m: Graph, q: int, b: int) -> None:
    """Note that something is divided by this reference: a sum keeps its sign."""
    if m.node[b][KIND] == SUM and m.node[b][RIGID] == 0 and m.state[ASKED] == 0:
        m.node[b][RIGID] = -1 if q & 1 else 1


@within
def reduced(m: Graph, a: int, b: int) -> int:
    """Return the node of a/b if a factor cancels, or -1."""
    found: int = -1
    if a == b:
        found = UNIT_NODE
    elif m.node[a][KIND] == MUL and m.node[a][FIRST] == b:
        found = m.node[a][SECOND]
    elif m.node[a][KIND] == MUL and m.node[a][SECOND] == b:
        found = m.node[a][FIRST]
    elif m.node[b][KIND] == DIV and m.node[b][FIRST] == a:
        found = m.node[b][SECOND]
    elif m.node[a][KIND] == DIV and m.node[m.node[a][SECOND]][KIND] == DIV and m.node[m.node[a][SECOND]][SECOND] == b:
        found = ratio(m, m.node[a][FIRST], m.node[m.node[a][SECOND]][FIRST])
    return found


def total(m: Graph, base: int, count: int, rigid: int) -> tuple[int, int]:
    """Return the sum of references; a factor common to all is pulled out unless the sum is rigid."""
    tk, tn = m.sums[SUM_K], m.sums[SUM_NODE]
    if base + count > len(tk):  # there was no room for them
        return ZERO, UNIT_NODE
    m.count[STAMP] += 1
    stamp, end = m.count[STAMP], base
    for place in range(base, base + count):
        node = tn[place]
        if m.node[node][MARK] == stamp:
            tk[m.node[node][SPOT]] = addition(m, tk[m.node[node][SPOT]], tk[place])  # type: ignore[arg-type]
        else:
            m.node[node][MARK], m.node[node][SPOT] = stamp, end
            tk[end], tn[end] = tk[place], node
            end += 1
    left = base
    for place in range(base, end):
        k, node = tk[place], tn[place]
        if k == ZERO:
            continue
        if not is_short(m, k):  # type: ignore[arg-type]
            node = constant(m, k) if node == UNIT_NODE else pair(m, MUL, constant(m, k), node)
            k = ONE
        tk[left], tn[left] = k, node
        left += 1
    if left == base:
        return ZERO, UNIT_NODE
    return (tk[base], tn[base]) if left == base + 1 else sum_of(m, base, left - base, rigid)


def sum_of(m: Graph, base: int, count: int, rigid: int) -> tuple[int, int]:
    """Return the sum of references to different nodes."""
    tk, tn = m.sums[SUM_K], m.sums[SUM_NODE]
    node, key = find_sum(m, base, count, 0), 0
    if node >= 0:
        least, lead = tn[base], tk[base]
        for place in range(base + 1, base + count):
            if tn[place] < least:
                least, lead = tn[place], tk[place]
        size = product(m, lead, inverse(m, lead_of(m, node)))  # type: ignore[arg-type]
        if not rigid or size >> 1 == 1:
            return size, node
        node, key = find_sum(m, base, count, 1), EXACT
        if node >= 0:
            return ONE, node
    scale = ONE if rigid else common(m, base, count)
    flags, active = FIXED, 0
    upside = inverse(m, scale)  # type: ignore[arg-type]
    for place in range(base, base + count):
        if scale != ONE:
            tk[place] = product(m, tk[place], upside)  # type: ignore[arg-type]
        flags &= m.node[tn[place]][FLAGS]
        active |= m.node[tn[place]][FLAGS] & ACTIVE
    return scale, appended(m, SUM, base, count, flags | active | key)


def common(m: Graph, base: int, count: int) -> int:
    """Return the size of all coefficients, if there is one that is better outside; 1 if not."""
    tk, tn, sizes = m.sums[SUM_K], m.sums[SUM_NODE], m.sizes
    size = 0
    for place in range(base, base + count):
        if tn[place] != UNIT_NODE:
            if size and tk[place] >> 1 != size:
                return ONE
            size = tk[place] >> 1
    if size <= 1:
        return ONE
    joins = True
    for place in range(base, base + count):
        node = tn[place]
        if node == UNIT_NODE:
            rest = product(m, tk[place], inverse(m, 2 * size))  # type: ignore[arg-type]
            denominator = sizes[SIZE_WIDTH * (rest >> 1) + 1]
            if denominator < 1 or denominator > DECIMAL:
                return ONE
            while denominator % 2 == 0:
                denominator //= 2
            while denominator % 5 == 0:
                denominator //= 5
            if denominator != 1:
                return ONE
        else:
            joins = joins and is_pair(m, node) and is_fixed(m, m.node[node][FIRST])
    return ONE if joins else 2 * size
