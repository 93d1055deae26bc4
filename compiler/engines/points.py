"""What the engines take: one point, or many, as arrays of floats.

Integers and Fractions become the nearest float, nan and inf are numbers like others; what is no real number, or has
another shape, is refused.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from circuit.errors import InvalidType, ShapeError

REAL = "biuf"  # kinds of NumPy's types


def vector(values: Any, shape: tuple[int, ...], kind: Any) -> Any:
    """Return one point, of shape (inputs,). Errors: ShapeError, InvalidType."""
    array = _floats(values, kind)
    if array.shape != shape:
        raise ShapeError(f"a point has the shape ({shape[0]},), not {array.shape}")
    return array


def split(points: Any, inputs: int, kind: Any) -> tuple[Any, tuple[int, ...]]:
    """Return points as rows (N, inputs), one after the other in memory, and their shape without the last axis.

    Errors: ShapeError, InvalidType.
    """
    array = _floats(points, kind)
    if array.ndim < 2 or array.shape[-1] != inputs:
        raise ShapeError(f"points have the shape (N, {inputs}), not {array.shape}")
    shape = array.shape[:-1]
    return np.ascontiguousarray(array).reshape(math.prod(shape), inputs), shape


def _floats(values: Any, kind: Any) -> Any:
    try:
        array = np.asarray(values)
        if array.dtype.kind == "O" and all(hasattr(each, "__float__") for each in array.flat):
            return array.astype(kind)
    except (TypeError, ValueError) as error:
        raise InvalidType(f"a point is made of real numbers: {error}") from None
    except OverflowError:
        raise InvalidType("a point has an integer beyond the largest float") from None
    if array.dtype.kind not in REAL:
        raise InvalidType(f"a point is made of real numbers, not {array.dtype}")
    return array.astype(kind, copy=False)
