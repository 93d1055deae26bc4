"""Layer A: the text of a program, read line by line with one regular expression.

What passes is one function, straight-line, one operation a line, every name assigned once and before its use; so the
gates are the lines, and a count of lines is a count of gates. Nothing of the text is ever executed.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field

from verify.errors import Rejected
from verify.graph import Graph
from verify.lines import COMMENT, NAME, OPERAND, Lines
from verify.reasons import explain, reject
from verify.table import FROM_MATH, PRELUDE, PRELUDE_IMPORTS, RESERVED

LENGTH_LIMIT, LINE_LIMIT = 256 << 20, 1 << 24  # of a text, several million gates,
AROUND, A_LINE = 32 << 20, 64  # and of what it may be for its lines: names of inputs, and a gate
_IMPORT = re.compile(rf"from math import ({NAME}(?:, {NAME})*){COMMENT}")
_HEADER = re.compile(rf"def value_and_gradient\(((?:{NAME}(?:, {NAME})*)?)\):{COMMENT}")
_RETURN = re.compile(rf"    return ({OPERAND}), \(((?:{OPERAND},)?|{OPERAND}(?:, {OPERAND})+,?)\){COMMENT}")
_CODING = re.compile(r"coding[:=]")


@dataclass(frozen=True, slots=True)
class Program:
    """A program as gates: the graph of its lines (output: the value), its gradient and the place of every line."""

    graph: Graph
    gradient: tuple[int, ...]
    names: list[str]  # the register of each node, "" for a constant
    lines: array[int]  # the line of each node, 0 for an input or a constant

    @property
    def gates(self) -> list[int]:
        """The nodes that have a line."""
        return [node for node, line in enumerate(self.lines) if line]

    def where(self, node: int) -> str:
        """Return register and line of a node, for messages."""
        if self.lines[node]:
            return f"{self.names[node]} (line {self.lines[node]})"
        return str(self.graph.value.get(node, self.names[node]))


def read_program(text: str) -> Program:
    """Read a program.

    Raises: Rejected at the claim `text`, naming the thing and the line.
    """
    if len(text) > LENGTH_LIMIT:
        raise Rejected("text", f"ResourceLimit: length, more than {LENGTH_LIMIT} characters")
    lines = text.count("\n")
    limit = min(LENGTH_LIMIT, AROUND + A_LINE * lines)
    if len(text) > limit or lines > LINE_LIMIT:
        raise Rejected("text", f"ResourceLimit: length, more than {limit} characters or {LINE_LIMIT} lines")
    foreign = re.search(r"[^\n\t -~]", text)
    if foreign is not None:
        what = "not ASCII" if ord(foreign.group()) > 126 else "a control character"
        line = text.count("\n", 0, foreign.start()) + 1
        raise reject(line, f"{what}: U+{ord(foreign.group()):04X}")
    return _Reader(text).read()


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class _Reader:
    text: str
    gates: Lines = field(default_factory=Lines)

    def read(self) -> Program:
        rows = self.text.split("\n")
        for row in rows[:2]:
            if _CODING.search(row):
                raise reject(1, "a comment that declares an encoding (coding:)")
        at, imported = self._skip(rows, 0), None
        if at < len(rows) and (match := _IMPORT.fullmatch(rows[at])):
            imported, at = match.group(1).split(", "), self._skip(rows, at + 1)
        prelude, at = self._prelude(rows, at)
        header = _HEADER.fullmatch(rows[at]) if at < len(rows) else None
        if header is None:
            raise explain(rows, at, "header")
        inputs = self._inputs(header.group(1), at + 1)
        end = self.gates.read(rows, at + 1)
        value, gradient = self._return(rows, end, len(inputs))
        gates = self.gates
        graph = Graph(inputs, gates.ops, gates.args, gates.value, value, len(inputs) - len(gradient))
        self._check_names(imported, prelude, at + 1)
        return Program(graph, gradient, gates.names, gates.lines)

    @staticmethod
    def _skip(rows: list[str], at: int) -> int:
        while at < len(rows) and (not rows[at].strip() or rows[at].lstrip().startswith("#")):
            at += 1
        return at

    def _prelude(self, rows: list[str], at: int) -> tuple[list[str], int]:
        found: list[str] = []
        while at < len(rows) and rows[at].startswith("def ") and not rows[at].startswith("def value_and_gradient("):
            name = rows[at][4:].partition("(")[0]
            body = PRELUDE.get(name)
            if body is None:
                raise reject(at + 1, f"a second function: {name}")
            if tuple(rows[at : at + len(body)]) != body:
                raise reject(at + 1, f"prelude differs: {name} is not the prelude's")
            found.append(name)
            at = self._skip(rows, at + len(body))
        if found != sorted(set(found)):
            raise reject(at, "prelude differs: functions out of order or twice")
        return found, at

    def _inputs(self, listed: str, line: int) -> tuple[str, ...]:
        inputs = tuple(listed.split(", ")) if listed else ()
        for name in inputs:
            if name in self.gates.index:
                raise reject(line, f"reassignment: the input {name} stands twice in the header")
            if name in RESERVED:
                raise reject(line, f"the input {name} has a reserved name")
            self.gates.index[name] = self.gates.node("input", (), False, name)
        return inputs

    def _return(self, rows: list[str], row: int, inputs: int) -> tuple[int, tuple[int, ...]]:
        match = _RETURN.fullmatch(rows[row]) if row < len(rows) else None
        if match is None:
            raise explain(rows, row, "line")
        if self._skip(rows, row + 1) < len(rows):
            raise reject(self._skip(rows, row + 1) + 1, "text after the return")
        texts = [match.group(1), *match.group(2).rstrip(",").split(", ")]
        index = self.gates.index
        nodes = [index[t] if t in index else self.gates.operand(t, row + 1) for t in texts if t]
        if len(nodes) - 1 > inputs:
            raise reject(row + 1, f"{len(nodes) - 1} derivatives of {inputs} inputs")
        return nodes[0], tuple(nodes[1:])

    def _check_names(self, imported: list[str] | None, prelude: list[str], line: int) -> None:
        used = self.gates.used
        needed = (used & FROM_MATH) | {name for own in prelude for name in PRELUDE_IMPORTS.get(own, ())}
        if sorted(used & set(PRELUDE)) != prelude:
            raise reject(line, "prelude differs: it must define exactly the functions used")
        if (imported or []) != sorted(needed):
            wanted = ", ".join(sorted(needed)) or "nothing"
            raise reject(line, f"import: the program must import exactly {wanted} from math")
