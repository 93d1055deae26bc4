"""Functions of single values on arrays of nodes: in bulk where no gate folds, and the rest entry by entry, in order."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from circuit import builder as builders
from circuit.builder import Builder, endless
from circuit.bulk.array import Wires, lifted
from circuit.bulk.templates import ADD, NEG, SUB, Template, codes_of, gates, lay, one_by_one, template_of
from circuit.condition import Condition, Node
from circuit.ops import as_fraction
from circuit.wire import FixedWire, Wire

Function = Callable[..., Any]
Nodes = Any  # arrays of int64
Mask = Any  # arrays of bool
FEW = 12  # up to so many gates are made one by one
SUMS, PRODUCTS = ("add", "subtract"), ("multiply", "divide")
# what folds with no constant if one of its operands varies
NEVER = (
    "maximum minimum fmax fmin hypot arctan2 greater greater_equal less less_equal equal not_equal where clip".split()
)


class Slot:
    """An operand of a function of single values: an array of nodes, or one plain number for every entry."""

    __slots__ = ("array", "number")

    def __init__(self, home: Builder, value: Any) -> None:
        self.number: Any = None
        self.array: Any = None
        if type(value) is not Wires and isinstance(value, np.ndarray) and value.ndim == 0:
            value = value.item()
        if isinstance(value, FixedWire) and value.builder is home and home.exact(value.node) is not None:
            value = home.exact(value.node)
        if isinstance(value, (np.ndarray, Node, list, tuple)):
            self.array = lifted(home, value)
        else:
            exact = as_fraction(value) if isinstance(value, np.generic) else None
            self.number = (type(value), value if exact is None else exact)

    @property
    def kind(self) -> Any:
        """What stands in for an entry in a template."""
        if self.array is None:
            return self.number
        return Condition if self.array.compares else Wire

    def shape(self) -> tuple[int, ...]:
        """Return the shape that the operand brings to the result."""
        return () if self.array is None else self.array.nodes.shape

    def singles(self, name: str) -> Mask:
        """Say which entries may fold with others that vary; None: none."""
        if self.array is None or self.array.memory.varies or (name in NEVER and not self.array.compares):
            return None
        if self.array.plain is None:
            return fixed(self.array)
        numbers = self.array.plain
        if name in SUMS:
            return numbers <= 0
        return np.isin(numbers, (0, 1, -1)) if name in PRODUCTS else np.ones(numbers.shape, dtype=bool)


def fixed(array: Wires) -> Mask:
    """Say which entries depend on no input."""
    if array.memory.varies:
        return np.zeros(array.nodes.shape, dtype=bool)
    if array.plain is not None:
        return np.ones(array.nodes.shape, dtype=bool)
    known = array.home.fixed
    mask = np.fromiter((node in known for node in array.nodes.ravel().tolist()), bool, array.nodes.size)
    return mask.reshape(array.nodes.shape)


def elementwise(home: Builder, name: str, function: Function, values: Sequence[Any]) -> Any:
    """Return what a function makes of each entry of the operands, broadcast as NumPy does."""
    if name in SUMS and (found := _shifted(home, name, values)) is not None:
        return found
    slots = [Slot(home, each) for each in values]
    shape = _broadcast([each.shape() for each in slots])
    size = math.prod(shape)
    if size > builders.MAX_NODES:
        raise endless()
    order = _order(slots, shape)
    columns = [_column(each.array.nodes, shape, order) for each in slots if each.array is not None]
    template = None if 0 < size <= FEW else _template(function, slots)
    if template is None:
        nodes, compares = _singly(home, function, slots, columns, size)
        return _result(home, np.array(nodes, dtype=np.int64), shape, order, False, compares)
    single = singles_of(home, name, slots, shape, order)
    for place in template.negated:
        negative = codes_of(home, columns[place]) == NEG
        single = negative if single is None else single | negative
    varies = template.result[0] < 2
    if single is None or not single.any():
        return _result(home, lay(home, template, columns, size), shape, order, varies, template.compares)
    nodes = _mixed(home, function, slots, template, columns, single)
    return _result(home, nodes, shape, order, False, template.compares)


def _shifted(home: Builder, name: str, values: Sequence[Any]) -> Any:
    """Return x + c, c + x or x - c for x that varies and an array c of plain numbers, else None.

    A negative entry of c changes the gate: x + c is x - (-c), as `circuit.fold` has it; with 0 there is no gate.
    """
    plain = [type(each) is not Wires and isinstance(each, np.ndarray) and each.dtype == float for each in values]
    if sum(plain) != 1 or (name == "subtract" and plain[0]):
        return None
    numbers, varying = (values[0], values[1]) if plain[0] else (values[1], values[0])
    if type(varying) is not Wires or not varying.memory.varies or varying.compares or numbers.shape != varying.shape:
        return None
    if numbers.size <= FEW or not (numbers.flags.c_contiguous and varying.nodes.flags.c_contiguous):
        return None
    nodes, flat = varying.nodes.ravel(), numbers.ravel()
    some = flat != 0
    constants, x, down = lifted(home, np.abs(flat[some])).nodes, nodes[some], (flat < 0)[some] ^ (name == "subtract")
    swapped = plain[0] & ~down
    left, right = np.where(swapped, constants, x), np.where(swapped, x, constants)
    result = nodes.copy()
    result[some] = gates(home, np.where(down, SUB, ADD), left, right)
    return Wires(home, result.reshape(varying.shape), True)


def _broadcast(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        shown = " ".join(map(str, shapes))
        raise ValueError(f"operands could not be broadcast together with shapes {shown}") from None


def _template(function: Function, slots: Sequence[Slot]) -> Template | None:
    """Return the template of a function, or None if it raises: so it does with the operands themselves."""
    try:
        return template_of(function, tuple(each.kind for each in slots))
    except Exception:
        return None


def _order(slots: Sequence[Slot], shape: tuple[int, ...]) -> list[int]:
    """Return the axes from the outermost to the innermost, as the operands lie in memory (what NumPy calls K)."""
    arrays = [each.array.nodes for each in slots if each.array is not None]
    if len(shape) < 2 or all(each.flags.c_contiguous for each in arrays):
        return list(range(len(shape)))
    flags: Any = ["zerosize_ok"]
    given: Any = [["readonly"]] * len(arrays) + [["writeonly", "allocate"]]
    made = np.nditer([*arrays, None], flags=flags, op_flags=given, order="K").operands[-1]
    return sorted(range(len(shape)), key=lambda axis: -made.strides[axis])


def _column(nodes: Nodes, shape: tuple[int, ...], order: Sequence[int]) -> Nodes:
    return np.broadcast_to(nodes, shape).transpose(order).reshape(-1)


def _result(home: Builder, nodes: Nodes, shape: tuple[int, ...], order: list[int], varies: bool, compares: bool) -> Any:
    if not shape:
        return Wires(home, nodes, varies, compares).entry(int(nodes[0]))
    nodes = nodes.reshape([shape[axis] for axis in order]).transpose(np.argsort(order))
    return Wires(home, nodes, varies, compares)


def singles_of(home: Builder, name: str, slots: Sequence[Slot], shape: tuple[int, ...], order: list[int]) -> Mask:
    """Say which entries are to be made one by one, since they may fold; None: none."""
    arrays = [each.array for each in slots if each.array is not None]
    masks = [mask for each in slots if (mask := each.singles(name)) is not None]
    if not any(each.memory.varies for each in arrays):  # where nothing varies, everything folds or is fixed
        idle = [np.broadcast_to(fixed(each), shape) for each in arrays]
        masks.append(np.logical_and.reduce(idle) if idle else np.ones(shape, dtype=bool))
    if not masks:
        return None
    return _column(np.logical_or.reduce([np.broadcast_to(each, shape) for each in masks]), shape, order)


def _mixed(
    home: Builder, function: Function, slots: Sequence[Slot], template: Template, columns: list[Nodes], single: Mask
) -> Nodes:
    """Return the nodes of entries some of which are made one by one, all in their order."""
    size, start = len(single), 0
    if single.sum() * 8 > size:
        return np.array(_singly(home, function, slots, columns, size)[0], dtype=np.int64)
    nodes = np.empty(size, dtype=np.int64)
    for place in [*np.flatnonzero(single).tolist(), size]:
        if place > start:
            nodes[start:place] = lay(home, template, [each[start:place] for each in columns], place - start)
        if place < size:
            found = [each[place : place + 1] for each in columns]
            nodes[place] = _singly(home, function, slots, found, 1)[0][0]
        start = place + 1
    return nodes


def _singly(
    home: Builder, function: Function, slots: Sequence[Slot], columns: Sequence[Nodes], size: int
) -> tuple[list[int], bool]:
    rest, operands = iter(columns), []
    for each in slots:
        if each.array is None:
            operands.append([each.number[1]] * size)
        else:
            operands.append([each.array.entry(node) for node in next(rest).tolist()])
    return one_by_one(home, function, operands)
