"""Layer A: the text of a program, read line by line with one regular expression.

What passes is one function, straight-line, one operation a line, every name assigned once and before its use; so the
gates are the lines, and a count of lines is a count of gates. Nothing of the text is ever executed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from fractions import Fraction

from verify.constants import Numbers
from verify.errors import Rejected
from verify.exact import WIDE_BITS, fold
from verify.graph import Graph
from verify.reasons import explain, reject
from verify.table import (
    ARITY,
    BINARY,
    COMPARISONS,
    CONSTANTS,
    FROM_MATH,
    FUNCTION_OF_TEXT,
    PRELUDE,
    PRELUDE_IMPORTS,
    RESERVED,
)

LENGTH_LIMIT = 95 << 20  # a million gates and their gradient
DIGIT_LIMIT = 4000

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_NUMBER = r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,4})?"
_OPERAND = rf"(?:{_NAME}|-?{_NUMBER})"
_COMMENT = r"[ \t]*(?:#.*)?"
_LINE = re.compile(
    rf"    ({_NAME}) = (?:({_OPERAND}) (\+|-|\*|/|>=?|<=?|==|!=) ({_OPERAND})"
    rf"|-({_NAME}|{_NUMBER})"
    rf"|({_NAME})\(({_OPERAND}(?:, {_OPERAND})*)\)){_COMMENT}"
)
_IMPORT = re.compile(rf"from math import ({_NAME}(?:, {_NAME})*){_COMMENT}")
_HEADER = re.compile(rf"def value_and_gradient\(((?:{_NAME}(?:, {_NAME})*)?)\):{_COMMENT}")
_RETURN = re.compile(rf"    return ({_OPERAND}), \(((?:{_OPERAND},)?|{_OPERAND}(?:, {_OPERAND})+,?)\){_COMMENT}")
_CODING = re.compile(r"coding[:=]")


@dataclass(frozen=True, slots=True)
class Program:
    """A program as gates: the graph of its lines (output: the value), its gradient and the place of every line."""

    graph: Graph
    gradient: tuple[int, ...]
    names: dict[int, str]  # node -> register
    lines: dict[int, int]  # node -> line of the text

    def where(self, node: int) -> str:
        """Return register and line of a node, for messages."""
        if node in self.lines:
            return f"{self.names[node]} (line {self.lines[node]})"
        return str(self.graph.value.get(node, self.names.get(node, "?")))


def read_program(text: str) -> Program:
    """Read a program.

    Raises: Rejected at the claim `text`, naming the thing and the line.
    """
    if len(text) > LENGTH_LIMIT:
        raise Rejected("text", f"ResourceLimit: length, more than {LENGTH_LIMIT} characters")
    foreign = re.search(r"[^\n\t -~]", text)
    if foreign is not None:
        what = "not ASCII" if ord(foreign.group()) > 126 else "a control character"
        line = text.count("\n", 0, foreign.start()) + 1
        raise reject(line, f"{what}: U+{ord(foreign.group()):04X}")
    return _Reader(text).read()


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class _Reader:
    text: str
    index: dict[str, int] = field(default_factory=dict)  # operand text -> node
    ops: list[str] = field(default_factory=list)
    args: list[tuple[int, ...]] = field(default_factory=list)
    value: dict[int, Fraction | str] = field(default_factory=dict)
    known: dict[Fraction | str, int] = field(default_factory=dict)
    exact: dict[int, Fraction] = field(default_factory=dict)
    free: bytearray = field(default_factory=bytearray)
    lines: dict[int, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    numbers: Numbers = field(default_factory=Numbers)
    truths: set[int] = field(default_factory=set)  # comparisons, and selects of comparisons

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
        end = self._body(rows, at + 1)
        value, gradient = self._return(rows, end, len(inputs))
        graph = Graph(inputs, self.ops, self.args, self.value, value, len(inputs) - len(gradient))
        self._check_names(imported, prelude, at + 1)
        return Program(graph, gradient, self.names, self.lines)

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
            if name in self.index:
                raise reject(line, f"reassignment: the input {name} stands twice in the header")
            if name in RESERVED:
                raise reject(line, f"the input {name} has a reserved name")
            self.names[len(self.ops)] = name
            self.index[name] = self._node("input", (), False)
        return inputs

    def _node(self, op: str, operands: tuple[int, ...], free: bool) -> int:
        self.ops.append(op)
        self.args.append(operands)
        self.free.append(free)
        return len(self.ops) - 1

    def _body(self, rows: list[str], at: int) -> int:
        """Read the lines of gates; return the index of the first row that is none."""
        match_line, index = _LINE.fullmatch, self.index
        for row in range(at, len(rows)):
            match = match_line(rows[row])
            if match is None:
                if not rows[row].strip() or rows[row].lstrip().startswith("#"):
                    continue
                return row
            target, left, sign, right, negated, function, listed = match.groups()
            if sign is not None:
                op, texts = BINARY[sign], [left, right]
            elif negated is not None:
                op, texts = "neg", [negated]
            else:
                op, texts = self._function(function, row + 1), listed.split(", ")
                if len(texts) != ARITY[op]:
                    raise reject(row + 1, f"{function} takes {ARITY[op]} argument(s), not {len(texts)}")
            operands = tuple([index[t] if t in index else self._operand(t, row + 1) for t in texts])
            if target in index or target in RESERVED:
                raise reject(row + 1, f"{'reserved name' if target in RESERVED else 'reassignment'}: {target}")
            self._assign(target, op, operands, row + 1)
        return len(rows)

    def _function(self, name: str, line: int) -> str:
        op = FUNCTION_OF_TEXT.get(name)
        if op is None:
            raise reject(line, f"unknown call: {name}")
        self.used.add(name)
        return op

    def _assign(self, target: str, op: str, operands: tuple[int, ...], line: int) -> None:
        free = self.free
        node = self._node(op, operands, False)
        self.names[node], self.lines[node], self.index[target] = target, line, node
        if all(free[operand] for operand in operands):
            free[node] = 1
            if all(operand in self.exact for operand in operands):
                self._fold(node, line)
            self.numbers.gate(node, op, operands, self.exact.get(node), line)
        elif op == "div" and self.exact.get(operands[1]) == 0:
            raise reject(line, "constant: division by zero")
        if op in COMPARISONS or (op == "select" and all(map(self._is_truth, operands[1:]))):
            self.truths.add(node)
        if op == "select" and not self._is_truth(operands[0]):
            raise reject(line, "select: its first operand is no comparison")
        if op == "pow":
            if not free[operands[1]]:
                raise reject(line, "hidden power: the exponent of pow is not a constant")
            self.numbers.check_exponent(operands[1], line)

    def _is_truth(self, node: int) -> bool:
        return node in self.truths or self.value.get(node) in (0, 1)

    def _fold(self, node: int, line: int) -> None:
        try:
            result = fold(self.ops[node], [self.exact[operand] for operand in self.args[node]], WIDE_BITS)
        except ZeroDivisionError:
            raise reject(line, "constant: division by zero") from None
        if result is not None:
            self.exact[node] = self._finite(result, line)

    @staticmethod
    def _finite(value: Fraction, line: int) -> Fraction:
        if abs(value) >= 1 << 1024:
            raise reject(line, "constant: too large for a float (inf)")
        return value

    def _operand(self, text: str, line: int) -> int:
        """Return the node of an operand met for the first time: a number, pi or e."""
        key: Fraction | str
        if text in CONSTANTS:
            self.used.add(text)
            key = text
        elif text[0].isalpha() or text[0] == "_":
            raise reject(line, f"undefined name: {text}")
        else:
            if len(text.partition("e")[0]) > DIGIT_LIMIT:
                raise reject(line, f"constant: more than {DIGIT_LIMIT} digits")
            key = self._finite(Fraction(text), line)
            if math.isinf(float(text)) or (text[0] == "-" and not key):
                raise reject(line, f"constant: {text[:40]} is {float(text)} to Python")
        node = self.known.get(key)
        if node is None:
            node = self.known[key] = self._node("const", (), True)
            self.value[node] = key
            if isinstance(key, Fraction):
                self.exact[node] = key
        self.numbers.literal(node, text)
        self.index[text] = node
        return node

    def _return(self, rows: list[str], row: int, inputs: int) -> tuple[int, tuple[int, ...]]:
        match = _RETURN.fullmatch(rows[row]) if row < len(rows) else None
        if match is None:
            raise explain(rows, row, "line")
        if self._skip(rows, row + 1) < len(rows):
            raise reject(self._skip(rows, row + 1) + 1, "text after the return")
        texts = [match.group(1), *match.group(2).rstrip(",").split(", ")]
        nodes = [self.index[t] if t in self.index else self._operand(t, row + 1) for t in texts if t]
        if len(nodes) - 1 > inputs:
            raise reject(row + 1, f"{len(nodes) - 1} derivatives of {inputs} inputs")
        return nodes[0], tuple(nodes[1:])

    def _check_names(self, imported: list[str] | None, prelude: list[str], line: int) -> None:
        needed = (self.used & FROM_MATH) | {name for own in prelude for name in PRELUDE_IMPORTS.get(own, ())}
        if sorted(self.used & set(PRELUDE)) != prelude:
            raise reject(line, "prelude differs: it must define exactly the functions used")
        if (imported or []) != sorted(needed):
            wanted = ", ".join(sorted(needed)) or "nothing"
            raise reject(line, f"import: the program must import exactly {wanted} from math")
