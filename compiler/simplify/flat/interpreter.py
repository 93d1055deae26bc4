"""The pull-backs of the table, run on references: what `compiler.simplify.wire` does."""

from __future__ import annotations

from compiler.loops.interpreter import MAKE, OVER, OWN, PLUS, PUT, STEP, TIMES, TURN
from compiler.loops.memory import ARITY, ONE, ZERO, within
from compiler.simplify.flat.forms import over, scaled, times, total
from compiler.simplify.flat.memory import SELECT, SUM_K, SUM_NODE, UNIT_NODE, Graph, row
from compiler.simplify.flat.nodes import constant, function, put


@within
def set_register(m: Graph, register: int, k: int, node: int) -> None:
    """Set a register."""
    m.registers[2 * register], m.registers[2 * register + 1] = k, node


def run(m: Graph, begin: int, end: int) -> None:
    """Run the pull-back that stands there in the program."""
    program, registers = m.program, m.registers
    target = OWN
    for at in range(begin, end, STEP):
        kind, first, second = program[at], program[at + 1], program[at + 2]
        k, x, q, y = ZERO, UNIT_NODE, ZERO, UNIT_NODE
        if kind >= TURN:
            k, x = registers[2 * first], registers[2 * first + 1]
            if second >= 0:
                q, y = registers[2 * second], registers[2 * second + 1]
        if kind == TIMES:
            k, x = times(m, k, x, q, y)
        elif kind == OVER:
            k, x = over(m, k, x, q, y)
        elif kind == TURN:
            k = k ^ 1 if k else k
        elif kind == PLUS:
            put(m, 0, k, x)
            put(m, 1, q, y)
            k, x = total(m, 0, 2, 1)
        elif kind == MAKE:
            k, x = make(m, program[at + 4], first, second, program[at + 3])
        elif kind == PUT:
            k, x = first, UNIT_NODE
        else:
            k, x = ONE, constant(m, -1 - first)
        set_register(m, target, k, x)
        target += 1


def make(m: Graph, code: int, first: int, second: int, third: int) -> tuple[int, int]:
    """Return a function of registers; `select` of one arm against 0 lets the coefficient through."""
    registers, factor = m.registers, ONE
    arity = m.state[row(code, ARITY)]
    for place, register in enumerate((first, second, third)):
        if place < arity:
            put(m, place, registers[2 * register], registers[2 * register + 1])
    if code == SELECT and (m.sums[SUM_K][1] == ZERO or m.sums[SUM_K][2] == ZERO):
        arm = 1 if m.sums[SUM_K][1] != ZERO else 2
        k, node = m.sums[SUM_K][arm], m.sums[SUM_NODE][arm]
        if k == ZERO:
            return ZERO, UNIT_NODE
        factor = ONE + (k & 1) if node == UNIT_NODE else k
        m.sums[SUM_K][arm] = k - (k & 1) if node == UNIT_NODE else ONE
    return scaled(m, factor, ONE, function(m, code, 0, arity))
