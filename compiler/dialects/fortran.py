"""Fortran 2008, free form: it does not tell x from X, has short lines, and takes log1p, expm1 and cbrt from C."""

from __future__ import annotations

from compiler.dialects.row import Dialect


def _function(name: str, arguments: str, body: str) -> str:
    return (
        f"\n    pure function {name}({arguments}) result(z)\n        real(real64), intent(in) :: {arguments}\n"
        f"        real(real64) :: z\n{body}\n    end function {name}"
    )


def _foreign(name: str) -> str:
    return _function(
        f"c_{name}",
        "x",
        f"        interface\n            pure function foreign(x) bind(c, name=\"{name}\") result(z)\n"
        "                use, intrinsic :: iso_c_binding, only: c_double\n"
        "                real(c_double), value :: x\n                real(c_double) :: z\n"
        "            end function foreign\n        end interface\n        z = foreign(x)",
    )  # fmt: skip


def _literal(text: str) -> str:
    """Return a double's literal; a minus never stands behind an operator."""
    digits, _, exponent = text.partition("e")
    number = f"{digits}d{exponent.lstrip('+') or 0}"
    return f"({number})" if text.startswith("-") else number


_ROUND = "        z = aint(x)\n        if (z {0} x) z = z {1} 1.0d0\n        z = z + 0.0d0"  # never -0.0, as in Python

FORTRAN = Dialect(
    name="fortran",
    title="Fortran",
    comment="!",
    usage=(
        "point: the inputs; value, gradient: the results. Nothing is allocated.",
        "For the bits of the Python text on + - * /: no -ffast-math, and -ffp-contract=off.",
    ),
    head="module ${name}_module\n    use, intrinsic :: iso_fortran_env, only: real64\n    implicit none\n    private\n"
    "    public :: $name\ncontains",
    open="\n    subroutine $name(point, value, gradient$work)\n        real(real64), intent(in) :: point($inputs)\n"
    "        real(real64), intent(out) :: value, gradient($stored)$declared",
    result="        value = $value\n    end subroutine $name",
    number="        {0} = {1}",
    truth="        {0} = {1}",
    cell="{0}({1})",
    store="        {0} = {1}",
    first=1,
    open_part="\n    subroutine part_$place(point, $array, work)\n"
    "        real(real64), intent(in) :: point($inputs)\n"
    "        real(real64), intent(inout) :: $array($stored), work($size)",
    call_part="        call part_$place(point, $array, work)",
    close_part="    end subroutine",
    foot="\nend module ${name}_module",
    declare_number="        real(real64) :: {0}",
    declare_truth="        logical :: {0}",
    work={"work": ", work", "declared": "\n        real(real64), intent(inout) :: work($size)"},
    operations={name: f"c_{name}({{0}})" for name in ("cbrt", "expm1", "log1p")}
    | {name: f"{name}_of({{0}})" for name in ("floor", "ceil", "sign")}
    | {
        "ne": "{0} /= {1}",
        "pow": "{0}**{1}",
        "select": "merge({1}, {2}, {0})",
        "trunc": "aint({0}) + 0.0d0",
    },
    prelude={
        **{name: ((), _foreign(name)) for name in ("cbrt", "expm1", "log1p")},
        "ceil": ((), _function("ceil_of", "x", _ROUND.format("<", "+"))),
        "floor": ((), _function("floor_of", "x", _ROUND.format(">", "-"))),
        "maximum": ((), _function("maximum", "a, b", "        z = merge(a, b, a > b .or. a /= a)")),
        "minimum": ((), _function("minimum", "a, b", "        z = merge(a, b, a < b .or. a /= a)")),
        "relu": ((), _function("relu", "x", "        z = merge(0.0d0, x, x < 0.0d0)")),
        "sigmoid": (
            (),
            _function(
                "sigmoid",
                "x",
                "        z = exp(-abs(x))\n        z = merge(z, 1.0d0, x < 0.0d0) / (1.0d0 + z)",
            ),
        ),
        "sign": (
            (),
            _function(
                "sign_of",
                "x",
                "        z = x + 0.0d0\n        if (x > 0.0d0) z = 1.0d0\n        if (x < 0.0d0) z = -1.0d0",
            ),
        ),
        "softplus": (
            ("log1p",),
            _function(
                "softplus",
                "x",
                "        z = c_log1p(exp(-abs(x)))\n        if (x > 0.0d0) z = x + z",
            ),
        ),
    },
    truths=(".false.", ".true."),
    literal=_literal,
    words="associate call do else elseif end endif if subroutine function module contains use result",
    any_case=True,
    longest=24,  # four of them and a literal fit in a line of 132
    row={
        "usage": (
            "point: the inputs; results: room for the results. Nothing is allocated.",
            "For the bits of the Python text on + - * /: no -ffast-math, and -ffp-contract=off.",
        ),
        "head": "module ${name}_module\n    use, intrinsic :: iso_fortran_env, only: real64\n    implicit none\n"
        "    private\n    public :: $name\n${pattern}contains",
        "open": "\n    subroutine $name(point, results$work)\n        real(real64), intent(in) :: point($inputs)\n"
        "        real(real64), intent(out) :: results($stored)$declared",
        "result": "    end subroutine $name",
        "pattern": (
            "    integer, public, protected :: $array($entries)",
            "    data $array($start:$stop) / &\n        $numbers /",
            "",
        ),
    },
)
