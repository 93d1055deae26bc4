"""Measure how far it carries: seconds and peak memory of each step on large circuits, every figure in a fresh process.

A figure is taken after imports and compiled loops are loaded and have been used once. Its peak is that of the step
alone: beyond what was held before it, by the peak of the process (needs Linux).
"""

from __future__ import annotations

import json
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.workloads import WORKLOADS
from circuit import Circuit, trace
from circuit.jit import LARGE
from compiler.emit import pieces
from compiler.running import load_function
from compiler.sweep import gradient
from verify import certify
from verify.recheck import recheck

ROOT = Path(__file__).resolve().parent.parent
SIZES = tuple(10**power for power in range(3, 8))
WIDTHS = (22, 70, 223, 706, 2236)  # of networks of about so many gates, halved
FAR = {"deep": 5_000_000, "robot": 200_000}  # sizes of 1e7 gates
SIGNAL = 0.1  # what the network is asked at
ROUNDS = 3  # of which the quickest counts, where they are short
LONG = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Figure:
    """What a step took: seconds, bytes at its peak, and bytes of what it wrote; `gates` and `lines` to divide by."""

    step: str
    workload: str
    gates: int
    lines: int
    seconds: float
    peak: int
    written: int = 0

    @property
    def text(self) -> str:
        """Return a line of the table."""
        size = f"{self.written / 1e6:,.1f} MB" if self.written else ""
        row = f"{self.step:9}{self.workload:9}{self.gates:>11,}{self.lines:>12,}{self.seconds:>9.3f} s"
        row += f"{self.seconds / self.gates * 1e6:>8.2f} us a gate{self.seconds / self.lines * 1e6:>7.2f} us a line"
        return f"{row}{self.peak / 1e6:>10,.1f} MB{self.peak / self.gates:>7.0f} bytes a gate  {size}".rstrip()


def function_of(name: str, about: int) -> tuple[Callable[..., Any], list[tuple[int, ...]]]:
    """Return a workload of about so many gates, and its shapes; `network` is one that NumPy writes as arrays."""
    place = SIZES.index(about)
    if name == "network":
        width = round(WIDTHS[place] / math.sqrt(2))
        signals = np.full(width, SIGNAL)

        def network(w: Any, b: Any, v: Any, c: Any, u: Any) -> Any:
            error = u @ np.tanh(v @ np.tanh(w @ signals + b) + c) - 0.3
            return error * error

        return network, [(width, width), (width,), (width, width), (width,), (width,)]
    workload = WORKLOADS[name]
    size = FAR[name] if about == SIZES[-1] else workload.sizes[place + 1]
    return workload.function(size, np), [(workload.inputs(size),)]


def measured(job: Callable[[], Any]) -> tuple[float, int, Any]:
    """Return the processor's seconds of a job, the bytes of its peak beyond what is held before, and its result."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak so far is forgotten
    before = int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()
    start = time.process_time()
    result = job()
    seconds = time.process_time() - start
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before, result


def _build(name: str, about: int) -> tuple[float, int, Circuit, int]:
    """Trace, differentiate and count; return seconds, peak, the gradient and the gates of the value."""
    function, shapes = function_of(name, about)

    def build() -> tuple[Circuit, int, int]:
        circuit = trace(function, *shapes)
        whole = gradient(circuit)
        return whole, circuit.gate_count, whole.gate_count

    seconds, peak, (whole, gates, _) = measured(build)
    for _ in range(ROUNDS - 1 if seconds < LONG else 0):
        seconds = min(seconds, measured(build)[0])
    return seconds, peak, whole, gates


def figures(step: str, name: str, about: int) -> Iterator[Figure]:
    """Yield the figures of a step, here."""
    deep = WORKLOADS["deep"]
    gradient(trace(deep.function(LARGE, np), (deep.inputs(LARGE),)))
    seconds, peak, whole, gates = _build(name, about)
    lines = whole.gate_count

    def row(what: str, seconds: float, peak: int, written: int = 0) -> Figure:
        return Figure(what, name, gates, lines, seconds, peak, written)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "whole.npz")
        if step == "build":
            yield row("build", seconds, peak)
        elif step == "npz":
            seconds, peak, _ = measured(lambda: whole.save(path))
            yield row("save", seconds, peak, path.stat().st_size)
            seconds, peak, again = measured(lambda: Circuit.load(path))
            assert again == whole
            yield row("load", seconds, peak)
        else:
            seconds, peak, source = measured(lambda: "".join(pieces(whole)))
            del whole
            if step == "emit":
                yield row("emit", seconds, peak - len(source), len(source))
            else:
                yield from _read(step, source, row)


def _read(step: str, source: str, row: Callable[..., Figure]) -> Iterator[Figure]:
    """Yield the figures of what reads the text."""
    if step == "run":
        seconds, peak, _ = measured(lambda: load_function(source, ieee=False))
        yield row("compile", seconds, peak)
        return
    seconds, peak, answer = measured(lambda: certify(source))
    certificate = answer.to_json()
    yield row("certify", seconds, peak, len(certificate))
    assert answer.accepted, answer.verdict
    if answer.proof is not None:
        del answer
        seconds, peak, claim = measured(lambda: recheck(source, certificate))
        assert claim.status == "PASSED", claim.detail
        yield row("check", seconds, peak)


STEPS = ("build", "npz", "emit", "run", "certify")


@click.command("scale")
@click.option("--gates", multiple=True, type=click.Choice([*map(str, SIZES)]), default=[*map(str, SIZES[:4])])
@click.option("--workload", "names", multiple=True, type=click.Choice([*WORKLOADS, "network"]), default=("deep",))
@click.option("--step", "steps", multiple=True, type=click.Choice(STEPS), default=STEPS, help="Only these.")
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here, too.")
def command(gates: tuple[str, ...], names: tuple[str, ...], steps: tuple[str, ...], path: Path | None) -> None:
    """Build, save, write, compile and certify large circuits; of 1e7 gates deep, robot and network are only built."""
    found = []
    for step in steps:
        for name in names:
            for about in sorted(map(int, gates)):
                if about < SIZES[-1] or (step == "build" and name in (*FAR, "network")):
                    for figure in _elsewhere(step, name, about):
                        click.echo(figure.text)
                        found.append(figure)
    for line in growth(found):
        click.echo(line)
    if path:
        path.write_text(json.dumps([asdict(each) for each in found], indent=1) + "\n", "utf-8")


def _elsewhere(step: str, name: str, about: int) -> list[Figure]:
    """Return the figures of a step, measured in a fresh process."""
    code = f"from benchmarks.scale import tell; tell({step!r}, {name!r}, {about})"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode:
        raise click.ClickException(f"{step} of {name}, {about} gates, failed:\n{result.stderr}")
    return [Figure(**each) for each in json.loads(result.stdout)]


def tell(step: str, name: str, about: int) -> None:
    """Print the figures of a step as JSON."""
    print(json.dumps([asdict(each) for each in figures(step, name, about)]))


def growth(found: list[Figure]) -> Iterator[str]:
    """Yield how seconds grow with the gates: exponents fitted to all sizes of a step."""
    series: dict[tuple[str, str], list[Figure]] = {}
    for each in found:
        series.setdefault((each.step, each.workload), []).append(each)
    for (step, name), rows in series.items():
        if len(rows) > 1:
            logarithms = [math.log(each.gates) for each in rows], [math.log(each.seconds) for each in rows]
            slope = statistics.linear_regression(*logarithms).slope
            yield f"{step}, {name}: seconds grow like gates^{slope:.2f} from {rows[0].gates:,} to {rows[-1].gates:,}"
