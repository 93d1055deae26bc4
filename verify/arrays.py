"""Arrays of numbers: an ndarray of objects whose functions are gates, imported only where NumPy is in use.

A function of single values is lent to NumPy as a ufunc of its own, so shapes and axes are NumPy's business; functions
over whole arrays run as NumPy wrote them and end in such ufuncs. A sum, or any reduction, goes row by row, however the
array lies in memory. Nothing is rounded: plain entries are exact constants.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np

from verify.errors import FormulaError
from verify.scalars import RULES, Condition, Evaluation, Operand
from verify.ufuncs import IDENTITY, PRODUCTS

_CONTRACTIONS = (np.dot, np.vdot, np.inner, np.einsum)  # loops that see entries, not ufuncs


class Array(np.ndarray[Any, np.dtype[Any]]):
    """An array whose entries are numbers of one evaluation, or conditions, or plain."""

    home: Evaluation

    def __array_finalize__(self, source: object) -> None:
        if isinstance(source, Array):
            self.home = source.home

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        return apply_ufunc(self.home, ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        return apply_function(self.home, function, types, args, options)

    def dot(self, other: Any, out: Any = None) -> Any:
        """Return np.dot(self, other)."""
        return np.dot(self, other, out)


def array_of(home: Evaluation, entries: Iterable[object], shape: tuple[int, ...]) -> Array:
    """Return an array of operands, row-major."""
    plain = np.empty(shape, dtype=object)
    for place, entry in enumerate(entries):
        plain.flat[place] = entry
    return _owned(home, plain)


def _owned(home: Evaluation, plain: Any) -> Array:
    """Return an array of objects as ours; plain numbers in it become exact constants."""
    if any(type(entry) in (int, float) for entry in plain.flat):
        entries = np.empty(plain.size, dtype=object)
        entries[:] = [home.apply("positive", each) if type(each) in (int, float) else each for each in plain.flat]
        plain = plain if plain.flags.writeable else plain.copy()
        plain[...] = entries.reshape(plain.shape)  # in place: it may be a view of another array
    array: Array = plain.view(Array)
    array.home = home
    return array


def _result(home: Evaluation, value: Any) -> Any:
    """Return a result of NumPy's, arrays of objects as ours."""
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(_result(home, part) for part in value)
    return _owned(home, value) if isinstance(value, np.ndarray) and value.dtype == object else value


def _entries(value: Any) -> Any:
    """Return an array: NumPy casts its numbers to Python's without a loss."""
    return np.asarray(value)


def _read_only(copy: Any) -> Any:
    """Return a copy of an argument, which NumPy must not write to in place of the argument."""
    array = np.asarray(copy, dtype=object)
    array.flags.writeable = False
    return array


def apply_ufunc(home: Evaluation, ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], options: Any) -> Any:
    """Return getattr(ufunc, method)(*inputs, **options) as gates."""
    name, out, dtype = ufunc.__name__, options.pop("out", None), options.pop("dtype", None)
    operands = [_entries(value) for value in inputs]
    if method in ("at", "reduceat"):
        operands[:2] = np.asarray(inputs[0]), inputs[1]  # the array itself, and positions in it
    if name in PRODUCTS:
        lift = _own(home, "positive", 1)
        function, operands = ufunc, [lift(operand) for operand in operands]
    elif name in RULES:
        function = _own(home, name, ufunc.nin)
    elif set("".join(ufunc.types)) <= set("O->"):
        function = ufunc  # the user's own, of np.vectorize or np.frompyfunc
    else:
        raise FormulaError(f"np.{name} is not supported in a formula")
    is_logical = name in RULES and RULES[name].gives is Condition
    if dtype is not None and np.dtype(dtype) not in (object, np.float64, np.bool_ if is_logical else object):
        raise FormulaError(f"dtype={np.dtype(dtype)}: a number of a formula is real")
    if out is not None:
        options["out"] = tuple(array.view(np.ndarray) if isinstance(array, Array) else array for array in out)
    if method == "reduce":
        operands[0] = np.asarray(operands[0], order="C")
    result = getattr(function, method)(*operands, **options)
    return _result(home, result) if out is None else out[0]


def _own(home: Evaluation, name: str, operands: int) -> Any:
    """Return a rule as a ufunc of this evaluation."""
    ufunc = home.ufuncs.get(name)
    if ufunc is None:
        rule: Any = partial(home.apply, name)
        rule.__name__ = name
        reducing = {"identity": IDENTITY[name]} if name in IDENTITY else {}
        ufunc = home.ufuncs[name] = np.frompyfunc(rule, operands, 1, **reducing)
    return ufunc


def apply_function(home: Evaluation, function: Any, types: Iterable[type], args: Any, options: Any) -> Any:
    """Return function(*args, **options), a function of NumPy over whole arrays."""
    if not all(issubclass(kind, (np.ndarray, Operand)) for kind in types):
        return NotImplemented
    if function is np.where:
        return _where(home, *args)
    exactly = function in _CONTRACTIONS
    args = tuple(_argument(home, value, exactly) for value in args)
    options = {name: value if name == "out" else _argument(home, value, exactly) for name, value in options.items()}
    anyone = _owned(home, np.empty(0, dtype=object))
    return _result(home, np.ndarray.__array_function__(anyone, function, (Array,), args, options))


def _argument(home: Evaluation, value: Any, exactly: bool) -> Any:
    """Return an argument as NumPy's own code can take it: a number as an array without axes."""
    if isinstance(value, Operand):
        return array_of(home, [value], ())
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(_argument(home, part, exactly) for part in value)
    if not isinstance(value, np.ndarray):
        return value
    if exactly:
        return _owned(home, _read_only(_own(home, "positive", 1)(_entries(value))))
    return value if isinstance(value, Array) else _entries(value)


def _where(home: Evaluation, condition: Any, *arms: Any) -> Any:
    if len(arms) != 2:
        raise FormulaError("np.where without values: where a condition holds depends on the inputs")
    ufunc = home.ufuncs.setdefault("where", np.frompyfunc(home.select, 3, 1))
    return _result(home, ufunc(*map(_entries, (condition, *arms))))
