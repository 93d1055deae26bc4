"""Running the text of a gradient program: its function, by `math` or by NumPy, and what it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from circuit.errors import InvalidType, ShapeError

AT_ONCE = 100_000  # characters of a function: a longer one is loaded in parts


def load_function(source: str, *, ieee: bool) -> Callable[..., Any]:
    """Make the function of a text that has passed the grammar; `ieee` binds NumPy's functions instead of math's."""
    start = source.index("def value_and_gradient(")
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
    function: Callable[..., Any] = namespace["value_and_gradient"]
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


def as_float(value: Any, name: str) -> float:
    """Return a real number as a float. Errors: InvalidType."""
    if isinstance(value, (str, bytes, complex)) or not hasattr(value, "__float__"):
        raise InvalidType(f"{name} is a real number, not {value!r:.40} ({type(value).__name__})")
    try:
        return float(value)
    except OverflowError:
        raise InvalidType(f"{name} is an integer beyond the largest float") from None


def float64s(point: Sequence[Any]) -> list[Any]:
    """Return scalars and arrays as NumPy's float64."""
    from circuit.ieee import to_float

    return [to_float(each) for each in point]
