"""Peak memory of a build a gate, in a process of its own: beyond what imports, loaded loops and a small build hold."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import peers
from benchmarks.workloads import WORKLOADS

ROOT = Path(__file__).resolve().parent.parent.parent
KIB = 1024  # bytes in a unit of /proc/self/status


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
    before = _held("VmRSS")
    kept = build(size)
    peak = _held("VmHWM")  # ru_maxrss begins with what the process held that started this one
    assert kept is not None
    print(peak - before)


def _held(what: str) -> int:
    """Return the bytes that this process holds in memory, VmRSS, or has held at most, VmHWM."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return KIB * next(int(line.split()[1]) for line in lines if line.startswith(what))


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
