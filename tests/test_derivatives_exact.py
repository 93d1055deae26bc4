"""Products with Jacobians and Hessians, whole ones: exact modulo a prime against forward duals, and their prices."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from circuit import Circuit, parse
from circuit.errors import UnsupportedConstant
from circuit.ops import OPS
from circuit.several import parse_several
from compiler.derivatives import Sparse, hessian, hvp, jacobian, jvp, vjp
from compiler.derivatives.forward import along as along_one
from compiler.derivatives.live import gates_of
from compiler.sweep import differentiate
from tests.jets import PRIME, Field, NoValue, along, outputs, twice
from tests.random_circuits import random_circuit
from tests.test_derivatives_rows import formula_of

FIRST = ("x*x", "x/x", "x-x", "x+x")
CIRCUITS = 2_000


def names(letter: str, count: int) -> list[str]:
    return [f"{letter}{place}" for place in range(count)]


class Trial:
    """A circuit at a random point, along random directions; every method says whether a kind of program is right."""

    def __init__(self, circuit: Circuit, rng: random.Random) -> None:
        self.circuit = circuit
        self.n, self.m = len(circuit.differentiated), len(circuit.outputs)
        self.field = Field(rng.randrange(1 << 32))
        self.point = [rng.randrange(PRIME) for _ in circuit.inputs]
        self.first, self.second, self.weights = (
            [rng.randrange(PRIME) for _ in range(count)] for count in (self.n, self.n, self.m)
        )
        self.still = [0] * (len(circuit.inputs) - self.n)
        self.values = outputs(circuit, self.point, self.field)  # raises NoValue
        self.moved = [b for _, b in along(circuit, self.point, [*self.first, *self.still], self.field)]

    def run(self, circuit: Circuit, *more: int) -> list[int]:
        return [each % PRIME for each in outputs(circuit, [*self.point, *more], self.field)]

    def dot(self, entries: list[int], vector: list[int]) -> int:
        return sum(a * b for a, b in zip(entries, vector, strict=True)) % PRIME

    def jvp(self, found: Circuit) -> bool:
        results = self.run(found, *self.first)
        return results == [each % PRIME for each in (*self.values, *self.moved)]

    def vjp(self, found: Circuit) -> bool:
        results = self.run(found, *self.weights)
        wanted = self.dot(self.weights, self.moved)
        return results[: self.m] == self.values and self.dot(results[self.m :], self.first) == wanted

    def jacobian(self, found: Sparse) -> bool:
        results = self.run(found.circuit)
        product = [0] * self.m
        for row, column, entry in zip(found.rows, found.columns, results[self.m :], strict=True):
            product[row] += entry * self.first[column]
        return results[: self.m] == self.values and [each % PRIME for each in product] == self.moved

    def gradient(self, results: list[int]) -> bool:
        return results[0] == self.values[0] and self.dot(results[1 : 1 + self.n], self.first) == self.moved[0]

    @property
    def curvature(self) -> int:
        first, second = [*self.first, *self.still], [*self.second, *self.still]
        return twice(self.circuit, self.point, first, second, self.field)

    def hvp(self, found: Circuit) -> bool:
        results = self.run(found, *self.first)
        return self.gradient(results) and self.dot(results[1 + self.n :], self.second) == self.curvature

    def hessian(self, found: Sparse) -> bool:
        results, total = self.run(found.circuit), 0
        for row, column, entry in zip(found.rows, found.columns, results[1 + self.n :], strict=True):
            assert column <= row
            total += entry * self.first[row] * self.second[column]
            total += entry * self.first[column] * self.second[row] if column < row else 0
        return self.gradient(results) and total % PRIME == self.curvature

    def everything(self) -> None:
        """Assert that all kinds are right."""
        circuit = self.circuit
        assert self.jvp(jvp(circuit, names("d", self.n))), circuit.to_json()
        assert self.vjp(vjp(circuit, names("w", self.m))), circuit.to_json()
        assert self.jacobian(jacobian(circuit)), circuit.to_json()
        if self.m == 1:
            gradient = differentiate(circuit).circuit
            assert self.hvp(hvp(gradient, names("d", self.n))), circuit.to_json()
            # the mixed derivatives of atan2 are equal by hypot(x, y)**2 = x*x + y*y, which hashes do not know
            if not any(circuit.name_of(node) == "atan2" for node in range(len(circuit))):
                assert self.hessian(hessian(gradient)), circuit.to_json()


def circuits(seed: int, count: int, *, functions: bool, several: bool = False) -> Iterator[Circuit]:
    """Yield the first formulas, then random circuits."""
    yield from map(parse, FIRST)
    rng = random.Random(seed)
    for _ in range(count):
        yield random_circuit(rng, functions=functions, outputs=rng.randint(2, 4) if several else 1)


@pytest.mark.parametrize("functions", [False, True], ids=["rational", "functions"])
def test_second_derivatives_of_random_circuits_are_what_nested_duals_say(functions: bool) -> None:
    rng, agreed = random.Random(7), 0
    for circuit in circuits(11, CIRCUITS // 2 + 400, functions=functions):
        try:
            trial = Trial(circuit, rng)
            trial.everything()
        except (NoValue, UnsupportedConstant):  # x/(x - x), and constants that are infinite
            continue
        agreed += 1
    assert agreed >= CIRCUITS // 2


def test_circuits_of_several_outputs_are_what_duals_say() -> None:
    rng, agreed = random.Random(8), 0
    for place, circuit in enumerate(circuits(12, 700, functions=False, several=True)):
        mixed = random_circuit(rng, functions=True, outputs=3) if place % 2 else circuit
        try:
            Trial(mixed, rng).everything()
        except (NoValue, UnsupportedConstant):
            continue
        agreed += 1
    assert agreed >= 500


@pytest.mark.parametrize("name", [name for name in OPS if not OPS[name].flat])
def test_every_row_of_the_table_has_its_derivatives(name: str) -> None:
    rng = random.Random(9)
    for text in formula_of(name):
        Trial(parse(text, ["x", "y"]), rng).everything()


def negations(circuit: Circuit, derivatives: tuple[int, ...]) -> int:
    """Return how many derivatives are a negation outside the value part."""
    value = reached(circuit, circuit.outputs[0])
    return sum(circuit.name_of(node) == "neg" and node not in value for node in {*derivatives})


def reached(circuit: Circuit, output: int) -> set[int]:
    found, waiting = {output}, [output]
    while waiting:
        for each in circuit.operands(waiting.pop()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


def test_products_never_cost_more_than_their_bounds() -> None:
    tried = 0
    for circuit in circuits(13, CIRCUITS, functions=False, several=True):
        n, m = len(circuit.differentiated), len(circuit.outputs)
        gates = gates_of(circuit, circuit.outputs)
        assert jvp(circuit, names("d", n)).gate_count <= 4 * gates, circuit.to_json()
        assert along_one(circuit, names("d", n), circuit.outputs, turns=True).gate_count <= 4 * gates, circuit.to_json()
        assert vjp(circuit, names("w", m)).gate_count <= 4 * gates + m - 1, circuit.to_json()
        tried += 1
    assert tried > CIRCUITS


def test_with_functions_a_product_costs_at_most_five_times_the_value() -> None:
    for circuit in circuits(14, CIRCUITS, functions=True, several=True):
        n, m = len(circuit.differentiated), len(circuit.outputs)
        gates = gates_of(circuit, circuit.outputs)
        more = 2 * sum(circuit.name_of(node) == "atan2" for node in range(len(circuit)))
        try:
            assert jvp(circuit, names("d", n)).gate_count <= 5 * gates + more, circuit.to_json()
            assert vjp(circuit, names("w", m)).gate_count <= 5 * gates + more + m - 1, circuit.to_json()
        except UnsupportedConstant:
            continue


def test_a_product_with_the_hessian_keeps_its_bound() -> None:
    rng = random.Random(15)
    for place in range(CIRCUITS):
        circuit = random_circuit(rng, functions=False, most=9 if place % 4 else 40)
        gradient = differentiate(circuit).circuit
        n = len(circuit.differentiated)
        whole = hvp(gradient, names("d", n))
        value = reached(whole, whole.outputs[0])
        occurring, gates = len(value & {*range(n)}), gates_of(whole, whole.outputs[:1])
        bound = 14 * gates - 2 * occurring + 2 + 2 * negations(whole, whole.outputs[1 : 1 + n])
        assert whole.gate_count <= bound or not gates, circuit.to_json()


def test_many_outputs_with_minus_signs_keep_the_bound_of_a_product() -> None:
    """With no sign turned every product here costs five: itself, three for its tangent, and a minus."""
    texts = ["(1 - x)*(2 - y)"]
    for _ in range(12):
        texts.append(f"({texts[-1]})*(1 - x)")
    circuit = parse_several(texts, ["x", "y"])
    limit = 4 * gates_of(circuit, circuit.outputs)
    free, turned = (along_one(circuit, ["d0", "d1"], circuit.outputs, turns=turns) for turns in (False, True))
    assert turned.gate_count <= limit < free.gate_count
    assert jvp(circuit, ["d0", "d1"]).gate_count == turned.gate_count
