"""Layer B: the chain rule, line by line, by the stand-alone checker with hints found in the text."""

from __future__ import annotations

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
    search: Search | None = None
    text: Any = None
    try:
        text = checker.Text(source)
        search = Search(text)
        counts, bound = checker.prove(text, search)
    except checker.Reject as rejection:
        _, reason, *where = rejection.args
        if where and search is not None:
            place, due = search.missing[0] if search.missing else where
            return describe(text, source.split("\n"), place, due)
        return str(reason)
    return Proof(text.circuit(), counts, bound, tuple(search.found))
