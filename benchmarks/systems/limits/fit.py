"""Power laws through measured errors and gates, with the uncertainty that the draw of the data leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

import numpy as np

from benchmarks.systems.limits.models import Trained

DRAWS = 2000  # resamplings of the seeds
TARGET = 0.01  # the error to which the laws are extrapolated: a hundredth of the noise
Interval = tuple[float, float, float]  # middle, and the ends of what holds 95 of 100 resamplings


@dataclass(frozen=True, slots=True)
class Series:
    """A model at growing sizes: what training came to, by size (rows) and then by seed."""

    name: str
    sizes: Sequence[int]
    trained: Sequence[Sequence[Trained]]

    @property
    def errors(self) -> list[float]:
        """Root of the mean square over the seeds, a number a size."""
        return [float(np.sqrt(np.mean([each.error**2 for each in some]))) for some in self.trained]

    @property
    def gates(self) -> list[float]:
        """Mean over the seeds, a number a size."""
        return [float(np.mean([each.gates for each in some])) for some in self.trained]

    def below(self, error: float) -> Series:
        """Return the sizes from the first on at which the error stays below one."""
        start = next((k for k in range(len(self.sizes)) if max(self.errors[k:]) < error), len(self.sizes))
        return Series(self.name, self.sizes[start:], self.trained[start:])

    def until(self, size: int) -> Series:
        """Return the sizes below one."""
        count = sum(each < size for each in self.sizes)
        return Series(self.name, self.sizes[:count], self.trained[:count])


@dataclass(frozen=True, slots=True)
class Law:
    """gates = a * error**-k, by least squares through the logarithms, once as measured and once a resampling."""

    slopes: Any
    levels: Any

    @property
    def k(self) -> Interval:
        """The exponent."""
        return _interval(self.slopes)

    def at(self, error: float) -> Interval:
        """Return the gates for an error."""
        middle, low, high = _interval(self.levels - self.slopes * log(error))
        return exp(middle), exp(low), exp(high)


def fit(series: Series, *, each_gradient: bool = False) -> Law | None:
    """Return the law of a series, whole seeds drawn again and again with replacement; None below two sizes.

    each_gradient: the gates of one gradient instead of all.
    """
    if len(series.sizes) < 2:
        return None
    squares = np.array([[each.error**2 for each in some] for some in series.trained])  # (sizes, seeds)
    gates = np.array(
        [[each.gates / (each.gradients if each_gradient else 1) for each in some] for some in series.trained]
    )
    seeds = squares.shape[1]
    draws = np.random.default_rng(0).integers(seeds, size=(DRAWS, seeds))
    chosen = np.concatenate([np.arange(seeds)[None], draws])  # the first is the measured one
    x = np.log(squares[:, chosen].mean(axis=2)) / 2  # (sizes, 1 + DRAWS)
    y = np.log(gates[:, chosen].mean(axis=2))
    apart = x - x.mean(axis=0)
    slopes = -(apart * y).sum(axis=0) / (apart * apart).sum(axis=0)
    return Law(slopes, y.mean(axis=0) + slopes * x.mean(axis=0))


def _interval(values: Any) -> Interval:
    low, high = np.quantile(values[1:], (0.025, 0.975))
    return float(values[0]), float(low), float(high)
