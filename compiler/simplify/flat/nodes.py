"""Nodes over flat arrays, and the table in which equal ones find each other."""

from __future__ import annotations

from circuit.ops import CONSTANT, INPUT
from compiler.loops.memory import COMMUTES, FLAT, ONE, within
from compiler.simplify.flat.memory import (
    ACTIVE,
    DIV,
    FIRST,
    FIXED,
    FLAGS,
    HASH,
    HEAD,
    IN_NODES,
    IN_SUMS,
    IN_TERMS,
    KEY,
    KIND,
    MARK,
    MUL,
    NODES,
    QUAD,
    RIGID,
    ROTATION,
    SECOND,
    SELECT,
    SLOT,
    SUM_K,
    SUM_NODE,
    TAIL,
    TERMS,
    UNIT_NODE,
    Graph,
    asked,
    room,
    row,
)

LONG = (1 << 48) - 1
TAG_AT, NODE = 32, (1 << 32) - 1  # of an entry of the table: bits of the node's key, and the node


@within
def mixed(a: int, b: int, c: int) -> int:
    """Return a number that is the same for the same three."""
    key = a * 536870909 + b * 402653189 + c * 40503
    return key ^ key >> 19


@within
def tag_of(key: int) -> int:
    """Return the bits of a key that stand in the table."""
    return key >> 20 & 0x7FFFFFFF


def find_pair(m: Graph, kind: int, a: int, b: int) -> int:
    """Return the node of a product, quotient or constant; or -1, and note where it belongs."""
    index, count = m.index, m.count
    key = mixed(a, b, kind)
    mask, tag = len(index) - 1, tag_of(key)
    slot = key & mask
    while index[slot]:
        if index[slot] >> TAG_AT == tag:
            node: int = index[slot] & NODE
            known = m.node[node]
            if known[KIND] == kind and known[FIRST] == a and known[SECOND] == b:
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
    if node + 1 >= len(m.node) or 2 * node >= len(m.index):
        room(m, IN_NODES)
        return 0
    new = m.node[node]
    new[KIND], new[FIRST], new[SECOND], new[FLAGS] = kind, a, b, flags
    new[RIGID] = new[QUAD] = new[MARK] = new[ROTATION] = new[HEAD] = new[TAIL] = 0
    if count[SLOT] >= 0:
        new[HASH] = count[KEY]
        m.index[count[SLOT]] = tag_of(count[KEY]) << TAG_AT | node
    count[NODES] = node + 1
    return node


def begin(m: Graph) -> None:
    """Append the number 1 as the first node."""
    m.count[SLOT] = -1
    append(m, CONSTANT, ONE, 0, FIXED)


def forget(m: Graph) -> None:
    """Forget what is known of each node for one pass only."""
    for node in range(m.count[NODES]):
        known = m.node[node]
        known[MARK] = known[ROTATION] = known[HEAD] = known[TAIL] = 0


def enter_all(m: Graph) -> None:
    """Enter every node into an empty table."""
    index = m.index
    mask = len(index) - 1
    for node in range(1, m.count[NODES]):
        kind, key = m.node[node][KIND], m.node[node][HASH]
        if kind == INPUT:
            continue
        slot = (key if kind in (CONSTANT, MUL, DIV) else key ^ key >> 17) & mask
        while index[slot]:
            slot = (slot + 1) & mask
        index[slot] = tag_of(key) << TAG_AT | node


def pair_of(m: Graph, kind: int, a: int, b: int) -> int:
    """Return the node of a product or quotient of nodes in their order."""
    node = find_pair(m, kind, a, b)
    if node >= 0:
        return node
    one, other = m.node[a][FLAGS], m.node[b][FLAGS]
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
    value: int = m.node[node][FIRST]
    return value if m.node[node][KIND] == CONSTANT and value >= 0 else -1


@within
def is_pair(m: Graph, node: int) -> bool:
    """Say whether a node is a product or a quotient."""
    return bool(m.node[node][KIND] == MUL or m.node[node][KIND] == DIV)


@within
def is_fixed(m: Graph, node: int) -> bool:
    """Say whether a node depends on no input."""
    return bool(m.node[node][FLAGS] & FIXED)


@within
def is_active(m: Graph, node: int) -> bool:
    """Say whether a node depends on a differentiated input."""
    return bool(m.node[node][FLAGS] & ACTIVE)


@within
def put(m: Graph, place: int, k: int, node: int) -> None:
    """Set a reference that is to be added up, or an argument."""
    if place < len(m.sums[SUM_K]):
        m.sums[SUM_K][place], m.sums[SUM_NODE][place] = k, node
    else:
        room(m, IN_SUMS)


def appended(m: Graph, kind: int, base: int, count: int, flags: int) -> int:
    """Append the sum or function of references."""
    at = m.count[TERMS]
    if 2 * (at + count) > len(m.terms):
        room(m, IN_TERMS)
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
    mask, tag = len(index) - 1, tag_of(key)
    slot = (key ^ key >> 17) & mask
    while index[slot]:
        node: int = index[slot] & NODE
        if index[slot] >> TAG_AT == tag and m.node[node][KIND] == code and m.node[node][SECOND] == count:
            at, same = 2 * m.node[node][FIRST], True
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
        flags &= m.node[tn[place]][FLAGS]
    if not m.state[row(code, FLAT)]:
        for place in range(base + (1 if code == SELECT else 0), base + count):
            flags |= m.node[tn[place]][FLAGS] & ACTIVE
    return appended(m, code, base, count, flags)
