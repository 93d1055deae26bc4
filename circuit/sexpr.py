"""Bracketed texts as trees of words and forms, each with its place, read without recursion; and the numbers in them.

Round and square brackets both delimit and must match in kind; `;` starts a comment; a string is a word in quotes. What
a word means is asked only where it is used, so one bad word does not stop the reading of a file.
"""

from __future__ import annotations

import re
from fractions import Fraction

from circuit.errors import ParseError, ResourceLimit, UnsupportedConstant
from circuit.lex import MAX_DIGITS, MAX_EXPONENT, Source

MAX_NESTING = 60_000
MAX_BITS = 4 * MAX_EXPONENT  # of the power in a hexadecimal number or in (digits m e b)
_TOKEN = re.compile(
    r"(?P<space>\s+|;[^\n]*)"
    r"|(?P<open>[(\[])"
    r"|(?P<close>[)\]])"
    r'|(?P<word>"(?:[^"\\]|\\.)*+"|[^\s()\[\];"]+)'
    r"|(?P<other>.)",
    re.DOTALL,
)
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_RATIONAL = re.compile(r"([+-]?[0-9]+)/([0-9]+)")
_HEXADECIMAL = re.compile(r"([+-]?)0[xX]([0-9a-fA-F]+)(?:\.([0-9a-fA-F]+))?(?:[pP]([+-]?[0-9]+))?")
_NUMERIC = re.compile(r"[+-]?\.?[0-9]")
_NAME = re.compile(r"(?!:)[\w~!@$%^&*\-+=<>.?/:]+")
_CLOSING = {"(": ")", "[": "]"}


class Word:
    """A name, a number, a property such as `:pre`, or a string with its quotes."""

    __slots__ = ("offset", "text")

    def __init__(self, text: str, offset: int) -> None:
        self.text, self.offset = text, offset

    def is_name(self) -> bool:
        """Say whether the word may name a variable."""
        return bool(_NAME.fullmatch(self.text)) and not self.is_numeric()

    def is_numeric(self) -> bool:
        """Say whether the word begins as a number does."""
        return bool(_NUMERIC.match(self.text))

    def is_property(self) -> bool:
        """Say whether the word is the key of a property."""
        return self.text[0] == ":"


class Form:
    """A bracket and what stands in it, from `offset` to `end`."""

    __slots__ = ("bracket", "end", "items", "offset")

    def __init__(self, bracket: str, offset: int) -> None:
        self.bracket, self.offset, self.end = bracket, offset, -1
        self.items: list[Item] = []


Item = Word | Form


def read_items(source: Source) -> list[Item]:
    """Return the words and forms of a text. Errors: ParseError for its brackets or quotes, ResourceLimit."""
    top = Form("", 0)
    pending = [top]  # the open brackets, outermost first
    for match in _TOKEN.finditer(source.text):
        kind, text, offset = match.lastgroup, match.group(), match.start()
        if kind == "word":
            pending[-1].items.append(Word(text, offset))
        elif kind == "open":
            form = Form(text, offset)
            pending[-1].items.append(form)
            pending.append(form)
            if len(pending) > MAX_NESTING:
                source.fail(ResourceLimit, offset, f"nesting deeper than {MAX_NESTING:,}")
        elif kind == "close":
            if len(pending) == 1:
                source.fail(ParseError, offset, f"{text!r} has no bracket before it that it closes")
            form = pending.pop()
            form.end = match.end()
            if _CLOSING[form.bracket] != text:
                source.fail(ParseError, offset, f"{text!r} stands where {_CLOSING[form.bracket]!r} is due")
        elif kind == "other":
            source.fail(ParseError, offset, "a string is never closed")
    if len(pending) > 1:
        source.fail(ParseError, pending[-1].offset, f"{pending[-1].bracket!r} is never closed")
    return top.items


def without_properties(items: list[Item]) -> list[Item]:
    """Return what follows the leading properties, each a key and its value."""
    place = 0
    while place < len(items) and _is_key(items[place]):
        place += 2
    return items[place:]


def _is_key(item: Item) -> bool:
    return isinstance(item, Word) and item.is_property()


def number(source: Source, word: Word) -> Fraction | None:
    """Return the exact value of a word that is a number: `-1.5e3`, `1/3`, `0x1.8p-3`; None if it is none.

    Errors: ResourceLimit for its digits or its exponent, UnsupportedConstant for p/0.
    """
    text, offset = word.text, word.offset
    if _DECIMAL.fullmatch(text):
        return source.number(text, offset)
    rational, hexadecimal = _RATIONAL.fullmatch(text), _HEXADECIMAL.fullmatch(text)
    if (rational or hexadecimal) and len(text) > 2 * MAX_DIGITS:
        source.fail(ResourceLimit, offset, f"a number of {len(text):,} digits; the limit is {2 * MAX_DIGITS:,}")
    if rational:
        if int(rational[2]) == 0:
            source.fail(UnsupportedConstant, offset, f"the number {text} divides by zero")
        return Fraction(int(rational[1]), int(rational[2]))
    if not hexadecimal:
        return None
    sign, whole, part, exponent = (each or "" for each in hexadecimal.groups())
    mantissa = Fraction(int(whole + part, 16), 16 ** len(part))
    return (-1 if sign == "-" else 1) * mantissa * _power(source, word, 2, exponent)


def digits(source: Source, form: Form) -> Fraction:
    """Return the value of `(digits mantissa exponent base)`. Errors: ParseError, ResourceLimit."""
    words = [each.text for each in form.items[1:] if isinstance(each, Word) and _INTEGER.fullmatch(each.text)]
    if len(form.items) != 4 or len(words) != 3 or int(words[2][:4]) < 2:
        source.fail(ParseError, form.offset, "whole numbers are expected: (digits mantissa exponent base)")
    mantissa, exponent, base = words
    if max(map(len, words)) > MAX_DIGITS:
        source.fail(ResourceLimit, form.offset, f"a number of over {MAX_DIGITS:,} digits")
    return int(mantissa) * _power(source, form, int(base), exponent)


def _power(source: Source, item: Item, base: int, exponent: str) -> Fraction:
    size = exponent.lstrip("+-").lstrip("0")
    if len(size) > 6 or int(size or 0) * (base.bit_length() - 1) > MAX_BITS:
        source.fail(ResourceLimit, item.offset, f"the exponent of a number is beyond {MAX_BITS:,} bits")
    return Fraction(base) ** int(exponent or 0)
