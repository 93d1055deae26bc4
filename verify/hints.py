"""Hints for the checker, found in the text itself: for each sum of contributions the register that holds it.

A register is recognised by a fingerprint of its class, linear in sums and random otherwise; a wrong guess costs
nothing, since the checker believes no hint. So any program can be proved by the chain rule, whoever wrote it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

from verify import checker

PRIME = (1 << 61) - 1
LONG = 10**1400  # a coefficient beyond this is in no hint
Pair = tuple[Any, int]


class Search:
    """What `checker.prove` asks for the pair of a sum: `found` grows into hints; `missing` are sums in no register."""

    def __init__(self, text: Any, latest: bool = True) -> None:
        """Take the latest of the registers that hold a sum in other words: there the program added it up."""
        self.text, self.latest = text, latest
        self.found: list[str] = []
        self.missing: list[tuple[int, list[Pair]]] = []
        self._random = random.Random(0)
        self._first: list[int] = []  # a fingerprint of each class, and a second one:
        self._second: list[int] = []  # their quotient is blind to a factor
        self._grow()
        self._register: dict[int, int] = {}  # place of a row by the fingerprint of its class
        for place, (_, _, args, (factor, kind), _, _) in enumerate(text.rows):
            known = self._register.setdefault(self._first[kind], place) if factor else place
            if latest and args and text.rows[known][3][1] != kind:
                self._register[self._first[kind]] = place
        self._held = {row[3][1]: place for place, row in enumerate(text.rows) if row[3][0]}  # by class
        self._zeros = [place for kind, place in self._held.items() if not self._first[kind]]
        self._multiples: dict[int, int] | None = None

    def __call__(self, place: int, due: Sequence[Pair]) -> Pair:
        """Return the pair of the sum of `due`, the contributions to the row at `place`, as the checker will see it."""
        merged: dict[int, Any] = {}
        for k, kind in due:
            merged[kind] = merged.get(kind, 0) + k
        terms = [(k, kind) for kind, k in merged.items() if k]
        whole = self._unaided(due)
        number = not whole[1] and (self.latest or not terms)  # it is itself, though a register may be equal to it
        if number or whole[1] in self._held:
            if len(terms) > 1:
                name, (factor, _) = self.text.rows[self._held[whole[1]]][0:4:3]
                self.found.append(f"{self.text.rows[place][0]} {Fraction(whole[0]) / factor} {name}")
            return whole
        self._grow()
        rows, algebra = self.text.rows, self.text.algebra
        for k, row in self._candidates(terms):
            if max(abs(k.numerator), k.denominator) >= LONG:
                continue
            name, (factor, kind) = rows[row][0], rows[row][3]
            if algebra.equal(due, (k, kind)):
                self.found.append(f"{rows[place][0]} {k if factor == 1 else Fraction(k) / factor} {name}")
                return (k, kind) if k else checker.ZERO
        if len(terms) > 1:
            self.missing.append((place, list(due)))
        return self._unaided(due)

    def _unaided(self, due: Sequence[Pair]) -> Pair:
        """Return what the checker makes of a sum without a hint."""
        return reduce(lambda p, q: self.text.algebra.apply("add", p, q), due)

    def _candidates(self, terms: Sequence[Pair]) -> Iterator[tuple[Any, int]]:
        """Yield coefficients and rows whose product has the fingerprint of the sum of the terms."""
        if not terms:
            yield 0, 0
        first = sum(_residue(k) * self._first[kind] for k, kind in terms) % PRIME
        if not first:
            yield from self._zero(terms)
            yield from [(0, 0)] if self.latest else []
        factors = dict.fromkeys([1, -1, *(sign * k for k, _ in terms for sign in (1, -1))])
        for k in factors if self.latest else reversed(factors):
            row = self._register.get(first * k % PRIME if k in (1, -1) else _divided(first, _residue(k)))
            if row is not None:
                yield k, row
        second = sum(_residue(k) * self._second[kind] for k, kind in terms) % PRIME
        row = self._multiple().get(_divided(first, second)) if second else None
        if row is not None:
            kind = self.text.rows[row][3][1]
            key = self.text.algebra.keys[kind]
            ratios = {Fraction(k) / part for k, _ in terms for part in (key[2], key[4]) if part}
            yield from ((k, row) for k in ratios if _residue(k) * self._first[kind] % PRIME == first)

    def _zero(self, terms: Sequence[Pair]) -> Iterator[tuple[Any, int]]:
        """Yield multiples of the rows that are sums of value 0 with a term in common: equal to any sum of value 0."""
        due = {kind: k for k, kind in terms}
        for row in reversed(self._zeros):
            sign, *parts = self.text.algebra.keys[self.text.rows[row][3][1]]
            for kind, k in (parts[:2], parts[2:]) if sign == "+" else ():
                if kind in due:
                    yield Fraction(due[kind]) / k, row

    def _multiple(self) -> dict[int, int]:
        """Return the place of each sum that is a register, by the quotient of its fingerprints."""
        if self._multiples is None:
            self._multiples = {}
            for place, row in enumerate(self.text.rows):
                kind = row[3][1]
                if self.text.algebra.keys[kind][0] == "+" and self._second[kind] and row[3][0]:
                    self._multiples.setdefault(_divided(self._first[kind], self._second[kind]), place)
        return self._multiples

    def _grow(self) -> None:
        first, second = self._first, self._second
        for key in self.text.algebra.keys[len(first) :]:
            if key[0] == "+":
                _, a, k, b, m = key
                k, m = _residue(k), _residue(m)
                first.append((k * first[a] + m * first[b]) % PRIME)
                second.append((k * second[a] + m * second[b]) % PRIME)
            elif key[0] in ("*", "/"):
                _, a, b = key
                for values in (first, second):
                    values.append(values[a] * values[b] % PRIME if key[0] == "*" else _divided(values[a], values[b]))
            elif key[0] == "1":
                first.append(1)
                second.append(1)
            else:
                first.append(self._random.getrandbits(60))
                second.append(self._random.getrandbits(60))


def _residue(value: Any) -> int:
    if isinstance(value, int):
        return value % PRIME
    return _divided(int(value.numerator), int(value.denominator))


def _divided(numerator: int, denominator: int) -> int:
    """Return a quotient modulo PRIME; a denominator that is a multiple of it is no one's fingerprint."""
    return numerator * pow(denominator, -1, PRIME) % PRIME if denominator % PRIME else 0
