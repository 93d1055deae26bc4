"""A program as functions one after the other, each of so many gates: what each reads, makes and hands on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from circuit.fold import nearest
from circuit.ops import COMPARISONS, NAMED_CONSTANTS, OPS
from compiler.results import Results
from verify.program import Program


@dataclass(slots=True, eq=False)
class Block:
    """The gates of a function, in order, and the operands that others make.

    given, kept: the cells of what earlier functions made and of what later ones read. stored: which of the results in
    the array are made here. value: the cell of the value, at the end.
    """

    nodes: list[int]
    used: dict[int, None]
    given: dict[int, int] = field(default_factory=dict)
    kept: dict[int, int] = field(default_factory=dict)
    stored: list[int] = field(default_factory=list)
    value: int = 0


def blocks(results: Results, constants: Collection[int], size: int) -> tuple[list[Block], int]:
    """Return the functions of a program, and how many cells they share; a cell is used again once it has been read.

    size: gates of a function, at most. constants: the nodes that depend on no input.
    """
    program = results.program
    gates = [node for node in program.gates if node not in constants]
    if len(gates) <= size:
        found = [_block(program, program.gates)]
    else:
        found = [_block(program, gates[start : start + size]) for start in range(0, len(gates), size)]
    made = {node: place for place, block in enumerate(found) for node in block.nodes}
    for place, node in enumerate(results.stored):
        block = found[made.get(node, len(found) - 1)]
        block.stored.append(place)
        if node not in made:
            block.used[node] = None
    if results.value is not None and made.get(results.value) != len(found) - 1:
        found[-1].used[results.value] = None
    return found, _cells(results.value, found, made) if len(found) > 1 else 0


def _block(program: Program, nodes: list[int]) -> Block:
    own = set(nodes)
    args = program.graph.args
    return Block(nodes, dict.fromkeys(each for node in nodes for each in args[node] if each not in own))


def _cells(value: int | None, found: list[Block], made: dict[int, int]) -> int:
    """Give a cell to all that is made in one function and read in a later one; return how many there are."""
    last = {node: place for place, block in enumerate(found) for node in block.used if node in made}
    cells: dict[int, int] = {}
    free: list[int] = []
    count = 0
    for place, block in enumerate(found):
        block.given = {node: cells[node] for node in block.used if node in made}
        free += [cell for node, cell in block.given.items() if last[node] == place]
        handed = [node for node in block.nodes if last.get(node, -1) > place]
        if value is not None and place == len(found) - 1:
            handed = [value]
        for node in handed:
            if not free:
                free.append(count)
                count += 1
            cells[node] = block.kept[node] = free.pop()
    if value is not None:
        found[-1].value = cells[value]
    return max(count, 1)  # no array is of none in C


def constants(program: Program) -> dict[int, Any]:
    """Return the value in Python of every node that depends on no input."""
    graph, found = program.graph, dict[int, Any]()
    for node, (op, operands) in enumerate(zip(graph.ops, graph.args, strict=True)):
        if op == "const":
            exact = graph.value[node]
            if isinstance(exact, str):
                found[node] = NAMED_CONSTANTS[exact]
            else:
                found[node] = exact.numerator if exact.denominator == 1 else nearest(exact)
        elif operands and all(each in found for each in operands):
            found[node] = OPS[op].value(*[found[each] for each in operands])
    return found


def truths(program: Program) -> bytearray:
    """Mark comparisons, and selects of them; 0 and 1 are numbers."""
    graph, marks = program.graph, bytearray(len(program.graph.ops))
    for node, (op, operands) in enumerate(zip(graph.ops, graph.args, strict=True)):
        marks[node] = op in COMPARISONS or (op == "select" and bool(marks[operands[1]] and marks[operands[2]]))
    return marks
