"""The reverse sweep over flat arrays, with the meaning that `compiler.simplify.adjoint` gives it."""

from __future__ import annotations

from circuit.ops import FIRST_GATE
from compiler.loops.coefficients import is_short
from compiler.loops.interpreter import ADJOINT, OWN, READ, RESULT
from compiler.loops.memory import BEGIN, END, ONE, SIZE_WIDTH, ZERO, Array, within
from compiler.loops.memory import PARTS as ROW_PARTS
from compiler.simplify.flat.cells import cell_of
from compiler.simplify.flat.collect import collect
from compiler.simplify.flat.forms import over, pair, scaled
from compiler.simplify.flat.interpreter import run, set_register
from compiler.simplify.flat.memory import (
    CELL,
    CELLS,
    DIV,
    FIRST,
    HEAD,
    KIND,
    LIMITED,
    MOST,
    MUL,
    PLACE,
    PLAIN,
    QUAD,
    ROTATION,
    SECOND,
    SUM,
    TAIL,
    TOP,
    TURN,
    TWO,
    UNIT_NODE,
    Graph,
    asked,
    row,
)
from compiler.simplify.flat.nodes import constant, is_active, number
from compiler.simplify.flat.terms import load, product_term, quotient_term

assert OWN > READ


def sweep(m: Graph, outputs: Array) -> None:
    """Run from the node whose turn it is to the last derivative, or to a question; outputs: the value is there."""
    count = m.count
    while count[TURN] > 0:
        node = count[TURN]
        count[TOP] = count[CELLS]
        if m.node[node][KIND] >= FIRST_GATE and m.node[node][HEAD]:
            k, adjoint = arrived(m, node)
            if k != ZERO and not asked(m):
                pull(m, node, k, adjoint)
            if asked(m):
                return
            deliver(m)
        count[TURN] = node - 1
    while count[PLACE] < len(outputs) // 2 - 1:
        place = count[PLACE] + 1
        k, node = arrived(m, place)  # the inputs are the nodes after the number 1
        if asked(m):
            return
        outputs[2 * place], outputs[2 * place + 1] = k, node
        count[PLACE] = place


def arrived(m: Graph, node: int) -> tuple[int, int]:
    """Return the sum of what has come to a node."""
    cells = m.cells
    cell, place = m.node[node][HEAD], 0
    while cell:
        at = CELL * (cell - 1)
        load(m, place, cells[at], cells[at + 1], cells[at + 2], cells[at + 3])
        place += 1
        cell = cells[at + 4]
    return collect(m, place, 1, 0) if place else (ZERO, UNIT_NODE)


@within
def deliver(m: Graph) -> None:
    """Append the cells of the step under way to those of the nodes they go to."""
    count, cells = m.count, m.cells
    for cell in range(count[CELLS], count[TOP]):
        node = cells[CELL * cell + 5]
        if m.node[node][HEAD]:
            cells[CELL * (m.node[node][TAIL] - 1) + 4] = cell + 1
        else:
            m.node[node][HEAD] = cell + 1
        m.node[node][TAIL] = cell + 1
    count[CELLS] = count[TOP]


def send(m: Graph, node: int, term: tuple[int, int, int, int]) -> None:
    """Append a term that is to go to a node."""
    if term[0] != ZERO:
        cell = cell_of(m, term[0], term[1], term[2], term[3])
        if not asked(m):
            m.cells[CELL * cell + 5] = node


@within
def pull(m: Graph, node: int, k: int, adjoint: int) -> None:
    """Send the contributions of a node to its operands."""
    kind = m.node[node][KIND]
    if m.node[node][ROTATION]:
        pull_rotation(m, m.node[node][ROTATION] - 1, k, adjoint)
    elif kind == SUM:
        pull_sum(m, node, k, adjoint)
    elif kind == MUL:
        pull_product(m, node, k, adjoint)
    elif kind == DIV:
        pull_quotient(m, node, k, adjoint)
    else:
        pull_function(m, node, k, adjoint)


def carried(m: Graph, k: int, adjoint: int) -> tuple[int, int]:
    """Return an adjoint that goes to two operands: its coefficient is made unless it is within the limit."""
    if adjoint == UNIT_NODE or k >> 1 == 1 or within_limit(m, k):
        return k, adjoint
    if not asked(m):
        m.count[LIMITED] = 1
    return ONE + (k & 1), pair(m, MUL, constant(m, k - (k & 1)), adjoint)


@within
def within_limit(m: Graph, k: int) -> bool:
    """Say whether the size of a coefficient is between 1/limit and the limit."""
    at, most = SIZE_WIDTH * (k >> 1), m.count[MOST]
    above, below = m.sizes[at], m.sizes[at + 1]
    if below < 1 or not is_short(m, k):  # type: ignore[arg-type]
        return False
    return bool(above // most < below or (above // most == below and above % most == 0)) and bool(
        below // most < above or (below // most == above and below % most == 0)
    )


def pull_rotation(m: Graph, at: int, k: int, adjoint: int) -> None:
    """Send to the angle and to the factors of sine and cosine."""
    turns = m.turns
    k, adjoint = carried(m, k, adjoint)
    angle = turns[at + 1]
    if is_active(m, angle):
        q, node = scaled(m, turns[at], k, adjoint)
        send(m, angle, product_term(m, q, node, turns[at + 2], turns[at + 3]))
    for place in range(turns[at + 4]):
        each = at + 5 + 3 * place
        if is_active(m, turns[each]):
            send(m, turns[each], product_term(m, k, adjoint, turns[each + 1], turns[each + 2]))


def pull_sum(m: Graph, node: int, k: int, adjoint: int) -> None:
    """Send to the terms of a sum, or to the x_i of a quadratic form."""
    if m.node[node][QUAD]:
        pull_quadratic(m, m.node[node][QUAD] - 1, k, adjoint)
        return
    start, end, moving = m.node[node][FIRST], m.node[node][FIRST] + m.node[node][SECOND], 0
    for term in range(start, end):
        if is_active(m, m.terms[2 * term + 1]):
            moving += 1
    if moving > 1:
        k, adjoint = carried(m, k, adjoint)
    for term in range(start, end):
        each = m.terms[2 * term + 1]
        if is_active(m, each):
            q, new = scaled(m, m.terms[2 * term], k, adjoint)
            send(m, each, (q, PLAIN, new, -1))


def pull_quadratic(m: Graph, at: int, k: int, adjoint: int) -> None:
    """Send 2 * adjoint * r_i to x_i."""
    quads = m.quads
    k, adjoint = scaled(m, m.count[TWO], k, adjoint)
    if adjoint != UNIT_NODE and k >> 1 != 1:
        k, adjoint = ONE + (k & 1), pair(m, MUL, constant(m, k - (k & 1)), adjoint)
    for place in range(quads[at]):
        each = at + 1 + 3 * place
        if is_active(m, quads[each]):
            send(m, quads[each], product_term(m, k, adjoint, quads[each + 1], quads[each + 2]))


def pull_product(m: Graph, node: int, k: int, adjoint: int) -> None:
    """Send to the factors of a product."""
    a, b = m.node[node][FIRST], m.node[node][SECOND]
    if a == b:
        k, adjoint = scaled(m, m.count[TWO], k, adjoint)
        send(m, a, product_term(m, k, adjoint, ONE, a))
        return
    if is_active(m, a) and is_active(m, b):
        k, adjoint = carried(m, k, adjoint)
    for each, other in ((a, b), (b, a)):
        if is_active(m, each):
            exact = number(m, other)
            q, factor = (ONE, other) if exact < 0 else (exact, UNIT_NODE)
            send(m, each, product_term(m, k, adjoint, q, factor))


def pull_quotient(m: Graph, node: int, k: int, adjoint: int) -> None:
    """Send to the numerator and the divisor."""
    a, b = m.node[node][FIRST], m.node[node][SECOND]
    if not is_active(m, b):
        send(m, a, quotient_term(m, k, adjoint, ONE, b))
        return
    if is_active(m, a):
        k, adjoint = carried(m, k, adjoint)
    k, shared = over(m, k, adjoint, ONE, b)
    if is_active(m, a):
        send(m, a, (k, PLAIN, shared, -1))
    send(m, b, product_term(m, k ^ 1 if k else k, shared, ONE, node))


def pull_function(m: Graph, node: int, k: int, adjoint: int) -> None:
    """Send to the arguments of a function."""
    at, start, count = row(m.node[node][KIND], 0), m.node[node][FIRST], m.node[node][SECOND]
    several, one_of = 0, -1
    for place in range(count):
        each = m.terms[2 * (start + place) + 1]
        if is_active(m, each):
            if one_of >= 0 and each != one_of:
                several = 1
            one_of = each
    if several:
        k, adjoint = carried(m, k, adjoint)
    set_register(m, ADJOINT, k, adjoint)
    set_register(m, RESULT, ONE, node)
    for place in range(count):
        set_register(m, READ + place, m.terms[2 * (start + place)], m.terms[2 * (start + place) + 1])
    run(m, m.state[at + BEGIN], m.state[at + END])
    for place in range(count):
        part, each = m.state[at + ROW_PARTS + place], m.terms[2 * (start + place) + 1]
        if part >= 0 and is_active(m, each):
            q, new = scaled(m, m.terms[2 * (start + place)], m.registers[2 * part], m.registers[2 * part + 1])
            send(m, each, (q, PLAIN, new, -1))
