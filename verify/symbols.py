"""What the walk asks of a sympy node: is it an input, a number, a divisor."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixElement

from verify.errors import FormulaError


def input_name(node: Any) -> str | None:
    """Return the name of an input, None if the node is none."""
    if isinstance(node, MatrixElement) and isinstance(node.parent, sympy.MatrixSymbol):
        indices: tuple[Any, ...] = (node.i, node.j)
        name = str(node.parent.name)
    elif isinstance(node, sympy.Indexed):
        indices, name = tuple(node.indices), str(node.base.label)
    elif isinstance(node, AppliedUndef):
        if len(node.args) == 1 and isinstance(node.args[0], sympy.Symbol) and node.args[0].name == "t":
            return f"{type(node).__name__}(t)"
        raise FormulaError(f"{type(node).__name__} is not a supported function")
    elif isinstance(node, sympy.Symbol):
        return str(node.name)
    else:
        return None
    if not all(isinstance(index, sympy.Integer) for index in indices):
        raise FormulaError(f"{name}: an index is not an integer")
    return f"{name}[{','.join(map(str, indices))}]"


def symbols(expression: Any) -> dict[str, Any]:
    """Return name -> node of every input, met once however often it is shared."""
    found: dict[str, Any] = {}
    seen: dict[int, Any] = {}
    pending = [expression]
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen[id(node)] = node
        name = input_name(node) if isinstance(node, sympy.Basic) else None
        if name is None:
            pending.extend(getattr(node, "args", ()))
            continue
        if name == "":
            raise FormulaError("a symbol with an empty name")
        if getattr(node, "is_commutative", True) is False:
            raise FormulaError(f"{name} is not commutative")
        if found.setdefault(name, node) != node:
            raise FormulaError(f"two different symbols are named {name}")
    if "t" in found and any(name.endswith("(t)") for name in found):
        raise FormulaError("t is used by itself, so a function of t is no input")
    return found


def number(value: Any) -> Fraction | None:
    """Return the exact value of a sympy number: a Float is the decimal that is printed."""
    if isinstance(value, sympy.Rational) and value.is_finite:
        return Fraction(int(value.p), int(value.q))
    if isinstance(value, sympy.Float) and value.is_finite:
        return Fraction(repr(float(value))) if value._prec <= 53 else Fraction(str(value))
    return None


def coefficient(term: Any) -> Fraction | None:
    """Return the leading number of a term, None if it has none."""
    return number(term.args[0]) if isinstance(term, sympy.Mul) and term.args else number(term)


def divides(factor: Any) -> Fraction | None:
    """Return k > 0 of a factor b**-k with a number k, None of any other."""
    exponent = number(factor.args[1]) if isinstance(factor, sympy.Pow) else None
    return -exponent if exponent is not None and exponent < 0 else None


def ordered(node: Any) -> list[Any]:
    """Return the terms of a sum, a number last."""
    return sorted(node.args, key=lambda term: number(term) is not None)
