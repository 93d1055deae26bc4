"""A batch divided among the processor's cores: threads of one pool, each with some of the rows, without the GIL."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from compiler.engines.native import once

WORTH = 1 << 20  # instructions times points that are worth a thread of their own


def divide(rows: int, block: int, instructions: int, run: Callable[[int, int], None]) -> None:
    """Call run(start, stop) for all rows, whole blocks of them at a time, on as many cores as they are worth."""
    blocks = -(-rows // block)
    shares = max(1, min(cores(), blocks, rows * instructions // WORTH))
    if shares == 1:
        run(0, rows)
    else:
        bounds = [blocks * each // shares * block for each in range(shares)] + [rows]
        list(_threads(os.getpid()).map(run, bounds[:-1], bounds[1:]))


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@once
def _threads(process: int) -> ThreadPoolExecutor:
    """Return the threads of a process: a process that was forked has none of its parent's."""
    return ThreadPoolExecutor(os.cpu_count() or 1, "baur")
