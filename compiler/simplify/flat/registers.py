"""The registers of the nodes of a graph that is lowered: a register holds its node or minus it."""

from __future__ import annotations

from typing import NamedTuple

from circuit.native import record
from compiler.loops.coefficients import inverse, is_short, product
from compiler.loops.gates import gate as any_gate
from compiler.loops.memory import MINUS, ONE, SIZE_WIDTH, UNIT, ZERO, Array, within
from compiler.loops.nodes import constant as constant_gate
from compiler.loops.nodes import named as named_gate
from compiler.simplify.flat.memory import DIV, FIRST, KIND, MUL, NEG, SECOND, UNIT_NODE, USES, Graph, Old, asked
from compiler.simplify.flat.nodes import is_fixed, is_pair, number

# of each node: how often it is read, the sign wished, its register or -1, with which sign it holds the node, the first
# number divided by it (0: none), and the register of that
USED, WISH, REGISTER, SIGN_OF, DIVIDED, QUOTIENT, LOWERED_PARTS = range(7)


@record
class Lowering(NamedTuple):
    """What a lowering knows of each node, and a table of the multiples that are made by themselves."""

    node: Array
    wanted: Array  # size and node


def begin(old: Old, low: Lowering, size: int) -> None:
    """Note how often each node is read, and nothing else yet."""
    for node in range(size):
        known = low.node[node]
        known[USED] = old.made[node][USES] if node != UNIT_NODE else 0
        known[WISH], known[REGISTER], known[SIGN_OF], known[DIVIDED], known[QUOTIENT] = 0, -1, 1, 0, 0


def gate(m: Graph, code: int, a: int, b: int, c: int) -> int:
    """Return the register of a gate."""
    return any_gate(m, code, a, b, c)  # type: ignore[arg-type]


def constant(m: Graph, value: int) -> int:
    """Return the register of a constant."""
    return named_gate(m, -1 - value) if value < 0 else constant_gate(m, value)  # type: ignore[arg-type]


@within
def turned(k: int, sign: int) -> int:
    """Return a coefficient with a sign."""
    return k ^ 1 if sign < 0 and k else k


def times(m: Graph, k: int, register: int) -> int:
    """Return the register of k times a register; a unit fraction becomes a division by its denominator."""
    if m.sizes[SIZE_WIDTH * (k >> 1) + UNIT]:
        return gate(m, DIV, register, constant(m, inverse(m, k)), -1)  # type: ignore[arg-type]
    return gate(m, MUL, constant(m, k), register, -1)


def quotient(m: Graph, low: Lowering, k: int, node: int) -> int:
    """Return the register of a number divided by a node: a multiple of another such quotient, if there is one."""
    k = turned(k, low.node[node][SIGN_OF])
    first = low.node[node][DIVIDED]
    register: int = low.node[node][QUOTIENT]
    if first == 0:
        divisor: int = max(low.node[node][REGISTER], 0)  # what is divided by is there
        register = gate(m, DIV, constant(m, k), divisor, -1)
        if not asked(m):
            low.node[node][DIVIDED], low.node[node][QUOTIENT] = k, register
        return register
    size = product(m, k, inverse(m, first))  # type: ignore[arg-type]
    if size == ONE:
        return register
    return gate(m, NEG, register, -1, -1) if size == MINUS else times(m, size, register)


def at(m: Graph, low: Lowering, node: int) -> int:
    """Return the register of a node; a quotient of a number is made when it is first asked for."""
    register: int = low.node[node][REGISTER]
    if register >= 0 or asked(m):
        return max(register, 0)
    register = quotient(m, low, turned(number(m, m.node[node][FIRST]), low.node[node][SIGN_OF]), m.node[node][SECOND])
    if not asked(m):
        low.node[node][REGISTER] = register
    return register


def made(m: Graph, low: Lowering, k: int, node: int) -> int:
    """Return the register of k times a node."""
    while True:
        if node == UNIT_NODE:
            return constant(m, k)
        a = m.node[node][FIRST] if is_pair(m, node) else -1
        value = number(m, a) if a >= 0 else -1
        both = product(m, value, k) if value >= 0 else ZERO  # type: ignore[arg-type]
        fits = value >= 0 and is_short(m, both)  # type: ignore[arg-type]
        if fits and m.node[node][KIND] == DIV:
            return quotient(m, low, both, m.node[node][SECOND])
        turn = turned(k, low.node[node][SIGN_OF])
        if turn == ONE:
            return at(m, low, node)
        if not fits:
            break
        k, node = both, m.node[node][SECOND]
    if turn == MINUS:
        return gate(m, NEG, at(m, low, node), -1, -1)
    if a > UNIT_NODE and value < 0 and is_fixed(m, a):
        b = m.node[node][SECOND]
        turn = turned(k, low.node[a][SIGN_OF] * low.node[b][SIGN_OF])  # the node may hold -a, as was wished
        factor = times(m, turn, at(m, low, a))
        return gate(m, m.node[node][KIND], factor, at(m, low, b), -1)
    return times(m, turn, at(m, low, node))
