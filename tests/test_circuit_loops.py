"""The loops of `Builder.build` give the same circuit compiled, as plain Python, and where numba is absent."""

from __future__ import annotations

import copy
import random
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from circuit import Circuit, jit, native, parse, trace
from tests.mutants import NAMES, random_formula

Patch = pytest.MonkeyPatch


def plain(patch: Patch) -> None:
    patch.setattr(jit, "LOADED", sys.maxsize)
    patch.setattr(jit, "LARGE", sys.maxsize)


def compiled(patch: Patch) -> None:
    pytest.importorskip("numba")
    patch.setattr(jit, "LOADED", 0)
    patch.setattr(jit, "LARGE", 0)


def absent(patch: Patch) -> None:
    patch.setattr(jit, "LOADED", 0)
    patch.setattr(jit, "LARGE", 0)
    patch.setattr(jit, "find_spec", lambda name: None)


def tables(x: Any) -> Any:
    """Return a function with gates that are equal, that commute, that are dead, that choose, and that are constant."""
    dead = np.sin(x[0]) * 3
    products = [x[i] * x[j] for i in range(3) for j in range(3)]
    chosen = np.where(x[1] > x[2], np.maximum(x[0], x[1]), np.maximum(x[1], x[0]))
    again = np.where(x[1] > x[2], np.maximum(x[0], x[1]), x[0])
    assert dead is not chosen
    return sum(products) + chosen * np.exp(x[0] / 3) + again / (np.sqrt(np.pi * (x[0] * 0 + 2)) + x[1]) - -x[2] * 0.1


def circuits() -> list[Circuit]:
    rng = random.Random(5)
    formulas = [random_formula(rng) for _ in range(60)]
    found = [trace(tables, (3,))]
    for formula in formulas:
        try:
            found.append(parse(formula, NAMES[:3], NAMES[3:]))
        except ValueError:
            continue
    return found


@pytest.mark.parametrize("way", [compiled, absent])
def test_the_circuit_is_the_same(way: Callable[[Patch], None], monkeypatch: Patch) -> None:
    with monkeypatch.context() as patch:
        plain(patch)
        expected = [each.to_json() for each in circuits()]
    way(monkeypatch)
    assert [each.to_json() for each in circuits()] == expected


@pytest.mark.parametrize("way", [plain, compiled, absent])
def test_what_varies_depends_on_an_input(way: Callable[[Patch], None], monkeypatch: Patch) -> None:
    way(monkeypatch)
    for circuit in circuits():
        flags: list[bool] = []
        for _, code, operands in circuit.nodes():
            flags.append(code == 0 or any(flags[each] for each in operands))
        anew = copy.copy(circuit)  # which knows nothing yet
        assert "varies" not in vars(anew)
        assert circuit.varies == anew.varies == bytes(flags)
        assert (
            circuit.gate_count
            == anew.gate_count
            == sum(flag and code > 1 for flag, code in zip(flags, circuit.op, strict=True))
        )


def test_no_two_nodes_are_the_same_gate() -> None:
    for circuit in circuits():
        gates = [(circuit.name_of(node), operands) for node, code, operands in circuit.nodes() if code > 1]
        alike = [
            (name, tuple(sorted(operands)) if name in ("add", "mul", "max", "min", "hypot", "eq", "ne") else operands)
            for name, operands in gates
        ]
        assert len(set(alike)) == len(alike)


def test_numba_is_not_imported_for_a_small_circuit() -> None:
    import subprocess

    work = "compile_gradient('x*y + x/y').source"
    code = f"import sys; from compiler import compile_gradient; {work}; print('numba' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "False\n"


def test_it_works_without_a_folder_for_the_cache(monkeypatch: Patch) -> None:
    def refused(function: Any) -> Any:
        raise RuntimeError("cannot cache function: no locator available")

    compiled(monkeypatch)
    monkeypatch.setattr(native, "_cache", refused)
    native.compiled.cache_clear()
    assert trace(tables, (3,)).gate_count == 28
    native.compiled.cache_clear()


class Grid(NamedTuple):
    numbers: Any
    rows: Any


def add_up(grid: Grid, place: int) -> int:
    return sum_of(grid, place) + len(grid.numbers) + len(grid.rows[0])


def sum_of(grid: Grid, place: int) -> int:
    grid.numbers[0] += 1
    total: int = grid.numbers[0] + grid.rows[1][place]
    return total


@pytest.mark.parametrize("marked", [False, True])
def test_a_named_tuple_is_handed_over_by_address_where_it_is_marked(marked: bool, monkeypatch: Patch) -> None:
    numba = pytest.importorskip("numba")
    kind = type("Grid", (Grid,), {})
    grid = kind(np.arange(5), np.arange(8, dtype=np.int32).reshape(2, 4))
    monkeypatch.setattr(native, "OURS", (*native.OURS, __name__))
    monkeypatch.setattr(native, "RECORDS", [kind] if marked else [])
    quick = native.compiled.__wrapped__(add_up)
    assert [quick(grid, place) for place in range(4)] == [14, 16, 18, 20]
    assert grid.numbers.tolist() == [4, 1, 2, 3, 4]
    assert isinstance(numba.typeof(grid), numba.types.NamedTuple) is not marked
