"""Functions compiled by numba, where numba is: with a cache on disk that knows every file that it was made from."""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from circuit.ops import CODE
from compiler.loops.memory import WITHIN

Function = Callable[..., Any]
# Nothing is allocated, so nothing is counted; the loops divide by nothing that can be 0.
INNER: dict[str, Any] = {"_nrt": False, "error_model": "numpy", "no_cfunc_wrapper": True}


def _as_index(number: Any) -> Function:
    """Return what `operator.index` is in compiled functions: 64 bits, so that none is compiled for 32 as well."""
    return lambda number: np.int64(number)


@cache
def compiled(function: Function) -> Function:
    """Return a function of this package compiled, with all that it calls; loaded from the cache if it is there."""
    numba: Any = import_module("numba")
    for each in _called(function):
        _register(each)
    result = numba.njit(nogil=True, _nrt=False, error_model="numpy")(function)
    with suppress(Exception):  # no folder can be written, or numba's inside has changed: compiled in each process
        result._cache = _cache(function)
    quick: Function = result
    return quick


@cache
def _register(function: Function) -> None:
    """Let compiled functions call this one."""
    extending: Any = import_module("numba.extending")
    if function is operator.index:
        extending.overload(function, jit_options=INNER, strict=False)(_as_index)
    else:
        extending.register_jitable(**INNER, forceinline=function in WITHIN)(function)


def _cache(function: Function) -> Any:
    """Return numba's cache for a function, told apart by the files of this package and the table's codes.

    numba looks at the file of the function alone, and would run what it calls in other files as it was before.
    """
    caching: Any = import_module("numba.core.caching")

    class Cache(caching.FunctionCache):  # type: ignore[misc]
        def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
            return (*super()._index_key(sig, codegen), fingerprint())

    return Cache(function)


@cache
def fingerprint() -> str:
    """Return what is equal where the compiled code is."""
    digest = hashlib.sha256(repr(sorted(CODE.items())).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _called(function: Function) -> list[Function]:
    """Return the functions of this package that a function calls, and those that they call."""
    found: dict[Function, None] = {}
    rest: list[Any] = [function]
    while rest:
        each = rest.pop()
        for name in each.__code__.co_names:
            other = each.__globals__.get(name)
            if other is operator.index:
                found[other] = None
            elif hasattr(other, "__code__") and other.__module__.startswith(__package__) and other not in found:
                found[other] = None
                rest.append(other)
    return list(found)
