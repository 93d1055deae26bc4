"""A long program, loaded in parts: Python's compiler takes two thousand bytes for every line of one function.

The lines run as they stand and in their order, so the results are the same to the last bit. What one part makes and
another reads lies in cells between them; the parts are made from the last to the first, so that what is read later is
known, and a cell is used again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

PART = 1 << 15  # characters
CELLS = "ρ"  # the name of the cells: no name of a program's, which is ASCII
_TARGET = re.compile(r"^    (\w+) =", re.MULTILINE)
_NAME = re.compile(r"\b[A-Za-z_]\w*")
_OPERAND = re.compile(r"[^\s(),]+")
_COMMENT = re.compile(r"#.*")
Values = list[Any]


class Parts:
    """The function of a program whose header stands at `start`. namespace: the functions and constants it uses."""

    def __init__(self, source: str, start: int, namespace: dict[str, Any]) -> None:
        body, end = source.index("\n", start) + 1, source.rindex("    return ")
        self.namespace = namespace
        self.foreign = {*namespace, "abs"}
        self.cells: dict[str, int] = {}  # of what is read later
        self.unused: list[int] = []
        self.start: Values = []  # what is in the cells at first
        self.results = [self._result(word) for word in _OPERAND.findall(_COMMENT.sub("", source[end + 11 :]))]
        parts = []
        while end > body:
            begin = max(body, source.rfind("\n", body, max(body, end - PART)) + 1)
            parts.append(self._part(_COMMENT.sub("", source[begin:end])))
            end = begin
        self.parts: list[Callable[[Values], None]] = parts[::-1]
        inputs = _NAME.findall(source[source.index("(", start) : source.index(")", start)])
        self.inputs = [(place, self.cells[name]) for place, name in enumerate(inputs) if name in self.cells]

    def __call__(self, *point: Any) -> tuple[Any, tuple[Any, ...]]:
        """Return value and derivatives."""
        cells = self.start.copy()
        for place, cell in self.inputs:
            cells[cell] = point[place]
        for part in self.parts:
            part(cells)
        value, *derivatives = [cells[cell] for cell in self.results]
        return value, tuple(derivatives)

    def _part(self, lines: str) -> Callable[[Values], None]:
        """Make the function of some lines; all that comes after them is made."""
        made = {*_TARGET.findall(lines)}
        given = {*_NAME.findall(lines)} - made - self.foreign
        taken = [(name, self.cells.pop(name)) for name in sorted(made & self.cells.keys())]
        self.unused += [cell for _, cell in taken]
        loads = [f"    {name} = {CELLS}[{self._cell(name)}]\n" for name in sorted(given)]
        stores = [f"    {CELLS}[{cell}] = {name}\n" for name, cell in taken]
        text = "".join([f"def part({CELLS}):\n", *loads, lines, *stores, "    return\n"])
        exec(compile(text, "<gradient program>", "exec"), self.namespace)  # noqa: S102  lines of our own grammar
        part: Callable[[Values], None] = self.namespace.pop("part")
        return part

    def _cell(self, name: str, value: Any = None) -> int:
        """Return the cell of what is read later."""
        if name not in self.cells:
            if self.unused:
                self.cells[name] = self.unused.pop()
            else:
                self.cells[name] = len(self.start)
                self.start.append(value)
        return self.cells[name]

    def _result(self, word: str) -> int:
        """Return the cell of an operand of the return; that of a number has it from the start."""
        if word in self.foreign:
            return self._cell(word, self.namespace[word])
        if word[0].isalpha() or word[0] == "_":
            return self._cell(word)
        return self._cell(word, int(word) if word.lstrip("-").isdigit() else float(word))
