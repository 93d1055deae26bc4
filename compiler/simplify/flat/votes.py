"""Votes for signs over flat arrays, with the meaning that `compiler.simplify.votes` gives them."""

from __future__ import annotations

from circuit.ops import CONSTANT, INPUT
from compiler.loops.memory import Array, within
from compiler.simplify.flat.memory import DIV, FIRST, FIXED, FLAGS, KIND, MUL, RIGID, SECOND, SUM, UNIT_NODE, Old


def mark_flexible(old: Old, size: int, uses: Array, free: Array) -> None:
    """Mark the nodes that can be had with either sign for nothing: no other reader minds."""
    for node in range(size):
        kind = old.node[KIND][node]
        if kind == SUM:
            free[node] = old.node[RIGID][node] == 0 and is_mixed(old, node)
        elif kind in (MUL, DIV):
            a, b = old.node[FIRST][node], old.node[SECOND][node]
            alone = (free[a] and uses[a] == 1) or (free[b] and uses[b] == 1)
            free[node] = 1 if alone or old.node[FLAGS][a] & FIXED else 0


@within
def is_mixed(old: Old, node: int) -> int:
    """Say whether a sum has terms of both signs, or a number."""
    signs = 0
    for term in range(old.node[FIRST][node], old.node[FIRST][node] + old.node[SECOND][node]):
        if old.terms[2 * term + 1] == UNIT_NODE:
            return 1
        signs |= 1 + (old.terms[2 * term] & 1)
    return 1 if signs == 3 else 0


def vote(old: Old, size: int, outputs: Array, uses: Array, free: Array, votes: Array, wishes: Array) -> None:
    """Set the sign wished for each node: 1, -1, or 0 where no one cares."""
    for place in range(0, len(outputs), 2):
        wish(votes, outputs[place], outputs[place + 1])
    for node in range(size - 1, 0, -1):
        kind = old.node[KIND][node]
        if uses[node] == 0 or kind in (INPUT, CONSTANT):
            continue
        if kind in (MUL, DIV):
            pass_on(old, node, uses, free, votes, wishes)
        elif kind == SUM:
            wishes[node] = sign_of(votes[node])
            make_mixed(old, node, uses, free, votes)
        else:
            for term in range(old.node[FIRST][node], old.node[FIRST][node] + old.node[SECOND][node]):
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
def pass_on(old: Old, node: int, uses: Array, free: Array, votes: Array, wishes: Array) -> None:
    """Let the factor that can take a sign have the vote."""
    a, b = old.node[FIRST][node], old.node[SECOND][node]
    if votes[node] == 0:
        return
    if old.node[FLAGS][a] & FIXED:
        wishes[node] = sign_of(votes[node])
    elif free[a] and uses[a] == 1:
        votes[a] += votes[node]
    elif free[b] and uses[b] == 1:
        votes[b] += votes[node]


@within
def make_mixed(old: Old, node: int, uses: Array, free: Array, votes: Array) -> None:
    """Let a term of a sum of equal signs turn round, if the sum is wanted as it is not."""
    start = old.node[FIRST][node]
    sign = -1 if old.terms[2 * start] & 1 else 1
    if free[node] or old.node[RIGID][node] or votes[node] * sign >= 0:
        return
    for term in range(start, start + old.node[SECOND][node]):
        each = old.terms[2 * term + 1]
        if free[each] and uses[each] == 1:
            votes[each] -= 1
            return
