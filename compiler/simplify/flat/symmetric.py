"""Symmetric quadratic forms over flat arrays, with the meaning that `compiler.simplify.symmetric` gives them."""

from __future__ import annotations

from compiler.loops.coefficients import addition, inverse, product
from compiler.loops.memory import ONE, ZERO, within
from compiler.simplify.flat.cells import assign, cell_of
from compiler.simplify.flat.forms import scaled, times, total
from compiler.simplify.flat.memory import (
    CELL,
    CELLS,
    FIRST,
    FIXED,
    FLAGS,
    HALF,
    HEAD,
    IN_QUADS,
    IN_WORK,
    KIND,
    MUL,
    QUAD,
    QUADS,
    REF_K,
    REF_NODE,
    RIGID,
    SECOND,
    SLOTS,
    SQUARE,
    SUM,
    TAIL,
    TOP,
    UNIT_NODE,
    USES,
    A,
    B,
    Graph,
    Old,
    asked,
    room,
)
from compiler.simplify.flat.nodes import mixed, put
from compiler.simplify.flat.terms import load, width_of


def find_symmetric(m: Graph, old: Old, size: int) -> int:
    """Mark the sums where it pays; return how many there are, or stop at a question."""
    count = 0
    for node in range(size):
        many = (
            old.node[node][KIND] == SUM
            and old.made[node][USES]
            and old.node[node][SECOND] > 1
            and old.node[node][RIGID] == 0
        )
        if many and pays(m, old, node):
            old.made[node][SQUARE] = 1
            count += 1
    return count


@within
def row_of(old: Old, node: int) -> tuple[int, int]:
    """Return a and the sum of a product a * (sum), both used once, or -1."""
    if old.node[node][KIND] != MUL or old.made[node][USES] != 1:
        return -1, -1
    a, b = old.node[node][FIRST], old.node[node][SECOND]
    for _ in range(2):
        alone = old.node[b][KIND] == SUM and old.made[b][USES] == 1 and old.node[b][RIGID] == 0
        if alone and not old.node[a][FLAGS] & FIXED and a != b:
            return a, b
        a, b = b, a
    return -1, -1


def pays(m: Graph, old: Old, node: int) -> bool:
    """Say whether a quarter of the products of a sum have their mirror image in it."""
    start, end = old.node[node][FIRST], old.node[node][FIRST] + old.node[node][SECOND]
    entries = 0
    for term in range(start, end):
        _, inner = row_of(old, old.terms[2 * term + 1])
        if inner >= 0:
            entries += old.node[inner][SECOND]
    if entries < 2:
        return False
    count, slots = matrix(m, old, node, entries)
    if asked(m):
        return False
    work, width = m.work, width_of(m)
    mirrored = 0
    for place in range(count):
        a, b = work[A * width + place], work[B * width + place]
        if a < b and work[slot_of(m, slots, b, a)]:
            mirrored += 1
    return mirrored > 0 and 4 * mirrored >= count


def slot_of(m: Graph, slots: int, a: int, b: int) -> int:
    """Return where the place of an entry stands, or is to stand."""
    work, width = m.work, width_of(m)
    slot = mixed(a, b, 0) & (slots - 1)
    while work[SLOTS * width + slot]:
        place = work[SLOTS * width + slot] - 1
        if work[A * width + place] == a and work[B * width + place] == b:
            break
        slot = (slot + 1) & (slots - 1)
    return SLOTS * width + slot


def matrix(m: Graph, old: Old, node: int, entries: int) -> tuple[int, int]:
    """Load the coefficients of the products of a sum; return how many there are, and the size of their table."""
    work, width = m.work, width_of(m)
    slots, count = 4, 0
    while slots < 2 * entries:
        slots *= 2
    if entries + 1 >= width:
        room(m, IN_WORK)
        return 0, slots
    for slot in range(SLOTS * width, SLOTS * width + slots):
        work[slot] = 0
    for term in range(old.node[node][FIRST], old.node[node][FIRST] + old.node[node][SECOND]):
        a, inner = row_of(old, old.terms[2 * term + 1])
        if inner < 0:
            continue
        for part in range(old.node[inner][FIRST], old.node[inner][FIRST] + old.node[inner][SECOND]):
            b = old.terms[2 * part + 1]
            k = product(m, old.terms[2 * term], old.terms[2 * part])  # type: ignore[arg-type]
            slot = slot_of(m, slots, a, b)
            if work[slot]:
                place = work[slot] - 1
                work[place] = addition(m, work[place], k)  # type: ignore[arg-type]
            else:
                work[slot] = count + 1
                load(m, count, k, 0, a, b)
                count += 1
    return count, slots


def symmetric_sum(m: Graph, old: Old, node: int) -> None:
    """Make a sum anew with its quadratic form symmetric, and note the form."""
    count, cells = m.count, m.cells
    start, end, entries = old.node[node][FIRST], old.node[node][FIRST] + old.node[node][SECOND], 0
    for term in range(start, end):
        each = old.terms[2 * term + 1]
        _, inner = row_of(old, each)
        if inner >= 0:
            entries += old.node[inner][SECOND]
        else:
            k, new = scaled(m, old.terms[2 * term], old.made[each][REF_K], old.made[each][REF_NODE])
            cell_of(m, k, 0, new, -1)
    size, _ = matrix(m, old, node, entries)
    read_linear(m, old, size)
    first = count[TOP]
    if asked(m):
        return
    read_halves(m, old, size)
    last, rows, waits = count[TOP], 0, asked(m)
    for cell in range(first, last):
        if cells[CELL * cell + 1] and not waits:
            make_row(m, cell)
    for cell in range(first, last):
        at = CELL * cell
        if cells[at + 1]:
            m.node[cells[at + 2]][HEAD] = 0
            k, new = times(m, ONE, cells[at + 2], cells[at], cells[at + 3])
            put(m, rows, k, new)
            rows += 1
    k, whole = total(m, 0, rows, 0)
    note(m, first, last, k, whole)
    put(m, 0, k, whole)
    for cell in range(count[CELLS], first):
        put(m, cell - count[CELLS] + 1, cells[CELL * cell], cells[CELL * cell + 2])
    k, new = total(m, 0, first - count[CELLS] + 1, 0)
    assign(m, old, node, k, new)


def read_linear(m: Graph, old: Old, size: int) -> None:
    """Append the products of a node and a number to the terms that are no products."""
    work, width = m.work, width_of(m)
    for place in range(size):
        a = work[A * width + place]
        if work[B * width + place] == UNIT_NODE:
            k, new = scaled(m, work[place], old.made[a][REF_K], old.made[a][REF_NODE])
            cell_of(m, k, 0, new, -1)


def read_halves(m: Graph, old: Old, size: int) -> None:
    """Append half of each coefficient for both factors, chained by the first; the first of a chain is marked."""
    work, width = m.work, width_of(m)
    for place in range(size):
        a, b, k = work[A * width + place], work[B * width + place], work[place]
        if b == UNIT_NODE or k == ZERO:
            continue
        k = product(m, k, old.made[a][REF_K])  # type: ignore[arg-type]
        k = product(m, k, old.made[b][REF_K])  # type: ignore[arg-type]
        half = product(m, k, m.count[HALF])  # type: ignore[arg-type]
        x, y = old.made[a][REF_NODE], old.made[b][REF_NODE]
        append_half(m, half, x, y)
        append_half(m, half, y, x)


def append_half(m: Graph, half: int, x: int, y: int) -> None:
    """Append half of a coefficient for one factor."""
    cell = cell_of(m, half, 0, x, y)
    at = CELL * cell
    if asked(m):
        return
    if m.node[x][HEAD]:
        m.cells[CELL * (m.node[x][TAIL] - 1) + 4] = cell + 1
    else:
        m.node[x][HEAD] = cell + 1
        m.cells[at + 1] = 1
    m.node[x][TAIL] = cell + 1


def make_row(m: Graph, cell: int) -> None:
    """Make r_i, and put it into the first cell of its row."""
    cells = m.cells
    each, place = cell + 1, 0
    while each:
        at = CELL * (each - 1)
        put(m, place, cells[at], cells[at + 3])
        place += 1
        each = cells[at + 4]
    k, new = total(m, 0, place, 0)
    cells[CELL * cell], cells[CELL * cell + 3] = k, new


def note(m: Graph, first: int, last: int, scale: int, whole: int) -> None:
    """Note the x_i and r_i of a sum."""
    count, cells, quads = m.count, m.cells, m.quads
    if asked(m) or m.node[whole][KIND] != SUM:
        return
    upside, at = inverse(m, scale), count[QUADS]  # type: ignore[arg-type]
    start = at + 1
    for cell in range(first, last):
        here = CELL * cell
        if cells[here + 1]:
            if start + 4 >= len(quads):
                room(m, IN_QUADS)
                return
            quads[start], quads[start + 1] = cells[here + 2], product(m, cells[here], upside)  # type: ignore[arg-type]
            quads[start + 2] = cells[here + 3]
            start += 3
    if not asked(m):
        quads[at] = (start - at - 1) // 3
        m.node[whole][QUAD] = at + 1
        count[QUADS] = start
