"""Sums as rows of signs: pairs of terms that many sums share are added up once.

A row holds the terms of a sum whose coefficients have one size; a number belongs to the terms without a coefficient.
"""

from __future__ import annotations

from fractions import Fraction

from compiler.scaled import Coefficient, size_of
from compiler.simplify.forms import ONE, SUM, Forms, Ref
from compiler.simplify.pairs import EQUAL, Pairs, Row
from compiler.simplify.rebuild import Rebuild

LONGEST, WORK = 128, 1 << 20  # terms of a row, and pairs of terms of all rows


class Sums(Rebuild):
    """Build a graph anew with the common pairs of its sums made once; `shared.taken` tells how many there are."""

    def __init__(self, old: Forms, outputs: list[Ref], order: int = 1) -> None:
        super().__init__(old, outputs, factor=False, flatten=False)
        self.numbers: dict[Fraction, int] = {}
        self.places: dict[tuple[int, Coefficient], int] = {}
        rows: list[Row] = []
        work = WORK
        for node, kind in enumerate(old.kind):
            if kind == SUM and self.uses[node]:
                for size, row in self._rows(node).items():
                    work -= len(row) * len(row)
                    if 2 <= len(row) <= LONGEST and work > 0:
                        self.places[node, size] = len(rows)
                        rows.append(row)
        self.base = len(old) + len(self.numbers)
        self.values = {token: value for value, token in self.numbers.items()}
        self.shared = Pairs(rows, self.base, order, factors=False).run()
        self.tokens: dict[int, Ref] = {}

    def _rows(self, node: int) -> dict[Coefficient, Row]:
        rows: dict[Coefficient, Row] = {}
        terms = self.old.terms[node]
        for k, each in terms:
            if each != ONE:
                rows.setdefault(size_of(k), {})[each] = 1 if k > 0 else -1
        for k, each in terms:
            if each == ONE and 1 in rows:
                token = self.numbers.setdefault(Fraction(size_of(k)), len(self.old) + len(self.numbers))
                rows[1][token] = 1 if k > 0 else -1
        return rows

    def _sum(self, node: int) -> None:
        old, forms = self.old, self.forms
        terms: list[Ref] = []
        for size in dict.fromkeys(size_of(k) for k, each in old.terms[node] if each != ONE):
            place = self.places.get((node, size))
            if place is None:
                terms += [forms.scaled(k, self.refs[each]) for k, each in old.terms[node] if self._plain(k, each, size)]
            else:
                row = self.shared.rows[place]
                terms += [forms.scaled(size * sign, self._token(token)) for token, sign in row.items()]
        if (node, 1) not in self.places:
            terms += [each for each in old.terms[node] if each[1] == ONE]
        rigid = old.rigid.get(node, 0)
        k, new = self.refs[node] = forms.total(terms, rigid=bool(rigid))
        if rigid and forms.kind[new] == SUM:
            forms.rigid.setdefault(new, -rigid if k < 0 else rigid)

    def _plain(self, k: Coefficient, node: int, size: Coefficient) -> bool:
        return node != ONE and size_of(k) == size

    def _token(self, token: int) -> Ref:
        """Return what a token stands for; pairs are made from the inside."""
        pending = [token]
        while pending:
            each = pending[-1]
            if each in self.tokens:
                pending.pop()
            elif each < self.base:
                value = self.values.get(each)
                self.tokens[each] = self.refs[each] if value is None else (value, ONE)
            else:
                i, j, relation = self.shared.taken[each - self.base]
                missing = [part for part in (i, j) if part not in self.tokens]
                pending += missing
                if not missing:
                    (k, a), (m, b) = self.tokens[i], self.tokens[j]
                    self.tokens[each] = self.forms.total([(k, a), (m if relation == EQUAL else -m, b)], rigid=True)
        return self.tokens[token]
