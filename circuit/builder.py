"""The builder of circuits: one tape of gates, in the order of their birth.

Constants fold exactly and only by `circuit.fold`, as a gate is born; equal gates become one when the circuit is built,
so no two nodes of a circuit are the same gate of the same operands.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from circuit import fold, loops
from circuit.circuit import Circuit, Constant
from circuit.errors import ResourceLimit
from circuit.jit import counted, ints, packed, run
from circuit.loops import CODE_AT, LEFT_AT, LOW
from circuit.ops import ARITY, CODE, COMMUTES, CONSTANT, FIRST_GATE, INPUT

CODE_NEG = CODE["neg"]
MAX_NODES = 20_000_000  # a function that never ends stops here
FRESH = 4096  # nodes that wait in a list; few, so that they stay in the processor's cache
COMMUTING = bytes(COMMUTES)


class Builder:
    """A growing circuit: append inputs, constants and gates, then `build` the live part of it.

    tape: code << 57 | left operand << 28 | right operand + 1, for each node; on the left of an input stands its number,
    of a constant its place in `constants`. The last nodes are `fresh`: code, left and right operand (-1: none) one
    after the other, in a list, which is what Python appends to soonest; `settle` moves them onto the tape.
    """

    __slots__ = (
        "approximations", "constants", "count", "fixed", "fresh", "given", "known", "limit", "names", "number",
        "numbers", "plain", "refusal", "tape", "third",
    )  # fmt: skip

    def __init__(self) -> None:
        self.tape = array("q")
        self.fresh: list[int] = []
        self.count = 0  # of the nodes so far
        self.limit = min(FRESH, MAX_NODES + 1)  # nodes at which the fresh ones settle
        self.third: dict[int, int] = {}  # third operands
        self.fixed: set[int] = set()  # what depends on no input
        self.constants: list[Constant] = []
        self.names: list[str] = []  # of the inputs, by their numbers
        self.given: list[range] = []  # nodes of the inputs
        self.approximations: dict[int, float] = {}  # of gates that are fixed
        self.known: dict[str | tuple[int, int], int] = {}  # node of each constant, by name or ratio
        self.numbers: dict[float, int] = {}  # node of each plain number met by a wire,
        self.plain: dict[float, int] = {}  # and of those that no gate folds with: positive, and not 1
        self.number: Sequence[int] = ()  # of each node in the circuit built last; -1: not live
        self.refusal: Exception | None = None  # what a traced function was refused, and may have caught

    def __len__(self) -> int:
        """Return the number of nodes so far."""
        return self.count

    def _append(self, code: int, a: int, b: int = -1) -> int:
        node = self.count
        if node >= self.limit:
            self.settle()
        self.count = node + 1
        self.fresh += code, a, b
        return node

    def settle(self) -> None:
        """Move the fresh nodes onto the tape. Errors: ResourceLimit for too many."""
        packed(self.fresh, self.tape)
        self.fresh.clear()
        if self.count > MAX_NODES:
            raise endless()
        self.limit = min(self.count + FRESH, MAX_NODES + 1)

    def extend(self, words: Any) -> None:
        """Append nodes as the tape holds them, given as a buffer of bytes."""
        self.settle()
        self.tape.frombytes(words)
        self.count = len(self.tape)
        self.limit = min(self.count + FRESH, MAX_NODES + 1)

    def code(self, node: int) -> int:
        """Return the kind of a node: INPUT, CONSTANT or the code of a gate."""
        fresh = node - len(self.tape)
        return self.fresh[3 * fresh] if fresh >= 0 else self.tape[node] >> CODE_AT

    def lhs(self, node: int) -> int:
        """Return the first operand of a gate."""
        fresh = node - len(self.tape)
        return self.fresh[3 * fresh + 1] if fresh >= 0 else self.tape[node] >> LEFT_AT & LOW

    def rhs(self, node: int) -> int:
        """Return the second operand of a gate, -1 if it has none."""
        fresh = node - len(self.tape)
        return self.fresh[3 * fresh + 2] if fresh >= 0 else (self.tape[node] & LOW) - 1

    def input(self, name: str) -> int:
        """Append an input; two calls make two inputs."""
        node = self._append(INPUT, len(self.names))
        self.names.append(name)
        self.given.append(range(node, node + 1))
        return node

    def inputs(self, names: Sequence[str]) -> range:
        """Append an input for each name."""
        first, number = self.count, len(self.names)
        self.names.extend(names)
        self.extend(counted(range(number << LEFT_AT, len(self.names) << LEFT_AT, 1 << LEFT_AT), "q").tobytes())
        self.given.append(range(first, self.count))
        return self.given[-1]

    def constant(self, value: Constant | int) -> int:
        """Return the node of an exact constant: a rational, or `pi` or `e`."""
        exact = Fraction(value) if isinstance(value, int) else value
        key = name(exact)
        node = self.known.get(key)
        if node is None:
            node = self.known[key] = self._append(CONSTANT, len(self.constants))
            self.fixed.add(node)
            self.constants.append(exact)
        return node

    def exact(self, node: int) -> Fraction | None:
        """Return the value of a rational constant, or None for any other node."""
        if node not in self.fixed or self.code(node) != CONSTANT:
            return None
        value = self.constants[self.lhs(node)]
        return value if isinstance(value, Fraction) else None

    def gate(self, code: int, a: int, b: int = -1, c: int = -1) -> int:
        """Return the node of a gate: folded, or new. Errors: those of `circuit.fold`."""
        fixed = self.fixed
        if a in fixed or b in fixed:
            folded = fold.fold(self, code, a, b)
            if folded is not None:
                return folded
        elif code == CODE_NEG and self.code(a) == CODE_NEG:
            return self.lhs(a)
        return self.made(code, a, b, c)

    def made(self, code: int, a: int, b: int, c: int) -> int:
        """Return the node of a gate that does not fold. Errors: UnsupportedConstant, ResourceLimit."""
        node = self._append(code, a, b)
        if c >= 0:
            self.third[node] = c
        if a in self.fixed and self.fixed.issuperset((a, b, c)[: ARITY[code]]):
            operands = (a, b, c)[: ARITY[code]]
            self.fixed.add(node)
            self.approximations[node] = fold.approximate(code, [self.approximation(each) for each in operands])
        return node

    def approximation(self, node: int) -> float:
        """Return the float nearest to a fixed node, for judging whether a constant is real and finite."""
        if self.code(node) >= FIRST_GATE:
            return self.approximations[node]
        return fold.nearest(self.constants[self.lhs(node)])

    def operands(self, node: int) -> tuple[int, ...]:
        """Return the nodes that `node` reads."""
        every = self.lhs(node), self.rhs(node), self.third.get(node, -1)
        return every[: ARITY[self.code(node)]]

    def build(self, outputs: Sequence[int], inputs: Sequence[int], parameters: Sequence[int] = ()) -> Circuit:
        """Return the circuit of `outputs`: these inputs, then the parameters, then what is live, in order of birth.

        Inputs in a row may be given as a range. Equal gates become the first of them. Afterwards `number` holds the
        number in that circuit of each node of the builder, -1 for what is not live.
        """
        self.settle()
        size, given = len(self.tape), len(inputs) + len(parameters)
        third = ints(size, -1) if self.third else ints(0)
        for node, operand in self.third.items():
            third[node] = operand
        same = self._first_of_kind(third)
        outputs = [same[node] for node in outputs]
        live, number, kept = bytearray(size), ints(size, -1), ints(len(self.constants))
        for node in outputs:
            live[node] = 1
        run(loops.reach, size, self.tape, third, live)
        _count(number, inputs, 0)
        _count(number, parameters, len(inputs))
        for nodes in self.given:
            live[nodes.start : nodes.stop] = bytes(len(nodes))
        count = given + live.count(1)
        op, lhs, rhs = bytearray(count), counted(range(given)) + ints(count - given), ints(count, -1)
        constants = run(loops.renumber, size, self.tape, live, number, op, lhs, rhs, kept)
        self.number = number
        circuit = Circuit(
            bytes(op),
            lhs.tobytes(),
            rhs.tobytes(),
            {number[node]: number[third[node]] for node in self.third if live[node]},
            [self.constants[place] for place in kept[:constants]],
            [*self._names_of(inputs), *self._names_of(parameters)],
            self._names_of(parameters),
            [number[node] for node in outputs],
        )
        circuit.__dict__["varies"] = self._varies(count)  # a cached property: it is known here
        return circuit

    def _varies(self, count: int) -> bytes:
        """Mark the nodes of the circuit just built that depend on an input."""
        varies = bytearray(b"\1") * count
        for node in self.fixed:
            if self.number[node] >= 0:
                varies[self.number[node]] = 0
        return bytes(varies)

    def _names_of(self, inputs: Sequence[int]) -> list[str]:
        if isinstance(inputs, range) and inputs:
            return self.names[self.lhs(inputs[0]) : self.lhs(inputs[-1]) + 1]
        return [self.names[self.lhs(node)] for node in inputs]

    def _first_of_kind(self, third: array[int]) -> Sequence[int]:
        """Return for each node the first that is the same gate; tape and `third` speak of first nodes from then on."""
        size = len(self.tape)
        same, keys, table = ints(size), ints(size, 0, "q"), ints(1 << (2 * size).bit_length(), -1)
        run(loops.share, size, self.tape, third, COMMUTING, same, keys, table)
        return same


def _count(number: array[int], nodes: Sequence[int], first: int) -> None:
    """Give nodes the numbers from `first` on."""
    if isinstance(nodes, range):
        number[nodes.start : nodes.stop] = counted(range(first, first + len(nodes)))
    else:
        for place, node in enumerate(nodes, first):
            number[node] = place


def name(value: Constant) -> str | tuple[int, int]:
    """Return what is equal for equal constants; a Fraction itself takes long to hash."""
    return value if isinstance(value, str) else value.as_integer_ratio()


def endless() -> ResourceLimit:
    """Return the error for a function that never ends."""
    return ResourceLimit(f"more than {MAX_NODES:,} gates: does a loop never end?")
