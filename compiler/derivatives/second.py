"""Second derivatives: forward sweeps over the gradient (Griewank & Walther 2008, chapter 5), and sparse Hessians.

A Hessian is symmetric, so of every pair of entries (i, j) and (j, i) one is computed: of the lower triangle, of the
upper, or of the row that has fewer; or by one sweep for each colour of a star colouring, from which each pair can be
read once. Whatever costs the fewest gates is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from circuit.circuit import Circuit
from compiler.derivatives.coloring import color_star
from compiler.derivatives.forward import Forward, cheapest
from compiler.derivatives.live import Ways, demand, gates_of
from compiler.derivatives.matrices import Sparse, entries
from compiler.derivatives.pattern import structure

SMALL = 30_000  # tangents up to which all ways are tried, else the one that is never far from the best
WORTH = 4  # times the work of that one: what is tried
STEPS = 1_000_000  # of a colouring
Rows = Sequence[Sequence[int]]


def hvp(gradient: Circuit, names: Sequence[str]) -> Circuit:
    """Return the circuit with value, gradient, then the Hessian times a direction.

    gradient: the circuit of value and gradient. names: those of the direction's entries, one for each differentiated
    input; they are parameters, after the others. For + - * / at most 14 L - 2 n + 2 + 2 N_minus gates.
    """
    limit = 12 * gates_of(gradient, gradient.outputs[:1])  # never over the bound: 2 n <= 2 L + 2
    return cheapest(gradient, names, gradient.outputs[1:], limit)


def hessian(gradient: Circuit) -> Sparse:
    """Return the circuit with value, gradient, then the Hessian's entries that are not 0: lower triangle, row by row.

    gradient: the circuit of value and gradient. Errors: ResourceLimit for one of too many entries.
    """
    rows = _symmetric(structure(gradient, gradient.outputs[1:]).rows)
    return min(_ways(gradient, rows), key=lambda each: each.circuit.gate_count)


def _symmetric(rows: Rows) -> list[list[int]]:
    """Return a pattern without the entries whose mirror image is always 0, and so are they."""
    known = {(row, column) for row, own in enumerate(rows) for column in own}
    return [[column for column in own if (column, row) in known] for row, own in enumerate(rows)]


def _ways(gradient: Circuit, rows: Rows) -> Iterator[Sparse]:
    choices: list[Callable[[int, int], bool]] = [
        lambda row, column: (len(rows[row]), -row) <= (len(rows[column]), -column),
        lambda row, column: row >= column,
        lambda row, column: row <= column,
    ]
    works = []
    for picks in choices:
        wanted = [Ways(column for column in own if picks(row, column)) for row, own in enumerate(rows)]
        works.append(sum(map(len, demand(gradient, gradient.outputs[1:], wanted))))
        if works[-1] <= WORTH * works[0]:
            yield _picked(gradient, wanted)
        if works[0] > SMALL:
            return
    sizes = list(map(len, rows))
    if sum(sizes[each] * sum(sizes[other] for other in own) for each, own in enumerate(rows)) <= STEPS:
        colors = color_star(rows)
        if len({*colors}) < max(sizes, default=0):
            yield _colored(gradient, rows, colors)


def _picked(gradient: Circuit, wanted: Sequence[Ways]) -> Sparse:
    """Return the Hessian with every entry computed in a row that wants it."""
    sweep = Forward(gradient)
    units = {place: {place: sweep.unit()} for place in range(len(wanted))}
    found = sweep.push(units, gradient.outputs[1:], wanted)
    lower: list[dict[int, int]] = [{} for _ in wanted]
    for row, own in enumerate(found):
        for column in own.keys() & wanted[row]:
            lower[max(row, column)][min(row, column)] = own[column]
    return entries(sweep, gradient.outputs, lower)


def _colored(gradient: Circuit, rows: Rows, colors: Sequence[int]) -> Sparse:
    """Return the Hessian by one sweep for each colour of a star colouring."""
    sweep = Forward(gradient)
    seeds = {place: {color: sweep.unit()} for place, color in enumerate(colors)}
    alone = [{color for color in own if own.count(color) == 1} for own in ([colors[e] for e in each] for each in rows)]
    lower: list[dict[int, tuple[int, int]]] = [{} for _ in rows]  # where to read: the row and the colour
    for row, own in enumerate(rows):
        for column in own:
            if colors[column] in alone[row] and column <= row:
                lower[row][column] = row, colors[column]
            elif column <= row:
                lower[row][column] = column, colors[row]
    asked: list[set[int]] = [set() for _ in rows]
    for places in lower:
        for row, color in places.values():
            asked[row].add(color)
    found = sweep.push(seeds, gradient.outputs[1:], [Ways(each) for each in asked])
    read = [{column: found[row][color] for column, (row, color) in own.items() if color in found[row]} for own in lower]
    return entries(sweep, gradient.outputs, read)
