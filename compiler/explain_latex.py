r"""The table of a sweep in LaTeX: a `tabular` for any document, without a package; a sum is written out as by hand."""

from __future__ import annotations

import re

from circuit.latex import Symbol, number, straight, symbols
from compiler import table
from compiler.explain import Explanation, Number
from compiler.sheet import LeftOut, Row, rows

SHOWN, ENDS = 40, 12  # inputs and gates up to which all are shown, for a page is not longer; how many at each end
NAMED = 2_000  # inputs up to which a name stands for each that no program may print
_NUMBER = re.compile(r"\d[\d.]*(?:e[+-]?\d+|/\d+)?|inf|nan")
OPENING = r"""\begingroup
\renewcommand{\arraystretch}{1.35}
\noindent
%s\par\nobreak\smallskip\noindent
\begin{tabular}{@{}l r r l@{}}
\hline
gate & value $\downarrow$ & adjoint $\uparrow$ & its sum, and what it sends \\
\hline
"""
CLOSING = r"""\hline
\end{tabular}\par
\endgroup
"""


def latex(explanation: Explanation) -> str:
    """Return the table of a sweep, of a long one the two ends."""
    inputs = explanation.inputs
    known = [each.name for each in inputs], [each.register for each in inputs]
    names = symbols(*known) if len(inputs) <= NAMED else {}
    lines = [line for each in rows(explanation, SHOWN, ENDS) for line in _lines(each, names)]
    return OPENING.replace("%s", _head(explanation, names)) + "".join(lines) + CLOSING


def _head(explanation: Explanation, names: dict[str, Symbol]) -> str:
    inputs = explanation.inputs[: table.NAMED]
    more = [r"\ldots"] * (len(explanation.inputs) > len(inputs))
    drawn = [straight(each.register, names) for each in inputs]
    values = [f"${name} = {_exact(each.value)}$" for name, each in zip(drawn, inputs, strict=True)]
    taken = f"$f({', '.join(drawn + more)}) = {_exact(explanation.value)}$"
    return taken + f" at {', '.join(values)}" * bool(inputs) + r", \ldots" * bool(more)


def _lines(row: Row | LeftOut, names: dict[str, Symbol]) -> list[str]:
    """Return a row of the table: a line for each contribution, at least one."""
    if isinstance(row, LeftOut):
        return [f"\\multicolumn{{4}}{{@{{}}l@{{}}}}{{$\\vdots$ {row.count:,} more {row.what}}} \\\\\n"]
    name = straight(row.register, names)
    gate = f"${name} = {straight(row.operation, names)}$" if row.is_gate else f"${name}$"
    adjoint = "" if row.adjoint is None else f"${_exact(row.adjoint)}$"
    bar = straight(f"{row.register}_bar", names)
    sent = [f"${bar} = {_numbers(row.sum)}$"] * bool(row.sum) + [
        f"${straight(f'{each.operand}_bar += {each.text}', names)} = {_exact(each.value)}$"
        for each in row.contributions
    ]
    first = f"{gate} & ${_exact(row.value)}$ & {adjoint} & {sent[0] if sent else ''} \\\\\n"
    return [first, *(f" & & & {each} \\\\\n" for each in sent[1:])]


def _exact(value: Number) -> str:
    return _numbers(table.short(value))


def _numbers(text: str) -> str:
    """Return numbers, and a sum of them, as LaTeX."""
    drawn = _NUMBER.sub(lambda match: number(match[0]), text).replace("\u2248", r"{\approx}\,")
    return drawn.replace("the sum of", r"\ \textrm{the sum of}\ ")
