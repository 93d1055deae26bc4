"""Forged programs: for each claim about a text some that pass for right, and are not.

A row is (what is forged, the formula it is passed off for, the program). A program is written as
`inputs | lines | return`; imports and prelude are added as the lines need them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PRELUDE = {
    "maximum": "def maximum(a, b):\n    return a if a > b or a != a else b\n",
    "select": "def select(condition, a, b):\n    return a if condition else b\n",
    "sign": "def sign(x):\n    return x if x != x else float((x > 0) - (x < 0))\n",
}
OF_MATH = "acosh asinh atan2 cbrt cos cosh exp floor hypot log log1p pi pow sin sinh sqrt tan tanh".split()


@dataclass(frozen=True, slots=True)
class Forgery:
    """A program passed off for the gradient program of a formula."""

    what: str
    claim: str
    formula: str
    text: str

    def __str__(self) -> str:
        return f"{self.claim}: {self.what}"


def write(program: str) -> str:
    """Return the text of `inputs | line; line | return`."""
    inputs, lines, result = (each.strip() for each in program.split("|"))
    words = set(re.findall(r"[a-z0-9]+", f"{lines} {result}"))
    taken = ", ".join(name for name in OF_MATH if name in words)
    prelude = "".join(text for name, text in PRELUDE.items() if name in words)
    body = "".join(f"    {line.strip()}\n" for line in lines.split(";") if line.strip())
    head = f"from math import {taken}\n" if taken else ""
    return f"{head}{prelude}def value_and_gradient({inputs}):\n{body}    return {result}\n"


SQUARINGS = "; ".join(["v0 = x * x", *(f"v{i} = v{i - 1} * v{i - 1}" for i in range(1, 61))])
SHARED = "v0 = exp(x); v1 = v0 * y"  # the gradient is (v1, v0): the bound has room for three gates more

WRITTEN: dict[str, list[tuple[str, str, str]]] = {
    "text": [
        ("a constant that is none", "x*y", "x, y | v0 = x * y; c0 = sqrt(-1); c1 = c0 - c0; t0 = y + c1 | v0, (t0, x)"),
        ("a constant that is infinite", "x*y",
         "x, y | v0 = x * y; c0 = exp(1000); c1 = c0 / c0; t0 = y * c1 | v0, (t0, x)"),
        ("a constant that rounds", "3*x + y",
         "x, y | c0 = 1e16 + 1; c1 = c0 - 1e16; c2 = c1 + 2; v0 = x * c2; v1 = v0 + y | v1, (c2, 1)"),
        ("a zero with a sign", "atan2(0, y) + x",
         "x, y | c0 = 0 / -5; v0 = atan2(c0, y); v1 = v0 + x | v1, (1, 0)"),
        ("a power that Python reads as a square", "x**2",
         "x | v0 = pow(x, 2.00000000000000001); t0 = 2 * x | v0, (t0,)"),
    ],
    "gates": [
        ("a dead gate", "x*x", "x | v0 = x * x; t0 = 2 * x; t1 = t0 * x | v0, (t0,)"),
        ("a dead constant", "x*x", "x | c0 = 1 / 3; v0 = x * x; t0 = 2 * x | v0, (t0,)"),
        ("a repeated gate", "x*y", "x, y | v0 = x * y; v1 = x * y; v2 = v0 - v1; v3 = v0 + v2 | v3, (y, x)"),
        ("operands turned", "x*y + y*x",
         "x, y | v0 = x * y; v1 = y * x; v2 = v0 + v1; t0 = 2 * y; t1 = 2 * x | v2, (t0, t1)"),
        ("a literal in other words", "4*x*x", "x | v0 = x * 2; v1 = x * 2.0; v2 = v0 * v1; t0 = 8 * x | v2, (t0,)"),
    ],
    "no padding": [
        ("times 3 over 3", "x*y", "x, y | v0 = x * y; v1 = v0 * 3; v2 = v1 / 3 | v2, (y, x)"),
        ("plus x minus x", "x*y", "x, y | v0 = x * y; v1 = v0 + x; v2 = v1 - x | v2, (y, x)"),
        ("a power in full", "x**4", "x | v0 = x * x; v1 = v0 * x; v2 = v1 * x; t0 = 4 * v1 | v2, (t0,)"),
        ("minus minus", "x + y", "x, y | v0 = -y; v1 = x - v0 | v1, (1, 1)"),
    ],
    "formula": [
        ("a wrong sign in the value", "x*y + x", "x, y | v0 = x * y; v1 = v0 - x; t0 = y - 1 | v1, (t0, x)"),
        ("a quotient for a product", "x*y", "x, y | v0 = x / y; t0 = 1 / y; t1 = t0 * v0; t2 = -t1 | v0, (t0, t2)"),
        ("another formula", "sin(x)", "x | v0 = cos(x); t0 = sin(x); t1 = -t0 | v0, (t1,)"),
        ("a rounded constant", "0.1*x + y",
         "x, y | v0 = 0.10000000000000001 * x; v1 = v0 + y | v1, (0.10000000000000001, 1)"),
        ("the inputs in another order", "x - y", "y, z | v0 = y - z | v0, (1, -1)"),
    ],
    "gradient": [
        ("a wrong sign", "x*y + x/y",
         "x, y | v0 = x * y; v1 = x / y; v2 = v0 + v1; t0 = 1 / y; t1 = t0 * v1; t2 = t0 - y; "
         "t3 = x - t1 | v2, (t2, t3)"),
        ("a dropped contribution", "x*y + x", "x, y | v0 = x * y; v1 = v0 + x | v1, (y, x)"),
        ("a doubled contribution", "x*y + x", "x, y | v0 = x * y; v1 = v0 + x; t0 = y + 2 | v1, (t0, x)"),
        ("a factor forgotten", "x*x", "x | v0 = x * x | v0, (x,)"),
        ("derivatives exchanged", "x*x*y", "x, y | v0 = x * x; v1 = v0 * y; t0 = x * y; t1 = 2 * t0 | v1, (v0, t1)"),
        ("Fermat: x**p is x", "x**(2**61)", f"x | {SQUARINGS} | v60, (x,)"),
        ("a coefficient that is 0 modulo a prime", "(2**61 - 1)*x + y",
         "x, y | v0 = 2305843009213693951 * x; v1 = v0 + y | v1, (0, 1)"),
        ("both at once", "(2**61 - 1)*x*x*x*x",
         "x | v0 = 2305843009213693951 * x; v1 = v0 * x; v2 = v1 * x; v3 = v2 * x | v3, (0,)"),
        ("cosh' = -sinh", "cosh(x)", "x | v0 = cosh(x); t0 = sinh(x); t1 = -t0 | v0, (t1,)"),
        ("sin' = sin", "sin(x)", "x | v0 = sin(x) | v0, (v0,)"),
        ("tanh' = 1/cosh", "tanh(x)", "x | v0 = tanh(x); t0 = cosh(x); t1 = 1 / t0 | v0, (t1,)"),
        ("the other side of a tie", "max(x, y)",
         "x, y | v0 = maximum(x, y); s0 = y > x; t0 = select(s0, 1, 0); t1 = select(s0, 0, 1) | v0, (t0, t1)"),
        ("0 times the truth", "x*y", "x, y | v0 = x * y; t0 = 0 * y | v0, (t0, x)"),
        ("a constant 0", "exp(x)", "x | v0 = exp(x) | v0, (0,)"),
        ("a tie on a half plane", "max(x + max(y, 0), x)",
         "x, y | v0 = maximum(y, 0); v1 = x + v0; v2 = maximum(v1, x); s0 = v1 > x; s1 = x > v1; s2 = y > 0; "
         "x_bar = s0 + s1; y_bar = s2 * s0 | v2, (x_bar, y_bar)"),
    ],
    "no new pole": [
        ("P/x_i", "x*y*z", "x, y, z | v0 = x * y; v1 = v0 * z; t0 = v1 / x; t1 = v1 / y | v1, (t0, t1, v0)"),
        ("times x over x", "x*y*y", "x, y | v0 = x * y; v1 = v0 * y; t0 = v1 / x; t1 = 2 * v0 | v1, (t0, t1)"),
        ("1/x - 1/x", "exp(x)*y", f"x, y | {SHARED}; t0 = 1 / x; t1 = t0 - t0; t2 = t1 + v1 | v1, (t2, v0)"),
        ("0/x", "exp(x)*y", f"x, y | {SHARED}; t0 = 0 / x; t1 = v1 + t0 | v1, (t1, v0)"),
        ("over a difference", "exp(x)*y", f"x, y | {SHARED}; t0 = x - y; t1 = v1 / t0; t2 = t1 * t0 | v1, (t2, v0)"),
        ("x/x", "exp(x)*y", f"x, y | {SHARED}; t0 = x / x; t1 = t0 * v1 | v1, (t1, v0)"),
        ("0*log(x)", "exp(x)*y", f"x, y | {SHARED}; t0 = log(x); t1 = 0 * t0; t2 = v1 + t1 | v1, (t2, v0)"),
        ("a root minus itself", "exp(x)*y",
         f"x, y | {SHARED}; t0 = sqrt(x); t1 = t0 - t0; t2 = v1 + t1 | v1, (t2, v0)"),
        ("a quotient of constants", "x*y + log(3)",
         "x, y | v0 = x * y; c0 = log(3); v1 = v0 + c0; c1 = c0 - 1; c2 = c1 / c1; t0 = y * c2 | v1, (t0, x)"),
        ("a power minus itself", "exp(x)*y",
         f"x, y | {SHARED}; t0 = pow(x, -0.5); t1 = t0 - t0; t2 = v1 + t1 | v1, (t2, v0)"),
    ],
    "price": [
        ("0 added", "x + y", "x, y | v0 = x + y; t0 = x - x; t1 = t0 + 1 | v0, (t1, 1)"),
        ("a longer way", "x*y", "x, y | v0 = x * y; t0 = 2 * y; t1 = t0 / 2; t2 = 3 * x; t3 = t2 / 3 | v0, (t1, t3)"),
        ("gates where no derivative is", "floor(x)", "x | v0 = floor(x); t0 = x - x | v0, (t0,)"),
        ("a gradient of a constant", "3", "x | t0 = x - x | 3, (t0,)"),
    ],
}  # fmt: skip
PROGRAMS = [
    Forgery(what, claim, formula, write(program)) for claim, rows in WRITTEN.items() for what, formula, program in rows
]
