"""`Forms`: a hash-consed graph of sums, products, quotients and functions; every reference is (coefficient, node).

Invariant: a node's operands have smaller numbers. Two sums that differ by a rational factor are one node, with the
coefficients of whichever was met first; products and quotients hold no rational coefficients.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from circuit.fold import fits
from compiler.scaled import Coefficient, plain, size_of
from compiler.simplify.nodes import DIV, MUL, NO_TERMS, ONE, SUM, ZERO, Nodes, Ref
from compiler.simplify.vanished import Vanished

__all__ = ["DIV", "MUL", "ONE", "SUM", "ZERO", "Forms", "Ref", "Vanished", "proportional"]


class Forms(Nodes):
    """The arithmetic of references.

    `cancel` allows a/(a/b) = b and (a*b)/b = a, and `shorten` (a/b)*(b/c) = a/c and (a/(b/c))/c = a/b, which a sweep
    may use: it divides only by what the formula divides by.
    """

    def scaled(self, k: Coefficient, ref: Ref) -> Ref:
        """Return k * ref; a coefficient that grew too long becomes a constant of its own."""
        if k == 1 or not ref[0]:
            return ref
        merged = k * ref[0]
        if type(merged) is not int or merged.bit_length() > 64:
            merged = plain(merged)
            if not fits(Fraction(merged)):
                if ref[1] == ONE:
                    return k, self.constant(Fraction(ref[0]))
                return k, self._pair(MUL, self.constant(Fraction(ref[0])), ref[1])
        return (merged, ref[1]) if merged else ZERO

    def product(self, p: Ref, q: Ref) -> Ref:
        """Return the product of two references."""
        (k, a), (m, b) = p, q
        if not k or not m:
            return ZERO
        if a == ONE:
            return self.scaled(k, q)
        if b == ONE:
            return self.scaled(m, p)
        whole = self._cancelled(a, b)
        return self.scaled(k, self.scaled(m, (1, self._pair(MUL, a, b)) if whole is None else (1, whole)))

    def made(self, k: Coefficient, node: int) -> int:
        """Return the node of k * node, a product with a constant."""
        return self._pair(MUL, self.constant(Fraction(k)), node)

    def _cancelled(self, a: int, b: int) -> int | None:
        """Return c for a * (c/a), and d/c for (a/c) * (d/a), in a sweep, or None."""
        if self.cancel:
            for x, y in ((a, b), (b, a)):
                if self.kind[y] == DIV:
                    if self.second[y] == x:
                        return self.first[y]
                    if self.kind[x] == DIV and self.first[x] == self.second[y]:
                        return self._shortened(self.first[y], self.second[x])
        return None

    def _shortened(self, a: int, b: int) -> int | None:
        """Return the node of a/b, which is left of a quotient of quotients, if that is wanted."""
        self.shortens = True
        if not self.shorten:
            return None
        if a == b:
            return ONE
        self.divide_by((1, b))
        return self._pair(DIV, a, b)

    def quotient(self, p: Ref, q: Ref) -> Ref:
        """Return the quotient of two references; a sum that is divided by keeps its sign."""
        (k, a), (m, b) = p, q
        if not m:
            raise Vanished("a divisor that is 0")
        if not k:
            return ZERO
        inverse = plain(Fraction(1) / m)
        if b == ONE:
            return self.scaled(inverse, p)
        whole = self.reduced(a, b) if self.cancel else None
        if whole is None:
            self.divide_by(q)
            whole = self._pair(DIV, a, b)
        return self.scaled(k, self.scaled(inverse, (1, whole)))

    def divide_by(self, ref: Ref) -> None:
        """Note that something is divided by this reference: a sum keeps its sign."""
        if self.kind[ref[1]] == SUM:
            self.rigid.setdefault(ref[1], -1 if ref[0] < 0 else 1)

    def reduced(self, a: int, b: int) -> int | None:
        """Return the node of a/b if a factor cancels, or None."""
        kind, first, second = self.kind, self.first, self.second
        if a == b:
            return ONE
        if kind[a] == MUL and b in (first[a], second[a]):
            return second[a] if first[a] == b else first[a]
        if kind[b] == DIV and first[b] == a:
            return second[b]
        if kind[a] == DIV and kind[second[a]] == DIV and second[second[a]] == b:
            return self._shortened(first[a], first[second[a]])
        return None

    def _pair(self, kind: int, a: int, b: int) -> int:
        """Return the node of a product or quotient of two nodes; constants come first and meet at birth."""
        if kind == MUL:
            fixed = self.fixed
            if b < a:
                a, b = b, a
            if fixed[b] and not fixed[a]:
                a, b = b, a
            if fixed[a] and self.kind[b] == MUL and fixed[self.first[b]] and not fixed[b]:
                met = self._met(a, self.first[b])
                if met is not None:
                    return self.second[b] if met == ONE else self._pair(MUL, met, self.second[b])
        key = (kind, a, b)
        node = self.known.get(key)
        if node is None:
            fixed_both = bool(self.fixed[a] and self.fixed[b])
            node = self._append(kind, a, b, NO_TERMS, fixed_both, bool(self.active[a] or self.active[b]))
            self.known[key] = node
        return node

    def _met(self, a: int, b: int) -> int | None:
        """Return the node of a product of two constants; None if a number would grow too long."""
        x, y = self.number(a), self.number(b)
        if x is None or y is None:
            return self._pair(MUL, a, b)
        return (ONE if x * y == 1 else self.constant(x * y)) if fits(x * y) else None

    def total(self, refs: Iterable[Ref], *, rigid: bool = False) -> Ref:
        """Return the sum of references; a factor common to all is pulled out unless the sum is `rigid`."""
        merged: dict[int, Coefficient] = {}
        for k, node in refs:
            merged[node] = merged[node] + k if node in merged else k
        terms = [(k, node) for node, k in merged.items() if k]
        if any(type(k) is not int and not fits(Fraction(k)) for k, _ in terms):
            terms = [self._short(each) for each in terms]
        if len(terms) < 2:
            return (plain(terms[0][0]), terms[0][1]) if terms else ZERO
        return self._sum(terms, rigid)

    def _short(self, ref: Ref) -> Ref:
        k, node = ref
        if fits(Fraction(k)):
            return ref
        if node == ONE:
            return 1, self.constant(Fraction(k))
        return 1, self._pair(MUL, self.constant(Fraction(k)), node)

    def _sum(self, terms: list[Ref], rigid: bool) -> Ref:
        key, lead = proportional(terms)
        found = self.known.get(key)
        if found is not None:
            size = plain(Fraction(lead) / self.lead(found))
            if not rigid or size_of(size) == 1:
                return size, found
            key, found = ("rigid", lead, key), self.known.get(("rigid", lead, key))
            if found is not None:
                return 1, found
        scale: Coefficient = 1 if rigid else self._common(terms)
        if scale != 1:
            terms = [(plain(Fraction(k) / scale), node) for k, node in terms]
        nodes = [node for _, node in terms]
        fixed = all(self.fixed[node] for node in nodes)
        node = self._append(SUM, -1, -1, tuple(terms), fixed, any(self.active[node] for node in nodes))
        self.known[key] = node
        return scale, node

    def _common(self, terms: list[Ref]) -> Coefficient:
        """Return the size of all coefficients, if there is one that is better outside, 1 if not.

        Dividing by it leaves a short decimal for a number; not all terms have a constant that it could join.
        """
        sizes = {size_of(k) for k, node in terms if node != ONE}
        if len(sizes) != 1:
            return 1
        size = sizes.pop()
        joins = True
        for k, node in terms:
            if node == ONE:
                rest = Fraction(k) / size
                if rest.denominator != 1 and (rest.denominator > 1 << 60 or 10**60 % rest.denominator):
                    return 1
            else:
                joins = joins and self.first[node] >= 0 and bool(self.fixed[self.first[node]])
        return 1 if joins else size

    def lead(self, node: int) -> Coefficient:
        """Return the coefficient of a sum that its key is relative to."""
        return min(self.terms[node], key=_place)[0]


def _place(ref: Ref) -> int:
    return ref[1]


def proportional(terms: list[Ref]) -> tuple[object, Coefficient]:
    """Return what is equal for sums that differ by a factor, and the coefficient it is relative to."""
    ordered = sorted(terms, key=_place)
    lead = ordered[0][0]
    if lead == 1:
        return tuple(ordered), lead
    if lead == -1:
        return tuple([(-k, node) for k, node in ordered]), lead
    return tuple([(plain(Fraction(k) / lead), node) for k, node in ordered]), lead
