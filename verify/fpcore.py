"""The reader of FPCore 2.0 (fpbench.org): the last core of a text as gates, earlier cores called by name.

Expressions are read in place from a flat list of words with one explicit stack of frames; a frame knows which data it
still has to read. A let binding is a name for a node, never a gate. What is refused is a FormulaError with its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from verify.cores import Core, Cores, expression
from verify.errors import FormulaError, FormulaLimit
from verify.graph import Builder, Graph, reached
from verify.operators import OPERATORS, REFUSED, Value, apply, constant
from verify.sexpr import OPENING, Data, read_data
from verify.tokens import EXPONENT_LIMIT

WORK_LIMIT = 6_000_000  # words that calls and `!=` may add to those of the text itself: a million gates or so
_START = re.compile(r"(?:\s++|;[^\n]*+)*+[(\[]FPCore(?=[\s()\[\]\";]|\Z)")
_LET, _TRANSPARENT = ("let", "let*"), ("!", "cast")
Environment = dict[str, list[Value]]  # the innermost binding of a name stands last


def is_fpcore(text: str) -> bool:
    """Tell whether a text is FPCore: after blanks and comments it starts with `(FPCore` or `[FPCore`."""
    return _START.match(text) is not None


def read_fpcore(text: str, variables: Sequence[str] | None = None, parameters: Sequence[str] = ()) -> Graph:
    """Read the last core of a text; inputs are its arguments, parameters last, or `variables` and `parameters`.

    Raises: FormulaError, FormulaLimit.
    """
    cores = Cores(read_data(text))
    last = len(cores.starts) - 1
    core = cores.header(last)
    names = _inputs(core, variables, parameters)
    reader = _Reader(cores.data, cores, Builder(names), last)
    reader.environment = {name: [Value(node)] for node, name in enumerate(names)}
    value = reader.read(core.body)
    if value.condition:
        raise cores.data.error("a condition stands where a number is due", core.body)
    return _live(reader.builder.finish(value.node, len(parameters)))


def _inputs(core: Core, variables: Sequence[str] | None, parameters: Sequence[str]) -> tuple[str, ...]:
    listed = frozenset(parameters)
    first = [name for name in core.arguments if name not in listed] if variables is None else variables
    names = (*first, *parameters)
    given, due = frozenset(names), frozenset(core.arguments)
    for name in names:
        if name not in due:
            raise FormulaError(f"{name} is no argument of the core")
    for name in core.arguments:
        if name not in given:
            raise FormulaError(f"{name} is not among the variables")
    return names


def _live(graph: Graph) -> Graph:
    """Return the graph without what its output does not need: a binding nobody uses has no say in what follows."""
    live, count = reached(graph, (graph.output,)), len(graph.inputs)
    kept = [node for node in range(len(graph.ops)) if live[node] or node < count]
    place = {node: index for index, node in enumerate(kept)}
    args = [tuple([place[operand] for operand in graph.args[node]]) for node in kept]
    value = {place[node]: known for node, known in graph.value.items() if node in place}
    ops = [graph.ops[node] for node in kept]
    return Graph(graph.inputs, ops, args, value, place[graph.output], graph.parameters)


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class _Frame:
    head: str
    at: int
    parts: list[int]  # the data to be read, in order
    values: list[Value] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # what a let binds
    callee: int | None = None


@dataclass(slots=True, repr=False, eq=False)
class _Call(_Frame):
    """The body of a core in the place of its call."""

    outer: Environment = field(default_factory=dict)
    caller: int = 0
    key: tuple[int, tuple[Value, ...]] = (0, ())


@dataclass(slots=True, repr=False, eq=False)
class _Reader:
    data: Data
    cores: Cores
    builder: Builder
    current: int  # the core whose body is read
    environment: Environment = field(default_factory=dict)
    frames: list[_Frame] = field(default_factory=list)
    called: dict[tuple[int, tuple[Value, ...]], Value] = field(default_factory=dict)
    calls: int = 0  # open calls
    work: int = 0

    def read(self, at: int) -> Value:
        """Return the value of the expression at word `at`."""
        while True:
            value = self._begin(at)
            while value is not None:
                if not self.frames:
                    return value
                value = self._take(value)
            frame = self.frames[-1]
            at = frame.parts[len(frame.values)]

    def _spend(self, amount: int, at: int) -> None:
        self.work += amount
        if self.work > WORK_LIMIT:
            raise self.data.error(f"calls and `!=` that unfold to more than {WORK_LIMIT} words", at, FormulaLimit)

    def _begin(self, at: int) -> Value | None:
        """Read a word, or open a list; None if its parts are to be read first."""
        items = self.data.items(at) if self.data.words[at] in OPENING else []
        if self.calls:
            self._spend(1 + len(items), at)
        if self.data.words[at] not in OPENING:
            return self._word(at)
        if not items or not self.data.is_symbol(items[0]):
            raise self.data.error("an operator is missing", at)
        head = self.data.words[items[0]]
        if head == "digits":
            return self._digits(at, items[1:])
        self.frames.append(self._open(head, at, items[1:]))
        return None if self.frames[-1].parts else self._finish()

    def _word(self, at: int) -> Value:
        word = self.data.words[at]
        number = self.data.number(at)
        if number is not None:
            return Value(self.builder.constant(number))
        if word[0] in '":':
            raise self.data.error(f"{word[:40]} stands where a value is due", at)
        bound = self.environment.get(word)
        if bound:
            return bound[-1]
        known = constant(self.builder, word)
        if known is None:
            what = f"{REFUSED[word]} is not supported" if word in REFUSED else f"{word} is no argument and not bound"
            raise self.data.error(what, at)
        return known

    def _digits(self, at: int, items: list[int]) -> Value:
        """Read `(digits m e b)`, the number m*b**e."""
        numbers = [self.data.number(item) for item in items]
        whole = [int(number) for number in numbers if number is not None and number.denominator == 1]
        if len(whole) != 3 or len(items) != 3 or whole[2] < 2:
            raise self.data.error("digits takes three integers, the last of them at least 2", at)
        mantissa, exponent, base = whole
        if abs(exponent) * base.bit_length() > 4 * EXPONENT_LIMIT:
            raise self.data.error(f"a number with an exponent beyond {EXPONENT_LIMIT}", at, FormulaLimit)
        return Value(self.builder.constant(mantissa * Fraction(base) ** exponent))

    def _open(self, head: str, at: int, items: list[int]) -> _Frame:
        if head in _LET:
            return self._let(head, at, items)
        if head in _TRANSPARENT:
            return _Frame(head, at, [expression(self.data, items, at)])
        if head in OPERATORS:
            return _Frame(head, at, items)
        callee = self.cores.callee(head, self.current)
        if callee is None:
            what = f"{REFUSED[head]} is not supported" if head in REFUSED else f"{head} is not a supported operator"
            if head in self.cores.named:
                what = f"{head} is called before it is complete: a core can call earlier ones only"
            raise self.data.error(what, at)
        return _Frame(head, at, items, callee=callee)

    def _let(self, head: str, at: int, items: list[int]) -> _Frame:
        data = self.data
        if len(items) != 2 or not data.is_list(items[0]):
            raise data.error(f"{head} takes a list of bindings and an expression", at)
        frame = _Frame(head, at, [])
        for binding in data.items(items[0]):
            pair = data.items(binding) if data.is_list(binding) else []
            if len(pair) != 2 or not data.is_symbol(pair[0]):
                raise data.error("a binding is `(name expression)`", binding)
            frame.names.append(data.words[pair[0]])
            frame.parts.append(pair[1])
        if head == "let" and len(set(frame.names)) < len(frame.names):
            raise data.error("a let binds a name twice", at)
        frame.parts.append(items[1])
        return frame

    def _take(self, value: Value) -> Value | None:
        """Hand a value to the innermost frame; return the frame's own value once it has all it needs."""
        frame = self.frames[-1]
        frame.values.append(value)
        have, due = len(frame.values), len(frame.names)
        if frame.head == "let*" and have <= due:
            self.environment.setdefault(frame.names[have - 1], []).append(value)
        elif frame.head == "let" and have == due:
            for name, bound in zip(frame.names, frame.values, strict=True):
                self.environment.setdefault(name, []).append(bound)
        return self._finish() if have == len(frame.parts) else None

    def _finish(self) -> Value | None:
        """Close the innermost frame; None if it was a call, whose body is to be read now."""
        frame = self.frames.pop()
        if isinstance(frame, _Call):
            self.environment, self.current = frame.outer, frame.caller
            self.calls -= 1
            self.called[frame.key] = frame.values[0]
        for name in frame.names:
            self.environment[name].pop()
        if frame.callee is not None:
            return self._call(frame, frame.callee)
        if frame.head not in OPERATORS:
            return frame.values[-1]
        if frame.head == "!=":
            self._spend((len(frame.values) - 1) * (len(frame.values) - 2) // 2, frame.at)
        try:
            return apply(self.builder, frame.head, frame.values)
        except FormulaError as error:
            raise self.data.error(error.reason, frame.at, type(error)) from None

    def _call(self, frame: _Frame, callee: int) -> Value | None:
        core = self.cores.header(callee)
        if len(frame.values) != len(core.arguments):
            wanted = f"{frame.head} takes {len(core.arguments)} operand(s), not {len(frame.values)}"
            raise self.data.error(wanted, frame.at)
        key = callee, tuple(frame.values)
        if key in self.called:
            return self.called[key]
        self.frames.append(_Call("", frame.at, [core.body], outer=self.environment, caller=self.current, key=key))
        self.environment = {name: [value] for name, value in zip(core.arguments, frame.values, strict=True)}
        self.current = callee
        self.calls += 1
        return None
