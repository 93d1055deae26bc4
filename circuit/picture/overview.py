"""The picture of a circuit too large to be drawn: gates by depth and by kind, and what is read most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from circuit.circuit import Circuit
from circuit.ops import FIRST_GATE
from circuit.picture.parts import caption_of, name_of_rest, parts_of
from circuit.picture.shapes import symbol
from circuit.picture.svg import TITLE, frame, heading, label, number

WIDE, HIGH, LEFT = 720.0, 220.0, 62.0  # the histogram, and the room for the numbers at its left
COLUMNS, LISTED, LINE = 120, 8, 20.0
NAMES, BARS, BAR, READ = 86.0, 96.0, 240.0, 440.0  # where the columns of the lists stand
HATCH = (
    "<style>.baur .bar.adjoint{fill:url(#baur-hatch)}</style>"
    '<defs><pattern id="baur-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="ground adjoint" width="5" height="5"/><path class="edge adjoint" d="M0 0V5"/></pattern></defs>'
)
PARTS = ("value", "adjoint")


def overview(circuit: Circuit, title: str) -> str:
    """Return the summary of a circuit as a picture, in a few passes over its nodes."""
    parts = parts_of(circuit)
    caption = caption_of(circuit, parts)
    kinds, levels = np.frombuffer(circuit.op, dtype=np.uint8), np.array(parts.levels, dtype=np.int64)
    in_value = np.frombuffer(parts.in_value, dtype=np.uint8) == 1
    counted = (kinds >= FIRST_GATE) & (levels > 0)
    masks = counted & in_value, counted & ~in_value
    top = TITLE * (2 if title else 1) + 12
    below = top + HIGH + 76
    lines = [HATCH, *heading(title, caption)]
    lines += _histogram([levels[mask] - 1 for mask in masks], top + 26)
    lines += _legend(name_of_rest(circuit) if parts.other_gates else "", below)
    lines += _kinds([np.bincount(kinds[mask], minlength=256) for mask in masks], below + 44)
    lines += _most_read(circuit, kinds, below + 44)
    return frame((LEFT + WIDE, below + 54 + LINE * LISTED), title or caption, caption, lines)


def _histogram(levels: Sequence[Any], top: float) -> list[str]:
    """Draw how many gates of each part lie at each depth, or in each range of depths if there are many."""
    depth = 1 + max(int(each.max()) if len(each) else 0 for each in levels)
    step = -(-depth // COLUMNS)
    counts = [np.bincount(each // step, minlength=-(-depth // step)).tolist() for each in levels]
    most = max(1, *(sum(each) for each in zip(*counts, strict=True)))
    bottom = top + HIGH
    lines = [label(0, top - 14, "gates at each depth" if step == 1 else f"gates in every {step:,} depths", "soft")]
    for tick in _ticks(most):
        y = bottom - HIGH * tick / most
        lines.append(f'<path class="grid" d="M{number(LEFT)} {number(y)}h{number(WIDE)}"/>')
        lines.append(label(LEFT - 6, y + 4, f"{tick:,}", "soft end"))
    lines += _columns(counts, most, bottom)
    for tick in _ticks(depth)[1:]:
        lines.append(label(LEFT + WIDE * (tick - 0.5) / (step * len(counts[0])), bottom + 17, f"{tick:,}", "soft mid"))
    return [*lines, label(LEFT + WIDE / 2, bottom + 36, "depth", "soft mid")]


def _columns(counts: Sequence[Sequence[int]], most: int, bottom: float) -> list[str]:
    """Return the columns of the histogram: a path for each part, the second upon the first."""
    across = WIDE / len(counts[0])
    wide = number(across - 1 if across > 8 else across)
    paths: list[list[str]] = [[], []]
    for column, pair in enumerate(zip(*counts, strict=True)):
        x, reached = number(LEFT + across * column), 0
        for path, count in zip(paths, pair, strict=True):
            y, end = bottom - HIGH * reached / most, bottom - HIGH * (reached + count) / most
            reached += count
            if count:
                path.append(f"M{x} {number(y)}h{wide}V{number(end)}h-{wide}z")
    return [f'<path class="bar {part}" d="{"".join(path)}"/>' for part, path in zip(PARTS, paths, strict=True) if path]


def _ticks(most: int) -> list[int]:
    """Return at most six round numbers from 0 to `most`."""
    step = 1
    while most // step > 5:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return list(range(0, most + 1, step))


def _legend(rest: str, y: float) -> list[str]:
    lines = []
    for part, text, x in (("value", "value part", 0.0), ("adjoint", rest, 104.0)):
        if text:
            lines.append(f'<path class="bar {part}" d="M{number(x)} {number(y - 10)}h14v12h-14z"/>')
            lines.append(label(x + 20, y, text, "soft"))
    return lines


def _kinds(counts: Sequence[Any], y: float) -> list[str]:
    """List the kinds of gates that occur most, with a bar for each part."""
    total = counts[0] + counts[1]
    order = [int(code) for code in np.argsort(-total, kind="stable")[:LISTED] if total[code]]
    lines = [label(0, y, "gates by kind", "soft")]
    for place, code in enumerate(order, 1):
        at = y + LINE * place
        lines.append(label(0, at, symbol(code)))
        lines.append(label(NAMES, at, f"{total[code]:,}", "soft end"))
        x = BARS
        for part, numbers in zip(PARTS, counts, strict=True):
            long = number(BAR * numbers[code] / total[order[0]])
            if numbers[code]:
                lines.append(f'<path class="bar {part}" d="M{number(x)} {number(at - 10)}h{long}v12h-{long}z"/>')
            x += float(long)
    return lines


def _most_read(circuit: Circuit, kinds: Any, y: float) -> list[str]:
    """List the gates that are read most often."""
    lhs, rhs = (np.frombuffer(each, dtype=np.intc) for each in (circuit.lhs, circuit.rhs))
    third, outputs = (np.array(list(each), dtype=np.intp) for each in (circuit.third.values(), circuit.outputs))
    read = np.concatenate([lhs[kinds >= FIRST_GATE], rhs[rhs >= 0], third, outputs])
    counts = np.bincount(read, minlength=len(circuit))
    counts[kinds < FIRST_GATE] = 0
    lines = [label(READ, y, "gates read most often", "soft")]
    for place, node in enumerate(np.argsort(-counts, kind="stable")[:LISTED].tolist(), 1):
        if counts[node]:
            lines.append(label(READ, y + LINE * place, symbol(circuit.op[node])))
            lines.append(label(READ + NAMES, y + LINE * place, f"node {node:,}", "soft"))
            lines.append(label(READ + 280, y + LINE * place, f"{counts[node]:,} times", "soft end"))
    return lines
