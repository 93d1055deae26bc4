"""First and second derivatives modulo a prime by forward duals over duals; nothing of the compiler's is used.

A number is an integer modulo the prime, or a jet (a, b): the value a + b*epsilon of two numbers of the level below. A
function of the table is a keyed hash at the lowest level, and its derivative a row written here in u, z = f(u) and its
companions, so it holds at every level.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from circuit import Circuit

PRIME = (1 << 127) - 1
FLAT = frozenset("sign floor ceil trunc gt ge lt le eq ne".split())
EXACT: dict[tuple[Any, ...], int] = {("exp", 0): 1, ("log", 1): 0, ("sin", 0): 0, ("cos", 0): 1, ("tan", 0): 0}
Number = Any  # int or Jet


class NoValue(Exception):
    """A divisor is 0 at this point, or a root is of no square."""


@dataclass(frozen=True, slots=True)
class Jet:
    """a + b*epsilon, epsilon**2 = 0."""

    a: Number
    b: Number

    def __add__(self, other: Number) -> Jet:
        u, v = _pair(self, other)
        return Jet(_reduced(u.a + v.a), _reduced(u.b + v.b))

    __radd__ = __add__

    def __mul__(self, other: Number) -> Jet:
        u, v = _pair(self, other)
        return Jet(_reduced(u.a * v.a), _reduced(u.a * v.b + u.b * v.a))

    __rmul__ = __mul__

    def __neg__(self) -> Jet:
        return self * -1


def _pair(u: Jet, v: Number) -> tuple[Jet, Jet]:
    assert _depth(v) <= _depth(u)
    return u, v if isinstance(v, Jet) and _depth(v) == _depth(u) else Jet(v, 0)


def _depth(number: Number) -> int:
    depth = 0
    while isinstance(number, Jet):
        number, depth = number.a, depth + 1
    return depth


def _reduced(number: Number) -> Number:
    return number % PRIME if isinstance(number, int) else number


def inverse(number: Number) -> Number:
    """Return 1 / number. Raises: NoValue."""
    if isinstance(number, Jet):
        own = inverse(number.a)
        return Jet(own, _reduced(-(own * own * number.b)))
    if number % PRIME == 0:
        raise NoValue
    return pow(number, -1, PRIME)


class Field:
    """Functions as keyed hashes. seed: of the key."""

    def __init__(self, seed: int) -> None:
        self.key = random.Random(seed).randbytes(16)

    def number(self, value: Fraction | str) -> int:
        """Return a constant."""
        if isinstance(value, str):
            return self._hashed(value)
        return value.numerator * pow(value.denominator, -1, PRIME) % PRIME

    def apply(self, op: str, *known: Number) -> Number:
        """Return the value of a gate."""
        if op in ("add", "sub", "mul", "div", "neg", "select"):
            return _arithmetic(op, *known)
        depth = max(map(_depth, known))
        if depth == 0:
            return self._value(op, *known)
        lower = [each.a if _depth(each) == depth else each for each in known]
        moved = [each.b if _depth(each) == depth else 0 for each in known]
        z = self.apply(op, *lower)
        if op in FLAT:
            return Jet(z, 0)
        slopes = self.slopes(op, z, *lower)
        return Jet(z, _reduced(sum((slope * each for slope, each in zip(slopes, moved, strict=True)), 0)))

    def slopes(self, op: str, z: Number, u: Number, v: Number = 0) -> Sequence[Number]:
        """Return the derivative of a gate by each operand, in terms of its operands and its value z."""
        f: Callable[..., Number] = self.apply
        if op in ("max", "min"):
            above = f("gt", u, v) if op == "max" else f("lt", u, v)
            return above, 1 + -1 * above
        if op == "hypot":
            return u * inverse(z), v * inverse(z)
        if op == "atan2":
            over = inverse(f("hypot", u, v))
            return v * over * over, -1 * (u * over * over)
        if op == "pow":
            return v * f("pow", u, v + -1), 0
        rows: Mapping[str, Callable[[], Number]] = {
            "exp": lambda: z, "expm1": lambda: z + 1, "log": lambda: inverse(u), "log1p": lambda: inverse(u + 1),
            "sqrt": lambda: inverse(2 * z), "cbrt": lambda: inverse(3 * (z * z)), "sin": lambda: f("cos", u),
            "cos": lambda: -1 * f("sin", u), "tan": lambda: z * z + 1, "sinh": lambda: f("cosh", u),
            "cosh": lambda: f("sinh", u), "tanh": lambda: inverse(f("cosh", u) * f("cosh", u)),
            "asin": lambda: inverse(f("sqrt", 1 + -1 * (u * u))), "acos": lambda: -1 * inverse(f("sin", z)),
            "atan": lambda: inverse(u * u + 1), "asinh": lambda: inverse(f("hypot", 1, u)),
            "acosh": lambda: inverse(f("sinh", z)), "atanh": lambda: f("cosh", z) * f("cosh", z),
            "erf": lambda: f("exp", self.root + -1 * (u * u)), "sigmoid": lambda: z * (1 + -1 * z),
            "softplus": lambda: f("sigmoid", u), "abs": lambda: f("sign", u), "relu": lambda: f("gt", u, 0),
        }  # fmt: skip
        return (rows[op](),)

    @property
    def root(self) -> int:
        """The logarithm of 2/sqrt(pi)."""
        return self._hashed("log", 2 * inverse(self._hashed("sqrt", self._hashed("pi"))) % PRIME)

    def _value(self, op: str, u: int, v: int = 0) -> int:
        u, v = u % PRIME, v % PRIME
        if op in ("hypot", "eq", "ne") and v < u:
            u, v = v, u
        if op in ("max", "min"):
            above = self._value("gt" if op == "max" else "lt", u, v)
            return (v + above * (u - v)) % PRIME
        if op == "abs":
            return u * self._hashed("sign", u) % PRIME
        if op == "relu":
            return u * self._value("gt", u, 0) % PRIME
        if op in ("gt", "lt"):
            u, v = (u, v) if op == "gt" else (v, u)
            return self._hashed("gt", u, v) if u <= v else (1 - self._hashed("gt", v, u)) % PRIME
        if op == "le":
            op, u, v = "ge", v, u
        if op == "pow" and 2 * v % PRIME == 1:
            op = "sqrt"
        return self._hashed(op, u, v) if op in ("hypot", "atan2", "pow", "ge", "eq", "ne") else self._hashed(op, u)

    def _hashed(self, *words: Any) -> int:
        if words in EXACT:
            return EXACT[words]
        text = " ".join(map(str, words))
        return int.from_bytes(hashlib.blake2b(text.encode(), key=self.key, digest_size=24).digest()) % PRIME


def _arithmetic(op: str, u: Number, v: Number = 0, w: Number = 0) -> Number:
    if op == "neg":
        return _reduced(-1 * u)
    if op == "select":
        return _reduced(w + u * (v + -1 * w))
    if op == "div":
        return _reduced(u * inverse(v))
    return _reduced(u * v if op == "mul" else u + v if op == "add" else u + -1 * v)


def outputs(circuit: Circuit, point: Sequence[Number], field: Field) -> list[Number]:
    """Return the outputs of a circuit at a point. Raises: NoValue."""
    values: list[Number] = []
    for node, _, operands in circuit.nodes():
        name = circuit.name_of(node)
        if name == "input":
            values.append(point[node])
        elif name == "constant":
            values.append(field.number(circuit.value_of(node)))
        else:
            values.append(field.apply(name, *(values[each] for each in operands)))
    return [values[node] for node in circuit.outputs]


def along(circuit: Circuit, point: Sequence[int], direction: Sequence[int], field: Field) -> list[tuple[int, int]]:
    """Return for each output its value and its derivative along a direction."""
    found = outputs(circuit, [Jet(x, d) for x, d in zip(point, direction, strict=True)], field)
    return [(each.a, each.b) if isinstance(each, Jet) else (each, 0) for each in found]


def twice(circuit: Circuit, point: Sequence[int], first: Sequence[int], second: Sequence[int], field: Field) -> int:
    """Return the second derivative of the one output along two directions."""
    jets = [Jet(Jet(x, a), Jet(b, 0)) for x, a, b in zip(point, first, second, strict=True)]
    (found,) = outputs(circuit, jets, field)
    inner = found.b if isinstance(found, Jet) and _depth(found) == 2 else 0
    return inner.b if isinstance(inner, Jet) else 0
