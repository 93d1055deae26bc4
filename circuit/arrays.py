"""NumPy over wires: arrays of them, and what NumPy's functions mean for a wire.

`Wires` is an ndarray of objects that answers NumPy's two protocols: every ufunc is mapped to gates element by element,
never to a fallback for objects that compares or sorts; functions built from them (sum, mean, dot, stack, ...) are
NumPy's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from circuit.builder import Builder
from circuit.condition import Condition, Node
from circuit.errors import TraceError
from circuit.ops import as_fraction
from circuit.ufuncs import FAST, METHODS, OPERATORS, Function
from circuit.wire import Wire


class Wires(np.ndarray):
    """An array of wires (and plain numbers among them) of one builder, its `home`."""

    home: Builder | None

    def __array_finalize__(self, source: Any) -> None:
        self.home = getattr(source, "home", None)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return apply_function(function, args, kwargs)

    def __bool__(self) -> bool:
        if self.size == 1:
            return bool(self.item())
        raise TraceError("the truth value of an array of traced values: write np.where(condition, a, b)")


def wires(values: Sequence[Any], shape: tuple[int, ...]) -> Wires:
    """Return an array of this shape with these entries, row by row."""
    array = np.frompyfunc(values.__getitem__, 1, 1)(np.arange(len(values)))  # NumPy would ask each what it is
    return _owned(array.reshape(shape), _home(values))


def _owned(array: Any, home: Builder | None) -> Wires:
    owned: Wires = array.view(Wires)
    owned.home = home
    return owned


def apply_ufunc(ufunc: Any, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Run a ufunc over wires, arrays of them, and plain numbers and arrays. Errors: TraceError for what is no gate."""
    options = {key: value for key, value in options.items() if key not in ("casting", "subok", "order", "signature")}
    target = options.pop("out", (None,))[0]
    if target is not None and target.dtype != object:
        raise TraceError(
            "a traced value is written in place into a plain array of numbers: make that array with dtype=object, "
            "or build a new one with np.stack or np.where"
        )
    if options.pop("where", True) is not True:
        raise TraceError(f"np.{ufunc.__name__} with where=: write np.where(condition, np.{ufunc.__name__}(x), x)")
    plain = [_plain(each) for each in inputs]
    if set("".join(ufunc.types)) <= set("O->"):  # the user's own, of np.vectorize or np.frompyfunc
        return as_wires(getattr(ufunc, method)(*map(_cell, plain), **options), _home(inputs))
    function = _function(ufunc)
    if method == "__call__" and not any(isinstance(each, np.ndarray) for each in plain):
        return function(*plain)
    element = ufunc if ufunc.__name__ in FAST else np.frompyfunc(function, ufunc.nin, 1)
    result = _METHODS_OF_UFUNCS.get(method, _no_method)(element, [_cell(each) for each in plain], options)
    if target is None:
        return as_wires(result, _home(inputs))
    target.view(np.ndarray)[...] = result
    return target


def apply_function(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Run a function of NumPy: `where` as select, any other as NumPy composes it of ufuncs."""
    if function is np.where:
        if len(args) != 3 or kwargs:
            raise TraceError("np.where of a traced condition takes three arguments: np.where(x > 0, a, b)")
        return as_wires(np.frompyfunc(_where, 3, 1)(*(_cell(_plain(each)) for each in args)), _home(args))
    if function in (np.array_equal, np.allclose, np.isclose):
        raise TraceError(f"np.{function.__name__}: a comparison of traced values is neither True nor False yet")
    return as_wires(function._implementation(*args, **kwargs), _home((*args, *kwargs.values())))


def as_wires(result: Any, home: Builder | None) -> Any:
    """Return results of NumPy as our arrays; an array of one value without a shape as that value."""
    if isinstance(result, (tuple, list)):
        return type(result)([as_wires(each, home) for each in result])
    if not isinstance(result, np.ndarray):
        return result
    if result.dtype != object:
        return result.view(np.ndarray)
    return _owned(_lifted(result.view(np.ndarray), home), home) if result.shape else result.item()


def _plain(value: Any) -> Any:
    """Return an array of objects under NumPy's own rules, or a value that is no array."""
    if isinstance(value, (list, tuple)):
        value = np.array(value, dtype=object)
    if not isinstance(value, np.ndarray):
        return as_fraction(value) if isinstance(value, (np.floating, np.integer)) else value
    if value.dtype == object:
        return _lifted(value.view(np.ndarray), value.home) if isinstance(value, Wires) else value
    return value.astype(object)


def _lifted(array: Any, home: Builder | None) -> Any:
    """Make the plain numbers in an array constants, in place, since it may be a view: so they are exact."""
    if home is None or not any(type(each) in (int, float) for each in array.flat):
        return array
    maker = Wire(home, home.constant(0))
    entries = np.empty(array.size, dtype=object)
    entries[:] = [maker.constant(each) if type(each) in (int, float) else each for each in array.flat]
    array = array if array.flags.writeable else array.copy()
    array[...] = entries.reshape(array.shape)
    return array


def _home(values: Iterable[Any]) -> Builder | None:
    """Return the builder of the first wire, or array of wires, among values that may be lists of them."""
    for each in values:
        if isinstance(each, Wires):
            return each.home
        if isinstance(each, Node):
            return each.builder
        if isinstance(each, (list, tuple)) and (inner := _home(each)) is not None:
            return inner
    return None


def _cell(value: Any) -> Any:
    """Return an array, or a value in an array without a shape: NumPy would ask a bare wire what to do."""
    if isinstance(value, np.ndarray):
        return value
    cell = np.empty((), dtype=object)
    cell[()] = value
    return cell


def _where(condition: Any, a: Any, b: Any) -> Any:
    if not isinstance(condition, Condition):
        return a if condition else b
    return Wire(condition.builder, condition.node).gate("select", condition, a, b)


def _function(ufunc: Any) -> Function:
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
