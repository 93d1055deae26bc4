"""Which reader a formula needs, and where its inputs stand in the header of a program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from verify.errors import FormulaError
from verify.graph import Graph
from verify.interchange import read_circuit
from verify.read import read_formula


def is_sympy(formula: object) -> bool:
    """Tell whether an object is sympy's, without importing sympy."""
    return any(base.__module__.partition(".")[0] == "sympy" for base in type(formula).__mro__)


def is_function(formula: object) -> bool:
    """Tell whether a formula is a Python function, or anything else that can only be called."""
    return callable(formula) and not is_sympy(formula) and not hasattr(formula, "to_json")


def read_reference(
    formula: Any,
    variables: Sequence[object] | None = None,
    parameters: Sequence[object] = (),
    shapes: Any = None,
    wrt: Any = None,
) -> tuple[Graph, str]:
    """Read a formula of any kind; return its gates and "formula", "function" or "circuit".

    Raises: FormulaError.
    """
    if is_function(formula):
        if variables is not None or len(parameters):
            raise FormulaError("a function names its own inputs: it takes shapes and wrt, not variables and parameters")
        from verify.function import read_function

        return read_function(formula, shapes, wrt), "function"
    if shapes is not None or wrt is not None:
        raise FormulaError(f"shapes and wrt are for Python functions, not for a {type(formula).__name__}")
    names, others = None if variables is None else _listed(variables), _listed(parameters)
    every = (names or []) + others
    if len(set(every)) != len(every):
        raise FormulaError("duplicate names among variables and parameters")
    if isinstance(formula, str):
        return _read_text(formula, names, others), "formula"
    if is_sympy(formula):
        from verify.walk import read_sympy

        return read_sympy(formula, names, others), "formula"
    if isinstance(formula, (int, float, Fraction)) and not isinstance(formula, bool):
        text = repr(formula) if isinstance(formula, float) else str(formula)
        return read_formula(text, names, others), "formula"
    if isinstance(formula, dict):
        return read_circuit(formula), "circuit"
    if hasattr(formula, "to_json"):
        return read_circuit(json.loads(formula.to_json())), "circuit"
    if isinstance(formula, (list, tuple)):
        raise FormulaError("a list of formulas where one is due: a gradient is of one value")
    kinds = "a string, a sympy expression, a Python function or a Circuit"
    raise FormulaError(f"a formula is {kinds}, not {type(formula).__name__}")


def _read_text(text: str, names: list[str] | None, parameters: list[str]) -> Graph:
    if "FPCore" in text:
        from verify.fpcore import is_fpcore, read_fpcore

        if is_fpcore(text):
            return read_fpcore(text, names, parameters)
    return read_formula(text, names, parameters)


def _listed(names: Sequence[object]) -> list[str]:
    if isinstance(names, str):
        raise FormulaError("variables is a sequence of names, not one string")
    return [str(name) for name in names]


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
