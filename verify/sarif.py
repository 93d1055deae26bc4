"""Answers as SARIF 2.1.0 (OASIS 2020): the claims are the rules, each failed claim is a result with file and line."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from urllib.parse import quote_from_bytes

from verify.certificate import Claim
from verify.claims import CLAIMS, TABLE
from verify.judged import LINE, Judged, exit_status, line_of

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SAID = {row.name: row.says for row in TABLE}
_KEPT = {"certificate": "The certificate kept with the program proves exactly this text."}
RULES = {name: _SAID[name] for name in CLAIMS} | _KEPT | _SAID


def sarif(programs: Sequence[Judged]) -> str:
    """Return the answers as a SARIF log of one run; what could not be judged is a notification of the tool."""
    told = [
        {"level": "error", "message": {"text": each.verdict}, "locations": [_location(each.path)]}
        for each in programs
        if each.answer is None
    ]
    status = exit_status(programs)
    run = {
        "tool": {"driver": {"name": "baur", **_version(), "rules": [_rule(name) for name in RULES]}},
        "invocations": [{"executionSuccessful": not told, "exitCode": status, "toolExecutionNotifications": told}],
        "results": [_result(each.path, claim) for each in programs for claim in each.failed],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(name: str) -> dict[str, object]:
    return {
        "id": _id(name),
        "name": name.title().replace(" ", ""),
        "shortDescription": {"text": f"Claim: {name}"},
        "fullDescription": {"text": RULES[name]},
        "help": {"text": f"{RULES[name]} `baur verify FILE` shows all claims about a program."},
        "defaultConfiguration": {"level": "error"},
    }


def _result(path: str, claim: Claim) -> dict[str, object]:
    moved = LINE.sub("line", claim.detail)  # a mistake keeps its fingerprint where lines were added above it
    trace = "\0".join((_id(claim.name), _uri(path), moved))
    return {
        "ruleId": _id(claim.name),
        "ruleIndex": list(RULES).index(claim.name),
        "level": "error",
        "message": {"text": f"{claim.name}: {claim.detail}"},
        "locations": [_location(path, line_of(claim))],
        "partialFingerprints": {"baurClaim/v1": hashlib.sha256(trace.encode()).hexdigest()},
    }


def _location(path: str, line: int | None = None) -> dict[str, object]:
    uri = _uri(path)
    artifact = {"uri": uri} if uri.startswith("file:///") else {"uri": uri, "uriBaseId": "%SRCROOT%"}
    region: dict[str, object] = {} if line is None else {"region": {"startLine": line}}
    return {"physicalLocation": {"artifactLocation": artifact} | region}


def _uri(path: str) -> str:
    """Return a path as a URI, whatever its bytes: relative to where the command runs, or file:///..."""
    place = Path(os.path.normpath(path))
    return place.as_uri() if place.is_absolute() else quote_from_bytes(os.fsencode(place.as_posix()))


def _id(name: str) -> str:
    return name.replace(" ", "-")


def _version() -> dict[str, str]:
    """Return the version that is installed; none in a checkout that is not."""
    try:
        return {"version": metadata.version("baur")}
    except metadata.PackageNotFoundError:
        return {}
