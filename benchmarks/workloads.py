"""The seven workloads: scalable functions, as plain Python over anything with operators and a namespace of functions.

The namespace gives log, tanh, sin and cos for the scalars in use: `numpy` for floats and for traced values, `casadi`
for its own. Constants are drawn from a generator seeded with the size: a workload of a size is one function everywhere.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from random import Random
from typing import Any

Scalars = Sequence[Any]
HEAT = 8.314 * 300 / 1000  # gas constant times temperature

# (a, alpha, d) of the links of a seven-joint arm, Denavit-Hartenberg convention; none is 0 or a right angle, so that no
# gate folds away
LINKS = (
    (0.0885, -1.5697, 0.333),
    (0.0021, 1.5721, 0.0013),
    (0.0827, 1.5689, 0.316),
    (-0.0824, -1.5712, 0.0009),
    (0.0011, 1.5703, 0.384),
    (0.088, 1.5716, 0.0017),
    (0.0007, 0.0031, 0.107),
)
BASE_FRAME = ([0.998, 0.03, 0.05], [-0.031, 0.997, 0.07], [-0.048, -0.071, 0.996])
BASE = [0.01, 0.02, 0.03]
TARGET_FRAME = ([1.0, 0.01, 0.02], [0.01, -1.0, 0.03], [0.02, 0.03, -1.0])
TARGET = [0.4, 0.2, 0.5]


@dataclass(frozen=True, slots=True)
class Workload:
    """A function for every size: `build(size, x, namespace)` of `inputs(size)` scalars, near `point(random, size)`."""

    name: str
    what: str
    build: Callable[[int, Scalars, Any], Any]
    inputs: Callable[[int], int]
    point: Callable[[Random, int], list[float]]
    sizes: tuple[int, ...]  # of about 1e2, 1e3, 1e4, 1e5, 1e6 gates

    def function(self, size: int, namespace: Any) -> Callable[[Scalars], Any]:
        """Return the function of one array `x`."""
        return lambda x: self.build(size, x, namespace)

    def start(self, size: int, seed: int = 0) -> list[float]:
        """Return a point where the function is defined and tame."""
        return self.point(Random(seed + 7), size)


def speel(n: int, x: Scalars, namespace: Any) -> Any:
    """Multiply all inputs: the product of Speelpenning."""
    return reduce(operator.mul, x)


def rosen(n: int, x: Scalars, namespace: Any) -> Any:
    """Add up the valleys of Rosenbrock's chain."""

    def valley(here: Any, there: Any) -> Any:
        wall, slope = there - here * here, 1.0 - here
        return 100.0 * (wall * wall) + slope * slope

    return _sum(valley(here, there) for here, there in pairwise(x))


def helm(n: int, x: Scalars, namespace: Any) -> Any:
    """Return the Helmholtz energy of a mixture by the equation of Peng and Robinson, every pair interacting."""
    draw = Random(n).random
    volumes = [0.1 / n * (0.5 + draw()) for _ in range(n)]
    attractions = [[draw() for _ in range(n)] for _ in range(n)]
    filled = _dot(volumes, x)
    free = 1.0 - filled
    entropy = _sum(each * namespace.log(each / free) for each in x)
    attraction = _sum(each * _dot(row, x) for each, row in zip(x, attractions, strict=True))
    up, down = 1 + math.sqrt(2.0), 1 - math.sqrt(2.0)
    mixing = HEAT * entropy
    depth = attraction / (math.sqrt(8.0) * filled)
    return mixing - depth * namespace.log((1.0 + up * filled) / (1.0 + down * filled))


def det(n: int, x: Scalars, namespace: Any) -> Any:
    """Return the determinant of n * n entries by elimination, without a search for pivots."""
    rows = [list(x[start : start + n]) for start in range(0, n * n, n)]
    diagonal = []
    while rows:
        (pivot, *rest), *rows = rows
        diagonal.append(pivot)
        rows = [_eliminated(row, pivot, rest) for row in rows]
    return reduce(operator.mul, diagonal)


def mlp(width: int, x: Scalars, namespace: Any) -> Any:
    """Return the squared error of a network width-width-width-1 with tanh, as a function of all its weights."""
    draw = Random(width)
    signals = [draw.uniform(-1, 1) for _ in range(width)]
    weights = iter(x)
    for _ in range(2):
        signals = [namespace.tanh(_neuron(weights, signals)) for _ in range(width)]
    error = _neuron(weights, signals) - 0.3
    return error * error


def deep(steps: int, x: Scalars, namespace: Any) -> Any:
    """Square and shift, again and again: a chain without any breadth, 2 gates a step."""
    w = x[0]
    for step in range(steps):
        w = w * w + x[step % 10]
    return w


def robot(n: int, x: Scalars, namespace: Any) -> Any:
    """Return the error in position and orientation of an arm with n joints, by their angles."""
    (forward, sideways, axis), place = BASE_FRAME, BASE
    for joint, angle in enumerate(x):
        length, twist, offset = LINKS[joint % len(LINKS)]
        c, s = namespace.cos(angle), namespace.sin(angle)
        turned = [u * c + v * s for u, v in zip(forward, sideways, strict=True)]
        across = [v * c - u * s for u, v in zip(forward, sideways, strict=True)]
        place = [p + length * u + offset * w for p, u, w in zip(place, turned, axis, strict=True)]
        c, s = math.cos(twist), math.sin(twist)
        forward, sideways, axis = (
            turned,
            [c * v + s * w for v, w in zip(across, axis, strict=True)],
            [c * w - s * v for v, w in zip(across, axis, strict=True)],
        )
    error = _sum(_square(p - goal) for p, goal in zip(place, TARGET, strict=True))
    for column, goals in zip((forward, sideways, axis), TARGET_FRAME, strict=True):
        error = _sum((0.1 * _square(u - goal) for u, goal in zip(column, goals, strict=True)), error)
    return error


def _sum(terms: Iterable[Any], *first: Any) -> Any:
    """Add from left to right, each term as soon as it is made."""
    return reduce(operator.add, terms, *first)


def _dot(coefficients: Iterable[Any], x: Iterable[Any]) -> Any:
    return _sum(a * each for a, each in zip(coefficients, x, strict=True))


def _square(value: Any) -> Any:
    return value * value


def _eliminated(row: Scalars, pivot: Any, rest: Scalars) -> list[Any]:
    """Return a row without its first column: minus a multiple of the pivot's row."""
    factor = row[0] / pivot
    return [entry - factor * above for entry, above in zip(row[1:], rest, strict=True)]


def _neuron(weights: Iterable[Any], signals: Scalars) -> Any:
    """Take a weight for each signal and a bias from the weights; return the bias and the weighted signals."""
    *taken, bias = (next(iter(weights)) for _ in range(len(signals) + 1))
    return _sum((weight * signal for weight, signal in zip(taken, signals, strict=True)), bias)


def _same(size: int) -> int:
    return size


def _ten(steps: int) -> int:
    return 10


def _weights(width: int) -> int:
    return 2 * width * (width + 1) + width + 1


def _near_identity(random: Random, n: int) -> list[float]:
    entries = range(n * n)
    return [(1.2 if place // n == place % n else 0) + random.uniform(-0.3, 0.3) / math.sqrt(n) for place in entries]


def _uniform(low: float, high: float, count: Callable[[int], int]) -> Callable[[Random, int], list[float]]:
    return lambda random, size: [random.uniform(low, high) for _ in range(count(size))]


def _small_weights(random: Random, width: int) -> list[float]:
    return [random.uniform(-1, 1) / math.sqrt(width) for _ in range(_weights(width))]


def _near_one(random: Random, n: int) -> list[float]:
    return [1 + 0.01 * random.uniform(-1, 1) for _ in range(n)]


WORKLOADS = {
    each.name: each
    for each in (
        Workload("speel", "x1*...*xn", speel, _same, _near_one, (100, 1000, 10000, 100000, 1000000)),
        Workload(
            "rosen", "chained Rosenbrock", rosen, _same, _uniform(-1.2, 1.2, _same), (13, 125, 1250, 12500, 125000)
        ),
        Workload("helm", "Helmholtz energy", helm, _same, _uniform(0.5, 1.5, _same), (6, 21, 69, 222, 706)),
        Workload("det", "determinant by elimination", det, lambda n: n * n, _near_identity, (5, 11, 25, 53, 114)),
        Workload("mlp", "network with tanh", mlp, _weights, _small_weights, (5, 15, 49, 158, 500)),
        Workload("deep", "w = w*w + x", deep, _ten, _uniform(0.1, 0.2, _ten), (50, 500, 5000, 50000, 500000)),
        Workload("robot", "arm of n joints", robot, _same, _uniform(-1.5, 1.5, _same), (2, 20, 200, 2000, 20000)),
    )
}
