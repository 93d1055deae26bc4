"""The text, run by NumPy over many points: some at a time, so that what one line writes the next finds near."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from compiler.engines.cpython import inputs_of
from compiler.engines.points import split, vector
from compiler.running import load_function

ROWS = 2_048  # points at a time


class Arrays:
    """A program as a function of arrays."""

    def __init__(self, source: str, bits: int) -> None:
        self.source = source
        self.inputs = inputs_of(source)
        self.type = np.dtype(f"f{bits // 8}")

    def __call__(self, values: Any) -> tuple[float, Any]:
        """Return (value, gradient) at a point."""
        found, gradients = self.batch(vector(values, (self.inputs,), self.type)[None])
        return found.item(0), gradients[0]

    def batch(self, points: Any) -> tuple[Any, Any]:
        """Return values and gradients."""
        rows, shape = split(points, self.inputs, self.type)
        parts = [self._some(rows[start : start + ROWS]) for start in range(0, max(len(rows), 1), ROWS)]
        values, gradients = (np.concatenate(each) for each in zip(*parts, strict=True))
        return values.reshape(shape), gradients.reshape(*shape, gradients.shape[1])

    def _some(self, rows: Any) -> tuple[Any, Any]:
        with np.errstate(all="ignore"):
            value, derivatives = self._function(*np.ascontiguousarray(rows.T))
        results = np.empty((1 + len(derivatives), len(rows)), self.type)
        for result, each in zip(results, (value, *derivatives), strict=True):
            result[:] = each
        return results[0], results[1:].T

    @cached_property
    def _function(self) -> Any:
        return load_function(self.source, ieee=True)
