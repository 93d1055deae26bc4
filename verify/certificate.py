"""The answer: which claims about a program hold, against which reference, at which price."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

from verify import checker
from verify.chain import Proof

PASSED, FAILED, NOT_CHECKED, NOT_NEEDED = "PASSED", "FAILED", "NOT CHECKED", "NOT NEEDED"
NOT_CERTIFIED = (
    "rounding of float64 arithmetic",
    "domain errors: where the formula itself is undefined or overflows",
    "the derivative at ties of max, min, abs, relu, select",
    "the side of a branch cut: the sign of a zero",
    "time",
)


FORMAT = "baur certificate 1"
KINKS = {"abs", "sign", "floor", "ceil", "trunc", "relu", "max", "min", "select"}
THEOREMS = {
    4: "Baur & Strassen 1983, every sign change counted: T <= 4 L for + - * /",
    5: "the same with transfer functions whose derivative costs at most 5: T <= 5 L, and 2 more for each atan2",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: its name, PASSED, FAILED, NOT CHECKED or NOT NEEDED, and why."""

    name: str
    status: str
    detail: str


def verdict(failed: Claim | None, reference: str) -> str:
    """Return what an answer comes to, with the first claim that failed."""
    if failed is not None:
        return f"REJECTED at claim {failed.name}: {failed.detail}"
    return "CERTIFIED" if reference in ("formula", "function") else "CERTIFIED AGAINST CIRCUIT"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What verify found out about one program; counts are read from the text alone."""

    accepted: bool
    verdict: str
    claims: tuple[Claim, ...]
    value_gates: int
    total_gates: int
    source_gates: int | None
    bound: int
    factor: int
    ratio: str
    reference: str  # "formula", "circuit" or "value part"
    program_sha256: str
    formula_sha256: str = ""
    random_test: dict[str, int | str] = field(default_factory=dict)
    proof: Proof | None = None
    derivative: str = "gradient"  # what the program computes beside the value

    def to_json(self) -> str:
        """Return the certificate file: canonical JSON, a field a line, integers and strings only.

        With it the stand-alone checker proves value, gradient, counts and bound again; `recorded` is what it cannot.
        A program that is rejected, or that layer B cannot follow, gets a verdict without a proof.
        """
        record: dict[str, object] = {"program_sha256": self.program_sha256, "recorded": self._recorded()}
        if self.proof is None:
            return str(checker.canonical(record | {"format": "baur verdict 1"}))
        proof = {"circuit": self.proof.circuit, "counts": self.proof.counts, "bound": self.proof.bound}
        return str(checker.canonical(record | proof | {"format": FORMAT, "hints": list(self.proof.hints)}))

    def _recorded(self) -> dict[str, object]:
        proof = self.proof
        circuit = "" if proof is None else json.dumps(proof.circuit, sort_keys=True)
        kinks = [] if proof is None else sorted({gate.split(" ")[1] for gate in proof.circuit["gates"]} & KINKS)
        held = ["straight-line", "no dead gate", "no repeated gate", "no new pole"] if self.accepted else []
        return {
            "verdict": self.verdict,
            "claims": [{"name": c.name, "status": c.status, "detail": c.detail} for c in self.claims],
            "reference": self.reference,
            "L_source": "unknown" if self.source_gates is None else self.source_gates,
            "ratio": self.ratio,
            "theorem": THEOREMS.get(self.factor, ""),
            "properties": held + [f"a kink where {name} has a tie" for name in kinks],
            "formula_sha256": self.formula_sha256,
            "circuit_sha256": hashlib.sha256(circuit.encode()).hexdigest() if circuit else "",
            "random_test": self.random_test,
            "not_certified": list(NOT_CERTIFIED),
        }

    @property
    def text(self) -> str:
        """Return one line a claim, then the verdict."""
        width = max(len(claim.name) for claim in self.claims)
        rows = [f"{claim.name:{width}}  {claim.status:11}  {claim.detail}".rstrip() for claim in self.claims]
        return "\n".join([*rows, f"{self.verdict}  (reference: {self.reference})", ""])

    def _repr_html_(self) -> str:
        """Return the claims as a table, which notebooks show; see `verify.notebook`."""
        from verify.notebook import html

        return html(self)

    def _repr_latex_(self) -> str:
        """Return the claims and the price in LaTeX; see `verify.notebook`."""
        from verify.notebook import latex

        return latex(self)
