"""The text, run by NumPy over many points: some at a time, so that what one line writes the next finds near."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from compiler.engines.cpython import signature
from compiler.engines.points import Gufunc
from compiler.running import load_function

ROWS = 2_048  # points at a time


class Arrays(Gufunc):
    """A program as a function of arrays."""

    def __init__(self, source: str, bits: int) -> None:
        super().__init__(*signature(source), f"f{bits // 8}")
        self.source = source

    def _point(self, point: Any) -> tuple[float, Any]:
        value, gradient = np.empty(1, self.type), np.empty((1, self.derivatives), self.type)
        self._batch(point[None], value, gradient)
        return value.item(), gradient[0]

    def _batch(self, rows: Any, values: Any, gradients: Any) -> None:
        for start in range(0, len(rows), ROWS):
            part = slice(start, start + ROWS)
            with np.errstate(all="ignore"):
                values[part], derivatives = self._function(*np.ascontiguousarray(rows[part].T))
            results = np.empty((self.derivatives, len(rows[part])), self.type)
            for result, each in zip(results, derivatives, strict=True):
                result[:] = each
            gradients[part] = results.T

    @cached_property
    def _function(self) -> Any:
        return load_function(self.source, ieee=True)
