"""`baur compile`: print the program of a formula: its gradient, or another derivative."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compiler.commands.common import BAD_INPUT, REJECTED, errors_end_the_command, spinner, stop, write
from compiler.commands.model import inputs_of_a_formula, read_formula, settings
from compiler.layout import KINDS
from compiler.pipeline import EFFORTS, compile_gradient
from compiler.program import GradientProgram
from verify import Certificate

if TYPE_CHECKING:
    from compiler.derivatives.program import DerivativeProgram


@click.command("compile")
@click.argument("formulas", metavar="FORMULA...", nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write the program here instead of stdout.")
@click.option("--derivative", type=click.Choice(list(KINDS)), default="gradient", help="Which; default: gradient.")
@inputs_of_a_formula
@click.option("--effort", type=click.Choice(EFFORTS), default=EFFORTS[0], help="fewest gates, or plain: built sooner.")
@click.option("--target", default="python", help="The language: python, c, h, cpp, cuda, rust, ...")
@click.option("--name", help="Name of the function, where the target is not python; default: that of the Python text.")
@click.option("--certificate", type=click.Path(dir_okay=False), help="Write the certificate (JSON) here.")
def command(
    formulas: tuple[str, ...],
    output: str | None,
    derivative: str,
    variables: str | None,
    parameters: str | None,
    shapes: tuple[str, ...],
    wrt: tuple[str, ...],
    effort: str,
    target: str,
    name: str | None,
    certificate: str | None,
) -> None:
    """Print the program of FORMULA: its value, and its gradient or another derivative.

    FORMULA is a text (a formula, or FPCore), '-' to read it from stdin, or FILE.py:NAME, a Python function. jvp, vjp
    and jacobian take several formulas, or a function that returns an array.
    """
    source = _source(formulas, derivative)
    keywords = settings(source, variables, parameters, shapes, wrt)
    function = KINDS[derivative].function
    if target == "python" and name not in (None, function):
        stop(BAD_INPUT, f"--name is for another --target: in Python the function is {function}")
    if output and certificate and _is_one_file(output, certificate):
        stop(BAD_INPUT, f"{output} cannot hold both the program and its certificate")
    name = function if name is None else name
    with errors_end_the_command(), spinner("compiling and verifying"):
        if target != "python":
            from compiler.translate import dialect_of

            dialect_of(target, name, function)  # before the work
        program = _program(source, derivative, **keywords, effort=effort)
        answer = program.certificate
        text = program.source if target == "python" else program.translate(target, name)
    write(output, text)
    if certificate:
        write(certificate, answer.to_json())
    click.echo(_summary(program, derivative, answer), err=True)
    if not answer.accepted:
        raise SystemExit(REJECTED)


def _is_one_file(one: str, other: str) -> bool:
    """Say whether two paths are of one file; what is there and no file, such as /dev/null, takes anything."""
    return Path(one).resolve() == Path(other).resolve() and (Path(one).is_file() or not Path(one).exists())


def _source(formulas: tuple[str, ...], derivative: str) -> Any:
    """Return the formula, or the list of formulas, that the arguments name."""
    if len(formulas) == 1:
        return read_formula(formulas[0])
    if KINDS[derivative].scalar:
        stop(BAD_INPUT, f"{len(formulas)} formulas, but a program of the kind {derivative} is of one value")
    sources = [read_formula(each) for each in formulas]
    if any(not isinstance(each, str) for each in sources):
        stop(BAD_INPUT, "of several formulas each is a text; a Python function may return several values instead")
    return sources


def _program(source: Any, derivative: str, **keywords: Any) -> GradientProgram | DerivativeProgram:
    if derivative == "gradient":
        return compile_gradient(source, **keywords)
    from compiler.derivatives import compile_derivative

    return compile_derivative(source, derivative, **keywords)


def _summary(program: GradientProgram | DerivativeProgram, derivative: str, answer: Certificate) -> str:
    counts = f"value {answer.value_gates} gates, {KINDS[derivative].title} {answer.total_gates}"
    bound = f", exact bound {answer.bound}, bound {answer.factor}" if answer.factor else ""
    return f"{counts}, ratio {program.ratio:.2f}{bound}: {answer.verdict}"
