"""Every engine computes the program's own numbers: bit for bit where gates are `+ - * /`, else within running error."""

from __future__ import annotations

import itertools
import math
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from benchmarks.workloads import WORKLOADS
from circuit import Circuit, parse, trace
from circuit.errors import CircuitError, InvalidArgument, InvalidType, ShapeError
from circuit.ops import COMPARISONS, OPS
from compiler import GradientProgram, compile_gradient
from compiler.emit import emit
from compiler.engines import ENGINES, choice
from compiler.engines.c import COMPILERS
from compiler.schedule import schedule
from compiler.sweep import gradient
from tests.bounded import Undecided, bounded
from tests.corpora import Core, Feynman, UnconstrainedFunction, cores, each, feynman, uo_functions

HERE = [name for name in ENGINES if name != "c" or any(map(shutil.which, COMPILERS))]
NATIVE = ["interpreter", "llvm-quick", "llvm"]
RATIONAL = ["speel", "rosen", "det", "deep"]
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.7, 2.0, -2.5, 3.7, 710.0, -745.2, 1e16, 1e300, -1e300, 5e-324]
SPECIAL += [math.inf, -math.inf, math.nan]

pytestmark = pytest.mark.skipif(not choice.native(), reason="llvmlite is not installed: the extra `fast`")


def program_of(circuit: Circuit) -> GradientProgram:
    """Return the program of a circuit's gradient."""
    whole = gradient(circuit)
    return GradientProgram(emit(whole), circuit.inputs, circuit.parameters, circuit=whole)


def workload(name: str, about: int) -> tuple[GradientProgram, list[float]]:
    """Return a workload of about so many gates, 10**2 ... 10**6, and a point."""
    found = WORKLOADS[name]
    size = found.sizes[round(math.log10(about)) - 2]
    return program_of(trace(found.function(size, np), (found.inputs(size),))), found.start(size)


def bits(value: float, derivatives: Any) -> list[str]:
    """Return results so that only equal floats are equal: 0.0 is not -0.0, nan is nan."""
    return [float(each).hex() for each in (value, *derivatives)]


def formula(name: str) -> tuple[str, int]:
    """Return a formula of a gate of the table, and of how many inputs."""
    row = OPS[name]
    if name == "sign":
        return "abs(x0)", 1
    if name in COMPARISONS:
        return f"select({row.text.format('x0', 'x1')}, x0, x1 * x0)", 2
    if name == "select":
        return "select(x0 > 0, x1, x2)", 3
    if name == "pow":
        return "x0**1.5", 1
    text = row.text.replace("maximum", "max").replace("minimum", "min")
    return text.format("x0", "x1"), row.arity


def alike(expected: Any, found: Any, digits: float) -> bool:
    """Say whether results are the same: kinds, signs of zeros and infinities, and finite values up to so much."""
    expected, found = np.asarray(expected), np.asarray(found)
    kinds = (np.isnan(expected) == np.isnan(found)) & (np.isinf(expected) == np.isinf(found))
    zeros = (expected != 0) | (found != 0) | (np.signbit(expected) == np.signbit(found))
    with np.errstate(all="ignore"):
        near = (expected == found) | np.isnan(expected) | (abs(expected - found) <= digits * abs(expected))
    return bool((kinds & zeros & near).all())


def within(circuit: Circuit, point: Sequence[float], found: Sequence[Any]) -> bool:
    """Assert that results lie within the running error of the exact ones; return whether there was one to look at."""
    try:
        exact = bounded(circuit, point)
    except Undecided:
        return False
    for expected, value in zip(exact, found, strict=True):
        assert abs(float(value) - expected.value) <= expected.error
    return True


@pytest.mark.parametrize("name", RATIONAL)
@pytest.mark.parametrize("engine", NATIVE)
def test_arithmetic_has_the_bits_of_the_python_text(name: str, engine: str) -> None:
    program, point = workload(name, 1000)
    expected = bits(*program.engine("cpython")(point))
    assert bits(*program.engine(engine)(point)) == expected
    values, gradients = program.engine(engine).batch([point] * 67)
    assert {tuple(bits(*row)) for row in zip(values, gradients, strict=True)} == {tuple(expected)}


def random_circuit(random: Random, gates: int) -> Circuit:
    """Return the gradient of a random sum of `+ - * /` of three inputs and constants."""
    texts = ["x", "y", "z", "2", "0.1", "x"]
    for _ in range(gates):
        left, right = random.choice(texts[-9:]), random.choice(texts)
        texts.append(f"({left} {random.choice('+-**/')} {right})" if right != "0.1" else f"(-{left} - {right})")
    return gradient(parse(" + ".join(each for each in texts[6:] if any(name in each for name in "xyz")), tuple("xyz")))


@pytest.mark.parametrize("seed", range(12))
def test_random_arithmetic_has_the_bits_of_the_python_text(seed: int) -> None:
    random = Random(seed)
    try:
        circuit = random_circuit(random, 9)
    except CircuitError:  # a division by 0
        circuit = gradient(parse("x*y - y/z", tuple("xyz")))
    program = GradientProgram(emit(circuit), circuit.inputs, circuit=circuit)
    points = [[random.choice((random.uniform(-2, 2), random.choice(SPECIAL))) for _ in "xyz"] for _ in range(130)]
    expected = [bits(*program.engine("cpython")(point)) for point in points]
    for engine in NATIVE:
        assert [bits(*program.engine(engine)(point)) for point in points] == expected
        assert [bits(*each) for each in zip(*program.engine(engine).batch(points), strict=True)] == expected


@pytest.mark.parametrize("sign", "+-")
@pytest.mark.parametrize("terms", range(1, 12))
def test_sums_of_products_of_any_length_have_the_bits_of_the_python_text(terms: int, sign: str) -> None:
    names = [f"y{place}" for place in range(2 * terms + 1)]
    total = "y0"
    for left, right in zip(names[1::2], names[2::2], strict=True):
        total = f"({total} {sign} {left}*{right})"
    programs = [program_of(parse(text, names)) for text in (total, f"{total}*{total} {sign} {total}*y0", f"y1/{total}")]
    random = Random(terms)
    points = [[random.uniform(-2, 2) for _ in names] for _ in range(70)]
    for program in programs:
        expected = [bits(*program.engine("cpython")(point)) for point in points]
        for engine in NATIVE:
            assert [bits(*program.engine(engine)(point)) for point in points[:3]] == expected[:3]
            assert [bits(*each) for each in zip(*program.engine(engine).batch(points), strict=True)] == expected


def test_terms_of_sums_are_taken_together() -> None:
    from compiler.engines.interpreter import NAMES, _summed

    program, _ = workload("det", 1000)
    whole = schedule(program.circuit)
    code, fields = _summed(whole)
    assert len(code) < 0.7 * len(whole)
    assert {NAMES[each] for each in code} >= {"submul2", "submul4"}
    assert fields.shape == (10, len(code))


@pytest.mark.parametrize("name", OPS)
def test_every_gate_of_the_table_by_ieee_rules(name: str) -> None:
    text, inputs = formula(name)
    program = program_of(parse(text, [f"x{place}" for place in range(inputs)]))
    points = np.array(list(itertools.product(SPECIAL, repeat=inputs))[:: 7 if inputs == 3 else 1])
    values, gradients = program.engine("cpython").batch(points)
    digits = 1e-12 if name == "acosh" else 2e-15  # sinh(acosh(x)) near 1; else a few units in the last place
    for engine in NATIVE:
        one = [program.engine(engine)(point) for point in points]
        assert alike(values, [value for value, _ in one], digits), engine
        assert alike(gradients, [derivatives for _, derivatives in one], digits), engine
        found = program.engine(engine).batch(points)
        assert alike(values, found[0], digits), engine
        assert alike(gradients, found[1], digits), engine


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_workload_is_within_its_running_error(name: str) -> None:
    program, point = workload(name, 100)
    for engine in HERE:
        value, derivatives = program.engine(engine)(point)
        assert within(program.circuit, point, [value, *derivatives])
        values, gradients = program.engine(engine).batch([point])
        assert within(program.circuit, point, [values[0], *gradients[0]])


def check(circuit: Circuit, engines: Sequence[str], seed: int = 0) -> None:
    """Hold the engines against the exact values at three points."""
    random = Random(seed)
    points = [[random.uniform(0.5, 2.0) for _ in circuit.inputs] for _ in range(3)]
    program = program_of(circuit)
    for engine in engines:
        values, gradients = program.engine(engine).batch(points)
        for point, found, row in zip(points, values, gradients, strict=True):
            if within(program.circuit, point, [found, *row]):
                value, derivatives = program.engine(engine)(point)
                assert within(program.circuit, point, [value, *derivatives])


@each(feynman)
def test_a_formula_of_physics_is_within_its_running_error(case: Feynman) -> None:
    check(parse(case.raw, case.variables), [name for name in ENGINES if name != "c"])  # C: test_compiler_c.py


@each(lambda: [case for case in uo_functions() if case.n == 12])
def test_a_function_of_optimization_is_within_its_running_error(case: UnconstrainedFunction) -> None:
    check(parse(case.formula, case.variables), ["interpreter", "llvm-quick"])


@each(lambda: cores("herbie")[::3])
def test_a_core_of_herbie_is_within_its_running_error(case: Core) -> None:
    try:
        circuit = parse(case.text)
    except CircuitError as error:
        pytest.skip(str(error)[:80])
    check(circuit, ["interpreter", "llvm-quick"])


@pytest.mark.parametrize("engine", HERE)
def test_a_program_from_a_file_runs_everywhere(engine: str, tmp_path: Path) -> None:
    text = "select(x > y, sin(x)/3, sigmoid(y)) + log(2)*x**y"
    program = compile_gradient(text)
    program.save(tmp_path / "program.json")
    loaded = GradientProgram.load(tmp_path / "program.json")
    assert bits(*loaded.engine(engine)([1.3, 0.7])) == bits(*program.engine(engine)([1.3, 0.7]))
    assert loaded.circuit.inputs == ("x", "y")


@pytest.mark.parametrize("engine", HERE)
def test_constants_and_inputs_may_be_results(engine: str) -> None:
    circuit = parse("x + 3*y", tuple("xyz"))
    program = program_of(circuit)
    assert bits(*program.engine(engine)([1.0, 2.0, 5.0])) == bits(7.0, [1.0, 3.0, 0.0])
    values, gradients = program.engine(engine).batch([[1.0, 2.0, 5.0], [0.0, 1.0, 2.0]])
    assert values.tolist() == [7.0, 3.0]
    assert gradients.tolist() == [[1.0, 3.0, 0.0]] * 2
    identity = program_of(parse("x", ("x", "y"), ["p"]))
    assert identity.engine(engine).batch([[4.0, 5.0, 6.0]])[1].tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize("engine", HERE)
@pytest.mark.parametrize(
    ("points", "error"),
    [
        ([1.0, 2.0, 3.0], ShapeError),
        ([[1.0, 2.0, 3.0]], ShapeError),
        (3.0, ShapeError),
        ([["1", "2"]], InvalidType),
        ([[1j, 2.0]], InvalidType),
        ([[None, 2.0]], InvalidType),
        ([[1.0], [2.0, 3.0]], InvalidType),
        ([[10**400, 2]], InvalidType),
    ],
)
def test_what_is_no_array_of_points_is_refused(engine: str, points: Any, error: type[CircuitError]) -> None:
    run = compile_gradient("x*y").engine(engine)
    for call in (run, run.batch):
        with pytest.raises(error):
            call(points)


@pytest.mark.parametrize("engine", HERE)
def test_arrays_of_any_make(engine: str) -> None:
    run = compile_gradient("x*y + y").engine(engine)
    points = np.arange(12.0).reshape(6, 2)
    expected = points[:, 0] * points[:, 1] + points[:, 1]
    frozen = points.copy()
    frozen.flags.writeable = False
    fractions = [[Fraction(x), Fraction(y)] for x, y in points.astype(int).tolist()]
    for each_kind in (points, frozen, points.astype(np.float32), points.astype(int), np.asfortranarray(points)):
        assert run.batch(each_kind)[0].tolist() == expected.tolist()
    assert run.batch(fractions)[0].tolist() == expected.tolist()
    assert run.batch(points[::-2])[0].tolist() == expected[::-2].tolist()
    assert [each.shape for each in run.batch(np.empty((0, 2)))] == [(0,), (0, 2)]
    assert [each.shape for each in run.batch(points.reshape(2, 3, 2))] == [(2, 3), (2, 3, 2)]
    assert run.batch(points.reshape(2, 3, 2))[0].ravel().tolist() == expected.tolist()
    assert np.isnan(run.batch([[math.nan, 1.0]])[0]).all()
    value, derivatives = run(np.array([3, 4]))
    assert (value, derivatives.tolist()) == (16.0, [4.0, 4.0])


@pytest.mark.parametrize("engine", ["numpy", "llvm-quick", "llvm"])
def test_float32(engine: str) -> None:
    program, point = workload("robot", 1000)
    values, gradients = program.engine(engine, "float32").batch([point] * 3)
    assert values.dtype == gradients.dtype == np.float32
    expected = program.engine("cpython")(point)
    assert values[0] == pytest.approx(expected[0], rel=1e-4)
    assert gradients[0] == pytest.approx(expected[1], rel=1e-3, abs=1e-4)
    assert program.engine(engine, "float32")(point)[0] == pytest.approx(expected[0], rel=1e-4)


def test_an_engine_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    program = compile_gradient("x*y")
    with pytest.raises(InvalidArgument, match="engine is cpython, numpy"):
        program.engine("gpu")
    with pytest.raises(InvalidArgument, match="float16"):
        program.engine("llvm", "float16")
    with pytest.raises(InvalidArgument, match="float32"):
        program.engine("interpreter", "float32")
    monkeypatch.setattr(choice, "find_spec", lambda name: None)
    with pytest.raises(InvalidArgument, match="extra `fast`"):
        program.engine("llvm")
    assert choice.for_point(10**6) == "cpython"
    assert choice.for_batch(10**6, 10**6) == "numpy"


def test_a_large_program_runs_by_the_interpreter_and_gives_the_same() -> None:
    program, point = workload("deep", 10_000)
    assert choice.for_point(25_000) == "interpreter"
    value, derivatives = program(*point)
    assert bits(value, derivatives) == bits(*program.engine("cpython")(point))
    values, gradients = program.batch([point])
    assert bits(values[0], gradients[0]) == bits(value, derivatives)


def test_a_batch_of_a_program_of_hundreds_of_thousands_of_gates() -> None:
    program, point = workload("rosen", 100_000)
    for engine in ("interpreter", "llvm-quick"):
        run = program.engine(engine)
        value, derivatives = run(point)
        values, gradients = run.batch([point] * 65)
        assert bits(values[64], gradients[64]) == bits(value, derivatives)


@pytest.mark.parametrize("engine", NATIVE)
def test_threads_share_an_engine(engine: str) -> None:
    program, point = workload("robot", 1000)
    run = program.engine(engine)
    points = [[each + step / 16 for each in point] for step in range(16)]
    expected = [bits(*run(each)) for each in points]
    found: dict[int, list[str]] = {}

    def work(step: int) -> None:
        for _ in range(50):
            found[step] = bits(*run(points[step]))

    threads = [threading.Thread(target=work, args=(step,)) for step in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[step] for step in range(16)] == expected


@pytest.mark.parametrize("engine", ["interpreter", *(["c"] if "c" in HERE else [])])
def test_a_batch_is_the_same_on_any_number_of_cores(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from compiler.engines import sharing

    program, point = workload("robot", 1000)
    points = np.array(point) + np.linspace(0, 1, 1500)[:, None]
    run = program.engine(engine)
    results = []
    for count in (1, 2, 5):
        monkeypatch.setattr(sharing, "cores", lambda count=count: count)
        monkeypatch.setattr(sharing, "WORTH", 1)
        results.append(b"".join(each.tobytes() for each in run.batch(points)))
    assert len(set(results)) == 1


@pytest.mark.parametrize("engine", ["llvm-quick", "llvm"])
def test_where_functions_have_no_vector_forms_they_are_those_of_python(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from compiler.engines import functions, gates

    def forget() -> None:
        for cached in (functions.load, functions.symbol, gates.template):
            cached.cache_clear()

    program, point = workload("robot", 100)
    monkeypatch.setattr(functions, "VECTORS", "libnothing.so")
    forget()
    try:
        expected = bits(*program.engine("cpython")(point))
        assert bits(*program.engine(engine)(point)) == expected
        values, gradients = program.engine(engine).batch([point] * 3)
        assert bits(values[2], gradients[2]) == expected
    finally:
        forget()


def test_threads_that_come_first_share_the_machine_code() -> None:
    code = """
import threading, numpy
from compiler import compile_gradient
programs = [compile_gradient(f"x*y + x/y*{k}") for k in range(2, 8)]
start, found = threading.Barrier(len(programs)), {}
def run(k):
    start.wait()
    found[k] = programs[k].engine("interpreter").batch(numpy.full((3000, 2), 2.0))[0][0]
threads = [threading.Thread(target=run, args=(k,)) for k in range(len(programs))]
for each in threads: each.start()
for each in threads: each.join()
print(*{float(found[k] - k) for k in range(len(programs))})
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "6.0\n"  # 4 + (k + 2) - k
