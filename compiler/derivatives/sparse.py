"""Sparse matrices as SciPy has them, which is imported only here."""

from __future__ import annotations

from typing import Any

import numpy as np

from circuit.errors import InvalidArgument


def sparse(entries: Any, rows: Any, columns: Any, shape: tuple[int, int]) -> Any:
    """Return a sparse array, by rows. Errors: InvalidArgument where SciPy is not installed."""
    try:
        from scipy.sparse import csr_array
    except ImportError:
        text = "sparse arrays are SciPy's: install scipy, or call the program for entries, rows and columns"
        raise InvalidArgument(text) from None
    return csr_array((entries, (rows, columns)), shape)


def symmetric(entries: Any, rows: Any, columns: Any, size: int) -> Any:
    """Return a symmetric sparse array from its lower triangle."""
    below = rows != columns
    every = np.concatenate([rows, columns[below]]), np.concatenate([columns, rows[below]])
    return sparse(np.concatenate([entries, entries[below]]), *every, (size, size))
