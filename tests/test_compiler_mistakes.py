"""Mistakes that everyone makes once, and what is said to them; what is printed and written goes where it should."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from circuit import trace
from circuit.errors import InvalidArgument, TraceError
from compiler import compile_gradient
from compiler.cli import main
from verify import checker

MODEL = """\
import numpy as np


def loss(W, x):
    print("W is", W)
    return np.sum(W @ x)


def both(x, y):
    return x * y
"""


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "model_of_mistakes.py"
    path.write_text(MODEL, "utf-8")
    return str(path)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize(
    ("arguments", "mention"),
    [
        (("compile", "model.py"), "write model.py:NAME"),
        (("compile", "data/root.fpcore"), "write - < data/root.fpcore"),
        (("compile", "-x*y"), "baur compile -- '-x*y'"),
        (("compile", "gamma(x)"), "supported are abs, acos"),
        (("compile", "(FPCore (x) (sine x))"), "did you mean sin?"),
        (("explain", "x*y", "x=2,y=3"), "not 'x=2,y=3'"),
        (("explain", "x*y", "X=2", "y=3"), "unexpected 'X'"),
    ],
)
def test_a_mistake_is_answered_with_what_to_write(arguments: tuple[str, ...], mention: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert mention in result.stderr


@pytest.mark.parametrize(("shape", "mention"), [("2x2", "such as 3,4"), ("[2]", "such as 3,4")])
def test_a_shape_in_another_notation_is_refused(model: str, shape: str, mention: str) -> None:
    assert mention in run("compile", f"{model}:loss", "--shape", shape, "--shape", "2").stderr


def test_wrt_may_be_given_twice(model: str) -> None:
    twice, once = (run("compile", f"{model}:both", *wrt) for wrt in (("--wrt", "0", "--wrt", "1"), ("--wrt", "0,1")))
    assert twice.exit_code == 0
    assert twice.stdout == once.stdout


def test_what_a_function_prints_is_no_part_of_its_program(model: str) -> None:
    result = run("compile", f"{model}:loss", "--shape", "2,2", "--shape", "2")
    assert result.exit_code == 0
    assert result.stdout.startswith("# f(W_0_0")
    assert "W is" in result.stderr


def test_the_certificate_that_the_command_writes_is_proved_by_the_checker(tmp_path: Path) -> None:
    program, certificate = tmp_path / "f.py", tmp_path / "f.json"
    assert run("compile", "x*y + x/y", "-o", str(program), "--certificate", str(certificate)).exit_code == 0
    proof = subprocess.run(
        [sys.executable, str(checker.__file__), program, certificate], capture_output=True, check=False
    )
    assert proof.returncode == 0, proof.stdout


def test_the_kinds_of_files_stand_in_lines_of_their_own_in_the_help() -> None:
    lines = [line.strip() for line in run("report", "--help").stdout.splitlines()]
    assert ".fpcore        one or more cores" in lines


@pytest.mark.parametrize("settings", [{"shapes": 3}, {"shapes": ((3,),), "wrt": 1.5}])
def test_settings_of_another_type_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        compile_gradient(np.sum, **settings)


@pytest.mark.parametrize(
    ("function", "mention"),
    [
        (lambda A: A[0, 0] % 2, "np.floor(x / y)"),
        (lambda A: np.linalg.det(A), "plain numbers only"),
        (lambda A: A[A > 0].sum(), "np.where"),
        (lambda A: f"{A[0, 0]:.2f}", "a traced value"),
    ],
)
def test_a_traced_function_is_told_what_to_write(function: Any, mention: str) -> None:
    with pytest.raises(TraceError) as caught:
        trace(function, (2, 2))
    said = str(caught.value).splitlines()[0]  # below it stands the user's line
    assert mention in said
    assert "needs its shape" not in said
    assert "Wire" not in said
