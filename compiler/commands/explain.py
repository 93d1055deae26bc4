"""`baur explain`: the reverse sweep of a formula at a point, as a table."""

from __future__ import annotations

import click

from compiler.commands.common import BAD_INPUT, errors_end_the_command, stop, write
from compiler.commands.draw import circuit_of
from compiler.commands.model import inputs_of_a_formula, read_formula, settings
from compiler.explain import explain


@click.command("explain")
@click.argument("formula")
@click.argument("point", nargs=-1, metavar="[NAME=VALUE]...")
@inputs_of_a_formula
def command(
    formula: str,
    point: tuple[str, ...],
    variables: str | None,
    parameters: str | None,
    shapes: tuple[str, ...],
    wrt: tuple[str, ...],
) -> None:
    """Print the reverse sweep of FORMULA at a point: each gate with its value, its adjoint, and what it sends on.

    The point is given as x=2 y=3; without one, a generic point is chosen. FORMULA is as for `baur compile`.
    """
    source = read_formula(formula)
    keywords = settings(source, variables, parameters, shapes, wrt)
    values = _point(point)
    with errors_end_the_command():
        circuit = circuit_of(source, **keywords)
        text = explain(circuit, values or None).text
    write(None, text)


def _point(arguments: tuple[str, ...]) -> dict[str, float]:
    """Read NAME=VALUE arguments."""
    values: dict[str, float] = {}
    for each in arguments:
        name, equals, number = each.partition("=")
        name = name.strip()
        try:
            value = float(number)
        except ValueError:
            stop(BAD_INPUT, f"a point is given as NAME=VALUE, such as x=2, not {each!r}")
        if not equals or not name:
            stop(BAD_INPUT, f"a point is given as NAME=VALUE, such as x=2, not {each!r}")
        if name in values:
            stop(BAD_INPUT, f"{name} is given twice")
        values[name] = value
    return values
