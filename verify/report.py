"""Answers about several programs, laid out for people and for continuous integration.

Ensures: the same answers give the same bytes, without times, hosts or folders of the machine. What comes out of a
program, a certificate or the name of a file stays data: it moves no cursor and becomes no command of a workflow.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from verify.certificate import FAILED
from verify.judged import STATUS, Judged, counted, line_of, plain, readable

FORMATS = ("text", "json", "junit", "sarif", "github")
COUNTS = (
    "reference", "value_gates", "total_gates", "source_gates", "bound", "factor", "ratio", "program_sha256",
    "formula_sha256",
)  # fmt: skip


def layout(programs: Sequence[Judged], form: str) -> str:
    """Return the answers in one of FORMATS."""
    if form == "junit":
        from verify.junit import junit

        return junit(programs)
    if form == "sarif":
        from verify.sarif import sarif

        return sarif(programs)
    return {"json": _json, "github": _github}.get(form, _text)(programs)


def _text(programs: Sequence[Judged]) -> str:
    """One program: a line a claim, then the verdict. Several: a line each, as compilers have it."""
    if len(programs) != 1 or programs[0].answer is None:
        return "\n".join([*map(_shown, programs), _summary(programs), ""])
    (only,) = programs
    width = max(len(claim.name) for claim in only.claims)
    rows = [f"{claim.name:{width}}  {claim.status:11}  {plain(claim.detail)}".rstrip() for claim in only.claims]
    return "\n".join([*rows, f"{plain(only.verdict)}  (reference: {programs[0].answer.reference})", ""])


def _shown(each: Judged) -> str:
    answer, path = each.answer, plain(each.path)
    if each.failed:
        return f"{path}:{line_of(each.failed[0])}: {plain(each.verdict)}"
    counts = f", {answer.value_gates} gates, {answer.total_gates} with the {answer.derivative}" if answer else ""
    return f"{path}: {plain(each.verdict)}{counts}"


def _summary(programs: Sequence[Judged]) -> str:
    shown = ", ".join(f"{number:,} {name}" for name, number in counted(programs).items() if number)
    return f"{len(programs):,} {'program' if len(programs) == 1 else 'programs'}: {shown or 'nothing to verify'}"


def _json(programs: Sequence[Judged]) -> str:
    """Return a JSON object of integers and texts; a failed claim has its line, what was not counted is null."""
    record = {
        "format": "baur verify",
        "version": 1,
        "programs": [_record(each) for each in programs],
        "summary": {"programs": len(programs)} | counted(programs),
    }
    return json.dumps(record, indent=1) + "\n"


def _record(each: Judged) -> dict[str, object]:
    claims = [
        {"name": claim.name, "status": claim.status, "detail": claim.detail}
        | ({"line": line_of(claim)} if claim.status == FAILED else {})
        for claim in each.claims
    ]
    head = {"path": readable(each.path), "status": STATUS[each.status], "verdict": each.verdict}
    kind = {"derivative": each.answer.derivative} if each.answer and each.answer.derivative != "gradient" else {}
    return head | kind | {name: getattr(each.answer, name, None) for name in COUNTS} | {"claims": claims}


def _github(programs: Sequence[Judged]) -> str:
    """GitHub's error command for each failed claim, then lines of which none can be taken for a command."""
    lines = []
    for each in programs:
        file = _property(each.path)
        for claim in each.failed:
            title, text = _property(f"baur: {claim.name}"), _data(f"{claim.name}: {claim.detail}")
            lines.append(f"::error file={file},line={line_of(claim)},title={title}::{text}")
        if each.answer is None:
            lines.append(f"::error file={file},title=baur::{_data(each.verdict)}")
    told = [f"baur: {each}".replace("##[", "## [") for each in (*map(_shown, programs), _summary(programs))]
    return "\n".join([*lines, *told, ""])


def _data(text: str) -> str:
    return plain(text, "\r\n").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
