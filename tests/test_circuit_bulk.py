"""Arrays of node numbers: the circuits made entry by entry, made in bulk; no number of a node is ever a value."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import circuit.builder
from circuit import Circuit, arrays, trace
from circuit.condition import Node
from circuit.errors import InvalidArgument, ResourceLimit, TraceError

Function = Callable[..., Any]
N = 20
A = np.random.default_rng(0).normal(size=(N, N))
SOME = np.where(np.abs(A) > 1, A, 0.0)
SOME[0, :3] = 1.0, -1.0, 2.0


def into_objects(x: Any) -> Any:
    rows: Any = np.empty((2, N), dtype=object)
    rows[0], rows[1, ::2], rows[1, 1::2] = x, 3.0, x[1::2]
    return (rows @ x).sum() + (rows * x).sum()


def elimination(x: Any) -> Any:
    a = np.outer(x, x)[:8, :8] + 3 * np.eye(8)
    for k in range(8):
        a[k + 1 :] -= np.outer(a[k + 1 :, k] / a[k, k], a[k])
    return a.diagonal().prod()


def softmax(x: Any) -> Any:
    e = np.exp(np.outer(x, x) - np.outer(x, x).max(axis=1, keepdims=True))
    return -np.log((e / e.sum(axis=1, keepdims=True))[:, 0]).sum()


# functions of N values, which run in bulk
FUNCTIONS: dict[str, Function] = {
    "functions": lambda x: (np.exp(x) + np.tanh(x) * np.sqrt(x) - np.arctan2(x, x[::-1])).sum(),
    "composed functions": lambda x: (np.degrees(x) + np.log10(x) + np.copysign(x, -x) + np.clip(x, 0.1, 0.9)).sum(),
    "powers": lambda x: (x**3 + x**-2 + x**0.5 + x**1.5 + 2**x + np.power(np.e, x) + x ** x[::-1]).sum(),
    "powers of each": lambda x: (x ** np.arange(N)).sum(),
    "numbers that fold": lambda x: (x * 1 + x * 0 - x * -1 + (x - 0) / 1 + (0 - x) + (x + -2.5) + 1 / x).sum(),
    "arrays that fold": lambda x: (x * SOME + x - SOME + (SOME + x) + x / (SOME * SOME + 1)).sum(),
    "data of both signs": lambda x: ((x - A[0]) ** 2 + (A[1] + x) * (x + A[2]) - (A[3] - x)).sum(),
    "minus of minus": lambda x: ((-x) * 2 - np.negative(-x) + -(-x * -1)).prod(),
    "fixed among varying": lambda x: np.exp(np.concatenate([x, [0.0, 1.0, 2.5], -x, [1.0]])).sum(),
    "sums past what is fixed": lambda x: np.concatenate([[2.0, 3.0], x, [0.0, -1.5], x]).sum(),
    "products past what is fixed": lambda x: np.concatenate([[2.0, 1.0], x, [-1.0], x]).prod(),
    "fixed wires": lambda x: (np.ones_like(x) / 3 * x).sum() + np.sqrt(np.full_like(x, 2.0)) @ x + (np.pi * x).sum(),
    "products": lambda x: (A @ x) @ x + (x @ A[:, 0]) * (np.outer(x, x) @ x).sum(),
    "products that fold": lambda x: (SOME @ x).sum() + (np.concatenate([x, [1.0, 2.0, 0.0]]) ** 2).sum(),
    "stacks of matrices": lambda x: (
        (x.reshape(2, 2, 5) @ x.reshape(2, 5, 2)).sum() + (x.reshape(2, 2, 5) @ x[:5]).sum()
    ),
    "dot and inner": lambda x: np.dot(x.reshape(2, 2, 5), x.reshape(2, 5, 2)).sum() + np.inner(A, x).sum(),
    "einsum": lambda x: np.einsum("ij,kj->ik", np.outer(x, x), A).sum() + np.einsum("ij,j", A, x).sum(),
    "tensordot": lambda x: np.tensordot(np.outer(x, x), A, 2) + np.tensordot(A, x, 1).sum(),
    "norms": lambda x: np.linalg.norm(x) + np.linalg.norm(x.reshape(4, 5), axis=1).sum(),
    "sums of axes": lambda x: np.outer(x, x).sum(axis=0).prod() + (A * x).T.sum(axis=1, keepdims=True).prod(),
    "several axes": lambda x: (x * A).reshape(2, 10, N).sum(axis=(2, 0)).prod() + np.add.reduce(x * A, axis=None),
    "transposed": lambda x: np.sqrt(np.outer(x, x).T + np.outer(x, A[0] ** 2)).sum(),
    "mean var std": lambda x: (A * x).mean(axis=0).var() + (A * x).std(axis=1, ddof=1).sum(),
    "cumulative": lambda x: np.cumsum(x)[3:].sum() + np.cumprod(x.reshape(4, 5), axis=0).sum() + np.diff(x).sum(),
    "extremes": lambda x: np.maximum(x, x[::-1]).max() + (A * x).min(axis=0).sum() + np.fmin(x, 0.5).sum(),
    "choices": lambda x: np.where((x > 0.5) & (x < A[0]) | ~(x == 1), x, 2 * x).sum() + np.where(A > 0, x, 0).sum(),
    "all and any": lambda x: np.where(np.all(x > 0), x, -x).sum() + np.where(((A * x) > 1).any(axis=0), x, 1).sum(),
    "choice by number": lambda x: np.where(x > 0.5, x, 0).sum() + np.where(x[0] > 0.5, x, 1.0).sum(),
    "into objects": into_objects,
    "elimination": elimination,
    "softmax": softmax,
}


def entry_by_entry(function: Function, patch: pytest.MonkeyPatch) -> Circuit:
    """Trace as it is done where nothing is known in bulk."""

    def unknown(*args: Any) -> Any:
        return NotImplemented

    with patch.context() as changed:
        changed.setattr(arrays, "few_entries", lambda name, inputs: None)
        for name in ("ufunc_in_bulk", "function_in_bulk", "where"):
            changed.setattr(arrays, name, unknown)
        return trace(function, (N,))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_circuit_is_the_one_made_entry_by_entry(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found, wanted = trace(FUNCTIONS[name], (N,)), entry_by_entry(FUNCTIONS[name], monkeypatch)
    assert found.gate_count == wanted.gate_count
    assert sorted(map(str, found.constants)) == sorted(map(str, wanted.constants))
    point = dict(zip(found.inputs, np.linspace(0.2, 1.3, N).tolist(), strict=True))
    assert found.evaluate(point) == wanted.evaluate(point)  # to the last digit: sums go the same way


def network(w: Any, b: Any, v: Any, x: Any) -> Any:
    return ((v @ np.tanh(w @ np.tanh(w @ x + b) + b)) - 0.3) ** 2


def test_gates_are_born_in_the_order_of_entries() -> None:
    def neuron(weights: Any, signals: Any) -> Any:
        total = weights[0] * signals[0]
        for weight, signal in zip(weights[1:], signals[1:], strict=True):
            total = total + weight * signal
        return total

    def by_hand(w: Any, b: Any, v: Any, x: Any) -> Any:
        for _ in range(2):
            sums = [neuron(row, x) for row in w]
            shifted = [total + each for total, each in zip(sums, b, strict=True)]
            x = [np.tanh(each) for each in shifted]
        error = neuron(v, x) - 0.3
        return error * error

    shapes = ((9, 9), (9,), (9,), (9,))
    assert trace(network, *shapes) == trace(by_hand, *shapes)


def test_arrays_make_no_wire_for_each_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Node] = []
    monkeypatch.setattr(Node, "__init__", lambda node: made.append(node))
    traced = trace(network, (100, 100), (100,), (100,), (100,))
    assert traced.gate_count == 2 * 100 * (2 * 100 - 1) + 4 * 100 + 199 + 2
    assert len(made) < 50


# what reads memory, compares, or knows only numbers: refused, or a circuit of the entries
REFUSED: dict[str, Function] = {
    "astype": lambda x: x.astype(float).sum(),
    "asarray of floats": lambda x: np.asarray(x, dtype=float).sum(),
    "array of floats": lambda x: np.array([x, x], dtype=float).sum(),
    "stack of floats": lambda x: np.stack([x, x], dtype=float).sum(),
    "argsort": lambda x: x.argsort()[0],
    "argmax": lambda x: np.argmax(x) * x[0],
    "sort": lambda x: np.sort(x)[0],
    "sort in place": lambda x: x.sort(),
    "unique": lambda x: np.unique(x)[0],
    "median": lambda x: np.median(x),
    "interp": lambda x: np.interp(x, [0, 1], [0, 1]).sum(),
    "solve": lambda x: np.linalg.solve(np.eye(N), x).sum(),
    "searchsorted": lambda x: np.searchsorted(x, 0.5) * x[0],
    "bincount": lambda x: np.bincount(x).sum() + x[0],
    "fft": lambda x: np.fft.fft(x)[0],
    "memory": lambda x: memoryview(x)[0] * x[0],
    "interface": lambda x: x.__array_interface__["data"][0] * x[0],
    "index": lambda x: x[x[0]],
    "mask": lambda x: x[x > 0.5].sum(),
    "places": lambda x: np.take(np.arange(3.0), x).sum(),
    "repetitions": lambda x: np.repeat(x, x).sum(),
    "count": lambda x: np.count_nonzero(x) * x[0],
    "out": lambda x: np.take(x, [0, 1], out=np.zeros(2)).sum(),
    "out of a join": lambda x: np.concatenate([x, x], out=np.zeros(2 * N)).sum(),
    "out of a product": lambda x: np.dot(A, x, out=np.zeros(N)).sum(),
    "write to floats": lambda x: np.copyto(np.zeros(N), x),
    "write through asarray": lambda x: np.put(np.asarray(x), [0], 1.0),
    "float": lambda x: float(x[:1]) + x[0],
    "truth": lambda x: 1.0 if x else x[0],
    "key": lambda x: {x: 1}[x],
    "stored": lambda x: x.__reduce__(),
    "resized": lambda x: x.resize((N + 1,)),
    "comparison as a number": lambda x: ((x > 0.5) * x).sum(),
    "comparison among numbers": lambda x: (x.__setitem__(0, x[0] > 1), x.sum())[1],
    "number among comparisons": lambda x: (x > 1).__setitem__(0, x[0]),
    "comparisons compared": lambda x: np.where((x > 0) == (x > 1), x, 0).sum(),
    "shapes": lambda x: (x + x[:2]).sum(),
    "remainder": lambda x: (x % 2).sum(),
    "no gate": lambda x: np.logaddexp(x, x).sum(),
    "infinite": lambda x: (x + np.full(N, np.inf)).sum(),
    "complex": lambda x: (x + np.full(N, 1j)).sum(),
    "zero": lambda x: (x / np.zeros(N)).sum(),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.filterwarnings("ignore")  # NumPy's own, of numbers that are objects
def test_what_would_read_the_numbers_of_nodes_is_refused(name: str) -> None:
    with pytest.raises(TraceError) as caught:
        trace(REFUSED[name], (N,))
    assert "Wires" not in str(caught.value).splitlines()[0]


# every way to ask for entries gives their values
WAYS: dict[str, Function] = {
    "asarray": lambda x: np.asarray(x) @ np.asarray(x),
    "asanyarray": lambda x: (np.maximum(np.asanyarray(x), 0.5) ** 2).sum(),
    "array": lambda x: (np.array([x, 2 * x]) ** 2).sum(),
    "iteration": lambda x: sum(a * b for a, b in zip(x, reversed(x), strict=True)),
    "rows": lambda x: sum(row[0] * row.sum() for row in np.outer(x, x)),
    "lists": lambda x: sum(x.tolist()) + np.outer(x, x).tolist()[1][2] + x.item(3),
    "flat": lambda x: x.flat[1] + sum(np.outer(x, x).T.flat) + x.flat[2:5].sum(),
    "ndenumerate": lambda x: sum(place[0] * value for place, value in np.ndenumerate(x)),
    "nothing": lambda x: (x[:0] * 2).sum() + x[:0] @ x[:0] + x[0],
    "one place": lambda x: x[0, ...] * x[-1] + x[np.int64(2)],
    "triangles": lambda x: np.tril(np.outer(x, x)).sum() + np.diag(x).sum() + np.pad(x, 1).sum() + np.trace(A * x),
    "other functions": lambda x: np.kron(x, x).sum() + np.convolve(x, x)[3] + np.average(x) + np.roll(x, 3) @ x,
    "copies": lambda x: (x.copy() * __import__("copy").deepcopy(x)).sum(),
    "kind": lambda x: x.sum() if isinstance(x, np.ndarray) and x.dtype == object and len(x) == x.size else x[0],
    "object numbers": lambda x: (np.array([*x[1:], 1.5]) * x).sum(),
    "vectorize": lambda x: np.vectorize(lambda a: a * a)(x).sum(),
}


@pytest.mark.parametrize("name", WAYS)
def test_entries_are_what_they_are_for_numpy(name: str) -> None:
    traced, point = trace(WAYS[name], (N,)), np.linspace(0.2, 1.3, N)
    wanted = WAYS[name](point.copy() if name != "kind" else np.array(point, dtype=object))
    found = traced.evaluate(dict(zip(traced.inputs, point.tolist(), strict=True)))
    assert found == pytest.approx(float(wanted), rel=1e-13)


def written(x: Any) -> Any:
    first = x[1]
    view, y = x[1:], x * 1.0
    view[0] = 3.0
    y[2:5] = x[:3]
    y[[0, 7]] = [0.0, x[3]]
    y[y.shape[0] - 1] -= 1
    y.T[3] += 2
    y *= 2
    z = y.reshape(4, 5)
    z.T[1] = 7
    z.flat[3] = x[0]
    z[2].fill(0.5)
    np.fill_diagonal(z, 1.25)
    np.copyto(z[3, :2], x[:2])
    np.put(y, [6], 9.0)
    np.multiply(y, 3, out=y)
    x.shape = (5, 4)
    return y.sum() * x[0, 1] + first * x[0].sum() + z[1, 2]


def test_what_is_written_is_seen_through_every_view() -> None:
    traced, point = trace(written, (N,)), np.linspace(0.2, 1.3, N)
    found = traced.evaluate(dict(zip(traced.inputs, point.tolist(), strict=True)))
    assert found == pytest.approx(float(written(point.copy())), rel=1e-13)


def test_a_comparison_may_be_written_among_comparisons() -> None:
    def choice(x: Any) -> Any:
        chosen = x > 0.5
        chosen[0], chosen[1] = True, x[0] < 1
        return np.where(chosen, x, 0).sum()

    point = {f"x_{place}": 0.25 for place in range(4)}
    assert trace(choice, (4,)).evaluate(point) == 0.5


def test_a_value_of_another_trace_is_refused() -> None:
    kept: list[Any] = []

    def keeping(x: Any) -> Any:
        kept.append(x * 2)
        return x[0]

    trace(keeping, (N,))
    with pytest.raises(TraceError, match="foreign"):
        trace(lambda x: (kept[0] * x).sum(), (N,))


def test_an_array_beyond_the_budget_is_refused_before_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    for function in (lambda x: (x[:, None] * x).sum(), lambda x: (x[:, None] @ x[None]).sum()):
        with pytest.raises(ResourceLimit, match="gates"):
            trace(function, (10**5,))
    monkeypatch.setattr(circuit.builder, "MAX_NODES", 1000)
    with pytest.raises(ResourceLimit, match="gates"):
        trace(lambda x: np.exp(x).sum(), (600,))


def test_names_that_meet_are_refused() -> None:
    assert trace(lambda w, w_x, x_1: w[0] + w_x + x_1[0, 0], (2,), (), (1, 1)).inputs[-1] == "x_1_0_0"
    for function, shapes in (
        (lambda w, w_1: w[0] * w_1, ((2,), ())),
        (lambda w_1, w: w_1[0] * w[0, 0], ((2,), (2, 2))),
        (lambda xs_0, *xs: xs_0 * xs[0], ((), ())),
    ):
        with pytest.raises(InvalidArgument, match="two inputs are named"):
            trace(function, *shapes)
    assert trace(lambda w, w_2: w[0] * w_2, (2,), ()).gate_count == 1


def test_inputs_in_any_order_keep_their_names() -> None:
    traced = trace(lambda a, b, c: a @ a + b * c.sum(), (3,), (), (2,), wrt=(2, 0))
    assert traced.inputs == ("c_0", "c_1", "a_0", "a_1", "a_2", "b")
    values = dict(zip(traced.inputs, (1, 2, 3, 4, 5, 6), strict=True))
    assert traced.evaluate(values) == 9 + 16 + 25 + 6 * 3
    assert math.prod(trace(lambda x: x.sum(), (3, 0)).inputs or (1,)) == 1
