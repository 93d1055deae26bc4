"""The forward rules, which are the pull-backs of the table transposed: what each costs, and its text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from circuit import parse
from circuit.ops import CODE, OPS, ROWS
from compiler.derivatives import jvp
from compiler.derivatives.transposed import Transposed

OPERATORS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


def formula_of(name: str) -> list[str]:
    """Return formulas with one such gate: of two inputs, of one and a constant, of equal operands."""
    if name in OPERATORS:
        return [f"x {OPERATORS[name]} y", f"x {OPERATORS[name]} 3", f"3 {OPERATORS[name]} x", f"x {OPERATORS[name]} x"]
    if name == "neg":
        return ["-x"]
    if name == "pow":
        return ["x**2.5"]
    if name == "select":
        return ["select(x > y, x, y)", "select(x > 0, x, 3)", "select(y > x, 3, x)", "select(x > y, x, x)"]
    if OPS[name].arity == 2:
        return [f"{name}(x, y)", f"{name}(x, 3)", f"{name}(3, x)", f"{name}(x, x)"]
    return [f"{name}(x)"]


@pytest.mark.parametrize("name", list(OPS))
def test_a_gate_with_its_tangent_keeps_the_factor(name: str) -> None:
    if OPS[name].flat:
        assert not Transposed(CODE[name]).steps
        return
    limit = 7 if name == "atan2" else 4 if name in (*OPERATORS, "neg") else 5
    for text in formula_of(name):
        circuit = parse(text, ["x", "y"])
        conditions = sum(circuit.name_of(node) == "gt" for node in range(len(circuit))) if name == "select" else 0
        found = jvp(circuit, ["dx", "dy"]).gate_count
        assert found - conditions <= limit, text


@pytest.mark.parametrize(
    ("text", "gates"),
    [("x*x", 3), ("x/x", 4), ("x - x", 1), ("x + x", 2), ("x*y", 4), ("x/y", 4), ("hypot(x, y)", 5), ("max(x, y)", 3)],
)
def test_what_a_row_shares_is_shared(text: str, gates: int) -> None:
    circuit = parse(text)
    assert jvp(circuit, [f"d{place}" for place in range(len(circuit.inputs))]).gate_count == gates


def test_a_row_that_is_not_linear_in_its_seed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    squared = replace(OPS["exp"], pull=lambda b, z, x: (b * b * z,))
    rows = tuple(squared if row is OPS["exp"] else row for row in ROWS)
    monkeypatch.setattr("compiler.derivatives.transposed.ROWS", rows)
    with pytest.raises(AssertionError, match="not linear"):
        Transposed(CODE["exp"])
