"""Values as the rival checker holds them: residues at two random points, which decide any identity of fractions.

The prime of 128 bits, the points and the functions are drawn from the program's text by SHA-256, so an answer is always
the same. A function is a keyed hash of its name and the residues of its arguments. A third residue reads products,
choices and quotients as such functions too: it is 0 where a sum cancels term by term, which no divisor may. Beside its
residues a value has an exact rational factor, for what is said of numbers: which is 0, which exponent is whole, which
is too long.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from tests.rival_text import Refused

BITS, POINTS, TERMS = 128, (0, 1), 2
LARGEST = 2**16384  # of numerator and denominator of a number
LONG = 2**1024  # of a factor that is remembered
SMALL = [each for each in range(2, 50) if all(each % below for below in range(2, each))]
EITHER_WAY = ("max", "min", "hypot", "eq", "ne")
Residues = tuple[int, int, int]  # at two points, and term by term


@dataclass(frozen=True, slots=True)
class Value:
    """Residues, the rational factor (0 where it is plain to see), and the constant that it is of: 1, pi, e or none."""

    at: Residues
    factor: Fraction
    of: str = ""

    @property
    def point(self) -> tuple[int, int]:
        """The residues at the two points: equal values have equal ones."""
        return self.at[0], self.at[1]


class Made(NamedTuple):
    """How a value came about: by `mul`, `div` or a function, of which operands."""

    op: str
    value: Value
    operands: tuple[Value, ...]


def is_prime(number: int) -> bool:
    """Test a number of `BITS` bits as Miller and Rabin do, to the bases below 50."""
    if any(number % each == 0 for each in SMALL):
        return False
    twos = (number - 1 & 1 - number).bit_length() - 1
    for base in SMALL:
        powers = [pow(base, number - 1 >> twos, number)]
        for _ in range(twos - 1):
            powers.append(powers[-1] * powers[-1] % number)
        if powers[0] != 1 and number - 1 not in powers:
            return False
    return True


class Values:
    """The arithmetic of values. `trace` grows by all that is made by a product, a quotient or a function."""

    def __init__(self, text: str) -> None:
        self._seed = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        tries = 0
        while not is_prime(self._drawn(f"prime {tries}") >> BITS | 1 << BITS - 1 | 1):
            tries += 1
        self.prime = self._drawn(f"prime {tries}") >> BITS | 1 << BITS - 1 | 1
        self._keys = [self._drawn(f"functions {place}").to_bytes(32) for place in (*POINTS, TERMS)]
        self.trace: list[Made] = []
        self.zero, self.one = self.number(0), self.number(1)

    def _drawn(self, what: str) -> int:
        return int.from_bytes(hashlib.sha256(self._seed + what.encode()).digest())

    def _hashed(self, name: str, *operands: Residues) -> Residues:
        u, v, w = [self._hash(place, f"{name} {[each[place] for each in operands]}") for place in (*POINTS, TERMS)]
        return u, v, w

    def _hash(self, place: int, text: str) -> int:
        return int.from_bytes(hashlib.blake2b(text.encode(), key=self._keys[place]).digest()) % self.prime

    def _residue(self, value: Fraction | int) -> int:
        below = 1 if value.denominator == 1 else pow(value.denominator, -1, self.prime)
        return value.numerator * below % self.prime

    def number(self, value: Fraction | int) -> Value:
        residue = self._residue(value)
        return Value((residue, residue, residue), Fraction(value), "1")

    def constant(self, name: str) -> Value:
        """Return pi or e."""
        return Value(self._hashed(name), Fraction(1), name)

    def input(self, place: int) -> Value:
        return Value(self._hashed(f"input {place}"), Fraction(1))

    def sized(self, a: Value) -> Value:
        """Return a value that may be held on to. Raises: Refused for a number of too many digits."""
        size = max(abs(a.factor.numerator), a.factor.denominator)
        if size >= LARGEST:
            raise Refused("text", "a coefficient of too many digits")
        return a if size < LONG or a.of == "1" else Value(a.at, Fraction(1 if a.factor > 0 else -1))

    def shape(self, a: Value) -> int:
        """Return what two values share if one is a rational multiple of the other, but for what is 0."""
        return a.at[0] * pow(a.at[1], -1, self.prime) % self.prime if a.at[1] else -1 - a.at[TERMS]

    def negative(self, a: Value) -> Value:
        u, v, w = [-each % self.prime for each in a.at]
        return Value((u, v, w), -a.factor, a.of)

    def plus(self, a: Value, b: Value) -> Value:
        if not a.factor or not b.factor:
            return a if a.factor else b
        u, v, w = [(one + two) % self.prime for one, two in zip(a.at, b.at, strict=True)]
        if not self._alike(a, b):
            return Value((u, v, w), Fraction(1))
        factor = a.factor + b.factor
        return self.sized(Value((u, v, w), factor, a.of)) if factor else self.zero

    def _alike(self, a: Value, b: Value) -> bool:
        """Say whether two values are the same term by term, but for their factors."""
        k = a.factor.numerator * b.factor.denominator % self.prime
        m = b.factor.numerator * a.factor.denominator % self.prime
        return all((one * m - two * k) % self.prime == 0 for one, two in zip(a.at, b.at, strict=True))

    def minus(self, a: Value, b: Value) -> Value:
        return self.plus(a, self.negative(b))

    def times(self, a: Value, b: Value) -> Value:
        if not a.factor or not b.factor:
            return self.zero
        u, v = [a.at[point] * b.at[point] % self.prime for point in POINTS]
        of = b.of if a.of == "1" else a.of if b.of == "1" else ""
        found = Value((u, v, self._term("mul", a, b)), a.factor * b.factor, of)
        self.trace.append(Made("mul", found, (a, b)))
        return found

    def over(self, a: Value, b: Value) -> Value:
        if not b.factor or not b.at[TERMS]:
            raise Refused("text", "a division by 0")
        found = self._quotient(a, b) if a.factor else self.zero
        self.trace.append(Made("div", found, (a, b)))
        return found

    def _quotient(self, a: Value, b: Value) -> Value:
        term = self._term("div", a, b)
        u, v, _ = self._hashed(f"over 0: {term}")  # a sum that cancels, but not term by term
        if all(b.at):
            u, v = [a.at[point] * pow(b.at[point], -1, self.prime) % self.prime for point in POINTS]
        return Value((u, v, term), a.factor / b.factor, a.of if b.of == "1" else "")

    def _term(self, op: str, a: Value, b: Value) -> int:
        """Return the third residue of a product or a quotient."""
        power = 1 if op == "mul" else -1
        if "1" in (b.of, a.of if op == "mul" else ""):
            return a.at[TERMS] * pow(b.at[TERMS], power, self.prime) % self.prime
        one, two = [each.at[TERMS] * self._residue(1 / each.factor) % self.prime for each in (a, b)]
        term = self._hash(TERMS, f"{op} {sorted((one, two)) if op == 'mul' else (one, two)}")
        return term * self._residue(a.factor * b.factor**power) % self.prime

    def choose(self, condition: Value, a: Value, b: Value) -> Value:
        """Return b + c*(a - b), where c says whether the condition holds: no number that a program can write."""
        factor = a.factor or b.factor
        if not factor:
            return self.zero
        holds = self._hashed("holds", condition.at)[: len(POINTS)]
        u, v = [(two + c * (one - two)) % self.prime for c, one, two in zip(holds, a.point, b.point, strict=True)]
        arms = [each.at[TERMS] * self._residue(1 / factor) % self.prime for each in (a, b)]
        w = self._hash(TERMS, f"select {condition.at[TERMS]} {arms}") * self._residue(factor) % self.prime
        return Value((u, v, w), factor)

    def call(self, op: str, *operands: Value) -> Value:
        if op in EITHER_WAY:
            operands = tuple(sorted(operands, key=lambda each: each.at))
        found = Value(self._hashed(op, *[each.at for each in operands]), Fraction(1))
        self.trace.append(Made(op, found, operands))
        return found

    def gate(self, op: str, operands: Sequence[Value]) -> Value:
        """Return the value of a line."""
        a, b = operands[0], operands[-1]
        if op in ("add", "sub"):
            return self.plus(a, b) if op == "add" else self.minus(a, b)
        if op == "neg":
            return self.negative(a)
        if op in ("mul", "div"):
            return self.times(a, b) if op == "mul" else self.over(a, b)
        return self.choose(a, operands[1], b) if op == "select" else self.call(op, *operands)
