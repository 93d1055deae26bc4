"""Lower a graph to gates over flat arrays, with the meaning that `compiler.simplify.lower` gives it."""

from __future__ import annotations

from circuit.ops import CONSTANT, INPUT
from compiler.loops.memory import Array
from compiler.simplify.flat.addition import lower_sum
from compiler.simplify.flat.memory import DIV, FIRST, KIND, MUL, NEG, SECOND, SUM, TURN, UNIT_NODE, Graph, asked
from compiler.simplify.flat.nodes import is_fixed, number
from compiler.simplify.flat.registers import (
    REGISTER,
    SIGN_OF,
    USED,
    WISH,
    Lowering,
    at,
    constant,
    gate,
    made,
    quotient,
    times,
    turned,
)


def lower(m: Graph, low: Lowering, size: int) -> None:
    """Run from the node whose turn it is to the last, or to a question; the first registers are those of the inputs."""
    count = m.count
    while count[TURN] < size:
        node = count[TURN]
        kind = m.node[node][KIND]
        if kind == INPUT:
            low.node[node][REGISTER] = node - 1
        elif low.node[node][USED] and node != UNIT_NODE:
            register, sign = -1, 1
            if kind == CONSTANT:
                register = constant(m, m.node[node][FIRST])
            elif kind == SUM:
                sign, register = lower_sum(m, low, node)
            elif kind in (MUL, DIV):
                sign, register = lower_pair(m, low, node)
            else:
                register = lower_function(m, low, node)
            if asked(m):
                return
            low.node[node][REGISTER], low.node[node][SIGN_OF] = register, sign
        count[TURN] = node + 1


def lower_pair(m: Graph, low: Lowering, node: int) -> tuple[int, int]:
    """Return sign and register of a product or quotient; a number's quotient by a node is made when it is asked for."""
    a, b, kind, wish = m.node[node][FIRST], m.node[node][SECOND], m.node[node][KIND], low.node[node][WISH]
    value = number(m, a)
    if value < 0:
        register, sign = at(m, low, a), low.node[a][SIGN_OF] * low.node[b][SIGN_OF]
        if is_fixed(m, a) and wish == -sign:
            register, sign = gate(m, NEG, register, -1, -1), wish
        return sign, gate(m, kind, register, at(m, low, b), -1)
    sign = wish if wish else (-1 if value & 1 else 1) * low.node[b][SIGN_OF]
    if kind == MUL and m.node[b][KIND] == DIV and m.node[b][FIRST] == UNIT_NODE:
        return sign, quotient(m, low, turned(value, sign), m.node[b][SECOND])
    if kind == MUL:
        return sign, times(m, turned(value, sign * low.node[b][SIGN_OF]), at(m, low, b))
    at(m, low, b)
    return sign, -1


def lower_function(m: Graph, low: Lowering, node: int) -> int:
    """Return the register of a function."""
    start, count, a, b, c = 2 * m.node[node][FIRST], m.node[node][SECOND], -1, -1, -1
    a = made(m, low, m.terms[start], m.terms[start + 1])
    if count > 1:
        b = made(m, low, m.terms[start + 2], m.terms[start + 3])
    if count > 2:
        c = made(m, low, m.terms[start + 4], m.terms[start + 5])
    return gate(m, m.node[node][KIND], a, b, c)


def lower_outputs(m: Graph, low: Lowering, outputs: Array, registers: Array) -> None:
    """Return the registers of references."""
    for place in range(len(registers)):
        register = made(m, low, outputs[2 * place], outputs[2 * place + 1])
        registers[place] = register
