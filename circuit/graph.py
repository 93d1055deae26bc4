"""The networkx face of a circuit: a read-only MultiDiGraph over its arrays, without a copy.

Nodes 0..N-1 carry `op`, `name` (inputs) and `value` (constants); edges run from operand to gate with the operand's slot
as key, since `x*x` has two; the graph carries `inputs`, `parameters`, `outputs`. The view costs a few arrays per
circuit (who reads a node, sorted by reader), nothing per node; `view.__class__()` gives a plain mutable graph.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Iterator, Mapping
from typing import Any, NoReturn

import networkx
import numpy as np

from circuit.circuit import Circuit
from circuit.errors import InvalidGraph
from circuit.nodelist import NodeList
from circuit.ops import ARITY, CODE, CONSTANT, INPUT


class _Frozen(dict[Any, Any]):
    """A small dictionary that refuses changes; copies of it are ordinary dictionaries."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("a circuit's graph is read-only: change a copy, networkx.MultiDiGraph(graph)")

    __setitem__ = __delitem__ = update = pop = popitem = clear = setdefault = __ior__ = _refuse

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[Any, Any]:
        return dict(self)

    def __copy__(self) -> dict[Any, Any]:
        return dict(self)


NOTHING: Mapping[str, Any] = _Frozen()


class _Attributes(_Frozen):
    """The attributes of a node. As `items` the name of an input is its label: pydot's nodes have names of their own."""

    def items(self) -> Any:
        return {"label" if key == "name" else key: value for key, value in super().items()}.items()


class _Rows(Mapping[int, Any]):
    """A mapping with the nodes of a circuit as keys."""

    def __init__(self, face: _Face) -> None:
        self._face = face

    def __len__(self) -> int:
        return len(self._face.circuit)

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self)))

    def __contains__(self, node: object) -> bool:
        return isinstance(node, (int, np.integer)) and bool(0 <= node < len(self))

    def __getitem__(self, node: int) -> Any:
        if node not in self:
            raise KeyError(node)
        return self._row(int(node))

    @abstractmethod
    def _row(self, node: int) -> Any:
        """Return what belongs to a node that there is."""


class _Nodes(_Rows):
    def _row(self, node: int) -> Mapping[str, Any]:
        circuit = self._face.circuit
        attributes: dict[str, Any] = {"op": circuit.name_of(node)}
        if circuit.op[node] == INPUT:
            attributes["name"] = circuit.inputs[node]
        elif circuit.op[node] == CONSTANT:
            attributes["value"] = circuit.value_of(node)
        return _Attributes(attributes)


class _Successors(_Rows):
    def _row(self, node: int) -> Mapping[int, Any]:
        return _Readers(self._face, node)


class _Readers(Mapping[int, Any]):
    """The gates that read a node, with their edges: made as they are asked for, since a node may have a million."""

    def __init__(self, face: _Face, node: int) -> None:
        self._face, self._node = face, node

    def __len__(self) -> int:
        return int(self._face.starts[self._node + 1] - self._face.starts[self._node])

    def __iter__(self) -> Iterator[int]:
        starts = self._face.starts
        return iter(self._face.readers[starts[self._node] : starts[self._node + 1]].tolist())

    def __getitem__(self, gate: int) -> Mapping[int, Any]:
        known = isinstance(gate, (int, np.integer)) and 0 <= gate < len(self._face.circuit)
        edges = self._face.edges(self._node, int(gate)) if known else None
        if not edges:
            raise KeyError(gate)
        return edges


class _Predecessors(_Rows):
    def _row(self, node: int) -> Mapping[int, Any]:
        operands = self._face.circuit.operands(node)
        return _Frozen({each: self._face.edges(each, node) for each in operands})


class _Face:
    """A circuit with its reverse adjacency: for each node the gates that read it."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        lhs, rhs = (np.frombuffer(each, dtype=np.intc) for each in (circuit.lhs, circuit.rhs))
        arity = np.array(ARITY, dtype=np.int8)[np.frombuffer(circuit.op, dtype=np.uint8)]
        gates = np.arange(len(circuit), dtype=np.intc)
        third = np.array(list(circuit.third.items()), dtype=np.intc).reshape(-1, 2)
        sources = np.concatenate([lhs[arity > 0], rhs[arity > 1], third[:, 1]])
        targets = np.concatenate([gates[arity > 0], gates[arity > 1], third[:, 0]])
        pairs = np.unique(sources.astype(np.int64) << 32 | targets)  # `x*x` reads x once here
        self.readers = pairs.astype(np.intc)  # the lower half
        self.starts = np.searchsorted(pairs, np.arange(len(circuit) + 1, dtype=np.int64) << 32).astype(np.intc)

    def edges(self, operand: int, gate: int) -> Mapping[int, Mapping[str, Any]]:
        """Return the edges from an operand to a gate by slot."""
        slots = (slot for slot, each in enumerate(self.circuit.operands(gate)) if each == operand)
        return _Frozen(dict.fromkeys(slots, NOTHING))


class CircuitGraph(networkx.MultiDiGraph):
    """A MultiDiGraph over a circuit's arrays; `graph.__class__()` is a plain, mutable MultiDiGraph."""

    def __init__(self, circuit: Circuit) -> None:
        face = _Face(circuit)
        attributes = {name: getattr(circuit, name) for name in ("inputs", "parameters", "outputs")}
        fields = {
            "graph": _Frozen(attributes),
            "_node": _Nodes(face),
            "_adj": _Successors(face),
            "_succ": _Successors(face),
            "_pred": _Predecessors(face),
            "__networkx_cache__": {},
        }
        self.__dict__.update(fields)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        # networkx makes copies and subgraphs by calling the class: they are ordinary graphs
        return networkx.MultiDiGraph

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise networkx.NetworkXError("a circuit's graph is read-only: change a copy, networkx.MultiDiGraph(graph)")

    add_node = add_nodes_from = remove_node = remove_nodes_from = _refuse
    add_edge = add_edges_from = remove_edge = remove_edges_from = _refuse
    add_weighted_edges_from = update = clear = clear_edges = _refuse


def view(circuit: Circuit) -> CircuitGraph:
    """Return the circuit as a read-only networkx graph."""
    return CircuitGraph(circuit)


def from_networkx(graph: networkx.MultiDiGraph[Any]) -> Circuit:
    """Read a circuit from a MultiDiGraph with the attributes told above; nodes may have any names.

    Nodes 0..N-1 in topological order keep their numbers; any others are numbered inputs first, then topologically.
    Errors: InvalidGraph, naming the node.
    """
    if not isinstance(graph, networkx.MultiDiGraph):
        raise InvalidGraph("a circuit's graph is a MultiDiGraph: `x*x` has two edges from x")
    inputs, outputs, parameters = (_listed(graph, key) for key in ("inputs", "outputs", "parameters"))
    order = _order(graph, inputs)
    number = {node: place for place, node in enumerate(order)}
    nodes = NodeList(inputs, parameters)
    for node in order:
        _read_node(graph, node, nodes, number)
    unknown = [node for node in outputs if node not in number]
    if unknown:
        raise InvalidGraph(f"output {unknown[0]!r:.40} is no node")
    return nodes.circuit([number[node] for node in outputs])


def _listed(graph: networkx.MultiDiGraph[Any], key: str) -> list[Any]:
    """Return an attribute of the graph that lists names or nodes; without parameters there are none."""
    entries = graph.graph.get(key, () if key == "parameters" else None)
    if entries is None:
        raise InvalidGraph(f"the graph has no attribute {key!r}")
    if not isinstance(entries, (tuple, list)) or not all(isinstance(each, Hashable) for each in entries):
        raise InvalidGraph(f"the attribute {key!r} is {entries!r:.40}, not a tuple or a list of names")
    return list(entries)


def _read_node(graph: networkx.MultiDiGraph[Any], node: Any, nodes: NodeList, number: Mapping[Any, int]) -> None:
    attributes = graph.nodes[node]
    kind = attributes.get("op")
    if not isinstance(kind, str) or kind not in {*CODE, "input", "constant"}:
        raise InvalidGraph(f"node {node!r}: there is no gate {kind!r:.40}")
    arity = ARITY[CODE[kind]] if kind in CODE else 0
    edges = sorted(((slot, number[operand]) for operand, _, slot in graph.in_edges(node, keys=True)), key=str)
    slots = [slot for slot, _ in edges]
    if slots != list(range(arity)):
        raise InvalidGraph(f"node {node!r}: {kind} has {arity} operand slots, numbered from 0; its edges have {slots}")
    if kind == "constant":
        nodes.constant(attributes.get("value"))
    elif arity:
        nodes.gate(CODE[kind], [operand for _, operand in edges])


def _order(graph: networkx.MultiDiGraph[Any], inputs: list[Any]) -> list[Any]:
    named: dict[Any, Any] = {}
    for node, attributes in graph.nodes(data=True):
        if attributes.get("op") == "input":
            name = attributes.get("name")
            if not isinstance(name, str):
                raise InvalidGraph(f"node {node!r}: the name of an input is a text, not {name!r:.40}")
            if name in named:
                raise InvalidGraph(f"two input nodes are named {name!r}")
            named[name] = node
    missing = [name for name in inputs if name not in named]
    if missing or len(named) != len(inputs):
        raise InvalidGraph(f"the input nodes are named {sorted(map(str, named))}, the attribute `inputs` says {inputs}")
    first = [named[name] for name in inputs]
    if _is_numbered(graph, first):
        return list(range(len(graph)))
    try:
        rest = list(networkx.topological_sort(graph))
    except networkx.NetworkXUnfeasible:
        cycle = networkx.find_cycle(graph)
        raise InvalidGraph(f"the graph has a cycle through node {cycle[0][0]!r}: a circuit has none") from None
    held = set(first)
    return first + [node for node in rest if node not in held]


def _is_numbered(graph: networkx.MultiDiGraph[Any], inputs: list[Any]) -> bool:
    if inputs != list(range(len(inputs))) or not all(node in graph for node in range(len(graph))):
        return False
    return all(operand < gate for operand, gate in graph.edges())
