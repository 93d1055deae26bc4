"""Formulas as strings: an operator-precedence parser over two stacks, without recursion and without `eval`.

Precedence, low to high: comparison (only as the condition of `select`), `+ -`, `* /`, unary signs, `**` and `^`
(right to left). Gates are appended to the builder as operators are reduced, so equal subexpressions are one gate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from circuit import fold
from circuit.builder import Builder
from circuit.circuit import Circuit
from circuit.errors import (
    ArityError,
    CircuitError,
    InvalidSymbol,
    ParseError,
    ReservedName,
    ResourceLimit,
    UnsupportedConstant,
    UnsupportedFunction,
)
from circuit.lex import Source, Token, is_keyword
from circuit.names import arrange, listed, warn_of_look_alikes
from circuit.ops import ALIASES, ARITY, CODE, COMPARISONS, LOWERED, OPS
from circuit.wire import Wire

MAX_NESTING = 50_000
BINARY = {"+": "add", "-": "sub", "*": "mul", "/": "div", "**": "power", "^": "power"}
BINARY |= {">": "gt", ">=": "ge", "<": "lt", "<=": "le", "==": "eq", "!=": "ne"}
PRECEDENCE = {"add": 2, "sub": 2, "mul": 3, "div": 3, "negate": 4, "power": 5} | dict.fromkeys(COMPARISONS, 1)
COMPARISON_CODES = frozenset(CODE[name] for name in COMPARISONS)
ANY_NUMBER = frozenset({"max", "min"})  # functions of one or more arguments
CALLABLE = frozenset(name for name in OPS if OPS[name].function and name != "sign") | LOWERED.keys() | ALIASES.keys()
NUMBERS = {"pi": "pi", "E": "e"}
NOT_REAL = frozenset({"nan", "inf", "oo", "zoo", "NaN", "Inf", "infinity"})


def parse_text(text: str, variables: Sequence[Any] | None = None, parameters: Sequence[Any] = ()) -> Circuit:
    """Turn a formula's text into a circuit.

    variables: the differentiated inputs in order; default: the names that occur, in natural order (x2 before x10).
    parameters: inputs without a derivative; they come last.
    Errors: ParseError and its kin with line, column and a caret; ResourceLimit for a text beyond the limits.
    """
    names = listed(variables, "variables")
    held = listed(parameters, "parameters") or []
    parser = _Parser(Source(text), None if names is None else {*names, *held}, held)
    output = parser.run()
    ordered = arrange(parser.inputs, names, held)
    warn_of_look_alikes(ordered + held)
    builder = parser.builder
    nodes = {name: parser.inputs.get(name) for name in (*ordered, *held)}
    every = [builder.input(name) if node is None else node for name, node in nodes.items()]
    return builder.build([output], every[: len(ordered)], every[len(ordered) :])


class _Open:
    """An open bracket on the operator stack: of a group (`name` is None) or of a call."""

    __slots__ = ("base", "name", "offset")

    def __init__(self, name: str | None, offset: int, base: int) -> None:
        self.name, self.offset, self.base = name, offset, base


class _Parser:
    """The two stacks: `values` (nodes; ~r stands for 1/r, not yet made) and `pending` (operators, open brackets)."""

    def __init__(self, source: Source, known: set[str] | None, extra: Iterable[str]) -> None:
        self.source = source
        self.known = known  # names the caller listed; None: any
        self.extra = frozenset(extra)
        self.builder = Builder()
        self.inputs: dict[str, int] = {}
        self.values: list[int] = []
        self.pending: list[tuple[str, int] | _Open] = []
        self.functions_of_t: dict[str, int] = {}
        self.own_t = -1

    def run(self) -> int:
        """Read the whole text; return the node of its value."""
        tokens = list(self.source.tokens())
        if len(tokens) == 1:
            self.source.fail(ParseError, 0, "the formula is empty")
        place, wants_operand = 0, True
        while tokens[place][0] != "end":
            if len(self.pending) > MAX_NESTING:
                self.source.fail(ResourceLimit, tokens[place][2], f"nesting deeper than {MAX_NESTING:,}")
            if wants_operand:
                place, wants_operand = self._operand(tokens, place)
            else:
                place, wants_operand = self._after_operand(tokens, place)
        offset = tokens[place][2]
        if wants_operand:
            self.source.fail(ParseError, offset, "the formula ends where an operand is expected (unexpected end)")
        self._reduce(0)
        if self.pending:
            last = self.pending[-1]
            assert isinstance(last, _Open)
            self.source.fail(ParseError, last.offset, "'(' is never closed")
        if self.functions_of_t and self.own_t >= 0:
            name = next(iter(self.functions_of_t))
            message = f"{name} is read as a variable only where t is not used by itself"
            self.source.fail(UnsupportedFunction, self.functions_of_t[name], message)
        return self._real(self._made(self.values.pop()), offset)

    # operands

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
            self.pending.append(_Open(None, offset, len(self.values)))
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
                self.pending.append(_Open(name, offset, len(self.values)))
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
        hint = f"; did you mean {near}?" if near else "; supported are the functions of the table of gates"
        what = "is a variable, not a function" if name in self.inputs else "is not a supported function"
        self.source.fail(UnsupportedFunction, offset, f"{name} {what}{hint}")

    @staticmethod
    def _near(name: str) -> str:
        from difflib import get_close_matches  # only for a message

        close = {each.lower(): each for each in sorted(CALLABLE)}
        return " or ".join(close[each] for each in get_close_matches(name.lower(), close, 2, 0.75))

    # what follows an operand

    def _after_operand(self, tokens: list[Token], place: int) -> tuple[int, bool]:
        kind, text, offset = tokens[place]
        if kind == "operator" and text in BINARY:
            name = BINARY[text]
            self._reduce(PRECEDENCE[name] + (name == "power"))
            self.pending.append((name, offset))
            return place + 1, True
        if text in (")", ","):
            return place + 1, self._close(text, offset)
        if kind == "name" and is_keyword(text):
            self.source.fail(ParseError, offset, f"{text!r} is no operator of a formula")
        if text == "[":
            self.source.fail(ParseError, offset, "only a name takes an index, as in x[3]")
        self.source.fail(ParseError, offset, f"an operator is expected before {text[:20]!r}: write * for a product")

    def _close(self, text: str, offset: int) -> bool:
        """Handle `,` or `)`; return whether an operand must follow."""
        self._reduce(0)
        if not self.pending:
            message = "')' has no '(' before it" if text == ")" else "',' outside a call: a formula has one value"
            self.source.fail(ParseError, offset, message)
        opened = self.pending[-1]
        assert isinstance(opened, _Open)
        number = len(self.values) - opened.base
        self.values[-1] = self._made(self.values[-1]) if opened.name or text == "," else self.values[-1]
        self._check_argument(opened, number, offset)
        if text == ",":
            if opened.name is None:
                self.source.fail(ParseError, offset, "',' outside a call: a formula has one value")
            return True
        self.pending.pop()
        if opened.name is not None:
            arguments = self.values[opened.base :]
            del self.values[opened.base :]
            self.values.append(self._guarded(opened.offset, self._call, opened.name, arguments, opened.offset))
        return False

    def _check_argument(self, opened: _Open, number: int, offset: int) -> None:
        node = self.values[-1]
        is_condition = node >= 0 and self.builder.code[node] in COMPARISON_CODES
        wants_condition = opened.name == "select" and number == 1
        if wants_condition and not is_condition:
            message = "the first argument of select is a comparison, as in select(x > 0, a, b)"
            self.source.fail(ParseError, offset, message)
        if is_condition and not wants_condition and opened.name is not None:
            self._real(node, offset)

    def _call(self, name: str, arguments: list[int], offset: int) -> int:
        function = ALIASES.get(name, name)
        count = len(arguments)
        if function in ANY_NUMBER:
            result = arguments[0]
            for each in arguments[1:]:
                result = self.builder.gate(CODE[function], result, each)
            return result
        if function == "log" and count == 2:
            top, bottom = (self.builder.gate(CODE["log"], each) for each in arguments)
            return self.builder.gate(CODE["div"], top, bottom)
        arity = LOWERED[function][0] if function in LOWERED else ARITY[CODE[function]]
        if count != arity:
            plural = "argument" if arity == 1 else "arguments"
            self.source.fail(ArityError, offset, f"{name} takes {arity} {plural}, not {count}")
        if function == "pow":
            return fold.power(self.builder, *arguments)
        if function in LOWERED:
            wire: Wire = LOWERED[function][1](*(Wire(self.builder, each) for each in arguments))
            return wire.node
        return self.builder.gate(CODE[function], *arguments)

    # reduction

    def _reduce(self, floor: int) -> None:
        """Apply the pending operators of at least this precedence, down to the nearest open bracket."""
        pending = self.pending
        while pending:
            top = pending[-1]
            if isinstance(top, _Open) or PRECEDENCE.get(top[0], 4) < floor:
                return
            pending.pop()
            name, offset = top
            if name != "keep":
                self._guarded(offset, self._apply, name, offset)

    def _apply(self, name: str, offset: int) -> None:
        builder, values = self.builder, self.values
        right = values.pop()
        if right >= 0:
            self._real(right, offset)
        if name == "negate":
            values.append(builder.gate(CODE["neg"], self._made(right)))
            return
        left = values.pop()
        if left >= 0:
            self._real(left, offset)
        if name == "power":
            values.append(self._power(self._made(left), self._made(right)))
        elif name == "mul" and right < 0:  # a * b**-k is a/(b**k)
            values.append(builder.gate(CODE["div"], self._made(left), ~right))
        elif name == "mul" and left < 0:
            values.append(builder.gate(CODE["div"], right, ~left))
        else:
            values.append(builder.gate(CODE[name], self._made(left), self._made(right)))

    def _power(self, base: int, exponent: int) -> int:
        k = self.builder.exact(exponent)
        if k is None or k >= 0 or k.denominator != 1 or fold.is_e(self.builder, base):
            return fold.power(self.builder, base, exponent)
        return ~fold.power(self.builder, base, self.builder.constant(-k))

    def _made(self, value: int) -> int:
        """Return the node of a value, making the reciprocal that ~r stands for."""
        if value >= 0:
            return value
        return self.builder.gate(CODE["div"], self.builder.constant(Fraction(1)), ~value)

    def _real(self, node: int, offset: int) -> int:
        if self.builder.code[node] in COMPARISON_CODES:
            message = "a comparison is no number: use it as the condition of select(x > 0, a, b)"
            self.source.fail(ParseError, offset, message)
        return node

    def _guarded(self, offset: int, action: Any, *arguments: Any) -> Any:
        """Run an action; give an error about constants the place where it happened."""
        try:
            return action(*arguments)
        except CircuitError as error:
            if "\n" in str(error):
                raise
            self.source.fail(type(error), offset, str(error))
