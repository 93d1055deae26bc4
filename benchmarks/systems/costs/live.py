"""What a program holds in memory, line by line of its text, in elements: one register, one number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LINE = re.compile(r"    (\w+) = ([^#]*)")
NAME = re.compile(r"\b[A-Za-z_]\w*\b(?!\()")  # of a register or an input, not of a function
Line = tuple[bool, str, set[str]]  # whether it stands in the value part, what it makes, what it reads


@dataclass(frozen=True, slots=True)
class Memory:
    """Inputs; registers of the value part that later parts read; the most registers that are alive at once.

    Constants cost nothing here, and inputs are the caller's. A result is alive beside its operands; what is returned is
    alive to the end.
    """

    inputs: int
    cached: int
    peak: int


def memory_of(source: str) -> Memory:
    """Return what a program holds as it is written."""
    header, body = source[source.index("def value_") :].split("\n", 1)
    lines = list(_lines(body))
    made = {name for _, name, _ in lines}
    last = {name: place for place, (_, _, read) in enumerate(lines) for name in read}
    last |= dict.fromkeys(NAME.findall(body[body.index("    return ") + len("    return ") :]), len(lines))
    alive = peak = 0
    for place, (_, _, read) in enumerate(lines):
        alive += 1
        peak = max(peak, alive)
        alive -= sum(last[each] == place for each in read & made)
    value = {name for in_value, name, _ in lines if in_value}
    later = {name for in_value, _, read in lines if not in_value for name in read}
    return Memory(len(NAME.findall(header[header.index("(") :])), len(value & later), peak)


def _lines(body: str) -> Iterator[Line]:
    part = ""
    for row in body.split("\n"):
        if row.startswith("    # "):
            part = row[len("    # ") :]
        elif (match := LINE.match(row)) and not part.startswith("constants"):
            yield part.startswith("value"), match[1], {*NAME.findall(match[2])}
