"""Calls of functions by name, for every front end: a gate, what a name is lowered to, or a chain of gates."""

from __future__ import annotations

from collections.abc import Sequence

from circuit.builder import Builder
from circuit.errors import ArityError
from circuit.ops import ALIASES, ARITY, CODE, LOWERED
from circuit.wire import Wire, wire

ANY_NUMBER = frozenset({"max", "min"})  # functions of one or more arguments


def call(builder: Builder, name: str, arguments: Sequence[int]) -> int:
    """Return the node of a function of these nodes; `log(u, b)` is log(u)/log(b), `max` and `min` go left to right.

    Errors: ArityError, and those of the gates.
    """
    function = ALIASES.get(name, name)
    if function in ANY_NUMBER and arguments:
        result = arguments[0]
        for each in arguments[1:]:
            result = builder.gate(CODE[function], result, each)
        return result
    if function == "log" and len(arguments) == 2:
        top, bottom = (builder.gate(CODE["log"], each) for each in arguments)
        return builder.gate(CODE["div"], top, bottom)
    arity = arity_of(function)
    if len(arguments) != arity:
        number = {-1: "one or more arguments", 1: "1 argument"}.get(arity, f"{arity} arguments")
        raise ArityError(f"{name} takes {number}, not {len(arguments)}")
    if function in LOWERED:
        lowered: Wire = LOWERED[function][1](*(wire(builder, each) for each in arguments))
        return lowered.node
    return builder.gate(CODE[function], *arguments)


def arity_of(function: str) -> int:
    """Return how many arguments a function takes; -1 for any number but none."""
    if function in ANY_NUMBER:
        return -1
    return LOWERED[function][0] if function in LOWERED else ARITY[CODE[function]]


def select(builder: Builder, condition: int, a: int, b: int) -> int:
    """Return the node of `a` where the condition holds, else `b`; of one of them if the condition is a constant."""
    known = builder.exact(condition)
    if known is not None:
        return a if known else b
    return builder.gate(CODE["select"], condition, a, b)


def logic(builder: Builder, name: str, conditions: Sequence[int]) -> int:
    """Return the node of a condition made by `and`, `or` (left to right) or `not`: choices between 1 and 0."""
    one, zero = builder.constant(1), builder.constant(0)
    result = conditions[0]
    if name == "not":
        return select(builder, result, zero, one)
    for each in conditions[1:]:
        result = select(builder, result, each, zero) if name == "and" else select(builder, result, one, each)
    return result
