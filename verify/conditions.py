"""Conditions as gates: a condition is 1 or 0, what joins conditions is select, and a constant one chooses at once."""

from __future__ import annotations

from itertools import combinations, pairwise

from verify.graph import Builder


def choose(builder: Builder, condition: int, a: int, b: int) -> int:
    """Return a where the condition holds, else b."""
    known = builder.number(condition)
    if known in (0, 1):
        return a if known == 1 else b
    return builder.gate("select", condition, a, b)


def both(builder: Builder, conditions: list[int]) -> int:
    """Return the condition that all hold, joined from left to right."""
    zero, result = builder.constant(0), conditions[0]
    for condition in conditions[1:]:
        result = choose(builder, result, condition, zero)
    return result


def either(builder: Builder, conditions: list[int]) -> int:
    """Return the condition that one of them holds, joined from left to right."""
    one, result = builder.constant(1), conditions[0]
    for condition in conditions[1:]:
        result = choose(builder, result, one, condition)
    return result


def negation(builder: Builder, condition: int) -> int:
    """Return the condition that another does not hold."""
    return choose(builder, condition, builder.constant(0), builder.constant(1))


def comparisons(builder: Builder, op: str, operands: list[int]) -> int:
    """Return the condition that neighbours compare so, or, for "ne", that all operands differ."""
    pairs = combinations(operands, 2) if op == "ne" else pairwise(operands)
    return both(builder, [builder.gate(op, *pair) for pair in pairs])
