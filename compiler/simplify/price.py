"""Whether a gradient may be handed out: within the exact price (*) of its own value part, which is not padded."""

from __future__ import annotations

from array import array
from functools import cache

from circuit.circuit import Circuit
from circuit.jit import ints, run
from circuit.ops import CODE, FIRST_GATE, ROWS
from compiler.simplify.flat import pricing as of
from compiler.sweep import active, cost

NEG = CODE["neg"]


def admissible(whole: Circuit, source_gates: int) -> bool:
    """Say whether a circuit of outputs (f, df/dx1, ...) keeps its price and has no more value gates than its source."""
    moving = active(whole)
    output = whole.outputs[0]
    flags = bytearray(len(whole))
    flags[output] = of.IN_VALUE | of.HAS_ADJOINT if moving[output] else of.IN_VALUE
    found = counted(whole, moving, flags)
    value = found[of.VALUE]
    if value > source_gates:
        return False
    if not moving[output]:
        return found[of.GATES] == value
    derivatives = set(whole.outputs[1:])
    turned = sum(whole.op[n] == NEG and whole.varies[n] and not flags[n] & of.IN_VALUE for n in derivatives)
    bound = found[of.PRICE] - found[of.OCCURRING] + 1 + turned
    plain = not found[of.FUNCTIONS]
    if found[of.GATES] > min(bound, (4 if plain else 5) * value + 2 * found[of.ARCTANGENTS]):
        return False
    return not plain or found[of.PRODUCTS] <= 3 * found[of.VALUE_PRODUCTS]


def counted(whole: Circuit, moving: bytearray, flags: bytearray) -> list[int]:
    """Return what `compiler.simplify.flat.pricing` counts; flags say afterwards what the value depends on."""
    third = array("i", [*(whole.third[node] for node in sorted(whole.third)), 0])
    found = ints(of.COUNTED, kind="q")
    arrays = whole.op, whole.lhs, whole.rhs, third, whole.varies, moving, _costs(), flags, found
    run(of.count_all, len(whole), *arrays)
    return list(found)


@cache
def _costs() -> array[int]:
    """Return by kind what a gate and its adjoint cost, and 1 where no derivative passes."""
    costs = array("q")
    for code, row in enumerate(ROWS):
        rational = FIRST_GATE <= code < NEG or row is None
        costs.extend((0, 0) if rational or row is None else (cost(row.name), int(row.flat)))
    return costs
