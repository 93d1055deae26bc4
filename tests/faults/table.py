"""Defects of other people's tools, each planted into this compiler: what is planted, where it shows, who catches it.

`layers` names who must reject the wrong program, and nobody else may. A: the text (claims text, gates, no padding,
price). B: the chain rule, which fails within the text, or has no text of the grammar to run over. (B): the chain rule
holds, but for another circuit than the right program's certificate states. C: the random test (claims formula,
gradient, no new pole). D: fifty digits. What A cannot read is no program for C and D.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from circuit import Builder, calls, fold
from circuit.ops import CODE, LOWERED, ROWS, floor, pow_
from circuit.wire import wire
from compiler import NotCertified
from compiler.scaled import Scaled
from verify import checker as untyped
from verify import tangents
from verify.tape import MUL, Tape

checker: Any = untyped
Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]
MICRO, MU = "\N{MICRO SIGN}", "\N{GREEK SMALL LETTER MU}"  # one letter after NFKC


@dataclass(frozen=True, slots=True)
class Fault:
    """A defect: whose, what it is here, who catches it, a formula that meets it, and a point where it is wrong.

    `point` is None where the wrong text is no program that could be run.
    """

    tool: str
    what: str
    layers: str
    plant: Plant
    formula: Any
    point: tuple[Any, ...] | None
    names: dict[str, Any] | None = None  # variables, parameters, shapes
    raises: type[Exception] = NotCertified  # what the compiler itself says of the program, once the verifier has spoken

    def __str__(self) -> str:
        return f"{self.tool} {self.what}: {self.layers}"


# the table


def rule(name: str, pull: Callable[..., tuple[Any, ...]]) -> Plant:
    """Plant another pull-back into a row of the table, as the sweep reads it."""

    def plant(patch: Patch) -> None:
        rows = (replace(row, pull=pull) if row is not None and row.name == name else row for row in ROWS)
        patch.setattr("compiler.sweep.ROWS", tuple(rows))

    return plant


def several(*plants: Plant) -> Plant:
    def plant(patch: Patch) -> None:
        for each in plants:
            each(patch)

    return plant


def lowering(name: str, lower: Callable[..., Any]) -> Plant:
    return lambda patch: patch.setitem(LOWERED, name, (LOWERED[name][0], lower))


def is_gate(name: str, wire: Any) -> bool:
    return bool(wire.arithmetic.builder.code(wire.node) == CODE[name])


def floored(wire: Any) -> Any:
    """Return floor(u) where the wire is trunc(u)."""
    arithmetic = wire.arithmetic
    return floor(Scaled(arithmetic, 1, arithmetic.builder.lhs(wire.node))) if is_gate("trunc", wire) else wire


def by_identity(b: Any, z: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """Multiply by the operands that are not this one; `x*x` has no other."""
    return (b, b) if x.node == y.node else (b * y, b * x)


def in_every_table(name: str, pull: Callable[..., tuple[Any, ...]], postfix: str, tangent: Any) -> Plant:
    """Plant one slip into the compiler, the stand-alone checker and the random test: only the digits are left."""

    def plant(patch: Patch) -> None:
        rule(name, pull)(patch)
        patch.setitem(checker.SENT, name, (postfix, *checker.SENT[name][1:]))
        if name in tangents.UNARY:
            patch.setitem(tangents.UNARY, name, tangent)
        else:
            patch.setattr(tangents, "_binary", tangent)

    return plant


def minus_sinh(t: Tape, u: int, w: int, du: int) -> int:
    return tangents._minus(t, t.step(MUL, du, t.function("sinh", u)))


def one_more(t: Tape, name: str, u: int, v: int, w: int, du: int, dv: int) -> int:
    less, more = (step(t, v, tangents._one(t)) for step in (tangents._sub, tangents._add))
    return t.step(MUL, t.step(MUL, du, more), t.function("pow", u, less))


# the builder and its folding


def power(change: Callable[[Builder, int, int], int | None]) -> Plant:
    """Plant another way to raise to a power; None: as it is."""
    right = fold.power

    def power(builder: Builder, base: int, exponent: int) -> int:
        node = change(builder, base, exponent)
        return right(builder, base, exponent) if node is None else node

    return lambda patch: patch.setattr("circuit.fold.power", power)


def every_power_a_gate(builder: Builder, base: int, exponent: int) -> int:
    return builder.gate(CODE["pow"], base, exponent)


def through_the_root(builder: Builder, base: int, exponent: int) -> int | None:
    if builder.exact(exponent) != 1.5:
        return None
    return builder.gate(CODE["mul"], base, builder.gate(CODE["sqrt"], base))


def power_rule(at_zero: Callable[[Any], Any]) -> Callable[..., tuple[Any, ...]]:
    """Return the rule c*x**(c - 1), but for c = 0."""

    def pull(b: Any, z: Any, x: Any, c: Any) -> tuple[Any, ...]:
        return (b * at_zero(x) if c.factor == 0 else b * c * pow_(x, c - 1), None)

    return pull


def zero_times_reciprocal(x: Any) -> Any:
    """Return 0*x**-1 as a gate: the builder's folding would make 0 of it."""
    builder = x.arithmetic.builder
    return Scaled(x.arithmetic, 1, builder.made(CODE["mul"], builder.constant(0), pow_(x, -1).node, -1))


def guarded_sinc(patch: Patch) -> None:
    """Read sin(x)/x as select(x == 0, 1, sin(x)/x): at 0 a constant, whose derivatives are not those of sinc."""
    right = Builder.gate

    def gate(self: Builder, code: int, a: int, b: int = -1, c: int = -1) -> int:
        node = right(self, code, a, b, c)
        if code != CODE["div"] or self.code(a) != CODE["sin"] or self.lhs(a) != b:
            return node
        at_zero = right(self, CODE["eq"], b, self.constant(0))
        return right(self, CODE["select"], at_zero, self.constant(1), node)

    patch.setattr(Builder, "gate", gate)


def softplus_by_max(patch: Patch) -> None:
    """Read softplus(x) as max(x, 0) + log1p(exp(-abs(x))), as logaddexp does."""
    right = calls.call

    def call(builder: Builder, name: str, nodes: Sequence[int]) -> int:
        if name != "softplus":
            return right(builder, name, nodes)
        x: Any = wire(builder, nodes[0])
        return int((x.gate("max", x, 0) + (-abs(x)).exp().log1p()).node)

    patch.setattr("circuit.text.call", call)
