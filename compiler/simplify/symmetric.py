"""Symmetric quadratic forms: in a sum of a * (sum used once) the products a*b and b*a share one coefficient.

With S = (A + A^T)/2 and r = S x the sum is q = sum of x_i r_i, and the derivative by x_i is 2 r_i: a gradient for
nothing. The sum of absolute terms does not grow.
"""

from __future__ import annotations

from fractions import Fraction

from compiler.scaled import Coefficient, plain
from compiler.simplify.forms import MUL, ONE, SUM, Forms, Ref
from compiler.simplify.rebuild import Rebuild, uses_of

Matrix = dict[tuple[int, int], Coefficient]


def symmetric_sums(forms: Forms, outputs: list[Ref]) -> dict[int, Matrix]:
    """Return for each sum where it pays the coefficients of its products, as they are written."""
    uses, _ = uses_of(forms, outputs)
    found = {}
    for node, kind in enumerate(forms.kind):
        if kind == SUM and uses[node] and len(forms.terms[node]) > 1 and node not in forms.rigid:
            matrix: Matrix = {}
            for k, each in forms.terms[node]:
                _collect(forms, uses, k, each, matrix)
            merged = sum(a < b and (b, a) in matrix for a, b in matrix)
            if merged and 4 * merged >= len(matrix):
                found[node] = matrix
    return found


def _collect(forms: Forms, uses: list[int], k: Coefficient, node: int, matrix: Matrix) -> None:
    parts = _row(forms, uses, node)
    if parts is not None:
        a, row = parts
        for m, b in forms.terms[row]:
            matrix[a, b] = matrix.get((a, b), 0) + k * m


def _row(forms: Forms, uses: list[int], node: int) -> tuple[int, int] | None:
    """Return a and the sum of a product a * (sum), both used once, or None."""
    if forms.kind[node] != MUL or uses[node] != 1:
        return None
    for a, b in ((forms.first[node], forms.second[node]), (forms.second[node], forms.first[node])):
        if forms.kind[b] == SUM and uses[b] == 1 and b not in forms.rigid and not forms.fixed[a] and a != b:
            return a, b
    return None


class Symmetric(Rebuild):
    """Build a graph anew with these sums symmetric; `quadratic` holds the (x_i, r_i) of each."""

    def __init__(self, old: Forms, outputs: list[Ref], matrices: dict[int, Matrix]) -> None:
        super().__init__(old, outputs, factor=False, flatten=False)
        self.matrices = matrices

    def _sum(self, node: int) -> None:
        matrix = self.matrices.get(node)
        if matrix is None:
            return super()._sum(node)
        forms, refs = self.forms, self.refs
        rest = [
            forms.scaled(k, refs[each]) for k, each in self.old.terms[node] if _row(self.old, self.uses, each) is None
        ]
        rest += [forms.scaled(k, refs[a]) for (a, b), k in matrix.items() if b == ONE]
        rows = _rows(forms, refs, matrix)
        whole = forms.total(forms.product((1, x), r) for x, r in rows)
        if forms.kind[whole[1]] == SUM:
            forms.quadratic[whole[1]] = tuple((x, (plain(Fraction(k) / whole[0]), r)) for x, (k, r) in rows)
        refs[node] = forms.total([whole, *rest])
        return None


def _rows(forms: Forms, refs: list[Ref], matrix: Matrix) -> list[tuple[int, Ref]]:
    """Return x_i and r_i, in the order in which the x_i occur."""
    halves: dict[int, dict[int, Coefficient]] = {}
    for (a, b), k in matrix.items():
        if b != ONE and k:
            (p, x), (q, y) = refs[a], refs[b]
            half = plain(Fraction(k * p * q) / 2)
            for left, right in ((x, y), (y, x)):
                row = halves.setdefault(left, {})
                row[right] = row.get(right, 0) + half
    return [(x, forms.total((plain(k), y) for y, k in row.items())) for x, row in halves.items()]
