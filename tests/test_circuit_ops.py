"""The table of gates, row by row: a new row is tested by existing."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import mpmath
import pytest

from circuit import OPS, Builder
from circuit.ops import ARITY, CODE, COMMUTES, ROWS
from circuit.sharing import SharingBuilder
from circuit.wire import wire

# what mpmath calls otherwise, or lacks: definitions of its own
MEANING: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "abs": lambda x: mpmath.sqrt(x * x),
    "log1p": lambda x: mpmath.log(1 + x),
    "expm1": lambda x: mpmath.exp(x) - 1,
    "pow": lambda x, c: mpmath.exp(c * mpmath.log(x)),
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "trunc": lambda x: mpmath.sign(x) * mpmath.floor(abs(x)),
    "relu": lambda x: (x + abs(x)) / 2,
    "max": lambda x, y: (x + y + abs(x - y)) / 2,
    "min": lambda x, y: (x + y - abs(x - y)) / 2,
    "select": lambda c, x, y: x if c else y,
    "gt": lambda x, y: int(x > y),
    "ge": lambda x, y: int(x >= y),
    "lt": lambda x, y: int(x < y),
    "le": lambda x, y: int(x <= y),
    "eq": lambda x, y: int(x == y),
    "ne": lambda x, y: int(x != y),
}
every_row = pytest.mark.parametrize("name", OPS)


def points(name: str) -> list[list[float]]:
    row, draw = OPS[name], random.Random(name)
    return [[draw.uniform(*row.domain_of(slot)) for slot in range(row.arity)] for _ in range(8)]


def meaning(name: str, operands: list[float]) -> Any:
    with mpmath.workdps(50):
        function = MEANING.get(name) or getattr(mpmath, name)
        return +function(*(mpmath.mpf(each) for each in operands))


def agree(got: Any, expected: Any) -> bool:
    return bool(abs(mpmath.mpf(float(got)) - expected) <= mpmath.mpf("1e-12") * abs(expected))


@every_row
def test_the_value_of_a_row_is_that_of_mathematics(name: str) -> None:
    for operands in points(name):
        assert agree(OPS[name].value(*operands), meaning(name, operands)), operands


@every_row
def test_a_circuit_of_one_gate_has_the_value_of_its_row(name: str) -> None:
    builder = Builder()
    nodes = [builder.input(f"x{slot}") for slot in range(OPS[name].arity)]
    circuit = builder.build([builder.gate(CODE[name], *nodes)], nodes)
    assert circuit.gate_count == circuit.depth == 1
    for operands in points(name):
        value = circuit.evaluate(dict(zip(circuit.inputs, operands, strict=True)))
        assert agree(value, meaning(name, operands)), operands


@every_row
def test_arity_and_code_agree_with_the_text(name: str) -> None:
    row, code = OPS[name], CODE[name]
    assert ROWS[code] is row
    assert ARITY[code] == row.arity == max(int(slot) + 1 for slot in "012" if f"{{{slot}}}" in row.text)


@every_row
def test_only_what_commutes_is_shared_whatever_the_order(name: str) -> None:
    if OPS[name].arity != 2:
        assert not OPS[name].commutes
        return
    builder = SharingBuilder()
    x, y = builder.input("x"), builder.input("y")
    code = CODE[name]
    assert builder.gate(code, x, y) == builder.gate(code, x, y)
    assert (builder.gate(code, x, y) == builder.gate(code, y, x)) == COMMUTES[code]
    later = Builder()
    x, y = later.input("x"), later.input("y")
    gates = [later.gate(code, x, y), later.gate(code, x, y), later.gate(code, y, x)]
    first, second, turned = later.build(gates, [x, y]).outputs
    assert first == second
    assert (first == turned) == COMMUTES[code]
    same = all(meaning(name, operands) == meaning(name, operands[::-1]) for operands in points(name))
    assert same == (COMMUTES[code])


@every_row
def test_a_pull_back_sends_one_contribution_for_each_operand(name: str) -> None:
    builder = Builder()
    row = OPS[name]
    wires = [wire(builder, builder.input(f"x{slot}")) for slot in range(row.arity)]
    z_bar = wire(builder, builder.input("z_bar"))
    if name == "pow":
        wires[1] = z_bar.constant(1.5)
    z = wires[0].gate(name, *wires)
    assert len(row.pull(z_bar, z, *wires)) == row.arity


def derivatives(name: str, operands: list[float]) -> list[Any]:
    with mpmath.workdps(50):
        function = MEANING.get(name) or getattr(mpmath, name)
        order = range(len(operands))
        return [mpmath.diff(function, tuple(operands), tuple(int(k == slot) for k in order)) for slot in order]


@pytest.mark.parametrize("name", [name for name in OPS if OPS[name].arity < 3 and not OPS[name].kink])
def test_a_pull_back_is_the_derivative(name: str) -> None:
    row = OPS[name]
    for operands in points(name):
        builder = Builder()
        wires = [wire(builder, builder.input(f"x{slot}")) for slot in range(row.arity)]
        inputs = [each.node for each in wires]
        if name == "pow":
            wires[1] = wires[0].constant(operands[1])
        one = wires[0].constant(1)
        contributions = row.pull(one, wires[0].gate(name, *wires), *wires)
        for expected, contribution in zip(derivatives(name, operands), contributions, strict=True):
            if contribution is None:
                continue
            circuit = builder.build([contribution.node], inputs)
            value = circuit.evaluate(dict(zip(circuit.inputs, operands, strict=True)))
            assert abs(value - expected) <= 1e-11 * abs(expected), operands
