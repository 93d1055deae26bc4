"""Effort: by default fewer gates than the plain sweep, proved by the same layers, and plain where they would not be."""

from __future__ import annotations

import random

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.workloads import WORKLOADS
from circuit import Circuit, parse
from circuit.errors import InvalidArgument
from compiler import compile_gradient
from compiler.commands.compile import command
from compiler.sweep import Gradient, differentiate
from tests.mutants import NAMES, random_formula
from verify.certificate import PASSED

FORMULAS = [
    ("x*y + x*z", 5),
    ("a*b*c*d", 8),
    ("(1 - x)**2 + 100*(y - x**2)**2", 12),
    ("(x*cos(t) + y*sin(t))**2 + (y*cos(t) - x*sin(t))**2", 23),
    ("n/(exp(x) + exp(-x))", 11),
    ("exp(-x**2/(2*s**2))/(s*sqrt(2*pi))", 11),
]


@pytest.mark.parametrize(("formula", "most"), FORMULAS, ids=[each[0] for each in FORMULAS])
def test_fewer_gates_are_found_and_proved(formula: str, most: int) -> None:
    plain, fewest = (compile_gradient(formula, effort=effort) for effort in ("plain", "fewest"))
    assert fewest.total_gates <= min(plain.total_gates, most)
    assert fewest.certificate.verdict == "CERTIFIED"
    assert {claim.status for claim in fewest.certificate.claims if claim.name == "chain rule"} == {PASSED}


def test_the_chain_rule_proves_what_is_found_for_random_formulas() -> None:
    rng, fewer = random.Random(11), 0
    for _ in range(60):
        formula = random_formula(rng)
        try:
            plain = compile_gradient(formula, NAMES, effort="plain")
        except ValueError:
            continue
        found = compile_gradient(formula, NAMES)
        assert found.total_gates <= plain.total_gates, formula
        assert found.certificate.accepted, formula
        fewer += found.total_gates < plain.total_gates
    assert fewer > 5


def test_constants_that_cannot_be_merged_into_a_float_leave_the_plain_program() -> None:
    formula = "y/3 - 5e-324*y + x*y"
    assert compile_gradient(formula).source == compile_gradient(formula, effort="plain").source


def test_the_adjoints_of_a_chain_of_rotations_are_followed() -> None:
    robot = WORKLOADS["robot"]
    program = compile_gradient(robot.function(3, np), shapes=((robot.inputs(3),),))
    assert program.total_gates <= 315  # the plain sweep: 383
    assert {claim.status for claim in program.certificate.claims if claim.name == "chain rule"} == {PASSED}


def test_a_program_that_the_chain_rule_does_not_prove_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = compile_gradient("x*y*z", effort="plain")

    def wrong(circuit: Circuit, plain: Gradient) -> list[Gradient]:
        return [plain, differentiate(parse("x*y + z"))]

    monkeypatch.setattr("compiler.pipeline.improving", wrong)
    assert compile_gradient("x*y*z").source == plain.source


def test_effort_is_one_of_two() -> None:
    with pytest.raises(InvalidArgument, match="effort is fewest or plain"):
        compile_gradient("x*y", effort="most")


def test_the_command_has_the_option() -> None:
    for arguments, gates in (["x*y + x*z"], (2, 2)), (["--effort", "plain", "x*y + x*z"], (3, 4)):
        result = CliRunner().invoke(command, arguments)
        assert result.exit_code == 0, result.output
        assert "value {} gates, value and gradient {} gates".format(*gates) in result.output
