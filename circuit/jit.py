"""Loops over the gates of a circuit, compiled by numba where it is installed and the circuit is large.

A loop is a plain function over flat arrays, and gives the same either way. Numba is imported for the first large
circuit only, as that takes a while; what it compiles is kept on disk where a folder can be written.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from circuit.loops import CODE_AT, LEFT_AT

LARGE = 50_000  # nodes for which loops are compiled,
LOADED = 500  # and those for which they are once some have been
MANY = 10_000  # integers for which NumPy is imported,
FEW = 300  # and those for which it is used once it is there


def compiles(size: int) -> bool:
    """Say whether loops over so many nodes are compiled: where numba is there, and it pays."""
    native = sys.modules.get("circuit.native")
    begun = native is not None and native.compiled.cache_info().currsize
    return size >= (LOADED if begun else LARGE) and find_spec("numba") is not None


def loop_for(function: Callable[..., Any], size: int) -> Callable[..., Any]:
    """Return a loop over so many nodes: as numba compiles it where that pays, or as it is."""
    if not compiles(size):
        return function
    from circuit.native import compiled  # for the first large circuit only

    return compiled(function)


def run(function: Callable[..., Any], size: int, *arguments: Any) -> Any:
    """Call a loop over so many nodes on arrays, which it may change, and plain numbers."""
    loop = loop_for(function, size)
    return function(*arguments) if loop is function else loop(*map(_view, arguments))


def _view(value: Any) -> Any:
    """Return an array as NumPy sees it, without a copy."""
    if not isinstance(value, (array, bytearray, bytes, memoryview)):
        return value
    import numpy as np

    kind = value.typecode if isinstance(value, array) else value.format if isinstance(value, memoryview) else "B"
    return np.frombuffer(value, dtype=kind)


def packed(triples: list[int], tape: array[int]) -> None:
    """Append code, left and right operand of each node, one after the other, to a tape, one word a node."""
    if len(triples) < (FEW if "numpy" in sys.modules else MANY):
        each = iter(triples)
        tape.extend(code << CODE_AT | a << LEFT_AT | b + 1 for code, a, b in zip(each, each, each, strict=True))
        return
    import numpy as np

    codes, left, right = np.frombuffer(array("q", triples), np.int64).reshape(-1, 3).T
    tape.frombytes((codes << CODE_AT | left << LEFT_AT | right + 1).tobytes())


def ints(count: int, value: int = 0, kind: str = "i") -> array[int]:
    """Return an array of equal integers: kind i has 32 bits, q has 64."""
    return array(kind, [value]) * count


def counted(values: range, kind: str = "i") -> array[int]:
    """Return an array of equally spaced integers: made by NumPy, which takes a while to import, if there are many."""
    if len(values) < (FEW if "numpy" in sys.modules else MANY):
        return array(kind, values)
    import numpy as np

    return array(kind, np.arange(values.start, values.stop, values.step, dtype=kind).tobytes())
