"""The arrays of a graph of sums, products, quotients and functions, as `compiler.simplify.forms` describes it.

A reference is a coefficient and a node; coefficients are integers, as in `compiler.loops.memory`, and so is the way in
which the loops ask for what they cannot do: a step that has asked has no effect but nodes that the same step finds
again. An array that is too short is asked for, too.
"""

from __future__ import annotations

from typing import NamedTuple

from circuit.native import record
from circuit.ops import CODE
from compiler.loops import memory as at
from compiler.loops.memory import ASKED, Array, ask, within

MUL, DIV, SUM, SUB, NEG, SELECT = (CODE[name] for name in ("mul", "div", "add", "sub", "neg", "select"))
UNIT_NODE = 0  # the node of the number 1
ROOM, VANISHED = 30, 31  # questions: a longer array; what the formula divides by cancels to a constant
GROWING = "node", "terms", "sums", "work", "cells", "quads", "turns"  # arrays that can be asked for
IN_NODES, IN_TERMS, IN_SUMS, IN_WORK, IN_CELLS, IN_QUADS, IN_TURNS = range(7)

# places in `count`
NODES, TERMS, CANCEL, STAMP, LIMITED = (
    0,
    1,
    2,
    3,
    4,
)  # nodes, terms; a/(a/b) is b; marks; a coefficient beyond the limit
CELLS, TOP = 5, 6  # terms on their way, and with those of the step under way
BUDGET, SPENT = 7, 8  # terms that may be multiplied out, and how many of them the step under way has
TURN, PLACE = 9, 10  # the node whose turn it is, the output or input
SLOT, KEY = 11, 12  # where the node belongs that was not found, and its key
SIGN, BASE = 13, 14  # of the list that was gathered last, and the node it goes on from
SINCE = 15  # the first node that the value does not depend on
QUADS, TURNS, MOST, HALF, TWO = 18, 19, 20, 21, 22  # entries; the limit of a coefficient; the coefficients 1/2 and 2
COUNTS = 24

FIXED, ACTIVE, EXACT = 1, 2, 4  # flags of a node; EXACT: a sum known by its coefficients, not by their ratios
PLAIN, TIMES, OVER = 0, 1, 2  # operations of a term: the node a, a*b, a/b
# a cell: a term, 1 + the next cell, and the node it goes to
CELL = 6
# parts of `work`, each of one width
K, OP, A, B = 0, 1, 2, 3  # terms
TOKENS, HEADS, TAILS, SIZES = 4, 6, 8, 10  # factors, twice as many as terms
PLACES, NEXT = 12, 14
TAKEN, CHAIN, OWNER = 16, 17, 18  # of a term: whether it is in a group, the next of it, and the group's factor
SLOTS = 19  # hash tables
PARTS = 27
# a turned node: angle and slope as references, how many others, then node, coefficient and wave of each
TURNED = 11


@record
class Graph(NamedTuple):
    """The arrays of one graph; `state` to `triples` are those of `compiler.loops`, of the gates it is lowered to."""

    state: Array
    sizes: Array
    keys: Array
    memo: Array
    registers: Array
    program: Array
    nodes: Array
    table: Array
    triples: Array
    count: Array
    node: Array  # what is known of each node, a row for each
    terms: Array  # coefficient and node
    index: Array  # nodes by what they are
    sums: Array  # references being added up: coefficients, nodes, coefficients by the first
    work: Array
    heap: Array
    cells: Array
    quads: Array  # x_i and r_i of quadratic forms
    turns: Array  # rotations


@record
class Old(NamedTuple):
    """A graph that is built anew: its arrays, which do not change, and what becomes of its nodes."""

    node: Array
    terms: Array
    made: Array


# in a row of `node`: kind; of a pair the operands, of sums and functions where their terms begin and how many they
# are; flags; with which sign something is divided by it; its key; 1 + where its quadratic form stands; marks; 1 + where
# its rotation stands; 1 + the first and 1 + the last cell of what goes to it
KIND, FIRST, SECOND, FLAGS, RIGID, HASH, QUAD, SPOT, MARK, ROTATION, HEAD, TAIL, NODE_PARTS = range(13)
TAKER = HEAD  # while a graph is built anew: 1 + the old product that is the first to take a quotient 1/d
SUM_K, SUM_NODE, SUM_RATIO, ROWS_OF_SUMS = range(4)
# in a row of `made`: how many operands read a node, the last that does; what it is in the new graph; whether its terms
# wait for its reader, their sign, first and last cell, how many; whether its quadratic form is made symmetric
USES, READER, REF_K, REF_NODE, IS_OPEN, OPEN_SIGN, FIRST_CELL, LAST_CELL, CELLS_OF, SQUARE, MADE_PARTS = range(11)


@within
def room(m: Graph, what: int) -> None:
    """Ask for a longer array."""
    ask(m, ROOM, what, 0, 0, 0)  # type: ignore[arg-type]


@within
def vanished(m: Graph) -> None:
    """Note that a divisor, or a function's argument, has become a constant."""
    ask(m, VANISHED, 0, 0, 0, 0)  # type: ignore[arg-type]


@within
def asked(m: Graph) -> bool:
    """Say whether something is asked."""
    return bool(m.state[ASKED] != 0)


@within
def row(code: int, what: int) -> int:
    """Return where an entry of a row of the table of gates stands in the state."""
    return at.ROWS + at.WIDTH * code + what
