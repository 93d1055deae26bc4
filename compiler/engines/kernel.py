"""A program as native code: its functions, the register files they work in, and their calls.

The calls go through ctypes, which releases the GIL; every call takes a register file of its own, so threads share a
kernel, and a batch is divided among the processor's cores.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np

from compiler.engines.driver import BLOCK, LINE, driver, stride
from compiler.engines.entry import LONG, Entry, known
from compiler.engines.native import Native, once
from compiler.engines.points import Gufunc
from compiler.engines.sharing import divide
from compiler.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Part:
    """The functions of a program, the code that they read, and what must live as long as they do."""

    functions: list[int]
    code: Any
    owner: Any


class Kernel(Gufunc):
    """A program that runs: one point, or many. part: makes the code for "point" and for "batch"."""

    def __init__(self, schedule: Schedule, part: Callable[[str], Part], bits: int = 64) -> None:
        super().__init__(schedule.inputs, len(schedule.outputs) - 1, f"f{bits // 8}")
        self.schedule = schedule
        self.part = part
        self.bits = bits
        self.free: list[Any] = []  # register files of one point
        self.made: dict[str, tuple[Callable[..., None], Any]] = {}
        self.kept: list[Any] = []  # what the machine code reads
        self.lock = Lock()
        self.fresh, self.into = _refuse, _refuse  # calls straight into the code for one point, once it is made

    def __call__(self, points: Any, out: Any = None) -> tuple[Any, Any]:
        """Return value and gradient at a point (n,), or values and gradients at points (..., n)."""
        found = self.fresh(points) if out is None else self.into(points, out)
        return super().__call__(points, out) if found is None else found

    def _point(self, point: Any) -> tuple[float, Any]:
        try:
            work = self.free.pop()
        except IndexError:
            work = self._workspace()
        call, table, inputs, value, derivatives, _ = work
        inputs[:] = point
        call(table)
        result = value(), derivatives.copy()
        self.free.append(work)
        return result

    def _batch(self, rows: Any, values: Any, gradients: Any) -> None:
        call, program = self._made("batch")

        def share(start: int, stop: int) -> None:
            registers = self._registers(stride(self.bits))
            call(_at(program), _at(registers), _at(rows), _at(values), _at(gradients), start, stop)

        divide(len(rows), BLOCK, len(self.schedule), share)

    def _workspace(self) -> Any:
        call, program = self._made("point")
        registers, results, table = self._file(program)
        return call, _at(table), registers[: self.inputs], results[:1].item, results[1:], table

    def _enter(self, program: Any) -> None:
        registers, results, table = self._file(program)
        point, long = _driver(self.bits).address("point"), len(self.schedule) >= LONG
        entry = Entry(point, table, registers, results, self.inputs, long=long)
        self.kept.append(entry)
        self.fresh, self.into = entry.fresh, entry.into

    def _file(self, program: Any) -> tuple[Any, Any, Any]:
        """Return a register file for one point, room for the results, and the table of the program with both."""
        registers, results = self._registers(1)[:, 0], np.empty(len(self.schedule.outputs), self.type)
        return registers, results, np.append(program, np.array([_at(registers), _at(results)], np.uint64))

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
                if kind == "point" and known():
                    self._enter(table)
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


def _refuse(*arguments: Any) -> None:
    """Know nothing."""


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


def _at(array: Any) -> int:
    """Return where an array's data are."""
    address: int = array.ctypes.data
    return address
