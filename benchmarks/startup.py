"""Time the whole process `baur compile 'x*y + x/y'` against `python -c 'import sympy'` in the same interpreter.

The commands take turns, each round in the opposite order of the last, so that a machine that slows down or speeds up
does so for both; only ratios within one run mean anything. The first round warms the disk and the byte code and is
thrown away.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

FORMULA = "x*y + x/y"
Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds of one command over all rounds."""

    command: str
    minimum: float
    median: float
    lower_quartile: float
    upper_quartile: float
    seconds: tuple[float, ...]

    @staticmethod
    def of(command: str, seconds: Sequence[float]) -> Sample:
        """Summarise at least two timings."""
        lower, median, upper = statistics.quantiles(seconds, n=4, method="inclusive")
        return Sample(command, min(seconds), median, lower, upper, tuple(seconds))


@dataclass(frozen=True, slots=True)
class Comparison:
    """`baur` over `sympy`, by their minima and by their medians; `spread` is the middle half of the rounds' ratios."""

    minima: float
    medians: float
    spread: tuple[float, float]

    @staticmethod
    def of(subject: Sample, reference: Sample) -> Comparison:
        """Divide the subject's times by the reference's, taken in the same rounds."""
        rounds = [a / b for a, b in zip(subject.seconds, reference.seconds, strict=True)]
        lower, _, upper = statistics.quantiles(rounds, n=4, method="inclusive")
        return Comparison(subject.minimum / reference.minimum, subject.median / reference.median, (lower, upper))


@click.command("startup")
@click.option("--rounds", default=20, show_default=True, type=click.IntRange(min=2), help="Timed runs of each command.")
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here, too.")
@click.option("--at-most", type=float, help="Exit with 1 if the ratio of the minima is above this.")
def command(rounds: int, path: Path | None, at_most: float | None) -> None:
    """Compare the start of `baur` with an import of sympy."""
    commands = {
        "python": (sys.executable, "-c", "pass"),
        "sympy": (sys.executable, "-c", "import sympy"),
        "baur": (_installed_baur(), "compile", FORMULA),
    }
    samples = measure(commands, rounds)
    comparison = Comparison.of(samples["baur"], samples["sympy"])
    click.echo(report(samples, comparison))
    if path:
        figures = {"samples": {name: asdict(sample) for name, sample in samples.items()}, "ratio": asdict(comparison)}
        path.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    if at_most is not None and comparison.minima > at_most:
        raise SystemExit(1)


def measure(commands: Mapping[str, Command], rounds: int) -> dict[str, Sample]:
    """Run every command once to warm up, then `rounds` times, taking turns."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name in list(commands)[:: 1 if turn % 2 else -1]:
            elapsed = _time(commands[name])
            if turn:
                seconds[name].append(elapsed)
    return {name: Sample.of(" ".join(commands[name][1:]), seconds[name]) for name in commands}


def report(samples: Mapping[str, Sample], comparison: Comparison) -> str:
    """Lay the figures out for a reader, in milliseconds."""
    lines = [f"{'':8}{'minimum':>9}{'median':>9}   middle half, ms"]
    for name, sample in samples.items():
        low, median, upper, minimum = (
            1e3 * value for value in (sample.lower_quartile, sample.median, sample.upper_quartile, sample.minimum)
        )
        lines.append(f"{name:8}{minimum:9.1f}{median:9.1f}   {low:.1f} to {upper:.1f}")
    low, high = comparison.spread
    lines.append(
        f"baur / sympy: {comparison.minima:.3f} of minima, {comparison.medians:.3f} of medians, "
        f"{low:.3f} to {high:.3f} in the middle half of {len(samples['baur'].seconds)} rounds"
    )
    return "\n".join(lines)


def _time(arguments: Command) -> float:
    start = time.perf_counter()
    result = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    elapsed = time.perf_counter() - start
    if result.returncode:
        raise click.ClickException(f"{' '.join(arguments)} failed with {result.returncode}:\n{result.stderr}")
    return elapsed


def _installed_baur() -> str:
    script = Path(sysconfig.get_path("scripts")) / ("baur.exe" if sys.platform == "win32" else "baur")
    if not script.is_file():
        raise click.ClickException("no command `baur` beside this interpreter: install the project into it first")
    return str(script)
