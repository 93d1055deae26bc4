"""Layer B: the chain rule, line by line, through the stand-alone checker as it is called."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.workloads import WORKLOADS
from circuit import trace
from compiler import GradientProgram, compile_gradient
from compiler.emit import emit
from compiler.sweep import gradient
from verify import certify, checker
from verify.chain import Proof, prove

CHECKER = Path(checker.__file__)
FORMULAS = [
    "x*y + x/y",
    "a*exp(b*c)/(a + b) + sin(c)*a",
    "3*(x*y) + 3*(x/y) + 5*x",
    "sqrt(x)*cbrt(y) + hypot(x, 2) + asin(x)*acos(y)*atan(x) + asinh(x) + acosh(y) + atanh(x) + sigmoid(x)*softplus(y)",
    "abs(x) + min(x, y) + log1p(x)*expm1(y) + tan(x)*sinh(x)*cosh(y) + log(x) + tanh(x)*tanh(x*y) + erf(x)",
    "atan2(x, y)*max(x, y) - relu(x - y)**1.5 + select(x > y, x*x, y) + floor(x)*y",
    "(x + y)*(x + y)*(x - y)/7 - 2*(x + y)",
    "7",
    "x",
    "x - x",
    "((expm1(max(z, 10)))/(expm1(max(z, 10))))**1.5",  # adjoints that are 0 in value only
    "softplus(exp(max(x, 10)))",  # saturated at every point: sigmoid, in the gradient alone
    "hypot(pi*z, z)/min(z, a)*min(z, a)",  # an adjoint that is 1, and a register that is 1 in value only
    "max(y, 1/3)**2/max(y, 1/3)**2 + y*max(y, 1/3)**2/max(y, 1/3)**2",
]


def write(folder: Path, program: GradientProgram) -> tuple[Path, Path]:
    text, certificate = folder / "f.py", folder / "f.json"
    text.write_text(program.source, "utf-8")
    certificate.write_text(program.certificate.to_json(), "utf-8")
    return text, certificate


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(CHECKER), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("formula", FORMULAS, ids=[formula[:20] for formula in FORMULAS])
def test_the_checker_proves_what_the_compiler_makes(formula: str, tmp_path: Path) -> None:
    program = compile_gradient(formula)
    claims = {claim.name: claim.status for claim in program.certificate.claims}
    assert claims["chain rule"] == "PASSED"
    result = run(*write(tmp_path, program))
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("PROVED")


@pytest.mark.parametrize("effort", ["plain", "fewest"])
@pytest.mark.parametrize(
    "formula", ["k*(a - b)**2/(a + b) + log1p(a*b)*sqrt(k)", "(1 - x)**2 + 100*(y - x**2)**2", FORMULAS[0]]
)
def test_the_line_of_a_sign_that_was_broken_is_named(formula: str, effort: str) -> None:
    lines = compile_gradient(formula, effort=effort).source.split("\n")
    start = next(place for place, line in enumerate(lines) if line.startswith("    # gradient"))
    tried = 0
    for place in range(start, len(lines)):
        operation, mark, comment = lines[place].partition("#")
        for sign, other in ((" + ", " - "), (" - ", " + ")):
            if sign in operation:
                broken = operation.replace(sign, other) + mark + comment
                answer = prove("\n".join([*lines[:place], broken, *lines[place + 1 :]]))
                assert str(answer).startswith(f"line {place + 1}: "), answer
                assert "expected" in str(answer)
                assert "(line " in str(answer)
                tried += 1
    assert tried


def test_an_adjoint_that_is_0_in_value_may_be_left_out() -> None:
    prelude = "def maximum(a, b):\n    return a if a > b or a != a else b\n"
    text = "def value_and_gradient(x):\n    v0 = maximum(x, x)\n    v1 = v0 / v0\n    v2 = v1 - v0\n    return {}\n"
    assert isinstance(prove(prelude + text.replace("v1 - v0", "v1 * v1").format("v2, (0,)")), Proof)
    assert isinstance(prove(prelude + text.format("v2, (0,)")), str)


def test_a_wrong_file_is_a_usage_error(tmp_path: Path) -> None:
    assert run().returncode == 2
    assert run(tmp_path / "none.py", tmp_path / "none.json").returncode == 2


@pytest.mark.parametrize(
    ("before", "after", "claim"),
    [
        ("t0 + y", "t0 - y", "format"),  # the text is another one
        ("x_bar = t0 + y", "x_bar = t0 + x", "format"),
    ],
)
def test_a_changed_text_is_rejected(before: str, after: str, claim: str, tmp_path: Path) -> None:
    text, certificate = write(tmp_path, compile_gradient("x*y + x/y"))
    text.write_text(text.read_text().replace(before, after))
    result = run(text, certificate)
    assert result.returncode == 1
    assert f"REJECTED at claim {claim}: hash of program" in result.stderr


def test_one_wrong_sign_is_named_with_its_line_and_its_gate() -> None:
    source = compile_gradient("x*y + x/y").source
    answer = certify(source.replace("x_bar = t0 + y", "x_bar = t0 - y"), "x*y + x/y")
    assert answer.verdict.startswith("REJECTED at claim gradient: wrong gradient: line 12: x_bar = t0 - y")
    assert "expected t0 + y, from v0 = x * y (line 6), v1 = x / y (line 7)" in answer.verdict


def test_a_wrong_sum_inside_is_named_with_its_line_and_its_gate() -> None:
    source = compile_gradient("a*b*c + sin(a*b) + (a*b)/c").source
    wrong = source.replace("t4 = t3 + c", "t4 = t3 - c")
    assert wrong != source
    verdict = certify(wrong, "a*b*c + sin(a*b) + (a*b)/c").verdict
    assert "t4 = t3 - c stands where the adjoint of v0 = a * b (line 8) is due" in verdict


def test_a_chain_beyond_every_degree_is_certified_by_the_chain_rule() -> None:
    formula = "x"
    for _ in range(4000):
        formula = f"({formula})*y + x"
    shared = "+".join(["x"] * 2) + "".join(f"*{'(x + y)'}" for _ in range(10))
    for text in (formula, shared):
        certificate = compile_gradient(text).certificate
        assert certificate.accepted
        assert {claim.name: claim.status for claim in certificate.claims}["chain rule"] == "PASSED"


def test_coefficients_that_double_at_every_gate_are_followed() -> None:
    deep = WORKLOADS["deep"]
    circuit = trace(deep.function(20_000, np), (deep.inputs(20_000),))
    assert isinstance(prove(emit(gradient(circuit))), Proof)
