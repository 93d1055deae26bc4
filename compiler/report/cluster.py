"""Many formulas over a cluster of Dask (extra `dask`): a task each, whose rows come as the workers are done.

What a worker held when it ended is given to another; a formula that takes its workers along costs itself alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING

from compiler.report.entry import Entry
from compiler.report.pool import Answers, Done, collect, longest_first
from compiler.report.rows import LIMIT, Row, measure, refused

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT = 10.0  # seconds within which a scheduler answers, and has a worker

_ONE = Lock()  # the warnings of a formula are those of its process while it is measured


def measure_over(entries: Sequence[Entry], address: str, done: Done = lambda: None) -> list[Row]:
    """Return the rows of all entries, in their order, from the workers of a scheduler; as `measure_all` does.

    address: as in tcp://HOST:8786. Errors: ConnectionError if no scheduler answers there, it has no workers, or they
    cannot run baur; ImportError without Dask.
    """
    if find_spec("distributed") is None:
        raise ImportError("Dask is not installed: the extra `dask`")
    return collect(entries, _answers(entries, address), done)


def _answers(entries: Sequence[Entry], address: str) -> Answers:
    from dask import config
    from distributed import as_completed

    with config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}), _connected(address) as client:
        try:
            client.wait_for_workers(1, timeout=CONNECT)
        except TimeoutError:
            raise ConnectionError(f"the scheduler at {address} has no workers") from None
        order = longest_first(entries)
        futures = client.map(_measured, [entries[index] for index in order], pure=False)
        indices = dict(zip(futures, order, strict=True))
        del futures  # a future that is let go frees its row on the worker
        lost = []
        for future in as_completed(list(indices), loop=client.loop):
            index = indices.pop(future)
            row = _row(future, entries[index], address)
            if row is None:
                lost.append(index)
            else:
                yield index, row
        for index in lost:  # by itself: it may have been beside the one that ended the worker
            future = client.submit(_measured, entries[index], pure=False)
            row = _row(future, entries[index], address)
            yield index, row or refused(entries[index], LIMIT, "lost worker", "lost worker: its processes were ended")


def _connected(address: str) -> Client:
    from distributed import Client, Security
    from distributed.comm import connect

    async def reach() -> None:
        """Meet whatever listens there: a client of its own would wait for ever for what accepts and says nothing."""
        options = Security().get_connection_args("client")
        comm = await asyncio.wait_for(connect(address, timeout=CONNECT, **options), CONNECT)
        comm.abort()

    if address.rpartition("://")[0] not in ("", "tcp", "tls"):
        raise ConnectionError(f"a scheduler has an address such as tcp://HOST:8786, not {address!r}")
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # the rows say it if the scheduler ends
    try:
        asyncio.run(reach())
        return Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = str(error) or f"nothing in {CONNECT:g} s"
        raise ConnectionError(f"no scheduler answers at {address}: {reason}") from None


def _measured(entry: Entry) -> Row:
    with _ONE:
        return measure(entry)


def _row(future: Future, entry: Entry, address: str) -> Row | None:
    """Return the row of a task that has ended, None if its workers were ended each time."""
    from distributed import CancelledError, KilledWorker

    try:
        row: Row = future.result()
    except KilledWorker:
        return None
    except CancelledError:
        return refused(entry, LIMIT, "lost scheduler", "lost scheduler: it has ended")
    except Exception as error:  # `measure` raises none
        raise ConnectionError(f"the workers at {address} cannot run baur: {error}") from None
    return row
