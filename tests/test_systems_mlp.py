"""The textbook's backprop is right by differences, what compares it with ours sees a slip, counts are the text's."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import mpmath
import pytest

from benchmarks.systems.mlp import backprop as mlp_backprop
from benchmarks.systems.mlp import transfers as mlp_transfers
from benchmarks.systems.mlp.backprop import DERIVATIVES, backprop
from benchmarks.systems.mlp.claims import Compiled, Findings, compare
from benchmarks.systems.mlp.exact import PRIME, digits, equal_digits, equal_exactly, residues
from benchmarks.systems.mlp.networks import HEADS, TRANSFERS, Network
from benchmarks.systems.pricing import certified, counted, of_text
from circuit import OPS, Builder, trace
from circuit.evaluate import evaluate
from circuit.ops import CODE
from compiler import compile_gradient
from compiler.emit import emit
from compiler.sweep import gradient

KINDS = [*product(TRANSFERS, HEADS, (True, False))]
SIZES = (2, 3, 2)
STEP = mpmath.mpf(10) ** -20


def by_hand(network: Network, point: dict[str, Any]) -> Any:
    """Return the loss at a point, from mpmath and lists alone."""
    h = {
        "tanh": mpmath.tanh,
        "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
        "relu": lambda a: max(a, mpmath.mpf(0)),
        "softplus": lambda a: mpmath.log(1 + mpmath.exp(a)),
    }
    place, signals = 0, [point[f"arrays_{len(network.shapes) - 2}_{i}"] for i in range(network.sizes[0])]
    for layer, (below, above) in enumerate(zip(network.sizes, network.sizes[1:], strict=False), 1):
        sums = [sum(point[f"arrays_{place}_{i}_{j}"] * signals[j] for j in range(below)) for i in range(above)]
        place += 1
        if network.biased:
            sums = [each + point[f"arrays_{place}_{i}"] for i, each in enumerate(sums)]
            place += 1
        name = network.transfer if layer < len(network.sizes) - 1 else "sigmoid" if "sigmoid," in network.head else ""
        signals = [h[name](each) if name else each for each in sums]
    target = [point[f"arrays_{len(network.shapes) - 1}_{i}"] for i in range(network.sizes[-1])]
    if "entropy" in network.head:
        return mpmath.log(sum(map(mpmath.exp, signals))) - sum(t * a for t, a in zip(target, signals, strict=True))
    return sum((a - t) ** 2 for t, a in zip(target, signals, strict=True)) / 2


@pytest.mark.parametrize(("transfer", "head", "biased"), KINDS)
def test_the_textbook_recursion_is_the_gradient_by_differences(transfer: str, head: str, biased: bool) -> None:
    network = Network(SIZES, transfer, head, biased)
    circuit = backprop(network)
    random = Random(f"{transfer} {head}")
    with mpmath.workdps(60):
        point = {name: mpmath.mpf(random.uniform(-1, 1)) for name in circuit.inputs}
        value, *found = evaluate(circuit, point, functions=digits(), constant=lambda c: mpmath.mpf(int(c)))  # 1, 2 or 0
        assert abs(value - by_hand(network, point)) < 1e-50
        assert len(found) == network.weights + biased * sum(SIZES[1:])
        for name, derivative in zip(circuit.inputs, found, strict=False):
            above, below = ({**point, name: point[name] + step} for step in (STEP, -STEP))
            slope = (by_hand(network, above) - by_hand(network, below)) / (2 * STEP)
            assert abs(derivative - slope) < 1e-30, name


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_a_slip_in_the_recursion_is_seen(transfer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(SIZES, transfer)
    right = gradient(trace(network.loss, *network.shapes, wrt=list(network.trained)))
    assert equal_exactly(right, backprop(network), Random(1))
    assert equal_digits(right, backprop(network), Random(1))
    slip = {"tanh": lambda a, z: 1 - z, "sigmoid": lambda a, z: z * (1 + z)}.get(transfer, lambda a, z: z)
    monkeypatch.setitem(DERIVATIVES, transfer, slip)
    assert not equal_exactly(right, backprop(network), Random(1))
    assert not equal_digits(right, backprop(network), Random(1))


def test_a_sum_that_is_too_short_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(SIZES, "softplus", HEADS[2])
    right = gradient(trace(network.loss, *network.shapes, wrt=list(network.trained)))
    monkeypatch.setattr(mlp_backprop, "sum_of", lambda terms: terms[0])
    assert not equal_exactly(right, backprop(network), Random(1))


def test_residues_keep_the_identities_of_the_functions() -> None:
    h = residues(b"key")
    for a in (1, 12345, PRIME - 7, PRIME // 2, PRIME // 2 + 1):
        t, c, s = h["tanh"](a), h["cosh"](a), h["sigmoid"](a)
        assert h["mul"](h["exp"](a), h["exp"](PRIME - a)) == 1
        assert h["sub"](1, h["mul"](t, t)) == h["div"](1, h["mul"](c, c))
        assert h["add"](s, h["sigmoid"](PRIME - a)) == 1
        assert h["relu"](a) == h["select"](h["gt"](a, 0), a, 0)
    assert h["exp"](1) != residues(b"other")["exp"](1)


@pytest.mark.parametrize("biased", [True, False])
def test_the_gates_of_the_sums_are_those_of_the_text(biased: bool) -> None:
    network = Network((3, 4, 2), "tanh", HEADS[0], biased)
    program = compile_gradient(network.loss, shapes=network.shapes, wrt=list(network.trained), effort="plain")
    value = program.source.split("# value:")[1].split("# gradient")[0]
    price = certified(network.loss, "plain", shapes=network.shapes, wrt=list(network.trained))
    found = Compiled(network, price, True, price, price, True, True)
    products = len(re.findall(r" = \w+ \* \w+\n", value)) - 2  # two squares of the error
    additions = len(re.findall(r" = \w+ \+ \w+\n", value)) - 1  # of the two squares
    assert (found.products, found.affine) == (products, products + additions)
    assert products == network.weights == 20
    assert additions == 20 - (0 if biased else 6)


def test_the_recursion_by_hand_has_as_many_gates_as_by_the_sweep() -> None:
    network = Network((3, 4, 4, 2), "tanh", HEADS[1])
    plain = counted(trace(network.loss, *network.shapes, wrt=list(network.trained)))
    assert of_text(emit(backprop(network))).total_gates == plain.total_gates


def test_every_gate_of_the_table_has_its_row_and_its_cost_is_that_of_a_text() -> None:
    rows = {each.name: each for each in mlp_transfers.rows()}
    assert {*rows} == {*OPS}
    for name, row in rows.items():
        if row.is_unary and row.with_adjoint > 1 and name != "neg":
            builder = Builder()
            x, s, t = map(builder.input, "xst")
            slots = (x, builder.constant(Fraction(3, 2)))[: OPS[name].arity]
            node = builder.gate(CODE["mul"], builder.gate(CODE[name], *slots), s)
            price = counted(builder.build([builder.gate(CODE["mul"], node, t)], [x], [s, t]))
            minus = name in ("cos", "acos")  # which is returned
            assert price.total_gates == row.with_adjoint + 3 + minus, name  # two products, and the adjoint s*t


def test_random_circuits_over_the_table_repeat() -> None:
    first, second = (mlp_transfers.random_prices(Random(3), 20, 10) for _ in range(2))
    assert first == second
    assert all(each.kept for each in first)


def test_claims_fail_where_a_figure_is_wrong() -> None:
    def compiled(kind: tuple[str, str, bool]) -> Compiled:
        network = Network(SIZES, *kind)
        price = counted(trace(network.loss, *network.shapes, wrt=list(network.trained)))
        return Compiled(network, of_text(emit(backprop(network))), True, price, price, True, True)

    def failed(found: Findings) -> set[str]:
        return {each.what for each in compare(found) if not each.agrees and not each.because}

    every = [compiled(kind) for kind in KINDS if kind[1] != HEADS[2]]
    grown = [(every[0].network, every[0].plain)]
    found = Findings(every, grown, grown, mlp_transfers.rows(), [every[0].plain])
    assert failed(found) == set()
    broken = [replace(every[0], equal_exactly=False), *every[1:]]
    assert len(failed(replace(found, compiled=broken))) == 1
    dear = [replace(every[0], by_hand_accepted=False), *every[1:]]
    assert len(failed(replace(found, compiled=dear))) == 1
    assert failed(replace(found, compiled=[replace(each, few=each.plain, plain=grown[0][1]) for each in every]))
