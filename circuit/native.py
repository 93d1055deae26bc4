"""Functions over flat arrays compiled by numba: once an installation, in a cache that knows every file they are of.

Nothing is compiled or imported for what is small: `circuit.jit` and the sweep ask for it from a size on.
"""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from circuit.ops import CODE

Function = Callable[..., Any]
Marked = TypeVar("Marked", bound=Function)
Kind = TypeVar("Kind", bound=type)
WITHIN: set[Function] = set()
RECORDS: list[type] = []
OURS = "circuit.", "compiler."  # modules whose functions are compiled when one of them is called
# Nothing is allocated, so nothing is counted; the loops divide by nothing that can be 0.
INNER: dict[str, Any] = {"_nrt": False, "error_model": "numpy", "no_cfunc_wrapper": True}


def within(function: Marked) -> Marked:
    """Mark a function to be compiled as a part of what calls it: small, or called from one place."""
    WITHIN.add(function)
    return function


def record(kind: Kind) -> Kind:
    """Mark named tuples of arrays to be handed to compiled functions by address."""
    RECORDS.append(kind)
    return kind


def _as_index(number: Any) -> Function:
    """Return what `operator.index` is in compiled functions: 64 bits, so that none is compiled for 32 as well."""
    return lambda number: np.int64(number)


@cache
def compiled(function: Function) -> Function:
    """Return a function compiled, with all of ours that it calls; loaded from the cache if it is there."""
    numba: Any = import_module("numba")
    for kind in RECORDS:
        _hand_by_address(kind)
    for each in _called(function):
        _register(each)
    result = numba.njit(nogil=True, _nrt=False, error_model="numpy")(function)
    with suppress(Exception):  # no folder can be written, or numba's inside has changed: compiled in each process
        result._cache = _cache(function)
    quick: Function = result
    return quick


@cache
def _hand_by_address(kind: type) -> None:
    with suppress(ImportError, AttributeError):  # numba's inside has changed: the tuples are handed by value
        import_module("circuit.records").register(kind)


@cache
def _register(function: Function) -> None:
    """Let compiled functions call this one."""
    extending: Any = import_module("numba.extending")
    if function is operator.index:
        extending.overload(function, jit_options=INNER, strict=False)(_as_index)
    else:
        extending.register_jitable(**INNER, forceinline=function in WITHIN)(function)


def _cache(function: Function) -> Any:
    """Return numba's cache for a function, told apart by what `fingerprint` looks at.

    numba looks at the file of the function alone, and would run what it calls in other files as it was before.
    """
    caching: Any = import_module("numba.core.caching")

    class Cache(caching.FunctionCache):  # type: ignore[misc]
        def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
            return (*super()._index_key(sig, codegen), fingerprint(function))

    return Cache(function)


def fingerprint(function: Function) -> str:
    """Return what is equal where the compiled code is: of the table's codes, and the files beside what is called."""
    own = [each for each in (function, *_called(function)) if each is not operator.index]
    return _digest(frozenset(Path(each.__code__.co_filename).parent for each in own))


@cache
def _digest(folders: frozenset[Path]) -> str:
    digest = hashlib.sha256(repr(sorted(CODE.items())).encode())
    for path in Path(__file__), Path(__file__).with_name("records.py"):  # how arrays are handed over
        digest.update(path.read_bytes())
    for folder in sorted(folders):
        for path in sorted(folder.glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _called(function: Function) -> list[Function]:
    """Return the functions of ours that a function calls, and those that they call."""
    found: dict[Function, None] = {}
    rest: list[Any] = [function]
    while rest:
        each = rest.pop()
        for name in each.__code__.co_names:
            other = each.__globals__.get(name)
            if other is operator.index:
                found[other] = None
            elif hasattr(other, "__code__") and other.__module__.startswith(OURS) and other not in found:
                found[other] = None
                rest.append(other)
    return list(found)
