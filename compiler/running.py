"""Running the text of a gradient program: its function, by `math` or by NumPy, and what it takes."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from fractions import Fraction
from numbers import Integral
from typing import Any

from circuit.errors import InvalidType, ShapeError

_HEADER = re.compile(r"^def (value_\w+)\(", re.MULTILINE)
AT_ONCE = 100_000  # characters of a function: a longer one is loaded in parts


def load_function(source: str, *, ieee: bool) -> Callable[..., Any]:
    """Make the function of a text that has passed the grammar; `ieee` binds NumPy's functions instead of math's."""
    header = _HEADER.search(source)
    assert header is not None
    start = header.start()
    namespace: dict[str, Any] = {}
    if ieee:
        from circuit.ieee import namespace as numpy_names

        namespace.update(numpy_names())
    long = len(source) - start > AT_ONCE
    text = source[start if ieee else 0 : start if long else None]
    exec(compile(text, "<gradient program>", "exec"), namespace)  # noqa: S102  our own grammar, checked by verify
    if long:
        from compiler.parts import Parts

        return Parts(source, start, namespace)
    function: Callable[..., Any] = namespace[header[1]]
    return function


def run_by_ieee(function: Callable[..., Any], point: Sequence[Any]) -> tuple[Any, tuple[Any, ...]]:
    """Return value and gradient by NumPy's rules, broadcast to one shape; floats where no array went in.

    Errors: ShapeError.
    """
    import numpy as np

    shapes = [np.shape(each) for each in point]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        raise ShapeError(f"arrays of shapes {shapes} do not broadcast together") from None
    with np.errstate(all="ignore"):
        value, derivatives = function(*float64s(point))
    results = [np.broadcast_to(np.asarray(each, dtype=np.float64), shape) for each in (value, *derivatives)]
    plain = [float(each) for each in results] if not shape else [each.copy() for each in results]
    return plain[0], tuple(plain[1:])


def lines_at(source: str, point: Sequence[float]) -> list[tuple[str, str, float]]:
    """Return the lines of a program at a point: (register, operation, its value there)."""
    lines = [line.split("  #")[0].strip() for line in source.splitlines()]
    start = next(place for place, line in enumerate(lines) if line.startswith("def value_and_gradient"))
    steps = [line.partition(" = ") for line in lines[start + 1 :] if " = " in line and not line.startswith("#")]
    names = "".join(f"{register}, " for register, _, _ in steps)
    probe = f"{source[: source.rindex('    return ')]}    return 0, ({names})\n"
    _, results = load_function(probe, ieee=True)(*float64s(point))
    return [(register, text, float(result)) for (register, _, text), result in zip(steps, results, strict=True)]


def as_float(value: Any, name: str) -> float:
    """Return a real number as a float. Errors: InvalidType."""
    if isinstance(value, (str, bytes, complex)) or not hasattr(value, "__float__"):
        raise InvalidType(f"{name} is a real number, not {value!r:.40} ({type(value).__name__})")
    try:
        return float(value)
    except OverflowError:
        raise InvalidType(f"{name} is an integer beyond the largest float") from None
    except TypeError:  # an array that is not of 0 dimensions
        raise InvalidType(f"{name} is a real number, not {value!r:.40} ({type(value).__name__})") from None


def exact_points(point: Sequence[Any]) -> Any:
    """Return scalars as they are, or arrays broadcast to points (..., inputs), if they are exact; else None."""
    if not any(getattr(each, "shape", ()) for each in point):
        return point if are_exact(map(type, point)) else None
    import numpy as np

    from compiler.engines.points import is_exact

    with suppress(ValueError):
        points = np.stack(np.broadcast_arrays(*point), axis=-1)
        return points if is_exact(points) else None
    return None


def are_exact(types: Iterable[type]) -> bool:
    """Say whether to compute with numbers as they are: Fractions, and integers beside them, or some of mpmath's."""
    kinds = set(types)
    fractions = Fraction in kinds and all(issubclass(kind, Integral | Fraction) for kind in kinds)
    return fractions or any(map(is_mpf, kinds))


def is_mpf(kind: type) -> bool:
    """Say whether a type is one of mpmath's for real numbers, without importing mpmath."""
    return kind.__module__.partition(".")[0] == "mpmath" and hasattr(kind, "_mpf_")


def float64s(point: Sequence[Any]) -> list[Any]:
    """Return scalars and arrays as NumPy's float64."""
    from circuit.ieee import to_float

    return [to_float(each) for each in point]


def is_dask(array: Any) -> bool:
    """Say whether an array is one of Dask's, without importing Dask."""
    return type(array).__module__.partition(".")[0] == "dask"


def is_named(formula: Any) -> bool:
    """Say whether a formula is no function, or one that its module has under its name: a pickle holds that name."""
    if not callable(formula) or hasattr(type(formula), "free_symbols") or hasattr(formula, "to_json"):
        return True
    found: Any = sys.modules.get(getattr(formula, "__module__", None) or "")
    for name in getattr(formula, "__qualname__", "").split("."):
        found = getattr(found, name, None)
    return found is formula
