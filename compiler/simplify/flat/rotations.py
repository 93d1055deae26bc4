"""The trigonometric pair over flat arrays, with the meaning that `compiler.simplify.rotations` gives it."""

from __future__ import annotations

from circuit.ops import CODE
from compiler.loops.coefficients import inverse, product
from compiler.loops.memory import ONE, within
from compiler.simplify.flat.memory import (
    FIRST,
    IN_TURNS,
    KIND,
    MUL,
    NODES,
    ROTATION,
    SECOND,
    SUM,
    TURN,
    TURNED,
    TURNS,
    UNIT_NODE,
    Graph,
    asked,
    room,
)
from compiler.simplify.flat.nodes import find_function, find_pair, is_fixed, put
from compiler.simplify.flat.proportions import find_sum, lead_of

SIN, COS = CODE["sin"], CODE["cos"]


def find_rotations(m: Graph) -> None:
    """Note the nodes that can be differentiated by an angle at once, from the one whose turn it is to a question."""
    count = m.count
    while count[TURN] < count[NODES]:
        node = count[TURN]
        if m.node[node][KIND] == SUM and m.node[node][SECOND] == 2:
            at = 2 * m.node[node][FIRST]
            try_node(m, node, (m.terms[at], m.terms[at + 1]), (m.terms[at + 2], m.terms[at + 3]))
        elif m.node[node][KIND] == MUL:
            try_node(m, node, (ONE, node), (0, -1))
        if asked(m):
            return
        count[TURN] = node + 1


@within
def wave_of(m: Graph, node: int, way: int) -> tuple[int, int]:
    """Return the factor and the sine or cosine of a node read as A * cos u, in one of two ways; or -1."""
    if m.node[node][KIND] == MUL:
        a, b = m.node[node][FIRST], m.node[node][SECOND]
        if way:
            a, b = b, a
        return (a, b) if m.node[b][KIND] in (SIN, COS) else (-1, -1)
    return (UNIT_NODE, node) if way == 0 and m.node[node][KIND] in (SIN, COS) else (-1, -1)


@within
def same_angle(m: Graph, p: int, q: int) -> bool:
    """Say whether two functions have the same argument."""
    i, j = 2 * m.node[p][FIRST], 2 * m.node[q][FIRST]
    return bool(m.terms[i] == m.terms[j] and m.terms[i + 1] == m.terms[j + 1])


def try_node(m: Graph, node: int, one: tuple[int, int], two: tuple[int, int]) -> None:
    """Note a rotation, if one of the ways to read the terms of a node is one."""
    for way in range(2):
        a, wave = wave_of(m, one[1], way)
        if a < 0:
            continue
        b, other = -1, -1
        if two[1] >= 0:
            for again in range(2):
                factor, second = wave_of(m, two[1], again)
                if factor >= 0 and m.node[second][KIND] != m.node[wave][KIND] and same_angle(m, wave, second):
                    b, other = factor, second
                    break
            if b < 0:
                continue
        k, slope = slope_of(m, (one[0], a, wave), (two[0], b, other))
        if slope >= 0 and not asked(m):
            note_rotation(m, node, (k, slope), (one[0], a, wave), (two[0], b, other))
            return


def derivative(m: Graph, a: int, wave: int) -> int:
    """Return the node of A * sin u for A * cos u, and the other way round, or -1."""
    at = 2 * m.node[wave][FIRST]
    put(m, 0, m.terms[at], m.terms[at + 1])
    other = find_function(m, SIN if m.node[wave][KIND] == COS else COS, 0, 1)
    if other < 0 or a == UNIT_NODE:
        return other
    if is_fixed(m, a) or (a < other and not is_fixed(m, other)):
        return find_pair(m, MUL, a, other)
    return find_pair(m, MUL, other, a)


def slope_of(m: Graph, one: tuple[int, int, int], two: tuple[int, int, int]) -> tuple[int, int]:
    """Return the derivative by the angle as coefficient and node, -1 if it is no node."""
    p = derivative(m, one[1], one[2])
    if p < 0:
        return 0, -1
    k = one[0] ^ 1 if m.node[one[2]][KIND] == COS else one[0]
    if two[1] < 0:
        return k, p
    q = derivative(m, two[1], two[2])
    if q < 0:
        return 0, -1
    other = two[0] ^ 1 if m.node[two[2]][KIND] == COS else two[0]
    put(m, 0, k, p)
    put(m, 1, other, q)
    node = find_sum(m, 0, 2, 0)
    if node < 0:
        return 0, -1
    return product(m, k if p < q else other, inverse(m, lead_of(m, node))), node  # type: ignore[arg-type]


def note_rotation(
    m: Graph, node: int, slope: tuple[int, int], one: tuple[int, int, int], two: tuple[int, int, int]
) -> None:
    """Note the angle, the slope, and the factors with their coefficients and functions."""
    at, turns = m.count[TURNS], m.turns
    if at + TURNED >= len(turns):
        room(m, IN_TURNS)
        return
    angle = 2 * m.node[one[2]][FIRST]
    turns[at], turns[at + 1] = m.terms[angle], m.terms[angle + 1]
    turns[at + 2], turns[at + 3], turns[at + 4] = slope[0], slope[1], 0
    for k, a, wave in (one, two):
        if a > UNIT_NODE:
            each = at + 5 + 3 * turns[at + 4]
            turns[each], turns[each + 1], turns[each + 2] = a, k, wave
            turns[at + 4] += 1
    m.node[node][ROTATION] = at + 1
    m.count[TURNS] = at + TURNED
