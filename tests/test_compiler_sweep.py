"""The reverse sweep: the price of every row, the exact bound on random circuits, forward duals modulo a prime."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import circuit.ops
import circuit.text
import compiler.scaled
import compiler.sweep
from circuit import OPS, Builder, Circuit, parse
from circuit.ops import CODE, CONSTANT, FIRST_GATE
from compiler import NotCertified, compile_gradient, gradient
from compiler.sweep import active, cost, differentiate
from verify import certify

PRIME = 2**61 - 1
ARITHMETIC = ("add", "sub", "mul", "div")


@pytest.mark.parametrize("name", OPS)
def test_a_row_keeps_the_factor_of_the_theorem(name: str) -> None:
    assert cost(name) <= (7 if name == "atan2" else 5)


def random_circuit(rng: random.Random, gates: int) -> Circuit:
    """Build a live circuit over + - * / and neg with up to three inputs, two parameters and constants."""
    builder = Builder()
    inputs = [builder.input(f"x{place}") for place in range(rng.randint(1, 3))]
    parameters = [builder.input(f"p{place}") for place in range(rng.randint(0, 2))]
    pool = [*inputs, *parameters, *(builder.constant(rng.choice((2, 3, 5, 7))) for _ in range(rng.randint(0, 2)))]
    for _ in range(gates):
        recent = pool[-6:] if rng.random() < 0.7 else pool
        name = rng.choice((*ARITHMETIC, *ARITHMETIC, "neg"))
        a, b = rng.choice(recent), rng.choice(pool)
        if name == "div" and builder.exact(b) == 0:
            name = "mul"
        pool.append(builder.gate(CODE[name], a) if name == "neg" else builder.gate(CODE[name], a, b))
    return builder.build([pool[-1]], inputs, parameters)


def weight(c: Circuit, node: int, live: bytearray, receives: bytearray) -> int:
    """Return w(g): the gate, its contributions, and the additions that collect them."""
    if not (live[node] and receives[node]):
        return 1
    name, operands = c.name_of(node), c.operands(node)
    if name == "neg":
        return 1
    left, right = (bool(live[each]) for each in operands)
    if name in ("add", "sub"):
        return 2 if left and right else 1
    if name == "mul":
        if operands[0] == operands[1]:
            return 3
        return 4 if left and right else 2
    return 4 if left and right else (2 if left else 3)


def exact_bound(c: Circuit, whole: Circuit) -> int:
    """Return (*) of the theory for a circuit over + - * / and neg, computed here and not by verify."""
    live, output = active(c), c.outputs[0]
    gates = [node for node in range(len(c)) if c.op[node] >= FIRST_GATE and c.varies[node]]
    if not live[output]:
        return len(gates)
    receives = bytearray(len(c))
    receives[output] = 1
    for node in range(len(c) - 1, -1, -1):
        for each in c.operands(node) if receives[node] else ():
            receives[each] |= live[each]
    occurring = sum(receives[: len(c.differentiated)])
    value = bytearray(len(whole))
    value[whole.outputs[0]] = 1
    for node in range(len(whole) - 1, -1, -1):
        for each in whole.operands(node) if value[node] else ():
            value[each] = 1
    negative = {each for each in whole.outputs[1:] if whole.op[each] == CODE["neg"] and not value[each]}
    return sum(weight(c, node, live, receives) for node in gates) - occurring + 1 + len(negative)


class NoResult(Exception):
    """A division by 0 mod p."""


def duals(c: Circuit, point: list[int], direction: int) -> tuple[int, int]:
    """Return value and derivative by one input, forward, modulo the prime."""
    values: list[int] = []
    slopes: list[int] = []
    for node, code, operands in c.nodes():
        if code < FIRST_GATE:
            constant = c.value_of(node) if code == CONSTANT else None
            assert not isinstance(constant, str)
            exact = point[node] if constant is None else constant.numerator * pow(constant.denominator, -1, PRIME)
            values.append(exact % PRIME)
            slopes.append(int(node == direction))
            continue
        a, b = operands[0], operands[-1]
        u, v, du, dv = values[a], values[b], slopes[a], slopes[b]
        name = c.name_of(node)
        if name == "add":
            w, dw = u + v, du + dv
        elif name == "sub":
            w, dw = u - v, du - dv
        elif name == "mul":
            w, dw = u * v, u * dv + v * du
        elif name == "neg":
            w, dw = -u, -du
        else:
            if v == 0:
                raise NoResult
            inverse = pow(v, -1, PRIME)
            w = u * inverse
            dw = (du - w * dv) * inverse
        values.append(w % PRIME)
        slopes.append(dw % PRIME)
    return values[c.outputs[0]], slopes[c.outputs[0]]


def agrees(c: Circuit, rng: random.Random) -> bool:
    """Compare the sweep with forward duals at a random point; False if the point is a pole of the formula."""
    whole = gradient(c)
    point = [rng.randrange(1, PRIME) for _ in c.inputs]
    try:
        forward = [duals(c, point, place) for place in range(len(c.differentiated))]
    except NoResult:
        return False
    found = whole.evaluate(dict(zip(c.inputs, point, strict=True)), modulus=PRIME)
    assert isinstance(found, tuple)
    assert list(found) == [forward[0][0], *(slope for _, slope in forward)]
    return True


def test_the_exact_bound_on_20_000_random_circuits() -> None:
    rng = random.Random(1983)
    for _ in range(20_000):
        c = random_circuit(rng, rng.randint(1, 14))
        total, length = gradient(c).gate_count, c.gate_count
        signs_only = differentiate(c, coefficients=False).circuit
        assert total <= exact_bound(c, gradient(c)), c.to_json()
        assert signs_only.gate_count <= exact_bound(c, signs_only), c.to_json()
        assert total <= 4 * length, c.to_json()


def test_a_random_gradient_is_what_forward_duals_say() -> None:
    rng = random.Random(1988)
    checked = sum(agrees(random_circuit(rng, rng.randint(1, 20)), rng) for _ in range(2_000))
    assert checked > 1_500


def test_random_programs_are_certified() -> None:
    rng = random.Random(2008)
    for _ in range(200):
        c = random_circuit(rng, rng.randint(1, 12))
        if not agrees(c, rng):
            continue  # a divisor is 0 everywhere
        answer = compile_gradient(c).certificate
        assert answer.accepted, answer.text
        assert answer.total_gates <= answer.bound
        assert answer.total_gates <= 4 * answer.value_gates


def rejected(formula: str) -> bool:
    """Say whether a formula compiled by broken rules is caught."""
    try:
        return not compile_gradient(formula, effort="plain").certificate.accepted
    except NotCertified:
        return True


def put(monkeypatch: pytest.MonkeyPatch, name: str, **changes: Any) -> None:
    """Put another row into the table, wherever it is looked up."""
    row = replace(OPS[name], **changes)
    rows = tuple(row if each is not None and each.name == name else each for each in circuit.ops.ROWS)
    monkeypatch.setitem(OPS, name, row)
    for module in ("circuit.ops", "compiler.sweep", "compiler.emit"):
        monkeypatch.setattr(f"{module}.ROWS", rows)


PULLS: list[tuple[str, Callable[..., Any], str]] = [
    ("mul", lambda b, z, x, y: (b * x, b * y), "x*y"),
    ("sub", lambda b, z, x, y: (b, b), "x - y*y"),
    ("div", lambda b, z, x, y: (b / y, b / y * z), "x/y"),
    ("sin", lambda b, z, x: (b * z,), "sin(x)"),
    ("exp", lambda b, z, x: (b * x,), "exp(x)"),
    ("cosh", lambda b, z, x: (-(b * circuit.ops.sinh(x)),), "cosh(x)"),
]


@pytest.mark.parametrize(("name", "pull", "formula"), PULLS, ids=[row[0] for row in PULLS])
def test_a_broken_row_is_rejected(
    monkeypatch: pytest.MonkeyPatch, name: str, pull: Callable[..., Any], formula: str
) -> None:
    assert not rejected(formula)
    put(monkeypatch, name, pull=pull)
    assert rejected(formula)


def test_a_broken_parser_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(circuit.text.BINARY, "-", "add")
    assert rejected("x*x - y")


def test_a_broken_precedence_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(circuit.text.PRECEDENCE, "mul", 1)
    assert rejected("x + x*y")


def test_a_broken_text_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "sub", text="{1} - {0}")
    assert rejected("x - y*y")


def test_a_broken_sweep_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(self: compiler.sweep.Sweep, terms: Any) -> compiler.scaled.Scaled:
        kept: compiler.scaled.Scaled = list(terms)[-1]
        return kept

    monkeypatch.setattr(compiler.sweep.Sweep, "total", lost)
    assert rejected("x*x + x/y")


def test_a_forged_program_is_rejected() -> None:
    source = compile_gradient("x*y + x/y").source
    assert certify(source, "x*y + x/y").accepted
    assert not certify(source, "x*y - x/y").accepted
    assert not certify(source.replace(" + ", " - "), "x*y + x/y").accepted
    assert parse("x*y + x/y").gate_count == 3


def too_long_to_carry(sign: str) -> str:
    """Return a formula whose derivative is 1 + or - 3 times a constant of over 256 bits."""
    rng, long = random.Random(1), ["x", "x"]
    for place in (0,) * 6 + (1,) * 6:
        long[place] = f"{rng.uniform(0.1, 3):.17f}*({long[place]})"
    return f"x + {sign}3*({long[0]} + {long[1]})"


@pytest.mark.parametrize("sign", ["", "-"])
def test_the_factor_of_a_constant_too_long_to_carry_is_kept(sign: str) -> None:
    formula = too_long_to_carry(sign)
    assert compile_gradient(formula, effort="plain").certificate.verdict == "CERTIFIED"
