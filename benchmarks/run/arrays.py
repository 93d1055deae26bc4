"""The workloads as their users would write them for array libraries, and what jax, torch and autograd make of them.

`build(size, x, space)` is of one array and computes what the workload does, in the library's own array operations;
`deep`, a chain of scalars, has no such form, and `helm` is left out. All in float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import numpy as np

from benchmarks.workloads import BASE, BASE_FRAME, LINKS, TARGET, TARGET_FRAME, Workload

Job = Callable[[], object]


def rosen(n: int, x: Any, space: Any) -> Any:
    """Return the chained Rosenbrock function."""
    wall, slope = x[1:] - x[:-1] ** 2, 1.0 - x[:-1]
    return (100.0 * wall**2 + slope**2).sum()


def det(n: int, x: Any, space: Any) -> Any:
    """Return the determinant, as the libraries have it: with a search for pivots, by LAPACK."""
    return space.linalg.det(x.reshape(n, n))


def speel(n: int, x: Any, space: Any) -> Any:
    """Return the product of all inputs."""
    return space.prod(x)


def mlp(width: int, x: Any, space: Any) -> Any:
    """Return the squared error of the network."""
    draw = Random(width)
    signals = space.asarray(np.array([draw.uniform(-1, 1) for _ in range(width)]))
    step = width * (width + 1)
    for start in (0, step):
        layer = x[start : start + step].reshape(width, width + 1)
        signals = space.tanh(layer[:, :-1] @ signals + layer[:, -1])
    error = x[2 * step : -1] @ signals + x[-1] - 0.3
    return error * error


def robot(n: int, x: Any, space: Any) -> Any:
    """Return the error of the arm, by vectors of three."""
    forward, sideways, axis = (space.asarray(np.array(each)) for each in BASE_FRAME)
    place = space.asarray(np.array(BASE))
    cosines, sines = space.cos(x), space.sin(x)
    for joint in range(n):
        length, twist, offset = LINKS[joint % len(LINKS)]
        turned = forward * cosines[joint] + sideways * sines[joint]
        across = sideways * cosines[joint] - forward * sines[joint]
        place = place + length * turned + offset * axis
        c, s = math.cos(twist), math.sin(twist)
        forward, sideways, axis = turned, c * across + s * axis, c * axis - s * across
    error = ((place - space.asarray(np.array(TARGET))) ** 2).sum()
    for column, goals in zip((forward, sideways, axis), TARGET_FRAME, strict=True):
        error = error + (0.1 * (column - space.asarray(np.array(goals))) ** 2).sum()
    return error


ARRAYS: Mapping[str, Callable[[int, Any, Any], Any]] = {each.__name__: each for each in (rosen, det, speel, mlp, robot)}


def jax(workload: Workload, size: int, points: Any, *, unrolled: bool = False) -> Job:
    """Return value and gradient by jax, compiled, at one point or (vmap) at many."""
    import jax as module

    module.config.update("jax_enable_x64", True)
    build = workload.build if unrolled else ARRAYS[workload.name]
    both = module.value_and_grad(lambda x: build(size, x, module.numpy))
    run = module.jit(both if points.ndim == 1 else module.vmap(both))
    given = module.numpy.asarray(points)
    return lambda: module.block_until_ready(run(given))


def jax_unrolled(workload: Workload, size: int, points: Any) -> Job:
    """Return the same of the workload as it is written for scalars, gate by gate."""
    return jax(workload, size, points, unrolled=True)


def torch(workload: Workload, size: int, points: Any) -> Job:
    """Return value and gradient by torch, one tape a gradient, at one point or (torch.func.vmap) at many."""
    import torch as module

    module.set_num_threads(1)
    build, given = ARRAYS[workload.name], module.tensor(points)
    if points.ndim == 2:
        both = module.func.vmap(module.func.grad_and_value(lambda x: build(size, x, module)))
        return lambda: both(given)

    def gradient() -> object:
        x = given.clone().requires_grad_()
        value = build(size, x, module)
        return value.item(), module.autograd.grad(value, x)[0].numpy()

    return gradient


def autograd(workload: Workload, size: int, point: Any) -> Job:
    """Return value and gradient by autograd, one tape a gradient."""
    import autograd as module
    import autograd.numpy as space

    build = ARRAYS[workload.name]
    both = module.value_and_grad(lambda x: build(size, x, space))
    return lambda: both(point)
