"""The loops of `Builder.build` (equal gates found, live ones marked, all numbered anew) and of `Circuit.varies`.

They are plain functions over arrays. A node of the tape is code << 57 | left operand << 28 | right operand + 1; where
there is a third operand it stands in an array of its own, which is empty if no gate has one.
"""

from __future__ import annotations

from typing import Any

CODE_AT, LEFT_AT = 57, 28
LOW = (1 << LEFT_AT) - 1
FIRST_GATE, CONSTANT = 2, 1
THIRD = 8


def share(tape: Any, third: Any, commutes: Any, same: Any, keys: Any, table: Any) -> None:
    """Set same[node] to the first node that is the same gate of the same operands; operands become first nodes.

    table: a power of two of slots, at least twice the nodes, all -1 (open addressing).
    """
    mask = len(table) - 1
    for node in range(len(tape)):
        entry = tape[node]
        code, a, b, c = entry >> CODE_AT, entry >> LEFT_AT & LOW, entry & LOW, -1
        same[node] = node
        if code < FIRST_GATE:
            continue
        a = same[a]
        if b:
            b = same[b - 1] + 1
        if len(third) > 0 and third[node] >= 0:
            c = third[node] = same[third[node]]
        tape[node] = code << CODE_AT | a << LEFT_AT | b
        if commutes[code] and b <= a:
            a, b = b - 1, a + 1
        key = keys[node] = code << CODE_AT | a << LEFT_AT | b
        slot = a * 0x9E3779B1 ^ b * 0x85EBCA77 ^ (code + 64 * c) * 0xC2B2AE3D
        slot = (slot ^ slot >> 15 ^ slot >> 31) & mask
        while table[slot] >= 0:
            other = table[slot]
            if keys[other] == key and (c < 0 or third[other] == c):
                same[node] = other
                break
            slot = (slot + 1) & mask
        else:
            table[slot] = node


def reach(tape: Any, third: Any, live: Any) -> None:
    """Mark what the marked nodes depend on."""
    for node in range(len(tape) - 1, -1, -1):
        entry = tape[node]
        if live[node] and entry >> CODE_AT >= FIRST_GATE:
            live[entry >> LEFT_AT & LOW] = 1
            if entry & LOW:
                live[(entry & LOW) - 1] = 1
            if len(third) > 0 and third[node] >= 0:
                live[third[node]] = 1


def renumber(tape: Any, live: Any, number: Any, op: Any, lhs: Any, rhs: Any, kept: Any) -> int:
    """Write the marked gates and constants behind the nodes that have a number; return how many constants there are.

    kept: the places of the constants that are written, in their order.
    """
    count, constants = 0, 0
    for node in range(len(tape)):
        count += number[node] >= 0
    for node in range(len(tape)):
        if not live[node] or number[node] >= 0:
            continue
        entry = tape[node]
        code, a, b = entry >> CODE_AT, entry >> LEFT_AT & LOW, entry & LOW
        if code == CONSTANT:
            kept[constants] = a
            lhs[count] = constants
            constants += 1
        else:
            lhs[count] = number[a]
        rhs[count] = number[b - 1] if b else -1
        op[count] = code
        number[node] = count
        count += 1
    return constants


def depend(op: Any, lhs: Any, rhs: Any, third: Any, carried: Any, flags: Any) -> None:
    """Flag the gates that depend on a flagged node.

    third: third operands, in the order of their gates. carried: by kind the operands that count, one bit each, and
    THIRD where there is a third.
    """
    triples = 0
    for node in range(len(op)):
        slots = carried[op[node]]
        if (slots & 1 and flags[lhs[node]]) or (slots & 2 and flags[rhs[node]]):
            flags[node] = 1
        if slots & THIRD:
            if slots & 4 and flags[third[triples]]:
                flags[node] = 1
            triples += 1
