"""Derivative programs written by hand: one of each kind that forgeries are made of, and others that are right."""

from __future__ import annotations

from tests.test_verify_program import IMPORTS, PRELUDE

FUNCTION = {
    "jvp": "value_and_jvp", "vjp": "value_and_vjp", "jacobian": "value_and_jacobian",
    "hvp": "value_gradient_and_hvp", "hessian": "value_gradient_and_hessian",
}  # fmt: skip
KINDS = tuple(FUNCTION)
MATHEMATICS = {*IMPORTS, "log1p", "acosh", "atanh", "tan"}


def program(kind: str, inputs: str, lines: str, result: str, comment: str = "") -> str:
    """Write a program: lines are separated by semicolons."""
    words = set("".join(c if c.isalnum() else " " for c in lines + " " + result).split())
    imports = ", ".join(sorted(words & MATHEMATICS))
    text = f"# {comment}\n" if comment else ""
    text += f"from math import {imports}\n\n" if imports else ""
    text += "".join(PRELUDE[name] for name in sorted(PRELUDE) if name in words)
    body = "".join(f"    {line.strip()}\n" for line in lines.split(";") if line.strip())
    return f"{text}def {FUNCTION[kind]}({inputs}):\n{body}    return {result}\n"


TWO = ["x*y*y", "y/x"]
ONE = "x*y*y + y/x"
VALUES = "v0 = x * y; v1 = v0 * y; v2 = y / x; "
SECOND = (
    VALUES + "v3 = v1 + v2; g0 = y * y; t0 = v2 / x; x_bar = g0 - t0; t1 = 2 * v0; t2 = 1 / x; y_bar = t1 + t2; "
    "a0 = t0 / x; a1 = 2 * a0; b0 = t2 / x; b1 = 2 * y; b2 = b1 - b0; c0 = 2 * x; "
)
BASE: dict[str, tuple[str | list[str], str]] = {
    "jvp": (TWO, program(
        "jvp", "x, y, x_dot, y_dot", VALUES + "t0 = x_dot * y; t1 = x * y_dot; t2 = t0 + t1; t3 = t2 * y; "
        "t4 = v0 * y_dot; t5 = t3 + t4; t6 = x_dot * v2; t7 = y_dot - t6; t8 = t7 / x", "(v1, v2), (t5, t8)",
    )),
    "vjp": (TWO, program(
        "vjp", "x, y, w0, w1", VALUES + "t0 = w0 * y; t1 = w0 * v0; t2 = t0 * y; t3 = t0 * x; t4 = t1 + t3; "
        "t5 = w1 / x; t6 = t5 * v2; x_bar = t2 - t6; y_bar = t4 + t5", "(v1, v2), (x_bar, y_bar)",
    )),
    "jacobian": (TWO, program(
        "jacobian", "x, y", VALUES + "e0 = y * y; e1 = 2 * v0; t0 = v2 / x; e2 = -t0; e3 = 1 / x",
        "(v1, v2), (e0, e1, e2, e3), (0, 0, 1, 1), (0, 1, 0, 1)",
    )),
    "hvp": (ONE, program(
        "hvp", "x, y, x_dot, y_dot", SECOND + "h0 = a1 * x_dot; h1 = b2 * y_dot; h2 = h0 + h1; h3 = b2 * x_dot; "
        "h4 = c0 * y_dot; h5 = h3 + h4", "v3, (x_bar, y_bar), (h2, h5)",
    )),
    "hessian": (ONE, program(
        "hessian", "x, y", SECOND, "v3, (x_bar, y_bar), (a1, b2, c0), (0, 1, 1), (0, 0, 1)",
    )),
}  # fmt: skip

MAX = "v0 = maximum(x, y); s0 = x > y; "
# kind, formula, header, lines, return, whether the chain rule follows it
RIGHT: list[tuple[str, str | list[str], str, str, str, bool]] = [
    ("jvp", "x", "x, x_dot", "", "(x,), (x_dot,)", True),
    ("jvp", "5", "", "", "(5,), (0,)", True),
    ("jvp", ["x", "2"], "x, x_dot", "", "(x, 2), (x_dot, 0)", True),
    ("jvp", "-x", "x, x_dot", "v0 = -x; t0 = -x_dot", "(v0,), (t0,)", True),
    ("jvp", "x*x", "x, x_dot", "v0 = x * x; t0 = x_dot * x; t1 = 2 * t0", "(v0,), (t1,)", True),
    ("jvp", "x - x", "x, x_dot", "v0 = x - x", "(v0,), (0,)", True),
    ("jvp", ["sin(x)", "cos(x)"], "x, x_dot",
     "v0 = sin(x); v1 = cos(x); t0 = x_dot * v1; t1 = x_dot * v0; t2 = -t1", "(v0, v1), (t0, t2)", True),
    ("jvp", "tanh(x)", "x, x_dot", "v0 = tanh(x); t0 = cosh(x); t1 = x_dot / t0; t2 = t1 / t0", "(v0,), (t2,)", True),
    ("jvp", "x**1.5", "x, x_dot", "v0 = pow(x, 1.5); t0 = pow(x, 0.5); t1 = 1.5 * t0; t2 = x_dot * t1", "(v0,), (t2,)",
     True),
    ("jvp", "max(x, y)", "x, y, x_dot, y_dot", MAX + "t0 = select(s0, x_dot, y_dot)", "(v0,), (t0,)", True),
    ("jvp", "max(x, y)", "x, y, x_dot, y_dot",
     MAX + "t0 = select(s0, x_dot, 0); t1 = select(s0, 0, y_dot); t2 = t0 + t1", "(v0,), (t2,)", True),
    ("jvp", "select(x > 0, x*y, y)", "x, y, x_dot, y_dot", "v0 = x > 0; v1 = x * y; v2 = select(v0, v1, y); "
     "t0 = x_dot * y; t1 = x * y_dot; t2 = t0 + t1; t3 = select(v0, t2, y_dot)", "(v2,), (t3,)", True),
    ("jvp", "abs(x)", "x, x_dot", "v0 = abs(x); t0 = sign(x); t1 = t0 * x_dot", "(v0,), (t1,)", True),
    ("jvp", "relu(x)", "x, x_dot", "v0 = relu(x); s0 = x > 0; t0 = select(s0, x_dot, 0)", "(v0,), (t0,)", True),
    ("jvp", "hypot(x, y)", "x, y, x_dot, y_dot",
     "v0 = hypot(x, y); t0 = x * x_dot; t1 = y * y_dot; t2 = t0 + t1; t3 = t2 / v0", "(v0,), (t3,)", True),
    ("vjp", "exp(x)", "x, w", "v0 = exp(x); t0 = w * v0", "(v0,), (t0,)", True),
    ("vjp", ["x", "x"], "x, w0, w1", "t0 = w0 + w1", "(x, x), (t0,)", True),
    ("vjp", ["x*x", "3*x"], "x, w0, w1", "v0 = x * x; v1 = 3 * x; t0 = 2 * w0; t1 = t0 * x; t2 = 3 * w1; t3 = t1 + t2",
     "(v0, v1), (t3,)", True),
    ("vjp", ["x*y", "7"], "x, y, w0, w1", "v0 = x * y; t0 = w0 * y; t1 = w0 * x", "(v0, 7), (t0, t1)", True),
    ("vjp", "x/y", "x, y, w0", "v0 = x / y; t0 = w0 / y; t1 = t0 * v0; t2 = -t1", "(v0,), (t0, t2)", True),
    ("jacobian", "x", "x", "", "(x,), (1,), (0,), (0,)", False),
    ("jacobian", ["x + 3", "5"], "x", "v0 = x + 3", "(v0, 5), (1,), (0,), (0,)", False),
    ("jacobian", "5", "x", "", "(5,), (), (), ()", False),
    ("hvp", "x", "x, x_dot", "", "x, (1,), (0,)", True),
    ("hvp", "x*x", "x, x_dot", "v0 = x * x; t0 = 2 * x; h0 = 2 * x_dot", "v0, (t0,), (h0,)", True),
    ("hvp", "x*y", "x, y, x_dot, y_dot", "v0 = x * y", "v0, (y, x), (y_dot, x_dot)", True),
    ("hvp", "exp(x)", "x, d", "v0 = exp(x); h0 = v0 * d", "v0, (v0,), (h0,)", True),
    ("hvp", "sin(x)", "x, d", "v0 = sin(x); t0 = cos(x); h0 = d * v0; h1 = -h0", "v0, (t0,), (h1,)", True),
    ("hvp", "x**1.5", "x, d", "v0 = pow(x, 1.5); t0 = pow(x, 0.5); t1 = 1.5 * t0; t2 = pow(x, -0.5); t3 = 0.75 * t2; "
     "h0 = t3 * d", "v0, (t1,), (h0,)", True),
    ("hvp", "abs(x)", "x, d", "v0 = abs(x); t0 = sign(x)", "v0, (t0,), (0,)", True),
    ("hessian", "x + 2*y", "x, y", "v0 = 2 * y; v1 = x + v0", "v1, (1, 2), (), (), ()", False),
    ("hessian", "x*y", "x, y", "v0 = x * y", "v0, (y, x), (1,), (1,), (0,)", False),
    ("hessian", "x*y", "x, y", "v0 = x * y", "v0, (y, x), (0, 1), (0, 1), (0, 0)", False),
    ("hessian", "log(x)", "x", "v0 = log(x); t0 = 1 / x; t1 = t0 * t0; h = -t1", "v0, (t0,), (h,), (0,), (0,)", False),
    ("hessian", "relu(x)*x", "x", "v0 = relu(x); v1 = v0 * x; s0 = x > 0; t0 = select(s0, x, 0); t1 = v0 + t0; "
     "t2 = select(s0, 2, 0)", "v1, (t1,), (t2,), (0,), (0,)", False),
]  # fmt: skip
