"""Formulas as strings: an operator-precedence parser over two stacks, without recursion and without `eval`.

Precedence, low to high: comparison (only as the condition of `select`), `+ -`, `* /`, unary signs, `**` and `^`
(right to left). Gates are appended to the builder as operators are reduced, so equal subexpressions are one gate.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from circuit import fold
from circuit.calls import call
from circuit.circuit import Circuit
from circuit.errors import CircuitError, ParseError, ResourceLimit, UnsupportedFunction
from circuit.lex import Source, Token, is_keyword
from circuit.names import arrange, listed, warn_of_look_alikes
from circuit.operands import Open, Operands
from circuit.ops import CODE, COMPARISONS

MAX_NESTING = 50_000
BINARY = {"+": "add", "-": "sub", "*": "mul", "/": "div", "**": "power", "^": "power"}
BINARY |= {">": "gt", ">=": "ge", "<": "lt", "<=": "le", "==": "eq", "!=": "ne"}
PRECEDENCE = {"add": 2, "sub": 2, "mul": 3, "div": 3, "negate": 4, "power": 5} | dict.fromkeys(COMPARISONS, 1)
COMPARISON_CODES = frozenset(CODE[name] for name in COMPARISONS)


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


class _Parser(Operands):
    """What follows an operand, calls, and the reduction of the two stacks."""

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
            assert isinstance(last, Open)
            self.source.fail(ParseError, last.offset, "'(' is never closed")
        if self.functions_of_t and self.own_t >= 0:
            name = next(iter(self.functions_of_t))
            message = f"{name} is read as a variable only where t is not used by itself"
            self.source.fail(UnsupportedFunction, self.functions_of_t[name], message)
        return self._real(self._guarded(0, self._made, self.values.pop()), offset)

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
        assert isinstance(opened, Open)
        number = len(self.values) - opened.base
        if opened.name is not None:
            self.values[-1] = self._guarded(opened.offset, self._made, self.values[-1])
        self._check_argument(opened, number, offset)
        if text == ",":
            if opened.name is None:
                self.source.fail(ParseError, offset, "',' outside a call: a formula has one value")
            return True
        self.pending.pop()
        if opened.name is not None:
            arguments = self.values[opened.base :]
            del self.values[opened.base :]
            self.values.append(self._guarded(opened.offset, call, self.builder, opened.name, arguments))
        return False

    def _check_argument(self, opened: Open, number: int, offset: int) -> None:
        node = self.values[-1]
        is_condition = node >= 0 and self.builder.code(node) in COMPARISON_CODES
        wants_condition = opened.name == "select" and number == 1
        if wants_condition and not is_condition:
            message = "the first argument of select is a comparison, as in select(x > 0, a, b)"
            self.source.fail(ParseError, offset, message)
        if is_condition and not wants_condition and opened.name is not None:
            self._real(node, offset)

    # reduction

    def _reduce(self, floor: int) -> None:
        """Apply the pending operators of at least this precedence, down to the nearest open bracket."""
        pending = self.pending
        while pending:
            top = pending[-1]
            if isinstance(top, Open) or PRECEDENCE.get(top[0], 4) < floor:
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
        if self.builder.code(node) in COMPARISON_CODES:
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
