"""What the user holds: the certified text of a gradient program, which runs, saves itself and explains itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from circuit.circuit import Circuit
from circuit.errors import CircuitError
from compiler.arguments import in_order
from compiler.base import Program
from compiler.engines.choice import Engine, for_batch, for_point, precision
from compiler.running import as_float, exact_points, is_dask, is_named, lines_at, load_function, run_by_ieee

if TYPE_CHECKING:
    from compiler.derivatives.program import DerivativeProgram

_LOADING = RLock()  # threads that share a program share its engines


class NotCertified(CircuitError):
    """The verifier rejected a program: a defect of the compiler, never of the formula. Please report it."""


class GradientProgram(Program):
    """A straight-line program for a value and its whole gradient.

    `source` is the text; `inputs` are the differentiated inputs, then the parameters; counts are read from the text.
    Call it with one number an input (or by name): `(value, (df/dx1, ...))`, floats by IEEE rules (inf and nan where
    `math` would raise), never complex; Fractions give Fractions, and mpmath's numbers give such. The program of a
    traced function takes that function's arguments, arrays in their shapes, and gives one derivative of the same shape
    for each differentiated argument.
    """

    @property
    def circuit(self) -> Circuit:
        """The circuit of the text, with outputs (value, derivatives)."""
        if self._circuit is None:
            from compiler.engines.reading import read_circuit

            self._circuit = read_circuit(self.source, self.inputs, self.parameters)
        return self._circuit

    def __call__(self, *values: Any, **named: Any) -> tuple[Any, tuple[Any, ...]]:
        """Return (value, gradient) at a point. Arrays that broadcast together give arrays.

        Fractions, and integers beside them, are computed with exactly, mpmath's numbers to their digits, all else as
        floats. Errors: InvalidArgument for missing or unexpected inputs, InvalidType for what is no number, ShapeError;
        EvaluationError where exact arithmetic has no value, as for the sine of a Fraction.
        """
        point = self._point(values, named)
        if self.arguments is not None and not self.arguments.plain:
            value, derivatives = self._at(point)
            return value, self.arguments.fold(derivatives)
        return self._at(point)

    def _at(self, point: list[Any]) -> tuple[Any, tuple[Any, ...]]:
        if {*map(type, point)} - {float, int}:
            if (points := exact_points(point)) is not None:
                value, gradients = self.engine("cpython", "object")(points)
                return value, tuple(gradients.transpose(-1, *range(gradients.ndim - 1)))
            if any(getattr(each, "shape", ()) for each in point):
                return run_by_ieee(self._ieee_function, point)
        floats = [as_float(each, name) for each, name in zip(point, self.inputs, strict=True)]
        if (name := for_point(self._lines)) != "cpython":
            value, gradient = self.engine(name)(floats)
            return value, tuple(gradient.tolist())
        try:
            value, derivatives = self._function(*floats)
            return float(value), tuple(map(float, derivatives))
        except (ArithmeticError, ValueError):
            return run_by_ieee(self._ieee_function, floats)

    def batch(self, points: Any, out: Any = None, dtype: Any = "float64") -> tuple[Any, Any]:
        """Return values (...) and gradients (..., n) at points (..., inputs), as NumPy's gufuncs do: `(n)->(),(n)`.

        By NumPy, or by the interpreter where that is sooner done. dtype: float64 or float32, to which points are cast;
        an array of objects with Fractions or numbers of mpmath gives such, point by point. out: (values, gradients),
        arrays to write to. One point gives a float and its gradient. An array of Dask gives arrays of Dask, see
        `compiler.distributed`. Errors: ShapeError, InvalidType, InvalidArgument.
        """
        if is_dask(points):
            from compiler.distributed import batch

            return batch(self, points)
        from compiler.engines.points import as_array, is_exact

        array = as_array(points)
        kind = "object" if is_exact(array) else precision(dtype)
        rows = array.size // max(len(self.inputs), 1)
        return self.engine(for_batch(self._lines, rows, kind), kind).batch(array, out)

    def sum(self, point: Any, rows: Any) -> tuple[Any, Any]:
        """Return value and gradient (n,) at a point (n,), summed over rows (N, p) of data, one parameter a column.

        The program is the loss of one row. See `compiler.summation`: exact sums, the same bits on NumPy's arrays and on
        Dask's, whatever the chunks. Errors: ShapeError, InvalidType.
        """
        from compiler.summation import sum_rows

        return sum_rows(self, point, rows)

    def engine(self, name: str, dtype: Any = "float64") -> Engine:
        """Return the program in an engine: cpython, numpy, interpreter, llvm-quick, llvm, c; see `compiler.engines`.

        dtype: float64, or float32 (numpy, llvm-quick, llvm), or object (cpython: Fractions and numbers of mpmath).
        Errors: InvalidArgument if there is none such.
        """
        key = name, precision(dtype)
        with _LOADING:
            if key not in self._engines:
                from compiler.engines import load

                self._engines[key] = load(self, *key)
        return self._engines[key]

    def translate(self, target: str, name: str = "value_and_gradient") -> str:
        """Return the program in a language of `compiler.dialects`, as a function of this name, statement by statement.

        Errors: InvalidArgument for a target that there is not, or a name that no function can have there.
        """
        from compiler.translate import translate

        return translate(self.source, target, name)

    def scipy(self, x: Any, *parameters: Any) -> tuple[float, Any]:
        """Return value and gradient (n,), a fresh array, at a flat point (n,): scipy's `minimize` with jac=True.

        parameters: inputs without a derivative, in `minimize` its `args`. Errors: ShapeError, InvalidType.
        """
        if parameters:
            import numpy as np

            x = np.concatenate([np.ravel(each) for each in (x, *parameters)])
        return self._flat_function(x)

    def hessp(self, x: Any, direction: Any, *parameters: Any) -> Any:
        """Return the Hessian times a direction (n,) at a flat point (n,): scipy's `minimize` with hessp.

        The program for it, of the kind hvp, is compiled at the first call. Errors: ShapeError, InvalidType.
        """
        return self._hessian_function.hvp(x, direction, *parameters)

    def explain(self, *values: Any, **named: Any) -> list[tuple[str, str, float]]:
        """Return the program at a point, line by line: (register, operation, its value there)."""
        point = [as_float(each, name) for each, name in zip(self._point(values, named), self.inputs, strict=True)]
        return lines_at(self.source, point)

    def save(self, path: str | Path) -> None:
        """Write text, names, shapes and formula (if it is a string) as JSON; `load` reads it, and plain programs."""
        from compiler.files import write

        write(self, Path(path))

    @staticmethod
    def load(path: str | Path) -> GradientProgram:
        """Read what `save` or `baur compile -o` wrote; the text is checked against the grammar before it can run.

        Errors: InvalidArgument if it is neither.
        """
        from compiler.files import read

        return GradientProgram(*read(Path(path)))

    @cached_property
    def _engines(self) -> dict[tuple[str, str], Engine]:
        return {}

    @cached_property
    def _lines(self) -> int:
        return self.source.count("\n")

    @cached_property
    def _function(self) -> Callable[..., Any]:
        return load_function(self.source, ieee=False)

    @cached_property
    def _ieee_function(self) -> Callable[..., Any]:
        return load_function(self.source, ieee=True)

    @cached_property
    def _hessian_function(self) -> DerivativeProgram:
        from compiler.derivatives.compiling import hessian_product

        return hessian_product(self)

    @cached_property
    def _flat_function(self) -> Engine:
        return self.engine(for_point(self._lines, often=True))

    def _point(self, values: Sequence[Any], named: dict[str, Any]) -> list[Any]:
        if self.arguments is not None and not self.arguments.plain:
            return self.arguments.flatten(values, named)
        return in_order(self.inputs, values, named)

    def __copy__(self) -> GradientProgram:
        """Return the program itself: nothing in it changes."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> GradientProgram:
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Return what a pickle keeps: all but what runs, which is made again, and a formula that no pickle can name."""
        kept = {name: each for name, each in vars(self).items() if "_function" not in name}
        return kept | {"_engines": {}, "formula": self.formula if is_named(self.formula) else None}

    def _repr_html_(self) -> str:
        """Return the text in colours with what it costs, which notebooks show; see `compiler.notebook`."""
        from compiler.notebook import html

        return html(self)

    def _repr_latex_(self) -> str:
        """Return the equations in LaTeX; see `compiler.notebook`."""
        from compiler.notebook import latex

        return latex(self)

    def __repr__(self) -> str:
        return f"<GradientProgram of {self.value_gates} value gates, {self.total_gates} in all>"
