"""NumPy over wires: what its ufuncs and functions do with arrays of them, in bulk where that is known.

Arrays hold the numbers of nodes (`circuit.bulk.array`); ufuncs and functions that are known append their gates in bulk,
any other runs entry by entry on arrays of objects made for the purpose.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from circuit.builder import Builder
from circuit.bulk.array import Wires, lifted
from circuit.bulk.functions import function_in_bulk, where
from circuit.bulk.methods import INTO_PLAIN
from circuit.bulk.objects import Objects, as_objects, cell, entry_by_entry, home_of, meaning, plain
from circuit.bulk.ufuncs import choice, few_entries, liftable, ufunc_in_bulk
from circuit.condition import Node
from circuit.errors import TraceError


def argument(home: Builder, first: int, shape: tuple[int, ...]) -> Wires:
    """Return an array of this shape of inputs in a row."""
    return Wires(home, np.arange(first, first + math.prod(shape), dtype=np.int64).reshape(shape), varies=True)


def apply_ufunc(ufunc: Any, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Run a ufunc over wires, arrays of them, and plain numbers and arrays. Errors: TraceError for what is no gate."""
    if method == "__call__" and not options and (few := few_entries(ufunc.__name__, inputs)) is not None:
        return few
    options = {key: value for key, value in options.items() if key not in ("casting", "subok", "order", "signature")}
    target = options.pop("out", None)
    target = target[0] if isinstance(target, tuple) else target
    if target is not None and target.dtype != object:
        raise TraceError(INTO_PLAIN)
    if options.pop("where", True) is not True:
        raise TraceError(f"np.{ufunc.__name__} with where=: write np.where(condition, np.{ufunc.__name__}(x), x)")
    result = _by_ufunc(ufunc, method, inputs, options)
    if target is None:
        return result
    if type(target) is Wires:
        target[...] = result
    else:
        target.view(np.ndarray)[...] = result.objects() if type(result) is Wires else cell(result)
    return target


def _by_ufunc(ufunc: Any, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    home = home_of(inputs)
    if set("".join(ufunc.types)) <= set("O->"):  # the user's own, of np.vectorize or np.frompyfunc
        return _kept(getattr(ufunc, method)(*(cell(plain(each)) for each in inputs), **options), home, inputs)
    function = meaning(ufunc)
    if method == "__call__" and not any(isinstance(each, (np.ndarray, list, tuple)) for each in inputs):
        return function(*map(plain, inputs))
    if any(type(each) is Wires or isinstance(each, Node) for each in inputs):
        assert home is not None
        found = ufunc_in_bulk(home, ufunc.__name__, method, inputs, options)
        if found is not NotImplemented:
            return found
    return _kept(entry_by_entry(ufunc, method, inputs, options), home, inputs)


def _kept(result: Any, home: Builder | None, inputs: Sequence[Any]) -> Any:
    """Return a result as what its operands are: arrays of nodes, or of objects."""
    return as_objects(result, home) if any(isinstance(each, Objects) for each in inputs) else joined(result, home)


def apply_function(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Run a function of NumPy: `where` as select, any other as NumPy composes it of ufuncs."""
    home = home_of((*args, *kwargs.values()))
    assert home is not None
    if function is np.where:
        if len(args) != 3 or kwargs:
            raise TraceError("np.where of a traced condition takes three arguments: np.where(x > 0, a, b)")
        found = where(home, *args)
        if found is NotImplemented:
            return _kept(np.frompyfunc(choice, 3, 1)(*(cell(plain(each)) for each in args)), home, args)
        return found
    if function in (np.array_equal, np.allclose, np.isclose):
        raise TraceError(f"np.{function.__name__}: a comparison of traced values is neither True nor False yet")
    found = function_in_bulk(home, function, args, kwargs)
    return through_objects(function._implementation, args, kwargs) if found is NotImplemented else found


def through_objects(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Call a function with arrays of objects in place of ours, and bring back what it writes into them."""
    twins: list[tuple[Wires, Any, Any]] = []
    home = home_of((*args, *kwargs.values()))

    def twin(value: Any) -> Any:
        """Return an array as objects that can be written to, also within lists and tuples; anything else as it is."""
        if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
            return type(value)([twin(each) for each in value])
        if type(value) is not Wires:
            return value
        made = value.objects().view(Objects)
        made.home = value.home
        twins.append((value, made, made.copy()))
        return made

    result = function(*map(twin, args), **{key: twin(value) for key, value in kwargs.items()})
    for ours, made, before in twins:
        changed = [place for place, (a, b) in enumerate(zip(made.flat, before.flat, strict=False)) if a is not b]
        if made.shape != ours.shape:
            raise TraceError("an array of traced values keeps its size: make a new one")
        for place in changed:
            ours[np.unravel_index(place, ours.shape)] = made.flat[place]
    for ours, made, _ in twins:
        if result is made:
            return ours
    return joined(result, home, [made for _, made, _ in twins])


def joined(result: Any, home: Builder | None, twins: Sequence[Any] = ()) -> Any:
    """Return results of NumPy with arrays of nodes for arrays of objects, where all entries are values of one kind.

    What shares the memory of a twin cannot be written to: it would be lost.
    """
    if isinstance(result, (tuple, list)):
        return type(result)([joined(each, home, twins) for each in result])
    if type(result) is Wires or not isinstance(result, np.ndarray) or result.dtype != object:
        return as_objects(result, home)
    if not result.shape:
        return result.item()
    if home is None or not liftable(result):
        return as_objects(result, home)
    ours = lifted(home, result)
    ours.nodes.flags.writeable = not any(np.may_share_memory(result, each) for each in twins)
    return ours
