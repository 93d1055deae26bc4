"""What every program is, of a gradient or of another derivative: a text, its inputs, its counts, its certificate."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from circuit.circuit import Circuit
from compiler.arguments import Arguments
from verify import Certificate, Counts, certify, count


class Program:
    """A text; `inputs` are the differentiated inputs, then the parameters; `formula`: what it was compiled from."""

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

    @property
    def _count(self) -> int:
        return len(self.inputs) - len(self.parameters)

    @cached_property
    def counts(self) -> Counts:
        """Gates of the values and of the whole, as verify counts them in the text."""
        return count(self.source)

    @property
    def value_gates(self) -> int:
        """L: the gates of the value part."""
        return self.counts.value_gates

    @property
    def total_gates(self) -> int:
        """T: the gates of values and derivatives together."""
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
        if isinstance(self.formula, Circuit) or self.formula is None:
            return certify(self.source, self.formula)
        names = {"variables": self.inputs[: self._count], "parameters": self.parameters}
        return certify(self.source, self.formula, None, **names)
