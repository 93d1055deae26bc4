"""What the user holds: the certified text of a gradient program, which runs, saves itself and explains itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from circuit.circuit import Circuit
from circuit.errors import CircuitError, InvalidArgument, ShapeError
from compiler.arguments import Arguments
from compiler.running import as_float, float64s, load_function, run_by_ieee
from verify import Certificate, Counts, Rejected, certify, count


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
    ) -> None:
        self.source = source
        self.inputs = tuple(inputs)
        self.parameters = tuple(parameters)
        self.formula = formula
        self.arguments = arguments

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
        try:
            value, derivatives = self._function(*floats)
            return float(value), tuple(map(float, derivatives))
        except (ArithmeticError, ValueError):
            return run_by_ieee(self._ieee_function, floats)

    def batch(self, points: Any) -> tuple[Any, Any]:
        """Return values (N,) and gradients (N, n) at points (N, inputs), all float64."""
        import numpy as np

        array = np.asarray(points, dtype=np.float64)
        if array.ndim != 2 or array.shape[1] != len(self.inputs):
            raise ShapeError(f"points have the shape (N, {len(self.inputs)}), not {array.shape}")
        value, derivatives = run_by_ieee(self._ieee_function, list(array.T))
        rows = len(array)
        columns = [np.broadcast_to(each, rows) for each in derivatives]
        return np.broadcast_to(value, rows).copy(), np.stack(columns, 1) if columns else np.empty((rows, 0))

    def explain(self, *values: Any, **named: Any) -> list[tuple[str, str, float]]:
        """Return the program at a point, line by line: (register, operation, its value there)."""
        point = [as_float(each, name) for each, name in zip(self._point(values, named), self.inputs, strict=True)]
        lines = [line.split("  #")[0].strip() for line in self.source.splitlines()]
        start = next(place for place, line in enumerate(lines) if line.startswith("def value_and_gradient"))
        steps = [line.partition(" = ") for line in lines[start + 1 :] if " = " in line and not line.startswith("#")]
        names = [register for register, _, _ in steps]
        probe = (
            self.source[: self.source.rindex("    return ")] + f"    return 0, ({''.join(f'{n}, ' for n in names)})\n"
        )
        _, results = load_function(probe, ieee=True)(*float64s(point))
        return [(register, text, float(result)) for (register, _, text), result in zip(steps, results, strict=True)]

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

    def __repr__(self) -> str:
        return f"<GradientProgram of {self.value_gates} value gates, {self.total_gates} in all>"
