"""The reverse sweep over flat arrays: `compiler.sweep.Sweep`, gate for gate.

The pull-backs are small programs (`compiler.loops.pulls`), interpreted over pairs (coefficient, node). A step whose
question is not answered has no effect but gates that the same step makes again.
"""

from __future__ import annotations

from operator import index as whole

from compiler.loops.folding import DIV, MUL
from compiler.loops.gates import gate
from compiler.loops.interpreter import ADJOINT, READ, RESULT, put, put_node, run
from compiler.loops.memory import (
    ARITY,
    ASKED,
    BEGIN,
    CELL_WIDTH,
    COUNT,
    DERIVATIVES,
    END,
    FREE,
    INPUTS,
    KIND,
    MARK,
    NODE,
    NODE_WIDTH,
    ONE,
    ONE_NODE,
    OPERANDS,
    PARTS,
    PLACE,
    ROOM_SENT,
    ROOM_WORK,
    ROWS,
    SENT,
    WIDTH,
    ZERO,
    Memory,
    ask,
    within,
)
from compiler.loops.nodes import exact
from compiler.loops.sums import COEFFICIENTS, made, total, width_of


def sweep(m: Memory) -> None:
    """Run from the node whose turn it is to the last derivative, or to a question."""
    state = m.state
    while state[NODE] >= state[INPUTS]:
        node = whole(state[NODE])
        if m.last[node]:
            coefficient, adjoint = arrived(m, node)
            if coefficient != ZERO:
                pull(m, node, coefficient, adjoint)
            if state[ASKED]:
                return
            state[MARK] = -1
            give_back(m, node)
        state[NODE] = node - 1
    while state[PLACE] < state[DERIVATIVES]:
        place = whole(state[PLACE])
        coefficient, adjoint = arrived(m, place)
        node = made(m, coefficient, adjoint)
        if state[ASKED]:
            return
        state[PLACE] = place + 1
        m.outputs[place + 1] = node


@within
def arrived(m: Memory, node: int) -> tuple[int, int]:
    """Return the sum of the contributions to a node."""
    sent, work, width = m.sent, m.work, width_of(m)
    last = whole(m.last[node]) - 1
    if last < 0:
        return ZERO, whole(m.state[ONE_NODE])
    cell = whole(sent[CELL_WIDTH * last + 2]) - 1
    if cell == last:
        return whole(sent[CELL_WIDTH * cell]), whole(sent[CELL_WIDTH * cell + 1])
    count, room = 0, width - 1
    while True:
        if count < room:
            work[COEFFICIENTS * width + count] = sent[CELL_WIDTH * cell]
            work[count] = sent[CELL_WIDTH * cell + 1]
        count += 1
        if cell == last:
            break
        cell = whole(sent[CELL_WIDTH * cell + 2]) - 1
    if count > room:
        ask(m, ROOM_WORK, count, 0, 0, 0)
        return ZERO, 0
    return total(m, count)


@within
def give_back(m: Memory, node: int) -> None:
    """Free the cells of the contributions to a node."""
    last = CELL_WIDTH * (whole(m.last[node]) - 1) + 2
    first = m.sent[last]
    m.sent[last] = m.state[FREE]
    m.state[FREE] = first
    m.last[node] = 0


@within
def send(m: Memory, node: int, coefficient: int, adjoint: int) -> None:
    """Append a contribution to those of a node."""
    state, sent = m.state, m.sent
    cell = whole(state[FREE]) - 1
    if cell >= 0:
        state[FREE] = sent[CELL_WIDTH * cell + 2]
    else:
        cell = whole(state[SENT])
        state[SENT] = cell + 1
    at = CELL_WIDTH * cell
    sent[at] = coefficient
    sent[at + 1] = adjoint
    last = whole(m.last[node]) - 1
    if last < 0:
        sent[at + 2] = cell + 1
    else:
        sent[at + 2] = sent[CELL_WIDTH * last + 2]
        sent[CELL_WIDTH * last + 2] = cell + 1
    m.last[node] = cell + 1


@within
def operands_of(m: Memory, node: int) -> int:
    """Put the operands of a gate into the state; return how many there are."""
    state, nodes = m.state, m.nodes
    at = NODE_WIDTH * node
    arity = whole(state[ROWS + WIDTH * (nodes[at] & KIND) + ARITY])
    state[OPERANDS] = nodes[at + 1]
    state[OPERANDS + 1] = nodes[at + 2]
    if arity == 3:
        pair = 2 * nodes[at + 2]
        state[OPERANDS + 1] = m.triples[pair]
        state[OPERANDS + 2] = m.triples[pair + 1]
    return arity


@within
def pull(m: Memory, node: int, coefficient: int, adjoint: int) -> None:
    """Send the contributions of a gate to its operands."""
    state, registers = m.state, m.registers
    arity = operands_of(m, node)
    slots, several, one_of = 0, 0, -1
    for slot in range(arity):
        operand = whole(state[OPERANDS + slot])
        if m.active[operand]:
            slots += 1
            if one_of >= 0 and operand != one_of:
                several = 1
            one_of = operand
    if several and coefficient >> 1 != 1 and adjoint != state[ONE_NODE]:
        adjoint = made(m, coefficient - (coefficient & 1), adjoint)
        coefficient = ONE + (coefficient & 1)
    put(m, ADJOINT, coefficient, adjoint)
    put_node(m, RESULT, node)
    for slot in range(arity):
        put_node(m, READ + slot, whole(state[OPERANDS + slot]))
    if state[ASKED]:
        return
    if state[MARK] < 0:
        state[MARK] = state[COUNT]
    row = whole(ROWS + WIDTH * (m.nodes[NODE_WIDTH * node] & KIND))
    run(m, whole(state[row + BEGIN]), whole(state[row + END]))
    if slots == 1:
        for slot in range(arity):
            part = whole(state[row + PARTS + slot])
            if part >= 0 and m.active[state[OPERANDS + slot]] and registers[2 * part] != ZERO:
                put(m, READ, whole(registers[2 * part]), quotient(m, whole(registers[2 * part + 1])))
                deliver(m, slot, READ)
                return
        return
    if state[ASKED] == 0 and CELL_WIDTH * (state[SENT] + arity) > len(m.sent):
        ask(m, ROOM_SENT, 0, 0, 0, 0)
    for slot in range(arity):
        part = whole(state[row + PARTS + slot])
        if part >= 0 and m.active[state[OPERANDS + slot]] and registers[2 * part] != ZERO:
            deliver(m, slot, part)


@within
def deliver(m: Memory, slot: int, part: int) -> None:
    """Send a register to an operand, if nothing is asked."""
    if CELL_WIDTH * (m.state[SENT] + 1) > len(m.sent):
        ask(m, ROOM_SENT, 0, 0, 0, 0)
    if m.state[ASKED] == 0:
        operand = whole(m.state[OPERANDS + slot])
        send(m, operand, whole(m.registers[2 * part]), whole(m.registers[2 * part + 1]))


@within
def quotient(m: Memory, node: int) -> int:
    """Make (1/v)*w one gate, w/v, where nothing else of this pull-back needs 1/v."""
    nodes, mark = m.nodes, m.state[MARK]
    if node < mark or nodes[NODE_WIDTH * node] & KIND != MUL:
        return node
    upside, other = whole(nodes[NODE_WIDTH * node + 1]), whole(nodes[NODE_WIDTH * node + 2])
    if upside < mark or nodes[NODE_WIDTH * upside] & KIND != DIV:
        return node
    if exact(m, whole(nodes[NODE_WIDTH * upside + 1])) != ONE:
        return node
    return gate(m, DIV, other, whole(nodes[NODE_WIDTH * upside + 2]), -1)
