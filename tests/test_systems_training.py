"""Training: gradients and products beside a hand-written backprop, every gate counted, curvature as in theory."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any, cast

import click
import numpy as np
import pytest

from benchmarks.systems.training import methods as training_methods
from benchmarks.systems.training.curvature import (
    EXACT,
    _pivots,
    descend,
    hessian,
    on_a_quadratic,
    positive_share,
)
from benchmarks.systems.training.methods import adam, adam_step, cg_step, newton, sgd, sgd_step
from benchmarks.systems.training.network import (
    PENALTY,
    Network,
    Objective,
    digits,
    gates,
    gradient_program,
    product_program,
    with_penalty,
    with_slope,
)
from benchmarks.systems.training.peers import farthest, ours, peers

NETWORK = Network(4, 3)
P = NETWORK.weights


def rows_of(count: int) -> Any:
    draw = np.random.default_rng(0)
    return np.column_stack([draw.uniform(0, 1, (count, 4)), np.eye(10)[draw.integers(10, size=count)]])


def backprop(network: Network, w: Any, rows: Any) -> Any:
    """Return the gradient of the sum of the rows' losses, by the textbook; w may be complex."""
    n, m = network.hidden, network.pixels
    W, b, V, c = np.split(w, np.cumsum([n * m, n, 10 * n]))
    W, V = W.reshape(n, m), V.reshape(10, n)
    total = np.zeros(len(w), w.dtype)
    for row in rows:
        x, y = row[:m], row[m:]
        h = np.tanh(W @ x + b)
        e = np.exp(V @ h + c)
        delta = e / e.sum() - y
        below = (1 - h * h) * (V.T @ delta)
        total += np.concatenate([np.outer(below, x).ravel(), below, np.outer(delta, h).ravel(), delta])
    return total


# The network and its objective


def test_the_network_has_its_weights_and_starts_without_biases() -> None:
    assert P == 3 * 4 + 3 + 10 * 3 + 10
    w = NETWORK.start(1)
    assert w.shape == (P,)
    assert not w[12:15].any()
    assert not w[-10:].any()
    assert NETWORK.logits(w, rows_of(5)[:, :4]).shape == (5, 10)


def test_gradient_and_product_are_those_of_a_hand_written_backprop() -> None:
    rows, w = rows_of(20), NETWORK.start(2)
    direction = np.random.default_rng(3).standard_normal(P)
    gradient, product = ours(NETWORK, w, rows, direction)
    along = backprop(NETWORK, w + 1e-100j * direction, rows)  # a complex step has no difference in it
    assert farthest(gradient, along.real) < 1e-14
    assert farthest(product, along.imag * 1e100) < 1e-13


def test_the_objective_is_the_mean_and_the_penalty() -> None:
    rows, w, d = rows_of(7), NETWORK.start(4), np.random.default_rng(5).standard_normal(P)
    objective = Objective(NETWORK, rows)
    value, slope = objective.gradient(w)
    logits, y = NETWORK.logits(w, rows[:, :4]), rows[:, 4:]
    losses = np.log(np.exp(logits).sum(axis=1)) - (y * logits).sum(axis=1)
    assert value == pytest.approx(losses.mean() + PENALTY / 2 * (w @ w), rel=1e-14)
    assert (value, value) == (objective.value(w), objective.watch(w))
    assert slope == pytest.approx(backprop(NETWORK, w, rows) / 7 + PENALTY * w, abs=1e-14)
    _, some = objective.gradient(w, np.array([1, 3]))
    assert some == pytest.approx(backprop(NETWORK, w, rows[[1, 3]]) / 2 + PENALTY * w, abs=1e-14)
    bent = backprop(NETWORK, w + 1e-100j * d, rows).imag * 1e100 / 7 + PENALTY * d
    assert objective.product(w, d) == pytest.approx(bent, abs=1e-13)


def test_every_gate_that_is_asked_for_is_counted() -> None:
    objective, w = Objective(NETWORK, rows_of(7)), NETWORK.start(6)
    gradient, product = gradient_program(NETWORK), product_program(NETWORK)
    assert gates(with_penalty, (), (P,), (), ()) == 2 * P + 3  # the mean; P products, P - 1 sums, times twice, plus
    assert gates(with_slope, (P,), (P,), (), ()) == 3 * P
    objective.watch(w)
    assert objective.spent == 0
    objective.value(w)
    spent = 7 * gradient.value_gates + 6 + 2 * P + 3
    assert objective.spent == spent
    objective.gradient(w)
    spent += 7 * gradient.total_gates + 6 * (1 + P) + 2 * P + 3 + 3 * P
    assert objective.spent == spent
    objective.gradient(w, slice(2))
    spent += 2 * gradient.total_gates + (1 + P) + 2 * P + 3 + 3 * P
    assert objective.spent == spent
    objective.product(w, w)
    assert objective.spent == spent + 7 * product.total_gates + 6 * P + 3 * P


def test_the_digits_are_all_there_and_small_images_are_means() -> None:
    pytest.importorskip("sklearn")
    large, small = digits(64), digits(16)
    assert (large.shape, small.shape) == ((1797, 74), (1797, 26))
    assert (large[:, 64:] == small[:, 16:]).all()
    assert (large[:, 64:].sum(axis=1) == 1).all()
    assert large[:, :64].max() == 1
    assert large[:, :64].mean(axis=1) == pytest.approx(small[:, :16].mean(axis=1))


def test_without_scikit_learn_the_data_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(click.ClickException, match="scikit-learn, whose digits are the data, is not installed"):
        digits(64)


# Methods


def test_the_steps_cost_what_they_say() -> None:
    assert gates(sgd_step) == 2
    assert gates(adam_step) == 3 + 4 + 7  # mean, mean of squares; two divisions, root, plus, times, over, minus
    assert gates(cg_step, (5,), (5,), (5,), (5,), ()) == 10 * 5


def test_adam_steps_as_its_paper_says() -> None:
    draw = np.random.default_rng(7)
    w = w_too = draw.standard_normal(4)
    m, v = np.zeros(4), np.zeros(4)
    for t in range(1, 5):
        slope = draw.standard_normal(4)
        w, m, v = adam_step(w, m, v, slope, 0.01, 1 - 0.9**t, 1 - 0.999**t)
        w_too = w_too - 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    assert w == pytest.approx(w_too)
    first, *_ = adam_step(0.0, 0.0, 0.0, -123.0, 0.01, 1 - 0.9, 1 - 0.999)
    assert first == pytest.approx(0.01)  # whatever the slope's size


def solved(H: Any, slope: Any) -> Any:
    """Return what conjugate gradients make of a given Hessian."""
    bent = SimpleNamespace(product=lambda w, direction: H @ direction, spent=0)
    return training_methods._conjugate_gradients(cast(Any, bent), 0 * slope, slope)


def test_conjugate_gradients_solve_where_the_hessian_curves_up_and_turn_back_where_it_does_not() -> None:
    draw = np.random.default_rng(8)
    A = draw.standard_normal((6, 6))
    slope = draw.standard_normal(6) * 1e-12  # so small that the tolerance, its root, is small as well
    assert solved(A @ A.T + np.eye(6), slope) == pytest.approx(-np.linalg.solve(A @ A.T + np.eye(6), slope), rel=1e-4)
    assert solved(-np.eye(6), slope).tolist() == (-slope).tolist()


def test_newton_ends_where_the_gradient_vanishes_below_what_the_others_reach() -> None:
    rows, start = rows_of(60), NETWORK.start(9)
    runs = [sgd(Objective(NETWORK, rows), start, 5), adam(Objective(NETWORK, rows), start, 5)]
    objective = Objective(NETWORK, rows)
    last = newton(objective, start)
    assert [run.steps for run in runs] == [10, 10]
    assert np.linalg.norm(objective.gradient(last.weights)[1]) <= training_methods.SETTLED
    for run in (*runs, last):
        spent, losses = zip(*run.course, strict=True)
        assert list(spent) == sorted(spent)
        assert losses[-1] < losses[0]
    assert last.course[-1][1] < min(run.course[-1][1] for run in runs)
    values = np.linalg.eigvalsh(hessian(objective, last.weights))
    assert values[0] > 0


def test_a_loss_is_reached_at_the_first_point_below_it() -> None:
    run = training_methods.Run("any", None, 2, [(0.0, 3.0), (10.0, 1.0), (20.0, 0.5)])
    assert [training_methods.reached(run, loss) for loss in (3.0, 1.5, 0.5, 0.1)] == [0.0, 10.0, 20.0, None]


# Others


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_a_library_gives_the_same_gradient_and_product(name: str) -> None:
    pytest.importorskip(name)
    rows, w = rows_of(50), NETWORK.start(10)
    direction = np.random.default_rng(11).standard_normal(P)
    gradient, product = ours(NETWORK, w, rows, direction)
    (peer,) = (each for each in peers(NETWORK, w, rows, direction) if each.name == name)
    assert farthest(gradient, peer.gradient) < 1e-12
    assert farthest(product, peer.product) < 1e-12


def test_a_library_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("torch", "jax"):
        monkeypatch.setitem(sys.modules, name, None)
    found = peers(NETWORK, NETWORK.start(0), rows_of(2), np.ones(P))
    assert [(each.name, each.version) for each in found] == [("torch", ""), ("jax", "")]


# Curvature


def test_the_worst_start_contracts_by_the_rate_and_no_start_by_less() -> None:
    random, worst = on_a_quadratic(50, 100)
    assert worst.rate == pytest.approx(49 / 51, rel=1e-9)
    assert worst.contraction == pytest.approx(49 / 51, rel=1e-9)
    assert random.bounded
    assert random.contraction < random.rate


def test_a_descent_that_is_too_slow_is_seen() -> None:
    slow = descend("half", lambda w: w / 2, np.zeros(2), np.ones(2), (1.0, 3.0), 10)  # the eigenvalues are not these
    assert slow.contraction == pytest.approx(3 / 4)
    assert not slow.bounded


def test_pivots_are_positive_where_eigenvalues_are() -> None:
    draw = np.random.default_rng(12)
    matrices = draw.standard_normal((3000, 3, 3))
    matrices += matrices.transpose(0, 2, 1).copy()
    assert ((_pivots(matrices) > 0).all(axis=1) == (np.linalg.eigvalsh(matrices) > 0).all(axis=1)).all()


def test_the_exact_shares_are_integrals_of_the_density_of_the_eigenvalues() -> None:
    nodes, weights = np.polynomial.legendre.leggauss(150)  # many: the density has kinks
    for size in (1, 2, 3):

        def integral(low: float, size: int = size) -> float:
            x, w = (nodes + 1) / 2 * (9 - low) + low, weights * (9 - low) / 2
            grids = np.meshgrid(*[x] * size, indexing="ij")
            density = np.exp(-sum(each**2 for each in grids) / 4)
            for one in range(size):
                for other in range(one):
                    density = density * np.abs(grids[one] - grids[other])
            for _ in range(size):
                density = density @ w
            return float(density)

        assert integral(0) / integral(-9) == pytest.approx(EXACT[size], rel=5e-3)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_share_of_positive_definite_is_that(size: int) -> None:
    share, expected = positive_share(size, 100_000), EXACT[size]
    assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / 100_000)
