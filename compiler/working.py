"""Numbers that show their working: floats by IEEE rules, or Fractions, each with the text of how it came about.

The pull-backs of the table run on them as they run on wires, so what is shown is what the real rules do.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from circuit.fold import nearest
from circuit.ieee import functions
from circuit.ops import OPS, as_fraction
from compiler.decimals import decimal

ANY, SUM, PRODUCT, ATOM = range(4)  # how tightly a text holds together: what it may stand in without brackets
FUNCTIONS = functions()
EXACT_BITS = 2048  # of a numerator or denominator; longer fractions nobody reads


class Inexact(Exception):
    """An exact sweep has come to a fraction that is too long, or that there is none: a division by 0."""


def value_of(name: str, *values: Any) -> Any:
    """Return the value of a gate: a Fraction where all operands are, else a float. Errors: Inexact."""
    if type(values[0]) is not Fraction:  # then none is
        return FUNCTIONS[name](*values)
    try:
        result = OPS[name].value(*values)
    except ZeroDivisionError:
        raise Inexact from None
    if max(result.numerator.bit_length(), result.denominator.bit_length()) > EXACT_BITS:
        raise Inexact
    return result


class Working:
    """A number and the text of its working; a constant is known to be exact, and folds with others."""

    __slots__ = ("exact", "text", "tight", "value")

    def __init__(self, value: Any, text: str, tight: int = ATOM, exact: Fraction | None = None) -> None:
        self.value, self.text, self.tight, self.exact = value, text, tight, exact

    def constant(self, value: Any) -> Working:
        """Return a constant: a number, or `pi` or `e`."""
        return value if isinstance(value, Working) else constant(value)

    def gate(self, name: str, *operands: Any) -> Working:
        """Return a gate of the table over these operands."""
        row, taken = OPS[name], [self.constant(each) for each in operands]
        least = ANY if row.function else SUM
        text = row.text.format(*(each.within(least) for each in taken))
        return Working(value_of(name, *(each.value for each in taken)), text, ATOM if row.function else ANY)

    def within(self, least: int) -> str:
        """Return the text, in brackets if it does not hold together as tightly as it must."""
        return self.text if self.tight >= least else f"({self.text})"

    def _by(self, name: str, left: Any, right: Any, tight: int) -> Working:
        a, b = self.constant(left), self.constant(right)
        if a.exact is not None and b.exact is not None:
            return constant(OPS[name].value(a.exact, b.exact))
        text = OPS[name].text.format(a.within(tight), b.within(tight + 1))
        return Working(value_of(name, a.value, b.value), text, tight)

    def __add__(self, other: Any) -> Working:
        return self._by("add", self, other, SUM)

    def __radd__(self, other: Any) -> Working:
        return self._by("add", other, self, SUM)

    def __sub__(self, other: Any) -> Working:
        return self._by("sub", self, other, SUM)

    def __rsub__(self, other: Any) -> Working:
        return self._by("sub", other, self, SUM)

    def __mul__(self, other: Any) -> Working:
        return self._by("mul", self, other, PRODUCT)

    def __rmul__(self, other: Any) -> Working:
        return self._by("mul", other, self, PRODUCT)

    def __truediv__(self, other: Any) -> Working:
        return self._by("div", self, other, PRODUCT)

    def __rtruediv__(self, other: Any) -> Working:
        return self._by("div", other, self, PRODUCT)

    def __neg__(self) -> Working:
        return Working(-self.value, f"-{self.within(ATOM)}", SUM)


def constant(value: Any, exact: bool = False) -> Working:
    """Return a constant as a number that shows itself: a short decimal, or a fraction in brackets.

    exact: its value is a Fraction, among numbers that are.
    """
    if isinstance(value, str):
        return Working(np.float64(nearest(value)), value)
    known = as_fraction(value)
    assert known is not None
    text = decimal(known) or f"({known.numerator}/{known.denominator})"
    number = known if exact else np.float64(nearest(known))
    return Working(number, text, ATOM if known >= 0 or "(" in text else SUM, known)
