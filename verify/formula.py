"""Which reader a formula needs, and where its inputs stand in the header of a program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from verify.errors import FormulaError
from verify.graph import Graph
from verify.interchange import read_circuit
from verify.read import read_formula


def is_sympy(formula: object) -> bool:
    """Tell whether an object is sympy's, without importing sympy."""
    return any(base.__module__.partition(".")[0] == "sympy" for base in type(formula).__mro__)


def read_reference(formula: Any, variables: Sequence[object] | None, parameters: Sequence[object]) -> tuple[Graph, str]:
    """Read a formula of any kind; return its gates and "formula" or "circuit".

    Raises: FormulaError.
    """
    names = None if variables is None else [str(name) for name in _listed(variables)]
    others = [str(name) for name in _listed(parameters)]
    every = (names or []) + others
    if len(set(every)) != len(every):
        raise FormulaError("duplicate names among variables and parameters")
    if isinstance(formula, str):
        return read_formula(formula, names, others), "formula"
    if is_sympy(formula):
        from verify.walk import read_sympy

        return read_sympy(formula, names, others), "formula"
    if isinstance(formula, (int, float)) and not isinstance(formula, bool):
        return read_formula(repr(formula), names, others), "formula"
    if isinstance(formula, dict):
        return read_circuit(formula), "circuit"
    if hasattr(formula, "to_json"):
        return read_circuit(json.loads(formula.to_json())), "circuit"
    raise FormulaError(f"a formula is a string, a sympy expression or a Circuit, not {type(formula).__name__}")


def _listed(names: Sequence[object]) -> Sequence[object]:
    if isinstance(names, str):
        raise FormulaError("variables is a sequence of names, not one string")
    return names


def positions(graph: Graph, header: tuple[str, ...], fixed: bool) -> list[int] | None:
    """Return the header index of each input of the formula, None if the header does not fit.

    A header x0, x1, ... of the right length stands for the inputs in order; any other is matched by name, and if the
    caller fixed the order it must be that order.
    """
    if list(header) == [f"x{index}" for index in range(len(graph.inputs))]:
        return list(range(len(header)))
    if fixed:
        return list(range(len(header))) if header == graph.inputs else None
    index = {name: place for place, name in enumerate(header)}
    if not set(graph.inputs) <= set(index):
        return None
    return [index[name] for name in graph.inputs]
