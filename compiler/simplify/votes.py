"""Votes for signs: outputs and arguments of functions want a sign, and the factor that can take it gets the vote.

What can take a sign for nothing is a sum of mixed signs, a sum with a constant, and a product with a constant.
"""

from __future__ import annotations

from collections.abc import Sequence

from circuit.ops import CONSTANT, INPUT
from compiler.simplify.forms import DIV, MUL, ONE, SUM, Forms, Ref
from compiler.simplify.rebuild import uses_of


def voted(forms: Forms, outputs: Sequence[Ref], *, alone: bool = True) -> list[int]:
    """Return the sign wished for each node, 0 where no one cares.

    alone: a factor takes a sign only where nothing else reads it.
    """
    uses, _ = uses_of(forms, list(outputs))
    if not alone:
        uses = [min(each, 1) for each in uses]
    free = flexible(forms, uses)
    votes = [0] * len(forms)
    for k, node in outputs:
        if abs(k) == 1:
            votes[node] += int(k)
    wishes = [0] * len(forms)
    for node in range(len(forms) - 1, 0, -1):
        if not uses[node]:
            continue
        kind = forms.kind[node]
        if kind in (MUL, DIV):
            _pass_on(forms, node, votes, wishes, free, uses)
        elif kind == SUM:
            wishes[node] = (votes[node] > 0) - (votes[node] < 0)
            _make_mixed(forms, node, votes, free, uses)
        elif kind not in (INPUT, CONSTANT):
            for k, each in forms.terms[node]:
                if abs(k) == 1:
                    votes[each] += int(k)
    return wishes


def _pass_on(forms: Forms, node: int, votes: list[int], wishes: list[int], free: bytearray, uses: list[int]) -> None:
    a, b = forms.first[node], forms.second[node]
    if not votes[node]:
        return
    if forms.fixed[a]:
        wishes[node] = 1 if votes[node] > 0 else -1
        return
    for each in (a, b):
        if free[each] and uses[each] == 1:
            votes[each] += votes[node]
            return


def _make_mixed(forms: Forms, node: int, votes: list[int], free: bytearray, uses: list[int]) -> None:
    """Let a term of a sum of equal signs turn round, if the sum is wanted as it is not."""
    terms = forms.terms[node]
    if free[node] or node in forms.rigid or not votes[node] * terms[0][0] < 0:
        return
    for _, each in terms:
        if free[each] and uses[each] == 1:
            votes[each] -= 1
            return


def flexible(forms: Forms, uses: list[int]) -> bytearray:
    """Mark the nodes that can be had with either sign for nothing: no other reader minds."""
    flags = bytearray(len(forms))
    for node, kind in enumerate(forms.kind):
        if kind == SUM:
            signs = {k > 0 for k, each in forms.terms[node]}
            flags[node] = node not in forms.rigid and (
                len(signs) > 1 or any(each == ONE for _, each in forms.terms[node])
            )
        elif kind in (MUL, DIV):
            a, b = forms.first[node], forms.second[node]
            flags[node] = forms.fixed[a] or any(flags[each] and uses[each] == 1 for each in (a, b))
    return flags
