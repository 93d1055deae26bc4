"""The product of a sum and a divisor of its terms: v * (a + c/v) = v*a + c, which takes a division less.

A pole goes where v is 0: so only in a gradient, which divides by what the formula divides by.
"""

from __future__ import annotations

from compiler.simplify.collect import Term, plain_term, product_term
from compiler.simplify.forms import DIV, ONE, Forms, Ref


def distributed(forms: Forms, factor: Ref, whole: Ref, inverses: set[int]) -> list[Term]:
    """Return the terms of factor * whole, a sum, if the factor divides terms of it; inverses: see `_times`."""
    (k, v), (m, total) = factor, whole
    terms = forms.terms[total] if not forms.fixed[v] else ()
    over = [each for each in terms if forms.kind[each[1]] == DIV and forms.second[each[1]] == v]
    if not over:
        return []
    rest = forms.scaled(k, forms.scaled(m, forms.total(each for each in terms if each not in over)))
    found = [_times(forms, v, rest, inverses)] if rest[0] else []
    return [*found, *(plain_term(forms.scaled(k, forms.scaled(m, (c, forms.first[each])))) for c, each in over)]


def _times(forms: Forms, v: int, rest: Ref, inverses: set[int]) -> Term:
    """Return v * rest; v * (1/d) is v/d where that is there, but for the first v.

    So the text holds 1/d, which came to every term of d: with it the chain rule is proved in linear time. inverses:
    the quotients 1/d that have been multiplied.
    """
    k, node = rest
    if forms.kind[node] == DIV and forms.first[node] == ONE:
        there = forms.known.get((DIV, v, forms.second[node]))
        if there is not None and node in inverses:
            return plain_term((k, there))
        inverses.add(node)
    return product_term(forms, (1, v), rest)
