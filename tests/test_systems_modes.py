"""The modes: counts of the product of n numbers are those on paper, and the verdicts follow from the exponents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.systems.modes.count import CASES, Modes, by_symbols, modes_of, specialised
from benchmarks.systems.modes.system import jacobian_modes, verdicts
from circuit import trace


@pytest.mark.parametrize("n", [4, 9, 20])
def test_the_modes_of_a_product_cost_what_one_counts_on_paper(n: int) -> None:
    found = modes_of(CASES["product"], n, symbolic=True)
    assert (found.P, found.N, found.accepted) == (n, n - 1, True)
    assert found.reverse == 3 * (n - 1) - 2  # value; prefix times suffix, and the suffixes themselves
    assert found.forward == n * 4 * (n - 1)  # each product: the value, x'y + xy'
    # pass i: the value; the tangent of x1*...*xi is the prefix (or the other factor), then n - i products
    assert found.special == n * (n - 1) + 2 * (n - 2) + sum(n - i for i in range(3, n + 1))
    assert found.differences == n * (2 * (n - 1) + 4)
    assert found.symbolic == n * (n - 2)  # n factors, one left out


@pytest.mark.parametrize("name", list(CASES))
def test_modes_are_certified_and_ordered(name: str) -> None:
    case = CASES[name]
    found = modes_of(case, case.sizes[0], symbolic=False)
    assert found.accepted
    assert found.symbolic is None
    assert found.N < found.reverse < 5 * found.N < found.forward <= 5 * found.N * found.P
    assert found.N * found.P <= found.special < found.forward


@pytest.mark.parametrize("name", ["det", "mlp"])
def test_a_pass_for_one_input_ends_in_its_derivative(name: str) -> None:
    case = CASES[name]
    count = case.case.inputs(case.sizes[0])
    circuit = trace(case.case.function(case.sizes[0], np), (count,))
    for place in range(count):
        gates, accepted = specialised(circuit, place)
        assert accepted
        assert circuit.gate_count <= gates <= 5 * circuit.gate_count


def test_sympy_gives_each_partial_by_itself() -> None:
    case = replace(CASES["rosen"], sizes=(2,))
    # 100*(b - a^2)^2 + (1 - a)^2: by b 200*(b - a^2), by a -400*a*(b - a^2) - 2*(1 - a), in sympy's forms
    assert by_symbols(case, 2) <= 4 + 8


def made(name: str, P: int, N: int, **gates: int) -> Modes:
    return Modes(name, 0, P, N, 3 * (N + P), 4 * N * P, 2 * N * P, 2 * N * P, gates.get("symbolic"), accepted=True)


def test_a_verdict_follows_from_the_exponents() -> None:
    sizes = (10, 30, 100)
    right = [made(name, n, 2 * n, symbolic=n * n) for n in sizes for name in ("product", "det")]
    sparse = [made("rosen", n, 8 * n, symbolic=9 * n) for n in sizes]
    *modes, apart = verdicts([*right, *sparse])
    assert all(each.agrees for each in modes)
    assert not apart.agrees
    assert "two of the valleys" in apart.because
    quadratic = [replace(each, reverse=each.N * each.P) for each in right]
    assert not verdicts([*quadratic, *sparse])[0].agrees


def test_forward_mode_wins_where_inputs_are_few() -> None:
    table, found = jacobian_modes((2, 8, 32))
    assert [each.ours for each in found] == ["forward", "neither", "reverse"]
    assert all(each.agrees for each in found)
    assert all(row[-1] == "yes" for row in table.rows)
    assert all(int(str(row[3])) <= min(int(str(row[1])), int(str(row[2]))) for row in table.rows)
