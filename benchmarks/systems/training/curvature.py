"""What curvature says of training: condition numbers, how gradient descent contracts, how rare positive definite is.

Sources: Nesterov 2004, Introductory Lectures on Convex Optimization, theorem 2.1.15 (with the step 2 / (most + least),
|e_t| <= ((kappa - 1) / (kappa + 1))^t |e_0|); Dean & Majumdar 2006, Large deviations of extreme eigenvalues of random
matrices, Phys. Rev. Lett. 97, 160201 (a matrix of the Gaussian orthogonal ensemble is positive definite with a
probability of about 3^(-P^2/4)).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import pi, sqrt
from typing import Any

import numpy as np

from benchmarks.systems.training.network import Objective
from compiler import GradientProgram, compile_gradient

SIDE = 12  # variables of the quadratics
NEAR = 1e-6  # how far from the optimum the network starts, so near that it is a quadratic
EXACT = {
    1: 1 / 2,
    2: (2 - sqrt(2)) / 4,
    3: 1 / 4 - 1 / (sqrt(2) * pi),
}  # share of positive definite, by P: integrals of the eigenvalues' density
AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class Descent:
    """Gradient descent near a minimum: |w_t - w*| / |w_0 - w*|, a number a step from the 0th on, and kappa."""

    name: str
    kappa: float
    distances: list[float]

    @property
    def rate(self) -> float:
        """(kappa - 1) / (kappa + 1)."""
        return (self.kappa - 1) / (self.kappa + 1)

    @property
    def contraction(self) -> float:
        """What a step makes of the distance, on the average."""
        return float(self.distances[-1] ** (1 / (len(self.distances) - 1)))

    @property
    def bounded(self) -> bool:
        """Whether no distance is above rate**t, but for rounding."""
        return all(each <= self.rate**t * (1 + 1e-9) for t, each in enumerate(self.distances))


def hessian(objective: Objective, w: Any) -> Any:
    """Return the Hessian (P, P), a column a product with a unit vector."""
    return np.column_stack([objective.product(w, unit) for unit in np.eye(len(w))])


def descend(
    name: str, slope: Callable[[Any], Any], best: Any, start: Any, ends: tuple[float, float], t: int
) -> Descent:
    """Step t times by 2 / (most + least) times the slope; ends: the least and the largest eigenvalue."""
    least, most = ends
    w, first, distances = start, np.linalg.norm(start - best), [1.0]
    for _ in range(t):
        w = w - 2 / (most + least) * slope(w)
        distances.append(float(np.linalg.norm(w - best) / first))
    return Descent(name, most / least, distances)


def on_a_quadratic(kappa: float, steps: int) -> list[Descent]:
    """Descend on x.A x / 2 with eigenvalues from 1 to kappa, from a start at random and from the worst."""
    draw = np.random.default_rng(int(kappa))
    turned, _ = np.linalg.qr(draw.standard_normal((SIDE, SIDE)))
    A = turned * np.geomspace(1, kappa, SIDE) @ turned.T
    A = (A + A.T) / 2
    ends = np.linalg.eigvalsh(A)[[0, -1]].tolist()
    program, best = quadratic(), np.zeros(SIDE)
    starts = {"at random": draw.standard_normal(SIDE), "the worst": turned[:, 0] + turned[:, -1]}
    return [
        descend(f"quadratic, start {name}", lambda x: program.scipy(x, A)[1], best, start, ends, steps)
        for name, start in starts.items()
    ]


@cache
def quadratic() -> GradientProgram:
    """Return the program of x.A x / 2; its parameters are the entries of A."""
    return compile_gradient(_quadratic, shapes=((SIDE,), (SIDE, SIDE)), wrt=(0,))


def _quadratic(x: Any, A: Any) -> Any:
    return x @ (A @ x) / 2


def near_the_optimum(objective: Objective, best: Any, bends: Any, steps: int) -> Descent:
    """Descend on the network's loss by its own gradients, from the worst start close to the optimum."""
    values, vectors = np.linalg.eigh(bends)
    start = best + NEAR * (vectors[:, 0] + vectors[:, -1])
    ends = float(values[0]), float(values[-1])
    return descend("network, start the worst", lambda w: objective.gradient(w)[1], best, start, ends, steps)


def positive_share(P: int, draws: int) -> float:
    """Return the share of positive definite among random symmetric (P, P): variance 2 on the diagonal, 1 beside it."""
    draw, positive = np.random.default_rng(P), 0
    for start in range(0, draws, AT_ONCE):
        half = draw.standard_normal((min(AT_ONCE, draws - start), P, P))
        pivots = _pivots((half + half.transpose(0, 2, 1)) / sqrt(2))
        positive += int((pivots > 0).all(axis=1).sum())
    return positive / draws


def _pivots(matrices: Any) -> Any:
    """Return the pivots (N, P) of elimination: all are positive for the positive definite (Sylvester), for no other."""
    found = []
    while matrices.shape[1]:
        pivot, row = matrices[:, 0, 0], matrices[:, 0, 1:]
        found.append(pivot)
        matrices = matrices[:, 1:, 1:] - row[:, :, None] * row[:, None, :] / pivot[:, None, None]
    return np.column_stack(found)
