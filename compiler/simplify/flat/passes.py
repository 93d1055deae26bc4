"""The passes in their order over one circuit: from its gates to those of value and gradient, by arrays that grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from circuit.circuit import Circuit
from circuit.ops import FIRST_GATE, INPUT, Op
from compiler.loops import memory as at
from compiler.loops import pulls
from compiler.loops.differentiate import arrays, built
from compiler.simplify.flat import addition, adjoint, lower, rebuild, registers, rotations, symmetric, uses, votes
from compiler.simplify.flat import memory as m
from compiler.simplify.flat.memory import Old
from compiler.simplify.flat.read import mark_divisors, read
from compiler.simplify.flat.space import Space

GRAPH = "node", "terms", "index", "count", "quads"  # the arrays of a graph, without what is for a while only
WORK = 8  # terms that may be multiplied out for each node


class Passes(Space):
    """The passes over one circuit; `rows` is the table of gates by code."""

    def __init__(self, circuit: Circuit, rows: Sequence[Op | None], quick: bool) -> None:
        super().__init__(circuit, quick)
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
        old = Old(self.memory.node, self.memory.terms, self._table(size, m.MADE_PARTS))
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
        self.outputs = refs[2 * circuit.outputs[0] :][:2]

    def rebuild(self, *, factor: bool = True, old: Old | None = None, since: int = 1 << 62) -> None:
        """Build the graph anew; old: if it is marked already what is to be symmetric; since: the gradient's nodes."""
        old = self._old() if old is None else old
        size, terms = self.size, int(self.memory.count[m.TERMS])
        self._begin(size if factor else size + terms, 3 * terms + size)
        self.put(quads=self._room(1 if factor else 6 * terms + 64))
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
        size, terms, differentiated = self.size, int(self.memory.count[m.TERMS]), len(self.circuit.differentiated)
        self._begin(2 * size, 2 * terms + size, keep=size)
        self._run(rotations.find_rotations)
        g, count = self.memory, self.memory.count
        count[m.CANCEL], count[m.MOST], count[m.TURN] = 1, limit, size - 1
        k, output = (int(each) for each in self.outputs)
        if g.node[output][m.FLAGS] & m.ACTIVE:
            g.cells[: m.CELL] = self.array([k, m.PLAIN, 0, -1, 0, output], np.int64)
            count[m.CELLS] = 1
            g.node[output][m.HEAD], g.node[output][m.TAIL] = 1, 1
        self.outputs = self._ints(2 + 2 * differentiated)
        self.outputs[0], self.outputs[1] = k, output
        self._run(adjoint.sweep, self.outputs)
        return bool(count[m.LIMITED])

    def lowered(self) -> Circuit:
        """Return the circuit of the graph."""
        g, size, terms = self.memory, self.size, int(self.memory.count[m.TERMS])
        low = registers.Lowering(self._table(size, registers.LOWERED_PARTS), self._ints(4 << terms.bit_length()))
        self.call_plain(votes.vote, self._old(), low, size, self.outputs, self._ints(size), self._ints(size))
        self._gates(2 * (size + terms) + 256)
        self._run(addition.find_wanted, low, size)
        g.count[m.TURN] = 0
        self._run(lower.lower, low, size)
        found = self.zeros(len(self.outputs) // 2, np.int32)
        self._run(lower.lower_outputs, low, self.outputs, found)
        return built(self.circuit, self, found, 0)

    def _gates(self, nodes: int) -> None:
        """Make room for so many gates; the first are the inputs."""
        state, count, inputs = self.memory.state, int(self.memory.state[at.SIZES]), len(self.circuit.inputs)
        for sign in range(2):  # no constant has a register
            self.memory.sizes[2 + sign : at.SIZE_WIDTH * count : at.SIZE_WIDTH] = self.same(count, -1)
        self.approximations.clear()
        self.put(nodes=self.zeros(at.NODE_WIDTH * nodes), triples=self.zeros(16 * len(self.circuit.third) + 64))
        self.memory.nodes[: at.NODE_WIDTH * inputs : at.NODE_WIDTH] = self.same(inputs, INPUT)
        state[at.COUNT], state[at.TRIPLES], state[at.SPILL] = inputs, 0, 0
        state[at.NAMED], state[at.NAMED + 1] = -1, -1
        self.enter()


def gradients(
    circuit: Circuit, rows: Sequence[Op | None], limits: Sequence[int], *, quick: bool = True
) -> Iterator[Circuit]:
    """Yield the gradients of a circuit, one for each limit of coefficients that it comes to; none without pull-backs.

    rows: the table of gates by code. quick: compiled by numba; otherwise the same functions run on lists.
    Errors: Vanished where the formula must stay as it is written.
    """
    yield from _swept(Passes(circuit, rows, quick), limits)


def _swept(passes: Passes, limits: Sequence[int]) -> list[Circuit]:
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
