"""The checker: text, gates, formula, gradient, poles, price, digits, each a claim with its own answer; see `claims`.

It shares no code with what made the program, executes nothing of it, and needs the standard library only (sympy for
sympy formulas, NumPy for functions of arrays, mpmath for the digits of transfer functions).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from verify.certificate import FAILED, NOT_CHECKED, PASSED, Certificate, Claim, verdict
from verify.chain import Proof, prove, uncollected
from verify.claims import OF_OTHERS, TABLE, Answer
from verify.derived.kinds import kind_of
from verify.errors import Rejected
from verify.formula import positions, read_reference
from verify.graph import Graph
from verify.price import Price, price
from verify.program import Program, read_program
from verify.replay import Outcome, compare, random_test, source_bytes

if TYPE_CHECKING:
    from verify.derived.price import Cost
    from verify.derived.proof import Evidence

NO_FORMULA: tuple[Graph | None, str] = None, "value part"
UNREAD = Price(0, 0, 0, 4, 0, 0, 0, 0, False)  # the price of a text that is no program


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
    reference, source = NO_FORMULA
    if formula is not None:
        reference, source = read_reference(formula, variables, parameters, shapes, wrt)
    judge = Judge(program_text, formula, reference, source, variables is not None or source == "function")
    return Certificate(**judge.decide(), proof=judge.proved)


@dataclass(repr=False, eq=False)  # quick to import
class Judge:
    """A gradient program, the formula it is held against, and what was found out about them.

    formula: as it was given; reference: its gates; source: "formula", "function", "circuit", or "value part" where the
    program's own are the reference; fixed: the header has the formula's inputs in their order.
    function: what the program computes, and a wrong one does not; left_out: the claims that are not made of it.
    A judge of other programs reads, matches, proves, compares and evaluates them in its way.
    """

    text: str
    formula: Any
    reference: Graph | None
    source: str
    fixed: bool
    function: str = "derivative"
    left_out: Sequence[str] = OF_OTHERS
    claims: dict[str, Answer] = field(default_factory=dict)
    program: Program = field(init=False)
    price: Price | Cost = UNREAD
    source_gates: int | None = None
    outcome: Outcome | None = None

    summed = "adjoint"  # what the chain rule sums up
    unproved = "wrong gradient: "  # before its reason, where it alone decides

    def decide(self) -> dict[str, Any]:
        """Decide the claims in order; return what every certificate states."""
        rows = [row for row in TABLE if row.name not in self.left_out]
        try:
            with uncollected():
                for row in rows:
                    answer = row.decide(self) if row.layer == "A" or self.places is not None else None
                    self.claims |= {row.name: answer} if answer else {}
        except Rejected as rejection:
            self.claims[rejection.claim] = FAILED, rejection.reason
        claims = tuple([Claim(row.name, *self.claims.get(row.name, (NOT_CHECKED, ""))) for row in rows])
        failed = next((claim for claim in claims if claim.status == FAILED), None)
        price, as_read = self.price, b""
        if isinstance(self.formula, str):
            as_read = self.formula.encode("utf-8", "surrogatepass")
        elif self.reference is not None:
            as_read = source_bytes(self.reference)
        return {
            "accepted": failed is None, "verdict": verdict(failed, self.source), "claims": claims,
            "value_gates": price.value_gates, "total_gates": price.total_gates, "source_gates": self.source_gates,
            "bound": price.bound, "factor": price.factor, "ratio": price.ratio, "reference": self.source,
            "program_sha256": hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest(),
            "formula_sha256": hashlib.sha256(as_read).hexdigest() if as_read else "",
            "random_test": random_test(self.outcome),
        }  # fmt: skip

    @property
    def failed(self) -> bool:
        """Whether a claim was found to be false."""
        return any(status == FAILED for status, _ in self.claims.values())

    @property
    def proved(self) -> Any:
        """What the chain rule proves of a program that is accepted."""
        return None if self.failed or isinstance(self.proof, str) else self.proof

    def read(self) -> str:
        """Read program and price; return what else the claim `text` tells. Raises: Rejected."""
        self.program = read_program(self.text)
        self.price = price(self.program)
        return ", every name assigned once"

    @cached_property
    def places(self) -> list[int] | None:
        """Where the inputs of the reference stand in the header, None (and a failed claim) if they do not."""
        header, found, reference = self.program.graph.inputs, len(self.program.gradient), self.reference
        if reference is None:
            return list(range(len(header)))
        places = positions(reference, header, self.fixed)
        wanted, due = len(header) - reference.parameters, len(reference.inputs) - reference.parameters
        if places is None:
            self.claims["formula"] = FAILED, misnamed(header, reference.inputs)
        elif found != wanted:
            self.claims["gradient"] = FAILED, f"{found} derivatives where {wanted} are due"
        elif any((place < found) != (index < due) for index, place in enumerate(places)):
            self.claims["gradient"] = FAILED, "the parameters are not the last inputs of the header"
        else:
            return places
        return None

    @cached_property
    def proof(self) -> Proof | Evidence | str:
        """What the chain rule proves, or why it does not follow."""
        return prove(self.text)

    def compare(self, reference: Graph, places: list[int], source: bytes) -> Outcome | None:
        """Test the program against a reference at random; source: the reference's bytes, for the seed."""
        return compare(reference, self.program, places, source, self.text.encode("ascii"))

    def differentiated(self, outcome: Outcome, name: str, right: bool) -> Answer:
        """Decide a claim about derivatives that are right, or not, in the random test: the chain rule may know more."""
        proved = not isinstance(self.proof, str)
        if right and (proved or not outcome.turned):
            return PASSED, outcome.how
        if proved and (outcome.structural or outcome.kinked):
            return PASSED, "by the chain rule, line by line; it shares gates with the value"
        return FAILED, f"wrong {name}: " + (f"not the {self.function}" if proved else str(self.proof))

    @property
    def refuted(self) -> bool:
        """Whether what the chain rule would prove is known to be false."""
        return self.claims.get("gradient", (FAILED, ""))[0] == FAILED

    def digits(self, graph: Graph) -> Answer:
        """Compare the program with the gates of a reference to fifty digits."""
        from verify.digits import check_digits

        return check_digits(graph, self.program, self.places or [], self.text.encode("ascii"))


def misnamed(header: Sequence[str], formula: Sequence[str]) -> str:
    """Say that the inputs of a header are not the formula's."""
    return f"inputs: the header has ({', '.join(header)}), the formula ({', '.join(formula)})"[:400]
