"""What is known of the price of a gradient beside what was counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.systems.pricing import Priced
from benchmarks.systems.section import Compared
from benchmarks.systems.theorem.search import Recipe

Sized = dict[tuple[str, int], Priced]  # by name and size, or gates
CLOSED = {"product": (3, 2), "quotient": (4, 0), "ratios": (4, 0), "fibonacci": (4, 3), "dot": (1, 0)}  # T = aL - b
SHARED = "the first product, which value and gradient share, is one gate"


@dataclass(frozen=True, slots=True)
class Findings:
    """All prices: of families, random circuits by gates, all circuits by gates and whether all operations are in."""

    families: Sized
    fewest: Sized
    small: dict[tuple[int, bool], list[tuple[Recipe, Priced]]]
    random: dict[int, list[Priced]]
    climbed: dict[tuple[str, int], Recipe]
    searched: Sized
    exact: list[tuple[int, int]]  # T, and (*) less what is known beforehand

    @property
    def small_prices(self) -> list[Priced]:
        """The prices of all small circuits."""
        return [price for each in self.small.values() for _, price in each]

    @property
    def random_prices(self) -> list[Priced]:
        """The prices of all random circuits."""
        return [price for each in self.random.values() for price in each]


def compare(found: Findings) -> tuple[Compared, ...]:
    """Return the documents' bounds beside the dearest circuits that were found, each where it may fail."""
    return (*_bounds(found), *_attained(found), *_search(found))


def _bounds(found: Findings) -> Iterator[Compared]:
    groups = {
        "families": [*found.families.values(), *found.fewest.values()],
        "all small circuits": found.small_prices,
        "random circuits": found.random_prices,
        "circuits that the search found": [*found.searched.values()],
    }
    for what, prices in groups.items():
        count, worst = f"{len(prices):,}", max(price.ratio for price in prices)
        yield _claim(f"{what}, {count}: largest T / L", "<= 4 (Fischer & Warsitz 2000)", f"{worst:.4f}", worst <= 4)
        pairs = [(p.price.nonscalar_total, p.price.nonscalar_value) for p in prices]
        worst = max((total / value for total, value in pairs if value), default=0.0)
        none = all(total == 0 for total, value in pairs if not value)
        document = "<= 3 (Baur & Strassen 1983)"
        yield _claim(
            f"{what}, {count}: largest factor of nonscalar gates", document, f"{worst:.4f}", worst <= 3 and none
        )
        beyond = sum(price.total_gates > price.price.bound for price in prices)
        yield _claim(f"{what}, {count}: T beyond the exact price (*)", "0", f"{beyond}", beyond == 0)
    worst = max(price.ratio for prices in groups.values() for price in prices)
    document = "<= 5 (Morgenstern 1985, Kakade & Lee 2018)"
    yield _claim("f and its gradient as it is taught, largest T / L", document, f"{worst:.4f}", worst <= 5)


def _attained(found: Findings) -> Iterator[Compared]:
    """Yield that the bounds are met: nothing less is true of all circuits."""
    one = next((price for recipe, price in found.small[1, True] if recipe.shown == "x/y"))
    yield _claim("x / y: T, where four gates are least", "4", f"{one.total_gates}", one.total_gates == 4)
    met = sum(total == due for total, due in found.exact)
    what = "random circuits times a parameter, nothing shared, no coefficients: T = (*) - 1"
    yield _claim(what, f"{len(found.exact)}", f"{met}", met == len(found.exact))
    for name, (a, b) in CLOSED.items():
        prices = [price for (which, _), price in found.families.items() if which == name]
        less = sorted({a * price.value_gates - price.total_gates for price in prices})
        ours = ", ".join(_linear(a, each) for each in less)
        shared = SHARED if name == "fibonacci" and less == [b + 1] else ""
        yield Compared(f"family {name}: T", _linear(a, b), ours, less == [b], shared)
    dearer = sum(price.total_gates > found.families[key].total_gates for key, price in found.fewest.items())
    yield _claim("families in which `fewest` has more gates than the careful sweep", "0", f"{dearer}", dearer == 0)


def _linear(a: int, b: int) -> str:
    """Return aL - b as people write it."""
    return f"{a if a > 1 else ''}L{f' - {b}' if b else ''}"


def _search(found: Findings) -> Iterator[Compared]:
    """Yield the dearest circuits by operations: without quotients 4L - 3 is all, for (*) has 4L - n' + 1 at most.

    The last product passes its operands on (2 gates less), and two inputs, or one that is squared, cost another.
    """
    for (gates, _), each in found.small.items():
        whole = [price.total_gates for recipe, price in each if not recipe.divides]
        if gates > 1:
            yield _chain(f"all small circuits without /, {gates} gates", max(whole), 4 * gates - 3)
    for (name, gates), price in found.searched.items():
        less = 0 if "/" in name else 3
        yield _chain(f"search, {name}, {gates} gates", price.total_gates, 4 * gates - less)


def _chain(what: str, total: int, most: int) -> Compared:
    return _claim(f"{what}: largest T", f"<= {most}, of a chain", f"{total}", total <= most)


def _claim(what: str, document: str, ours: str, agrees: bool) -> Compared:
    """Compare what must agree: where it does not, no reason is given, which the tests reject."""
    return Compared(what, document, ours, agrees)
