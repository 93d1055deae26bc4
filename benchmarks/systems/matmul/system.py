"""Matrix products: a faster algorithm's gradient keeps the factor, so it inherits the speed-up.

f = trace(A B C) needs every entry of A B, and its gradient holds three products: (B C)^T, (C A)^T and (A B)^T.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import click

from benchmarks.systems.matmul import claims as matmul_claims
from benchmarks.systems.matmul import inverse as matmul_inverse
from benchmarks.systems.matmul.claims import Found, Key, first_below
from benchmarks.systems.matmul.products import FORMS, PRODUCTS, SUMS, expected, form, shapes
from benchmarks.systems.output import System
from benchmarks.systems.pricing import Priced, certified, counted
from benchmarks.systems.section import Cell, Plot, Section, Table
from circuit import trace

CERTIFIED_TO = 8  # rows up to which a program is certified; above, its chain rule is proved,
PROVED_TO = 16  # and above that only Strassen's, which is the one that is asked for
WHOLE_TO = 16  # rows up to which the recursion is run down to single entries, too
POWERS = [2**power for power in range(1, 11)]  # rows to which the recurrences are drawn


def measure(sizes: Sequence[int], least: int, even: int, inverses: Sequence[int]) -> Section:
    """Count gradients through naive, Strassen's and Winograd's products, and determinants with their inverses."""
    found = {key: _priced(*key) for n in sorted(sizes) for key in _keys(n, least)}
    stepped = {(n, name, n // 2): _counted(n, name, n // 2) for n in range(4, even + 1, 2) for name in PRODUCTS}
    determinants = matmul_inverse.determinants(sorted(inverses))
    return Section(
        name="matmul",
        title="Matrix products, determinants and inverses",
        claim="A gradient costs a constant factor, whatever the algorithm: through Strassen's or Winograd's product it"
        " is as much faster as the product is. The gradient of a determinant is its adjugate transposed, hence the"
        " inverse at the same price.",
        tables=(_products(found), _forms(sorted(sizes)), _steps(stepped), matmul_inverse.table(determinants)),
        compared=(*matmul_claims.compare(found, stepped, least), *matmul_inverse.compare(determinants)),
        plots=_plots(found, stepped, least),
        notes=(
            f"Recursion ends where halves would have fewer than {least} rows, or at single entries (1). Dashed"
            " curves are the recurrences, which every count of the first table meets. By them, down to entries, fewer"
            f" gates than naive at powers of two from: {_far()}.",
            "With whole numbers r for C, `fewest` finds that sum r (AB) is sum A (rB^T), two products instead of three:"
            " the naive form gains most by it. With C an input all three are asked for, and nothing can be left out.",
            "Inverses are by elimination without a search for pivots; the gates of elimination have n^2 - n negations.",
        ),
    )


def _far() -> str:
    """Return where the recursion down to entries begins to pay, by the recurrences."""
    starts = []
    for name, (place, what) in product(SUMS, enumerate(("value", "with gradient"))):
        keys = [(n, each, 1) for n in POWERS for each in ("naive", name)]
        starts.append(f"{name}, {what} {first_below({key: expected(*key)[place] for key in keys}, name)}")
    return "; ".join(starts)


def _keys(n: int, least: int) -> Iterator[Key]:
    yield n, "naive", n
    for name in SUMS:
        yield from ((n, name, each) for each in {1: 0, least: 0} if n >= 2 * each and (n <= WHOLE_TO or each == least))


def _priced(n: int, name: str, least: int) -> Priced:
    if n <= CERTIFIED_TO:
        return certified(form(FORMS[0], PRODUCTS[name], n, least), "plain", shapes=shapes(FORMS[0], n))
    return _counted(n, name, least, chain_rule=n <= PROVED_TO or name == "Strassen")


def _counted(n: int, name: str, least: int, *, chain_rule: bool = False) -> Priced:
    return counted(trace(form(FORMS[0], PRODUCTS[name], n, least), *shapes(FORMS[0], n)), chain_rule=chain_rule)


def _products(found: Found) -> Table:
    columns = (
        "n",
        "product",
        "to halves of",
        "L",
        "T",
        "T / L",
        "bound (*)",
        "4L",
        "products in L",
        "in T",
        "in T / L",
    )
    rows: list[tuple[Cell, ...]] = []
    for (n, name, least), each in found.items():
        one, two = each.price.nonscalar_value, each.price.nonscalar_total
        counts = each.value_gates, each.total_gates, round(each.ratio, 3), each.price.bound, 4 * each.value_gates
        rows.append((n, name, "" if name == "naive" else least, *counts, one, two, round(two / one, 3), each.proved))
    return Table("trace(ABC) of n x n matrices, every entry an input (plain)", (*columns, "proved"), tuple(rows))


def _forms(sizes: Sequence[int]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for n, which, name in product(sizes, FORMS, PRODUCTS):
        if n <= CERTIFIED_TO:
            function, taken = form(which, PRODUCTS[name], n, 1), shapes(which, n)
            plain, few = certified(function, "plain", shapes=taken), certified(function, shapes=taken)
            rows.append(
                (
                    n,
                    which,
                    name,
                    plain.value_gates,
                    plain.total_gates,
                    round(plain.ratio, 3),
                    few.value_gates,
                    few.total_gates,
                    few.proved,
                )
            )
    columns = ("n", "form", "product", "L plain", "T plain", "T / L", "L fewest", "T fewest", "proved")
    return Table("Two forms, and what `fewest` makes of them (recursion down to entries)", columns, tuple(rows))


def _steps(even: Found) -> Table:
    rows = []
    for n in sorted({n for n, *_ in even}):
        each = [even[n, name, n // 2] for name in PRODUCTS]
        rows.append((n, *(one.value_gates for one in each), *(one.total_gates for one in each)))
    columns = ("n", *(f"{count} {name}" for count in "LT" for name in PRODUCTS))
    return Table("trace(ABC) with one step of recursion at every even n (text counted)", columns, tuple(rows))


def _plots(found: Found, stepped: Found, least: int) -> tuple[Plot, ...]:
    """Draw T, and T and L over those of the naive product: they cross 1 where the faster algorithm begins to pay."""
    gates: dict[str, list[tuple[float, float]]] = {}
    beside: dict[str, list[tuple[float, float]]] = {}
    step: dict[str, list[tuple[float, float]]] = {}
    for (n, name, until), each in found.items():
        label = name if name == "naive" else f"{name}, to {until}"
        gates.setdefault(label, []).append((n, each.total_gates))
        if name != "naive":
            beside.setdefault(label, []).append((n, each.total_gates / found[n, "naive", n].total_gates))
    for name, until in product(SUMS, dict.fromkeys((least, 1))):
        far = [n for n in POWERS if n >= 2 * until]
        shares = [expected(n, name, until)[1] / expected(n, "naive", n)[1] for n in far]
        beside[f"{name}, to {until} (theory)"] = list(zip(map(float, far), shares, strict=True))
    for (n, name, _), each in stepped.items():
        naive = stepped[n, "naive", n // 2]
        if name != "naive":
            step.setdefault(f"{name}, value", []).append((n, each.value_gates / naive.value_gates))
            step.setdefault(f"{name}, with gradient", []).append((n, each.total_gates / naive.total_gates))
    return (
        Plot("Gates of value and gradient of trace(ABC)", "n", "T", dict(gates)),
        Plot("T over that through the naive product", "n", "T / T naive", dict(beside)),
        Plot("One step of recursion, over naive", "n", "gates / gates naive", dict(step), scale="linear"),
    )


SYSTEM = System(
    "matmul",
    measure,
    {"sizes": (2, 4, 8, 16, 32, 64), "least": 8, "even": 20, "inverses": (2, 3, 4, 6, 8, 12, 16)},
    {"sizes": (2, 4, 16), "least": 8, "even": 16, "inverses": (2, 4)},
    (
        click.Option(["--n", "sizes"], multiple=True, type=click.IntRange(2), help="Rows of the matrices."),
        click.Option(["--least"], type=click.IntRange(1), help="Rows that a half keeps, at least."),
        click.Option(
            ["--even"], type=click.IntRange(4), help="Try one step of recursion at even sizes up to this one."
        ),
        click.Option(["--inverse", "inverses"], multiple=True, type=click.IntRange(2), help="Rows to be inverted."),
    ),
)
