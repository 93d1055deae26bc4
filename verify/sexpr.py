"""Bracketed texts as one flat list of words: every word knows its place and where the datum that it opens ends.

A datum is a word or a bracketed list. Nothing is nested in memory, so depth costs nothing and nothing recurses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from verify.errors import FormulaError, FormulaLimit
from verify.tokens import DIGIT_LIMIT, EXPONENT_LIMIT, LENGTH_LIMIT, place

NESTING_LIMIT = 60_000
OPENING, CLOSING = {"(": ")", "[": "]"}, frozenset(")]")

_BLANK = r"(?:\s++|;[^\n]*+)*+"  # possessive: nothing is tried twice
_WORD = re.compile(
    rf"{_BLANK}(?:(?P<bracket>[()\[\]])"
    r"|(?P<symbol>[^\s()\[\]{}\"';`,#|\\]+)"
    r"|(?P<string>\"(?:[^\"\\]|\\.)*+\")"
    r"|(?P<end>\Z))",
    re.DOTALL,
)
_SKIP = re.compile(_BLANK)
_LOOKS_NUMERIC = re.compile(r"[+-]?\.?[0-9]")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")
_RATIO = re.compile(r"[+-]?[0-9]+/[0-9]+")
_HEXADECIMAL = re.compile(r"([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?[0-9]+))?")


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class Data:
    """The words of a text; `after[i]` is the index behind the datum that starts with word i."""

    text: str
    words: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)

    def error(self, reason: str, at: int, kind: type[FormulaError] = FormulaError) -> FormulaError:
        """Return an error at word `at`, or at the end of the text."""
        offset = self.offsets[at] if at < len(self.offsets) else len(self.text)
        return kind(reason, *place(self.text, offset))

    def is_list(self, at: int) -> bool:
        """Tell whether word `at` opens a list."""
        return self.words[at] in OPENING

    def is_symbol(self, at: int) -> bool:
        """Tell whether word `at` is a name: no bracket, string, property or number."""
        word = self.words[at]
        return word[0] not in '()[]":' and _LOOKS_NUMERIC.match(word) is None

    def items(self, at: int) -> list[int]:
        """Return where the data inside the list at `at` start."""
        found, item, end = [], at + 1, self.after[at] - 1
        while item < end:
            found.append(item)
            item = self.after[item]
        return found

    def number(self, at: int) -> Fraction | None:
        """Return the exact value of a number, None of any other word.

        Raises: FormulaError for a word that starts like a number and is none.
        """
        word = self.words[at]
        if _LOOKS_NUMERIC.match(word) is None:
            return None
        if len(word) > DIGIT_LIMIT:
            raise self.error(f"a number of more than {DIGIT_LIMIT} digits", at, FormulaLimit)
        decimal, sixteen = _DECIMAL.fullmatch(word), _HEXADECIMAL.fullmatch(word)
        exponent = (decimal and decimal[1]) or (sixteen and sixteen[4]) or "0"
        if len(exponent) > 6 or abs(int(exponent)) > EXPONENT_LIMIT:
            raise self.error(f"a number with an exponent beyond {EXPONENT_LIMIT}", at, FormulaLimit)
        if sixteen is not None and (sixteen[2] or sixteen[3]):
            digits = int(sixteen[1] + sixteen[2] + (sixteen[3] or ""), 16)
            return digits * Fraction(2) ** (int(exponent) - 4 * len(sixteen[3] or ""))
        if decimal is None and (_RATIO.fullmatch(word) is None or not word.partition("/")[2].strip("0")):
            raise self.error(f"{word[:40]} is no number", at)
        return Fraction(word)


def read_data(text: str) -> Data:
    """Split a text into words and match its brackets.

    Raises: FormulaError for a character outside the language or brackets that do not match in number and kind.
    """
    if len(text) > LENGTH_LIMIT:
        raise FormulaLimit(f"a formula of more than {LENGTH_LIMIT} characters: length")
    data, opened, end = Data(text), [], 0
    while match := _WORD.match(text, end):
        kind, at = str(match.lastgroup), len(data.words)
        word, offset, end = match[kind], match.start(kind), match.end()
        if kind == "end":
            break
        if kind == "symbol" and not word.isprintable():
            raise _foreign(text, next(place for place, char in enumerate(word, offset) if not char.isprintable()))
        data.words.append(word)
        data.offsets.append(offset)
        data.after.append(at + 1)
        if word in OPENING:
            opened.append(at)
            if len(opened) > NESTING_LIMIT:
                raise data.error(f"nesting deeper than {NESTING_LIMIT}", at, FormulaLimit)
        elif word in CLOSING:
            data.after[_opening(data, opened, at)] = at + 1
    else:
        raise _foreign(text, end)
    if opened:
        raise data.error(f"a `{data.words[opened[-1]]}` is never closed", opened[-1])
    return data


def _opening(data: Data, opened: list[int], at: int) -> int:
    """Return the bracket that the one at `at` closes."""
    word = data.words[at]
    if not opened:
        raise data.error(f"a `{word}` closes nothing", at)
    first = opened.pop()
    if OPENING[data.words[first]] != word:
        line, column = place(data.text, data.offsets[first])
        raise data.error(f"a `{word}` closes the `{data.words[first]}` of line {line}, column {column}", at)
    return first


def _foreign(text: str, offset: int) -> FormulaError:
    """Return the error for the character that starts no word, the first behind the blanks at `offset`."""
    blank = _SKIP.match(text, offset)
    offset = blank.end() if blank else offset
    if text[offset] == '"':
        return FormulaError("a string is never closed", *place(text, offset))
    shown = text[offset] if text[offset].isprintable() else "?"
    return FormulaError(f"`{shown}` (U+{ord(text[offset]):04X}) is not part of FPCore", *place(text, offset))
