"""The networkx face and JSON: what goes out comes back equal, and what is no circuit is refused by node."""

from __future__ import annotations

import inspect
import json
import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import networkx
import pytest

from circuit import Circuit, parse
from circuit.errors import InvalidGraph
from circuit.graph import _Rows

FORMULAS = [
    "x",
    "3/4",
    "x*x",
    "x/x - x",
    "a*x**5 + sin(x)/y - sqrt(2)*pi",
    "select(x > y, x, y)",
    "select(x > x*1.5, x, x)",
    "max(x, y, z) + hypot(x, x)",
    "x[3]*q(t)",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_the_graph_of_a_circuit_reads_back_as_the_circuit(text: str) -> None:
    circuit = parse(text)
    assert Circuit.from_networkx(circuit.graph) == circuit


@pytest.mark.parametrize("text", FORMULAS)
def test_a_plain_copy_of_the_graph_reads_back_as_the_circuit(text: str) -> None:
    circuit = parse(text)
    assert Circuit.from_networkx(networkx.MultiDiGraph(circuit.graph)) == circuit
    assert Circuit.from_networkx(circuit.graph.copy()) == circuit


@pytest.mark.parametrize("text", FORMULAS)
def test_json_reads_back_as_the_circuit_and_is_written_in_equal_bytes(text: str) -> None:
    circuit = parse(text, parameters=("a", "b"))
    again = Circuit.from_json(circuit.to_json())
    assert again == circuit
    assert hash(again) == hash(circuit)
    assert again.to_json() == circuit.to_json()


def test_a_circuit_survives_pickling() -> None:
    circuit = parse("select(x > y, x, y)*pi")
    assert pickle.loads(pickle.dumps(circuit)) == circuit  # noqa: S301  our own bytes


def test_json_is_what_the_format_says() -> None:
    document = json.loads(parse("pi*x + 3/4", parameters=("a",)).to_json())
    assert document["format"] == "baur circuit"
    assert document["version"] == 1
    assert (document["inputs"], document["parameters"]) == (["x", "a"], ["a"])
    assert sorted(map(tuple, (node for node in document["nodes"] if node[0] == "const"))) == [
        ("const", "3/4"),
        ("const", "pi"),
    ]


def hand_built() -> networkx.MultiDiGraph[str]:
    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph(
        inputs=("x", "y"), parameters=("y",), outputs=("quotient",)
    )
    graph.add_node("quotient", op="div")
    graph.add_node("square", op="mul")
    graph.add_node("third", op="constant", value=Fraction(1, 3))
    graph.add_node("sum", op="add")
    graph.add_node("Y", op="input", name="y")
    graph.add_node("X", op="input", name="x")
    graph.add_edge("X", "square", key=0)
    graph.add_edge("X", "square", key=1)
    graph.add_edge("third", "sum", key=1)
    graph.add_edge("square", "sum", key=0)
    graph.add_edge("sum", "quotient", key=0)
    graph.add_edge("Y", "quotient", key=1)
    return graph


def test_a_graph_built_by_hand_with_any_names_is_read() -> None:
    circuit = Circuit.from_networkx(hand_built())
    assert (circuit.inputs, circuit.parameters, circuit.gate_count) == (("x", "y"), ("y",), 3)
    assert circuit.evaluate(x=Fraction(2), y=Fraction(3)) == Fraction(13, 9)


def test_a_square_has_two_edges_from_one_node_told_apart_by_slot() -> None:
    graph = parse("x*x").graph
    assert sorted(graph.edges(keys=True)) == [(0, 1, 0), (0, 1, 1)]
    assert (graph.in_degree(1), graph.out_degree(0), graph.number_of_edges()) == (2, 2, 2)


def test_nodes_and_graph_carry_their_attributes() -> None:
    circuit = parse("x + 1/2", parameters=("a",))
    graph = circuit.graph
    assert dict(graph.nodes[0]) == {"op": "input", "name": "x"}
    assert sorted(data["op"] for _, data in graph.nodes(data=True)) == ["add", "constant", "input", "input"]
    assert [data["value"] for _, data in graph.nodes(data=True) if data["op"] == "constant"] == [Fraction(1, 2)]
    assert graph.graph["inputs"] == ("x", "a")
    assert graph.graph["parameters"] == ("a",)
    assert tuple(graph.graph["outputs"]) == circuit.outputs


@pytest.mark.parametrize(
    "change",
    [
        lambda graph: graph.add_node(9),
        lambda graph: graph.add_nodes_from([9]),
        lambda graph: graph.remove_node(0),
        lambda graph: graph.remove_nodes_from([0]),
        lambda graph: graph.add_edge(0, 1),
        lambda graph: graph.add_edges_from([(0, 1)]),
        lambda graph: graph.remove_edge(0, 1),
        lambda graph: graph.remove_edges_from([(0, 1)]),
        lambda graph: graph.clear(),
        lambda graph: graph.clear_edges(),
        lambda graph: graph.add_weighted_edges_from([(0, 1, 2)]),
        lambda graph: graph.update(edges=[(0, 1)]),
    ],
)
def test_the_view_is_read_only(change: Callable[[Any], Any]) -> None:
    circuit = parse("x*x")
    with pytest.raises(networkx.NetworkXError, match="read-only"):
        change(circuit.graph)
    assert circuit == parse("x*x")


def test_attributes_of_the_view_cannot_be_assigned() -> None:
    graph = parse("x*x").graph
    with pytest.raises(TypeError):
        graph.nodes[0]["op"] = "add"
    with pytest.raises(TypeError):
        graph.graph["inputs"] = ("y",)


def test_a_circuit_cannot_be_assigned_to() -> None:
    circuit = parse("x*x")
    with pytest.raises(AttributeError, match="read-only"):
        circuit.inputs = ("y",)
    with pytest.raises(TypeError):
        circuit.lhs[1] = 0


def test_the_class_of_the_view_makes_a_mutable_graph() -> None:
    graph = parse("x*x").graph.__class__()
    graph.add_edge(0, 1)
    assert graph.number_of_edges() == 1


def test_algorithms_of_networkx_run_on_the_view() -> None:
    circuit = parse("sin(x*y) + exp(x*y)/z")
    graph = circuit.graph
    output = circuit.outputs[0]
    assert networkx.is_directed_acyclic_graph(graph)
    assert len(list(networkx.topological_sort(graph))) == len(circuit)
    assert networkx.dag_longest_path_length(networkx.DiGraph(graph)) == circuit.depth == 4
    assert networkx.ancestors(graph, output) == set(range(len(circuit))) - {output}
    assert networkx.descendants(graph, 0) | {0} <= set(graph)
    assert networkx.is_weakly_connected(graph)
    assert networkx.shortest_path_length(graph, 2, output) == 2
    assert networkx.reverse_view(graph).in_degree(output) == 0
    assert set(graph.subgraph([0, 1])) == {0, 1}
    assert 99 not in graph


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda g: g.add_edge("quotient", "square", key=2), "square|cycle"),
        (lambda g: g.remove_edge("X", "square", key=1), "square"),
        (lambda g: g.add_node("square", op="cube"), "cube"),
        (lambda g: g.add_node("third", value=0.5), "0.5"),
        (lambda g: g.add_node("third", value="1/0"), "1/0"),
        (lambda g: g.add_node("Y", name="x"), "x"),
        (lambda g: g.graph.pop("inputs"), "inputs"),
        (lambda g: g.graph.pop("outputs"), "outputs"),
        (lambda g: g.graph.update(outputs=()), "output"),
        (lambda g: g.graph.update(outputs=("nowhere",)), "nowhere"),
        (lambda g: g.graph.update(parameters=("x",)), "parameters"),
        (lambda g: g.graph.update(inputs=("x", "z")), "z"),
        (lambda g: g.add_edge("X", "Y", key=0), "node 'Y': input has 0 operand slots"),
        (lambda g: g.add_edge("X", "third", key=0), "node 'third': constant has 0 operand slots"),
        (lambda g: g.add_edge("Y", "square", key=1), "node 'square': mul has 2 operand slots"),
        (lambda g: g.add_node("square", op=["mul"]), "node 'square': there is no gate"),
        (lambda g: g.add_node("third", value=[1]), "node 3|node 2"),
        (lambda g: g.add_node("Y", name=["y"]), "node 'Y': the name of an input is a text"),
        (lambda g: g.graph.update(inputs=3), "'inputs' is 3"),
        (lambda g: g.graph.update(inputs="xy"), "'inputs' is 'xy'"),
        (lambda g: g.graph.update(inputs=(["x"], "y")), "'inputs' is"),
        (lambda g: g.graph.update(outputs=5), "'outputs' is 5"),
        (lambda g: g.graph.update(outputs=(["sum"],)), "'outputs' is"),
        (lambda g: g.graph.update(outputs=(0,)), "output 0 is no node"),
        (lambda g: g.graph.update(parameters=1), "'parameters' is 1"),
    ],
)
def test_a_graph_that_is_no_circuit_is_refused(change: Callable[[Any], Any], named: str) -> None:
    graph = hand_built()
    change(graph)
    with pytest.raises(InvalidGraph, match=named):
        Circuit.from_networkx(graph)


def test_a_graph_with_a_cycle_is_refused() -> None:
    graph = hand_built()
    graph.remove_edge("third", "sum", key=1)
    graph.add_edge("quotient", "sum", key=1)
    with pytest.raises(InvalidGraph, match="cycle"):
        Circuit.from_networkx(graph)


def test_rows_of_a_view_are_abstract_until_they_say_what_a_row_is() -> None:
    assert inspect.isabstract(_Rows)
    assert not inspect.isabstract(type(parse("x").graph.nodes._nodes))


@pytest.mark.parametrize("graph", [networkx.DiGraph(), networkx.MultiGraph(), networkx.Graph(), 5, None])
def test_a_graph_of_another_class_is_refused(graph: Any) -> None:
    with pytest.raises(InvalidGraph, match="MultiDiGraph"):
        Circuit.from_networkx(graph)


GOOD = {
    "format": "baur circuit",
    "version": 1,
    "inputs": ["x"],
    "parameters": [],
    "nodes": [["sin", 0]],
    "outputs": [1],
}


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"version": 2},
        {"extra": 1},
        {"inputs": "x"},
        {"inputs": [1]},
        {"inputs": [""]},
        {"inputs": ["x", "x"]},
        {"parameters": ["y"]},
        {"nodes": {}},
        {"nodes": [[]]},
        {"nodes": ["sin"]},
        {"nodes": [["foo", 0]]},
        {"nodes": [["input", 0]]},
        {"nodes": [["sin"]]},
        {"nodes": [["sin", 0, 0]]},
        {"nodes": [["sin", 1]]},
        {"nodes": [["sin", -1]]},
        {"nodes": [["sin", True]]},
        {"nodes": [["sin", 0.0]]},
        {"nodes": [["const", 1]]},
        {"nodes": [["const", "0.5"]]},
        {"nodes": [["const", "1/0"]]},
        {"nodes": [["const", "1/00"]]},
        {"nodes": [["const", "nan"]]},
        {"nodes": [["pow", 0, 0]]},
        {"outputs": []},
        {"outputs": [2]},
        {"outputs": [-1]},
        {"outputs": [True]},
        {"outputs": ["1"]},
    ],
    ids=str,
)
def test_json_that_is_no_circuit_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidGraph):
        Circuit.from_json(json.dumps(GOOD | change))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "1", "{}", "[" * 100_000])
def test_text_that_is_no_circuit_is_refused(text: str) -> None:
    with pytest.raises(InvalidGraph):
        Circuit.from_json(text)


def test_the_smallest_good_json_is_read() -> None:
    assert Circuit.from_json(json.dumps(GOOD)) == parse("sin(x)")
