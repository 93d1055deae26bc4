"""Circuits as JSON: integers and strings only, one list a node, so that any language reads it.

    {"format": "baur circuit", "version": 1, "inputs": ["x", "y"], "parameters": [],
     "nodes": [["const", "3/4"], ["const", "pi"], ["mul", 0, 1]], "outputs": [4]}

Node i below the number of inputs is input i; `nodes[j]` is node len(inputs) + j.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from circuit.circuit import Circuit
from circuit.errors import InvalidGraph
from circuit.nodelist import NodeList
from circuit.ops import ARITY, CODE, CONSTANT, FIRST_GATE, ROWS

FORMAT, VERSION = "baur circuit", 1
_KEYS = {"format", "version", "inputs", "parameters", "nodes", "outputs"}


def to_json(circuit: Circuit) -> str:
    """Return the circuit as JSON text; equal circuits give equal bytes."""
    nodes: list[list[Any]] = []
    for node, code, operands in circuit.nodes():
        if code >= FIRST_GATE:
            row = ROWS[code]
            assert row is not None
            nodes.append([row.name, *operands])
        elif code == CONSTANT:
            nodes.append(["const", str(circuit.value_of(node))])
    document = {
        "format": FORMAT,
        "version": VERSION,
        "inputs": list(circuit.inputs),
        "parameters": list(circuit.parameters),
        "nodes": nodes,
        "outputs": list(circuit.outputs),
    }
    return json.dumps(document, separators=(",", ":"))


def from_json(text: str) -> Circuit:
    """Read a circuit. Errors: InvalidGraph for anything that `to_json` does not write, naming the node."""
    try:
        document = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidGraph(f"not JSON: {error}") from None
    if not isinstance(document, dict) or set(document) != _KEYS or document["format"] != FORMAT:
        _fail(f"not a circuit: its keys are {', '.join(sorted(_KEYS))}, and its format is {FORMAT!r}")
    if type(document["version"]) is not int or document["version"] != VERSION:
        _fail(f"version {document['version']!r} of the format is unknown; this is version {VERSION}")
    for key in ("inputs", "parameters", "nodes", "outputs"):
        if not isinstance(document[key], list):
            _fail(f"{key} is not a list")
    nodes = NodeList(document["inputs"], document["parameters"])
    for entry in document["nodes"]:
        _read_node(nodes, entry)
    return nodes.circuit(document["outputs"])


def _read_node(nodes: NodeList, entry: Any) -> None:
    place = f"node {len(nodes)}"
    if not isinstance(entry, list) or not entry or not isinstance(entry[0], str):
        _fail(f"{place} is {str(entry)[:60]}, not a list that starts with its kind")
    kind, *operands = entry
    if kind == "const":
        if len(operands) != 1 or not isinstance(operands[0], str):
            _fail(f"{place}: a constant has one text")
        nodes.constant(operands[0])
        return
    if kind not in CODE:
        _fail(f"{place}: there is no gate {kind!r:.40}")
    if len(operands) != ARITY[CODE[kind]]:
        _fail(f"{place}: {kind} has {ARITY[CODE[kind]]} operands, not {len(operands)}")
    nodes.gate(CODE[kind], operands)


def _fail(message: str) -> NoReturn:
    raise InvalidGraph(message)
