"""What a program gives back in another language: a value and its gradient, or all results of a derivative in a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from string import Template

from compiler.dialects import Dialect
from compiler.layout import KINDS, Layout, gradient_of
from verify.derived.kinds import kind_of
from verify.derived.program import DerivativeProgram, read_derivative
from verify.program import Program, read_program

NUMBERS_A_LINE = 12


@dataclass(frozen=True, slots=True)
class Results:
    """The results of a program.

    layout: how they stand in its text. value: the node that the function returns, if it returns one. stored: the
    nodes that it writes to an array.
    """

    program: Program
    layout: Layout
    value: int | None
    stored: tuple[int, ...]

    @property
    def held(self) -> str:
        """What the array holds, in words."""
        return "the results" if self.value is None else "the derivatives"

    def of_inputs(self) -> str:
        """Say which inputs have a derivative, and which are a direction or weights."""
        graph, layout = self.program.graph, self.layout
        last = {"d": "the direction", "w": "the weights"}.get(layout.row.seed)
        more = f" and the last {layout.seeds} are {last}" if last else ""
        return f"the first {len(graph.inputs) - graph.parameters} have a derivative{more}"

    def about(self, dialect: Dialect, name: str) -> Iterator[str]:
        """Yield what a comment says of results that stand in a row."""
        layout = self.layout
        if self.value is not None:
            return
        names = "value" if layout.row.scalar else "values", *layout.row.parts
        sizes = zip(names, (layout.values, *layout.groups), strict=True)
        yield f"Results, in this order: {', '.join(f'{each} ({size})' for each, size in sizes)}."
        if layout.places:
            own = ", ".join(self.arrays(dialect, name)) or "rows, columns"
            yield f"{own}: where the entries of the {names[-1]} stand, from {dialect.first}."
            if layout.row.scalar:
                yield "They are those on and below the diagonal."

    def arrays(self, dialect: Dialect, name: str) -> list[str]:
        """Return the names of the arrays beside a function: of rows and columns, if there are any and it has such."""
        entries = self.layout.places and self.layout.places[0]
        return [f"{name}_rows", f"{name}_columns"] if dialect.pattern[0] and entries else []

    def pattern(self, dialect: Dialect, name: str) -> Iterator[str]:
        """Yield the lines of these arrays."""
        for array, places in zip(self.arrays(dialect, name), self.layout.places or (), strict=False):
            words: dict[str, object] = {"array": array, "entries": len(places)}
            first, line, last = dialect.pattern
            yield Template(first).substitute(words)
            for start in range(0, len(places) if line else 0, NUMBERS_A_LINE):
                numbers = [str(each + dialect.first) for each in places[start : start + NUMBERS_A_LINE]]
                words |= {"start": start + dialect.first, "stop": start + dialect.first + len(numbers) - 1}
                yield Template(line).substitute(words, numbers=", ".join(numbers))
            if last:
                yield last


def function_of(source: str) -> str:
    """Return the name of the function of a text."""
    kind = kind_of(source)
    return KINDS["gradient"].function if kind is None else kind.function


def read_results(source: str) -> Results:
    """Return the results of a text of any kind, read by the grammar that certifies it. Errors: Rejected."""
    kind = kind_of(source)
    if kind is None:
        program = read_program(source)
        return Results(program, gradient_of(len(program.gradient)), program.graph.output, program.gradient)
    program = read_derivative(source, kind)
    return Results(program, _layout(program), None, program.returned)


def _layout(program: DerivativeProgram) -> Layout:
    graph, kind = program.graph, program.kind
    groups = (len(program.gradient),) * kind.gradient + (len(program.derivative),)
    places = (program.rows, program.columns) if kind.pattern else None
    return Layout(kind.name, len(graph.outputs), groups, len(graph.inputs) - program.own, places)
