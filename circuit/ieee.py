"""The gates over IEEE floats and NumPy arrays: inf and nan instead of exceptions, nothing complex."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from circuit.errors import ShapeError
from circuit.fold import nearest
from circuit.ops import OPS
from circuit.prelude import PRELUDE

# where NumPy's name is not ours
_NUMPY = {
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "atan2": np.arctan2,
    "pow": np.power,
    "max": np.maximum,
    "min": np.minimum,
}


def _sigmoid(x: Any) -> Any:
    z = np.exp(-np.abs(x))
    return np.where(np.less(x, 0), z, 1.0) / (1.0 + z)


def _softplus(x: Any) -> Any:
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


_OWN: dict[str, Callable[..., Any]] = {
    "erf": np.vectorize(math.erf, otypes=[float]),  # NumPy has none
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "relu": lambda x: np.where(np.less(x, 0), 0.0, x),
    "select": lambda condition, a, b: np.where(condition, a, b),
}


def to_float(value: Any) -> Any:
    """Return a number or an array as float64, which computes by IEEE rules."""
    if isinstance(value, (int, Fraction)):
        return np.float64(nearest(Fraction(value)))
    return np.float64(value) if np.ndim(value) == 0 else np.asarray(value, dtype=np.float64)


def _quiet(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*operands: Any) -> Any:
        with np.errstate(all="ignore"):
            try:
                result = function(*operands)
            except ValueError as error:
                if "broadcast" not in str(error):
                    raise
                shapes = " and ".join(str(np.shape(each)) for each in operands)
                raise ShapeError(f"arrays of shapes {shapes} do not broadcast together") from None
        return result if isinstance(result, np.ndarray) and result.ndim else np.float64(result)

    return call


def functions() -> Mapping[str, Callable[..., Any]]:
    """Return the gates by name, over float64 scalars and arrays."""
    return {row.name: _quiet(_plain(row.name)) for row in OPS.values()}


def _plain(name: str) -> Callable[..., Any]:
    row = OPS[name]
    if row.function is None:
        return row.value
    return _OWN.get(name) or _NUMPY.get(name) or getattr(np, name)


def namespace() -> dict[str, Any]:
    """Return the names a program uses (those of `math`, of the prelude, pi and e), computing by IEEE rules."""
    names: dict[str, Any] = {"pi": np.float64(math.pi), "e": np.float64(math.e)}
    for row in OPS.values():
        if row.function is not None:
            names[row.function] = _plain(row.name)
    assert names.keys() >= PRELUDE.keys()
    return names
