"""The words of a formula given as a string: numbers, names, operators, each with its place."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from verify.errors import FormulaError, FormulaLimit

LENGTH_LIMIT = 64 << 20
DIGIT_LIMIT = 4000
EXPONENT_LIMIT = 9999

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[^\W\d]\w*(?:[ \t]*\[[ \t]*[0-9]+[ \t]*(?:,[ \t]*[0-9]+[ \t]*)*\])?)"
    r"|(?P<op>\*\*|//|:=|[<>=!]=|[-+*/^(),<>])"
    r"|(?P<blank>[ \t]+|[\r\n]+)"
)
_NAMED = {
    "[": "a list",
    "]": "a list",
    "{": "a dict or set",
    "'": "a string literal",
    '"': "a string literal",
    ".": "an attribute",
}


class Token(NamedTuple):
    """A word: kind is "number", "name", "op" or "end"."""

    kind: str
    text: str
    offset: int


def place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def tokenize(text: str, listed: Collection[str] = ()) -> list[Token]:
    """Return the words of a formula and a last one of kind "end".

    Line ends are blanks inside brackets and at both ends of the text, and an error anywhere else.
    """
    if len(text) > LENGTH_LIMIT:
        raise FormulaLimit(f"a formula of more than {LENGTH_LIMIT} characters: length")
    words: list[Token] = []
    offset, depth, stop = 0, 0, len(text.rstrip())
    while offset < stop:
        match = _TOKEN.match(text, offset)
        if match is None:
            raise _unknown(text, offset)
        kind, word = str(match.lastgroup), match.group()
        if kind == "blank":
            if word[0] in "\r\n" and depth == 0 and words:
                raise FormulaError("a line end outside brackets: unexpected text", *place(text, match.end()))
        elif kind == "number":
            _check_number(text, word, offset)
            words.append(Token(kind, word, offset))
        else:
            if kind == "name":
                word = "".join(word.split())
            elif word in "()":
                depth += 1 if word == "(" else -1
            words.append(Token(kind, word, offset))
        offset = match.end()
    if not words:
        raise FormulaError("the formula is empty")
    words.append(Token("end", "", stop))
    return words


def _check_number(text: str, word: str, offset: int) -> None:
    digits, _, exponent = word.lower().partition("e")
    if len(digits) > DIGIT_LIMIT:
        raise FormulaLimit(f"a number of more than {DIGIT_LIMIT} digits", *place(text, offset))
    if len(exponent) > 6 or (exponent and abs(int(exponent)) > EXPONENT_LIMIT):
        raise FormulaLimit(f"a number with an exponent beyond {EXPONENT_LIMIT}", *place(text, offset))


def _unknown(text: str, offset: int) -> FormulaError:
    import unicodedata  # only a refusal needs it

    char = text[offset]
    if char in _NAMED:
        what = f"`{char}`: {_NAMED[char]} is not part of a formula"
    elif char.isascii() and char.isprintable():
        what = f"`{char}` is not part of a formula"
    else:
        what = f"the character U+{ord(char):04X} ({unicodedata.name(char, 'unnamed')}) is not part of a formula"
    return FormulaError(what, *place(text, offset))
