"""Where a wrong gradient is wrong: the line, the gates of the value whose derivative it is, and what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from heapq import heappop, heappush
from typing import Any

Pair = tuple[Any, int]
SHOWN = 6  # terms or gates named
MANY = 1 << 40  # terms of a sum: more are not told apart
DIGITS = 40  # of a coefficient


def describe(text: Any, lines: Sequence[str], place: int, due: Sequence[Pair]) -> str:
    """Say which line does not hold the sum of the contributions due to the row at `place`."""
    rows, name = text.rows, text.rows[place][0]
    readers = [row for row, live in zip(rows, text.reached(text.value), strict=True) if live and place in row[2]]
    reversed_ = ", ".join(f"{_shown(lines, row)} (line {row[5]})" for row in readers[:SHOWN])
    expected = _sum(text, due)
    if place < len(text.gradient):
        row = rows[text.gradient[place]]
        what = f"line {row[5]}: {_shown(lines, row)}" if row[2] else f"the return: {row[0]}"
        what = _inside(text, lines, row, due) + what
        return f"{what} is returned as the derivative by {name}; expected {expected}, from {reversed_ or 'no gate'}"
    line = _nearest(text, due)
    what = f"{_inside(text, lines, line, due)}line {line[5]}: {_shown(lines, line)} stands" if line else "no line is"
    kind = f"{_shown(lines, rows[place])} (line {rows[place][5]})"
    return f"{what}{' where' if line else ''} the adjoint of {kind} is due; expected {expected}, from {reversed_}"


def _inside(text: Any, lines: Sequence[str], row: Any, due: Sequence[Pair]) -> str:
    """Say which line, on the way to a wrong sum, adds a term that is not due; "" if it is the sum's own, or none."""
    expected: dict[int, Any] = {}
    for k, kind in due:
        expected[kind] = expected.get(kind, 0) + k
    form: dict[int, Any] = {row[3][1]: row[3][0]}  # coefficients of the terms
    added: dict[int, int] = {}  # the sums that have them
    heap = [-row[3][1]]
    while heap:
        kind = -heappop(heap)
        key = text.algebra.keys[kind]
        if key[0] != "+" or kind in expected:
            if form[kind] != expected.get(kind, 0) and kind in added:
                found = next((each for each in text.rows if each[3][1] == added[kind]), row)
                return "" if found is row else f"line {found[5]}: {_shown(lines, found)} is wrong, so "
            continue
        factor = form.pop(kind)
        for part, k in (key[1:3], key[3:5]):
            if part not in form:
                heappush(heap, -part)
            form[part], added[part] = form.get(part, 0) + factor * k, kind
    return ""


def _nearest(text: Any, due: Sequence[Pair]) -> Any:
    """Return the sum of the gradient part that has the most of the terms that are due, and the fewest others."""
    classes, value = {kind for _, kind in due}, text.reached(text.value)
    shared: list[int] = []  # of each class: how many of its terms are due,
    others: list[int] = []  # and how many are not
    for kind, key in enumerate(text.algebra.keys):
        inside = key[0] == "+" and kind not in classes
        shared.append(min(shared[key[1]] + shared[key[3]], MANY) if inside else int(kind in classes))
        others.append(min(others[key[1]] + others[key[3]], MANY) if inside else int(kind not in classes))
    best, most = None, None
    for row, live in zip(text.rows, value, strict=True):
        if not live and row[1] in ("add", "sub") and shared[row[3][1]]:
            score = shared[row[3][1]] - others[row[3][1]]
            if most is None or score > most:
                best, most = row, score
    return best


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
    factor, name = known.get(kind, (1, "")) if kind else (1, "")
    ratio = Fraction(k) / factor
    if not kind:
        return _number(ratio)
    body = name or _definition(text, known, kind)
    return body if ratio == 1 else f"-{body}" if ratio == -1 else f"{_number(ratio)}*{body}"


def _number(value: Any) -> str:
    """Return a coefficient, or that it is long: no text of a million digits."""
    bits = value.numerator.bit_length() + value.denominator.bit_length()
    return str(value) if bits < 3 * DIGITS else f"(a number of {bits} bits)"


def _definition(text: Any, known: dict[int, tuple[Any, str]], kind: int) -> str:
    """Return what a class without a register is, one operation deep."""
    op, *parts = text.algebra.keys[kind]

    def name(part: Any) -> str:
        """Return a coefficient and a class, or a class, in words of the text."""
        k, inner = part if isinstance(part, tuple) else (1, part)
        unit, word = known.get(inner, (1, "(...)")) if inner else (1, "")
        ratio = Fraction(k) / unit
        return "*".join([_number(ratio)] * (ratio != 1 or not word) + [word] * bool(word))

    if op == "+":
        return f"({name((parts[1], parts[0]))} + {name((parts[3], parts[2]))})"
    return f"{name(parts[0])}{op}{name(parts[1])}" if op in "*/" else f"{op}({', '.join(map(name, parts))})"
