"""The text of a derivative program, read back: what it takes and returns, and its circuit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from circuit.circuit import Circuit
from circuit.errors import InvalidArgument
from compiler.engines.reading import circuit_of_graph
from compiler.layout import KINDS, Layout
from verify.derived.kinds import kind_of
from verify.derived.program import DerivativeProgram, read_derivative

_NAMES = {row.function: name for name, row in KINDS.items()}
_HEADER = re.compile(r"^def (value_\w+)\(([^()]*)\):", re.MULTILINE)
_GROUP = re.compile(r"\(([^()]*)\)")


def layout_of(source: str, own: int) -> Layout:
    """Return the layout of a text. own: how many inputs the formula has. Errors: InvalidArgument for another text."""
    header = _HEADER.search(source)
    if header is None or header[1] not in _NAMES:
        raise InvalidArgument("the text has no function of a derivative program")
    name = _NAMES[header[1]]
    row = KINDS[name]
    last = source[source.rindex("    return ") :].partition("#")[0]
    groups = [[word for word in re.split(r"[ ,]+", group) if word] for group in _GROUP.findall(last)]
    places = None
    if row.pattern:
        rows, columns = ([int(word) for word in group] for group in groups[-2:])
        places, groups = (rows, columns), groups[:-2]
    values = 1 if row.scalar else len(groups.pop(0))
    seeds = len(header[2].split()) - own
    return Layout(name, values, tuple(map(len, groups)), seeds, places)


def read_circuit(source: str, inputs: Sequence[str], parameters: Sequence[str]) -> Circuit:
    """Return the circuit of a text for a formula with these inputs; seeds are its last parameters. Errors: Rejected."""
    program = _read(source, len(inputs) - len(parameters))
    seeds = program.graph.inputs[len(inputs) :]
    return circuit_of_graph(program.graph, program.returned, [*inputs, *seeds], [*parameters, *seeds])


def inputs_of(source: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the formula's inputs in a text, and those of them that are parameters. Errors: Rejected."""
    program = _read(source, None)
    own = program.graph.inputs[: program.own]
    return own, own[program.differentiated :]


def _read(source: str, differentiated: int | None) -> DerivativeProgram:
    kind = kind_of(source)
    if kind is None:
        raise InvalidArgument("the text has no function of a derivative program")
    return read_derivative(source, kind, differentiated)
