"""The arrays in which the passes keep a graph: made with room to spare, filled by functions that may ask for more."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from circuit.circuit import Circuit
from circuit.ops import CONSTANT, INPUT
from compiler.loops import memory as at
from compiler.loops.answers import Answers
from compiler.loops.memory import Array
from compiler.simplify.flat import memory as m
from compiler.simplify.flat.memory import Graph
from compiler.simplify.vanished import Vanished

KEPT = m.KIND, m.FIRST, m.SECOND, m.FLAGS, m.RIGID, m.HASH, m.QUAD  # rows of nodes


class Short(Exception):
    """An array is too short."""


class Space(Answers):
    """The arrays of a graph; `room`: how generously they are made; `quick`: what runs over them is compiled."""

    memory: Any

    def __init__(self, circuit: Circuit, room: int, quick: bool) -> None:
        super().__init__(quick, len(circuit.constants))
        self.room = room
        self.nothing = self.zeros(1, np.int64)
        known = self.memory._asdict()
        if quick:
            known |= {name: np.array(known[name], np.int64) for name in ("state", "sizes")}
            known["keys"] = np.array(known["keys"], np.int32)
        self.memory = Graph(**{name: known.get(name, self.nothing) for name in Graph._fields})

    def _answer(self, question: int, operands: list[int]) -> None:
        if question in (m.ROOM, at.ROOM_NODES, at.ROOM_TABLE):
            raise Short
        if question == m.VANISHED:
            raise Vanished("a divisor or an argument that is constant")
        super()._answer(question, operands)

    def _run(self, function: Any, *rest: Any) -> Any:
        """Call a function until it has no question left."""
        state = self.memory.state
        while True:
            result = self.call(function, *rest)
            if not state[at.ASKED]:
                return result
            question, *operands = (int(each) for each in state[: at.FOURTH + 1])
            state[at.ASKED] = 0
            self._answer(question, operands)

    def _ints(self, count: int) -> Array:
        return self.zeros(max(count, 1), np.int64)

    def _same(self, count: int, value: int) -> Array:
        return np.full(count, value, np.int64) if self.quick else [value] * count

    def _rows(self, count: int, size: int) -> Array:
        """Return rows of zeros."""
        return np.zeros((count, size), np.int64) if self.quick else [[0] * size for _ in range(count)]

    def _begin(self, nodes: int, terms: int, keep: int = 0) -> None:
        """Make room for so many nodes and terms; keep: the nodes of the graph that go on in it."""
        nodes, terms = self.room * (nodes + nodes // 4) + 256, self.room * (terms + terms // 4) + 256
        old, count, node = self.memory, self._ints(m.COUNTS), self._rows(m.ROWS_OF_NODE, nodes)
        self.put(node=node, terms=self._ints(2 * terms), index=self._ints(1 << (2 * nodes).bit_length()), count=count)
        self.put(sums=self._rows(m.ROWS_OF_SUMS, 2 * terms), work=self._ints(m.PARTS * terms))
        self.put(heap=self._ints(6 * terms), cells=self._ints(m.CELL * (nodes + 2 * terms)))
        count[m.HALF], count[m.TWO] = self.coefficient(Fraction(1, 2)), self.coefficient(Fraction(2))
        if keep:
            self._copy(old, keep)
            self.call(enter_all)
        else:
            node[m.KIND][0], node[m.FIRST][0], node[m.FLAGS][0], count[m.NODES] = CONSTANT, at.ONE, m.FIXED, 1

    def _copy(self, old: Graph, size: int) -> None:
        """Copy a graph into longer arrays."""
        new, terms = self.memory, 2 * int(old.count[m.TERMS])
        for row in KEPT:
            new.node[row][:size] = old.node[row][:size]
        new.terms[:terms] = old.terms[:terms]
        new.count[m.NODES], new.count[m.TERMS] = size, old.count[m.TERMS]

    @property
    def size(self) -> int:
        """Return how many nodes there are."""
        return int(self.memory.count[m.NODES])

    def call_plain(self, function: Any, *rest: Any) -> Any:
        """Call a function that asks nothing."""
        return self._compiled(function)(*rest)

    def _compiled(self, function: Any) -> Any:
        from circuit.native import compiled

        return compiled(function) if self.quick else function


def enter_all(g: Graph) -> None:
    """Enter every node into an empty table."""
    index = g.index
    mask = len(index) - 1
    for node in range(1, g.count[m.NODES]):
        kind, key = g.node[m.KIND][node], g.node[m.HASH][node]
        if kind == INPUT:
            continue
        slot = (key if kind in (CONSTANT, m.MUL, m.DIV) else key ^ key >> 17) & mask
        while index[slot]:
            slot = (slot + 1) & mask
        index[slot] = node
