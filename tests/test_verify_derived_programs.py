"""Programs of other derivatives: right ones are certified, forgeries are rejected at the claim they break."""

from __future__ import annotations

import random
import re

import pytest

from tests.derived import BASE, KINDS, RIGHT, program
from tests.derived_forgeries import CASES, CONSTANT, FORGED
from tests.duals import random_prime
from tests.nested import agrees, read
from verify import Certificate, certify, count


def statuses(certificate: Certificate) -> dict[str, str]:
    return {claim.name: claim.status for claim in certificate.claims}


@pytest.mark.parametrize(("kind", "formula", "inputs", "lines", "result", "followed"), RIGHT)
def test_a_right_program_is_certified(
    kind: str, formula: str | list[str], inputs: str, lines: str, result: str, followed: bool
) -> None:
    text = program(kind, inputs, lines, result)
    n = len(inputs.split(", ")) if inputs else 0
    n = {"jvp": n // 2, "hvp": n // 2, "vjp": n - len(formula) if isinstance(formula, list) else n - 1}.get(kind, n)
    certificate = certify(text, formula, variables=inputs.split(", ")[:n])
    assert certificate.verdict == "CERTIFIED", certificate.text
    assert certificate.derivative == kind
    assert (statuses(certificate)["chain rule"] == "PASSED") == followed, certificate.text
    assert certify(text).verdict == "CERTIFIED AGAINST CIRCUIT"
    counts = count(text)
    assert (counts.value_gates, counts.total_gates) == (certificate.value_gates, certificate.total_gates)
    assert (counts.derivative, counts.differentiated) == (kind, n)


@pytest.mark.parametrize("kind", KINDS)
def test_the_programs_that_forgeries_are_made_of_are_right(kind: str) -> None:
    formula, text = BASE[kind]
    certificate = certify(text, formula)
    assert certificate.verdict == "CERTIFIED", certificate.text
    assert (statuses(certificate)["chain rule"] == "PASSED") == (kind in ("jvp", "vjp", "hvp"))
    prime = random_prime(rng := random.Random(1))
    assert agrees(read(text), read(text), 2, 0, rng, prime)


def live(text: str) -> str:
    """Return a program without the lines that nobody reads any more."""
    lines = text.split("\n")
    for at in reversed(range(len(lines))):
        name = lines[at].strip().partition(" = ")[0]
        if " = " in lines[at] and not re.search(rf"\b{name}\b", "\n".join(lines[at + 1 :])):
            del lines[at]
    return "\n".join(lines)


def failing(certificate: Certificate) -> str:
    assert not certificate.accepted
    return next(claim.name for claim in certificate.claims if claim.status == "FAILED")


@pytest.mark.parametrize(("kind", "claim", "at"), CASES)
def test_a_forgery_is_rejected_at_its_claim(kind: str, claim: str, at: int) -> None:
    formula, text = BASE[kind]
    forged = FORGED[kind][claim][at](text)
    forged = forged if claim in ("text", "gates") else live(forged)
    certificate = certify(forged, formula)
    assert failing(certificate) == claim, f"{forged}\n{certificate.text}"
    assert certificate.verdict.startswith(f"REJECTED at claim {claim}: ")


@pytest.mark.parametrize(("lines", "entry"), CONSTANT)
@pytest.mark.parametrize("kind", ["jacobian", "hessian"])
def test_the_derivative_of_a_constant_costs_nothing(kind: str, lines: str, entry: str) -> None:
    result = f"(5,), ({entry},), (0,), (0,)" if kind == "jacobian" else f"5, ({entry},), (), (), ()"
    assert failing(certify(program(kind, "x", lines, result), "5", variables=["x"])) == "price"
