"""Arrays of traced values that hold node numbers; what stands in for one entry is made when it is asked for.

`Wires` is no ndarray: to whatever would read its memory it is an array of objects, of wires, so that no number of a
node is ever taken for a value. It answers NumPy's two protocols, and moves its numbers as NumPy moves an array's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from circuit.builder import Builder
from circuit.bulk.methods import Methods
from circuit.condition import FOREIGN, Condition, Node, condition
from circuit.errors import InvalidType, TraceError
from circuit.ops import as_fraction
from circuit.wire import Wire, varying, wire


class Memory:
    """What is known of the nodes that an array and its views share."""

    __slots__ = ("cache", "varies")

    def __init__(self, varies: bool) -> None:
        self.varies = varies  # none of them is fixed
        self.cache: dict[int, Wire] = {}  # entries that were asked for, of the array itself


class Wires(Methods, NDArrayOperatorsMixin):
    """An array of traced values of one builder, its `home`, or of comparisons of them.

    plain: the numbers that it was lifted from, if it was.
    """

    __slots__ = ("cache", "compares", "home", "memory", "nodes", "plain")

    def __init__(
        self, home: Builder, nodes: Any, varies: bool = False, compares: bool = False, memory: Memory | None = None
    ) -> None:
        self.home = home
        self.nodes = nodes
        self.compares = compares
        self.plain: Any = None
        self.memory = memory or Memory(varies)
        self.cache = self.memory.cache if memory is None and not compares and nodes.ndim == 1 else None

    @property  # type: ignore[misc]  # mypy takes the class of an object for an attribute that is set
    def __class__(self) -> Any:
        """Answer isinstance(x, np.ndarray), by which a function may tell arrays from scalars."""
        return np.ndarray

    def view(self, *kind: Any) -> Any:
        """Return another array of the same memory. Errors: those of NumPy for another type."""
        return self.alike(self.nodes.view()) if not kind else self.objects().view(*kind)

    def alike(self, nodes: Any) -> Any:
        """Return some of these entries: an array, or the one entry that NumPy took out of it."""
        if isinstance(nodes, np.ndarray):
            return Wires(self.home, nodes, compares=self.compares, memory=self.memory)
        return self.entry(int(nodes))

    def entry(self, node: int) -> Any:
        """Return a node as the wire or the condition that it is."""
        if self.compares:
            return condition(self.home, node)
        return varying(self.home, node) if self.memory.varies else wire(self.home, node)

    def entries(self) -> list[Any]:
        """Return what stands in for each entry, row by row."""
        nodes, home = self.nodes.ravel().tolist(), self.home
        if self.memory.varies and not self.compares:
            return [varying(home, node) for node in nodes]
        return [self.entry(node) for node in nodes]

    def objects(self) -> Any:
        """Return the same as an array of objects, which shares nothing with this one."""
        array = np.empty(self.nodes.size, dtype=object)
        array[:] = self.entries()
        return array.reshape(self.nodes.shape)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        from circuit.bulk.objects import Objects

        array = self.objects().view(Objects)
        array.home = self.home
        if dtype is not None and np.dtype(dtype) != self.dtype:
            return array.astype(dtype)  # which is refused
        array.flags.writeable = bool(copy)  # what is written there would be lost
        return array

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        from circuit.arrays import apply_ufunc

        return apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        from circuit.arrays import apply_function

        return apply_function(function, args, kwargs)

    def __getitem__(self, index: Any) -> Any:
        if type(index) is int and self.cache is not None:
            try:
                return self.cache[index]
            except KeyError:
                found = self.cache[index] = self.entry(self.nodes.item(index))
                return found
        nodes = self.nodes[index]
        if type(nodes) is np.int64 and self.memory.varies and not self.compares:
            return varying(self.home, int(nodes))
        return self.alike(nodes)

    def __setitem__(self, index: Any, value: Any) -> None:
        entries = lifted(self.home, value, self.compares)
        self.nodes[index] = entries.nodes
        self.memory.cache.clear()
        self.memory.varies &= entries.memory.varies

    def __iter__(self) -> Iterator[Any]:
        if self.nodes.ndim != 1:
            return map(self.alike, self.nodes)  # which refuses what has no length
        return iter(self.entries())

    def __getattr__(self, name: str) -> Any:
        """Return what an array of objects has under this name; a method may change its entries."""
        if name.startswith("__"):  # protocols by which NumPy would read the memory
            raise AttributeError(name)
        from circuit.arrays import through_objects

        twin = self.objects().view()
        if not callable(getattr(twin, name)):
            return through_objects(lambda array: getattr(array, name), (self,), {})
        return lambda *args, **kwargs: through_objects(
            lambda array, *rest, **options: getattr(array, name)(*rest, **options), (self, *args), kwargs
        )


def lifted(home: Builder, value: Any, compares: bool | None = None) -> Wires:
    """Return traced values, plain numbers, and arrays or lists of them as an array of nodes.

    compares: whether comparisons are wanted; None: whatever stands there, but not both.
    Errors: TraceError for a comparison among numbers or a value of another trace, InvalidType for what is neither.
    """
    if isinstance(value, (list, tuple)):
        value = np.array(value, dtype=object)
    if type(value) is Wires:
        found = value
    elif isinstance(value, np.ndarray) and value.dtype == object:
        found = _of_objects(home, value, compares)
    elif isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.dtype.itemsize <= 8:
        found = _of_numbers(home, value)
    else:
        found = _of_objects(home, _cell(value), compares)
    if found.home is not home:
        raise TraceError(FOREIGN)
    if compares is False and found.compares:
        raise TraceError(f"a comparison ({found.entries()[0].text}) is no number: write np.where(x > 0, 1, 0)")
    if compares and not found.compares and not _are_bits(found):
        raise InvalidType(f"a condition is joined with a condition, not with {value!r:.40}")
    return found


def _of_numbers(home: Builder, array: Any) -> Wires:
    known, make = home.numbers, varying(home, -1)._node
    nodes = [known[each] if each in known else make(each) for each in array.ravel().tolist()]
    found = Wires(home, np.array(nodes, dtype=np.int64).reshape(array.shape))
    found.plain = array
    return found


def _of_objects(home: Builder, array: Any, compares: bool | None) -> Wires:
    entries, make = array.ravel().tolist(), varying(home, -1)._node
    wanted = any(isinstance(each, Condition) for each in entries) if compares is None else compares
    nodes = np.empty(len(entries), dtype=np.int64)
    for place, each in enumerate(entries):
        if isinstance(each, Node) and each.builder is not home:
            raise TraceError(FOREIGN)
        if wanted and isinstance(each, Wire):
            raise InvalidType(f"a condition is joined with a condition, not with {each!r:.40}")
        nodes[place] = each.node if wanted and isinstance(each, Condition) else make(each)
    varies = home.fixed.isdisjoint(nodes.tolist())
    return Wires(home, nodes.reshape(array.shape), varies, wanted)


def _are_bits(found: Wires) -> bool:
    return all(found.home.exact(node) in (0, 1) for node in found.nodes.ravel().tolist())


def _cell(value: Any) -> Any:
    cell = np.empty((), dtype=object)
    cell[()] = as_fraction(value) if isinstance(value, np.generic) else value
    return cell
