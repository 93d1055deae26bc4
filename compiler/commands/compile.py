"""`baur compile`: print the gradient program of a formula."""

from __future__ import annotations

import click

from compiler.commands.common import REJECTED, errors_end_the_command, spinner, write
from compiler.commands.model import inputs_of_a_formula, read_formula, settings
from compiler.pipeline import EFFORTS, compile_gradient
from compiler.program import GradientProgram
from verify import Certificate


@click.command("compile")
@click.argument("formula")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write the program here instead of stdout.")
@inputs_of_a_formula
@click.option("--effort", type=click.Choice(EFFORTS), default=EFFORTS[0], help="fewest gates, or plain: built sooner.")
@click.option("--target", default="python", help="The language: python, c, h, cpp, cuda, rust, ...")
@click.option("--name", default="value_and_gradient", help="Name of the function, where the target is not python.")
@click.option("--certificate", type=click.Path(dir_okay=False), help="Write the certificate (JSON) here.")
def command(
    formula: str,
    output: str | None,
    variables: str | None,
    parameters: str | None,
    shapes: tuple[str, ...],
    wrt: tuple[str, ...],
    effort: str,
    target: str,
    name: str,
    certificate: str | None,
) -> None:
    """Print the gradient program of FORMULA.

    FORMULA is a text (a formula, or FPCore), '-' to read it from stdin, or FILE.py:NAME, a Python function.
    """
    source = read_formula(formula)
    keywords = settings(source, variables, parameters, shapes, wrt)
    with errors_end_the_command(), spinner("compiling and verifying"):
        if target != "python":
            from compiler.translate import dialect_of

            dialect_of(target, name)  # before the work
        program = compile_gradient(source, **keywords, effort=effort)
        answer = program.certificate
        text = program.source if target == "python" else program.translate(target, name)
    write(output, text)
    if certificate:
        write(certificate, answer.to_json())
    click.echo(_summary(program, answer), err=True)
    if not answer.accepted:
        raise SystemExit(REJECTED)


def _summary(program: GradientProgram, answer: Certificate) -> str:
    counts = f"value {answer.value_gates} gates, value and gradient {answer.total_gates}, ratio {program.ratio:.2f}"
    return f"{counts}, exact bound {answer.bound}, bound {answer.factor}: {answer.verdict}"
