"""Layer D: fifty digits. The whole program against the formula in high-precision arithmetic at random regular points.

The only layer that sees analysis: functions are evaluated, not hashed, and the formula is differentiated by rows in
textbook form, other than those the programs use. Points where something is infinite, complex or beyond reason are
passed over, and so are those where the formula compares, or divides by, mere rounding noise. A disagreement that
shrinks as the precision grows is cancellation; one that stays is an error.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import mpmath

from verify.certificate import FAILED, NOT_CHECKED, PASSED
from verify.graph import Graph
from verify.highprec import Irregular, Saturated, evaluate, evaluate_with_tangent, is_noise_decisive
from verify.primes import seed_of
from verify.program import Program

DIGITS = 50
TOLERANCE_EXPONENT = -DIGITS  # relative; the one tolerance of verify
WORKING = (DIGITS + 35, 2 * DIGITS + 70)
FALLS = 40  # digits by which a mere cancellation shrinks from the first working precision to the second
POINTS, ATTEMPTS = 3, 48
WORK_LIMIT = 120_000  # nodes times points
RANGES = ((0.1, 0.9), (0.5, 2.0), (-1.0, 1.0), (1.1, 3.0), (-3.0, 3.0), (2.0, 10.0), (0.001, 0.1), (0.2, 0.5))


class Lost(ArithmeticError):
    """The program has no value at a point where the formula has one."""


def check_digits(reference: Graph, program: Program, places: list[int], text: bytes = b"") -> tuple[str, str]:
    """Compare value and directional derivative to fifty digits; return status and detail of the claim."""

    def wrong(point: list[Any], direction: list[Any]) -> str:
        return _compare(reference, program, places, point, direction)

    size = len(reference.ops) + len(program.graph.ops)
    return at_random_points(wrong, len(program.graph.inputs), size, "value and gradient", text)


def at_random_points(
    compared: Callable[[list[Any], list[Any]], str], inputs: int, size: int, what: str, text: bytes
) -> tuple[str, str]:
    """Compare at random points; `compared` returns "" or what is wrong, and raises where a point is no regular one."""
    generator = random.Random(seed_of(b"digits", text))
    wanted = max(1, min(POINTS, WORK_LIMIT // max(size, 1)))
    regular, lost = 0, False
    for attempt in range(ATTEMPTS if size < WORK_LIMIT else 8):
        point, direction = _draw(generator, inputs, attempt)
        try:
            wrong = compared(point, direction)
        except Lost:
            lost = True
            continue
        except (ArithmeticError, ValueError):  # no regular point
            continue
        if wrong:
            return FAILED, f"wrong {wrong} at a random point, to {DIGITS} digits"
        regular += 1
        if regular == wanted:
            break
    if not regular:
        undefined = "the program is undefined at random points where value and derivative of the formula are not"
        return (FAILED, undefined) if lost else (NOT_CHECKED, "no regular point found")
    return PASSED, f"{what} agree to {DIGITS} digits at {regular} random point(s)"


def _draw(generator: random.Random, size: int, attempt: int) -> tuple[list[Any], list[Any]]:
    """Return a point and a direction; every input in one range at first, in a range of its own later."""
    shared = attempt < len(RANGES)
    point = []
    for _ in range(size):
        low, high = RANGES[attempt] if shared else generator.choice(RANGES)
        point.append(mpmath.mpf(generator.uniform(low, high)))
    direction = [mpmath.mpf(generator.uniform(0.5, 2.0)) for _ in range(size)]
    return point, direction


def _compare(reference: Graph, program: Program, places: list[int], point: list[Any], direction: list[Any]) -> str:
    """Return "" where both agree, or "value" or "gradient". Raises: Irregular where rounding decides."""

    def differences(digits: int) -> list[tuple[str, bool, Any]]:
        return _differences(reference, program, places, point, direction, digits)

    return settled(differences, reference, [point[place] for place in places])


def settled(differences: Callable[[int], list[tuple[str, bool, Any]]], reference: Graph, point: list[Any]) -> str:
    """Return the name of a difference that stays as the precision grows, "" if there is none. Raises: Irregular."""
    coarse = differences(WORKING[0])
    if all(agree for _, agree, _ in coarse):
        return ""
    for (name, agreed, before), (_, agree, after) in zip(coarse, differences(WORKING[1]), strict=True):
        if not (agreed or agree) and after > before * mpmath.mpf(10) ** -FALLS:
            if is_noise_decisive(reference, *_settling(reference, point)):
                raise Irregular
            return name
    return ""


def _settling(reference: Graph, point: list[Any]) -> list[list[Any]]:
    """Return the values of all nodes at both working precisions."""
    found = []
    for digits in WORKING:
        with mpmath.workdps(digits):
            found.append(evaluate(reference, point))
    return found


def _differences(
    reference: Graph, program: Program, places: list[int], point: list[Any], direction: list[Any], digits: int
) -> list[tuple[str, bool, Any]]:
    """Return name, agreement and size of the difference of value and gradient at one working precision."""
    count = len(program.gradient)
    with mpmath.workdps(digits):
        moving = [direction[place] if place < count else None for place in places]
        value, tangent = evaluate_with_tangent(reference, [point[place] for place in places], moving)
        values = values_of(program, point)
        parts = [values[node] * d for node, d in zip(program.gradient, direction, strict=False)]
        total = mpmath.fsum(parts)
        return [agreement("value", values[program.graph.output], value), agreement("gradient", total, tangent)]


def values_of(program: Program, point: list[Any]) -> list[Any]:
    """Return the value of every node of a program. Raises: Lost where it has none, Saturated."""
    try:
        return evaluate(program.graph, point)
    except Saturated:
        raise
    except (ArithmeticError, ValueError) as error:
        raise Lost from error


def agreement(name: str, a: Any, b: Any) -> tuple[str, bool, Any]:
    """Return the name, whether two numbers agree to fifty digits, and by how much they differ."""
    difference = abs(a - b)
    return name, bool(difference <= max(abs(a), abs(b)) * mpmath.mpf(10) ** TOLERANCE_EXPONENT), difference
