"""The passes in their order over one circuit: from its gates to those of value and gradient, by arrays that grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from circuit.circuit import Circuit
from circuit.ops import CONSTANT, FIRST_GATE, INPUT, Op
from compiler.loops import memory as at
from compiler.loops import pulls
from compiler.loops.answers import Answers
from compiler.loops.differentiate import arrays, built
from compiler.loops.memory import Array
from compiler.simplify.flat import addition, adjoint, lower, rebuild, registers, rotations, symmetric, uses, votes
from compiler.simplify.flat import memory as m
from compiler.simplify.flat.memory import Graph, Old
from compiler.simplify.flat.read import mark_divisors, read
from compiler.simplify.vanished import Vanished

GRAPH = "node", "terms", "index", "count", "quads"  # the arrays of a graph, without what is for a while only
KEPT = m.KIND, m.FIRST, m.SECOND, m.FLAGS, m.RIGID, m.HASH, m.QUAD  # rows of nodes
WORK = 8  # terms that may be multiplied out for each node


class Short(Exception):
    """An array is too short."""


class Passes(Answers):
    """The arrays of the passes over one circuit; `room` is how generously they are made."""

    memory: Any

    def __init__(self, circuit: Circuit, rows: Sequence[Op | None], room: int, quick: bool) -> None:
        super().__init__(quick, len(circuit.constants))
        self.circuit, self.room = circuit, room
        nothing = self.zeros(1, np.int64)
        known = self.memory._asdict()
        if quick:
            known |= {name: np.array(known[name], np.int64) for name in ("state", "sizes")}
            known["keys"] = np.array(known["keys"], np.int32)
        self.memory = Graph(**{name: known.get(name, nothing) for name in Graph._fields})
        script = pulls.written(rows, {*circuit.op.tobytes()} - {*range(FIRST_GATE)}, self.coefficient)
        self.written = script is not None
        if script is not None:
            table, program = script
            self.memory.state[at.ROWS : at.ROWS + len(table)] = self.array(table, np.int64)
            self.put(program=self.array(program or [0], np.int64))
        self.outputs = nothing  # references to the value, and to the derivatives when they are there

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

    def _old(self) -> Old:
        """Return the graph as one that is built anew."""
        size = self.size
        old = Old(self.memory.node, self.memory.terms, self._rows(m.ROWS_OF_MADE, size))
        self.call_plain(uses.count_uses, old, size, self.outputs)
        return old

    def call_plain(self, function: Any, *rest: Any) -> Any:
        """Call a function that asks nothing."""
        return self._compiled(function)(*rest)

    def read(self) -> None:
        """Read the circuit."""
        circuit = self.circuit
        op, lhs, rhs = arrays(circuit, self.quick)
        self._begin(len(circuit), 2 * len(circuit))
        values = self.constants(circuit.constants)
        third = self.array([circuit.third[node] for node in sorted(circuit.third)] or [0])
        marks = self._ints(len(circuit))
        self.call_plain(mark_divisors, op, lhs, rhs, marks)
        for node, varies in enumerate(circuit.varies) if not self.quick else ():
            marks[node] += 2 * varies
        if self.quick:
            marks += 2 * np.frombuffer(circuit.varies, np.uint8).astype(np.int64)
        refs = self._ints(2 * len(circuit))
        self._run(read, op, lhs, rhs, third, values, len(circuit.differentiated), marks, refs)
        output = 2 * circuit.outputs[0]
        self.outputs = self.array([int(refs[output]), int(refs[output + 1])], np.int64)

    def rebuild(self, *, factor: bool = True, old: Old | None = None) -> None:
        """Build the graph anew; old: if it is marked already what is to be symmetric."""
        old = self._old() if old is None else old
        size, terms = self.size, int(self.memory.count[m.TERMS])
        self._begin(size, terms + size)
        self.put(quads=self._ints(1 if factor else 6 * terms + 64))
        self.memory.count[m.BUDGET] = WORK * size
        self._run(rebuild.rebuild, old, size, int(factor), int(factor))
        found = self._ints(len(self.outputs))
        self._run(rebuild.outputs_of, old, self.outputs, found)
        self.outputs = found

    def symmetric(self) -> None:
        """Make quadratic forms symmetric."""
        old = self._old()
        if self._run(symmetric.find_symmetric, old, self.size):
            self.rebuild(factor=False, old=old)

    def swept(self, limit: int) -> bool:
        """Append the derivatives; say whether a coefficient was beyond the limit."""
        size, terms, circuit = self.size, int(self.memory.count[m.TERMS]), self.circuit
        self._begin(3 * size + terms, 3 * terms + size, keep=size)
        self.put(turns=self._ints(m.TURNED * size + m.TURNED))
        self._run(rotations.find_rotations)
        g, count = self.memory, self.memory.count
        count[m.CANCEL], count[m.MOST], count[m.TURN] = 1, limit, size - 1
        inputs = [node for node in range(size) if g.node[m.KIND][node] == INPUT][: len(circuit.differentiated)]
        k, output = (int(each) for each in self.outputs)
        if g.node[m.FLAGS][output] & m.ACTIVE:
            g.cells[: m.CELL] = self.array([k, m.PLAIN, 0, -1, 0, output], np.int64)
            count[m.CELLS] = 1
            g.node[m.HEAD][output], g.node[m.TAIL][output] = 1, 1
        derivatives = self._ints(2 * len(inputs))
        self._run(adjoint.sweep, self.array(inputs or [0], np.int64)[: len(inputs)], derivatives)
        self.outputs = self.array([k, output, *(int(each) for each in derivatives[: 2 * len(inputs)])], np.int64)
        return bool(count[m.LIMITED])

    def lowered(self) -> Circuit:
        """Return the circuit of the graph."""
        g, size, terms = self.memory, self.size, int(self.memory.count[m.TERMS])
        old = self._old()
        node = self._rows(registers.KNOWN, size)
        read, free, ballot = old.made[m.USES], self._ints(size), self._ints(size)
        once = np.minimum(read, 1) if self.quick else [min(each, 1) for each in read]
        self.call_plain(votes.mark_flexible, old, size, once, free)
        self.call_plain(votes.vote, old, size, self.outputs, once, free, ballot, node[registers.WISH])
        read[0] = 0
        node[registers.USED][:size] = read
        node[registers.REGISTER][:], node[registers.SIGN_OF][:] = self._same(size, -1), self._same(size, 1)
        low = registers.Lowering(node, self._ints(2 << (2 * terms + 8).bit_length()))
        inputs = self._gates(size, 2 * (size + terms) + 256)
        self.call(addition.find_wanted, low, size)
        g.count[m.TURN] = 0
        self._run(lower.lower, low, size, inputs)
        found = self._ints(len(self.outputs) // 2)
        self._run(lower.lower_outputs, low, self.outputs, found)
        return built(self.circuit, self, [int(each) for each in found], 0)

    def _gates(self, size: int, nodes: int) -> Array:
        """Make room for gates, with the inputs as the first; return the register of each input of the graph."""
        g, state, nodes = self.memory, self.memory.state, self.room * nodes
        near = at.LINE * (nodes // 8 + 1 + at.WINDOW)
        spill = 1 << (nodes // 4 + 64).bit_length()
        triples = 2 * len(self.circuit.third) * 8 + 64
        self.put(
            nodes=self.zeros(at.NODE_WIDTH * nodes),
            table=self.zeros(near + spill),
            triples=self.zeros(self.room * triples),
        )
        state[at.SPILL], state[at.SPILLED], state[at.TRIPLES] = near, 0, 0
        state[at.NAMED], state[at.NAMED + 1] = -1, -1
        for place in range(int(state[at.SIZES])):
            g.sizes[at.SIZE_WIDTH * place + 2], g.sizes[at.SIZE_WIDTH * place + 3] = -1, -1
        self.approximations.clear()
        found, given = self._ints(size), 0
        for node in range(size):
            if g.node[m.KIND][node] == INPUT:
                found[node] = given
                self.memory.nodes[at.NODE_WIDTH * given] = INPUT
                given += 1
        state[at.COUNT] = given
        return found

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


def gradients(
    circuit: Circuit, rows: Sequence[Op | None], limits: Sequence[int], *, quick: bool = True
) -> Iterator[Circuit]:
    """Yield the gradients of a circuit, one for each limit of coefficients that it comes to; none without pull-backs.

    rows: the table of gates by code. quick: compiled by numba; otherwise the same functions run on lists.
    Errors: Vanished where the formula must stay as it is written.
    """
    room = 1
    while room < 1 << 12:
        try:
            yield from _swept(circuit, rows, limits, room, quick)
            return
        except Short:
            room *= 2


def _swept(circuit: Circuit, rows: Sequence[Op | None], limits: Sequence[int], room: int, quick: bool) -> list[Circuit]:
    passes = Passes(circuit, rows, room, quick)
    if not passes.written:
        return []
    passes.read()
    passes.rebuild()
    passes.symmetric()
    graph, outputs, found = passes.memory, passes.outputs, []
    kept = {name: getattr(graph, name) for name in GRAPH}
    for limit in limits:
        limited = passes.swept(limit)
        passes.rebuild()
        found.append(passes.lowered())
        if not limited:
            break
        passes.put(**kept)
        passes.outputs = outputs
    return found
