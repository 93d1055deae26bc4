"""`baur compile --derivative`: every kind, several formulas, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler import compile_gradient
from compiler.layout import KINDS
from tests.derivative_texts import TEXTS
from tests.test_project import baur
from verify import certify, count


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_command_prints_every_kind(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "f.py"
    result = baur("compile", "--derivative", kind, "x*y + x/y", "-o", str(path))
    assert result.returncode == 0, result.stderr
    assert path.read_text("utf-8") == TEXTS.get(kind, compile_gradient("x*y + x/y").source)
    assert result.stderr.endswith(": CERTIFIED\n")
    assert f"{KINDS[kind].title} " in result.stderr
    assert count(path.read_text("utf-8")).value_gates == 3
    checked = baur("verify", str(path), "--formula", "x*y + x/y")
    assert checked.returncode == 0, checked.stdout
    assert "CERTIFIED" in checked.stdout


def test_the_command_takes_several_formulas() -> None:
    result = baur("compile", "--derivative", "jacobian", "x*y", "sin(x)", PYTHONHASHSEED="1")
    assert result.returncode == 0, result.stderr
    assert "return (v0, v1), (y, x, t0), (0, 0, 1), (0, 1, 0)" in result.stdout
    assert result.stdout == baur("compile", "--derivative", "jacobian", "x*y", "sin(x)", PYTHONHASHSEED="2").stdout
    assert certify(result.stdout, ["x*y", "sin(x)"]).accepted


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--derivative", "curl", "x"], "Invalid value"),
        (["--derivative", "hessian", "x", "y"], "is of one value"),
        (["x", "y"], "is of one value"),
        (["--derivative", "jvp", "--target", "cobol", "x"], "not to 'cobol'"),
        (["--derivative", "jvp", "x +"], "unexpected end"),
        (["--derivative", "jvp", "x", "y +"], "unexpected end"),
    ],
)
def test_the_command_refuses_with_status_2(arguments: list[str], message: str) -> None:
    result = baur("compile", *arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("parameters", ["a w[1, 2]", "a,w[1, 2]", " w[1, 2], a ,"])
def test_names_are_separated_by_blanks_or_commas(parameters: str) -> None:
    result = baur("compile", "--derivative", "jvp", "a*x*w[1, 2]*y", "--parameters", parameters, "--variables", "y,x")
    assert result.returncode == 0, result.stderr
    assert "# derivative: jvp in 2 of 4 inputs\n" in result.stdout
