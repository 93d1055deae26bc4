"""Layer B of forward sweeps: the chain rule line by line, on the classes of the stand-alone checker's algebra.

For each line of the values the derivative along the direction is what its operands' are under the rows that the checker
has for gradients (a contribution is linear in what is sent, so the same row passes it on forwards). A hint says which
register holds it; none is believed. No probability, linear time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from verify import checker
from verify.hints import Pair

Tangent = Callable[[int, Sequence[Pair]], Pair]  # place and contributions -> the pair of their sum
_CHOICES = {"select": "x", "max": "x y >", "min": "x y <"}  # both operands move: one select may hold both


@dataclass(frozen=True, slots=True)
class Sweep:
    """What is proved: the derivative of each output, along directions (place of an input -> place of its component)."""

    outputs: Sequence[int]
    results: Sequence[int]
    directions: dict[int, int]


def prove(text: Any, sweep: Sweep, tangent: Tangent) -> None:
    """Prove that `results` are the derivatives of `outputs`, and that no line divides by anything new.

    text: a `checker.Text`; places are those of its rows. Raises: checker.Reject.
    """
    algebra, rows = text.algebra, text.rows
    inside = text.reached(*sweep.outputs)
    algebra.work += 64 * len(rows)
    known = text.reached(text.value, *sweep.outputs)
    algebra.formed = {("div", 0), *[key for place, key in text.partial if known[place]]}
    held = {row[3][1] for row in rows}
    moved: dict[int, Pair] = {place: rows[component][3] for place, component in sweep.directions.items()}
    for place, row in enumerate(rows):
        if inside[place] and row[2]:
            due = _due(text, place, moved, held)
            if due:
                pair = algebra.pair(*tangent(place, due))
                if not algebra.equal(due, pair):
                    raise checker.Reject("derivative", f"line {row[5]}: what is named is no derivative of {row[0]}")
                moved[place] = pair
    for output, result in zip(sweep.outputs, sweep.results, strict=True):
        if not algebra.equal([moved.get(output, checker.ZERO)], rows[result][3]):
            name, line = rows[result][0], rows[result][5]
            shown = f"line {line}: " if line else ""  # an input has none
            raise checker.Reject("derivative", f"{shown}{name} is not the derivative of {rows[output][0]}")
    _no_new_pole(text)


def _due(text: Any, place: int, moved: dict[int, Pair], held: set[int]) -> list[Pair]:
    """Return what the operands of a row contribute to its derivative."""
    algebra, rows = text.algebra, text.rows
    _, op, args, pair, _, _ = rows[place]
    names = {"z": pair, "x": rows[args[0]][3], "y": rows[args[-1]][3]}
    sent = checker.SENT.get(op, ("",) * len(args))
    parts = [
        (postfix, moved[each])
        for each, postfix in zip(args, sent, strict=True)
        if postfix and moved.get(each, checker.ZERO)[0]
    ]
    if op in _CHOICES and len(parts) == 2:
        condition = names["x"] if op == "select" else algebra.rule(_CHOICES[op], names)
        whole = algebra.apply("select", condition, parts[0][1], parts[1][1])
        if whole[1] in held:
            return [whole]
    found = [b if postfix == "b" else algebra.rule(postfix, names | {"b": b}) for postfix, b in parts]
    return [each for each in found if each[0]]


def _no_new_pole(text: Any) -> None:
    """Raise Reject for a line that divides by no product of known divisors, or is a function that nothing needs."""
    algebra = text.algebra
    divisors = algebra.factors([kind for op, kind in algebra.formed if op == "div"], ())
    for place, (op, kind) in text.partial:
        new = algebra.factors([kind], divisors) if op == "div" else set()
        divisors |= new
        known = all(algebra.keys[each][0] in "*/" for each in new) if op == "div" else (op, kind) in algebra.formed
        if not known:
            raise checker.Reject("no new pole", f"new pole: line {text.rows[place][5]}: {op}, in no value or rule")
