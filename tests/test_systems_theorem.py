"""The circuits of a search are all there, are what they say, and what is claimed of their gradients may fail."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from fractions import Fraction
from functools import reduce
from itertools import permutations, product
from random import Random
from typing import Any

import numpy as np
import pytest

from benchmarks.systems.pricing import counted
from benchmarks.systems.theorem.claims import Findings, compare
from benchmarks.systems.theorem.exact import exact_prices
from benchmarks.systems.theorem.families import SHOWN, matrices, powers, spectrum
from benchmarks.systems.theorem.search import OPERATIONS, Recipe, climb, drawn, every, has_value
from circuit import trace

COMMUTES = {"add", "mul"}
Term = Any  # a name, or (operation, operands): a tuple, or a frozenset of the two where their order is nothing


def terms(gates: int, names: tuple[str, ...]) -> Iterator[Term]:
    """Yield every term that is computed with so many different gates, by adding a gate to those of one gate fewer."""
    lists: set[tuple[Term, ...]] = {()}
    for _ in range(gates):
        lists = {(*done, new) for done in lists for new in grown((*names, "3", *done)) if new not in done}
    for done in lists:
        if inside(done[-1]) == {*done}:
            yield done[-1]


def grown(nodes: tuple[Term, ...]) -> Iterator[Term]:
    for operation, a, b in product(OPERATIONS, nodes, nodes):
        if operation == "neg":
            if a != "3" and a[0] != "neg":
                yield "neg", a
        elif not a == b == "3":
            yield operation, (frozenset((a, b)) if operation in COMMUTES else (a, b))


def inside(term: Term) -> set[Term]:
    if isinstance(term, str):
        return set()
    operands = term[1]
    several = operands if isinstance(operands, frozenset) or (term[0] != "neg") else (operands,)
    return {term}.union(*map(inside, several))


def renamed(term: Term, names: dict[str, str]) -> Term:
    if isinstance(term, str):
        return names.get(term, term)
    operation, operands = term
    if operation == "neg":
        return operation, renamed(operands, names)
    return operation, type(operands)(renamed(each, names) for each in operands)


@pytest.mark.parametrize("gates", [1, 2])
def test_every_small_circuit_is_there_once(gates: int) -> None:
    names = ("a", "b", "c")[: gates + 1]
    classes = {
        frozenset(renamed(term, dict(zip(names, each, strict=True))) for each in permutations(names))
        for term in terms(gates, names)
    }
    found = list(every(gates))
    assert len(found) == len(classes)
    assert len({recipe.shown for recipe in found}) == len(found)
    assert all(recipe.circuit().gate_count == gates for recipe in found)


def test_small_circuits_by_hand() -> None:
    products = {recipe.shown for recipe in every(2, ("mul",), held=False)}
    assert products == {"(x*x)*x", "(x*x)*y", "(x*y)*x", "(x*y)*z", "(x*x)*(x*x)", "(x*y)*(x*y)"}


def test_a_recipe_is_its_formula() -> None:
    recipe = Recipe(2, (("div", 0, 1), ("sub", 3, 2), ("neg", 4, 4), ("mul", 4, 5)))
    assert recipe.formula("xy") == "(((x/y)-3)*(-((x/y)-3)))"
    assert recipe.kinds == {"/": 1, "-": 2, "*": 1}
    assert recipe.divides
    value = recipe.circuit().evaluate(x0=Fraction(7), x1=Fraction(2))
    assert value == -Fraction(1, 4)


def test_a_search_finds_what_is_known_to_be_dearest() -> None:
    for operations, due in ((("mul", "add", "sub"), 4 * 5 - 3), (("div", "mul", "add", "sub"), 4 * 5)):
        recipe = climb(Random(1983), 5, operations, 2, 600)
        assert counted(recipe.circuit()).total_gates == due
        assert climb(Random(1983), 5, operations, 2, 600) == recipe


def test_random_circuits_repeat_and_some_have_no_value() -> None:
    assert drawn(Random(1), 3, 20) == drawn(Random(1), 3, 20)
    assert len(drawn(Random(1), 3, 20).gates) == 20
    assert not has_value(Random(1), Recipe(1, (("sub", 0, 0), ("div", 0, 2))).circuit())
    assert has_value(Random(1), Recipe(1, (("div", 0, 0),)).circuit())


def test_with_nothing_shared_the_price_is_exact() -> None:
    found = exact_prices(Random(7), 100)
    assert len(found) == 100
    assert all(total == due for total, due in found)


def test_families_are_what_they_are_called() -> None:
    random = Random(5)
    x = [Fraction(random.randint(-9, 9), 7) for _ in range(27)]
    assert powers(5, x[:5]) == sum(each**5 for each in x[:5])
    blocks = [np.array(x[start : start + 9]).reshape(3, 3) for start in (0, 9, 18)]
    assert matrices(3, x) == np.trace(reduce(operator.matmul, blocks))


@pytest.mark.parametrize("n", [1, 2, 4, 8, 16])
def test_the_spectrum_is_that_of_the_transform(n: int) -> None:
    random = Random(n)
    real, imaginary, weights = (np.array([random.uniform(-1, 1) for _ in range(n)]) for _ in range(3))
    wanted = sum(weights * abs(np.fft.fft(real + 1j * imaginary)) ** 2)
    assert spectrum(n, [*real, *imaginary, *weights]) == pytest.approx(wanted, rel=1e-12)


def findings(**changed: Any) -> Findings:
    family = SHOWN["ratios"]
    price = counted(trace(family.function(10), (2,)))
    small = {(gates, True): [(each, counted(each.circuit())) for each in every(gates)] for gates in (1, 2)}
    recipe = next(iter(every(1)))
    fields: dict[str, Any] = {
        "families": {(name, 10): price for name in ("product", "quotient", "ratios", "fibonacci", "dot")},
        "fewest": {("ratios", 10): price},
        "small": small,
        "random": {5: [price]},
        "climbed": {("+ - * /", 10): recipe},
        "searched": {("+ - * /", 10): price},
        "exact": [(4, 4)],
    }
    return Findings(**{**fields, **changed})


def test_claims_fail_where_a_bound_is_broken() -> None:
    def failed(found: Findings) -> set[str]:
        return {each.what for each in compare(found) if not each.agrees}

    assert failed(findings()) == {"family product: T", "family fibonacci: T", "family dot: T"}  # they are the ratios
    dear = counted(trace(SHOWN["ratios"].function(11), (2,)))
    more = failed(findings(searched={("+ - * /", 10): dear})) - failed(findings())
    assert more == {"search, + - * /, 10 gates: largest T"}
    assert failed(findings(exact=[(4, 4), (3, 4)])) - failed(findings())
