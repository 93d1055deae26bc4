"""What a whole gradient costs by each way to compute it, in gates: counted in emitted text wherever there is a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.families import FAMILIES, Family
from benchmarks.workloads import WORKLOADS, Workload
from circuit import Circuit, parse, trace
from compiler import compile_derivative, compile_gradient
from compiler.derivatives.forward import Forward
from compiler.emit import emit
from compiler.layout import Layout
from verify import certify

PERTURBED = 4  # gates for each input: x + h, x - h, the difference, the division by 2h


@dataclass(frozen=True, slots=True)
class Case:
    """A function of P inputs at some sizes; those in `symbols` are also differentiated by sympy, entry by entry."""

    case: Family | Workload
    sizes: tuple[int, ...]
    symbols: tuple[int, ...]
    dense: bool = True  # each derivative depends on most of the function


@dataclass(frozen=True, slots=True)
class Modes:
    """Gates of one function, N for the value of P inputs, and of its gradient by every mode. None: not tried."""

    name: str
    size: int
    P: int
    N: int
    reverse: int
    forward: int
    special: int
    differences: int
    symbolic: int | None
    accepted: bool


CASES = {
    each.case.name: each
    for each in (
        Case(FAMILIES["product"], (10, 20, 50, 100), (10, 20, 40, 80)),
        Case(WORKLOADS["det"], (3, 5, 7, 9), (3, 4, 5, 6)),
        Case(WORKLOADS["mlp"], (2, 4, 6, 8), (2, 3, 4, 6)),
        Case(WORKLOADS["helm"], (3, 6, 12, 20), (3, 6, 9, 15)),
        Case(WORKLOADS["rosen"], (10, 20, 40, 60), (10, 20, 40, 60), dense=False),
    )
}


def modes_of(case: Case, size: int, symbolic: bool) -> Modes:
    """Count the gradient of one function by every mode."""
    count = case.case.inputs(size)
    circuit = trace(case.case.function(size, np), (count,))
    reverse = compile_gradient(circuit, effort="plain")
    forward = compile_derivative(circuit, "jvp")
    special = [specialised(circuit, place) for place in range(count)]
    N = reverse.value_gates
    return Modes(
        case.case.name,
        size,
        count,
        N,
        reverse.total_gates,
        count * forward.total_gates,
        sum(total for total, _ in special),
        count * (2 * N + PERTURBED),
        by_symbols(case, size) if symbolic else None,
        reverse.certificate.accepted and forward.certificate.accepted and all(accepted for _, accepted in special),
    )


def specialised(circuit: Circuit, place: int) -> tuple[int, bool]:
    """Return the gates of a forward pass for one input, its seed 1 folded in, and whether it is certified.

    It is written as a Jacobian of one entry: all other inputs are parameters.
    """
    sweep = Forward(circuit)
    ((tangent,),) = (each.values() for each in sweep.push({place: {0: sweep.unit()}}, circuit.outputs))
    others = [each for each in range(len(circuit.inputs)) if each != place]
    value, build = circuit.outputs[0], sweep.builder.build
    program = emit(build([value, tangent], [place], others), layout=Layout("jacobian", 1, (1,), 0, ((0,), (0,))))
    answer = certify(program, build([value], [place], others))
    return answer.total_gates, answer.accepted


def by_symbols(case: Case, size: int) -> int:
    """Return the gates of all partial derivatives, each by sympy's diff and cse, one for itself."""
    import sympy

    x = sympy.symbols(f"x:{case.case.inputs(size)}")
    value = case.case.build(size, x, sympy) if isinstance(case.case, Workload) else case.case.build(size, x)
    return sum(_gates(sympy.cse([sympy.diff(value, each)], order="none")) for each in x)


def _gates(shared: tuple[Sequence[tuple[Any, Any]], Sequence[Any]]) -> int:
    """Return the gates of what sympy's cse gave: each shared expression once, then what is left."""
    steps, results = shared
    return sum(parse(each).gate_count for each in (*(step for _, step in steps), *results))
