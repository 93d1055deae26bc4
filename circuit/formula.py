"""`parse`: one door for formulas as strings, FPCore texts, sympy expressions, or circuits."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from circuit.circuit import Circuit
from circuit.errors import InvalidArgument, InvalidType, ResourceLimit, UnsupportedConstant
from circuit.lex import MAX_DIGITS
from circuit.ops import as_fraction
from circuit.text import parse_text


def parse(formula: Any, variables: Sequence[Any] | None = None, parameters: Sequence[Any] = ()) -> Circuit:
    """Turn a formula into a circuit.

    formula: a string (an FPCore text too), a sympy expression, a number, or a Circuit (returned as it is).
    variables: names (or symbols) of the differentiated inputs, in order; default: those that occur, in natural order.
    parameters: names of the inputs without a derivative; they come last.
    Errors: a `CircuitError` that says what, where, and what to do.
    """
    if isinstance(formula, Circuit):
        if variables is not None or parameters:
            raise InvalidArgument("a Circuit has its inputs already: variables and parameters are for formulas")
        return formula
    if isinstance(formula, str):
        if "FPCore" in formula:
            from circuit.fpcore import is_fpcore, parse_fpcore  # read only where it may be needed

            if is_fpcore(formula):
                return parse_fpcore(formula, variables, parameters)
        return parse_text(formula, variables, parameters)
    if isinstance(formula, (int, float, Fraction)):
        exact = as_fraction(formula)
        if exact is None:
            raise UnsupportedConstant(f"{formula} is not a real number")
        if max(abs(exact.numerator), exact.denominator) >= 10**MAX_DIGITS:
            raise ResourceLimit(f"the number has over {MAX_DIGITS:,} digits: pass it as a float or as a parameter")
        return parse_text(str(exact), variables, parameters)
    if hasattr(type(formula), "free_symbols"):  # not the property itself: it walks the tree
        from circuit.from_sympy import parse_sympy  # sympy is loaded only where it is used

        return parse_sympy(formula, variables, parameters)
    kind = type(formula).__name__
    if isinstance(formula, (list, tuple)):
        raise InvalidType(f"a {kind} of formulas where one is due: jvp, vjp and jacobian take several")
    raise InvalidType(f"a formula is a string, a sympy expression or a Circuit, not {formula!r:.60} ({kind})")
