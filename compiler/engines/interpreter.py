"""Instructions run one after the other by machine code that is made once, and kept on disk, for all programs.

A program is a list of words: the number of an instruction, its operands' registers, the result's register. Each
instruction is a function that ends by jumping to the next (threaded code, Bell 1973), so each jump has a history of its
own for the processor to predict. Over one point the result just made stays in a processor's register: an instruction
that reads it has a variant that takes it from there, since the way through memory is the longest part of a chain. Over
many points each instruction computes BLOCK of them by vectors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from circuit.ops import OPS
from compiler.engines.driver import BLOCK, STRIDE
from compiler.engines.functions import declarations, width
from compiler.engines.gates import OPERANDS, Numbers, calls, template
from compiler.engines.kernel import Kernel, Part
from compiler.engines.native import Native, once
from compiler.schedule import INSTRUCTIONS, Schedule

FUSED_ARITY = {"muladd": 3, "mulsub": 3, "submul": 3, "dotadd": 4, "dotsub": 4}
ARITY = [0, 0, *(OPS[name].arity if name in OPS else FUSED_ARITY[name] for name in INSTRUCTIONS[2:])]  # by code
# operands that may change places, and operands that may then be the result just made
SWAPS: dict[str, tuple[str, ...]] = {
    "add": ("ba",),
    "mul": ("ba",),
    "muladd": ("bac",),
    "mulsub": ("bac",),
    "submul": ("bac",),
}
SWAPS |= {"dotadd": ("bacd", "cdab", "dcab"), "dotsub": ("bacd", "abdc")}
FORWARDED = {"add": "a", "mul": "a", "neg": "a", "dotadd": "a", "sub": "ab", "div": "ab"}
FORWARDED |= dict.fromkeys(("muladd", "mulsub", "submul", "dotsub"), "ac")
VARIANTS = [  # (code, the operand that is the result just made), by number; code 0 ends the program
    (code, slot) for code, name in enumerate(INSTRUCTIONS) if code != 1 for slot in ("", *FORWARDED.get(name, ""))
]
FIRST = {code: VARIANTS.index((code, "")) for code in range(len(INSTRUCTIONS)) if code != 1}


def load(schedule: Schedule) -> Kernel:
    """Return the program of a schedule, ready to run."""

    def part(kind: str) -> Part:
        return Part([machine().address(f"run.{kind}")], encode(schedule, forward=kind == "point"), machine())

    return Kernel(schedule, part)


def encode(schedule: Schedule, *, forward: bool) -> Any:
    """Return the words of a program (int32). forward: with the variants that take the result just made."""
    code = np.frombuffer(schedule.code, np.uint8)
    fields = np.stack([schedule.a, schedule.b, schedule.c, schedule.d, schedule.target]).astype(np.int32)
    number = np.array([FIRST.get(each, 0) for each in range(len(INSTRUCTIONS))], np.int32)[code]
    if forward and len(code):
        made = np.concatenate([[-2], fields[4, :-1]])
        for name, orders in SWAPS.items():
            for order in orders:
                _swap(fields, code == INSTRUCTIONS.index(name), made, ["abcd".index(each) for each in order])
        for name, slots in FORWARDED.items():
            found = code == INSTRUCTIONS.index(name)
            for place, slot in enumerate(slots, 1):
                chosen = found & (fields["abcd".index(slot)] == made)
                number[chosen] += place
                fields["abcd".index(slot), chosen] = -1
                found &= ~chosen
    rows = np.concatenate([number[None], fields]).T
    return np.append(rows[rows >= 0], np.int32(0))


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
    variants = [f"{kind}.{INSTRUCTIONS[code] or 'end'}{'.' if slot else ''}{slot}" for code, slot in VARIANTS]
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
    lanes, stride = (1, 1) if kind == "point" else (BLOCK, STRIDE)
    fields = [each for each in "abcd"[: ARITY[code]] if each != slot] + ["z"]
    for place, each in enumerate(fields, 1):
        lines += [
            f"%{each}.word = getelementptr i32, ptr %pc, i64 {place}",
            f"%{each}.register = load i32, ptr %{each}.word, align 4",
            f"%{each}.wide = zext i32 %{each}.register to i64",
            f"%{each}.at = getelementptr [{stride} x double], ptr %registers, i64 %{each}.wide",
        ]
    row = template(INSTRUCTIONS[code], numbers)
    for lane in range(0, lanes, numbers.lanes):
        operands = []
        for each in "abcd"[: ARITY[code]]:
            if each != slot:
                lines += [
                    f"%{each}{lane}.at = getelementptr double, ptr %{each}.at, i64 {lane}",
                    f"%{each}{lane} = load {numbers.type}, ptr %{each}{lane}.at, align 8",
                ]
            operands.append("%made" if each == slot else f"%{each}{lane}")
        lines.append(row.format(z=f"%z{lane}", **dict(zip(OPERANDS, operands, strict=False))))
        lines += [
            f"%z{lane}.at = getelementptr double, ptr %z.at, i64 {lane}",
            f"store {numbers.type} %z{lane}, ptr %z{lane}.at, align 8",
        ]
    lines.append(f"%next = getelementptr i32, ptr %pc, i64 {len(fields) + 1}")
    return [*lines, *(each.replace("CALL", "musttail call") for each in _jump(kind, "%next", "double %z0")), "ret void"]
