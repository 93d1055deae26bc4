"""Which engine runs a program: by name, or by the size of the work."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Protocol

from circuit.circuit import Circuit
from circuit.errors import InvalidArgument

LARGE = 5_000  # gates from which on one point is worth the import of LLVM
OFTEN = 1_000  # and from which on some hundred points are, one after the other
WORK = 1_000_000  # gates times points that are; few points count as many, since NumPy needs as long for them
MANY = 1_000
PRECISIONS = {"float64": 64, "float32": 32, "object": 0}
MAKES = {"float32": ("numpy", "llvm-quick", "llvm"), "object": ("cpython",)}  # which engines compute in it


class Engine(Protocol):
    """A program that runs, see `compiler.engines.points.Gufunc`."""

    def __call__(self, points: Any, out: Any = None) -> tuple[Any, Any]:
        """Return value and gradient (derivatives,) at a point (inputs,), or arrays of them at points (..., inputs)."""

    def batch(self, points: Any, out: Any = None) -> tuple[Any, Any]:
        """Return the same, by another name."""


class Runnable(Protocol):
    """What an engine needs of a program: its text, and the circuit with outputs (value, derivatives)."""

    @property
    def source(self) -> str:
        """The text."""

    @property
    def circuit(self) -> Circuit:
        """The circuit."""


def load(program: Runnable, name: str, dtype: str = "float64") -> Engine:
    """Return a program in an engine. dtype: float64, or float32 (numpy, llvm-quick and llvm), or object (cpython).

    Errors: InvalidArgument for a name that is none, or an engine whose packages are not installed.
    """
    if name not in ENGINES:
        raise InvalidArgument(f"engine is {', '.join(ENGINES)}, not {name!r:.40}")
    if dtype not in PRECISIONS or name not in MAKES.get(dtype, ENGINES):
        raise InvalidArgument(f"{name} does not compute in {dtype!r:.40}")
    if name in NATIVE and not native():
        raise InvalidArgument(f"{name} needs llvmlite: install the extra `fast`, or take cpython or numpy")
    return ENGINES[name](program, PRECISIONS[dtype])


def precision(dtype: Any) -> str:
    """Return the name of a type of numbers, given so, as NumPy's class or dtype, or as Python's class."""
    name = dtype if isinstance(dtype, str) else getattr(dtype, "__name__", str(dtype))
    return "float64" if name == "float" else name


def native() -> bool:
    """Say whether LLVM is installed."""
    return find_spec("llvmlite") is not None


def for_point(gates: int, *, often: bool = False) -> str:
    """Return the name of the engine for one point of a program of so many gates. often: one of many, one by one."""
    return "interpreter" if gates >= (OFTEN if often else LARGE) and native() else "cpython"


def for_batch(gates: int, rows: int, dtype: str = "float64") -> str:
    """Return the name of the engine for so many points."""
    if dtype == "object":
        return "cpython"
    if gates * max(rows, MANY) < WORK or not native():
        return "numpy"
    return "llvm-quick" if dtype == "float32" else "interpreter"


def _cpython(program: Runnable, bits: int) -> Engine:
    if bits == PRECISIONS["object"]:
        from compiler.engines.exact import Exact

        return Exact(program.circuit)
    from compiler.engines.cpython import Python

    return Python(program.source)


def _numpy(program: Runnable, bits: int) -> Engine:
    from compiler.engines.arrays import Arrays

    return Arrays(program.source, bits)


def _interpreter(program: Runnable, bits: int) -> Engine:
    from compiler.engines import interpreter
    from compiler.schedule import schedule

    return interpreter.load(schedule(program.circuit))


def _llvm(level: int) -> Callable[[Runnable, int], Engine]:
    def make(program: Runnable, bits: int) -> Engine:
        from compiler.engines import llvm
        from compiler.schedule import schedule

        return llvm.load(schedule(program.circuit), level, bits)

    return make


def _c(program: Runnable, bits: int) -> Engine:
    from compiler.engines.c import Compiled

    return Compiled(program.source)


ENGINES: dict[str, Callable[[Runnable, int], Engine]] = {
    "cpython": _cpython,
    "numpy": _numpy,
    "interpreter": _interpreter,
    "llvm-quick": _llvm(0),
    "llvm": _llvm(1),
    "c": _c,
}
NATIVE = frozenset(ENGINES) - {"cpython", "numpy", "c"}
