"""Whole circuits over flat arrays: copied in, what is live, numbered anew, what varies."""

from __future__ import annotations

from operator import index as whole

from circuit.ops import CODE, CONSTANT, FIRST_GATE, INPUT
from compiler.loops.memory import (
    ARITY,
    COUNT,
    DERIVATIVES,
    FIXED,
    FLAT,
    KIND,
    NAMED,
    NODE_WIDTH,
    ONE,
    ONE_NODE,
    ROWS,
    SIZE_WIDTH,
    SPILLED,
    TRIPLES,
    WIDTH,
    Array,
    Memory,
    within,
)
from compiler.loops.nodes import constant, enter, find

SELECT = CODE["select"]


def copy(m: Memory, op: Array, lhs: Array, rhs: Array, values: Array) -> int:
    """Copy a circuit gate for gate; return how many gates are of constants alone.

    The operands of gates of three are there; `values` are of the circuit's constants.
    """
    state, nodes, active = m.state, m.nodes, m.active
    constants = 0
    for node in range(len(op)):
        code, a, b = whole(op[node]), whole(lhs[node]), whole(rhs[node])
        at = NODE_WIDTH * node
        nodes[at], nodes[at + 1], nodes[at + 2] = code, a, b
        if code == INPUT:
            active[node] = 1 if node < state[DERIVATIVES] else 0
        elif code == CONSTANT:
            nodes[at], nodes[at + 1] = CONSTANT | FIXED, values[a]
            know(m, node, whole(values[a]))
        else:
            pair, arity = -1, whole(state[ROWS + WIDTH * code + ARITY])
            if arity == 3:
                pair = whole(state[TRIPLES])
                state[TRIPLES] = pair + 1
                nodes[at + 2] = pair
            fixed, lives = look(m, code, a, b, -1 if pair < 0 else whole(m.triples[2 * pair + 1]))
            nodes[at] = code | fixed
            constants += 1 if fixed else 0
            active[node] = 0 if state[ROWS + WIDTH * code + FLAT] else lives
    state[COUNT] = len(op)
    return constants


@within
def know(m: Memory, node: int, value: int) -> None:
    """Note the node of a constant, if it is the first."""
    if value < 0:
        if m.state[NAMED - 1 - value] < 0:
            m.state[NAMED - 1 - value] = node
    elif m.sizes[SIZE_WIDTH * (value >> 1) + 2 + (value & 1)] < 0:
        m.sizes[SIZE_WIDTH * (value >> 1) + 2 + (value & 1)] = node


@within
def look(m: Memory, code: int, a: int, b: int, c: int) -> tuple[int, int]:
    """Return whether a gate of these operands is fixed (256), and whether an operand that sends back is active (1)."""
    nodes, active = m.nodes, m.active
    fixed = whole(nodes[NODE_WIDTH * a]) & FIXED
    lives = 0 if code == SELECT else whole(active[a])
    if b >= 0:
        fixed &= whole(nodes[NODE_WIDTH * b])
        lives |= whole(active[b])
    if c >= 0:
        fixed &= whole(nodes[NODE_WIDTH * c])
        lives |= whole(active[c])
    return fixed, lives


def enter_all(m: Memory) -> None:
    """Enter every gate into an empty table; of equal ones the first."""
    state, nodes = m.state, m.nodes
    state[SPILLED] = 0
    for node in range(state[COUNT]):
        at = NODE_WIDTH * node
        code, a, b, c = whole(nodes[at]) & KIND, whole(nodes[at + 1]), whole(nodes[at + 2]), -1
        if code >= FIRST_GATE:
            if state[ROWS + WIDTH * code + ARITY] == 3:
                b, c = whole(m.triples[2 * b]), whole(m.triples[2 * b + 1])
            if find(m, code, a, b, c) == 0 and not enter(m, node):
                return


def begin(m: Memory) -> None:
    """Make the constant 1."""
    m.state[ONE_NODE] = constant(m, ONE)


def mark_live(m: Memory, live: Array, outputs: Array, counts: Array) -> None:
    """Mark what the outputs depend on; count the gates and constants, the constants, the gates of three operands."""
    state, nodes = m.state, m.nodes
    for place in range(len(outputs)):
        live[outputs[place]] = 1
    for node in range(state[COUNT] - 1, -1, -1):
        at = NODE_WIDTH * node
        code = whole(nodes[at]) & KIND
        if live[node] == 0 or code == INPUT:
            continue
        counts[0] += 1
        if code == CONSTANT:
            counts[1] += 1
            continue
        live[nodes[at + 1]] = 1
        arity = state[ROWS + WIDTH * code + ARITY]
        if arity == 2:
            live[nodes[at + 2]] = 1
        elif arity == 3:
            counts[2] += 1
            live[m.triples[2 * nodes[at + 2]]] = 1
            live[m.triples[2 * nodes[at + 2] + 1]] = 1


def renumber(
    m: Memory, number: Array, circuit: tuple[Array, Array, Array, Array], constants: Array, thirds: Array
) -> None:
    """Write down the inputs and the live nodes in order of birth.

    number: marks of what is live, and then the new number of each, or -1.
    circuit: kinds, first and second operands, what varies. constants: their old nodes. thirds: gate and third operand.
    """
    state, nodes = m.state, m.nodes
    op, lhs, rhs, varies = circuit
    new = constant = triple = 0
    for node in range(state[COUNT]):
        at = NODE_WIDTH * node
        code, b = whole(nodes[at]) & KIND, whole(nodes[at + 2])
        if code != INPUT and number[node] == 0:
            number[node] = -1
            continue
        number[node] = new
        op[new] = code
        varies[new] = 0 if nodes[at] & FIXED else 1
        rhs[new] = -1
        if code == INPUT:
            lhs[new] = new
        elif code == CONSTANT:
            lhs[new] = constant
            constants[constant] = node
            constant += 1
        else:
            lhs[new] = number[nodes[at + 1]]
            arity = state[ROWS + WIDTH * code + ARITY]
            if arity > 1:
                rhs[new] = number[b if arity == 2 else m.triples[2 * b]]
            if arity == 3:
                thirds[2 * triple] = new
                thirds[2 * triple + 1] = number[m.triples[2 * b + 1]]
                triple += 1
        new += 1
