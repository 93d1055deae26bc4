"""The systems in fresh processes, two at a time: none sees what another compiled, loaded or left in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from benchmarks.systems.output import System
from benchmarks.systems.section import Section

AT_ONCE = 2
# One thread each: libraries that take all cores, in two processes at once, only wait for one another.
SINGLE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a system: its section, or the last line of what it said when it failed."""

    name: str
    section: Section | None
    error: str = ""


def run_all(systems: Sequence[System], folder: Path, quick: bool) -> Generator[Outcome, None, None]:
    """Measure each system into folder/NAME.json; yield what became of it, first done first."""
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        for done in as_completed([pool.submit(_run, system.name, folder, quick) for system in systems]):
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)  # after Ctrl-C no other is begun


def _run(name: str, folder: Path, quick: bool) -> Outcome:
    path = folder / f"{name}.json"
    path.unlink(missing_ok=True)
    arguments = [sys.executable, "-m", "benchmarks", name, "--json", str(path), *["--quick"] * quick]
    environment = {**os.environ, **SINGLE}
    end = subprocess.run(
        arguments, env=environment, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False
    )
    if end.returncode:
        return Outcome(name, None, (end.stderr.strip() or f"exit status {end.returncode}").splitlines()[-1])
    return Outcome(name, Section.of(json.loads(path.read_text("utf-8"))))
