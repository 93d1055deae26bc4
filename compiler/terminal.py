"""The table of a sweep for a terminal, laid out by rich: as wide as the window, in colours if it has them."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from compiler.explain import Explanation
from compiler.sheet import HEADS, LeftOut, Row, rows
from compiler.table import ENDS, SHOWN, head, short


def laid_out(explanation: Explanation) -> str:
    """Return the table of a sweep as this terminal shows it, of a long one the two ends."""
    console = Console(file=sys.__stdout__)  # what a traced function prints goes elsewhere
    with console.capture() as captured:
        _print(explanation, console)
    return captured.get()


def _print(explanation: Explanation, console: Console) -> None:
    table = Table(
        title=Text(head(explanation.inputs) + ", a generic point" * explanation.chosen),
        title_justify="left",
        show_lines=True,
    )
    for place, title in enumerate(HEADS):
        table.add_column(title, justify="right" if place in (1, 2) else "left", overflow="fold")
    for each in rows(explanation, SHOWN, ENDS):
        table.add_row(*([Text(str(each), style="dim")] if isinstance(each, LeftOut) else _cells(each)))
    console.print(table)
    console.print(Text(f"f = {explanation.result} = {short(explanation.value)}"))


def _cells(row: Row) -> list[Text]:
    gate = Text.assemble((row.register, "bold"), f" = {row.operation}" if row.is_gate else f"  {row.operation}")
    adjoint = "" if row.adjoint is None else short(row.adjoint)
    lines = [
        Text.assemble((f"{each.operand}_bar", "magenta"), f" += {each.text} = ", (short(each.value), "bold"))
        for each in row.contributions
    ]
    if row.sum:
        lines.insert(0, Text.assemble((f"{row.register}_bar", "magenta"), f" = {row.sum}"))
    return [gate, Text(short(row.value), style="blue"), Text(adjoint, style="magenta"), Text("\n").join(lines)]
