"""The arrays that a sweep works on, and how it asks for what loops over integers cannot do.

The functions of this package are plain functions over flat arrays of integers: numba compiles them for large circuits,
and they run as they are on lists. What they cannot do themselves (make an array longer, compute with integers of more
than 62 bits, judge a new gate of constants) they ask for: `ask` notes a question, from then on nothing more is made,
and the step under way ends without effect. Python answers (`compiler.loops.answers`) and the step runs again; since
equal gates are shared, it finds what it had already made. What a step asks about coefficients is collected: it goes on
with `UNKNOWN` in place of each answer, so that a step of n entries runs again a few times, not n times.

A coefficient is an integer 2*place + sign: `place` is its size's place among the sizes, sign is 1 for a minus. Zero is
0, one is 2, minus one is 3.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from circuit.native import record
from circuit.native import within as within  # the loops of this package import it with the rest

Array = Any  # a NumPy array, or a list
# places in `state`: the question and its operands
ASKED, FIRST, SECOND, THIRD, FOURTH = 0, 1, 2, 3, 4
COUNT = 5  # nodes there are
ONE_NODE = 6  # the node of the constant 1
NAMED = 7  # the nodes of pi and e, or -1
SIZES = 9  # sizes of coefficients there are
SPILL = 10  # where in `table` the part begins that takes what found no place near by
SPILLED = 11  # gates in it
SLOT = 12  # where the gate belongs that was not found
TRIPLES = 13  # gates of three operands there are
SENT = 14  # cells of `sent` in use or given back
FREE = 15  # 1 + the first cell given back, or 0
MARK = 16  # nodes there were when the pull-back under way began, or -1
NODE = 17  # the node whose turn it is
PLACE = 18  # the input whose derivative is next
INPUTS, DERIVATIVES = 19, 20  # how many there are
OPERANDS = 21  # three operands of the gate whose turn it is
ROWS = 24  # the rows of the table of gates, by code
WIDTH = 8  # entries of a row
ARITY, COMMUTES, FLAT, BEGIN, END, PARTS = 0, 1, 2, 3, 4, 5  # in a row; PARTS: the register of each contribution, or -1

# questions
ROOM_NODES, ROOM_TABLE, ROOM_TRIPLES, ROOM_SENT, ROOM_SIZES, ROOM_WORK, GATE = range(1, 8)
LONG = 8  # about coefficients: the first of the unanswered ones of `memo`, and how many they are
PRODUCT, SUM, INVERSE, FOLD = range(9, 13)  # in `memo`

ZERO, ONE, MINUS = 0, 2, 3
UNKNOWN = 4  # the coefficient that is asked for
NODE_WIDTH = 3  # kind, two operands; the kind's 256 marks what depends on no input
KIND, FIXED = 255, 256
SIZE_WIDTH = 5  # numerator, denominator (0: too long for here; -1: of over 256 bits), nodes of +size and -size, unit
UNIT = 4  # in a size: it is 1/n, and n no power that prints as a short decimal: a gate divides by n
MEMO_WIDTH = 4  # question, two operands, answer; unanswered: -2 - (1 + the slot of the next, or 0)
CELL_WIDTH = 3  # coefficient, node, 1 + the next cell
LINE = 16  # slots of `table` that lie side by side in the processor's cache
WINDOW = 256  # lines among which the gates of one operand spread
LONGEST = 2**62  # of numerators and denominators
SAFE = 2.0**61  # of a product or a sum as a float, so that no integer passes 2**63


@record
class Memory(NamedTuple):
    """The arrays of one sweep."""

    state: Array
    nodes: Array
    table: Array  # the nodes of gates by what they are
    triples: Array  # second and third operands of gates that have three
    sizes: Array  # of coefficients
    keys: Array  # the places of sizes by what they are
    memo: Array  # answers
    sent: Array  # the contributions on their way, a ring for each node
    last: Array  # for each node of the circuit 1 + the last cell of its ring, or 0
    work: Array  # where a sum is sorted out
    program: Array  # the pull-backs
    registers: Array  # of a pull-back: coefficient and node
    active: Array  # 1 for each node that depends on a differentiated input
    outputs: Array  # the node of the value, and those of the derivatives


def ask(m: Memory, question: int, first: int, second: int, third: int, fourth: int) -> None:
    """Note a question, if there is none yet."""
    state = m.state
    if state[ASKED] == 0:
        state[ASKED] = question
        state[FIRST] = first
        state[SECOND] = second
        state[THIRD] = third
        state[FOURTH] = fourth
