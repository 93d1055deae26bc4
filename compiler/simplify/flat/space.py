"""The arrays in which the passes keep a graph: filled by functions that may ask for more room."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from circuit.circuit import Circuit
from circuit.native import compiled
from compiler.loops import memory as at
from compiler.loops.answers import Answers
from compiler.loops.memory import Array
from compiler.simplify.flat import memory as m
from compiler.simplify.flat.memory import Graph
from compiler.simplify.flat.nodes import begin, enter_all, forget
from compiler.simplify.vanished import Vanished

TERMS_AT_ONCE = 256  # for which there is room at first


class Space(Answers):
    """The arrays of a graph; `quick`: what runs over them is compiled."""

    memory: Any

    def __init__(self, circuit: Circuit, quick: bool) -> None:
        super().__init__(quick, len(circuit.constants))
        self.nothing = self.zeros(1, np.int64)
        known = self.memory._asdict()
        if quick:
            known |= {name: np.array(known[name], np.int64) for name in ("state", "sizes")}
            known["keys"] = np.array(known["keys"], np.int32)
        self.memory = Graph(**{name: known.get(name, self.nothing) for name in Graph._fields})
        room = 2 * len(circuit) + TERMS_AT_ONCE
        self.put(sums=self._rows(m.ROWS_OF_SUMS, room), work=self._room(m.PARTS * room), heap=self._room(6 * room))
        self.put(cells=self._room(m.CELL * room), turns=self._room(m.TURNED * TERMS_AT_ONCE))

    def _answer(self, question: int, operands: list[int]) -> None:
        if question == m.ROOM:
            self._lengthen(operands[0])
        elif question == m.VANISHED:
            raise Vanished("a divisor or an argument that is constant")
        else:
            super()._answer(question, operands)

    def _lengthen(self, what: int) -> None:
        """Double an array, and those that go with it."""
        old = self.memory
        if what == m.IN_NODES:
            self.put(node=self._table(2 * len(old.node), m.NODE_PARTS))
            self._copy(old.node, len(old.node))
            self._index()
        elif what == m.IN_SUMS:
            sums = self._rows(m.ROWS_OF_SUMS, 2 * len(old.sums[0]))
            for new, row in zip(sums, old.sums, strict=True):
                new[: len(row)] = row
            self.put(sums=sums)
        else:
            self.lengthen(m.GROWING[what])
            if what == m.IN_WORK:
                self.lengthen("heap")

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

    def _room(self, count: int) -> Array:
        """Return so many integers, whatever they are: nothing reads them before they are set."""
        return np.empty(count, np.int64) if self.quick else [0] * count

    def same(self, count: int, value: int) -> Array:
        """Return so many equal integers."""
        return np.full(count, value, np.int32) if self.quick else [value] * count

    def _rows(self, count: int, size: int) -> Array:
        """Return a few long rows of integers, whatever they are."""
        return np.empty((count, size), np.int64) if self.quick else [[0] * size for _ in range(count)]

    def _table(self, size: int, parts: int) -> Array:
        """Return many short rows of integers, whatever they are."""
        return np.empty((size, parts), np.int64) if self.quick else [[0] * parts for _ in range(size)]

    def _begin(self, nodes: int, terms: int, keep: int = 0) -> None:
        """Begin a graph of about so many nodes and terms; keep: the nodes of the one that goes on in it."""
        old, count = self.memory, self._ints(m.COUNTS)
        self.put(node=self._table(nodes + nodes // 4 + 64, m.NODE_PARTS), terms=self._room(2 * terms + 64), count=count)
        count[m.HALF], count[m.TWO] = self.coefficient(Fraction(1, 2)), self.coefficient(Fraction(2))
        if keep:
            count[m.NODES], count[m.TERMS] = keep, old.count[m.TERMS]
            self._copy(old.node, keep)
            self.call(forget)
            self.memory.terms[: 2 * int(count[m.TERMS])] = old.terms[: 2 * int(count[m.TERMS])]
        else:
            self.call(begin)
        self._index()

    def _copy(self, nodes: Array, size: int) -> None:
        """Copy what is known of nodes into a longer array."""
        if self.quick:
            self.memory.node[:size] = nodes[:size]
        else:
            self.memory.node[:size] = [list(each) for each in nodes[:size]]

    def _index(self) -> None:
        """Make the table of nodes anew."""
        self.put(index=self._ints(1 << (2 * len(self.memory.node)).bit_length()))
        self.call(enter_all)

    @property
    def size(self) -> int:
        """Return how many nodes there are."""
        return int(self.memory.count[m.NODES])

    def call_plain(self, function: Any, *rest: Any) -> Any:
        """Call a function that asks nothing."""
        return (compiled(function) if self.quick else function)(*rest)
