"""What networkx, pydot and matplotlib make of the view of a gradient circuit, and what the view costs in memory."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from typing import Any

import networkx
import pytest

from circuit import Builder, Circuit, parse
from circuit.ops import CODE
from compiler.sweep import gradient

FORMULAS = [
    "x*y + x/y",
    "x*x",
    "tanh(v*tanh(a*x + b) + c)",
    "select(x > y, x*x, y/3) + max(x, y) - x**1.5",
    "exp(x*sin(y))/(x*y + exp(x*sin(y)))",
]


@pytest.fixture(params=FORMULAS)
def circuit(request: pytest.FixtureRequest) -> Circuit:
    return gradient(parse(request.param))


def edges_of(circuit: Circuit) -> set[tuple[int, int, int]]:
    """Return (operand, gate, slot) as the arrays have them."""
    return {(each, gate, slot) for gate, _, operands in circuit.nodes() for slot, each in enumerate(operands)}


def ancestors_of(circuit: Circuit, node: int) -> set[int]:
    """Return all that a node depends on, by a walk over the arrays."""
    found = {node}
    for gate in range(node, -1, -1):
        if gate in found:
            found.update(circuit.operands(gate))
    return found - {node}


def chain(gates: int) -> Circuit:
    """Return w = w*w + x, again and again."""
    builder = Builder()
    x = node = builder.input("x")
    for place in range(gates):
        node = builder.gate(CODE["add"], node, x) if place % 2 else builder.gate(CODE["mul"], node, node)
    return builder.build([node], [x])


def test_topological_sort_puts_every_operand_before_its_gate(circuit: Circuit) -> None:
    place = {node: at for at, node in enumerate(networkx.topological_sort(circuit.graph))}
    assert sorted(place) == list(range(len(circuit)))
    assert all(place[operand] < place[gate] for operand, gate, _ in edges_of(circuit))


def test_the_graph_is_acyclic_and_has_the_edges_of_the_arrays(circuit: Circuit) -> None:
    assert networkx.is_directed_acyclic_graph(circuit.graph)
    assert set(circuit.graph.edges(keys=True)) == edges_of(circuit)


def test_ancestors_and_descendants_are_those_of_the_arrays(circuit: Circuit) -> None:
    graph = circuit.graph
    above = {node: ancestors_of(circuit, node) for node in graph}
    for node in graph:
        assert networkx.ancestors(graph, node) == above[node]
        assert networkx.descendants(graph, node) == {each for each in graph if node in above[each]}


def test_the_longest_path_is_as_long_as_the_deepest_node(circuit: Circuit) -> None:
    path = networkx.dag_longest_path(circuit.graph)
    depth = [0] * len(circuit)
    for gate, _, operands in circuit.nodes():
        depth[gate] = max((depth[each] + 1 for each in operands), default=0)
    assert len(path) - 1 == max(depth)
    assert all(circuit.graph.has_edge(a, b) for a, b in pairwise(path))


def test_the_longest_path_of_varying_gates_is_the_depth(circuit: Circuit) -> None:
    varying = circuit.graph.subgraph([node for node in circuit.graph if circuit.varies[node]])
    assert networkx.dag_longest_path_length(networkx.DiGraph(varying)) == circuit.depth


def test_an_undirected_copy_has_as_many_nodes_and_edges(circuit: Circuit) -> None:
    undirected = circuit.graph.to_undirected()
    assert not undirected.is_directed()
    assert undirected.number_of_nodes() == len(circuit)
    assert undirected.number_of_edges() == len(edges_of(circuit))
    assert {node: data["op"] for node, data in undirected.nodes(data=True)} == {
        node: circuit.name_of(node) for node in range(len(circuit))
    }


def test_node_link_data_reads_back_as_the_circuit(circuit: Circuit) -> None:
    data: dict[str, Any] = networkx.node_link_data(circuit.graph, edges="edges")
    assert len(data["nodes"]) == len(circuit)
    again = networkx.node_link_graph(data, edges="edges", directed=True, multigraph=True)
    assert Circuit.from_networkx(again) == circuit


def test_pydot_gets_every_node_and_edge(circuit: Circuit) -> None:
    pytest.importorskip("pydot")
    dot = networkx.drawing.nx_pydot.to_pydot(circuit.graph)
    assert len(dot.get_nodes()) == len(circuit)
    assert len(dot.get_edges()) == len(edges_of(circuit))
    assert {int(each.get_name()): each.get("op") for each in dot.get_nodes()} == {
        node: circuit.name_of(node) for node in range(len(circuit))
    }
    assert [each.get("label") for each in dot.get_nodes()[: len(circuit.inputs)]] == list(circuit.inputs)
    assert "digraph" in dot.to_string()


def test_matplotlib_draws_every_node(circuit: Circuit) -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    axes = figure.add_subplot()
    layout = {node: (node, node % 3) for node in circuit.graph}
    labels = dict(circuit.graph.nodes(data="op"))
    networkx.draw(circuit.graph, pos=layout, ax=axes, labels=labels, with_labels=True)
    figure.canvas.draw()
    assert [each.get_text() for each in axes.texts] == [circuit.name_of(node) for node in range(len(circuit))]
    assert len(axes.collections[0].get_offsets()) == len(circuit)


def test_the_view_costs_at_most_40_bytes_a_gate() -> None:
    gates = 100_000
    circuit = chain(gates)
    _ = parse("x").graph  # everything is imported
    tracemalloc.start()
    try:
        view = circuit.graph
        cost = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert view.number_of_nodes() == gates + 1
    assert 0 < cost / gates <= 40


def test_networkx_walks_a_deep_chain_in_which_every_second_gate_reads_one_input() -> None:
    circuit = chain(20_000)
    graph = circuit.graph
    assert networkx.is_directed_acyclic_graph(graph)
    assert len(networkx.ancestors(graph, circuit.outputs[0])) == 20_000
    assert len(networkx.dag_longest_path(graph)) == 20_001
