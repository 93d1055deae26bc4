"""The methods and attributes of an array of traced values: those of an ndarray, by the functions of NumPy.

What is not named here is found on an array of objects made for the purpose (`Wires.__getattr__`).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np

from circuit.errors import TraceError

INTO_PLAIN = (
    "a traced value is written in place into a plain array of numbers: make that array with dtype=object, "
    "or build a new one with np.stack or np.where"
)


class Flat:
    """The entries of an array row by row, to be read and written: `x.flat`."""

    __slots__ = ("array",)

    def __init__(self, array: Any) -> None:
        self.array = array

    def __len__(self) -> int:
        return int(self.array.nodes.size)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.array.entries())

    def __getitem__(self, index: Any) -> Any:
        return self.array.alike(self.array.nodes.flat[index])

    def __setitem__(self, index: Any, value: Any) -> None:
        places = np.arange(len(self)).reshape(self.array.shape).flat[index]
        flat = self.array.ravel()  # a view, or a copy
        flat[places] = np.resize(np.asarray(value, dtype=object), np.shape(places))
        self.array[...] = flat.reshape(self.array.shape)


def _moved(name: str) -> Any:
    """Return a method that moves entries as the one of an ndarray does."""
    return lambda self, *args, **kwargs: self.alike(getattr(self.nodes, name)(*args, **kwargs))


def _picked(name: str) -> Any:
    """Return a method that takes entries out, as the one of an ndarray does."""

    def method(self: Any, places: Any, axis: Any = None, out: Any = None, **mode: Any) -> Any:
        return _into(out, self.alike(getattr(self.nodes, name)(places, axis, **mode)))

    return method


def _reduced(name: str) -> Any:
    """Return a method that is a reduction by a ufunc."""

    def method(self: Any, axis: Any = None, dtype: Any = None, out: Any = None, **options: Any) -> Any:
        return getattr(np, name).reduce(self, axis=axis, out=out, **options)

    return method


def _extreme(name: str) -> Any:
    """Return a method that is a reduction by a ufunc, and takes no type."""
    reduced = _reduced(name)
    return lambda self, axis=None, out=None, **options: reduced(self, axis, None, out, **options)


def _accumulated(name: str) -> Any:
    """Return a method that lists what a ufunc makes of ever more entries."""

    def method(self: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        array, axis = (self.ravel(), 0) if axis is None else (self, axis)
        return _into(out, getattr(np, name).accumulate(array, axis))

    return method


def _called(name: str) -> Any:
    """Return a method that is the function of NumPy of the same name."""
    return lambda self, *args, **kwargs: getattr(np, name)(self, *args, **kwargs)


def _into(out: Any, result: Any) -> Any:
    if out is None:
        return result
    if out.dtype != object:
        raise TraceError(INTO_PLAIN)
    out[...] = result
    return out


class Methods:
    """Methods over what the array has: `nodes`, its integers, `alike`, which makes an array of some, and its items."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]  # as of every array

    nodes: Any
    alike: Any
    entries: Any
    cache: Any
    __setitem__: Any
    __iter__: Any

    dtype = np.dtype(object)
    itemsize = dtype.itemsize
    ndim = property(lambda self: self.nodes.ndim)
    size = property(lambda self: self.nodes.size)
    flags = property(lambda self: self.nodes.flags)
    T = property(lambda self: self.alike(self.nodes.T))
    mT = property(lambda self: self.alike(self.nodes.swapaxes(-1, -2)))  # noqa: N815  # NumPy's name
    real = property(lambda self: self)

    reshape, ravel, flatten, transpose, swapaxes, squeeze, repeat, diagonal, copy = map(
        _moved, "reshape ravel flatten transpose swapaxes squeeze repeat diagonal copy".split()
    )
    take, compress = _picked("take"), _picked("compress")
    sum, prod, all, any = map(_reduced, ("add", "multiply", "logical_and", "logical_or"))
    max, min = _extreme("maximum"), _extreme("minimum")
    cumsum, cumprod = _accumulated("add"), _accumulated("multiply")
    dot, conj, conjugate = map(_called, ("dot", "conjugate", "conjugate"))

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of the axes."""
        shape: tuple[int, ...] = self.nodes.shape
        return shape

    @shape.setter
    def shape(self, shape: Any) -> None:
        self.nodes.shape = shape
        self.cache = None  # its keys are places along one axis

    @property
    def flat(self) -> Flat:
        """The entries row by row."""
        return Flat(self)

    @flat.setter
    def flat(self, value: Any) -> None:
        Flat(self)[:] = value

    def __len__(self) -> int:
        return len(self.nodes)

    def __copy__(self) -> Any:
        return self.alike(self.nodes.copy())

    def __deepcopy__(self, memo: Any) -> Any:
        return self.alike(self.nodes.copy())

    def __reduce__(self) -> NoReturn:
        raise TraceError("an array of traced values is stored: it has no values yet")

    def __contains__(self, value: Any) -> bool:
        array: Any = self
        return bool(np.logical_or.reduce(np.equal(array, value), axis=None))

    def __bool__(self) -> bool:
        if self.nodes.size == 1:
            return bool(self.item())
        raise TraceError("the truth value of an array of traced values: write np.where(condition, a, b)")

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        return operator.index(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __repr__(self) -> str:
        return f"<array of traced values, shape {self.nodes.shape}>"

    def __format__(self, form: str) -> str:
        return format(repr(self), form)

    def item(self, *place: Any) -> Any:
        """Return one entry."""
        return self.alike(np.int64(self.nodes.item(*place)))

    def tolist(self) -> Any:
        """Return the entries in lists of lists."""
        if self.nodes.ndim == 0:
            return self.item()
        return [each.tolist() for each in self] if self.nodes.ndim > 1 else self.entries()

    def clip(self, min: Any = None, max: Any = None, out: Any = None, **options: Any) -> Any:
        """Return each entry, or the end of the interval that it is beyond."""
        array: Any = self
        return _into(out, np.clip(array, min, max))

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None) -> Any:
        """Return the sum of the diagonal."""
        return _into(out, self.diagonal(offset, axis1, axis2).sum(-1))

    def mean(self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False) -> Any:
        """Return the sum over the number of entries."""
        return _into(out, self.sum(axis, keepdims=keepdims) / self._count(axis))

    def var(self, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
        """Return the mean of the squares of the differences from the mean."""
        apart = self - self.mean(axis, keepdims=True)
        return _into(out, (apart * apart).sum(axis, keepdims=keepdims) / max(self._count(axis) - ddof, 0))

    def std(self, *args: Any, **kwargs: Any) -> Any:
        """Return the root of the variance."""
        return np.sqrt(self.var(*args, **kwargs))

    def _count(self, axis: Any) -> int:
        """Return how many entries a reduction over these axes takes together."""
        axes = range(self.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        return math.prod(self.shape[each] for each in axes)

    def fill(self, value: Any) -> None:
        """Write one value everywhere."""
        self[...] = value
