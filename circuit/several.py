"""Several formulas as one circuit with several outputs: names are shared, and so are equal gates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from circuit.builder import Builder
from circuit.circuit import Circuit
from circuit.errors import InvalidArgument
from circuit.formula import parse
from circuit.names import arrange, listed
from circuit.ops import CONSTANT, FIRST_GATE


def parse_several(
    formulas: Sequence[Any], variables: Sequence[Any] | None = None, parameters: Sequence[Any] = ()
) -> Circuit:
    """Turn formulas into a circuit with one output each, in their order.

    formulas: whatever `parse` takes, except circuits. variables, parameters: as of `parse`; by default the variables
    are all names that occur in some formula, in natural order. Errors: those of `parse`, naming the formula.
    """
    if not formulas:
        raise InvalidArgument("an empty list of formulas: give at least one")
    held = listed(parameters, "parameters") or []
    circuits = [_one(place, each, variables, parameters) for place, each in enumerate(formulas)]
    found = dict.fromkeys(name for circuit in circuits for name in circuit.differentiated)
    ordered = arrange(found, listed(variables, "variables"), held)
    builder = Builder()
    inputs = {name: builder.input(name) for name in (*ordered, *held)}
    outputs = [_appended(builder, circuit, inputs) for circuit in circuits]
    places = list(inputs.values())
    return builder.build(outputs, places[: len(ordered)], places[len(ordered) :])


def _one(place: int, formula: Any, variables: Sequence[Any] | None, parameters: Sequence[Any]) -> Circuit:
    if isinstance(formula, (Circuit, list, tuple)):
        raise InvalidArgument(f"formula {place} is a {type(formula).__name__}: a list holds formulas of one value each")
    return parse(formula, variables, parameters)


def _appended(builder: Builder, circuit: Circuit, inputs: dict[str, int]) -> int:
    """Append the gates of a circuit; return the node of its output."""
    nodes: list[int] = []
    for node, code, operands in circuit.nodes():
        if code >= FIRST_GATE:
            nodes.append(builder.gate(code, *(nodes[each] for each in operands)))
        elif code == CONSTANT:
            nodes.append(builder.constant(circuit.value_of(node)))
        else:
            nodes.append(inputs[circuit.inputs[node]])
    return nodes[circuit.outputs[0]]
