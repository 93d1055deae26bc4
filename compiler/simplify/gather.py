"""Distributivity among monomials: the factor that most terms of a sum share is taken out with all they have in common.

Only products that nothing else reads are taken apart; one that is shared is a factor.
"""

from __future__ import annotations

from collections.abc import Iterable

from compiler.simplify.factors import rows_of
from compiler.simplify.forms import ONE, Forms, Ref
from compiler.simplify.pairs import Row
from compiler.simplify.rebuild import Rebuild

Signed = tuple[int, int]  # a factor and whether it multiplies (1) or divides (-1)


class Gather(Rebuild):
    """Build a graph anew with the common factors of the monomials of its sums taken out."""

    def __init__(self, old: Forms, outputs: list[Ref]) -> None:
        super().__init__(old, outputs, factor=False, flatten=False)
        self.rows = rows_of(old, outputs, self.uses, 1)

    def _sum(self, node: int) -> None:
        old, forms = self.old, self.forms
        terms = list(old.terms[node])
        rigid = node in old.rigid
        groups = [] if rigid else self._groups([each for _, each in terms])
        if not groups:
            super()._sum(node)
            return
        taken = {each for _, places in groups for each in places}
        refs = [forms.scaled(k, self.refs[each]) for place, (k, each) in enumerate(terms) if place not in taken]
        for common, places in groups:
            inner = []
            for place in places:
                k, each = terms[place]
                rest = {token: e - common.get(token, 0) for token, e in self.rows[each].items()}
                inner.append(forms.scaled(k, self._multiplied((1, ONE), rest)))
            refs.append(self._multiplied(forms.total(inner), common))
        self.refs[node] = forms.total(refs)

    def _groups(self, nodes: list[int]) -> list[tuple[Row, list[int]]]:
        """Return what has a factor in common: the factors, and the places of the terms."""
        open_places = [p for p, each in enumerate(nodes) if self.uses[each] == 1 and each not in self.rows[each]]
        readers: dict[Signed, list[int]] = {}
        for place in open_places:
            for signed in self._signed(nodes[place]):
                readers.setdefault(signed, []).append(place)
        groups, taken = [], set()
        for _ in range(len(readers)):
            best = max(readers.values(), key=len, default=[])
            if len(best) < 2:
                break
            groups.append((self._common(nodes[place] for place in best), best))
            taken.update(best)
            rest = {signed: [p for p in places if p not in taken] for signed, places in readers.items()}
            readers = {signed: places for signed, places in rest.items() if len(places) > 1}
        return groups

    def _signed(self, node: int) -> list[Signed]:
        return [(token, 1 if e > 0 else -1) for token, e in self.rows[node].items() if not self.old.fixed[token]]

    def _common(self, nodes: Iterable[int]) -> Row:
        """Return the factors that all these monomials have; of divisors that all have, too."""
        first, *others = [self.rows[node] for node in nodes]
        common = {}
        for token, exponent in first.items():
            if self.old.fixed[token]:
                continue
            sign = 1 if exponent > 0 else -1
            least = min([sign * exponent, *(sign * other.get(token, 0) for other in others)])
            if least > 0:
                common[token] = sign * least
        return common

    def _multiplied(self, whole: Ref, row: Row) -> Ref:
        forms = self.forms
        below: Ref = (1, ONE)
        for token, exponent in row.items():
            number = self.old.number(token)
            ref = self.refs[token] if number is None else (number, ONE)
            for _ in range(abs(exponent)):
                if exponent > 0:
                    whole = forms.product(whole, ref)
                else:
                    below = forms.product(below, ref)
        return forms.quotient(whole, below)
