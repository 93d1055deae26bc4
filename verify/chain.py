"""Layer B: the chain rule, line by line, by the stand-alone checker with hints found in the text."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from verify import checker
from verify.hints import Search
from verify.locate import describe
from verify.nearest import sign_of


@dataclass(frozen=True, slots=True)
class Proof:
    """What the checker proves of a text, and the hints with which anyone may prove it again."""

    circuit: dict[str, Any]
    counts: dict[str, int]
    bound: dict[str, int]
    hints: tuple[str, ...]

    @property
    def sums(self) -> int:
        """How many sums are proved by a hint."""
        return len(self.hints)


def prove(source: str) -> Proof | str:
    """Prove that a program's gradient is its value's; return why not, naming line and gates, where that fails."""
    with uncollected():
        try:
            text = checker.Text(source)
        except checker.Reject as rejection:
            return str(rejection.args[1])
        proof, missing, rejected = _search_proof(text)
        if proof is not None:
            return proof
        _, why, *where = rejected
        return _located(text, source.split("\n"), missing, where) if where else str(why)


def _search_proof(text: Any) -> tuple[Proof | None, list[Any], tuple[Any, ...]]:
    """Return a proof, or None with the sums that were not found and the rejection; the last writer of a sum first."""
    first: tuple[list[Any], tuple[Any, ...]] | None = None
    for latest in (True, False):
        search = Search(text, latest)
        try:
            counts, bound = checker.prove(text, search)
        except checker.Reject as rejection:
            first = first or (search.missing, rejection.args)
            if len(rejection.args) == 2:
                break
        else:
            return Proof(text.circuit(), counts, bound, tuple(search.found)), [], ()
    assert first is not None
    return None, *first


def _located(text: Any, lines: list[str], missing: list[Any], where: list[Any]) -> str:
    """Return which line is wrong: where one sign explains all, that one; else what stands for the first missing sum."""
    reason = describe(text, lines, *(missing[0] if missing else where))
    sign = sign_of(text, lines, _is_right)
    if sign is None or reason.startswith(f"line {sign[0]}:"):
        return reason
    at, right = sign
    wrong = lines[at - 1].partition("#")[0].strip()
    return f"line {at}: {wrong} is wrong, expected {right}; so {describe(text, lines, *where)}"


def _is_right(source: str) -> bool:
    try:
        return _search_proof(checker.Text(source))[0] is not None
    except checker.Reject:
        return False


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector away: nothing here is cyclic, and it would look at every gate again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
