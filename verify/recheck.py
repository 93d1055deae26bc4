"""A program against the certificate that was kept with it: proved again by the stand-alone checker.

What a certificate records beside its proof (the formula, layers C and D) nobody believes: `certify` checks it anew.
"""

from __future__ import annotations

import hashlib
import json

from verify import checker
from verify.certificate import FAILED, NOT_CHECKED, PASSED, Claim
from verify.derived.kinds import kind_of

NAME = "certificate"
VERDICT = "baur verdict 1"  # what Certificate.to_json writes where there is no proof


def recheck(program_text: str, certificate_text: str) -> Claim:
    """Return the claim `certificate`: PASSED if the file proves circuit, counts and bound of exactly this text.

    A verdict without a proof is NOT CHECKED, and FAILED if it is another text's.
    """
    verdict = _verdict(program_text, certificate_text)
    if verdict is not None:
        return verdict
    if kind_of(program_text) is not None:
        from verify.derived.certificate import recheck as recheck_derivative

        return recheck_derivative(program_text, certificate_text)
    try:
        checker.examine(program_text, certificate_text)
    except checker.Reject as rejection:
        claim, reason = rejection.args[:2]
        return Claim(NAME, FAILED, f"{claim}: {reason}")
    return Claim(NAME, PASSED, "proves the circuit, counts and bound stated in it, of exactly this text")


def _verdict(program_text: str, certificate_text: str) -> Claim | None:
    """Return the claim for a verdict without a proof, None for anything else."""
    try:
        found = json.loads(certificate_text) if VERDICT in certificate_text else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("format") != VERDICT:
        return None
    digest = hashlib.sha256(program_text.encode("utf-8", "surrogatepass")).hexdigest()
    if found.get("program_sha256") != digest:
        return Claim(NAME, FAILED, "format: hash of program: the text is another one")
    return Claim(NAME, NOT_CHECKED, "a verdict without a proof: the program rests on layer C")
