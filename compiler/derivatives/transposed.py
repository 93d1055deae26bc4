"""The forward rule of a gate, made from its pull-back: the same linear map, transposed.

`pull` sends z_bar to the operands; transposed, it takes the tangents of the operands to that of z (Tellegen; Griewank
& Walther 2008, section 3.2). So the table of gates is the only definition of a derivative, in both directions, and
what its rows share is shared here: a quotient costs (x_dot - y_dot*z)/y, three gates, not four.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from circuit.builder import Builder
from circuit.ops import CODE, CONSTANT, INPUT, ROWS
from circuit.wire import varying
from compiler.scaled import ADD, DIV, MUL, NEG, SUB, Arithmetic, Scaled

SELECT = CODE["select"]
SEED, RESULT = 0, 1  # the nodes of z_bar and z in the circuit of a pull-back; then the operands


@dataclass(frozen=True, slots=True)
class Step:
    """A gate of a pull-back that is linear in z_bar: `source` times or over `other`, or an arm of select."""

    code: int
    node: int
    source: int
    other: int  # the second factor, the divisor or the condition; -1: none
    arm: int  # of select: which arm the source is


class Transposed:
    """The transposed pull-back of the row of a gate; `cost` is how many gates the pull-back has."""

    def __init__(self, code: int) -> None:
        row = ROWS[code]
        assert row is not None
        builder = Builder()
        wires = [varying(builder, builder.input(str(place))) for place in range(2 + row.arity)]
        parts = row.pull(*wires)
        circuit = builder.build([part.node for part in parts if part is not None], range(len(wires)))
        self.circuit = circuit
        self.sent = [-1 if part is None else builder.number[part.node] for part in parts]  # by slot
        self.cost = circuit.gate_count
        linear, steps = bytearray(len(circuit)), []
        linear[SEED] = 1
        self.companions: list[tuple[int, int, tuple[int, ...]]] = []  # what does not depend on z_bar
        for node, kind, operands in circuit.nodes():
            places = [place for place, each in enumerate(operands) if linear[each]]
            if places:
                linear[node] = 1
                steps.append(_step(node, kind, operands, places))
            elif kind != INPUT:
                self.companions.append((node, kind, operands))
        self.steps = steps[::-1]

    def known(self, z: Scaled, operands: Sequence[Scaled]) -> dict[int, Scaled]:
        """Return what the pull-back computes of z and the operands alone."""
        values = dict(enumerate((z, *operands), RESULT))
        for node, code, slots in self.companions:
            if code == CONSTANT:
                values[node] = z.constant(self.circuit.value_of(node))
            else:
                values[node] = _gate(code, [values[each] for each in slots])
        return values

    def tangent(self, arithmetic: Arithmetic, known: dict[int, Scaled], moved: Sequence[Scaled | None]) -> Scaled:
        """Return the tangent of z from those of the operands; None: there is none."""
        arrived: dict[int, list[Scaled]] = {}
        chosen: dict[int, dict[int, list[Any]]] = {}  # arms of select, by their source and condition
        for node, each in zip(self.sent, moved, strict=True):
            if node >= 0 and each is not None:
                arrived.setdefault(node, []).append(each)

        def total(node: int) -> Scaled:
            """Return the sum of what arrived at a node, which is forgotten."""
            choices = chosen.pop(node, {})
            picked = [known[condition].gate("select", known[condition], *arms) for condition, arms in choices.items()]
            return arithmetic.total([*arrived.pop(node, []), *picked])

        for step in self.steps:
            if step.node not in arrived and step.node not in chosen:
                continue
            tangent = total(step.node)
            if step.code == SELECT:
                chosen.setdefault(step.source, {}).setdefault(step.other, [0, 0])[step.arm] += tangent
            else:
                arrived.setdefault(step.source, []).append(_back(step.code, tangent, known.get(step.other)))
        return total(SEED)


def _step(node: int, code: int, operands: tuple[int, ...], places: list[int]) -> Step:
    """Return a step; what is not linear in z_bar is no pull-back."""
    place = places[0] if len(places) == 1 else -1
    if code == SELECT and place > 0:
        return Step(code, node, operands[place], operands[0], place - 1)
    if (code in (MUL, NEG) and place >= 0) or (code == DIV and place == 0):
        return Step(code, node, operands[place], operands[1 - place] if code != NEG else -1, 0)
    raise AssertionError(f"gate {code} of a pull-back is not linear in z_bar")


def _back(code: int, tangent: Scaled, other: Scaled | None) -> Scaled:
    if other is None:
        return -tangent
    return tangent * other if code == MUL else tangent / other


def _gate(code: int, operands: Sequence[Scaled]) -> Scaled:
    """Append a gate over scaled wires, by their arithmetic where it is arithmetic."""
    if code == NEG:
        return -operands[0]
    if code > DIV:
        row = ROWS[code]
        assert row is not None
        return operands[0].gate(row.name, *operands)
    a, b = operands
    return a + b if code == ADD else a - b if code == SUB else a * b if code == MUL else a / b
