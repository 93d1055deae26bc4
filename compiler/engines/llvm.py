"""A program as machine code of its own, by LLVM: in chunks, since compilers are superlinear in the size of a function.

Within a chunk results are values, which LLVM puts where it likes; those that a later chunk reads go through the file
of registers. Functions of what is known at the start of a chunk are computed some at a time by the vector library,
where there is one. Level 0 is soon ready (no scheduling, the quick register allocator), level 1 runs best: level 2
takes twice as long for the same. A chunk that does the same with register after register is packed into vectors; that
takes three times as long to compile, and for others is in vain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from circuit.ops import OPS
from compiler.engines.driver import BLOCK, stride
from compiler.engines.functions import declarations, vectors, width
from compiler.engines.gates import CALLS, Numbers, calls, template
from compiler.engines.kernel import Kernel, Part
from compiler.engines.native import Native
from compiler.schedule import INSTRUCTIONS, Schedule

CHUNK = 250  # instructions of a function: its code and what it holds stay near, and compile times linear
MODULE = 64  # chunks that are compiled at once
FEW = 3  # calls of a function from which on a vector of them is sooner done
UNARY = {code for code, name in enumerate(INSTRUCTIONS) if name in CALLS and OPS[name].arity == 1}
LOOP = """entry:
br label %loop
loop:
%k = phi i64 [0, %entry], [%k.next, %loop]
%r = getelementptr i8, ptr %registers, i64 %k
"""


def load(schedule: Schedule, level: int = 2, bits: int = 64) -> Kernel:
    """Return the program of a schedule; it is compiled at the first call, once for points and once for batches."""

    def part(kind: str) -> Part:
        numbers = Numbers(1 if kind == "point" else width() * 64 // bits, bits)
        functions = calls({INSTRUCTIONS[code] for code in set(schedule.code)})
        known = dict.fromkeys(
            line for each in (numbers, Numbers(width(), bits)) for line in declarations(functions, each)
        )
        packed = _packed(schedule) if level and kind == "point" else frozenset[int]()
        made, addresses = [], dict.fromkeys(range(0, len(schedule), CHUNK), 0)
        for pack in (False, True):
            starts = [start for start in addresses if (start in packed) == pack]
            for first in range(0, len(starts), MODULE):
                some = starts[first : first + MODULE]
                chunks = [chunk(schedule, start, numbers) for start in some]
                native = Native("\n".join([*known, *chunks]), level, pack=pack)
                addresses |= {start: native.address(f"chunk.{start}") for start in some}
                made.append(native)
        return Part([*addresses.values()], None, made)

    return Kernel(schedule, part, bits)


def _packed(schedule: Schedule) -> frozenset[int]:
    """Return where chunks start most of whose instructions do as the one before, a register on, but do not read it."""
    code, target = np.frombuffer(schedule.code, np.uint8), np.asarray(schedule.target)
    operands = np.stack([schedule.a, schedule.b, schedule.c, schedule.d])
    beside = (np.diff(code) == 0) & (abs(np.diff(target)) == 1) & (abs(np.diff(operands)) <= 1).all(axis=0)
    beside = np.append(False, beside & (operands[:, 1:] != target[:-1]).all(axis=0))
    starts = range(0, len(schedule), CHUNK)
    return frozenset(start for start in starts if beside[start : start + CHUNK].mean() > 0.5)


def chunk(schedule: Schedule, start: int, numbers: Numbers) -> str:
    """Return the function `chunk.START` of CHUNK instructions from `start` on, over BLOCK points if over vectors."""
    head = f"define void @chunk.{start}(ptr noalias %{'r' if numbers.lanes == 1 else 'registers'}, ptr %code) {{\n"
    if numbers.lanes == 1:
        return "\n".join([head, *_lines(schedule, start, numbers), "ret void", "}"])
    size = numbers.bits // 8
    tail = f"%k.next = add i64 %k, {numbers.lanes * size}\n%k.more = icmp ult i64 %k.next, {BLOCK * size}\n"
    tail += "br i1 %k.more, label %loop, label %done\ndone:\nret void\n}"
    return "\n".join([head + LOOP, *_lines(schedule, start, numbers), tail])


def _lines(schedule: Schedule, start: int, numbers: Numbers) -> list[str]:
    """Return the lines of a chunk: a register is read where it is first needed, written if a later chunk reads it."""
    stop = min(start + CHUNK, len(schedule))
    apart = numbers.bits // 8 * (1 if numbers.lanes == 1 else stride(numbers.bits))
    kind, align = numbers.type, numbers.bits // 8 * numbers.lanes
    rows = [template(name, numbers) if name else "" for name in INSTRUCTIONS]
    part = slice(start, stop)
    fields = (schedule.code, schedule.a, schedule.b, schedule.c, schedule.d, schedule.target, schedule.last)
    instructions = list(zip(*(each[part] for each in fields), strict=True))
    held: dict[int, str] = {-1: ""}
    lines: list[str] = []

    def read(register: int) -> str:
        """Return the name of what a register holds, loaded where that has not been done."""
        if register not in held:
            held[register] = f"%r{register}"
            lines.append(f"%p{register} = getelementptr i8, ptr %r, i64 {register * apart}")
            lines.append(f"%r{register} = load {kind}, ptr %p{register}, align {align}")
        return held[register]

    done = set()
    if numbers.lanes == 1 and vectors():
        for name, group in _groups(instructions):
            registers = [read(instructions[place][1]) for place in group]
            lines.append(_together(name, [f"%v{start + place}" for place in group], registers, numbers))
            done.update(group)
    for place, (code, a, b, c, d, target, last) in enumerate(instructions):
        name = f"%v{start + place}"
        if place not in done:
            lines.append(rows[code].format(z=name, x=read(a), y=read(b), w=read(c), v=read(d)))
        held[target] = name
        if last >= stop:
            lines.append(f"%q{place} = getelementptr i8, ptr %r, i64 {target * apart}")
            lines.append(f"store {kind} {name}, ptr %q{place}, align {align}")
    return lines


def _groups(instructions: Sequence[tuple[int, ...]]) -> Iterator[tuple[str, list[int]]]:
    """Yield functions of one operand and the places of some that read what stands in registers from the start."""
    written: set[int] = set()
    found: dict[int, list[int]] = {}
    for place, (code, a, _, _, _, target, _) in enumerate(instructions):
        if code in UNARY and a not in written:
            found.setdefault(code, []).append(place)
        written.add(target)
    for code, places in found.items():
        groups = [places[first : first + width()] for first in range(0, len(places), width())]
        yield from ((INSTRUCTIONS[code], group) for group in groups if len(group) >= FEW)


def _together(name: str, results: Sequence[str], operands: Sequence[str], numbers: Numbers) -> str:
    """Return the lines of a function of some numbers at once; lanes left over repeat the first, as 0 may be a pole."""
    vector = Numbers(width(), numbers.bits)
    lines, before, stem = [], "poison", results[0]
    for lane in range(width()):
        operand = operands[lane] if lane < len(operands) else operands[0]
        lines.append(f"{stem}.x{lane} = insertelement {vector.type} {before}, {numbers.type} {operand}, i32 {lane}")
        before = f"{stem}.x{lane}"
    lines.append(template(name, vector).format(z=f"{stem}.z", x=before))
    lines += [f"{z} = extractelement {vector.type} {stem}.z, i32 {lane}" for lane, z in enumerate(results)]
    return "\n".join(lines)
