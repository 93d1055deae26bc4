"""Functions as fractions of one unknown per argument, so that what they are to each other holds in residues, too.

exp, expm1, sinh, cosh, tanh and sigmoid of u are fractions of E = exp(u), and exp(-u) is 1/E; sin, cos and tan are
fractions of T = tan(u/2), and that of -u is -T (the half-angle substitution, known as that of Weierstrass). E and T of
other arguments are other unknowns. So 1 - tanh(u)**2 is 1/cosh(u)**2, and sin(u)**2 + cos(u)**2 is 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from verify.tape import CODE

Fraction = tuple[int, int]  # numerator and denominator, residues


@dataclass(frozen=True, slots=True)
class Shape:
    """Degrees of numerator and denominator in the unknown, whichever sign the argument has, and log2 of their norms."""

    top: int
    bottom: int
    top_norm: int
    bottom_norm: int


@dataclass(frozen=True, slots=True)
class Row:
    """A function: of which unknown it is a fraction, that fraction, and its shape."""

    unknown: str
    fraction: Callable[[int], Fraction]
    shape: Shape


ROWS = {
    CODE["exp"]: Row("exp", lambda e: (e, 1), Shape(1, 1, 0, 0)),
    CODE["expm1"]: Row("exp", lambda e: (e - 1, 1), Shape(1, 1, 1, 0)),
    CODE["sinh"]: Row("exp", lambda e: (e * e - 1, 2 * e), Shape(2, 1, 1, 1)),
    CODE["cosh"]: Row("exp", lambda e: (e * e + 1, 2 * e), Shape(2, 1, 1, 1)),
    CODE["tanh"]: Row("exp", lambda e: (e * e - 1, e * e + 1), Shape(2, 2, 1, 1)),
    CODE["sigmoid"]: Row("exp", lambda e: (e, e + 1), Shape(1, 1, 0, 1)),
    CODE["sin"]: Row("tan", lambda t: (2 * t, t * t + 1), Shape(1, 2, 1, 1)),
    CODE["cos"]: Row("tan", lambda t: (1 - t * t, t * t + 1), Shape(2, 2, 1, 1)),
    CODE["tan"]: Row("tan", lambda t: (2 * t, 1 - t * t), Shape(1, 2, 1, 1)),
}


def value(code: int, u: int, prime: int, unknown: Callable[[int, int], int]) -> int:
    """Return the residue of a function of u; unknown: the keyed hash of a code and an argument.

    Raises: ZeroDivisionError, with a chance of about 1 in `prime`.
    """
    row = ROWS[code]
    size = min(u, prime - u)
    if row.unknown == "exp":
        number = unknown(CODE["exp"], size) % prime if u else 1
        if size != u:
            number = _inverse(number, prime)
    else:
        number = unknown(CODE["tan"], size) % prime if u else 0
        if size != u:
            number = -number
    top, bottom = row.fraction(number)
    return top * _inverse(bottom, prime) % prime


def _inverse(number: int, prime: int) -> int:
    if number % prime == 0:
        raise ZeroDivisionError
    return 1 if number == 1 else pow(number, -1, prime)
