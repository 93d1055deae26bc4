"""A gradient circuit as straight-line Python: one gate a line, each name assigned once, the grammar verify reads.

The user's names are printed only if every one is a plain identifier that clashes with nothing; otherwise the inputs are
x0, x1, ... and neither a name nor the formula appears anywhere in the text.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import compress

from circuit.circuit import Circuit
from circuit.fold import nearest
from circuit.ops import ALIASES, LOWERED, NAMED_CONSTANTS, OPS, ROWS
from circuit.prelude import PRELUDE
from compiler.layout import Layout, gradient_of
from compiler.registers import PARTS, Registers

SHOWN_FORMULA = 200  # characters of a formula shown in the first comment
SHOWN_GATES = 3  # reversed gates named beside a line
NODES = 4096  # of the circuit written at a time
TITLES = ("constants: free", "value")  # of the first parts
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_OURS = re.compile(r"[xvtcs][0-9]+|.*_bar|value_and_gradient")
_TAKEN = (
    frozenset(dir(builtins))
    | frozenset(PRELUDE)
    | frozenset(OPS)
    | LOWERED.keys()
    | ALIASES.keys()
    | NAMED_CONSTANTS.keys()
    | {"math"}
)


def emit(
    circuit: Circuit,
    formula: str | None = None,
    summary: str = "",
    reverses: Mapping[int, Sequence[int]] | None = None,
    layout: Layout | None = None,
) -> str:
    """Return the program text of a circuit with outputs (f, df/dx1, ...); see `pieces`."""
    return "".join(pieces(circuit, formula, summary, reverses, layout))


def pieces(
    circuit: Circuit,
    formula: str | None = None,
    summary: str = "",
    reverses: Mapping[int, Sequence[int]] | None = None,
    layout: Layout | None = None,
) -> Iterator[str]:
    """Yield the program text of a circuit with outputs (f, df/dx1, ...), or of a layout, some lines at a time.

    formula: shown in the first comment where the names may be shown. summary: the second comment line. reverses: for a
    gate of the gradient the gates that it reverses, told in a comment beside its line.
    Errors: ResourceLimit for a constant that no float can hold, before the first line.
    """
    layout = layout or gradient_of(len(circuit.outputs) - 1)
    return _Emission(circuit, formula, reverses or {}, layout).pieces(summary)


def with_summary(source: str, summary: str) -> str:
    """Return a program with another comment line after its first."""
    head, rest = source.split("\n", 1)
    return f"{head}\n# {summary}\n{rest}"


def printable(names: Sequence[str]) -> bool:
    """Say whether all these names of a user's may stand in a program."""
    return all(
        _PLAIN.fullmatch(name) and not _OURS.fullmatch(name) and name not in _TAKEN and not keyword.iskeyword(name)
        for name in names
    )


class _Emission:
    def __init__(
        self, circuit: Circuit, formula: str | None, reverses: Mapping[int, Sequence[int]], layout: Layout
    ) -> None:
        self.circuit = circuit
        self.reverses = reverses
        self.layout = layout
        self.shown = printable(circuit.inputs) and layout.row.function not in circuit.inputs
        own = len(circuit.inputs) - layout.seeds
        hidden = [f"x{place}" for place in range(own)] + [f"{layout.row.seed}{at}" for at in range(layout.seeds)]
        self.inputs = circuit.inputs if self.shown else tuple(hidden)
        self.own = self.inputs[:own]
        self.formula = formula if self.shown else None
        self.names = Registers(circuit, self.inputs, layout.values, layout.barred)
        self.texts = ["".format if row is None else row.text.format for row in ROWS]

    def pieces(self, summary: str) -> Iterator[str]:
        """Yield the whole program."""
        head = f"# f({', '.join(self.own)})" if len(self.own) <= 40 else f"# f of {len(self.own)} inputs"
        if self.formula and len(self.formula) <= SHOWN_FORMULA:
            head += f" = {self.formula}"
        lines = [head, *([f"# {summary}"] if summary else []), *self._derivative(), "", *self._imports()]
        yield _joined([*lines, f"def {self.layout.row.function}({', '.join(self.inputs)}):"])
        for title, part in zip((*TITLES, *self.layout.row.parts), PARTS, strict=False):
            fractions = self.names.fractions if part is PARTS[0] else []
            gates = self.names.count(part)
            if gates or fractions:
                count = "" if part is PARTS[0] else f": {gates} gate{'s' * (gates != 1)}"
                order = ", last gate first" if part is PARTS[2] and self.layout.row.named and gates > 1 else ""
                yield _joined([f"    # {title}{count}{order}", *fractions])
                for lines in self._lines(part):
                    yield _joined(lines)
        yield f"    return {self.layout.returned(self.names(self.circuit.outputs))}\n"

    def _derivative(self) -> list[str]:
        """Return the comment that says by how many of the inputs a program differentiates."""
        if self.layout.kind == "gradient":
            return []
        count = len(self.circuit.differentiated)
        return [f"# derivative: {self.layout.kind} in {count} of {len(self.own)} inputs"]

    def _lines(self, part: Sequence[int]) -> Iterator[list[str]]:
        """Yield the lines of a part of the program, some at a time."""
        chosen = bytes(kind in part for kind in range(256))
        at_a_time = len(self.circuit) if self.reverses else NODES  # comments begin in one column
        for start in range(0, len(self.circuit), at_a_time):
            kinds = self.names.kinds[start : start + at_a_time].translate(chosen)
            nodes = list(compress(range(start, start + len(kinds)), kinds))
            lines = [
                f"    {name} = {text}" for name, text in zip(self.names(nodes), self._operations(nodes), strict=True)
            ]
            yield self._commented(nodes, lines) if self.reverses and part is PARTS[2] else lines

    def _operations(self, nodes: Sequence[int]) -> list[str]:
        """Return the right sides of the lines of gates."""
        op, lhs, rhs, third, texts = self.circuit.op, self.circuit.lhs, self.circuit.rhs, self.circuit.third, self.texts
        first, second = self.names([lhs[node] for node in nodes]), self.names([rhs[node] for node in nodes])
        rest = self.names([third.get(node, 0) for node in nodes]) if third else second
        return [texts[op[node]](a, b, c) for node, a, b, c in zip(nodes, first, second, rest, strict=True)]

    def _commented(self, nodes: Sequence[int], lines: list[str]) -> list[str]:
        """Tell beside each line of the gradient which operations it reverses."""
        width = max(24, *(min(len(line), 44) for line in lines)) if lines else 0
        result = []
        for node, line in zip(nodes, lines, strict=True):
            told = [*dict.fromkeys(self.reverses.get(node, ()))]
            names = [each.replace(" ", "") for each in self._operations(told[:SHOWN_GATES])]
            more = ", ..." if len(told) > SHOWN_GATES else ""
            result.append(f"{line:{width}}  # {', '.join(names)}{more}" if told else line)
        return result

    def _imports(self) -> list[str]:
        """Return the import and the functions that a program defines."""
        kinds = {*self.circuit.op.tolist()}
        used = self.names.used | {row.function or "" for code, row in enumerate(ROWS) if row and code in kinds}
        prelude = [name for name in PRELUDE if name in used]
        needed = {each for name in prelude for each in PRELUDE[name][0]}
        needed |= {name for name in used if name and name not in PRELUDE and name != "abs"}
        imports = [f"from math import {', '.join(sorted(needed))}", ""] if needed else []
        return imports + [line for name in prelude for line in (*PRELUDE[name][1].rstrip("\n").split("\n"), "")]


def _joined(lines: list[str]) -> str:
    """Return lines as a text, which ends with a line's end; no lines, no text."""
    return "\n".join([*lines, ""])


def underflows(value: Fraction | str) -> bool:
    """Say whether a constant that is not 0 becomes 0 as a float."""
    return isinstance(value, Fraction) and value != 0 and nearest(value) == 0.0
