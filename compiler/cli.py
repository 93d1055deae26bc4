"""The command `baur`: compile a formula, verify a program.

Exit status: 0 done and certified, 1 rejected, 2 bad input or usage, 3 a resource limit.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn


def _own_packages() -> None:
    """Stop where another package of the name circuit, compiler or verify stands in front of ours."""
    home = Path(__file__).resolve().parent.parent
    for name in ("circuit", "compiler", "verify"):
        found = find_spec(name)
        place = Path(found.origin).resolve().parent if found and found.origin else None
        if place != home / name:
            sys.stderr.write(f"baur: the package {name!r} is shadowed by {place or 'a folder without code'}; ")
            sys.stderr.write("run from another folder, or take it off PYTHONPATH\n")
            raise SystemExit(2)


_own_packages()

import click  # noqa: E402  after the check that our own packages were loaded

from circuit.errors import CircuitError, ResourceLimit  # noqa: E402
from compiler.program import GradientProgram, NotCertified, compile_gradient  # noqa: E402
from verify import Certificate, FormulaError, FormulaLimit, certify  # noqa: E402

REJECTED, BAD_INPUT, LIMIT = 1, 2, 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="baur")
def main() -> None:
    """Gradients of formulas as certified straight-line programs."""


@main.command("compile")
@click.argument("formula")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write the program here instead of stdout.")
@click.option("--variables", help="The differentiated inputs in order, separated by blanks.")
@click.option("--parameters", help="Inputs without a derivative, separated by blanks.")
@click.option("--certificate", type=click.Path(dir_okay=False), help="Write the certificate (JSON) here.")
def compile_command(
    formula: str, output: str | None, variables: str | None, parameters: str | None, certificate: str | None
) -> None:
    """Print the gradient program of FORMULA ('-' reads it from stdin)."""
    text = _formula(formula)
    names = variables.split() if variables is not None else None
    try:
        with _progress():
            program = compile_gradient(text, names, (parameters or "").split())
            answer = program.certificate
    except NotCertified as error:
        _stop(REJECTED, str(error))
    except (ResourceLimit, FormulaLimit) as error:
        _stop(LIMIT, str(error))
    except (CircuitError, FormulaError) as error:
        _stop(BAD_INPUT, str(error))
    _write(output, program.source)
    if certificate:
        _write(certificate, answer.to_json() + "\n")
    click.echo(_summary(program, answer), err=True)
    if not answer.accepted:
        raise SystemExit(REJECTED)


@main.command("verify")
@click.argument("program")
@click.option("--formula", help="The formula the program is for ('-' reads it from stdin).")
@click.option("--variables", help="The differentiated inputs in order, separated by blanks.")
@click.option("--parameters", help="Inputs without a derivative, separated by blanks.")
@click.option("--certificate", type=click.Path(dir_okay=False), help="Write the certificate (JSON) here.")
def verify_command(
    program: str, formula: str | None, variables: str | None, parameters: str | None, certificate: str | None
) -> None:
    """Check the gradient program in the file PROGRAM, claim by claim."""
    text = _read(program)
    names = variables.split() if variables is not None else None
    try:
        reference = _formula(formula) if formula is not None else None
        with _progress():
            answer = certify(text, reference, None, variables=names, parameters=(parameters or "").split())
    except FormulaLimit as error:
        _stop(LIMIT, str(error))
    except FormulaError as error:
        _stop(BAD_INPUT, str(error))
    click.echo(answer.text, nl=False)
    if certificate:
        _write(certificate, answer.to_json() + "\n")
    if not answer.accepted:
        raise SystemExit(REJECTED)


def _summary(program: GradientProgram, answer: Certificate) -> str:
    counts = f"value {answer.value_gates} gates, value and gradient {answer.total_gates}, ratio {program.ratio:.2f}"
    return f"{counts}, exact bound {answer.bound}, bound {answer.factor}: {answer.verdict}"


def _formula(argument: str) -> str:
    return sys.stdin.read() if argument == "-" else argument


def _read(path: str) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8", errors="surrogateescape")
    except OSError as error:
        _stop(BAD_INPUT, f"cannot read {path}: {error.strerror}")


def _write(path: str | None, text: str) -> None:
    if path is None:
        click.echo(text, nl=False)
        return
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        _stop(BAD_INPUT, f"cannot write {path}: {error.strerror}")


class _progress:  # noqa: N801  used as `with _progress():`
    """A spinner on stderr while work goes on, where stderr is a terminal; rich is loaded only there."""

    def __enter__(self) -> None:
        self.status = None
        if sys.stderr.isatty():
            from rich.console import Console

            self.status = Console(stderr=True).status("compiling and verifying")
            self.status.start()

    def __exit__(self, *_: object) -> None:
        if self.status is not None:
            self.status.stop()


def _stop(status: int, message: str) -> NoReturn:
    click.echo(f"baur: {message}", err=True)
    raise SystemExit(status)
