"""The instructions as LLVM's intermediate text: one row each, for one number or a vector of them.

The results are those of the Python text: `+ - * /` and comparisons by IEEE, `math`'s functions by the C library that
Python calls, the prelude's functions in the prelude's forms (both branches are one expression of `exp(-|x|)`: the
same bits). No fast-math flag stands anywhere, so no product and sum become one rounding.

{z} is the result, {x} {y} {w} {v} the operands in their order, {T} their type, {B} the type of a comparison, {S} the
suffix of T in names of functions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from circuit.ops import OPS
from compiler.engines.functions import symbol

_CHOOSE = "{z} = select {B} {z}.t, {T} "
_COMPARE = "{z} = uitofp {B} {z}.t to {T}"
_INTEGRAL = "{z}.i = call {T} @llvm.%s.{S}({T} {x})\n{z} = fadd {T} {z}.i, zeroinitializer"  # no -0.0: an int in Python
_DECAY = "{z}.a = call {T} @llvm.fabs.{S}({T} {x})\n{z}.m = fneg {T} {z}.a\n{z}.e = call {T} @{exp}({T} {z}.m)\n"
ROWS: dict[str, str] = {
    "add": "{z} = fadd {T} {x}, {y}",
    "sub": "{z} = fsub {T} {x}, {y}",
    "mul": "{z} = fmul {T} {x}, {y}",
    "div": "{z} = fdiv {T} {x}, {y}",
    "neg": "{z} = fneg {T} {x}",
    "muladd": "{z}.p = fmul {T} {x}, {y}\n{z} = fadd {T} {z}.p, {w}",
    "mulsub": "{z}.p = fmul {T} {x}, {y}\n{z} = fsub {T} {z}.p, {w}",
    "submul": "{z}.p = fmul {T} {x}, {y}\n{z} = fsub {T} {w}, {z}.p",
    "dotadd": "{z}.p = fmul {T} {x}, {y}\n{z}.q = fmul {T} {w}, {v}\n{z} = fadd {T} {z}.p, {z}.q",
    "dotsub": "{z}.p = fmul {T} {x}, {y}\n{z}.q = fmul {T} {w}, {v}\n{z} = fsub {T} {z}.p, {z}.q",
    "abs": "{z} = call {T} @llvm.fabs.{S}({T} {x})",
    "sqrt": "{z} = call {T} @llvm.sqrt.{S}({T} {x})",
    "floor": _INTEGRAL % "floor",
    "ceil": _INTEGRAL % "ceil",
    "trunc": _INTEGRAL % "trunc",
    "gt": "{z}.t = fcmp ogt {T} {x}, {y}\n" + _COMPARE,
    "ge": "{z}.t = fcmp oge {T} {x}, {y}\n" + _COMPARE,
    "lt": "{z}.t = fcmp olt {T} {x}, {y}\n" + _COMPARE,
    "le": "{z}.t = fcmp ole {T} {x}, {y}\n" + _COMPARE,
    "eq": "{z}.t = fcmp oeq {T} {x}, {y}\n" + _COMPARE,
    "ne": "{z}.t = fcmp une {T} {x}, {y}\n" + _COMPARE,
    "select": "{z}.t = fcmp une {T} {x}, zeroinitializer\n" + _CHOOSE + "{y}, {T} {w}",
    "max": "{z}.g = fcmp ogt {T} {x}, {y}\n{z}.n = fcmp uno {T} {x}, {x}\n{z}.t = or {B} {z}.g, {z}.n\n"
    + _CHOOSE
    + "{x}, {T} {y}",
    "min": "{z}.g = fcmp olt {T} {x}, {y}\n{z}.n = fcmp uno {T} {x}, {x}\n{z}.t = or {B} {z}.g, {z}.n\n"
    + _CHOOSE
    + "{x}, {T} {y}",
    "relu": "{z}.t = fcmp olt {T} {x}, zeroinitializer\n" + _CHOOSE + "zeroinitializer, {T} {x}",
    "sign": "{z}.p = fcmp ogt {T} {x}, zeroinitializer\n{z}.m = fcmp olt {T} {x}, zeroinitializer\n"
    "{z}.u = uitofp {B} {z}.p to {T}\n{z}.v = uitofp {B} {z}.m to {T}\n{z}.d = fsub {T} {z}.u, {z}.v\n"
    "{z}.t = fcmp uno {T} {x}, {x}\n" + _CHOOSE + "{x}, {T} {z}.d",
    "sigmoid": _DECAY + "{z}.l = fcmp olt {T} {x}, zeroinitializer\n"
    "{z}.n = select {B} {z}.l, {T} {z}.e, {T} {one}\n{z}.s = fadd {T} {one}, {z}.e\n{z} = fdiv {T} {z}.n, {z}.s",
    "softplus": _DECAY + "{z}.l = call {T} @{log1p}({T} {z}.e)\n{z}.s = fadd {T} {x}, {z}.l\n"
    "{z}.t = fcmp ogt {T} {x}, zeroinitializer\n" + _CHOOSE + "{z}.s, {T} {z}.l",
}
CALLS = {name: row.function for name, row in OPS.items() if row.function and name not in ROWS}  # of the C library
OPERANDS = "xywv"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A type of operands: `lanes` numbers of 64 or 32 bits."""

    lanes: int = 1
    bits: int = 64

    @property
    def scalar(self) -> str:
        """The type of one of them."""
        return "double" if self.bits == 64 else "float"

    @property
    def type(self) -> str:
        """The type of an operand."""
        return self.scalar if self.lanes == 1 else f"<{self.lanes} x {self.scalar}>"

    @property
    def truth(self) -> str:
        """The type of a comparison."""
        return "i1" if self.lanes == 1 else f"<{self.lanes} x i1>"

    @property
    def suffix(self) -> str:
        """The type in the names of functions."""
        return f"f{self.bits}" if self.lanes == 1 else f"v{self.lanes}f{self.bits}"

    @property
    def one(self) -> str:
        """The constant 1."""
        return "1.0" if self.lanes == 1 else f"<{', '.join([f'{self.scalar} 1.0'] * self.lanes)}>"


def calls(names: Iterable[str]) -> set[str]:
    """Return the functions of `math` that instructions call."""
    inner = {"exp": "{exp}", "log1p": "{log1p}"}
    found = {CALLS[name] for name in names if name in CALLS}
    return found | {each for each, mark in inner.items() for name in names if mark in ROWS.get(name, "")}


@cache
def template(name: str, numbers: Numbers) -> str:
    """Return the row of an instruction over a type; {z} {x} {y} {w} {v} are left to fill in."""
    if name in CALLS:
        arguments = ", ".join(f"{numbers.type} {{{each}}}" for each in "xy"[: OPS[name].arity])
        return f"{{z}} = call {numbers.type} @{symbol(CALLS[name], numbers)}({arguments})"
    filled = ROWS[name].replace("{T}", numbers.type).replace("{B}", numbers.truth).replace("{S}", numbers.suffix)
    filled = filled.replace("{one}", numbers.one)
    for function in ("exp", "log1p"):
        filled = filled.replace(f"{{{function}}}", symbol(function, numbers))
    return filled
