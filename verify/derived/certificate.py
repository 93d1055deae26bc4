"""The answer about a derivative program, the file it becomes, and the check of such a file against a text."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from verify import checker
from verify.certificate import FAILED, PASSED, Certificate, Claim
from verify.chain import Proof
from verify.derived import proof as chain_rule
from verify.derived.kinds import kind_of
from verify.derived.price import Cost, cost
from verify.derived.program import DerivativeProgram, read_derivative
from verify.derived.proof import Evidence
from verify.errors import Rejected

FORMAT = "baur derivative 1"
FIELDS = {"format", "kind", "program_sha256", "counts", "bound", "gradient", "hints", "recorded"}
_OF_GRADIENT = ("circuit", "counts", "bound", "hints")
THEOREMS = {
    "jvp": {
        4: "a forward sweep, every sign change counted: T <= 4 L for + - * /",
        5: "the same with transfer functions whose derivative costs at most 4: T <= 5 L, and 2 more for each atan2",
    },
    "vjp": {
        4: "Baur & Strassen 1983 from m weighted values, every sign change counted: T <= 4 L + m - 1 for + - * /",
        5: "the same with transfer functions whose derivative costs at most 5: T <= 5 L + m - 1, and 2 for each atan2",
    },
    "hvp": {14: "a forward sweep over value and gradient: T <= 14 L - 2 n + 2 + 2 N_minus for + - * /"},
}


@dataclass(frozen=True, slots=True)
class DerivativeCertificate(Certificate):
    """What verify found out about a derivative program: a Certificate whose bound and factor are 0 where none is known.

    derivative: the kind. size: n differentiated inputs, p parameters, m values, and the entries that are returned.
    """

    size: dict[str, int] | None = None
    evidence: Evidence | None = None

    def to_json(self) -> str:
        """Return the certificate file: canonical JSON, integers and texts only, with the hints of the chain rule.

        A program that is rejected, or that layer B does not follow, gets a verdict without a proof.
        """
        if self.evidence is None:
            return Certificate.to_json(self)
        found = self.evidence.gradient
        record = {
            "format": FORMAT, "kind": self.derivative, "program_sha256": self.program_sha256,
            "counts": {"L": self.value_gates, "T": self.total_gates} | (self.size or {}),
            "bound": {"factor": self.factor, "limit": self.bound},
            "gradient": {} if found is None else {name: _plain(getattr(found, name)) for name in _OF_GRADIENT},
            "hints": list(self.evidence.hints), "recorded": self._recorded(),
        }  # fmt: skip
        return str(checker.canonical(record))

    def _recorded(self) -> dict[str, object]:
        size = self.size or {}
        what = f"{self.derivative} of {size.get('m', 0)} value(s) in {size.get('n', 0)} inputs"
        found = Certificate._recorded(self)
        told, held = [what] if size else [], found["properties"]
        assert isinstance(held, list)
        return found | {
            "theorem": THEOREMS.get(self.derivative, {}).get(self.factor, ""),
            "properties": told + held,
        }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def size_of(program: DerivativeProgram) -> dict[str, int]:
    """Return the sizes that a certificate states."""
    n, outputs = program.differentiated, len(program.graph.outputs)
    return {"n": n, "p": program.own - n, "m": outputs, "entries": len(program.derivative)}


def recheck(program_text: str, certificate_text: str) -> Claim:
    """Return the claim `certificate`: PASSED if the file proves derivative, counts and bound of exactly this text."""
    try:
        program, price, evidence = _stated(program_text, certificate_text)
        if price.failure():
            raise checker.Reject("price", price.failure())
        chain_rule.confirm(program, program_text, evidence)
    except checker.Reject as rejection:
        return Claim("certificate", FAILED, f"{rejection.args[0]}: {rejection.args[1]}")
    except Rejected as rejection:
        return Claim("certificate", FAILED, f"{rejection.claim}: {rejection.reason}")
    return Claim("certificate", PASSED, "proves the derivative, counts and bound stated in it, of exactly this text")


def _stated(program_text: str, certificate_text: str) -> tuple[DerivativeProgram, Cost, Evidence]:
    """Return the program, its price and the evidence of a certificate that states just these."""
    found, kind = _record(certificate_text), kind_of(program_text)
    digest = hashlib.sha256(program_text.encode("utf-8", "surrogatepass")).hexdigest()
    if found["program_sha256"] != digest:
        raise checker.Reject("format", "hash of program: the text is another one")
    if kind is None or kind.name != found["kind"] or kind.pattern:
        raise checker.Reject("format", f"kind: {str(found['kind'])[:40]} is not what the text is")
    n = found["counts"].get("n") if isinstance(found["counts"], dict) else None
    program = read_derivative(program_text, kind, n if type(n) is int and n >= 0 else None)
    price = cost(program)
    counts = {"L": price.value_gates, "T": price.total_gates} | size_of(program)
    for name, part in {"counts": counts, "bound": {"factor": price.factor, "limit": price.bound}}.items():
        if checker.canonical({"": found[name]}) != checker.canonical({"": part}):
            raise checker.Reject(name, f"{str(part)[:400]} is proved, not that")
    gradient = found["gradient"]
    proved = isinstance(gradient, dict) and {*gradient} == {*_OF_GRADIENT} and isinstance(gradient["hints"], list)
    if not (gradient == {} if kind.name == "jvp" else proved):
        raise checker.Reject("format", "the proof of a gradient is missing, or is there for nothing")
    return program, price, Evidence(Proof(**gradient) if gradient else None, tuple(found["hints"]))


def _record(certificate_text: str) -> dict[str, Any]:
    """Return a certificate of the right form. Raises: checker.Reject."""
    try:
        found: dict[str, Any] = json.loads(certificate_text, parse_float=_refuse, parse_constant=_refuse)
        right = certificate_text == checker.canonical(found) and {*found} == FIELDS and found["format"] == FORMAT
        right = right and isinstance(found["hints"], list) and all(map(checker.HINT.fullmatch, found["hints"]))
    except (RecursionError, ValueError, TypeError, LookupError) as error:
        raise checker.Reject("format", f"ResourceLimit, or no certificate: {str(error)[:80]}") from None
    if not right:
        raise checker.Reject("format", "a key twice, a float, another order, a field missing or unknown, or not a hint")
    return found


def _refuse(_: str) -> Any:
    raise ValueError("a float")
