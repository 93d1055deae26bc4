"""Gates appended in bulk: what a function of single values appends for one entry, laid down for all entries at once.

A function of wires is called once, in a builder of its own, on a stand-in for each operand; the gates found there are
its template. Invariant: the tape is what calling the function entry by entry would leave, as long as every operand
that a stand-in stands for varies, or is a constant with which none of the template's gates folds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from circuit import builder as builders
from circuit.builder import Builder, endless
from circuit.condition import Condition, Node, condition
from circuit.loops import CODE_AT, LEFT_AT
from circuit.ops import CODE, CONSTANT
from circuit.wire import varying

Nodes = Any  # arrays of int64
Operand = tuple[int, int]  # where it is found, and at which place there
SLOT, ROW, FIXED = range(3)
ADD, SUB, MUL, NEG = (CODE[name] for name in ("add", "sub", "mul", "neg"))


@dataclass(frozen=True, slots=True)
class Template:
    """The gates of one entry: rows of a code and operands, and which operand is the result."""

    rows: tuple[tuple[int, tuple[Operand, ...]], ...]
    fixed: tuple[Any, ...]  # constants, and gates of them: a code and the places of its operands
    result: Operand
    compares: bool  # the result is a condition
    negated: tuple[int, ...]  # slots that are negated: a minus there and another one cancel

    @property
    def links(self) -> bool:
        """Whether the template is one gate of both its slots, which makes a chain when it reduces an array."""
        return len(self.rows) == 1 and self.result == (ROW, 0) and {(SLOT, 0), (SLOT, 1)} <= {*self.rows[0][1]}

    def placed(self, home: Builder) -> list[int]:
        """Return the nodes of what is fixed, made where they are not there yet."""
        nodes: list[int] = []
        for each in self.fixed:
            if isinstance(each, tuple):
                nodes.append(home.gate(each[0], *(nodes[place] for place in each[1])))
            else:
                nodes.append(home.constant(each))
        return nodes


@lru_cache(maxsize=512)
def template_of(function: Callable[..., Any], kinds: tuple[Any, ...]) -> Template:
    """Return the template of a function; kinds: Wire or Condition for a stand-in, or (type, value) of a plain number.

    Errors: whatever the function raises.
    """
    scratch = Builder()
    stand_ins = [scratch.input(str(place)) for place, kind in enumerate(kinds) if isinstance(kind, type)]
    rest = iter(stand_ins)
    result = function(*(_stand_in(kind, scratch, next(rest)) if isinstance(kind, type) else kind[1] for kind in kinds))
    found: dict[int, Operand] = {node: (SLOT, place) for place, node in enumerate(stand_ins)}
    rows: list[tuple[int, tuple[Operand, ...]]] = []
    fixed: list[Any] = []
    for node in range(len(stand_ins), len(scratch)):
        operands = [found[each] for each in scratch.operands(node)]
        code = scratch.code(node)
        if node in scratch.fixed:
            found[node] = FIXED, len(fixed)
            constant = code == CONSTANT
            fixed.append(scratch.constants[scratch.lhs(node)] if constant else (code, [at for _, at in operands]))
        else:
            found[node] = ROW, len(rows)
            rows.append((code, tuple(operands)))
    negated = {operands[0][1] for code, operands in rows if code == NEG and operands[0][0] == SLOT}
    return Template(
        tuple(rows), tuple(fixed), found[_node(result)], isinstance(result, Condition), tuple(sorted(negated))
    )


def _stand_in(kind: type, scratch: Builder, node: int) -> Any:
    return condition(scratch, node) if kind is Condition else varying(scratch, node)


def _node(result: Any) -> int:
    if not isinstance(result, Node):
        raise TypeError("a template ends in a traced value")
    return result.node


def room(home: Builder, count: int) -> int:
    """Return the first of so many nodes to come. Errors: ResourceLimit."""
    if len(home) + count > builders.MAX_NODES:
        raise endless()
    return len(home)


def _append(home: Builder, words: Nodes) -> None:
    home.extend(words.reshape(-1).view(np.uint8))


def gates(home: Builder, codes: Nodes, a: Nodes, b: Nodes) -> Nodes:
    """Append gates of two operands that do not fold, and return their nodes."""
    first = room(home, len(codes))
    _append(home, _words(codes, a, b))
    return first + np.arange(len(codes), dtype=np.int64)


def _words(code: Any, a: Any, b: Any = None) -> Nodes:
    words = np.left_shift(a, LEFT_AT) | np.left_shift(code, CODE_AT)
    if b is not None:
        words = words | np.add(b, 1)
    return words


def lay(home: Builder, template: Template, columns: Sequence[Nodes], count: int) -> Nodes:
    """Append the gates of so many entries, entry by entry, and return the node of each; columns: a slot's nodes."""
    fixed, length = template.placed(home), len(template.rows)
    first = room(home, count * length)
    base = first + length * np.arange(count, dtype=np.int64)

    def nodes(operand: Operand) -> Any:
        """Return the nodes that are this operand of a row, one a copy of the template, or one of all."""
        where, place = operand
        return columns[place] if where == SLOT else base + place if where == ROW else np.int64(fixed[place])

    words = np.empty((count, length), dtype=np.int64)
    for place, (code, operands) in enumerate(template.rows):
        words[:, place] = _words(code, *map(nodes, operands[:2]))
        if len(operands) > 2:
            _third(home, base + place, nodes(operands[2]))
    _append(home, words)
    return np.array(np.broadcast_to(nodes(template.result), (count,)))


def _third(home: Builder, gates: Nodes, operands: Any) -> None:
    every = np.broadcast_to(operands, gates.shape).ravel().tolist()
    home.third.update(zip(gates.ravel().tolist(), every, strict=True))


def chain(home: Builder, template: Template, cells: Nodes, by_step: bool) -> Nodes:
    """Append the chains that reduce each row of `cells` from left to right, and return every link's node, row by row.

    by_step: the first gates of all rows come first, then the second ones; else one row comes after the other.
    """
    fixed, (count, length) = template.placed(home), cells.shape
    first, links = room(home, count * (length - 1)), length - 1
    made = first + np.arange(count * links, dtype=np.int64)
    made = made.reshape(links, count).T if by_step else made.reshape(count, links)
    every = np.concatenate([cells[:, :1], made], axis=1)
    code, operands = template.rows[0]
    both = every[:, :-1], cells[:, 1:]
    values = [both[place] if where == SLOT else np.int64(fixed[place]) for where, place in operands]
    words = np.broadcast_to(_words(code, *values[:2]), made.shape)
    order = words.T if by_step else words
    if len(operands) > 2:
        _third(home, made, values[2])
    _append(home, np.ascontiguousarray(order))
    return every


def contract(home: Builder, a: Nodes, b: Nodes) -> Nodes:
    """Append the sums of products along the last axis, each product just before it is added; return the sums."""
    shape = np.broadcast_shapes(a.shape, b.shape)
    *cells, length = shape
    count, gates = int(np.prod(cells, dtype=np.int64)), 2 * length - 1
    first = room(home, count * gates)
    base = first + gates * np.arange(count, dtype=np.int64)
    words = np.empty((*cells, gates), dtype=np.int64)
    products = _words(MUL, a, b)
    words[..., 0], words[..., 1::2] = products[..., 0], products[..., 1:]
    # sum k reads the sum before it (the first: the first product), two gates back, and the product one gate back
    before = (base[:, None] + np.arange(0, gates - 1, 2)).reshape(*cells, length - 1)
    words[..., 2::2] = _words(ADD, before, before + 1)
    _append(home, words)
    return (base + (gates - 1)).reshape(cells)


def codes_of(home: Builder, nodes: Nodes) -> Nodes:
    """Return the code of each node."""
    home.settle()
    tape = np.frombuffer(home.tape, dtype=np.int64)
    codes: Nodes = tape[nodes] >> CODE_AT
    return codes


def one_by_one(home: Builder, function: Callable[..., Any], operands: Sequence[Any]) -> tuple[list[int], bool]:
    """Call a function entry by entry on lists of wires, conditions and plain numbers; return the nodes of its results.

    The second result says whether they are conditions.
    """
    results = [function(*each) for each in zip(*operands, strict=True)]
    return [_node(_lifted(home, each)) for each in results], any(isinstance(each, Condition) for each in results)


def _lifted(home: Builder, value: Any) -> Any:
    return value if isinstance(value, Node) else varying(home, -1).constant(value)
