"""Mistakes that everyone makes once, and what is said to them; what is printed and written goes where it should."""

from __future__ import annotations

import os
import shlex
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
        (
            ("compile", "x*y", "--name", "f"),
            "--name is for another --target: in Python the function is value_and_gradient",
        ),
    ],
)
def test_a_mistake_is_answered_with_what_to_write(arguments: tuple[str, ...], mention: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert mention in result.stderr


@pytest.mark.parametrize(
    ("shape", "mention"), [("2x2", "such as 3,4"), ("[2]", "such as 3,4"), ("", "such as 3,4, or scalar")]
)
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


def test_a_certificate_is_not_written_over_its_program(tmp_path: Path) -> None:
    output = str(tmp_path / "f.py")
    for _ in range(2):  # whether the file is there or not
        result = run("compile", "x*y", "-o", output, "--certificate", str(tmp_path / "." / "f.py"))
        assert result.exit_code == 2
        assert "cannot hold both" in result.stderr
        assert run("compile", "x*y", "-o", output).exit_code == 0
    assert run("compile", "x*y", "-o", "/dev/null", "--certificate", "/dev/null").exit_code == 0


def test_a_program_may_come_from_another_command() -> None:
    program = run("compile", "x*y + x/y").stdout
    arguments = "verify", "-", "--formula", "x*y + x/y"
    right, wrong = (
        CliRunner().invoke(main, arguments, each) for each in (program, program.replace("t0 + y", "t0 - y"))
    )
    assert right.stdout.endswith("CERTIFIED  (reference: formula)\n")
    assert (right.exit_code, wrong.exit_code) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "given", "mention"),
    [
        (("compile", "-"), b"x*\xe9", "column 3: U+DCE9"),
        (("compile", "-"), None, "the formula is empty"),
        (("report", "-"), None, "no formulas in -"),
        (("verify", "-"), None, "REJECTED at claim text"),
        (("verify", "-", "--formula", "-"), b"x*y", "not both"),
    ],
)
def test_standard_input_may_hold_anything(arguments: tuple[str, ...], given: bytes | None, mention: str) -> None:
    command = [sys.executable, "-c", "from compiler.cli import main; main()", *arguments]
    if given is None:
        command = ["sh", "-c", f"{shlex.join(command)} <&-"]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run(command, input=given, capture_output=True, env=environment, check=False)
    assert done.returncode == 1 + ("REJECTED" not in mention)
    assert mention in (done.stdout + done.stderr).decode()


def test_a_point_may_have_names_with_indices() -> None:
    exact = run("explain", "A[0,1]*x*q(t)", "--at", "A[0,1]=2,x=1/3, q(t)=5")
    assert exact.exit_code == 0
    assert "10/3" in exact.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of Unix closes the streams")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    "arguments",
    ["compile x*y", "explain x*y", "verify {0}", "report {1}", "draw x*y"],
    ids=lambda each: each.split()[0],
)
def test_streams_may_be_closed(arguments: str, closed: str, tmp_path: Path) -> None:
    program, formulas, said = tmp_path / "f.py", tmp_path / "formulas.txt", tmp_path / "said"
    program.write_text(compile_gradient("x*y").source, "utf-8")
    formulas.write_text("x*y\n", "utf-8")
    command = f"'{sys.executable}' -c 'from compiler.cli import main; main()' {arguments.format(program, formulas)}"
    keep = "2" if closed == ">&-" else "1" if closed == "2>&-" else ""
    done = subprocess.run(f"{command} {closed}" + f" {keep}>'{said}'" * bool(keep), shell=True, check=False)
    assert done.returncode == 0
    assert not keep or "Traceback" not in said.read_text("utf-8")


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
