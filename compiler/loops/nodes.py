"""Nodes over flat arrays, and the table in which equal gates find each other.

The table keeps a gate near the larger of its operands, so that a sweep, which moves steadily through a circuit, finds
it in the processor's cache: a line of 16 slots for every 8 nodes, and each gate in one line of a window. What finds its
line full lies anywhere in the table's last part.
"""

from __future__ import annotations

from operator import index as whole

from circuit.ops import CONSTANT
from compiler.loops.memory import (
    ASKED,
    COMMUTES,
    COUNT,
    FIXED,
    KIND,
    LINE,
    NAMED,
    NODE_WIDTH,
    ROOM_NODES,
    ROOM_TABLE,
    ROWS,
    SIZE_WIDTH,
    SLOT,
    SPILL,
    SPILLED,
    WIDTH,
    WINDOW,
    Memory,
    ask,
    within,
)


@within
def is_gate(m: Memory, node: int, code: int, a: int, b: int, c: int) -> bool:
    """Say whether a node is this gate."""
    nodes = m.nodes
    at = NODE_WIDTH * node
    if nodes[at] & KIND != code:
        return False
    if c >= 0:
        pair = 2 * nodes[at + 2]
        return bool(nodes[at + 1] == a and m.triples[pair] == b and m.triples[pair + 1] == c)
    if nodes[at + 1] == a and nodes[at + 2] == b:
        return True
    return bool(nodes[at + 1] == b and nodes[at + 2] == a and m.state[ROWS + WIDTH * code + COMMUTES])


@within
def find(m: Memory, code: int, a: int, b: int, c: int) -> int:
    """Return the node of a gate; or 0, and the slot where it belongs in the state."""
    state, table = m.state, m.table
    low, high = (a, b) if a < b else (b, a)
    mixed = (low + 1) * 2654435769 + (c + 1) * 40503
    line = LINE * ((high >> 3) + ((mixed >> 12) & (WINDOW - 1)))
    start = code + (mixed >> 20)
    for step in range(LINE):
        slot = line + ((start + step) & (LINE - 1))
        node = whole(table[slot])
        if node == 0:
            state[SLOT] = slot
            return 0
        if is_gate(m, node, code, a, b, c):
            return node
    spill = whole(state[SPILL])
    mask = len(table) - spill - 1
    slot = ((mixed >> 7) * 29 + high * 40503 + (high >> 12) * 60493 + code * 7919) & mask
    while table[spill + slot]:
        node = whole(table[spill + slot])
        if is_gate(m, node, code, a, b, c):
            return node
        slot = (slot + 1) & mask
    state[SLOT] = spill + slot
    return 0


@within
def enter(m: Memory, node: int) -> bool:
    """Put a gate into the slot where it belongs; say whether there is room."""
    state = m.state
    slot, spill = state[SLOT], state[SPILL]
    if slot >= spill:
        if 2 * state[SPILLED] >= len(m.table) - spill:
            ask(m, ROOM_TABLE, 0, 0, 0, 0)
            return False
        state[SPILLED] += 1
    m.table[slot] = node
    return True


@within
def append(m: Memory, kind: int, a: int, b: int) -> int:
    """Append a node; 0 where there is no room, or something was asked."""
    state, nodes = m.state, m.nodes
    if state[ASKED]:
        return 0
    node = state[COUNT]
    at = NODE_WIDTH * node
    if at + NODE_WIDTH > len(nodes):
        ask(m, ROOM_NODES, 0, 0, 0, 0)
        return 0
    state[COUNT] = node + 1
    nodes[at] = kind
    nodes[at + 1] = a
    nodes[at + 2] = b
    return whole(node)


def constant(m: Memory, coefficient: int) -> int:
    """Return the node of a rational constant."""
    at = SIZE_WIDTH * (coefficient >> 1) + 2 + (coefficient & 1)
    node = m.sizes[at]
    if node < 0:
        node = append(m, CONSTANT | FIXED, coefficient, -1)
        if m.state[ASKED] == 0:
            m.sizes[at] = node
    return whole(node)


@within
def named(m: Memory, place: int) -> int:
    """Return the node of pi (place 0) or e (place 1)."""
    node = m.state[NAMED + place]
    if node < 0:
        node = append(m, CONSTANT | FIXED, -1 - place, -1)
        if m.state[ASKED] == 0:
            m.state[NAMED + place] = node
    return whole(node)


@within
def exact(m: Memory, node: int) -> int:
    """Return the coefficient that a node is the constant of, or -1."""
    at = NODE_WIDTH * node
    return whole(m.nodes[at + 1]) if m.nodes[at] & KIND == CONSTANT else -1
