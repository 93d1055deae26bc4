"""`compile_gradient`: formula to circuit to gradient circuit to text, and the verifier's word on it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from circuit.circuit import Circuit
from circuit.errors import FormulaWarning, InvalidArgument, ResourceLimit, TraceError, UnsupportedConstant
from circuit.formula import parse
from circuit.ops import CODE, CONSTANT, INPUT
from circuit.tracing import arguments_of, differentiated, trace
from compiler.arguments import Arguments
from compiler.emit import emit, underflows, with_summary
from compiler.program import GradientProgram, NotCertified
from compiler.reversal import reversed_gates
from compiler.simplify import improving
from compiler.sweep import TOLD, Gradient, differentiate
from verify import Counts, FormulaError, FormulaLimit, Rejected, count

if TYPE_CHECKING:
    from compiler.derivatives.program import DerivativeProgram

EFFORTS = ("fewest", "plain")
CHECKED_AT_ONCE = 20_000  # gates up to which a program is certified before it is handed over
RATIONAL_CODES = {INPUT, CONSTANT, *(CODE[name] for name in ("add", "sub", "mul", "div", "neg"))}
SHOWN_TREE = 200  # nodes of a sympy expression that is still printed


def compile_gradient(
    formula: Any,
    variables: Sequence[Any] | None = None,
    parameters: Sequence[Any] = (),
    *,
    shapes: Sequence[Sequence[int]] | None = None,
    wrt: int | Sequence[int] | None = None,
    effort: str = EFFORTS[0],
) -> GradientProgram:
    """Compile a formula (string, FPCore, sympy expression, Circuit, Python function) into a certified gradient program.

    variables: differentiated inputs in order; default: the names that occur, in natural order. parameters: inputs
    without a derivative, last. For a Python function: shapes, one for each argument (default: all scalars), and wrt,
    the positions of the differentiated arguments (default: all). effort: "fewest" gates, as far as `compiler.simplify`
    finds them and the chain rule proves them, or "plain", the careful sweep, which is soon done and keeps the formula
    gate for gate. Above 20,000 gates the certificate is made when it is first asked for, and tells what is proved.
    Errors: a CircuitError for a bad formula; NotCertified if the verifier rejects what was compiled.
    """
    if effort not in EFFORTS:
        raise InvalidArgument(f"effort is {' or '.join(EFFORTS)}, not {effort!r:.40}")
    circuit, arguments = circuit_of(formula, variables, parameters, shapes, wrt)
    plain = differentiate(circuit)
    found = improving(circuit, plain)[1:] if effort == "fewest" else []
    for whole in reversed(found):
        with suppress(ResourceLimit):  # a product of constants may be one that the formula has not, and no float is
            program = _written(circuit, whole, formula, arguments)
            if program.total_gates > CHECKED_AT_ONCE or _is_followed(program):
                return program
    program = _written(circuit, plain, formula, arguments)
    if program.total_gates <= CHECKED_AT_ONCE:
        check(program)
    return program


def _written(circuit: Circuit, whole: Gradient, formula: Any, arguments: Arguments | None) -> GradientProgram:
    reverses: Mapping[int, Sequence[int]] = whole.reverses
    if not reverses and len(circuit) <= TOLD:
        reverses = reversed_gates(whole.circuit)
    source = emit(whole.circuit, shown(formula), reverses=reverses)
    try:
        found = count(source)
    except Rejected as rejection:
        raise ResourceLimit(f"the program cannot be written down: {rejection.reason}") from None
    source = with_summary(source, _summary(found, is_rational(circuit)))
    return GradientProgram(source, circuit.inputs, circuit.parameters, formula, arguments, whole.circuit)


def _is_followed(program: GradientProgram) -> bool:
    """Say whether a program is certified, and its gradient proved by the chain rule."""
    try:
        answer = program.certificate
    except FormulaError:
        return False
    return answer.accepted and any(claim.name == "chain rule" and claim.status == "PASSED" for claim in answer.claims)


def circuit_of(
    formula: Any,
    variables: Sequence[Any] | None,
    parameters: Sequence[Any],
    shapes: Sequence[Sequence[int]] | None,
    wrt: int | Sequence[int] | None,
    *,
    several: bool = False,
) -> tuple[Circuit, Arguments | None]:
    """Return the circuit of a formula, and the arguments of a function. several: it may have several outputs."""
    circuit, arguments = _read(formula, variables, parameters, shapes, wrt, several)
    for place, code in enumerate(circuit.op.tolist()):
        if code == CONSTANT and underflows(circuit.value_of(place)):
            warnings.warn("ConstantUnderflow: a constant of the formula is 0 as a float", FormulaWarning, stacklevel=3)
            break
    return circuit, arguments


def _read(
    formula: Any,
    variables: Sequence[Any] | None,
    parameters: Sequence[Any],
    shapes: Sequence[Sequence[int]] | None,
    wrt: int | Sequence[int] | None,
    several: bool,
) -> tuple[Circuit, Arguments | None]:
    if not is_function(formula):
        if shapes is not None or wrt is not None:
            raise InvalidArgument("shapes and wrt are for Python functions; a formula has variables and parameters")
        if several and (isinstance(formula, (list, tuple)) or getattr(formula, "is_Matrix", False)):
            from circuit.several import parse_several

            return parse_several(list(formula), variables, parameters), None
        return parse(formula, variables, parameters), None
    if variables is not None or parameters:
        raise InvalidArgument("variables and parameters are for formulas; a Python function has shapes and wrt")
    known = arguments_of(formula, shapes or ())
    names, sizes = tuple(name for name, _ in known), tuple(shape for _, shape in known)
    arguments = Arguments(names, sizes, tuple(differentiated(len(known), wrt)))
    return trace(formula, *sizes, wrt=arguments.wrt, several=several), arguments


def is_function(formula: Any) -> bool:
    """Say whether a formula is to be traced: it can be called, and is neither an expression nor a circuit."""
    return callable(formula) and not isinstance(formula, Circuit) and not hasattr(type(formula), "free_symbols")


def check(program: GradientProgram | DerivativeProgram) -> None:
    """Have a program certified. Errors: NotCertified, or what is wrong with the formula."""
    try:
        answer = program.certificate
    except FormulaError as error:
        kind = ResourceLimit if isinstance(error, FormulaLimit) else UnsupportedConstant
        raise kind(str(error)) from None
    if answer.accepted:
        return
    if program.arguments is not None and not _repeats(program.formula, program.arguments):
        raise TraceError("nondeterministic: two traces of the function differ; draw its random numbers outside")
    raise NotCertified(f"the verifier rejected the compiled program: {answer.verdict}")


def _repeats(function: Any, arguments: Arguments) -> bool:
    """Say whether a function gives the same circuit twice."""
    first, second = (trace(function, *arguments.shapes, wrt=arguments.wrt, several=True) for _ in range(2))
    return first == second


def is_rational(circuit: Circuit) -> bool:
    """Say whether a circuit has gates of + - * / only."""
    return set(circuit.op.tolist()) <= RATIONAL_CODES


def _summary(found: Counts, rational: bool) -> str:
    bound = 4 if rational else 5
    ratio = found.total_gates / found.value_gates if found.value_gates else 1.0
    gates = f"value {found.value_gates} gates, value and gradient {found.total_gates} gates"
    return f"{gates}, ratio {ratio:.2f}, bound {bound}.   Check: baur verify THIS_FILE"


def shown(formula: Any) -> str | None:
    """Return the formula as one line for the comment, if it is short enough to be worth one."""
    if isinstance(formula, str):
        line = " ".join(formula.split())
        return line if line.isascii() and line.isprintable() and ";" not in line else None
    if isinstance(formula, Circuit) or is_function(formula):
        return None
    if isinstance(formula, (list, tuple)):
        texts = [shown(each) for each in formula]
        return None if None in texts else f"({', '.join(map(str, texts))}{',' * (len(texts) == 1)})"
    nodes, size = [formula], 0
    while nodes and size <= SHOWN_TREE:
        size += 1
        nodes.extend(getattr(nodes.pop(), "args", ()))
    return " ".join(str(formula).split()) if size <= SHOWN_TREE else None
