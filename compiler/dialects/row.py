"""What a row of the table of languages holds.

Frames are `string.Template`s. All know $name, the function's name, $inputs, how many there are, $array, the array where
results are written, $stored, how many, $held, what they are, and the words of the row's `work`, which stand only where
a program is long enough to be cut into parts: they know $size, the numbers in the array that the parts hand each other.
`open` and `result` also know $listed, the inputs' names, $value and $gradient, the results of a gradient program, and
$returned, those of any; `open` and `head` know $pattern, the lines of `pattern`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from circuit.ops import OPS

_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Dialect:
    """A language: how it writes gates, numbers, functions, and what names it has taken.

    `operations` holds the gates that are written in another way than in Python, by name. `prelude` holds the functions
    that the language lacks, by name: what each is made of, and its text. `number` and `truth` are lines that set a
    register; `cell` is an entry of an array, of which `first` is the first place, `work_cell` one of `work` where that
    differs. `literal` writes Python's shortest text of a float. `pattern` holds the lines of a constant array of
    integers, for the rows and for the columns of a pattern: before its numbers, of some of them ($numbers, those from
    $start to $stop), and after them; they know $array, its name, and $entries, how many there are. `row` holds the
    fields that differ where the results are not a value and its gradient but stand in a row, in one array.
    """

    name: str
    title: str
    comment: str
    head: str
    open: str
    result: str
    number: str
    truth: str
    usage: tuple[str, ...] = ()
    cell: str = ""
    store: str = ""
    work_cell: str = ""
    first: int = 0
    array: str = "gradient"
    open_part: str = ""
    call_part: str = ""
    close_part: str = ""
    foot: str = ""
    declare_number: str = ""
    declare_truth: str = ""
    work: Mapping[str, str] = field(default_factory=dict)
    operations: Mapping[str, str] = field(default_factory=dict)
    prelude: Mapping[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    truths: tuple[str, str] = ("false", "true")
    literal: Callable[[str], str] = str
    words: str = ""
    forms: str = ""
    any_case: bool = False
    longest: int = 200
    lines: int = 1_000
    pattern: tuple[str, str, str] = ("", "", "")
    row: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def in_a_row(self) -> Dialect:
        """The language where all results stand in a row."""
        return replace(self, array="results", **self.row)

    @cached_property
    def texts(self) -> dict[str, str]:
        """The template of every gate, by name."""
        return {name: row.text for name, row in OPS.items()} | dict(self.operations)

    @cached_property
    def taken(self) -> frozenset[str]:
        """The names that no register may have: keywords, and every name that stands in a template."""
        names = {*self.words.split(), *OPS, *self.prelude, "pi", "e"}
        frames = self.open, self.result, self.open_part, self.number, self.truth, self.cell, *self.work.values()
        for text in (*self.texts.values(), *frames):
            names.update(_NAME.findall(re.sub(r"\$\w+|\$\{\w+\}", " ", text)))
        return frozenset(map(self.folded, names))

    def may_be(self, name: str) -> bool:
        """Say whether a name is one in this language, if it is free."""
        return name[0] != "_" and not re.fullmatch(self.forms, name)

    def folded(self, name: str) -> str:
        """Return what is equal for names that the language does not tell apart."""
        return name.lower() if self.any_case else name

    def names(self, names: Sequence[str], others: Sequence[str]) -> list[str]:
        """Return registers' names, each the same or one that is free, beside these others; "" stays."""
        taken, found = {*self.taken, *map(self.folded, others)}, []
        for place, name in enumerate(names):
            own = name if not name or (len(name) <= self.longest and self.may_be(name)) else f"u{place}"
            count = 0
            while own and self.folded(own) in taken:
                count += 1
                own = f"{name[:12].strip('_')}_{count}"
            taken.add(self.folded(own))
            found.append(own)
        return found
