"""The reverse sweep: a circuit of f becomes a circuit of f and all its partial derivatives.

Baur & Strassen 1983; the careful rules (a)-(g) that keep T <= 4L (5L with transfer functions): the first contribution
is a copy, the seed is a literal, an adjoint is a pair (coefficient, register) whose coefficient becomes a gate only
where two contributions leave a gate, where different coefficients meet, or at an input. The rules of the gates are the
pull-backs of the table, run on such pairs.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from circuit.circuit import Circuit
from circuit.errors import InvalidArgument, InvalidType
from circuit.fold import fits
from circuit.ops import CODE, COMPARISONS, FIRST_GATE, OPS, ROWS, as_fraction
from circuit.wire import Builder

Coefficient = int | Fraction
ADD, SUB, MUL, DIV, NEG, SELECT = (CODE[name] for name in ("add", "sub", "mul", "div", "neg", "select"))


class Scaled:
    """A wire with a rational coefficient in front: `factor * node`; plain numbers are factor * the node of 1."""

    __slots__ = ("factor", "node", "sweep")

    def __init__(self, sweep: Sweep, factor: Coefficient, node: int) -> None:
        self.sweep, self.factor, self.node = sweep, factor, node

    def constant(self, value: Any) -> Scaled:
        """Return a constant of the same circuit."""
        if isinstance(value, str):
            return Scaled(self.sweep, 1, self.sweep.builder.constant(value))
        return self._scaled(value)

    def _scaled(self, value: Any) -> Scaled:
        if isinstance(value, Scaled):
            return value
        exact = as_fraction(value)
        if exact is None:
            raise InvalidType(f"a pull-back computes with wires and exact numbers, not {value!r}")
        return Scaled(self.sweep, _plain(exact), self.sweep.one)

    def made(self) -> int:
        """Return the node of the whole value, as a gate if its coefficient is not 1."""
        return self.sweep.made(self.factor, self.node)

    def __neg__(self) -> Scaled:
        return Scaled(self.sweep, -self.factor, self.node)

    def __mul__(self, other: Any) -> Scaled:
        a, b = self, self._scaled(other)
        one = self.sweep.one
        if a.node == one or b.node == one:
            return self.sweep.scaled(a.factor, b.factor, b.node if a.node == one else a.node)
        return self.sweep.scaled(a.factor, b.factor, self.sweep.builder.gate(MUL, a.node, b.node))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Scaled:
        a, b = self, self._scaled(other)
        sweep = self.sweep
        if b.node == sweep.one:
            return sweep.scaled(a.factor, Fraction(1) / b.factor, a.node)
        if a.node != sweep.one:
            return sweep.scaled(a.factor, Fraction(1) / b.factor, sweep.builder.gate(DIV, a.node, b.node))
        factor = Fraction(a.factor) / b.factor
        literal = sweep.builder.constant(abs(factor))
        return Scaled(sweep, -1 if factor < 0 else 1, sweep.builder.gate(DIV, literal, b.node))

    def __rtruediv__(self, other: Any) -> Scaled:
        return self._scaled(other) / self

    def __add__(self, other: Any) -> Scaled:
        return self.sweep.total([self, self._scaled(other)])

    __radd__ = __add__

    def __sub__(self, other: Any) -> Scaled:
        return self + -self._scaled(other)

    def __rsub__(self, other: Any) -> Scaled:
        return self._scaled(other) + -self

    def gate(self, name: str, *operands: Any) -> Scaled:
        """Append a gate over whole values; `select` of one arm against 0 lets the coefficient through."""
        scaled = [self._scaled(each) for each in operands]
        factor: Coefficient = 1
        if name == "select":
            arm = scaled[1] if scaled[1].factor else scaled[2]
            whole = arm.node == self.sweep.one
            factor = (-1 if arm.factor < 0 else 1) if whole else arm.factor
            scaled[1:] = [Scaled(self.sweep, _plain(Fraction(each.factor) / factor), each.node) for each in scaled[1:]]
        nodes = [each.made() for each in scaled]
        return Scaled(self.sweep, factor, self.sweep.builder.gate(CODE[name], *nodes))


class Sweep:
    """One reverse sweep over one circuit.

    `sharing=False` (gates are shared within one pull-back only) and `coefficients=False` (only signs are carried) are
    for the tests of the exact price.
    """

    def __init__(self, circuit: Circuit, *, sharing: bool = True, coefficients: bool = True) -> None:
        self.circuit = circuit
        self.coefficients = coefficients
        self.sharing = sharing
        self.builder = Builder()
        self.builder.copy(circuit)
        self.one = self.builder.constant(1)
        self.active = active(circuit)
        self.contributions: dict[int, list[Scaled]] = {}

    def made(self, factor: Coefficient, node: int) -> int:
        """Return the node of factor * node; a unit fraction becomes a division by its denominator."""
        builder = self.builder
        if node == self.one:
            return builder.constant(factor)
        if factor == 1:
            return node
        if factor == -1:
            return builder.gate(NEG, node)
        exact = Fraction(factor)
        if abs(exact.numerator) == 1 and not _is_decimal(exact.denominator):
            return builder.gate(DIV, node, builder.constant(exact.denominator * exact.numerator))
        return builder.gate(MUL, builder.constant(exact), node)

    def scaled(self, first: Coefficient, second: Coefficient, node: int) -> Scaled:
        """Return first * second * node; a coefficient that grew too long becomes a gate."""
        product = first * second
        if node != self.one:
            if not self.coefficients and abs(product) != 1:
                return Scaled(self, -1 if product < 0 else 1, self.made(_size(product), node))
            if not isinstance(product, int) or product.bit_length() > 64:
                product = _plain(Fraction(product))
                if not fits(Fraction(product)):
                    return Scaled(self, second, self.made(first, node))
        elif not fits(Fraction(product)):
            return Scaled(self, second, self.builder.constant(first))
        return Scaled(self, product, node)

    def total(self, terms: Iterable[Scaled]) -> Scaled:
        """Return the sum: equal registers merge, each |coefficient| is one gate, signs and literals are free."""
        merged: dict[int, Coefficient] = {}
        for each in terms:
            if not self.coefficients and each.node in merged and each.node != self.one:
                each = self._sum([(merged.pop(each.node), each.node), (each.factor, each.node)])
            merged[each.node] = merged.get(each.node, 0) + each.factor
        if len(merged) == 1:
            ((node, factor),) = merged.items()
            return Scaled(self, factor, node)
        literal = merged.pop(self.one, 0)
        groups: dict[Coefficient, list[tuple[Coefficient, int]]] = {}
        for node, factor in merged.items():
            if factor:
                groups.setdefault(_size(factor), []).append((1 if factor > 0 else -1, node))
        sums = [(size, self._sum(group)) for size, group in groups.items()]
        if not literal and len(sums) == 1:
            return Scaled(self, _plain(Fraction(sums[0][0] * sums[0][1].factor)), sums[0][1].node)
        parts = [(each.factor, self.made(size, each.node)) for size, each in sums]
        if literal:
            parts.append((1 if literal > 0 else -1, self.builder.constant(_size(literal))))
        return self._sum(parts) if parts else Scaled(self, 0, self.one)

    def _sum(self, parts: list[tuple[Coefficient, int]]) -> Scaled:
        """Add parts with factors +-1: the positive ones first, the others subtracted; all negative: minus the sum."""
        positive = [node for sign, node in parts if sign > 0]
        negative = [node for sign, node in parts if sign < 0]
        sign = 1 if positive else -1
        first, *more = positive or negative
        for node in more:
            first = self.builder.gate(ADD, first, node)
        for node in negative if positive else []:
            first = self.builder.gate(SUB, first, node)
        value = self.builder.exact(first)
        return Scaled(self, sign, first) if value is None else Scaled(self, _plain(sign * value), self.one)

    def run(self, output: int) -> list[int]:
        """Return the nodes of the derivatives of `output` by the differentiated inputs."""
        circuit = self.circuit
        if self.active[output]:
            self.contributions[output] = [Scaled(self, 1, self.one)]
        for node in range(len(circuit) - 1, len(circuit.inputs) - 1, -1):
            arrived = self.contributions.pop(node, None)
            if arrived is not None and circuit.op[node] >= FIRST_GATE:
                self._forget()
                adjoint = self.total(arrived)
                if adjoint.factor:
                    self._pull(node, adjoint)
        derivatives = []
        for place in range(len(circuit.differentiated)):
            self._forget()
            derivatives.append(self.total(self.contributions.get(place, [])).made())
        return derivatives

    def _forget(self) -> None:
        if not self.sharing:
            self.builder.shared.clear()

    def _pull(self, node: int, adjoint: Scaled) -> None:
        row = ROWS[self.circuit.op[node]]
        assert row is not None
        operands = self.circuit.operands(node)
        takers = {each for each in operands if self.active[each]}
        if len(takers) > 1 and adjoint.node != self.one and _size(adjoint.factor) != 1:
            sign = -1 if adjoint.factor < 0 else 1
            adjoint = Scaled(self, sign, self.made(_size(adjoint.factor), adjoint.node))
        wires = [self._operand(each) for each in operands]
        mark = len(self.builder.code)
        slots = sum(self.active[each] for each in operands)
        for each, part in zip(operands, row.pull(adjoint, self._operand(node), *wires), strict=True):
            if part is not None and self.active[each] and part.factor:
                self.contributions.setdefault(each, []).append(self._quotient(part, mark, slots))

    def _quotient(self, part: Scaled, mark: int, slots: int) -> Scaled:
        """Make (1/v)*w one gate, w/v, where nothing else of this pull-back needs 1/v."""
        builder = self.builder
        if slots > 1 or part.node < mark or builder.code[part.node] != MUL:
            return part
        inverse, other = builder.lhs[part.node], builder.rhs[part.node]
        if inverse < mark or builder.code[inverse] != DIV or builder.exact(builder.lhs[inverse]) != 1:
            return part
        return Scaled(self, part.factor, builder.gate(DIV, other, builder.rhs[inverse]))

    def _operand(self, node: int) -> Scaled:
        value = self.builder.exact(node)
        return Scaled(self, 1, node) if value is None else Scaled(self, _plain(value), self.one)


def gradient(circuit: Circuit, *, sharing: bool = True, coefficients: bool = True) -> Circuit:
    """Return the circuit with outputs (f, df/dx1, ..., df/dxn), the value part gate for gate as it was.

    The derivatives are by the differentiated inputs, in their order; equal gates of both parts are shared, dead ones
    are gone. Errors: InvalidArgument for a circuit of several outputs.
    """
    if len(circuit.outputs) != 1:
        raise InvalidArgument(f"a gradient is of one output; this circuit has {len(circuit.outputs)}")
    sweep = Sweep(circuit, sharing=sharing, coefficients=coefficients)
    derivatives = sweep.run(circuit.outputs[0])
    count = len(circuit.differentiated)
    inputs = range(len(circuit.inputs))
    return sweep.builder.build([circuit.outputs[0], *derivatives], inputs[:count], inputs[count:])


def active(circuit: Circuit) -> bytearray:
    """Return for each node 1 if it depends on a differentiated input along slots that carry derivatives."""
    flags = bytearray(len(circuit))
    flags[: len(circuit.differentiated)] = b"\1" * len(circuit.differentiated)
    flat = {CODE[name] for name in COMPARISONS} | {CODE["sign"]}
    for node, code, operands in circuit.nodes():
        if code >= FIRST_GATE and code not in flat:
            carrying = operands[1:] if code == SELECT else operands
            flags[node] = any(flags[each] for each in carrying)
    return flags


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
    circuit = builder.build([node, seed], [each for each in (*slots, seed) if not builder.fixed[each]])
    sweep = Sweep(circuit, coefficients=False)
    value, z_bar = circuit.outputs
    wires = [sweep._operand(each) for each in circuit.operands(value)]
    parts = row.pull(Scaled(sweep, 1, z_bar), Scaled(sweep, 1, value), *wires)
    sent = [part.node for part in parts if part is not None]
    live = sweep.builder.build([value, *sent], range(len(circuit.inputs)))
    return live.gate_count + max(len(sent) - 1, 0)


def _size(factor: Coefficient) -> Coefficient:
    return -factor if factor < 0 else factor


def _plain(value: Fraction) -> Coefficient:
    return value.numerator if value.denominator == 1 else value


def _is_decimal(denominator: int) -> bool:
    """Say whether 1/denominator prints as a short decimal."""
    while denominator % 10 == 0:
        denominator //= 10
    return denominator in (1, 2, 4, 5, 8)
