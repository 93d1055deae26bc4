"""Fewest gates cost no accuracy: against fifty digits, no result loses two digits more than the plain sweep does.

Which of two programs is luckier at a point is a matter of its last bits, so the errors compared are the largest over a
few neighbours of it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import mpmath
import pytest

from circuit import Circuit, parse
from circuit.errors import CircuitError
from circuit.evaluate import evaluate
from compiler.simplify import fewest
from compiler.sweep import differentiate
from tests.corpora import Core, Feynman, cores, each, feynman
from verify.highprec import VALUE, Irregular, _constant

DIGITS, POINTS, NEIGHBOURS, NEAR = 50, 6, 5, 1e-3
LOST = 100  # times the error of the plain sweep
NOTHING, EVERYTHING = 2.0**-52, 1.0  # relative errors
RANGES = (0.1, 0.9), (0.5, 2.0), (-1.0, 1.0), (-3.0, 3.0), (2.0, 10.0)
HERBIE = 12  # one core out of so many


def points(circuit: Circuit) -> Iterator[list[list[float]]]:
    """Yield points with their neighbours."""
    rng = random.Random(len(circuit))
    for place in range(POINTS):
        base = [rng.uniform(*RANGES[place % len(RANGES)]) for _ in circuit.inputs]
        if place == POINTS - 1:
            base = [rng.choice((-1, 1)) * 10 ** rng.uniform(-12, 12) for _ in circuit.inputs]
        yield [[each * (1 + rng.uniform(-NEAR, NEAR)) for each in base] for _ in range(NEIGHBOURS)]


def errors(circuit: Circuit, point: list[float], exact: Sequence[Any]) -> list[float]:
    """Return the relative error of each output that is not 0."""
    found = evaluate(circuit, dict(zip(circuit.inputs, point, strict=True)))
    wrong = [abs(mpmath.mpf(float(a)) - b) / abs(b) if b else mpmath.mpf(0) for a, b in zip(found, exact, strict=True)]
    return [float(each) if each < EVERYTHING else EVERYTHING for each in wrong]


def exactly(circuit: Circuit, point: list[float]) -> Sequence[Any]:
    """Return the outputs to fifty digits; nothing where they do not exist, or rounding decides which they are."""
    high = dict(zip(circuit.inputs, map(mpmath.mpf, point), strict=True))
    found: list[tuple[Any, ...]] = []
    for digits in (2 * DIGITS, 3 * DIGITS):
        with mpmath.workdps(digits):
            try:
                found.append(evaluate(circuit, high, functions=VALUE, constant=_constant))
            except (Irregular, ArithmeticError, ValueError, KeyError):
                return ()
    near = (abs(a - b) <= abs(b) * mpmath.mpf(10) ** -DIGITS for a, b in zip(*found, strict=True))
    return found[1] if all(near) else ()


def largest(circuits: Sequence[Circuit], near: list[list[float]]) -> list[list[float]]:
    """Return for each circuit the largest errors of its outputs at these points, where there are any."""
    worst = [[NOTHING] * len(circuit.outputs) for circuit in circuits]
    for point in near:
        with mpmath.workdps(DIGITS):
            exact = exactly(circuits[0], point)
            for place, circuit in enumerate(circuits if exact else ()):
                worst[place] = [max(a, b) for a, b in zip(worst[place], errors(circuit, point, exact), strict=True)]
    return worst


def check(circuit: Circuit) -> None:
    plain = differentiate(circuit)
    found = fewest(circuit, plain)
    if found is plain:
        return
    for near in points(circuit):
        by_plain, by_fewest = largest([plain.circuit, found.circuit], near)
        assert all(b <= LOST * a for a, b in zip(by_plain, by_fewest, strict=True)), near[0]


@each(feynman)
def test_a_formula_of_physics(case: Feynman) -> None:
    check(parse(case.raw, case.variables))


@each(lambda: cores("herbie")[::HERBIE])
def test_a_core_of_herbie(case: Core) -> None:
    try:
        circuit = parse(case.text)
    except CircuitError as error:
        pytest.skip(str(error).splitlines()[0])
    check(circuit)
