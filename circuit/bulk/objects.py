"""What is not known in bulk: ufuncs and functions of NumPy entry by entry, on arrays of objects.

`Objects` is an ndarray of wires that answers NumPy's two protocols: every ufunc is mapped to gates, never to a fallback
for objects that compares or sorts; functions built from ufuncs are NumPy's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from circuit.builder import Builder
from circuit.bulk.array import Wires
from circuit.condition import Node
from circuit.errors import TraceError
from circuit.ops import as_fraction
from circuit.ufuncs import FAST, METHODS, OPERATORS, Function
from circuit.wire import varying


class Objects(np.ndarray):
    """An array of wires, comparisons of them and plain numbers, of one builder, its `home`."""

    home: Builder | None

    def __array_finalize__(self, source: Any) -> None:
        self.home = getattr(source, "home", None)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        from circuit.arrays import apply_ufunc  # one direction: arrays hands over to what is here

        return apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        from circuit.arrays import apply_function

        return apply_function(function, args, kwargs)

    def __bool__(self) -> bool:
        if self.size == 1:
            return bool(self.item())
        raise TraceError("the truth value of an array of traced values: write np.where(condition, a, b)")


def entry_by_entry(ufunc: Any, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Run a method of a ufunc on arrays of objects. Errors: TraceError for a method that is not traced."""
    element = ufunc if ufunc.__name__ in FAST else np.frompyfunc(meaning(ufunc), ufunc.nin, 1)
    return _METHODS_OF_UFUNCS.get(method, _no_method)(element, [cell(plain(each)) for each in inputs], options)


def as_objects(result: Any, home: Builder | None) -> Any:
    """Return results of NumPy as our arrays; an array of one value without a shape as that value."""
    if isinstance(result, (tuple, list)):
        return type(result)([as_objects(each, home) for each in result])
    if type(result) is Wires or not isinstance(result, np.ndarray):
        return result
    if result.dtype != object:
        return result.view(np.ndarray)
    if not result.shape:
        return result.item()
    ours = _lifted(result.view(np.ndarray), home).view(Objects)
    ours.home = home
    return ours


def plain(value: Any) -> Any:
    """Return an array of objects under NumPy's own rules, or a value that is no array."""
    if type(value) is Wires:
        return value.objects()
    if isinstance(value, (list, tuple)):
        value = np.array(value, dtype=object)
    if not isinstance(value, np.ndarray):
        return as_fraction(value) if isinstance(value, (np.floating, np.integer)) else value
    if value.dtype == object:
        return _lifted(value.view(np.ndarray), value.home) if isinstance(value, Objects) else value
    return value.astype(object)


def _lifted(array: Any, home: Builder | None) -> Any:
    """Make the plain numbers in an array constants, in place, since it may be a view: so they are exact."""
    if home is None or not any(type(each) in (int, float) for each in array.flat):
        return array
    maker = varying(home, -1)
    entries = np.empty(array.size, dtype=object)
    entries[:] = [maker.constant(each) if type(each) in (int, float) else each for each in array.flat]
    array = array if array.flags.writeable else array.copy()
    array[...] = entries.reshape(array.shape)
    return array


def home_of(values: Iterable[Any]) -> Builder | None:
    """Return the builder of the first wire, or array of wires, among values that may be lists of them."""
    for each in values:
        if type(each) is Wires or isinstance(each, Objects):
            return each.home
        if isinstance(each, Node):
            return each.builder
        if isinstance(each, (list, tuple)) and (inner := home_of(each)) is not None:
            return inner
    return None


def cell(value: Any) -> Any:
    """Return an array, or a value in an array without a shape: NumPy would ask a bare wire what to do."""
    if isinstance(value, np.ndarray):
        return value
    array = np.empty((), dtype=object)
    array[()] = value
    return array


def meaning(ufunc: Any) -> Function:
    """Return what a ufunc means for wires; plain numbers among the entries of an array are NumPy's own affair."""
    name = ufunc.__name__
    function = OPERATORS.get(name) or METHODS.get(name)
    if function is None:
        raise TraceError(f"np.{name} is no gate: it has no derivative here")
    if name in OPERATORS:
        return function

    def on_wires_or_numbers(*values: Any) -> Any:
        if any(isinstance(each, Node) for each in values):
            return function(*values)
        return ufunc(*map(float, values)).item()

    return on_wires_or_numbers


def _call(element: Any, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    return element(*inputs)


def _reduce(element: Any, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    array = inputs[0]
    axis = options.get("axis", 0)
    keep = {key: value for key, value in options.items() if key in ("keepdims", "initial")}
    if axis is None:
        axis = tuple(range(array.ndim))
    if isinstance(axis, tuple) and len(axis) != 1:
        kept = [place for place in range(array.ndim) if place not in {each % array.ndim for each in axis}]
        shape = [array.shape[place] for place in kept]
        flat = array.transpose(kept + [each % array.ndim for each in sorted(axis)]).reshape((*shape, -1))
        result = element.reduce(flat, axis=-1, **{key: value for key, value in keep.items() if key == "initial"})
        full = [1 if place not in kept else array.shape[place] for place in range(array.ndim)]
        return np.asarray(result, dtype=object).reshape(full) if keep.get("keepdims") else result
    if isinstance(axis, tuple):
        axis = axis[0]
    return element.reduce(array, axis=axis, **{key: value for key, value in keep.items() if value is not np._NoValue})


def _accumulate(element: Any, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    return element.accumulate(inputs[0], axis=options.get("axis", 0))


def _outer(element: Any, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    return element.outer(*inputs)


def _no_method(element: Any, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    raise TraceError("ufunc.at and ufunc.reduceat are not traced: write the loop, or np.add.reduce over slices")


_METHODS_OF_UFUNCS: dict[str, Callable[[Any, Sequence[Any], Mapping[str, Any]], Any]] = {
    "__call__": _call,
    "reduce": _reduce,
    "accumulate": _accumulate,
    "outer": _outer,
}
