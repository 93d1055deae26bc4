"""The answer: which claims about a program hold, against which reference, at which price."""

from __future__ import annotations

import json
from dataclasses import dataclass

PASSED, FAILED, NOT_CHECKED, NOT_NEEDED = "PASSED", "FAILED", "NOT CHECKED", "NOT NEEDED"
CLAIMS = ("text", "gates", "no padding", "formula", "gradient", "no new pole", "price", "digits")
NOT_CERTIFIED = (
    "rounding of float64 arithmetic",
    "domain errors: where the formula itself is undefined or overflows",
    "the derivative at ties of max, min, abs, relu, select",
    "time",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: its name, PASSED, FAILED, NOT CHECKED or NOT NEEDED, and why."""

    name: str
    status: str
    detail: str


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

    def to_json(self) -> str:
        """Return canonical JSON: sorted keys, integers and strings only."""
        record: dict[str, object] = {
            "format": "baur certificate",
            "version": 1,
            "accepted": "yes" if self.accepted else "no",
            "verdict": self.verdict,
            "claims": [{"name": c.name, "status": c.status, "detail": c.detail} for c in self.claims],
            "value_gates": self.value_gates,
            "total_gates": self.total_gates,
            "source_gates": "unknown" if self.source_gates is None else self.source_gates,
            "bound": self.bound,
            "factor": self.factor,
            "ratio": self.ratio,
            "reference": self.reference,
            "program_sha256": self.program_sha256,
            "not_certified": list(NOT_CERTIFIED),
        }
        return json.dumps(record, sort_keys=True, indent=1, ensure_ascii=True) + "\n"

    @property
    def text(self) -> str:
        """Return one line a claim, then the verdict."""
        width = max(len(name) for name in CLAIMS)
        rows = [f"{claim.name:{width}}  {claim.status:11}  {claim.detail}".rstrip() for claim in self.claims]
        return "\n".join([*rows, f"{self.verdict}  (reference: {self.reference})", ""])
