"""The structure of a Jacobian: which output depends on which input, by sets over the circuit.

Exact for the circuit as a graph: an entry is there if a path that carries derivatives leads from the input to the
output. It takes the time and memory of its work: the number of tangents (adjoints) other than 0 that one sweep for each
input (output) makes, which also decides the ways of computing a Jacobian that are worth trying.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from circuit.circuit import Circuit
from circuit.errors import ResourceLimit
from circuit.ops import FIRST_GATE
from compiler.derivatives.live import Ways, carrying, uses
from compiler.sweep import active

BEGIN, END = 1 << 18, 1 << 25  # work up to which sets are followed at first, and at most
NONE = Ways()


@dataclass(frozen=True, slots=True)
class Structure:
    """The structure of some rows of a Jacobian: for each the inputs it depends on, in order.

    work: how many tangents or adjoints other than 0 the sweeps make that compute them.
    """

    rows: tuple[tuple[int, ...], ...]
    work: int


def structure(circuit: Circuit, outputs: Sequence[int]) -> Structure:
    """Return the structure of the rows of these outputs, the way that is less work.

    Errors: ResourceLimit where the work is too much either way.
    """
    limit = BEGIN
    while limit <= END:
        found = [each for each in (forward(circuit, outputs, limit), backward(circuit, outputs, limit)) if each]
        if found:
            return min(found, key=lambda each: each.work)
        limit *= 4
    raise ResourceLimit(f"over {END:,} partial derivatives to follow: compile products with vectors, jvp, vjp or hvp")


def forward(circuit: Circuit, outputs: Sequence[int], limit: int = END) -> Structure | None:
    """Return the structure by sets of inputs that a node depends on; None if the work is over the limit."""
    readers, work = uses(circuit, outputs), 0
    moves: dict[int, Ways] = {place: Ways((place,)) for place in range(len(circuit.differentiated))}
    for node, code, operands in circuit.nodes():
        if code < FIRST_GATE or not readers[node]:
            continue
        found = NONE
        for each in carrying(code, operands):
            other = moves.get(each, NONE)
            found = other if found <= other else found if other <= found else found | other
        if found:
            moves[node] = found
            work += len(found)
            if work > limit:
                return None
        for each in operands:
            readers[each] -= 1
            if not readers[each]:
                moves.pop(each, None)
    return Structure(tuple(tuple(sorted(moves.get(output, NONE))) for output in outputs), work)


def backward(circuit: Circuit, outputs: Sequence[int], limit: int = END) -> Structure | None:
    """Return the structure by sets of nodes that an output depends on; None if the work is over the limit."""
    flags, wanted, work = active(circuit), len(circuit.differentiated), 0
    known: dict[int, tuple[int, ...]] = {}
    for output in outputs:
        if output in known:
            continue
        seen, waiting = {output}, [output] if flags[output] else []
        while waiting:
            node = waiting.pop()
            work += 1
            if work > limit:
                return None
            code = circuit.op[node]
            for each in carrying(code, circuit.operands(node)) if code >= FIRST_GATE else ():
                if flags[each] and each not in seen:
                    seen.add(each)
                    waiting.append(each)
        known[output] = tuple(sorted(each for each in seen if each < wanted and flags[each]))
    return Structure(tuple(known[output] for output in outputs), work)


def jacobian_pattern(circuit: Circuit) -> tuple[list[int], list[int]]:
    """Return rows and columns of the structural nonzeros, row by row. Errors: ResourceLimit."""
    rows = structure(circuit, circuit.outputs).rows
    return [row for row, own in enumerate(rows) for _ in own], [column for own in rows for column in own]
