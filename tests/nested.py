"""Derivative programs held against nested forward duals modulo a random prime; nothing of ours is used.

A dual number is (value, derivative) of numbers of the level below, so duals of duals have second derivatives. Every
entry is compared by itself, along unit directions: nothing is summed up at random, as the verifier does.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.duals import FLAT, Gate, Operand, Point, _gate

MANY = 1000


@dataclass(frozen=True, slots=True)
class Text:
    """A program as it stands: places 0, 1, ... are the inputs, then the gates; `parts` are those of its return."""

    name: str
    inputs: int
    gates: tuple[Gate, ...]
    parts: tuple[Any, ...]


def read(text: str) -> Text:
    """Read a program of the grammar, trusting it."""
    start = re.search(r"^def (value_\w+)\(([^)]*)\):", text, re.MULTILINE)
    assert start is not None
    names = re.findall(r"\w+", start[2])
    place: dict[str, Operand] = {name: index for index, name in enumerate(names)}
    gates: list[Gate] = []

    def operand(word: str) -> Operand:
        return place[word] if word in place else word if word in ("pi", "e") else Fraction(word)

    def part(node: ast.expr) -> Any:
        if isinstance(node, ast.Tuple):
            return tuple(part(each) for each in node.elts)
        return operand(ast.unparse(node))

    for line in text[start.end() :].split("\n"):
        code = line.partition("#")[0].strip()
        if code.startswith("return "):
            tree = ast.parse(code.removeprefix("return "), mode="eval").body
            assert isinstance(tree, ast.Tuple)
            return Text(start[1], len(names), tuple(gates), tuple(part(each) for each in tree.elts))
        if code:
            target, _, expression = code.partition(" = ")
            gates.append(_gate(expression, operand))
            place[target] = len(names) + len(gates) - 1
    raise ValueError("a program without a return")


@dataclass(frozen=True, slots=True)
class Dual:
    """value + derivative * eps, eps^2 = 0, of numbers of the level below."""

    value: Any
    moved: Any


class Numbers:
    """Arithmetic on numbers of any level; a function of plain residues is the keyed hash of a point."""

    def __init__(self, point: Point) -> None:
        self.point, self.prime = point, point.prime

    def add(self, a: Any, b: Any) -> Any:
        if isinstance(a, Dual) or isinstance(b, Dual):
            (x, dx), (y, dy) = _split(a, b), _split(b, a)
            return Dual(self.add(x, y), self.add(dx, dy))
        return (a + b) % self.prime

    def mul(self, a: Any, b: Any) -> Any:
        if isinstance(a, Dual) or isinstance(b, Dual):
            (x, dx), (y, dy) = _split(a, b), _split(b, a)
            return Dual(self.mul(x, y), self.add(self.mul(dx, y), self.mul(x, dy)))
        return a * b % self.prime

    def sub(self, a: Any, b: Any) -> Any:
        return self.add(a, self.mul(-1, b))

    def div(self, a: Any, b: Any) -> Any:
        return self.mul(a, self.over(b))

    def over(self, a: Any) -> Any:
        if isinstance(a, Dual):
            below = self.over(a.value)
            return Dual(below, self.mul(self.mul(-1, a.moved), self.mul(below, below)))
        return pow(a, -1, self.prime)

    def call(self, name: str, u: Any, v: Any = 0) -> Any:
        """Return a function of one or two numbers."""
        if not isinstance(u, Dual) and not isinstance(v, Dual):
            k = 2 * v % self.prime
            k -= self.prime if k > self.prime // 2 else 0
            if name == "pow" and k % 2 and abs(k) < MANY:  # u**(k/2) is sqrt(u)**k
                return pow(self.point.hashed("sqrt", u % self.prime), k, self.prime)
            return self.point.value(name, u % self.prime, v % self.prime) % self.prime
        (x, dx), (y, dy) = _split(u, v), _split(v, u)
        z = self.call(name, x, y)
        if name in FLAT:
            return Dual(z, 0)
        along, across = self.slopes(name, x, y, z)
        return Dual(z, self.add(self.mul(along, dx), self.mul(across, dy)))

    def slopes(self, name: str, x: Any, y: Any, z: Any) -> tuple[Any, Any]:
        """Return the partial derivatives of a function at (x, y), z its value."""
        if name in ("max", "min"):
            first = self.call("gt", x, y) if name == "max" else self.call("lt", x, y)
            return first, self.sub(1, first)
        if name == "hypot":
            return self.div(x, z), self.div(y, z)
        if name == "atan2":
            radius = self.call("hypot", x, y)
            square = self.mul(radius, radius)
            return self.div(y, square), self.div(self.mul(-1, x), square)
        if name == "pow":
            return self.mul(y, self.call("pow", x, self.sub(y, 1))), 0
        return self.slope(name, x, z), 0

    def slope(self, name: str, x: Any, z: Any) -> Any:
        """Return the derivative of a function of one number."""
        mul, add, sub, over, call = self.mul, self.add, self.sub, self.over, self.call
        two_over_root_pi = self.point.two_over_root_pi
        rows: dict[str, Callable[[], Any]] = {
            "exp": lambda: z, "expm1": lambda: add(z, 1), "log": lambda: over(x), "log1p": lambda: over(add(1, x)),
            "sqrt": lambda: over(mul(2, z)), "cbrt": lambda: over(mul(3, mul(z, z))), "sin": lambda: call("cos", x),
            "cos": lambda: mul(-1, call("sin", x)), "tan": lambda: add(1, mul(z, z)), "sinh": lambda: call("cosh", x),
            "cosh": lambda: call("sinh", x), "tanh": lambda: over(mul(call("cosh", x), call("cosh", x))),
            "asin": lambda: over(call("sqrt", sub(1, mul(x, x)))), "acos": lambda: mul(-1, over(call("sin", z))),
            "atan": lambda: over(add(1, mul(x, x))), "asinh": lambda: over(call("hypot", 1, x)),
            "acosh": lambda: over(call("sinh", z)), "atanh": lambda: mul(call("cosh", z), call("cosh", z)),
            "erf": lambda: call("exp", sub(self.point.hashed("log", two_over_root_pi()), mul(x, x))),
            "sigmoid": lambda: mul(z, sub(1, z)), "softplus": lambda: call("sigmoid", x),
            "abs": lambda: call("sign", x), "relu": lambda: call("gt", x, 0),
        }  # fmt: skip
        return rows[name]()

    def gate(self, op: str, known: Sequence[Any]) -> Any:
        plain = {"add": self.add, "sub": self.sub, "mul": self.mul, "div": self.div}
        if op in plain:
            return plain[op](*known)
        if op == "neg":
            return self.mul(-1, known[0])
        if op == "select":
            return self.add(known[2], self.mul(known[0], self.sub(known[1], known[2])))
        return self.call(op, *known)

    def number(self, value: Fraction | str) -> int:
        return self.point.number(value) % self.prime

    def run(self, text: Text, inputs: Sequence[Any]) -> Callable[[Operand], Any]:
        """Evaluate a program; return what gives the value of an operand."""
        values = list(inputs)
        for op, operands in text.gates:
            values.append(self.gate(op, [values[o] if isinstance(o, int) else self.number(o) for o in operands]))
        return lambda operand: values[operand] if isinstance(operand, int) else self.number(operand)


def _split(a: Any, like: Any) -> tuple[Any, Any]:
    """Return value and derivative of a number at the level of two; a constant of a level does not move."""
    level, other = _level(a), _level(like)
    return (a.value, a.moved) if level >= other and level else (a, 0)


def _level(a: Any) -> int:
    return 1 + max(_level(a.value), _level(a.moved)) if isinstance(a, Dual) else 0


def agrees(text: Text, right: Text, n: int, parameters: int, rng: random.Random, prime: int) -> bool:
    """Say whether a program has the values of the right one and exactly their derivatives, at a random point.

    Raises: ValueError where a divisor is 0.
    """
    scalar = text.name.startswith("value_gradient")
    if text.name != right.name or text.inputs != right.inputs:
        return False
    numbers = Numbers(point := Point(rng, prime, text.inputs))
    of, own = numbers.run(text, point.at), n + parameters
    theirs = numbers.run(right, point.at)
    values, due = ([each[0]] if scalar else list(each[0]) for each in (text.parts, right.parts))
    if [of(each) for each in values] != [theirs(each) for each in due]:
        return False

    def along(*directions: Sequence[int]) -> list[Any]:
        return _along(numbers, right, point.at, due, directions)

    units = [[int(i == j) for j in range(text.inputs)] for i in range(n)]
    direction = [*point.at[own : own + n], *[0] * (text.inputs - n)]
    parts = [[of(each) for each in part] if isinstance(part, tuple) else part for part in text.parts]
    if scalar and parts[1] != [along(unit)[0] for unit in units]:
        return False
    if text.name == "value_and_jvp":
        return parts[1] == along(direction)
    if text.name == "value_and_vjp":
        weights = point.at[own:]
        return parts[1] == [sum(w * d for w, d in zip(weights, along(unit), strict=True)) % prime for unit in units]
    if text.name == "value_gradient_and_hvp":
        return parts[2] == [along(unit, direction)[0] for unit in units]
    entries = dict(zip(zip(*[map(int, part) for part in text.parts[-2:]], strict=True), parts[-3], strict=True))
    for i in range(n if scalar else len(due)):
        for j in range(i + 1 if scalar else n):
            orders = ((i, j), (j, i))  # of atan2 they differ in form
            exact = [along(units[a], units[b])[0] for a, b in orders] if scalar else [along(units[j])[i]]
            if entries.pop((i, j), 0) not in exact:
                return False
    return not entries and len(text.parts[-1]) == len(parts[-3])


def _along(
    numbers: Numbers, text: Text, at: Sequence[int], outputs: Sequence[Operand], directions: Sequence[Sequence[int]]
) -> list[int]:
    """Return the derivatives of outputs along one direction or two."""
    inputs: list[Any] = list(at)
    for d in directions:
        inputs = [Dual(x, Dual(step, 0) if isinstance(x, Dual) else step) for x, step in zip(inputs, d, strict=True)]
    run = numbers.run(text, inputs)
    return [_moved(run(each), len(directions)) for each in outputs]


def _moved(value: Any, times: int) -> int:
    for _ in range(times):
        value = value.moved if isinstance(value, Dual) else 0
    return int(value)
