"""The order of the boxes within their layers: by barycentres, then by swaps of neighbours."""

from __future__ import annotations

from bisect import bisect_right, insort
from math import fsum

from circuit.picture.boxes import Box, Edge, number

SWEEPS, SWAPS = 24, 12


def fewer_crossings(layers: list[list[Box]]) -> None:
    """Order each layer by the barycentres of its neighbours, to and fro; keep the best order; then swap neighbours."""
    best, least = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for layer in layers if forward else reversed(layers):
            layer[:] = sorted(layer, key=lambda each: _barycentre(each, layers, forward))
            for place, each in enumerate(layer):
                each.place = place
        count = _crossings(layers)
        if count < least:
            best, least = [list(layer) for layer in layers], count
    layers[:] = best
    number(layers)
    for _ in range(SWAPS):
        if not sum(_swap(layer) for layer in layers):
            break


def _barycentre(box: Box, layers: list[list[Box]], forward: bool) -> float:
    """Return where among 0..1 the neighbours on one side stand; those on the other side if there are none."""
    sources = [(each.source.place + 0.5) / len(layers[each.source.layer]) for each in box.before]
    targets = [(each.target.place + 0.5) / len(layers[each.target.layer]) for each in box.after]
    sides = (sources, targets) if forward else (targets, sources)
    near = sides[0] or sides[1]
    return fsum(near) / len(near) if near else (box.place + 0.5) / len(layers[box.layer])


def _crossings(layers: list[list[Box]]) -> int:
    total = 0
    for layer in layers:
        passed: list[tuple[int, float]] = []
        for box in layer:
            ends = sorted(_end(edge) for edge in box.after)
            total += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
    return total


def _end(edge: Edge) -> tuple[int, float]:
    return edge.target.place, 0.0 if edge.target.loose else edge.offset


def _swap(layer: list[Box]) -> bool:
    """Swap neighbours of a layer wherever that takes crossings away; say whether any was swapped."""
    changed = False
    for place in range(len(layer) - 1):
        upper, lower = layer[place], layer[place + 1]
        if _inversions(upper, lower) > _inversions(lower, upper):
            layer[place], layer[place + 1] = lower, upper
            upper.place, lower.place = place + 1, place
            changed = True
    return changed


def _inversions(upper: Box, lower: Box) -> int:
    """Count the crossings between the edges of two boxes of a layer if the first stands above the second."""
    sources = [edge.source.place for edge in upper.before], [edge.source.place for edge in lower.before]
    targets = [_end(edge) for edge in upper.after], [_end(edge) for edge in lower.after]
    return sum(a > b for a in sources[0] for b in sources[1]) + sum(a > b for a in targets[0] for b in targets[1])
