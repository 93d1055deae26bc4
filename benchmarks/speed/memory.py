"""Peak memory of a build a gate, in a process of its own: beyond what imports, loaded loops and a small build hold."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import peers
from benchmarks.workloads import WORKLOADS

ROOT = Path(__file__).resolve().parent.parent.parent
KIB = 1024  # bytes in a unit of ru_maxrss


def bytes_a_gate(tool: str, workload: str, size: int, gates: int) -> float:
    """Return the bytes of a build by baur or ddx-ad over its gates; needs Linux."""
    code = f"from benchmarks.speed.memory import print_bytes; print_bytes({tool!r}, {workload!r}, {size})"
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    return int(result.stdout) / gates


def print_bytes(tool: str, name: str, size: int) -> None:
    """Print the bytes of a build here."""
    build = _ours(name) if tool == "baur" else _theirs(name)
    build(WORKLOADS[name].sizes[1])
    before = int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()
    kept = build(size)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB
    assert kept is not None
    print(peak - before)


def _ours(name: str) -> Callable[[int], object]:
    from benchmarks.speed.command import load
    from benchmarks.speed.tasks import scalars
    from circuit import trace
    from compiler.sweep import gradient

    workload = WORKLOADS[name]
    load()
    return lambda size: gradient(trace(scalars(workload, size), *[()] * workload.inputs(size)))


def _theirs(name: str) -> Callable[[int], object]:
    workload = WORKLOADS[name]
    build = workload.build
    return lambda size: peers.ddx_first_gradient(lambda x, space: build(size, x, space), workload.start(size))
