"""The checker of derivative programs: the claims of a gradient program, of a jvp, vjp, jacobian, hvp or hessian."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from verify.certificate import FAILED, PASSED
from verify.claims import Answer, decided
from verify.derived.certificate import DerivativeCertificate, size_of
from verify.derived.entry import wrong_entry
from verify.derived.formulas import read_references
from verify.derived.kinds import Kind
from verify.derived.orders import SYMMETRY, wrong_in_both
from verify.derived.price import Cost, cost
from verify.derived.program import DerivativeProgram, read_derivative
from verify.derived.proof import Evidence, find
from verify.derived.replay import compare
from verify.formula import positions
from verify.graph import Graph
from verify.judge import NO_FORMULA, Judge, misnamed
from verify.replay import Outcome

UNREAD = Cost("", 0, 0, 0, 0, False, "")  # the price of a text that is no program


def certify_derivative(
    program_text: str,
    kind: Kind,
    formula: Any,
    inputs: tuple[Sequence[object] | None, Sequence[object], Any, Any],
) -> DerivativeCertificate:
    """Check that a program of a kind computes the formula's values and derivatives; see `verify.certify`.

    formula: in addition, a list of texts or sympy expressions, a sympy Matrix, a function that returns an array, or a
    circuit with several outputs. Its inputs that are no parameters are the ones differentiated; inputs: what `certify`
    takes of them, variables, parameters, shapes and wrt.
    """
    reference, source = read_references(formula, *inputs) if formula is not None else NO_FORMULA
    fixed = inputs[0] is not None or source == "function"
    left_out = ["pattern"] * (not kind.pattern) + ["gradient"] * (not kind.gradient)
    judge = _Judge(program_text, formula, reference, source, fixed, kind.name, left_out, kind=kind)
    stated = judge.decide()
    size = size_of(judge.program) if judge.claims["text"][0] == PASSED else None
    return DerivativeCertificate(**stated, derivative=kind.name, size=size, evidence=judge.proved)


@dataclass(repr=False, eq=False, kw_only=True)  # quick to import
class _Judge(Judge):
    kind: Kind
    program: DerivativeProgram = field(init=False)
    price: Cost = UNREAD
    wrong_entry: str = ""
    by_entry: bool = False  # every entry is right, in one order of its two inputs or the other

    summed = "derivative"
    unproved = "degree out of reach of a random test, and: "

    def read(self) -> str:
        reference = self.reference
        n = None if reference is None else len(reference.inputs) - reference.parameters
        self.program = read_derivative(self.text, self.kind, n)
        self.price = cost(self.program)
        return f"; {self.program.what}"

    @cached_property
    def places(self) -> list[int] | None:
        program, reference, foreign = self.program, self.reference, self.program.foreign()
        if reference is None and not foreign:
            return list(range(len(program.graph.inputs)))
        found, n, header = len(program.graph.outputs), program.differentiated, program.graph.inputs[: program.own]
        if foreign or reference is None:
            self.claims["formula"] = FAILED, f"a value depends on {foreign}, which is no input of the formula"
        elif found != len(reference.outputs):
            self.claims["formula"] = FAILED, f"{found} value(s) where the formula has {len(reference.outputs)}"
        elif n != (due := len(reference.inputs) - reference.parameters):
            name = "gradient" if self.kind.gradient else "derivative"
            self.claims[name] = FAILED, f"derivatives in {n} inputs where {due} are due"
        elif len(header) != len(reference.inputs) or (places := positions(reference, header, self.fixed)) is None:
            self.claims["formula"] = FAILED, misnamed(header, reference.inputs)
        elif any((place < n) != (index < n) for index, place in enumerate(places)):
            self.claims["derivative"] = FAILED, "the parameters are not the last of the formula's inputs in the header"
        else:
            return places
        return None

    @cached_property
    def proof(self) -> Evidence | str:
        return find(self.program, self.text)

    def compare(self, reference: Graph, places: list[int], source: bytes) -> Outcome | None:
        program, text = self.program, self.text.encode("ascii")
        outcome = compare(reference, program, places, source, text)
        if outcome is None or not self.kind.pattern or not all(outcome.right[:-1]) or outcome.right[-1]:
            return outcome
        # the derivative in one order of its two inputs was compared: find the entry that is wrong, or that none is
        if not self.kind.gradient or SYMMETRY not in reference.ops:
            self.wrong_entry = wrong_entry(reference, program, places, loose=outcome.turned)
            return outcome
        self.wrong_entry = wrong_in_both(reference, program, places, source, text, loose=outcome.turned)
        self.by_entry = not self.wrong_entry
        return outcome

    def differentiated(self, outcome: Outcome, name: str, right: bool) -> Answer:
        if not self.kind.pattern:
            return Judge.differentiated(self, outcome, name, right)
        how = outcome.how + (", ties aside: there u > v and v > u may both fail" if outcome.turned else "")
        if name == "derivative" and self.by_entry:
            return PASSED, f"{how}; each entry by itself, differentiated by either of its inputs first"
        return decided("" if right else f"wrong {name}: {self.wrong_entry or f'not the {self.function}'}", how)

    @property
    def refuted(self) -> bool:
        return self.failed or bool(self.outcome and (self.outcome.zero or self.outcome.pole))

    def digits(self, graph: Graph) -> Answer:
        from verify.derived.digits import check_digits

        return check_digits(graph, self.program, self.places or [], self.text.encode("ascii"))
