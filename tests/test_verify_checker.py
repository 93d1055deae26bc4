"""The stand-alone checker, line by line: what it proves, what it rejects, at which claim and in which words.

Each row is met under the best certificate that a forger can write; the rival checker must say the same. `cases` yields
all rows with their certificates, for the mutation testing that `verify/MUTATION.md` tells of.
"""

from __future__ import annotations

import gc
import json
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from compiler import compile_gradient
from tests.forged.certificates import CERTIFICATE, TEXT, changed, nested, replaced
from tests.forged.programs import write
from tests.forged.texts import END, HEAD, SELECT, body
from tests.rival import decide
from tests.rival_text import BODIES
from tests.test_verify_forged import forged_certificate
from verify import checker as untyped

checker: Any = untyped
CHECKER = Path(checker.__file__)
ANY = None  # a reason that is not the point of the row


def squared(times: int) -> str:
    """Return a program with 3, squared again and again."""
    lines = "; ".join(f"c{i} = c{i - 1} * c{i - 1}" for i in range(2, times + 1))
    return f"x | c1 = 3 * 3; {lines}; v0 = c{times} * x | v0, (c{times},)"


class Row(NamedTuple):
    """A program or a text, the claim that fails ("": it is proved), and why; `alone`: the rival has no such limit."""

    what: str
    text: str
    claim: str = ""
    reason: str | None = ANY
    alone: bool = False


def text_of(program: str) -> str:
    """Return the text of `inputs | line; line | return`, or of a text that is one."""
    return write(program) if " | " in program and "\n" not in program else program


def roomy(moving: str, fixed: str, value: str, extra: str, gradient: str, room: int = 6) -> str:
    """Return a program of the value `v`, to which exponentials are added: each pays for one gate of `extra` more."""
    names = [f"q{at}" for at in range(room)]
    more = "; ".join(f"e{at} = exp(q{at}); a{at} = {f'a{at - 1}' if at else 'v'} + e{at}" for at in range(room))
    inputs = ", ".join([moving, *names, *([fixed] if fixed else [])])
    slopes = ", ".join([gradient, *(f"e{at}" for at in range(room))])
    return f"{inputs} | {value}; {extra}; {more} | a{room - 1}, ({slopes})"


# Right programs: of every row of the table, and of everything that the grammar allows

FORMULAS = [
    *(f"y*{name}(x*y) + z" for name in (
        "exp expm1 log log1p sqrt cbrt sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh sigmoid erf "
        "softplus abs relu floor ceil trunc").split()),
    *(f"{name}(x*y, z)*y" for name in ("hypot", "max", "min", "atan2")),
    *(f"select(x*y {sign} z, x*y, z)*z" for sign in "> >= < <= == !=".split()),
    "(x*y)**1.5 + z", "(x*y)**pi", "(x*y)**(2*pi) - z", "(x + y)**-0.5", "-(x*y)/z", "3*x*y + x/7 - 2/y", "x*x*x",
    "x/x",
    "a*b*c + sin(a*b) + (a*b)/c", "pi*x + E*y", "select(x > 0, 3, x*y)", "select(x > 0, x*y, 3)", "x - x", "7", "x",
    "(x + y)*(x + y)*(x - y)/7 - 2*(x + y)", "floor(x)*y + trunc(y)*x", "x/(2*y) + (2*y)/z", "1/(x*y) + x*y",
]  # fmt: skip
LONGEST, LARGEST = "0." + "1" * 3997, "1.7976931348623158e308"
THOUSAND = (
    "x, y | v0 = x * y; "
    + "; ".join(f"v{i} = sin(v{i - 1})" for i in range(1, 501))
    + "; t0 = cos(v499); "
    + "; ".join(f"c{i} = cos(v{499 - i}); t{i} = t{i - 1} * c{i}" for i in range(1, 500))
    + "; a = t499 * y; b = t499 * x | "
    "v500, (a, b)"
)
PROVED = [
    *(Row(f"the gradient of {formula}", compile_gradient(formula).source) for formula in FORMULAS),
    Row("no input", "| | 3, ()"),
    Row("no derivative", "x, y | v0 = x * y | v0, ()"),
    Row("a derivative less than inputs", "x, y | v0 = x * y | v0, (y,)"),
    Row("a comma behind the last derivative", "x, y | v0 = x * y | v0, (y, x,)"),
    Row("comments and blanks of a right program", "# a\n\n\t\n  # b\nfrom math import cos, sin \t# c\n# d\ndef "
        "value_and_gradient(x): \t# e\n   \n    v0 = sin(x)# f\n# v1 = x\n    t0 = cos(x)\t \n"
        "    return v0, (t0,) #\n"),
    Row("comments within the prelude", "def relu(x):\n  # a\n\n    return 0.0 if x < 0 else x\n\t\n" + HEAD
        + "    v0 = relu(x)\n    return v0, ()\n"),
    Row("the word coding on the third line", "\n\n# coding: utf-7\n" + HEAD + END),
    Row("another word with a value", "# oding: utf-7, encodin: utf-7, code=1\n" + HEAD + END),
    Row("the word coding without a value", "# coding\n" + HEAD + END),
    Row("inputs of unusual names", "_, a_Z9, zMA | v0 = _ * a_Z9 | v0, (a_Z9, _, 0)"),
    Row("names of functions that are not imported",
        "def value_and_gradient(sin, pi, exp):\n    v0 = sin * pi\n    return v0, (pi, sin, 0)\n"),
    Row("a name that begins with a function's", "from math import sin\ndef value_and_gradient(sine):\n"
        "    v0 = sin(sine)"
        "\n    return v0, ()\n"),
    *(Row(f"the number {word}", body(f"v0 = {word} * x").replace("x, (1,)", f"v0, ({other},)")) for word, other in (
        ("10", "10.0"), ("-2", "-2"), ("2.50", "2.5"), ("1e5", "100000"), ("1e+5", "1e5"), ("1e-5", "0.00001"),
        ("0.25e2", "25"), ("1e0003", "1000"), ("-0.5e-3", "-0.0005"), (LARGEST, LARGEST),
        (f"-{LARGEST}", f"-{LARGEST}"), (LONGEST, LONGEST), ("5e-324", "0.5e-323"), ("-5e-324", "-5e-324"),
    )),
    Row("the number 0", "x, y | v0 = 0 * x; v1 = v0 + y | v1, (0.0, 1e0)"),
    Row("minus minus 2", "x | c0 = --2; v0 = c0 * x | v0, (2,)"),
    Row("what both are", "x, y | v0 = x * y; v1 = 2 * x; v2 = x + x; s0 = v1 == y; s1 = y == v2; "
        "v3 = select(s0, v0, x); "
        "v4 = select(s1, v0, x); v5 = v3 - v4 | v5, (0, 0)"),
    Row("the radius the other way round", "x, y | v0 = atan2(x, y); t0 = hypot(y, x); t1 = 1 / t0; t2 = t1 / t0; "
        "t3 = t2 * y; t4 = t2 * x; t5 = -t4 | v0, (t3, t5)"),
    *(Row(f"{name} both ways", f"x, y | v0 = x {name} y; v1 = y {name} x; v2 = v0 + v1 | v2, (0, 0)")
      for name in ("<", ">", "<=", ">=")),
    Row("a difference both ways", "x, y | v0 = x - y; v1 = y - x; v2 = v0 * v1; t0 = v1 - v0; "
        "t1 = v0 - v1 | v2, (t0, t1)"),
    Row("a quotient both ways", "x, y | v0 = x / y; v1 = y / x; v2 = v0 - v1; t0 = 1 / y; t1 = v1 / x; t2 = t0 + t1; "
        "t3 = v0 / y; t4 = 1 / x; t5 = t3 + t4; t6 = -t5 | v2, (t2, t6)"),
    Row("a sum in another order, half of a register",
        "x, y | v0 = x * y; v1 = sin(v0); v2 = 3 * v0; v3 = v1 + v2; t0 = cos(v0); t1 = 2 * t0; t2 = t1 + 6; "
        "t3 = t2 * y; "
        "t4 = t3 / 2 | v3, (t4,)"),
    Row("a sum that needs no hint", "x, y | v0 = x * y; v1 = sin(v0); v2 = v0 + v1; t0 = cos(v0); t1 = t0 + 1; "
        "t2 = t1 * y; t3 = t1 * x | v2, (t2, t3)"),
    Row("a sum that is 0", "x, y | v0 = x * y; v1 = 2 * v0; v2 = v0 + v0; v3 = v1 - v2; v4 = exp(v0); v5 = v3 * v4 | "
        "v5, (0, 0)"),
    Row("a derivative shared, negated once", "z, x, y | v0 = x + y; v1 = z / v0; t0 = 1 / v0; t1 = v1 * t0; t2 = -t1 | "
        "v1, (t0, t2, t2)"),
    Row("a derivative negated in the value", "x, y | v0 = -x; v1 = v0 * y; t0 = -y | v1, (t0, v0)"),
    Row("a derivative that is a constant negated", "x, y | v0 = pi * x; v1 = y - v0; c0 = -pi | v1, (c0, 1)"),
    Row("an exponent of e", "from math import e, pow\n" + HEAD + "    v0 = pow(x, e)\n    t0 = e - 1\n    "
        "t1 = pow(x, t0)\n    t2 = e * t1\n    return v0, (t2,)\n"),
    Row("a whole power of a constant", "x | c0 = pow(3, 2); v0 = c0 * x | v0, (c0,)"),
    Row("divided by 1 and -1", "x | v0 = x / 1; v1 = v0 / -1 | v1, (-1,)"),
    Row("divided by a number above 2^1024", "x | c0 = 1e300 * 1e300; v0 = x / c0; c1 = 1 / c0 | v0, (c1,)"),
    *(Row(f"{k} times {k} of a product", f"x, y | v0 = x * y; v1 = {k} * v0; v2 = {m} * v1; t0 = {k} * y; "
        f"t1 = {m} * t0; t2 = {k} * x; t3 = {m} * t2 | v2, (t1, t3)") for k, m in (
        ("1e300", "1e300"), ("-1e300", "1e300"), ("1e-300", "1e-300"), ("1e-300", "-1e-300"))),
    Row("numbers above 2^1024", "x | v0 = 1e300 * x; v1 = 1e300 * v0; v2 = 1e300 * v1; c0 = 1e300 * 1e300; "
        "c1 = c0 * 1e300 | v2, (c1,)"),
    Row("a number squared thirteen times", squared(13)),
    Row("what is a sum of the same number", "x | v0 = 3 * x; v1 = x * 4; v2 = v0 + v1 | v2, (7,)"),
    *(Row(f"over {what}, of what the value is over", roomy("w", "x, y, z", f"{value}; v = u * w", extra, "t"), claim,
        alone=True)
      for what, claim, value, extra in (
        ("a product", "", "a = z / x; u = a / y", "b = x * y; t = z / b"),
        ("a factor of a product", "", "a = x * y; u = z / a", "b = z / x; t = b / y"),
        ("a factor of a factor", "", "a = x * y; b = a * z; u = 2 / b", "c = 2 / z; d = c / y; t = d / x"),
        ("a fraction of what it is not over", "no new pole", "a = z / x; u = a / y", "b = x / z; c = b * y; "
        "d = 1 / c; t = 1 * d"),
        ("a fraction", "", "a = z / x; u = a / y", "b = x / y; c = z / b; d = c / y; t = d / y"),
        ("a square", "", "u = z / x", "a = x * x; b = z / a; t = b * x"),
        ("a product with another", "no new pole", "u = z / x", "a = x * y; b = z / a; t = b * y"),
        ("a fraction of another", "no new pole", "u = z / x", "a = y / x; b = z / a; c = b * y; d = x * x; t = c / d"),
        ("a cosine that is a factor", "no new pole", "c = cos(x); u = c * y", "a = 1 / c; b = a - a; t = u + b"),
        ("a numerator", "no new pole", "a = y / x; u = z * a", "b = z / y; c = y * y; d = c * b; t = d / x"),
      )),
    Row("poles of the value", "x, y | v0 = log(x); v1 = v0 / y; t0 = 1 / y; t1 = t0 / x; t2 = v1 * t0; t3 = -t2 | "
        "v1, (t1, t3)"),
    Row("1/u times 1/v", "x, u, v | v0 = x / u; v1 = v0 / v; t0 = 1 / v; t1 = t0 / u | v1, (t1,)"),
    Row("1/u times w is w/u", "x, u, w | v0 = x / u; v1 = v0 * w; t0 = 1 / u; t1 = t0 * w | v1, (t1,)"),
    *(Row(f"{what}, in other words", roomy("w", "x, y, z", f"{value}; v = u * w", extra, "t"), claim, alone=True)
      for what, claim, value, extra in (
        ("(x + y)*z", "", "s = x + y; u = s * z", "a = x * z; b = y * z; t = a + b"),
        ("(x + y)*z, wrongly", "gradient", "s = x + y; u = s * z", "a = x * z; b = y * y; t = a + b"),
        ("(2x - 3y)*z/5", "", "p = 2 * x; q = 3 * y; s = p - q; r = s * z; u = r / 5",
         "a = p * z; b = q * z; c = a - b; t = 0.2 * c"),
        ("(2x - 3y)*z/5, wrongly", "gradient", "p = 2 * x; q = 3 * y; s = p - q; r = s * z; u = r / 5",
         "a = p * z; b = q * z; c = a - b; t = 0.3 * c"),
        ("(x + y)**2", "", "s = x + y; u = s * s", "a = x * x; b = y * y; c = x * y; d = 2 * c; e = a + b; t = d + e"),
        ("(x + y)**2, wrongly", "gradient", "s = x + y; u = s * s", "a = x * x; b = y * y; c = x * y; e = a + b; "
        "t = c + e"),
        ("(x + y)*(x - y)", "", "s = x + y; r = x - y; u = s * r", "a = x * x; b = y * y; t = a - b"),
        ("(x + y)*(x - y), wrongly", "gradient", "s = x + y; r = x - y; u = s * r", "a = x * x; b = y * y; t = a + b"),
        ("(x + y)**64*(x - y)", "", "d = x - y; s = x + y; s2 = s * s; s4 = s2 * s2; s8 = s4 * s4; s16 = s8 * s8; "
         "s32 = s16 * s16; s64 = s32 * s32; u = s64 * d", "a = s64 * x; b = s64 * y; t = a - b"),
        ("(x + y)**2*z", "", "s = x + y; p = s * s; u = p * z",
         "a = x * x; b = y * y; c = x * y; d = 2 * c; e = a + b; f = d + e; t = f * z"),
        ("(x + y)**2*z, a power less", "gradient", "s = x + y; p = s * s; u = p * z", "t = s * z"),
        ("(x*y)**2*z, a power less", "gradient", "s = x * y; p = s * s; u = p * z", "t = s * z"),
        ("z/(x*y)**2, a power less", "gradient", "s = x / y; p = s * s; u = p * z", "t = s * z"),
        ("(x + y)*(z + 1)", "", "s = x + y; r = s * z; u = r + s", "a = x * z; b = y * z; c = a + b; d = c + x; "
        "t = d + y"),
        ("x*y*z", "", "s = x * y; u = s * z", "a = y * z; t = a * x"),
        ("x*y/z", "", "s = x * y; u = s / z", "a = y / z; t = a * x"),
        ("x*y/z, wrongly", "gradient", "s = x * y; u = s / z", "a = y / z; b = a / z; t = b * x"),
        ("x/y/z", "", "s = x / y; u = s / z", "a = x / z; t = a / y"),
        ("x/y/z by one quotient", "", "s = x / y; u = s / z", "a = y * z; t = x / a"),
        ("x/y/z by one quotient, wrongly", "gradient", "s = x / y; u = s / z", "a = y * y; t = x / a"),
        ("x/(y*z) by two", "", "s = y * z; u = x / s", "a = x / y; t = a / z"),
        ("x/(y/z)", "", "s = y / z; u = x / s", "a = x * z; t = a / y"),
        ("x/(y/z), wrongly", "gradient", "s = y / z; u = x / s", "a = x * z; b = y * y; t = a / b"),
        ("x*y/y", "", "s = x * y; u = s / y", "t = 1 * x"),
        ("x*(1/y)*y", "", "s = 1 / y; r = x * s; u = r * y", "t = 1 * x"),
        ("x*(1/y)*z", "", "s = 1 / y; r = x * s; u = r * z", "a = x * z; t = a / y"),
        ("(x + y)/z", "", "s = x + y; u = s / z", "a = x / z; b = y / z; t = a + b"),
        ("(x + y)/z, wrongly", "gradient", "s = x + y; u = s / z", "a = x / z; b = y / z; t = a - b"),
        ("(x + y + z)*(x + y)", "", "s = x + y; r = s + z; u = r * s", "a = s * s; b = z * s; t = a + b"),
        ("z/(x + y), 1 over that", "", "s = x + y; u = z / s", "a = 1 / s; t = z * a"),
        ("z/(x + y), a sum in another order", "gradient", "s = x + y; r = s + z; u = z / r",
        "a = y + z; b = a + x; t = z / b"),
        ("1 + x*y - x*y", "", "s = x * y; r = s + 1; u = r - s", "c = 2 - 1; t = c * 1"),
        ("x*y/(x + y) + x*y*z", "", "p = x * y; k = z * x; q = k * y; s = x + y; r = p / s; u = r + q",
         "a = x / s; b = a * y; c = z * p; t = b + c"),
        ("pi*x + pi*y", "", "s = pi * x; r = pi * y; u = s + r", "a = x + y; t = pi * a"),
        ("1/x over sin(y)", "", "s = sin(y); r = 1 / x; u = r / s", "a = s * x; t = 1 / a"),
    )),
    *(Row(f"{what} within a function", roomy("x", fixed, value, extra, "t")) for what, fixed, value, extra in (
        ("x times 1/u", "u", "s = x / u; v = sin(s)", "r = 1 / u; a = r * x; b = cos(a); t = b * r"),
        ("1/u times what is newer", "u", "r = 1 / u; w = exp(x); s = w / u; v = sin(s)",
         "a = r * w; b = cos(a); c = b * r; t = c * w"),
        ("a sum in the other order", "y", "u = 2 * x; s = u + y; v = sin(s)", "w = x + x; r = y + w; b = cos(r); "
        "t = 2 * b"),
        ("a product in the other order", "y", "u = 2 * x; s = u * y; v = sin(s)",
         "w = x + x; r = y * w; b = cos(r); c = 2 * y; t = c * b"),
        ("a radius in the other order", "y", "u = 2 * x; s = hypot(u, y); v = sin(s)",
         "w = x + x; r = hypot(y, w); b = cos(r); c = b / r; d = c * w; t = d * 2"),
        ("v + v for 2v", "y", "u = x * y; s = 2 * u; v = sin(s)", "r = u + u; b = cos(r); c = 2 * b; t = c * y"),
    )),
    Row("divided by -2", "x | v0 = x / -2; v1 = v0 / 0.25 | v1, (-2,)"),
    Row("1/u times what comes later", "x, u, y | t0 = 1 / u; v0 = x / u; v1 = sin(y); v2 = v0 * v1; t1 = t0 * v1 | "
        "v2, (t1,)"),
    *(Row(f"(x + y)*(z + 1) behind {count} inputs", roomy("w", "".join(f"p{i}, " for i in range(count)) + "x, y, z",
          "s = x + y; r = s * z; u = r + s; v = u * w", "a = x * z; b = y * z; c = a + b; d = c + x; t = d + y", "t"),
          alone=True)
      for count in range(4)),  # in whatever order a set is read
    Row("a 0 that is a product", roomy("w", "x, y, z", "v = floor(w)", "a = x + y; b = a - x; c = b - y; t = c * z",
        "t")),
    Row("(x + y)**512 times equal sums", roomy("w", "x, y", "d = x - y; f = x - 1; g = 1 - y; e = f + g; s = x + y; "
        "s2 = s * s; s4 = s2 * s2; s8 = s4 * s4; s16 = s8 * s8; s32 = s16 * s16; s64 = s32 * s32; s128 = s64 * s64; "
        "s256 = s128 * s128; h = s256 * s256; u = h * d; "
        "p = u * w; "
        "v = p + e", "t = h * e", "t"), alone=True),
    Row("a choice by a constant", "x | c0 = 1 > 0; v0 = select(c0, x, 3); t0 = select(c0, 1, 0) | v0, (t0,)"),
    Row("a choice of constants", "x | c0 = 1 > 0; c1 = sqrt(2); c2 = select(c0, c1, 3); v0 = c2 * x | v0, (c2,)"),
    Row("a 0 that is x - x", roomy("y", "x", "s = x > 0; v = select(s, y, 0)", "z = x - x; t = select(s, 1, z)", "t")),
    Row("a 0 that is a difference", "y, x | s0 = x > 0; v0 = select(s0, y, 0); c0 = 1 - 1; "
        "t0 = select(s0, 1, c0) | v0, (t0,)"),
    Row("a 0 that is a quotient", "y, q, x | s0 = x > 0; v0 = y / x; v1 = select(s0, v0, 0); v2 = exp(q); "
        "v3 = v1 + v2; "
        "t0 = 0 / x; t1 = select(s0, 1, t0); t2 = t1 / x | v3, (t2, v2)"),
    Row("a thousand lines", THOUSAND),
    Row("a number behind 300 inputs", ", ".join(f"x{i}" for i in range(300)) + " | v0 = x0 * 3; v1 = v0 * x1; "
        "t0 = 3 * x1 | v1, (t0, v0)"),
    Row("w times 1/u is w/u", "x, u, w | v0 = x / u; v1 = w * v0; t0 = 1 / u; t1 = w * t0 | v1, (t1,)"),
    Row("as many gates as the exact bound", "x, y | v0 = x * y; t0 = 1 * y; t1 = 1 * x | v0, (t0, t1)"),
    Row("as many gates as the limit", "from math import asin, sqrt\n" + HEAD + "    v0 = asin(x)\n    t0 = x * x\n"
        "    t1 = 1 - t0\n    t2 = sqrt(t1)\n    t3 = 1 / t2\n    return v0, (t3,)\n"),
    Row("a value that does not move", "x, y | v0 = floor(x); v1 = v0 * v0 | v1, (0, 0)"),
    Row("a value of a parameter alone", "x, a | v0 = a * a; v1 = sin(v0) | v1, (0,)"),
    Row("an input", "x, y | | y, (0, 1)"),
    Row("2 is 2.0", "x | v0 = x * 2 | v0, (2.0,)"),
]  # fmt: skip

# Texts and programs that are rejected, and the reason in full

LOG = "x, y | v0 = exp(x); v1 = v0 * y"  # with the gradient (v1, v0): the bound has room for three gates more
IMPORTS = "add sub mul div gt ge lt le eq ne neg abs sign select relu sigmoid softplus max min".split()
PRELUDES = {name: "\n".join(lines) + "\n" for name, lines in BODIES.items()}
WRONG_IMPORTS = [
    *(Row(f"an import of {name}", f"from math import {name}\n" + body(f"v0 = {name}({', '.join(['x'] * count)})"))
      for name in IMPORTS for count in (1, 2, 3)),
    Row("an import that is not called", "from math import cos, sin\n" + body("v0 = sin(x)")),
    Row("imports unsorted", "from math import sin, cos\n" + body("v0 = sin(x)", "v1 = cos(v0)")),
    Row("an import twice", "from math import sin, sin\n" + body("v0 = sin(x)")),
    Row("one of two imports twice", "from math import cos, cos, sin\n" + body("v0 = sin(x)", "v1 = cos(v0)")),
    Row("what math has not", "from math import foo\n" + HEAD + END),
    Row("pi that is not read", "from math import pi\n" + HEAD + END, "text", "wrong imports"),
    Row("abs imported", "from math import abs\n" + body("v0 = abs(x)")),
    Row("what sigmoid takes, missing", PRELUDES["sigmoid"] + body("v0 = sigmoid(x)")),
    Row("what softplus takes, missing", "from math import exp\n" + PRELUDES["softplus"] + body("v0 = softplus(x)")),
    Row("what softplus takes, missing too", "from math import log1p\n" + PRELUDES["softplus"]
        + body("v0 = softplus(x)")),
    Row("expm1 for exp", "from math import expm1\n" + PRELUDES["sigmoid"] + body("v0 = sigmoid(x)")),
    *(Row(f"{name} for nothing", "from math import exp, log1p\n" * (name in ("softplus", "sigmoid")) + text + HEAD
        + END)
      for name, text in PRELUDES.items()),
]  # fmt: skip
NO_LINE = [
    "v0 = x", "v0 = x*x", "v0 =x * x", "v0 = x * x ;", "v0 = x ** x", "v0 = x // x", "v0 = x * x * x", "v0 = +x",
    "v0 = --x",
    "v0 = (x)", "v0 = sin(x,x)", "v0 = sin(x, )", "v0 = sin()", "v0 = sin (x)", "v0 = sin(-x)", "v0 = x = x",
    "v0 = x <> x",
    "v0 = x => x", "v0 = x += x", "v0 = x | x", "v0 = x [ x", "v0 = x =< x", "v0 = x =! x", "v0 = x ^ x", "v0 = x ! x",
    "v0 = x = x", "v0 = x == = x", "9v = x * x", "v.a = x * x", "v0 = x * .5", "v0 = x * 5.",
    "v0 = x * 05", "v0 = x * 1E5", "v0 = x * 1e", "v0 = x * 1e00005", "v0 = x * 1e5.5", "v0 = x * 1e++5",
    "v0 = x * 0x1",
    "v0 = x * 1_0", "v0 = x * 1j", "v0 = x * +1", "v0 = 1-2", "v0 = x * y z", " v0 = x * x", "v0: x = x * x",
    "v0 = x  * x",
    "v0 = x *  x", "v0 = x & x", "v0 = x * x  x", "v0 = x@x", "v0 = x * 0.", "v0 = x * -", "v0 = x * 1.e5", "v0 = - x",
    "v0 = ()(x)", "v0 = 1(x)", "v0 = 2x", "return x, (1,)", "v0 = x + x  $", "v0 = x + 1 2", "v0 = 9.5.5 + x",
]  # fmt: skip
NO_RETURN = [
    "return x", "return x, 1", "return x, (1)", "return x, (1 )", "return x, (1,,)", "return x, (,)", "return x,(1,)",
    "return (x, (1,))", "return x, [1,]", "return x, (1, )", "return x, (1,) x", "return  x, (1,)",
    "return x * x, (1,)",
    "return x, (x * x,)", "return x, (1,);", "yield x, (1,)", " return x, (1,)", "return x, (1,),", "return x, (1.,)",
    "return -x, (1,)", "v0 = x * x", "return x, (1, 2, 3,,)",
]  # fmt: skip
NO_HEADER = [
    "", "\n", "# certified\n", HEAD.replace("x", "x, ") + END, HEAD.replace("x", "x,x") + END, HEAD.replace("x", "9")
    + END,
    HEAD.replace(":", "") + END, HEAD.replace(":", ": pass") + END, HEAD.replace("def", "def ") + END, " " + HEAD + END,
    HEAD.replace("x", "x=1") + END, HEAD.replace("x", "x: y") + END, HEAD.replace("x", "*x") + END,
        HEAD.rstrip("\n")[:-1],
    "from math import \n" + HEAD + END, "from math import sin,cos\n" + HEAD + END, "from math import (sin)\n" + HEAD
    + END,
    "from cmath import sin\n" + HEAD + END, "from math import *\n" + HEAD + END, "from math import sin as s\n" + HEAD
    + END,
    "import math\n" + HEAD + END, "from math import sin;\n" + HEAD + END, "from math import sin\n" * 2 + HEAD + END,
    PRELUDES["sign"] + PRELUDES["relu"] + HEAD + END, PRELUDES["relu"] * 2 + HEAD + END,
    PRELUDES["relu"].replace("\n", " # a\n") + HEAD + END, HEAD.replace("value_and_gradient", "gradient") + END,
    *(text.replace(*change) + HEAD + END for text in PRELUDES.values() for change in (
        ("return", "return "), ("    ", "  "), ("def ", "async def "), (":\n", ": \n"), ("(", "( "), ("x", "y"), ("a",
        "c"),
        ("0", "1"), ("<", ">"), (">", "<"), (">", ">="), ("<", "<="), ("1.0", "1"), ("+", "-"), ("exp", "expm1"))
      if text.replace(*change) != text),
]  # fmt: skip
CHARACTERS = [
    *(Row(f"the character {ord(each):#x}", body(f"v0 = x * x  # {each}"), "text", "not ASCII, or an encoding is "
        "declared")
      for each in "\x00\x08\x0b\x0c\r\x1c\x1f\x7f\x80\x85\xa0\u0445\u2028\ufeff\udcff\U0001d465"),
    *(Row(f"a first line {each}", f"{each}\n{HEAD}{END}", "text", "no header of a program")
      for each in map(chr, range(ord("!"), ord("~") + 1)) if each != "#"),
    *(Row(f"an encoding: {each!r}", each + HEAD + END, "text", "not ASCII, or an encoding is declared") for each in (
        "# coding: utf-7\n", "#coding=utf-7\n", "\n# vim: set fileencoding=utf-16 :\n",
        "# a\n\t# -*- coding: latin-1 -*-\n",
        "# a coding: b\n")),
    *(Row(f"the end of a line: {each!r}", HEAD + f"    v0 = x * x{each}\n" + END, "text", f"line 2: {reason}") for each,
        reason in (
        ("\\", "not a line of a program"), (" x", "not a line of a program"), ("\\ # a", "not a line of a program"))),
]  # fmt: skip
TEXTS = [
    *(row._replace(claim="text") for row in WRONG_IMPORTS),
    *(Row(f"no line: {line}", f"from math import sin\n{HEAD}    v1 = sin(x)\n    {line}\n{END}", "text",
          "line 4: not a line of a program") for line in NO_LINE),
    *(Row(f"no return: {line}", f"{HEAD}    v0 = x * x\n    {line}\n", "text", "line 3: not the return of a program")
      for line in NO_RETURN),
    Row("no line at all", HEAD, "text", "line 0: not the return of a program"),
    Row("a return that is not the last line", HEAD + END + "    v0 = x * x\n", "text",
        "line 2: not a line of a program"),
    *(Row(f"no header: {text[:40]!r} {at}", text, "text", "no header of a program") for at,
        text in enumerate(NO_HEADER)),
    *CHARACTERS,
    *(Row(f"{name} is no name", body(f"{name} = x * x"), "text", f"line 2: {name} is in use") for name in (
        "x", "lambda", "None", "True", "abs", "__debug__", "async")),
    *(Row(f"{name} is no input", HEAD.replace("x", name) + END.replace("x", "1"), "text", f"{name} is in use")
        for name in (
        "lambda", "None", "abs", "__debug__")),
    Row("an input twice", "def value_and_gradient(y, x, x):\n" + END, "text", "x is in use"),
    Row("a name twice", body("v0 = x * x", "v0 = x + x"), "text", "line 3: v0 is in use"),
    Row("an input called as a function", "from math import sin\ndef value_and_gradient(sin):\n    v0 = sin(sin)\n"
        "    return v0, ()\n", "text", "sin is in use"),
    Row("a line called as a function", "from math import sin\n" + body("v0 = sin(x)", "sin = x * x"), "text",
        "line 4: sin is in use"),
    Row("a line called as the prelude", SELECT + body("v0 = select(x, x, x)", "select = x * x"), "text",
        "line 5: select is in use"),
    Row("pi in use", "from math import pi\n" + body("v0 = pi * x", "pi = x * x"), "text", "line 4: pi is in use"),
    *(Row(f"the call {call}", body(f"v0 = {call}"), "text", f"line 2: a call of {call.partition('(')[0]}") for call in (
        "sin(x)", "abs(x, x)", "print(x)", "maximum(x, x)", "neg(x)", "max(x, x)", "x(x)", "pi(x)", "None(x)",
        "add(x, x)")),
    *(Row(f"the call {call} of what is imported", "from math import hypot, pi, sin\n" + body(f"v0 = {call}"), "text",
          f"line 3: a call of {call.partition('(')[0]}") for call in ("sin(x, x)", "hypot(x)", "pi(x)",
          "hypot(x, x, x)")),
    *(Row(f"the operand {word[:12]}", body(f"v0 = {word} * x"), "text", f"line 2: no {word[:40]}") for word in (
        "v0", "v1", "pi", "e", "sin", "True", "1e309", "-1e309", "9" * 4000, "1e9999", "1.7976931348623159e308",
        "-1.7976931348623159e308", "-0", "-0.0", "-0e5", LONGEST + "1", LONGEST
        + "111", "A", "A9",
        "Z", "_", "a" * 50)),
    Row("the same twice before an input", squared(13).replace(" | v0", "; v1 = c13 * v0 | v1").replace("(c13,)", "()")),
    Row("a number squared fourteen times", squared(14), "text", "ResourceLimit: ",
        alone=True),
    Row("the same below 1", squared(14).replace("3 * 3", "1 / 9"), "text", "ResourceLimit: ", alone=True),
    Row("a derivative of no name", body("v0 = x * x").replace("(1,)", "(v9,)"), "text", "line 3: no v9"),
    Row("a value of no name", body("v0 = x * x").replace("return x", "return v9"), "text", "line 3: no v9"),
    Row("a derivative too many", body("v0 = x * x").replace("(1,)", "(1, 1)"), "text", "more derivatives than inputs"),
    *(Row(f"a division by 0: {last}", f"x, y | {lines}{last} | v9, (0, 0)", "text", "a division by 0") for lines,
        last in (
        ("", "v9 = x / 0"), ("", "v9 = x / 0.0"), ("c0 = 1 - 1; ", "v9 = x / c0"), ("c0 = 3 * 0; ", "v9 = x / c0"),
        ("v0 = x - x; ", "v9 = 1 / v0"), ("v0 = 0 * x; ", "v9 = x / v0"), ("", "v9 = 0 / 0"), ("v0 = 0 / x; ",
        "v9 = x / v0"),
        ("c0 = -0; ", "v9 = x / c0"), ("v0 = x + y; v1 = v0 - x; v2 = v1 - y; ", "v9 = x / v2"),
        ("v0 = select(x, 0, 0); ", "v9 = x / v0"), ("v0 = -x; v1 = v0 + x; ", "v9 = 2 / v1"))),
    *(Row(f"a power: {last}", f"x, y | {lines}{last} | v9, (0, 0)", "text", f"line {at}: hidden power, or an exponent "
        f"that moves")
      for at, lines, last in (
        (3, "", "v9 = pow(x, 2)"), (3, "", "v9 = pow(x, 2.0)"), (3, "", "v9 = pow(x, -3)"), (3, "", "v9 = pow(x, 0)"),
        (3, "", "v9 = pow(x, 1)"), (4, "c0 = 6 / 3; ", "v9 = pow(x, c0)"), (4, "c0 = sqrt(2); ", "v9 = pow(x, c0)"),
        (3, "", "v9 = pow(x, y)"), (3, "", "v9 = pow(2, x)"), (4, "v0 = floor(y); ", "v9 = pow(x, v0)"),
        (4, "c0 = pi + 1; ", "v9 = pow(x, c0)"), (4, "c0 = 0 * pi; ", "v9 = pow(x, c0)"), (4, "c0 = pi * pi; ",
        "v9 = pow(x, c0)"),
        (4, "c0 = 1e300 * -1e300; ", "v9 = pow(x, c0)"), (4, "c0 = 1e300 * 1e300; ", "v9 = pow(x, c0)"))),
]  # fmt: skip
REPEATED = [
    *(Row(f"{a} and {b}", f"x, y | v0 = {a}; v1 = {b}; v2 = v0 - v1 | v2, (0, 0)", "gates") for a, b in (
        ("x + y", "y + x"), ("x * y", "y * x"), ("x == y", "y == x"), ("x != y", "y != x"), ("hypot(x, y)",
        "hypot(y, x)"),
        ("maximum(x, y)", "maximum(y, x)"), ("x - y", "x - y"), ("x / y", "x / y"), ("x > y", "x > y"), ("-x", "-x"),
        ("sin(x)", "sin(x)"), ("select(x, y, 1)", "select(x, y, 1.0)"), ("x * 2", "20e-1 * x"), ("atan2(x, y)",
        "atan2(x, y)"),
        ("x * pi", "pi * x"), ("1 / 3", "1 / 3"), ("1e-5 * x", "x * 0.00001"))),
    Row("minimum", PRELUDES["minimum"] + "def value_and_gradient(x, y):\n    v0 = minimum(x, y)\n"
        "    v1 = minimum(y, x)\n"
        "    v2 = v0 - v1\n    return v2, (0, 0)\n", "gates", "line 5: a repeated gate, v1"),
]  # fmt: skip
ALIKE = [  # (a register that the value has, what is forged for it): each is another class
    *((f"v0 = x {op} y", f"t0 = {a} {op} {b}") for op in "+ - * / < > <= >= == !=".split() for a, b in ("zy", "xz")),
    *((f"v0 = {f}(x, y)", f"t0 = {f}({a}, {b})") for f in ("hypot", "atan2", "maximum") for a, b in ("zy", "xz")),
    *((f"v0 = {f}(x)", f"t0 = {f}(y)") for f in ("sin", "exp", "floor", "sign", "abs")),
    *(("v0 = select(x, y, z)", f"t0 = select({a}, {b}, {c})") for a, b, c in ("yyz", "xxz", "xyx", "xzy", "zyx")),
    *((f"u0 = 2 * x; u1 = 3 * y; v0 = u0 {op} u1", forged.replace("@", op)) for op in "+-" for forged in (
        "s0 = 5 * x; t0 = s0 @ u1", "s0 = 5 * y; t0 = u0 @ s0", "s0 = x / 2; t0 = s0 @ u1", "s0 = y / 3; t0 = u0 @ s0",
        "s0 = 4 * x; s1 = 6 * y; t0 = s0 @ s1", "s0 = 3 * x; s1 = 2 * y; t0 = s0 @ s1")),
    *((f"u0 = x / 2; u1 = y / 3; v0 = u0 {op} u1", forged.replace("@", op)) for op in "+-" for forged in (
        "s0 = x / 3; t0 = s0 @ u1", "s0 = y / 2; t0 = u0 @ s0", "s0 = x * 1.5; t0 = s0 @ u1",
        "s0 = 2 * y; s1 = s0 / 3; t0 = u0 @ s1")),
    *((f"v0 = select(x, y, {k})", f"t0 = select(x, y, {j})") for k, j in (("2", "3"), ("0.5", "0.25"), ("0", "1"))),
    ("u0 = 2 * y; v0 = select(x, u0, 3)", "s0 = 4 * y; t0 = select(x, s0, 3)"),
    ("u0 = 2 * y; v0 = select(x, u0, 3)", "t0 = select(x, u0, 4)"),
    ("u0 = 3 * y; v0 = select(x, 3, u0)", "t0 = select(x, 0, u0)"),
    ("u0 = 3 * y; v0 = select(x, u0, 3)", "t0 = select(x, u0, 0)"),
    ("u0 = 2 * x; v0 = sin(u0)", "s0 = 3 * x; t0 = sin(s0)"), ("u0 = -x; v0 = cos(u0)", "t0 = cos(x)"),
    ("v0 = x - y", "t0 = y - x"), ("v0 = x / y", "t0 = y / x"), ("v0 = x < y", "t0 = x > y"), ("v0 = x < y",
    "t0 = x <= y"),
    ("v0 = atan2(x, y)", "t0 = atan2(y, x)"), ("v0 = sin(x)", "t0 = cos(x)"), ("v0 = x + y", "t0 = x * y"),
    ("v0 = sin(x)", "t0 = sin(2)"), ("v0 = x + pi", "t0 = x + 3"), ("v0 = x * y", "t0 = x / y"), ("v0 = x / 3",
    "t0 = x * 3"),
]  # fmt: skip
OTHERS = [  # times z where another derivative needs it times z
    Row(f"{forged} for {right}", f"w, x, y, z | {right}; v1 = v0 * z; v2 = v1 * w; {forged}; t1 = t0 * z | v2, (t1,)",
        "gradient", "derivative by w") for right, forged in ALIKE
]  # fmt: skip
REJECTED = [
    *TEXTS,
    *OTHERS,
    *REPEATED,
    Row("a repeated gate", "x | v0 = x * x; v1 = x * x | v0, (v1,)", "gates", "line 3: a repeated gate, v1"),
    Row("names of all kinds", "_, __, aZ_9, Az, z0 | v_ = _ * __; Z9 = aZ_9 * Az | v_, (__, _)", "gates",
        "line 3: a dead gate, Z9"),
    Row("a dead gate", "x | v0 = x + x; v1 = x * x | v0, (2,)", "gates", "line 3: a dead gate, v1"),
    Row("a dead constant", "x | c0 = 1 / 3; v0 = x + x | v0, (2,)", "gates", "line 2: a dead gate, c0"),
    Row("a wrong sign", "x, y | v0 = x - y | v0, (1, 1)", "gradient", "derivative by y"),
    Row("a wrong sign at the first", "x, y | v0 = x - y | v0, (-1, -1)", "gradient", "derivative by x"),
    Row("0 for a derivative", "x, y | v0 = x * y | v0, (y, 0)", "gradient", "derivative by y"),
    Row("1 for a derivative that is 0", "x, y | v0 = x * x; t0 = 2 * x | v0, (t0, 1)", "gradient", "derivative by y"),
    Row("a factor", "x, y | v0 = x * y; t0 = 2 * y | v0, (t0, x)", "gradient", "derivative by x"),
    Row("a sum too small", "x, y | v0 = x * x; v1 = v0 * y; t0 = x * y | v1, (t0, v0)", "gradient", "derivative by x"),
    Row("one side of a maximum", "x, y | v0 = maximum(x, y); s0 = x > y; t0 = select(s0, 1, 0) | v0, (t0, t0)",
        "gradient", "derivative by y"),
    Row("a derivative of a floor", "x | v0 = floor(x) | v0, (1,)", "gradient", "derivative by x"),
    Row("a derivative of a condition", "x, y | v0 = select(x, y, 1); t0 = select(x, 1, 0) | v0, (t0, t0)", "gradient",
        "derivative by x"),
    *(Row(f"a new pole: {what}", f"{LOG}; {lines} | v1, ({last}, v0)", "no new pole",
        f"new pole: line {at}: {op}, in no value or rule")
      for what, lines, last, at, op in (
        ("1/x - 1/x", "t0 = 1 / x; t1 = t0 - t0; t2 = t1 + v1", "t2", 5, "div"), ("0/x", "t0 = 0 / x; t1 = v1 + t0",
        "t1", 5, "div"),
        ("0*log(x)", "t0 = log(x); t1 = 0 * t0; t2 = v1 + t1", "t2", 5, "log"),
        ("0*exp(y)", "t0 = exp(y); t1 = 0 * t0; t2 = v1 + t1", "t2", 5, "exp"),
        ("over a function of the value", "t0 = 1 / v0; t1 = t0 - t0; t2 = v1 + t1", "t2", 5, "div"),
        ("over a product of the value", "t0 = 1 / v1; t1 = t0 - t0; t2 = v1 + t1", "t2", 5, "div"),
        ("over an input", "t0 = y / x; t1 = 0 * t0; t2 = v1 + t1", "t2", 5, "div"),
        ("0*cos(y)", "t0 = cos(y); t1 = 0 * t0; t2 = v1 + t1", "t2", 5, "cos"),
        ("a root", "t0 = sqrt(y); t1 = t0 - t0; t2 = v1 + t1", "t2", 5, "sqrt"),
        ("a comparison", "t0 = x > y; t1 = 0 * t0; t2 = v1 + t1", "t2", 5, "gt"),
        ("a constant's root", "c0 = sqrt(2); c1 = c0 - c0; t2 = v1 + c1", "t2", 5, "sqrt"),
        ("over pi", "c0 = 1 / pi; c1 = c0 - c0; t2 = v1 + c1", "t2", 5, "div"))),
    Row("a gate too many", "x, y | v0 = x + y; t0 = x - x | v0, (1, t0)", "gradient", "derivative by y"),
    Row("over the exact bound", "x, y | v0 = x + y; t0 = x - x; t1 = t0 + 1 | v0, (t1, 1)", "price",
        "bound: T = 3 exceeds 1 or 4"),
    Row("one over the exact bound", "x | v0 = x + 2; v1 = x - x | v0, (1,)", "gates", "line 3: a dead gate, v1"),
    Row("one gate over", "x, y | v0 = x * y; t0 = 1 * y; t1 = 1 * x; t2 = 1 * t1 | v0, (t0, t2)", "price",
        "bound: T = 4 exceeds 3 or 4"),
    Row("over the limit alone", "from math import asin, sqrt\n" + HEAD + "    v0 = asin(x)\n    t0 = x * x\n"
        "    t1 = 1 - t0\n"
        "    t2 = sqrt(t1)\n    t3 = -1 / t2\n    t4 = -t3\n    return v0, (t4,)\n", "price",
        "bound: T = 6 exceeds 6 or 5"),
    Row("gates where no derivative is", "x | v0 = floor(x); t0 = x - x | v0, (t0,)", "price",
        "bound: T = 2 exceeds 1 or 5"),
]  # fmt: skip


def claim_of(text: str, certificate: str, *, alone: bool = False) -> tuple[str, str]:
    """Return claim and reason of the checker's rejection, empty if it accepts; the rival must say the same claim."""
    try:
        checker.examine(text, certificate)
        found = ("", "")
    except checker.Reject as rejection:
        found = (rejection.args[0], rejection.args[1])
    assert alone or decide(text, certificate) == found[0]
    return found


@pytest.mark.parametrize("row", [*PROVED, *REJECTED], ids=lambda row: row.what)
def test_a_program_is_proved_or_rejected_at_its_claim(row: Row) -> None:
    text = text_of(row.text)
    claim, reason = claim_of(text, forged_certificate(text), alone=row.alone)
    told = reason[: len("ResourceLimit: ")] if row.reason == "ResourceLimit: " else reason
    assert (claim, row.reason or told) == (row.claim, told)


# Certificates of a right program

NO_CERTIFICATE = "a key twice, a float, another order, a field missing or unknown, or not a hint"
LOADED = "ResourceLimit, or no certificate: "
STATED = json.loads(CERTIFICATE)
Made = Callable[[], str]


def too_long() -> str:
    """Return what Python says of a number of 5,000 digits."""
    try:
        return str(int("1" * 5000))
    except ValueError as error:
        return str(error)


CERTIFICATES: list[tuple[str, Made, str, str]] = [
    ("as it is", lambda: CERTIFICATE, "", ""),
    ("2/2 for 1", lambda: changed(lambda r: r.update(hints=["v0 2/2 t4"])), "", ""),
    ("01 for 1", lambda: changed(lambda r: r.update(hints=["v0 01 t4"])), "", ""),
    ("another record", lambda: changed(lambda r: r.update(recorded={"a": [True, None, "\u0445"]})), "", ""),
    ("no JSON", lambda: "certified", "format", LOADED + "Expecting value: line 1 column 1 (char 0)"),
    ("nothing", lambda: "", "format", LOADED + "Expecting value: line 1 column 1 (char 0)"),
    ("a list", lambda: "[]", "format", NO_CERTIFICATE),
    ("a list of numbers", lambda: "[5]", "format", LOADED + "list index out of range"),
    ("a text", lambda: '"ab"', "format", LOADED + "string indices must be integers, not 'str'"),
    ("a number", lambda: "1", "format", LOADED + "'int' object is not iterable"),
    ("nothing in brackets", lambda: "{\n\n}\n", "format", NO_CERTIFICATE),
    ("brackets in brackets", lambda: nested(500_000), "format", LOADED),
    ("a float", lambda: replaced('"S": 0', '"S": 0.0'), "format", LOADED + "Object of type Reject is not JSON "
    "serializable"),
    ("NaN", lambda: replaced('"S": 0', '"S": NaN'), "format", LOADED + "Object of type Reject is not JSON "
    "serializable"),
    ("a number of 5,000 digits", lambda: replaced('"S": 0', '"S": ' + "1" * 5000), "format", LOADED + too_long()[:80]),
    ("another order", lambda: "{\n" + ",\n".join(CERTIFICATE[2:-3].split(",\n")[::-1]) + "\n}\n", "format",
    NO_CERTIFICATE),
    ("another order within", lambda: replaced('"factor": 5, "limit": 30', '"limit": 30, "factor": 5'), "format",
    NO_CERTIFICATE),
    ("a blank line", lambda: CERTIFICATE + "\n", "format", NO_CERTIFICATE),
    ("a field twice", lambda: replaced('"hints":', '"hints": [],\n"hints":'), "format", NO_CERTIFICATE),
    ("a field too many", lambda: changed(lambda r: r.update(seed="0")), "format", NO_CERTIFICATE),
    ("a field missing", lambda: changed(lambda r: r.pop("recorded")), "format", NO_CERTIFICATE),
    ("a version before", lambda: changed(lambda r: r.update(format="baur certificate 0")), "format", NO_CERTIFICATE),
    ("another version", lambda: changed(lambda r: r.update(format="baur certificate 2")), "format", NO_CERTIFICATE),
    ("hints in a record", lambda: changed(lambda r: r.update(hints={"v0 1 t4": 1})), "format", NO_CERTIFICATE),
    ("a number for a hint", lambda: changed(lambda r: r.update(hints=[1])), "format",
     LOADED + "expected string or bytes-like object, got 'int'"),
    *((f"the hint {hint[:20]}", lambda hint=hint: changed(lambda r: r.update(hints=[hint])), "format", NO_CERTIFICATE)
      for hint in ("v0 1.5 t4", "v0 1/0 t4", "v0 1/02 t4", "v0 1 t4 t4", "v0  1 t4", "v0 - t4", "v0 1/ t4", "v0 +1 t4",
          "9 1 t4",
                   "v0 1 t4\n", " v0 1 t4", "v0 1/-2 t4", "v0 --1 t4", "v0 1", "v0 1 \u0445", "v0 1 05", "\u0445 1 t4",
                   f"v0 {'1' * 3000} t4", f"v0 1/{'1' * 3001} t4", "v0 1\tt4", "v0 1/1/1 t4", "v-0 1 t4")),
    *((f"the hint {hint[:20]} {len(hint)}", lambda hint=hint: changed(lambda r: r.update(hints=[hint])), "gradient",
       f"{hint.split(' ')[2]} is not that adjoint") for hint in (
          "v0 1 t3", "v0 2 t4", "v0 -1 t4", "v0 0 t4", f"v0 {'1' * 2999} t4", f"v0 -{'1' * 2999} t4",
          f"v0 1/{'1' * 2999} t4",
          "v0 1/2 t4", "v0 1 a", "v0 -0/9 t4")),
    ("another text", lambda: changed(lambda r: r.update(program_sha256="0" * 64)), "format",
     "hash of program: the text is another one"),
    ("another text of a larger hash", lambda: changed(lambda r: r.update(program_sha256="f" * 64)), "format",
     "hash of program: the text is another one"),
    ("a row twice", lambda: changed(lambda r: r.update(hints=["v0 1 t4"] * 2)), "hints",
    "edges of one row listed twice"),
    ("no such register", lambda: changed(lambda r: r.update(hints=["v0 1 t" + "9" * 100])), "hints",
     "edges of another circuit: no t" + "9" * 79),
    ("no such number", lambda: changed(lambda r: r.update(hints=["v0 1 7"])), "hints",
    "edges of another circuit: no 7"),
    ("rows too many", lambda: changed(lambda r: r.update(hints=["v0 1 t4", "w0 1 t4", "a 1 t4"])), "hints",
     "edges of another circuit: ['w0', 'a']"),
    ("many rows too many", lambda: changed(lambda r: r.update(hints=[f"w{i} 1 t4" for i in range(99)])), "hints",
     "edges of another circuit: " + str([f"w{i}" for i in range(99)])[:80]),
    ("a row of a gate that sends nothing on", lambda: changed(lambda r: r.update(hints=["t0 1 t4", "v0 1 t4"])),
    "hints",
     "edges of another circuit: ['t0']"),
    ("another count", lambda: changed(lambda r: r["counts"].update(T=1)), "counts",
     str({key: STATED["counts"][key] for key in "L T M D sigma A transfers S edges n_active N_minus".split()})
     + " is proved, not that"),
    ("a true count", lambda: changed(lambda r: r["counts"].update(N_minus=False)), "counts", ""),
    ("another bound", lambda: changed(lambda r: r["bound"].update(limit=99)), "bound",
     str(STATED["bound"]) + " is proved, not that"),
    ("another circuit", lambda: changed(lambda r: r["circuit"].update(output="v0")), "circuit", ""),
]  # fmt: skip


@pytest.mark.parametrize(("what", "made", "claim", "reason"), CERTIFICATES, ids=[each[0] for each in CERTIFICATES])
def test_a_certificate(what: str, made: Made, claim: str, reason: str) -> None:
    found = claim_of(TEXT, made())
    assert found[0] == claim
    assert claim == "" or found[1] == reason or (found[1].startswith(reason) and reason in ("", LOADED))


def test_what_is_proved_is_told_up_to_a_length() -> None:
    text = write("x, y | v0 = x * y; " + "; ".join(f"v{i} = v{i - 1} + x" for i in range(1, 40)) + " | v39, ()")
    stated = json.loads(forged_certificate(text))
    forged = stated | {"circuit": stated["circuit"] | {"output": "v0"}}
    told = str({key: stated["circuit"][key] for key in ("inputs", "derivatives", "gates", "output")})[:400]
    assert claim_of(text, checker.canonical(forged)) == ("circuit", f"{told} is proved, not that")


def test_a_certificate_of_400_hints() -> None:
    text = write(THOUSAND)
    hints = [f"v{499 - at} 1 t{at}" for at in range(400)]
    stated = json.loads(forged_certificate(text)) | {"hints": hints}
    assert claim_of(text, checker.canonical(stated)) == ("", "")
    stated["hints"] = [*hints, hints[0]]
    assert claim_of(text, checker.canonical(stated)) == ("hints", "edges of one row listed twice")


def test_a_hint_for_an_adjoint_that_is_0_is_one_too_many() -> None:
    text = write("x, y | v0 = sin(x); v1 = 0 * v0; v2 = v1 + y | v2, (0, 1)")
    stated = json.loads(forged_certificate(text))
    assert claim_of(text, checker.canonical(stated)) == ("", "")
    found = claim_of(text, checker.canonical(stated | {"hints": ["v0 0 x"]}))
    assert found == ("hints", "edges of another circuit: ['v0']")


def test_what_is_recorded_is_returned_as_it_stands() -> None:
    assert checker.examine(TEXT, changed(lambda r: r.update(recorded=["a"]))) == ["a"]


def test_a_wrong_sum_is_told_with_its_row_and_terms() -> None:
    text = write("x, y | v0 = x * y; t0 = 2 * y | v0, (t0, x)")
    with pytest.raises(checker.Reject) as caught:
        checker.examine(text, forged_certificate(text))
    assert caught.value.args == ("gradient", "derivative by x", 0, [(1, 1 + 1)])
    with pytest.raises(checker.Reject) as caught:
        checker.examine(TEXT, changed(lambda r: r.update(hints=["v0 1 t3"])))
    assert (len(caught.value.args), caught.value.args[2], len(caught.value.args[3])) == (4, 3, 3)


# Limits


class Long(str):
    """A text that says that it is longer than it is."""

    length = 0

    def __len__(self) -> int:
        return self.length


@pytest.mark.parametrize(
    ("program", "certificate", "claim"),
    [(1 << 20, 0, "format"), ((1 << 20) + 1, 0, "text"), ((1 << 20) + 64, 1, "format"), ((1 << 20) + 65, 1, "text"),
     (1 << 21, 1 << 14, "format"), ((1 << 21) + 1, 1 << 14, "text"), (1 << 28, 1 << 28, "format"), ((1 << 28) + 1,
     1 << 28, "text")],
)  # fmt: skip
def test_a_program_is_at_most_64_times_its_certificate(program: int, certificate: int, claim: str) -> None:
    text, stated = Long(), Long()
    text.length, stated.length = program, certificate
    with pytest.raises(checker.Reject) as caught:
        checker.examine(text, stated)
    assert caught.value.args[0] == claim
    assert claim == "format" or caught.value.args[1] == "ResourceLimit: length"


@pytest.mark.parametrize(
    ("steps", "terms", "equal"),
    [
        (10_062, 1, True),
        (10_063, 1, False),
        (10_126, 2, True),
        (10_127, 2, False),
        (10_254, 4, True),
        (10_255, 4, False),
    ],
)
def test_a_sum_is_taken_apart_in_so_many_steps(steps: int, terms: int, equal: bool) -> None:
    algebra = checker.Algebra()
    x, y = algebra.new("in", 0), algebra.new("in", 1)
    last = x
    for at in range(steps - steps % 2):  # x + y - y + y - y ...
        last = algebra.new("+", last, 1, y, 1 - at % 2 * 2)
    due = algebra.new("+", x, 2, x, -1) if steps % 2 else x
    assert algebra.equal([(1, last), *[(0, x)] * (terms - 1)], (1, due)) is equal


@pytest.mark.parametrize(("steps", "equal"), [(5_000, True), (5_100, False)])
def test_a_sum_within_a_product_takes_two_steps_each(steps: int, equal: bool) -> None:
    algebra = checker.Algebra()
    x, y, z = algebra.new("in", 0), algebra.new("in", 1), algebra.new("in", 2)
    last = x
    for at in range(steps):
        last = algebra.new("+", last, 1, y, 1 - at % 2 * 2)
    assert algebra.equal([(1, algebra.new("*", z, last))], (1, algebra.new("*", z, x))) is equal


def test_sums_are_taken_apart_in_so_many_steps_in_all() -> None:
    algebra = checker.Algebra()
    x, y = algebra.new("in", 0), algebra.new("in", 1)
    s = algebra.new("+", x, 1, y, 1)
    assert algebra.work == 1 << 20
    for left, equal in ((3, True), (2, True)):
        algebra.work = left
        assert algebra.equal([(1, s), (-1, x)], (1, y)) is equal
        assert algebra.work == left - 1
    for left in (1, 0):
        algebra.work = left
        with pytest.raises(checker.Reject) as caught:
            algebra.equal([(1, s), (-1, x)], (1, y))
        assert caught.value.args[0] == "text"
        assert caught.value.args[1].startswith("ResourceLimit: ")
    text = checker.Text(write("x, y | v0 = x * y | v0, (y, x)"))
    checker.prove(text, lambda place, due: due[0])
    assert text.algebra.work == (1 << 20) + 64 * 3


def test_a_coefficient_is_below_a_limit() -> None:
    algebra, most = checker.Algebra(), checker.HUGE - 1
    assert most.bit_length() == 1 << 14
    for k in (0, 1, most, -most, Fraction(1, most), Fraction(-most, most - 1)):
        assert algebra.pair(k, 0) == (k, 0)
    for k in (most + 1, -most - 1, Fraction(1, most + 1), Fraction(-1, most + 1)):
        with pytest.raises(checker.Reject, match="ResourceLimit: "):
            algebra.pair(k, 0)


# The command


def ran(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> object:
    """Run the checker's file as a command in this process; return what it exits with."""
    monkeypatch.setattr(sys, "argv", [str(CHECKER), *map(str, arguments)])
    enabled = gc.isenabled()
    try:
        runpy.run_path(str(CHECKER), run_name="__main__")
    except SystemExit as end:
        return end.code
    finally:
        if enabled:
            gc.enable()
    return 0


def files(folder: Path, program: bytes, certificate: bytes) -> tuple[Path, Path]:
    """Write both into a folder."""
    (folder / "f.py").write_bytes(program)
    (folder / "f.json").write_bytes(certificate)
    return folder / "f.py", folder / "f.json"


PROOF = "PROVED: value, gradient, counts and bound; recorded, not proved here: "


def test_the_command_proves(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert ran(monkeypatch, *files(tmp_path, TEXT.encode(), CERTIFICATE.encode())) == 0
    assert capsys.readouterr().out == PROOF + json.dumps(STATED["recorded"]) + "\n"


@pytest.mark.parametrize(("program", "certificate", "said"), [
    (TEXT.encode() + b"\n", CERTIFICATE.encode(), "REJECTED at claim format: hash of program: the text is another one"),
    (b"\xff" + TEXT.encode(), CERTIFICATE.encode(), "REJECTED at claim format: hash of program: the text is another "
    "one"),
    (TEXT.encode(), b"\xff", f"REJECTED at claim format: {LOADED}Expecting value: line 1 column 1 (char 0)"),
    (TEXT.replace("\n", "\r\n").encode(), forged_certificate(TEXT.replace("\n", "\r\n")).encode(),
     "REJECTED at claim text: not ASCII, or an encoding is declared"),
])  # fmt: skip
def test_the_command_rejects(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: bytes, certificate: bytes, said: str
) -> None:
    assert ran(monkeypatch, *files(tmp_path, program, certificate)) == said


def test_the_command_says_how_it_is_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    given = files(tmp_path, TEXT.encode(), CERTIFICATE.encode())
    for arguments in ((), given[:1], (*given, given[0])):
        assert ran(monkeypatch, *arguments) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.startswith(checker.__doc__.split("\n")[0] + "\n")


def test_the_command_names_a_file_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    given = files(tmp_path, TEXT.encode(), CERTIFICATE.encode())
    for arguments, said in (
        ((given[0], tmp_path / "none"), "No such file"), ((tmp_path, given[1]), "directory"), (("\0", given[1]),
        "null"),
    ):  # fmt: skip
        assert ran(monkeypatch, *arguments) == 2
        printed = capsys.readouterr()
        assert (printed.out, printed.err[:11]) == ("", "Stand-alone")
        assert said in printed.err


def test_the_command_as_a_process(tmp_path: Path) -> None:
    text, certificate = files(tmp_path, TEXT.encode(), CERTIFICATE.encode())
    for arguments, code, out, err in (
        ((text, certificate), 0, PROOF, ""), ((certificate, text), 1, "", "REJECTED at claim format: "),
        ((text,), 2, "", "Stand-alone checker: "),
    ):  # fmt: skip
        command = [sys.executable, "-I", str(CHECKER), *map(str, arguments)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (result.returncode, result.stdout[: len(PROOF)]) == (code, out)
        assert result.stderr.startswith(err)


def test_the_file_is_one_that_a_stranger_can_read() -> None:
    source = CHECKER.read_text("ascii")
    assert len(source.splitlines()) <= 300
    imported = re.findall(r"^(?:import|from) ([\w, ]+?)(?: import .*)?$", source, re.MULTILINE)
    assert {name for each in imported for name in each.split(", ")} <= sys.stdlib_module_names


# What mutation testing runs


def cases() -> Iterator[tuple[str, str, str, str | None]]:
    """Yield text, certificate, claim and reason (None: any) of every row above."""
    for row in (*PROVED, *REJECTED):
        text = text_of(row.text)
        yield text, forged_certificate(text), row.claim, row.reason
    for _, made, claim, reason in CERTIFICATES:
        yield TEXT, made(), claim, None if reason in ("", LOADED) else reason


def test_a_file_is_read_to_its_end(tmp_path: Path) -> None:
    """A right program, then a comment as long as the longest file, then what only Python would read."""
    small = tmp_path / "checker.py"
    small.write_text(Path(checker.__file__).read_text("ascii").replace("1 << 28", "1 << 14"), "ascii")
    text = TEXT + "#" * ((1 << 14) - len(TEXT))
    for tail, status in (("", 0), ("\nprint(1)\n", 1)):
        given = files(tmp_path, (text + tail).encode(), forged_certificate(text).encode())
        answer = subprocess.run([sys.executable, "-I", str(small), *map(str, given)], capture_output=True, check=False)
        assert answer.returncode == status, answer
