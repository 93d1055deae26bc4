"""The reverse sweep: a circuit of f becomes a circuit of f and all its partial derivatives.

Baur & Strassen 1983, with the careful rules of `compiler.scaled`: the first contribution is a copy, the seed is a
literal. The rules of the gates are the pull-backs of the table, run on wires with coefficients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from circuit.builder import Builder
from circuit.circuit import OPERANDS, Circuit
from circuit.errors import InvalidArgument
from circuit.jit import compiles
from circuit.loops import THIRD
from circuit.ops import CODE, FIRST_GATE, OPS, ROWS
from circuit.sharing import SharingBuilder
from compiler.scaled import DIV, MUL, Arithmetic, Scaled, plain, size_of

SELECT = CODE["select"]
TOLD = 2_000  # nodes up to which a sweep notes which gates a gate of the gradient reverses


class Sweep(Arithmetic):
    """One reverse sweep over one circuit.

    `sharing=False` (gates are shared within one pull-back only) and `coefficients=False` (only signs are carried) are
    for the tests of the exact price. `reversed` tells for each new node which nodes of the circuit it reverses.
    """

    def __init__(self, circuit: Circuit, *, sharing: bool = True, coefficients: bool = True) -> None:
        builder = SharingBuilder()
        builder.copy(circuit)
        super().__init__(builder, coefficients=coefficients)
        self.circuit = circuit
        self.sharing = sharing
        self.active = active(circuit)
        self.contributions: dict[int, list[Scaled]] = {}
        self.senders: dict[int, list[int]] = {}
        self.reversed: dict[int, list[int]] = {}
        self.telling = len(circuit) <= TOLD

    def run(self, output: int) -> list[int]:
        """Return the nodes of the derivatives of `output` by the differentiated inputs."""
        circuit, count = self.circuit, len(self.circuit.inputs)
        if self.active[output]:
            self.contributions[output] = [Scaled(self, 1, self.one)]
        for node in range(len(circuit) - 1, count - 1, -1):
            arrived = self.contributions.pop(node, None)
            if arrived is not None and circuit.op[node] >= FIRST_GATE:
                self._forget()
                mark = len(self.builder)
                adjoint = arrived[0] if len(arrived) == 1 else self.total(arrived)
                self._tell(mark, self.senders.pop(node, []))
                if adjoint.factor:
                    mark = len(self.builder)
                    self._pull(node, adjoint)
                    self._tell(mark, [node])
        derivatives = []
        for place in range(len(circuit.differentiated)):
            self._forget()
            mark = len(self.builder)
            derivatives.append(self.total(self.contributions.get(place, [])).made())
            self._tell(mark, self.senders.get(place, []))
        return derivatives

    def _forget(self) -> None:
        if not self.sharing:
            self.builder.shared.clear()

    def _tell(self, mark: int, nodes: list[int]) -> None:
        if self.telling:
            for new in range(mark, len(self.builder)):
                self.reversed[new] = nodes

    def _pull(self, node: int, adjoint: Scaled) -> None:
        row = ROWS[self.circuit.op[node]]
        assert row is not None
        active = self.active
        operands = self.circuit.operands(node)
        if adjoint.node != self.one and size_of(adjoint.factor) != 1 and len({e for e in operands if active[e]}) > 1:
            sign = -1 if adjoint.factor < 0 else 1
            adjoint = Scaled(self, sign, self.made(size_of(adjoint.factor), adjoint.node))
        wires = [self._operand(each) for each in operands]
        mark = len(self.builder)
        slots = sum(active[each] for each in operands)
        for each, part in zip(operands, row.pull(adjoint, self._operand(node), *wires), strict=True):
            if part is not None and active[each] and part.factor:
                part = part if slots > 1 else self._quotient(part, mark)
                self.contributions.setdefault(each, []).append(part)
                if self.telling:
                    self.senders.setdefault(each, []).append(node)

    def _quotient(self, part: Scaled, mark: int) -> Scaled:
        """Make (1/v)*w one gate, w/v, where nothing else of this pull-back needs 1/v."""
        builder = self.builder
        if part.node < mark or builder.code(part.node) != MUL:
            return part
        inverse, other = builder.lhs(part.node), builder.rhs(part.node)
        if inverse < mark or builder.code(inverse) != DIV or builder.exact(builder.lhs(inverse)) != 1:
            return part
        return Scaled(self, part.factor, builder.gate(DIV, other, builder.rhs(inverse)))

    def _operand(self, node: int) -> Scaled:
        value = self.builder.exact(node)
        return Scaled(self, 1, node) if value is None else Scaled(self, plain(value), self.one)


@dataclass(frozen=True, slots=True)
class Gradient:
    """A circuit with outputs (f, df/dx1, ..., df/dxn); `reverses` tells which gates a gate of the sweep reverses."""

    circuit: Circuit
    reverses: Mapping[int, list[int]]


def differentiate(circuit: Circuit, *, sharing: bool = True, coefficients: bool = True) -> Gradient:
    """Return the gradient of a circuit, the value part gate for gate as it was.

    The derivatives are by the differentiated inputs, in their order; equal gates of both parts are shared, dead ones
    are gone. `reverses` is empty for large circuits. Errors: InvalidArgument for a circuit of several outputs.
    """
    if len(circuit.outputs) != 1:
        raise InvalidArgument(f"a gradient is of one output; this circuit has {len(circuit.outputs)}")
    quick = _by_loops(circuit) if sharing and coefficients and len(circuit) > TOLD else None
    if quick is not None:
        return Gradient(quick, {})
    sweep = Sweep(circuit, sharing=sharing, coefficients=coefficients)
    derivatives = sweep.run(circuit.outputs[0])
    count = len(circuit.differentiated)
    inputs = range(len(circuit.inputs))
    whole = sweep.builder.build([circuit.outputs[0], *derivatives], inputs[:count], inputs[count:])
    number = sweep.builder.number
    told = {number[new]: [number[each] for each in nodes] for new, nodes in sweep.reversed.items() if number[new] >= 0}
    return Gradient(whole, told)


def gradient(circuit: Circuit) -> Circuit:
    """Return the circuit with outputs (f, df/dx1, ..., df/dxn); see `differentiate`."""
    return _by_loops(circuit) or differentiate(circuit).circuit


def _by_loops(circuit: Circuit) -> Circuit | None:
    """Return the gradient by loops over arrays, or None where the sweep over objects is better, or alone will do."""
    if len(circuit.outputs) != 1 or not compiles(len(circuit)):
        return None
    from compiler.loops.differentiate import differentiate as by_loops

    return by_loops(circuit, ROWS)


def active(circuit: Circuit) -> bytearray:
    """Return for each node 1 if it depends on a differentiated input along slots that carry derivatives."""
    flags = bytearray(b"\1" * len(circuit.differentiated)).ljust(len(circuit), b"\0")
    circuit.spread(flags, _carried())
    return flags


@cache
def _carried() -> bytes:
    """Return by kind the operands that carry derivatives, as `OPERANDS` has them."""
    carried = bytearray(OPERANDS)
    for code, row in enumerate(ROWS):
        if row is not None and row.flat:
            carried[code] &= THIRD
    carried[SELECT] &= ~1
    return bytes(carried)


def cost(name: str) -> int:
    """Return the weight of a row in the exact price: its value, its contributions, and an addition a further slot.

    A row keeps T <= 5L where this is at most 5. Computed by running the row's pull-back on fresh wires.
    """
    row = OPS[name]
    builder = Builder()
    slots = [builder.input(f"x{slot}") for slot in range(row.arity)]
    if name == "pow":
        slots[1] = builder.constant(Fraction(3, 2))
    node = builder.gate(CODE[name], *slots)
    seed = builder.input("z_bar")
    circuit = builder.build([node, seed], [each for each in (*slots, seed) if each not in builder.fixed])
    sweep = Sweep(circuit, coefficients=False)
    value, z_bar = circuit.outputs
    wires = [sweep._operand(each) for each in circuit.operands(value)]
    parts = row.pull(Scaled(sweep, 1, z_bar), Scaled(sweep, 1, value), *wires)
    sent = [part.node for part in parts if part is not None]
    live = sweep.builder.build([value, *sent], range(len(circuit.inputs)))
    return live.gate_count + max(len(sent) - 1, 0)
