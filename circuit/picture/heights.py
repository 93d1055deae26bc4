"""The heights of the boxes: least squares under fixed distances, layer by layer; then long edges are made straight."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, inf

from circuit.picture.boxes import Box, Edge

SETTLES = 60
APART = 7.0  # between two boxes of a layer


def settle(layers: Sequence[Sequence[Box]]) -> None:
    """Choose heights: every layer by turns as near to its neighbours as the order and the distances allow."""
    for layer in layers:
        _fit(layer, [0.0] * len(layer), [1.0] * len(layer))
    for turn in range(SETTLES):
        last = turn >= SETTLES - 2
        for layer in layers if turn % 2 == 0 else reversed(layers):
            _follow(layer, before=last or turn % 2 == 0, after=last or turn % 2 == 1)


def _follow(layer: Sequence[Box], before: bool, after: bool) -> None:
    """Put the boxes of a layer as near as they fit to their neighbours in the layer before, after, or both."""
    pulls = [_pulls(each, before, after) for each in layer]
    weights = [fsum(weight for _, weight in each) for each in pulls]
    totals = zip(pulls, weights, strict=True)
    means = [fsum(y * weight for y, weight in each) / total if each else None for each, total in totals]
    beside = next((each for each in means if each is not None), 0.0)  # where to stand without neighbours
    wanted = [beside := beside if each is None else each for each in means]
    _fit(layer, wanted, [weight or 0.01 for weight in weights])


def _pulls(box: Box, before: bool, after: bool) -> list[tuple[float, float]]:
    """Return the heights at which its neighbours would like a box, with their weights."""
    sources = [(each.source.y - (0.0 if box.loose else each.offset), each.weight) for each in box.before]
    targets = [(each.target.y + (0.0 if each.target.loose else each.offset), each.weight) for each in box.after]
    return (sources if before or not targets else []) + (targets if after or not sources else [])


def _fit(layer: Sequence[Box], wanted: list[float], weights: list[float]) -> None:
    """Put the boxes of a layer as near to the wanted heights as their distances allow: weighted least squares.

    Boxes that would overlap are pooled into one block, which moves to their common mean.
    """
    depth, below = 0.0, 0.0
    blocks: list[tuple[float, float, int]] = []  # mean, weight, number of boxes
    shifts = []
    for box, height, weight in zip(layer, wanted, weights, strict=True):
        depth += box.half + below
        shifts.append(depth)
        below = box.half + APART
        mean, total, count = height - depth, weight, 1
        while blocks and blocks[-1][0] >= mean:
            other, more, boxes = blocks.pop()
            mean, total, count = (other * more + mean * total) / (more + total), more + total, boxes + count
        blocks.append((mean, total, count))
    places = iter(zip(layer, shifts, strict=True))
    for mean, _, count in blocks:
        for _ in range(count):
            box, shift = next(places)
            box.y = mean + shift


def straighten(layers: Sequence[Sequence[Box]], routes: Sequence[Sequence[Edge]]) -> None:
    """Lead every long edge through the layers it passes with as few steps as its neighbours leave it room for."""
    for route in sorted(routes, key=len, reverse=True):
        run: list[Box] = []
        low, high = -inf, inf
        for edge in route:
            bend = edge.target
            if not bend.is_bend:
                continue
            above, below = _limits(layers[bend.layer], bend)
            if max(low, above) > min(high, below):
                _level(run, low, high)
                run, low, high = [], -inf, inf
            low, high = max(low, above), min(high, below)
            run.append(bend)
        _level(run, low, high)
    _follow(layers[-1], before=True, after=False)


def _limits(layer: Sequence[Box], box: Box) -> tuple[float, float]:
    """Return between which heights a box can move without coming too near to its neighbours."""
    above = layer[box.place - 1] if box.place else None
    below = layer[box.place + 1] if box.place + 1 < len(layer) else None
    low = above.y + above.half + APART + box.half if above else -inf
    high = below.y - below.half - APART - box.half if below else inf
    return min(low, box.y), max(high, box.y)


def _level(run: Sequence[Box], low: float, high: float) -> None:
    """Put bends in a row at one height: that of the source, if it is the start of an edge and there is room."""
    if not run:
        return
    source = run[0].before[0].source
    wanted = fsum(each.y for each in run) / len(run) if source.is_bend else source.y
    for each in run:
        each.y = min(max(wanted, low), high)
