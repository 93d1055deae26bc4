"""The pull-backs of the table, interpreted: small programs over registers that hold a coefficient and a node."""

from __future__ import annotations

from operator import index as whole

from circuit.ops import CODE
from compiler.loops.coefficients import inverse, product
from compiler.loops.gates import gate
from compiler.loops.memory import ONE, ONE_NODE, ZERO, Memory, within
from compiler.loops.nodes import exact, named
from compiler.loops.sums import COEFFICIENTS, made, over, times, total, width_of

SELECT = CODE["select"]
# the instructions of a pull-back, five integers each; instruction i writes register OWN + i
PUT, PUT_NAMED, TURN, TIMES, OVER, PLUS, MAKE = range(7)
STEP = 5
ADJOINT, RESULT, READ, OWN = 0, 1, 2, 5  # registers: the adjoint, the gate, its operands


@within
def put(m: Memory, register: int, coefficient: int, node: int) -> None:
    """Set a register."""
    m.registers[2 * register] = coefficient
    m.registers[2 * register + 1] = node


@within
def put_node(m: Memory, register: int, node: int) -> None:
    """Set a register to a node, or to the literal that it is."""
    value = exact(m, node)
    if value >= 0:
        put(m, register, value, whole(m.state[ONE_NODE]))
    else:
        put(m, register, ONE, node)


@within
def run(m: Memory, begin: int, end: int) -> None:
    """Run the pull-back that stands there in the program."""
    program, registers, work = m.program, m.registers, m.work
    target = OWN
    for at in range(begin, end, STEP):
        kind, first, second = program[at], whole(program[at + 1]), whole(program[at + 2])
        a, x, b, y = 0, 0, 0, 0
        if kind >= TURN:
            a, x = whole(registers[2 * first]), whole(registers[2 * first + 1])
            if second >= 0:
                b, y = whole(registers[2 * second]), whole(registers[2 * second + 1])
        if kind == TIMES:
            coefficient, node = times(m, a, x, b, y)
        elif kind == OVER:
            coefficient, node = over(m, a, x, b, y)
        elif kind == TURN:
            coefficient, node = (a ^ 1 if a else a), x
        elif kind == PLUS:
            width = width_of(m)
            work[0], work[1] = x, y
            work[COEFFICIENTS * width], work[COEFFICIENTS * width + 1] = a, b
            coefficient, node = total(m, 2)
        elif kind == MAKE:
            coefficient, node = make(m, whole(program[at + 4]), first, second, whole(program[at + 3]))
        elif kind == PUT:
            coefficient, node = first, whole(m.state[ONE_NODE])
        else:
            coefficient, node = ONE, named(m, first)
        put(m, target, coefficient, node)
        target += 1


@within
def make(m: Memory, code: int, first: int, second: int, third: int) -> tuple[int, int]:
    """Append a gate over whole values; `select` of one arm against 0 lets the coefficient through."""
    registers = m.registers
    a, x = whole(registers[2 * first]), whole(registers[2 * first + 1])
    if code == SELECT:
        b, y = whole(registers[2 * second]), whole(registers[2 * second + 1])
        c, z = whole(registers[2 * third]), whole(registers[2 * third + 1])
        factor, arm = (b, y) if b != ZERO else (c, z)
        if arm == m.state[ONE_NODE]:
            factor = ONE + (factor & 1)
        upside = inverse(m, factor)
        b, c = product(m, b, upside), product(m, c, upside)
        u = made(m, a, x)
        v = made(m, b, y)
        return factor, gate(m, code, u, v, made(m, c, z))
    u = made(m, a, x)
    v = -1 if second < 0 else made(m, whole(registers[2 * second]), whole(registers[2 * second + 1]))
    w = -1 if third < 0 else made(m, whole(registers[2 * third]), whole(registers[2 * third + 1]))
    return ONE, gate(m, code, u, v, w)
