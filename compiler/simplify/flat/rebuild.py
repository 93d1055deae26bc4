"""Build a graph anew over flat arrays, with the meaning that `compiler.simplify.rebuild` gives it."""

from __future__ import annotations

from circuit.ops import CONSTANT, INPUT
from compiler.loops.memory import MINUS, ONE, Array, within
from compiler.simplify.flat.cells import assign, cell_of
from compiler.simplify.flat.collect import collect
from compiler.simplify.flat.distribute import distributed
from compiler.simplify.flat.forms import over, scaled, times
from compiler.simplify.flat.memory import (
    ACTIVE,
    BASE,
    BUDGET,
    CELL,
    CELLS,
    CELLS_OF,
    DIV,
    FIRST,
    FIRST_CELL,
    FIXED,
    FLAGS,
    IS_OPEN,
    KIND,
    LAST_CELL,
    MUL,
    OPEN_SIGN,
    PLAIN,
    READER,
    REF_K,
    REF_NODE,
    RIGID,
    SECOND,
    SIGN,
    SINCE,
    SLOT,
    SPENT,
    SQUARE,
    SUM,
    TOP,
    TURN,
    USES,
    Graph,
    Old,
    asked,
    vanished,
)
from compiler.simplify.flat.nodes import append, constant, function, is_fixed, put
from compiler.simplify.flat.symmetric import symmetric_sum
from compiler.simplify.flat.terms import load, made, product_term, quotient_term


def begin_input(m: Graph, active: int) -> int:
    """Append an input."""
    m.count[SLOT] = -1
    return append(m, INPUT, -1, -1, ACTIVE if active else 0)


def rebuild(m: Graph, old: Old, size: int, factor: int, flatten: int) -> None:
    """Run from the node whose turn it is to the last, or to a question: flattened, and common factors taken out."""
    count = m.count
    while count[TURN] < size:
        node = count[TURN]
        count[TOP], count[SPENT] = count[CELLS], 0
        kind = old.node[node][KIND]
        if kind == INPUT:
            assign(m, old, node, ONE, begin_input(m, old.node[node][FLAGS] & ACTIVE))
        elif old.made[node][USES] == 0:
            pass
        elif kind == CONSTANT:
            assign(m, old, node, ONE, constant(m, old.node[node][FIRST]))
        elif kind == SUM and old.made[node][SQUARE]:
            symmetric_sum(m, old, node)
        elif kind == SUM:
            rebuild_sum(m, old, node, factor, flatten)
        elif kind in (MUL, DIV):
            rebuild_pair(m, old, node, factor, flatten)
        else:
            rebuild_function(m, old, node)
        if asked(m):
            return
        count[TURN] = node + 1


@within
def is_open(old: Old, node: int) -> bool:
    """Say whether a node is read by a sum alone, once, and may go into it."""
    reader = old.made[node][READER]
    return bool(
        old.made[node][USES] == 1 and reader >= 0 and old.node[reader][KIND] == SUM and old.node[node][RIGID] == 0
    )


@within
def open_node(m: Graph, old: Old, node: int, sign: int, head: int, tail: int, length: int) -> None:
    """Let the terms of a node wait for its reader."""
    if asked(m):
        return
    old.made[node][IS_OPEN], old.made[node][OPEN_SIGN] = 1, sign
    old.made[node][FIRST_CELL], old.made[node][LAST_CELL], old.made[node][CELLS_OF] = head, tail, length
    m.count[CELLS] = m.count[TOP]
    m.count[BUDGET] -= m.count[SPENT]


def rebuild_function(m: Graph, old: Old, node: int) -> None:
    """Make a function anew."""
    start, count = old.node[node][FIRST], old.node[node][SECOND]
    for place in range(count):
        each = old.terms[2 * (start + place) + 1]
        k, new = scaled(m, old.terms[2 * (start + place)], old.made[each][REF_K], old.made[each][REF_NODE])
        put(m, place, k, new)
    new = function(m, old.node[node][KIND], 0, count)
    if not asked(m) and is_fixed(m, new) and not old.node[node][FLAGS] & FIXED:
        vanished(m)
    assign(m, old, node, ONE, new)


def rebuild_pair(m: Graph, old: Old, node: int, factor: int, flatten: int) -> None:
    """Make a product or quotient anew, or let it wait."""
    a, b = old.node[node][FIRST], old.node[node][SECOND]
    k, x, q, y = old.made[a][REF_K], old.made[a][REF_NODE], old.made[b][REF_K], old.made[b][REF_NODE]
    if old.node[node][KIND] == MUL and node >= m.count[SINCE] and distributed(m, old, node):
        settle(m, old, node, factor, flatten)
    elif factor and is_open(old, node) and old.node[old.made[node][READER]][RIGID] == 0:
        if old.node[node][KIND] == MUL:
            size, op, left, right = product_term(m, k, x, q, y)
        else:
            size, op, left, right = quotient_term(m, k, x, q, y)
        cell = cell_of(m, size, op, left, right)
        open_node(m, old, node, ONE, cell, cell, 1)
    else:
        size, new = times(m, k, x, q, y) if old.node[node][KIND] == MUL else over(m, k, x, q, y)
        assign(m, old, node, size, new)


def rebuild_sum(m: Graph, old: Old, node: int, factor: int, flatten: int) -> None:
    """Make a sum anew, flattened, or let it wait."""
    gather(m, old, node, factor)
    settle(m, old, node, factor, flatten)


def settle(m: Graph, old: Old, node: int, factor: int, flatten: int) -> None:
    """Make a node of the terms that were gathered, or let them wait."""
    count, cells = m.count, m.cells
    sign, rigid = count[SIGN], old.node[node][RIGID]
    if asked(m):
        return
    base, added = count[BASE], count[CELLS]
    if flatten and is_open(old, node):
        link(m, old, base, node)
        return
    turned, place = rigid and sign == MINUS, 0
    cell = old.made[base][FIRST_CELL] if base >= 0 else added
    rest = old.made[base][CELLS_OF] if base >= 0 else 0
    while rest > 0 or added < count[TOP]:
        if rest == 0:
            cell = added
            added += 1
        at = CELL * cell
        k = cells[at]
        load(m, place, k ^ 1 if turned and k else k, cells[at + 1], cells[at + 2], cells[at + 3])
        place += 1
        if rest > 0:
            rest -= 1
            cell = cells[at + 4] - 1
    k, new = collect(m, place, factor, 1 if rigid else 0)
    if asked(m):
        return
    m.count[BUDGET] -= m.count[SPENT]
    if rigid:
        if m.node[new][KIND] == SUM and m.node[new][RIGID] == 0:
            m.node[new][RIGID] = -rigid if k & 1 else rigid
    elif k and sign == MINUS:
        k ^= 1
    assign(m, old, node, k, new)


@within
def link(m: Graph, old: Old, base: int, node: int) -> None:
    """Append the new cells to the list that they go on from."""
    count, cells = m.count, m.cells
    first, top = count[CELLS], count[TOP]
    for cell in range(first, top - 1):
        cells[CELL * cell + 4] = cell + 2
    head, tail, length = first, top - 1, top - first
    if base >= 0:
        head = old.made[base][FIRST_CELL]
        if top > first:
            cells[CELL * old.made[base][LAST_CELL] + 4] = first + 1
        else:
            tail = old.made[base][LAST_CELL]
        length += old.made[base][CELLS_OF]
    open_node(m, old, node, count[SIGN], head, tail, length)


def gather(m: Graph, old: Old, node: int, factor: int) -> None:
    """Append the terms of a sum as cells, but for those of the largest list that waits for it, and note its sign."""
    count = m.count
    start, end = old.node[node][FIRST], old.node[node][FIRST] + old.node[node][SECOND]
    base, most, sign = -1, 0, ONE
    for term in range(start, end):
        each = old.terms[2 * term + 1]
        if old.made[each][IS_OPEN] and old.terms[2 * term] >> 1 == 1 and old.made[each][CELLS_OF] > most:
            base, most = each, old.made[each][CELLS_OF]
            sign = old.made[each][OPEN_SIGN] ^ (old.terms[2 * term] & 1)
    count[BASE], count[SIGN] = base, sign
    for term in range(start, end):
        each = old.terms[2 * term + 1]
        if each != base:
            absorb(m, old, old.terms[2 * term] ^ (sign & 1), each, factor)


def absorb(m: Graph, old: Old, k: int, each: int, factor: int) -> None:
    """Append the terms of k * each."""
    count, cells = m.count, m.cells
    if not old.made[each][IS_OPEN]:
        k, new = scaled(m, k, old.made[each][REF_K], old.made[each][REF_NODE])
        cell_of(m, k, PLAIN, new, -1)
        return
    k ^= old.made[each][OPEN_SIGN] & 1
    cell, length = old.made[each][FIRST_CELL], old.made[each][CELLS_OF]
    count[SPENT] += length
    if count[SPENT] > count[BUDGET] and length > 1:
        for place in range(length):
            here = CELL * cell
            load(m, place, cells[here], cells[here + 1], cells[here + 2], cells[here + 3])
            cell = cells[here + 4] - 1
        size, new = collect(m, length, factor, 0)
        k, new = scaled(m, k, size, new)
        cell_of(m, k, PLAIN, new, -1)
        return
    for _ in range(length):
        here = CELL * cell
        part, op, a, b = cells[here], cells[here + 1], cells[here + 2], cells[here + 3]
        size, new = scaled(m, k, part, a)
        if new == a:
            cell_of(m, size, op, a, b)
        else:
            size, new = made(m, part, op, a, b)
            size, new = scaled(m, k, size, new)
            cell_of(m, size, PLAIN, new, -1)
        cell = cells[here + 4] - 1


def outputs_of(m: Graph, old: Old, outputs: Array, found: Array) -> None:
    """Return what becomes of references to old nodes."""
    for place in range(0, len(outputs), 2):
        each = outputs[place + 1]
        k, new = scaled(m, outputs[place], old.made[each][REF_K], old.made[each][REF_NODE])
        found[place], found[place + 1] = k, new
