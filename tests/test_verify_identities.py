"""What functions are to each other holds in residues: a gradient by hand may say it in other words than the table."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import pytest

from verify import certify, identities
from verify.bounds import best_bound
from verify.tape import CODE, MUL, SUB, Tape

PRIME = (1 << 127) - 1
REAL: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "expm1": math.expm1,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "sigmoid": lambda u: 1 / (1 + math.exp(-u)),
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
}
TEXT = "{}def value_and_gradient(x, y):\n    v0 = {}\n    v1 = v0 * y\n{}    return v1, (t9, v0)\n"
# value, imports, the derivative by x as lines, and a wrong last line
BY_HAND = [
    ("tanh(x)", "tanh", "t0 = v0 * v0; t1 = 1 - t0", "y * t1", "y * t0"),
    ("tanh(x)", "tanh", "t0 = 1 - v0; t1 = 1 + v0; t2 = y * t0", "t2 * t1", "t2 * t0"),
    ("tan(x)", "tan", "t0 = v0 * v0; t1 = 1 + t0", "y * t1", "t1 - y"),
    ("sinh(x)", "exp, sinh", "t0 = exp(x); t1 = t0 - v0", "y * t1", "y * t0"),
    ("cos(x)", "cos, sin", "t0 = -x; t1 = sin(t0)", "y * t1", "y * t0"),
    ("sigmoid(x)", "exp", "t0 = 1 - v0; t1 = y * t0", "t1 * v0", "t1 * t0"),
    ("expm1(x)", "expm1", "t1 = 1 + v0", "y * t1", "y * v0"),
]


def program(value: str, names: str, lines: str, last: str) -> str:
    prelude = (
        "def sigmoid(x):\n    if x < 0:\n        return exp(x) / (1.0 + exp(x))\n    return 1.0 / (1.0 + exp(-x))\n\n"
        if "sigmoid" in value
        else ""
    )
    body = "".join(f"    {each.strip()}\n" for each in f"{lines}; t9 = {last}".split(";"))
    return TEXT.format(f"from math import {names}\n\n{prelude}", value, body)


@pytest.mark.parametrize(("value", "names", "lines", "last", "wrong"), BY_HAND)
def test_a_derivative_by_hand_is_certified_and_a_wrong_one_is_not(
    value: str, names: str, lines: str, last: str, wrong: str
) -> None:
    right = certify(program(value, names, lines, last), f"{value}*y")
    assert right.accepted, right.to_json()
    answer = certify(program(value, names, lines, wrong), f"{value}*y")
    assert not answer.accepted
    assert "gates" in answer.verdict or "gradient" in answer.verdict


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("u", [-1.3, 0.0, 0.4])
def test_the_fractions_are_the_functions(name: str, u: float) -> None:
    row = identities.ROWS[CODE[name]]
    unknown = Fraction(math.exp(u) if row.unknown == "exp" else math.tan(u / 2))
    top, bottom = row.fraction(unknown)  # type: ignore[arg-type]
    assert float(top) / float(bottom) == pytest.approx(REAL[name](u))


def of(name: str, u: int) -> int:
    return identities.value(CODE[name], u % PRIME, PRIME, lambda code, size: hash((code, size)) ** 2 + 3)


def test_signs_of_arguments_and_zero() -> None:
    for u in (5, 10**30):
        assert of("exp", u) * of("exp", -u) % PRIME == 1
        for name, sign in (("sin", -1), ("cos", 1), ("tan", -1), ("sinh", -1), ("cosh", 1), ("tanh", -1)):
            assert of(name, -u) == sign * of(name, u) % PRIME
        assert (of("sin", u) ** 2 + of("cos", u) ** 2) % PRIME == 1
        assert (of("cosh", u) ** 2 - of("sinh", u) ** 2) % PRIME == 1
        assert (of("sigmoid", u) + of("sigmoid", -u)) % PRIME == 1
    assert [of(name, 0) for name in ("exp", "expm1", "sinh", "cosh", "sin", "cos", "tan")] == [1, 0, 0, 1, 0, 1, 0]
    assert of("sin", 5) != of("sin", 6)
    assert len({of(name, 7) for name in REAL}) == len(REAL)


@pytest.mark.parametrize("name", REAL)
def test_degrees_and_norms_are_those_of_the_fractions(name: str) -> None:
    """The numerator of f(u)**3 - x, by hand: (top**3 - x*bottom**3), of the degree that the bound has at least."""
    tape = Tape()
    x, u = tape.variable(), tape.variable()
    f = tape.step(CODE[name], u)
    cube = tape.step(MUL, tape.step(MUL, f, f), f)
    bound = best_bound(tape, [tape.step(SUB, cube, x)], 0, 500)
    shape = identities.ROWS[CODE[name]].shape
    assert bound is not None
    assert bound.degree >= max(3 * shape.top, 3 * shape.bottom + 1)
    assert bound.norm >= 3 * max(shape.top_norm, shape.bottom_norm)
