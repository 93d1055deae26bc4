"""Tokens of a formula's text, and errors that show their place with a caret."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from typing import NoReturn

from circuit.errors import CircuitError, ParseError, ResourceLimit, UnsupportedConstant, UnsupportedOperator

MAX_LENGTH = 8_000_000  # characters
MAX_DIGITS = 1_000  # of a literal
MAX_EXPONENT = 4_000  # of a literal in scientific notation
_TOKEN = re.compile(
    r"(?P<space>[ \t]+|\r?\n)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<operator>\*\*|//|:=|==|!=|<=|>=|[-+*/^(),\[\]<>])"
    r"|(?P<other>.)",
    re.DOTALL,
)
_REFUSED = {
    "'": (ParseError, "a string literal is no part of a formula"),
    '"': (ParseError, "a string literal is no part of a formula"),
    "#": (ParseError, "'#': a formula has no comments"),
    ".": (ParseError, "'.': attribute access is no part of a formula"),
    "=": (ParseError, "'=': a formula has neither assignments nor keyword arguments"),
    ":=": (ParseError, "':=' is an assignment, not a formula"),
    "//": (UnsupportedOperator, "'//' (floor division) has no derivative: use '/'"),
    "%": (UnsupportedOperator, "'%' (remainder) has no derivative"),
    "@": (UnsupportedOperator, "'@' (matrix product) is no operation on numbers"),
    "~": (ParseError, "'~' is no operation on real numbers"),
    "&": (ParseError, "'&' is no operation on real numbers"),
    "|": (ParseError, "'|' is no operation on real numbers; write abs(x)"),
    "!": (ParseError, "'!' is no operation of a formula"),
}

Token = tuple[str, str, int]  # kind, text, offset


class Source:
    """A formula's text, which knows how to tokenise itself and to point at a place in itself."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise ResourceLimit(f"the formula's length is {len(text):,} characters; the limit is {MAX_LENGTH:,}")
        self.text = text

    def fail(self, kind: type[CircuitError], offset: int, message: str) -> NoReturn:
        """Raise `kind` with line, column, and the line with a caret under the column."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        line = self.text[start : end if end >= 0 else len(self.text)]
        column = offset - start
        number = self.text.count("\n", 0, offset) + 1
        first = max(0, column - 60)
        shown = "".join(each if each.isprintable() else " " for each in line[first : column + 40])
        place = f"line {number}, column {column + 1}" if "\n" in self.text else f"column {column + 1}"
        raise kind(f"{place}: {message}\n    {shown}\n    {' ' * (column - first)}^")

    def tokens(self) -> Iterator[Token]:
        """Yield (kind, text, offset) of every token but white space, and last ("end", "", offset).

        Errors: ParseError and its kin for what no formula contains.
        """
        open_brackets = 0
        ended = -1  # offset of a newline outside brackets
        for match in _TOKEN.finditer(self.text):
            kind, text, offset = match.lastgroup or "other", match.group(), match.start()
            if kind == "space":
                if text[-1] == "\n" and not open_brackets and ended < 0:
                    ended = offset if self.text[:offset].strip() else -1
                continue
            if ended >= 0:
                self.fail(ParseError, offset, "a second line: a formula is one line, or continues inside brackets")
            if kind == "operator":
                open_brackets += (text in "([") - (text in ")]")
            if kind == "other" or text in _REFUSED:
                self._refuse(text, offset)
            if kind == "name":
                self._check_name(match)
            yield kind, text, offset
        yield "end", "", len(self.text)

    def number(self, text: str, offset: int) -> Fraction:
        """Return what a literal prints, exactly. Errors: ResourceLimit for its digits or its exponent."""
        mantissa, _, exponent = text.lower().partition("e")
        if len(mantissa) > MAX_DIGITS:
            self.fail(ResourceLimit, offset, f"a number of {len(mantissa):,} digits; the limit is {MAX_DIGITS:,}")
        if exponent and (len(exponent) > 6 or abs(int(exponent)) > MAX_EXPONENT):
            self.fail(ResourceLimit, offset, f"the exponent of a number is beyond {MAX_EXPONENT:,}")
        return Fraction(text)

    def after_number(self, token: Token, following: Token) -> None:
        """Refuse what stands directly behind a number: `2x`, `1j`, `0x10`, `1_000`."""
        _, number, start = token
        kind, text, offset = following
        if offset != start + len(number) or kind != "name":
            return
        if text in ("j", "J"):
            self.fail(UnsupportedConstant, start, f"the complex constant {number}{text}: formulas are over the reals")
        self.fail(
            ParseError,
            offset,
            f"{number!r} is followed directly by {text[:20]!r}: write a multiplication as {number}*{text[:20]}",
        )

    def _refuse(self, text: str, offset: int) -> NoReturn:
        if text in _REFUSED:
            self.fail(*_reordered(_REFUSED[text], offset))
        if text.isascii() and text.isprintable():
            self.fail(ParseError, offset, f"{text!r} is no part of a formula")
        name = unicodedata.name(text, "a control character").lower()
        plain = {"\u2212": "-", "\u00d7": "*", "\u22c5": "*", "\u00b7": "*", "\u00f7": "/", "\u221a": "sqrt(...)"}
        plain |= {"\u00b2": "**2", "\u00b3": "**3", "\u2044": "/", "\u2215": "/"}
        hint = f": write {plain[text]}" if text in plain else ""
        self.fail(ParseError, offset, f"U+{ord(text):04X} ({name}) is no part of a formula{hint}")

    def _check_name(self, match: re.Match[str]) -> None:
        text, offset = match.group(), match.start()
        following = self.text[match.end() : match.end() + 1]
        if following in ("'", '"') and text.lower() in ("f", "b", "r", "u", "rb", "br", "fr", "rf"):
            kind = "an f-string" if "f" in text.lower() else "a string literal"
            self.fail(ParseError, offset, f"{kind} is no part of a formula")
        if text.isascii():
            return
        for place, each in enumerate(text):
            letter = unicodedata.category(each)[0] == "L"
            plain = unicodedata.normalize("NFKC", each)
            if not each.isascii() and (not letter or plain.isascii()):
                hint = f": write {plain}" if plain.isascii() else ""
                name = unicodedata.name(each, "unnamed").lower()
                self.fail(ParseError, offset + place, f"U+{ord(each):04X} ({name}) in a name{hint}")


def is_keyword(name: str) -> bool:
    """Say whether a name is a word of Python's grammar (`lambda`, `None`, `and`)."""
    return keyword.iskeyword(name)


def _reordered(row: tuple[type[CircuitError], str], offset: int) -> tuple[type[CircuitError], int, str]:
    kind, message = row
    return kind, offset, message
