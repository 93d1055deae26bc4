"""Formulas of several values: a list of formulas, a function that returns an array, a circuit with several outputs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from verify.errors import FormulaError
from verify.formula import is_function, is_sympy, read_reference
from verify.graph import Builder, Graph
from verify.interchange import read_circuit
from verify.read import natural


def read_references(
    formula: Any,
    variables: Sequence[object] | None = None,
    parameters: Sequence[object] = (),
    shapes: Any = None,
    wrt: Any = None,
) -> tuple[Graph, str]:
    """Read a formula of one value or of several; return its gates and "formula", "function" or "circuit".

    A list or tuple, and a sympy Matrix row by row, are formulas in the same inputs: those of all of them in natural
    order, where variables does not say. Raises: FormulaError.
    """
    if is_function(formula) and variables is None and not len(parameters):
        from verify.function import read_function

        return read_function(formula, shapes, wrt, several=True), "function"
    parts = _parts(formula)
    if parts is None or shapes is not None or wrt is not None:
        record = json.loads(formula.to_json()) if hasattr(formula, "to_json") else formula
        if isinstance(record, dict) and shapes is None and wrt is None:
            return read_circuit(record, several=True), "circuit"
        return read_reference(formula, variables, parameters, shapes, wrt)
    if not parts:
        raise FormulaError("a list of formulas is empty")
    if variables is None:
        alone = [read_reference(part, None, parameters)[0] for part in parts]
        found = {name for graph in alone for name in graph.inputs[: len(graph.inputs) - graph.parameters]}
        in_order: list[str] = sorted(found, key=natural)
        variables = in_order
    return _merged([read_reference(part, variables, parameters)[0] for part in parts]), "formula"


def _parts(formula: Any) -> list[Any] | None:
    """Return the formulas of a list, tuple or matrix; None for anything else."""
    if isinstance(formula, list | tuple):
        for part in formula:
            if is_function(part) or isinstance(part, dict) or hasattr(part, "to_json"):
                raise FormulaError(f"a list is of texts and sympy expressions, not of a {type(part).__name__}")
        return list(formula)
    return list(formula) if is_sympy(formula) and getattr(formula, "is_Matrix", False) else None


def _merged(graphs: Sequence[Graph]) -> Graph:
    """Return graphs of the same inputs as one, their equal gates shared."""
    builder = Builder(graphs[0].inputs)
    outputs = []
    for graph in graphs:
        place: list[int] = []
        for node, op in enumerate(graph.ops):
            if op == "input":
                place.append(node)
            elif op == "const":
                place.append(builder.constant(graph.value[node]))
            else:
                place.append(builder.gate(op, *[place[operand] for operand in graph.args[node]]))
        outputs.append(place[graph.output])
    return replace(builder.finish(outputs[0], graphs[0].parameters), others=tuple(outputs[1:]))
