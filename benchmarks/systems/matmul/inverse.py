"""The gradient of a determinant is its adjugate transposed, that of log det the inverse transposed, beside elimination.

Determinants are by elimination without a search for pivots, 2/3 n^3 gates; an inverse by elimination is Gauss and
Jordan's in place, of n^3 products and quotients exactly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import numpy as np

from benchmarks.families import eliminate, laplace
from benchmarks.systems.pricing import Priced, certified
from benchmarks.systems.section import Cell, Compared, Table
from circuit import Builder, Circuit, trace
from circuit.arrays import argument
from circuit.evaluate import evaluate
from compiler import gradient

CHECKED = 5  # rows of the matrices that are inverted exactly
Matrix = list[list[Any]]


def inverse_by_elimination(n: int) -> Circuit:
    """Return the circuit of the n * n entries of an inverse, by Gauss and Jordan in place."""
    builder = Builder()
    builder.inputs([f"a_{place}" for place in range(n * n)])
    entries = argument(builder, 0, (n, n))
    a: Matrix = [[entries[i, j] for j in range(n)] for i in range(n)]
    for k in range(n):
        inverted = 1 / a[k][k]
        row, column = list(a[k]), [a[i][k] * inverted for i in range(n)]
        others = [i for i in range(n) if i != k]
        for i, j in product(others, others):
            a[i][j] = a[i][j] - column[i] * row[j]
        for i in others:
            a[k][i], a[i][k] = row[i] * inverted, -column[i]
        a[k][k] = inverted
    return builder.build([each.node for row in a for each in row], range(n * n))


def log_det(n: int, x: Any) -> Any:
    """Return the logarithm of a determinant by elimination."""
    return np.log(eliminate(n, x))


def determinants(sizes: Sequence[int]) -> dict[int, tuple[Priced, Priced]]:
    """Return the certified prices of det and of log det with their gradients, by number of rows."""
    found = {}
    for n in sizes:
        det, log = (
            certified(lambda x, n=n, each=each: each(n, x), "plain", shapes=[(n * n,)]) for each in (eliminate, log_det)
        )
        found[n] = det, log
    return found


def table(found: dict[int, tuple[Priced, Priced]]) -> Table:
    """Return a row for each size: gates, and those of them that multiply or divide two entries, beside n^3."""
    rows: list[tuple[Cell, ...]] = []
    for n, (det, log) in found.items():
        circuit = inverse_by_elimination(n)
        gates = [circuit.gate_count, nonscalar(circuit)]
        products = [det.price.nonscalar_value, det.price.nonscalar_total, log.price.nonscalar_total, gates[1], n**3]
        rows.append(
            (n, det.value_gates, det.total_gates, round(det.ratio, 3), log.total_gates, gates[0], *products, det.proved)
        )
    names = ("det", "det, adjugate", "T / L", "log det, inverse", "inverse by elimination")
    counted = ("products of det", "of adjugate", "of inverse", "by elimination", "n^3")
    return Table(
        "Determinant of n x n entries and its gradient (plain)", ("n", *names, *counted, "proved"), tuple(rows)
    )


def compare(found: dict[int, tuple[Priced, Priced]]) -> tuple[Compared, ...]:
    """Return the documents' figures of determinant and inverse beside ours."""
    largest = max(found)
    det, log = found[largest]
    ratio = max(pair[0].ratio for pair in found.values())
    circuit = inverse_by_elimination(largest)
    extra = log.price.nonscalar_total - largest**3
    cheaper = log.total_gates <= circuit.gate_count
    reason = "a determinant's sweep also returns the determinant, and forms 1 / det"
    return (
        *_compared_exactly(),
        Compared("det with its adjugate, gates over those of det, at most", "<= 4", f"{ratio:.3f}", ratio <= 4),
        Compared(
            f"inverse as gradient of log det, gates at n = {largest}, beside elimination",
            f"<= {circuit.gate_count:,} (elimination)", f"{log.total_gates:,}", cheaper, "" if cheaper else reason,
        ),
        Compared(
            f"products and quotients of an inverse by elimination, n = {largest}",
            f"about n^3 = {largest**3:,}", f"{nonscalar(circuit):,}", nonscalar(circuit) == largest**3,
        ),
        Compared(
            f"products and quotients of an inverse as gradient of log det, n = {largest}",
            f"about n^3 = {largest**3:,}", f"{log.price.nonscalar_total:,} = n^3 + {extra}", extra <= 2 * largest,
        ),
        Compared(
            f"nonscalar gates of det with its adjugate, n = {largest}",
            f"<= 3 * {det.price.nonscalar_value:,}", f"{det.price.nonscalar_total:,}",
            det.price.nonscalar_total <= 3 * det.price.nonscalar_value,
        ),
    )  # fmt: skip


def _compared_exactly() -> list[Compared]:
    entries, laws = CHECKED**2, (
        f"gradient of det = adjugate transposed, entries at n = {CHECKED}, Fractions, against minors",
        f"gradient / det = inverse transposed, entries at n = {CHECKED}, Fractions, times A is 1",
        f"gradient of log det = inverse transposed, entries at n = {CHECKED}, Fractions, times A is 1",
    )  # fmt: skip
    found = zip(laws, exact_entries(CHECKED), strict=True)
    return [Compared(law, f"{entries}", f"{right}", right == entries) for law, right in found]


def nonscalar(circuit: Circuit) -> int:
    """Return the products of two entries and quotients by an entry, in a circuit without constants but 1."""
    names = Counter(circuit.name_of(node) for node in range(len(circuit)))
    return names["mul"] + names["div"]


def exact_entries(n: int) -> tuple[int, int, int]:
    """Return how many entries are right: adjugate by minors, inverse by det, inverse by log det. Fractions throughout.

    An inverse is right where its product with the matrix is the unit matrix.
    """
    random = Random(n)
    a = [[Fraction(random.randint(-9, 9), random.randint(1, 9)) for _ in range(n)] for _ in range(n)]
    value, *partials = _at(gradient(trace(lambda x: eliminate(n, x), (n * n,))), a)
    _, *logs = _at(gradient(trace(lambda x: log_det(n, x), (n * n,))), a)
    cofactors = [_cofactor(a, i, j) for i in range(n) for j in range(n)]
    adjugate = sum(found == minor for found, minor in zip(partials, cofactors, strict=True))
    return adjugate, _units(a, [each / value for each in partials]), _units(a, logs)


def _at(circuit: Circuit, a: Matrix) -> tuple[Any, ...]:
    """Return the outputs of a circuit of a matrix; the logarithm, which no derivative reads, is left out."""
    point = dict(zip(circuit.inputs, (each for row in a for each in row), strict=True))
    return evaluate(circuit, point, functions=EXACT, constant=lambda value: Fraction(value))


EXACT: dict[str, Callable[..., Any]] = {
    "log": lambda x: None,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
}


def _cofactor(a: Matrix, i: int, j: int) -> Any:
    minor = [entry for row in (a[:i] + a[i + 1 :]) for entry in (row[:j] + row[j + 1 :])]
    return (-1) ** (i + j) * laplace(len(a) - 1, minor)


def _units(a: Matrix, transposed: Sequence[Any]) -> int:
    """Count the entries of A times the inverse that are those of the unit matrix."""
    n = len(a)
    inverse = [[transposed[j * n + i] for j in range(n)] for i in range(n)]
    return sum(sum(a[i][k] * inverse[k][j] for k in range(n)) == int(i == j) for i in range(n) for j in range(n))
