"""The lines of a program as gates, one operation a line: names, operands and constants, each looked at as it is met."""

from __future__ import annotations

import math
import re
from array import array
from dataclasses import dataclass, field
from fractions import Fraction

from verify.constants import Numbers
from verify.exact import WIDE_BITS, fold
from verify.reasons import reject
from verify.table import ARITY, BINARY, COMPARISONS, CONSTANTS, FUNCTION_OF_TEXT, RESERVED

DIGIT_LIMIT = 4000
NAME = r"[A-Za-z_][A-Za-z0-9_]*"
NUMBER = r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,4})?"
OPERAND = rf"(?:{NAME}|-?{NUMBER})"
COMMENT = r"[ \t]*(?:#.*)?"
_LINE = re.compile(
    rf"    ({NAME}) = (?:({OPERAND}) (\+|-|\*|/|>=?|<=?|==|!=) ({OPERAND})"
    rf"|-({NAME}|{NUMBER})"
    rf"|({NAME})\(({OPERAND}(?:, {OPERAND})*)\)){COMMENT}"
)
_ANYWHERE = frozenset(ARITY) - COMPARISONS - {"div", "pow", "select"}  # gates that may stand on any operands


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class Lines:
    """The nodes of a program so far: inputs, then constants and gates in the order in which they are met.

    names: the register of each node, lines: its line, "" and 0 where it has none. index: the node of each operand text.
    """

    index: dict[str, int] = field(default_factory=dict)
    ops: list[str] = field(default_factory=list)
    args: list[tuple[int, ...]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    lines: array[int] = field(default_factory=lambda: array("i"))
    free: bytearray = field(default_factory=bytearray)
    value: dict[int, Fraction | str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    _known: dict[Fraction | str, int] = field(default_factory=dict)
    _exact: dict[int, Fraction] = field(default_factory=dict)
    _numbers: Numbers = field(default_factory=Numbers)
    _truths: set[int] = field(default_factory=set)  # comparisons, and selects of comparisons

    def node(self, op: str, operands: tuple[int, ...], free: bool, name: str = "", line: int = 0) -> int:
        """Append a node."""
        self.ops.append(op)
        self.args.append(operands)
        self.free.append(free)
        self.names.append(name)
        self.lines.append(line)
        return len(self.ops) - 1

    def read(self, rows: list[str], at: int) -> int:
        """Read the lines of gates; return the index of the first row that is none. Raises: Rejected."""
        match_line, index, free = _LINE.fullmatch, self.index, self.free
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
            operands = tuple([index[t] if t in index else self.operand(t, row + 1) for t in texts])
            if target in index or target in RESERVED:
                raise reject(row + 1, f"{'reserved name' if target in RESERVED else 'reassignment'}: {target}")
            constant = all(map(free.__getitem__, operands))
            index[target] = self.node(op, operands, constant, target, row + 1)
            if constant or op not in _ANYWHERE:
                self._look(index[target], op, operands, row + 1)
        return len(rows)

    def _function(self, name: str, line: int) -> str:
        op = FUNCTION_OF_TEXT.get(name)
        if op is None:
            raise reject(line, f"unknown call: {name}")
        self.used.add(name)
        return op

    def _look(self, node: int, op: str, operands: tuple[int, ...], line: int) -> None:
        """Look at a gate of constants, or at one that may not stand on all operands."""
        if self.free[node]:
            if all(operand in self._exact for operand in operands):
                self._fold(node, line)
            self._numbers.gate(node, op, operands, self._exact.get(node), line)
        elif op == "div" and self._exact.get(operands[1]) == 0:
            raise reject(line, "constant: division by zero")
        if op in COMPARISONS or (op == "select" and all(map(self._is_truth, operands[1:]))):
            self._truths.add(node)
        if op == "select" and not self._is_truth(operands[0]):
            raise reject(line, "select: its first operand is no comparison")
        if op == "pow":
            if not self.free[operands[1]]:
                raise reject(line, "hidden power: the exponent of pow is not a constant")
            self._numbers.check_exponent(operands[1], line)

    def _is_truth(self, node: int) -> bool:
        return node in self._truths or self.value.get(node) in (0, 1)

    def _fold(self, node: int, line: int) -> None:
        try:
            result = fold(self.ops[node], [self._exact[operand] for operand in self.args[node]], WIDE_BITS)
        except ZeroDivisionError:
            raise reject(line, "constant: division by zero") from None
        if result is not None:
            self._exact[node] = self._finite(result, line)

    @staticmethod
    def _finite(value: Fraction, line: int) -> Fraction:
        if abs(value) >= 1 << 1024:
            raise reject(line, "constant: too large for a float (inf)")
        return value

    def operand(self, text: str, line: int) -> int:
        """Return the node of an operand met for the first time: a number, pi or e. Raises: Rejected."""
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
        node = self._known.get(key)
        if node is None:
            node = self._known[key] = self.node("const", (), True)
            self.value[node] = key
            if isinstance(key, Fraction):
                self._exact[node] = key
        self._numbers.literal(node, text)
        self.index[text] = node
        return node
