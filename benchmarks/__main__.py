"""The command `python -m benchmarks`, one subcommand a measurement."""

from __future__ import annotations

from typing import Any

import click

from benchmarks import check, fewest, mutants, readme, report, run, scale, speed, startup
from benchmarks.systems.output import command
from benchmarks.systems.systems import SYSTEMS


class Commands(click.Group):
    """The subcommands; a file or folder that cannot be written is an answer, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a subcommand. Raises: click.UsageError."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.filename is None:
                raise
            raise click.UsageError(f"cannot write or read {error.filename}: {error.strerror}", ctx) from None


@click.group(cls=Commands)
def main() -> None:
    """Measure baur: its programs, and itself on this machine."""


for each in (check, fewest, mutants, readme, report, run, scale, speed, startup):
    main.add_command(each.command)
for system in SYSTEMS:
    main.add_command(command(system))

if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
