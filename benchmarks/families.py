"""Families of formulas: one shape each, at any size, over anything with the operators + - * /."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import Any

from benchmarks.workloads import det

Scalars = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Family:
    """A formula for every size: `build(size, x)` of `inputs(size)` scalars."""

    name: str
    what: str
    build: Callable[[int, Scalars], Any]
    inputs: Callable[[int], int]
    sizes: tuple[int, ...]  # of about 1e2, 1e3, 1e4 gates

    def function(self, size: int, namespace: Any = None) -> Callable[[Scalars], Any]:
        """Return the function of one array `x`; a namespace is what workloads need, not these."""
        return lambda x: self.build(size, x)


def product(n: int, x: Scalars) -> Any:
    """Return x1*x2*...*xn."""
    return reduce(operator.mul, x)


def quotient(n: int, x: Scalars) -> Any:
    """Return x1/x2/.../xn."""
    return reduce(operator.truediv, x)


def ratios(n: int, x: Scalars) -> Any:
    """Divide each value by the one before it, n times: v_(k+1) = v_k / v_(k-1)."""
    return _two_terms(operator.truediv, n, x)


def fibonacci(n: int, x: Scalars) -> Any:
    """Multiply each value by the one before it, n times: v_(k+1) = v_k * v_(k-1)."""
    return _two_terms(operator.mul, n, x)


def dot(n: int, x: Scalars) -> Any:
    """Return the dot product of two vectors of n entries."""
    return reduce(operator.add, map(operator.mul, x[:n], x[n:]))


def horner(n: int, x: Scalars) -> Any:
    """Return a polynomial of degree n by Horner's rule, as a function of its coefficients and its variable."""
    *coefficients, variable = x
    return reduce(lambda value, coefficient: value * variable + coefficient, coefficients)


def symmetric(n: int, x: Scalars) -> Any:
    """Return the elementary symmetric polynomial of degree n // 2, input by input from those of fewer inputs."""
    middle = n // 2
    sums: list[Any] = [1, *[0] * middle]
    for each in x:
        for degree in range(middle, 0, -1):
            sums[degree] = sums[degree] + sums[degree - 1] * each
    return sums[middle]


def eliminate(n: int, x: Scalars) -> Any:
    """Return the determinant of n * n entries by elimination."""
    return det(n, x, None)


def laplace(n: int, x: Scalars) -> Any:
    """Return the determinant of n * n entries by expansion along the rows, each minor computed once."""
    *rows, last = (x[start : start + n] for start in range(0, n * n, n))
    minors: dict[tuple[int, ...], Any] = {(column,): entry for column, entry in enumerate(last)}
    for size, row in enumerate(reversed(rows), 2):
        minors = {
            columns: _alternating(row[each] * minors[tuple(c for c in columns if c != each)] for each in columns)
            for columns in combinations(range(n), size)
        }
    (determinant,) = minors.values()
    return determinant


def _two_terms(operate: Callable[[Any, Any], Any], n: int, x: Scalars) -> Any:
    before, value = x
    for _ in range(n):
        before, value = value, operate(value, before)
    return value


def _alternating(terms: Iterable[Any]) -> Any:
    """Return first - second + third - ..., each term used as soon as it is made."""
    signs = [operator.add, operator.sub]
    total, *rest = terms
    for place, term in enumerate(rest, 1):
        total = signs[place % 2](total, term)
    return total


FAMILIES = {
    each.name: each
    for each in (
        Family("product", "x1*x2*...*xn", product, lambda n: n, (101, 1001, 10001)),
        Family("quotient", "x1/x2/.../xn", quotient, lambda n: n, (101, 1001, 10001)),
        Family("ratios", "v(k+1) = v(k)/v(k-1)", ratios, lambda n: 2, (100, 1000, 10000)),
        # degree 2^486; above 2^500 each forward value is a variable in verify, and v(k)*v(k-1) is no longer v(k+1)
        Family("fibonacci", "v(k+1) = v(k)*v(k-1)", fibonacci, lambda n: 2, (100, 700)),
        Family("dot", "x1*y1 + x2*y2 + ...", dot, lambda n: 2 * n, (50, 500, 5000)),
        Family("horner", "(c0*x + c1)*x + ...", horner, lambda n: n + 2, (50, 500, 5000)),
        Family("symmetric", "elementary symmetric polynomial", symmetric, lambda n: n, (14, 45, 141)),
        Family("elimination", "determinant by elimination", eliminate, lambda n: n * n, (5, 11, 25)),
        Family("laplace", "determinant by minors", laplace, lambda n: n * n, (5, 7, 10)),
    )
}
