"""The functions that LLVM's code calls: those of the C library, and their vector forms where it has them.

glibc's libmvec computes 8 or 4 at a time, within 4 units in the last place (most within 1), the C library's own form
taking over where an argument is extreme; where there is none, the C library's form is called lane by lane.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from circuit.ops import OPS

if TYPE_CHECKING:
    from compiler.engines.gates import Numbers
ARITY = {row.function: row.arity for row in OPS.values() if row.function}
VECTORS = "libmvec.so.1"


@cache
def load() -> ctypes.CDLL | None:
    """Load the libraries that LLVM's code calls; return the one with vector forms, where there is one."""
    import llvmlite.binding as llvm

    for name in ("libm.so.6", VECTORS):
        try:
            llvm.load_library_permanently(name)
        except RuntimeError:  # another platform: the process has the C library's functions itself
            continue
    try:
        return ctypes.CDLL(VECTORS)
    except OSError:
        return None


def vectors() -> bool:
    """Say whether functions have vector forms."""
    from compiler.engines.gates import Numbers

    return not symbol("sin", Numbers(width())).startswith("lanes.")


@cache
def width() -> int:
    """Return how many float64s the machine's registers hold."""
    import llvmlite.binding as llvm

    return 8 if llvm.get_host_cpu_features().get("avx512f") else 4


@cache
def symbol(function: str, numbers: Numbers) -> str:
    """Return the name of a function of `math` over a type: the C library's, a vector form's, or that of our loop."""
    name = function if numbers.bits == 64 else f"{function}f"
    if numbers.lanes == 1:
        return name
    register = {64: "e", 32: "d", 16: "b"}.get(numbers.lanes * numbers.bits // 8)
    vector = f"_ZGV{register}N{numbers.lanes}{'v' * ARITY[function]}_{name}"
    return vector if register and hasattr(load(), vector) and _has(register) else f"lanes.{name}.{numbers.suffix}"


def _has(register: str) -> bool:
    import llvmlite.binding as llvm

    return bool(llvm.get_host_cpu_features().get({"e": "avx512f", "d": "avx2", "b": "sse2"}[register]))


def declarations(functions: Iterable[str], numbers: Numbers) -> Iterator[str]:
    """Yield what declares or defines functions over a type."""
    for function in sorted(functions):
        name, arity = symbol(function, numbers), ARITY[function]
        if name.startswith("lanes."):
            scalar = symbol(function, type(numbers)(1, numbers.bits))
            yield f"declare {numbers.scalar} @{scalar}({', '.join([numbers.scalar] * arity)}) memory(none)"
            yield _by_lanes(name, scalar, arity, numbers)
        else:
            yield f"declare {numbers.type} @{name}({', '.join([numbers.type] * arity)}) memory(none)"


def _by_lanes(name: str, scalar: str, arity: int, numbers: Numbers) -> str:
    """Return the definition of a vector function that calls a scalar one for each lane."""
    arguments = "xy"[:arity]
    lines = [f"define internal {numbers.type} @{name}({', '.join(f'{numbers.type} %{each}' for each in arguments)}) {{"]
    before = "poison"
    for lane in range(numbers.lanes):
        lines += [f"%{each}{lane} = extractelement {numbers.type} %{each}, i32 {lane}" for each in arguments]
        operands = ", ".join(f"{numbers.scalar} %{each}{lane}" for each in arguments)
        lines.append(f"%f{lane} = call {numbers.scalar} @{scalar}({operands})")
        lines.append(f"%z{lane} = insertelement {numbers.type} {before}, {numbers.scalar} %f{lane}, i32 {lane}")
        before = f"%z{lane}"
    return "\n".join([*lines, f"ret {numbers.type} {before}", "}"])
