"""Translated programs compute the same numbers: on `+ - * /` the same bits, else within the running error of floats."""

from __future__ import annotations

import math
import re
import shutil
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.workloads import WORKLOADS
from circuit import parse, trace
from circuit.errors import InvalidArgument
from circuit.ops import COMPARISONS, OPS
from compiler import GradientProgram, compile_gradient
from compiler.cli import main
from compiler.dialects import DIALECTS
from compiler.emit import emit
from compiler.sweep import gradient
from compiler.translate import dialect_of, translate
from tests.bounded import bounded
from tests.drivers import LANGUAGES, PYTHON, Language
from tests.languages import finish, require, results
from verify import count
from verify.table import RESERVED

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.7, 2.0, -2.5, 3.7, 710.0, -745.2, 1e16, 1e300, -1e300, 5e-324, 6.1, 2.6, -3.2]
SPECIAL += [math.inf, -math.inf, math.nan]
NAMES = """int double fn main x X v0_ V0 T0 value point gradient work stride in let const new class function end do if_
real enddo integer Exp SIN Math f64 np jnp torch tensor pub mut None_ Some Ok Err NaN NAN NULL INFINITY M_PI unix linux
bool true_ undefined eval_ arguments await extern static auto register goto subroutine program_ result merge aint kind
dimension implicit contains Float64 nothing ifelse isnan ccall using baremodule Inf y0 y1 j0 gamma signbit threadIdx
_private a_name_that_is_much_longer_than_sixty_three_characters_and_so_too_long_for_some x_bar_ this typeof usize self
Self crate where yield_ fabs c_log1p floor_of nan_pow run part part_0 std EOF E W_0_2 size_t restrict""".split()
NAMES = [name for name in NAMES if name not in RESERVED]
# floats may go another way: NumPy's power at -inf and -0.0, XLA without subnormals, torch's sinh
LIMITS = {"pow_a": (-math.inf, -0.0), "jax": (5e-324,), "torch": (710.0,)}
DRAWN = 5  # points within the domains of all gates
EXACT = ["names", "constants", "truths", "small", "constant", "parameters", "rosen", "det"]
TRUTHS = """
def select(condition, a, b):
    return a if condition else b

def value_and_gradient(x, y):
    s0 = x > y
    s1 = y >= 2
    s2 = select(s0, s1, s0)
    s3 = 1 < 2
    v0 = select(s2, x, 3)
    v1 = s1 * x
    v2 = v0 + v1
    v3 = select(1, v2, y)
    s4 = s0 == s1
    v4 = select(s3, v3, 0.5)
    v5 = v4 + s4
    t0 = select(s4, 1, 0)
    t1 = select(t0, x, 2)
    return v5, (t1, s0)
"""


def every_gate() -> str:
    """Return a sum of all gates of the table, each of inputs of its own, so that each derivative shows one of them."""
    terms = []
    for name, row in ((name, row) for name, row in OPS.items() if name != "sign"):  # the derivative of abs
        a, b = f"{name}_a", f"{name}_b"
        text = row.text.replace("maximum", "max").replace("minimum", "min").format(a, b, a)
        if name in COMPARISONS:
            text = f"select({text}, {a}, {b} * {a})"
        elif name == "select":
            text = f"select({a} > 0, {b}, {a} * {b})"
        elif name == "pow":
            text = f"{a}**1.5 + {b}**(-1/3)"
        elif row.flat:
            text = f"{text} * {b}"
        terms.append(f"({text})")
    return " + ".join(terms)


def domain(name: str) -> tuple[float, float]:
    """Return where the input of a gate is drawn."""
    gate, _, slot = name.rpartition("_")
    return (0.1, 3.0) if gate == "pow" else OPS[gate].domain_of(slot == "b" and OPS[gate].arity > 1)


@cache
def programs(long: bool = True) -> dict[str, tuple[GradientProgram, Any]]:
    """Return programs and their points. long: with some of more gates than stand in one function."""
    random = Random(0)
    gates = compile_gradient(every_gate(), effort="plain")
    drawn = [[random.uniform(*domain(name)) for name in gates.inputs] for _ in range(DRAWN)]
    found: dict[str, Any] = {"gates": (gates, drawn + [[each] * len(gates.inputs) for each in SPECIAL])}
    products = [f"{name}*{other}/{place}" for place, (name, other) in enumerate(pairwise(NAMES), 1)]
    named = gradient(parse(" + ".join(products), NAMES))
    text = re.sub(r"\bx(\d+)\b", lambda match: NAMES[int(match[1])], emit(named))
    found["names"] = GradientProgram(text, NAMES), [[random.uniform(-2, 2) for _ in NAMES] for _ in range(3)]
    constants = "x*123456789012345678901234567890 + y/3 + 1e300*x*y - 5e-324*y + 0.1 + 1e22/(7*x) - 2/3*y*0.3"
    found["constants"] = compile_gradient(constants, effort="plain"), [[1.7, -0.3], [1e-9, 5.0]]
    found["truths"] = GradientProgram(TRUTHS, "xy"), [[1.5, 0.5], [0.5, 1.5], [3.5, 2.5], [2.5, 3.5]]
    found["small"] = compile_gradient("3*x + y"), [[1.5, 0.5]]
    found["constant"] = compile_gradient("log(2)*3", ["x"]), [[1.5]]
    found["parameters"] = compile_gradient("a*x*x", ["x"], ["a"]), [[1.5, 0.5]]
    for name in ("rosen", "det", "robot"):
        workload = WORKLOADS[name]
        size = workload.sizes[long]
        whole = gradient(trace(workload.function(size, np), (workload.inputs(size),)))
        found[name] = GradientProgram(emit(whole), whole.inputs, circuit=whole), [workload.start(size)] * 2
    return {name: (program, np.array(points)) for name, (program, points) in found.items()}


def expected(program: GradientProgram, points: Any) -> Any:
    """Return the rows (value, derivatives) that CPython makes of a program."""
    values, gradients = program.engine("cpython").batch(points)
    return np.column_stack([values, gradients])


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.target)
def test_a_translated_program_computes_the_same_numbers(language: Language, tmp_path: Path) -> None:
    require(language)
    chosen = programs(language.target not in PYTHON)
    found = results(language, chosen, tmp_path)
    for name in EXACT:
        wanted = expected(*chosen[name])
        if (language.target, name) == ("jax", "names"):  # XLA multiplies by 1/9 where it is to divide by 9
            np.testing.assert_allclose(found[name], wanted, rtol=1e-12)
        else:
            assert found[name].tobytes() == wanted.tobytes(), name
    for name in ("gates", "robot"):
        is_within_the_running_error(*chosen[name], found[name])
    follows_ieee_rules(*chosen["gates"], found["gates"], language.target)


def is_within_the_running_error(program: GradientProgram, points: Any, rows: Any) -> None:
    """Assert that results are near the exact ones, at points within all domains."""
    for point, row in zip(points[:DRAWN], rows, strict=False):
        names = ["value", *program.inputs]
        for name, exact, value in zip(names, bounded(program.circuit, point.tolist()), row, strict=True):
            assert abs(value - exact.value) <= exact.error, (name, value, exact.value)


def follows_ieee_rules(program: GradientProgram, points: Any, rows: Any, target: str) -> None:
    """Assert that results are those of CPython, at any points."""
    wrong = []
    for name, column, other in zip(["value", *program.inputs], expected(program, points).T, rows.T, strict=True):
        for x, one, two in zip(points[:, 0].tolist(), column.tolist(), other.tolist(), strict=True):
            if x not in LIMITS.get(name, ()) and x not in LIMITS.get(target, ()) and not alike(name, one, two):
                wrong.append((name, x, one, two))
    assert not wrong


def alike(name: str, one: float, two: float) -> bool:
    """Say whether floats are of one kind (nan, infinities, zeros with signs) and equal but for the last places."""
    if one == 0 or two == 0 or math.isinf(one) or math.isinf(two):
        signed = name not in ("floor_b", "ceil_b", "trunc_b")  # 0 is an int in Python
        return one == two and (math.copysign(1, one) == math.copysign(1, two) or not signed)
    digits = 1e-12 if name == "acosh_a" else 1e-13  # sinh(acosh(1e300))
    return (one != one and two != two) or abs(one - two) <= digits * abs(one)


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="nvcc is not on this machine")
def test_cuda_is_compiled(tmp_path: Path) -> None:
    for name in ("gates", "names", "truths", "robot"):
        (tmp_path / f"{name}.cu").write_text(programs()[name][0].translate("cuda", name), "utf-8")
    files = [f"{name}.cu" for name in ("gates", "names", "truths", "robot")]
    finish(["nvcc", "-fmad=false", "-Werror", "all-warnings", "-diag-suppress", "177", "-cubin", *files], tmp_path)


def test_the_parts_of_a_thread_in_cuda_share_an_array_of_its_own() -> None:
    text = programs()["robot"][0].translate("cuda")
    assert "work[1] = " in text
    assert "work[1 * stride]" not in text
    assert "point[1 * stride]" in text


@pytest.mark.parametrize("target", DIALECTS)
def test_statements_keep_their_names_and_their_order(target: str) -> None:
    program = compile_gradient("sin(x)*y + x/y")
    wanted = re.findall(r"^    (\w+) = ", program.source, re.MULTILINE)
    found = re.findall(r"^ +(?:const (?:double )?|let )?(\w+)(?:: f64)? = ", program.translate(target), re.MULTILINE)
    assert [name for name in found if name in wanted] == ([] if target == "h" else wanted)
    assert count(program.source).total_gates == int(re.findall(r"in (\d+) gates", program.translate(target))[0])


@pytest.mark.parametrize("target", DIALECTS)
def test_the_text_is_the_same_whoever_asks(target: str, tmp_path: Path) -> None:
    program = compile_gradient("exp(x)*y")
    program.save(tmp_path / "f.json")
    assert GradientProgram.load(tmp_path / "f.json").translate(target) == program.translate(target)
    assert translate(program.source, target) == program.translate(target)
    assert program.translate(target).isascii()


def test_names_of_one_spelling_but_for_case_stay_apart_in_fortran() -> None:
    text = compile_gradient("x*X + value").translate("fortran")
    assert re.findall(r"(\w+) = point\((\d)\)", text) == [("X", "1"), ("value_1", "2"), ("x_1", "3")]


def test_lines_of_fortran_are_short() -> None:
    names = [f"{letter * 60}{place}" for place, letter in enumerate("abc")]
    text = compile_gradient(f"select({names[0]} > 0, {names[1]}, {names[2]}*1e-300/7)").translate("fortran")
    assert max(len(line) for line in text.splitlines()) <= 132


def test_comments_that_a_language_could_read_are_left_out() -> None:
    source = compile_gradient("x*y").source
    for comment in ("ends in \\", "or so??/", "$omp", "{-# x"):
        assert comment not in translate(source.replace("    # value: 1 gate", f"    # {comment}"), "c")
    assert "// a plain one" in translate(source.replace("    # value: 1 gate", "    # a plain one"), "c")


def test_what_no_language_has_is_refused() -> None:
    program = compile_gradient("x*y")
    with pytest.raises(InvalidArgument, match=r"c, h, cpp, cuda, rust, .*, torch, not to 'cobol'"):
        program.translate("cobol")
    refused = [("c", "double"), ("c", "a b"), ("c", ""), ("rust", "fn"), ("fortran", "POINT"), ("cuda", "NULL")]
    for target, name in refused:
        with pytest.raises(InvalidArgument, match="no function can be called"):
            program.translate(target, name)
    assert dialect_of("c", "rosen").name == "c"


def test_the_command_translates(tmp_path: Path) -> None:
    runner = CliRunner()
    output = tmp_path / "f.c"
    done = runner.invoke(main, ["compile", "x*y", "--target", "c", "--name", "f", "-o", str(output)])
    assert done.exit_code == 0
    assert output.read_text("utf-8") == compile_gradient("x*y").translate("c", "f")
    done = runner.invoke(main, ["compile", "x*y", "--target", "cobol"])
    assert done.exit_code == 2
    assert "javascript" in done.output
