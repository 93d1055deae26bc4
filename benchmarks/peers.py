"""Peers: what other tools make of the same functions, counted by the same rule. A peer may be absent."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable
from typing import Any

from circuit import Circuit
from circuit.ops import NAMED_CONSTANTS


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
    free = {module.OP_INPUT, module.OP_OUTPUT}
    constants: dict[int, float] = {}
    count = 0
    for place in range(program.n_instructions()):
        code = program.instruction_id(place)
        if code == module.OP_CONST:
            constants[program.instruction_output(place)[0]] = program.instruction_constant(place)
            continue
        if code not in free:
            exponent = (
                constants.get(program.instruction_input(place)[-1])
                if code in (module.OP_POW, module.OP_CONSTPOW)
                else None
            )
            count += 1 if exponent is None or exponent % 1 else _products(int(exponent))
        if code != module.OP_OUTPUT:
            for register in program.instruction_output(place):
                constants.pop(register, None)
    return count


def _products(exponent: int) -> int:
    """Return the gates of a whole power: squarings, products, and a division for a negative one."""
    size = abs(exponent)
    return max(size.bit_length() + size.bit_count() - 2, 0) + (exponent < 0)


def casadi_gates_of(circuit: Circuit) -> int:
    """Count what casadi makes of a circuit's value and gradient with cse; whole powers count as chains of products."""
    module = casadi()
    x = module.SX.sym("x", len(circuit.inputs))
    parts, values = module.vertsplit(x), []
    for node, _, operands in circuit.nodes():
        name = circuit.name_of(node)
        if name == "constant":
            exact = circuit.value_of(node)
            values.append(module.SX(NAMED_CONSTANTS[exact] if isinstance(exact, str) else float(exact)))
        elif name == "input":
            values.append(parts[node])
        else:
            values.append(_function(module, name)(*(values[each] for each in operands)))
    value = values[circuit.outputs[0]]
    derivatives = module.gradient(value, x)[: len(circuit.differentiated)]
    return casadi_gates(module.Function("f", [x], [value, derivatives], {"cse": True}))


def _function(module: Any, name: str) -> Callable[..., Any]:
    """Return what casadi has for a gate."""
    written: dict[str, Callable[..., Any]] = {
        "hypot": lambda a, b: module.sqrt(a * a + b * b),
        "max": module.fmax,
        "min": module.fmin,
        "abs": module.fabs,
        "select": module.if_else,
        "cbrt": lambda a: a ** (1 / 3),
        "sigmoid": lambda a: 1 / (1 + module.exp(-a)),
        "softplus": lambda a: module.log1p(module.exp(a)),
        "relu": lambda a: module.fmax(a, 0),
        "trunc": module.floor,  # a flat gate for a flat gate
        "pow": lambda a, b: a**b,
    }
    return (
        written.get(name)
        or getattr(operator, name, None)
        or getattr(module, name, None)
        or getattr(operator, f"true{name}")
    )


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


def unrolled_network(width: int, signals: list[float]) -> Callable[[list[Any], Any], Any]:
    """Return a network width-width-width-1 with tanh gate by gate: for tools whose values are single numbers."""

    def neuron(weights: list[Any], inputs: list[Any]) -> Any:
        total = weights[0] * inputs[0]
        for weight, value in zip(weights[1:], inputs[1:], strict=True):
            total = total + weight * value
        return total

    def build(x: list[Any], space: Any) -> Any:
        values, start = signals, 0
        for _ in range(2):
            biases = x[start + width * width : start + width * (width + 1)]
            rows = [x[place : place + width] for place in range(start, start + width * width, width)]
            values = [space.tanh(neuron(row, values) + bias) for row, bias in zip(rows, biases, strict=True)]
            start += width * (width + 1)
        error = neuron(x[start : start + width], values) + x[-1] - 0.3
        return error * error

    return build
