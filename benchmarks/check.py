"""Time the stand-alone checker: `python checker.py PROGRAM CERTIFICATE`, a process each, on the seven workloads."""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import numpy as np

from benchmarks.workloads import WORKLOADS
from compiler import compile_gradient
from verify import checker

GATES = tuple(10**power for power in range(2, 7))  # the sizes of the workloads
GOAL = 50_000  # value gates a second


@dataclass(frozen=True, slots=True)
class Check:
    """A certificate checked: gates of the value and of all, sizes of both files, seconds of each run, peak memory."""

    workload: str
    value_gates: int
    total_gates: int
    program_bytes: int
    certificate_bytes: int
    seconds: tuple[float, ...]
    peak_bytes: int

    @property
    def rate(self) -> float:
        """Return value gates a second, of the quickest run."""
        return self.value_gates / min(self.seconds)


@click.command("check")
@click.option("--gates", multiple=True, type=click.Choice([*map(str, GATES)]), default=("1000", "10000", "100000"))
@click.option("--workload", "names", multiple=True, type=click.Choice(sorted(WORKLOADS)), help="Only these.")
@click.option("--repeat", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here, too.")
def command(gates: tuple[str, ...], names: tuple[str, ...], repeat: int, path: Path | None) -> None:
    """Check certificates of programs of about so many value gates, and fit how the time grows; needs a Unix."""
    sizes = f"{'program':>12}{'certificate':>13}"
    click.echo(f"{'':8}{'L':>9}{'T':>9}{sizes}{'seconds':>18}{'value gates/s':>15}{'peak':>10}")
    checks: list[Check] = []
    for name in names or tuple(WORKLOADS):
        for each in gates:
            found = measure(name, int(each), repeat)
            checks.append(found)
            spread = f"{min(found.seconds):.3f} - {max(found.seconds):.3f}"
            sizes = f"{found.program_bytes / 1e6:9.2f} MB{found.certificate_bytes / 1e6:10.2f} MB"
            counts = f"{found.value_gates:9,}{found.total_gates:9,}"
            click.echo(f"{name:8}{counts}{sizes}{spread:>18}{found.rate:15,.0f}{found.peak_bytes / 1e6:7.0f} MB")
        exponent = growth([check for check in checks if check.workload == name])
        if exponent is not None:
            click.echo(f"{name:8}time grows like L^{exponent:.2f}")
    slow = [check for check in checks if check.rate < GOAL]
    click.echo(f"{len(checks) - len(slow)} of {len(checks)} at {GOAL:,} value gates a second or more")
    if path:
        path.write_text(json.dumps([asdict(check) for check in checks], indent=1) + "\n", "utf-8")


def measure(name: str, gates: int, repeat: int) -> Check:
    """Compile a workload of about so many gates and check its certificate this often."""
    workload = WORKLOADS[name]
    size = workload.sizes[GATES.index(gates)]
    program = compile_gradient(workload.function(size, np), shapes=((workload.inputs(size),),), effort="plain")
    source, certificate = program.source, program.certificate
    with tempfile.TemporaryDirectory() as folder:
        text, proof = Path(folder, "program.py"), Path(folder, "certificate.json")
        text.write_text(source, "ascii")
        proof.write_text(certificate.to_json(), "ascii")
        runs = [_run(text, proof) for _ in range(repeat)]
        sizes = text.stat().st_size, proof.stat().st_size
    seconds, peaks = zip(*runs, strict=True)
    return Check(name, certificate.value_gates, certificate.total_gates, *sizes, seconds, max(peaks))


def _run(text: Path, proof: Path) -> tuple[float, int]:
    """Run the checker once; return seconds of the whole process and its peak memory."""
    start = time.perf_counter()
    command = [sys.executable, "-I", str(checker.__file__), str(text), str(proof)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert child.stdout is not None
    answer = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if child.returncode or not answer.startswith(b"PROVED"):
        raise click.ClickException(f"the checker did not prove {text.name}: {answer[:200].decode()}")
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def growth(checks: list[Check]) -> float | None:
    """Return the exponent of the time in the gates, fitted to the quickest runs; None for fewer than two sizes."""
    if len({check.value_gates for check in checks}) < 2:
        return None
    sizes = [math.log(check.value_gates) for check in checks]
    times = [math.log(min(check.seconds)) for check in checks]
    return statistics.linear_regression(sizes, times).slope
