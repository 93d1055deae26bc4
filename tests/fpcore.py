"""A second, small reader and evaluator of FPCore, for the tests alone: it shares no code with the packages.

Trees are nested lists of words; values are mpmath's numbers at the working precision, and Python's True and False.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath

LOOPS = {"while", "while*", "for", "for*"}
TENSORS = {"tensor", "tensor*", "array", "dim", "size", "ref"}
LARGEST = mpmath.mpf(2) ** 1000
Tree = Any  # a word, or a list of trees
_WORDS = re.compile(r';[^\n]*|"[^"]*"|[()\[\]]|[^\s()\[\];"]+')


def forms(text: str) -> list[tuple[str, Tree]]:
    """Return text and tree of every bracket that stands in no other."""
    result: list[tuple[str, Tree]] = []
    stack: list[list[Tree]] = [[]]
    start = 0
    for match in _WORDS.finditer(text):
        word = match.group()
        if word in "([":
            start = match.start() if len(stack) == 1 else start
            stack.append([])
        elif word in ")]":
            stack[-2].append(stack.pop())
            if len(stack) == 1:
                result.append((text[start : match.end()], stack[0].pop()))
        elif word[0] != ";":
            stack[-1].append(word)
    return result


def identifier(core: Tree) -> str:
    """Return the identifier of a core, or ''."""
    return core[1] if isinstance(core[1], str) else ""


def title(core: Tree) -> str:
    """Return what a core calls itself: its `:name`, its identifier, or ''."""
    names = [core[place + 1][1:-1] for place, word in enumerate(core) if word == ":name"]
    return names[0] if names else identifier(core)


def heads(tree: Tree) -> set[str]:
    """Return the first words of all forms inside a tree."""
    found: set[str] = set()
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list) and each:
            found |= {each[0]} if isinstance(each[0], str) else set()
            waiting += each
    return found


def arguments(core: Tree) -> list[str]:
    """Return the names of a core's arguments."""
    return [each if isinstance(each, str) else each[-1] for each in _listed(core)]


def beyond(core: Tree) -> str:
    """Return what a core has that no circuit has: "loop", "tensor" or ''."""
    words = heads(core[-1])
    if words & LOOPS:
        return "loop"
    shaped = any(isinstance(each, list) and each[0] != "!" for each in _listed(core))
    return "tensor" if shaped or words & TENSORS else ""


def _listed(core: Tree) -> list[Tree]:
    listed: list[Tree] = core[2] if identifier(core) else core[1]
    return listed


def evaluate(cores: list[Tree], values: list[Any]) -> Any:
    """Return the value of the last of these cores, which may call the others.

    Errors: ArithmeticError and ValueError where a step has no real value, or none that a float can hold.
    """
    functions = {identifier(core): core for core in cores[:-1]}
    scope = dict(zip(arguments(cores[-1]), values, strict=True))
    return _value(cores[-1][-1], scope, functions)


def _value(tree: Tree, scope: Mapping[str, Any], functions: Mapping[str, Tree]) -> Any:
    if isinstance(tree, str):
        return _word(tree, scope)
    head, *rest = tree
    if head in ("let", "let*"):
        inner = dict(scope)
        for name, expression in rest[0]:
            inner[name] = _value(expression, inner if head == "let*" else scope, functions)
        return _value(rest[1], inner, functions)
    if head in ("!", "cast"):
        return _value(rest[-1], scope, functions)
    if head == "if":
        return _value(rest[1] if _value(rest[0], scope, functions) else rest[2], scope, functions)
    operands = [_value(each, scope, functions) for each in rest]
    if head in functions:
        core = functions[head]
        return _value(core[-1], dict(zip(arguments(core), operands, strict=True)), functions)
    return _real(MEANING[head](*operands))


def _real(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, mpmath.mpc) or not abs(value) < LARGEST:
        raise ArithmeticError("no real number that a float can hold")
    return value


def _word(word: str, scope: Mapping[str, Any]) -> Any:
    if word in scope:
        return scope[word]
    if word in ("TRUE", "FALSE"):
        return word == "TRUE"
    if word in CONSTANTS:
        return CONSTANTS[word]()
    exact = Fraction(float.fromhex(word)) if "0x" in word else Fraction(word)
    return mpmath.mpf(exact.numerator) / exact.denominator


def _trunc(x: Any) -> Any:
    return mpmath.sign(x) * mpmath.floor(abs(x))


def _power(x: Any, y: Any) -> Any:
    return x ** int(y) if y == int(y) else mpmath.power(x, y)


def _chain(test: Callable[[Any, Any], bool]) -> Callable[..., bool]:
    return lambda *each: all(test(a, b) for a, b in itertools.pairwise(each))


_SAME = "exp expm1 log log1p sqrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc hypot"
_SAME += " floor ceil log10"
MEANING: dict[str, Callable[..., Any]] = {name: getattr(mpmath, name) for name in _SAME.split()} | {
    "+": lambda *each: sum(each[1:], each[0]),
    "-": lambda x, *each: x - sum(each) if each else -x,
    "*": lambda *each: math.prod(each[1:], start=each[0]),
    "/": lambda x, y: x / y,
    "pow": _power,
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "log2": lambda x: mpmath.log(x, 2),
    "exp2": lambda x: mpmath.power(2, x),
    "digits": lambda m, e, b: m * b ** int(e),
    "fabs": abs,
    "fmax": max,
    "fmin": min,
    "fma": lambda x, y, z: x * y + z,
    "fdim": lambda x, y: x - y if x > y else mpmath.mpf(0),
    "copysign": lambda x, y: abs(x) if y >= 0 else -abs(x),
    "trunc": _trunc,
    "fmod": lambda x, y: x - y * _trunc(x / y),
    "round": lambda x: mpmath.sign(x) * mpmath.floor(abs(x) + mpmath.mpf(1) / 2),
    "<": _chain(lambda x, y: bool(x < y)),
    ">": _chain(lambda x, y: bool(x > y)),
    "<=": _chain(lambda x, y: bool(x <= y)),
    ">=": _chain(lambda x, y: bool(x >= y)),
    "==": _chain(lambda x, y: bool(x == y)),
    "!=": lambda *each: len(set(each)) == len(each),
    "and": lambda *each: all(each),
    "or": lambda *each: any(each),
    "not": lambda each: not each,
}
CONSTANTS: dict[str, Callable[[], Any]] = {
    "E": lambda: +mpmath.e,
    "PI": lambda: +mpmath.pi,
    "LOG2E": lambda: 1 / mpmath.log(2),
    "LOG10E": lambda: 1 / mpmath.log(10),
    "LN2": lambda: mpmath.log(2),
    "LN10": lambda: mpmath.log(10),
    "PI_2": lambda: mpmath.pi / 2,
    "PI_4": lambda: mpmath.pi / 4,
    "M_1_PI": lambda: 1 / mpmath.pi,
    "M_2_PI": lambda: 2 / mpmath.pi,
    "M_2_SQRTPI": lambda: 2 / mpmath.sqrt(mpmath.pi),
    "SQRT2": lambda: mpmath.sqrt(2),
    "SQRT1_2": lambda: 1 / mpmath.sqrt(2),
}
