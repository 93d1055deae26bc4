"""Expressions of FPCore as gates: every form is a generator that asks for the values of what stands inside it.

The generators wait on a stack of our own: depth costs memory, and there is no recursion. A value is a node, or `Truth`
where it is a condition: a number where a condition is due, or the reverse, is refused.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, NamedTuple

from circuit.calls import logic, select
from circuit.errors import ArityError, CircuitError, ParseError, ResourceLimit, UnsupportedFunction
from circuit.fpcore_gates import CHAINS, COMPARISONS, FUNCTIONS, LOGIC, OPERATIONS, REFUSED, comparison, operation
from circuit.fpcore_words import Steps, Truth, Value, Words
from circuit.lex import Source
from circuit.sexpr import MAX_NESTING, Form, Item, Word, digits, without_properties

BUDGET = 1_000_000  # forms and comparisons that a text may stand for beyond its own length


class Function(NamedTuple):
    """A core as a function: the names of its arguments, and its body."""

    arguments: Sequence[str]
    body: Item


class Terms(Words):
    """The values of expressions in a scope of names, in the core number `place`, which can call the earlier ones.

    functions: for each identifier the places of the cores that have it, ascending. load: what a core is as a function.
    """

    def __init__(
        self, source: Source, functions: Mapping[str, Sequence[int]], load: Callable[[int], Function], place: int
    ) -> None:
        super().__init__(source)
        self.functions, self.load, self.place = functions, load, place
        self.results: dict[tuple[int, ...], Value] = {}  # of calls: the core's place and the operands
        self.left = BUDGET + len(source.text)

    def value(self, item: Item) -> int:
        """Return the node of an expression that is a number. Errors: ParseError and its kin, with the place."""
        stack: list[Steps] = [self._only(item)]
        result: Value | None = None
        while stack:
            try:
                wanted = stack[-1].send(result)
            except StopIteration as done:
                stack.pop()
                result = done.value
                continue
            if isinstance(wanted, Word):
                result = self._word(wanted)
                continue
            self._spend(1, wanted)
            if len(stack) > MAX_NESTING:
                self._fail(ResourceLimit, wanted, f"calls nested deeper than {MAX_NESTING:,}")
            stack.append(self._steps(wanted))
            result = None
        assert isinstance(result, int)
        return result

    def _spend(self, forms: int, item: Item) -> None:
        self.left -= forms
        if self.left < 0:
            self._fail(ResourceLimit, item, f"the text stands for a formula of over {BUDGET:,} nodes")

    def _only(self, item: Item) -> Steps:
        return self._number((yield item), item)

    # forms

    def _steps(self, form: Form) -> Steps:
        head = form.items[0] if form.items else form
        if not isinstance(head, Word):
            self._fail(ParseError, head, "a form starts with the name of an operation, as in (+ x 1)")
        name = head.text
        if bisect_left(self.functions.get(name, ()), self.place):
            if name in OPERATIONS:
                self._fail(ParseError, head, f"{name} is an operation and an earlier core: rename the core")
            return self._call(form, head)
        if name in OPERATIONS:
            return _STEPS[name](self, form, head)
        if name in REFUSED:
            self._fail(UnsupportedFunction, head, REFUSED[name].format(name))
        if name in self.functions:
            self._fail(UnsupportedFunction, head, f"{name} is this core or a later one; only earlier cores are called")
        from difflib import get_close_matches  # only for a message

        near = get_close_matches(name, OPERATIONS, 1, 0.75) if len(name) < 40 else []
        hint = f"; did you mean {near[0]}?" if near else ""
        message = f"{name[:40]!r} is no operation of FPCore and no earlier core{hint}"
        self._fail(UnsupportedFunction if head.is_name() else ParseError, head, message)

    def _operation(self, form: Form, head: Word) -> Steps:
        nodes = yield from self._numbers(form)
        if head.text == "!=":
            self._spend(len(nodes) * (len(nodes) - 1) // 2, head)
        make = comparison if head.text in COMPARISONS else operation
        try:
            node = make(self.builder, head.text, nodes)
        except CircuitError as error:
            self._fail(type(error), head, str(error))
        return Truth(node) if make is comparison else node

    def _logic(self, form: Form, head: Word) -> Steps:
        conditions = []
        for item in form.items[1:]:
            conditions.append(self._condition((yield item), item))
        if not conditions or (head.text == "not" and len(conditions) > 1):
            number = "one condition" if head.text == "not" else "one or more conditions"
            self._fail(ArityError, head, f"{head.text} takes {number}, not {len(conditions)}")
        return Truth(logic(self.builder, head.text, conditions))

    def _if(self, form: Form, head: Word) -> Steps:
        _, test, first, second = self._exactly(form, 4, "(if condition a b)")
        condition = self._condition((yield test), test)
        a, b = (yield first), (yield second)
        if isinstance(a, Truth) and isinstance(b, Truth):
            return Truth(select(self.builder, condition, a.node, b.node))
        return select(self.builder, condition, self._number(a, first), self._number(b, second))

    def _let(self, form: Form, head: Word) -> Steps:
        """Bind names for the body: `let` all at once, `let*` one after the other; then give back what they hid."""
        _, bindings, body = self._exactly(form, 3, f"({head.text} ((name expression) ...) body)")
        hidden: list[tuple[str, Value | None]] = []
        values: dict[str, Value] = {}
        for name, item in self._bindings(bindings):
            value = yield item
            if head.text == "let*":
                hidden.append(self._bind(name.text, value))
            elif name.text in values:
                self._fail(ParseError, name, f"let binds {name.text!r} twice")
            values[name.text] = value
        if head.text == "let":
            hidden += [self._bind(name, value) for name, value in values.items()]
        result: Value = yield body
        for binding in reversed(hidden):
            self._bind(*binding)
        return result

    def _bindings(self, bindings: Item) -> list[tuple[Word, Item]]:
        pairs: list[tuple[Word, Item]] = []
        for pair in bindings.items if isinstance(bindings, Form) else [bindings]:
            name = pair.items[0] if isinstance(pair, Form) and len(pair.items) == 2 else None
            if not isinstance(pair, Form) or not isinstance(name, Word) or not name.is_name():
                self._fail(ParseError, pair, "a binding is a name and an expression: (name expression)")
            pairs.append((name, pair.items[1]))
        return pairs

    def _call(self, form: Form, head: Word) -> Steps:
        nodes = yield from self._numbers(form)
        places = self.functions[head.text]
        place = places[bisect_left(places, self.place) - 1]
        key = (place, *nodes)
        if key not in self.results:
            function = self.load(place)
            if len(function.arguments) != len(nodes):
                message = f"{head.text} has {len(function.arguments)} arguments, not {len(nodes)}"
                self._fail(ArityError, head, message)
            outer = self.scope, self.place
            self.scope, self.place = dict(zip(function.arguments, nodes, strict=True)), place
            result = yield function.body
            self.scope, self.place = outer
            self.results[key] = result
        return self.results[key]

    def _annotated(self, form: Form, head: Word) -> Steps:
        inner = form.items[1:] if head.text == "cast" else without_properties(form.items[1:])
        if len(inner) != 1:
            self._fail(ParseError, head, f"{head.text} has one expression, not {len(inner)}")
        result: Value = yield inner[0]
        return result

    def _digits(self, form: Form, head: Word) -> Steps:
        yield from ()
        return self.builder.constant(digits(self.source, form))

    def _numbers(self, form: Form) -> Generator[Item, Any, list[int]]:
        nodes = []
        for item in form.items[1:]:
            nodes.append(self._number((yield item), item))
        return nodes


_STEPS: dict[str, Callable[[Terms, Form, Word], Steps]] = {
    **dict.fromkeys((*CHAINS, *FUNCTIONS, *COMPARISONS), Terms._operation),
    **dict.fromkeys(LOGIC, Terms._logic),
    "if": Terms._if,
    **dict.fromkeys(("let", "let*"), Terms._let),
    **dict.fromkeys(("!", "cast"), Terms._annotated),
    "digits": Terms._digits,
}
