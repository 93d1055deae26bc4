"""What is drawn of a circuit: a shape for every input, gate and output, and the wires between them.

Inputs stand at the left, gates in the column of their depth, outputs at the right. A constant is no shape: it is
written at the gate that reads it. Operands enter from the top in their order where that matters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from circuit.circuit import Circuit
from circuit.fold import nearest
from circuit.measure import fan_out
from circuit.ops import COMMUTES, CONSTANT, INPUT, ROWS
from circuit.picture.boxes import Box
from circuit.picture.parts import FREE, Parts, is_gradient
from circuit.picture.svg import shorten, visible, width

RADIUS, NARROW, APART = 13.0, 5.0, 8.5  # of a gate; from its centre to an entry, without and with a constant
SYMBOLS = {"add": "+", "sub": "\u2212", "mul": "\u00d7", "div": "\u00f7", "sqrt": "\u221a", "cbrt": "\u221b"} | {
    "gt": ">",
    "ge": "\u2265",
    "lt": "<",
    "le": "\u2264",
    "eq": "=",
    "ne": "\u2260",
}


@dataclass(slots=True, eq=False)
class Shape(Box):
    """An input, a gate or an output, as it is drawn."""

    kind: str = ""  # input, parameter, value, adjoint, free (a gate of constants) or output
    text: str = ""
    bar: bool = False  # the text is the name of an input, meant is the derivative by it
    hint: str = ""  # what a pointer that rests on it is told
    shared: bool = False
    across: float = 0.0  # half the width of the shape itself
    down: float = RADIUS  # half its height
    constants: list[tuple[float, str]] = field(default_factory=list)  # each with the height at which it enters
    first: float | None = None  # where the first operand enters, if the order matters
    node: int = -1  # what it stands for: of an output, the node that is put out


Wire = tuple[int, int, float]


def shapes_of(circuit: Circuit, parts: Parts) -> tuple[list[Shape], list[Wire]]:
    """Return what is drawn, and the wires between them by place in that list."""
    layers, reads = _layers(circuit, parts), fan_out(circuit)
    shapes: list[Shape] = []
    wires: list[Wire] = []
    place: dict[int, int] = {}
    for node, code, operands in circuit.nodes():
        if code == CONSTANT:
            continue
        place[node] = len(shapes)
        if code == INPUT:
            shapes.append(_input(circuit, node))
            shapes[-1].node = node
            continue
        part = "free" if parts.levels[node] == FREE else "value" if parts.in_value[node] else "adjoint"
        gate, entries = _gate(circuit, node, operands, part)
        gate.layer, gate.node = layers[node], node
        if reads[node] > 1:
            gate.shared, gate.hint = True, f"{gate.hint}, read {reads[node]} times"
        shapes.append(gate)
        wires += [(place[each], place[node], at) for each, at in entries]
    last = 1 + max((each.layer for each in shapes), default=0)
    for number, node in enumerate(circuit.outputs):
        shapes.append(_output(circuit, number, last))
        if node in place:
            shapes[-1].node = node
            wires.append((place[node], len(shapes) - 1, 0.0))
    return shapes, wires


def _layers(circuit: Circuit, parts: Parts) -> list[int]:
    """Return the column of each node: 0 for inputs, then by depth; gates of constants stand before their reader."""
    layers = [0] * len(circuit)
    kinds = circuit.op
    for node, _, operands in circuit.nodes():
        layers[node] = 1 + max((layers[each] for each in operands if kinds[each] != CONSTANT), default=-1)
    readers: dict[int, int] = {}
    for node in range(len(circuit) - 1, -1, -1):
        if parts.levels[node] == FREE:
            layers[node] = readers.get(node, layers[node] + 1) - 1
        for each in circuit.operands(node):
            readers[each] = min(readers.get(each, layers[node]), layers[node])
    return layers


def _input(circuit: Circuit, node: int) -> Shape:
    name = visible(circuit.inputs[node])
    half = width(shorten(name)) / 2 + 9
    kind = "input" if node < len(circuit.differentiated) else "parameter"
    return Shape(0, RADIUS, half, half, kind=kind, text=shorten(name), hint=f"{kind} {name}", across=half, down=11.0)


def _gate(circuit: Circuit, node: int, operands: tuple[int, ...], part: str) -> tuple[Shape, list[tuple[int, float]]]:
    """Return a gate, and its operands that are no constants with the heights at which they enter."""
    text = symbol(circuit.op[node])
    across = max(width(text) / 2 + 7, RADIUS)
    fixed = [circuit.op[each] == CONSTANT for each in operands]
    step = APART if any(fixed) else NARROW
    heights = [step * (2 * slot + 1 - len(operands)) for slot in range(len(operands))]
    gate = Shape(
        0,
        max(RADIUS, heights[-1] + 7),
        across,
        across,
        kind=part,
        text=text,
        hint=f"node {node}: {circuit.name_of(node)}",
    )
    gate.across, gate.down = across, max(RADIUS, heights[-1] + 4)
    ordered = len(operands) > 1 and not COMMUTES[circuit.op[node]]
    gate.first = heights[0] if ordered else None
    gate.loose = not ordered and not any(fixed)
    entries = []
    for each, at, constant in zip(operands, heights, fixed, strict=True):
        if constant:
            gate.constants.append((at, constant_text(circuit.value_of(each))))
        else:
            entries.append((each, at))
    gate.left += max((9 + width(each, 12) for _, each in gate.constants), default=0)
    return gate, entries


def symbol(code: int) -> str:
    """Return what a gate is labelled with: its sign, or its name."""
    row = ROWS[code]
    assert row is not None
    return SYMBOLS.get(row.name, row.name)


def _output(circuit: Circuit, number: int, layer: int) -> Shape:
    """Return the mark of an output: f, the derivative by an input, or f with a number; a constant with its value."""
    node = circuit.outputs[number]
    derivative = number > 0 and is_gradient(circuit)
    text, hint = "f" if number == 0 else f"f{number}", "value"
    if derivative:
        name = visible(circuit.inputs[number - 1])
        text, hint = shorten(name), f"derivative by {name}"
    shape = Shape(layer, 10.0, 0.0, 14 + width(text), kind="output", text=text, bar=derivative, hint=hint)
    if circuit.op[node] == CONSTANT:
        shape.constants.append((0.0, constant_text(circuit.value_of(node))))
        shape.right += width(f" = {shape.constants[0][1]}")
    return shape


def constant_text(value: Fraction | str) -> str:
    """Return a constant in a few letters: an integer, decimal or fraction as it is, a long one about."""
    if isinstance(value, str):
        return "\u03c0" if value == "pi" else value
    if value.numerator.bit_length() + value.denominator.bit_length() > 60:
        return f"\u2248{nearest(value):.3g}".replace("-", "\u2212")
    text = repr(nearest(value))
    exact = value.denominator > 1 and len(text) <= 9 and Fraction(text) == value
    return (text if exact else str(value)).replace("-", "\u2212")
