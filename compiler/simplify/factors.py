"""Products as rows of exponents: {factor: exponent}, multiplied out as far as a row stays short.

In the value a factor that a divisor holds is cancelled only where some of it stays in the divisor, so that no pole
goes; the gradient divides only by what the formula divides by, so there it may go.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from compiler.simplify.forms import DIV, MUL, ONE, Forms, Ref
from compiler.simplify.pairs import Row
from compiler.simplify.rebuild import reached

FACTORS = 12  # in a row, counted with their exponents
Still = tuple[tuple[int, int], ...]


def rows_of(
    forms: Forms, outputs: Sequence[Ref], uses: Sequence[int], most: int = 1 << 30, factors: int = FACTORS
) -> list[Row]:
    """Return the exponents of the factors of each product; of any other node itself.

    A product that more than `most` operands read is a factor and is not multiplied out, nor is what would make a row
    of more than `factors`.
    """
    rows: list[Row] = []
    value = reached(forms, outputs[0][1])
    for node, kind in enumerate(forms.kind):
        if kind in (MUL, DIV) and uses[node]:
            a, b = forms.first[node], forms.second[node]
            left, right = (rows[each] if uses[each] <= most else {each: 1} for each in (a, b))
            sign = 1 if kind == MUL else -1
            row = _multiplied((left, {a: 1}), (right, {b: 1}), sign, forms.fixed if value[node] else None, factors)
            rows.append({node: 1} if row is None else row)
        else:
            rows.append({node: 1})
    return rows


def _multiplied(
    lefts: tuple[Row, Row], rights: tuple[Row, Row], sign: int, fixed: bytearray | None, factors: int
) -> Row | None:
    for left, right in ((0, 0), (0, 1), (1, 0), (1, 1)):
        merged = _merged(lefts[left], rights[right], sign, fixed, factors)
        if merged is not None:
            return merged
    return None  # a quotient of a node and itself


def _merged(left: Row, right: Row, sign: int, fixed: bytearray | None, factors: int) -> Row | None:
    merged = dict(left)
    merged.pop(ONE, None)
    for token, exponent in right.items():
        if token != ONE:
            old = merged.get(token, 0)
            new = old + sign * exponent
            if new >= 0 and (old < 0 or sign * exponent < 0) and fixed and not fixed[token]:
                return None
            merged[token] = new
            if not new:
                del merged[token]
    return merged if sum(map(abs, merged.values())) <= factors else None


def constant_and_moving(forms: Forms, row: Row) -> tuple[Fraction, Still, Row]:
    """Return the rational coefficient of a row, its other constants, and its factors that move."""
    size, still, moving = Fraction(1), [], {}
    for each, exponent in row.items():
        number = forms.number(each)
        if number is not None:
            size *= number**exponent
        elif forms.fixed[each]:
            still.append((each, exponent))
        else:
            moving[each] = exponent
    return size, tuple(sorted(still)), moving
