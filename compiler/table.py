"""An explanation as text: values first gate first, then adjoints last gate first, then the gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from circuit.fold import nearest
from circuit.picture.svg import visible
from compiler.decimals import decimal
from compiler.explain import Explanation, Input, Number, Step

SHOWN, ENDS = 200, 20  # gates or inputs up to which all are told; how many at each end of a longer list
TERMS = 4  # of a sum that are written out
NAMED = 12  # inputs that the first line names
WIDEST = 48  # of the first column
LONGEST, LARGEST = 24, 10**24  # characters and size of an exact number that is written out

Rows = list[tuple[str, str]]


def table(explanation: Explanation) -> str:
    """Return the whole table as text; of a long one the two ends."""
    steps, inputs = explanation.steps, explanation.inputs
    forward: list[Rows] = [[(f"{each.register} = {each.operation}", number(each.value))] for each in steps]
    sections = [
        (
            "value, first gate first",
            [*_ends(forward, "gates"), [(f"f = {explanation.result}", number(explanation.value))]],
        ),
        ("adjoints, last gate first: v_bar is df/dv", _ends([_reversed(each) for each in steps[::-1]], "gates")),
        ("gradient", _ends([_derivative(each) for each in inputs if each.derivative is not None], "inputs")),
    ]
    wide = min(WIDEST, max(len(left) for _, groups in sections for rows in groups for left, _ in rows))
    lines = [head(inputs) + ", a generic point" * (explanation.chosen and bool(inputs))]
    lines += [f"{each.register} is {visible(each.name)}" for each in inputs[:SHOWN] if each.name != each.register]
    for title, groups in sections:
        rows = [f"  {left:<{wide}}  {right}".rstrip() for rows in groups for left, right in rows]
        lines += ["", title, *rows] if rows else []
    return "\n".join(lines) + "\n"


def number(value: Number) -> str:
    """Return a float by its shortest digits, the sign of a zero not told; a Fraction exactly, unless that is long."""
    if isinstance(value, Fraction):
        text = (decimal(value) if abs(value) < LARGEST else None) or str(value)
        return text if len(text) <= LONGEST else f"\u2248{number(nearest(value))}"
    return repr(value + 0.0).removesuffix(".0")


def head(inputs: Sequence[Input]) -> str:
    """Return the function and the point in a line."""
    if not inputs:
        return "f()"
    names = ", ".join(each.register for each in inputs[:NAMED])
    point = ", ".join(f"{each.register} = {number(each.value)}" for each in inputs[:NAMED])
    more = f", ... ({len(inputs)} inputs)" if len(inputs) > NAMED else ""
    return f"f({names}{', ...' * bool(more)}) at {point}{more}"


def _ends(groups: list[Rows], what: str) -> list[Rows]:
    """Leave out the middle of a long list, and say how much."""
    if len(groups) <= SHOWN:
        return groups
    left_out: Rows = [(f"... {len(groups) - 2 * ENDS:,} more {what} ...", "")]
    return [*groups[:ENDS], left_out, *groups[-ENDS:]]


def _reversed(step: Step) -> Rows:
    """Tell a gate's adjoint, and below it what the gate sends to its operands."""
    gate = f"{step.register} = {step.operation}"
    if step.adjoint is None:
        return [(gate, "no derivative passes")]
    rows = [(gate, f"{step.register}_bar = {written(step.arrived, step.adjoint)}")]
    return rows + [(f"    {each.operand}_bar += {each.text}", number(each.value)) for each in step.contributions]


def _derivative(each: Input) -> Rows:
    assert each.derivative is not None
    return [(f"{each.register}_bar", written(each.arrived, each.derivative))]


def short(value: Number) -> str:
    """Return a number as tables have it: a float to seven digits, a Fraction as `number` tells it."""
    if isinstance(value, Fraction) and (text := number(value))[0] != "\u2248":
        return text
    text = f"{nearest(value) if isinstance(value, Fraction) else value + 0.0:.7g}"
    return f"\u2248{text}" if isinstance(value, Fraction) else text


def written(values: Sequence[Number], total: Number) -> str:
    """Return a sum as text, written out if it has few terms."""
    if len(values) > TERMS:
        return f"{number(total)}, {terms(values)}"
    return f"{terms(values)} = {number(total)}" if len(values) > 1 else number(total)


def terms(values: Sequence[Number], shown: Callable[[Number], str] = number) -> str:
    """Return the terms of a sum as text, or of many how many they are."""
    if len(values) > TERMS:
        return f"the sum of {len(values):,}"
    more = (f" - {shown(-each)}" if each < 0 else f" + {shown(each)}" for each in values[1:])
    return f"{shown(values[0])}{''.join(more)}"
