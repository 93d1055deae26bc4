"""`baur explain`: the reverse sweep of a formula at a point, as a table: for people, for a browser, for a paper."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from fractions import Fraction

import click

from circuit.circuit import Circuit
from compiler.commands.common import BAD_INPUT, errors_end_the_command, stop, write
from compiler.commands.draw import circuit_of, title_of
from compiler.commands.model import inputs_of_a_formula, read_formula, settings
from compiler.explain import Number, explain

EXACT = re.compile(r"[+-]?(?:\d+/\d+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)", re.ASCII)
DIGITS = 100  # of an exact number
BETWEEN = re.compile(r",(?![^\[(]*[\])])")  # the parts of a point, not the indices of a name


@click.command("explain")
@click.argument("formula")
@click.argument("point", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--at", help="The point, as in x=2,y=1/3: exact values where the formula is rational.")
@click.option("--format", "form", type=click.Choice(["text", "html", "latex"]), default="text", show_default=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write the table here.")
@inputs_of_a_formula
def command(
    formula: str,
    point: tuple[str, ...],
    at: str | None,
    form: str,
    output: str | None,
    variables: str | None,
    parameters: str | None,
    shapes: tuple[str, ...],
    wrt: tuple[str, ...],
) -> None:
    """Print the reverse sweep of FORMULA at a point: each gate with its value, its adjoint, and what it sends on.

    The point is given as --at x=2,y=3, exactly, or as x=2 y=3, in floats; without one, a generic point is chosen.
    --format html is a page on which gates can be pointed at; latex is a table for a paper. FORMULA is as for
    `baur compile`.
    """
    source = read_formula(formula)
    keywords = settings(source, variables, parameters, shapes, wrt)
    if at is not None and point:
        stop(BAD_INPUT, "the point is given twice: by --at, and as NAME=VALUE")
    values = _point(point, float) if at is None else _point(tuple(BETWEEN.split(at)), _exact)
    seen = output is None and sys.stdout.isatty()
    with errors_end_the_command():
        circuit = circuit_of(source, **keywords)
        text = _laid_out(circuit, values or None, form, title_of(source, circuit), seen)
    write(output, text)


def _laid_out(circuit: Circuit, point: dict[str, Number] | None, form: str, title: str, seen: bool) -> str:
    """Return the table in a format; where a terminal shows it, as wide as that is and in colours."""
    if form == "html":
        from compiler.explorer import page

        return page(circuit, point, title)
    explanation = explain(circuit, point)
    if form == "latex":
        from compiler.explain_latex import latex

        return latex(explanation)
    if seen:
        from compiler.terminal import laid_out

        return laid_out(explanation)
    return explanation.text


def _point(arguments: tuple[str, ...], read: Callable[[str], Number]) -> dict[str, Number]:
    """Read NAME=VALUE arguments."""
    values: dict[str, Number] = {}
    for each in arguments:
        name, equals, number = each.partition("=")
        name = name.strip()
        try:
            value = read(number)
        except (ValueError, ZeroDivisionError):
            stop(BAD_INPUT, f"a point is given as NAME=VALUE, such as x=2, not {each!r}")
        if not equals or not name:
            stop(BAD_INPUT, f"a point is given as NAME=VALUE, such as x=2, not {each!r}")
        if name in values:
            stop(BAD_INPUT, f"{name} is given twice")
        values[name] = value
    return values


def _exact(text: str) -> Number:
    """Read an integer, a decimal or a fraction exactly, any other float as that. Errors: ValueError."""
    text = text.strip()
    return Fraction(text) if EXACT.fullmatch(text) and len(text) <= DIGITS else float(text)
