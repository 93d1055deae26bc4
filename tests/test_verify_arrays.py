"""Functions of arrays: the graph read means what NumPy itself computes, and has the gates counted by hand."""

from __future__ import annotations

import copy
import math
import operator
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from verify import FormulaError
from verify.function import read_function
from verify.graph import Graph, gate_count

Function = Callable[..., Any]
S = ()

MEANING: dict[str, Function] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "neg": operator.neg,
    "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le, "eq": operator.eq, "ne": operator.ne,
    "abs": abs, "max": max, "min": min, "select": lambda c, a, b: a if c else b, "floor": math.floor,
    "ceil": math.ceil, "trunc": math.trunc, "sign": lambda u: (u > 0) - (u < 0), "pow": operator.pow,
    "sigmoid": lambda u: 1 / (1 + math.exp(-u)), "softplus": lambda u: math.log1p(math.exp(u)),
}  # fmt: skip


def meaning(graph: Graph, point: list[Any]) -> Any:
    """Evaluate a graph by the meaning of its gates."""
    values: list[Any] = []
    for node, (op, args) in enumerate(zip(graph.ops, graph.args, strict=True)):
        if op == "const":
            known = graph.value[node]
            values.append(known if isinstance(known, Fraction) else getattr(math, known))
        else:
            f = MEANING.get(op) or getattr(math, op, None)
            values.append(point[node] if f is None else f(*[values[operand] for operand in args]))
    return values[graph.output]


def both(function: Function, shapes: Any, draw: Callable[[], Any]) -> tuple[Any, Any]:
    """Return what the graph of a function and what the function itself make of one point."""
    point = [draw() for shape in shapes for _ in range(math.prod(shape))]
    kind = float if isinstance(point[0], float) else object
    rest, arguments = iter(point), []
    for shape in shapes:
        own = np.array([next(rest) for _ in range(math.prod(shape))], dtype=kind)
        arguments.append(own.reshape(shape) if shape else own[0])
    return meaning(read_function(function, shapes), point), function(*arguments)


def accumulated(A: Any) -> Any:
    Z = np.zeros_like(A)
    Z[0] = A[1]
    Z += A
    Z[1, :2] *= A[0, 1:]
    np.add.at(Z, ([0, 0], [1, 1]), A[1, 0])
    np.multiply(A, 3, out=A)
    np.copyto(Z[1, 2:], A[0, 2:])
    np.einsum("ij->ij", A, out=A)
    return (Z * A).sum() + A.flat[2] - Z.T[1, 0]


# Rational functions, the gates of each as counted by hand; the oracle is NumPy on exact fractions.
EXACT: list[tuple[Function, Any, int]] = [
    (lambda A, B: (A @ B).sum(), ((2, 3), (3, 2)), 4 * 5 + 3),
    (lambda A, B: np.einsum("ij,kj->ik", A, B)[1, 0] - np.inner(A, B)[1, 0], ((2, 3), (2, 3)), 6),
    (lambda A, b: np.tensordot(A, b, 1)[0] * np.vdot(b, b) / A.dot(b)[1], ((2, 2), (2,)), 11),
    (lambda A: np.trace(A) + A.diagonal().prod() - A.T.reshape(-1)[1:3].sum(), ((3, 3),), 2 + 2 + 1 + 2),
    (lambda A: A.sum(axis=0).prod() / A.mean(axis=1, keepdims=True).sum(), ((2, 2),), 2 + 1 + 4 + 1 + 1),
    (lambda A: A.sum() + A.T.sum(), ((2, 2),), 3 + 3 + 1),
    (lambda A: (A + A[0] * A[:, :1])[1, 1] ** 5 - 2**3 * A[0, 0] ** -2, ((2, 2),), 2 + 3 + 4),
    (lambda A: A.var() + np.max(A) * np.min(A), ((3,),), 3 + 3 + 3 + 2 + 1 + 2 + 2 + 1 + 1),
    (lambda A: np.where((A > 1) & ~(A < -1) | (A == 0), A, A * A).sum(), ((2,),), 2 * 8 + 1),
    (lambda A: np.clip(A, -1, 1)[0] + np.fmax(A[1], 0) + abs(A[0]) + np.sign(A[1]), ((2,),), 8),
    (lambda A: np.fmin(A[0], A[1]) - np.clip(A, 2, 1).sum() + np.minimum(A[0], 3), ((2,),), 1 + 4 + 1 + 1 + 1 + 1),
    (
        lambda x: sum(np.where(c, 2**k, 0) for k, c in enumerate((x < x, x <= x, x > x, x >= x, x == x, x != x))),
        (S,),
        17,
    ),
    (lambda x: 5 - 3 / x, (S,), 2),
    (lambda x: np.floor(x) + np.ceil(x) * np.trunc(x) - math.floor(x / 2), (S,), 8),
    (lambda x, y: np.square(x) - np.reciprocal(y) + 0 * x + 1 * y + operator.neg(-x) - (-y) + x**0, (S, S), 8),
    (lambda *xs: np.stack(xs).max() - np.concatenate([np.array([xs[0]]), [xs[1], 1]]).sum(), (S, S), 4),
    (lambda A: sum(A.tolist()) + np.cumsum(A)[-1] + np.outer(A, A)[0, 1] + np.diff(A)[0], ((3,),), 2 + 1 + 2 + 2),
    (lambda A: np.where(np.all(A > 0), A[0], A[1]) + np.where(np.any(A > 0, axis=0), 1, 0), ((2,),), 7),
    (lambda A: np.vectorize(lambda u: u * u)(A).sum() + copy.deepcopy(A)[0], ((2,),), 4),
    (lambda x: Fraction(1, 3) * x + np.int64(2) * x + True * x + x * np.array(3), (S,), 6),
    (accumulated, ((2, 3),), 3 + 2 + 2 + 6 + 6 + 5 + 2),
]


@pytest.mark.parametrize(("function", "shapes", "gates"), EXACT)
def test_a_rational_function_is_read_exactly(function: Function, shapes: Any, gates: int) -> None:
    generator = random.Random(1)
    for _ in range(4):
        found, wanted = both(function, shapes, lambda: Fraction(generator.randint(-40, 40), 7) or Fraction(1))
        assert found == wanted
    assert gate_count(read_function(function, shapes)) == gates


REAL: list[tuple[Function, Any, int]] = [
    (lambda A: -np.log(np.exp(A - A.max()) / np.exp(A - A.max()).sum())[0], ((3,),), 2 + 3 + 3 + 2 + 3),
    (lambda A, x: np.linalg.norm(np.tanh(A @ A), axis=1)[0] + A.std() + np.hypot(x, A[0, 0]), ((2, 2), S), 12 + 17 + 3),
    (lambda A: np.exp(np.array([A[0], A[1]])).sum() + np.arctan2(np.asarray(A), A[::-1])[0], ((2,),), 5),
    (lambda x, y: x**2.5 + 2**x + x**y + np.float_power(x, 0.5) + np.exp2(y) + y**-0.5, (S, S), 15),
    (lambda x: np.log2(x) + np.log10(x) + np.radians(x) - np.degrees(x) + np.log1p(np.expm1(x)), (S,), 11),
    (lambda x: np.cbrt(x) + np.arcsin(x) * np.arccosh(1 + x) / np.sinh(x) + np.fmod(5, x), (S,), 13),
    (lambda x: np.copysign(x, -x) + np.float64(0.1) * x + np.array(0.5) + math.pi, (S,), 9),
]


@pytest.mark.parametrize(("function", "shapes", "gates"), REAL)
def test_a_function_with_transfers_is_read(function: Function, shapes: Any, gates: int) -> None:
    generator = random.Random(2)
    for _ in range(4):
        found, wanted = both(function, shapes, lambda: generator.uniform(0.2, 0.9))
        assert math.isclose(found, wanted, rel_tol=1e-12)
    assert gate_count(read_function(function, shapes)) == gates


def test_a_plain_float_is_the_decimal_it_prints_wherever_it_stands() -> None:
    def joined(A: Any) -> Any:
        Z = np.concatenate([A, [0.1], np.array([0.2])])
        return np.dot(Z, Z) + 2 * Z.dot(Z) + 4 * (Z @ Z) + 8 * np.einsum("i,i", Z, Z) - Z[1:].sum()

    assert meaning(read_function(joined, ((1,),)), [Fraction(2)]) == 15 * Fraction("4.05") - Fraction("0.3")


def test_a_narrow_float_is_what_numpy_computes_with() -> None:
    graph = read_function(lambda x: np.float32(0.3) * x, None, None)
    assert meaning(graph, [Fraction(1)]) == Fraction("0.30000001192092896")


@pytest.mark.parametrize("write", [np.copyto, lambda a, b: np.add.at(a, 0, b[0]), lambda a, b: np.dot(b, b[0], a)])
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_nothing_is_written_to_an_array_of_floats(write: Function, kind: type) -> None:
    def writes(A: Any) -> Any:
        floats: Any = np.zeros(2, dtype=kind)
        write(floats, A)
        return floats[0] * A[0]

    with pytest.raises(FormulaError):
        read_function(writes, ((2,),))
