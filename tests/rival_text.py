"""How the rival checker reads a program: character by character and word by word, without a regular expression."""

from __future__ import annotations

import keyword
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

SIGNS = {
    "+": "add", "-": "sub", "*": "mul", "/": "div",
    ">": "gt", ">=": "ge", "<": "lt", "<=": "le", "==": "eq", "!=": "ne",
}  # fmt: skip
OPERANDS = {
    1: "exp expm1 log log1p sqrt cbrt sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh erf floor ceil trunc",
    2: "pow hypot atan2",
}
MATH = {name: count for count, names in OPERANDS.items() for name in names.split()}
OWN = {"maximum": 2, "minimum": 2, "relu": 1, "select": 3, "sigmoid": 1, "sign": 1, "softplus": 1}
SPELT = {"maximum": "max", "minimum": "min"}
BODIES = {
    "maximum": ["def maximum(a, b):", "    return a if a > b or a != a else b"],
    "minimum": ["def minimum(a, b):", "    return a if a < b or a != a else b"],
    "relu": ["def relu(x):", "    return 0.0 if x < 0 else x"],
    "select": ["def select(condition, a, b):", "    return a if condition else b"],
    "sigmoid": ["def sigmoid(x):", "    if x < 0:", "        return exp(x) / (1.0 + exp(x))",
                "    return 1.0 / (1.0 + exp(-x))"],
    "sign": ["def sign(x):", "    return x if x != x else float((x > 0) - (x < 0))"],
    "softplus": ["def softplus(x):", "    return x + log1p(exp(-x)) if x > 0 else log1p(exp(x))"],
}  # fmt: skip
TAKES = {"sigmoid": {"exp"}, "softplus": {"exp", "log1p"}}
DIGITS = 4000


class Refused(Exception):
    """A claim that fails, and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A gate: its register, what it does, its operands as (place of a line or input, or a constant's text)."""

    name: str
    op: str
    operands: tuple[int, ...]


def is_as_read(word: str) -> bool:
    """Say whether Python reads a number as finite; and -0 is none."""
    return math.isfinite(float(word)) and (word[0] != "-" or Fraction(word) != 0)


@dataclass(slots=True)
class Program:
    """Inputs, constants and gates in one list, in the order in which they are met."""

    inputs: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    constants: dict[int, Fraction | str] = field(default_factory=dict)
    place: dict[str, int] = field(default_factory=dict)
    value: int = 0
    gradient: list[int] = field(default_factory=list)
    called: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)  # functions and constants that a line may name

    def operand(self, word: str) -> int:
        """Return the place of an operand; a number is new where its value is."""
        if word in self.place:
            return self.place[word]
        value: Fraction | str = word
        if word in ("pi", "e") and word in self.known:
            self.called.add(word)
        elif is_number(word) and len(word) < DIGITS and is_as_read(word):
            value = Fraction(word)
        else:
            raise Refused("text", f"{word[:40]} is nothing")
        for place, known in self.constants.items():
            if known == value:
                self.place[word] = place
                return place
        self.constants[len(self.lines)] = value
        return self.put(word, "constant", ())

    def put(self, name: str, op: str, operands: tuple[int, ...]) -> int:
        """Append an input, a constant or a gate."""
        self.place[name] = len(self.lines)
        self.lines.append(Line(name, op, operands))
        return len(self.lines) - 1


def is_name(word: str) -> bool:
    """Say whether a word can be a name."""
    return word.isidentifier() and word.isascii()


def is_number(word: str) -> bool:
    """Say whether a word is an integer or a decimal of the grammar."""
    mantissa, e, exponent = word.removeprefix("-").partition("e")
    whole, point, places = mantissa.partition(".")
    power = exponent[1:] if exponent[:1] in ("+", "-") else exponent
    plain = (not e or (power.isdigit() and len(power) <= 4)) and (not point or places.isdigit())
    return word.isascii() and plain and whole.isdigit() and (whole == "0" or whole[0] != "0")


def read(text: str) -> Program:
    """Read a program. Raises: Refused at the claim `text` or `gates`."""
    if any(not (" " <= each <= "~" or each in "\n\t") for each in text):
        raise Refused("text", "a character")
    rows = text.split("\n")
    if any(word in row for row in rows[:2] for word in ("coding:", "coding=")):
        raise Refused("text", "an encoding")
    program = Program()
    body = iter([row for row in rows if row.partition("#")[0].strip(" \t")])
    imports, own, header = _head(body)
    program.known = {*imports, *own, "abs"}
    for name in _between(header, "def value_and_gradient(", "):"):
        _new(program, name)
        program.inputs.append(name)
        program.put(name, "input", ())
    rest = list(body)
    if not rest:
        raise Refused("text", "no return")
    seen: set[tuple[str, tuple[int, ...]]] = set()
    for row in rest[:-1]:
        _line(program, row, seen)
    value, comma, listed = _code(rest[-1]).removeprefix("    return ").partition(", (")
    words = listed.removesuffix(")").removesuffix(",").split(", ") if listed != ")" else []
    again = f"    return {value}{comma}{', '.join(words)}"
    if _code(rest[-1]) not in (f"{again},)", f"{again})" if len(words) != 1 else ""):
        raise Refused("text", "the return")
    program.value, *program.gradient = [program.operand(word) for word in (value, *words)]
    needed = {name for each in own for name in TAKES.get(each, ())} | (program.called - {*OWN, "abs"})
    if imports != sorted(needed) or set(own) != program.called & {*OWN} or len(words) > len(program.inputs):
        raise Refused("text", "imports, prelude or derivatives")
    return program


def _code(row: str) -> str:
    return row.partition("#")[0].rstrip(" \t")


def _head(body: Iterator[str]) -> tuple[list[str], list[str], str]:
    """Return imports, prelude functions and the header."""
    imports: list[str] = []
    own: list[str] = []
    row = next(body, "")
    if row.startswith("from"):
        imports = _between(row, "from math import ", "")
        if not {*imports} <= {*MATH, "pi", "e"}:
            raise Refused("text", "an import")
        row = next(body, "")
    for name, expected in BODIES.items():
        if row == expected[0]:
            own.append(name)
            if [next(body, "") for _ in expected[1:]] != expected[1:]:
                raise Refused("text", f"{name} is not the prelude's")
            row = next(body, "")
    return imports, own, row


def _between(row: str, before: str, after: str) -> list[str]:
    code = _code(row)
    listed = code.removeprefix(before).removesuffix(after)
    names = listed.split(", ") if listed else []
    if code != before + listed + after or not all(map(is_name, names)) or not (names or after):
        raise Refused("text", "a list of names")
    return names


def _new(program: Program, name: str) -> None:
    reserved = keyword.iskeyword(name) or name == "__debug__" or name in program.known
    if not is_name(name) or reserved or name in program.place:
        raise Refused("text", f"{name[:40]} is no new name")


def _line(program: Program, row: str, seen: set[tuple[str, tuple[int, ...]]]) -> None:
    name, equals, code = _code(row).removeprefix("    ").partition(" = ")
    if not equals or not row.startswith("    ") or not is_name(name):
        raise Refused("text", "no line of a program")
    op, words = _operation(program, code)
    operands = tuple([program.operand(word) for word in words])
    alike = tuple(sorted(operands)) if op in ("add", "mul", "max", "min", "hypot", "eq", "ne") else operands
    if (op, alike) in seen:
        raise Refused("gates", f"{name} is a gate a second time")
    seen.add((op, alike))
    _new(program, name)
    program.put(name, op, operands)


def _operation(program: Program, code: str) -> tuple[str, Sequence[str]]:
    parts = code.split(" ")
    if code.endswith(")"):
        function, bracket, listed = code[:-1].partition("(")
        words = listed.split(", ")
        count = {**MATH, **OWN, "abs": 1}.get(function) if function in program.known else None
        if bracket and count == len(words):
            program.called.add(function)
            return SPELT.get(function, function), words
    elif len(parts) == 3 and parts[1] in SIGNS:
        return SIGNS[parts[1]], (parts[0], parts[2])
    elif len(parts) == 1 and code.startswith("-"):
        return "neg", (code[1:],)
    raise Refused("text", "no operation")
