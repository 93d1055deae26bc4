"""The reverse sweep with seeds of the caller's: several outputs at once, or one after the other.

f with the gradient of sum w_i f_i, the w_i inputs, costs at most 4L + m - 1 gates for m outputs over + - * /: the proof
of (*) in `compiler.sweep` with m contributions that come from outside in place of one, so m - 1 additions more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush

from circuit.circuit import Circuit
from compiler.derivatives.forward import finished
from compiler.scaled import Scaled
from compiler.sweep import Sweep


class Reverse(Sweep):
    """Reverse sweeps over one circuit; each visits only what its seeds reach."""

    def pull(self, seeds: Mapping[int, Sequence[Scaled]]) -> dict[int, int]:
        """Return the nodes of the derivatives by input; those that are 0 are left out. seeds: adjoints of nodes."""
        self.telling = False
        first, wanted = len(self.circuit.inputs), len(self.circuit.differentiated)
        self.contributions = {node: list(each) for node, each in seeds.items() if self.active[node]}
        waiting = [-node for node in self.contributions if node >= first]
        heapify(waiting)
        while waiting:
            node = -heappop(waiting)
            adjoint = self.total(self.contributions.pop(node))
            if not adjoint.factor:
                continue
            known = self.contributions.keys() & {*self.circuit.operands(node)}
            self._pull(node, adjoint)
            for each in {*self.circuit.operands(node)} - known:
                if each >= first and each in self.contributions:
                    heappush(waiting, -each)
        reached = sorted(place for place in self.contributions if place < wanted)
        totals = {place: self.total(self.contributions[place]) for place in reached}
        return {place: each.made() for place, each in totals.items() if each.factor}


def vjp(circuit: Circuit, names: Sequence[str]) -> Circuit:
    """Return the circuit with the outputs' values, then the derivatives of their weighted sum by each input.

    names: those of the weights, one for each output; they are parameters, after the others.
    """
    sweep = Reverse(circuit)
    weights = [sweep.builder.input(name) for name in names]
    seeds: dict[int, list[Scaled]] = {}
    for output, weight in zip(circuit.outputs, weights, strict=True):
        seeds.setdefault(output, []).append(Scaled(sweep, 1, weight))
    found = sweep.pull(seeds)
    zero = sweep.builder.constant(0)
    derivatives = [found.get(place, zero) for place in range(len(circuit.differentiated))]
    return finished(sweep, [*circuit.outputs, *derivatives], weights)
