"""`program.scipy` in scipy's optimizers; and programs that are pickled, copied and shared by threads."""

from __future__ import annotations

import copy
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pytest
import sympy

from circuit import parse
from circuit.errors import CircuitError, ShapeError
from compiler import GradientProgram, compile_gradient
from compiler.engines import choice


def rosenbrock(x: Any) -> Any:
    """Return the chained Rosenbrock function, least (0) where all inputs are 1."""
    return sum(100 * (x[i + 1] - x[i] * x[i]) ** 2 + (1 - x[i]) ** 2 for i in range(len(x) - 1))


def twice(x: Any, y: Any) -> Any:
    """Return 2*x*y + x/y."""
    return 2.0 * x * y + x / y


@pytest.fixture(scope="module")
def chained() -> GradientProgram:
    """Return the program of 100 inputs."""
    return compile_gradient(rosenbrock, shapes=((100,),), effort="plain")


@pytest.mark.parametrize("method", ["L-BFGS-B", "BFGS", "CG"])
def test_an_optimizer_finds_the_optimum(chained: GradientProgram, method: str) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    start = np.tile([-1.2, 1.0], 50)
    found = optimize.minimize(chained.scipy, start, jac=True, method=method, options={"maxiter": 5000})
    # the chained function has a second valley, near x0 = -1
    assert found.success
    value, gradient = chained.scipy(found.x)
    assert np.abs(gradient).max() < 0.05
    assert value == found.fun
    assert value < 4.0


def test_from_a_start_in_its_valley_the_optimum_is_all_ones(chained: GradientProgram) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    found = optimize.minimize(chained.scipy, np.full(100, 0.5), jac=True, method="L-BFGS-B", options={"ftol": 1e-15})
    assert found.x == pytest.approx(np.ones(100), abs=1e-4)


def test_bounds_and_constraints_are_scipys(chained: GradientProgram) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    program = compile_gradient("(x - 3)**2 + (y + 1)**2")
    found = optimize.minimize(program.scipy, [0.0, 0.0], jac=True, method="L-BFGS-B", bounds=[(0, 2), (0, 2)])
    assert found.x.tolist() == [2.0, 0.0]
    line = optimize.LinearConstraint([[1, 1]], 0, 0)
    found = optimize.minimize(program.scipy, [0.0, 0.0], jac=True, method="trust-constr", constraints=line)
    assert found.x == pytest.approx([2.0, -2.0], abs=1e-6)


def test_parameters_are_arguments_of_the_optimizer() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    program = compile_gradient("(x - a)**2 + (y - b)**4", ["x", "y"], ["a", "b"])
    found = optimize.minimize(program.scipy, [0.0, 0.0], args=(3.0, 1.0), jac=True)
    assert found.x == pytest.approx([3.0, 1.0], abs=0.05)

    def loss(w: Any, A: Any, y: Any) -> Any:
        r = A @ w - y
        return r @ r

    traced = compile_gradient(loss, shapes=((2,), (3, 2), (3,)), wrt=(0,))
    A, y = np.array([[1.0, 2.0], [0.0, 1.0], [3.0, 1.0]]), np.array([3.0, 1.0, 4.0])
    found = optimize.minimize(traced.scipy, np.zeros(2), args=(A, y), jac=True, method="L-BFGS-B")
    assert found.x == pytest.approx([1.0, 1.0], abs=1e-5)


def test_every_gradient_is_an_array_of_its_own(chained: GradientProgram) -> None:
    for program, point in ((chained, np.linspace(0, 1, 100)), (compile_gradient("x*y"), np.array([2.0, 3.0]))):
        value, first = program.scipy(point)
        kept = first.copy()
        _, second = program.scipy(point + 1)
        assert type(value) is float
        assert first.dtype == np.float64
        assert first is not second
        assert first.tolist() == kept.tolist() != second.tolist()
        first[:] = 0
        assert program.scipy(point)[1].tolist() == kept.tolist()


def test_a_point_of_another_shape_is_refused(chained: GradientProgram) -> None:
    with pytest.raises(ShapeError):
        chained.scipy(np.zeros(99))
    with pytest.raises(CircuitError):
        compile_gradient("x*y").scipy([1.0])
    with pytest.raises(CircuitError):
        compile_gradient("a*x", ["x"], ["a"]).scipy([1.0])


@pytest.mark.parametrize("formula", ["x*y + sin(x)/y", "x/0.1 + log(y)"])
def test_a_program_that_has_run_is_pickled_and_copied(formula: str) -> None:
    program = compile_gradient(formula)
    point = [[1.5, 0.5], [0.0, 0.0]]
    expected = [program(*each) for each in point]  # at 0 by IEEE rules
    program.batch(point)
    program.engine("numpy")(point[0])
    assert program.certificate.accepted
    for again in (pickle.loads(pickle.dumps(program)), copy.copy(program), copy.deepcopy(program)):  # noqa: S301  our own
        assert repr([again(*each) for each in point]) == repr(expected)
        assert (again.source, again.inputs, again.formula) == (program.source, program.inputs, formula)
        assert again.certificate.to_json() == program.certificate.to_json()
        assert again.batch(point)[0].tobytes() == program.batch(point)[0].tobytes()
        assert again.circuit == program.circuit


def test_a_pickled_program_of_a_function_keeps_its_shapes() -> None:
    program = compile_gradient(rosenbrock, shapes=((3,),))
    value, (gradient,) = program(np.array([0.5, 1.0, 2.0]))
    again, (same,) = pickle.loads(pickle.dumps(program))(np.array([0.5, 1.0, 2.0]))  # noqa: S301  our own
    assert (again, same.tolist()) == (value, gradient.tolist())


def test_threads_share_a_program(chained: GradientProgram) -> None:
    points = [np.linspace(-1, 1, 100) * (1 + step / 8) for step in range(8)]
    fresh = GradientProgram(chained.source, chained.inputs)
    expected = [(value, gradient.tobytes()) for value, gradient in map(chained.scipy, points)]
    with ThreadPoolExecutor(8) as threads:
        for _ in range(5):
            found = list(threads.map(fresh.scipy, points))
            assert [(value, gradient.tobytes()) for value, gradient in found] == expected
        batches = list(threads.map(lambda _: fresh.batch(np.array(points)), range(8)))
    assert {values.tobytes() for values, _ in batches} == {np.array([value for value, _ in expected]).tobytes()}


def made(scale: float) -> Any:
    """Return a function that no pickle can name."""
    return lambda x, y: scale * x * y + x / y


@pytest.mark.parametrize(
    ("formula", "kept"),
    [
        (lambda x, y: 2.0 * x * y + x / y, False),
        (made(2.0), False),
        (partial(lambda s, x, y: s * x * y + x / y, 2.0), False),
        (twice, True),
        (parse("2*x*y + x/y"), True),
        (sympy.sympify("2*x*y + x/y"), True),
        ("2*x*y + x/y", True),
    ],
    ids=["lambda", "closure", "partial", "function", "circuit", "sympy", "text"],
)
def test_a_formula_that_no_pickle_can_name_stays_behind(formula: Any, kept: bool) -> None:
    program = compile_gradient(formula)
    again = pickle.loads(pickle.dumps(program))  # noqa: S301  our own
    assert (again.formula is None) == (not kept)
    assert (again.source, again.inputs, again.arguments) == (program.source, program.inputs, program.arguments)
    assert again(3.0, 2.0) == program(3.0, 2.0) == (13.5, (4.5, 5.25))
    assert again.batch([[3.0, 2.0]])[0].tolist() == [13.5]
    assert again.certificate.accepted
    fresh = GradientProgram(program.source, program.inputs, formula=formula, arguments=program.arguments)
    assert pickle.loads(pickle.dumps(fresh)).certificate.accepted  # noqa: S301  of the text alone, if need be
    assert program.formula is formula
    assert copy.copy(program) is copy.deepcopy(program) is program


def test_threads_that_come_first_make_each_engine_once() -> None:
    program = compile_gradient("x*y + sin(x)/y")
    names = ["cpython", "numpy", *(["interpreter", "llvm-quick", "llvm"] if choice.native() else [])]
    expected = program(0.75, 2.0)
    for _ in range(5):
        fresh = pickle.loads(pickle.dumps(program))  # noqa: S301  our own
        start = threading.Barrier(4 * len(names))

        def work(place: int, fresh: Any = fresh, start: Any = start) -> tuple[Any, Any, Any]:
            start.wait()
            run = fresh.engine(names[place % len(names)])
            return run, run([0.75, 2.0]), (fresh(0.75, 2.0), fresh.circuit, fresh.certificate.accepted)

        with ThreadPoolExecutor(4 * len(names)) as threads:
            found = list(threads.map(work, range(4 * len(names))))
        assert len({id(run) for run, _, _ in found}) == len(names)
        for _, (value, gradient), (called, circuit, accepted) in found:
            assert value == pytest.approx(expected[0], rel=1e-15)
            assert gradient == pytest.approx(expected[1], rel=1e-15)
            assert called == expected
            assert circuit == program.circuit
            assert accepted
