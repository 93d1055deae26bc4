"""Gates over flat arrays: found if they are there, folded, else new; as `circuit.builder` makes them."""

from __future__ import annotations

from operator import index as whole

from compiler.loops.folding import NEG, folded
from compiler.loops.memory import (
    ASKED,
    COUNT,
    FIXED,
    GATE,
    KIND,
    NODE_WIDTH,
    ROOM_NODES,
    ROOM_TRIPLES,
    TRIPLES,
    Memory,
    ask,
    within,
)
from compiler.loops.nodes import append, enter, find


@within
def gate(m: Memory, code: int, a: int, b: int, c: int) -> int:
    """Return the node of a gate: folded, shared with an equal one, or new; as `Builder.gate` does."""
    nodes, state = m.nodes, m.state
    if state[ASKED]:
        return 0
    if nodes[NODE_WIDTH * a] & FIXED or (b >= 0 and nodes[NODE_WIDTH * b] & FIXED):
        node, code, a, b = folded(m, code, a, b)
        if node >= 0:
            return whole(node)
    elif code == NEG and nodes[NODE_WIDTH * a] & KIND == NEG:
        return whole(nodes[NODE_WIDTH * a + 1])
    node = find(m, code, a, b, c)
    return node if node else new_gate(m, code, a, b, c)


@within
def new_gate(m: Memory, code: int, a: int, b: int, c: int) -> int:
    """Append a gate that was not found. A gate of constants is asked for: Python judges whether it is a number."""
    nodes = m.nodes
    fixed = nodes[NODE_WIDTH * a] & FIXED and (b < 0 or nodes[NODE_WIDTH * b] & FIXED)
    if fixed and (c < 0 or nodes[NODE_WIDTH * c] & FIXED):
        ask(m, GATE, code, a, b, c)
    return append_gate(m, code, a, b, c)


def append_gate(m: Memory, kind: int, a: int, b: int, c: int) -> int:
    """Append a gate that belongs into the slot found last; 0 where there is no room, or something was asked."""
    state = m.state
    if c >= 0 and 2 * state[TRIPLES] + 2 > len(m.triples):
        ask(m, ROOM_TRIPLES, 0, 0, 0, 0)
    if NODE_WIDTH * (state[COUNT] + 1) > len(m.nodes):
        ask(m, ROOM_NODES, 0, 0, 0, 0)
    if state[ASKED] or not enter(m, whole(state[COUNT])):
        return 0
    if c < 0:
        return append(m, kind, a, b)
    pair = whole(state[TRIPLES])
    state[TRIPLES] = pair + 1
    m.triples[2 * pair] = b
    m.triples[2 * pair + 1] = c
    return append(m, kind, a, pair)
