"""Matrix products and inverses are what they are called, and what is said of them would be noticed if it were wrong."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest

from benchmarks.systems.matmul import claims as matmul_claims
from benchmarks.systems.matmul import inverse as matmul_inverse
from benchmarks.systems.matmul.products import FORMS, PRODUCTS, expected, form, product_gates, shapes, strassen
from benchmarks.systems.pricing import CERTIFIED, CHAIN_RULE, certified, counted
from circuit import parse, trace

Matrix = list[list[Fraction]]


def matrix(random: Random, n: int) -> Matrix:
    return [[Fraction(random.randint(-99, 99), random.randint(1, 9)) for _ in range(n)] for _ in range(n)]


def times(a: Matrix, b: Matrix) -> Matrix:
    return [[sum(map(operator.mul, row, column), Fraction(0)) for column in zip(*b, strict=True)] for row in a]


def same(product: Callable[..., Any], n: int, least: int) -> bool:
    random = Random(n)
    a, b = matrix(random, n), matrix(random, n)
    return bool(np.array_equal(product(np.array(a), np.array(b), least), np.array(times(a, b))))


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize(("n", "least"), [(1, 1), (2, 1), (3, 1), (4, 1), (4, 2), (6, 1), (8, 2), (12, 3)])
def test_every_product_is_the_product(name: str, n: int, least: int) -> None:
    assert same(PRODUCTS[name], n, least)


def test_a_product_with_a_wrong_sign_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(a: Any, b: Any, least: int) -> Any:
        return strassen(a, -b, least)

    assert not same(wrong, 4, 1)
    monkeypatch.setitem(PRODUCTS, "Strassen", wrong)
    assert [each.agrees for each in matmul_claims._exact()] == [True, False, True]


@pytest.mark.parametrize(("n", "least"), [(2, 1), (4, 1), (8, 1), (8, 4), (12, 3), (14, 7)])
@pytest.mark.parametrize("name", PRODUCTS)
def test_gates_follow_the_recurrences(name: str, n: int, least: int) -> None:
    found = counted(trace(form(FORMS[0], PRODUCTS[name], n, least), *shapes(FORMS[0], n)))
    assert (found.value_gates, found.total_gates) == expected(n, name, least)
    assert found.kept


def test_the_recurrences_are_the_closed_forms_of_the_papers() -> None:
    for power in range(1, 7):
        n = 2**power
        assert product_gates("naive", n, n) == 2 * n**3 - n**2
        assert product_gates("Strassen", n, 1) == 7 * 7**power - 6 * 4**power
        assert product_gates("Winograd", n, 1) == 6 * 7**power - 5 * 4**power


def test_a_product_is_faster_from_the_size_on_from_which_it_stays_so() -> None:
    naive = {(n, "naive", n): 10 * n for n in (2, 4, 6, 8)}
    fast = {(2, "fast", 1): 19, (4, "fast", 1): 41, (6, "fast", 1): 59, (8, "fast", 1): 79}
    assert matmul_claims.first_below(naive | fast, "fast") == 6
    assert matmul_claims.first_below(naive | fast | {(8, "fast", 1): 80}, "fast") is None


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_elimination_inverts(n: int) -> None:
    a = matrix(Random(n), n)
    circuit = matmul_inverse.inverse_by_elimination(n)
    found = circuit.evaluate(dict(zip(circuit.inputs, (each for row in a for each in row), strict=True)))
    entries = [found] if n == 1 else list(found)
    inverse = [entries[start : start + n] for start in range(0, n * n, n)]
    assert times(a, inverse) == [[Fraction(i == j) for j in range(n)] for i in range(n)]
    assert matmul_inverse.nonscalar(circuit) == n**3


def test_the_gradient_of_a_determinant_is_its_adjugate_and_that_of_its_logarithm_the_inverse() -> None:
    assert matmul_inverse.exact_entries(4) == (16, 16, 16)


def test_a_price_says_what_was_proved_of_it() -> None:
    circuit = parse("x*y + x/y")
    assert (certified(circuit).proved, counted(circuit, chain_rule=True).proved) == (CERTIFIED, CHAIN_RULE)
    assert (counted(circuit).value_gates, counted(circuit).total_gates, counted(circuit).kept) == (3, 7, True)
