"""The command `python -m benchmarks`, one subcommand a measurement."""

from __future__ import annotations

import click

from benchmarks import check, fewest, mutants, ratio, run, scale, speed, startup


@click.group()
def main() -> None:
    """Measure baur: its programs, and itself on this machine."""


for each in (check, fewest, mutants, ratio, run, scale, speed, startup):
    main.add_command(each.command)

if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
