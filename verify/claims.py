"""The claims of a certificate, in its order: what each says, and how it is decided. `TABLE`, at the end, lists them.

To add a claim, write its function and give it a row. What is asked about, the program and its formula, is a `Judge`
(`verify.judge`). The names stand once more in `certificate.schema.json`, for strangers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.certificate import FAILED, NOT_CHECKED, NOT_NEEDED, PASSED
from verify.errors import FormulaError, Rejected
from verify.gates import flaw, value_part
from verify.graph import gate_count
from verify.replay import source_bytes
from verify.table import ARITHMETIC

if TYPE_CHECKING:
    from verify.judge import Judge

Answer = tuple[str, str]  # status and detail; None in its place: what the claim is about was not reached


def decided(wrong: str, right: str = "") -> Answer:
    """Return FAILED with what is wrong, PASSED with what is right if that is ""."""
    return (FAILED, wrong) if wrong else (PASSED, right)


def _text(judge: Judge) -> Answer:
    told = judge.read()
    return PASSED, f"{len(judge.program.gates)} lines, one operation each{told}"


def _gates(judge: Judge) -> Answer:
    price = judge.price
    return decided(flaw(judge.program), f"L = {price.value_gates}, T = {price.total_gates}, none dead or repeated")


def _no_padding(judge: Judge) -> Answer:
    if judge.reference is None:
        return NOT_NEEDED, "no formula given"
    due = judge.source_gates = gate_count(judge.reference)
    spent = judge.price.value_gates
    wrong = f"L = {spent} gates where the formula has {due}" if spent > due else ""
    return decided(wrong, f"L = {spent} <= {due} gates of the formula")


def _pattern(judge: Judge) -> Answer:
    from verify.derived.pattern import misplaced

    program: Any = judge.program  # of a kind that returns a matrix
    wrong = misplaced(program)
    if wrong:
        raise Rejected("pattern", wrong)  # nothing can be said of entries that have no place
    return PASSED, f"{len(program.derivative)} entries, row by row, each pair once"


def _formula(judge: Judge) -> Answer | None:
    reference = judge.reference
    if reference is not None:
        judge.outcome = judge.compare(reference, judge.places or [], source_bytes(reference))
    if judge.outcome is None:
        judge.source, own = "value part", value_part(judge.program)
        try:
            judge.outcome = judge.compare(own, list(range(len(own.inputs))), b"value part")
        except FormulaError as error:
            raise Rejected("formula", error.reason) from None
        reason = "no formula given" if reference is None else "degree out of reach, value part differs in form"
        return NOT_CHECKED, reason + ": the value part is the reference"
    wrong = "" if judge.outcome.value else "wrong value: the value part does not compute the formula"
    return None if judge.outcome.zero else decided(wrong, judge.outcome.how)


def _derived(judge: Judge, name: str, place: int) -> Answer | None:
    """Decide what is said of derivatives, which `outcome.right` has in that place."""
    outcome, proof = judge.outcome, judge.proof
    if outcome is None:
        how = "degree out of reach of a random test; by the chain rule, line by line"
        return decided(judge.unproved + proof if isinstance(proof, str) else "", how)
    return None if outcome.zero else judge.differentiated(outcome, name, outcome.right[place])


def _chain_rule(judge: Judge) -> Answer:
    """Give layer B's answer: a program that it cannot follow rests on layer C alone, and the claim says so."""
    proof = judge.proof
    if not isinstance(proof, str):
        return PASSED, f"every {judge.summed} is the sum of its contributions, {proof.sums} sums by hint"
    return NOT_CHECKED, "nothing to prove" if judge.refuted else f"not followed, rests on layer C alone: {proof}"


def _no_new_pole(judge: Judge) -> Answer | None:
    if judge.outcome is None:
        return None
    zero, pole = judge.outcome.zero, judge.outcome.pole
    wrong = f"{zero} divides by zero everywhere" if zero else f"{pole} is undefined where the formula is not"
    return decided(f"new pole: {wrong}" if zero or pole else "")


def _price(judge: Judge) -> Answer:
    return decided(judge.price.failure(), judge.price.text())


def _digits(judge: Judge) -> Answer | None:
    graph = value_part(judge.program) if judge.reference is None else judge.reference
    if all(op in ARITHMETIC or op in ("input", "const") for op in (*graph.ops, *judge.program.graph.ops)):
        return NOT_NEEDED, "rational arithmetic is exact above"
    return None if judge.failed else judge.digits(graph)


@dataclass(frozen=True, slots=True)
class Row:
    """A claim: its name, the layer that decides it, how, and what it says.

    A claim may rely on those above it. Layer A reads the text alone; B (the chain rule), C (the random test) and D (the
    digits) are not reached where the header's inputs are not the formula's.
    """

    name: str
    layer: str
    decide: Callable[[Judge], Answer | None]
    says: str


# fmt: off
TABLE = (
    Row("text", "A", _text,
        "One function, one operation a line, every name assigned once: counting lines counts gates."),
    Row("gates", "A", _gates, "No line is dead, none is repeated."),
    Row("no padding", "A", _no_padding, "The value part has no more gates than the formula."),
    Row("pattern", "A", _pattern,
        "The entries of a matrix stand row by row, each pair once, of a Hessian the lower triangle."),
    Row("formula", "C", _formula, "The value is that of the formula."),
    Row("gradient", "C", partial(_derived, name="gradient", place=1), "The gradient is that of the formula."),
    Row("derivative", "C", partial(_derived, name="derivative", place=-1),
        "The product or matrix of derivatives that a program returns is that of the formula."),
    Row("chain rule", "B", _chain_rule, "Every adjoint is the sum of the contributions due to it."),
    Row("no new pole", "C", _no_new_pole,
        "The program divides only by what the formula, or a rule of the table, divides by."),
    Row("price", "A", _price,
        "Value and gradient cost at most 4 times the gates of the value, 5 times with transfer functions."),
    Row("digits", "D", _digits, "Value and gradient agree with high-precision arithmetic to fifty digits."),
)
# fmt: on
OF_OTHERS = ("pattern", "derivative")  # which are not made of a gradient program
CLAIMS = tuple([row.name for row in TABLE if row.name not in OF_OTHERS])
