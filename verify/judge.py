"""The checker: text, gates, formula, gradient, poles, price, digits, each a claim with its own answer.

It shares no code with what made the program, executes nothing of it, and needs the standard library only (sympy for
sympy formulas, NumPy for functions of arrays, mpmath for the digits of transfer functions).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from verify.certificate import CLAIMS, FAILED, NOT_CHECKED, NOT_NEEDED, PASSED, Certificate, Claim, verdict
from verify.chain import Proof, prove
from verify.derived.kinds import kind_of
from verify.errors import FormulaError, Rejected
from verify.formula import positions, read_reference
from verify.gates import flaw, value_part
from verify.graph import Graph, gate_count
from verify.price import Price, price
from verify.program import Program, read_program
from verify.replay import ERROR_BITS, Outcome, compare, random_test, source_bytes
from verify.table import ARITHMETIC

NO_FORMULA: tuple[Graph | None, str] = None, "value part"


def certify(
    program_text: str,
    formula: Any = None,
    hints: object = None,
    *,
    variables: Sequence[object] | None = None,
    parameters: Sequence[object] = (),
    shapes: Any = None,
    wrt: Any = None,
) -> Certificate:
    """Check that a program computes the formula and its gradient at the price it may have.

    formula: a string, FPCore, a sympy expression, a Python function, a Circuit (anything with to_json(), or its JSON as
    a dict), or None: then the program's own value part is the reference. variables fixes names and order of the inputs;
    with None the header's names are matched, and a header x0, x1, ... stands for natural order. parameters: inputs
    without a derivative. A function is called here, on numbers of verify's own: shapes says what it takes, () for a
    scalar, and wrt which positions are differentiated; its inputs come in their order.
    hints: accepted for the deterministic check of the chain rule and ignored for now; nothing here relies on them.
    A program of another derivative is told by the name of its function; its formula may have several values, see
    `verify.derived.judge`.

    Ensures: a bad program gives a rejecting Certificate, never an exception. Raises: FormulaError for a bad formula.
    """
    derivative = kind_of(program_text)
    if derivative is not None:
        from verify.derived.judge import certify_derivative

        return certify_derivative(program_text, derivative, formula, (variables, parameters, shapes, wrt))
    reference, kind = read_reference(formula, variables, parameters, shapes, wrt) if formula is not None else NO_FORMULA
    as_read = formula.encode("utf-8", "surrogatepass") if isinstance(formula, str) else b""
    if reference is not None and not as_read:
        as_read = source_bytes(reference)
    digest = hashlib.sha256(as_read).hexdigest() if as_read else ""
    work = _Work(program_text, reference, kind, variables is not None or kind == "function", formula_hash=digest)
    try:
        work.run()
    except Rejected as rejection:
        work.note(rejection.claim, FAILED, rejection.reason)
    return work.certificate()


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class _Work:
    text: str
    reference: Graph | None
    kind: str
    fixed: bool
    claims: dict[str, Claim] = field(default_factory=dict)
    formula_hash: str = ""
    price: Price | None = None
    source_gates: int | None = None
    proof: Proof | str = ""
    outcome: Outcome | None = None

    def note(self, name: str, status: str, detail: str = "") -> None:
        self.claims[name] = Claim(name, status, detail)

    def run(self) -> None:
        program = read_program(self.text)
        self.note("text", PASSED, f"{len(program.gates)} lines, one operation each, every name assigned once")
        self.price = price(program)
        self._gates(program)
        self._padding()
        places = self._places(program)
        self.proof = prove(self.text)
        if places is not None:
            self._replay(program, places)
            self._chain_rule()
        failure = self.price.failure()
        self.note("price", FAILED if failure else PASSED, failure or self.price.text())
        if places is not None:
            self._digits(program, places)

    def _gates(self, program: Program) -> None:
        wrong = flaw(program)
        if wrong:
            return self.note("gates", FAILED, wrong)
        assert self.price is not None
        self.note("gates", PASSED, f"L = {self.price.value_gates}, T = {self.price.total_gates}, none dead or repeated")

    def _padding(self) -> None:
        assert self.price is not None
        if self.reference is None:
            return self.note("no padding", NOT_NEEDED, "no formula given")
        self.source_gates = gate_count(self.reference)
        spent = self.price.value_gates
        if spent > self.source_gates:
            return self.note("no padding", FAILED, f"L = {spent} gates where the formula has {self.source_gates}")
        self.note("no padding", PASSED, f"L = {spent} <= {self.source_gates} gates of the formula")

    def _places(self, program: Program) -> list[int] | None:
        """Return where the inputs of the reference stand in the header, None (and a failed claim) if they do not."""
        header = program.graph.inputs
        if self.reference is None:
            return list(range(len(header)))
        places = positions(self.reference, header, self.fixed)
        due = len(self.reference.inputs) - self.reference.parameters
        if places is None:
            wanted = ", ".join(self.reference.inputs)
            self.note("formula", FAILED, f"inputs: the header has ({', '.join(header)}), the formula ({wanted})"[:400])
        elif len(header) - len(program.gradient) != self.reference.parameters:
            wanted = str(len(header) - self.reference.parameters)
            self.note("gradient", FAILED, f"{len(program.gradient)} derivatives where {wanted} are due")
            return None
        elif any((place < len(program.gradient)) != (index < due) for index, place in enumerate(places)):
            self.note("gradient", FAILED, "the parameters are not the last inputs of the header")
            return None
        return places

    def _replay(self, program: Program, places: list[int]) -> None:
        text = self.text.encode("ascii")
        outcome: Outcome | None = None
        if self.reference is not None:
            outcome = compare(self.reference, program, places, source_bytes(self.reference), text)
            if outcome is None:
                self.kind = "value part"
        if outcome is None:
            own = value_part(program)
            try:
                outcome = compare(own, program, list(range(len(own.inputs))), b"value part", text)
            except FormulaError as error:
                raise Rejected("formula", error.reason) from None
            reason = "no formula given" if self.reference is None else "degree out of reach, value part differs in form"
            self.note("formula", NOT_CHECKED, reason + ": the value part is the reference")
        self.outcome = outcome
        if outcome is None:
            proved = isinstance(self.proof, Proof)
            how = "degree out of reach of a random test; by the chain rule, line by line"
            wrong = f"wrong gradient: {self.proof}"
            return self.note("gradient", PASSED if proved else FAILED, how if proved else wrong)
        self._report(outcome)

    def _report(self, outcome: Outcome) -> None:
        if outcome.zero:
            return self.note("no new pole", FAILED, f"new pole: {outcome.zero} divides by zero everywhere")
        how = "each forward value a variable" if outcome.structural else f"degree below 2^{outcome.degree_bits}"
        how = f"exact, modulo a random prime of {outcome.prime_bits} bits, {how}, error below 2^-{ERROR_BITS}"
        if "formula" not in self.claims:
            wrong = "wrong value: the value part does not compute the formula"
            self.note("formula", PASSED if outcome.value else FAILED, how if outcome.value else wrong)
        right = outcome.gradient
        if outcome.turned and isinstance(self.proof, str):
            right = False
        if not right and (outcome.structural or outcome.kinked) and isinstance(self.proof, Proof):
            right, how = True, "by the chain rule, line by line; it shares gates with the value"
        wrong = f"wrong gradient: {self.proof}" if isinstance(self.proof, str) else "wrong gradient: not the derivative"
        self.note("gradient", PASSED if right else FAILED, how if right else wrong)
        pole = f"new pole: {outcome.pole} is undefined where the formula is not"
        self.note("no new pole", FAILED if outcome.pole else PASSED, pole if outcome.pole else "")

    def _chain_rule(self) -> None:
        """Note layer B's answer: a program that it cannot follow rests on layer C alone, and the claim says so."""
        if isinstance(self.proof, Proof):
            held = f"every adjoint is the sum of its contributions, {len(self.proof.hints)} sums by hint"
            return self.note("chain rule", PASSED, held)
        wrong = self.claims["gradient"].status == FAILED if "gradient" in self.claims else True
        reason = "nothing to prove" if wrong else f"not followed, rests on layer C alone: {self.proof}"
        self.note("chain rule", NOT_CHECKED, reason)

    def _digits(self, program: Program, places: list[int]) -> None:
        graph = value_part(program) if self.reference is None else self.reference
        if all(op in ARITHMETIC or op in ("input", "const") for op in (*graph.ops, *program.graph.ops)):
            return self.note("digits", NOT_NEEDED, "rational arithmetic is exact above")
        if any(claim.status == FAILED for claim in self.claims.values()):
            return None
        from verify.digits import check_digits

        self.note("digits", *check_digits(graph, program, places, self.text.encode("ascii")))

    def certificate(self) -> Certificate:
        claims = tuple(self.claims.get(name) or Claim(name, NOT_CHECKED, "") for name in CLAIMS)
        failed = next((claim for claim in claims if claim.status == FAILED), None)
        cost = self.price or Price(0, 0, 0, 4, 0, 0, 0, 0, False)
        digest = hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()
        return Certificate(
            failed is None, verdict(failed, self.kind), claims, cost.value_gates, cost.total_gates, self.source_gates,
            cost.bound, cost.factor, cost.ratio, self.kind, digest, self.formula_hash, random_test(self.outcome),
            self._proof(failed),
        )  # fmt: skip

    def _proof(self, failed: Claim | None) -> Proof | None:
        return self.proof if isinstance(self.proof, Proof) and failed is None else None
