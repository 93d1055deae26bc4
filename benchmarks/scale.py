"""Measure how far it carries: the chain w = w*w + x traced, differentiated and emitted, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import click

from benchmarks.workloads import WORKLOADS

ROOT = Path(__file__).resolve().parent.parent
GATES = (100_000, 1_000_000)
STAGES = ("trace", "differentiate", "emit")


@dataclass(frozen=True, slots=True)
class Run:
    """One chain: gates of the value and of all, seconds of each stage, the process's peak memory, size of the text."""

    value_gates: int
    total_gates: int
    seconds: tuple[float, ...]
    peak_bytes: int
    text_bytes: int


@click.command("scale")
@click.option("--gates", multiple=True, type=click.IntRange(min=2), default=GATES, show_default=True)
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here, too.")
def command(gates: tuple[int, ...], path: Path | None) -> None:
    """Trace, differentiate and emit the chain w = w*w + x; needs a Unix."""
    runs = []
    click.echo(f"{'gates':>9}{'T':>9}" + "".join(f"{stage:>15}" for stage in (*STAGES, "all", "peak", "text")))
    for each in gates:
        run = measure(each)
        runs.append(run)
        seconds = "".join(f"{value:13.2f} s" for value in (*run.seconds, sum(run.seconds)))
        sizes = "".join(f"{value / 1e6:12,.0f} MB" for value in (run.peak_bytes, run.text_bytes))
        click.echo(f"{run.value_gates:9}{run.total_gates:9}{seconds}{sizes}")
    if path:
        path.write_text(json.dumps([asdict(run) for run in runs], indent=1) + "\n", "utf-8")


def measure(gates: int) -> Run:
    """Run the chain of this many gates in a fresh process."""
    code = f"from benchmarks.scale import chain; chain({gates})"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode:
        raise click.ClickException(f"the chain of {gates} gates failed:\n{result.stderr}")
    figures = json.loads(result.stdout)
    return Run(**{**figures, "seconds": tuple(figures["seconds"])})


def chain(gates: int) -> None:
    """Build the chain of this many gates here, and print what it took as JSON."""
    import resource

    from circuit import trace
    from compiler.emit import emit
    from compiler.sweep import gradient

    deep = WORKLOADS["deep"]
    function, shape = deep.function(gates // 2, None), (deep.inputs(gates // 2),)
    times = [time.perf_counter()]
    circuit = trace(function, shape)
    times.append(time.perf_counter())
    whole = gradient(circuit)
    times.append(time.perf_counter())
    text = emit(whole)
    times.append(time.perf_counter())
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    seconds = tuple(after - before for before, after in pairwise(times))
    print(json.dumps(asdict(Run(circuit.gate_count, whole.gate_count, seconds, peak, len(text)))))
