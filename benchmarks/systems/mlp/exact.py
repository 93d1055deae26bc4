"""Two circuits of a network and its gradient, held against each other exactly, and to fifty digits.

Exactly: modulo a prime, e^a is a random residue for every residue a, with e^-a its inverse; tanh, sigmoid and cosh are
the quotients of it that they are, log and softplus random residues of their own, and [a > 0] one for each a. What the
textbook and the compiler do differently, 1 - z^2 for 1 / cosh^2, is an identity of these residues, too.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from hashlib import blake2b
from random import Random
from typing import Any

from circuit import Circuit
from circuit.evaluate import evaluate

PRIME = 2**127 - 1
DIGITS, AGREEMENT = 60, 50  # worked with, and asked for
Functions = dict[str, Callable[..., Any]]


def residues(key: bytes) -> Functions:
    """Return the gates of networks modulo the prime, random where they are no quotients."""

    def drawn(*what: Any) -> int:
        return int.from_bytes(blake2b(repr(what).encode(), key=key, digest_size=32).digest()) % PRIME

    def power(a: int) -> int:
        return drawn("exp", a) if 2 * a < PRIME else _inverse(drawn("exp", PRIME - a))

    def step(a: int) -> int:
        return drawn("step", a)

    return {
        "add": lambda x, y: (x + y) % PRIME,
        "sub": lambda x, y: (x - y) % PRIME,
        "mul": lambda x, y: x * y % PRIME,
        "div": lambda x, y: x * _inverse(y) % PRIME,
        "neg": lambda x: -x % PRIME,
        "exp": power,
        "log": lambda x: drawn("log", x),
        "tanh": lambda x: (power(x) ** 2 - 1) * _inverse(power(x) ** 2 + 1) % PRIME,
        "cosh": lambda x: (power(x) + power(-x % PRIME)) * _inverse(2) % PRIME,
        "sigmoid": lambda x: power(x) * _inverse(1 + power(x)) % PRIME,
        "softplus": lambda x: drawn("softplus", x),
        "relu": lambda x: x * step(x) % PRIME,
        "gt": lambda x, y: step((x - y) % PRIME),
        "select": lambda c, x, y: (c * x + (1 - c) * y) % PRIME,
    }


def digits() -> Functions:
    """Return the gates of networks as mpmath has them, for its working precision."""
    import mpmath

    return {
        "add": lambda x, y: x + y,
        "sub": lambda x, y: x - y,
        "mul": lambda x, y: x * y,
        "div": lambda x, y: x / y,
        "neg": lambda x: -x,
        "exp": mpmath.exp,
        "log": mpmath.log,
        "tanh": mpmath.tanh,
        "cosh": mpmath.cosh,
        "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
        "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
        "relu": lambda x: max(x, mpmath.mpf(0)),
        "gt": lambda x, y: mpmath.mpf(x > y),
        "select": lambda c, x, y: x if c else y,
    }


def equal_exactly(first: Circuit, second: Circuit, random: Random) -> bool:
    """Say whether all outputs of two circuits of the same inputs are equal at a random point modulo the prime."""
    point = {name: random.randrange(PRIME) for name in first.inputs}
    functions = residues(random.randbytes(32))
    found, wanted = (evaluate(each, point, functions=functions, constant=_residue) for each in (first, second))
    return found == wanted


def equal_digits(first: Circuit, second: Circuit, random: Random) -> bool:
    """Say whether all outputs of two circuits of the same inputs agree to fifty digits at a random point."""
    import mpmath

    def constant(value: Fraction | str) -> Any:
        exact = Fraction(value)
        return mpmath.mpf(exact.numerator) / exact.denominator

    with mpmath.workdps(DIGITS):
        point = {name: mpmath.mpf(random.uniform(-1, 1)) for name in first.inputs}
        found, wanted = (evaluate(each, point, functions=digits(), constant=constant) for each in (first, second))
        limit = mpmath.mpf(10) ** -AGREEMENT
        return all(abs(a - b) <= limit * max(1, abs(b)) for a, b in zip(found, wanted, strict=True))


def _residue(value: Fraction | str) -> int:
    exact = Fraction(value)
    return exact.numerator * _inverse(exact.denominator) % PRIME


def _inverse(value: int) -> int:
    return pow(value, -1, PRIME)
