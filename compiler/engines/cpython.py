"""The text, run by Python: `math` on floats, and by IEEE rules where `math` raises."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from compiler.engines.points import Gufunc
from compiler.running import load_function, run_by_ieee


class Python(Gufunc):
    """A program as Python functions."""

    def __init__(self, source: str) -> None:
        super().__init__(*signature(source))
        self.source = source

    def _point(self, point: Any) -> tuple[float, Any]:
        given = point.tolist()
        try:
            value, derivatives = self._function(*given)
            return float(value), np.array(derivatives, np.float64)
        except (ArithmeticError, ValueError):
            value, derivatives = run_by_ieee(self._ieee_function, given)
            return value, np.array(derivatives, np.float64)

    def _batch(self, rows: Any, values: Any, gradients: Any) -> None:
        for place, row in enumerate(rows):
            values[place], gradients[place] = self._point(row)

    @cached_property
    def _function(self) -> Any:
        return load_function(self.source, ieee=False)

    @cached_property
    def _ieee_function(self) -> Any:
        return load_function(self.source, ieee=True)


def signature(source: str) -> tuple[int, int]:
    """Return how many inputs and derivatives a program has."""
    header, result = source.index("def value_and_gradient("), source.rindex("    return ")
    inputs = source[source.index("(", header) + 1 : source.index(")", header)]
    derivatives = source[source.index("(", result) + 1 : source.index(")", result)]
    return len(inputs.split()), len(derivatives.split())
