"""Where a wrong gradient is wrong: the line, the gates of the value whose derivative it is, and what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Pair = tuple[Any, int]
SHOWN = 6  # terms or gates named
TAKEN_APART = 100  # terms of a sum that are looked at


def describe(text: Any, lines: Sequence[str], place: int, due: Sequence[Pair]) -> str:
    """Say which line does not hold the sum of the contributions due to the row at `place`."""
    rows, name = text.rows, text.rows[place][0]
    readers = [row for row, live in zip(rows, text.reached({text.value}), strict=True) if live and place in row[2]]
    reversed_ = ", ".join(f"{_shown(lines, row)} (line {row[5]})" for row in readers[:SHOWN])
    expected = _sum(text, due)
    if place < len(text.gradient):
        row = rows[text.gradient[place]]
        what = f"line {row[5]}: {_shown(lines, row)}" if row[2] else f"the return: {row[0]}"
        return f"{what} is returned as the derivative by {name}; expected {expected}, from {reversed_ or 'no gate'}"
    line = _nearest(text, due)
    what = f"line {line[5]}: {_shown(lines, line)} stands where" if line else "no line is"
    kind = f"{_shown(lines, rows[place])} (line {rows[place][5]})"
    return f"{what} the adjoint of {kind} is due; expected {expected}, from {reversed_}"


def _nearest(text: Any, due: Sequence[Pair]) -> Any:
    """Return the last sum of the gradient part among those that share most terms with what is due."""
    classes, value = {kind for _, kind in due}, text.reached({text.value})
    best, most = None, 1
    for row, live in zip(text.rows, value, strict=True):
        if not live and row[1] in ("add", "sub"):
            shared = len(classes & _terms(text, row[3][1], classes))
            if shared >= most:
                best, most = row, shared
    return best


def _terms(text: Any, kind: int, classes: set[int]) -> set[int]:
    """Return the classes that a sum adds up, taken apart down to the classes that are due."""
    found: set[int] = set()
    open_ = [kind]
    while open_ and len(found) < TAKEN_APART:
        each = open_.pop()
        key = text.algebra.keys[each]
        if key[0] == "+" and each not in classes:
            open_ += [key[1], key[3]]
        else:
            found.add(each)
    return found


def _shown(lines: Sequence[str], row: Any) -> str:
    """Return the line of a row without its comment."""
    line: str = lines[row[5] - 1] if row[2] else row[0]
    return line.partition("#")[0].strip()


def _sum(text: Any, due: Sequence[Pair]) -> str:
    known: dict[int, tuple[Any, str]] = {}
    for row in text.rows:
        known.setdefault(row[3][1], (row[3][0], row[0]))
    terms = [_term(text, known, k, kind) for k, kind in due[:SHOWN]]
    more = " + ..." if len(due) > SHOWN else ""
    return (" + ".join(terms) or "0").replace("+ -", "- ") + more


def _term(text: Any, known: dict[int, tuple[Any, str]], k: Any, kind: int) -> str:
    if kind == 0:
        return str(k)
    factor, name = known.get(kind, (1, ""))
    ratio = k if factor == 1 else k / factor
    body = name or _definition(text, known, kind)
    return body if ratio == 1 else f"-{body}" if ratio == -1 else f"{ratio}*{body}"


def _definition(text: Any, known: dict[int, tuple[Any, str]], kind: int) -> str:
    """Return what a class without a register is, one operation deep."""
    op, *parts = text.algebra.keys[kind]

    def name(part: Any) -> str:
        inner = part[1] if isinstance(part, tuple) else part
        factor = part[0] if isinstance(part, tuple) else 1
        word = known.get(inner, (1, "(...)"))[1] if inner else ""
        return (word if factor == 1 else f"{factor}*{word}" if word else str(factor)) or "1"

    if op == "+":
        return f"({name((parts[1], parts[0]))} + {name((parts[3], parts[2]))})"
    return f"{name(parts[0])}{op}{name(parts[1])}" if op in "*/" else f"{op}({', '.join(map(name, parts))})"
