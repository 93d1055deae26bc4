"""Layer A for derivative programs: the lines of a gradient program under another header and another return."""

from __future__ import annotations

import re
from dataclasses import dataclass

from verify.derived.kinds import KINDS, Kind
from verify.errors import Rejected
from verify.graph import Graph, reached
from verify.program import Program, Reader, check_characters
from verify.reasons import reject

_SAID = re.compile(r"^[ \t]*# derivative: (\w+) in (\d{1,9}) of (\d{1,9}) inputs\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class DerivativeProgram(Program):
    """A program as gates; the outputs of its graph are the values.

    Inputs: `differentiated` ones, parameters, then a direction or weights. gradient: of a kind that has one.
    derivative: the entries of the kind itself; rows and columns: where they stand, of a kind with a pattern.
    """

    kind: Kind
    differentiated: int
    derivative: tuple[int, ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]

    @property
    def returned(self) -> tuple[int, ...]:
        """The nodes that are returned."""
        return (*self.graph.outputs, *self.gradient, *self.derivative)

    @property
    def own(self) -> int:
        """How many of the inputs are the formula's: the differentiated ones and the parameters."""
        kind, count = self.kind, len(self.graph.inputs)
        return count - (self.differentiated if kind.directions else len(self.graph.outputs) if kind.weights else 0)

    @property
    def what(self) -> str:
        """What the program computes, in words."""
        outputs = f"{len(self.graph.outputs)} value(s), " if not self.kind.gradient else ""
        return f"{self.kind.name}: {outputs}in {self.differentiated} of {self.own} inputs"

    def foreign(self) -> str:
        """Return the direction or weight that a value depends on, "" if there is none."""
        live = reached(self.graph, self.graph.outputs)
        return next((name for node, name in enumerate(self.graph.inputs) if node >= self.own and live[node]), "")


def read_derivative(text: str, kind: Kind, differentiated: int | None = None) -> DerivativeProgram:
    """Read a program of a kind; differentiated: n, where the caller knows it, else a comment says it, else all are.

    Raises: Rejected at the claim `text`, naming the thing and the line.
    """
    check_characters(text)
    said = [match.groups() for match in _SAID.finditer(text)]
    known = int(said[0][1]) if said and differentiated is None else differentiated
    program = _Reader(text, kind.function, known=known).read()
    assert isinstance(program, DerivativeProgram)
    for each in said:
        if each != (kind.name, str(program.differentiated), str(program.own)):
            raise Rejected("text", f"a comment says `{each[0]} in {each[1]} of {each[2]} inputs`, it is {program.what}")
    return program


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class _Reader(Reader):
    known: int | None = None

    def _finish(self, rows: list[str], row: int, inputs: tuple[str, ...]) -> Program:
        kind, line = KINDS[self.function], row + 1
        parts = self._returned(rows, row, kind.returned)
        values, *more = [self._operands(part, line) for part in parts[: 2 + kind.gradient]]
        gradient, derivative = (more[0] if kind.gradient else []), more[-1]
        places = [tuple([int(word) for word in re.findall(r"\d+", part)]) for part in parts[2 + kind.gradient :]]
        if not values:
            raise reject(line, "no value is returned")
        n = self._differentiated(kind, len(inputs), len(gradient), len(derivative))
        if n is None:
            raise reject(
                line, "no comment `# derivative: jvp in ... of ... inputs`, and not a direction for each input"
            )
        extra = n if kind.directions else len(values) if kind.weights else 0
        if n + extra > len(inputs):
            needed = f"{n} differentiated" + (f" and {extra} more" if extra else "")
            raise reject(line, f"{len(inputs)} inputs where a {kind.name} needs {needed}")
        due = n if kind.gradient else len(values)
        if kind.directions and len(derivative) != due:
            raise reject(line, f"{len(derivative)} derivatives where {due} are due")
        first, *others = values
        gates = self.gates
        graph = Graph(inputs, gates.ops, gates.args, gates.value, first, len(inputs) - n, tuple(others))
        at_rows, at_columns = places or [(), ()]
        return DerivativeProgram(
            graph, tuple(gradient), gates.names, gates.lines, kind, n, tuple(derivative), at_rows, at_columns
        )

    def _differentiated(self, kind: Kind, inputs: int, gradient: int, derivative: int) -> int | None:
        """Return n: the length of a gradient or of a vjp, else what is known, else all inputs; None if that fails."""
        if kind.gradient or kind.weights:
            return gradient if kind.gradient else derivative
        if self.known is not None:
            return self.known
        if kind.directions:
            return None if inputs % 2 else inputs // 2
        return inputs
