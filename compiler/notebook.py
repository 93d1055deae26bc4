"""What notebooks show of a gradient program: its text in colours with what it costs, and its equations in LaTeX.

Of a long program the two ends are shown, and how much is left out between them.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from circuit.latex import display, straight, symbols
from circuit.picture.svg import escape, shorten

if TYPE_CHECKING:
    from compiler.program import GradientProgram

SHOWN, ENDS = 120, 40  # lines up to which all are shown; how many at each end of a longer text
EQUATIONS, LAST = 40, 12  # the same for equations
LONGEST = 300  # letters of a line
NAMED = 2_000  # inputs up to which a name stands for each in equations
HEADER = "def value_and_gradient("
_TOKEN = re.compile(
    r"(?P<note>#.*)|\b(?P<word>def|return|from|import|if|else)\b|\b(?P<number>\d[\w.]*(?:(?<=e)[+-]\d+)?)"
)
_LINE = re.compile(r"^    (\w+) = ([^#\n]*?) *(?:#.*)?$", re.MULTILINE)
_CALL = re.compile(r"^    \w+ = \w+\(", re.MULTILINE)
STYLE = """\
.baur-program{--ink:#1f2328;--soft:#59636e;--word:#8250df;--number:#0550ae;color:var(--ink);\
font:14px/1.45 ui-sans-serif,system-ui,"Segoe UI",Arial,sans-serif}
@media screen and (prefers-color-scheme:dark){.baur-program{--ink:#e6edf3;--soft:#a3adb8;--word:#d2a8ff;\
--number:#79c0ff;background:#14171c}}
.baur-program pre{margin:.3em 0;padding:0;overflow-x:auto;color:inherit;background:none;\
font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.baur-program p{margin:.3em 0}
.baur-program .note,.baur-program .more{color:var(--soft)}
.baur-program .word{color:var(--word)}
.baur-program .number{color:var(--number)}
"""


def html(program: GradientProgram) -> str:
    """Return the text of a program, coloured, and in a line above it what it costs."""
    shown = [line if at else f'<span class="more">{line}</span>' for line, at in _lines(program.source)]
    names = [
        f"<code>{register}</code> is {escape(shorten(name))}"
        for register, name in islice(zip(program.counts.inputs, program.inputs, strict=True), ENDS)
        if register != name
    ]
    return "\n".join([
        '<div class="baur-program">',
        f"<style>\n{STYLE}</style>",
        f"<p>{escape(_price(program))}</p>",
        *([f"<p>{', '.join(names)}</p>"] if names else []),
        f"<pre>{chr(10).join(shown)}</pre>",
        "</div>",
        "",
    ])  # fmt: skip


def _price(program: GradientProgram) -> str:
    value, total, factor = program.value_gates, program.total_gates, 5 if _CALL.search(program.source) else 4
    price = f"gates of the value L = {value:,}, of value and gradient T = {total:,}, ratio {program.ratio:.2f}"
    known = vars(program).get("certificate")  # where it is there already: asking for it may take long
    verdict = f"; {known.verdict}" if known is not None else ""
    return f"{price}, bound {factor}{verdict}"


def _lines(source: str) -> list[tuple[str, bool]]:
    """Return the lines of a text as HTML, and whether they are of it; of a long one the two ends."""
    lines = [shorten(each, LONGEST) for each in source.rstrip("\n").split("\n")]
    if len(lines) <= SHOWN:
        return [(_coloured(each), True) for each in lines]
    left_out = f"    \u2026 {len(lines) - 2 * ENDS:,} more lines \u2026", False
    return [
        *((_coloured(each), True) for each in lines[:ENDS]),
        left_out,
        *((_coloured(each), True) for each in lines[-ENDS:]),
    ]


def _coloured(line: str) -> str:
    pieces: list[str] = []
    done = 0
    for match in _TOKEN.finditer(line):
        pieces += escape(line[done : match.start()]), f'<span class="{match.lastgroup}">{escape(match[0])}</span>'
        done = match.end()
    return "".join(pieces) + escape(line[done:])


def latex(program: GradientProgram) -> str:
    """Return the lines of a program as equations, v_k for gates and a bar for adjoints, as a display in LaTeX."""
    body = program.source[program.source.index(HEADER) :]
    found = _LINE.findall(body)
    known = program.inputs, program.counts.inputs
    names = symbols(*known) if len(known[0]) <= NAMED else {}
    ends = [*found[:LAST], *found[-LAST:]] if len(found) > EQUATIONS else found
    rows = [(straight(name, names), straight(operation, names)) for name, operation in ends]
    if ends is not found:
        rows.insert(LAST, (f"\\vdots\\;\\textrm{{{len(found) - 2 * LAST:,} more lines}}", ""))
    value, derivatives = body[body.rindex("    return ") + len("    return ") :].rstrip(")\n, ").split(", (")
    given = [each for each in derivatives.split(", ") if each]
    rows.append(("f", straight(value, names)))
    for name, register in islice(zip(known[1], given, strict=False), LAST):
        if register != f"{name}_bar":
            rows.append((straight(f"{name}_bar", names), straight(register, names)))
    return display(rows)
