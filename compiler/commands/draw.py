"""`baur draw`: the gradient circuit of a formula as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from circuit.circuit import Circuit
from circuit.formula import parse
from circuit.picture import picture
from circuit.picture.svg import shorten
from circuit.tracing import trace
from compiler.commands.common import BAD_INPUT, errors_end_the_command, spinner, stop, write
from compiler.commands.model import inputs_of_a_formula, read_formula, settings
from compiler.sweep import gradient

SHOWN = 80  # letters of the title


@click.command("draw")
@click.argument("formula")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write the picture here: FILE.svg.")
@inputs_of_a_formula
def command(
    formula: str,
    output: str | None,
    variables: str | None,
    parameters: str | None,
    shapes: tuple[str, ...],
    wrt: tuple[str, ...],
) -> None:
    """Draw the gradient circuit of FORMULA as SVG: the value part and the adjoint part, layered by depth.

    Beyond 400 nodes the picture is a summary. FORMULA is as for `baur compile`.
    """
    if output is not None and not output.lower().endswith(".svg"):
        stop(BAD_INPUT, f"cannot draw {output}: a picture is an .svg file (any browser shows it)")
    source = read_formula(formula)
    keywords = settings(source, variables, parameters, shapes, wrt)
    with errors_end_the_command(), spinner("drawing"):
        circuit = circuit_of(source, **keywords)
        drawn = picture(gradient(circuit), title_of(source, circuit))
    write(output, drawn)


def circuit_of(
    source: Any,
    variables: Sequence[str] | None = None,
    parameters: Sequence[str] = (),
    shapes: Sequence[Sequence[int]] | None = None,
    wrt: Sequence[int] | None = None,
) -> Circuit:
    """Return the circuit of the value of what `read_formula` returned, with the keywords of `settings`."""
    return trace(source, *(shapes or ()), wrt=wrt) if callable(source) else parse(source, variables, parameters)


def title_of(source: Any, circuit: Circuit) -> str:
    """Return what is drawn in a line: f(x, y) = x*y + x/y, or the function's name."""
    head = f"({', '.join(circuit.inputs)})"
    head = head if len(head) <= SHOWN // 2 else f" of {len(circuit.inputs)} inputs"
    if not isinstance(source, str):
        return f"{getattr(source, '__name__', type(source).__name__)}{head}"
    return shorten(f"f{head} = {' '.join(source.split())}", SHOWN)
