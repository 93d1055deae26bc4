"""The forward sweep: tangents along one or many directions, beside the circuit they are of.

A tangent is a pair (k, r), as an adjoint is in the reverse sweep: k becomes a gate before a gate that costs the whole
price (two operands that move, or a transfer function whose pull-back has four gates), where different |k| are added,
and at an output. So f with a product of its Jacobian costs at most 4 times f, 5 times with transfer functions: every
gate pays for itself, its transposed pull-back and the one gate k*r of its own tangent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from circuit.circuit import Circuit
from circuit.ops import FIRST_GATE
from circuit.sharing import SharingBuilder
from compiler.derivatives.live import Ways, demand, gates_of, uses
from compiler.derivatives.transposed import Transposed
from compiler.scaled import ADD, MUL, SUB, Arithmetic, Coefficient, Scaled, plain, size_of

Tangents = dict[int, Scaled]  # by direction
DEAR = 4  # gates of a pull-back from which on a coefficient is made before the gate


class Forward(Arithmetic):
    """Forward sweeps over one circuit.

    builder: one that begins with its nodes; default: a copy. turns: whether a gate of the whole price gives no tangent
    with a minus in front: one of its operands is turned instead, once for all gates that read it. It seldom pays, but
    the proof of the bound needs it.
    """

    def __init__(self, circuit: Circuit, builder: SharingBuilder | None = None, *, turns: bool = False) -> None:
        if builder is None:
            builder = SharingBuilder()
            builder.copy(circuit)
        super().__init__(builder)
        self.turns = turns
        self.circuit = circuit
        self.rules = {code: Transposed(code) for code in {*circuit.op.tolist()} if code >= FIRST_GATE}

    def unit(self, factor: Coefficient = 1) -> Scaled:
        """Return a number as a tangent: 1 is a unit direction."""
        return Scaled(self, factor, self.one)

    def push(
        self, seeds: Mapping[int, Tangents], outputs: Sequence[int], wanted: Sequence[Ways] | None = None
    ) -> list[dict[int, int]]:
        """Return for each output the nodes of its derivatives, by direction; those that are 0 are left out.

        seeds: the directions in which an input moves, and how far. wanted: the directions asked of each output; others
        are not followed. Default: all.
        """
        circuit, moved = self.circuit, dict(seeds)
        asked = None if wanted is None else demand(circuit, outputs, wanted)
        readers = uses(circuit, outputs)
        for node, code, operands in circuit.nodes():
            if code < FIRST_GATE or not readers[node]:
                continue
            tangents = [moved.get(each) for each in operands]
            own = self._tangents(node, code, operands, tangents, None if asked is None else asked[node])
            if own:
                moved[node] = own
            for each in operands:
                readers[each] -= 1
                if not readers[each]:
                    moved.pop(each, None)
        found = (moved.get(output, {}) for output in outputs)
        return [{way: each.made() for way, each in own.items() if each.factor} for own in found]

    def _tangents(
        self, node: int, code: int, operands: Sequence[int], tangents: Sequence[Tangents | None], asked: Ways | None
    ) -> Tangents:
        """Return the tangents of a gate from those of its operands, in the directions asked."""
        rule = self.rules[code]
        slots = [slot for slot, each in enumerate(tangents) if each and rule.sent[slot] >= 0]
        ways = dict.fromkeys(way for slot in slots for way in tangents[slot] or () if asked is None or way in asked)
        if not ways:
            return {}
        alone = len(slots) == 1 and rule.cost < DEAR
        carries = alone or code in (ADD, SUB) or (code == MUL and operands[0] == operands[1])
        known = rule.known(self.operand(node), [self.operand(each) for each in operands])
        result = {}
        for way in ways:
            moved = [(tangents[slot] or {}).get(way) if slot in slots else None for slot in range(len(operands))]
            if carries:
                found = rule.tangent(self, known, moved)
            else:
                moved = [each and self._made(each) for each in moved]
                found = rule.tangent(self, known, moved)
                if found.factor < 0 and self.turns:
                    found = rule.tangent(self, known, self._one_turned(moved))
            if found.factor:
                result[way] = found
        return result

    def _made(self, each: Scaled) -> Scaled:
        """Return a tangent with its coefficient made a gate; a sign alone stays one, and so does a number."""
        return each if each.node == self.one or size_of(each.factor) == 1 else Scaled(self, 1, each.made())

    def _one_turned(self, moved: list[Scaled | None]) -> list[Scaled | None]:
        """Return tangents of which the first that is subtracted is made a gate with its sign."""
        for slot, each in enumerate(moved):
            if each is not None and each.factor < 0 and each.node != self.one:
                return [*moved[:slot], Scaled(self, 1, each.made()), *moved[slot + 1 :]]
        return moved

    def operand(self, node: int) -> Scaled:
        """Return a node of the circuit, a rational constant as a number."""
        value = self.builder.exact(node)
        return Scaled(self, 1, node) if value is None else self.unit(plain(value))


def jvp(circuit: Circuit, names: Sequence[str]) -> Circuit:
    """Return the circuit with the outputs' values, then their derivatives along a direction.

    names: those of the direction's entries, one for each differentiated input; they are parameters, after the others.
    Over + - * / at most 4 L gates in all; 5 L, and 2 more for each atan2, with transfer functions.
    """
    return cheapest(circuit, names, circuit.outputs, 4 * gates_of(circuit, circuit.outputs))


def cheapest(circuit: Circuit, names: Sequence[str], moving: Sequence[int], limit: int) -> Circuit:
    """Return the outputs of a circuit, then the derivatives of `moving` along a direction with these names.

    Where that costs more than `limit` gates, the signs are turned as the proof has it, and the cheaper is kept.
    """
    found = along(circuit, names, moving, turns=False)
    return found if found.gate_count <= limit else min(found, along(circuit, names, moving, turns=True), key=_cost)


def _cost(circuit: Circuit) -> int:
    return circuit.gate_count


def along(circuit: Circuit, names: Sequence[str], moving: Sequence[int], *, turns: bool) -> Circuit:
    """Return the outputs of a circuit, then the derivatives of `moving` along a direction with these names."""
    sweep = Forward(circuit, turns=turns)
    direction = [sweep.builder.input(name) for name in names]
    seeds = {place: {0: Scaled(sweep, 1, node)} for place, node in enumerate(direction)}
    found = sweep.push(seeds, moving)
    zero = sweep.builder.constant(0)
    return finished(sweep, [*circuit.outputs, *(each.get(0, zero) for each in found)], direction)


def finished(sweep: Arithmetic, outputs: Sequence[int], more: Sequence[int] = ()) -> Circuit:
    """Return the circuit of outputs over the inputs of the sweep's circuit, and more parameters."""
    circuit: Circuit = sweep.circuit  # type: ignore[attr-defined]
    count, inputs = len(circuit.differentiated), range(len(circuit.inputs))
    return sweep.builder.build(outputs, inputs[:count], [*inputs[count:], *more])
