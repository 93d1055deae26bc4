"""What the user holds: the certified text of a gradient program, which runs, saves itself and explains itself."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from circuit.circuit import Circuit
from circuit.errors import (
    CircuitError,
    FormulaWarning,
    InvalidArgument,
    InvalidType,
    ResourceLimit,
    ShapeError,
    UnsupportedConstant,
)
from circuit.formula import parse
from circuit.ops import CODE, CONSTANT, INPUT
from compiler.emit import emit, underflows
from compiler.sweep import gradient
from verify import Certificate, Counts, FormulaError, FormulaLimit, Rejected, certify, count

CHECKED_AT_ONCE = 20_000  # gates up to which a program is certified before it is handed over
RATIONAL_CODES = {INPUT, CONSTANT, *(CODE[name] for name in ("add", "sub", "mul", "div", "neg"))}
SHOWN_TREE = 200  # nodes of a sympy expression that is still printed


class NotCertified(CircuitError):
    """The verifier rejected a program: a defect of the compiler, never of the formula. Please report it."""


class GradientProgram:
    """A straight-line program for a value and its whole gradient.

    `source` is the text; `inputs` are the differentiated inputs, then the parameters; counts are read from the text.
    Call it with one number an input (or by name): `(value, (df/dx1, ...))`, floats by IEEE rules (inf and nan where
    `math` would raise), never complex.
    """

    def __init__(self, source: str, inputs: Sequence[str], parameters: Sequence[str] = (), formula: Any = None) -> None:
        self.source = source
        self.inputs = tuple(inputs)
        self.parameters = tuple(parameters)
        self.formula = formula

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
        if any(getattr(each, "shape", ()) for each in point):
            return self._by_ieee(point)
        floats = [_float(each, name) for each, name in zip(point, self.inputs, strict=True)]
        try:
            value, derivatives = self._function(*floats)
            return float(value), tuple(map(float, derivatives))
        except (ArithmeticError, ValueError):
            return self._by_ieee(floats)

    def batch(self, points: Any) -> tuple[Any, Any]:
        """Return values (N,) and gradients (N, n) at points (N, inputs), all float64."""
        import numpy as np

        array = np.asarray(points, dtype=np.float64)
        if array.ndim != 2 or array.shape[1] != len(self.inputs):
            raise ShapeError(f"points have the shape (N, {len(self.inputs)}), not {array.shape}")
        value, derivatives = self._by_ieee(list(array.T))
        rows = len(array)
        columns = [np.broadcast_to(each, rows) for each in derivatives]
        return np.broadcast_to(value, rows).copy(), np.stack(columns, 1) if columns else np.empty((rows, 0))

    def explain(self, *values: Any, **named: Any) -> list[tuple[str, str, float]]:
        """Return the program at a point, line by line: (register, operation, its value there)."""
        point = [_float(each, name) for each, name in zip(self._point(values, named), self.inputs, strict=True)]
        lines = [line.split("  #")[0].strip() for line in self.source.splitlines()]
        start = next(place for place, line in enumerate(lines) if line.startswith("def value_and_gradient"))
        steps = [line.partition(" = ") for line in lines[start + 1 :] if " = " in line and not line.startswith("#")]
        names = [register for register, _, _ in steps]
        probe = self.source[: self.source.rindex("    return ")] + f"    return ({''.join(f'{n}, ' for n in names)})\n"
        results = _load(probe, ieee=True)(*_float64(point))
        return [(register, text, float(result)) for (register, _, text), result in zip(steps, results, strict=True)]

    def save(self, path: str | Path) -> None:
        """Write text, names and formula (if it is a string) as JSON; `load` reads it back, and reads plain programs."""
        record = {
            "format": "baur program",
            "version": 1,
            "source": self.source,
            "inputs": list(self.inputs),
            "parameters": list(self.parameters),
            "formula": self.formula if isinstance(self.formula, str) else None,
        }
        Path(path).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")

    @staticmethod
    def load(path: str | Path) -> GradientProgram:
        """Read what `save` or `baur compile -o` wrote; the text is checked against the grammar before it can run.

        Errors: InvalidArgument if it is neither.
        """
        text = Path(path).read_text(encoding="utf-8")
        try:
            record = json.loads(text) if text.startswith("{") else {"source": text}
            source = record["source"]
            found = count(source)
            parameters = record.get("parameters", found.inputs[found.differentiated :])
            program = GradientProgram(source, record.get("inputs", found.inputs), parameters, record.get("formula"))
        except (Rejected, KeyError, TypeError, ValueError) as error:
            raise InvalidArgument(f"{path} is no gradient program: {error}") from None
        if len(program.inputs) != len(found.inputs):
            raise InvalidArgument(f"{path} names {len(program.inputs)} inputs; its program has {len(found.inputs)}")
        return program

    @cached_property
    def _function(self) -> Callable[..., Any]:
        return _load(self.source, ieee=False)

    @cached_property
    def _ieee_function(self) -> Callable[..., Any]:
        return _load(self.source, ieee=True)

    def _by_ieee(self, point: Sequence[Any]) -> tuple[Any, tuple[Any, ...]]:
        import numpy as np

        shapes = [np.shape(each) for each in point]
        try:
            shape = np.broadcast_shapes(*shapes)
        except ValueError:
            raise ShapeError(f"arrays of shapes {shapes} do not broadcast together") from None
        with np.errstate(all="ignore"):
            value, derivatives = self._ieee_function(*_float64(point))
        results = [np.broadcast_to(np.asarray(each, dtype=np.float64), shape) for each in (value, *derivatives)]
        plain = [float(each) for each in results] if not shape else [each.copy() for each in results]
        return plain[0], tuple(plain[1:])

    def _point(self, values: Sequence[Any], named: dict[str, Any]) -> list[Any]:
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


def compile_gradient(
    formula: Any, variables: Sequence[Any] | None = None, parameters: Sequence[Any] = ()
) -> GradientProgram:
    """Compile a formula (string, sympy expression, Circuit) into a certified gradient program.

    variables: differentiated inputs in order; default: the names that occur, in natural order. parameters: inputs
    without a derivative, last. Above 20,000 gates the certificate is made when it is first asked for.
    Errors: a CircuitError for a bad formula; NotCertified if the verifier rejects what was compiled.
    """
    circuit = parse(formula, variables, parameters)
    for place, code in enumerate(circuit.op.tolist()):
        if code == CONSTANT and underflows(circuit.value_of(place)):
            warnings.warn("ConstantUnderflow: a constant of the formula is 0 as a float", FormulaWarning, stacklevel=2)
            break
    whole = gradient(circuit)
    shown = _shown(formula)
    source = emit(whole, shown)
    found = count(source)
    program = GradientProgram(emit(whole, shown, _summary(found, circuit)), circuit.inputs, circuit.parameters, formula)
    if found.total_gates <= CHECKED_AT_ONCE:
        try:
            answer = program.certificate
        except FormulaError as error:
            kind = ResourceLimit if isinstance(error, FormulaLimit) else UnsupportedConstant
            raise kind(str(error)) from None
        if not answer.accepted:
            raise NotCertified(f"the verifier rejected the compiled program: {answer.verdict}")
    return program


def _summary(found: Counts, circuit: Circuit) -> str:
    bound = 4 if set(circuit.op.tolist()) <= RATIONAL_CODES else 5
    ratio = found.total_gates / found.value_gates if found.value_gates else 1.0
    gates = f"value {found.value_gates} gates, value and gradient {found.total_gates} gates"
    return f"{gates}, ratio {ratio:.2f}, bound {bound}.   Check: baur verify THIS_FILE"


def _shown(formula: Any) -> str | None:
    """Return the formula as one line for the comment, if it is short enough to be worth one."""
    if isinstance(formula, str):
        return " ".join(formula.split())
    if isinstance(formula, Circuit):
        return None
    nodes, size = [formula], 0
    while nodes and size <= SHOWN_TREE:
        size += 1
        nodes.extend(getattr(nodes.pop(), "args", ()))
    return " ".join(str(formula).split()) if size <= SHOWN_TREE else None


def _load(source: str, *, ieee: bool) -> Callable[..., Any]:
    """Make the function of a text that has passed the grammar; `ieee` binds NumPy's functions instead of math's."""
    namespace: dict[str, Any] = {}
    if ieee:
        from circuit.ieee import namespace as numpy_names

        source = source[source.index("def value_and_gradient") :]
        namespace.update(numpy_names())
    exec(compile(source, "<gradient program>", "exec"), namespace)  # noqa: S102  our own grammar, checked by verify
    function: Callable[..., Any] = namespace["value_and_gradient"]
    return function


def _float(value: Any, name: str) -> float:
    if isinstance(value, (str, bytes, complex)) or not hasattr(value, "__float__"):
        raise InvalidType(f"{name} is a real number, not {value!r:.40} ({type(value).__name__})")
    try:
        return float(value)
    except OverflowError:
        raise InvalidType(f"{name} is an integer beyond the largest float") from None


def _float64(point: Sequence[Any]) -> list[Any]:
    from circuit.ieee import to_float

    return [to_float(each) for each in point]
