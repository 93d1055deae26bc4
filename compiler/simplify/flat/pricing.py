"""What a gradient costs and may cost, over the arrays of its circuit."""

from __future__ import annotations

from operator import index as whole

from circuit.ops import CODE, FIRST_GATE
from compiler.loops.memory import Array, within

ADD, SUB, MUL, DIV, NEG, SELECT, POW, ATAN2 = (
    CODE[name] for name in ("add", "sub", "mul", "div", "neg", "select", "pow", "atan2")
)
# what is counted: gates, those of the value, the price of these, the inputs that have a derivative, products and
# quotients of what varies, those of the value, gates that are not rational, two-argument arctangents of the value
GATES, VALUE, PRICE, OCCURRING, PRODUCTS, VALUE_PRODUCTS, FUNCTIONS, ARCTANGENTS, COUNTED = range(9)
IN_VALUE, HAS_ADJOINT = 1, 2


def count_all(
    op: Array,
    lhs: Array,
    rhs: Array,
    third: Array,
    varies: Array,
    moving: Array,
    costs: Array,
    flags: Array,
    found: Array,
) -> None:
    """Count gates and price.

    third: third operands, in the order of their gates, and one more. moving: what depends on a differentiated input.
    costs: by kind the price of a gate, and 1 where no derivative passes. flags: IN_VALUE and HAS_ADJOINT for the value.
    """
    triple = len(third) - 1
    for node in range(len(op) - 1, -1, -1):
        code, flag = whole(op[node]), whole(flags[node])
        if code < FIRST_GATE:
            found[OCCURRING] += 1 if flag & HAS_ADJOINT else 0
            continue
        a, b, c = whole(lhs[node]), whole(rhs[node]), -1
        if code == SELECT:
            triple -= 1
            c = whole(third[triple])
        passing = flag & IN_VALUE if costs[2 * code + 1] else flag
        mark(flags, moving, a, flag & IN_VALUE if code == SELECT else passing)
        mark(flags, moving, b, passing)
        mark(flags, moving, c, passing)
        if varies[node]:
            product = code in (MUL, DIV) and varies[b] and (code == DIV or varies[a])
            found[GATES] += 1
            found[PRODUCTS] += 1 if product else 0
            found[FUNCTIONS] += 1 if code > NEG else 0
            if flag & IN_VALUE:
                found[VALUE] += 1
                found[VALUE_PRODUCTS] += 1 if product else 0
                found[ARCTANGENTS] += 1 if code == ATAN2 else 0
                found[PRICE] += weight(code, a, b, c, moving, whole(costs[2 * code])) if flag & HAS_ADJOINT else 1


@within
def mark(flags: Array, moving: Array, operand: int, passing: int) -> None:
    """Pass the flags of a gate on to an operand, if there is one; an adjoint goes only to what moves."""
    if operand >= 0:
        flags[operand] |= passing if moving[operand] else passing & IN_VALUE


@within
def weight(code: int, a: int, b: int, c: int, moving: Array, cost: int) -> int:
    """Return w(g) of a gate that has an adjoint."""
    left, right = 1 if moving[a] else 0, 1 if b >= 0 and moving[b] else 0
    both = left + right == 2
    if code in (ADD, SUB):
        return 2 if both else 1
    if code == NEG:
        return cost
    if code == MUL:
        return 2 if not both else 3 if a == b else 4
    if code == DIV:
        return 4 if both else 2 if left else 3
    if code == SELECT:
        return 4 if right and moving[c] else 2
    return cost if b < 0 or code == POW else cost - (2 - left - right)
