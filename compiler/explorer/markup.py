"""An explorer as a piece of HTML: picture, program and table side by side, and what a pointer is told of each gate."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from circuit.picture import picture
from circuit.picture.parts import FREE, parts_of
from circuit.picture.svg import escape
from compiler.explorer.model import Line, Model
from compiler.explorer.sweep import named, shown, sweep, working
from compiler.sheet import Row, rows

HINT = "Point at a gate, tap it, or move with Tab and the arrow keys: its value, its adjoint and its lines light up."
WIDE = 640  # width of a picture from which the program does not stand beside it, but below


@cache
def asset(name: str) -> str:
    """Return a file of this package: the style, or the script."""
    return Path(__file__).with_name(name).read_text("utf-8")


def fragment(model: Model, title: str) -> str:
    """Return the whole explorer; several may stand in one page."""
    drawn = picture(model.circuit)
    wide = " wide" * (float(drawn.split('width="', 1)[1].split('"')[0]) > WIDE)
    return "\n".join([
        f'<section class="baur-explorer" aria-label="{escape(title)}">',
        f"<style>\n{asset('explorer.css')}</style>",
        f'<p class="title">{escape(title)}</p>',
        f'<p class="soft">{escape(_price(model))}</p>',
        f'<p class="soft hint">{HINT}</p>',
        f'<div class="panes{wide}">',
        f'<div class="picture">\n{drawn}</div>',
        f'<ul class="program" aria-label="program">\n{_program(model)}</ul>',
        sweep(model.explanation, model.nodes),
        "</div>",
        '<div class="detail" role="status"></div>',
        *_details(model),
        f"<script>\n{asset('explorer.js')}</script>",
        "</section>",
        "",
    ])  # fmt: skip


def _price(model: Model) -> str:
    program = model.program
    answer = program.certificate
    gates = f"value {program.value_gates} gates, value and gradient {program.total_gates}, ratio {program.ratio:.2f}"
    return f"{gates}, bound {answer.factor}; {answer.verdict.split(':')[0]}"


def _program(model: Model) -> str:
    """Return the lines of the program, each with its value and the nodes that it is linked to."""
    parts = parts_of(model.circuit)
    lines = []
    for line in model.lines:
        links = _links(model, line)
        attributes = ' class="line"'
        if line.node >= 0:
            part = "free" if parts.levels[line.node] == FREE else "value" if parts.in_value[line.node] else "adjoint"
            attributes = f' class="line {part}" data-node="{line.node}"'
        attributes += f' data-links="{" ".join(map(str, links))}"' if links else ""
        value = "" if line.value is None else f'<span class="at">= {shown(line.value)}</span>'
        lines.append(f"<li{attributes}><span>{escape(line.text)}</span>{value}</li>\n")
    return "".join(lines)


def _links(model: Model, line: Line) -> list[int]:
    """Return the gates that a line reverses, and the input whose derivative it is."""
    derivatives = model.circuit.outputs[1:]
    own = [place for place, node in enumerate(derivatives) if node == line.node]
    return [*own, *line.reverses]


def _details(model: Model) -> list[str]:
    """Return for every node what is told of it, kept in templates, which no reader shows."""
    lines = {line.node: line for line in model.lines if line.node >= 0}
    told = {}
    for row in rows(model.explanation, len(model.circuit), 0):
        assert isinstance(row, Row)
        node = model.nodes[row.register]
        told[node] = _gate(row, [each for each in lines.values() if node in _links(model, each)])
    for node, line in lines.items():
        if node not in told:
            told[node] = _line(model, line, [lines[each] for each in line.reverses if each in lines])
    return [f'<template data-of="{node}">{text}</template>' for node, text in told.items()]


def _gate(row: Row, lines: list[Line]) -> str:
    adjoint = "no derivative passes" if row.adjoint is None else f"adjoint <b>{shown(row.adjoint)}</b>"
    if row.operation.startswith("parameter") and not row.is_gate:
        adjoint = "no derivative is taken"
    by = ", ".join(each.text.split()[0] for each in lines)
    where = f' <span class="soft">in the program: {escape(by)}</span>' if by else ""
    return f"<p>{named(row)}: value <b>{shown(row.value)}</b>, {adjoint}{where}</p>{working(row)}"


def _line(model: Model, line: Line, reverses: list[Line]) -> str:
    assert line.value is not None
    places = [place for place, node in enumerate(model.circuit.outputs[1:]) if node == line.node]
    of = [f"the derivative by {escape(model.circuit.inputs[place])}" for place in places]
    what = ", ".join([*of, *(f"reverses <code>{escape(each.text.strip())}</code>" for each in reverses)])
    return f"<p><code>{escape(line.text.strip())}</code>: value <b>{shown(line.value)}</b></p><p>{what}</p>"
