"""The command `python -m benchmarks`, one subcommand a measurement."""

from __future__ import annotations

import click

from benchmarks import startup


@click.group()
def main() -> None:
    """Measure baur on this machine. Every figure is a ratio of runs that took turns on it."""


main.add_command(startup.command)

if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
