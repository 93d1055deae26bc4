"""Operands of a formula's text: numbers, names, subscripts, functions of t, opening brackets and signs."""

from __future__ import annotations

from collections.abc import Iterable

from circuit.builder import Builder
from circuit.errors import InvalidSymbol, ParseError, ReservedName, UnsupportedConstant, UnsupportedFunction
from circuit.lex import Source, Token, is_keyword
from circuit.ops import ALIASES, LOWERED, OPS

CALLABLE = frozenset(name for name in OPS if OPS[name].function and name != "sign") | LOWERED.keys() | ALIASES.keys()
NUMBERS = {"pi": "pi", "E": "e"}
NOT_REAL = frozenset({"nan", "inf", "oo", "zoo", "NaN", "Inf", "infinity"})


class Open:
    """An open bracket on the operator stack: of a group (`name` is None) or of a call."""

    __slots__ = ("base", "name", "offset")

    def __init__(self, name: str | None, offset: int, base: int) -> None:
        self.name, self.offset, self.base = name, offset, base


class Operands:
    """The state of a parser, and the half of it that reads where an operand is expected.

    The two stacks: `values` (nodes; ~r stands for 1/r, not yet made) and `pending` (operators, open brackets).
    """

    def __init__(self, source: Source, known: set[str] | None, extra: Iterable[str]) -> None:
        self.source = source
        self.known = known  # names the caller listed; None: any
        self.extra = frozenset(extra)
        self.builder = Builder()
        self.inputs: dict[str, int] = {}
        self.values: list[int] = []
        self.pending: list[tuple[str, int] | Open] = []
        self.functions_of_t: dict[str, int] = {}
        self.own_t = -1

    def _operand(self, tokens: list[Token], place: int) -> tuple[int, bool]:
        kind, text, offset = tokens[place]
        if kind == "number":
            self.source.after_number(tokens[place], tokens[place + 1])
            self.values.append(self.builder.constant(self.source.number(text, offset)))
            return place + 1, False
        if kind == "name":
            return self._name(tokens, place)
        if text in ("+", "-"):
            self.pending.append(("negate" if text == "-" else "keep", offset))
            return place + 1, True
        if text == "(":
            self.pending.append(Open(None, offset, len(self.values)))
            return place + 1, True
        if text == "[":
            self.source.fail(ParseError, offset, "a list is no formula; compile its entries one by one")
        self.source.fail(ParseError, offset, f"{text!r} stands where an operand is expected")

    def _name(self, tokens: list[Token], place: int) -> tuple[int, bool]:
        _, name, offset = tokens[place]
        following = tokens[place + 1][1]
        if following == "(":
            function = ALIASES.get(name, name)
            if name in CALLABLE and function != "sign":
                self.pending.append(Open(name, offset, len(self.values)))
                return place + 2, True
            return self._function_of_t(tokens, place), False
        if following == "[":
            name, place = self._subscript(tokens, place)
        listed_here = (self.known is not None and name in self.known) or name in self.extra
        if not listed_here:
            constant = self._constant(name, offset, tokens[place + 1])
            if constant is not None:
                self.values.append(constant)
                return place + 1, False
        if name == "t":
            self.own_t = offset
        self._variable(name, offset)
        return place + 1, False

    def _constant(self, name: str, offset: int, following: Token) -> int | None:
        if name in NUMBERS:
            return self.builder.constant(NUMBERS[name])
        if name == "I":
            message = "I is reserved for the imaginary unit; list it in variables to use it as a variable"
            self.source.fail(ReservedName, offset, message)
        if name in NOT_REAL:
            self.source.fail(UnsupportedConstant, offset, f"{name} is not a real number")
        if is_keyword(name):
            self.source.fail(InvalidSymbol, offset, f"{name!r} is a word of Python; list it in variables to use it")
        if name in CALLABLE:
            place = following[2] if following[0] in ("name", "number") else offset
            self.source.fail(ParseError, place, f"{name} is a function: give it its arguments, {name}(...)")
        return None

    def _variable(self, name: str, offset: int) -> None:
        node = self.inputs.get(name)
        if node is None:
            if self.known is not None and name not in self.known:
                some = ", ".join(sorted(self.known)[:8])
                self.source.fail(InvalidSymbol, offset, f"{name!r} is not among the variables ({some})")
            node = self.inputs[name] = self.builder.input(name)
        self.values.append(node)

    def _subscript(self, tokens: list[Token], place: int) -> tuple[str, int]:
        """Read `x[3]` or `x[0, 1]`: the name of one variable."""
        name, opened = tokens[place][1], tokens[place + 1][2]
        indices, place = [], place + 2
        while tokens[place][0] == "number" and tokens[place][1].isdigit():
            indices.append(tokens[place][1])
            if tokens[place + 1][1] == "]":
                return f"{name}[{','.join(indices)}]", place + 1
            if tokens[place + 1][1] != ",":
                break
            place += 2
        self.source.fail(ParseError, opened, "an index is a whole number, as in x[3] or A[0,1]")

    def _function_of_t(self, tokens: list[Token], place: int) -> int:
        """Read `q(t)` as a variable; refuse any other call of what is no function."""
        _, name, offset = tokens[place]
        arguments = [text for _, text, _ in tokens[place + 1 : place + 4]]
        near = self._near(name)
        if arguments == ["(", "t", ")"] and not near and not is_keyword(name):
            variable = f"{name}(t)"
            self._variable(variable, offset)
            self.functions_of_t.setdefault(variable, offset)
            return place + 4
        hint = f"; did you mean {near}?" if near else f"; supported are {', '.join(sorted(CALLABLE - {*ALIASES}))}"
        what = "is a variable, not a function" if name in self.inputs else "is not a supported function"
        self.source.fail(UnsupportedFunction, offset, f"{name} {what}{hint}")

    @staticmethod
    def _near(name: str) -> str:
        from difflib import get_close_matches  # only for a message

        close = {each.lower(): each for each in sorted(CALLABLE)}
        return " or ".join(close[each] for each in get_close_matches(name.lower(), close, 2, 0.75))
