"""Sums of unmade products: equal terms merge, and the most frequent factor is taken out first (distributivity).

A term is (coefficient, operation, a, b): the node a alone, the product a*b, or the quotient a/b. Only the terms that
stay are made. A common divisor counts as a factor, a common numerator does not: it would save nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from fractions import Fraction

from circuit.fold import fits
from compiler.scaled import Coefficient, plain
from compiler.simplify.forms import DIV, MUL, ONE, Forms, Ref

Term = tuple[Coefficient, int, int, int]
PLAIN, TIMES, OVER = 0, 1, 2


def plain_term(ref: Ref) -> Term:
    """Return the term of a reference."""
    return ref[0], PLAIN, ref[1], -1


def product_term(forms: Forms, p: Ref, q: Ref) -> Term:
    """Return the term of a product that is not made yet."""
    (k, a), (m, b) = p, q
    if a == ONE or b == ONE or forms.kind[a] == DIV or forms.kind[b] == DIV or forms.fixed[a] or forms.fixed[b]:
        return plain_term(forms.product(p, q))
    k, node = forms.scaled(k, (m, b))
    if node != b:
        return plain_term(forms.product((k, a), (1, node)))
    return (k, TIMES, a, b) if a < b else (k, TIMES, b, a)


def quotient_term(forms: Forms, p: Ref, q: Ref) -> Term:
    """Return the term of a quotient that is not made yet."""
    (k, a), (m, b) = p, q
    size = Fraction(k) / m
    if a == ONE or b == ONE or forms.fixed[b] or not fits(size) or (forms.cancel and forms.reduced(a, b) is not None):
        return plain_term(forms.quotient(p, q))
    forms.divide_by(q)
    return plain(size), OVER, a, b


def collect(forms: Forms, terms: Iterable[Term], *, factor: bool = True, rigid: bool = False) -> Ref:
    """Return the sum of terms, common factors taken out."""
    merged: dict[tuple[int, int, int], Coefficient] = {}
    for k, op, a, b in terms:
        key = (op, a, b)
        merged[key] = merged[key] + k if key in merged else k
    rows = [(k, *key) for key, k in merged.items() if k]
    if factor and not rigid and len(rows) > 1:
        return forms.total(_factored(forms, rows))
    return forms.total([made(forms, row) for row in rows], rigid=rigid)


def made(forms: Forms, term: Term) -> Ref:
    """Return a term as a reference."""
    k, op, a, b = term
    if op == PLAIN:
        return forms.scaled(k, (1, a))
    if op == TIMES:
        return forms.scaled(k, forms.product((1, a), (1, b)))
    return forms.scaled(k, forms.quotient((1, a), (1, b)))


def _factored(forms: Forms, rows: list[Term]) -> list[Ref]:
    """Take out the most frequent factor until none occurs twice; return what is left to add up."""
    readers: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        for token in _tokens(forms, row):
            readers.setdefault(token, []).append(place)
    heap = [(-len(found), token) for token, found in readers.items() if len(found) > 1]
    heapq.heapify(heap)
    inner: dict[int, list[Ref]] = {}  # at the place of its first row: the factor and what it multiplies
    factors: dict[int, int] = {}
    taken = bytearray(len(rows))
    while heap:
        size, token = heapq.heappop(heap)
        places = [place for place in readers[token] if not taken[place]]
        if len(places) < 2:
            continue
        if len(places) < -size:
            heapq.heappush(heap, (-len(places), token))
            continue
        inner[places[0]] = [_without(rows[place], token) for place in places]
        factors[places[0]] = token
        for place in places:
            taken[place] = 1
    result = []
    for place, row in enumerate(rows):
        if place in inner:
            result.append(_times(forms, factors[place], forms.total(inner[place])))
        elif not taken[place]:
            result.append(made(forms, row))
    return result


def _tokens(forms: Forms, row: Term) -> tuple[int, ...]:
    """Return the factors that may be taken out of a term: none where it is there anyway."""
    _, op, a, b = row
    if op == PLAIN:
        return ()
    if op == TIMES:
        if (MUL, a, b) in forms.known:
            return ()
        return (a,) if a == b else (a, b)
    return () if (DIV, a, b) in forms.known else (~b,)


def _without(row: Term, token: int) -> Ref:
    k, _, a, b = row
    return k, a if token != a else b


def _times(forms: Forms, token: int, inner: Ref) -> Ref:
    if token < 0:
        return forms.quotient(inner, (1, ~token))
    return forms.product((1, token), inner)
