"""Answers as JUnit XML: a suite for each program, a test for each claim (the schema of Jenkins, junit-10.xsd)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from verify.certificate import FAILED, PASSED, Claim
from verify.judged import Judged, line_of

OUTCOME = {PASSED: "", FAILED: "failure", "": "error"}  # what was not checked, or not needed, is skipped
COUNTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}
NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(programs: Sequence[Judged]) -> str:
    """Return the answers as JUnit XML; a program without an answer has one test, `read`, with an error."""
    root = Element("testsuites", name="baur verify")
    for each in programs:
        path = _xml(each.path)
        claims = each.claims or (Claim("read", "", each.verdict),)
        outcomes = [OUTCOME.get(claim.status, "skipped") for claim in claims]
        numbers = {name: str(outcomes.count(outcome)) for name, outcome in COUNTS.items()}
        suite = SubElement(root, "testsuite", {"name": path, "file": path, "tests": str(len(claims))} | numbers)
        for claim, outcome in zip(claims, outcomes, strict=True):
            case = SubElement(suite, "testcase", name=claim.name, classname=path)
            if outcome:
                told = SubElement(case, outcome, message=_xml(claim.detail), type=claim.status or "unreadable")
                told.text = f"{path}:{line_of(claim)}: {_xml(claim.detail)}" if outcome == "failure" else None
    indent(root, " ")
    body = tostring(root, encoding="us-ascii", xml_declaration=False).decode()
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _xml(text: str) -> str:
    """Return a text without the characters that XML 1.0 cannot hold."""
    return NO_XML.sub("\ufffd", text)
