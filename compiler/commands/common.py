"""What the subcommands share: reading, writing, exit statuses, and how errors of ours end the command.

Exit status: 0 done and certified, 1 rejected, 2 bad input or usage, 3 a resource limit.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import NoReturn

import click

from circuit.errors import CircuitError, ResourceLimit
from compiler.program import NotCertified
from verify import FormulaError, FormulaLimit

REJECTED, BAD_INPUT, LIMIT = 1, 2, 3


def stop(status: int, message: str) -> NoReturn:
    """End the command with a message on stderr."""
    click.echo(f"baur: {message}", err=True)
    raise SystemExit(status)


@contextmanager
def errors_end_the_command() -> Iterator[None]:
    """Turn the errors of the packages into a message and an exit status; what a traced function prints, to stderr."""
    try:
        with redirect_stdout(sys.stderr):
            yield
    except NotCertified as error:
        stop(REJECTED, str(error))
    except (ResourceLimit, FormulaLimit) as error:
        stop(LIMIT, str(error))
    except (CircuitError, FormulaError) as error:
        stop(BAD_INPUT, str(error))


@contextmanager
def spinner(what: str) -> Iterator[None]:
    """Show a spinner while work goes on, where stderr is a terminal; rich is loaded only there."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def read(path: str) -> str:
    """Return the text of a file, whatever its bytes."""
    try:
        return Path(path).read_bytes().decode("utf-8", errors="surrogateescape")
    except OSError as error:
        stop(BAD_INPUT, f"cannot read {path}: {error.strerror}")


def write(path: str | None, text: str) -> None:
    """Write a text to a file, or to stdout."""
    if path is None:
        click.echo(text, nl=False)
        return
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        stop(BAD_INPUT, f"cannot write {path}: {error.strerror}")
