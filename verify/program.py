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
GRADIENT = "value_and_gradient"
_NAMES = rf"\(((?:{NAME}(?:, {NAME})*)?)\):{COMMENT}"
_RETURN = re.compile(rf"    return ({OPERAND}), \(((?:{OPERAND},)?|{OPERAND}(?:, {OPERAND})+,?)\){COMMENT}")
_WORD = re.compile(OPERAND)
_CODING = re.compile(r"coding[:=]")


@dataclass(frozen=True, slots=True)
class Program:
    """A program as gates: the graph of its lines (outputs: the values), its gradient and the place of every line."""

    graph: Graph
    gradient: tuple[int, ...]
    names: list[str]  # the register of each node, "" for a constant
    lines: array[int]  # the line of each node, 0 for an input or a constant

    @property
    def returned(self) -> tuple[int, ...]:
        """The nodes that are returned."""
        return (*self.graph.outputs, *self.gradient)

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
    check_characters(text)
    return Reader(text).read()


def check_characters(text: str) -> None:
    """Raise Rejected for a text that is too long, or not of the characters of programs."""
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


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class Reader:
    """Reads a text as a program; what it returns, and with it the kind of program, is for `_finish` to say."""

    text: str
    function: str = GRADIENT
    gates: Lines = field(default_factory=Lines)

    def read(self) -> Program:
        """Return the program. Raises: Rejected."""
        rows = self.text.split("\n")
        for row in rows[:2]:
            if _CODING.search(row):
                raise reject(1, "a comment that declares an encoding (coding:)")
        at, imported = self._skip(rows, 0), None
        if at < len(rows) and (match := _IMPORT.fullmatch(rows[at])):
            imported, at = match.group(1).split(", "), self._skip(rows, at + 1)
        prelude, at = self._prelude(rows, at)
        header = re.fullmatch(f"def {self.function}{_NAMES}", rows[at]) if at < len(rows) else None
        if header is None:
            raise explain(rows, at, "header", self.function)
        inputs = self._inputs(header.group(1), at + 1)
        end = self.gates.read(rows, at + 1)
        program = self._finish(rows, end, inputs)
        self._check_names(imported, prelude, at + 1)
        return program

    def _finish(self, rows: list[str], row: int, inputs: tuple[str, ...]) -> Program:
        """Read the return."""
        gates = self.gates
        value, *gradient = self._operands(", ".join(self._returned(rows, row, _RETURN)), row + 1)
        if len(gradient) > len(inputs):
            raise reject(row + 1, f"{len(gradient)} derivatives of {len(inputs)} inputs")
        graph = Graph(inputs, gates.ops, gates.args, gates.value, value, len(inputs) - len(gradient))
        return Program(graph, tuple(gradient), gates.names, gates.lines)

    @staticmethod
    def _skip(rows: list[str], at: int) -> int:
        while at < len(rows) and (not rows[at].strip() or rows[at].lstrip().startswith("#")):
            at += 1
        return at

    def _prelude(self, rows: list[str], at: int) -> tuple[list[str], int]:
        found: list[str] = []
        while at < len(rows) and rows[at].startswith("def ") and not rows[at].startswith(f"def {self.function}("):
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

    def _returned(self, rows: list[str], row: int, form: re.Pattern[str]) -> list[str]:
        """Return the parts of what stands after `return`; the row has that form, and is the last."""
        match = form.fullmatch(rows[row]) if row < len(rows) else None
        if match is None:
            raise explain(rows, row, "line", self.function)
        if self._skip(rows, row + 1) < len(rows):
            raise reject(self._skip(rows, row + 1) + 1, "text after the return")
        return list(match.groups())

    def _operands(self, listed: str, line: int) -> list[int]:
        """Return the nodes of operands."""
        index = self.gates.index
        words = _WORD.findall(listed)
        return [index[word] if word in index else self.gates.operand(word, line) for word in words]

    def _check_names(self, imported: list[str] | None, prelude: list[str], line: int) -> None:
        used = self.gates.used
        needed = (used & FROM_MATH) | {name for own in prelude for name in PRELUDE_IMPORTS.get(own, ())}
        if sorted(used & set(PRELUDE)) != prelude:
            raise reject(line, "prelude differs: it must define exactly the functions used")
        if (imported or []) != sorted(needed):
            wanted = ", ".join(sorted(needed)) or "nothing"
            raise reject(line, f"import: the program must import exactly {wanted} from math")
