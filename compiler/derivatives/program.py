"""What the user holds: the text of a program for values and derivatives, which runs as it stands or as SciPy wants."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from circuit.circuit import Circuit
from circuit.errors import InvalidArgument
from compiler.arguments import Arguments
from compiler.derivatives.flat import FlatArrays
from compiler.derivatives.reading import inputs_of, layout_of, read_circuit
from compiler.engines.choice import Engine, for_point
from compiler.layout import Layout
from compiler.running import as_float, float64s, load_function
from verify import Rejected


class DerivativeProgram(FlatArrays):
    """A straight-line program for the values of a formula and derivatives of them, of one of the kinds of `KINDS`.

    `source` is the text; `inputs` are the differentiated inputs, then the parameters. Call it with one number an input
    (of a traced function: its arguments), then with the direction, entry by entry (argument by argument), or one weight
    an output; the answer is what the text returns: jvp (values, derivatives along the direction), vjp (values, gradient
    of the weighted sum), jacobian (values, entries, rows, columns), hvp (value, gradient, Hessian times direction),
    hessian (value, gradient, entries, rows, columns) with the entries of the lower triangle. Numbers are floats by IEEE
    rules. The methods take flat arrays, and give arrays: NumPy's, or SciPy's sparse ones.
    """

    _engine: Engine | None = None

    @cached_property
    def layout(self) -> Layout:
        """What the text takes and returns. Errors: InvalidArgument if it is no such program."""
        return layout_of(self.source, len(self.inputs))

    @property
    def circuit(self) -> Circuit:
        """The circuit of the text: its outputs are the values and derivatives, its last parameters the direction."""
        if self._circuit is None:
            self._circuit = read_circuit(self.source, self.inputs, self.parameters)
        return self._circuit

    def __call__(self, *values: Any) -> tuple[Any, ...]:
        """Return what the program returns at a point. Errors: InvalidArgument, InvalidType, ShapeError."""
        layout, results = self.layout, self._run(self._point(values))
        start = layout.values
        answer: list[Any] = [results[0] if layout.row.scalar else tuple(results[:start])]
        for size in layout.groups:
            answer.append(tuple(results[start : start + size]))
            start += size
        return (*answer, *map(tuple, layout.places or ()))

    def _point(self, values: Sequence[Any]) -> list[Any]:
        """Return the flat point of a call."""
        arguments = self.arguments
        if arguments is None or arguments.plain:
            return list(values)
        own = len(arguments.names)
        flat = arguments.flatten(values[:own], {})
        for each in values[own:]:
            flat += each.ravel().tolist() if hasattr(each, "ravel") else [each]
        return flat

    def _run(self, point: list[Any]) -> list[float]:
        """Return the numbers that the text returns, in order."""
        wanted = len(self.inputs) + self.layout.seeds
        if len(point) != wanted:
            extra = {"d": "a direction", "w": "weights"}.get(self.layout.row.seed, "")
            more = f" and {extra} of {self.layout.seeds}" if extra else ""
            raise InvalidArgument(f"{len(point)} numbers for {len(self.inputs)} inputs{more}")
        names = (*self.inputs, *(f"entry {place} of the direction" for place in range(self.layout.seeds)))
        floats = [as_float(each, name) for each, name in zip(point, names, strict=True)]
        if (name := for_point(self.source.count("\n"))) != "cpython":
            if self._engine is None:
                from compiler.engines import load

                self._engine = load(self, name)
            value, rest = self._engine(floats)
            return [float(value), *rest.tolist()]
        size = self.layout.values + sum(self.layout.groups)
        try:
            return list(map(float, _numbers(self._function(*floats))[:size]))
        except (ArithmeticError, ValueError):
            import numpy as np

            with np.errstate(all="ignore"):
                return list(map(float, _numbers(self._ieee_function(*float64s(floats)))[:size]))

    @cached_property
    def _function(self) -> Callable[..., Any]:
        return load_function(self.source, ieee=False)

    @cached_property
    def _ieee_function(self) -> Callable[..., Any]:
        return load_function(self.source, ieee=True)

    def translate(self, target: str, name: str | None = None) -> str:
        """Return the program in a language of `compiler.dialects`, its results in a row; name: of the function there.

        Errors: InvalidArgument for a target that there is not, or a name that no function can have there.
        """
        from compiler.translate import translate

        return translate(self.source, target, name)

    def save(self, path: str | Path) -> None:
        """Write text, names, shapes and formula (if it is a string, or a list of such) as JSON; `load` reads it."""
        formula = list(self.formula) if isinstance(self.formula, tuple) else self.formula
        plain = isinstance(formula, str) or (isinstance(formula, list) and all(isinstance(e, str) for e in formula))
        record = {
            "format": "baur program",
            "version": 1,
            "source": self.source,
            "inputs": list(self.inputs),
            "parameters": list(self.parameters),
            "formula": formula if plain else None,
            "arguments": None if self.arguments is None else asdict(self.arguments),
        }
        with Path(path).open("w", encoding="utf-8") as file:
            json.dump(record, file, indent=1)
            file.write("\n")

    @staticmethod
    def load(path: str | Path) -> DerivativeProgram:
        """Read what `save` or `baur compile --derivative -o` wrote; the text is checked against the grammar first.

        Errors: InvalidArgument if it is neither.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
            record: dict[str, Any] = json.loads(text) if text.startswith("{") else {"source": text}
            source = record["source"]
            own, parameters = inputs_of(source)
            inputs, parameters = record.get("inputs", own), record.get("parameters", parameters)
            arguments = Arguments.of(record.get("arguments"))
            program = DerivativeProgram(source, inputs, parameters, record.get("formula"), arguments)
            if len(program.inputs) != len(own):
                raise InvalidArgument(f"it names {len(program.inputs)} inputs; its text has {len(own)}")
        except (Rejected, KeyError, TypeError, ValueError) as error:
            raise InvalidArgument(f"{path} is no derivative program: {error}") from None
        return program

    def __getstate__(self) -> dict[str, Any]:
        """Return what a pickle and a copy keep: all but what runs, which is made again when it is asked for."""
        return {name: each for name, each in vars(self).items() if "_function" not in name} | {"_engine": None}

    def __repr__(self) -> str:
        return f"<DerivativeProgram ({self.kind}) of {self.value_gates} value gates, {self.total_gates} in all>"


def _numbers(answer: Any) -> list[Any]:
    """Return the numbers of nested tuples, in order."""
    flat: list[Any] = []
    for each in answer:
        if isinstance(each, tuple):
            flat += each
        else:
            flat.append(each)
    return flat
