"""What a program may cost: the bound (*) of a careful sweep, read off the value part of the text.

    T <= SUM over value gates of w(g) - n' + 1 + N_minus        (*)

After Baur & Strassen 1983, with every sign change counted; w(g) charges a gate with itself, its contributions and the
additions that collect them.
"""

from __future__ import annotations

from dataclasses import dataclass

from verify.graph import Graph, constant_nodes, reached
from verify.program import Program
from verify.table import ARITHMETIC, COMPARISONS, DERIVATIVE_COST, FLAT

ATAN2_EXTRA = 2


@dataclass(frozen=True, slots=True)
class Price:
    """L, T, the exact bound (*), and what the factor is: 4 for + - * / programs, 5 with transfer functions."""

    value_gates: int
    total_gates: int
    bound: int
    factor: int
    limit: int  # factor * L, plus 2 per atan2 gate
    atan2_gates: int
    nonscalar_value: int
    nonscalar_total: int
    moving: bool  # the value depends on a differentiated input

    @property
    def ratio(self) -> str:
        """Return T / L."""
        return ratio(self.total_gates, self.value_gates)

    def failure(self) -> str:
        """Return what is wrong with the price, "" if nothing is."""
        if not self.moving and self.total_gates != self.value_gates:
            return f"T = {self.total_gates} gates for a constant gradient: T must be L = {self.value_gates}"
        if self.total_gates > self.bound:
            return f"T = {self.total_gates} exceeds the bound (*) = {self.bound}"
        if self.total_gates > self.limit:
            return f"T = {self.total_gates} exceeds {self.factor}L = {self.limit}"
        if self.factor == 4 and self.nonscalar_total > 3 * self.nonscalar_value:
            return f"{self.nonscalar_total} nonscalar gates exceed 3 * {self.nonscalar_value}"
        return ""

    def text(self) -> str:
        """Return the price in one line."""
        length, total = self.value_gates, self.total_gates
        extra = f" (+ {ATAN2_EXTRA} for each of {self.atan2_gates} atan2)" if self.atan2_gates else ""
        line = f"T = {total}, bound (*) {self.bound}, 4L = {4 * length}"
        line += f", 5L{extra} = {5 * length + ATAN2_EXTRA * self.atan2_gates}"
        if self.factor == 4:
            line += f", nonscalar {self.nonscalar_total} <= 3 * {self.nonscalar_value}"
        return f"{line}, ratio {self.ratio}"


def ratio(total: int, value: int) -> str:
    """Return total / value to two decimals, rounded half up; 1.00 where there are no gates."""
    hundredths = 100 if value == 0 else (200 * total + value) // (2 * value)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def price(program: Program) -> Price:
    """Return the price of a program from its text alone."""
    graph = program.graph
    free, value = constant_nodes(graph), reached(graph, (graph.output,))
    active, adjoint = activity(graph, len(program.gradient), value)
    gates = [node for node in program.gates if not free[node]]
    inside = [node for node in gates if value[node]]
    total = sum(weight(graph, node, active, bool(adjoint[node])) for node in inside)
    occurring = sum(adjoint[: len(program.gradient)])
    negations = {node for node in program.gradient if graph.ops[node] == "neg" and not value[node] and not free[node]}
    moving = bool(active[graph.output])
    bound = total - occurring + 1 + len(negations) if moving else len(inside)
    plain = all(graph.ops[node] in ARITHMETIC for node in gates)
    atan2 = sum(graph.ops[node] == "atan2" for node in inside)
    limit = (4 if plain else 5) * len(inside) + ATAN2_EXTRA * atan2
    scalar = [_is_nonscalar(program, node, free) for node in gates]
    nonscalar = sum(1 for node, is_one in zip(gates, scalar, strict=True) if is_one and value[node])
    factor = 4 if plain else 5
    return Price(len(inside), len(gates), bound, factor, limit, atan2, nonscalar, sum(scalar), moving)


def _carrying(op: str, args: tuple[int, ...]) -> tuple[int, ...]:
    """Return the operands through which derivatives pass."""
    if op in COMPARISONS or op in FLAT:
        return ()
    return args[1:] if op == "select" else args


def activity(graph: Graph, differentiated: int, value: bytearray) -> tuple[bytearray, bytearray]:
    """Mark nodes that depend on a differentiated input, and those of them that receive an adjoint."""
    size = len(graph.ops)
    active, adjoint = bytearray(size), bytearray(size)
    active[:differentiated] = bytes([1]) * differentiated
    for node in range(len(graph.inputs), size):
        if value[node]:
            active[node] = any(active[operand] for operand in _carrying(graph.ops[node], graph.args[node]))
    for output in graph.outputs:
        adjoint[output] = active[output]
    for node in range(max(graph.outputs), -1, -1):
        if adjoint[node]:
            for operand in _carrying(graph.ops[node], graph.args[node]):
                if active[operand]:
                    adjoint[operand] = 1
    return active, adjoint


def weight(graph: Graph, node: int, active: bytearray, receives: bool) -> int:
    """Return w(g)."""
    op, args = graph.ops[node], graph.args[node]
    if not receives:
        return 1
    moving = [bool(active[operand]) for operand in args]
    both = all(moving)
    if op in ("add", "sub"):
        return 2 if both else 1
    if op == "mul":
        if not both:
            return 2
        return 3 if args[0] == args[1] else 4
    if op == "div":
        if both:
            return 4
        return 2 if moving[0] else 3
    if op == "neg":
        return 1
    if op == "select":
        return 4 if moving[1] and moving[2] else 2
    slots = 1 if op == "pow" else sum(moving)
    return slots + DERIVATIVE_COST[op]


def _is_nonscalar(program: Program, node: int, free: bytearray) -> bool:
    op, args = program.graph.ops[node], program.graph.args[node]
    return (op == "mul" and not free[args[0]] and not free[args[1]]) or (op == "div" and not free[args[1]])
