"""Translated derivative programs return the numbers of the Python text: on `+ - * /` the same bits, of every kind."""

from __future__ import annotations

import re
import shutil
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from compiler.cli import main
from compiler.derivatives import DerivativeProgram, compile_derivative
from compiler.dialects import DIALECTS
from compiler.layout import KINDS
from compiler.translate import translate
from tests.bounded import bounded
from tests.derivative_languages import DERIVATIVE_LANGUAGES
from tests.drivers import Language
from tests.languages import finish, require, results

DERIVATIVES = [kind for kind in KINDS if kind != "gradient"]
EXACT = {
    "quotients": ("p*x*y**2 + x/(y*z) - z*p", "x*z - p/y", "y + 3"),
    "kinks": ("max(x, y)*z + abs(x - z)*p + select(x > y, x*x, y*z) + min(x*y, z)/3", "max(x*p, 0.5)*max(y, z)", "x"),
    "linear": ("3*x + y - z*p", "p", "2*y"),
    "results": ("results*point/work + gradient*result + f_rows*value", "work*stride", "f_columns*results*results"),
}
FUNCTIONS = (
    "sin(x*y)*exp(z/p) + log(1 + x*x)*tanh(y) + atan2(x, z)",
    "sqrt(1 + y*y)**3 + erf(z)",
    "sigmoid(x)*cosh(p)",
)
LONG = [f"(x{i}*x{i + 1} - x{i + 2}*p/(1 + x{i}*x{i}))**2/(2 + x{i + 1}*x{i + 1})" for i in range(46)]


def of_kind(kind: str, formulas: Any) -> DerivativeProgram:
    """Return a program: of all formulas, or of their sum where the kind is of one value. The input p is no variable."""
    whole = " + ".join(f"({each})" for each in formulas) if KINDS[kind].scalar else list(formulas)
    found = set(re.findall(r"\bp\b", str(whole)))
    program = compile_derivative(whole, kind, parameters=sorted(found), effort="plain")
    assert isinstance(program, DerivativeProgram)
    return program


@cache
def programs() -> dict[str, tuple[DerivativeProgram, Any]]:
    """Return programs of every kind, and points: inputs, parameters, then a direction or weights."""
    random, found = Random(0), dict[str, tuple[DerivativeProgram, Any]]()
    for kind in DERIVATIVES:
        long = LONG[:16] if KINDS[kind].scalar else LONG
        for name, formulas in (*EXACT.items(), ("functions", FUNCTIONS), ("long", long)):
            program = of_kind(kind, formulas)
            size = len(program.inputs) + program.layout.seeds
            drawn = [[random.uniform(0.2, 2) for _ in range(size)] for _ in range(3)]
            found[f"{kind}_{name}"] = program, np.array(drawn)
        assert found[f"{kind}_long"][0].total_gates > 1_000
        for name in EXACT:
            program, points = found[f"{kind}_{name}"]
            special = [[each] * points.shape[1] for each in (0.0, -0.0, 1e300, np.inf, np.nan)]
            found[f"{kind}_{name}"] = program, np.vstack([points, special])
    apart = of_kind("jacobian", [f"x{place}*x{place}" for place in range(510)])  # whose parts share nothing
    found["jacobian_apart"] = apart, np.array([[random.uniform(-2, 2) for _ in apart.inputs]])
    return found


def expected(program: DerivativeProgram, points: Any) -> Any:
    """Return what the Python text returns, a row a point, all numbers in order."""
    rows = []
    for point in points:
        answer = program(*point.tolist()) if not program.layout.places else program(*point.tolist())[:-2]
        rows.append([each for part in answer for each in (part if isinstance(part, tuple) else (part,))])
    return np.array(rows)


@pytest.mark.parametrize("language", DERIVATIVE_LANGUAGES, ids=lambda language: language.target)
def test_a_translated_program_returns_the_same_numbers(language: Language, tmp_path: Path) -> None:
    require(language)
    found = results(language, programs(), tmp_path)
    for name, (program, points) in programs().items():
        if name.endswith("functions"):
            for point, row in zip(points, found[name], strict=True):
                for exact, value in zip(bounded(program.circuit, point.tolist()), row, strict=True):
                    assert abs(value - exact.value) <= exact.error, (name, value, exact.value)
        else:
            np.testing.assert_array_equal(found[name], (wanted := expected(program, points)), err_msg=name)
            at = wanted == 0
            np.testing.assert_array_equal(np.signbit(found[name][at]), np.signbit(wanted[at]), err_msg=name)
        if program.pattern[0]:
            places = np.fromfile(tmp_path / f"{name}.places", np.int32).reshape(2, -1)
            np.testing.assert_array_equal(places - DIALECTS[language.target].first, program.pattern)


def test_a_program_in_parts_has_them_in_every_compiled_language() -> None:
    for kind in DERIVATIVES:
        program = programs()[f"{kind}_long"][0]
        for target in ("c", "cpp", "cuda", "rust", "javascript", "julia", "fortran"):
            assert "part_1" in program.translate(target)


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="nvcc is not on this machine")
def test_cuda_is_compiled(tmp_path: Path) -> None:
    names = ["jvp_functions", "jacobian_functions", "hessian_results", "hvp_kinks", "vjp_long"]
    texts = [f"namespace of_{name} {{\n{programs()[name][0].translate('cuda', name)}}}\n" for name in names]
    (tmp_path / "all.cu").write_text("#include <math.h>\n#include <stddef.h>\n" + "".join(texts), "utf-8")
    finish(["nvcc", "-fmad=false", "-Werror", "all-warnings", "-diag-suppress", "177", "-cubin", "all.cu"], tmp_path)


@pytest.mark.parametrize("target", DIALECTS)
@pytest.mark.parametrize("kind", DERIVATIVES)
def test_the_text_says_what_it_takes_and_returns(kind: str, target: str, tmp_path: Path) -> None:
    program = of_kind(kind, EXACT["quotients"])
    text = program.translate(target)
    program.save(tmp_path / "f.json")
    assert DerivativeProgram.load(tmp_path / "f.json").translate(target) == translate(program.source, target) == text
    assert text.isascii()
    assert KINDS[kind].function in text.splitlines()[0]
    sizes = [program.layout.values, *program.layout.groups]
    said = next(line for line in text.splitlines() if "Results, in this order: " in line)
    assert [int(each) for each in re.findall(r"\((\d+)\)", said)] == sizes
    inputs = next(line for line in text.splitlines() if "Inputs, of which the first 3 have" in line)
    assert len(inputs.rpartition(":")[2].split(",")) == len(program.inputs) + program.layout.seeds
    assert (f"the last {program.layout.seeds} are" in inputs) == bool(program.layout.seeds)
    assert max(map(len, text.splitlines())) <= 132 or target == "h"
    lines = re.findall(r"^ +(?:const (?:double )?|let )?(\w+)(?:: f64)? = ", text, re.MULTILINE)
    wanted = re.findall(r"^    (\w+) = ", program.source, re.MULTILINE)
    assert [name for name in lines if name in wanted] == ([] if target == "h" else wanted)


def test_a_pattern_without_entries_is_no_array() -> None:
    program = compile_derivative("log(2)*3", "jacobian", ["x"])
    text = program.translate("c", "f")
    assert "int f_rows" not in text
    assert "results[0] = " in text
    assert "results[1]" not in text


def test_the_command_translates_every_kind(tmp_path: Path) -> None:
    output = tmp_path / "f.c"
    for kind in DERIVATIVES:
        arguments = ["compile", "x*y", "--derivative", kind, "--target", "c", "--name", "f", "-o", str(output)]
        assert CliRunner().invoke(main, arguments).exit_code == 0
        assert output.read_text("utf-8") == compile_derivative("x*y", kind).translate("c", "f")
