"""The sum of a loss over the rows of a data set, exact until it is rounded once: its bits depend on no order, no parts.

A part is an array (m, k) of k columns, few, whose row sums are exactly those of the many columns that it stands for;
parts side by side are a part again. Source: Rump, Ogita & Oishi 2008, Accurate floating-point summation I, SIAM J. Sci.
Comput. 31, algorithm 3.3 (ExtractVector): what lies above a power of two sigma adds up without rounding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from circuit.errors import ShapeError
from compiler.engines.choice import Engine, for_batch
from compiler.engines.points import reals, vector
from compiler.running import is_dask

if TYPE_CHECKING:
    from compiler.program import GradientProgram

AT_ONCE = 1 << 16  # values and derivatives that are added at a time: they stay in the cache


def sum_rows(program: GradientProgram, point: Any, rows: Any) -> tuple[Any, Any]:
    """Return the sums of value and gradient (n,) of the loss of one row, at a point, over all rows.

    point: the differentiated inputs (n,), a model's parameters; rows: (N, p), the program's parameters, in their order.
    Each sum is the float64 nearest to the exact sum of the rows' float64s; beyond the largest float it is inf; no rows
    give zeros; nan and inf are as in IEEE sums. NumPy's rows give a float and an array, Dask's give arrays of Dask, of
    shapes () and (n,). Errors: ShapeError, InvalidType.
    """
    count = len(program.inputs) - len(program.parameters)
    point = vector(point, (count,), np.dtype(np.float64)).copy()
    if is_dask(rows):
        from compiler.distributed import sum_blocks

        return sum_blocks(program, point, rows)
    shape = np.shape(rows)
    if len(shape) != 2 or shape[1] != len(program.parameters):
        raise ShapeError(f"rows have the shape (N, {len(program.parameters)}), not {shape}")
    data = reals(rows, np.dtype(np.float64))
    engine = program.engine(for_batch(program.source.count("\n"), len(data)))
    sums = rounded(part_of(engine, point, data, 1 + count))
    return sums.item(0), sums[1:]


def part_of(engine: Engine, point: Any, rows: Any, width: int) -> Any:
    """Return the part (1 + n, k) of the values and gradients at (point (n,), row) for rows (N, p); width is 1 + n."""
    columns = len(point) + rows.shape[1]
    step = max(64, AT_ONCE // width)
    parts = [np.empty((width, 0))]
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        points = np.empty((len(some), columns))
        points[:, : len(point)] = point
        points[:, len(point) :] = some
        numbers = np.empty((width, len(some)))
        numbers[0], gradients = engine.batch(points)
        numbers[1:] = gradients.T
        parts.append(condense(numbers))
    return added(parts)


def added(parts: Sequence[Any]) -> Any:
    """Return the part of several parts."""
    return condense(np.concatenate(parts, axis=1))


def condense(numbers: Any) -> Any:
    """Return a part of few columns for one of any number (m, N), float64."""
    room = numbers.shape[1].bit_length() + 1  # 2**room is at least the number of columns and 2
    limit = 2.0 ** (1023 - room)  # beyond it sigma would overflow
    left, parts = numbers, [np.empty((len(numbers), 0))]
    if not np.abs(numbers).max(initial=0.0) < limit:
        finite = np.isfinite(numbers)
        with np.errstate(invalid="ignore"):
            parts.append(np.where(finite, 0.0, numbers).sum(axis=1, keepdims=True))
        left = np.where(finite, numbers, 0.0)
        huge = (np.abs(left) >= limit).any(axis=0)
        parts.append(left[:, huge])  # stays as it is
        left = left[:, ~huge]
    while (top := np.abs(left).max(axis=1, keepdims=True, initial=0.0)).any():
        sigma = np.ldexp(1.0, np.frexp(top)[1] + room)
        upper = left + sigma
        upper -= sigma
        parts.append(upper.sum(axis=1, keepdims=True))
        left = left - upper
    return np.concatenate(parts, axis=1)


def rounded(part: Any) -> Any:
    """Return the row sums (m,) of a part, each the float that is nearest; nan and inf by IEEE rules."""
    return np.array([_sum(row) for row in part.tolist()], np.float64)


def _sum(numbers: Sequence[float]) -> float:
    special = [each for each in numbers if not math.isfinite(each)]
    if special:
        total = sum(special)
        return math.nan if math.isnan(total) else total  # one nan of the many
    try:
        return math.fsum(numbers)
    except OverflowError:  # on the way at least
        whole = sum(map(Fraction, numbers))
    try:
        return float(whole)
    except OverflowError:
        return math.inf if whole > 0 else -math.inf
