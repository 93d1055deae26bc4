"""The checker of derivative programs: the claims of a gradient program, of a jvp, vjp, jacobian, hvp or hessian."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from verify.certificate import FAILED, NOT_CHECKED, NOT_NEEDED, PASSED, Claim, verdict
from verify.chain import uncollected
from verify.derived.certificate import DerivativeCertificate, size_of
from verify.derived.entry import wrong_entry
from verify.derived.formulas import read_references
from verify.derived.kinds import Kind
from verify.derived.orders import SYMMETRY, wrong_in_both
from verify.derived.pattern import misplaced
from verify.derived.price import Cost, cost
from verify.derived.program import DerivativeProgram, read_derivative
from verify.derived.proof import Evidence, find
from verify.derived.replay import compare
from verify.errors import FormulaError, Rejected
from verify.formula import positions
from verify.gates import flaw, value_part
from verify.graph import Graph, gate_count
from verify.replay import ERROR_BITS, Outcome, random_test, source_bytes
from verify.table import ARITHMETIC


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
    reference: Graph | None = None
    source = "value part"
    if formula is not None:
        reference, source = read_references(formula, *inputs)
    as_read = formula.encode("utf-8", "surrogatepass") if isinstance(formula, str) else b""
    if reference is not None and not as_read:
        as_read = source_bytes(reference)
    digest = hashlib.sha256(as_read).hexdigest() if as_read else ""
    work = _Work(program_text, kind, reference, source, inputs[0] is not None or source == "function", digest)
    try:
        with uncollected():
            work.run()
    except Rejected as rejection:
        work.note(rejection.claim, FAILED, rejection.reason)
    return work.certificate()


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class _Work:
    text: str
    kind: Kind
    reference: Graph | None
    source: str
    fixed: bool
    formula_hash: str
    claims: dict[str, Claim] = field(default_factory=dict)
    program: DerivativeProgram | None = None
    cost: Cost | None = None
    source_gates: int | None = None
    evidence: Evidence | str = ""
    outcome: Outcome | None = None
    wrong_entry: str = ""
    by_entry: bool = False  # every entry is right, in one order of its two inputs or the other

    def note(self, name: str, status: str, detail: str = "") -> None:
        self.claims[name] = Claim(name, status, detail)

    def decide(self, name: str, wrong: str, right: str) -> None:
        self.note(name, FAILED if wrong else PASSED, wrong or right)

    def run(self) -> None:
        n = None if self.reference is None else len(self.reference.inputs) - self.reference.parameters
        program = self.program = read_derivative(self.text, self.kind, n)
        self.note("text", PASSED, f"{len(program.gates)} lines, one operation each; {program.what}")
        price = self.cost = cost(program)
        counted = f"L = {price.value_gates}, T = {price.total_gates}, none dead or repeated"
        self.decide("gates", flaw(program), counted)
        self._padding(price)
        if self.kind.pattern:
            wrong = misplaced(program)
            self.decide("pattern", wrong, f"{len(program.derivative)} entries, row by row, each pair once")
            if wrong:
                return
        places = self._places(program)
        if places is not None:
            self.evidence = find(program, self.text)
            self._replay(program, places)
            self._chain_rule()
        self.decide("price", price.failure(), price.text())
        if places is not None:
            self._digits(program, places)

    def _padding(self, price: Cost) -> None:
        if self.reference is None:
            return self.note("no padding", NOT_NEEDED, "no formula given")
        self.source_gates = gate_count(self.reference)
        more = price.value_gates > self.source_gates
        wrong = f"L = {price.value_gates} gates where the formula has {self.source_gates}" if more else ""
        self.decide("no padding", wrong, f"L = {price.value_gates} <= {self.source_gates} gates of the formula")

    def _places(self, program: DerivativeProgram) -> list[int] | None:
        """Return where the inputs of the reference stand in the header, None (and a failed claim) if they do not."""
        foreign, reference = program.foreign(), self.reference
        header = program.graph.inputs[: program.own]
        if foreign:
            self.note("formula", FAILED, f"a value depends on {foreign}, which is no input of the formula")
            return None
        if reference is None:
            return list(range(len(program.graph.inputs)))
        due, found = len(reference.outputs), len(program.graph.outputs)
        places = positions(reference, header, self.fixed) if len(header) == len(reference.inputs) else None
        n = len(reference.inputs) - reference.parameters
        if found != due:
            self.note("formula", FAILED, f"{found} value(s) where the formula has {due}")
        elif program.differentiated != n:
            name = "gradient" if self.kind.gradient else "derivative"
            self.note(name, FAILED, f"derivatives in {program.differentiated} inputs where {n} are due")
        elif places is None:
            wanted = ", ".join(reference.inputs)
            self.note("formula", FAILED, f"inputs: the header has ({', '.join(header)}), the formula ({wanted})"[:400])
        elif any((place < n) != (index < n) for index, place in enumerate(places)):
            self.note("derivative", FAILED, "the parameters are not the last of the formula's inputs in the header")
        else:
            return places
        return None

    def _replay(self, program: DerivativeProgram, places: list[int]) -> None:
        text, outcome, reference = self.text.encode("ascii"), None, self.reference
        if reference is not None:
            outcome = compare(reference, program, places, source_bytes(reference), text)
        if reference is None or outcome is None:
            self.source = "value part"
            try:
                reference, places = value_part(program), list(range(len(program.graph.inputs)))
                outcome = compare(reference, program, places, b"value part", text)
            except FormulaError as error:
                raise Rejected("formula", error.reason) from None
            reason = "no formula given" if self.reference is None else "degree out of reach, value part differs in form"
            self.note("formula", NOT_CHECKED, reason + ": the value part is the reference")
        self.outcome = outcome
        if outcome is not None:
            if self.kind.pattern and all(outcome.right[:-1]) and not outcome.right[-1]:
                self._look_closer(outcome, reference, program, places)
            return self._report(outcome)
        proved = isinstance(self.evidence, Evidence)
        for name in ("gradient", "derivative") if self.kind.gradient else ("derivative",):
            wrong = "" if proved else f"degree out of reach of a random test, and: {self.evidence}"
            self.decide(name, wrong, "degree out of reach of a random test; by the chain rule, line by line")

    def _look_closer(self, outcome: Outcome, reference: Graph, program: DerivativeProgram, places: list[int]) -> None:
        """Find the entry that is wrong, or that none is: what is compared is of one order of two inputs."""
        if not self.kind.gradient or SYMMETRY not in reference.ops:
            self.wrong_entry = wrong_entry(reference, program, places, loose=outcome.turned)
            return
        source = source_bytes(reference) if reference is self.reference else b"value part"
        text = self.text.encode("ascii")
        self.wrong_entry = wrong_in_both(reference, program, places, source, text, loose=outcome.turned)
        self.by_entry = not self.wrong_entry

    def _report(self, outcome: Outcome) -> None:
        if outcome.zero:
            return self.note("no new pole", FAILED, f"new pole: {outcome.zero} divides by zero everywhere")
        how = "each forward value a variable" if outcome.structural else f"degree below 2^{outcome.degree_bits}"
        how = f"exact, modulo a random prime of {outcome.prime_bits} bits, {how}, error below 2^-{ERROR_BITS}"
        if "formula" not in self.claims:
            wrong = "wrong value: the value part does not compute the formula"
            self.decide("formula", "" if outcome.value else wrong, how)
        proved = isinstance(self.evidence, Evidence)
        unfollowed = not proved and not self.kind.pattern  # the chain rule decides where comparisons are turned
        why = str(self.evidence) if unfollowed else self.wrong_entry or f"not the {self.kind.name}"
        how += ", ties aside: there u > v and v > u may both fail" if outcome.turned and self.kind.pattern else ""
        names = ("gradient", "derivative") if self.kind.gradient else ("derivative",)
        for name, right in zip(names, outcome.right[1:], strict=True):
            followed = proved and (outcome.structural or outcome.kinked)
            if name == "derivative" and self.by_entry:
                self.note(name, PASSED, f"{how}; each entry by itself, differentiated by either of its inputs first")
                continue
            good = (right or followed) and not (outcome.turned and unfollowed)
            by_proof = "by the chain rule, line by line; it shares gates with the value"
            self.decide(name, "" if good else f"wrong {name}: {why}", how if right else by_proof)
        pole = f"new pole: {outcome.pole} is undefined where the formula is not"
        self.decide("no new pole", pole if outcome.pole else "", "")

    def _chain_rule(self) -> None:
        """Note layer B's answer: a program that it cannot follow rests on layer C alone, and the claim says so."""
        if isinstance(self.evidence, Evidence):
            held = f"every derivative is the sum of its contributions, {self.evidence.sums} sums by hint"
            return self.note("chain rule", PASSED, held)
        wrong = any(claim.status == FAILED for claim in self.claims.values())
        reason = "nothing to prove" if wrong else f"not followed, rests on layer C alone: {self.evidence}"
        self.note("chain rule", NOT_CHECKED, reason)

    def _digits(self, program: DerivativeProgram, places: list[int]) -> None:
        graph = value_part(program) if self.reference is None else self.reference
        if all(op in ARITHMETIC or op in ("input", "const") for op in (*graph.ops, *program.graph.ops)):
            return self.note("digits", NOT_NEEDED, "rational arithmetic is exact above")
        if any(claim.status == FAILED for claim in self.claims.values()):
            return None
        from verify.derived.digits import check_digits

        self.note("digits", *check_digits(graph, program, places, self.text.encode("ascii")))

    def certificate(self) -> DerivativeCertificate:
        claims = tuple(self.claims.get(name) or Claim(name, NOT_CHECKED, "") for name in self.kind.claims)
        failed = next((claim for claim in claims if claim.status == FAILED), None)
        price, program = self.cost, self.program
        return DerivativeCertificate(
            accepted=failed is None,
            verdict=verdict(failed, self.source),
            claims=claims,
            value_gates=price.value_gates if price else 0,
            total_gates=price.total_gates if price else 0,
            source_gates=self.source_gates,
            bound=price.bound if price else 0,
            factor=price.factor if price else 0,
            ratio=price.ratio if price else "1.00",
            reference=self.source,
            program_sha256=hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest(),
            formula_sha256=self.formula_hash,
            random_test=random_test(self.outcome),
            derivative=self.kind.name,
            size=size_of(program) if program else None,
            evidence=self.evidence if isinstance(self.evidence, Evidence) and failed is None else None,
        )
