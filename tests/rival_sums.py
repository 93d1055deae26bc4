"""Values as the rival checker holds them: sums of atoms with rational coefficients, and what gates make of them.

Sums are added up term by term; a product or a quotient of sums, and a function of them, is one atom.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from tests.rival_text import Refused

FLAT = ("sign", "floor", "ceil", "trunc", "gt", "ge", "lt", "le", "eq", "ne")
EITHER_WAY = ("max", "min", "hypot", "eq", "ne")


class Atom:
    """What a sum is made of: 1, an input, a product, a quotient, a function; equal atoms are one object."""

    def __init__(self, what: tuple[Any, ...], age: int) -> None:
        self.what, self.age = what, age


class Sum:
    """Atoms with their coefficients, none of them 0; equal sums are one object."""

    def __init__(self, terms: dict[Atom, Fraction]) -> None:
        self.terms = terms


class Values:
    """The arithmetic of sums."""

    def __init__(self) -> None:
        self._atoms: dict[tuple[Any, ...], Atom] = {}
        self._sums: dict[frozenset[tuple[Atom, Fraction]], Sum] = {}
        self.one = self.atom(1)
        self.zero = self.sum({})
        self.applied: set[object] = set()  # function atoms, and what something is divided by

    def atom(self, *what: Any) -> Sum:
        found = self._atoms.setdefault(what, Atom(what, len(self._atoms)))
        return self.sum({found: Fraction(1)})

    def sum(self, terms: dict[Atom, Fraction]) -> Sum:
        kept = {atom: k for atom, k in terms.items() if k}
        return self._sums.setdefault(frozenset(kept.items()), Sum(kept))

    def number(self, value: Fraction | int) -> Sum:
        return self.scaled(Fraction(value), self.one)

    def scaled(self, k: Fraction, a: Sum) -> Sum:
        return self.sum({atom: k * each for atom, each in a.terms.items()})

    def plus(self, *parts: Sum) -> Sum:
        terms: dict[Atom, Fraction] = {}
        for part in parts:
            for atom, k in part.terms.items():
                terms[atom] = terms.get(atom, Fraction(0)) + k
        return self.sum(terms)

    def split(self, a: Sum) -> tuple[Fraction, Sum]:
        """Return the coefficient of the oldest atom, and the sum with that made 1."""
        k = a.terms[min(a.terms, key=lambda atom: atom.age)] if a.terms else Fraction(0)
        return k, self.scaled(1 / k, a) if k else a

    def _below(self, a: Sum) -> Sum | None:
        """Return v where a is 1/v."""
        what = next(iter(a.terms)).what if len(a.terms) == 1 else (1,)
        return what[2] if what[0] == "/" and what[1] is self.one else None

    def times(self, a: Sum, b: Sum) -> Sum:
        (k, a), (m, b) = self.split(a), self.split(b)
        if not k * m or self.one in (a, b):
            return self.scaled(k * m, b if a is self.one else a)
        for first, second in ((a, b), (b, a)):
            below = self._below(second)
            if below is not None:
                return self.scaled(k * m, self._quotient(first, below))
        return self.scaled(k * m, self.atom("*", frozenset((a, b))))

    def over(self, a: Sum, b: Sum) -> Sum:
        (k, a), (m, b) = self.split(a), self.split(b)
        if not m:
            raise Refused("text", "a division by 0")
        self.applied.add(("over", b))
        return self.scaled(k / m, a if b is self.one or not k else self._quotient(a, b))

    def _quotient(self, a: Sum, b: Sum) -> Sum:
        below = self._below(a)
        return self.atom("/", a, b) if below is None else self.atom("//", frozenset((below, b)))

    def choose(self, condition: Sum, a: Sum, b: Sum) -> Sum:
        k = self.split(a)[0] or self.split(b)[0]
        if not k:
            return self.zero
        return self.scaled(k, self.atom("select", condition, self.scaled(1 / k, a), self.scaled(1 / k, b)))

    def call(self, op: str, *operands: Sum) -> Sum:
        found = self.atom(op, frozenset(operands) if op in EITHER_WAY else operands)
        self.applied.add(found)
        return found

    def gate(self, op: str, operands: Sequence[Sum]) -> Sum:
        """Return the value of a line."""
        a, b = operands[0], operands[-1]
        if op in ("add", "sub"):
            return self.plus(a, b if op == "add" else self.scaled(Fraction(-1), b))
        if op == "neg":
            return self.scaled(Fraction(-1), a)
        if op in ("mul", "div"):
            return self.times(a, b) if op == "mul" else self.over(a, b)
        return self.choose(a, operands[1], b) if op == "select" else self.call(op, *operands)

    def slope(self, op: str, b: Sum, z: Sum, x: Sum, y: Sum) -> Sum:
        """Return what a function of x sends there, b its own adjoint and z its value; y is the exponent of a pow."""
        one, n, call, times, over = self.one, self.number, self.call, self.times, self.over

        def minus(a: Sum, c: Sum) -> Sum:
            return self.plus(a, self.scaled(Fraction(-1), c))

        rows: dict[str, Callable[[], Sum]] = {
            "exp": lambda: times(b, z), "expm1": lambda: times(b, self.plus(z, one)), "log": lambda: over(b, x),
            "log1p": lambda: over(b, self.plus(x, one)), "sqrt": lambda: over(b, self.plus(z, z)),
            "cbrt": lambda: over(b, times(n(3), times(z, z))), "sin": lambda: times(b, call("cos", x)),
            "pow": lambda: times(times(b, y), call("pow", x, minus(y, one))),
            "cos": lambda: self.scaled(Fraction(-1), times(b, call("sin", x))),
            "tan": lambda: times(b, self.plus(one, times(z, z))), "sinh": lambda: times(b, call("cosh", x)),
            "cosh": lambda: times(b, call("sinh", x)), "tanh": lambda: over(over(b, call("cosh", x)), call("cosh", x)),
            "asin": lambda: over(b, call("sqrt", minus(one, times(x, x)))),
            "acos": lambda: self.scaled(Fraction(-1), over(b, call("sin", z))),
            "atan": lambda: over(b, self.plus(one, times(x, x))), "asinh": lambda: over(b, call("hypot", one, x)),
            "acosh": lambda: over(b, call("sinh", z)),
            "atanh": lambda: times(times(b, call("cosh", z)), call("cosh", z)),
            "erf": lambda: times(b, call("exp", minus(call("log", self._two_over_root_pi()), times(x, x)))),
            "sigmoid": lambda: times(times(b, z), minus(one, z)), "softplus": lambda: times(b, call("sigmoid", x)),
            "abs": lambda: times(b, call("sign", x)), "relu": lambda: self.choose(call("gt", x, n(0)), b, self.zero),
        }  # fmt: skip
        return rows[op]()

    def _two_over_root_pi(self) -> Sum:
        return self.over(self.number(2), self.call("sqrt", self.atom("pi")))

    def sent(self, op: str, b: Sum, z: Sum, operands: Sequence[Sum]) -> list[Callable[[], Sum] | None]:
        """Return for each operand what a gate sends there, None where no derivative passes."""
        x, y = operands[0], operands[-1]
        negative = self.scaled(Fraction(-1), b)
        if op in FLAT:
            return [None] * len(operands)
        if op in ("add", "sub"):
            return [lambda: b, lambda: b if op == "add" else negative]
        if op == "neg":
            return [lambda: negative]
        if op == "mul":
            return [lambda: self.times(b, y), lambda: self.times(b, x)]
        if op == "div":
            return [lambda: self.over(b, y), lambda: self.times(self.over(negative, y), z)]
        if op == "select":
            return [None, lambda: self.choose(x, b, self.zero), lambda: self.choose(x, self.zero, b)]
        if op in ("max", "min"):
            name = "gt" if op == "max" else "lt"
            first = partial(self._chosen, name, x, y, b, self.zero)
            return [first, partial(self._chosen, name, x, y, self.zero, b)]
        if op == "hypot":
            return [lambda: self.times(self.over(b, z), x), lambda: self.times(self.over(b, z), y)]
        if op == "atan2":
            return [lambda: self.times(self._turned(b, x, y), y), lambda: self.times(self._turned(negative, x, y), x)]
        return [lambda: self.slope(op, b, z, x, y), None][: len(operands)]

    def _chosen(self, name: str, x: Sum, y: Sum, a: Sum, b: Sum) -> Sum:
        return self.choose(self.call(name, x, y), a, b)

    def _turned(self, b: Sum, x: Sum, y: Sum) -> Sum:
        """Return b over the square of the radius."""
        return self.over(self.over(b, self.call("hypot", x, y)), self.call("hypot", x, y))
