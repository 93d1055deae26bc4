"""Limits: what is trained is what theory says, every gate is counted, and a power law is found where there is one."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.systems.limits.fit import Series, fit
from benchmarks.systems.limits.models import (
    MODELS,
    RELEVANT,
    Trained,
    data,
    gradient_gates,
    program,
    roll,
    shrink,
    singular_values,
    step_gates,
    train,
)

MODEL = {each.name: each for each in MODELS}


def test_the_gradient_of_whole_numbers_is_that_of_the_matrix_product() -> None:
    draw = np.random.default_rng(1)
    x, y, w = draw.integers(-9, 9, (7, 5)), draw.integers(-9, 9, 7), draw.integers(-9, 9, 5)
    value, slope = program(5).sum(w, np.column_stack([x, y]))
    missed = x @ w - y
    assert value == missed @ missed / 2
    assert slope.tolist() == (x.T @ missed).tolist()


def test_every_gate_is_counted() -> None:
    # a row: 10 products, 9 sums, y, a square, a half; then 10 products; of 100 rows, 99 sums of 11 numbers
    assert program(10).total_gates == 10 + 9 + 1 + 1 + 1 + 10
    assert gradient_gates(10, 100) == 100 * 32 + 99 * 11
    assert step_gates(roll) == 4  # two products, a difference, a sum
    assert step_gates(shrink) == 2 + 5 + 3  # to z; sign, abs, minus, maximum, times; the momentum


def test_the_gates_of_training_are_those_of_its_gradients() -> None:
    found = train(MODEL["oracle"], *data(30, 100, 0))
    assert found.gates == found.gradients * (gradient_gates(RELEVANT, 100) + 4 * RELEVANT)


@pytest.mark.parametrize("rows", [40, 200])
def test_the_flexible_model_is_the_least_squares_solution_of_least_norm(rows: int) -> None:
    x, y = data(90, rows, 3)
    truth = np.zeros(90)
    truth[:RELEVANT] = 1
    best = np.linalg.norm(np.linalg.pinv(x) @ y - truth)
    assert train(MODEL["flexible"], x, y).error == pytest.approx(best, rel=0.01)


@pytest.mark.parametrize(("name", "wrong"), [("oracle", []), ("expert", [9])])
def test_oracle_and_expert_see_ten_columns(name: str, wrong: list[int]) -> None:
    x, y = data(40, 150, 4)
    columns = [each for each in range(RELEVANT) if each not in wrong] + [10] * len(wrong)
    w = np.zeros(40)
    w[columns] = np.linalg.lstsq(x[:, columns], y, rcond=None)[0]
    w[:RELEVANT] -= 1
    assert train(MODEL[name], x, y).error == pytest.approx(np.linalg.norm(w), rel=0.01)


def test_the_regularised_model_is_that_of_coordinate_descent() -> None:
    rows, features = 120, 60
    x, y = data(features, rows, 5)
    least = np.sqrt(2 * np.log(features) / rows)
    w = np.zeros(features)
    for _ in range(200):
        for j in range(features):
            w[j] = 0
            slope = x[:, j] @ (y - x @ w) / rows
            w[j] = np.sign(slope) * max(abs(slope) - least, 0) / (x[:, j] @ x[:, j] / rows)
    w[:RELEVANT] -= 1
    assert train(MODEL["regularised"], x, y).error == pytest.approx(np.linalg.norm(w), rel=0.01)


@pytest.mark.parametrize(("rows", "features"), [(50, 10), (300, 200), (100, 300)])
def test_no_singular_value_is_above_the_bound(rows: int, features: int) -> None:
    for seed in range(20):
        x = np.random.default_rng(seed).standard_normal((rows, features)) / np.sqrt(rows)
        assert np.linalg.norm(x, 2) < singular_values(rows, features)[1]


def series(errors: list[list[float]], k: float) -> Series:
    trained = [[Trained(each, 2, round(1e9 * each**-k)) for each in some] for some in errors]
    return Series("law", [10**place for place in range(1, len(errors) + 1)], trained)


def test_a_power_law_is_found_with_its_exponent() -> None:
    law = fit(series([[0.9] * 3, [0.5] * 3, [0.1] * 3], 3))
    assert law is not None
    assert law.k == pytest.approx((3, 3, 3))
    assert law.at(0.01) == pytest.approx((1e15,) * 3)
    one = fit(series([[0.9] * 3, [0.5] * 3, [0.1] * 3], 3), each_gradient=True)
    assert one is not None
    assert one.at(0.01) == pytest.approx((5e14,) * 3)


def test_seeds_that_differ_leave_an_interval() -> None:
    law = fit(series([[0.8, 1.1, 0.9], [0.2, 0.4, 0.3], [0.08, 0.1, 0.13]], 2))
    assert law is not None
    middle, low, high = law.k
    assert low < middle < high
    assert high - low > 0.01


def test_one_size_has_no_law_and_sizes_count_from_where_the_error_stays_below() -> None:
    up_and_down = series([[0.5], [2.0], [0.4], [0.3]], 1)
    assert up_and_down.below(1).sizes == [1000, 10000]
    assert up_and_down.until(1000).sizes == [10, 100]
    assert fit(up_and_down.below(0.35)) is None
    assert up_and_down.below(0.1).sizes == []
