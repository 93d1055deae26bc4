"""Layer B of derivative programs: what the chain rule proves of a jvp, a vjp and an hvp, and how to prove it again.

A vjp is the gradient of its weighted values, which the stand-alone checker proves. A jvp is a forward sweep over its
values; an hvp is a gradient program, proved by the checker, and a forward sweep over it. A hint is believed nowhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verify import chain, checker
from verify.certificate import FORMAT
from verify.derived import forward
from verify.derived.program import DerivativeProgram
from verify.derived.rewritten import as_gradient, gradient_alone, parts_of, weighted
from verify.hints import Pair, Search


@dataclass(frozen=True, slots=True)
class Evidence:
    """The proof of the gradient that a program contains, of a vjp and hvp, and the hints of its forward sweep."""

    gradient: chain.Proof | None
    hints: tuple[str, ...]

    @property
    def sums(self) -> int:
        """How many sums are proved by a hint."""
        return len(self.hints) + (self.gradient.sums if self.gradient else 0)


def find(program: DerivativeProgram, text: str) -> Evidence | str:
    """Return the evidence for a program, with hints found in its text; return why not where that fails."""
    if program.kind.pattern:
        return "no rule for whole matrices"
    contained = gradient_text(program, text)
    gradient = chain.prove(contained) if contained else None
    if isinstance(gradient, str):
        return gradient
    with chain.uncollected():
        hints = _swept(program, text) if program.kind.directions else ()
    return hints if isinstance(hints, str) else Evidence(gradient, hints)


def gradient_text(program: DerivativeProgram, text: str) -> str:
    """Return the gradient program that a vjp or an hvp contains, as the stand-alone checker reads it; "" for a jvp."""
    if program.kind.weights:
        return weighted(program, text)
    return gradient_alone(program, text) if program.kind.gradient else ""


def confirm(program: DerivativeProgram, text: str, evidence: Evidence) -> None:
    """Prove a program again, by hints that were kept. Raises: checker.Reject."""
    if evidence.gradient is not None:
        contained, proof = gradient_text(program, text), evidence.gradient
        digest = hashlib.sha256(contained.encode()).hexdigest()
        record = {"format": FORMAT, "program_sha256": digest, "hints": list(proof.hints), "recorded": {}}
        stated = {"circuit": proof.circuit, "counts": proof.counts, "bound": proof.bound}
        checker.examine(contained, checker.canonical(record | stated))
    if program.kind.directions:
        read, sweep = _sweep(program, text)
        kept = _Kept(read, evidence.hints)
        forward.prove(read, sweep, kept)
        if kept.named:
            raise checker.Reject("hints", f"edges of another circuit: {str([*kept.named])[:80]}")


class _Kept:
    """Hints as they were kept: NAME COEFFICIENT REGISTER."""

    def __init__(self, text: Any, hints: Sequence[str]) -> None:
        self.text = text
        self.named = {name: (k, word) for name, k, word in map(str.split, hints)}

    def __call__(self, place: int, due: Sequence[Pair]) -> Pair:
        text, algebra = self.text, self.text.algebra
        k, word = self.named.pop(text.rows[place][0], ("", ""))
        if not word:
            total = due[0]
            for part in due[1:]:
                total = algebra.apply("add", total, part)
            return total
        if word not in text.place:
            raise checker.Reject("hints", f"edges of another circuit: no {word[:80]}")
        pair: Pair = algebra.apply("mul", (Fraction(k), 0), text.rows[text.place[word]][3])
        return pair


def _sweep(program: DerivativeProgram, text: str) -> tuple[Any, forward.Sweep]:
    """Return the text as the checker reads it, and the forward sweep in it: over the values, or over the gradient."""
    parts = parts_of(program, text)
    named = sorted({word for part in parts for word in part} & {*checker.CONSTANTS})  # or their import has no use
    read = checker.Text(as_gradient(program, text, parts[0][0], named[: len(program.graph.inputs)], []))
    at = max(program.lines, default=0) + 1
    outputs = [read.operand(word, at) for word in parts[1 if program.kind.gradient else 0]]
    results = [read.operand(word, at) for word in parts[2 if program.kind.gradient else 1]]
    directions = {place: program.own + place for place in range(program.differentiated)}
    return read, forward.Sweep(outputs, results, directions)


def _swept(program: DerivativeProgram, text: str) -> tuple[str, ...] | str:
    """Return the hints that prove the forward sweep, or why there are none."""
    reason = ""
    for latest in (True, False):
        search: Search | None = None
        try:
            read, sweep = _sweep(program, text)
            search = Search(read, latest)
            forward.prove(read, sweep, search)
        except checker.Reject as rejection:
            reason = reason or _told(search, str(rejection.args[1]))
        else:
            return tuple(search.found)
    return reason


def _told(search: Search | None, reason: str) -> str:
    """Return why a sweep is not proved: with the first line whose derivative stands nowhere."""
    if search is None or not search.missing:
        return reason
    row = search.text.rows[search.missing[0][0]]
    return f"{reason}; the derivative of line {row[5]}, {row[0]}, stands nowhere"
