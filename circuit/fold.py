"""What folds as a gate is born, and powers as chains of products: exact arithmetic only.

Rational arithmetic, the neutral elements, and a closed list (exp 0, log 1, sin 0, cos 0, tan 0, the root of a rational
square). Whatever else looks simplifiable stays: `x/x` and `x-x` have poles and rounding of their own.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from circuit.errors import ResourceLimit, UnsupportedConstant
from circuit.ops import CODE, CONSTANT, NAMED_CONSTANTS, ROWS

if TYPE_CHECKING:
    from circuit.builder import Builder

MERGED_BITS = 256  # a merged constant beyond this stays apart
WHOLE = 1e-9  # relative: an exponent as near to an integer as this hides a chain of products
POWER_BITS = 4096  # a power of constants beyond this is refused
ADD, SUB, MUL, DIV, NEG, POW = (CODE[name] for name in ("add", "sub", "mul", "div", "neg", "pow"))
AT_ZERO = {CODE["exp"]: 1, CODE["sin"]: 0, CODE["cos"]: 1, CODE["tan"]: 0}
LOG, SQRT, EXP, SELECT = CODE["log"], CODE["sqrt"], CODE["exp"], CODE["select"]


def fold(builder: Builder, code: int, a: int, b: int) -> int | None:
    """Return the node that gate `code` of operands a, b (one of them fixed) folds to, or None if it stays a gate.

    Errors: UnsupportedConstant for a division by the constant 0.
    """
    x = builder.exact(a)
    if b < 0:
        return _fold_unary(builder, code, x)
    if code > DIV:
        return None
    y = builder.exact(b)
    if x is not None and y is not None:
        merged = _rational(code, x, y)
        return None if merged is None else builder.constant(merged)
    if y is not None:
        return _fold_right(builder, code, a, y)
    return _fold_left(builder, code, x, b) if x is not None else None


def _fold_unary(builder: Builder, code: int, x: Fraction | None) -> int | None:
    if x is None:
        return None
    if code == NEG:
        return builder.constant(-x)
    if x == 0 and code in AT_ZERO:
        return builder.constant(AT_ZERO[code])
    if x == 1 and code == LOG:
        return builder.constant(0)
    if code == SQRT and x >= 0:
        root = Fraction(math.isqrt(x.numerator), math.isqrt(x.denominator))
        return builder.constant(root) if root * root == x else None
    return None


def _rational(code: int, x: Fraction, y: Fraction) -> Fraction | None:
    if code == DIV and y == 0:
        raise UnsupportedConstant(f"division of the constant {shown(x)} by zero")
    merged = x + y if code == ADD else x - y if code == SUB else x * y if code == MUL else x / y
    return merged if fits(merged) else None


def _fold_right(builder: Builder, code: int, a: int, y: Fraction) -> int | None:
    """Fold `u + y`, `u - y`, `u * y`, `u / y`."""
    if code in (ADD, SUB):
        if y == 0:
            return a
        if y < 0:
            return builder.gate(SUB if code == ADD else ADD, a, builder.constant(-y))
        return None
    if y == 1:
        return a
    if y == -1:
        return builder.gate(NEG, a)
    if y == 0:
        if code == DIV:
            raise UnsupportedConstant("division by zero: the divisor is the constant 0")
        return builder.constant(0)
    return None


def _fold_left(builder: Builder, code: int, x: Fraction, b: int) -> int | None:
    """Fold `x + v`, `x - v`, `x * v`, `x / v`."""
    if x == 0:
        return b if code == ADD else builder.gate(NEG, b) if code == SUB else builder.constant(0)
    if code == ADD and x < 0:
        return builder.gate(SUB, b, builder.constant(-x))
    if code == MUL and x == 1:
        return b
    if code == MUL and x == -1:
        return builder.gate(NEG, b)
    return None


def fits(value: Fraction) -> bool:
    """Say whether a merged constant is small enough to stay merged."""
    return value.numerator.bit_length() <= MERGED_BITS and value.denominator.bit_length() <= MERGED_BITS


def nearest(value: Fraction | str) -> float:
    """Return the float nearest to a constant, infinite beyond the largest."""
    if isinstance(value, str):
        return NAMED_CONSTANTS[value]
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def approximate(code: int, operands: list[float]) -> float:
    """Return the float value of a gate of constants. Errors: UnsupportedConstant where it is no finite real number."""
    row = ROWS[code]
    assert row is not None
    try:
        result = float(row.value(*operands))
    except OverflowError:
        result = math.inf
    except (ValueError, ZeroDivisionError):
        result = math.nan
    if not math.isfinite(result):
        name = row.text.format(*(f"{each:.6g}" for each in operands))
        raise UnsupportedConstant(f"the constant {name} is not a finite real number")
    return result


def power(builder: Builder, base: int, exponent: int) -> int:
    """Return the node of base**exponent: a chain of products, a root, a `pow` gate, or exp(exponent*log(base)).

    Errors: ResourceLimit for an exponent of over 256 bits or a power of constants of over 4,096 bits.
    """
    if is_e(builder, base):
        return builder.gate(EXP, exponent)
    if exponent not in builder.fixed:
        return builder.gate(EXP, builder.gate(MUL, exponent, builder.gate(LOG, base)))
    k = builder.exact(exponent)
    if k is None:
        value = builder.approximation(exponent)
        if value and not 2.0**-MERGED_BITS < abs(value) < 2.0**MERGED_BITS:
            raise ResourceLimit(f"an exponent beyond {MERGED_BITS} bits: {value:.6g}")
        if abs(value - round(value)) < WHOLE * max(1.0, abs(value)):
            raise UnsupportedConstant(f"the exponent is a whole number in disguise: write it as {round(value)}")
        return builder.gate(POW, base, exponent)
    if not fits(k):
        raise ResourceLimit(f"an exponent of more than {MERGED_BITS} bits: {shown(k)}")
    if k.denominator == 1:
        return _integer_power(builder, base, k.numerator)
    return builder.gate(SQRT, base) if k == Fraction(1, 2) else builder.gate(POW, base, exponent)


def is_e(builder: Builder, node: int) -> bool:
    """Say whether a node is the constant e, whose powers are `exp`."""
    return builder.code(node) == CONSTANT and builder.constants[builder.lhs(node)] == "e"


def _integer_power(builder: Builder, base: int, k: int) -> int:
    value = builder.exact(base)
    if value is not None:
        bits = max(value.numerator.bit_length(), value.denominator.bit_length())
        if abs(value) != 1 and bits > 1 and bits * abs(k) > POWER_BITS:
            power = f"{shown(value)}**{shown(Fraction(k))}"
            raise ResourceLimit(f"the power {power} is an integer of over {POWER_BITS} bits")
    if k == 0:
        return builder.constant(1)
    square, rest, product = base, abs(k), -1
    while rest:
        if rest & 1:
            product = square if product < 0 else builder.gate(MUL, product, square)
        rest >>= 1
        if rest:
            square = builder.gate(MUL, square, square)
    return product if k > 0 else builder.gate(DIV, builder.constant(1), product)


def shown(value: Fraction) -> str:
    """Return a constant for a message, shortened in the middle if it is long."""
    if value.numerator.bit_length() > 400 or value.denominator.bit_length() > 400:
        return f"a constant of {value.numerator.bit_length() + value.denominator.bit_length()} bits"
    text = str(value)
    return text if len(text) <= 40 else f"{text[:18]}...{text[-18:]}"
