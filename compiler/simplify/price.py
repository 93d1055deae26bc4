"""Whether a gradient may be handed out: within the exact price (*) of its own value part, which is not padded."""

from __future__ import annotations

from functools import cache

from circuit.circuit import Circuit
from circuit.ops import CODE, FIRST_GATE, ROWS
from compiler.sweep import active, cost

ADD, SUB, MUL, DIV, NEG, SELECT, ATAN2 = (CODE[name] for name in ("add", "sub", "mul", "div", "neg", "select", "atan2"))
RATIONAL = frozenset((ADD, SUB, MUL, DIV, NEG))


def admissible(whole: Circuit, source_gates: int) -> bool:
    """Say whether a circuit of outputs (f, df/dx1, ...) keeps its price and has no more value gates than its source."""
    value = _reached(whole, whole.outputs[0])
    inside = [node for node in range(len(whole)) if value[node] and _counts(whole, node)]
    if len(inside) > source_gates:
        return False
    moving = active(whole)
    if not moving[whole.outputs[0]]:
        return whole.gate_count == len(inside)
    adjoint = _adjoint(whole, moving)
    total = whole.gate_count
    negations = {node for node in whole.outputs[1:] if whole.op[node] == NEG and not value[node] and whole.varies[node]}
    occurring = sum(adjoint[: len(whole.differentiated)])
    bound = sum(_weight(whole, node, moving, adjoint) for node in inside) - occurring + 1 + len(negations)
    gates = [node for node in range(len(whole)) if _counts(whole, node)]
    plain = all(whole.op[node] in RATIONAL for node in gates)
    atan2 = sum(whole.op[node] == ATAN2 for node in inside)
    if total > min(bound, (4 if plain else 5) * len(inside) + 2 * atan2):
        return False
    return not plain or _nonscalar(whole, gates) <= 3 * _nonscalar(whole, inside)


def _counts(whole: Circuit, node: int) -> bool:
    return whole.op[node] >= FIRST_GATE and bool(whole.varies[node])


def _reached(whole: Circuit, output: int) -> bytearray:
    flags = bytearray(len(whole))
    flags[output] = 1
    for node in range(output, -1, -1):
        if flags[node]:
            for each in whole.operands(node):
                flags[each] = 1
    return flags


def _adjoint(whole: Circuit, moving: bytearray) -> bytearray:
    """Mark the nodes of the value part that receive an adjoint."""
    flags = bytearray(len(whole))
    flags[whole.outputs[0]] = 1
    for node in range(whole.outputs[0], -1, -1):
        row = ROWS[whole.op[node]]
        if flags[node] and row is not None and not row.flat:
            operands = whole.operands(node)
            for each in operands[1:] if whole.op[node] == SELECT else operands:
                flags[each] |= moving[each]
    return flags


def _weight(whole: Circuit, node: int, moving: bytearray, adjoint: bytearray) -> int:
    """Return w(g)."""
    code, operands = whole.op[node], whole.operands(node)
    if not adjoint[node]:
        return 1
    both = all(moving[each] for each in operands)
    if code in (ADD, SUB):
        return 2 if both else 1
    if code == MUL:
        return 2 if not both else 3 if operands[0] == operands[1] else 4
    if code == DIV:
        return 4 if both else 2 if moving[operands[0]] else 3
    if code == SELECT:
        return 4 if moving[operands[1]] and moving[operands[2]] else 2
    idle = 0 if len(operands) < 2 or code == CODE["pow"] else 2 - sum(moving[each] for each in operands)
    return _cost(code) - idle


@cache
def _cost(code: int) -> int:
    row = ROWS[code]
    assert row is not None
    return cost(row.name)


def _nonscalar(whole: Circuit, gates: list[int]) -> int:
    varies = whole.varies
    found = 0
    for node in gates:
        code = whole.op[node]
        if code in (MUL, DIV):
            found += bool(varies[whole.rhs[node]] and (code == DIV or varies[whole.lhs[node]]))
    return found
