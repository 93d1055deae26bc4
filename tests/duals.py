"""Gate lists at random points modulo a random prime: values, and derivatives by forward duals; nothing of ours is used.

What a program must be held against. A function is a keyed hash of its name and arguments, so two gate lists agree only
where they apply the same function to the same value; u > v and v > u add up to 1, as ties are no random points.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

BITS, POINTS = 128, 3
Operand = int | Fraction | str  # a place in the list, a number, "pi" or "e"
Gate = tuple[str, tuple[Operand, ...]]
SIGNS = dict(zip("+ - * / > >= < <= == !=".split(), "add sub mul div gt ge lt le eq ne".split(), strict=True))
SPELT = {"maximum": "max", "minimum": "min"}
FLAT = frozenset("sign floor ceil trunc gt ge lt le eq ne".split())
EXACT: dict[tuple[object, ...], int] = {("exp", 0): 1, ("log", 1): 0, ("sin", 0): 0, ("cos", 0): 1, ("tan", 0): 0}
WORD = re.compile(r"-?[\w.]+(?:(?<=e)[+-]\d+)?")


@dataclass(frozen=True, slots=True)
class Gates:
    """Inputs stand at places 0, 1, ...; then the gates. `value` and `gradient` are operands."""

    inputs: int
    gates: tuple[Gate, ...]
    value: Operand
    gradient: tuple[Operand, ...] = ()


def read(text: str) -> Gates:
    """Read a program of the grammar, trusting it."""
    body = text[text.index("def value_and_gradient(") :].split("\n")
    names = re.findall(r"\w+", body[0].partition("(")[2].partition(")")[0])
    place: dict[str, Operand] = {name: index for index, name in enumerate(names)}
    gates: list[Gate] = []

    def operand(word: str) -> Operand:
        return place[word] if word in place else word if word in ("pi", "e") else Fraction(word)

    for line in body[1:]:
        code = line.partition("#")[0].strip()
        if code.startswith("return "):
            value, *rest = [operand(word) for word in WORD.findall(code.removeprefix("return "))]
            return Gates(len(names), tuple(gates), value, tuple(rest))
        if code:
            target, _, expression = code.partition(" = ")
            gates.append(_gate(expression, operand))
            place[target] = len(names) + len(gates) - 1
    raise ValueError("a program without a return")


def _gate(expression: str, operand: Callable[[str], Operand]) -> Gate:
    parts = expression.split(" ")
    name, bracket, rest = expression.partition("(")
    if bracket:
        return SPELT.get(name, name), tuple(operand(word) for word in rest.removesuffix(")").split(", "))
    if len(parts) == 3:
        return SIGNS[parts[1]], (operand(parts[0]), operand(parts[2]))
    return "neg", (operand(expression.removeprefix("-")),)


class Point:
    """A random point and direction modulo a random prime; the same functions for every list evaluated at it."""

    def __init__(self, rng: random.Random, prime: int, inputs: int) -> None:
        self.prime = prime
        self.key = rng.randbytes(16)
        self.at = [rng.randrange(self.prime) for _ in range(inputs)]
        self.along = [rng.randrange(self.prime) for _ in range(inputs)]

    def number(self, value: Fraction | str) -> int:
        if isinstance(value, str):
            return self.hashed(value)
        return value.numerator * pow(value.denominator, -1, self.prime) % self.prime

    def hashed(self, name: str, *arguments: int) -> int:
        if (name, *arguments) in EXACT:
            return EXACT[name, *arguments]
        if name == "pow" and 2 * arguments[1] % self.prime == 1:
            name, arguments = "sqrt", arguments[:1]
        text = " ".join([name, *map(str, arguments)])
        return int.from_bytes(hashlib.blake2b(text.encode(), key=self.key, digest_size=24).digest()) % self.prime

    def above(self, u: int, v: int) -> int:
        return self.hashed("gt", u, v) if u <= v else 1 - self.hashed("gt", v, u)

    def value(self, op: str, u: int, v: int = 0, w: int = 0) -> int:
        """Return the value of a gate. Raises: ValueError for a division by 0."""
        if op in ("hypot", "eq", "ne") and v < u:
            u, v = v, u
        if op in ("gt", "lt"):
            return self.above(u, v) if op == "gt" else self.above(v, u)
        if op in ("max", "min"):
            return v + (self.above(u, v) if op == "max" else self.above(v, u)) * (u - v)
        plain = {
            "add": u + v, "sub": u - v, "mul": u * v, "neg": -u, "select": w + u * (v - w),
        }  # fmt: skip
        if op in plain:
            return plain[op]
        if op == "div":
            return u * pow(v, -1, self.prime)
        if op in ("abs", "relu"):
            return u * (self.hashed("sign", u) if op == "abs" else self.above(u, 0))
        if op == "le":
            return self.hashed("ge", v, u)
        return self.hashed(op, u, v) if op in ("hypot", "atan2", "pow", "ge", "eq", "ne") else self.hashed(op, u)

    def tangent(self, op: str, z: int, known: Sequence[int], moved: Sequence[int]) -> int:
        """Return the derivative of z = op(known) along `moved`, by the product, quotient and chain rules."""
        if op in FLAT or not any(moved):
            return 0
        (u, v, *_), (du, dv, dw) = (*known, 0), (*moved, 0, 0)[:3]
        if op in ("add", "sub", "mul", "neg", "select"):
            return {
                "add": du + dv, "sub": du - dv, "mul": du * v + u * dv, "neg": -du, "select": dw + u * (dv - dw),
            }[op]  # fmt: skip
        if op == "div":
            return (du - z * dv) * pow(v, -1, self.prime)
        if op in ("max", "min"):
            return dv + (self.above(u, v) if op == "max" else self.above(v, u)) * (du - dv)
        if op in ("hypot", "atan2"):
            radius = pow(self.value("hypot", u, v), -1, self.prime)
            return (u * du + v * dv) * radius if op == "hypot" else (v * du - u * dv) * radius * radius
        return du * self.slope(op, u, v, z)

    def slope(self, op: str, u: int, c: int, z: int) -> int:
        """Return the derivative of a function of u (and of pow, c its exponent), in terms of u and z."""
        rows: dict[str, Callable[[], int]] = {
            "exp": lambda: z, "expm1": lambda: z + 1, "log": lambda: self.over(u), "log1p": lambda: self.over(1 + u),
            "sqrt": lambda: self.over(2 * z), "cbrt": lambda: self.over(3 * z * z),
            "pow": lambda: c * self.hashed("pow", u, (c - 1) % self.prime),
            "sin": lambda: self.hashed("cos", u), "cos": lambda: -self.hashed("sin", u), "tan": lambda: 1 + z * z,
            "sinh": lambda: self.hashed("cosh", u), "cosh": lambda: self.hashed("sinh", u),
            "tanh": lambda: self.over(self.hashed("cosh", u) ** 2), "acos": lambda: -self.over(self.hashed("sin", z)),
            "asin": lambda: self.over(self.hashed("sqrt", (1 - u * u) % self.prime)),
            "atan": lambda: self.over(1 + u * u), "asinh": lambda: self.over(self.value("hypot", 1, u)),
            "acosh": lambda: self.over(self.hashed("sinh", z)), "atanh": lambda: self.hashed("cosh", z) ** 2,
            "erf": lambda: self.hashed("exp", (self.hashed("log", self.two_over_root_pi()) - u * u) % self.prime),
            "sigmoid": lambda: z * (1 - z), "softplus": lambda: self.hashed("sigmoid", u),
            "abs": lambda: self.hashed("sign", u), "relu": lambda: self.above(u, 0),
        }  # fmt: skip
        return rows[op]()

    def over(self, divisor: int) -> int:
        return pow(divisor, -1, self.prime)

    def two_over_root_pi(self) -> int:
        return 2 * self.over(self.hashed("sqrt", self.hashed("pi"))) % self.prime

    def run(self, gates: Gates, order: Sequence[int] | None = None, *, duals: bool = True) -> Run:
        """Evaluate every place; `order` says where each input of the list stands at this point."""
        places = range(gates.inputs) if order is None else order
        values, moved = [self.at[each] for each in places], [self.along[each] for each in places]
        for op, operands in gates.gates:
            known = [values[each] if isinstance(each, int) else self.number(each) for each in operands]
            values.append(self.value(op, *known) % self.prime)
            if duals:
                along = [moved[each] if isinstance(each, int) else 0 for each in operands]
                moved.append(self.tangent(op, values[-1], known, along) % self.prime)
        return Run(self, values, moved)


@dataclass(frozen=True, slots=True)
class Run:
    """The values and derivatives of every place of a list at a point."""

    point: Point
    values: list[int]
    moved: list[int]

    def of(self, operand: Operand) -> int:
        """Return the value of an operand."""
        return self.values[operand] if isinstance(operand, int) else self.point.number(operand)

    def along(self, operand: Operand) -> int:
        """Return the derivative of an operand."""
        return self.moved[operand] if isinstance(operand, int) else 0


def agrees(program: Gates, reference: Gates, derivatives: int, rng: random.Random, prime: int) -> bool:
    """Say whether value and gradient of a program are those of a reference, at three random points.

    The first `derivatives` inputs are differentiated. Raises: ValueError where a list divides by 0.
    """
    if (program.inputs, len(program.gradient)) != (reference.inputs, derivatives):
        return False
    for _ in range(POINTS):
        point = Point(rng, prime, program.inputs)
        point.along[derivatives:] = [0] * (program.inputs - derivatives)
        ours, theirs = point.run(program, duals=False), point.run(reference)
        total = sum(ours.of(each) * d for each, d in zip(program.gradient, point.along, strict=False))
        if ours.of(program.value) != theirs.of(reference.value):
            return False
        if (total - theirs.along(reference.value)) % point.prime:
            return False
    return True


def random_prime(rng: random.Random) -> int:
    """Return a random prime of 128 bits: Fermat's test to twelve random bases."""
    while True:
        found = rng.getrandbits(BITS) | 1 << BITS - 1 | 1
        if all(found % each for each in (3, 5, 7, 11, 13, 17, 19)) and _passes(found, rng, range(12)):
            return found


def _passes(number: int, rng: random.Random, times: Iterable[int]) -> bool:
    return all(pow(rng.randrange(2, number), number - 1, number) == 1 for _ in times)
