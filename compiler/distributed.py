"""Programs on arrays of Dask: many points block by block, and the sum of a loss over the rows of a data set.

Dask is an extra (`dask`), imported only when one of its arrays comes in. The text of a program travels once to each
worker, which loads it once and keeps it.
"""

from __future__ import annotations

import hashlib
import math
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import dask
import dask.array as da
import numpy as np

from circuit.errors import InvalidType, ShapeError
from compiler.engines.choice import Engine, for_batch
from compiler.engines.points import REAL
from compiler.summation import added, part_of, rounded

if TYPE_CHECKING:
    from compiler.program import GradientProgram

KEPT = 16  # programs that a process keeps loaded
FAN_IN = 16  # parts that are added at a time


@dataclass(frozen=True, slots=True)
class Loaded:
    """A program as a worker holds it; equal if the texts are."""

    digest: str
    program: GradientProgram = field(compare=False, repr=False)
    engine: str

    def __reduce__(self) -> tuple[Any, ...]:
        """Send the text alone: a formula may be a function that no pickle takes."""
        program = self.program
        text = type(program)(program.source, program.inputs, program.parameters)
        return Loaded, (self.digest, text, self.engine)


def batch(program: GradientProgram, points: Any) -> tuple[Any, Any]:
    """Return values (N,) and gradients (N, n) at points (N, inputs), arrays of Dask in the chunks of the points.

    Nothing is computed yet; `dask.compute(values, gradients)` computes both in one go. Errors: ShapeError, InvalidType;
    what only a block can show (objects that are no numbers) is raised by the computation.
    """
    points = _in_rows(points, len(program.inputs), "points")
    derivatives = len(program.inputs) - len(program.parameters)
    values, gradients = da.apply_gufunc(
        _batch, "(i)->(),(n)", points,
        loaded=_shared(program, points), output_dtypes=(np.float64, np.float64), output_sizes={"n": derivatives},
    )  # fmt: skip
    return values, gradients


def sum_blocks(program: GradientProgram, point: Any, rows: Any) -> tuple[Any, Any]:
    """Return the sums of values, of shape (), and gradients (n,) over rows (N, p), arrays of Dask.

    Each block becomes a part of a few rows (map), parts are added in a tree (reduce); both are exact, so chunks, order
    and workers leave the bits as they are. Errors: as those of `batch`.
    """
    if getattr(rows, "ndim", 2) != 2:
        raise ShapeError(f"rows have the shape (N, {len(program.parameters)}), not {rows.shape}")
    rows = _in_rows(rows, len(program.parameters), "rows")
    width = 1 + len(point)
    loaded = _shared(program, rows)
    at = dask.delayed(point, traverse=False)
    parts = [dask.delayed(_part)(loaded, at, block, width) for block in rows.to_delayed().ravel()]
    while len(parts) > 1:
        parts = [dask.delayed(added)(parts[start : start + FAN_IN]) for start in range(0, len(parts), FAN_IN)]
    sums = da.from_delayed(dask.delayed(rounded)(parts[0]), (width,), np.float64)
    return sums[0], sums[1:]


def _in_rows(points: Any, columns: int, what: str) -> Any:
    """Return an array of points that is not divided within a point."""
    if not isinstance(points, da.Array):
        raise InvalidType(
            f"{what} are an array of NumPy or Dask, not {type(points).__module__}.{type(points).__name__}"
        )
    if points.dtype.kind not in REAL + "O":
        raise InvalidType(f"{what} are made of real numbers, not {points.dtype}")
    if points.ndim < 2 or points.shape[-1] != columns:
        raise ShapeError(f"{what} have the shape (N, {columns}), not {points.shape}")
    return points.rechunk({points.ndim - 1: -1}) if points.numblocks[-1] > 1 else points


def _shared(program: GradientProgram, points: Any) -> Any:
    """Return a program with the engine for all the points: the same for every block, whatever its size."""
    rows = math.prod(points.shape[:-1])
    engine = for_batch(program.source.count("\n"), sys.maxsize if math.isnan(rows) else rows)
    digest = hashlib.sha256(program.source.encode()).hexdigest()
    return dask.delayed(Loaded(digest, program, engine), name=f"program-{engine}-{digest}", traverse=False)


@lru_cache(KEPT)
def _engine(loaded: Loaded) -> Engine:
    return loaded.program.engine(loaded.engine)


def _batch(points: Any, loaded: Loaded) -> tuple[Any, Any]:
    return _engine(loaded).batch(points)


def _part(loaded: Loaded, point: Any, block: Any, width: int) -> Any:
    return part_of(_engine(loaded), point, block, width)
