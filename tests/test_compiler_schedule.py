"""Schedules compute what the circuit does, in few registers, and never read what was overwritten."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest

from benchmarks.workloads import WORKLOADS
from circuit import Circuit, jit, parse, trace
from circuit.ops import OPS
from compiler.engines.interpreter import ARITY, NAMES, SUMS, VARIANTS, encode
from compiler.schedule import INSTRUCTIONS, Schedule, schedule
from compiler.sweep import gradient

FUSED: dict[str, Callable[..., Any]] = {
    "muladd": lambda a, b, c: a * b + c,
    "mulsub": lambda a, b, c: a * b - c,
    "submul": lambda a, b, c: c - a * b,
    "dotadd": lambda a, b, c, d: a * b + c * d,
    "dotsub": lambda a, b, c, d: a * b - c * d,
}


def run(found: Schedule, point: list[Fraction]) -> list[Fraction]:
    """Run a schedule over Fractions; what no instruction may read is None."""
    registers: list[Any] = [*point, *map(Fraction, found.constants)]
    registers += [None] * (found.registers - len(registers))
    fields = (found.code, found.a, found.b, found.c, found.d, found.target)
    readers: dict[int, int] = {}  # register -> last instruction that may read it
    for place, (code, *operands, target) in enumerate(zip(*fields, strict=True)):
        read = [each for each in operands if each >= 0]
        for each in read:
            assert readers.get(each, len(found)) >= place
        name = INSTRUCTIONS[code]
        function = FUSED.get(name) or OPS[name].value
        assert len(read) == ARITY[code]
        registers[target] = function(*(registers[each] for each in read))
        assert not found.inputs <= target < found.inputs + len(found.constants)
        readers[target] = found.last[place]
    assert all(readers.get(each, len(found)) == len(found) for each in found.outputs)
    return [registers[each] for each in found.outputs]


def workload(name: str) -> Circuit:
    """Return the gradient of a workload of about 100 gates."""
    found = WORKLOADS[name]
    return gradient(trace(found.function(found.sizes[0], np), (found.inputs(found.sizes[0]),)))


@pytest.mark.parametrize("name", ["speel", "rosen", "det"])
def test_a_schedule_computes_what_its_circuit_does(name: str) -> None:
    circuit = workload(name)
    random = Random(name)
    point = [Fraction(random.randrange(1, 9), random.randrange(1, 9)) for _ in circuit.inputs]
    expected = circuit.evaluate(dict(zip(circuit.inputs, point, strict=True)))
    assert run(schedule(circuit), point) == list(expected)


def test_a_sum_of_products_is_one_instruction() -> None:
    found = schedule(parse("x*y + z*w - (x*z - y)", ["x", "y", "z", "w"]))
    assert [INSTRUCTIONS[code] for code in found.code] == ["dotadd", "mulsub", "sub"]


def test_a_product_that_is_read_twice_stays() -> None:
    found = schedule(parse("(x*y + z)*(x*y)", ["x", "y", "z"]))
    assert [INSTRUCTIONS[code] for code in found.code] == ["mul", "add", "mul"]
    same = schedule(parse("x*y + x*y", ["x", "y"]))
    assert "mul" in [INSTRUCTIONS[code] for code in same.code]


def test_a_long_chain_needs_few_registers() -> None:
    circuit = parse("+".join(f"sin(x*{each})" for each in range(2, 200)), ["x"])
    assert schedule(circuit).registers <= 3 + len(schedule(circuit).constants)


def test_constants_are_computed_as_python_computes_their_lines() -> None:
    found = schedule(parse("x*(log(2) + pi) + 1/3", ["x"]))
    assert 1 / 3 in found.constants
    assert all(INSTRUCTIONS[code] not in ("log", "div") for code in found.code)


@pytest.mark.parametrize("name", sorted(WORKLOADS))
def test_compiled_loops_give_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    circuit = workload(name)
    monkeypatch.setattr(jit, "LOADED", 10**9)
    plain = schedule(circuit)
    monkeypatch.setattr(jit, "LOADED", 0)
    quick = schedule(circuit)
    assert all(getattr(plain, field) == getattr(quick, field) for field in Schedule.__slots__)


@pytest.mark.parametrize("name", sorted(WORKLOADS))
@pytest.mark.parametrize("forward", [True, False])
def test_words_are_the_schedule(name: str, forward: bool) -> None:
    """Read the words back: what a variant leaves out is the result just made, and of a sum each term but the first."""
    found = schedule(workload(name))
    rows = list(zip(found.code, found.a, found.b, found.c, found.d, found.target, strict=True))
    words, place, made, read, forwarded = encode(found, forward=forward).tolist(), 0, -1, 0, 0
    while words[place]:
        kind, slot = VARIANTS[words[place]]
        count = ARITY[kind] - bool(slot)
        operands = words[place + 1 : place + 1 + count]
        if slot:
            operands.insert("abcd".index(slot), made)
        forwarded += bool(slot)
        base, terms = SUMS.get(NAMES[kind], (NAMES[kind], 1))
        code, *first, target = rows[read]
        assert INSTRUCTIONS[code] == base
        first = [each for each in first if each >= 0]
        if base in ("sub", "div", "select"):
            assert operands == first
        assert sorted(operands[: len(first)]) == sorted(first)
        for term in range(1, terms):
            code, a, b, c, _, target = rows[read + term]
            assert INSTRUCTIONS[code] == base
            assert c == rows[read + term - 1][-1]
            assert operands[2 * term + 1 : 2 * term + 3] == [a, b]
        read, place = read + terms, place + count + 2
        assert words[place - 1] == target
        made = target
    assert words[place:] == [0]
    assert read == len(rows)
    assert forwarded > 0 if forward else forwarded == 0
