"""`baur compile`: print the gradient program of a formula."""

from __future__ import annotations

import click

from compiler.commands.common import REJECTED, errors_end_the_command, formula_text, spinner, write
from compiler.program import GradientProgram, compile_gradient
from verify import Certificate


@click.command("compile")
@click.argument("formula")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write the program here instead of stdout.")
@click.option("--variables", help="The differentiated inputs in order, separated by blanks.")
@click.option("--parameters", help="Inputs without a derivative, separated by blanks.")
@click.option("--certificate", type=click.Path(dir_okay=False), help="Write the certificate (JSON) here.")
def command(
    formula: str, output: str | None, variables: str | None, parameters: str | None, certificate: str | None
) -> None:
    """Print the gradient program of FORMULA ('-' reads it from stdin)."""
    text = formula_text(formula)
    names = variables.split() if variables is not None else None
    with errors_end_the_command(), spinner("compiling and verifying"):
        program = compile_gradient(text, names, (parameters or "").split())
        answer = program.certificate
    write(output, program.source)
    if certificate:
        write(certificate, answer.to_json() + "\n")
    click.echo(_summary(program, answer), err=True)
    if not answer.accepted:
        raise SystemExit(REJECTED)


def _summary(program: GradientProgram, answer: Certificate) -> str:
    counts = f"value {answer.value_gates} gates, value and gradient {answer.total_gates}, ratio {program.ratio:.2f}"
    return f"{counts}, exact bound {answer.bound}, bound {answer.factor}: {answer.verdict}"
