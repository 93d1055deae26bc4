"""Forward-mode differentiation of the reference on the tape, with rows written by hand.

Every row speaks of u, w = h(u) and named companions, in the algebra that programs are held to: hashed functions know no
trigonometry, so `cos` written for `sin'` must be cos of the same u. `digits` proves each row to fifty digits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verify.table import COMPARISONS, FLAT
from verify.tape import ADD, CODE, DIV, FUNCTION, HASHED, MUL, NONE, SUB, VARIABLE, Tape

Unary = Callable[[Tape, int, int, int], int]  # (tape, u, w, du) -> dw


def _add(t: Tape, a: int, b: int) -> int:
    return t.step(ADD, a, b)


def _sub(t: Tape, a: int, b: int) -> int:
    return t.step(SUB, a, b)


def _mul(t: Tape, a: int, b: int) -> int:
    return t.step(MUL, a, b)


def _div(t: Tape, a: int, b: int) -> int:
    return t.step(DIV, a, b)


def _one(t: Tape) -> int:
    return t.constant(1)


def _minus(t: Tape, a: int) -> int:
    return _sub(t, t.constant(0), a)


def _erf(t: Tape, u: int, w: int, du: int) -> int:
    scale = t.function("log", _div(t, t.constant(2), t.function("sqrt", t.step(CODE["pi"]))))
    return _mul(t, du, t.function("exp", _sub(t, scale, _mul(t, u, u))))


# the divisor of a row is a divisor a program may have: it vanishes only where the function is not differentiable
UNARY: dict[str, Unary] = {
    "exp": lambda t, u, w, du: _mul(t, du, w),
    "log": lambda t, u, w, du: _div(t, du, u),
    "log1p": lambda t, u, w, du: _div(t, du, _add(t, _one(t), u)),
    "expm1": lambda t, u, w, du: _mul(t, du, _add(t, w, _one(t))),
    "sqrt": lambda t, u, w, du: _div(t, du, _add(t, w, w)),
    "cbrt": lambda t, u, w, du: _div(t, du, _mul(t, t.constant(3), _mul(t, w, w))),
    "sin": lambda t, u, w, du: _mul(t, du, t.function("cos", u)),
    "cos": lambda t, u, w, du: _minus(t, _mul(t, du, t.function("sin", u))),
    "tan": lambda t, u, w, du: _mul(t, du, _add(t, _one(t), _mul(t, w, w))),
    "sinh": lambda t, u, w, du: _mul(t, du, t.function("cosh", u)),
    "cosh": lambda t, u, w, du: _mul(t, du, t.function("sinh", u)),
    "tanh": lambda t, u, w, du: _div(t, _div(t, du, t.function("cosh", u)), t.function("cosh", u)),
    "asin": lambda t, u, w, du: _div(t, du, t.function("sqrt", _sub(t, _one(t), _mul(t, u, u)))),
    "acos": lambda t, u, w, du: _minus(t, _div(t, du, t.function("sin", w))),
    "atan": lambda t, u, w, du: _div(t, du, _add(t, _one(t), _mul(t, u, u))),
    "asinh": lambda t, u, w, du: _div(t, du, t.function("hypot", _one(t), u)),
    "acosh": lambda t, u, w, du: _div(t, du, t.function("sinh", w)),
    "atanh": lambda t, u, w, du: _mul(t, _mul(t, du, t.function("cosh", w)), t.function("cosh", w)),
    "erf": _erf,
    "sigmoid": lambda t, u, w, du: _mul(t, du, _mul(t, w, _sub(t, _one(t), w))),
    "softplus": lambda t, u, w, du: _mul(t, du, t.function("sigmoid", u)),
}


def _binary(t: Tape, name: str, u: int, v: int, w: int, du: int, dv: int) -> int:
    """Return the tangent of pow, hypot or atan2 (y = u, x = v); du or dv may be NONE."""
    if name == "pow":
        less = _sub(t, v, _one(t))
        return _mul(t, _mul(t, du, v), t.function("pow", u, less))
    if name == "hypot":
        parts = [_mul(t, _div(t, d, w), x) for d, x in ((du, u), (dv, v)) if d != NONE]
        return parts[0] if len(parts) == 1 else _add(t, *parts)
    h = t.function("hypot", u, v)
    first = NONE if du == NONE else _mul(t, _div(t, _div(t, du, h), h), v)
    second = NONE if dv == NONE else _mul(t, _div(t, _div(t, dv, h), h), u)
    return _difference(t, first, second)


def _sum(t: Tape, a: int, b: int) -> int:
    if a == NONE or b == NONE:
        return b if a == NONE else a
    return t.step(ADD, a, b)


def _difference(t: Tape, a: int, b: int) -> int:
    if b == NONE:
        return a
    return _minus(t, b) if a == NONE else _sub(t, a, b)


def _product(t: Tape, d: int, factor: int) -> int:
    return NONE if d == NONE else t.step(MUL, d, factor)


def differentiate(tape: Tape, output: int, directions: dict[int, int]) -> int:
    """Lay the directional derivative of `output` on the tape; return its step, NONE if it is 0 by form.

    directions: variable -> its component of the direction. All steps up to the end of the tape are differentiated.
    """
    return differentiate_all(tape, (output,), directions)[0]


def differentiate_all(tape: Tape, outputs: Sequence[int], directions: dict[int, int]) -> list[int]:
    """Lay the directional derivatives of `outputs` on the tape in one pass; NONE stands for 0, and has derivative 0."""
    needed = _needed(tape, outputs)
    tangent = [NONE] * len(needed)
    for step in range(len(needed)):
        if needed[step]:
            tangent[step] = _tangent(tape, step, tangent, directions)
    return [NONE if output == NONE else tangent[output] for output in outputs]


def _needed(tape: Tape, outputs: Sequence[int]) -> bytearray:
    needed = bytearray(max(outputs) + 1)
    for output in outputs:
        if output != NONE:
            needed[output] = 1
    for step in range(len(needed) - 1, -1, -1):
        if needed[step]:
            for operand in (tape.lhs[step], tape.rhs[step]):
                if operand >= 0:
                    needed[operand] = 1
    return needed


def _tangent(tape: Tape, step: int, tangent: list[int], directions: dict[int, int]) -> int:
    op, u, v = tape.op[step], tape.lhs[step], tape.rhs[step]
    if op == VARIABLE:
        return directions.get(step, NONE)
    du = tangent[u] if u >= 0 else NONE
    dv = tangent[v] if v >= 0 else NONE
    if du == NONE and dv == NONE:
        return NONE
    if op == MUL:
        return _sum(tape, _product(tape, du, v), _product(tape, dv, u))
    if op == ADD:
        return _sum(tape, du, dv)
    if op == SUB:
        return _difference(tape, du, dv)
    if op == DIV:
        top = _difference(tape, du, _product(tape, dv, step))
        return tape.step(DIV, top, v)
    name = HASHED[op - FUNCTION]
    if name in COMPARISONS or name in FLAT or name == "above":
        return NONE
    row = UNARY.get(name)
    return row(tape, u, step, du) if row is not None else _binary(tape, name, u, v, step, du, dv)
