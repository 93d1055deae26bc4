"""What peers run: each from a workload to a call without arguments, at one point or at many.

casadi and ddx-ad are called through their own buffers and arrays, as their users would for speed; both differentiate
the same function of scalars. ddx-ad's kernels contract products and sums into one rounding, as it does by default.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import peers
from benchmarks.run.arrays import ARRAYS
from benchmarks.workloads import Workload

Job = Callable[[], object]
Maker = Callable[[Workload, int, Any], Job]  # size of the workload, and a point (n,) or points (N, n)
COMPILERS: Mapping[str, Sequence[str]] = {"gcc": ("-O2", "-fPIC"), "tcc": ()}


def casadi_vm(workload: Workload, size: int, point: Any) -> Job:
    """Return casadi's virtual machine."""
    return _through_buffers(_casadi(workload, size), point, len(point))


def casadi_map(workload: Workload, size: int, points: Any) -> Job:
    """Return casadi's map over the points: one after the other, by the virtual machine."""
    return _through_buffers(_casadi(workload, size).map(len(points)), np.ascontiguousarray(points), points.size)


def casadi_c(compiler: str) -> Maker:
    """Return what makes casadi's C code, compiled."""

    def make(workload: Workload, size: int, point: Any) -> Job:
        with tempfile.TemporaryDirectory() as folder:
            source, library = Path(folder) / "f.c", Path(folder) / "f.so"
            writer = peers.casadi().CodeGenerator(source.name)
            writer.add(_casadi(workload, size))
            writer.generate(f"{folder}/")
            flags = ["-shared", *COMPILERS[compiler], "-o", str(library), str(source), "-lm"]
            subprocess.run([compiler, *flags], check=True, capture_output=True)
            return _through_buffers(peers.casadi().external("f", str(library)), point, len(point))

    return make


def _casadi(workload: Workload, size: int) -> Any:
    return peers.casadi_program(workload.function(size, peers.casadi()), workload.inputs(size))


def _through_buffers(function: Any, points: Any, derivatives: int) -> Job:
    buffer, call = function.buffer()
    values, gradients = np.zeros(1 if points.ndim == 1 else len(points)), np.zeros(derivatives)
    buffer.set_arg(0, memoryview(points))
    buffer.set_res(0, memoryview(values.data))
    buffer.set_res(1, memoryview(gradients.data))

    def run(kept: Any = (buffer, points, values, gradients)) -> object:
        call()
        return kept

    return run


def ddx_interpreter(workload: Workload, size: int, points: Any) -> Job:
    """Return ddx-ad's interpreter, at one point or at many."""
    equation, points = _ddx(workload, size, points)
    return lambda: equation.jacobian(points)


def ddx_compiled(workload: Workload, size: int, points: Any) -> Job:
    """Return ddx-ad's kernel, which LLVM compiles, at one point or at many."""
    equation, points = _ddx(workload, size, points)
    equation.compile(points=1 if points.ndim == 1 else points.shape[1])
    return lambda: equation.jacobian(points)


def _ddx(workload: Workload, size: int, points: Any) -> tuple[Any, Any]:
    module = peers.ddx()
    count = workload.inputs(size)
    equation = module.equation(lambda: workload.build(size, [module.var(f"x{each}") for each in range(count)], module))
    return equation, np.ascontiguousarray(points.T)


def heyoka_batch(workload: Workload, size: int, points: Any) -> Job:
    """Return heyoka's compiled function of vectors."""
    import heyoka

    heyoka.llvm_state.set_memcache_limit(0)  # it would be ready at once the second time
    heyoka.llvm_state.set_diskcache_enabled(False)
    x = [heyoka.expression(f"x{place}") for place in range(workload.inputs(size))]
    value = workload.build(size, x, heyoka)
    results = [value, *(each for each in heyoka.diff_tensors([value], diff_order=1, diff_args=x).gradient)]
    function = heyoka.cfunc(results, vars=x, compact_mode=False)
    columns = np.ascontiguousarray(points.T)
    outputs = np.empty((len(results), len(points)))
    return lambda: function(columns, outputs=outputs)


def absent(name: str, workload: str) -> str | None:
    """Return why a peer cannot take part, or None: `casadi C + tcc` needs casadi and tcc."""
    if name.endswith(" arrays") and workload not in ARRAYS:
        return "has no form for arrays"
    modules = {"casadi": peers.casadi, "ddx-ad": peers.ddx}
    tool = name.partition(" ")[0]
    found = tool == "baur" or (modules[tool]() is not None if tool in modules else _importable(tool))
    if not found:
        return f"{tool} is not installed"
    compiler = name.partition(" + ")[2]
    return f"{compiler} is not on the PATH" if compiler and not shutil.which(compiler) else None


def _importable(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None
