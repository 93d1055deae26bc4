"""Forged texts: what Python would run, or read otherwise, than it seems; each is refused at the claim `text`.

A row is (what is forged, the text, a word of the reason that `certify` gives).
"""

from __future__ import annotations

HEAD = "def value_and_gradient(x):\n"
END = "    return x, (1,)\n"
SELECT = "def select(condition, a, b):\n    return a if condition else b\n"


def body(*lines: str) -> str:
    """Return a program in x of these lines, returning the last line's register."""
    return HEAD + "".join(f"    {line}\n" for line in lines) + END


HIDDEN = [
    ("a square", "v0 = pow(x, 2)", "pow"),
    ("a square in another word", "v0 = pow(x, 2.0)", "pow"),
    ("a root of 4", "c0 = sqrt(4)\n    v0 = pow(x, c0)", "pow, sqrt"),
    ("6/3", "c0 = 6 / 3\n    v0 = pow(x, c0)", "pow"),
    ("the tenth power", "c0 = 5 * 2\n    v0 = pow(x, c0)", "pow"),
    ("an exponent that moves", "v0 = pow(x, x)", "pow"),
    ("a base that does not", "v0 = pow(2, x)", "pow"),
    ("an exponent that jumps", "v1 = floor(x)\n    v0 = pow(x, v1)", "floor, pow"),
]
POWERS = [
    (f"hidden power: {what}", f"from math import {names}\n{HEAD}    {lines}\n    return v0, (x,)\n", "hidden power")
    for what, lines, names in HIDDEN
]
RUNS = [
    ("an annotation", "def value_and_gradient(x: print(1)):\n" + END, "annotation"),
    ("an annotation of the result", "def value_and_gradient(x) -> print(1):\n" + END, "annotation"),
    ("an annotated line", body("v0: print(1) = x * x"), "annotation"),
    ("a default", "def value_and_gradient(x=print(1)):\n" + END, "default"),
    ("a decorator", "@print\n" + HEAD + END, "decorator"),
    ("a statement before", "print(1)\n" + HEAD + END, "statement print"),
    ("a statement behind", HEAD + END + "print(1)\n", "after the return"),
    ("a second statement on a line", body("v0 = x * x; print(1)"), "two statements"),
    ("an import inside", body("import os"), "import"),
    ("a call", body("v0 = print(x)"), "unknown call"),
    ("a method", body("v0 = x.hex()"), "attribute"),
    ("a comprehension", body("v0 = [print(1) for _ in (1,)]"), "expression"),
    ("an f-string", body("v0 = f'{print(1)}'"), "string"),
    ("a docstring", body('"""x"""'), "docstring"),
    ("a lambda", body("v0 = (lambda: x)()"), "lambda"),
    ("a walrus", body("v0 = (v1 := x * x)"), ":="),
    ("an argument that runs", body("v0 = abs(print(x))"), "nested"),
    ("a keyword argument", body("v0 = abs(x=x)"), "keyword"),
]
ENCODED = [
    ("an encoding", "# -*- coding: utf-7 -*-\n" + HEAD + END, "encoding"),
    ("an encoding on the second line", "\n# vim: set fileencoding=utf-16 :\n" + HEAD + END, "encoding"),
    ("a look-alike of x", HEAD.replace("(x)", "(\u0445)") + END, "ASCII"),
    ("one name to Python", "def value_and_gradient(\u00b5, \u03bc):\n    return \u00b5, (1, 0)\n", "ASCII"),
    ("a digit of another script", body("v0 = \uff12 * x"), "ASCII"),
    ("a minus that is none", body("v0 = x \u2212 x"), "ASCII"),
    ("a bidirectional comment", body("v0 = x * x  # \u202e"), "ASCII"),
    ("a byte order mark", "\ufeff" + HEAD + END, "ASCII"),
    ("a lone surrogate", body("v0 = x * x  # \udcff"), "ASCII"),
    ("a line end in a comment", HEAD + "    # \r    v0 = x * x\n" + END, "control character"),
    ("a vertical tab", HEAD + "    v0 =\x0bx * x\n" + END, "control character"),
    ("a form feed", HEAD + "\x0c    v0 = x * x\n" + END, "control character"),
    ("a file separator", body("v0 = x * x\x1c"), "control character"),
    ("a null", body("v0 = x * x  # \x00"), "control character"),
    ("another line end", body("v0 = x * x  # \u2028    v1 = x * x"), "ASCII"),
    ("lines that go on", HEAD + "    v0 = x * \\\n    x\n" + END, "not in the grammar"),
    ("indentation by tabs", HEAD + "\tv0 = x * x\n" + END, "indentation"),
]
NAMED = [
    ("a name twice", body("v0 = x * x", "v0 = x + x"), "reassignment"),
    ("an input assigned", body("x = x * x"), "reassignment"),
    ("an input twice", "def value_and_gradient(x, x):\n    return x, (1, 0)\n", "twice"),
    ("a name before its line", body("v0 = v1 * x", "v1 = x * x"), "undefined"),
    ("a function shadowed by an input", "from math import sin\ndef value_and_gradient(sin):\n    v0 = sin(sin)\n"
     "    return v0, (1,)\n", "reserved"),
    ("a function shadowed by a line", "from math import sin\n" + body("sin = x * x", "v0 = sin(x)"), "reserved"),
    ("abs shadowed", body("abs = x * x", "v0 = abs(x)"), "reserved"),
    ("pi shadowed", "from math import pi\n" + body("v0 = pi * x", "pi = x * x"), "reserved"),
    ("a prelude shadowed", SELECT + body("select = x * x"), "reserved"),
    ("a keyword", body("lambda = x * x"), "reserved"),
    ("what Python forbids", body("__debug__ = x * x"), "reserved"),
    ("pi without an import", body("v0 = pi * x"), "import"),
    ("a function without an import", body("v0 = sin(x)"), "import"),
    ("an import too many", "from math import sin\n" + HEAD + END, "import"),
    ("imports in another order", "from math import sin, cos\n" + body("v0 = sin(x)", "v1 = cos(v0)"), "import"),
    ("an import of what math has not", "from math import sigmoid\n" + body("v0 = sigmoid(x)"), "prelude"),
    ("an import under another name", "from math import sin as cos\n" + body("v0 = cos(x)"), "import"),
    ("an import of all", "from math import *\n" + body("v0 = sin(x)"), "import"),
    ("another module", "from cmath import sin\n" + body("v0 = sin(x)"), "import"),
    ("another prelude", SELECT.replace("a if condition else b", "b if condition else a") + body("v0 = select(x, x, x)"),
     "prelude differs"),
    ("a prelude twice", SELECT + SELECT + body("v0 = select(x, x, x)"), "prelude differs"),
    ("a prelude for nothing", SELECT + HEAD + END, "prelude differs"),
    ("a helper", "def double(x):\n    return 2 * x\n" + body("v0 = double(x)"), "second function"),
    ("any number of arguments", "def value_and_gradient(*x):\n" + END, "starred"),
    ("two headers", HEAD + HEAD + END, "header"),
]  # fmt: skip
NUMBERS = [
    (f"the number {word[:12]}", body(f"v0 = {word} * x"), reason)
    for word, reason in (
        ("1e999", "constant"), ("-1e999", "constant"), ("1" + "0" * 400, "constant"), ("9" * 5000, "digits"),
        ("1e99999", "constant"), ("inf", "undefined"), ("nan", "undefined"), ("0x10", "constant"),
        ("1_000", "constant"), ("1j", "constant"), ("007", "grammar"), (".5", "constant"), ("5.", "constant"),
        ("1E5", "constant"), ("-0", "Python"), ("-0.0", "Python"), ("-0e5", "Python"),
        ("1.7976931348623159e308", "Python"), ("True", "undefined"), ("--2", "grammar"), ("+2", "grammar"),
        ("(2)", "nested"),
        ("1e5e5", "grammar"),
    )
]  # fmt: skip
LINES = [
    ("a power", body("v0 = x ** 2"), "power"),
    ("two gates on a line", body("v0 = x * x + x"), "nested"),
    ("a copy", body("v0 = x"), "copy"),
    ("a floor division", body("v0 = x // 2"), "//"),
    ("a remainder", body("v0 = x % 2"), "%"),
    ("a chain of comparisons", body("v0 = x < x < 2"), "nested"),
    ("a branch", body("v0 = x if x > 0 else 2"), "conditional"),
    ("a loop", body("for _ in (0,): pass"), "statement for"),
    ("an operator that assigns", body("v0 += x"), "reassignment"),
    ("two targets", body("v0 = v1 = x * x"), "two targets"),
    ("a tuple", body("v0, v1 = x * x, x"), "assignment"),
    ("an operand too many", "from math import sin\n" + body("v0 = sin(x, x)"), "takes 1"),
    ("an operand too few", "from math import hypot\n" + body("v0 = hypot(x)"), "takes 2"),
    ("no operand", body("v0 = abs()"), "without arguments"),
    ("a division by 0", body("v0 = x / 0"), "division by zero"),
    ("a division by 1 - 1", body("c0 = 1 - 1", "v0 = x / c0"), "division by zero"),
    ("a return in the middle", HEAD + END + "    v0 = x * x\n" + END, "after the return"),
    ("no return", HEAD + "    v0 = x * x\n", "missing"),
    ("a gradient that is no tuple", HEAD + "    return x, (1)\n", "return"),
    ("a gradient without brackets", HEAD + "    return x, 1\n", "return"),
    ("a gate in the return", HEAD + "    return x, (x * x,)\n", "return"),
    ("a derivative too many", HEAD + "    return x, (1, 0)\n", "derivatives"),
    ("nothing", "", "missing"),
    ("only a comment", "# certified\n", "missing"),
]
TEXTS = [*POWERS, *RUNS, *ENCODED, *NAMED, *NUMBERS, *LINES]
