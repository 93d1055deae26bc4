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


@dataclass(frozen=True, slots=True)
class Proof:
    """What the checker proves of a text, and the hints with which anyone may prove it again."""

    circuit: dict[str, Any]
    counts: dict[str, int]
    bound: dict[str, int]
    hints: tuple[str, ...]


def prove(source: str) -> Proof | str:
    """Prove that a program's gradient is its value's; return why not, naming line and gates, where that fails."""
    reason = ""
    with _uncollected():
        try:
            text = checker.Text(source)
        except checker.Reject as rejection:
            return str(rejection.args[1])
        for latest in (True, False):
            search = Search(text, latest)
            try:
                counts, bound = checker.prove(text, search)
            except checker.Reject as rejection:
                _, why, *where = rejection.args
                if not where:
                    return str(why)
                place, due = search.missing[0] if search.missing else where
                reason = reason or describe(text, source.split("\n"), place, due)
            else:
                return Proof(text.circuit(), counts, bound, tuple(search.found))
    return reason


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector away: nothing here is cyclic, and it would look at every gate again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
