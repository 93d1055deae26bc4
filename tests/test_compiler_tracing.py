"""Traced functions as certified programs: hostile ones, gradients in the shapes of the arguments, the command."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import circuit.builder
from circuit.errors import InvalidArgument, ShapeError, TraceError
from compiler import GradientProgram, compile_gradient
from tests.corpora import each, hostile

Entry = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent
STEP = 1e-6  # of central differences
CLOSE = 1e-7  # what they leave


def runaway(x: Any) -> Any:
    while True:
        x = x * 1.5


def unbounded(x: Any) -> Any:
    return unbounded(x)


def reassigned(x: Any, y: Any) -> Any:
    x = y
    return x


def nested(x: Any) -> Any:
    return x * compile_gradient(lambda y: x + y)(1.0)[1][0]


HOSTILE: dict[str, Callable[..., Any]] = {
    "H081": runaway,
    "H082": unbounded,
    "H190": lambda x: x if x > 0 else -x,
    "H192": lambda x: x == x,
    "H193": lambda x: math.sin(x),
    "H194": lambda x: np.sin(x),
    "H196": lambda x: round(x) + x,
    "H197": lambda x: None,
    "H198": lambda x: 3,
    "H200": reassigned,
    "H201": lambda *xs: sum(xs),
    "H202": lambda x: x + random.random(),
    "H204": lambda x: hash(x),
    "H205": nested,
}
GRADIENTS: dict[str, Callable[..., tuple[float, ...]]] = {
    "H194": lambda x: (math.cos(x),),
    "H198": lambda x: (0.0,),
    "H200": lambda x, y: (0.0, 1.0),
}


@each(lambda: [pytest.param(entry, id=entry["id"]) for entry in hostile("trace")])
def test_a_hostile_function(case: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit.builder, "MAX_NODES", 200_000)  # the same end, sooner
    expected, function = case["expected"], HOSTILE[case["id"]]
    ending: Exception | GradientProgram
    try:
        ending = compile_gradient(function)
    except Exception as error:
        ending = error
    if isinstance(ending, Exception):
        wanted = expected.get("error") or expected.get("or_error") or expected["warning"]
        assert type(ending).__name__ in wanted, f"{type(ending).__name__}: {ending}"
        assert expected.get("message_must_mention", "") in str(ending)
        assert "warning" not in expected or "nondeterministic" in str(ending)
        return
    program = ending
    assert expected["outcome"] == "ok"
    assert program.certificate.verdict == "CERTIFIED"
    point = [0.7 + place for place in range(len(program.inputs))]
    assert program(*point)[1] == pytest.approx(GRADIENTS[case["id"]](*point), rel=1e-15)


def loss(w: Any, x: Any, scale: Any) -> Any:
    return scale * np.sum(np.tanh(w @ x) ** 2) / np.mean(x * x)


def test_a_gradient_has_the_shapes_of_its_arguments() -> None:
    program = compile_gradient(loss, shapes=((3, 2), (2,), ()), wrt=(0, 1))
    assert program.certificate.verdict == "CERTIFIED"
    assert program.parameters == ("scale",)
    rng = np.random.default_rng(3)
    w, x = rng.normal(size=(3, 2)), rng.normal(size=2)
    value, (by_w, by_x) = program(w, x, 1.5)
    assert value == pytest.approx(loss(w, x, 1.5), rel=1e-14)
    assert by_w.shape == (3, 2)
    assert by_x.shape == (2,)
    for array, found in ((w, by_w), (x, by_x)):
        for place in np.ndindex(array.shape):
            kept = array[place]
            array[place] = kept + STEP
            above = loss(w, x, 1.5)
            array[place] = kept - STEP
            below = loss(w, x, 1.5)
            array[place] = kept
            assert found[place] == pytest.approx((above - below) / (2 * STEP), rel=CLOSE, abs=CLOSE)
    assert program(w=w, x=x.tolist(), scale=1.5)[0] == value


def test_arguments_are_checked() -> None:
    program = compile_gradient(loss, shapes=((3, 2), (2,), ()), wrt=0)
    w, x = np.ones((3, 2)), np.ones(2)
    with pytest.raises(ShapeError, match=r"w has the shape \(3, 2\), not \(2, 3\)"):
        program(w.T, x, 1.0)
    with pytest.raises(InvalidArgument, match="missing scale"):
        program(w, x)
    with pytest.raises(InvalidArgument, match="unexpected 'y'"):
        program(w, x, y=2)
    with pytest.raises(InvalidArgument, match="4 values"):
        program(w, x, 1.0, 2.0)
    with pytest.raises(InvalidArgument, match="shapes"):
        compile_gradient("x*y", shapes=((), ()))
    with pytest.raises(InvalidArgument, match="variables"):
        compile_gradient(lambda x: x, ["x"])


def test_scalars_keep_the_order_of_the_function() -> None:
    program = compile_gradient(lambda a, b: a / b, wrt=(1,))
    assert program.inputs == ("b", "a")
    assert program(6.0, 2.0) == (3.0, (-1.5,))
    assert compile_gradient(lambda a, b: a / b)(6.0, 2.0) == (3.0, (0.5, -1.5))


def test_a_traced_program_keeps_its_shapes_when_saved(tmp_path: Path) -> None:
    program = compile_gradient(loss, shapes=((3, 2), (2,), ()), wrt=0)
    program.save(tmp_path / "loss.json")
    again = GradientProgram.load(tmp_path / "loss.json")
    w, x = np.full((3, 2), 0.5), np.array([1.0, -2.0])
    value, (by_w,) = program(w, x, 2.0)
    found, (by_w_again,) = again(w, x, 2.0)
    assert found == value
    assert (by_w_again == by_w).all()
    assert again.certificate.verdict == "CERTIFIED AGAINST CIRCUIT"


def test_a_function_that_draws_numbers_is_refused() -> None:
    with pytest.raises(TraceError, match="nondeterministic"):
        compile_gradient(lambda x: x * random.random())


MODEL = """import numpy as np

def loss(w, x):
    return np.sum(np.tanh(w @ x) ** 2)

def branch(x):
    if x > 0:
        return x
    return -x
"""


def baur(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from compiler.cli import main; sys.argv[0] = 'baur'; main()"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)


def test_the_command_compiles_and_verifies_a_function_in_a_file(tmp_path: Path) -> None:
    model, program = tmp_path / "model.py", tmp_path / "loss_gradient.py"
    model.write_text(MODEL, "utf-8")
    shapes = ("--shape", "2,3", "--shape", "3", "--wrt", "0")
    compiled = baur("compile", f"{model}:loss", *shapes, "-o", str(program))
    assert compiled.returncode == 0, compiled.stderr
    assert compiled.stderr.rstrip().endswith(": CERTIFIED")
    assert "def value_and_gradient(w_0_0, w_0_1, w_0_2, w_1_0, w_1_1, w_1_2, x_0, x_1, x_2):" in program.read_text()
    verified = baur("verify", str(program), "--formula", f"{model}:loss", *shapes)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "CERTIFIED  (reference: function)" in verified.stdout
    program.write_text(program.read_text().replace(" + ", " - ", 1))
    assert baur("verify", str(program), "--formula", f"{model}:loss", *shapes).returncode == 1


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("{}:branch", ["model.py, line 7", "    if x > 0:", "       ^^^^^", "np.where"]),
        ("{}:loss", ["model.py, line 4", "for @", "--shape 3,4"]),
        ("{}:los", ["no function 'los'", "loss, branch"]),
        ("no_such.py:loss", ["no_such.py", "no such file"]),
    ],
    ids=["a branch", "shapes forgotten", "a wrong name", "a wrong file"],
)
def test_the_command_names_what_is_wrong_with_a_function(tmp_path: Path, argument: str, words: list[str]) -> None:
    model = tmp_path / "model.py"
    model.write_text(MODEL, "utf-8")
    result = baur("compile", argument.format(model))
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


def test_a_file_that_does_not_run_is_named_with_its_line(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text("a = 1\nb = a / 0\n", "utf-8")
    result = baur("compile", f"{model}:loss")
    assert result.returncode == 2
    assert "model.py, line 2: ZeroDivisionError" in result.stderr
    assert baur("compile", "x*y", "--shape", "3").returncode == 2
    assert baur("compile", f"{model}:loss", "--variables", "x").returncode == 2
