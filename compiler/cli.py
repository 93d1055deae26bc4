"""The command `baur`: one subcommand a file of `compiler/commands`, imported only when it runs."""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any


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

COMMANDS = {
    "compile": "Print the gradient program of a formula.",
    "verify": "Check a gradient program, claim by claim.",
    "report": "Ratios and verdicts of whole collections of formulas.",
    "draw": "Draw the gradient circuit of a formula as SVG.",
    "explain": "Print the reverse sweep of a formula at a point, gate by gate.",
}


class _Lazy(click.Group):
    """A group that imports a subcommand when it runs; the help of the group needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"compiler.commands.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
            if getattr(sys, name) is None:  # closed before we began
                setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  to the end
        try:
            return super().invoke(ctx)
        except click.NoSuchOption as error:
            if error.option_name.startswith("--"):
                raise
            hint = "a formula that starts with a minus stands behind --, as in baur compile -- '-x*y'"
            raise click.UsageError(f"{error.format_message()} If it is no option: {hint}", error.ctx) from None
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            sys.stderr.write("Error: the output cannot be written: no space left\n")
            os._exit(2)  # what is left in the buffer of stdout cannot be written either

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="baur")
def main() -> None:
    """Gradients of formulas as certified straight-line programs."""
