"""The command `python -m benchmarks`, one subcommand a measurement."""

from __future__ import annotations

import click

from benchmarks import check, fewest, mutants, readme, report, run, scale, speed, startup
from benchmarks.systems.output import command
from benchmarks.systems.systems import SYSTEMS


@click.group()
def main() -> None:
    """Measure baur: its programs, and itself on this machine."""


for each in (check, fewest, mutants, readme, report, run, scale, speed, startup):
    main.add_command(each.command)
for system in SYSTEMS:
    main.add_command(command(system))

if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
