"""A program's text as a circuit with outputs (value, derivatives), by the reader that certifies it."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from circuit.circuit import Circuit, Constant
from circuit.ops import CODE, CONSTANT, INPUT
from verify.graph import Graph
from verify.program import read_program

KINDS = {"input": INPUT, "const": CONSTANT, **CODE}


def read_circuit(source: str, inputs: Sequence[str], parameters: Sequence[str]) -> Circuit:
    """Return the circuit of a program whose inputs and parameters have these names. Errors: Rejected."""
    program = read_program(source)
    return circuit_of_graph(program.graph, program.returned, inputs, parameters)


def circuit_of_graph(graph: Graph, outputs: Sequence[int], inputs: Sequence[str], parameters: Sequence[str]) -> Circuit:
    """Return the circuit of what the verifier has read."""
    lhs, rhs, third = array("i"), array("i"), {}
    constants: list[Constant] = []
    for node, (op, operands) in enumerate(zip(graph.ops, graph.args, strict=True)):
        a, b, *rest = (*operands, -1, -1) if operands else (node, -1)
        if op == "const":
            a = len(constants)
            constants.append(graph.value[node])
        lhs.append(a)
        rhs.append(b)
        if len(operands) == 3:
            third[node] = rest[0]
    kinds = bytes(KINDS[op] for op in graph.ops)
    return Circuit(kinds, lhs.tobytes(), rhs.tobytes(), third, constants, inputs, parameters, outputs)
