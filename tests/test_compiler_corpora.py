"""Published formulas, every one compiled and certified, within the bound of the theorem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from compiler import compile_gradient
from tests.corpora import Feynman, UnconstrainedFunction, bicycle, each, feynman, six_links, uo_functions


def check(formula: Any, variables: Sequence[str] | None = None) -> None:
    program = compile_gradient(formula, variables)
    answer = program.certificate
    assert answer.accepted, answer.text
    assert answer.verdict == "CERTIFIED"
    assert answer.factor in (4, 5)
    assert answer.total_gates <= answer.bound
    assert program.ratio <= answer.factor


@each(feynman)
def test_a_formula_of_physics_as_text(case: Feynman) -> None:
    check(case.raw, case.variables)


@each(feynman)
def test_a_formula_of_physics_as_sympy(case: Feynman) -> None:
    check(case.expression())


@each(uo_functions)
def test_a_function_of_unconstrained_optimization(case: UnconstrainedFunction) -> None:
    check(case.formula, case.variables)


def links() -> Sequence[str]:
    assert len(six_links()) == 14
    return six_links()


@each(links)
def test_a_pendulum_with_six_links(case: str) -> None:
    check(case)


@each(lambda: [bicycle()])
def test_the_bicycle(case: str) -> None:
    check(case)
