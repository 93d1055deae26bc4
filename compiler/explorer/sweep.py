"""The table of a sweep as HTML: a row for each input and gate, keyed by its node where it has one in a picture."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from circuit.fold import nearest
from circuit.picture.svg import escape
from compiler.explain import Explanation, Number
from compiler.sheet import HEADS, LeftOut, Row, rows
from compiler.table import ENDS, SHOWN, head, number, short


def sweep(explanation: Explanation, nodes: Mapping[str, int]) -> str:
    """Return the table of a sweep, of a long one the two ends; nodes: by register, what a page finds rows by."""
    heads = "".join(f'<th scope="col"{_KINDS[place]}>{each}</th>' for place, each in enumerate(HEADS))
    chosen = ", a generic point" * (explanation.chosen and bool(explanation.inputs))
    return "\n".join([
        '<div class="baur-sweep">',
        f"<table><caption>{escape(head(explanation.inputs))}{chosen}; <code>v_bar</code> is df/dv: "
        "values are read downwards, adjoints upwards</caption>",
        f"<thead><tr>{heads}</tr></thead>",
        "<tbody>",
        *(_row(each, nodes) for each in rows(explanation, SHOWN, ENDS)),
        "</tbody></table>",
        f"<p>f = <code>{explanation.result}</code> = <b>{shown(explanation.value)}</b></p>",
        "</div>",
    ])  # fmt: skip


_KINDS = ("", ' class="number"', ' class="number"', "")


def _row(row: Row | LeftOut, nodes: Mapping[str, int]) -> str:
    if isinstance(row, LeftOut):
        return f'<tr><td colspan="4" class="soft">{row}</td></tr>'
    node = nodes.get(row.register)
    key = "" if node is None else f' data-node="{node}"'
    cells = "".join(
        f'<td class="number" data-head="{name}">{"" if value is None else shown(value)}</td>'
        for name, value in (("value", row.value), ("adjoint", row.adjoint))
    )
    return f'<tr{key}><th scope="row">{named(row)}</th>{cells}<td>{working(row)}</td></tr>'


def named(row: Row) -> str:
    """Return what a row is of: `v1 = x / y`, or an input."""
    if row.is_gate:
        return f"<code>{row.register} = {escape(row.operation)}</code>"
    return f'<code>{row.register}</code> <span class="soft">{escape(row.operation)}</span>'


def working(row: Row) -> str:
    """Return how an adjoint is summed, and what a gate sends to its operands, as a list; "" if there is nothing."""
    lines = [f"<li><code>{row.register}_bar = {row.sum}</code></li>"] * bool(row.sum) + [
        f"<li><code>{each.operand}_bar += {escape(each.text)}</code> = <b>{shown(each.value)}</b></li>"
        for each in row.contributions
    ]
    return f"<ul>{''.join(lines)}</ul>" if lines else ""


def shown(value: Number) -> str:
    """Return a number in a few digits, all of them as its title where those are not all."""
    text = short(value)
    full = repr(nearest(value)) if isinstance(value, Fraction) else number(value)
    exact = text == full or (isinstance(value, Fraction) and not {"/", "\u2248"} & set(text))
    return text if exact else f'<span title="{full}">{text}</span>'
