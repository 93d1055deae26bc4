"""The picture of a circuit, small enough to be looked at gate by gate, as SVG: edges, shapes, title and legend.

Gates of the value are round, those of the adjoint part square; an outline is heavy where a gate is read more than once;
where the order of operands matters the first enters at a dot.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

from circuit.circuit import Circuit
from circuit.picture.boxes import Edge
from circuit.picture.layout import arrange
from circuit.picture.parts import caption_of, name_of_rest, parts_of
from circuit.picture.shapes import NARROW, RADIUS, Shape, shapes_of
from circuit.picture.svg import TITLE, escape, frame, heading, label, markup, number, width

LEGEND = 26.0  # height of a line of it
LEAST = 520.0  # width, so that the legend has room


def drawing(circuit: Circuit, title: str) -> str:
    """Return the picture of a circuit, every gate drawn."""
    parts = parts_of(circuit)
    shapes, wires = shapes_of(circuit, parts)
    routes = arrange(shapes, wires)
    caption = caption_of(circuit, parts)
    top = TITLE * (2 if title else 1) + 8
    right = max(each.x + each.right for each in shapes)
    across = max(right, LEAST, width(title, 13.5), width(caption, 12))
    down = top + max(each.y + each.half for each in shapes) + 22
    lines = heading(title, caption)
    lines.append(f'<g transform="translate({number((across - right) / 2)} {number(top)})">')
    lines += [_edges(shape, route) for shape, route in zip(shapes, routes, strict=True) if route]
    for shape in shapes:
        lines += [f"<g{_node(shape)}>", f"<title>{escape(shape.hint)}</title>", *_drawn(shape), "</g>"]
    lines.append("</g>")
    legend, height = _legend(circuit, shapes, down, across)
    return frame((across, down + height), title or caption, caption, [*lines, *legend])


def _edges(shape: Shape, route: Sequence[Edge]) -> str:
    """Return all edges that leave a shape: through the layers straight, from layer to layer curved."""
    pieces = []
    for edge in route:
        a, b, y = edge.source, edge.target, edge.target.y + edge.offset
        middle = number((a.stop + b.start) / 2)
        curve = f"C{middle} {number(a.y)} {middle} {number(y)} {number(b.start)} {number(y)}"
        pieces.append(f"M{number(a.x)} {number(a.y)}H{number(a.stop)}{curve}H{number(b.x)}")
    return f'<path class="edge {shape.kind}"{_node(shape)} d="{"".join(pieces)}"/>'


def _node(shape: Shape) -> str:
    """Return the mark by which a page finds what is drawn of a node; an output that is a constant has none."""
    return f' data-node="{shape.node}"' if shape.node >= 0 else ""


def _drawn(shape: Shape) -> list[str]:
    """Return a shape at its place, its constants to the left of it."""
    x, y = shape.x, shape.y
    if shape.kind == "output":
        return [f'<path class="dot" d="M{number(x)} {number(y - 4)}l7 4l-7 4z"/>', _output_text(shape)]
    lines = [_outline(shape, x, y), label(x, y + 4.5, shape.text, "mid")]
    for at, text in shape.constants:
        edge = x - _reach(shape, at)
        lines.append(f'<path class="edge" d="M{number(edge - 6)} {number(y + at)}H{number(edge)}"/>')
        lines.append(label(x - shape.across - 8, y + at + 4, text, "end"))
    if shape.first is not None:
        lines.append(_dot(shape, x - _reach(shape, shape.first), y + shape.first))
    return lines


def _output_text(shape: Shape) -> str:
    name = f'<tspan class="over">{escape(shape.text)}</tspan>' if shape.bar else escape(shape.text)
    value = "".join(f" = {text}" for _, text in shape.constants)
    return markup(shape.x + 12, shape.y + 4.5, name + value)


def _outline(shape: Shape, x: float, y: float) -> str:
    slim = shape.kind == "adjoint"  # a square looks larger than a circle
    across, down = shape.across - slim, shape.down - slim
    corner = {"value": RADIUS, "free": RADIUS, "adjoint": 1.5}.get(shape.kind, 5.0)
    return (
        f'<rect class="box {shape.kind}{" shared" * shape.shared}" x="{number(x - across)}" y="{number(y - down)}" '
        f'width="{number(2 * across)}" height="{number(2 * down)}" rx="{number(corner)}"/>'
    )


def _reach(shape: Shape, at: float) -> float:
    """Return how far to the left of its centre the outline of a shape is at a height."""
    if shape.kind == "adjoint":
        return shape.across - 1
    corner = max(abs(at) - shape.down + RADIUS, 0.0)
    return shape.across - RADIUS + sqrt(max(RADIUS * RADIUS - corner * corner, 0.0))


def _dot(shape: Shape, x: float, y: float) -> str:
    return f'<circle class="dot {shape.kind}" cx="{number(x)}" cy="{number(y)}" r="2.8"/>'


def _legend(circuit: Circuit, shapes: Sequence[Shape], top: float, across: float) -> tuple[list[str], float]:
    """Return the legend, only of what is there, in as many lines as it needs, and their height."""
    lines: list[str] = []
    x, y = 0.0, top + LEGEND / 2
    for sample, text in _samples(circuit, shapes):
        wide = 34 + width(text, 12)
        if x and x + wide > across:
            x, y = 0.0, y + LEGEND
        lines.append(f'<g transform="translate({number(x + (0 if sample.bar else RADIUS))} {number(y)}) scale(.8)">')
        lines += [*_drawn(sample), "</g>", label(x + 29, y + 4, text, "soft")]
        x += wide + 6
    return lines, y + LEGEND / 2 - top if lines else 0.0


def _samples(circuit: Circuit, shapes: Sequence[Shape]) -> list[tuple[Shape, str]]:
    """Return a shape of each sort that is in the picture, with what it means."""
    kinds = {each.kind for each in shapes}
    meanings = {
        "value": "value part",
        "adjoint": name_of_rest(circuit),
        "free": "constant, free",
        "parameter": "parameter",
    }
    found = [(_sample(kind), text) for kind, text in meanings.items() if kind in kinds]
    if any(each.shared for each in shapes):
        found.append((_sample("value", shared=True), "read more than once"))
    if any(each.first is not None for each in shapes):
        found.append((_sample("value", text="\u00f7", first=-NARROW), "first operand at the dot"))
    if any(each.bar for each in shapes):
        found.append((Shape(0, kind="output", text="x", bar=True, across=12.0), "derivative of f by x"))
    return found


def _sample(kind: str, text: str = "", **more: Any) -> Shape:
    return Shape(0, kind=kind, text=text, across=RADIUS, **more)
