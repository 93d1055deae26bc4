"""The comments beside a gradient's lines: those of the plain sweep, and as true where passes have rearranged it."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest

from benchmarks.workloads import WORKLOADS
from circuit import parse
from circuit.errors import CircuitError
from compiler import compile_gradient
from compiler.emit import emit
from compiler.engines.reading import read_circuit
from compiler.reversal import reversed_gates
from compiler.sweep import Gradient, differentiate
from tests.mutants import NAMES, random_formula
from verify import count

FORMULA = "exp(x*y)*sin(z) + x*y*z/(x + y)"
# as passes rearrange them, each line of a gradient with what is due beside it
REARRANGED = [
    """def value_and_gradient(x, y, z):
    v0 = x * y
    v1 = exp(v0)
    v2 = sin(z)
    v3 = x + y
    v4 = v1 * v2
    v5 = z / v3
    v6 = v0 * v5
    v7 = v4 + v6
    # gradient
    t0 = v6 / v3  # z/v3
    t1 = v0 / v3  # z/v3
    t2 = cos(z)  # sin(z)
    t3 = v5 + v4  # v0*v5, exp(v0)
    t4 = y * t3  # x*y
    x_bar = t4 - t0  # x+y, x*y
    t5 = x * t3  # x*y
    y_bar = t5 - t0  # x+y, x*y
    t6 = v1 * t2  # sin(z)
    z_bar = t1 + t6  # z/v3, sin(z)
    return v7, (x_bar, y_bar, z_bar)
""",
    """def value_and_gradient(a, b, p, q):
    v0 = a - b
    v1 = p - q
    v2 = v0 * v0
    v3 = v1 * v1
    v4 = v2 + v3
    v5 = sqrt(v4)
    # gradient
    p_bar = v1 / v5  # p-q
    a_bar = v0 / v5  # a-b
    b_bar = -a_bar  # a-b
    q_bar = -p_bar  # p-q
    return v5, (a_bar, b_bar, p_bar, q_bar)
""",
]


def gradient_of(source: str) -> list[tuple[str, str]]:
    """Return the lines of a program's gradient, each with its comment."""
    lines = source.partition("# gradient")[2].splitlines()[1:-1]
    return [(line.partition("  # ")[0].strip(), line.partition("  # ")[2]) for line in lines]


def told(found: Gradient) -> dict[int, tuple[int, ...]]:
    """Return what a sweep tells of the gates of its own, each gate once, the last first."""
    own = set(found.circuit.outputs[:1])
    for node in range(len(found.circuit) - 1, -1, -1):
        own.update(found.circuit.operands(node) if node in own else ())
    return {
        node: tuple(sorted({*gates}, reverse=True))
        for node, gates in found.reverses.items()
        if gates and node not in own and found.circuit.varies[node] and found.circuit.operands(node)
    }


@pytest.mark.parametrize("source", REARRANGED)
def test_the_lines_of_a_rearranged_program_tell_what_they_reverse(source: str) -> None:
    due = gradient_of(source)
    functions = [name for name in ("cos", "exp", "sin", "sqrt") if f"{name}(" in source]
    text = f"from math import {', '.join(functions)}\n\n{source}"
    circuit = read_circuit(text, source.partition("(")[2].partition(")")[0].split(", "), ())
    written = gradient_of(emit(circuit, reverses=reversed_gates(circuit)))
    assert [comment for _, comment in written] == [comment for _, comment in due]


def test_a_compiled_program_of_fewest_gates_tells_it() -> None:
    program = compile_gradient(FORMULA)
    assert program.total_gates < compile_gradient(FORMULA, effort="plain").total_gates
    circuit = read_circuit(program.source, program.inputs, program.parameters)
    assert gradient_of(emit(circuit, reverses=reversed_gates(circuit))) == gradient_of(program.source)
    assert all(comment for _, comment in gradient_of(program.source))


def test_what_is_told_of_the_plain_sweep_is_what_it_tells_itself() -> None:
    rng, compared = random.Random(3), 0
    for _ in range(150):
        formula = random_formula(rng)
        if re.search(r"- \(?min|\(([^()]+)\)/\(\1\)|\)/\(", formula):  # gates that are the same function, or none
            continue
        try:
            found = differentiate(parse(formula, NAMES))
        except CircuitError:
            continue
        assert reversed_gates(found.circuit) == told(found), formula
        compared += 1
    assert compared > 100


@pytest.mark.parametrize("name", sorted(WORKLOADS))
def test_every_line_names_lines_of_the_value(name: str) -> None:
    workload = WORKLOADS[name]
    program = compile_gradient(workload.function(4, np), shapes=((workload.inputs(4),),))
    value = program.source.partition("# value:")[2].partition("# gradient")[0]
    operations = {line.partition(" = ")[2].replace(" ", "") for line in value.splitlines()}
    lines = gradient_of(program.source)
    assert len(lines) == program.total_gates - program.value_gates
    for line, comment in lines:
        named = re.findall(r"\w+\([^()]*\)|[^ ,]+", comment)
        assert named, line
        assert {each for each in named if each != "..."} <= operations, (line, comment)
        assert len({*named}) == len(named), (line, comment)


def test_comments_are_all_that_they_change(monkeypatch: pytest.MonkeyPatch) -> None:
    found = compile_gradient(FORMULA)
    monkeypatch.setattr("compiler.pipeline.TOLD", 0)
    bare = compile_gradient(FORMULA)
    assert not any(comment for _, comment in gradient_of(bare.source))
    assert re.sub(r"(?m)(?<= = )(.*?) +# .*", r"\1", found.source) == bare.source
    assert count(found.source) == count(bare.source)
    assert found.certificate.verdict == bare.certificate.verdict == "CERTIFIED"


def test_nothing_is_told_of_derivatives_that_are_zero_or_constant() -> None:
    assert reversed_gates(differentiate(parse("x + 2*y")).circuit) == {}
    assert reversed_gates(differentiate(parse("3", ["x"])).circuit) == {}


def test_a_large_program_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compiler.pipeline.TOLD", 10)
    monkeypatch.setattr("compiler.pipeline.reversed_gates", None)
    assert compile_gradient("*".join(f"u{place}" for place in range(12))).total_gates > 20
