"""NumPy's ufuncs on arrays of nodes: which of them run in bulk, with which options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from circuit.builder import Builder
from circuit.bulk.array import Wires, lifted
from circuit.bulk.compute import FEW, elementwise
from circuit.bulk.reduce import products_summed, reduced
from circuit.condition import Condition, Node
from circuit.ops import as_fraction
from circuit.ufuncs import METHODS, OPERATORS
from circuit.wire import Wire, varying

Found = Any  # a result, or NotImplemented
LOGICAL = ("logical_and", "logical_or", "bitwise_and", "bitwise_or")  # which take plain bools as they are


def choice(condition: Any, a: Any, b: Any) -> Any:
    """Return np.where of one entry."""
    if not isinstance(condition, Condition):
        return a if condition else b
    return varying(condition.builder, condition.node).gate("select", condition, a, b)


def ufunc_in_bulk(home: Builder, name: str, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Found:
    """Return what a ufunc makes of traced values, or NotImplemented where that is done entry by entry."""
    values = [np.array(each, dtype=object) if isinstance(each, (list, tuple)) else each for each in inputs]
    if not all(map(liftable, values)):
        return NotImplemented
    if name in LOGICAL and any(type(each) is not Wires and isinstance(each, np.ndarray) for each in values):
        return NotImplemented
    function = OPERATORS.get(name) or METHODS[name]
    if method == "__call__":
        if name in ("matmul", "vecdot"):
            return NotImplemented if options else _PRODUCTS[name](home, *(lifted(home, each) for each in values))
        return elementwise(home, name, function, values)
    if method == "outer":
        a, b = (lifted(home, each) for each in values)
        places = (..., *(None,) * b.ndim)
        return elementwise(home, name, function, [a[places] if a.ndim else a.item(), b])
    array = lifted(home, values[0])
    if not array.size or not array.ndim or name in _PRODUCTS:
        return NotImplemented
    if method == "accumulate":
        return _accumulated(home, function, array, options.get("axis", 0))
    if method == "reduce" and options.get("initial", np._NoValue) in (None, np._NoValue):
        return _reduced(home, function, array, options.get("axis", 0), bool(options.get("keepdims", False)))
    return NotImplemented


def few_entries(name: str, inputs: Sequence[Any]) -> Any:
    """Return what a ufunc makes of a few traced values, the short way: entry by entry; or None if that is not for them.

    inputs: arrays of one shape, and single values.
    """
    first = next((each for each in inputs if type(each) is Wires), None)
    function = OPERATORS.get(name) or METHODS.get(name)
    if first is None or function is None or name in _PRODUCTS:
        return None
    shape, count = first.nodes.shape, first.nodes.size
    if not 0 < count <= FEW or not shape:
        return None
    columns, varies = [], False
    for each in inputs:
        if type(each) is Wires:
            if each.nodes.shape != shape or not (len(shape) == 1 or each.nodes.flags.c_contiguous):
                return None
            columns.append(each.entries())
            varies |= each.memory.varies
        elif isinstance(each, (Wire, float, int)):
            columns.append([each] * count)
        else:
            return None
    results = [function(*each) for each in zip(*columns, strict=True)]
    kind = type(results[0])
    nodes = np.array([each.node for each in results], dtype=np.int64)
    varies = varies if kind is Condition else all(type(each) is Wire for each in results)
    return Wires(first.home, nodes.reshape(shape), varies, kind is Condition)


def liftable(value: Any) -> bool:
    """Say whether a value can be held by an array of nodes: traced values and numbers, or comparisons, not both."""
    if type(value) is Wires or not isinstance(value, np.ndarray):
        return True
    if value.dtype != object:
        return value.dtype.kind in "biuf" and value.dtype.itemsize <= 8
    entries = value.ravel().tolist()
    conditions = sum(isinstance(each, Condition) for each in entries)
    if conditions:
        return conditions == len(entries)
    return all(isinstance(each, Node) or as_fraction(each) is not None for each in entries)


def _reduced(home: Builder, function: Callable[..., Any], array: Wires, axis: Any, keepdims: bool) -> Any:
    """Reduce over one axis, several, or all (None), one after the other in the order of the axes."""
    axes = range(array.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if not axes or not all(-array.ndim <= each < array.ndim for each in axes):
        return NotImplemented
    gone = sorted(each % array.ndim for each in axes)
    kept = [place for place in range(array.ndim) if place not in gone]
    cells = array.nodes.transpose(kept + gone)
    shape = cells.shape[: len(kept)]
    rows = cells.reshape(int(np.prod(shape, dtype=np.int64)), -1)
    nodes = reduced(home, function, array, rows, len(gone) == 1 and _by_step(cells))
    varies = array.memory.varies
    if keepdims:
        full = [1 if place in gone else size for place, size in enumerate(array.shape)]
        return Wires(home, nodes.reshape(full), varies, array.compares)
    result = Wires(home, nodes.reshape(shape), varies, array.compares)
    return result if shape else result.item()


def _by_step(cells: Any) -> bool:
    """Say whether NumPy would go along the other axes first: the last one is not the innermost in memory."""
    return any(0 < abs(stride) < abs(cells.strides[-1]) for stride in cells.strides[:-1])


def _accumulated(home: Builder, function: Callable[..., Any], array: Wires, axis: int) -> Any:
    cells = np.moveaxis(array.nodes, axis, -1)
    rows = cells.reshape(-1, cells.shape[-1])
    every = reduced(home, function, array, rows, _by_step(cells), keep=True)
    nodes = np.moveaxis(every.reshape(cells.shape), -1, axis)
    return Wires(home, nodes, array.memory.varies, array.compares)


def summed(home: Builder, a: Wires, b: Wires, left: Any, right: Any) -> Any:
    """Return the sums of the products of two views of the nodes of a and b, along their last axis."""
    nodes = products_summed(home, _seen(a, left), _seen(b, right))
    result = Wires(home, nodes, bool(a.shape[-1:] != (0,)) and (a.memory.varies or b.memory.varies))
    return result if nodes.ndim else result.item()


def _seen(array: Wires, move: Any) -> Wires:
    seen = Wires(array.home, move(array.nodes), memory=array.memory)
    seen.plain = None if array.plain is None else move(array.plain)
    return seen


def _matmul(home: Builder, a: Wires, b: Wires) -> Found:
    if not a.ndim or not b.ndim or a.compares or b.compares or a.shape[-1] != b.shape[max(b.ndim - 2, 0)]:
        return NotImplemented
    if b.ndim == 1:
        return summed(home, a, b, lambda nodes: nodes, lambda nodes: nodes)
    if a.ndim == 1:
        return summed(home, a, b, lambda nodes: nodes, lambda nodes: nodes.swapaxes(-1, -2))
    return summed(home, a, b, lambda nodes: nodes[..., None, :], lambda nodes: nodes.swapaxes(-1, -2)[..., None, :, :])


def _vecdot(home: Builder, a: Wires, b: Wires) -> Found:
    if not a.ndim or not b.ndim or a.compares or b.compares or a.shape[-1] != b.shape[-1]:
        return NotImplemented
    return summed(home, a, b, lambda nodes: nodes, lambda nodes: nodes)


_PRODUCTS = {"matmul": _matmul, "vecdot": _vecdot}
