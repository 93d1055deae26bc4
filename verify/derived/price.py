"""What a derivative program may cost: L gates for its values, T in all, read off the text.

jvp, for + - * /: T <= 4 L, with transfer functions 5 L. A careful forward sweep adds to `u*v` and `u/v` three gates, to
a difference, a change of sign and `c/v` what they need with their sign, to a transfer function at most four.

vjp: T <= SUM w(g) - n' + m' + N_minus, hence T <= 4 L + m' - 1, or 5 L + m' - 1. As in (*) of `verify.price`, each of
the n' inputs that occur and each gate receives a contribution for every slot of a gate that reads it; now it receives
one more, a weight, for each of the m' values that depend on a differentiated input, which costs no gate. k of them need
k - 1 additions, so all need (slots + m') - (gates + n'), where (*) has m' = 1. If N_minus < n', the second follows
from w <= 4 (5); if N_minus = n', a walk from a value, whose adjoint has the sign of its weight, through minuends and
numerators meets signs + only, so it meets a gate `c - v` or `c/v`, of w <= 3 (4), before it can end in an input.

hvp, for + - * /: T <= 14 L - 2 n' + 2 + 2 N_minus: the forward sweep of a gradient program within (*), where a gate of
w = 4 becomes 4 + 10 gates, an addition 1 + 1. No theorem is known with transfer functions, nor for whole Jacobians and
Hessians: their count stands beside what compressed sweeps cost.
"""

from __future__ import annotations

from dataclasses import dataclass

from verify.derived.pattern import sweeps
from verify.derived.program import DerivativeProgram
from verify.graph import Graph, constant_nodes, reached
from verify.price import ATAN2_EXTRA, activity, ratio, weight
from verify.table import ARITHMETIC, DERIVATIVE_COST


@dataclass(frozen=True, slots=True)
class Cost:
    """L, T, the bound and its factor, both 0 where none is claimed, and what sweeps of the whole would cost.

    moving: a value depends on a differentiated input.
    """

    kind: str
    value_gates: int
    total_gates: int
    bound: int
    factor: int
    moving: bool
    beside: str

    @property
    def ratio(self) -> str:
        """Return T / L."""
        return ratio(self.total_gates, self.value_gates)

    def failure(self) -> str:
        """Return what is wrong with the price, "" if nothing is."""
        if not self.moving and self.total_gates != self.value_gates:
            return f"T = {self.total_gates} gates for constant values: T must be L = {self.value_gates}"
        if self.factor and self.total_gates > self.bound:
            return f"T = {self.total_gates} exceeds the bound {self.bound} of a {self.kind}"
        return ""

    def text(self) -> str:
        """Return the price in one line."""
        known = f"bound {self.bound}" if self.factor else "no bound is known"
        return f"T = {self.total_gates}, L = {self.value_gates}, {known}{self.beside}, ratio {self.ratio}"


def cost(program: DerivativeProgram) -> Cost:
    """Return the price of a program from its text alone."""
    graph, kind = program.graph, program.kind.name
    free, value = constant_nodes(graph), reached(graph, graph.outputs)
    active, adjoint = activity(graph, program.differentiated, value)
    gates = [node for node in program.gates if not free[node]]
    inside = [node for node in gates if value[node]]
    returned = {*program.gradient} if program.kind.gradient else {*program.derivative}
    negations = sum(graph.ops[node] == "neg" and not value[node] and not free[node] for node in returned)
    occurring, weighted = sum(adjoint[: program.differentiated]), sum(active[output] for output in graph.outputs)
    swept = sum(weight(graph, node, active, bool(adjoint[node])) for node in inside) - occurring + weighted
    forward = sum(_forward(graph, node, active) for node in inside)
    plain = all(graph.ops[node] in ARITHMETIC for node in gates)
    atan2 = ATAN2_EXTRA * sum(graph.ops[node] == "atan2" for node in inside)
    L, factor = len(inside), 4 if plain else 5
    limit = factor * L + atan2
    bounds = {
        "jvp": (factor, limit),
        "vjp": (factor, min(swept + negations, limit + max(weighted - 1, 0))),
        "hvp": (14, 14 * L - 2 * occurring + 2 + 2 * negations) if plain else (0, 0),
    }
    factor, bound = bounds.get(kind, (0, 0))
    beside = _compressed(program, forward, swept - L) if program.kind.pattern else ""
    return Cost(kind, L, len(gates), bound, factor, occurring > 0, beside)


def _forward(graph: Graph, node: int, active: bytearray) -> int:
    """Return the gates that a forward sweep adds for a gate."""
    op, args = graph.ops[node], graph.args[node]
    moving = [bool(active[operand]) for operand in args]
    if not active[node]:
        return 0
    if op in ("add", "sub", "neg"):
        return int(all(moving) or (op == "sub" and not moving[0]))
    if op == "mul":
        return 1 if not all(moving) else 2 if args[0] == args[1] else 3
    if op == "div":
        return 3 if moving[-1] else 1
    if op == "select":
        return 1
    return DERIVATIVE_COST[op] + (op != "pow" and all(moving) and len(moving) == 2)


def _compressed(program: DerivativeProgram, forward: int, reverse: int) -> str:
    """Tell what the same entries cost by one sweep for each group of columns or rows, and by one for each of all."""
    found, n, m = sweeps(program), program.differentiated, len(program.graph.outputs)
    entries = f"; {len(program.derivative)} entries, beside {found.columns}"
    if program.kind.gradient:
        return f"{entries} products with the Hessian (by columns; {n} without a pattern)"
    return (
        f"{entries} forward sweeps of {forward} gates (by columns; {n} without a pattern)"
        f" or {found.rows} reverse ones of {reverse} (by rows; {m} without)"
    )
