"""A program as native code: its functions, the register files they work in, and their calls.

The calls go through ctypes, which releases the GIL; every call takes a register file of its own, so threads share a
kernel, and a batch is divided among the processor's cores.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np

from compiler.engines.driver import BLOCK, STRIDE, driver
from compiler.engines.native import Native, once
from compiler.engines.points import split, vector
from compiler.schedule import Schedule

LINE = 64  # bytes of a cache line
SHARE = 1 << 20  # gates times points that are worth a thread of their own


@dataclass(frozen=True, slots=True)
class Part:
    """The functions of a program, the code that they read, and what must live as long as they do."""

    functions: list[int]
    code: Any
    owner: Any


class Kernel:
    """A program that runs: one point by a call, many by `batch`. part: makes the code for "point" and for "batch"."""

    def __init__(self, schedule: Schedule, part: Callable[[str], Part], bits: int = 64) -> None:
        self.schedule = schedule
        self.part = part
        self.bits = bits
        self.type = np.dtype(f"f{bits // 8}")
        self.inputs = schedule.inputs
        self.shape = (schedule.inputs,)
        self.free: list[Any] = []  # register files of one point
        self.made: dict[str, tuple[Callable[..., None], Any]] = {}
        self.kept: list[Any] = []  # what the machine code reads
        self.lock = Lock()

    def __call__(self, values: Any) -> tuple[float, Any]:
        """Return (value, gradient (n,)) at a point of n numbers."""
        if type(values) is not np.ndarray or values.dtype is not self.type or values.shape != self.shape:
            values = vector(values, self.shape, self.type)
        try:
            work = self.free.pop()
        except IndexError:
            work = self._workspace()
        call, table, inputs, value, derivatives, _ = work
        inputs[:] = values
        call(table)
        result = value(), derivatives.copy()
        self.free.append(work)
        return result

    def batch(self, points: Any) -> tuple[Any, Any]:
        """Return values (N,) and gradients (N, derivatives) at points (N, inputs)."""
        points, shape = split(points, self.inputs, self.type)
        rows = len(points)
        values = np.empty(rows, self.type)
        gradients = np.empty((rows, len(self.schedule.outputs) - 1), self.type)
        call, program = self._made("batch")
        blocks = -(-rows // BLOCK)
        shares = max(1, min(cores(), blocks, blocks * BLOCK * len(self.schedule) // SHARE))
        bounds = [blocks * each // shares * BLOCK for each in range(shares)] + [rows]

        def share(start: int, stop: int) -> None:
            registers = self._registers(STRIDE)
            call(_at(program), _at(registers), _at(points), _at(values), _at(gradients), start, stop)

        if shares == 1:
            share(0, rows)
        else:
            list(_threads(os.getpid()).map(share, bounds[:-1], bounds[1:]))
        return values.reshape(shape), gradients.reshape(*shape, gradients.shape[1])

    def _workspace(self) -> Any:
        call, program = self._made("point")
        registers = self._registers(1)[:, 0]
        results = np.empty(len(self.schedule.outputs), self.type)
        table = np.append(program, np.array([_at(registers), _at(results)], np.uint64))
        return call, _at(table), registers[: self.inputs], results[:1].item, results[1:], table

    def _made(self, kind: str) -> tuple[Callable[..., None], Any]:
        """Return the driver's function and the table of the program (words), made at the first call."""
        with self.lock:
            if kind not in self.made:
                part = self.part(kind)
                functions = np.array(part.functions, np.uint64)
                outputs = np.frombuffer(self.schedule.outputs, np.int32).astype(np.int64)
                code = 0 if part.code is None else _at(part.code)
                fields = [_at(functions), len(functions), code, _at(outputs), len(outputs), self.inputs]
                table = np.array(fields, np.uint64)
                self.kept += [part, functions, outputs]
                self.made[kind] = drivers(self.bits)[kind], table
            return self.made[kind]

    def _registers(self, lanes: int) -> Any:
        """Return a register file (registers, lanes) that starts a cache line, the constants in their places."""
        shape = self.schedule.registers, lanes
        size = self.type.itemsize * shape[0] * lanes
        room = np.empty(size + LINE, np.uint8)
        start = -_at(room) % LINE
        registers = room[start : start + size].view(self.type).reshape(shape)
        constants = np.frombuffer(self.schedule.constants, np.float64)
        registers[self.inputs : self.inputs + len(constants)] = constants[:, None]
        return registers


@once
def drivers(bits: int) -> dict[str, Callable[..., None]]:
    """Return `point` and `batch`, which run the functions of a program."""
    native = _driver(bits)
    word = ctypes.c_void_p
    point = ctypes.CFUNCTYPE(None, word)
    batch = ctypes.CFUNCTYPE(None, word, word, word, word, word, ctypes.c_int64, ctypes.c_int64)
    return {"point": point(native.address("point")), "batch": batch(native.address("batch"))}


@once
def _driver(bits: int) -> Native:
    """Return the driver, which lives as long as the process."""
    return Native(driver(bits), 2, keep=True)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@once
def _threads(process: int) -> ThreadPoolExecutor:
    """Return the threads of a process: a process that was forked has none of its parent's."""
    return ThreadPoolExecutor(cores(), "baur")


def _at(array: Any) -> int:
    """Return where an array's data are."""
    address: int = array.ctypes.data
    return address
