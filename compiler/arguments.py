"""The arguments of a traced function, and how they lie in the flat inputs of its program."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from circuit.errors import InvalidArgument, ShapeError

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Arguments:
    """Names and shapes of a function's arguments; `wrt` are the differentiated ones, whose inputs come first."""

    names: tuple[str, ...]
    shapes: tuple[Shape, ...]
    wrt: tuple[int, ...]

    @staticmethod
    def of(record: dict[str, Any] | None) -> Arguments | None:
        """Return what `dataclasses.asdict` made of arguments, read back from JSON."""
        if record is None:
            return None
        shapes = tuple(tuple(map(int, shape)) for shape in record["shapes"])
        return Arguments(tuple(map(str, record["names"])), shapes, tuple(map(int, record["wrt"])))

    def flatten(self, values: Sequence[Any], named: dict[str, Any]) -> list[Any]:
        """Return the inputs of the program: the differentiated arguments row by row, then the others.

        Errors: InvalidArgument for missing or unexpected arguments, ShapeError.
        """
        given = dict(zip(self.names, values, strict=False))
        shown = ", ".join(self.names)
        unexpected = [name for name in named if name in given or name not in self.names]
        if len(values) > len(self.names) or unexpected:
            what = f"unexpected {unexpected[0]!r}" if unexpected else f"{len(values)} values"
            raise InvalidArgument(f"{what}: the arguments are ({shown})")
        given.update(named)
        missing = [name for name in self.names if name not in given]
        if missing:
            raise InvalidArgument(f"missing {', '.join(missing)}: the arguments are ({shown})")
        others = [place for place in range(len(self.names)) if place not in self.wrt]
        return [entry for place in (*self.wrt, *others) for entry in self._entries(place, given[self.names[place]])]

    def _entries(self, place: int, value: Any) -> list[Any]:
        shape = self.shapes[place]
        found = getattr(value, "shape", None)
        if not shape and not found and not isinstance(value, (list, tuple)):
            return [value]
        import numpy as np

        array = np.asarray(value)
        if array.shape != shape:
            raise ShapeError(f"{self.names[place]} has the shape {shape}, not {array.shape}")
        entries: list[Any] = array.ravel().tolist()
        return entries

    def fold(self, derivatives: Sequence[float]) -> tuple[Any, ...]:
        """Return the gradient argument by argument: a float for a scalar, an array of its shape for an array."""
        import numpy as np

        folded: list[Any] = []
        start = 0
        for place in self.wrt:
            shape = self.shapes[place]
            end = start + math.prod(shape)
            part = derivatives[start:end]
            kind = object if part and type(part[0]) is not float else np.float64
            folded.append(np.array(part, dtype=kind).reshape(shape) if shape else part[0])
            start = end
        return tuple(folded)

    @property
    def plain(self) -> bool:
        """Whether the arguments are the program's inputs, one by one: scalars, the differentiated ones first."""
        return not any(self.shapes) and self.wrt == tuple(range(len(self.wrt)))


def in_order(inputs: Sequence[str], values: Sequence[Any], named: dict[str, Any]) -> list[Any]:
    """Return the values of inputs that are given by place, then by name.

    Errors: InvalidArgument for missing or unexpected inputs.
    """
    shown = ", ".join(inputs[:20])
    if len(values) > len(inputs):
        raise InvalidArgument(f"{len(values)} values for {len(inputs)} inputs ({shown})")
    if not named and len(values) == len(inputs):
        return list(values)
    point = dict(zip(inputs, values, strict=False))
    for name, value in named.items():
        if name in point or name not in inputs:
            raise InvalidArgument(f"{'doubled' if name in point else 'unexpected'} {name!r}: inputs are ({shown})")
        point[name] = value
    missing = [name for name in inputs if name not in point]
    if missing:
        raise InvalidArgument(f"missing {', '.join(missing[:5])}: the inputs are ({shown})")
    return [point[name] for name in inputs]
