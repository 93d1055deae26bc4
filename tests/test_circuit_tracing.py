"""Tracing: what NumPy functions become, checked against NumPy on floats, and what is refused, with file and line."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import circuit.builder
from circuit import CircuitError, trace
from circuit.builder import FRESH, Builder
from circuit.errors import InvalidArgument, InvalidType, ResourceLimit, TraceError
from circuit.ops import as_fraction
from circuit.tracing import differentiated, entries
from circuit.wire import wire

Function = Callable[..., Any]
CLOSE = 1e-12  # relative: NumPy may sum in another order
A, B = np.array([[0.5, -1.0], [2.0, 0.25]]), np.array([1.0, -2.0])


def through_views(x: Any) -> Any:
    x = 1.0 * x
    x[0] = 1.0
    np.ravel(x)[1] = 7.0
    np.reshape(x, (2, 2))[1, 0] *= 2.0
    kept = np.transpose(x)
    x[3] = 0.5
    return (x**2).sum() + kept[3] * x[2]


def in_place(x: Any) -> Any:
    x = 1.0 * x
    x += 1.5
    x[0] = x[1] * 2
    x[1:] *= x[0]
    return x.sum()


def into_objects(x: Any) -> Any:
    y = np.zeros(3, dtype=object)
    y[0] = x[0]
    y[1:] = x[1:] * 2
    return (y * y).sum() + y[2]


def of_a_plain_array(x: Any) -> Any:
    y = np.array([x[0] * 2, x[1]])
    return (np.sin(y) + np.sqrt(y * y)).sum()


# name: function, shapes
ARRAYS: dict[str, tuple[Function, tuple[tuple[int, ...], ...]]] = {
    "scalars": (lambda x, y: x * y + x / y - x**3 + 2**y, ((), ())),
    "reflected": (lambda x: 1 - 2 / (3 * (4 + x)) + abs(-x), ((),)),
    "numpy scalars": (lambda x: np.float64(2.5) * x + np.int64(3) / x - np.float32(0.5), ((),)),
    "functions of a scalar": (lambda x: np.exp(x) + np.arctan2(x, 2) * np.hypot(1.5, x) + np.log1p(x), ((),)),
    "matmul": (lambda w, x: np.sum(np.tanh(w @ x) ** 2), ((3, 2), (2,))),
    "constant matmul": (lambda x: (A @ x) @ B + (x @ A).sum(), ((2,),)),
    "dot inner outer": (lambda x, y: np.dot(x, y) * np.inner(x, x) + np.outer(x, y).sum(), ((3,), (3,))),
    "einsum": (lambda w, x: np.einsum("ij,j->i", w, x).prod(), ((2, 3), (3,))),
    "tensordot and trace": (lambda w: np.trace(np.tensordot(w, w.T, axes=1)), ((3, 3),)),
    "sum of axes": (lambda w: (w.sum(axis=0) * w.sum(axis=1, keepdims=True)).sum() + np.sum(w, axis=(0, 1)), ((2, 2),)),
    "mean var std": (lambda x: np.mean(x) + np.var(x) + np.std(x), ((4,),)),
    "prod and cumsum": (lambda x: np.prod(x) + np.cumsum(x)[2] + np.cumprod(x)[-1], ((4,),)),
    "norm": (lambda x: np.linalg.norm(x) + np.linalg.norm(x - B), ((2,),)),
    "slices": (lambda w: (w[:, 0] * w[::-1, 1]).sum() + w[-1, -1] + w[..., 1].sum(), ((3, 2),)),
    "masks and lists": (lambda x: x[[0, 2]].sum() * x[np.array([False, True, False])][0], ((3,),)),
    "reshape and transpose": (
        lambda x: (x.reshape(2, 3).T @ B)[2] + x.ravel()[0] + np.swapaxes(x, 0, 1)[1, 0],
        ((3, 2),),
    ),
    "broadcast": (lambda w, x: (w + x * 2 - np.arange(3.0)).sum() + (x[:, None] * x).sum(), ((2, 3), (3,))),
    "stack and concatenate": (
        lambda x, y: np.stack([x * y, x + y]).prod() + np.concatenate([[x], [3.0]]).sum(),
        ((), ()),
    ),
    "extremes": (
        lambda x: np.maximum(x, 0.1).sum() + np.minimum(x[0], x[1]) + x.max() * np.min(x) + np.max(np.outer(x, x)),
        ((3,),),
    ),
    "clip": (lambda x: np.clip(x, -0.5, 0.5).sum() + np.fmax(x[0], 0), ((3,),)),
    "where": (lambda x: np.where(x > 0, x * x, -x).sum() + np.where((x[0] > 0) & ~(x[1] > x[2]), x[0], 2.0), ((3,),)),
    "where or": (lambda x: np.where((x > 0.5) | np.less(x, -0.5), np.exp(x), 1.0).sum(), ((3,),)),
    "flat functions": (lambda x: (np.sign(x) + np.floor(x * 3) + np.ceil(x) * np.trunc(2 * x)).sum(), ((3,),)),
    "lowered": (
        lambda x: np.log2(x * x + 1) + np.log10(x * x + 2) + np.exp2(x) + np.square(x) + np.reciprocal(x),
        ((),),
    ),
    "degrees": (lambda x: np.deg2rad(x) + np.degrees(x) + np.radians(x), ((),)),
    "power": (lambda x: np.power(x * x + 1, 1.5) + np.float_power(x * x, 2) + np.sqrt(x * x + 1) ** 0.5, ((),)),
    "in place": (in_place, ((3,),)),
    "through views": (through_views, ((4,),)),
    "numbers alone": (
        lambda x: (np.ones_like(x) / 3 + np.zeros_like(x)) @ x + np.sqrt(np.full_like(x, 2)).sum(),
        ((3,),),
    ),
    "float32": (lambda x: np.dot(np.array([0.1, 0.3], dtype=np.float32), x) + np.float32(0.7), ((2,),)),
    "joined conditions": (lambda x: np.where(True & (x > 0) | (x < -0.5), x, 1.0), ((),)),
    "into an array of objects": (into_objects, ((3,),)),
    "a plain array of objects": (of_a_plain_array, ((2,),)),
    "diff and polyval": (lambda x: (np.diff(x) ** 2).sum() + np.polyval(x, 0.5), ((4,),)),
    "python's sum": (lambda x: sum(x) + sum(each * each for each in x), ((4,),)),
    "fractions": (lambda x: x * Fraction(1, 3) + True, ((),)),
    "vectorize": (lambda x: np.vectorize(lambda a: a * a + 1)(x).sum(), ((3,),)),
    "entries that are numbers": (lambda x: (np.concatenate([x, [0.5, 0.25]])[2:] * x).sum() + x @ [1.0, 2.0], ((2,),)),
    "functions of arrays, of a scalar": (lambda x: np.clip(x, 0, 1) + np.max(x) * np.sum(x) + np.min(x), ((),)),
    "clip without an end": (lambda x: np.clip(x, None, 0.5).sum() + x.clip(min=0.1).sum(), ((3,),)),
    "math's floor": (lambda x: math.floor(x) + math.ceil(x) * math.trunc(x) + x, ((),)),
    "empty": (lambda x: x + np.sum(np.zeros(0)), ((),)),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_a_function_is_traced_to_what_numpy_computes(name: str) -> None:
    function, shapes = ARRAYS[name]
    traced = trace(function, *shapes)
    rng = np.random.default_rng(sum(map(ord, name)))
    for _ in range(5):
        values = [rng.uniform(0.2, 1.0, shape) * rng.choice([-1.0, 1.0], shape) for shape in shapes]
        if name in ("scalars", "functions of a scalar", "reflected"):
            values = [np.abs(each) for each in values]
        flat = [entry for each in values for entry in np.ravel(each).tolist()]
        plain = [float(each) if not shape else each.copy() for each, shape in zip(values, shapes, strict=True)]
        wanted = function(*plain)
        assert traced.evaluate(dict(zip(traced.inputs, flat, strict=True))) == pytest.approx(float(wanted), rel=CLOSE)


def test_inputs_are_named_after_parameters_and_places() -> None:
    traced = trace(lambda w, b, x: (w @ x).sum() + b, (2, 2), (), (2,), wrt=(2, 0))
    assert traced.inputs == ("x_0", "x_1", "w_0_0", "w_0_1", "w_1_0", "w_1_1", "b")
    assert traced.parameters == ("b",)
    assert trace(lambda *xs: sum(xs), (), ()).inputs == ("xs_0", "xs_1")
    assert trace(lambda x, y=2.0: x * y).inputs == ("x",)
    assert trace(lambda x, y=2.0: x * y, (), ()).inputs == ("x", "y")
    assert entries("W", (2, 0)) == []
    assert entries("W", (1, 2, 1)) == ["W_0_0_0", "W_0_1_0"]


def test_zero_plus_x_costs_nothing_and_equal_gates_are_one() -> None:
    assert trace(lambda x, y: sum([x, y])).gate_count == 1
    assert trace(lambda x, y: (x * y) + (y * x)).gate_count == 2
    assert trace(lambda x: x * 1.0 + 0).gate_count == 0


def test_every_float_means_the_decimal_it_prints() -> None:
    draw = random.Random(1)
    floats = [draw.uniform(-10, 10) * 10.0 ** draw.randint(-300, 300) for _ in range(2000)]
    edges = [1e16, 1e15, 9999999999999998.0, 1e-4, 9.999e-5, 1e22, 5e-324, 1.7976931348623157e308, -0.0, 3.0]
    assert all(as_fraction(each) == Fraction(Decimal(repr(each))) for each in floats + edges)


def test_gates_are_read_and_built_wherever_they_stand() -> None:
    """The last nodes wait in a list before they go onto the tape: a gate reads those on either side of that."""
    builder = Builder()
    x = wire(builder, builder.input("x"))
    powers = [x]
    for _ in range(2 * FRESH):
        powers.append(powers[-1] * x + powers[len(powers) // 2])
    middle = powers[FRESH]
    assert builder.operands(middle.node) == (middle.node - 1, powers[FRESH // 2].node)
    assert builder.operands(powers[-1].node) == (powers[-1].node - 1, powers[FRESH].node)
    circuit = builder.build([powers[-1].node], [x.node])
    assert circuit.gate_count == 4 * FRESH
    assert [circuit.evaluate(x=3, modulus=101), circuit.evaluate(x=1, modulus=2)] == [_value(3, 101), _value(1, 2)]


def _value(x: int, modulus: int) -> int:
    powers = [x]
    for _ in range(2 * FRESH):
        powers.append((powers[-1] * x + powers[len(powers) // 2]) % modulus)
    return powers[-1]


def test_a_float_means_the_decimal_it_prints() -> None:
    assert trace(lambda x: 0.1 * x).constants == (Fraction(1, 10),)
    narrow = Fraction("0.10000000149011612")  # what float32(0.1) is
    assert trace(lambda x: np.float32(0.1) * x).constants == (narrow,)
    assert trace(lambda x: (x * np.array([0.1], dtype=np.float32))[0], (1,)).constants == (narrow,)


@pytest.mark.parametrize("wrt", [3, -4, (0, 0), (0, 3), ("x",), True])
def test_positions_that_are_none_are_refused(wrt: Any) -> None:
    with pytest.raises(InvalidArgument, match="wrt"):
        differentiated(3, wrt)


@pytest.mark.parametrize("shape", [(2, -1), "ab", (2.5,), None])
def test_what_is_no_shape_is_refused(shape: Any) -> None:
    with pytest.raises(InvalidArgument, match="shape"):
        trace(lambda x: x, shape)


def branch(x: Any) -> Any:
    if x > 0:
        return x
    return -x


def into_floats(x: Any) -> Any:
    y = np.zeros(3)
    y[0] = x
    return y.sum()


def onto_floats(x: Any) -> Any:
    y = np.ones(3)
    y += x
    return y.sum()


def lost(x: Any) -> Any:
    x * x
    return 3.0


def caught(x: Any) -> Any:
    try:
        largest = max(x)
    except ValueError:
        largest = 0.0
    return (x - largest).sum()


def leaving(x: Any) -> Any:
    raise SystemExit(0)


# function, shapes, what the message holds
REFUSED: list[tuple[Function, Sequence[tuple[int, ...]], list[str]]] = [
    (branch, (), ["line", "if x > 0", "np.where", "comparison"]),
    (lambda x: 1.0 if x else 0.0, (), ["branch"]),
    (lambda x: max(x, 0), (), ["comparison", "np.maximum"]),
    (lambda x: float(x) + 1, (), ["float(x)"]),
    (lambda x: math.exp(x), (), ["math.exp", "np.exp"]),
    (lambda x: int(x) + x, (), ["plain integers"]),
    (lambda x: [1, 2][x], (), ["plain integers"]),
    (into_floats, (), ["in place", "dtype=object", "y[0] = x"]),
    (onto_floats, ((3,),), ["in place", "dtype=object"]),
    (lost, (), ["constant 3.0", "line"]),
    (caught, ((3,),), ["caught a refusal", "comparison"]),
    (leaving, (), ["SystemExit"]),
    (lambda x, y: np.where((x > 0) == (y > 0), x, y), (), ["two comparisons"]),
    (lambda x: [x, x], (), ["a list", "one number"]),
    (lambda x: x * 2, ((3,),), ["shape (3,)", "one number"]),
    (lambda x: (x > 0) * x, (), ["comparison (>)", "np.where"]),
    (lambda x: np.sort(x)[0], ((3,),), ["comparison"]),
    (lambda x: np.logaddexp(x, 0), (), ["np.logaddexp", "no gate"]),
    (lambda x: np.rint(x), (), ["np.rint", "no gate"]),
    (lambda x: np.exp(x, where=np.array([True, False])).sum(), ((2,),), ["where="]),
    (lambda x: np.linalg.det(x), ((2, 2),), ["UFuncTypeError"]),
    (lambda x: x % 2, (), ["%"]),
    (lambda x: 1 / 0 + x, (), ["ZeroDivisionError"]),
    (lambda x: x / 0, (), ["zero"]),
    (lambda x: x + "pi", (), ["line", "'pi'"]),
    (lambda x: np.exp(np.array([x, 1.0])).sum(), (), ["plain array", "np.stack"]),
    (lambda x: np.maximum(np.array([x, x]), 0).sum(), (), ["comparison", "np.stack"]),
    (lambda x: np.allclose(x, 0), ((2,),), ["allclose"]),
    (lambda x: "text", (), ["one real number"]),
    (lambda x: math.inf, (), ["one real number"]),
    (lambda x, *, y: x, (), ["keyword y"]),
    (lambda x: x, ((), ()), ["wrong number of arguments"]),
    (lambda x, y: x, ((),), ["wrong number of arguments"]),
]


@pytest.mark.parametrize(("function", "shapes", "words"), REFUSED, ids=[" ".join(row[2])[:30] for row in REFUSED])
def test_what_no_circuit_can_do_is_refused(function: Function, shapes: Sequence[Any], words: list[str]) -> None:
    with pytest.raises(TraceError) as caught:
        trace(function, *shapes)
    for word in words:
        assert word in str(caught.value)
    assert len(str(caught.value)) < 600


def test_a_refusal_shows_the_place() -> None:
    with pytest.raises(TraceError) as caught:
        trace(branch)
    head, line, caret = str(caught.value).split("\n")
    assert head.startswith(f"test_circuit_tracing.py, line {branch.__code__.co_firstlineno + 1}: ")
    assert line == "    if x > 0:"
    assert caret == "       ^^^^^"


def test_two_inputs_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidArgument, match="w_0"):
        trace(lambda w, w_0: w[0] * w_0, (2,), ())


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(InvalidType, match="function"):
        trace("x*y")  # type: ignore[arg-type]
    with pytest.raises(CircuitError, match="lambda"):
        trace(math.hypot)


def test_a_runaway_meets_the_budget_of_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit.builder, "MAX_NODES", 10_000)

    def runaway(x: Any) -> Any:
        while True:
            x = x * 1.5

    with pytest.raises(ResourceLimit, match="gates"):
        trace(runaway)


def test_a_deep_chain_is_no_recursion() -> None:
    def chain(x: Any) -> Any:
        w = x
        for _ in range(50_000):
            w = w * w + x
        return w

    traced = trace(chain)
    assert traced.gate_count == 100_000
    assert traced.depth == 100_000


def test_random_programs_over_arrays_agree_with_numpy() -> None:
    rng = random.Random(5)
    unary = [np.sin, np.exp, np.tanh, np.square, np.negative, np.abs, lambda x: x.T, lambda x: x[::-1]]
    binary = [np.add, np.subtract, np.multiply, np.maximum, np.minimum, np.matmul, lambda x, y: np.where(x > y, x, y)]
    for _ in range(100):
        steps = [(rng.choice(unary), rng.choice(binary), rng.random() < 0.5) for _ in range(4)]

        def function(x: Any, y: Any, steps: list[tuple[Any, Any, bool]] = steps) -> Any:
            for one, two, swapped in steps:
                x, y = two(one(x) / 3, y) / 4, (x if swapped else y)
            return (x * y).sum()

        point = np.array([rng.uniform(-1, 1) for _ in range(8)])
        wanted = function(point[:4].reshape(2, 2), point[4:].reshape(2, 2))
        traced = trace(function, (2, 2), (2, 2))
        found = traced.evaluate(dict(zip(traced.inputs, point.tolist(), strict=True)))
        assert found == pytest.approx(float(wanted), rel=1e-9, abs=1e-12)


def test_more_inputs_than_gates_may_be_is_a_limit() -> None:
    with pytest.raises(ResourceLimit, match="inputs"):
        trace(lambda x: x, (10**20,))
