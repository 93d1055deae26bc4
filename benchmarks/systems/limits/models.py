"""Linear regression, trained by compiled gradients: data, the models, and every gate that training one spends.

Loss of a row: (w . x - y)^2 / 2 with x ~ N(0, 1) in P features, of which the first 10 matter, each with weight 1, and
noise of variance 1. The error of a model is the root of its mean square error beyond the noise; for such features that
is |w - w*|, exactly. Sources: Thompson, Greenewald, Lee & Manso 2020, arXiv 2007.05558; Polyak 1964, Some methods of
speeding up the convergence of iteration methods; Beck & Teboulle 2009, A fast iterative shrinkage-thresholding
algorithm; O'Donoghue & Candes 2015, Adaptive
restart for accelerated gradient schemes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import log, sqrt
from typing import Any

import numpy as np

from circuit import trace
from compiler import GradientProgram, compile_gradient

RELEVANT = 10
TOLERANCE = 1e-3  # of the last step, relative to the weights: far below every error that is measured
MOST = 500  # gradients, for a model that does not settle


@dataclass(frozen=True, slots=True)
class Trained:
    """What training came to: the error, and what it spent."""

    error: float
    gradients: int
    gates: int


@dataclass(frozen=True, slots=True)
class Model:
    """Which columns of the data a model sees, and whether its weights are regularised."""

    name: str
    what: str
    columns: Callable[[int], Any]  # by the number of features
    regularised: bool = False


MODELS = (
    Model("oracle", "the 10 features that matter", lambda P: np.arange(RELEVANT)),
    Model("expert", "9 of them, and a wrong one", lambda P: np.array([*range(RELEVANT - 1), RELEVANT])),
    Model("flexible", "all features", np.arange),
    Model("regularised", "all features, LASSO", np.arange, True),
)


@cache
def program(count: int) -> GradientProgram:
    """Return the certified program of a row's loss in this many weights; its parameters are the row's x, then y."""
    found = compile_gradient(_loss, shapes=((count,), (count,), ()), wrt=(0,))
    if not found.certificate.accepted:
        raise RuntimeError(found.certificate.verdict)
    return found


def _loss(w: Any, x: Any, y: Any) -> Any:
    r = w @ x - y
    return r * r / 2


def data(features: int, rows: int, seed: int) -> tuple[Any, Any]:
    """Return x (rows, features) and y (rows,)."""
    draw = np.random.default_rng((seed, features, rows))
    x = draw.standard_normal((rows, features))
    return x, x[:, :RELEVANT].sum(axis=1) + draw.standard_normal(rows)


def train(model: Model, x: Any, y: Any) -> Trained:
    """Train a model on rows until its steps are small; count the gates of all gradients, their sums and the steps."""
    rows, features = x.shape
    columns = model.columns(features)
    taken = np.column_stack([x[:, columns], y])
    descend, step = (_shrink, shrink) if model.regularised else (_roll, roll)
    w, gradients = descend(program(len(columns)), taken)
    missed = np.zeros(features)
    missed[:RELEVANT] = 1
    missed[columns] -= w
    one = gradient_gates(len(columns), rows) + len(columns) * step_gates(step)
    return Trained(float(np.linalg.norm(missed)), gradients, gradients * one)


def gradient_gates(count: int, rows: int) -> int:
    """Return the gates of value and gradient over all rows: each row's program, and the sums of what they return."""
    return rows * program(count).total_gates + (rows - 1) * (count + 1)


@cache
def step_gates(step: Callable[..., Any]) -> int:
    """Return the gates that one step takes for one weight, counted in its circuit."""
    return trace(step, *[()] * step.__code__.co_argcount, several=True).gate_count


def _roll(program: GradientProgram, rows: Any) -> tuple[Any, int]:
    """Descend by the heavy ball, by what is known of the singular values; return w and the gradients taken."""
    features = rows.shape[1] - 1
    least, most = singular_values(*rows[:, :features].shape)
    rate, momentum = 4 / (most + least) ** 2, ((most - least) / (most + least)) ** 2
    w = moved = np.zeros(features)
    gradients = 0
    while gradients < MOST and not (gradients and _small(moved, w)):
        w, moved = roll(w, moved, program.sum(w, rows)[1], rate / len(rows), momentum)
        gradients += 1
    return w, gradients


def roll(w: Any, moved: Any, slope: Any, rate: Any, momentum: Any) -> tuple[Any, Any]:
    """Take a step of the heavy ball; return the weights, and how far they moved."""
    moved = momentum * moved - rate * slope
    return w + moved, moved


def _shrink(program: GradientProgram, rows: Any) -> tuple[Any, int]:
    """Descend by proximal gradients (FISTA, started again when it overshoots), weight of the norm sqrt(2 log P / n)."""
    count, features = len(rows), rows.shape[1] - 1
    rate = 1 / singular_values(count, features)[1] ** 2
    least = rate * sqrt(2 * log(features) / count)
    w = v = moved = np.zeros(features)
    speed, gradients = 1.0, 0
    while gradients < MOST and not (gradients and _small(moved, w)):
        before, slope = w, program.sum(v, rows)[1]
        speed, last = (1 + sqrt(1 + 4 * speed * speed)) / 2, speed
        w, ahead = shrink(v, before, slope, rate / count, least, (last - 1) / speed)
        moved = w - before
        if (v - w) @ moved > 0:
            speed, ahead = 1.0, w
        v = ahead
        gradients += 1
    return w, gradients


def shrink(v: Any, before: Any, slope: Any, rate: Any, least: Any, momentum: Any) -> tuple[Any, Any]:
    """Take a proximal step for the norm of LASSO; return the weights, and from where to step next."""
    z = v - rate * slope
    w = np.sign(z) * np.maximum(abs(z) - least, 0)
    return w, w + momentum * (w - before)


def singular_values(rows: int, features: int) -> tuple[float, float]:
    """Return where those of x / sqrt(rows) that are not 0 end: near the least, and above the largest.

    Source: Davidson & Szarek 2001, Local operator theory, random matrices and Banach spaces, theorem II.13.
    """
    root = sqrt(features / rows)
    return abs(1 - root), 1 + root + 3 / sqrt(rows)


def _small(moved: Any, w: Any) -> bool:
    return bool(np.linalg.norm(moved) <= TOLERANCE * np.linalg.norm(w))
