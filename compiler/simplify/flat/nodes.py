"""Nodes over flat arrays, and the table in which equal ones find each other."""

from __future__ import annotations

from circuit.ops import CONSTANT
from compiler.loops.memory import COMMUTES, FLAT, ONE, within
from compiler.simplify.flat.memory import (
    ACTIVE,
    DIV,
    FIRST,
    FIXED,
    FLAGS,
    HASH,
    KEY,
    KIND,
    MUL,
    NODES,
    RIGID,
    SECOND,
    SELECT,
    SLOT,
    SUM_K,
    SUM_NODE,
    TERMS,
    UNIT_NODE,
    Graph,
    asked,
    room,
    row,
)

LONG = (1 << 48) - 1


@within
def mixed(a: int, b: int, c: int) -> int:
    """Return a number that is the same for the same three."""
    key = a * 536870909 + b * 402653189 + c * 40503
    return key ^ key >> 19


def find_pair(m: Graph, kind: int, a: int, b: int) -> int:
    """Return the node of a product, quotient or constant; or -1, and note where it belongs."""
    index, count = m.index, m.count
    key = mixed(a, b, kind)
    mask = len(index) - 1
    slot = key & mask
    while index[slot]:
        node: int = index[slot]
        if (
            m.node[HASH][node] == key
            and m.node[KIND][node] == kind
            and m.node[FIRST][node] == a
            and m.node[SECOND][node] == b
        ):
            return node
        slot = (slot + 1) & mask
    count[SLOT], count[KEY] = slot, key
    return -1


def append(m: Graph, kind: int, a: int, b: int, flags: int) -> int:
    """Append the node that was not found last; 0 where there is no room, or something was asked."""
    count = m.count
    if asked(m):
        return 0
    node: int = count[NODES]
    if node + 1 >= len(m.node[KIND]) or 2 * node >= len(m.index):
        room(m)
        return 0
    m.node[KIND][node], m.node[FIRST][node], m.node[SECOND][node], m.node[FLAGS][node] = kind, a, b, flags
    m.node[RIGID][node] = 0
    if count[SLOT] >= 0:
        m.node[HASH][node] = count[KEY]
        m.index[count[SLOT]] = node
    count[NODES] = node + 1
    return node


def pair_of(m: Graph, kind: int, a: int, b: int) -> int:
    """Return the node of a product or quotient of nodes in their order."""
    node = find_pair(m, kind, a, b)
    if node >= 0:
        return node
    one, other = m.node[FLAGS][a], m.node[FLAGS][b]
    return append(m, kind, a, b, one & other & FIXED | (one | other) & ACTIVE)


def constant(m: Graph, value: int) -> int:
    """Return the node of a coefficient as a constant, or of a named one: -1 - its place."""
    if value == ONE:
        return UNIT_NODE
    node = find_pair(m, CONSTANT, value, 0)
    return node if node >= 0 else append(m, CONSTANT, value, 0, FIXED)


@within
def number(m: Graph, node: int) -> int:
    """Return the coefficient that a node is the constant of, or -1."""
    value: int = m.node[FIRST][node]
    return value if m.node[KIND][node] == CONSTANT and value >= 0 else -1


@within
def is_pair(m: Graph, node: int) -> bool:
    """Say whether a node is a product or a quotient."""
    return bool(m.node[KIND][node] == MUL or m.node[KIND][node] == DIV)


@within
def is_fixed(m: Graph, node: int) -> bool:
    """Say whether a node depends on no input."""
    return bool(m.node[FLAGS][node] & FIXED)


@within
def is_active(m: Graph, node: int) -> bool:
    """Say whether a node depends on a differentiated input."""
    return bool(m.node[FLAGS][node] & ACTIVE)


@within
def put(m: Graph, place: int, k: int, node: int) -> None:
    """Set a reference that is to be added up, or an argument."""
    if place < len(m.sums[SUM_K]):
        m.sums[SUM_K][place], m.sums[SUM_NODE][place] = k, node
    else:
        room(m)


def appended(m: Graph, kind: int, base: int, count: int, flags: int) -> int:
    """Append the sum or function of references."""
    at = m.count[TERMS]
    if 2 * (at + count) > len(m.terms):
        room(m)
        return 0
    node = append(m, kind, at, count, flags)
    if not asked(m):
        for place in range(count):
            m.terms[2 * (at + place)] = m.sums[SUM_K][base + place]
            m.terms[2 * (at + place) + 1] = m.sums[SUM_NODE][base + place]
        m.count[TERMS] = at + count
    return node


def find_function(m: Graph, code: int, base: int, count: int) -> int:
    """Return the node of a function of references, or -1, and note where it belongs."""
    tk, tn, index = m.sums[SUM_K], m.sums[SUM_NODE], m.index
    key = code * 40503
    for place in range(base, base + count):
        key = (key * 31 + tk[place] * 536870909 + tn[place] * 402653189) & LONG
    mask = len(index) - 1
    slot = (key ^ key >> 17) & mask
    while index[slot]:
        node: int = index[slot]
        if m.node[HASH][node] == key and m.node[KIND][node] == code and m.node[SECOND][node] == count:
            at, same = 2 * m.node[FIRST][node], True
            for place in range(count):
                if m.terms[at + 2 * place] != tk[base + place] or m.terms[at + 2 * place + 1] != tn[base + place]:
                    same = False
            if same:
                return node
        slot = (slot + 1) & mask
    m.count[SLOT], m.count[KEY] = slot, key
    return -1


def function(m: Graph, code: int, base: int, count: int) -> int:
    """Return the node of a gate that is a function of references, or a comparison."""
    tk, tn = m.sums[SUM_K], m.sums[SUM_NODE]
    if count == 2 and m.state[row(code, COMMUTES)] and tn[base + 1] < tn[base]:
        tk[base], tk[base + 1] = tk[base + 1], tk[base]
        tn[base], tn[base + 1] = tn[base + 1], tn[base]
    node = find_function(m, code, base, count)
    if node >= 0:
        return node
    flags = FIXED
    for place in range(base, base + count):
        flags &= m.node[FLAGS][tn[place]]
    if not m.state[row(code, FLAT)]:
        for place in range(base + (1 if code == SELECT else 0), base + count):
            flags |= m.node[FLAGS][tn[place]] & ACTIVE
    return appended(m, code, base, count, flags)
