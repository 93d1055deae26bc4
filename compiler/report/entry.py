"""One formula of a collection, before it is compiled."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A formula as a collection holds it.

    place: line of a text or .jsonl file, row of a .csv, core of an .fpcore, from 1; 0 stands for a whole file.
    item: position in a bracketed list, from 0. size: what tells apart several formulas of one name.
    problem: why there is no formula to compile.
    """

    source: str
    place: int
    formula: str = ""
    name: str = ""
    item: int | None = None
    size: str = ""
    variables: tuple[str, ...] | None = None
    parameters: tuple[str, ...] = ()
    problem: str = ""
