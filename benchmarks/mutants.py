"""Hold random right programs, and wrong mutants of them, against the verifier, the checker and a rival checker."""

from __future__ import annotations

import json
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click

ACCEPTED, REJECTED, DISAGREE = "ACCEPTED", "REJECTED", "DISAGREE"
RIGHT = "right programs"
COLUMNS = ("mutants", "wrong", "A", "B", "C", "D", ACCEPTED)
CHUNK = 50  # formulas a task
Outcome = tuple[Counter[tuple[str, str]], list[tuple[str, str, str]]]


@click.command("mutants")
@click.option("--wrong", default=100_000, show_default=True, help="Wrong mutants to try at least.")
@click.option("--right", default=50_000, show_default=True, help="Right programs to try at least.")
@click.option("--seed", default=0, show_default=True, help="Seed of the first formula; each has its own.")
@click.option(
    "--digits", default=10, show_default=True, help="Ask layer D about the mutants of every so many formulas."
)
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here, too.")
def command(wrong: int, right: int, seed: int, digits: int, path: Path | None) -> None:
    """Count, by kind, the wrong mutants of random programs and the layers that reject them.

    A: text, gates, padding, price. B: the chain rule (stand-alone checker). C: random test. D: digits, where asked.
    """
    tally: Counter[tuple[str, str]] = Counter()
    kept: list[tuple[str, str, str]] = []
    first = seed
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        while (missing := wrong - _total(tally, "wrong")) > 0 or right > _total(tally, "accepted"):
            times = 2 if missing > 0 else 0
            tasks = [(first + CHUNK * step, times, digits) for step in range(4 * (os.cpu_count() or 1))]
            first += CHUNK * len(tasks)
            for found, accepted in pool.map(_formulas, tasks):
                tally += found
                kept += accepted
    _show(tally, first - seed)
    if path:
        figures: dict[str, dict[str, int]] = {}
        for (kind, what), count in sorted(tally.items()):
            figures.setdefault(kind, {})[what] = count
        path.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    for kind, program, certificate in kept[:3]:
        click.echo(f"\n{kind}:\n{program}\n{certificate}", err=True)
    if kept:
        raise click.ClickException(f"{len(kept)} wrong verdicts")


def _total(tally: Counter[tuple[str, str]], what: str) -> int:
    return sum(count for (_, column), count in tally.items() if column == what)


def _formulas(task: tuple[int, int, int]) -> Outcome:
    from tests.trials import trial

    first, times, digits = task
    tally: Counter[tuple[str, str]] = Counter()
    kept: list[tuple[str, str, str]] = []
    for seed in range(first, first + CHUNK):
        found, accepted = trial(seed, times, digits=digits > 0 and seed % digits == 0)
        tally += found
        kept += accepted
    return tally, kept


def _show(tally: Counter[tuple[str, str]], formulas: int) -> None:
    kinds = [kind for kind in dict.fromkeys(kind for kind, _ in tally) if (kind, "mutants") in tally]
    width = max(map(len, [*kinds, RIGHT, "all"])) + 2
    click.echo(" " * width + "".join(f"{column:>10}" for column in COLUMNS))
    for kind in sorted(kinds):
        click.echo(f"{kind:{width}}" + "".join(f"{tally[kind, column]:10,}" for column in COLUMNS))
    click.echo(f"{'all':{width}}" + "".join(f"{_total(tally, column):10,}" for column in COLUMNS))
    accepted, rejected = tally[RIGHT, "accepted"], tally[RIGHT, REJECTED]
    click.echo(f"{formulas:,} random formulas: {accepted:,} right programs accepted, {rejected:,} rejected")
    click.echo(f"stand-alone checker and rival disagree: {_total(tally, DISAGREE):,}")
