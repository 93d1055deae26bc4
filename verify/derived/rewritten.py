"""Derivative programs rewritten as texts that the stand-alone checker reads: the same lines, another header and return.

Line numbers stay what they are, so what is said of the rewritten text can be read of the program.
"""

from __future__ import annotations

import re

from verify.derived.program import DerivativeProgram
from verify.graph import reached
from verify.program import GRADIENT
from verify.table import FROM_MATH, PRELUDE, PRELUDE_IMPORTS

_WORD = re.compile(r"[^,() ]+")
_USED = re.compile(r"(?<![\w.])[A-Za-z_]\w*")


def parts_of(program: DerivativeProgram, text: str) -> list[list[str]]:
    """Return the words of the line of return, part by part."""
    match = program.kind.returned.fullmatch(_rows(program, text)[1])
    assert match is not None
    return [_WORD.findall(part) for part in match.groups()]


def _rows(program: DerivativeProgram, text: str) -> tuple[list[str], str, list[str]]:
    """Return the rows before the return, that row, and those after it; the header is that of a gradient."""
    rows = text.split("\n")
    header = next(at for at, row in enumerate(rows) if row.startswith(f"def {program.kind.function}("))
    rows[header] = rows[header].replace(program.kind.function, GRADIENT, 1)
    end = next(at for at in range(header, len(rows)) if rows[at].startswith("    return "))
    return rows[:end], rows[end], rows[end + 1 :]


def as_gradient(program: DerivativeProgram, text: str, value: str, gradient: list[str], more: list[str]) -> str:
    """Return the text with `more` lines before its return, and that return a value and a gradient."""
    before, _, after = _rows(program, text)
    listed = ", ".join(gradient) + "," * (len(gradient) == 1)
    return "\n".join([*before, *more, f"    return {value}, ({listed})", *after])


def weighted(program: DerivativeProgram, text: str) -> str:
    """Return a vjp as the gradient program of the weighted sum of its values, w0*f0 + w1*f1 + ...

    A product or a sum that has a line is not written again.
    """
    graph, (values, derivatives) = program.graph, parts_of(program, text)
    name = "weighted"
    while any(each.startswith(name) for each in program.names):
        name += "_"
    known = {(graph.ops[node], *sorted(graph.args[node])): node for node in program.gates}
    more: list[str] = []

    def line(op: str, sign: str, one: tuple[int, str], two: tuple[int, str]) -> tuple[int, str]:
        """Return node and register of a gate of the program, or of a line that is added: then a number below 0."""
        found = known.get((op, *sorted((one[0], two[0]))))
        if found is not None:
            return found, program.names[found]
        more.append(f"    {name}{len(more)} = {one[1]} {sign} {two[1]}")
        return -len(more), f"{name}{len(more) - 1}"

    total: tuple[int, str] | None = None
    weights = enumerate(graph.inputs[program.own :], program.own)
    for weight, node, word in zip(weights, graph.outputs, values, strict=True):
        term = line("mul", "*", weight, (node, word))
        total = term if total is None else line("add", "+", total, term)
    assert total is not None
    return as_gradient(program, text, total[1], derivatives, more)


def gradient_alone(program: DerivativeProgram, text: str) -> str:
    """Return the gradient program within an hvp: lines that only the product needs are left empty."""
    (value,), gradient, _ = parts_of(program, text)
    rows = as_gradient(program, text, value, gradient, []).split("\n")
    graph = program.graph
    live = reached(graph, (*graph.outputs, *program.gradient))
    for node in program.gates:
        if not live[node]:
            rows[program.lines[node] - 1] = ""
    header = next(at for at, row in enumerate(rows) if row.startswith(f"def {GRADIENT}("))
    used = {word for row in rows[header:] for word in _USED.findall(row.partition("#")[0])}
    for name in PRELUDE.keys() - used:
        _clear(rows, header, PRELUDE[name])
    wanted = sorted(
        used & FROM_MATH | {each for name in used & PRELUDE.keys() for each in PRELUDE_IMPORTS.get(name, ())}
    )
    for at in range(header):
        if rows[at].startswith("from math import "):
            rows[at] = f"from math import {', '.join(wanted)}" if wanted else ""
    return "\n".join(rows)


def _clear(rows: list[str], header: int, body: tuple[str, ...]) -> None:
    """Leave the rows of a function of the prelude empty, where it is defined."""
    if body[0] in rows[:header]:
        at = rows.index(body[0])
        rows[at : at + len(body)] = [""] * len(body)
