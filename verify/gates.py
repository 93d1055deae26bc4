"""The gates of a program, looked at one by one: none dead, none repeated; and those of its value alone."""

from __future__ import annotations

from fractions import Fraction

from verify.graph import Graph, reached
from verify.program import Program
from verify.table import SYMMETRIC


def flaw(program: Program) -> str:
    """Return which gate is dead or repeated, "" if none is."""
    graph = program.graph
    live = reached(graph, program.returned)
    known: dict[tuple[str, tuple[int, ...]], int] = {}
    for node in program.gates:
        op, args = graph.ops[node], graph.args[node]
        key = (op, args if op not in SYMMETRIC or args[0] <= args[1] else args[::-1])
        first = known.setdefault(key, node)
        if not live[node]:
            return f"dead gate: {program.where(node)} is never used"
        if first != node:
            return f"repeated gate: {program.where(node)} is {program.where(first)}"
    return ""


def value_part(program: Program) -> Graph:
    """Return the slice of the program that computes its values, as a reference: everything else becomes a constant."""
    graph = program.graph
    live = reached(graph, graph.outputs)
    ops = [op if live[node] or op == "input" else "const" for node, op in enumerate(graph.ops)]
    args = [args if live[node] else () for node, args in enumerate(graph.args)]
    nothing = Fraction(0)
    value = {node: graph.value.get(node, nothing) for node, op in enumerate(ops) if op == "const"}
    return Graph(graph.inputs, ops, args, value, graph.output, graph.parameters, graph.others)
