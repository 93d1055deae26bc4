"""Counts as polynomials of sizes: found exactly from counts at some sizes, confirmed by the counts at all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

from circuit import parse

Sizes = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Law:
    """A polynomial in sizes of one letter each: a coefficient for every tuple of exponents that occurs."""

    names: str
    terms: dict[Sizes, Fraction]

    def at(self, sizes: Sizes) -> Fraction:
        """Return its value at these sizes."""
        return sum((each * _monomial(sizes, powers) for powers, each in self.terms.items()), Fraction(0))

    def minus(self, other: Law) -> Law:
        """Return the difference of two laws in the same sizes."""
        every = {*self.terms, *other.terms}
        found = {powers: self.terms.get(powers, Fraction(0)) - other.terms.get(powers, Fraction(0)) for powers in every}
        return Law(self.names, {powers: each for powers, each in found.items() if each})

    def times(self, factor: int) -> Law:
        """Return a multiple of the law."""
        return Law(self.names, {powers: factor * each for powers, each in self.terms.items()})

    @property
    def leading(self) -> Law:
        """The terms of the highest degree in all sizes together: what counts when they grow."""
        degree = max(map(sum, self.terms), default=0)
        return Law(self.names, {powers: each for powers, each in self.terms.items() if sum(powers) == degree})

    def __str__(self) -> str:
        text = ""
        for powers in sorted(self.terms, key=lambda powers: (sum(powers), powers), reverse=True):
            coefficient = self.terms[powers]
            sign = ("-" if coefficient < 0 else "") if not text else " - " if coefficient < 0 else " + "
            text += sign + _term(self.names, powers, abs(coefficient))
        return text or "0"


def fitted(names: str, counts: Mapping[Sizes, int], degree: int = 1) -> Law | None:
    """Return the polynomial of at most this degree in each size that gives every count, or None if there is none.

    Exact, by elimination. Errors: ValueError if the sizes are too few or too alike to confirm what they determine.
    """
    basis = list(product(range(degree + 1), repeat=len(names)))
    rows = [[Fraction(_monomial(sizes, each)) for each in basis] + [Fraction(count)] for sizes, count in counts.items()]
    if len(rows) <= len(basis):
        raise ValueError(f"{len(rows)} counts cannot confirm a polynomial of {len(basis)} terms")
    for place in range(len(basis)):
        pivot = next((row for row in range(place, len(rows)) if rows[row][place]), None)
        if pivot is None:
            raise ValueError("the sizes are too alike to determine a polynomial")
        rows[place], rows[pivot] = rows[pivot], rows[place]
        _eliminate(rows, place)
    if any(row[-1] for row in rows[len(basis) :]):
        return None
    return Law(names, {powers: row[-1] for powers, row in zip(basis, rows, strict=False) if row[-1]})


def described(names: str, counts: Mapping[Sizes, int], degree: int = 1) -> str:
    """Return the law of counts as text; or of all but the last, and that one; or the counts, if they follow none."""
    law = fitted(names, counts, degree)
    if law is not None:
        return str(law)
    *rest, (sizes, count) = counts.items()
    few = fitted(names, dict(rest), degree) if len(rest) > (degree + 1) ** len(names) else None
    if few is not None:
        return f"{few}; {count} at {_shown(sizes)}"
    return ", ".join(f"{count} at {_shown(sizes)}" for sizes, count in counts.items())


def stated(names: str, formula: str, samples: Sequence[Sizes], degree: int = 1) -> Law:
    """Return a document's formula, such as `2*m*n - m`, as a law. Errors: ValueError if it is no such polynomial."""
    circuit = parse(formula, variables=tuple(names))
    counts = {sizes: round(circuit.evaluate(**dict(zip(names, sizes, strict=True)))) for sizes in samples}
    law = fitted(names, counts, degree)
    if law is None:
        raise ValueError(f"{formula} is no polynomial of degree {degree} in each of {', '.join(names)}")
    return law


def _eliminate(rows: list[list[Fraction]], place: int) -> None:
    """Divide a row by its pivot, and clear the pivot's column in all other rows."""
    pivot = rows[place] = [each / rows[place][place] for each in rows[place]]
    for row, entries in enumerate(rows):
        if row != place and entries[place]:
            rows[row] = [a - entries[place] * b for a, b in zip(entries, pivot, strict=True)]


def _shown(sizes: Sizes) -> str:
    return " x ".join(map(str, sizes))


def _monomial(sizes: Sizes, powers: Sizes) -> int:
    return prod(size**power for size, power in zip(sizes, powers, strict=True))


def _term(names: str, powers: Sizes, coefficient: Fraction) -> str:
    letters = "".join(
        name + (f"^{power}" if power > 1 else "") for name, power in zip(names, powers, strict=True) if power
    )
    number = str(coefficient.numerator) if coefficient.numerator != 1 or not letters else ""
    return number + letters + (f"/{coefficient.denominator}" if coefficient.denominator > 1 else "")
