"""Peers that are far slower: each makes one gradient in a process of its own, which is stopped when it takes too long.

Their imports, and a first gradient of the workload's smallest size, are not timed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.workloads import WORKLOADS, Workload

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST = 30.0  # seconds of a process
Gradient = Callable[[], object]


def measure(peer: str, workload: str, size: int) -> float | str:
    """Return the seconds that a peer takes for formula and gradient, or why there are none."""
    if not find_spec(peer.split()[0]):
        return "not installed (extra bench)"
    code = f"from benchmarks.speed.far import print_seconds; print_seconds({peer!r}, {workload!r}, {size})"
    command = [sys.executable, "-c", code]
    try:
        result = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=LONGEST
        )
    except subprocess.TimeoutExpired:
        return f"over {LONGEST:.0f} s"
    if result.returncode:
        return f"failed: {result.stderr.strip().splitlines()[-1]:.80}"
    return float(result.stdout)


def sympy(workload: Workload, size: int) -> Gradient:
    """Return: all derivatives of an expression that is there, cse and lambdify."""
    import sympy

    x = sympy.symbols(f"x:{workload.inputs(size)}")
    expression = workload.build(size, x, sympy)
    return lambda: sympy.lambdify(x, [expression, *(expression.diff(each) for each in x)], cse=True)


def symengine(workload: Workload, size: int) -> Gradient:
    """Return: the expression, all its derivatives, and Lambdify with cse."""
    import symengine

    def gradient() -> object:
        x = symengine.symbols(f"x:{workload.inputs(size)}")
        expression = workload.build(size, x, symengine)
        return symengine.Lambdify(x, [expression, *(expression.diff(each) for each in x)], cse=True)

    return gradient


def jax(workload: Workload, size: int) -> Gradient:
    """Return: the equations (jaxpr) of value and gradient; nothing is compiled."""
    import jax

    def gradient() -> object:  # of a new function each time: one that was traced before is remembered
        function = jax.value_and_grad(lambda x: workload.build(size, x, jax.numpy))
        return jax.make_jaxpr(function)(workload.start(size))

    return gradient


def autograd(workload: Workload, size: int) -> Gradient:
    """Return: one gradient, for which a tape is made each time."""
    import autograd
    import autograd.numpy

    function = autograd.value_and_grad(lambda x: workload.build(size, x, autograd.numpy))
    return lambda: function(workload.start(size))


def torch(workload: Workload, size: int) -> Gradient:
    """Return: one gradient, for which a tape is made each time."""
    import torch

    def gradient() -> object:
        x = [torch.tensor(each, dtype=torch.float64, requires_grad=True) for each in workload.start(size)]
        return torch.autograd.grad(workload.build(size, x, torch), x)

    return gradient


def alkahest(workload: Workload, size: int) -> Gradient:
    """Return: the expression and its symbolic_grad; nothing is compiled."""
    import alkahest

    def gradient() -> object:
        pool = alkahest.ExprPool()
        x = [pool.symbol(f"x{place}") for place in range(workload.inputs(size))]
        with alkahest.context(pool=pool):
            return alkahest.symbolic_grad(workload.build(size, x, alkahest), x)

    return gradient


PEERS: dict[str, Callable[[Workload, int], Gradient]] = {
    each.__name__: each for each in (symengine, jax, autograd, torch, alkahest, sympy)
}


def print_seconds(peer: str, name: str, size: int) -> None:
    """Print what a peer takes here: the best of three, or the first if it is over a second."""
    workload = WORKLOADS[name]
    PEERS[peer](workload, workload.sizes[0])()
    gradient: Any = PEERS[peer](workload, size)
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        gradient()
        best = min(best, time.process_time() - start)
        if best > 1:
            break
    print(best)
