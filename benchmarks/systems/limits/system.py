"""What a better prediction costs: linear regression in many features of which ten matter, by gates spent.

Source: Thompson, Greenewald, Lee & Manso 2020, The Computational Limits of Deep Learning, arXiv 2007.05558, whose four
models these are. The expected errors are exact: for normal features, E|w - w*|^2 = v p / (n - p - 1) of least squares
with p weights in n > p + 1 rows and noise of variance v (the mean of an inverse Wishart matrix).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log, log10, sqrt

import click
import numpy as np

from benchmarks.systems.limits.fit import TARGET, Law, Series, fit
from benchmarks.systems.limits.models import MODELS, RELEVANT, Model, data, program, train
from benchmarks.systems.output import System
from benchmarks.systems.section import Compared, Plot, Points, Section, Table

GROWING = "regularised, P = n"
SOURCE = "Thompson et al. 2020"


def measure(features: int, rows: Sequence[int], growing: Sequence[int], seeds: int) -> Section:
    """Train oracle, expert, flexible and regularised models by compiled gradients; errors against data and gates."""
    fixed = [_series(model, model.name, [(features, n) for n in rows], seeds) for model in MODELS]
    grown = _series(MODELS[-1], GROWING, [(n, n) for n in growing], seeds)
    every = [*fixed, grown]
    laws = {each.name: fit(each.below(1)) for each in every}
    return Section(
        "limits",
        "The limits of computing power",
        f"Of {features:,} features {RELEVANT} matter. Who knows which needs little data and few gates; who does not "
        "pays for all of them, and if features are added with the data, gates grow at least like (1 / error)^4.",
        (_errors(every), _prices(features), _laws(every, laws)),
        (*_compared_laws(laws, fixed[0]), *_compared_errors(features, fixed)),
        (_data_plot(features, every), _gates_plot(every), _extrapolation(grown, laws[GROWING])),
        (
            "Error: the root of the mean square error beyond the noise, over the noise's; for such features it is "
            f"|w - w*|, exactly. Root of the mean square over {seeds} seeds.",
            "A law is fitted to the sizes at which a model errs less than the expert's floor, 1. The intervals hold 95 "
            "of 100 resamplings of the seeds: they say what the draw of the data leaves open, and not whether a power "
            "law holds where nothing was measured. The last column puts that to the test: where it says outside, the "
            "law of the smaller sizes missed the largest by more than its own interval.",
        ),
    )


SYSTEM = System(
    "limits",
    measure,
    full={
        "features": 1000,
        "rows": (100, 200, 400, 800, 1600, 3200, 6400),
        "growing": (100, 200, 400, 800, 1600),
        "seeds": 5,
    },
    small={"features": 200, "rows": (50, 100, 300, 600, 1200), "growing": (100, 200, 400, 800), "seeds": 4},
    sizes=(
        click.Option(["--features"], type=click.IntRange(min=20), help="Features, of which 10 matter."),
        click.Option(["--rows"], multiple=True, type=click.IntRange(min=40), help="Rows of data; give several."),
        click.Option(["--growing"], multiple=True, type=click.IntRange(min=40), help="Rows with as many features."),
        click.Option(["--seeds"], type=click.IntRange(min=2), help="How often the data are drawn."),
    ),
)


def _series(model: Model, name: str, sizes: Sequence[tuple[int, int]], seeds: int) -> Series:
    trained = [[train(model, *data(features, rows, seed)) for seed in range(seeds)] for features, rows in sizes]
    return Series(name, [rows for _, rows in sizes], trained)


# Tables


def _errors(every: Sequence[Series]) -> Table:
    rows = tuple(
        (each.name, n, error, max(one.error for one in some), max(one.gradients for one in some), round(gates))
        for each in every
        for n, error, gates, some in zip(each.sizes, each.errors, each.gates, each.trained, strict=True)
    )
    return Table("errors and gates", ("model", "rows", "error", "largest", "gradients, at most", "gates"), rows)


def _prices(features: int) -> Table:
    rows = []
    for count in (RELEVANT, features):
        found = program(count)
        verdict = found.certificate.verdict
        rows.append((count, found.value_gates, found.total_gates, found.total_gates / count, verdict))
    return Table("one gradient of one row's loss", ("weights", "L", "T", "T / weights", "certificate"), tuple(rows))


def _laws(every: Sequence[Series], laws: dict[str, Law | None]) -> Table:
    rows = []
    for each in every:
        law, used = laws[each.name], each.below(1)
        if law is None:
            continue
        rows.append((each.name, f"{used.sizes[0]} to {used.sizes[-1]}", *law.k, *law.at(TARGET), _held_out(used)))
    columns = ("model", "rows", "k", "low", "high", f"gates for {TARGET}", "low", "high", "last size over its forecast")
    return Table("gates = a error^-k", columns, tuple(rows))


def _held_out(used: Series) -> str:
    """Return the gates of the last size over what a fit to the others says for its error."""
    law = fit(used.until(used.sizes[-1]))
    if law is None:
        return "too few sizes"
    middle, low, high = law.at(used.errors[-1])
    inside = "inside" if low <= used.gates[-1] <= high else "outside"
    return f"{used.gates[-1] / middle:.2f}, {inside} its interval"


# The document's figures


def _compared_laws(laws: dict[str, Law | None], oracle: Series) -> Iterator[Compared]:
    grown, total, one = laws[GROWING], laws[oracle.name], fit(oracle.below(1), each_gradient=True)
    if grown is not None:
        k, low, high = grown.k
        ours = f"{k:.2f} ({low:.2f} to {high:.2f})"
        why = "so few sizes do not show it: the first are too small for the norm's weight"
        theory = Compared("k, features grow with the data", f"at least 4 in theory ({SOURCE})", ours, high >= 4)
        yield theory if theory.agrees else _because(theory, why)
        reported = Compared("k, reported for ImageNet", f"9 ({SOURCE})", ours, low <= 9 <= high)
        why = "one model at growing sizes, its truth among what it can say; theirs is a fit through published systems"
        yield reported if reported.agrees else _because(reported, why)
    if total is not None and one is not None:
        k, low, high = one.k
        few, many = (max(each.gradients for each in some) for some in (oracle.trained[0], oracle.trained[-1]))
        what, law = "k, features fixed and known", "2: error falls as 1/sqrt(n), gates grow as n"
        line = Compared(f"{what}, a gradient", law, f"{k:.2f} ({low:.2f} to {high:.2f})", low <= 2 <= high)
        ends = oracle.sizes[0], oracle.sizes[-1]
        exact = 2 * log(ends[1] / ends[0]) / log(_least_squares(ends[0], RELEVANT) / _least_squares(ends[1], RELEVANT))
        why = f"the exact p / (n - p - 1) makes it {exact:.2f} from {ends[0]} to {ends[1]} rows, chance the rest"
        yield line if line.agrees else _because(line, why)
        k, low, high = total.k
        line = Compared(f"{what}, in all", law, f"{k:.2f} ({low:.2f} to {high:.2f})", low <= 2 <= high)
        why = f"{few} gradients with few rows, {many} with many, whose Hessian has the better condition"
        yield line if line.agrees else _because(line, why)
    programs = [program(count) for count in (RELEVANT, 4 * RELEVANT)]
    exact = all(each.total_gates == 3 * len(each.inputs) // 2 + 1 for each in programs)
    each_row = f"{programs[0].total_gates} for 10 weights, {programs[1].total_gates} for 40: 3 P + 2"
    yield Compared("gates of a gradient", "grow as parameters x rows", each_row, exact)


def _compared_errors(features: int, fixed: Sequence[Series]) -> Iterator[Compared]:
    oracle, expert, flexible, regularised = fixed
    for series, value, floor in ((oracle, _least_squares, 0), (expert, _misled, 1), (flexible, _least_squares, 0)):
        weights = features if series is flexible else RELEVANT
        n, mean = series.sizes[-1], series.errors[-1] ** 2
        expected = value(n, weights)
        chance = (expected - floor) * sqrt(2 / weights / len(series.trained[-1]))  # n |w - w*|^2 is about chi-square
        off = abs(mean - expected) / chance
        ours = f"{mean:.4g}, off by {off:.1f} standard errors"
        line = Compared(f"{series.name}: square error at {n:,} rows", f"{expected:.4g}, exactly", ours, off < 4)
        yield line if line.agrees else _because(line, "more than chance leaves open: w has not settled")
    few = expert.errors[0] < min(flexible.errors[0], regularised.errors[0])
    yield _claim(
        f"with {expert.sizes[0]} rows", "the expert beats flexible and regularised", few, "these rows are no longer few"
    )
    first = {each.name: _first_below(each, expert) for each in (regularised, flexible)}
    yield _claim(
        "with more data",
        "regularised overtakes the expert first, then flexible",
        bool(first["regularised"] and first["flexible"] and first["regularised"] < first["flexible"]),
        "the sizes measured do not tell them apart",
        ", ".join(f"{name} from {n:,} rows on" if n else f"{name} not yet" for name, n in first.items()),
    )
    best = all(one < min(rest) for one, *rest in zip(*(each.errors for each in fixed), strict=True))
    yield _claim("at all sizes", "nobody beats the oracle", best, "by chance, in few draws of the data")


def _claim(what: str, document: str, holds: bool, why: str, ours: str = "") -> Compared:
    return Compared(
        what, f"{document} ({SOURCE})", ours or ("so it is" if holds else "not so"), holds, "" if holds else why
    )


def _because(line: Compared, why: str) -> Compared:
    return Compared(line.what, line.document, line.ours, False, why)


def _first_below(series: Series, other: Series) -> int | None:
    """Return the rows from which on a series errs less than another."""
    pairs = list(zip(series.sizes, series.errors, other.errors, strict=True))
    return next((n for k, (n, _, _) in enumerate(pairs) if all(one < two for _, one, two in pairs[k:])), None)


def _least_squares(n: int, p: int) -> float:
    return p / (n - p - 1)


def _misled(n: int, p: int) -> float:
    """Return the expert's square error as expected: the feature that is missing is noise to it, and an error."""
    return 1 + 2 * p / (n - p - 1)


# Plots


def _data_plot(features: int, every: Sequence[Series]) -> Plot:
    curves: dict[str, Points] = {each.name: list(zip(each.sizes, each.errors, strict=True)) for each in every}
    sizes = np.geomspace(min(every[0].sizes), max(every[0].sizes), 60)
    curves["oracle (theory)"] = [(n, sqrt(_least_squares(n, RELEVANT))) for n in sizes]
    curves["expert (theory)"] = [(n, sqrt(_misled(n, RELEVANT))) for n in sizes]
    curves["flexible (theory)"] = [(n, sqrt(_least_squares(n, features))) for n in sizes if n > 1.3 * features]
    return Plot("error against data", "rows", "error", curves)


def _gates_plot(every: Sequence[Series]) -> Plot:
    curves: dict[str, Points] = {each.name: list(zip(each.gates, each.errors, strict=True)) for each in every}
    return Plot("error against gates spent", "gates", "error", curves)


def _extrapolation(grown: Series, law: Law | None) -> Plot:
    """Return gates against performance, 1 / error: as measured, as extrapolated, and with the slopes 4 and 9."""
    curves: dict[str, Points] = {"measured": [(1 / e, g) for e, g in zip(grown.errors, grown.gates, strict=True)]}
    if law is not None:
        start, gates = grown.errors[-1], grown.gates[-1]
        errors = [float(each) for each in np.logspace(log10(start), log10(TARGET), 20)]
        for place, name in enumerate(("fitted", "low", "high")):
            curves[f"{name} (extrapolated)"] = [(1 / error, law.at(error)[place]) for error in errors]
        for k, name in ((4, "error^-4 (theory)"), (9, "error^-9, reported (extrapolated)")):
            curves[name] = [(1 / error, gates * (start / error) ** k) for error in errors]
    return Plot(f"gates to reach an error, {GROWING}", "1 / error", "gates", curves)
