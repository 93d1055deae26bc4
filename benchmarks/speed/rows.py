"""Rows of the measurement: baur and its peers take turns, each round in the opposite order of the last.

The first round warms everything up and is thrown away. What is soon done is done several times a round, so that every
time taken is of a hundredth of a second or more. A ratio is minimum over minimum; beside it stands the middle half of
the rounds' ratios. Times are of this process on the processor: a machine is shared.
"""

from __future__ import annotations

import gc
import json
import math
import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.startup import Comparison, Sample

PATIENCE = 15.0  # seconds: a peer that would take longer at a size, by what it took at a tenth, is left out
SHORTEST = 0.01  # seconds of one timing
Job = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, at how many gates; `ratio` is baur over the peer, None where `peer` says why there is none."""

    what: str
    workload: str
    gates: int
    peer: str
    seconds: float
    peer_seconds: float | None = None
    ratio: float | None = None
    spread: tuple[float, float] | None = None

    @property
    def text(self) -> str:
        """Return a line of the table."""
        us = self.seconds / self.gates * 1e6
        own = f"{self.what:20}{self.workload:8}{self.gates:>9,}{self.seconds:>10.4f} s{us:>7.2f} us a gate"
        if self.ratio is None or self.peer_seconds is None:
            return f"{own}   {self.peer}"
        shown = f" ({self.spread[0]:.3g} - {self.spread[1]:.3g})" if self.spread else ""
        return f"{own}{self.peer_seconds:>10.4f} s  {self.ratio:.3g}x {self.peer}{shown}"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to be done by baur and by its peers; a peer that is no job says why it does not take part."""

    what: str
    workload: str
    gates: int
    ours: Job
    peers: Mapping[str, Job | str]


def measured(task: Task, rounds: int, slow: dict[str, float], patience: float = PATIENCE) -> Iterator[Row]:
    """Yield one row a peer, or one without. slow: seconds that each peer took at the size before, which are noted."""
    left_out = {peer for peer, seconds in slow.items() if 10 * seconds > patience}
    jobs: dict[str, Job] = {"baur": task.ours}
    jobs |= {peer: job for peer, job in task.peers.items() if not isinstance(job, str) and peer not in left_out}
    often = {each: max(1, math.ceil(SHORTEST / _seconds(job))) for each, job in jobs.items()}
    times: dict[str, list[float]] = {each: [] for each in jobs}
    for turn in range(rounds):
        for each in jobs if turn % 2 else reversed(jobs):
            times[each].append(_seconds(jobs[each], often[each]))
    samples = {each: Sample.of(each, seconds) for each, seconds in times.items()}
    slow.update({each: samples[each].minimum for each in samples if each != "baur"})
    own = samples["baur"]
    place = task.what, task.workload, task.gates
    if not task.peers:
        yield Row(*place, "", own.minimum)
    for peer, job in task.peers.items():
        if peer in samples:
            found = Comparison.of(own, samples[peer])
            yield Row(*place, peer, own.minimum, samples[peer].minimum, found.minima, found.spread)
        else:
            why = job if isinstance(job, str) else f"would take over {patience:.0f} s"
            yield Row(*place, f"{peer}: {why}", own.minimum)


def _seconds(job: Job, often: int = 1) -> float:
    gc.collect()
    start = _spent()
    for _ in range(often):
        job()
    return (_spent() - start) / often


def _spent() -> float:
    """Return the seconds of this process on the processor, and of those it has started: a peer may call a compiler."""
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def printed(rows: Iterable[Row], line: Callable[[Row], str], path: Path | None, **about: object) -> list[Row]:
    """Return the rows; each is printed when it comes, and those so far are in the file: nothing is lost.

    about: what else the file says.
    """
    keep([], path, **about)  # a file that cannot be written is told of at once
    found: list[Row] = []
    for row in rows:
        print(line(row), flush=True)
        found.append(row)
        keep(found, path, **about)
    return found


def keep(rows: Iterable[Row], path: Path | None, **about: object) -> None:
    """Write the rows to a JSON file, if there is one. about: what else it says."""
    if path:
        path.write_text(json.dumps({**about, "rows": [asdict(row) for row in rows]}, indent=1) + "\n", "utf-8")


def growth(rows: list[Row]) -> Iterator[str]:
    """Yield how the times grow with the gates: exponents fitted to the minima."""
    series: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows:
        series.setdefault((row.what, row.workload), {})[row.gates] = row.seconds
    for (what, name), points in series.items():
        if len(points) > 1:
            fit = statistics.linear_regression([math.log(n) for n in points], [math.log(t) for t in points.values()])
            yield f"{what}, {name}: time grows like gates^{fit.slope:.2f} from {min(points):,} to {max(points):,} gates"
