"""The boxes of a layered picture and the edges between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

BEND = 5.0  # half the height kept free for an edge that passes a layer


@dataclass(slots=True, eq=False)
class Box:
    """Something with a place in a layer: `half` its height, `left` and `right` of its centre at (x, y).

    Its layer reaches from `start` to `stop`. `loose`: its edges may enter in any order. `before` and `after`: the edges
    from and to its neighbours in the layers next to it.
    """

    layer: int
    half: float = BEND
    left: float = 0.0
    right: float = 0.0
    loose: bool = False
    x: float = 0.0
    y: float = 0.0
    start: float = 0.0
    stop: float = 0.0
    place: int = 0
    is_bend: bool = False
    before: list[Edge] = field(default_factory=list)
    after: list[Edge] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Edge:
    """A piece of a wire between two boxes of neighbouring layers; it enters `offset` below the target's centre."""

    source: Box
    target: Box
    offset: float
    weight: float


def number(layers: Sequence[Sequence[Box]]) -> None:
    """Tell every box its place in its layer."""
    for layer in layers:
        for place, each in enumerate(layer):
            each.place = place
