"""Hostile programs: each is rejected, and the reason names the thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.corpora import each, hostile
from verify import certify

# the list's words for a reason, where ours are others
OURS = {
    "statement Import": "import",
    "operator Pow": "**",
    "statement For": "for",
    "not ASCII": "ASCII",
}
# H217 calls sin without an import line, which is wrong before its gradient is
SOONER = {"H217": "import"}


def programs() -> Sequence[Any]:
    """Return the entries of kind program; a recipe in prose is built."""
    return [pytest.param(entry, id=entry["id"]) for entry in hostile("program")]


@each(programs)
def test_a_hostile_program_is_rejected_for_what_it_does(case: Any) -> None:
    text = case["input"] if case["input"].startswith(("def", "@")) else "#" * 100_000_000
    certificate = certify(text + "\n")
    reason = case["expected"]["reason"]
    assert not certificate.accepted
    assert SOONER.get(case["id"], OURS.get(reason, reason)) in certificate.verdict
