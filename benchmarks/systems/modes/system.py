"""N + P against N * P: a gradient by reverse mode, and by all that goes input by input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click
import numpy as np

from benchmarks.systems.modes.count import CASES, Modes, modes_of
from benchmarks.systems.output import System
from benchmarks.systems.section import Cell, Compared, Plot, Points, Section, Table, exponent
from compiler import compile_derivative

CLAIM = (
    "A function of N gates and P inputs: reverse mode gives the gradient for a multiple of N + P gates; forward "
    "passes, differences and symbolic derivatives, one for each input, for a multiple of N * P. Forward mode has its "
    "place: a Jacobian of few inputs and many outputs."
)
NOTES = (
    "N: gates of the value. Sizes and counts are exact; programs are by plain sweeps, without passes for fewer gates.",
    "n forward passes: n times the program of value and Jacobian-vector product; or one program for each input, its "
    "seed 1 and the zeros folded in. Each computes the value again, as separate passes do.",
    "n central differences: 2n evaluations, and 4 gates an input; the derivatives are not exact.",
    "sympy: diff and cse of one partial after the other, expressions shared within each.",
    "One program for a Jacobian: all passes of the cheaper way, the value computed once, zeros folded, gates shared.",
)
TOLERANCE = 0.1  # of an exponent
HIDDEN = 8  # neurons between the inputs and the outputs of the Jacobians
SYMBOLIC = "each partial by sympy, with cse"
SMALL = "the sizes are small: terms of lower order are no small part"
SPARSE = "each of its derivatives depends on two of the valleys only, and sympy drops the others"
MODES: tuple[tuple[str, str, Callable[[Modes], int | None]], ...] = (
    ("reverse mode", "N+P", lambda each: each.reverse),
    ("n forward passes", "N*P", lambda each: each.forward),
    ("n forward passes, seed 1 folded in", "N*P", lambda each: each.special),
    ("n central differences", "N*P", lambda each: each.differences),
    (SYMBOLIC, "N*P", lambda each: each.symbolic),
)


def measure(largest: int, symbols: int, jacobians: Sequence[int]) -> Section:
    """Count a gradient by every mode: N + P against N * P.

    largest, symbols: how many of each function's sizes are counted, and are given to sympy. jacobians: numbers of
    inputs; the outputs are so many that inputs * outputs stays the same.
    """
    found = [
        modes_of(case, size, size in case.symbols[:symbols])
        for case in CASES.values()
        for size in sorted({*case.sizes[:largest], *case.symbols[:symbols]})
    ]
    gates, exponents, fits = _gates(found), _exponents(found), verdicts(found)
    wide, turns = jacobian_modes(jacobians)
    return Section(
        "modes",
        "N + P against N * P",
        CLAIM,
        (gates, exponents, wide),
        (*fits, *turns),
        (_plot("N+P", found), _plot("N*P", found)),
        NOTES,
    )


def _gates(found: Sequence[Modes]) -> Table:
    columns = ("function", "size", "P", "N", *(name for name, _, _ in MODES), "certified")
    rows = tuple(
        (
            each.name,
            each.size,
            each.P,
            each.N,
            *(count(each) for _, _, count in MODES),
            "yes" if each.accepted else "no",
        )
        for each in found
    )
    return Table("Gates of the whole gradient", columns, rows)


def _against(what: str, each: Modes) -> float:
    return each.N + each.P if what == "N+P" else each.N * each.P


def _points(found: Sequence[Modes], what: str, count: Callable[[Modes], int | None]) -> Points:
    return [(_against(what, each), gates) for each in found if (gates := count(each)) is not None]


def _exponents(found: Sequence[Modes]) -> Table:
    """Return the exponents of every function by itself, each against both N + P and N * P."""
    rows: list[tuple[Cell, ...]] = []
    for name in CASES:
        own = [each for each in found if each.name == name]
        for mode, _, count in MODES:
            rows.append((name, mode, *(exponent(_points(own, what, count)) for what in ("N+P", "N*P"))))
    return Table("Exponents, function by function", ("function", "mode", "of N + P", "of N * P"), tuple(rows))


def verdicts(found: Sequence[Modes]) -> list[Compared]:
    """Return one exponent a mode, of all functions together; in sympy's, those that fall apart stand by themselves."""
    fits = [_verdict(mode, what, _points(_together(mode, found), what, count), SMALL) for mode, what, count in MODES]
    mode, what, count = MODES[-1]
    for name in (name for name, case in CASES.items() if not case.dense):
        alone = [each for each in found if each.name == name]
        fits.append(_verdict(f"{mode}, {name}", what, _points(alone, what, count), SPARSE))
    return fits


def _together(mode: str, found: Sequence[Modes]) -> list[Modes]:
    """Return the functions that are fitted together."""
    return [each for each in found if mode != SYMBOLIC or CASES[each.name].dense]


def _verdict(title: str, what: str, points: Points, because: str) -> Compared:
    slope = exponent(points)
    agrees = abs(slope - 1) <= TOLERANCE
    document = f"about 1, within {TOLERANCE}"
    return Compared(f"{title}: exponent in {what}", document, f"{slope:.3f}", agrees, "" if agrees else because)


def _plot(what: str, found: Sequence[Modes]) -> Plot:
    """Return the gates of all modes over N + P or N * P: one of the two is a straight line, 45 degrees steep."""
    curves: dict[str, Points] = {mode: sorted(_points(_together(mode, found), what, count)) for mode, _, count in MODES}
    ends = sorted(_against(what, each) for each in found)
    curves[f"2({what}) (theory)"] = [(each, 2 * each) for each in (ends[0], ends[-1])]
    return Plot(f"Gates of the gradient over {what}", what, "gates", curves)


def _network(x: Any, W: Any, V: Any) -> Any:
    return np.tanh(V @ np.tanh(W @ x))


def jacobian_modes(inputs: Sequence[int]) -> tuple[Table, list[Compared]]:
    """Count Jacobians of networks n -> 8 -> m by n forward passes, by m reverse passes, and as one program."""
    product, rows, found = inputs[0] * inputs[-1], [], []
    for n in inputs:
        m = product // n
        programs = {
            kind: compile_derivative(_network, kind, shapes=((n,), (HIDDEN, n), (m, HIDDEN)), wrt=(0,))
            for kind in ("jvp", "vjp", "jacobian")
        }
        forward, reverse = n * programs["jvp"].total_gates, m * programs["vjp"].total_gates
        accepted = all(each.certificate.accepted for each in programs.values())
        winner = "forward" if forward < reverse else "reverse" if reverse < forward else "neither"
        rows.append(
            (f"{n} -> {m}", forward, reverse, programs["jacobian"].total_gates, winner, "yes" if accepted else "no")
        )
        document = "forward" if n < m else "reverse" if m < n else "neither"
        because = "" if winner == document else "a forward and a reverse pass do not cost the same"
        found.append(Compared(f"Jacobian {n} -> {m}: fewer gates", document, winner, winner == document, because))
    columns = ("n -> m", "n forward passes", "m reverse passes", "one program", "fewer gates", "certified")
    return Table(f"Jacobians of tanh networks with {HIDDEN} hidden neurons: gates", columns, tuple(rows)), found


SYSTEM = System(
    "modes",
    measure,
    {"largest": 4, "symbols": 3, "jacobians": (2, 4, 8, 16, 32)},
    {"largest": 2, "symbols": 2, "jacobians": (2, 8, 32)},
    (
        click.Option(["--largest"], type=click.IntRange(2), help="How many sizes of each function."),
        click.Option(["--symbols"], type=click.IntRange(2), help="How many of them are given to sympy."),
        click.Option(["--jacobians"], type=click.IntRange(1), multiple=True, help="Inputs of a Jacobian."),
    ),
)
