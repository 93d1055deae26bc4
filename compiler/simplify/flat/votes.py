"""Votes for signs over flat arrays, with the meaning that `compiler.simplify.votes` gives them."""

from __future__ import annotations

from circuit.ops import CONSTANT, INPUT
from compiler.loops.memory import Array, within
from compiler.simplify.flat.memory import DIV, FIRST, FIXED, FLAGS, KIND, MUL, RIGID, SECOND, SUM, UNIT_NODE, USES, Old
from compiler.simplify.flat.registers import WISH, Lowering, begin


def mark_flexible(old: Old, size: int, free: Array) -> None:
    """Mark the nodes that can be had with either sign for nothing: no other reader minds."""
    for node in range(size):
        kind, free[node] = old.node[node][KIND], 0
        if kind == SUM:
            free[node] = old.node[node][RIGID] == 0 and is_mixed(old, node)
        elif kind in (MUL, DIV):
            a, b = old.node[node][FIRST], old.node[node][SECOND]
            alone = takes(old, free, a) or takes(old, free, b)
            free[node] = 1 if alone or old.node[a][FLAGS] & FIXED else 0


@within
def takes(old: Old, free: Array, node: int) -> bool:
    """Say whether a node that is read can be had with either sign."""
    return bool(free[node] and old.made[node][USES])


@within
def is_mixed(old: Old, node: int) -> int:
    """Say whether a sum has terms of both signs, or a number."""
    signs = 0
    for term in range(old.node[node][FIRST], old.node[node][FIRST] + old.node[node][SECOND]):
        if old.terms[2 * term + 1] == UNIT_NODE:
            return 1
        signs |= 1 + (old.terms[2 * term] & 1)
    return 1 if signs == 3 else 0


def vote(old: Old, low: Lowering, size: int, outputs: Array, free: Array, votes: Array) -> None:
    """Begin a lowering, and set the sign wished for each node: 1, -1, or 0 where no one cares."""
    begin(old, low, size)
    mark_flexible(old, size, free)
    for place in range(0, len(outputs), 2):
        wish(votes, outputs[place], outputs[place + 1])
    for node in range(size - 1, 0, -1):
        kind = old.node[node][KIND]
        if old.made[node][USES] == 0 or kind in (INPUT, CONSTANT):
            continue
        if kind in (MUL, DIV):
            pass_on(old, low, node, free, votes)
        elif kind == SUM:
            low.node[node][WISH] = sign_of(votes[node])
            make_mixed(old, node, free, votes)
        else:
            for term in range(old.node[node][FIRST], old.node[node][FIRST] + old.node[node][SECOND]):
                wish(votes, old.terms[2 * term], old.terms[2 * term + 1])


@within
def sign_of(count: int) -> int:
    """Return the sign of an integer."""
    return 1 if count > 0 else -1 if count < 0 else 0


@within
def wish(votes: Array, k: int, node: int) -> None:
    """Vote for the sign of a coefficient 1 or -1."""
    if k >> 1 == 1:
        votes[node] += -1 if k & 1 else 1


@within
def pass_on(old: Old, low: Lowering, node: int, free: Array, votes: Array) -> None:
    """Let the factor that can take a sign have the vote."""
    a, b = old.node[node][FIRST], old.node[node][SECOND]
    if votes[node] == 0:
        return
    if old.node[a][FLAGS] & FIXED:
        low.node[node][WISH] = sign_of(votes[node])
    elif takes(old, free, a):
        votes[a] += votes[node]
    elif takes(old, free, b):
        votes[b] += votes[node]


@within
def make_mixed(old: Old, node: int, free: Array, votes: Array) -> None:
    """Let a term of a sum of equal signs turn round, if the sum is wanted as it is not."""
    start = old.node[node][FIRST]
    sign = -1 if old.terms[2 * start] & 1 else 1
    if free[node] or old.node[node][RIGID] or votes[node] * sign >= 0:
        return
    for term in range(start, start + old.node[node][SECOND]):
        each = old.terms[2 * term + 1]
        if takes(old, free, each):
            votes[each] -= 1
            return
