"""Products with Jacobians and Hessians, and whole ones, in SciPy's optimizers; programs of many gates."""

from __future__ import annotations

import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compiler import GradientProgram, compile_gradient
from tests.test_derivatives_program import compiled
from tests.test_derivatives_sparse import rosenbrock


def test_scipys_optimizers_take_products_and_matrices() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    program = compile_gradient(rosenbrock, shapes=((8,),))
    start = np.full(8, 0.5)
    found = optimize.minimize(program.scipy, start, jac=True, hessp=program.hessp, method="trust-constr")
    assert found.x == pytest.approx(np.ones(8), abs=1e-3)
    newton = optimize.minimize(program.scipy, start, jac=True, hessp=program.hessp, method="Newton-CG")
    assert newton.x == pytest.approx(np.ones(8), abs=1e-2)
    whole = compiled(rosenbrock, "hessian", shapes=((8,),))
    found = optimize.minimize(program.scipy, start, jac=True, hess=whole.hessian, method="trust-constr")
    assert found.x == pytest.approx(np.ones(8), abs=1e-3)


@pytest.mark.parametrize("formula", ["(x - a)**4 + x*x*y*y", None])
def test_a_gradient_program_has_products_with_its_hessian(formula: str | None, tmp_path: Path) -> None:
    program = compile_gradient("(x - a)**4 + x*x*y*y", ["x", "y"], ["a"])
    if formula is None:
        (tmp_path / "f.py").write_text(program.source, "utf-8")
        program = GradientProgram.load(tmp_path / "f.py")
    product = program.hessp(np.array([2.0, 3.0]), np.array([1.0, 0.5]), 1.0)
    assert product == pytest.approx([12.0 + 18.0 + 0.5 * 24.0, 24.0 + 0.5 * 8.0])
    assert pickle.loads(pickle.dumps(program))(2.0, 3.0, 1.0) == program(2.0, 3.0, 1.0)  # noqa: S301  our own


def test_least_squares_takes_residuals_and_their_jacobian() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    xs = [0.0, 0.5, 1.0, 1.5, 2.0]
    program = compiled([f"a*exp(b*{x}) - {2 * math.exp(-0.7 * x)!r}" for x in xs], "jacobian", ["a", "b"])
    found = optimize.least_squares(program.residuals, [1.0, 0.0], jac=program.jacobian)
    assert found.x == pytest.approx([2.0, -0.7], abs=1e-8)


def test_a_program_of_a_hundred_thousand_gates_runs() -> None:
    def horner(p: Any) -> Any:
        x, y = p
        total = y
        for _ in range(20_000):
            total = total * x + y
        return total

    program = compiled(horner, "jvp", shapes=((2,),))
    assert program.total_gates > 100_000
    x, y = 0.5, 0.25
    ((value,), (moved,)) = program(np.array([x, y]), np.array([1.0, 1.0]))
    assert (value, moved) == pytest.approx((y / (1 - x), y / (1 - x) ** 2 + 1 / (1 - x)))
    assert program.jvp([x, y], [1.0, 1.0]) == pytest.approx([moved])
