"""The reader of circuits given as JSON: nodes as they stand, nothing folded, nothing shared."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from verify.errors import FormulaError
from verify.graph import Graph
from verify.table import ARITY, CONSTANTS


def read_circuit(record: dict[str, Any], several: bool = False) -> Graph:
    """Read the JSON form of a circuit with one output, or with several.

    Raises: FormulaError naming the node.
    """
    if record.get("format") != "baur circuit" or record.get("version") != 1:
        raise FormulaError("format: not a baur circuit of version 1")
    inputs = tuple(map(str, record.get("inputs", ())))
    parameters = tuple(map(str, record.get("parameters", ())))
    if parameters != inputs[len(inputs) - len(parameters) :] or len(set(inputs)) != len(inputs):
        raise FormulaError("format: the parameters are the last inputs, and names are distinct")
    ops = ["input"] * len(inputs)
    value: dict[int, Fraction | str] = {}
    rows: list[tuple[int, ...]] = [()] * len(inputs)
    for node in record.get("nodes", ()):
        number = len(ops)
        op = node[0] if isinstance(node, (list, tuple)) and node else None
        if op == "const" and len(node) == 2:
            value[number] = _constant(node[1], number)
            rows.append(())
        elif op in ARITY and len(node) == ARITY[op] + 1 and all(_is_node(operand, number) for operand in node[1:]):
            rows.append(tuple(node[1:]))
        else:
            raise FormulaError(f"format: node {number} is {str(node)[:80]}")
        ops.append(str(op))
    outputs = record.get("outputs", ())
    if not outputs or (len(outputs) != 1 and not several) or not all(_is_node(each, len(ops)) for each in outputs):
        raise FormulaError(f"format: a circuit to verify against has {'outputs' if several else 'one output'}")
    return Graph(inputs, ops, rows, value, outputs[0], len(parameters), tuple(outputs[1:]))


def _is_node(operand: object, limit: int) -> bool:
    return isinstance(operand, int) and not isinstance(operand, bool) and 0 <= operand < limit


def _constant(text: object, number: int) -> Fraction | str:
    if text in CONSTANTS:
        return str(text)
    try:
        return Fraction(str(text))
    except (ValueError, ZeroDivisionError):
        raise FormulaError(f"format: node {number} is no constant: {str(text)[:80]}") from None
