"""Words of FPCore where a value is due: bound names, numbers, constants; and what is a number and what a condition."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple, NoReturn

from circuit.builder import Builder
from circuit.errors import ArityError, CircuitError, InvalidSymbol, ParseError, UnsupportedConstant
from circuit.fpcore_gates import CONSTANTS, NO_NUMBER, OPERATIONS, constant
from circuit.lex import Source
from circuit.sexpr import Form, Item, Word, number


class Truth(NamedTuple):
    """A condition: a comparison, a constant 1 or 0, or a choice between conditions."""

    node: int


Value = int | Truth
Steps = Generator[Item, Any, Value]  # asks for the values of items; returns its own


class Words:
    """The state of a reading, and the half of it that needs no stack: a scope of names over a builder."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.builder = Builder()
        self.scope: dict[str, Value] = {}

    def _word(self, word: Word) -> Value:
        bound = self.scope.get(word.text)
        if bound is not None:
            return bound
        exact = number(self.source, word)
        if exact is not None:
            return self.builder.constant(exact)
        text = word.text
        if text in CONSTANTS:
            return constant(self.builder, text)
        if text in ("TRUE", "FALSE"):
            return Truth(self.builder.constant(int(text == "TRUE")))
        if text in NO_NUMBER:
            self._fail(UnsupportedConstant, word, f"{text} is not a real number")
        if not word.is_name():
            what = "is no number: write a decimal, p/q or 0x1.8p3" if word.is_numeric() else "is no expression"
            self._fail(ParseError, word, f"{text[:40]!r} {what}")
        hint = f"it is an operation: write ({text} ...)" if text in OPERATIONS else "no argument, and no let binds it"
        self._fail(InvalidSymbol, word, f"{text[:40]!r} has no value here: {hint}")

    def _bind(self, name: str, value: Value | None) -> tuple[str, Value | None]:
        """Give a name its value (None: none); return the name with the value it had."""
        before = self.scope.pop(name, None)
        if value is not None:
            self.scope[name] = value
        return name, before

    def _number(self, value: Value, item: Item) -> int:
        if isinstance(value, Truth):
            self._fail(ParseError, item, "a condition is no number: use it in (if condition a b)")
        return value

    def _condition(self, value: Value, item: Item) -> int:
        if not isinstance(value, Truth):
            self._fail(ParseError, item, "a number stands where a condition is expected, as in (< x 1)")
        return value.node

    def _exactly(self, form: Form, count: int, shape: str) -> list[Item]:
        if len(form.items) != count:
            self._fail(ArityError, form.items[0], f"the form is {shape}")
        return form.items

    def _fail(self, kind: type[CircuitError], item: Item, message: str) -> NoReturn:
        self.source.fail(kind, item.offset, message)
