"""Instructions run one after the other by machine code that is made once, and kept on disk, for all programs.

A program is a list of words: the number of an instruction, its operands' registers, the result's register. Each
instruction is a function that ends by jumping to the next (threaded code, Bell 1973), so each jump has a history of its
own for the processor to predict. Over one point the result just made stays in a processor's register: an instruction
that reads it has a variant that takes it from there, since the way through memory is the longest part of a chain. Over
many points each instruction computes BLOCK of them by vectors. Sums of products, one term an instruction, become
instructions of two and of four terms, added in the same order: the same bits, by fewer jumps and stores.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from circuit.ops import OPS
from compiler.engines.driver import BLOCK, stride
from compiler.engines.functions import declarations, width
from compiler.engines.gates import OPERANDS, Numbers, calls, template
from compiler.engines.kernel import Kernel, Part
from compiler.engines.native import Native, once
from compiler.schedule import INSTRUCTIONS, Schedule

FUSED_ARITY = {"muladd": 3, "mulsub": 3, "submul": 3, "dotadd": 4, "dotsub": 4}
SUMS = {f"{name}{terms}": (name, terms) for name in ("muladd", "submul") for terms in (2, 4)}  # c + a*b + d*e + ...
NAMES = (*INSTRUCTIONS, *SUMS)  # by code
ARITY = [
    0,
    0,
    *(OPS[name].arity if name in OPS else FUSED_ARITY[name] for name in INSTRUCTIONS[2:]),
    *(1 + 2 * terms for _, terms in SUMS.values()),
]  # by code
LETTERS = "abcdefghi"
# operands that may change places, and operands that may then be the result just made
SWAPS: dict[str, tuple[str, ...]] = {
    "add": ("ba",),
    "mul": ("ba",),
    "muladd": ("bac",),
    "mulsub": ("bac",),
    "submul": ("bac",),
}
SWAPS |= {"dotadd": ("bacd", "cdab", "dcab"), "dotsub": ("bacd", "abdc")} | dict.fromkeys(SUMS, ("bac",))
FORWARDED = {"add": "a", "mul": "a", "neg": "a", "dotadd": "a", "sub": "ab", "div": "ab"}
FORWARDED |= dict.fromkeys(("muladd", "mulsub", "submul", "dotsub", *SUMS), "ac")
VARIANTS = [  # (code, the operand that is the result just made), by number; code 0 ends the program
    (code, slot) for code, name in enumerate(NAMES) if code != 1 for slot in ("", *FORWARDED.get(name, ""))
]
FIRST = {code: VARIANTS.index((code, "")) for code in range(len(NAMES)) if code != 1}


def load(schedule: Schedule) -> Kernel:
    """Return the program of a schedule, ready to run."""

    def part(kind: str) -> Part:
        return Part([machine().address(f"run.{kind}")], encode(schedule, forward=kind == "point"), machine())

    return Kernel(schedule, part)


def encode(schedule: Schedule, *, forward: bool) -> Any:
    """Return the words of a program (int32). forward: with the variants that take the result just made."""
    code, fields = _summed(schedule)
    number = np.array([FIRST.get(each, 0) for each in range(len(NAMES))], np.int32)[code]
    if forward and len(code):
        made = np.concatenate([[-2], fields[-1, :-1]])
        for name in {NAMES[each] for each in set(code.tolist())} & FORWARDED.keys():
            for order in SWAPS.get(name, ()):
                _swap(fields, code == NAMES.index(name), made, [LETTERS.index(each) for each in order])
            found = code == NAMES.index(name)
            for place, slot in enumerate(FORWARDED[name], 1):
                chosen = found & (fields[LETTERS.index(slot)] == made)
                number[chosen] += place
                fields[LETTERS.index(slot), chosen] = -1
                found &= ~chosen
    rows = np.concatenate([number[None], fields]).T
    return np.append(rows[rows >= 0], np.int32(0))


def _summed(schedule: Schedule) -> tuple[Any, Any]:
    """Return codes, and operands and targets (10, instructions), with terms of sums put together, four or two."""
    code, target = np.array(schedule.code, np.uint8), np.asarray(schedule.target)
    a, b, c = map(np.asarray, (schedule.a, schedule.b, schedule.c))
    size = len(code)
    fields = np.full((len(LETTERS) + 1, size), -1, np.int32)
    fields[:4], fields[-1] = (a, b, c, schedule.d), target
    alike = (code[1:] == code[:-1]) & np.isin(code[1:], [NAMES.index(name) for name, _ in SUMS.values()])
    alone = np.asarray(schedule.last)[:-1] == np.arange(1, size)  # no other reads the sum so far
    before = target[:-1]
    joined = np.append(False, alike & alone & (c[1:] == before) & (a[1:] != before) & (b[1:] != before))[:size]
    starts = np.flatnonzero(~joined)
    run = np.cumsum(~joined) - 1
    place, length = np.arange(size) - starts[run], np.diff(np.append(starts, size))[run]
    rest = place - length // 4 * 4  # from 0 on, where no four are left
    terms = np.where(rest < 0, 4, np.where((length % 4 >= 2) & (rest < 2), 2, 1))
    first = np.where(rest < 0, place % 4 == 0, (terms == 1) | (rest == 0))
    for sum_code, (name, count) in enumerate(SUMS.values(), len(INSTRUCTIONS)):
        chosen = np.flatnonzero(first & (terms == count) & (code == NAMES.index(name)))
        for term in range(1, count):
            fields[2 * term + 1, chosen], fields[2 * term + 2, chosen] = a[chosen + term], b[chosen + term]
        fields[-1, chosen] = target[chosen + count - 1]
        code[chosen] = sum_code
    return code[first], fields[:, first]


def _swap(fields: Any, chosen: Any, made: Any, order: list[int]) -> None:
    """Reorder the operands of the chosen instructions where that brings the result just made to its first new place."""
    place = next(place for place, old in enumerate(order) if old != place)
    chosen = chosen & (fields[order[place]] == made) & (fields[place] != made) & (fields[0] != made)
    fields[: len(order), chosen] = fields[np.array(order)][:, chosen]


@once
def machine() -> Native:
    """Return the interpreters `run.point` and `run.batch` of (registers, words), from disk if they are there."""
    return Native(
        "\n".join([*_interpreter("point", Numbers()), *_interpreter("batch", Numbers(width()))]), 2, keep=True
    )


def _interpreter(kind: str, numbers: Numbers) -> Iterator[str]:
    """Yield one interpreter: a function an instruction, their table, and what starts the first."""
    passed = "ptr %pc, ptr %registers" + (", double %made" if kind == "point" else "")
    variants = [f"{kind}.{NAMES[code] or 'end'}{'.' if slot else ''}{slot}" for code, slot in VARIANTS]
    texts = []
    for name, (code, slot) in zip(variants, VARIANTS, strict=True):
        if not slot or kind == "point":
            body = _instruction(kind, numbers, code, slot) if code else ["ret void"]
            texts.append("\n".join([f"define internal tailcc void @{name}({passed}) {{", *body, "}"]))
    whole = "\n".join(texts)
    yield from declarations(calls(INSTRUCTIONS), numbers)
    yield whole
    entries = [
        f"ptr @{name}" if not slot or kind == "point" else "ptr null"
        for name, (_, slot) in zip(variants, VARIANTS, strict=True)
    ]
    yield f"@{kind}.table = internal constant [{len(entries)} x ptr] [{', '.join(entries)}]"
    yield f"define void @run.{kind}(ptr %registers, ptr %pc) {{"
    yield from (each.replace("CALL", "call") for each in _jump(kind, "%pc", "double 0.0"))
    yield "ret void\n}"


def _jump(kind: str, words: str, made: str) -> list[str]:
    """Return a call of the instruction that stands at some words."""
    passed = f"ptr {words}, ptr %registers" + (f", {made}" if kind == "point" else "")
    return [
        f"%code = load i32, ptr {words}, align 4",
        "%code.wide = zext i32 %code to i64",
        f"%entry = getelementptr ptr, ptr @{kind}.table, i64 %code.wide",
        "%jump = load ptr, ptr %entry",
        f"CALL tailcc void %jump({passed})",
    ]


def _instruction(kind: str, numbers: Numbers, code: int, slot: str) -> list[str]:
    """Return the body of an instruction: operands, results, and the jump to the next."""
    lines = []
    lanes, apart = (1, 1) if kind == "point" else (BLOCK, stride(64))
    fields = [each for each in LETTERS[: ARITY[code]] if each != slot] + ["z"]
    for place, each in enumerate(fields, 1):
        lines += [
            f"%{each}.word = getelementptr i32, ptr %pc, i64 {place}",
            f"%{each}.register = load i32, ptr %{each}.word, align 4",
            f"%{each}.wide = zext i32 %{each}.register to i64",
            f"%{each}.at = getelementptr [{apart} x double], ptr %registers, i64 %{each}.wide",
        ]
    for lane in range(0, lanes, numbers.lanes):
        operands = []
        for each in LETTERS[: ARITY[code]]:
            if each != slot:
                lines += [
                    f"%{each}{lane}.at = getelementptr double, ptr %{each}.at, i64 {lane}",
                    f"%{each}{lane} = load {numbers.type}, ptr %{each}{lane}.at, align 8",
                ]
            operands.append("%made" if each == slot else f"%{each}{lane}")
        lines += _steps(code, numbers, f"%z{lane}", operands)
        lines += [
            f"%z{lane}.at = getelementptr double, ptr %z.at, i64 {lane}",
            f"store {numbers.type} %z{lane}, ptr %z{lane}.at, align 8",
        ]
    lines.append(f"%next = getelementptr i32, ptr %pc, i64 {len(fields) + 1}")
    return [*lines, *(each.replace("CALL", "musttail call") for each in _jump(kind, "%next", "double %z0")), "ret void"]


def _steps(code: int, numbers: Numbers, result: str, operands: list[str]) -> list[str]:
    """Return the lines that compute an instruction: of a sum, term after term."""
    name, terms = SUMS.get(NAMES[code], (NAMES[code], 1))
    row = template(name, numbers)
    if terms == 1:
        return [row.format(z=result, **dict(zip(OPERANDS, operands, strict=False)))]
    lines, (x, y, total, *more) = [], operands
    for term in range(terms):
        made = result if term == terms - 1 else f"{result}.{term}"
        lines.append(row.format(z=made, x=x, y=y, w=total, v=""))
        total, (x, y) = made, more[2 * term : 2 * term + 2] or ("", "")
    return lines
