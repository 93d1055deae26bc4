"""The builder of circuits.

Invariant: equal gates are shared as they are born (one dictionary), so no two nodes of a circuit are the same gate of
the same operands; constants fold exactly and only by `circuit.fold`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from fractions import Fraction

from circuit import fold
from circuit.circuit import Circuit, Constant
from circuit.errors import ResourceLimit
from circuit.ops import ARITY, CODE, COMMUTES, CONSTANT, FIRST_GATE, INPUT

CODE_NEG = CODE["neg"]
MAX_NODES = 20_000_000  # a function that never ends stops here


class Builder:
    """A growing circuit: append inputs, constants and gates, then `build` the live part of it."""

    __slots__ = (
        "approximations",
        "code",
        "constants",
        "fixed",
        "known",
        "lhs",
        "names",
        "number",
        "numbers",
        "refusal",
        "rhs",
        "shared",
        "third",
    )

    def __init__(self) -> None:
        self.code = bytearray()
        self.lhs = array("i")
        self.rhs = array("i")
        self.third: dict[int, int] = {}
        self.fixed = bytearray()  # 1: depends on no input
        self.constants: list[Constant] = []
        self.names: dict[int, str] = {}  # of the inputs
        self.approximations: dict[int, float] = {}  # of what is fixed
        self.known: dict[Constant, int] = {}  # node of each constant
        self.numbers: dict[float, int] = {}  # node of each plain number met by a wire
        self.number: list[int] = []  # of each node in the circuit built last; -1: not live
        self.shared: dict[int, int] = {}  # node of each gate, by its key
        self.refusal: Exception | None = None  # what a traced function was refused, and may have caught

    def _append(self, code: int, a: int, b: int, fixed: int) -> int:
        self.code.append(code)
        self.lhs.append(a)
        self.rhs.append(b)
        self.fixed.append(fixed)
        return len(self.code) - 1

    def input(self, name: str) -> int:
        """Append an input; two calls make two inputs."""
        node = self._append(INPUT, len(self.names), -1, 0)
        self.names[node] = name
        return node

    def constant(self, value: Constant | int) -> int:
        """Return the node of an exact constant: a rational, or `pi` or `e`."""
        exact = value if isinstance(value, str) else Fraction(value)
        node = self.known.get(exact)
        if node is None:
            node = self.known[exact] = self._append(CONSTANT, len(self.constants), -1, 1)
            self.constants.append(exact)
        return node

    def exact(self, node: int) -> Fraction | None:
        """Return the value of a rational constant, or None for any other node."""
        if self.code[node] != CONSTANT:
            return None
        value = self.constants[self.lhs[node]]
        return value if isinstance(value, Fraction) else None

    def gate(self, code: int, a: int, b: int = -1, c: int = -1) -> int:
        """Return the node of a gate: folded, shared with an equal one, or new. Errors: those of `circuit.fold`."""
        fixed = self.fixed
        if fixed[a] or (b >= 0 and fixed[b]):
            folded = fold.fold(self, code, a, b)
            if folded is not None:
                return folded
        elif code == CODE_NEG and self.code[a] == CODE_NEG:
            return self.lhs[a]
        if b < a and COMMUTES[code]:
            key = code | b << 8 | (a + 1) << 40
        else:
            key = code | a << 8 | (b + 1) << 40
        if c >= 0:
            key |= (c + 1) << 72
        node = self.shared.get(key)
        if node is None:
            node = self.shared[key] = self._new_gate(code, a, b, c)
        return node

    def _new_gate(self, code: int, a: int, b: int, c: int) -> int:
        fixed = self.fixed[a] and (b < 0 or self.fixed[b]) and (c < 0 or self.fixed[c])
        node = self._append(code, a, b, 1 if fixed else 0)
        if c >= 0:
            self.third[node] = c
        if fixed:
            operands = (a, b, c)[: ARITY[code]]
            self.approximations[node] = fold.approximate(code, [self.approximation(each) for each in operands])
        elif node >= MAX_NODES:
            raise ResourceLimit(f"more than {MAX_NODES:,} gates: does a loop never end?")
        return node

    def approximation(self, node: int) -> float:
        """Return the float nearest to a fixed node, for judging whether a constant is real and finite."""
        if self.code[node] >= FIRST_GATE:
            return self.approximations[node]
        return fold.nearest(self.constants[self.lhs[node]])

    def operands(self, node: int) -> tuple[int, ...]:
        """Return the nodes that `node` reads."""
        every = self.lhs[node], self.rhs[node], self.third.get(node, -1)
        return every[: ARITY[self.code[node]]]

    def copy(self, circuit: Circuit) -> None:
        """Append every node of a circuit, gate for gate, without folding; only into an empty builder."""
        names = dict(enumerate(circuit.inputs))
        varies = circuit.varies
        self.names.update(names)
        self.constants.extend(circuit.constants)
        for node, code, operands in circuit.nodes():
            a, b, c = (*operands, -1, -1, -1)[:3]
            if code < FIRST_GATE:
                self._append(code, circuit.lhs[node], -1, code)
                if code == CONSTANT:
                    self.known.setdefault(circuit.value_of(node), node)
                continue
            self._append(code, a, b, 1 - varies[node])
            if c >= 0:
                self.third[node] = c
            if not varies[node]:
                self.approximations[node] = fold.approximate(code, [self.approximation(each) for each in operands])
            self.shared.setdefault(_key(code, a, b, c), node)

    def build(self, outputs: Sequence[int], inputs: Sequence[int], parameters: Sequence[int] = ()) -> Circuit:
        """Return the circuit of `outputs`: these inputs, then the parameters, then what is live, in order of birth.

        Afterwards `number` holds the number in that circuit of each node of the builder, -1 for what is not live.
        """
        live, code = self._live(outputs), self.code
        first = [*inputs, *parameters]
        for node in self.names:
            live[node] = 0
        rest = [node for node, flag in enumerate(live) if flag]
        number = self.number = [-1] * len(code)
        for index, node in enumerate(first):
            number[node] = index
        for index, node in enumerate(rest, len(first)):
            number[node] = index
        constants: list[Constant] = []
        lhs, rhs = array("i", range(len(first))), array("i", [-1]) * len(first)
        old_lhs, old_rhs = self.lhs, self.rhs
        for node in rest:
            b = old_rhs[node]
            if code[node] == CONSTANT:
                lhs.append(len(constants))
                constants.append(self.constants[old_lhs[node]])
            else:
                lhs.append(number[old_lhs[node]])
            rhs.append(number[b] if b >= 0 else -1)
        return Circuit(
            bytes(code[node] for node in (*first, *rest)),
            lhs.tobytes(),
            rhs.tobytes(),
            {number[node]: number[c] for node, c in self.third.items() if number[node] >= 0},
            constants,
            [self.names[node] for node in first],
            [self.names[node] for node in parameters],
            [number[node] for node in outputs],
        )

    def _live(self, outputs: Iterable[int]) -> bytearray:
        live = bytearray(len(self.code))
        for node in outputs:
            live[node] = 1
        code, lhs, rhs, third = self.code, self.lhs, self.rhs, self.third
        for node in range(len(code) - 1, -1, -1):
            if live[node] and code[node] >= FIRST_GATE:
                live[lhs[node]] = 1
                if rhs[node] >= 0:
                    live[rhs[node]] = 1
                    if node in third:
                        live[third[node]] = 1
        return live


def _key(code: int, a: int, b: int, c: int) -> int:
    """Return what is equal for equal gates; `Builder.gate` spells it out, since it runs for every gate."""
    if COMMUTES[code] and b < a:
        a, b = b, a
    return code | a << 8 | (b + 1) << 40 | (c + 1) << 72
