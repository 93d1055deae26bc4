"""The trigonometric pair: y = aA cos u + bB sin u beside its own derivative z = bB cos u - aA sin u.

Where a multiple of z is a node, u takes y_bar * z at once, A and B take theirs, and cos u and sin u nothing: a rotation
by an angle is differentiated by what it has rotated.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from circuit.ops import CODE
from compiler.scaled import plain
from compiler.simplify.forms import MUL, ONE, SUM, Forms, Ref, proportional

SIN, COS = CODE["sin"], CODE["cos"]


@dataclass(frozen=True, slots=True)
class Rotation:
    """The derivative of a node by an angle, as (coefficient, node), and the (factor, its derivative) of the others."""

    angle: Ref
    slope: Ref
    others: tuple[tuple[int, Ref], ...]


def rotations(forms: Forms) -> dict[int, Rotation]:
    """Return the nodes that can be differentiated by an angle at once."""
    found = {}
    for node, kind in enumerate(forms.kind):
        if kind == SUM and len(forms.terms[node]) == 2:
            terms = forms.terms[node]
        elif kind == MUL:
            terms = ((1, node),)
        else:
            continue
        rotation = _rotation(forms, terms)
        if rotation is not None:
            found[node] = rotation
    return found


def _rotation(forms: Forms, terms: tuple[Ref, ...]) -> Rotation | None:
    for first in _splits(forms, terms[0][1]):
        parts = [first]
        for _, each in terms[1:]:
            parts += [p for p in _splits(forms, each) if p[2] == first[2] and p[1] != first[1]][:1]
        if len(parts) < len(terms):
            continue
        slope = _slope(forms, terms, parts)
        if slope is not None:
            others = [(a, (k, wave)) for (k, _), (a, _, _, wave) in zip(terms, parts, strict=True) if a != ONE]
            return Rotation(first[2], slope, tuple(others))
    return None


def _splits(forms: Forms, node: int) -> list[tuple[int, int, Ref, int]]:
    """Return factor, SIN or COS, angle and the node of the function, for each way to read A * cos u."""
    kind, found = forms.kind, []
    if kind[node] in (SIN, COS):
        return [(ONE, kind[node], forms.terms[node][0], node)]
    if kind[node] == MUL:
        a, b = forms.first[node], forms.second[node]
        for factor, wave in ((a, b), (b, a)):
            if kind[wave] in (SIN, COS):
                found.append((factor, kind[wave], forms.terms[wave][0], wave))
    return found


def _slope(forms: Forms, terms: tuple[Ref, ...], parts: list[tuple[int, int, Ref, int]]) -> Ref | None:
    """Return the derivative by the angle, if it is a node, as (coefficient, node)."""
    turned = []
    for (k, _), (factor, wave, angle, _) in zip(terms, parts, strict=True):
        other = forms.known.get((SIN if wave == COS else COS, (angle,)), -1)
        node = other
        if other >= 0 and factor != ONE:
            node = forms.known.get((MUL, *_ordered(forms, factor, other)), -1)
        if node < 0:
            return None
        turned.append((-k if wave == COS else k, node))
    if len(turned) == 1:
        return turned[0]
    key, lead = proportional(turned)
    node = forms.known.get(key, -1)
    return None if node < 0 else (plain(Fraction(lead) / forms.lead(node)), node)


def _ordered(forms: Forms, a: int, b: int) -> tuple[int, int]:
    return (a, b) if forms.fixed[a] or (a < b and not forms.fixed[b]) else (b, a)
