"""A builder whose equal gates become one as they are born; it can begin with a copy of a circuit."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from circuit import fold
from circuit.builder import Builder, name
from circuit.circuit import Circuit
from circuit.ops import COMMUTES, CONSTANT, FIRST_GATE


class SharingBuilder(Builder):
    """A builder that shares equal gates as they are born."""

    __slots__ = ("shared",)

    def __init__(self) -> None:
        super().__init__()
        self.shared: dict[int, int] = {}  # node of each gate, by its key

    def made(self, code: int, a: int, b: int, c: int) -> int:
        """Return the node of a gate that does not fold, an equal one if there is one."""
        key = _key(code, a, b, c)
        node = self.shared.get(key)
        if node is None:
            node = self.shared[key] = super().made(code, a, b, c)
        return node

    def copy(self, circuit: Circuit) -> None:
        """Append every node of a circuit, gate for gate, without folding; only into an empty builder."""
        self.names.extend(circuit.inputs)
        self.given.append(range(len(circuit.inputs)))
        self.constants.extend(circuit.constants)
        varies = circuit.varies
        for node, code, operands in circuit.nodes():
            if code < FIRST_GATE:
                self._append(code, circuit.lhs[node])
                if code == CONSTANT:
                    self.fixed.add(node)
                    self.known.setdefault(name(circuit.value_of(node)), node)
                continue
            a, b, c = (*operands, -1, -1)[:3]
            self._append(code, a, b)
            if c >= 0:
                self.third[node] = c
            if not varies[node]:
                self.fixed.add(node)
                self.approximations[node] = fold.approximate(code, [self.approximation(each) for each in operands])
            self.shared.setdefault(_key(code, a, b, c), node)

    def _first_of_kind(self, third: array[int]) -> Sequence[int]:
        return range(len(self.tape))


def _key(code: int, a: int, b: int, c: int) -> int:
    """Return what is equal for equal gates."""
    if b < a and COMMUTES[code]:
        a, b = b, a
    return code | a << 8 | (b + 1) << 40 | (c + 1) << 72
