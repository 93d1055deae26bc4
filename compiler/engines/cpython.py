"""The text, run by Python: `math` on floats, and by IEEE rules where `math` raises."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from compiler.engines.points import split, vector
from compiler.running import load_function, run_by_ieee


class Python:
    """A program as Python functions."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.inputs = inputs_of(source)

    def __call__(self, values: Any) -> tuple[float, Any]:
        """Return (value, gradient) at a point."""
        point = vector(values, (self.inputs,), np.dtype(np.float64)).tolist()
        try:
            value, derivatives = self._function(*point)
            return float(value), np.array(derivatives, np.float64)
        except (ArithmeticError, ValueError):
            value, derivatives = run_by_ieee(self._ieee_function, point)
            return value, np.array(derivatives)

    def batch(self, points: Any) -> tuple[Any, Any]:
        """Return values and gradients, point by point."""
        rows, shape = split(points, self.inputs, np.dtype(np.float64))
        results = [self(row) for row in rows]
        values = np.array([value for value, _ in results], np.float64)
        width = len(self(np.ones(self.inputs))[1]) if not results else len(results[0][1])
        gradients = np.array([gradient for _, gradient in results], np.float64)
        return values.reshape(shape), gradients.reshape(*shape, width)

    @cached_property
    def _function(self) -> Any:
        return load_function(self.source, ieee=False)

    @cached_property
    def _ieee_function(self) -> Any:
        return load_function(self.source, ieee=True)


def inputs_of(source: str) -> int:
    """Return how many inputs a program has."""
    start = source.index("def value_and_gradient(")
    names = source[source.index("(", start) + 1 : source.index(")", start)]
    return names.count(",") + 1 if names else 0
