"""The reader of formulas given as strings: operator precedence with one explicit stack of frames (Pratt 1973).

A frame waits for an operand; an operator that binds tighter than the frame on top opens a new frame, any other closes
it. Depth costs memory, never stack. Everything refused is a FormulaError with line and column.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from verify.calls import FUNCTIONS, call
from verify.errors import FormulaError, FormulaLimit
from verify.graph import Builder, Graph
from verify.table import BINARY
from verify.tokens import Token, place, tokenize

NESTING_LIMIT = 60_000
_BINDS = {"+": (10, 10), "-": (10, 10), "*": (20, 20), "/": (20, 20), "**": (40, 39), "^": (40, 39)}
_BINDS |= dict.fromkeys((">", ">=", "<", "<=", "==", "!="), (5, 5))
_SIGN_BINDS = 30


class NegativePower(NamedTuple):
    """base**-k not yet divided: `a * b**-k` is read as a/(b**k)."""

    base: int
    k: Fraction


Value = int | NegativePower


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class _Frame:
    kind: str  # "binary", "sign", "bracket", "call", "start"
    text: str
    binds: int
    left: Value = 0
    arguments: list[int] = field(default_factory=list)
    compared: bool = False
    offset: int = 0


def natural(name: str) -> tuple[list[object], str]:
    """Return the key of the natural order: runs of digits count as integers."""
    parts: list[object] = list(re.split(r"([0-9]+)", name))
    parts[1::2] = [int(str(part)) for part in parts[1::2]]
    return parts, name


def read_formula(text: str, variables: Sequence[str] | None = None, parameters: Sequence[str] = ()) -> Graph:
    """Read a formula; inputs are `variables` then `parameters`, or the names found in natural order.

    Raises: FormulaError, FormulaLimit.
    """
    listed = None if variables is None else frozenset(variables) | frozenset(parameters)
    reader = _Reader(text, tokenize(text), listed)
    if variables is None:
        found = sorted(reader.names() - frozenset(parameters), key=natural)
    else:
        found = list(variables)
    return reader.read((*found, *parameters), len(parameters))


class _Reader:
    def __init__(self, text: str, words: list[Token], listed: frozenset[str] | None) -> None:
        self.text, self.words, self.listed = text, words, listed
        self.frames: list[_Frame] = []
        self.at = 0

    def names(self) -> set[str]:
        """Return the names that are variables when nothing was listed."""
        found: set[str] = set()
        plain: set[str] = set()
        for index, word in enumerate(self.words):
            if word.kind != "name":
                continue
            if self.words[index + 1].text == "(":
                if self._is_dependent(index):
                    found.add(word.text + "(t)")
            elif not (word.text == "t" and self._is_dependent(index - 2)):
                plain.add(word.text)
        if "t" in plain:
            found = set()
        return found | {name for name in plain if name not in ("pi", "E") and name not in FUNCTIONS}

    def _is_dependent(self, index: int) -> bool:
        texts = [word.text for word in self.words[index : index + 4]] if index >= 0 else []
        return texts[1:] == ["(", "t", ")"] and self.words[index].kind == "name" and texts[0] not in FUNCTIONS

    def read(self, names: tuple[str, ...], parameters: int) -> Graph:
        """Return the gates of the formula; its inputs are names, the last ones parameters. Raises: FormulaError."""
        self.builder = Builder(names)
        self.index = {name: node for node, name in enumerate(names)}
        self.frames = [_Frame("start", "", 0)]
        while True:
            value = self._operand()
            if value is None:
                continue
            done = self._after(value)
            if done is not None:
                return self.builder.finish(self._whole(done), parameters)

    def _error(self, reason: str, word: Token) -> FormulaError:
        return FormulaError(reason, *place(self.text, word.offset))

    def _push(self, frame: _Frame, word: Token) -> None:
        if len(self.frames) >= NESTING_LIMIT:
            raise FormulaLimit(f"nesting deeper than {NESTING_LIMIT}", *place(self.text, word.offset))
        frame.offset = word.offset
        self.frames.append(frame)

    def _operand(self) -> Value | None:
        """Read one word where an operand is due; None if it only opened a frame."""
        word = self.words[self.at]
        self.at += 1
        if word.kind == "number":
            return self.builder.constant(Fraction(word.text))
        if word.kind == "name":
            return self._name(word)
        if word.text in ("+", "-"):
            self._push(_Frame("sign", word.text, _SIGN_BINDS), word)
        elif word.text == "(":
            self._push(_Frame("bracket", "(", 0), word)
        elif word.kind == "end":
            raise self._error("an operand is missing at the end of the formula", word)
        else:
            raise self._error(f"an operand is missing before `{word.text}`", word)
        return None

    def _name(self, word: Token) -> Value | None:
        name = word.text
        opens = self.words[self.at].text == "("
        if opens and self._is_dependent(self.at - 1) and name + "(t)" in self.index:
            self.at += 3
            return self.index[name + "(t)"]
        if opens:
            if name not in FUNCTIONS:
                raise self._error(f"{name} is not a supported function", word)
            self.at += 1
            self._push(_Frame("call", name, 0), word)
            return None
        if self.listed is not None and name in self.listed:
            return self.index[name]
        if name in ("pi", "E"):
            return self.builder.constant("pi" if name == "pi" else "e")
        if name in FUNCTIONS:
            raise self._error(f"{name} is a function and needs its arguments", word)
        if name in ("I", "nan", "inf", "oo", "zoo") or keyword.iskeyword(name):
            raise self._error(f"the name {name} is reserved", word)
        if name not in self.index:
            raise self._error(f"{name} is not among the variables", word)
        return self.index[name]

    def _after(self, value: Value) -> Value | None:
        """Close and open frames until the next operand is due; return the value of a whole formula."""
        while True:
            word, frame = self.words[self.at], self.frames[-1]
            binds = _BINDS.get(word.text) if word.kind == "op" else None
            if binds is not None and binds[0] > frame.binds:
                if binds[0] == 5:
                    self._check_comparison(frame, word)
                self.at += 1
                self._push(_Frame("binary", word.text, binds[1], value), word)
                return None
            if frame.kind == "binary":
                value = self._combine(frame, value)
            elif frame.kind == "sign":
                value = self._whole(value) if frame.text == "+" else self.builder.gate("neg", self._whole(value))
            elif frame.kind == "start":
                if word.kind != "end":
                    raise self._unexpected(word)
                return value
            else:
                closed = self._close(frame, value, word)
                if closed is None:
                    return None
                value = closed
            self.frames.pop()

    def _check_comparison(self, frame: _Frame, word: Token) -> None:
        if frame.kind != "call" or frame.text != "select" or frame.arguments or frame.compared:
            raise self._error(f"a comparison (`{word.text}`) stands only as the first argument of select", word)
        frame.compared = True

    def _close(self, frame: _Frame, value: Value, word: Token) -> Value | None:
        """Take `)` or `,` after an argument or a bracketed term."""
        if word.text == ")":
            self.at += 1
            if frame.kind == "bracket":
                return value
            frame.arguments.append(self._whole(value))
            try:
                return call(self.builder, frame.text, frame.arguments)
            except FormulaError as error:
                raise type(error)(error.reason, *place(self.text, frame.offset)) from None
        if word.text == "," and frame.kind == "call":
            self.at += 1
            frame.arguments.append(self._whole(value))
            return None
        if word.kind == "end":
            line, column = place(self.text, frame.offset)
            raise FormulaError("a `(` is never closed", line, column)
        raise self._unexpected(word)

    def _unexpected(self, word: Token) -> FormulaError:
        if word.kind in ("number", "name") or word.text == "(":
            return self._error(f"an operator is missing before `{word.text}`", word)
        if word.text in ("//", "=", ":="):
            return self._error(f"the operator `{word.text}` is not supported", word)
        return self._error(f"`{word.text}` is unexpected", word)

    def _whole(self, value: Value) -> int:
        if isinstance(value, NegativePower):
            return self.builder.power(value.base, self.builder.constant(-value.k))
        return value

    def _combine(self, frame: _Frame, right: Value) -> Value:
        op, left = frame.text, frame.left
        try:
            if op == "*":
                return self._product(left, right)
            a, b = self._whole(left), self._whole(right)
            if op in ("**", "^"):
                c = self.builder.number(b)
                if c is not None and c.denominator == 1 and c < 0 and self.builder.value.get(a) != "e":
                    return NegativePower(a, -c)
                return self.builder.power(a, b)
            return self.builder.gate(BINARY[op], a, b)
        except FormulaError as error:
            if error.line is not None:
                raise
            raise type(error)(error.reason, *place(self.text, frame.offset)) from None

    def _product(self, left: Value, right: Value) -> int:
        if isinstance(right, NegativePower):
            power = self.builder.power(right.base, self.builder.constant(right.k))
            return self.builder.gate("div", self._whole(left), power)
        if isinstance(left, NegativePower):
            power = self.builder.power(left.base, self.builder.constant(left.k))
            return self.builder.gate("div", right, power)
        return self.builder.gate("mul", left, right)
