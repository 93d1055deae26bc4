"""Where the boxes of a layered picture stand: few crossings, and no edge through a box.

Layers stand side by side, edges run from left to right. An edge that passes a layer gets a place of its own there (a
bend), shared by all edges of one source; so edges only ever cross the gaps between layers. Deterministic.
Sugiyama, Tagawa & Toda 1981.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from circuit.picture.boxes import Box, Edge, number
from circuit.picture.crossings import fewer_crossings
from circuit.picture.heights import settle, straighten

STIFF = 40.0  # how much straighter an edge runs through the layers it passes than where it ends
GAP, STEEP, WIDEST = 34.0, 0.22, 150.0  # between layers: the least, what each unit of rise adds, the most


def arrange(boxes: Sequence[Box], wires: Iterable[tuple[int, int, float]]) -> list[list[Edge]]:
    """Give every box its x and y; return for each box the pieces of the edges that leave it.

    wires: (source, target, where it enters the target below its centre), from lower to higher layers.
    Ensures: the top left corner of what is drawn is (0, 0).
    """
    places, routes = _route(boxes, wires)
    layers: list[list[Box]] = [[] for _ in range(1 + max(each.layer for each in places))]
    for each in places:
        layers[each.layer].append(each)
    number(layers)
    fewer_crossings(layers)
    settle(layers)
    straighten(layers, routes)
    _enter_in_order(boxes)
    _spread(layers)
    return routes


def _route(boxes: Sequence[Box], wires: Iterable[tuple[int, int, float]]) -> tuple[list[Box], list[list[Edge]]]:
    """Cut every wire into edges between neighbouring layers, with bends between them."""
    places = list(boxes)
    routes: list[list[Edge]] = [[] for _ in boxes]
    bends: dict[tuple[int, int], Box] = {}
    for source, target, offset in wires:
        here = boxes[source]
        for layer in range(here.layer + 1, boxes[target].layer):
            bend = bends.get((source, layer))
            if bend is None:
                bend = bends[source, layer] = Box(layer, is_bend=True)
                places.append(bend)
                routes[source].append(_link(here, bend, 0.0, STIFF if here is not boxes[source] else 2.0))
            here = bend
        routes[source].append(_link(here, boxes[target], offset, 1.0))
    return places, routes


def _link(source: Box, target: Box, offset: float, weight: float) -> Edge:
    edge = Edge(source, target, offset, weight)
    source.after.append(edge)
    target.before.append(edge)
    return edge


def _enter_in_order(boxes: Sequence[Box]) -> None:
    """Let the edges into a loose box enter in the order in which they come, from the top."""
    for box in boxes:
        if box.loose:
            offsets = sorted(edge.offset for edge in box.before)
            for edge, offset in zip(sorted(box.before, key=lambda each: each.source.y), offsets, strict=True):
                edge.offset = offset


def _spread(layers: list[list[Box]]) -> None:
    """Choose the x of every layer, wide gaps where edges are steep, and move the picture to the origin."""
    top = min(box.y - box.half for layer in layers for box in layer)
    start = 0.0
    for layer in layers:
        x = start + max((box.left for box in layer), default=0.0)
        stop = x + max((box.right for box in layer), default=0.0)
        for box in layer:
            box.x, box.y, box.start, box.stop = x, box.y - top, start, stop
        edges = [edge for box in layer for edge in box.after]
        rise = max((abs(each.target.y - top + each.offset - each.source.y) for each in edges), default=0.0)
        start = stop + min(GAP + STEEP * rise, WIDEST)
