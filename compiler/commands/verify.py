"""`baur verify`: check gradient programs, and those of other derivatives, claim by claim."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from compiler.commands.common import BAD_INPUT, LIMIT, errors_end_the_command, spinner, stop, write
from compiler.commands.model import inputs_of_a_formula, read_formula, settings
from verify import certify
from verify.derived.kinds import KINDS
from verify.judged import Judged, exit_status
from verify.program import GRADIENT, LENGTH_LIMIT
from verify.recheck import recheck
from verify.report import FORMATS, layout

FUNCTIONS = "|".join((GRADIENT, *KINDS)).encode()
HEADER = re.compile(rb"(?:^|\r|\xef\xbb\xbf)[ \t\f]*(?:async\s+)?def[\s\\]+(?:%b)\s*\(" % FUNCTIONS, re.MULTILINE)
KEPT = ".certificate.json"  # f.certificate.json is the certificate of f.py
NO_SOURCES = {"node_modules", "__pycache__"}


@click.command("verify")
@click.argument("programs", metavar="FILE|DIR...", nargs=-1, required=True)
@click.option(
    "--formula",
    "formulas",
    multiple=True,
    help="The formula the program is for: a text, '-' for stdin, or FILE.py:NAME; one for each value.",
)
@inputs_of_a_formula
@click.option("--certificate", type=click.Path(dir_okay=False), help="Check against this certificate as well.")
@click.option("--write-certificate", type=click.Path(dir_okay=False), help="Write the certificate (JSON) here.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="Of the output; default: text.")
@click.option("--skip-others", is_flag=True, help="Pass over files that define no such program.")
def command(
    programs: tuple[str, ...], formulas: tuple[str, ...], variables: str | None, parameters: str | None,
    shapes: tuple[str, ...], wrt: tuple[str, ...], certificate: str | None, write_certificate: str | None,
    form: str, skip_others: bool,
) -> None:  # fmt: skip
    """Check gradient programs, and those of other derivatives, claim by claim.

    A FILE, or '-' for stdin, is checked whatever it holds. Below a DIR, every .py file that defines value_and_gradient
    is, or value_and_jvp, value_and_vjp, value_and_jacobian, value_gradient_and_hvp, value_gradient_and_hessian; what
    is hidden, and virtual environments, are left out. Without a formula, a program's own value part is the reference.
    Where NAME.certificate.json lies beside NAME.py, the program is checked against it, too.

    Exit status: 1 if a program is rejected; else 2 for bad input; else 3 for a resource limit; else 0.
    """
    only = len(programs) == 1 and not Path(programs[0]).is_dir()
    if not only and (formulas or certificate or write_certificate):
        stop(BAD_INPUT, "--formula and the options of certificates are for one program, not for several or a folder")
    if "-" in programs and "-" in formulas:
        stop(BAD_INPUT, "stdin holds the program or a formula, not both")
    read = [read_formula(each) for each in formulas]
    reference = read if len(read) > 1 else read[0] if read else None
    keywords = settings(reference, variables, parameters, shapes, wrt)
    with errors_end_the_command(), spinner("verifying"):
        answers = [_judged(path, reference, keywords, certificate) for path in _files(programs, skip_others)]
    if not answers and not skip_others:
        stop(BAD_INPUT, f"no gradient programs in {', '.join(programs)}")
    if only and form == "text" and answers and answers[0].answer is None:
        stop(answers[0].status, answers[0].verdict)
    if answers or form != "text":
        click.echo(layout(answers, form), nl=False)
    if write_certificate and answers and answers[0].answer is not None:
        write(write_certificate, answers[0].answer.to_json())
    raise SystemExit(exit_status(answers))


def _judged(path: str, reference: Any, keywords: dict[str, Any], certificate: str | None) -> Judged:
    """Judge one file; what cannot be read, or is too large for the memory, is an answer as well."""
    beside = Path(path).with_suffix(KEPT) if path.endswith(".py") else None
    kept = certificate or (str(beside) if beside is not None and os.path.lexists(beside) else None)
    try:
        text = _decoded(path)
        others = [recheck(text, _decoded(kept))] if kept else []
        return Judged.by(path, certify(text, reference, None, **keywords), *others)
    except OSError as error:
        return Judged(path, BAD_INPUT, f"cannot read {error.filename or path}: {error.strerror}")
    except MemoryError:
        return Judged(path, LIMIT, "out of memory")


def _decoded(path: str) -> str:
    return _beginning(path).decode("utf-8", errors="surrogateescape")


def _beginning(path: str) -> bytes:
    """Return the bytes of a file or of stdin, too many for a program only up to what shows that. Raises: OSError."""
    with nullcontext(sys.stdin.buffer) if path == "-" else Path(path).open("rb") as file:
        return file.read(LENGTH_LIMIT + 1)


def _files(programs: tuple[str, ...], skip_others: bool) -> Iterator[str]:
    """Yield the files named, and the programs in the folders named, each once."""
    seen: set[str] = set()
    for path in programs:
        found = _below(path) if Path(path).is_dir() else [path]
        for each in found:
            place = os.path.realpath(each)
            if place not in seen and (each != path or not skip_others or _is_program(each)):
                seen.add(place)
                yield each


def _below(folder: str) -> Iterator[str]:
    """Yield the programs below a folder in sorted order; a folder that cannot be read stands for itself."""
    unreadable: list[OSError] = []
    for home, folders, files in os.walk(folder, onerror=unreadable.append):
        folders[:] = sorted(each for each in folders if _holds_sources(Path(home, each)))
        for each in sorted(files):
            path = str(Path(home, each))
            if each.endswith(".py") and each[0] != "." and Path(path).is_file() and _is_program(path):
                yield path
    yield from (str(error.filename) for error in unreadable)


def _holds_sources(folder: Path) -> bool:
    return folder.name[0] != "." and folder.name not in NO_SOURCES and not (folder / "pyvenv.cfg").is_file()


def _is_program(path: str) -> bool:
    """Say whether a file looks like a program; one that cannot be read does, so that it is not passed over."""
    try:
        return HEADER.search(_beginning(path)) is not None
    except OSError:
        return True
