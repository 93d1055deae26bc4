"""A formula as gates: flat lists in topological order, equal gates shared as they are born, constants folded exactly.

The counting rules (what folds, how a power becomes multiplications) live in `Builder`; every reader ends here, so two
readings of one formula have the same gates. Nothing recurses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from verify.errors import FormulaError, FormulaLimit
from verify.exact import FOLD_BITS, bits, fold
from verify.table import ARITHMETIC, SYMMETRIC

POWER_BITS = 4096


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes 0..n-1 are the inputs; `value` holds the constants (a Fraction, or "pi", "e")."""

    inputs: tuple[str, ...]
    ops: list[str]
    args: list[tuple[int, ...]]
    value: dict[int, Fraction | str]
    output: int
    parameters: int = 0
    others: tuple[int, ...] = ()  # what is computed beside the output

    @property
    def outputs(self) -> tuple[int, ...]:
        """The nodes computed, the output first."""
        return (self.output, *self.others)


def constant_nodes(graph: Graph) -> bytearray:
    """Return 1 for every node that depends on no input."""
    free = bytearray(len(graph.ops))
    for node, (op, args) in enumerate(zip(graph.ops, graph.args, strict=True)):
        if args:
            free[node] = all(free[operand] for operand in args)
        else:
            free[node] = op != "input"
    return free


def reached(graph: Graph, roots: Sequence[int]) -> bytearray:
    """Return 1 for every node that some root depends on."""
    live = bytearray(len(graph.ops))
    for root in roots:
        live[root] = 1
    for node in range(len(live) - 1, -1, -1):
        if live[node]:
            for operand in graph.args[node]:
                live[operand] = 1
    return live


def gate_count(graph: Graph) -> int:
    """Return the counted gates: reached from an output and depending on an input."""
    live, free = reached(graph, graph.outputs), constant_nodes(graph)
    return sum(1 for node, op in enumerate(graph.ops) if live[node] and not free[node] and op != "input")


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class Builder:
    """Builds a Graph gate by gate under the rules of the count."""

    names: tuple[str, ...]
    ops: list[str] = field(default_factory=list)
    args: list[tuple[int, ...]] = field(default_factory=list)
    value: dict[int, Fraction | str] = field(default_factory=dict)
    known: dict[object, int] = field(default_factory=dict)
    free: bytearray = field(default_factory=bytearray)
    rational: set[int] = field(default_factory=set)  # constant gates of rationals, too large to fold

    def __post_init__(self) -> None:
        for _ in self.names:
            self._append("input", (), False)

    def finish(self, output: int, parameters: int = 0) -> Graph:
        """Return the graph that computes `output`."""
        return Graph(self.names, self.ops, self.args, self.value, output, parameters)

    def constant(self, value: Fraction | int | str) -> int:
        """Return the node of a constant: an exact rational, "pi" or "e"."""
        key = value if isinstance(value, str) else Fraction(value)
        node = self.known.get(key)
        if node is None:
            node = self.known[key] = self._append("const", (), True)
            self.value[node] = key
        return node

    def number(self, node: int) -> Fraction | None:
        """Return the exact rational of a constant node, None for any other."""
        value = self.value.get(node)
        return value if isinstance(value, Fraction) else None

    def gate(self, op: str, *operands: int) -> int:
        """Return the node of `op` applied to operands, folded and shared."""
        numbers = [self.number(node) for node in operands]
        exact = [number for number in numbers if number is not None]
        if exact or op == "neg":
            folded = self._fold(op, operands, numbers, exact)
            if folded is not None:
                return folded
        if op in SYMMETRIC and operands[0] > operands[1]:
            operands = (operands[1], operands[0])
        node = self.known.get((op, operands))
        if node is None:
            free = all(self.free[operand] for operand in operands)
            node = self.known[op, operands] = self._append(op, operands, free)
            if (
                free
                and op in ARITHMETIC
                and all(
                    number is not None or operand in self.rational
                    for operand, number in zip(operands, [self.number(o) for o in operands], strict=True)
                )
            ):
                self.rational.add(node)
        return node

    def _append(self, op: str, operands: tuple[int, ...], free: bool) -> int:
        self.ops.append(op)
        self.args.append(operands)
        self.free.append(free)
        return len(self.ops) - 1

    def _fold(
        self, op: str, operands: tuple[int, ...], numbers: list[Fraction | None], exact: list[Fraction]
    ) -> int | None:
        if len(exact) == len(operands):
            try:
                result = fold(op, exact)
            except ZeroDivisionError:
                raise FormulaError("division by zero: a constant divisor is 0") from None
            return None if result is None else self.constant(result)
        if op == "neg":
            return self.args[operands[0]][0] if self.ops[operands[0]] == "neg" else None
        if op not in ARITHMETIC:
            return None
        left, right = numbers
        if right is not None:
            return self._right(op, operands[0], right)
        assert left is not None
        return self._left(op, left, operands[1])

    def _right(self, op: str, u: int, c: Fraction) -> int | None:
        """Fold `u op c`, c rational."""
        if op in ("add", "sub"):
            if c == 0:
                return u
            if c < 0:
                return self.gate("sub" if op == "add" else "add", u, self.constant(-c))
            return None
        if op == "mul" and c == 0:
            return self.constant(0)
        if op == "div" and c == 0:
            raise FormulaError("division by zero: a constant divisor is 0")
        if c == 1:
            return u
        return self.gate("neg", u) if c == -1 else None

    def _left(self, op: str, c: Fraction, v: int) -> int | None:
        """Fold `c op v`, c rational."""
        if op in ("add", "mul"):
            return self._right(op, v, c)
        if c != 0:
            return None
        return self.gate("neg", v) if op == "sub" else self.constant(0)

    def power(self, base: int, exponent: int) -> int:
        """Return base**exponent as gates: multiplications, a root, a pow gate or exp(c*log u)."""
        if self.value.get(base) == "e":
            return self.gate("exp", exponent)
        c = self.number(exponent)
        if c is None:
            if exponent in self.rational:
                raise FormulaLimit(f"an exponent of more than {FOLD_BITS} bits")
            if self.free[exponent]:
                return self.gate("pow", base, exponent)
            return self.gate("exp", self.gate("mul", exponent, self.gate("log", base)))
        if bits(c) > FOLD_BITS:
            raise FormulaLimit(f"an exponent of more than {FOLD_BITS} bits")
        if c.denominator != 1:
            return self.gate("sqrt", base) if c == Fraction(1, 2) else self.gate("pow", base, exponent)
        chain = self._chain(base, abs(c.numerator))
        return chain if c >= 0 else self.gate("div", self.constant(1), chain)

    def _chain(self, base: int, n: int) -> int:
        """Return base**n by binary squaring, low bits first."""
        number = self.number(base)
        if number is not None and abs(number) not in (0, 1) and bits(number) * n > POWER_BITS:
            raise FormulaLimit(f"an integer power of more than {POWER_BITS} bits")
        result: int | None = None
        square = base
        while n:
            if n & 1:
                result = square if result is None else self.gate("mul", result, square)
            n >>= 1
            if n:
                square = self.gate("mul", square, square)
        return self.constant(1) if result is None else result
