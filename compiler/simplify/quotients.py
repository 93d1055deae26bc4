"""Quotients of finished derivatives: factors that cancel, and reciprocals that are no gates of their own.

A look at each gate and its operands; u, v, w are any nodes, and nothing is divided by that was not divided by before:

    (1/v)*u = u/v                     where every reader of the quotient is such a product
    (u*w)/v = (u/v)*w                 where u/v is there, and nothing else reads u*w
    -(c/v) = (-c)/v                   of a number c
    -(u/v) = (-u)/v                   where -u is there, or several such quotients, and nothing else reads them

and but in the value, which stays undefined where the formula is:

    (u*v)/v = u    (u/v)*v = u
    (u/(v*w))*w = u/v                 where u/v is there, or every reader of the quotient is such a product
    (u*w)/(v*w) = u/v                 where nothing else reads u*w
    (u*v + w)/v = u + w/v             where nothing else reads the sum and u*v
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from circuit.circuit import Circuit, Constant
from circuit.ops import CODE, CONSTANT, FIRST_GATE
from circuit.sharing import SharingBuilder

ADD, SUB, MUL, DIV, NEG = (CODE[name] for name in ("add", "sub", "mul", "div", "neg"))


def divided(circuit: Circuit, values: int = 1) -> Circuit:
    """Return a circuit of the same outputs by these rules, applied until none saves a gate; first stand the values."""
    while True:
        found = _Quotients(circuit, values).run()
        if found.gate_count >= circuit.gate_count:
            return circuit
        circuit = found


class _Quotients:
    """One pass over a circuit, from the inputs on."""

    def __init__(self, circuit: Circuit, values: int) -> None:
        self.circuit = circuit
        self.builder = SharingBuilder()
        self.new: list[int] = []
        self.gates: dict[tuple[int, ...], int] = {}
        self.value = _needed(circuit, circuit.outputs[:values])
        self.uses: Counter[int] = Counter(circuit.outputs)
        for node, code, operands in circuit.nodes():
            if code >= FIRST_GATE:
                self.gates.setdefault((code, *operands), node)
                self.uses.update(operands)
        self.turned = self._turned()
        self.passed = self._passed()

    def _passed(self) -> set[int]:
        """Return the quotients that every reader can do without."""
        readers: Counter[int] = Counter()
        for node, code, operands in self.circuit.nodes():
            if code == MUL:
                over = [x for x, y in (operands, operands[::-1]) if self._passes(x, y, node)]
                readers.update(over if len(over) == 1 else ())
        return {node for node, count in readers.items() if count == self.uses[node]}

    def _turned(self) -> set[int]:
        """Return the dividends that are better negated: once, and not each quotient of theirs."""
        circuit = self.circuit
        wishes: Counter[int] = Counter()
        for _, code, operands in circuit.nodes():
            if code == NEG:
                each = operands[0]
                wishes[circuit.lhs[each] if self._inner(each) == DIV and self.uses[each] == 1 else each] += 1
        return {node for node, count in wishes.items() if count > 1}

    def _passes(self, quotient: int, other: int, node: int) -> bool:
        """Say whether a product, `node`, of a quotient and another operand is one quotient."""
        parts = self._over(quotient)
        if parts is None:
            return False
        sign, u, v = parts
        if self._number(u) == 1 and (sign > 0 or self.uses[quotient] == 1):  # a sign would be made for each reader
            return True
        return not self.value[node] and self._cancels(v, other)

    def _over(self, node: int) -> tuple[int, int, int] | None:
        """Return sign, dividend and divisor of u/v, u*(1/v), -u/v or u*(-1/v), None for any other gate."""
        circuit, sign = self.circuit, 1
        if self._inner(node) == NEG:
            node, sign = circuit.lhs[node], -1
        if self._inner(node) == DIV:
            return sign, circuit.lhs[node], circuit.rhs[node]
        if self._inner(node) == MUL:
            for u, inverse in (circuit.operands(node), circuit.operands(node)[::-1]):
                one = self._number(circuit.lhs[inverse]) if self._inner(inverse) == DIV else 0
                if one in (1, -1):
                    return sign * int(one), u, circuit.rhs[inverse]
        return None

    def run(self) -> Circuit:
        """Return the new circuit."""
        circuit, builder = self.circuit, self.builder
        builder.inputs(circuit.inputs)
        for node, code, operands in circuit.nodes():
            if code < FIRST_GATE:
                self.new.append(builder.constant(circuit.value_of(node)) if code == CONSTANT else node)
            elif code == DIV:
                self.new.append(self._part(*operands) if self.value[node] else self._quotient(*operands))
            elif code == MUL:
                self.new.append(self._product(*operands, cancel=not self.value[node]))
            elif code == NEG:
                self.new.append(self._negated(*operands))
            else:
                self.new.append(builder.gate(code, *(self.new[each] for each in operands)))
        count = len(circuit.differentiated)
        places = range(len(circuit.inputs))
        return builder.build([self.new[each] for each in circuit.outputs], places[:count], places[count:])

    def _quotient(self, u: int, v: int) -> int:
        """Return the node of u/v, cancelled."""
        circuit = self.circuit
        if self._inner(u) in (ADD, SUB) and self.uses[u] == 1:
            terms = circuit.operands(u)
            if any(self._cancels(each, v) and self.uses[each] == 1 for each in terms):
                return self.builder.gate(circuit.op[u], *(self._quotient_of_term(each, v) for each in terms))
        return self._quotient_of_term(u, v)

    def _quotient_of_term(self, u: int, v: int) -> int:
        if self._cancels(u, v):
            return self.new[self._without(u, v)]
        if self._inner(u) == MUL and self.uses[u] == 1:
            for w in self.circuit.operands(u):
                if self._cancels(v, w):
                    return self.builder.gate(DIV, self.new[self._without(u, w)], self.new[self._without(v, w)])
        return self._part(u, v)

    def _part(self, u: int, v: int) -> int:
        """Return the node of u/v, by one that is there if u is a product."""
        builder, new = self.builder, self.new
        if self._inner(u) == MUL and self.uses[u] == 1:
            a, b = self.circuit.operands(u)
            for p, q in ((a, b), (b, a)):
                if (DIV, p, v) in self.gates:
                    return builder.gate(MUL, builder.gate(DIV, new[p], new[v]), new[q])
        return builder.gate(DIV, new[u], new[v])

    def _product(self, a: int, b: int, *, cancel: bool) -> int:
        """Return the node of a*b."""
        builder, new = self.builder, self.new
        for x, y in ((a, b), (b, a)):
            parts = self._over(x)
            if parts is None:
                continue
            sign, u, v = parts
            if v == y and cancel:
                return self._signed(sign, u)
            if cancel and self._cancels(v, y):
                rest = self._without(v, y)
                if x in self.passed or (sign > 0 and (DIV, u, rest) in self.gates):
                    return builder.gate(DIV, self._signed(sign, u), new[rest])
            if x in self.passed and self._number(u) == 1:
                return builder.gate(DIV, self._signed(sign, y), new[v])
        return builder.gate(MUL, new[a], new[b])

    def _negated(self, a: int) -> int:
        """Return the node of -a; the sign goes into what is divided, if it is a number or others want it so."""
        builder, circuit, new = self.builder, self.circuit, self.new
        if self._inner(a) == DIV:
            u, v = circuit.operands(a)
            number = self._number(u)
            if number and isinstance(number, Fraction):
                return builder.gate(DIV, builder.constant(-number), new[v])
            if u in self.turned and self.uses[a] == 1:
                return builder.gate(DIV, builder.gate(NEG, new[u]), new[v])
        return builder.gate(NEG, new[a])

    def _signed(self, sign: int, node: int) -> int:
        return self.new[node] if sign > 0 else self.builder.gate(NEG, self.new[node])

    def _cancels(self, node: int, v: int) -> bool:
        return self._inner(node) == MUL and v in self.circuit.operands(node)

    def _without(self, product: int, v: int) -> int:
        p, q = self.circuit.operands(product)
        return q if p == v else p

    def _inner(self, node: int) -> int:
        """Return the kind of a node that varies, -1 for any other."""
        return self.circuit.op[node] if self.circuit.varies[node] else -1

    def _number(self, node: int) -> Constant:
        """Return the value of a constant, 0 for any other node."""
        return self.circuit.value_of(node) if self.circuit.op[node] == CONSTANT else Fraction(0)


def _needed(circuit: Circuit, outputs: Sequence[int]) -> bytearray:
    """Mark what these outputs depend on."""
    flags = bytearray(len(circuit))
    for output in outputs:
        flags[output] = 1
    for node in range(len(circuit) - 1, len(circuit.inputs) - 1, -1):
        if flags[node]:
            for each in circuit.operands(node):
                flags[each] = 1
    return flags
