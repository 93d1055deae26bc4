"""The counts of a program, from its text alone."""

from __future__ import annotations

from dataclasses import dataclass

from verify.graph import constant_nodes, reached
from verify.program import read_program


@dataclass(frozen=True, slots=True)
class Counts:
    """What a text costs: L gates for the value, T for value and gradient, read from the text alone."""

    value_gates: int
    total_gates: int
    inputs: tuple[str, ...]
    differentiated: int
    constant_lines: int


def count(program_text: str) -> Counts:
    """Count the gates of a program from its text alone.

    Raises: Rejected when the text is not a program.
    """
    program = read_program(program_text)
    graph = program.graph
    free, live = constant_nodes(graph), reached(graph, (graph.output,))
    every = program.gates
    gates = [node for node in every if not free[node]]
    value = sum(live[node] for node in gates)
    return Counts(value, len(gates), graph.inputs, len(program.gradient), len(every) - len(gates))
