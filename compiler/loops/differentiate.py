"""The gradient of a large circuit, as `compiler.sweep.differentiate` makes it, node for node."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from circuit.circuit import Circuit, Constant
from circuit.errors import CircuitError
from circuit.ops import FIRST_GATE, Op
from compiler.loops import circuits, pulls, sweeping
from compiler.loops import memory as at
from compiler.loops.answers import NAMES, Answers
from compiler.loops.memory import Array


def differentiate(circuit: Circuit, rows: Sequence[Op | None], *, quick: bool = True) -> Circuit | None:
    """Return the circuit of f and its derivatives; None where only the sweep over objects will do.

    rows: the table of gates by code. quick: compiled by numba; otherwise the same functions run on lists.
    """
    answers = Answers(quick, len(circuit.constants))
    script = pulls.written(rows, {*circuit.op.tobytes()} - {*range(FIRST_GATE)}, answers.coefficient)
    if script is None:
        return None
    try:
        _prepare(circuit, answers, *script)
        answers.run(sweeping.sweep)
    except (CircuitError, ZeroDivisionError):
        return None  # the sweep over objects meets the same, and says what it is
    answers.release("table", "sent", "last", "active")
    return built(circuit, answers, answers.memory.outputs, len(circuit))


def _prepare(circuit: Circuit, answers: Answers, table: list[int], program: list[int]) -> None:
    """Copy the circuit into the arrays, and set the seed."""
    answers.prepare(len(circuit), len(circuit.inputs), len(circuit.differentiated), table, program)
    values = answers.constants(circuit.constants)
    answers.operands_of_three([e for node in sorted(circuit.third) for e in (circuit.rhs[node], circuit.third[node])])
    if answers.call(circuits.copy, *arrays(circuit, answers.quick), values):
        answers.approve()
    answers.enter()
    answers.run(circuits.begin)
    m, (output,) = answers.memory, circuit.outputs
    m.outputs[0] = output
    if m.active[output]:
        sweeping.send(m, output, at.ONE, int(m.state[at.ONE_NODE]))


def arrays(circuit: Circuit, quick: bool) -> tuple[Array, Array, Array]:
    """Return kinds and operands of a circuit, as arrays that cannot be written to or as lists."""
    if not quick:
        return circuit.op.tolist(), circuit.lhs.tolist(), circuit.rhs.tolist()
    op = np.frombuffer(circuit.op, np.uint8)
    lhs, rhs = np.frombuffer(circuit.lhs, np.int32), np.frombuffer(circuit.rhs, np.int32)
    for each in (op, lhs, rhs):
        each.flags.writeable = False
    return op, lhs, rhs


def built(circuit: Circuit, answers: Answers, outputs: Array, copied: int) -> Circuit:
    """Return what is live as a circuit; it knows already what varies. Arrays are let go of as soon as they can be.

    copied: how many of the nodes are those of the given circuit.
    """
    count, inputs = int(answers.memory.state[at.COUNT]), len(circuit.inputs)
    number, counts = answers.zeros(count), answers.zeros(3, np.int64)
    answers.call(circuits.mark_live, number, outputs, counts)
    size = inputs + int(counts[0])
    op, varies = answers.zeros(size, np.uint8), answers.zeros(size, np.uint8)
    lhs, rhs = answers.zeros(size), answers.zeros(size)
    born, thirds = answers.zeros(int(counts[1])), answers.zeros(2 * int(counts[2]))
    answers.call(circuits.renumber, number, (op, lhs, rhs, varies), born, thirds)
    places = _list(number[outputs]) if answers.quick else [number[node] for node in outputs]
    constants = _constants(circuit, answers, _list(born), copied)
    del number
    answers.release("nodes", "triples")
    third = dict(zip(_list(thirds)[::2], _list(thirds)[1::2], strict=True))
    known = _bytes(varies, "B")
    del varies
    first = _bytes(lhs, "i")
    del lhs
    second = _bytes(rhs, "i")
    del rhs
    result = Circuit(_bytes(op, "B"), first, second, third, constants, circuit.inputs, circuit.parameters, places)
    result.__dict__["varies"] = known  # a cached property
    return result


def _constants(circuit: Circuit, answers: Answers, nodes: list[int], size: int) -> list[Constant]:
    """Return the constants born as these nodes, which are in order: those of the circuit come first."""
    known, places, first = circuit.constants, circuit.lhs, bisect_left(nodes, size)
    values = [int(answers.memory.nodes[at.NODE_WIDTH * node + 1]) for node in nodes[first:]]
    return [
        *map(known.__getitem__, map(places.__getitem__, nodes[:first])),
        *(answers.value(value) if value >= 0 else NAMES[-1 - value] for value in values),
    ]


def _list(numbers: Array) -> list[int]:
    result: list[int] = numbers if isinstance(numbers, list) else numbers.tolist()
    return result


def _bytes(numbers: Array, kind: str) -> bytes:
    return array(kind, numbers).tobytes() if isinstance(numbers, list) else bytes(numbers.tobytes())
