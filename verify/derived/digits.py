"""Layer D for derivative programs: the whole program against the formula to fifty digits, at random regular points.

First derivatives of the formula come from rows in textbook form; second ones from those first ones at two points
10^-digits apart, in twice the digits: no row is differentiated a second time, so none is believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath
from mpmath import mp

from verify.derived.forms import Form, derivative_forms, gradient_forms
from verify.derived.program import DerivativeProgram
from verify.digits import agreement, at_random_points, settled, values_of
from verify.graph import Graph
from verify.highprec import evaluate, tangents_of

MARGIN = 20  # digits


def check_digits(reference: Graph, program: DerivativeProgram, places: list[int], text: bytes) -> tuple[str, str]:
    """Compare values and derivatives to fifty digits; return status and detail of the claim.

    places: header index of each input of the reference.
    """

    def wrong(point: list[Any], direction: list[Any]) -> str:
        def differences(digits: int) -> list[tuple[str, bool, Any]]:
            return _differences(reference, program, places, point, direction, digits)

        return settled(differences, reference, [point[place] for place in places])

    size = len(reference.ops) * (4 if program.kind.gradient else 1) + len(program.graph.ops)
    return at_random_points(wrong, len(program.graph.inputs), size, f"values and {program.kind.name}", text)


def _differences(
    reference: Graph, program: DerivativeProgram, places: list[int], point: list[Any], direction: list[Any], digits: int
) -> list[tuple[str, bool, Any]]:
    """Return name, agreement and size of the difference of all that is compared, at one working precision."""
    n, kind = program.differentiated, program.kind
    with mpmath.workdps(digits):
        t, u = direction[:n], [1 / each for each in direction[:n]]
        if kind.directions:
            t, u = (t, point[program.own :]) if kind.gradient else (point[program.own :], u)
        values, first = _first(reference, program, places, point, t)
        expected = [first]
        if kind.weights:
            expected = [[mpmath.fdot(first, point[program.own :])]]
        elif kind.gradient:
            expected = [first, [_second(reference, program, places, point, (t, u), digits)]]
        own = values_of(program, point)
        found = [("value", own[ours], theirs) for ours, theirs in zip(program.graph.outputs, values, strict=True)]
        groups = [("gradient", gradient_forms(program))] * kind.gradient + [("derivative", derivative_forms(program))]
        for (name, forms), due in zip(groups, expected, strict=True):
            sums = [_summed(form, own, [*t, *u]) for form in forms]
            found += [(name, ours, theirs) for ours, theirs in zip(sums, due, strict=True)]
        return [agreement(*each) for each in found]


def _first(
    reference: Graph, program: DerivativeProgram, places: list[int], point: Sequence[Any], along: Sequence[Any]
) -> tuple[list[Any], list[Any]]:
    """Return the values of the reference and their derivatives along a direction of the differentiated inputs."""
    values = evaluate(reference, [point[place] for place in places])
    moving = [along[place] if place < program.differentiated else None for place in places]
    return [values[output] for output in reference.outputs], tangents_of(reference, values, moving)


def _second(
    reference: Graph, program: DerivativeProgram, places: list[int], point: list[Any], along: Any, digits: int
) -> Any:
    """Return the derivative along u of the derivative along t, by a central difference."""
    t, u = along
    with mpmath.workdps(2 * digits + MARGIN):
        step = mp.mpf(10) ** -digits
        ends = []
        for sign in (1, -1):
            moved = [*(x + sign * step * d for x, d in zip(point, u, strict=False)), *point[len(u) :]]
            ends.append(_first(reference, program, places, moved, t)[1][0])
        return (ends[0] - ends[1]) / (2 * step)


def _summed(form: Form, values: list[Any], coordinates: list[Any]) -> Any:
    return mpmath.fsum(mpmath.fprod([values[node], *(coordinates[each] for each in places)]) for node, places in form)
