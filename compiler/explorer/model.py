"""What an explorer shows of a gradient program at a point: its lines with their values, and which gates they reverse.

Everything is read from the program's text by the reader that certifies it, so a line and its gate cannot part. A node
of the circuit is the key by which picture, lines and table find each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from circuit.circuit import Circuit
from circuit.errors import EvaluationError
from circuit.evaluate import evaluate
from compiler.engines.reading import read_circuit
from compiler.explain import Explanation, Number, explain
from compiler.program import GradientProgram
from compiler.reversal import every_node, reversed_gates, value_part
from verify.program import read_program


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a program: its text without the comment, its node and value; -1 and None where it has no gate.

    reverses: the gates of the value that a gate of the gradient reverses.
    """

    text: str
    node: int = -1
    value: Number | None = None
    reverses: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A gradient program at a point: its circuit, its lines, the table of its sweep and the node of every register."""

    program: GradientProgram
    circuit: Circuit
    lines: tuple[Line, ...]
    explanation: Explanation
    nodes: Mapping[str, int]


def model_of(program: GradientProgram, point: Mapping[str, Any] | None = None) -> Model:
    """Return what there is to show of a program at a point given by input names.

    Values are exact as in `compiler.explain`, with integers taken for Fractions. Errors: InvalidArgument.
    """
    read = read_program(program.source)
    circuit = read_circuit(program.source, program.inputs, program.parameters)
    value, origin = value_part(circuit)
    explanation = explain(value, exact(point), {node: read.names[at] for node, at in enumerate(origin)})
    values = _values(circuit, [each.value for each in explanation.inputs])
    told = reversed_gates(circuit)
    head, body = program.source.split("def value_and_gradient(", 1)
    nodes = {number: node for node, number in enumerate(read.lines) if number}
    lines = []
    for number, text in enumerate(f"def value_and_gradient({body}".splitlines(), head.count("\n") + 1):
        node = nodes.get(number, -1)
        plain = text if text.lstrip().startswith("#") else text.partition("  #")[0].rstrip()
        lines.append(Line(plain) if node < 0 else Line(plain, node, values[node], tuple(sorted(told.get(node, ())))))
    registers = {name: node for node, name in enumerate(read.names) if name}
    return Model(program, circuit, tuple(lines), explanation, registers)


def exact(point: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return a point with Fractions for its integers."""
    return point and {name: Fraction(each) if isinstance(each, int) else each for name, each in point.items()}


def _values(circuit: Circuit, point: Sequence[Number]) -> Sequence[Any]:
    """Return the value of every node, as Fractions if that can be."""
    every = every_node(circuit)
    if all(isinstance(each, Fraction) for each in point):
        with suppress(EvaluationError):
            return evaluate(every, dict(zip(circuit.inputs, point, strict=True)))
    return [float(each) for each in evaluate(every, dict(zip(circuit.inputs, map(float, point), strict=True)))]
