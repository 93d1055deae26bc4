"""`compile_derivative`: formula to circuit to the circuit of a derivative to text, and the verifier's word on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from circuit.circuit import Circuit
from circuit.errors import InvalidArgument, ResourceLimit
from compiler.arguments import Arguments
from compiler.derivatives.forward import jvp
from compiler.derivatives.matrices import Sparse, jacobian
from compiler.derivatives.program import DerivativeProgram
from compiler.derivatives.reverse import vjp
from compiler.derivatives.second import hessian, hvp
from compiler.emit import emit, printable, with_summary
from compiler.layout import KINDS, Layout
from compiler.pipeline import CHECKED_AT_ONCE, EFFORTS, check, circuit_of, compile_gradient, is_rational, shown
from compiler.program import GradientProgram, NotCertified
from compiler.simplify import fewest
from compiler.simplify.quotients import divided
from compiler.simplify.search import SMALL
from compiler.sweep import differentiate
from verify import Counts, Rejected, count


def compile_derivative(
    formula: Any,
    kind: str = "gradient",
    variables: Sequence[Any] | None = None,
    parameters: Sequence[Any] = (),
    *,
    shapes: Sequence[Sequence[int]] | None = None,
    wrt: int | Sequence[int] | None = None,
    effort: str = EFFORTS[0],
) -> DerivativeProgram | GradientProgram:
    """Compile a formula into a certified program for values and derivatives of a kind.

    kind: gradient (a `GradientProgram`), jvp (Jacobian times a direction), vjp (weights times the Jacobian), jacobian,
    hvp (value, gradient, Hessian times a direction) or hessian. formula: what `compile_gradient` takes; for jvp, vjp
    and jacobian it may have several outputs: a list or tuple of formulas, a circuit, a function that returns an array
    or a tuple. The other arguments are those of `compile_gradient`; effort bears on second derivatives and on matrices.
    Errors: InvalidArgument for a kind that there is not, or that is of one output; those of `compile_gradient`;
    ResourceLimit for a Jacobian or Hessian of too many entries.
    """
    if kind not in KINDS:
        raise InvalidArgument(f"kind is {', '.join(KINDS)}, not {kind!r:.40}")
    if kind == "gradient":
        return compile_gradient(formula, variables, parameters, shapes=shapes, wrt=wrt, effort=effort)
    if effort not in EFFORTS:
        raise InvalidArgument(f"effort is {' or '.join(EFFORTS)}, not {effort!r:.40}")
    circuit, arguments = circuit_of(formula, variables, parameters, shapes, wrt, several=True)
    outputs = len(circuit.outputs)
    if KINDS[kind].scalar and outputs != 1:
        raise InvalidArgument(f"a program of the kind {kind} is of one output; this formula has {outputs}")
    if not outputs:
        raise InvalidArgument("a formula has one output at least; this circuit has none")
    first, *others = _circuits(circuit, kind, effort)
    for whole, layout in sorted(others, key=lambda found: found[0].gate_count):
        if whole.gate_count < first[0].gate_count:
            with suppress(ResourceLimit, NotCertified):  # constants that no float is; a price over the bound
                return _written(circuit, whole, layout, formula, arguments)
    return _written(circuit, *first, formula, arguments)


def hessian_product(program: GradientProgram) -> DerivativeProgram:
    """Return the program for the Hessian times a direction of what a gradient program computes. Errors: as above."""
    formula, arguments = program.formula, program.arguments
    count = len(program.inputs) - len(program.parameters)
    keywords: dict[str, Any] = {}
    if formula is None:
        whole = program.circuit
        arrays = whole.op.tobytes(), whole.lhs.tobytes(), whole.rhs.tobytes(), whole.third
        formula = Circuit(*arrays, whole.constants, whole.inputs, whole.parameters, whole.outputs[:1])
    elif arguments is not None:
        keywords = {"shapes": arguments.shapes, "wrt": arguments.wrt}
    elif not isinstance(formula, Circuit):
        keywords = {"variables": program.inputs[:count], "parameters": program.parameters}
    found = compile_derivative(formula, "hvp", **keywords)
    assert isinstance(found, DerivativeProgram)
    return found


def _written(
    circuit: Circuit, whole: Circuit, layout: Layout, formula: Any, arguments: Arguments | None
) -> DerivativeProgram:
    """Return the program of a circuit, certified if it is not too long for that."""
    source = emit(whole, shown(formula), layout=layout)
    try:
        found = count(source)
    except Rejected as rejection:
        raise ResourceLimit(f"the program cannot be written down: {rejection.reason}") from None
    source = with_summary(source, _summary(found, layout, is_rational(whole)))
    program = DerivativeProgram(source, circuit.inputs, circuit.parameters, formula, arguments, whole)
    program.counts = found  # one more comment changes none
    if program.total_gates <= CHECKED_AT_ONCE:
        check(program)
    return program


def _circuits(circuit: Circuit, kind: str, effort: str) -> Iterator[tuple[Circuit, Layout]]:
    """Yield circuits of a kind of derivative, and how they stand in a program: that of the careful sweeps first."""
    n, m = len(circuit.differentiated), len(circuit.outputs)
    if kind == "jvp":
        yield jvp(circuit, _seed_names(circuit, "d", n)), Layout(kind, m, (m,), n)
    elif kind == "vjp":
        yield vjp(circuit, _seed_names(circuit, "w", m)), Layout(kind, m, (n,), m)
    elif kind == "jacobian":
        yield from _laid(jacobian(circuit), Layout(kind, m, ()), effort)
    else:
        plain = differentiate(circuit)
        gradients = [plain.circuit]
        if effort == EFFORTS[0] and (found := fewest(circuit, plain).circuit) is not plain.circuit:
            gradients.append(found)
        for each in gradients:
            if kind == "hvp":
                yield hvp(each, _seed_names(circuit, "d", n)), Layout(kind, 1, (n, n), n)
            else:
                yield from _laid(hessian(each), Layout(kind, 1, (n,)), effort)


def _laid(found: Sparse, layout: Layout, effort: str) -> Iterator[tuple[Circuit, Layout]]:
    """Yield a matrix as it was found, and with its quotients cancelled."""
    groups = (*layout.groups, len(found.rows))
    laid = Layout(layout.kind, layout.values, groups, 0, (found.rows, found.columns))
    yield found.circuit, laid
    if effort == EFFORTS[0] and len(found.circuit) <= SMALL:
        yield divided(found.circuit, layout.values), laid


def _seed_names(circuit: Circuit, letter: str, size: int) -> list[str]:
    """Return names for the entries of a direction (d) or for weights (w), none of them an input's."""
    taken = {*circuit.inputs}
    names = [f"{name}_dot" for name in circuit.differentiated] if letter == "d" else []
    if not printable(circuit.inputs) or len(names) != size or not taken.isdisjoint(names):
        names = [f"{letter}{place}" for place in range(size)]
    while not taken.isdisjoint(names):
        names = [f"{name}'" for name in names]  # no name of a program's: the inputs are called x0, x1, ... there
    return names


def _summary(found: Counts, layout: Layout, rational: bool) -> str:
    L, T = found.value_gates, found.total_gates
    ratio = T / L if L else 1.0
    factor = 4 if rational else 5
    bound = {"jvp": f", bound {factor}", "vjp": f", bound {factor}"}.get(layout.kind, "")
    if layout.kind == "vjp" and layout.values > 1:
        bound += f" and {layout.values - 1} gates"
    if layout.kind == "hvp" and rational:
        bound = ", bound 14 and 2 gates"
    return f"value {L} gates, {layout.row.title} {T} gates, ratio {ratio:.2f}{bound}.   Check: baur verify THIS_FILE"
