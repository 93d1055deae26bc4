"""NumPy's functions on arrays of nodes: those that move entries, those that join arrays, and sums of products.

Only what is listed here sees the numbers of nodes. Any other function runs on arrays of objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from circuit.builder import Builder
from circuit.bulk.array import Wires, lifted
from circuit.bulk.compute import elementwise
from circuit.bulk.ufuncs import Found, choice, liftable, summed
from circuit.condition import Node
from circuit.ufuncs import METHODS as UFUNCS

# functions that take entries of their first argument to other places; by name, as NumPy's versions differ
MOVES = (
    "reshape ravel transpose permute_dims matrix_transpose swapaxes moveaxis rollaxis squeeze expand_dims broadcast_to "
    "flip fliplr flipud rot90 roll split array_split hsplit vsplit dsplit unstack repeat tile take take_along_axis "
    "diagonal delete copy"
).split()
JOINS = "concatenate stack vstack hstack dstack column_stack row_stack concat".split()
METHODS = "sum prod max min amax amin all any mean var std cumsum cumprod trace".split()
LIKE = {"zeros_like": 0, "ones_like": 1}


def function_in_bulk(home: Builder, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found:
    """Return what a function of NumPy makes of traced values, or NotImplemented for one that is not known here."""
    known = _FUNCTIONS.get(function)
    return NotImplemented if known is None else known(home, function, args, kwargs)


def where(home: Builder, condition: Any, a: Any, b: Any) -> Found:
    """Return np.where: selects where comparisons are traced, else the entries chosen."""
    values = [np.array(each, dtype=object) if isinstance(each, (list, tuple)) else each for each in (condition, a, b)]
    if any(each is None for each in values) or not all(map(liftable, values)):
        return NotImplemented
    condition, a, b = values
    if type(condition) is Wires or isinstance(condition, Node):
        return elementwise(home, "where", choice, values)
    a, b = lifted(home, a), lifted(home, b)
    if a.compares != b.compares or (isinstance(condition, np.ndarray) and condition.dtype == object):
        return NotImplemented
    nodes = np.where(condition, a.nodes, b.nodes)
    result = Wires(home, nodes, a.memory.varies and b.memory.varies, a.compares)
    return result if nodes.ndim else result.item()


def _traced(value: Any) -> bool:
    """Say whether a traced value stands anywhere in an argument."""
    if isinstance(value, (list, tuple)):
        return any(map(_traced, value))
    return type(value) is Wires or isinstance(value, Node) or (isinstance(value, np.ndarray) and value.dtype == object)


def _move(home: Builder, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found:
    if not args or type(args[0]) is not Wires or _traced([*args[1:], *kwargs.values()]) or "out" in kwargs:
        return NotImplemented
    if len(args) > 3:  # np.take has a place for its result there
        return NotImplemented
    return _wrapped(args[0], function(args[0].nodes, *args[1:], **kwargs))


def _wrapped(array: Wires, moved: Any) -> Any:
    return (
        type(moved)([_wrapped(array, each) for each in moved])
        if isinstance(moved, (list, tuple))
        else array.alike(moved)
    )


def _join(home: Builder, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found:
    if len(args) > 2 or not args or not set(kwargs) <= {"axis"} or _traced([*args[1:], *kwargs.values()]):
        return NotImplemented
    parts = args[0]
    if not isinstance(parts, (list, tuple)):
        parts = list(parts)
    values = [np.array(each, dtype=object) if isinstance(each, (list, tuple)) else each for each in parts]
    if not all(each is not None and liftable(each) for each in values):
        return NotImplemented
    arrays = [lifted(home, each) for each in values]
    if len({each.compares for each in arrays}) != 1:
        return NotImplemented
    nodes = function([each.nodes for each in arrays], *args[1:], **kwargs)
    return Wires(home, nodes, all(each.memory.varies for each in arrays), arrays[0].compares)


def _method(home: Builder, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found:
    array = args[0] if args else None
    if type(array) is not Wires:
        return NotImplemented
    kwargs = {key.removeprefix("a_"): value for key, value in kwargs.items() if value is not np._NoValue}
    name = function.__name__.removeprefix("a") if function.__name__ in ("amax", "amin") else function.__name__
    if {"where", "initial", "weights", "correction", "mean"} & set(kwargs):
        return NotImplemented
    return getattr(array, name)(*args[1:], **kwargs)


def _like(home: Builder, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found:
    if len(args) != 1 or kwargs or type(args[0]) is not Wires:
        return NotImplemented
    node = home.constant(LIKE[function.__name__])
    return Wires(home, np.full_like(args[0].nodes, node))


def _pair(home: Builder, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Wires, Wires] | None:
    """Return two arrays of at least one axis each, or None."""
    values = [np.array(each, dtype=object) if isinstance(each, (list, tuple)) else each for each in args]
    if len(values) != 2 or kwargs or not all(map(liftable, values)):
        return None
    a, b = (lifted(home, each) for each in values)
    return (a, b) if a.ndim and b.ndim and not a.compares and not b.compares else None


def _dot(home: Builder, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found:
    pair = _pair(home, args, kwargs)
    if pair is None:
        return NotImplemented if len(args) != 2 or kwargs else _product_of_scalars(*args)
    a, b = pair
    if a.shape[-1] != b.shape[max(b.ndim - 2, 0)]:
        return NotImplemented
    if b.ndim == 1:
        return summed(home, a, b, lambda nodes: nodes, lambda nodes: nodes)
    places = (..., *(None,) * (b.ndim - 1), slice(None))
    return summed(home, a, b, lambda nodes: nodes[places], lambda nodes: nodes.swapaxes(-1, -2))


def _product_of_scalars(a: Any, b: Any) -> Found:
    return np.multiply(a, b) if np.ndim(a) == 0 or np.ndim(b) == 0 else NotImplemented


def _inner(home: Builder, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found:
    pair = _pair(home, args, kwargs)
    if pair is None or pair[0].shape[-1] != pair[1].shape[-1]:
        return NotImplemented
    a, b = pair
    places = (..., *(None,) * (b.ndim - 1), slice(None))
    return summed(home, a, b, lambda nodes: nodes[places], lambda nodes: nodes)


def _vdot(home: Builder, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found:
    pair = _pair(home, args, kwargs)
    if pair is None or pair[0].size != pair[1].size:
        return NotImplemented
    return summed(home, *pair, lambda nodes: nodes.ravel(), lambda nodes: nodes.ravel())


def _outer(home: Builder, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found:
    pair = _pair(home, args, kwargs)
    return NotImplemented if pair is None else np.multiply(pair[0].ravel()[:, None], pair[1].ravel())


def _einsum(home: Builder, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found:
    """Return a sum of products of two arrays along one letter; any other goes entry by entry."""
    pair = _pair(home, args[1:], kwargs) if args and isinstance(args[0], str) else None
    terms, arrow, kept = args[0].replace(" ", "").partition("->") if pair else ("", "", "")
    letters = terms.split(",")
    if pair is None or len(letters) != 2 or not all(len({*each}) == len(each) and each.isalpha() for each in letters):
        return NotImplemented
    every = sorted({*terms} - {","})
    kept = kept if arrow else "".join(each for each in every if terms.count(each) == 1)
    gone = "".join(each for each in letters[0] if each not in kept)
    if not {*kept} <= {*every} or len({*kept}) < len(kept) or len(gone) != 1 or {*every} != {*kept, *gone}:
        return NotImplemented
    if [each.ndim for each in pair] != [len(each) for each in letters]:
        return NotImplemented
    sizes = [dict(zip(each, array.shape, strict=True)) for each, array in zip(letters, pair, strict=True)]
    if any(sizes[0][each] != sizes[1][each] for each in sizes[0].keys() & sizes[1].keys()):
        return NotImplemented
    return summed(home, *pair, *(_aligned(each, kept + gone) for each in letters))


def _aligned(letters: str, order: str) -> Callable[[Any], Any]:
    """Return a function that brings the axes of an array into this order, with axes of 1 where it has none."""
    axes = [letters.index(each) for each in order if each in letters]
    places = tuple(slice(None) if each in letters else None for each in order)
    return lambda nodes: nodes.transpose(axes)[places]


def _tensordot(home: Builder, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found:
    pair, axes = _pair(home, args[:2], {}), kwargs.get("axes", args[2] if len(args) > 2 else 2)
    if pair is None or not isinstance(axes, int) or len(args) + len(kwargs) > 3 or axes < 1:
        return NotImplemented
    a, b = pair
    if axes > min(a.ndim, b.ndim) or a.shape[-axes:] != b.shape[:axes]:
        return NotImplemented
    size, left, right = int(np.prod(b.shape[:axes])), a.shape[:-axes], b.shape[axes:]
    result = np.dot(a.reshape(-1, size), b.reshape(size, -1)).reshape(left + right)
    return result if result.shape else result.item()


def _norm(home: Builder, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found:
    if len(args) != 1 or type(args[0]) is not Wires or not set(kwargs) <= {"axis", "keepdims"}:
        return NotImplemented
    array, axis = args[0], kwargs.get("axis")
    if axis is None and not kwargs.get("keepdims"):
        flat = array.ravel(order="K")
        return np.sqrt(flat.dot(flat))
    if not isinstance(axis, int):
        return NotImplemented
    return np.sqrt(np.add.reduce(array * array, axis=axis, keepdims=kwargs.get("keepdims", False)))


def _diff(home: Builder, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found:
    if len(args) != 1 or kwargs or type(args[0]) is not Wires or args[0].compares or not args[0].ndim:
        return NotImplemented
    return args[0][..., 1:] - args[0][..., :-1]


def _clip(home: Builder, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found:
    if len(args) != 3 or kwargs or not all(each is None or liftable(each) for each in args):
        return NotImplemented
    return elementwise(home, "clip", UFUNCS["clip"], args)


def _copyto(home: Builder, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Found:
    if len(args) != 2 or kwargs or type(args[0]) is not Wires:
        return NotImplemented
    args[0][...] = args[1]
    return None


def _table() -> dict[Any, Callable[..., Any]]:
    groups = ((MOVES, _move), (JOINS, _join), (METHODS, _method), (LIKE, _like))
    every = {getattr(np, name): do for names, do in groups for name in names if hasattr(np, name)}
    products = {np.dot: _dot, np.inner: _inner, np.vdot: _vdot, np.outer: _outer, np.einsum: _einsum}
    return (
        every
        | products
        | {np.tensordot: _tensordot, np.linalg.norm: _norm, np.diff: _diff, np.clip: _clip, np.copyto: _copyto}
    )


_FUNCTIONS = _table()
