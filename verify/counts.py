"""The counts of a program, from its text alone."""

from __future__ import annotations

from dataclasses import dataclass

from verify.derived.kinds import kind_of
from verify.derived.program import read_derivative
from verify.graph import constant_nodes, reached
from verify.program import read_program


@dataclass(frozen=True, slots=True)
class Counts:
    """What a text costs: L gates for the value, T for value and derivatives, read from the text alone."""

    value_gates: int
    total_gates: int
    inputs: tuple[str, ...]
    differentiated: int
    constant_lines: int
    derivative: str = "gradient"


def count(program_text: str) -> Counts:
    """Count the gates of a program from its text alone.

    Raises: Rejected when the text is not a program.
    """
    kind = kind_of(program_text)
    program = read_program(program_text) if kind is None else read_derivative(program_text, kind)
    graph = program.graph
    free, live = constant_nodes(graph), reached(graph, graph.outputs)
    every = program.gates
    gates = [node for node in every if not free[node]]
    value = sum(live[node] for node in gates)
    differentiated, name = len(graph.inputs) - graph.parameters, kind.name if kind else "gradient"
    return Counts(value, len(gates), graph.inputs, differentiated, len(every) - len(gates), name)
