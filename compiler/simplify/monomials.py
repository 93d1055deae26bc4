"""Monomials: products of few factors are multiplied out, and their common pairs of factors are made once.

Each is divided by factors of divisors only. The coefficient of a monomial is one of its factors, joined to whichever
factor needs the product most.
"""

from __future__ import annotations

from fractions import Fraction

from compiler.scaled import Coefficient, plain, size_of
from compiler.simplify.factors import Still, constant_and_moving, rows_of
from compiler.simplify.forms import DIV, MUL, ONE, SUM, Forms, Ref
from compiler.simplify.pairs import EQUAL, FIRST, Pairs, Row
from compiler.simplify.rebuild import Rebuild

Demand = tuple[Coefficient, int]  # |coefficient| and product


class Monomials(Rebuild):
    """Build a graph anew with its monomials made of common pairs."""

    def __init__(self, old: Forms, outputs: list[Ref], order: int, relation: int, most: int, based: bool) -> None:
        super().__init__(old, outputs, factor=False, flatten=False)
        self.rows = rows_of(old, outputs, self.uses, factors=most)
        self.based = based  # constants are a rational number times the first that occurs
        self.numbers: dict[tuple[Coefficient, Still], int] = {}
        self.kept: dict[Demand, Row] = {}
        self.sizes: dict[int, list[Coefficient]] = {}  # of each product the coefficients it is demanded with
        self.done: dict[Demand, Ref] = {}
        self._demand()
        self.divisors: dict[int, int] = {}  # of each token 1/d the divisor d
        if relation == EQUAL:  # products first: with 1/d among the factors
            self._invert()
        self.base = len(old) + len(self.numbers) + len(self.divisors)
        self.shared = Pairs(list(self.kept.values()), self.base, order, relation=relation).run()
        self.tokens: dict[int, Ref] = {}
        self.names = {token: key for key, token in self.numbers.items()}

    def _demand(self) -> None:
        """Find which products are read by what is no product, with which coefficients."""
        old = self.old
        pending = [(size_of(k), node) for k, node in self.outputs]
        for node, kind in enumerate(old.kind):
            if self.uses[node] and kind not in (MUL, DIV):
                pending += self._read(node)
        while pending:
            demand = pending.pop()
            node = demand[1]
            if old.kind[node] in (MUL, DIV) and not old.fixed[node] and demand not in self.kept:
                if node in self.rows[node]:
                    pending += [(1, old.first[node])]
                    continue
                self.kept[demand] = self._row(*demand)
                self.sizes.setdefault(node, []).append(demand[0])
                pending += [(1, each) for each in self.rows[node]]

    def _invert(self) -> None:
        """Let every row use 1/d, where that is demanded for itself."""
        first = len(self.old) + len(self.numbers)
        alone = [next(iter(row)) for row in self.kept.values() if list(row.values()) == [-1]]
        inverse = {each: first + place for place, each in enumerate(dict.fromkeys(alone))}
        self.divisors = {token: each for each, token in inverse.items()}
        for row in self.kept.values():
            for each in [each for each, exponent in row.items() if exponent < 0 and each in inverse]:
                row[inverse[each]] = -row.pop(each)

    def _read(self, node: int) -> list[Demand]:
        """Return what a sum or a function reads: with its coefficient where a sum has no other of that size."""
        terms = self.old.terms[node]
        if self.old.kind[node] != SUM:
            return [(size_of(k), each) for k, each in terms]
        sizes: dict[Coefficient, int] = {}
        for k, each in terms:
            if each != ONE:
                sizes[size_of(k)] = sizes.get(size_of(k), 0) + 1
        return [(size_of(k) if sizes.get(size_of(k)) == 1 else 1, each) for k, each in terms]

    def _row(self, k: Coefficient, node: int) -> Row:
        """Return a row over the factors that move and one token for all that is constant."""
        old = self.old
        number, still, moving = constant_and_moving(old, self.rows[node])
        size = plain(number * k)
        if self.based and self.numbers:
            base, common = next(iter(self.numbers))
            if common == still:
                moving[self._constant(base, still)] = 1
                size, still = plain(Fraction(size) / base), ()
        if size != 1 or still:
            token = self._constant(size, still)
            moving[token] = moving.get(token, 0) + 1
        return moving

    def _constant(self, size: Coefficient, still: Still) -> int:
        return self.numbers.setdefault((size, still), len(self.old) + len(self.numbers))

    def _pair(self, node: int, kind: int) -> None:
        if self.old.fixed[node]:
            super()._pair(node, kind)
        elif node in self.rows[node]:
            operand = self._made(1, self.old.first[node])
            self.refs[node] = self.forms.quotient(operand, operand)
        for size in self.sizes.get(node, ()):
            self.done[size, node] = self._product(self.kept[size, node])

    def _made(self, k: Coefficient, node: int) -> Ref:
        """Return a demanded product, or k times any other node."""
        size = size_of(k)
        for demand in ((size, node), (1, node)):
            whole = self.done.get(demand)
            if whole is not None:
                return self.forms.scaled(-1 if k < 0 else 1, whole) if demand[0] != 1 else self.forms.scaled(k, whole)
        return self.forms.scaled(k, self.refs[node])

    def _product(self, row: Row) -> Ref:
        forms = self.forms
        above = [self._token(each) for each, e in sorted(row.items()) for _ in range(e)]
        below = [self._token(each) for each, e in sorted(row.items()) for _ in range(-e)]
        if not below:
            return self._multiplied(above)
        if len(above) == 1 and len(below) > 1 and above[0][1] == ONE:
            return self._opaque(forms.quotient(above[0], self._multiplied(below)))
        return forms.quotient(self._multiplied(above) if above else (1, ONE), self._multiplied(below))

    def _multiplied(self, refs: list[Ref]) -> Ref:
        whole, *rest = refs or [(1, ONE)]
        for each in rest:
            whole = self._opaque(self.forms.product(whole, each))
        return whole

    def _opaque(self, ref: Ref) -> Ref:
        """Return a reference whose coefficient is a factor of the node."""
        k, node = ref
        if node == ONE or size_of(k) == 1:
            return ref
        return (-1 if k < 0 else 1), self.forms.made(size_of(k), node)

    def _token(self, token: int) -> Ref:
        found = self.tokens.get(token)
        if found is None:
            found = self.tokens[token] = self._opaque(self._new(token))
        return found

    def _new(self, token: int) -> Ref:
        forms = self.forms
        if token >= self.base:
            i, j, relation = self.shared.taken[token - self.base]
            p, q = self._token(i), self._token(j)
            if relation == EQUAL:
                return forms.product(p, q)
            return forms.quotient(p, q) if relation == FIRST else forms.quotient(q, p)
        if token in self.divisors:
            return forms.quotient((1, ONE), self._token(self.divisors[token]))
        if token in self.names:
            size, still = self.names[token]
            whole: Ref = (1, ONE)
            for each, exponent in still:
                for _ in range(abs(exponent)):
                    pair = whole, self.refs[each]
                    whole = forms.product(*pair) if exponent > 0 else forms.quotient(*pair)
            return forms.scaled(size, whole)
        return self._made(1, token)

    def _sum(self, node: int) -> None:
        sizes = [size for size, _ in self._read(node)]
        terms = []
        for (k, each), size in zip(self.old.terms[node], sizes, strict=True):
            ref = self._made(size, each)
            terms.append(self.forms.scaled(k if size == 1 else -1 if k < 0 else 1, ref))
        rigid = self.old.rigid.get(node, 0)
        self.refs[node] = self.forms.total(terms, rigid=bool(rigid))
        k, new = self.refs[node]
        if rigid and self.forms.kind[new] == SUM:
            self.forms.rigid.setdefault(new, -rigid if k < 0 else rigid)

    def _argument(self, k: Coefficient, node: int) -> Ref:
        return self._made(k, node)
