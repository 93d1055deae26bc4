"""The arrays of one sweep as they are made and grow: NumPy arrays for compiled functions, or lists."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

import numpy as np

from circuit.native import compiled
from circuit.ops import ARITY
from compiler.loops import circuits, coefficients
from compiler.loops import memory as at
from compiler.loops.memory import Array, Memory
from compiler.loops.pulls import REGISTERS
from compiler.loops.sums import PARTS_OF_WORK

ROOM = 4.0  # nodes for which there is room at first, by the circuit's own
TERMS = 64  # of a sum, for which there is room at first


class Arrays:
    """The arrays of one sweep. quick: NumPy arrays, and the functions compiled; else lists.

    constants: sizes of coefficients for which there is room at first.
    """

    def __init__(self, quick: bool, constants: int = 0) -> None:
        self.quick = quick
        room = constants + 64
        nothing = self.zeros(1)
        self.memory = Memory(*[nothing] * len(Memory._fields))
        self.put(
            state=self._small("q", at.ROWS + at.WIDTH * len(ARITY)),
            sizes=self._small("q", at.SIZE_WIDTH * room),
            keys=self._small("i", 1 << (2 * room).bit_length()),
            memo=self.zeros(at.MEMO_WIDTH << room.bit_length(), np.int64),
            work=self.zeros(PARTS_OF_WORK * TERMS),
            registers=self.zeros(2 * REGISTERS, np.int64),
        )
        state = self.memory.state
        state[at.SIZES], state[at.MARK], state[at.NAMED], state[at.NAMED + 1] = 1, -1, -1, -1
        self.memory.sizes[1], self.memory.sizes[2] = 1, -1  # the size 0
        coefficients.place_of(self.memory, 1, 1)

    def _small(self, kind: str, count: int) -> Array:
        """Return zeros that Python reads and writes one by one until `prepare`: NumPy takes long over that."""
        return array(kind, [0]) * count if self.quick else [0] * count

    def zeros(self, count: int, kind: Any = np.int32) -> Array:
        """Return an array of zeros."""
        return np.zeros(count, kind) if self.quick else [0] * count

    def array(self, numbers: list[int], kind: Any = np.int32) -> Array:
        """Return an array of these numbers."""
        return np.array(numbers, kind) if self.quick else numbers

    def put(self, **fields: Array) -> None:
        """Set some of the arrays."""
        self.memory = self.memory._replace(**fields)

    def prepare(self, size: int, inputs: int, derivatives: int, table: list[int], pulls: list[int]) -> None:
        """Make room for the sweep over a circuit of so many nodes."""
        # what is not touched costs nothing, but in a list
        nodes = size + 256 + int((ROOM if self.quick else ROOM / 4) * size)
        state, sizes, keys = self.memory.state, self.memory.sizes, self.memory.keys
        state[at.ROWS : at.ROWS + len(table)] = array("q", table) if self.quick else table
        state[at.INPUTS], state[at.DERIVATIVES], state[at.NODE] = inputs, derivatives, size - 1
        if self.quick:
            state, sizes, keys = (np.frombuffer(each, each.typecode) for each in (state, sizes, keys))
        self.put(
            state=state,
            sizes=sizes,
            keys=keys,
            nodes=self.zeros(at.NODE_WIDTH * nodes),
            triples=self.zeros(64),
            sent=self.zeros(at.CELL_WIDTH * int(ROOM / 4 * size + 16)),
            last=self.zeros(size),
            program=self.array(pulls or [0]),
            active=self.zeros(size, np.uint8),
            outputs=self.zeros(1 + derivatives),
        )

    def operands_of_three(self, operands: list[int]) -> None:
        """Set the second and third operands of the circuit's gates of three, in the order of the gates."""
        self.put(triples=self.array(operands + [0] * (len(operands) + 64)))

    def release(self, *names: str) -> None:
        """Let go of arrays that are not needed any more."""
        self.put(**dict.fromkeys(names, self.zeros(1)))

    def call(self, function: Callable[..., Any], *rest: Array) -> Any:
        """Call a function of this package over the arrays."""
        return (compiled(function) if self.quick else function)(self.memory, *rest)

    def lengthen(self, name: str) -> None:
        """Double an array; what is new in it is not set."""
        old = getattr(self.memory, name)
        if self.quick:
            new = np.empty(2 * len(old), old.dtype)
            new[: len(old)] = old
            self.put(**{name: new})
        else:
            old.extend([0] * len(old))

    def enter(self, more: int = 1) -> None:
        """Enter every gate into a new table, whose last part is longer, if it must be."""
        state = self.memory.state
        nodes = len(self.memory.nodes) // at.NODE_WIDTH
        near = at.LINE * (nodes // 8 + 1 + at.WINDOW)
        spill = 1 << (nodes // 10 + 64).bit_length()
        if state[at.SPILL]:
            spill = max(spill, more * (len(self.memory.table) - int(state[at.SPILL])))
        self.put(table=self.zeros(1))  # nothing else may hold the old one, or both are there at once
        while True:
            state[at.SPILL] = near
            self.put(table=self.zeros(near + spill))
            self.call(circuits.enter_all)
            if not state[at.ASKED]:
                return
            state[at.ASKED] = 0
            spill *= 2

    def more_sizes(self) -> None:
        """Make room for twice as many sizes of coefficients."""
        self.lengthen("sizes")
        self.put(keys=self.zeros(2 * len(self.memory.keys)))
        self.call(coefficients.key_all)
