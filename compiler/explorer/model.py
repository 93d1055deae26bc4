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
from circuit.ops import COMMUTES, CONSTANT, INPUT
from circuit.sharing import SharingBuilder
from compiler.engines.reading import read_circuit
from compiler.explain import Explanation, Number, explain
from compiler.program import GradientProgram
from compiler.sweep import differentiate
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
    told = _reversed(value, circuit)
    head, body = program.source.split("def value_and_gradient(", 1)
    nodes = {number: node for node, number in enumerate(read.lines) if number}
    lines = []
    for number, text in enumerate(f"def value_and_gradient({body}".splitlines(), head.count("\n") + 1):
        node = nodes.get(number, -1)
        plain = text if text.lstrip().startswith("#") else text.partition("  #")[0].rstrip()
        lines.append(Line(plain) if node < 0 else Line(plain, node, values[node], told.get(node, ())))
    registers = {name: node for node, name in enumerate(read.names) if name}
    return Model(program, circuit, tuple(lines), explanation, registers)


def exact(point: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return a point with Fractions for its integers."""
    return point and {name: Fraction(each) if isinstance(each, int) else each for name, each in point.items()}


def value_part(circuit: Circuit) -> tuple[Circuit, list[int]]:
    """Return the circuit of the value alone, gate for gate, and for each node of it the one that it was."""
    builder = SharingBuilder()
    builder.copy(circuit)
    count = len(circuit.differentiated)
    value = builder.build(circuit.outputs[:1], range(count), range(count, len(circuit.inputs)))
    return value, [old for old, new in enumerate(builder.number) if new >= 0]


def _values(circuit: Circuit, point: Sequence[Number]) -> Sequence[Any]:
    """Return the value of every node, as Fractions if that can be."""
    every = Circuit(
        circuit.op.tobytes(),
        circuit.lhs.tobytes(),
        circuit.rhs.tobytes(),
        circuit.third,
        circuit.constants,
        circuit.inputs,
        circuit.parameters,
        range(len(circuit)),
    )
    if all(isinstance(each, Fraction) for each in point):
        with suppress(EvaluationError):
            return evaluate(every, dict(zip(circuit.inputs, point, strict=True)))
    return [float(each) for each in evaluate(every, dict(zip(circuit.inputs, map(float, point), strict=True)))]


def _reversed(value: Circuit, circuit: Circuit) -> dict[int, tuple[int, ...]]:
    """Return which gates of the value a gate of the gradient reverses, for those that the plain sweep has, too."""
    sweep = differentiate(value)
    same = _equal_nodes(sweep.circuit, circuit)
    return {
        same[new]: tuple(sorted({same[each] for each in told if each in same}))
        for new, told in sweep.reverses.items()
        if new in same
    }


def _equal_nodes(one: Circuit, other: Circuit) -> dict[int, int]:
    """Return for nodes of a circuit the equal ones of another over the same inputs."""
    known: dict[Any, int] = {_key(other, *each): each[0] for each in other.nodes()}
    same: dict[int, int] = {}
    for node, code, operands in one.nodes():
        if all(each in same for each in operands):
            found = known.get(_key(one, node, code, tuple(same[each] for each in operands)))
            if found is not None:
                same[node] = found
    return same


def _key(circuit: Circuit, node: int, code: int, operands: tuple[int, ...]) -> Any:
    if code == INPUT:
        return code, node
    if code == CONSTANT:
        return code, circuit.value_of(node)
    return code, *(sorted(operands) if COMMUTES[code] else operands)
