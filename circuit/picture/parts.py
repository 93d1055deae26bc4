"""What a picture says about a circuit as a whole: the depth of its nodes, its two parts, and a caption."""

from __future__ import annotations

from dataclasses import dataclass

from circuit.circuit import Circuit
from circuit.ops import ARITY, FIRST_GATE, INPUT

FREE = -1  # the level of what depends on no input


@dataclass(frozen=True, slots=True)
class Parts:
    """The level of every node, and whether the value needs it; how many gates are counted, and the depth."""

    levels: list[int]
    in_value: bytearray
    value_gates: int
    other_gates: int
    depth: int


def parts_of(circuit: Circuit) -> Parts:
    """Measure a circuit in two passes over its nodes."""
    levels, in_value = _levels(circuit), _value_part(circuit)
    kinds = circuit.op.tolist()
    gates = sum(1 for level, code in zip(levels, kinds, strict=True) if level > 0 and code >= FIRST_GATE)
    value = sum(1 for level, flag in zip(levels, in_value, strict=True) if level > 0 and flag)
    return Parts(levels, in_value, value, gates - value, max(0, max(levels[each] for each in circuit.outputs)))


def _levels(circuit: Circuit) -> list[int]:
    """Return for each node the gates on the longest path to it: 0 for inputs, FREE for what depends on none."""
    found: list[int] = []
    append, third = found.append, circuit.third
    for code, a, b in zip(circuit.op.tolist(), circuit.lhs.tolist(), circuit.rhs.tolist(), strict=True):
        if code < FIRST_GATE:
            append(0 if code == INPUT else FREE)
            continue
        level = found[a]
        if b >= 0 and found[b] > level:
            level = found[b]
        if third and ARITY[code] == 3:
            level = max(level, found[third[len(found)]])
        append(level + 1 if level >= 0 else FREE)
    return found


def _value_part(circuit: Circuit) -> bytearray:
    """Return for each node 1 if the value needs it: all of a circuit of one output, else what output 0 depends on."""
    if len(circuit.outputs) == 1:
        return bytearray(b"\1") * len(circuit)
    needed = bytearray(len(circuit))
    needed[circuit.outputs[0]] = 1
    kinds, lhs, rhs, third = circuit.op.tolist(), circuit.lhs.tolist(), circuit.rhs.tolist(), circuit.third
    for node in range(circuit.outputs[0], -1, -1):
        if needed[node] and kinds[node] >= FIRST_GATE:
            needed[lhs[node]] = 1
            if rhs[node] >= 0:
                needed[rhs[node]] = 1
                if node in third:
                    needed[third[node]] = 1
    return needed


def is_gradient(circuit: Circuit) -> bool:
    """Say whether the outputs are as many as a value and its derivatives: then they are taken for that."""
    return len(circuit.outputs) > 1 and len(circuit.outputs) == 1 + len(circuit.differentiated)


def name_of_rest(circuit: Circuit) -> str:
    """Return what the gates are called that the value does not need."""
    return "adjoint part" if is_gradient(circuit) else "other outputs"


def caption_of(circuit: Circuit, parts: Parts) -> str:
    """Return in a line what a circuit costs."""
    value, total = parts.value_gates, parts.value_gates + parts.other_gates
    gates = f"{value:,} gate{'s' * (value != 1)}"
    if len(circuit.outputs) == 1:
        return f"{gates}, depth {parts.depth:,}"
    ratio = f", ratio {total / value:.2f}" if value and is_gradient(circuit) else ""
    return (
        f"value {gates}, {name_of_rest(circuit)} {parts.other_gates:,}, {total:,} in all{ratio}, depth {parts.depth:,}"
    )
