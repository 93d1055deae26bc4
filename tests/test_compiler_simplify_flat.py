"""The passes over arrays find what the passes over objects find, compiled or not, and nothing else."""

from __future__ import annotations

import random
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from benchmarks.systems.costs.losses import VARIANTS, by_hand
from benchmarks.workloads import WORKLOADS
from circuit import Circuit, parse
from circuit.ops import INPUT, ROWS
from circuit.tracing import trace
from compiler.emit import emit
from compiler.simplify import search
from compiler.simplify.adjoint import Adjoints
from compiler.simplify.flat import memory as at
from compiler.simplify.flat.lower import lower, lower_outputs
from compiler.simplify.flat.passes import Passes, gradients
from compiler.simplify.flat.rebuild import rebuild
from compiler.simplify.flat.rotations import find_rotations
from compiler.simplify.lower import Lowering
from compiler.simplify.rebuild import read as read_in
from compiler.simplify.rebuild import rebuilt
from compiler.simplify.symmetric import Symmetric, symmetric_sums
from compiler.simplify.vanished import Vanished
from compiler.simplify.votes import voted
from tests.duals import agrees, random_prime, read
from tests.mutants import gates_of
from tests.test_compiler_simplify import random_circuit, workload
from verify.chain import Proof, prove

LIMITS = 1, 1 << 19
SEEDS = range(4)
SMALL = ("speel", 0), ("rosen", 0), ("helm", 0), ("det", 0), ("mlp", 0), ("deep", 0), ("robot", 0), ("robot", 1)
COMPILES = pytest.mark.skipif(not find_spec("numba"), reason="needs numba")


def by_objects(circuit: Circuit) -> list[int]:
    """Return the gates that the passes over objects find, for each limit."""
    forms, refs = rebuilt(*read_in(circuit))
    matrices = symmetric_sums(forms, refs)
    if matrices:
        forms, refs = Symmetric(forms, refs, matrices).run()
    inputs = [node for node, kind in enumerate(forms.kind) if kind == INPUT][: len(circuit.differentiated)]
    found = []
    for limit in LIMITS:
        whole = forms.copy()
        sweep = Adjoints(whole, limit)
        graph = rebuilt(whole, [*refs, *sweep.run(refs[0], inputs)])
        lowering = Lowering(*graph, circuit.inputs, voted(*graph, alone=False))
        found.append(lowering.run(len(circuit.parameters)).gate_count)
        if not sweep.limited:
            break
    return found


@pytest.mark.parametrize(("name", "level"), SMALL)
def test_workloads_have_the_gates_that_the_passes_over_objects_find(name: str, level: int) -> None:
    circuit = workload(name, level)
    assert [each.gate_count for each in gradients(circuit, ROWS, LIMITS, quick=False)] == by_objects(circuit)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_formulas_have_the_right_gradient_at_no_more_gates_than_by_objects(seed: int) -> None:
    rng = random.Random(seed)
    prime = random_prime(rng)
    for _ in range(25):
        formula, circuit = random_circuit(rng, prime)
        try:
            found = list(gradients(circuit, ROWS, LIMITS, quick=False))
        except Vanished:
            with pytest.raises(Vanished):
                by_objects(circuit)
            continue
        # constants meet in one place more here: a number of a constant divisor
        assert all(a <= b for a, b in zip([e.gate_count for e in found], by_objects(circuit), strict=True)), formula
        for each in found:
            assert agrees(read(emit(each)), gates_of(circuit), len(circuit.differentiated), rng, prime), formula


@pytest.mark.parametrize(("variant", "more"), [(0, 2), (1, 2), (2, 24)], ids=["one-hot", "smoothed", "inputs"])
def test_the_gradient_of_softmax_and_cross_entropy_is_within_two_gates_of_the_one_by_hand(
    variant: int, more: int
) -> None:
    classes, inputs = 12, VARIANTS[variant].labels(12) is None
    function, shapes = VARIANTS[variant].function(classes)
    circuit = trace(function, *shapes, wrt=(0,))
    found = list(gradients(circuit, ROWS, LIMITS, quick=False))
    assert [each.gate_count for each in found] == by_objects(circuit)
    proof = prove(emit(min(found, key=lambda each: each.gate_count)))
    assert isinstance(proof, Proof)
    assert proof.counts["T"] - proof.counts["L"] == classes + more
    assert by_hand(VARIANTS[variant], classes) == (True, classes + more - (1 if inputs else 2))


@COMPILES
@pytest.mark.parametrize(("name", "level"), [("robot", 0), ("helm", 1), ("deep", 1)])
def test_compiled_passes_find_the_same_gates_in_the_same_order(name: str, level: int) -> None:
    circuit = workload(name, level)
    plain, quick = (list(gradients(circuit, ROWS, LIMITS, quick=each)) for each in (False, True))
    assert plain == quick


@COMPILES
@pytest.mark.parametrize(("name", "size"), [("helm", 33), ("rosen", 300)])
def test_compiled_passes_find_the_right_gradient_of_a_large_circuit(
    name: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values and derivatives along random directions are those of forward duals modulo a random prime."""
    case = WORKLOADS[name]
    circuit = trace(case.function(size, np), (case.inputs(size),))
    assert len(circuit) > search.SMALL
    monkeypatch.setattr(search, "compiles", lambda _: True)
    rng, found = random.Random(size), list(gradients(circuit, ROWS, LIMITS, quick=True))
    assert search.fewest(circuit).circuit in found
    for each in found:
        assert agrees(read(emit(each)), gates_of(circuit), len(circuit.differentiated), rng, random_prime(rng))


@pytest.mark.parametrize("quick", [False, pytest.param(True, marks=COMPILES)])
def test_all_long_coefficients_of_a_step_are_computed_at_once(quick: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quadratic form whose every coefficient is a product too long for the loops: one step, hundreds of questions."""
    rng, size = random.Random(5), 24
    rows = [[rng.getrandbits(50) | 1 for _ in range(size)] for _ in range(size)]
    inner = [" + ".join(f"{k}*x{place}" for place, k in enumerate(row)) for row in rows]
    circuit = parse(" + ".join(f"{rng.getrandbits(50) | 1}*x{place}*({each})" for place, each in enumerate(inner)))
    rounds: list[Passes] = []
    answer_all = Passes._answer_all

    def counted(self: Passes, link: int) -> None:
        rounds.append(self)
        answer_all(self, link)

    monkeypatch.setattr(Passes, "_answer_all", counted)
    for found in gradients(circuit, ROWS, LIMITS, quick=quick):
        assert agrees(read(emit(found)), gates_of(circuit), size, rng, random_prime(rng))
    assert rounds[-1].answered > size * size
    assert len(rounds) < 2 * size


def test_arrays_that_are_too_short_are_made_longer() -> None:
    """A sum of sums that is multiplied out needs more room than its gates do."""
    inner = " + ".join(f"x{place}" for place in range(40))
    formula = f"({inner}) + " + " + ".join(f"{k}*(y + ({inner}))" for k in range(2, 30))
    circuit = parse(formula)
    (found,) = gradients(circuit, ROWS, LIMITS[:1], quick=False)
    assert [found.gate_count] == by_objects(circuit)[:1]


@pytest.mark.parametrize("quick", [False, pytest.param(True, marks=COMPILES)])
@pytest.mark.parametrize("name", ["helm", "robot"])
def test_every_array_grows_in_the_middle_of_a_pass(name: str, quick: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    circuit = workload(name, 1)
    expected, grown = list(gradients(circuit, ROWS, LIMITS, quick=quick)), set[str]()
    run, lengthen = Passes._run, Passes._lengthen

    def cut(array: Any, length: int) -> Any:
        return np.ascontiguousarray(array[:length]) if quick else array[:length]

    def run_short(self: Passes, function: Any, *rest: Any) -> Any:
        g = self.memory
        terms, cells = 2 * int(g.count[at.TERMS]) + 2, at.CELL * (int(g.count[at.CELLS]) + 1)
        sums = g.sums[:, :4].copy() if quick else [row[:4] for row in g.sums]
        self.put(node=cut(g.node, self.size + 2), terms=cut(g.terms, terms), sums=sums)
        self.put(cells=cut(g.cells, cells))
        if function not in (lower, lower_outputs):  # `find_wanted` has made sure of room
            self.put(work=cut(g.work, 8 * at.PARTS), heap=cut(g.heap, 48))
        if function is find_rotations:
            self.put(turns=cut(g.turns, at.TURNED))
        if function is rebuild:
            self.put(quads=cut(g.quads, 8))
        return run(self, function, *rest)

    def noted(self: Passes, what: int) -> None:
        grown.add(at.GROWING[what])
        lengthen(self, what)

    monkeypatch.setattr(Passes, "_run", run_short)
    monkeypatch.setattr(Passes, "_lengthen", noted)
    assert list(gradients(circuit, ROWS, LIMITS, quick=quick)) == expected
    assert grown == {*at.GROWING} - {"turns" if name == "helm" else "quads"}


def test_many_gates_of_three_operands_have_room() -> None:
    formula = " + ".join(f"max(x{place}*y, x{place} + 2)*min(x{place}, y)" for place in range(60))
    circuit = parse(formula)
    assert [each.gate_count for each in gradients(circuit, ROWS, LIMITS[:1], quick=False)] == by_objects(circuit)[:1]


def test_long_coefficients_are_computed_exactly() -> None:
    case = WORKLOADS["deep"]
    circuit = trace(lambda x: 1e-30 * case.function(20, np)(x) / 0.1e30, (10,))
    rng = random.Random(3)
    for found in gradients(circuit, ROWS, (1, 1 << 19), quick=False):
        assert agrees(read(emit(found)), gates_of(circuit), 10, rng, random_prime(rng))


def test_a_multiple_of_a_product_whose_constant_was_turned_has_the_right_sign() -> None:
    """4.5*c*v, where the sum it goes into wishes the product c*v to be made as (-c)*v."""
    circuit = parse("0.25*((y - pow(z, 3.5))/pi + (y - pow(z, 4.5))/pi)")
    rng = random.Random(7)
    found = [
        *gradients(circuit, ROWS, LIMITS, quick=False),
        search.fewest(circuit).circuit,
        *search._candidates(circuit),
    ]
    for each in found:
        assert agrees(read(emit(each)), gates_of(circuit), 2, rng, random_prime(rng))


@pytest.mark.parametrize("formula", ["y/(x - x)", "sqrt(x - x + 4)*y", "max(x - x, 1)*y"])
def test_what_vanishes_stays_as_it_is_written(formula: str) -> None:
    with pytest.raises(Vanished):
        list(gradients(parse(formula), ROWS, LIMITS, quick=False))
