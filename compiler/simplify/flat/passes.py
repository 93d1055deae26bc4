"""The passes in their order over one circuit: from its gates to those of value and gradient, by arrays that grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from circuit.circuit import Circuit
from circuit.ops import FIRST_GATE, INPUT, Op
from compiler.loops import memory as at
from compiler.loops import pulls
from compiler.loops.differentiate import arrays, built
from compiler.loops.memory import Array
from compiler.simplify.flat import addition, adjoint, lower, rebuild, registers, rotations, symmetric, uses, votes
from compiler.simplify.flat import memory as m
from compiler.simplify.flat.memory import Old
from compiler.simplify.flat.read import mark_divisors, read
from compiler.simplify.flat.space import Short, Space

GRAPH = "node", "terms", "index", "count", "quads"  # the arrays of a graph, without what is for a while only
WORK = 8  # terms that may be multiplied out for each node


class Passes(Space):
    """The passes over one circuit; `rows` is the table of gates by code."""

    def __init__(self, circuit: Circuit, rows: Sequence[Op | None], room: int, quick: bool) -> None:
        super().__init__(circuit, room, quick)
        self.circuit = circuit
        script = pulls.written(rows, {*circuit.op.tobytes()} - {*range(FIRST_GATE)}, self.coefficient)
        self.written = script is not None
        if script is not None:
            table, program = script
            self.memory.state[at.ROWS : at.ROWS + len(table)] = self.array(table, np.int64)
            self.put(program=self.array(program or [0], np.int64))
        self.outputs = self.nothing  # references to the value, and to the derivatives when they are there

    def _old(self) -> Old:
        """Return the graph as one that is built anew."""
        size = self.size
        old = Old(self.memory.node, self.memory.terms, self._rows(m.ROWS_OF_MADE, size))
        self.call_plain(uses.count_uses, old, size, self.outputs)
        return old

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

    def rebuild(self, *, factor: bool = True, old: Old | None = None, since: int = 1 << 62) -> None:
        """Build the graph anew; old: if it is marked already what is to be symmetric; since: the gradient's nodes."""
        old = self._old() if old is None else old
        size, terms = self.size, int(self.memory.count[m.TERMS])
        self._begin(size, terms + size)
        self.put(quads=self._ints(1 if factor else 6 * terms + 64))
        self.memory.count[m.BUDGET], self.memory.count[m.SINCE] = WORK * size, since
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
        since = passes.size
        limited = passes.swept(limit)
        passes.rebuild(since=since)
        found.append(passes.lowered())
        if not limited:
            break
        passes.put(**kept)
        passes.outputs = outputs
    return found
