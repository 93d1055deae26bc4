"""Exact values of constants: rational arithmetic and a closed list of foldings, nothing rounded.

`fold` is used for formulas (with the 256-bit rule of the counting), for constant lines of a program and for residues
(with a wider limit), so a folded and an unfolded constant are the same number everywhere.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

FOLD_BITS = 256
WIDE_BITS = 4096

_AT_POINT: dict[tuple[str, int | Fraction], Fraction] = {
    ("exp", 0): Fraction(1), ("log", 1): Fraction(0), ("sin", 0): Fraction(0),
    ("cos", 0): Fraction(1), ("tan", 0): Fraction(0),
}  # fmt: skip


def bits(value: Fraction) -> int:
    """Return the bits of the larger of numerator and denominator."""
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _rational_root(value: Fraction) -> Fraction | None:
    """Return the square root of a rational square, None of anything else."""
    if value < 0:
        return None
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    return Fraction(top, bottom) if top * top == value.numerator and bottom * bottom == value.denominator else None


def fold(op: str, operands: list[Fraction], limit: int = FOLD_BITS) -> Fraction | None:
    """Return the value of a gate of rationals if it is exact and within `limit` bits, else None.

    Raises: ZeroDivisionError for a division by zero.
    """
    first, second = operands[0], operands[-1]
    if op == "sqrt":
        return _rational_root(first)
    if (op, first) in _AT_POINT and len(operands) == 1:
        return _AT_POINT[op, first]
    result: Fraction
    if op == "add":
        result = first + second
    elif op == "sub":
        result = first - second
    elif op == "mul":
        result = first * second
    elif op == "div":
        result = first / second
    elif op == "neg":
        result = -first
    else:
        return None
    return result if bits(result) <= limit else None


def order(op: str, first: Fraction, second: Fraction) -> Fraction:
    """Return 1 or 0: a comparison of two rationals."""
    truth = {
        "gt": first > second, "ge": first >= second, "lt": first < second,
        "le": first <= second, "eq": first == second, "ne": first != second,
    }  # fmt: skip
    return Fraction(int(truth[op]))
