"""A circuit as instructions for a machine with registers: flat arrays that every engine reads.

The order is the circuit's. A register is used again as soon as what it holds has been read for the last time (linear
scan, Poletto & Sarkar 1999; in straight-line code the intervals are exact). A product that only one sum or difference
reads is one instruction with it: a dispatch and a register fewer, and still two roundings (three, of two products).
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Any

from circuit.circuit import Circuit
from circuit.fold import nearest
from circuit.jit import ints, run
from circuit.ops import CODE, CONSTANT, FIRST_GATE, INPUT, NAMED_CONSTANTS, ROWS

FUSED = ("muladd", "mulsub", "submul", "dotadd", "dotsub")  # a*b + c, a*b - c, c - a*b, a*b + c*d, a*b - c*d
INSTRUCTIONS = ("", "", *(row.name for row in ROWS if row is not None), *FUSED)  # by code
# the codes that the loops must tell apart; they come as data, since compiled loops are kept on disk
CODES = array("i", [INPUT, CONSTANT, *(CODE[name] for name in ("add", "sub", "mul")), len(ROWS)])
UNREAD, KNOWN, HELD, MADE, PRODUCT = range(5)  # no reader; constant; one that gates read; instruction; part of a sum


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """Instruction i sets register `target[i]` from registers `a[i]`, `b[i]`, `c[i]`, `d[i]` (-1: none).

    `code[i]` is a place in INSTRUCTIONS; `last[i]` the last instruction that reads the result, or their number if it is
    an output. At the start the registers hold the inputs, then the `constants`, which are
    never overwritten; at the end those in `outputs` hold value and derivatives.
    """

    code: bytearray
    a: array[int]
    b: array[int]
    c: array[int]
    d: array[int]
    target: array[int]
    last: array[int]
    constants: array[float]
    outputs: array[int]
    inputs: int
    registers: int

    def __len__(self) -> int:
        """Return the number of instructions."""
        return len(self.code)


def schedule(circuit: Circuit) -> Schedule:
    """Return the instructions that compute the outputs of a circuit; what no output needs is left out."""
    size, inputs, roots = len(circuit), len(circuit.inputs), array("i", circuit.outputs)
    third = ints(size, -1)
    for node, operand in circuit.third.items():
        third[node] = operand
    kinds, uses = bytearray(size), ints(size)
    nodes = circuit.op, circuit.lhs, circuit.rhs, third
    count = run(classify, size, *nodes, CODES, roots, kinds, uses)
    code, fields = bytearray(count), tuple(ints(count, -1) for _ in range(6))
    reader, held = ints(size, -1), ints(size, -1)
    run(assemble, size, *nodes, CODES, roots, kinds, code, *fields[:5], reader)
    constants = _constants(circuit, kinds, inputs, held)
    unused = ints(count + inputs + 1)
    taken = run(assign, size, *fields, kinds, reader, held, unused, inputs, inputs + len(constants))
    a, b, c, d, target, last = fields
    return Schedule(code, a, b, c, d, target, last, constants, array("i", [held[e] for e in roots]), inputs, taken)


def classify(op: Any, lhs: Any, rhs: Any, third: Any, codes: Any, roots: Any, kinds: Any, uses: Any) -> int:
    """Set kinds; return the number of instructions."""
    for node in range(len(op)):
        known = op[node] != codes[0]
        if known and op[node] != codes[1]:
            known = (
                kinds[lhs[node]] == KNOWN
                and (rhs[node] < 0 or kinds[rhs[node]] == KNOWN)
                and (third[node] < 0 or kinds[third[node]] == KNOWN)
            )
        kinds[node] = KNOWN if known else MADE
    for place in range(len(roots)):
        uses[roots[place]] += 2
    count = 0
    for node in range(len(op) - 1, -1, -1):
        if kinds[node] == KNOWN:
            if uses[node]:
                kinds[node] = HELD
        elif not uses[node]:
            kinds[node] = UNREAD
        elif op[node] != codes[0]:
            count += 1
            uses[lhs[node]] += 1
            if rhs[node] >= 0:
                uses[rhs[node]] += 1
            if third[node] >= 0:
                uses[third[node]] += 1
    for node in range(len(op)):
        if kinds[node] == MADE and (op[node] == codes[2] or op[node] == codes[3]):
            left, right = lhs[node], rhs[node]
            if kinds[right] == MADE and op[right] == codes[4] and uses[right] == 1:
                kinds[right] = PRODUCT
                count -= 1
            if kinds[left] == MADE and op[left] == codes[4] and uses[left] == 1:
                kinds[left] = PRODUCT
                count -= 1
    return count


def assemble(
    op: Any,
    lhs: Any,
    rhs: Any,
    third: Any,
    codes: Any,
    roots: Any,
    kinds: Any,
    code: Any,
    a: Any,
    b: Any,
    c: Any,
    d: Any,
    target: Any,
    reader: Any,
) -> None:
    """Write the instructions over nodes, and for each node the last instruction that reads it."""
    place = 0
    for node in range(len(op)):
        if kinds[node] != MADE or op[node] == codes[0]:
            continue
        kind, x, y, z, w, fused = op[node], lhs[node], rhs[node], third[node], -1, codes[5]
        minus = kind == codes[3]
        if y >= 0 and kinds[x] == PRODUCT and kinds[y] == PRODUCT:
            kind, x, y, z, w = fused + 3 + minus, lhs[x], rhs[x], lhs[y], rhs[y]
        elif y >= 0 and kinds[y] == PRODUCT:
            kind, x, y, z = fused + 2 * minus, lhs[y], rhs[y], x
        elif kinds[x] == PRODUCT:
            kind, x, y, z = fused + minus, lhs[x], rhs[x], y
        code[place], a[place], b[place], c[place], d[place], target[place] = kind, x, y, z, w, node
        reader[x] = place
        if y >= 0:
            reader[y] = place
        if z >= 0:
            reader[z] = place
        if w >= 0:
            reader[w] = place
        place += 1
    for each in range(len(roots)):
        reader[roots[each]] = place


def assign(
    a: Any,
    b: Any,
    c: Any,
    d: Any,
    target: Any,
    last: Any,
    kinds: Any,
    reader: Any,
    held: Any,
    unused: Any,
    inputs: int,
    taken: int,
) -> int:
    """Put registers in the place of nodes; return how many there are. unused: room for those that are free."""
    for node in range(inputs):
        held[node] = node
    free = 0
    for place in range(len(a)):
        for operands in (a, b, c, d):
            node = operands[place]
            if node >= 0:
                operands[place] = held[node]
                if reader[node] == place and kinds[node] != HELD:
                    unused[free] = held[node]
                    free += 1
                    reader[node] = -1
        node = target[place]
        if free:
            free -= 1
            held[node] = unused[free]
        else:
            held[node] = taken
            taken += 1
        target[place], last[place] = held[node], reader[node]
    return taken


def _constants(circuit: Circuit, kinds: bytearray, inputs: int, held: array[int]) -> array[float]:
    """Return what the constant registers hold, as Python computes the lines of constants; note their places."""
    values: dict[int, Any] = {}
    constants = array("d")
    for kind in (KNOWN, HELD) if _computes(circuit, kinds) else (HELD,):
        node = kinds.find(kind)
        while node >= 0:
            values[node] = None
            node = kinds.find(kind, node + 1)
    for node in sorted(values):
        values[node] = _value(circuit, node, values)
        if kinds[node] == HELD:
            held[node] = inputs + len(constants)
            constants.append(float(values[node]))
    return constants


def _computes(circuit: Circuit, kinds: bytearray) -> bool:
    """Say whether some constant is a gate."""
    node = kinds.find(HELD)
    while node >= 0:
        if circuit.op[node] >= FIRST_GATE:
            return True
        node = kinds.find(HELD, node + 1)
    return False


def _value(circuit: Circuit, node: int, values: dict[int, Any]) -> Any:
    if circuit.op[node] == CONSTANT:
        exact = circuit.value_of(node)
        if isinstance(exact, str):
            return NAMED_CONSTANTS[exact]
        return exact.numerator if exact.denominator == 1 else nearest(exact)
    row = ROWS[circuit.op[node]]
    assert row is not None
    operands = [values[each] for each in circuit.operands(node)]
    try:
        return row.value(*operands)
    except (ArithmeticError, ValueError):
        from circuit.ieee import functions  # numpy only here

        return functions()[row.name](*map(float, operands))
