"""Hints for the checker, found in the text itself: for each sum of contributions the register that holds it.

A register is recognised by a fingerprint of its class, linear in sums and random otherwise; a wrong guess costs
nothing, since the checker believes no hint. So any program can be proved by the chain rule, whoever wrote it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from verify import checker

PRIME = (1 << 130) - 5
Pair = tuple[Any, int]


class Search:
    """What `checker.prove` asks for the pair of a sum: `found` grows into hints; `missing` are sums in no register."""

    def __init__(self, text: Any) -> None:
        self.text = text
        self.found: list[str] = []
        self.missing: list[tuple[int, list[Pair]]] = []
        self._random = random.Random(0)
        self._prints: list[tuple[int, int]] = []  # of each class, twice: their quotient is blind to a factor
        self._grow()
        self._register: dict[int, int] = {}  # place of a row by the fingerprint of its class
        self._multiple: dict[int, int] = {}  # the same by the quotient of the fingerprints
        for place, row in enumerate(text.rows):
            if not row[3][0]:
                continue
            first, second = self._prints[row[3][1]]
            self._register.setdefault(first, place)
            if second and text.algebra.keys[row[3][1]][0] == "+":
                self._multiple.setdefault(first * pow(second, -1, PRIME) % PRIME, place)

    def __call__(self, place: int, due: Sequence[Pair]) -> Pair:
        """Return the pair of the sum of `due`, the contributions to the row at `place`."""
        merged: dict[int, Any] = {}
        for k, kind in due:
            merged[kind] = merged.get(kind, 0) + k
        terms = [(k, kind) for kind, k in merged.items() if k]
        if len(terms) < 2:
            return terms[0] if terms else checker.ZERO
        self._grow()
        for k, row in self._candidates(terms):
            pair = (k, self.text.rows[row][3][1])
            if self.text.algebra.equal(due, pair):
                factor, name = self.text.rows[row][3][0], self.text.rows[row][0]
                self.found.append(f"{self.text.rows[place][0]} {Fraction(k) / factor} {name}")
                return pair
        self.missing.append((place, list(due)))
        pair = checker.ZERO
        for each in due:
            pair = self.text.algebra.apply("add", pair, each)
        return pair

    def _candidates(self, terms: Sequence[Pair]) -> Iterator[tuple[Any, int]]:
        """Yield coefficients and rows whose product has the fingerprint of the sum of the terms."""
        first, second = (sum(_residue(k) * self._prints[kind][which] for k, kind in terms) % PRIME for which in (0, 1))
        for k in dict.fromkeys([1, -1, *(sign * k for k, _ in terms for sign in (1, -1))]):
            row = self._register.get(first * pow(_residue(k), -1, PRIME) % PRIME)
            if row is not None:
                yield k, row
        row = self._multiple.get(first * pow(second, -1, PRIME) % PRIME) if second else None
        if row is not None:
            kind = self.text.rows[row][3][1]
            key = self.text.algebra.keys[kind]
            ratios = {Fraction(k) / part for k, _ in terms for part in (key[2], key[4])}
            yield from ((k, row) for k in ratios if _residue(k) * self._prints[kind][0] % PRIME == first)

    def _grow(self) -> None:
        for key in self.text.algebra.keys[len(self._prints) :]:
            if key[0] == "+":
                parts = [(_residue(key[2]), self._prints[key[1]]), (_residue(key[4]), self._prints[key[3]])]
                first, second = (sum(k * part[which] for k, part in parts) % PRIME for which in (0, 1))
                self._prints.append((first, second))
            else:
                self._prints.append((self._random.getrandbits(129), self._random.getrandbits(129)))


def _residue(value: Any) -> int:
    if isinstance(value, int):
        return value % PRIME
    numerator, denominator = int(value.numerator), int(value.denominator)
    return numerator * pow(denominator, -1, PRIME) % PRIME
