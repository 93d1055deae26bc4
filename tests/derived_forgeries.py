"""Forgeries of derivative programs: for each kind and claim, edits of the right program that break just that claim."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.derived import KINDS

# forgeries: kind -> claim -> pairs of what is replaced (the last place of it) and by what
Edit = tuple[str, str]
RETURN = re.compile(r"    return .*\n")


def after(*lines: str) -> Callable[[str], str]:
    """Return what puts lines before the return."""
    return lambda text: RETURN.sub(lambda found: "".join(f"    {line}\n" for line in lines) + found[0], text)


def edited(old: str, new: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        head, found, tail = text.rpartition(old)
        assert found, old
        return head + new + tail

    return edit


def then(*edits: Callable[[str], str]) -> Callable[[str], str]:
    def edit(text: str) -> str:
        for each in edits:
            text = each(text)
        return text

    return edit


def detour(name: str, *lines: str) -> Callable[[str], str]:
    """Return what gives an entry of the return another name, made of it by the lines."""
    return then(edited(name, "q"), after(*lines))


def commented(kind: str) -> Callable[[str], str]:
    """Return what says another number of inputs."""
    return lambda text: f"# derivative: {kind} in 1 of 2 inputs\n{text}"


FIRST = {"jvp": "t5", "vjp": "x_bar", "jacobian": "e0", "hvp": "h2", "hessian": "a1"}  # an entry of the derivative
VALUE = {"jvp": ("(", "v1"), "vjp": ("(", "v1"), "jacobian": ("(", "v1")} | dict.fromkeys(
    ("hvp", "hessian"), ("return ", "v3")
)
FORGED: dict[str, dict[str, list[Callable[[str], str]]]] = {
    kind: {
        "text": [
            edited("v1 = v0 * y", "v1 = v0 ** y"), edited("v1 = v0 * y", "v1 = v0 * q9"), edited("return ", "return -"),
            after("x = x * y"), edited("\n    return", "\n    pass\n    return"), lambda text: text + text,
            commented(kind), edited(")\n", ",)\n"),
        ],
        "gates": [after("q = x + y"), after("q = 1 / 3"), after("q = y * x"), after("q = x - 7", "r = q * q")],
        "no padding": [
            then(edited(f"{opening}{value},", f"{opening}q,"), after(*lines))
            for opening, value in [VALUE[kind]]
            for lines in ([f"q = {value} * 1"], [f"q = {value} + 0"], [f"p = -{value}", "q = -p"])
        ],
        "formula": [
            edited("v1 = v0 * y", "v1 = v0 * x"), edited("v2 = y / x", "v2 = x / y"),
            edited("v0 = x * y", "v0 = x + y"),
        ],
        "no new pole": [
            detour(FIRST[kind], f"p = {FIRST[kind]} * y", "q = p / y"),
            detour(FIRST[kind], "s = x + 1", f"p = {FIRST[kind]} * s", "q = p / s"),
            detour(FIRST[kind], "s = x - y", "r = s / s", f"q = r * {FIRST[kind]}"),
        ],
    }
    for kind in KINDS
}  # fmt: skip
CONSTANT = [  # of a constant, every gate is one too many
    ("t0 = x - x", "t0"), ("t0 = 0 * x", "t0"), ("t0 = x - x; t1 = 5 * t0", "t1")
]  # fmt: skip
for _kind in ("jvp", "vjp", "hvp"):
    FORGED[_kind]["price"] = [
        then(edited(FIRST[_kind], "q"), after(first.replace("?", FIRST[_kind]), *lines, last))
        for first, line, last in (
            ("q0 = ? + 60", "q{} = q{} + {}", f"q = q59 - {sum(range(1, 61))}"),
            ("q0 = 2 * ?", "q{} = 2 * q{}", f"q = q59 / {2**60}"), ("q0 = -?", "q{} = -q{}", "q = q59 * 1"),
        )
        for lines in [[line.format(i, i - 1, i) for i in range(1, 60)]]
    ]  # fmt: skip

SWAPPED = {"x_dot": "y_dot", "y_dot": "x_dot", "w0": "w1", "w1": "w0"}


def swapped(text: str) -> str:
    """Swap directions, or weights, in the body."""
    head, colon, body = text.partition("):\n")
    return head + colon + re.sub(r"x_dot|y_dot|w0|w1", lambda found: SWAPPED[found[0]], body)


FORGED["jvp"]["derivative"] = [
    swapped, edited("t7 = y_dot - t6", "t7 = y_dot + t6"), edited("(t5, t8)", "(t8, t5)"), edited("t5, t8", "t3, t8"),
    detour("t5", "q = t5 + t5"), edited("t5, t8", "0, t8"), edited("t8 = t7 / x", "t8 = t7 * x"),
]  # fmt: skip
FORGED["vjp"]["derivative"] = [
    swapped, edited("x_bar = t2 - t6", "x_bar = t2 + t6"), edited("(x_bar, y_bar)", "(y_bar, x_bar)"),
    edited("y_bar = t4 + t5", "y_bar = t4 - t5"), detour("x_bar", "q = 2 * x_bar"), edited("x_bar, y_bar", "0, y_bar"),
]  # fmt: skip
FORGED["jacobian"]["derivative"] = [
    edited("e2, e3), (0, 0, 1, 1)", "e3, e2), (0, 0, 1, 1)"),
    edited("e0, e1, e2, e3", "e0, e2, e1, e3"), edited("e2 = -t0", "e2 = t0 * 1"), edited("e1 = 2 * v0", "e1 = 3 * v0"),
    edited("(e0, e1, e2, e3), (0, 0, 1, 1), (0, 1, 0, 1)", "(e1, e2, e3), (0, 1, 1), (1, 0, 1)"),
    edited("(e0, e1, e2, e3), (0, 0, 1, 1), (0, 1, 0, 1)", "(), (), ()"),
]  # fmt: skip
for _kind in ("hvp", "hessian"):
    FORGED[_kind]["gradient"] = [
        edited("x_bar = g0 - t0", "x_bar = g0 + t0"), edited("(x_bar, y_bar)", "(y_bar, x_bar)"),
        edited("(x_bar, y_bar)", "(x_bar, t1)"), edited("t1 = 2 * v0", "t1 = 3 * v0"),
        edited("x_bar, y_bar", "x_bar, 0"),
    ]  # fmt: skip
FORGED["hvp"]["derivative"] = [
    swapped, edited("h2 = h0 + h1", "h2 = h0 - h1"), edited("(h2, h5)", "(h5, h2)"), edited("(h2, h5)", "(h0, h5)"),
    edited("b2 = b1 - b0", "b2 = b1 + b0"), detour("h2", "q = h2 + h0"), edited("(h2, h5)", "(0, 0)"),
]  # fmt: skip
FORGED["hessian"]["derivative"] = [
    edited("b2 = b1 - b0", "b2 = b1 + b0"), edited("(a1, b2, c0)", "(c0, b2, a1)"),
    edited("(a1, b2, c0)", "(a1, 0, c0)"),
    edited("(a1, b2, c0), (0, 1, 1), (0, 0, 1)", "(a1, c0), (0, 1), (0, 1)"), detour("b2", "q = b2 + b2"),
    edited("(a1, b2, c0), (0, 1, 1), (0, 0, 1)", "(a1, b2), (0, 1), (0, 1)"), edited("a1 = 2 * a0", "a1 = 3 * a0"),
]  # fmt: skip
for _kind, _entries, _rows, _columns in (
    ("jacobian", "e0, e1, e2, e3", "(0, 0, 1, 1)", "(0, 1, 0, 1)"), ("hessian", "a1, b2, c0", "(0, 1, 1)", "(0, 0, 1)"),
):  # fmt: skip
    FORGED[_kind]["pattern"] = [
        edited(f"{_rows}, {_columns}", f"{_columns}, {_rows}"), edited(_columns, _columns.replace("1)", "2)")),
        edited(_columns, _columns.replace(", 1)", ")")), edited(_rows, _rows.replace(", 1)", ", 7)")),
        edited(f"{_rows}, {_columns}", f"{_rows.replace('1)', '1, 1)')}, {_columns.replace('1)', '1, 1)')}"),
        then(
            edited(f"({_entries})", f"({_entries}, {_entries[:2]})"),
            edited(f"{_rows}, {_columns}", f"{_rows[:-1]}, 1), {_columns[:-1]}, 1)"),
        ),
    ]  # fmt: skip
CASES = [
    (kind, claim, at) for kind, found in FORGED.items() for claim, all_ in found.items() for at in range(len(all_))
]
