"""Reductions, and sums of products, over arrays of nodes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from circuit import builder as builders
from circuit.builder import Builder, endless
from circuit.bulk.array import Wires
from circuit.bulk.compute import FEW, Slot, fixed, singles_of
from circuit.bulk.templates import ADD, MUL, Template, chain, contract, template_of
from circuit.condition import Condition
from circuit.wire import Wire

Function = Callable[..., Any]
Nodes = Any  # arrays of int64
Mask = Any  # arrays of bool


def reduced(home: Builder, function: Function, array: Wires, cells: Nodes, by_step: bool, keep: bool = False) -> Any:
    """Return the nodes to which a function of two values reduces each row of `cells`, or all on the way there."""
    count, length = cells.shape
    kind = Condition if array.compares else Wire
    template = template_of(function, (kind, kind)) if count * length > FEW else None
    single = None if array.memory.varies else fixed(Wires(home, cells))
    if template is not None and template.links and (single is None or not single.any()):
        every = chain(home, template, cells, by_step)
        return every if keep else every[:, -1]
    if template is not None and template.links and not keep and single is not None:
        results = [_segments(home, function, template, array, *each) for each in zip(cells, single, strict=True)]
        return np.array(results, dtype=np.int64)
    every = np.array(cells)
    rows = [[array.entry(node) for node in row] for row in cells.tolist()]
    steps = [(row, step) for step in range(1, length) for row in range(count)]
    for row, step in steps if by_step else sorted(steps):
        rows[row][step] = function(rows[row][step - 1], rows[row][step])
        every[row, step] = rows[row][step].node
    return every if keep else every[:, -1]


def _segments(home: Builder, function: Function, template: Template, array: Wires, row: Nodes, single: Mask) -> int:
    """Reduce one row in which some entries are fixed: what lies between them in bulk."""
    found, start = array.entry(int(row[0])), 1
    for place in [*(np.flatnonzero(single[1:]) + 1).tolist(), len(row)]:
        if place > start and found.node in home.fixed:
            found, start = function(found, array.entry(int(row[start]))), start + 1
        if place > start:
            links = chain(home, template, np.concatenate([[found.node], row[start:place]])[None], False)
            found = array.entry(int(links[0, -1]))
        if place < len(row):
            found = function(found, array.entry(int(row[place])))
        start = place + 1
    return int(found.node)


def products_summed(home: Builder, a: Any, b: Any) -> Any:
    """Return the sums of a * b along their last axis, broadcast; a and b are lifted."""
    shape = np.broadcast_shapes(a.nodes.shape, b.nodes.shape)
    if math.prod(shape) > builders.MAX_NODES:
        raise endless()
    order = list(range(len(shape)))
    if not shape[-1]:
        return np.full(shape[:-1], home.constant(0))
    slots = [Slot(home, a), Slot(home, b)]
    single = singles_of(home, "multiply", slots, shape, order)
    if single is None or not single.any():
        return contract(home, a.nodes, b.nodes)
    left, right = (np.broadcast_to(each.nodes, shape).reshape(-1, shape[-1]) for each in (a, b))
    rows = zip(left, right, single.reshape(-1, shape[-1]).any(axis=1).tolist(), strict=True)
    nodes = [_one_sum(home, *row) for row in rows]
    return np.array(nodes, dtype=np.int64).reshape(shape[:-1])


def _one_sum(home: Builder, a: Nodes, b: Nodes, single: bool) -> int:
    if not single:
        return int(contract(home, a[None], b[None])[0])
    total = -1
    for x, y in zip(a.tolist(), b.tolist(), strict=True):
        product = home.gate(MUL, x, y)
        total = product if total < 0 else home.gate(ADD, total, product)
    return total
