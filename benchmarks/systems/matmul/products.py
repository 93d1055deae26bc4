"""Matrix products over NumPy arrays of anything: naive, Strassen's, Winograd's; and forms that need a whole product."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

Product = Callable[[Any, Any, int], Any]


def naive(a: Any, b: Any, least: int) -> Any:
    """Return a @ b by its definition."""
    return a @ b


def strassen(a: Any, b: Any, least: int) -> Any:
    """Return a @ b by 7 products and 18 sums of halves, while the halves have at least `least` rows (Strassen 1969)."""
    halves = _halves(a, b, least)
    if halves is None:
        return a @ b
    a11, a12, a21, a22, b11, b12, b21, b22 = halves
    p1 = strassen(a11 + a22, b11 + b22, least)
    p2 = strassen(a21 + a22, b11, least)
    p3 = strassen(a11, b12 - b22, least)
    p4 = strassen(a22, b21 - b11, least)
    p5 = strassen(a11 + a12, b22, least)
    p6 = strassen(a21 - a11, b11 + b12, least)
    p7 = strassen(a12 - a22, b21 + b22, least)
    return np.block([[p1 + p4 - p5 + p7, p3 + p5], [p2 + p4, p1 - p2 + p3 + p6]])


def winograd(a: Any, b: Any, least: int) -> Any:
    """Return a @ b by 7 products and 15 sums of halves, while the halves have at least `least` rows (Winograd 1971)."""
    halves = _halves(a, b, least)
    if halves is None:
        return a @ b
    a11, a12, a21, a22, b11, b12, b21, b22 = halves
    s1, t1 = a21 + a22, b12 - b11
    s2, t2 = s1 - a11, b22 - t1
    p1, p2 = winograd(a11, b11, least), winograd(a12, b21, least)
    p3, p4 = winograd(a12 - s2, b22, least), winograd(a22, t2 - b21, least)
    p5, p6 = winograd(s1, t1, least), winograd(s2, t2, least)
    p7 = winograd(a11 - a21, b22 - b12, least)
    u2 = p1 + p6
    u3 = u2 + p7
    return np.block([[p1 + p2, u2 + p5 + p3], [u3 - p4, u3 + p5]])


PRODUCTS: dict[str, Product] = {"naive": naive, "Strassen": strassen, "Winograd": winograd}
SUMS = {"Strassen": 18, "Winograd": 15}  # of halves, a step
FORMS = ("trace(ABC)", "sum r (AB)")


def form(name: str, product: Product, n: int, least: int) -> Callable[..., Any]:
    """Return a function of n x n matrices: the trace of A B C, or a bilinear form of A and B with random whole r."""
    if name == FORMS[0]:
        return lambda a, b, c: np.sum(product(a, b, least) * c.T)
    random = Random(n)
    r = np.array([[random.randint(2, 99) for _ in range(n)] for _ in range(n)])
    return lambda a, b: np.sum(product(a, b, least) * r)


def shapes(name: str, n: int) -> list[tuple[int, int]]:
    """Return the shapes of what a form takes."""
    return [(n, n)] * (3 if name == FORMS[0] else 2)


def product_gates(name: str, n: int, least: int, weights: tuple[int, int] = (1, 1)) -> int:
    """Return the gates of a product by its recurrence: `weights` of a product and of a sum of two entries."""
    product, total = weights
    if name == "naive" or n % 2 or n < 2 * least:
        return product * n**3 + total * (n**3 - n**2)
    return 7 * product_gates(name, n // 2, least, weights) + total * SUMS[name] * (n // 2) ** 2


def expected(n: int, name: str, least: int) -> tuple[int, int]:
    """Return L and T of trace(ABC) by the recurrences: with its gradient a product weighs 4 and a sum 2, as in (*)."""
    gates = product_gates(name, n, least) + 2 * n * n - 1
    return gates, product_gates(name, n, least, (4, 2)) + n * n - 1


def _halves(a: Any, b: Any, least: int) -> list[Any] | None:
    """Return the four quarters of each, or None where the recursion ends."""
    n = len(a)
    if n % 2 or n < 2 * least:
        return None
    half = slice(n // 2), slice(n // 2, n)
    return [each[rows, columns] for each in (a, b) for rows in half for columns in half]
