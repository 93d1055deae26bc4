"""Both sides of a comparison on one tape of + - * / and hashed functions, equal steps laid down once.

A transfer function is a name for an unknown: its value is a keyed hash of (name, arguments), so two sides agree only
where they apply the same function to the same value. Kinks are spelled with hashed comparisons: max(u, v) is
v + s*(u - v) with s = (u > v), abs(u) is sign(u)*u, select(c, a, b) is b + c*(a - b). Where a max or min compares u
and v, its value is the same from both sides of a tie, so there v > u is 1 - s: `above` is the comparison for which
above(u, v) + above(v, u) = 1, and in a gradient u > v is read as it where a max or min of the two is about.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from verify.exact import WIDE_BITS, fold, order
from verify.graph import Graph, reached
from verify.table import COMPARISONS

VARIABLE, CONSTANT, ADD, SUB, MUL, DIV, FUNCTION = range(7)
ARITHMETIC_CODES = {"add": ADD, "sub": SUB, "mul": MUL, "div": DIV}
_NAMES = {code: name for name, code in ARITHMETIC_CODES.items()}
HASHED = (
    "pi", "e", "gt", "ge", "eq", "ne", "sign", "hypot", "atan2", "pow", "exp", "log", "log1p", "expm1", "sqrt", "cbrt",
    "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh", "erf", "sigmoid",
    "softplus", "floor", "ceil", "trunc", "above",
)  # fmt: skip
CODE = {name: FUNCTION + index for index, name in enumerate(HASHED)}
NONE = -1
_STEP: dict[str, Callable[[Fraction], int]] = {
    "sign": lambda u: (u > 0) - (u < 0), "floor": math.floor, "ceil": math.ceil, "trunc": math.trunc,
}  # fmt: skip
_SORTED = frozenset({ADD, MUL, CODE["hypot"], CODE["eq"], CODE["ne"]})


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class Tape:
    """Steps op(lhs, rhs); constants are exact; `const` marks what depends on no variable."""

    op: list[int] = field(default_factory=list)
    lhs: list[int] = field(default_factory=list)
    rhs: list[int] = field(default_factory=list)
    exact: dict[int, Fraction] = field(default_factory=dict)
    const: bytearray = field(default_factory=bytearray)
    known: dict[object, int] = field(default_factory=dict)
    orders: set[tuple[int, int]] = field(default_factory=set)  # of comparisons that `above` stands for
    loose: bool = False  # ties aside: every u > v is `above`
    rooted: bool = False  # u**(k/2) is sqrt(u)**k: so sqrt and pow of one value have one second derivative

    def variable(self) -> int:
        """Return a new variable."""
        return self._append(VARIABLE, NONE, NONE, 0)

    def constant(self, value: Fraction | int) -> int:
        """Return the step of an exact constant."""
        value = Fraction(value)
        step = self.known.get(value)
        if step is None:
            step = self.known[value] = self._append(CONSTANT, NONE, NONE, 1)
            self.exact[step] = value
        return step

    def _append(self, op: int, a: int, b: int, const: int) -> int:
        self.op.append(op)
        self.lhs.append(a)
        self.rhs.append(b)
        self.const.append(const)
        return len(self.op) - 1

    def step(self, op: int, a: int = NONE, b: int = NONE) -> int:
        """Return the step op(a, b), an existing one if it is known.

        Raises: ZeroDivisionError for a division by the constant 0.
        """
        if op in _SORTED and a > b:
            a, b = b, a
        key = (op, a, b)
        found = self.known.get(key)
        if found is not None:
            return found
        const = (a < 0 or self.const[a]) and (b < 0 or self.const[b])
        if const:
            folded = self._fold(op, a, b)
            if folded is not None:
                self.known[key] = folded
                return folded
        found = self.known[key] = self._append(op, a, b, int(const))
        return found

    def _fold(self, op: int, a: int, b: int) -> int | None:
        operands = [self.exact[operand] for operand in (a, b) if operand in self.exact]
        if len(operands) != (a >= 0) + (b >= 0) or not operands:
            return None
        name = _NAMES[op] if op < FUNCTION else HASHED[op - FUNCTION]
        if name in COMPARISONS or name == "above":
            return self.constant(order("gt" if name == "above" else name, *operands))
        if name in _STEP:
            return self.constant(_STEP[name](operands[0]))
        value = fold(name, operands, WIDE_BITS)
        return None if value is None else self.constant(value)

    def function(self, name: str, a: int, b: int = NONE) -> int:
        """Return the step of a hashed function; pow(u, 1/2) is sqrt(u)."""
        if name == "pow" and not self.rooted and self.exact.get(b) == Fraction(1, 2):
            name, b = "sqrt", NONE
        return self.step(CODE[name], a, b)

    def root_power(self, step: int) -> int:
        """Return k where a step is read as sqrt(u)**k, else 0."""
        c = self.exact.get(self.rhs[step]) if self.rooted and self.op[step] == CODE["pow"] else None
        return c.numerator if c is not None and c.denominator == 2 else 0

    def greater(self, u: int, v: int) -> int:
        """Return the step u > v."""
        if not self.loose and (CODE["above"], min(u, v), max(u, v)) not in self.known:
            return self.step(CODE["gt"], u, v)
        self.orders.add((u, v))
        return self.above(u, v)

    def above(self, u: int, v: int) -> int:
        """Return u > v for a max or min of the two: with v > u it adds up to 1."""
        if u <= v:
            return self.step(CODE["above"], u, v)
        return self.step(SUB, self.constant(1), self.step(CODE["above"], v, u))

    def choose(self, condition: int, a: int, b: int) -> int:
        """Return b + condition*(a - b)."""
        return self.step(ADD, b, self.step(MUL, condition, self.step(SUB, a, b)))


def lay(tape: Tape, graph: Graph, inputs: list[int], wanted: bytearray | None = None) -> list[int]:
    """Lay a graph on the tape; return the step of every node (NONE for nodes not wanted).

    A comparison that the value depends on is strict: ties count. One of the gradient alone may be the other way round.

    Raises: ZeroDivisionError for a division by the constant 0, with the node as its argument.
    """
    steps: list[int] = []
    strict = reached(graph, graph.outputs)
    compared = {frozenset(args) for op, args in zip(graph.ops, graph.args, strict=True) if op in ("max", "min")}
    zeros = [node for node, value in graph.value.items() if value == 0]
    for node, (op, args) in enumerate(zip(graph.ops, graph.args, strict=True)):
        if wanted is not None and not wanted[node] and op != "input":
            steps.append(NONE)
            continue
        code = ARITHMETIC_CODES.get(op)
        try:
            if code is not None:
                steps.append(tape.step(code, steps[args[0]], steps[args[1]]))
            elif op == "input":
                steps.append(inputs[node])
            elif op == "const":
                value = graph.value[node]
                steps.append(tape.step(CODE[value]) if isinstance(value, str) else tape.constant(value))
            elif op in ("gt", "lt") and not tape.loose and (strict[node] or frozenset(args) in compared):
                u, v = (steps[operand] for operand in (args if op == "gt" else args[::-1]))
                if not strict[node]:
                    tape.orders.add((u, v))
                steps.append(tape.step(CODE["gt"], u, v) if strict[node] else tape.above(u, v))
            elif op == "relu" and any(frozenset((args[0], zero)) in compared for zero in zeros):
                steps.append(tape.step(MUL, tape.above(steps[args[0]], tape.constant(0)), steps[args[0]]))
            else:
                steps.append(_gate(tape, op, [steps[operand] for operand in args]))
        except ZeroDivisionError:
            raise ZeroDivisionError(node) from None
    return steps


def _gate(tape: Tape, op: str, operands: list[int]) -> int:
    """Return the step of a gate that is no binary + - * /."""
    u, v = operands[0], operands[-1]
    if op == "neg":
        return tape.step(SUB, tape.constant(0), u)
    if op == "select":
        return tape.choose(u, operands[1], v)
    if op in ("gt", "lt"):
        return tape.greater(u, v) if op == "gt" else tape.greater(v, u)
    if op == "le":
        return tape.function("ge", v, u)
    if op == "abs":
        return tape.step(MUL, tape.function("sign", u), u)
    if op == "relu":
        return tape.step(MUL, tape.greater(u, tape.constant(0)), u)
    if op in ("max", "min"):
        u, v = min(u, v), max(u, v)
        return tape.choose(tape.above(u, v), *((u, v) if op == "max" else (v, u)))
    return tape.function(op, u, v) if len(operands) == 2 else tape.function(op, u)
