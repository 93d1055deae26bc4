"""What folds as a gate is born: `circuit.fold` over flat arrays."""

from __future__ import annotations

from operator import index as whole

from circuit.ops import CODE
from compiler.loops.coefficients import answer
from compiler.loops.memory import FOLD, MINUS, NODE_WIDTH, ONE, ZERO, Memory, within
from compiler.loops.nodes import constant, exact

ADD, SUB, MUL, DIV, NEG = (CODE[name] for name in ("add", "sub", "mul", "div", "neg"))


def folded(m: Memory, code: int, a: int, b: int) -> tuple[int, int, int, int]:
    """Return the node that a gate folds to; or -1 and the gate that it becomes, which may be the same."""
    x = exact(m, a)
    if b < 0:
        if code == NEG and x >= 0:
            return constant(m, x ^ 1 if x else x), code, a, b
        return (decided(m, code, x, ZERO) if x >= 0 else -1), code, a, b
    if code > DIV:
        return -1, code, a, b
    y = exact(m, b)
    if x >= 0 and y >= 0:
        return decided(m, code, x, y), code, a, b
    if y >= 0:
        return folded_right(m, code, a, y, b)
    return folded_left(m, code, x, a, b) if x >= 0 else (-1, code, a, b)


def decided(m: Memory, code: int, x: int, y: int) -> int:
    """Return the constant that a gate of rational constants is, or -1; Python computes it."""
    found = answer(m, FOLD + code, x, y)
    return constant(m, found) if found >= 0 else -1


@within
def folded_right(m: Memory, code: int, a: int, y: int, b: int) -> tuple[int, int, int, int]:
    """Fold `u + y`, `u - y`, `u * y`, `u / y`."""
    if code in (ADD, SUB):
        if y == ZERO:
            return a, code, a, b
        if y & 1:
            return -1, SUB if code == ADD else ADD, a, constant(m, y - 1)
    elif y == ONE:
        return a, code, a, b
    elif y == MINUS:
        return negated(m, a)
    elif y == ZERO:
        return (decided(m, code, y, y) if code == DIV else constant(m, ZERO)), code, a, b
    return -1, code, a, b


@within
def folded_left(m: Memory, code: int, x: int, a: int, b: int) -> tuple[int, int, int, int]:
    """Fold `x + v`, `x - v`, `x * v`, `x / v`."""
    if x == ZERO:
        if code == ADD:
            return b, code, a, b
        if code == SUB:
            return negated(m, b)
        return constant(m, ZERO), code, a, b
    if code == ADD and x & 1:
        return -1, SUB, b, constant(m, x - 1)
    if code == MUL and x == ONE:
        return b, code, a, b
    return negated(m, b) if code == MUL and x == MINUS else (-1, code, a, b)


def negated(m: Memory, a: int) -> tuple[int, int, int, int]:
    """Return minus a node as a gate to be, or the node under its minus."""
    kind = m.nodes[NODE_WIDTH * a]
    return (whole(m.nodes[NODE_WIDTH * a + 1]) if kind == NEG else -1), NEG, a, -1
