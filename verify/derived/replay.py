"""Layer C for derivative programs: the formula, differentiated forwards once or twice, against the program.

The second derivative is the derivative of the first on the same tape: every row of `tangents` is made of gates and
named companions that have rows themselves, so a derivation by these rows knows all gates. The test is `replay`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import reduce

from verify.derived.forms import Form, derivative_forms, gradient_forms
from verify.derived.program import DerivativeProgram
from verify.errors import FormulaError
from verify.graph import Graph
from verify.replay import Comparison, Outcome, decide
from verify.tangents import differentiate, differentiate_all
from verify.tape import ADD, MUL, NONE, SUB, Tape, lay


def compare(
    reference: Graph, program: DerivativeProgram, positions: list[int], source: bytes, text: bytes
) -> Outcome | None:
    """Test the program against the reference; positions: header index of each input of the reference.

    Outcome.right: the values, the gradient of a kind that has one, the derivative. None: the degree is out of reach.
    A matrix, whose lines no chain rule follows, is compared ties aside where a comparison may stand for another one:
    Outcome.turned then. The values are compared with their ties.
    Raises: FormulaError when the reference divides by zero everywhere.
    """
    outcome = _compared(reference, program, positions, source, text, loose=False)
    if outcome is None or outcome.gradient or not outcome.kinked or not program.kind.pattern:
        return outcome
    again = _compared(reference, program, positions, source, text, loose=True)
    return again and replace(again, right=(outcome.value, *again.right[1:]), turned=True)


def _compared(
    reference: Graph, program: DerivativeProgram, positions: list[int], source: bytes, text: bytes, *, loose: bool
) -> Outcome | None:
    laid = lay_out(reference, program, positions, loose=loose)
    if isinstance(laid, str):
        return Outcome((False,) * (2 + program.kind.gradient), "", laid, False)
    return decide(laid, program, source, text)


def lay_out(
    reference: Graph,
    program: DerivativeProgram,
    positions: list[int],
    *,
    loose: bool,
    kept: Collection[int] | None = None,
) -> Comparison | str:
    """Lay both sides on a tape; return the line of a division by the constant 0 of the program instead.

    kept: the coordinates of the directions that are not 0; None: all.
    """
    tape = Tape(loose=loose, rooted=True)
    inputs = [tape.variable() for _ in program.graph.inputs]
    try:
        steps = lay(tape, reference, [inputs[position] for position in positions])
        values, forward = [steps[output] for output in reference.outputs], len(tape.op)
        every = _coordinates(tape, program, inputs)
        coordinates = [step if kept is None or at in kept else NONE for at, step in enumerate(every)]
        expected = _derivatives(tape, program, values, inputs, coordinates)
    except ZeroDivisionError:
        raise FormulaError("division by zero: a divisor of the formula is the constant 0") from None
    own = len(tape.op)
    tape.orders.clear()
    try:
        steps = lay(tape, program.graph, inputs)
    except ZeroDivisionError as error:
        return program.where(error.args[0])
    found = [[steps[output] for output in program.graph.outputs]]
    for forms in (gradient_forms(program), derivative_forms(program)):
        found += [[_laid(tape, form, steps, coordinates) for form in forms]] if forms else []
    roots = [
        tuple([_difference(tape, a, b) for a, b in zip(ours, theirs, strict=True)])
        for ours, theirs in zip(found, [values, *expected], strict=True)
    ]
    return Comparison(tape, forward, own, steps, tuple(roots))


def _coordinates(tape: Tape, program: DerivativeProgram, inputs: list[int]) -> list[int]:
    """Return the coordinates of t, then of u: the direction of the header, or variables of their own."""
    n = program.differentiated
    header = inputs[program.own :] if program.kind.directions else []
    if header and not program.kind.gradient:
        return header * 2
    return [tape.variable() for _ in range(n)] + (header or [tape.variable() for _ in range(n)])


def _derivatives(
    tape: Tape, program: DerivativeProgram, values: list[int], inputs: list[int], coordinates: list[int]
) -> list[list[int]]:
    """Lay what the sums of `forms` have to be, the gradient's first."""
    n, kind = program.differentiated, program.kind
    first = differentiate_all(tape, values, dict(zip(inputs[:n], coordinates[:n], strict=True)))
    if kind.weights:
        weighted = zip(first, inputs[program.own :], strict=True)
        return [[_total(tape, [_product(tape, pair) for pair in weighted])]]
    if not kind.gradient:
        return [first]
    along = dict(zip(inputs[:n], coordinates[n:], strict=True))
    return [first, [NONE if first[0] == NONE else differentiate(tape, first[0], along)]]


def _laid(tape: Tape, form: Form, steps: list[int], coordinates: list[int]) -> int:
    """Lay a sum of entries times coordinates."""
    return _total(
        tape, [_product(tape, [steps[node], *(coordinates[each] for each in places)]) for node, places in form]
    )


def _product(tape: Tape, factors: Sequence[int]) -> int:
    return NONE if NONE in factors else reduce(lambda a, b: tape.step(MUL, a, b), factors)


def _total(tape: Tape, terms: Sequence[int]) -> int:
    laid = [term for term in terms if term != NONE]
    return reduce(lambda a, b: tape.step(ADD, a, b), laid) if laid else NONE


def _difference(tape: Tape, ours: int, theirs: int) -> int:
    zero = tape.constant(0)
    return tape.step(SUB, zero if ours == NONE else ours, zero if theirs == NONE else theirs)
