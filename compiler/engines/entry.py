"""Calls from Python straight into a program, beside the long way through NumPy and ctypes.

Two functions, `(point)` and `(point, out)`, look at the arrays themselves. Where those are what a program reads and
writes (contiguous arrays of its type and shape) they run it at once: the long way takes as long as some thousand gates.
To anything else they answer None, and whoever called takes the long way; so too if another thread is inside, since
there is one register file. A program that is not short runs without the GIL.

Where objects have their fields belongs to the binary interfaces of Python and NumPy, on which every extension module
relies; `known` looks whether they have them there.
"""

from __future__ import annotations

import ctypes
import sys
import sysconfig
from functools import partial
from typing import Any

import numpy as np
from llvmlite import ir

from compiler.engines.driver import POINTER, VOID, WORD
from compiler.engines.native import Native, once

LONG = 4_000  # instructions from which on other threads may run
TYPE, DATA, RANK, SHAPE, NUMBERS, FLAGS = 8, 16, 24, 32, 56, 64  # where an array has its fields, in bytes
LENGTH, ITEMS = 16, tuple.__basicsize__  # where a tuple has them
IS_64_BIT = sys.maxsize > 2**32
READABLE, WRITABLE = 0x101, 0x501  # flags: contiguous, aligned; and not read-only
FASTCALL = 0x80  # METH_FASTCALL: (self, arguments, their number)
WORDS = "point program registers results inputs derivatives busy long array numbers tuple none make".split()
NATURAL, BYTE = ir.IntType(32), ir.IntType(8)
API = {
    "PyObject_CallNoArgs": ir.FunctionType(POINTER, [POINTER]),
    "PyFloat_FromDouble": ir.FunctionType(POINTER, [ir.DoubleType()]),
    "PyTuple_Pack": ir.FunctionType(POINTER, [WORD], var_arg=True),
    "Py_IncRef": ir.FunctionType(VOID, [POINTER]),
    "Py_DecRef": ir.FunctionType(VOID, [POINTER]),
    "PyEval_SaveThread": ir.FunctionType(POINTER, []),
    "PyEval_RestoreThread": ir.FunctionType(VOID, [POINTER]),
}
COPY = ir.FunctionType(VOID, [POINTER, POINTER, WORD, ir.IntType(1)])
POINT = ir.FunctionType(VOID, [POINTER])
METHOD = ir.FunctionType(POINTER, [POINTER, POINTER, WORD])


class _Method(ctypes.Structure):
    """PyMethodDef."""

    _fields_ = (("name", ctypes.c_char_p), ("code", ctypes.c_void_p), ("kind", ctypes.c_int), ("doc", ctypes.c_char_p))


_PROTOTYPE = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)
_function = _PROTOTYPE(("PyCFunction_NewEx", ctypes.pythonapi))


class Entry:
    """The calls `fresh(point)` and `into(point, out)` of a program: value and gradient, or None.

    point: the address of a function that takes that of `program`, an array. It reads the inputs where `registers`
    starts, and writes value and derivatives to `results`. All of them live as long as the calls.
    """

    def __init__(self, point: int, program: Any, registers: Any, results: Any, inputs: int, *, long: bool) -> None:
        derivatives = len(results) - 1
        objects = np.ndarray, results.dtype, tuple, None, partial(np.empty, derivatives, results.dtype)
        addresses = (each.ctypes.data for each in (program, registers, results))
        table = np.array([point, *addresses, inputs, derivatives, 0, long, *map(id, objects)], np.uint64)
        methods = [_Method(b"run", code, FASTCALL, None) for code in _codes(8 * results.itemsize)]
        self.kept = program, registers, results, objects, methods
        self.fresh, self.into = (_function(ctypes.addressof(each), table, None) for each in methods)


def known() -> bool:
    """Say whether objects have their fields where the functions look for them."""
    if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED") or not IS_64_BIT:
        return False
    array, pair = np.empty((2, 3)), (None, np.empty)

    def word(each: object, offset: int) -> int:
        return ctypes.c_uint64.from_address(id(each) + offset).value

    fields = [word(array, TYPE), word(array, DATA), word(array, NUMBERS), word(array, RANK) % 2**32]
    fields += [word(array, FLAGS) % 2**32, *(ctypes.c_uint64 * 2).from_address(word(array, SHAPE))]
    fields += [word(pair, TYPE), word(pair, LENGTH), word(pair, ITEMS), word(pair, ITEMS + 8)]
    wanted = [id(np.ndarray), array.ctypes.data, id(array.dtype), 2, array.flags.num, 2, 3]
    return fields == [*wanted, id(tuple), 2, id(None), id(np.empty)]


@once
def _codes(bits: int) -> tuple[int, int]:
    """Return where `fresh` and `into` for numbers of so many bits are; they live as long as the process."""
    native = _native(bits)
    return native.address("fresh"), native.address("into")


@once
def _native(bits: int) -> Native:
    import llvmlite.binding as llvm

    for name in API:
        llvm.add_symbol(name, ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value)
    module = ir.Module()
    declared = {name: ir.Function(module, kind, name) for name, kind in API.items()}
    declared["copy"] = ir.Function(module, COPY, "llvm.memcpy.p0.p0.i64")
    for name in ("fresh", "into"):
        _Call(module, name, declared, bits).write(into=name == "into")
    return Native(str(module), 2, keep=True)


class _Call:
    """One of the functions, as it is built."""

    def __init__(self, module: Any, name: str, declared: dict[str, Any], bits: int) -> None:
        made = ir.Function(module, METHOD, name)
        self.build, self.append = ir.IRBuilder(made.append_basic_block()), made.append_basic_block
        self.declared, self.bits = declared, bits
        self.arguments = made.args[1]
        self.refuse = self.append()
        self.table = self.field(made.args[0], DATA)

    def write(self, *, into: bool) -> None:
        """Build the whole. into: results go to arrays that are given, else to a fresh one."""
        build, size = self.build, WORD(self.bits // 8)
        point, out = self.array(self.field(self.arguments, 0), 1, "inputs", READABLE), None
        if into:
            out = self.field(self.arguments, 8)
            value, gradient = self.pair(out)
        self.require(self.swapped(1), WORD(0))
        self.copy(self.word("registers", POINTER), point, build.mul(self.word("inputs"), size))
        self.run()
        results = self.word("results", POINTER)
        first = build.load(results, typ=ir.DoubleType() if self.bits == 64 else ir.FloatType())
        rest, length = build.gep(results, [size], source_etype=BYTE), build.mul(self.word("derivatives"), size)
        if into:
            build.store(first, value)
            self.copy(gradient, rest, length)
            self.call("Py_IncRef", out)
            self.leave(out)
        else:
            self.give(first, rest, length)
        build.position_at_end(self.refuse)
        none = self.word("none", POINTER)
        self.call("Py_IncRef", none)
        build.ret(none)

    def pair(self, out: Any) -> tuple[Any, Any]:
        """Go on if `out` is a pair of arrays for value and gradient; return where their numbers stand."""
        self.require(self.field(out, TYPE, WORD), self.word("tuple"))
        self.require(self.field(out, LENGTH, WORD), WORD(2))
        value = self.array(self.field(out, ITEMS), 0, "", WRITABLE)
        return value, self.array(self.field(out, ITEMS + 8), 1, "derivatives", WRITABLE)

    def run(self) -> None:
        """Run the program, a long one without the GIL."""
        call = self.build.inttoptr(self.word("point"), POINT.as_pointer())
        program = self.word("program", POINTER)
        with self.build.if_else(self.build.icmp_unsigned("!=", self.word("long"), WORD(0))) as (long, short):
            with long:
                thread = self.call("PyEval_SaveThread")
                self.build.call(call, [program])
                self.call("PyEval_RestoreThread", thread)
            with short:
                self.build.call(call, [program])

    def give(self, value: Any, gradient: Any, size: Any) -> None:
        """Return value and gradient as new objects."""
        build = self.build
        array = self.call("PyObject_CallNoArgs", self.word("make", POINTER))
        with build.if_then(build.icmp_unsigned("==", build.ptrtoint(array, WORD), WORD(0))):
            self.leave(array)
        self.copy(self.field(array, DATA), gradient, size)
        number = self.call("PyFloat_FromDouble", build.fpext(value, ir.DoubleType()) if self.bits == 32 else value)
        pair = self.call("PyTuple_Pack", WORD(2), number, array)
        self.call("Py_DecRef", number)
        self.call("Py_DecRef", array)
        self.leave(pair)

    def leave(self, result: Any) -> None:
        """Let the next one in, and return."""
        self.swapped(0)
        self.build.ret(result)

    def swapped(self, busy: int) -> Any:
        """Say whether one is inside; return whether one was."""
        return self.build.atomic_rmw("xchg", self.at("busy"), WORD(busy), "seq_cst")

    def array(self, array: Any, rank: int, length: str, flags: int) -> Any:
        """Go on if an array is one of so many numbers, by a word of the table; return where they stand."""
        self.require(self.field(array, TYPE, WORD), self.word("array"))
        self.require(self.field(array, NUMBERS, WORD), self.word("numbers"))
        self.require(self.field(array, RANK, NATURAL), NATURAL(rank))
        self.require(self.build.and_(self.field(array, FLAGS, NATURAL), NATURAL(flags)), NATURAL(flags))
        if rank:
            self.require(self.field(self.field(array, SHAPE), 0, WORD), self.word(length))
        return self.field(array, DATA)

    def require(self, found: Any, wanted: Any) -> None:
        """Go on if two numbers are equal."""
        good = self.append()
        self.build.cbranch(self.build.icmp_unsigned("==", found, wanted), good, self.refuse)
        self.build.position_at_end(good)

    def call(self, name: str, *arguments: Any) -> Any:
        """Call a function."""
        return self.build.call(self.declared[name], arguments)

    def copy(self, target: Any, source: Any, size: Any) -> None:
        """Copy so many bytes."""
        self.call("copy", target, source, size, ir.IntType(1)(0))

    def field(self, base: Any, offset: int, kind: Any = POINTER) -> Any:
        """Return a field of an object."""
        return self.build.load(self.build.gep(base, [WORD(offset)], source_etype=BYTE), typ=kind)

    def word(self, name: str, kind: Any = WORD) -> Any:
        """Return a word of the table."""
        return self.build.load(self.at(name), typ=kind)

    def at(self, name: str) -> Any:
        """Return where a word of the table stands."""
        return self.build.gep(self.table, [WORD(WORDS.index(name))], source_etype=WORD)
