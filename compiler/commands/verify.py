"""`baur verify`: check a gradient program, claim by claim."""

from __future__ import annotations

import click

from compiler.commands.common import REJECTED, errors_end_the_command, read, spinner, write
from compiler.commands.model import inputs_of_a_formula, read_formula, settings
from verify import certify


@click.command("verify")
@click.argument("program")
@click.option("--formula", help="The formula the program is for: a text, '-' for stdin, or FILE.py:NAME.")
@inputs_of_a_formula
@click.option("--certificate", type=click.Path(dir_okay=False), help="Write the certificate (JSON) here.")
def command(
    program: str,
    formula: str | None,
    variables: str | None,
    parameters: str | None,
    shapes: tuple[str, ...],
    wrt: tuple[str, ...],
    certificate: str | None,
) -> None:
    """Check the gradient program in the file PROGRAM, claim by claim."""
    text = read(program)
    reference = read_formula(formula) if formula is not None else None
    keywords = settings(reference, variables, parameters, shapes, wrt)
    with errors_end_the_command(), spinner("verifying"):
        answer = certify(text, reference, None, **keywords)
    click.echo(answer.text, nl=False)
    if certificate:
        write(certificate, answer.to_json())
    if not answer.accepted:
        raise SystemExit(REJECTED)
