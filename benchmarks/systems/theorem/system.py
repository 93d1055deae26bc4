"""Baur and Strassen's theorem, counted: families, random circuits, all small ones, and the dearest that a search finds.

Bounds on T, the gates of value and gradient, by L, those of the value, for `+ - * /`: 3 for nonscalar gates (Baur &
Strassen 1983), 4L (Kaltofen & Singer 1991, Fischer & Warsitz 2000), and (*), the exact price of a careful sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import click

from benchmarks.ratio import GATES
from benchmarks.systems.output import System
from benchmarks.systems.pricing import Priced, certified, counted
from benchmarks.systems.section import Cell, Plot, Section, Table
from benchmarks.systems.theorem.claims import Findings, compare
from benchmarks.systems.theorem.exact import exact_prices
from benchmarks.systems.theorem.families import SHOWN
from benchmarks.systems.theorem.search import OPERATIONS, Recipe, climb, drawn, every, has_value
from circuit import Circuit, trace

NO_CONSTANTS = ("mul", "div")  # with these alone, circuits of one gate more are all gone through
SEARCHED = {"+ - *": ("mul", "add", "sub"), "+ - * /": ("div", "mul", "add", "sub")}
INPUTS = 2  # of the circuits that the search changes: more inputs are more copies, and cheaper
RANDOM_GATES = (5, 10, 20, 40)
COUNTED = 10  # random circuits whose text is counted, for each that is certified


def measure(about: Sequence[int], gates: int, climbs: Sequence[int], steps: int, samples: int, seed: int) -> Section:
    """Hold gradients of + - * / circuits against the bounds: families, random circuits, all small ones, a search."""
    random = Random(seed)
    climbed = {
        (name, size): climb(random, size, operations, INPUTS, steps)
        for name, operations in SEARCHED.items()
        for size in climbs
    }
    found = Findings(
        families={(name, size): each for name in SHOWN for size, each in _family(name, about)},
        fewest={(name, size): each for name in SHOWN for size, each in _fewest(name, about)},
        small={key: [(each, _priced(each)) for each in recipes] for key, recipes in _small(gates)},
        random={size: _random(random, size, samples) for size in RANDOM_GATES},
        climbed=climbed,
        searched={key: certified(recipe.circuit(), "plain") for key, recipe in climbed.items()},
        exact=exact_prices(random, samples),
    )
    return Section(
        name="theorem",
        title="All partial derivatives for the price of one",
        claim="A gradient of + - * / costs at most 4 times the function, all gates counted, and at most 3 times its"
        " products and quotients, whatever the number of variables.",
        tables=(_families(found), _smallest(found), _searched(found), _drawn(found)),
        compared=compare(found),
        plots=_plots(found),
        notes=(
            "Ratios are those of the careful sweep (`plain`); `fewest` never has more gates. n', the inputs that occur,"
            " and N_minus, the minus signs returned, are in (*).",
            "Small circuits: + - * / and minus of inputs and the constant 3, up to the names of inputs and the order of"
            f" operands; of {gates + 1} gates products and quotients of inputs only. Found by changing one gate of"
            f" {INPUTS}-input circuits {steps:,} times, keeping what is no cheaper; random numbers from seed {seed}.",
        ),
    )


def _sizes(name: str, about: Sequence[int]) -> list[int]:
    return [size for size, gates in zip(SHOWN[name].sizes, GATES, strict=False) if gates in about]


def _family(name: str, about: Sequence[int]) -> list[tuple[int, Priced]]:
    """Return sizes and prices: certified, but for the largest, whose text is counted."""
    family, prices = SHOWN[name], []
    for size in _sizes(name, about):
        function, shape = family.function(size), (family.inputs(size),)
        large = size in family.sizes[len(GATES) - 1 :]
        price = counted(trace(function, shape)) if large else certified(function, "plain", shapes=[shape])
        prices.append((size, price))
    return prices


def _fewest(name: str, about: Sequence[int]) -> list[tuple[int, Priced]]:
    family = SHOWN[name]
    first = _sizes(name, about)[:1]
    return [(size, certified(family.function(size), shapes=[(family.inputs(size),)])) for size in first]


def _small(gates: int) -> list[tuple[tuple[int, bool], list[Recipe]]]:
    """Return all small circuits by their gates, and whether all operations and the constant are in."""
    every_one = [((size, True), list(every(size, OPERATIONS, held=True))) for size in range(1, gates + 1)]
    return [*every_one, ((gates + 1, False), list(every(gates + 1, NO_CONSTANTS, held=False)))]


def _priced(recipe: Recipe) -> Priced:
    return counted(recipe.circuit())


def _random(random: Random, size: int, samples: int) -> list[Priced]:
    """Return prices of random circuits of at most so many gates, the first of them certified."""
    some: list[Circuit] = []
    while len(some) < samples * (COUNTED + 1):
        circuit = drawn(random, random.randint(1, 4), size).circuit()
        if circuit.gate_count and has_value(random, circuit):
            some.append(circuit)
    return [*(certified(each, "plain") for each in some[:samples]), *map(counted, some[samples:])]


def _families(found: Findings) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for (name, size), each in found.families.items():
        one, two = each.price.nonscalar_value, each.price.nonscalar_total
        counts = each.value_gates, each.total_gates, round(each.ratio, 3), each.price.bound, 4 * each.value_gates
        few = found.fewest[name, size].total_gates if (name, size) in found.fewest else None
        rows.append((name, SHOWN[name].what, size, *counts, one, two, round(two / one, 3), few, each.proved))
    columns = ("family", "f", "size", "L", "T", "T / L", "bound (*)", "4L", "nonscalar in L", "in T", "in T / L")
    return Table("Families (plain; `fewest` at the first size)", (*columns, "T fewest", "proved"), tuple(rows))


def _smallest(found: Findings) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for (gates, all_in), each in found.small.items():
        for divides in (False, True):
            some = [(recipe, price) for recipe, price in each if recipe.divides is divides]
            if not some:
                continue
            recipe, worst = max(some, key=lambda pair: pair[1].total_gates)
            equal = sum(price.total_gates == worst.total_gates for _, price in some)
            tight = sum(price.total_gates == price.price.bound for _, price in some)
            what = ("+ - *, minus, 3", "with /, too")[divides] if all_in else ("*", "* /")[divides]
            counts = len(some), worst.total_gates, round(worst.ratio, 3), equal, recipe.shown, tight
            rows.append((gates, what, *counts, sum(not price.kept for _, price in some)))
    columns = (
        "L",
        "gates",
        "circuits",
        "largest T",
        "T / L",
        "attained by",
        "one of them",
        "T = (*)",
        "beyond a bound",
    )
    return Table("All circuits of few gates (plain, text counted)", columns, tuple(rows))


def _searched(found: Findings) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for (name, size), recipe in found.climbed.items():
        each = found.searched[name, size]
        known = 4 * size - 3 if name == "+ - *" else 4 * size
        kinds = ", ".join(f"{count} {sign}" for sign, count in recipe.kinds.items())
        counts = each.total_gates, round(each.ratio, 3), known, each.price.bound, 4 * size
        rows.append((name, size, *counts, kinds, each.proved))
    columns = ("operations", "L", "T found", "T / L", "T of a chain", "bound (*)", "4L", "gates", "proved")
    return Table("The dearest circuits that a search finds (plain)", columns, tuple(rows))


def _drawn(found: Findings) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for size, each in found.random.items():
        ratios = [price.ratio for price in each]
        scalar = max(p.price.nonscalar_total / p.price.nonscalar_value for p in each if p.price.nonscalar_value)
        sure = sum(price.proved == "certified" for price in each)
        beyond = sum(not price.kept for price in each)
        rows.append((size, len(each), sure, round(sum(ratios) / len(ratios), 3), max(ratios), scalar, beyond))
    columns = ("gates drawn", "circuits", "certified", "mean T / L", "largest", "largest nonscalar", "beyond a bound")
    return Table("Random circuits (plain)", columns, tuple(rows))


def _plots(found: Findings) -> tuple[Plot, ...]:
    """Draw the largest T / L by gates, and T / L of the families."""
    sizes = sorted({*(gates for gates, _ in found.small), *(size for _, size in found.climbed)})
    worst: dict[str, list[tuple[float, float]]] = {
        "all small circuits": [(gates, max(p.ratio for _, p in each)) for (gates, _), each in found.small.items()],
        "random": [(size, max(price.ratio for price in each)) for size, each in found.random.items()],
    }
    for (name, size), each in found.searched.items():
        worst.setdefault(f"search, {name}", []).append((size, each.ratio))
    worst["4 (theory)"] = [(size, 4.0) for size in sizes]
    worst["4 - 3 / L, v(k+1) = v(k) v(k-1) (theory)"] = [(size, 4 - 3 / size) for size in sizes]
    curves: dict[str, list[tuple[float, float]]] = {}
    for (name, _), price in found.families.items():
        curves.setdefault(name, []).append((price.value_gates, price.ratio))
    ends = [price.value_gates for price in found.families.values()]
    curves["4 (theory)"] = [(min(ends), 4.0), (max(ends), 4.0)]
    return (
        Plot("The largest T / L that is found", "L", "T / L", dict(worst)),
        Plot("Families", "L", "T / L", dict(curves)),
    )


SYSTEM = System(
    "theorem",
    measure,
    {"about": GATES, "gates": 3, "climbs": (5, 10, 20, 40), "steps": 4000, "samples": 100, "seed": 1983},
    {"about": GATES[:1], "gates": 2, "climbs": (5, 10), "steps": 400, "samples": 10, "seed": 1983},
    (
        click.Option(
            ["--about"],
            multiple=True,
            type=click.Choice(list(map(str, GATES))),
            callback=lambda context, option, chosen: tuple(map(int, chosen)),
            help="Gates of families, about so many.",
        ),
        click.Option(["--gates"], type=click.IntRange(1, 4), help="Go through all circuits of up to so many gates."),
        click.Option(["--climb", "climbs"], multiple=True, type=click.IntRange(2), help="Gates of circuits searched."),
        click.Option(["--steps"], type=int, help="Changes that the search tries."),
        click.Option(["--samples"], type=click.IntRange(1), help="Random circuits to certify, of each size."),
        click.Option(["--seed"], type=int, help="Of the random numbers."),
    ),
)
