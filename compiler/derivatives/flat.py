"""What optimizers call: the methods of a program that take flat arrays and give arrays, sparse ones of SciPy's."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from circuit.errors import InvalidArgument, ShapeError
from compiler.base import Program
from compiler.derivatives.sparse import sparse, symmetric
from compiler.layout import Layout


class FlatArrays(Program, ABC):
    """The methods; a program says how it is laid out, and runs at a point and direction."""

    @property
    @abstractmethod
    def layout(self) -> Layout:
        """What the program takes and returns."""

    @abstractmethod
    def _run(self, point: list[Any]) -> list[float]:
        """Return all that the program returns at a point."""

    @property
    def kind(self) -> str:
        """jvp, vjp, jacobian, hvp or hessian."""
        return self.layout.kind

    @property
    def pattern(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows and columns of the entries of a Jacobian or Hessian, row by row."""
        rows, columns = self.layout.places or ((), ())
        return tuple(rows), tuple(columns)

    def residuals(self, x: Any, *parameters: Any) -> Any:
        """Return the values (m,) at a flat point (n,): the function of scipy's `least_squares`."""
        return self._flat(x, (), parameters)[: self.layout.values]

    def jacobian(self, x: Any, *parameters: Any) -> Any:
        """Return the Jacobian at a flat point (n,) as a SciPy sparse array (m, n)."""
        self._is("jacobian")
        entries = self._flat(x, (), parameters)[self.layout.values :]
        return sparse(entries, *self._places, (self.layout.values, self._count))

    def hessian(self, x: Any, *parameters: Any) -> Any:
        """Return the whole Hessian at a flat point (n,) as a SciPy sparse array (n, n)."""
        self._is("hessian")
        return symmetric(self._flat(x, (), parameters)[1 + self._count :], *self._places, self._count)

    def jvp(self, x: Any, direction: Any, *parameters: Any) -> Any:
        """Return the Jacobian times a direction (n,) at a flat point (n,): an array (m,)."""
        self._is("jvp")
        return self._flat(x, direction, parameters)[self.layout.values :]

    def vjp(self, x: Any, weights: Any, *parameters: Any) -> Any:
        """Return weights (m,) times the Jacobian at a flat point (n,): an array (n,)."""
        self._is("vjp")
        return self._flat(x, weights, parameters)[self.layout.values :]

    def hvp(self, x: Any, direction: Any, *parameters: Any) -> Any:
        """Return the Hessian times a direction (n,) at a flat point (n,): an array (n,), the `hessp` of scipy."""
        self._is("hvp")
        return self._flat(x, direction, parameters)[1 + self._count :]

    def _is(self, kind: str) -> None:
        if self.kind != kind:
            raise InvalidArgument(f"a program of the kind {self.kind} has no {kind}: compile one with kind={kind!r}")

    @cached_property
    def _places(self) -> tuple[Any, Any]:
        import numpy as np

        rows, columns = self.pattern
        return np.array(rows, np.int32), np.array(columns, np.int32)

    def _flat(self, x: Any, seeds: Any, parameters: Sequence[Any]) -> Any:
        """Return all results at a flat point as an array."""
        import numpy as np

        if np.shape(x) != (self._count,):
            raise ShapeError(f"a point has the shape {(self._count,)}, not {np.shape(x)}")
        flat = [np.asarray(each).ravel() for each in (x, *parameters, seeds)]
        return np.array(self._run([entry for each in flat for entry in each.tolist()]), np.float64)
