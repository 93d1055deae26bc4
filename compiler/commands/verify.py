"""`baur verify`: check a gradient program, claim by claim."""

from __future__ import annotations

import click

from compiler.commands.common import REJECTED, errors_end_the_command, formula_text, read, spinner, write
from verify import certify


@click.command("verify")
@click.argument("program")
@click.option("--formula", help="The formula the program is for ('-' reads it from stdin).")
@click.option("--variables", help="The differentiated inputs in order, separated by blanks.")
@click.option("--parameters", help="Inputs without a derivative, separated by blanks.")
@click.option("--certificate", type=click.Path(dir_okay=False), help="Write the certificate (JSON) here.")
def command(
    program: str, formula: str | None, variables: str | None, parameters: str | None, certificate: str | None
) -> None:
    """Check the gradient program in the file PROGRAM, claim by claim."""
    text = read(program)
    names = variables.split() if variables is not None else None
    reference = formula_text(formula) if formula is not None else None
    with errors_end_the_command(), spinner("verifying"):
        answer = certify(text, reference, None, variables=names, parameters=(parameters or "").split())
    click.echo(answer.text, nl=False)
    if certificate:
        write(certificate, answer.to_json() + "\n")
    if not answer.accepted:
        raise SystemExit(REJECTED)
