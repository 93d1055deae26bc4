"""No new pole: a program divides only by what the formula, or the derivative row of one of its gates, divides by.

Nor does it take a logarithm, a root or another function that is not defined everywhere where they do not. Compared are
residues at the random point. Constant multiples are peeled off on both sides, and a product vanishes only where a
factor does; so a divisor is allowed if it is a product of factors of allowed divisors.
"""

from __future__ import annotations

from verify.tape import ADD, CODE, DIV, FUNCTION, MUL, SUB, Tape

PARTIAL = frozenset(CODE[name] for name in ("log", "log1p", "sqrt", "pow", "tan", "asin", "acos", "acosh", "atanh"))
NUMBERS = frozenset(CODE[name] for name in ("pi", "e"))


def _peel(tape: Tape, step: int) -> int:
    """Return the step under constant multiples: c*r, r*c, r/c, -r, r + r."""
    op, lhs, rhs, const = tape.op, tape.lhs, tape.rhs, tape.const
    while not const[step]:
        code, a, b = op[step], lhs[step], rhs[step]
        if code == MUL and (const[a] or const[b]):
            step = b if const[a] else a
        elif code == DIV and const[b]:
            step = a
        elif code == SUB and tape.exact.get(a) == 0:
            step = b
        elif code == ADD and a == b:
            step = a
        else:
            break
    return step


def _allowed_divisors(tape: Tape, values: list[int], stop: int) -> set[int]:
    """Return the residues of all divisors before `stop`, and of their factors."""
    allowed: set[int] = set()
    seen: set[int] = set()
    pending = [tape.rhs[step] for step in range(stop) if tape.op[step] == DIV]
    while pending:
        step = pending.pop()
        lhs, rhs = tape.lhs[step], tape.rhs[step]
        if tape.op[step] == MUL and not tape.const[step] and (tape.const[lhs] or tape.const[rhs]):
            pending += (lhs, rhs)  # a constant factor is one, too
            continue
        step = _peel(tape, step)
        if step in seen or step in tape.exact:
            continue
        seen.add(step)
        allowed.add(values[step])
        if tape.op[step] == MUL:
            pending += (tape.lhs[step], tape.rhs[step])
        elif tape.op[step] == DIV:
            pending.append(tape.lhs[step])
    return allowed


def new_pole(tape: Tape, values: list[int], start: int) -> int | None:
    """Return the first step from `start` on that divides by no allowed divisor, or is a new function; None if none is.

    A function is new if no function before `start` has its residue; one that is defined everywhere may be, but not of a
    constant, where it may be infinite.
    """
    known = {values[step] for step in range(start) if tape.op[step] >= FUNCTION}
    for step in range(start, len(tape.op)):
        op = tape.op[step]
        judged = op in PARTIAL or (op >= FUNCTION and tape.const[step] and op not in NUMBERS)
        if judged and values[step] not in known:
            return step
    return _new_division(tape, values, start)


def _new_division(tape: Tape, values: list[int], start: int) -> int | None:
    allowed: set[int] | None = None
    good: set[int] = set()
    for division in range(start, len(tape.op)):
        if tape.op[division] != DIV:
            continue
        if allowed is None:
            allowed = _allowed_divisors(tape, values, start)
        pending = [tape.rhs[division]]
        while pending:
            step = _peel(tape, pending.pop())
            if step in good or step in tape.exact or values[step] in allowed:
                continue
            if tape.op[step] == MUL:
                pending += (tape.lhs[step], tape.rhs[step])
            elif tape.op[step] == DIV:
                pending.append(tape.lhs[step])
            else:
                return division
            good.add(step)
    return None
