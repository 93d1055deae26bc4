"""Sparse Jacobians and Hessians: patterns, colourings, the way of fewest gates, work that grows with the entries."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import networkx
import pytest

from circuit import Circuit, parse, trace
from circuit.errors import ResourceLimit
from circuit.several import parse_several
from compiler.derivatives import hessian, jacobian, jacobian_pattern
from compiler.derivatives.coloring import color_columns, color_star
from compiler.derivatives.forward import Forward
from compiler.derivatives.matrices import entries
from compiler.derivatives.pattern import backward, forward, structure
from compiler.sweep import differentiate
from tests.random_circuits import random_circuit


def rosenbrock(x: Any) -> Any:
    """Return the chained Rosenbrock function."""
    total = 0
    for i in range(len(x) - 1):
        total = total + 100 * (x[i + 1] - x[i] * x[i]) ** 2 + (1 - x[i]) ** 2
    return total


def arrow(x: Any) -> Any:
    """Return a function whose Hessian is an arrow: its first row, its first column and the diagonal."""
    total = x[0] * x[0]
    for each in x[1:]:
        total = total + x[0] * each**3
    return total


def gradient(function: Any, count: int) -> Circuit:
    return differentiate(trace(function, (count,))).circuit


@pytest.mark.parametrize(
    ("texts", "rows", "columns"),
    [
        (["x*x"], [0], [0]),
        (["x/x"], [0], [0]),
        (["x - x"], [0], [0]),  # in the structure; its value is folded away
        (["x + x"], [0], [0]),
        (["x*y", "sin(y)", "2"], [0, 0, 1], [0, 1, 1]),
        (["floor(x)*y", "select(x > y, y, 3)"], [0, 1], [1, 1]),
    ],
)
def test_the_pattern_is_what_a_path_leads_to(texts: list[str], rows: list[int], columns: list[int]) -> None:
    circuit = parse_several(texts)
    assert jacobian_pattern(circuit) == (rows, columns)
    for found in (forward(circuit, circuit.outputs), backward(circuit, circuit.outputs)):
        assert found
        assert [(row, column) for row, own in enumerate(found.rows) for column in own] == [
            *zip(rows, columns, strict=True)
        ]


def test_entries_are_never_outside_the_pattern() -> None:
    rng = random.Random(31)
    for place in range(300):
        circuit = random_circuit(rng, functions=bool(place % 2), outputs=3)
        known = {*zip(*jacobian_pattern(circuit), strict=True)}
        found = jacobian(circuit)
        places = [*zip(found.rows, found.columns, strict=True)]
        assert {*places} <= known
        assert places == sorted({*places})


def rows_of(rng: random.Random, height: int, width: int) -> list[list[int]]:
    return [sorted(rng.sample(range(width), rng.randint(0, min(4, width)))) for _ in range(height)]


def test_columns_of_one_color_share_no_row() -> None:
    rng = random.Random(32)
    for _ in range(200):
        width = rng.randint(1, 12)
        rows = rows_of(rng, rng.randint(1, 12), width)
        colors = color_columns(rows, width)
        assert all(len({colors[each] for each in row}) == len(row) for row in rows)
        graph = networkx.Graph()
        graph.add_nodes_from(range(width))
        graph.add_edges_from((a, b) for row in rows for a in row for b in row if a < b)
        largest_first = networkx.greedy_color(graph, "largest_first")
        assert max(colors) <= max(largest_first.values()) + 1  # greedy, in much the same order


def test_in_a_star_coloring_every_path_of_four_has_three_colors() -> None:
    rng = random.Random(33)
    for _ in range(200):
        graph = networkx.gnp_random_graph(rng.randint(1, 10), 0.3, seed=rng.randrange(1 << 30))
        rows = [sorted([node, *graph[node]]) for node in graph]
        colors = color_star(rows)
        assert all(colors[a] != colors[b] for a, b in graph.edges)
        for b, c in [*graph.edges, *((c, b) for b, c in graph.edges)]:
            for a in graph[b]:
                for d in graph[c]:
                    assert len({a, b, c, d}) < 4 or len({colors[each] for each in (a, b, c, d)}) > 2


def test_a_star_needs_two_colors_and_a_band_three() -> None:
    star = [[*range(8)], *([0, each] for each in range(1, 8))]
    assert max(color_star(star)) == 1
    assert max(color_columns(star, 8)) == 7
    band = [[each for each in (i - 1, i, i + 1) if 0 <= each < 9] for i in range(9)]
    assert max(color_columns(band, 9)) == max(color_star(band)) == 2


def compressed(circuit: Circuit, colors: Sequence[int], rows: Sequence[Sequence[int]]) -> int:
    """Return the gates of a Jacobian by one sweep for each colour of its columns."""
    sweep = Forward(circuit)
    found = sweep.push({place: {color: sweep.unit()} for place, color in enumerate(colors)}, circuit.outputs)
    read = [
        {column: own[colors[column]] for column in row if colors[column] in own}
        for row, own in zip(rows, found, strict=True)
    ]
    return entries(sweep, circuit.outputs, read).circuit.gate_count


def test_compression_by_colors_saves_sweeps_and_no_gates() -> None:
    rng = random.Random(34)
    fewer = 0
    for place in range(200):
        circuit = random_circuit(rng, functions=bool(place % 2), outputs=4)
        count = len(circuit.differentiated)
        rows = structure(circuit, circuit.outputs).rows
        colors = color_columns(rows, count)
        fewer += len({*colors}) < count
        assert (
            jacobian(circuit).circuit.gate_count
            <= compressed(circuit, colors, rows)
            == compressed(circuit, range(count), rows)
        )
    assert fewer > 10


def test_the_way_of_fewest_gates_is_taken() -> None:
    tall = parse_several([f"sin({k}*x)*x" for k in range(1, 6)])  # five outputs of one input: forward
    wide = parse("x*y*z*u*v*w*exp(x)")  # one output of six inputs: backward
    assert jacobian(wide).circuit.gate_count == differentiate(wide).circuit.gate_count
    assert (
        jacobian(tall).circuit.gate_count
        < sum(jacobian(parse(f"sin({k}*x)*x")).circuit.gate_count for k in range(1, 6)) + 1
    )


def test_rows_of_both_kinds_go_both_ways() -> None:
    def both(x: Any) -> Any:
        long = 1
        for each in x:
            long = long * (each + 1)
        s = x[0]
        steps = []
        for _ in range(60):
            s = s * s + x[1]
            steps.append(s)
        return [long, *steps]

    circuit = trace(both, (60,), several=True)
    found = jacobian(circuit)
    assert len(found.rows) == 60 + 2 * 60  # a long row; then x0 and x1 in every step
    forward_only = compressed(circuit, range(60), structure(circuit, circuit.outputs).rows)
    assert found.circuit.gate_count < forward_only / 3


@pytest.mark.parametrize("count", [100, 1_000, 10_000])
def test_the_hessian_of_chained_rosenbrock_grows_with_its_size(count: int) -> None:
    whole = gradient(rosenbrock, count)
    found = hessian(whole)
    assert len(found.rows) == 2 * count - 1
    assert all(row - column in (0, 1) for row, column in zip(found.rows, found.columns, strict=True))
    assert found.circuit.gate_count == 19 * count - 22


def test_the_hessian_that_is_an_arrow_is_computed_in_its_short_rows() -> None:
    sizes = []
    for count in (500, 1_000):
        found = hessian(gradient(arrow, count))
        assert len(found.rows) == 2 * count - 1
        sizes.append(found.circuit.gate_count)
    assert sizes == [15 * 500 - 13, 15 * 1_000 - 13]


def test_a_hessian_may_be_full() -> None:
    found = hessian(gradient(lambda x: (x * x).sum() ** 2, 40))
    assert len(found.rows) == 40 * 41 // 2
    assert found.circuit.gate_count < 3 * len(found.rows)
    constant = hessian(gradient(lambda x: x.sum() ** 2, 40))
    assert constant.circuit.gate_count == 39 + 1 + 1
    assert len(constant.rows) == 40 * 41 // 2


def test_a_hessian_without_entries_is_one() -> None:
    found = hessian(differentiate(parse("x + 2*y")).circuit)
    assert found.rows == found.columns == ()


def test_a_matrix_of_too_many_entries_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import compiler.derivatives.pattern as room

    monkeypatch.setattr(room, "BEGIN", 1 << 4)
    monkeypatch.setattr(room, "END", 1 << 8)
    with pytest.raises(ResourceLimit, match="vjp or hvp"):
        hessian(gradient(lambda x: (x * x).sum() ** 3, 100))
