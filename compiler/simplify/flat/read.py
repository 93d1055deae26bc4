"""The graph of a circuit, gate for gate, over flat arrays: what `compiler.simplify.rebuild.read` does."""

from __future__ import annotations

from circuit.ops import CODE, CONSTANT, FIRST_GATE, INPUT
from compiler.loops.memory import ARITY, ONE, Array
from compiler.simplify.flat.forms import over, times, total
from compiler.simplify.flat.memory import (
    DIV,
    KIND,
    MUL,
    NEG,
    PLACE,
    RIGID,
    SUB,
    SUM,
    TURN,
    UNIT_NODE,
    Graph,
    asked,
    row,
    vanished,
)
from compiler.simplify.flat.nodes import constant, function, is_fixed, put
from compiler.simplify.flat.rebuild import begin_input

LOG = CODE["log"]


def mark_divisors(op: Array, lhs: Array, rhs: Array, flags: Array) -> None:
    """Mark what something is divided by, its factors, and the operands of logarithms."""
    for node in range(len(op) - 1, -1, -1):
        code = op[node]
        if code == DIV:
            flags[rhs[node]] = 1
        elif code == LOG:
            flags[lhs[node]] = 1
        if flags[node] and code >= FIRST_GATE:
            if code == MUL:
                flags[lhs[node]] = 1
                flags[rhs[node]] = 1
            elif code in (NEG, DIV):
                flags[lhs[node]] = 1


def read(
    m: Graph,
    op: Array,
    lhs: Array,
    rhs: Array,
    third: Array,
    values: Array,
    derivatives: int,
    marks: Array,
    refs: Array,
) -> None:
    """Run from the node whose turn it is to the last, or to a question.

    third: third operands in the order of their gates; values: of the constants. marks: divisors (1), what varies (2).
    """
    count = m.count
    while count[TURN] < len(op):
        node = count[TURN]
        code, k, new = op[node], ONE, 0
        if code == INPUT:
            new = begin_input(m, 1 if node < derivatives else 0)
        elif code == CONSTANT:
            value = values[lhs[node]]
            k, new = (value, UNIT_NODE) if value >= 0 else (ONE, constant(m, value))
        else:
            k, new = gate(m, code, node, (lhs, rhs, third), marks[node], refs)
        if asked(m):
            return
        if code in (SUM, SUB) and marks[node] & 1 and m.node[new][KIND] == SUM and m.node[new][RIGID] == 0:
            m.node[new][RIGID] = -1 if k & 1 else 1
        refs[2 * node], refs[2 * node + 1] = k, new
        if code >= FIRST_GATE and m.state[row(code, ARITY)] == 3:
            count[PLACE] += 1
        count[TURN] = node + 1


def gate(m: Graph, code: int, node: int, slots: tuple[Array, Array, Array], marks: int, refs: Array) -> tuple[int, int]:
    """Return the reference of a gate."""
    lhs, rhs, third = slots
    a, b = lhs[node], rhs[node]
    k, x = refs[2 * a], refs[2 * a + 1]
    if code == NEG:
        return k ^ 1 if k else k, x
    q, y = (refs[2 * b], refs[2 * b + 1]) if b >= 0 else (0, 0)
    if code == MUL:
        return times(m, k, x, q, y)
    if code == DIV:
        return over(m, k, x, q, y)
    put(m, 0, k, x)
    if code in (SUM, SUB):
        put(m, 1, q ^ 1 if code == SUB and q else q, y)
        return total(m, 0, 2, marks & 1)
    arity = m.state[row(code, ARITY)]
    if arity > 1:
        put(m, 1, q, y)
    if arity > 2:
        c = third[m.count[PLACE]]
        put(m, 2, refs[2 * c], refs[2 * c + 1])
    new = function(m, code, 0, arity)
    if not asked(m) and is_fixed(m, new) and marks & 2:
        vanished(m)
    return ONE, new
