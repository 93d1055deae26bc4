"""What the engines take and give: points and results as NumPy's gufuncs have them, by the rule `(n)->(),(d)`.

Integers and Fractions become the nearest float, nan and inf are numbers like others; what is no real number, or has
another shape, is refused.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from circuit.errors import InvalidArgument, InvalidType, ShapeError
from compiler.running import are_exact

REAL = "biuf"  # kinds of NumPy's types
Results = tuple[Any, Any]


class Gufunc(ABC):
    """A program of n inputs and d derivatives as a function of points; what it computes is its subclass's.

    A point (n,) gives (float, gradient (d,)); points of any leading shape (..., n) give values (...) and gradients
    (..., d), each point's by itself, and no points give empty arrays. out: (values, gradients), writable arrays of
    these shapes (that of one value is ()) and of the engine's type, or None in the place of either; they are written
    to and returned, and may share memory with the points. Points of another type are cast.
    Errors: ShapeError, InvalidType, InvalidArgument for an `out` that cannot be written to.
    """

    def __init__(self, inputs: int, derivatives: int, kind: Any = np.float64) -> None:
        self.inputs, self.derivatives, self.type = inputs, derivatives, np.dtype(kind)

    def __call__(self, points: Any, out: Any = None) -> Results:
        """Return value and gradient at a point (n,), or values and gradients at points (..., n)."""
        array = reals(points, self.type)
        if array.ndim == 0 or array.shape[-1] != self.inputs:
            raise ShapeError(f"points have the shape (..., {self.inputs}), not {array.shape}")
        shape = array.shape[:-1]
        if out is None and not shape:
            return self._point(np.ascontiguousarray(array))
        values, gradients = found = self._results(out, shape)
        if not shape:
            values[()], gradients[:] = self._point(np.ascontiguousarray(array))
            return found
        rows = np.ascontiguousarray(array).reshape(math.prod(shape), self.inputs)
        if any(np.may_share_memory(rows, each) for each in found):
            rows = rows.copy()
        whole = [each if each.flags.c_contiguous else np.empty(each.shape, each.dtype) for each in found]
        self._batch(rows, whole[0].reshape(len(rows)), whole[1].reshape(len(rows), self.derivatives))
        for each, result in zip(found, whole, strict=True):
            if each is not result:
                each[...] = result
        return found

    def batch(self, points: Any, out: Any = None) -> Results:
        """Return values and gradients at points: the call, by the name under which it is looked for."""
        return self(points, out)

    @abstractmethod
    def _point(self, point: Any) -> Results:
        """Return (value, gradient) at a point (n,), contiguous."""

    @abstractmethod
    def _batch(self, rows: Any, values: Any, gradients: Any) -> None:
        """Write values (N,) and gradients (N, d) at rows (N, n), all contiguous."""

    def _results(self, out: Any, shape: tuple[int, ...]) -> Results:
        """Return the arrays to write to."""
        if out is None:
            out = None, None
        if type(out) is not tuple or len(out) != 2:
            raise InvalidArgument(f"out is a pair (values, gradients), not {out!r:.40}")
        shapes = shape, (*shape, self.derivatives)
        values, gradients = (self._result(*each) for each in zip(out, ("values", "gradients"), shapes, strict=True))
        if np.may_share_memory(values, gradients) and np.shares_memory(values, gradients):
            raise InvalidArgument("out: values and gradients share memory")
        return values, gradients

    def _result(self, array: Any, what: str, shape: tuple[int, ...]) -> Any:
        if array is None:
            return np.empty(shape, self.type)
        if not isinstance(array, np.ndarray) or array.dtype != self.type:
            found = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
            raise InvalidType(f"out: {what} are an array of {self.type}, not {found}")
        if array.shape != shape:
            raise ShapeError(f"out: {what} have the shape {shape}, not {array.shape}")
        if not array.flags.writeable:
            raise InvalidArgument(f"out: {what} are read-only")
        return array


def vector(values: Any, shape: tuple[int, ...], kind: Any) -> Any:
    """Return one point, of shape (inputs,). Errors: ShapeError, InvalidType."""
    array = reals(values, kind)
    if array.shape != shape:
        raise ShapeError(f"a point has the shape ({shape[0]},), not {array.shape}")
    return array


def reals(values: Any, kind: Any) -> Any:
    """Return real numbers as an array of a type. Errors: InvalidType."""
    array = as_array(values)
    try:
        if array.dtype.kind == "O" and all(map(_is_real, array.flat)):
            return array.astype(kind, copy=False)
    except (TypeError, ValueError) as error:
        raise InvalidType(f"a point is made of real numbers: {error}") from None
    except OverflowError:
        raise InvalidType("a point has an integer beyond the largest float") from None
    if array.dtype.kind not in REAL:
        raise InvalidType(f"a point is made of real numbers, not {array.dtype}")
    with np.errstate(all="ignore"):  # beyond the largest float32 is inf
        return array.astype(kind, copy=False)


def _is_real(value: Any) -> bool:
    """Say whether an object is a real number."""
    return hasattr(value, "__float__") and not isinstance(value, complex | np.complexfloating | np.ndarray)


def is_exact(array: Any) -> bool:
    """Say whether to compute with the entries of an array as they are, see `compiler.running.are_exact`."""
    return array.dtype.kind == "O" and are_exact(map(type, array.flat))


def as_array(values: Any) -> Any:
    """Return an array of whatever it is made. Errors: InvalidType."""
    if isinstance(values, np.ma.MaskedArray):
        raise InvalidType("a masked array has entries that are no numbers: fill them in, or leave their points out")
    try:
        return np.asarray(values)
    except (TypeError, ValueError) as error:
        raise InvalidType(f"a point is made of real numbers: {error}") from None
