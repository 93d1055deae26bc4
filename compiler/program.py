"""What the user holds: the certified text of a gradient program, which runs, saves itself and explains itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any

from circuit.circuit import Circuit
from circuit.errors import CircuitError, InvalidArgument
from compiler.arguments import Arguments
from compiler.engines.choice import Engine, for_batch, for_point
from compiler.running import as_float, is_dask, lines_at, load_function, run_by_ieee
from verify import Certificate, Counts, Rejected, certify, count

_LOADING = RLock()  # threads that share a program share its engines


class NotCertified(CircuitError):
    """The verifier rejected a program: a defect of the compiler, never of the formula. Please report it."""


class GradientProgram:
    """A straight-line program for a value and its whole gradient.

    `source` is the text; `inputs` are the differentiated inputs, then the parameters; counts are read from the text.
    Call it with one number an input (or by name): `(value, (df/dx1, ...))`, floats by IEEE rules (inf and nan where
    `math` would raise), never complex. The program of a traced function takes that function's arguments, arrays in
    their shapes, and gives one derivative of the same shape for each differentiated argument.
    """

    def __init__(
        self,
        source: str,
        inputs: Sequence[str],
        parameters: Sequence[str] = (),
        formula: Any = None,
        arguments: Arguments | None = None,
        circuit: Circuit | None = None,
    ) -> None:
        self.source = source
        self.inputs = tuple(inputs)
        self.parameters = tuple(parameters)
        self.formula = formula
        self.arguments = arguments
        self._circuit = circuit
        self._engines: dict[tuple[str, str], Engine] = {}

    @property
    def circuit(self) -> Circuit:
        """The circuit of the text, with outputs (value, derivatives)."""
        if self._circuit is None:
            from compiler.engines.reading import read_circuit

            self._circuit = read_circuit(self.source, self.inputs, self.parameters)
        return self._circuit

    @cached_property
    def counts(self) -> Counts:
        """Gates of the value and of the whole, as verify counts them in the text."""
        return count(self.source)

    @property
    def value_gates(self) -> int:
        """L: the gates of the value part."""
        return self.counts.value_gates

    @property
    def total_gates(self) -> int:
        """T: the gates of value and gradient together."""
        return self.counts.total_gates

    @property
    def ratio(self) -> float:
        """T / L; 1 for a formula without gates."""
        return self.total_gates / self.value_gates if self.value_gates else 1.0

    @cached_property
    def certificate(self) -> Certificate:
        """The verifier's answer for this text and the formula it was compiled from."""
        if self.arguments is not None and self.formula is not None:
            return certify(self.source, self.formula, shapes=self.arguments.shapes, wrt=self.arguments.wrt)
        count = len(self.inputs) - len(self.parameters)
        if isinstance(self.formula, Circuit) or self.formula is None:
            return certify(self.source, self.formula)
        names = {"variables": self.inputs[:count], "parameters": self.parameters}
        return certify(self.source, self.formula, None, **names)

    def __call__(self, *values: Any, **named: Any) -> tuple[Any, tuple[Any, ...]]:
        """Return (value, gradient) at a point. Arrays that broadcast together give arrays.

        Errors: InvalidArgument for missing or unexpected inputs, InvalidType for what is no number, ShapeError.
        """
        point = self._point(values, named)
        if self.arguments is not None and not self.arguments.plain:
            value, derivatives = self._at(point)
            return value, self.arguments.fold(derivatives)
        return self._at(point)

    def _at(self, point: list[Any]) -> tuple[Any, tuple[Any, ...]]:
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

    def batch(self, points: Any) -> tuple[Any, Any]:
        """Return values (N,) and gradients (N, n) at points (N, inputs), all float64.

        By NumPy, or by the interpreter where that is sooner done; an array of Dask gives arrays of Dask, see
        `compiler.distributed`. Errors: ShapeError, InvalidType.
        """
        if is_dask(points):
            from compiler.distributed import batch

            return batch(self, points)
        rows = len(points) if hasattr(points, "__len__") else 0
        return self.engine(for_batch(self._lines, rows)).batch(points)

    def sum(self, point: Any, rows: Any) -> tuple[Any, Any]:
        """Return value and gradient (n,) at a point (n,), summed over rows (N, p) of data, one parameter a column.

        The program is the loss of one row. See `compiler.summation`: exact sums, the same bits on NumPy's arrays and on
        Dask's, whatever the chunks. Errors: ShapeError, InvalidType.
        """
        from compiler.summation import sum_rows

        return sum_rows(self, point, rows)

    def engine(self, name: str, dtype: str = "float64") -> Engine:
        """Return the program in an engine: cpython, numpy, interpreter, llvm-quick, llvm, c; see `compiler.engines`.

        dtype: float64, or float32 (numpy, llvm-quick, llvm). Errors: InvalidArgument if there is none such.
        """
        key = name, dtype
        with _LOADING:
            if key not in self._engines:
                from compiler.engines import load

                self._engines[key] = load(self, name, dtype)
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
        import numpy as np

        point = np.concatenate([np.ravel(each) for each in (x, *parameters)]) if parameters else x
        return self.engine(for_point(self._lines))(point)

    def explain(self, *values: Any, **named: Any) -> list[tuple[str, str, float]]:
        """Return the program at a point, line by line: (register, operation, its value there)."""
        point = [as_float(each, name) for each, name in zip(self._point(values, named), self.inputs, strict=True)]
        return lines_at(self.source, point)

    def save(self, path: str | Path) -> None:
        """Write text, names, shapes and formula (if it is a string) as JSON; `load` reads it, and plain programs."""
        record = {
            "format": "baur program",
            "version": 1,
            "source": self.source,
            "inputs": list(self.inputs),
            "parameters": list(self.parameters),
            "formula": self.formula if isinstance(self.formula, str) else None,
            "arguments": None if self.arguments is None else asdict(self.arguments),
        }
        with Path(path).open("w", encoding="utf-8") as file:
            json.dump(record, file, indent=1)
            file.write("\n")

    @staticmethod
    def load(path: str | Path) -> GradientProgram:
        """Read what `save` or `baur compile -o` wrote; the text is checked against the grammar before it can run.

        Errors: InvalidArgument if it is neither.
        """
        text = Path(path).read_text(encoding="utf-8")
        try:
            record: dict[str, Any] = json.loads(text) if text.startswith("{") else {"source": text}
            source = record["source"]
            found = count(source)
            parameters = record.get("parameters", found.inputs[found.differentiated :])
            arguments = Arguments.of(record.get("arguments"))
            inputs, formula = record.get("inputs", found.inputs), record.get("formula")
            program = GradientProgram(source, inputs, parameters, formula, arguments)
        except (Rejected, KeyError, TypeError, ValueError) as error:
            raise InvalidArgument(f"{path} is no gradient program: {error}") from None
        if len(program.inputs) != len(found.inputs):
            raise InvalidArgument(f"{path} names {len(program.inputs)} inputs; its program has {len(found.inputs)}")
        return program

    @cached_property
    def _lines(self) -> int:
        return self.source.count("\n")

    @cached_property
    def _function(self) -> Callable[..., Any]:
        return load_function(self.source, ieee=False)

    @cached_property
    def _ieee_function(self) -> Callable[..., Any]:
        return load_function(self.source, ieee=True)

    def _point(self, values: Sequence[Any], named: dict[str, Any]) -> list[Any]:
        if self.arguments is not None and not self.arguments.plain:
            return self.arguments.flatten(values, named)
        shown = ", ".join(self.inputs[:20])
        if len(values) > len(self.inputs):
            raise InvalidArgument(f"{len(values)} values for {len(self.inputs)} inputs ({shown})")
        point = dict(zip(self.inputs, values, strict=False))
        for name, value in named.items():
            if name in point or name not in self.inputs:
                raise InvalidArgument(f"{'doubled' if name in point else 'unexpected'} {name!r}: inputs are ({shown})")
            point[name] = value
        missing = [name for name in self.inputs if name not in point]
        if missing:
            raise InvalidArgument(f"missing {', '.join(missing[:5])}: the inputs are ({shown})")
        return [point[name] for name in self.inputs]

    def __getstate__(self) -> dict[str, Any]:
        """Return what a pickle and a copy keep: all but what runs, which is made again when it is asked for."""
        return {name: each for name, each in vars(self).items() if "_function" not in name} | {"_engines": {}}

    def __repr__(self) -> str:
        return f"<GradientProgram of {self.value_gates} value gates, {self.total_gates} in all>"
