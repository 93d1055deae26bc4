"""Peers: what other tools make of the same functions, counted by the same rule. A peer may be absent."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any


def casadi() -> Any:
    """Return the module, or None where it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # its wrapper's types, under newer Pythons
            import casadi as module
    except ModuleNotFoundError:
        return None
    return module


def casadi_program(function: Callable[[Any], Any], inputs: int) -> Any:
    """Return casadi's function x -> (value, gradient) over SX, common subexpressions eliminated."""
    module = casadi()
    x = module.SX.sym("x", inputs)
    value = function(module.vertsplit(x))
    return module.Function("f", [x], [value, module.gradient(value, x)], {"cse": True})


def casadi_gates(program: Any) -> int:
    """Count the instructions of a function of casadi, all but inputs, outputs and constants: sq, twice, inv are one."""
    module = casadi()
    free = {module.OP_INPUT, module.OP_OUTPUT, module.OP_CONST}
    return sum(program.instruction_id(place) not in free for place in range(program.n_instructions()))


def ddx() -> Any:
    """Return the module of ddx-ad, or None where it is not installed."""
    try:
        import ddx as module
    except ModuleNotFoundError:
        return None
    return module


def ddx_first_gradient(build: Callable[[list[Any], Any], Any], point: list[float]) -> Any:
    """Build the equation of a function of as many scalars as the point has, and return its first (value, gradient)."""
    module = ddx()
    equation = module.equation(lambda: build([module.var(f"x{place}") for place in range(len(point))], module))
    return equation.jacobian(point)
