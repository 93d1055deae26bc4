"""The chained Rosenbrock function minimized by scipy's L-BFGS-B, its gradients by baur, jax, casadi and ddx-ad.

The same start and options for all. `ready`: from the Python function to the optimum; the rest: from the second time on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks import peers
from benchmarks.run import arrays, rivals
from benchmarks.speed.rows import Job, Row, Task, measured
from benchmarks.workloads import WORKLOADS
from circuit import trace
from compiler import GradientProgram, compile_gradient, gradient
from compiler.emit import emit

ROSEN = WORKLOADS["rosen"]
OPTIONS = {"maxiter": 100_000, "maxfun": 100_000, "ftol": 1e-14, "gtol": 1e-9}
Fun = Callable[[Any], tuple[float, Any]]  # value and gradient at a point (n,)


def rows(size: int, rounds: int) -> Iterator[Row]:
    """Yield the rows of a chain of so many inputs."""
    start = np.array(ROSEN.start(size))
    gates = 13 * size
    others = {peer: rivals.absent(peer, "rosen") or make for peer, make in PEERS.items()}
    there = {peer: make for peer, make in others.items() if not isinstance(make, str)}
    why: dict[str, Job | str] = {peer: why for peer, why in others.items() if isinstance(why, str)}

    def solve(fun: Fun) -> object:
        from scipy.optimize import minimize

        found = minimize(fun, start, jac=True, method="L-BFGS-B", options=OPTIONS)
        if not np.allclose(found.x, 1, atol=1e-3) and not found.success:
            raise ArithmeticError(f"no optimum was found: {found.message}")
        return found

    def first(make: Callable[[int], Fun]) -> Job:
        return lambda: solve(make(size))

    firsts: dict[str, Job | str] = {peer: first(make) for peer, make in there.items()}
    for what, own in OWN.items():
        yield from measured(Task(f"minimize ready, {what}", "rosen", gates, first(own), firsts | why), rounds, {})
    again: dict[str, Job | str] = {peer: partial(solve, make(size)) for peer, make in there.items()}
    task = Task("minimize", "rosen", gates, partial(solve, certified(size)), again | why)
    yield from measured(task, 2 * rounds, {})


def certified(size: int) -> Fun:
    """Return our own as users have it, proved by the chain rule before it is handed over."""
    return compile_gradient(lambda x: arrays.rosen(size, x, np), shapes=((size,),), effort="plain").scipy


def unproved(size: int) -> Fun:
    """Return the same without a proof, which no peer has either."""
    whole = gradient(trace(lambda x: arrays.rosen(size, x, np), (size,)))
    return GradientProgram(emit(whole), whole.inputs, circuit=whole).scipy


def jax(size: int) -> Fun:
    """Return jax's compiled gradient of the array form."""
    import jax as module

    module.config.update("jax_enable_x64", True)
    run = module.jit(module.value_and_grad(lambda x: arrays.rosen(size, x, module.numpy)))

    def fun(x: Any) -> tuple[float, Any]:
        value, gradient = run(x)
        return float(value), np.asarray(gradient)

    return fun


def casadi(size: int) -> Fun:
    """Return casadi's virtual machine, by the buffers that are its quickest way."""
    program = peers.casadi_program(ROSEN.function(size, peers.casadi()), size)
    buffer, call = program.buffer()
    point, value, gradient = np.zeros(size), np.zeros(1), np.zeros(size)
    buffer.set_arg(0, memoryview(point.data))
    buffer.set_res(0, memoryview(value.data))
    buffer.set_res(1, memoryview(gradient.data))

    def fun(x: Any, kept: Any = buffer) -> tuple[float, Any]:
        point[:] = x
        call()
        return value.item(), gradient.copy()

    return fun


def ddx(size: int) -> Fun:
    """Return ddx-ad's interpreter."""
    module = peers.ddx()
    equation = module.equation(lambda: ROSEN.build(size, [module.var(f"x{place:05}") for place in range(size)], module))

    def fun(x: Any) -> tuple[float, Any]:
        value, gradient = equation.jacobian(x)
        return float(value), np.asarray(gradient).ravel()

    return fun


OWN = {"certified": certified, "no proof": unproved}
PEERS: dict[str, Callable[[int], Fun]] = {"jax arrays": jax, "casadi VM": casadi, "ddx-ad interpreter": ddx}
