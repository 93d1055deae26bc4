"""Many formulas in worker processes: rows in the order of the entries, however the workers end.

A worker is a process and a pipe, not one of an executor: if the system kills it, that costs the one formula it held.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import monotonic

from compiler.report.entry import Entry
from compiler.report.rows import LIMIT, Row, measure, refused

_SPAWN = get_context("spawn")  # a fork would copy the threads of the progress bar half-way
Done = Callable[[], None]
Answers = Generator[tuple[int, Row], None, None]  # an entry's index, and its row


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    index: int = -1  # of the entry it holds
    deadline: float = float("inf")


def available() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def measure_all(
    entries: Sequence[Entry], jobs: int, timeout: float | None = None, done: Done = lambda: None
) -> list[Row]:
    """Return the rows of all entries, in their order; `done` is called as each is ready.

    timeout: seconds that one formula may take. The longest formulas start first.
    """
    return collect(entries, _answers(entries, jobs, timeout), done)


def longest_first(entries: Sequence[Entry]) -> list[int]:
    """Return the order in which entries are best begun."""
    return sorted(range(len(entries)), key=lambda index: len(entries[index].formula), reverse=True)


def collect(entries: Sequence[Entry], answers: Answers, done: Done) -> list[Row]:
    """Return the rows of all entries, in their order, as answers come; an interrupt (Ctrl-C) leaves what is done."""
    rows: list[Row | None] = [None] * len(entries)
    with suppress(KeyboardInterrupt), closing(answers):
        for index, row in answers:
            rows[index] = row
            done()
    pairs = zip(entries, rows, strict=True)
    return [row or refused(entry, LIMIT, "interrupted", "interrupted") for entry, row in pairs]


def _answers(entries: Sequence[Entry], jobs: int, timeout: float | None) -> Answers:
    waiting = longest_first(entries)[::-1]
    workers: list[_Worker] = []
    try:
        while waiting or workers:
            while waiting and len(workers) < jobs:
                workers.append(_started())
                _give(workers[-1], waiting, entries, timeout)
            for worker in _ready(workers):
                yield worker.index, _answer(worker, entries[worker.index], timeout)
                if waiting and worker.process.is_alive():
                    _give(worker, waiting, entries, timeout)
                else:
                    _end(worker)
                    workers.remove(worker)
    finally:
        for worker in workers:
            _end(worker)


def _started() -> _Worker:
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()  # so that the end of the worker is the end of the pipe
    return _Worker(process, ours)


def _serve(pipe: Connection) -> None:
    """Answer entries with rows until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command ends its workers itself
    while True:
        try:
            pipe.send(measure(pipe.recv()))
        except (EOFError, OSError):
            return


def _give(worker: _Worker, waiting: list[int], entries: Sequence[Entry], timeout: float | None) -> None:
    worker.index = waiting.pop()
    worker.deadline = float("inf") if timeout is None else monotonic() + timeout
    try:
        worker.pipe.send(entries[worker.index])
    except OSError:  # it is gone: its answer will say so
        worker.deadline = float("-inf")


def _ready(workers: list[_Worker]) -> list[_Worker]:
    """Wait until a worker has answered, has ended or is late; return all such."""
    first = min(worker.deadline for worker in workers)
    limit = None if first == float("inf") else max(first - monotonic(), 0.0)
    answered = set(connection.wait([worker.pipe for worker in workers], limit))
    now = monotonic()
    return [worker for worker in workers if worker.pipe in answered or worker.deadline <= now]


def _answer(worker: _Worker, entry: Entry, timeout: float | None) -> Row:
    if not worker.pipe.poll():
        worker.process.kill()
        worker.process.join()
        return refused(entry, LIMIT, "time limit", f"time limit: not done in {timeout:g} s")
    try:
        row: Row = worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join()
        code = worker.process.exitcode or 0
        how = f"was killed by signal {-code} (out of memory?)" if code < 0 else f"ended with status {code}"
        return refused(entry, LIMIT, "lost worker", f"lost worker: its process {how}")
    return row


def _end(worker: _Worker) -> None:
    worker.pipe.close()
    worker.process.kill()
    worker.process.join()
