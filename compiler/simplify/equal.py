"""Equal monomials are one node, however they were multiplied together; in sums their coefficients add up."""

from __future__ import annotations

from fractions import Fraction

from compiler.scaled import plain
from compiler.simplify.factors import constant_and_moving, rows_of
from compiler.simplify.forms import ONE, Forms, Ref
from compiler.simplify.rebuild import Rebuild


class Equal(Rebuild):
    """Build a graph anew with every monomial made as it was made first."""

    def __init__(self, old: Forms, outputs: list[Ref]) -> None:
        super().__init__(old, outputs, factor=False)
        self.rows = rows_of(old, outputs, self.uses)
        self.seen: dict[object, tuple[Fraction, int]] = {}

    def _pair(self, node: int, kind: int) -> None:
        row = self.rows[node]
        if node not in row:
            size, still, moving = constant_and_moving(self.old, row)
            if not still and not moving:
                self.refs[node] = (plain(size), ONE)
                return
            key = (still, tuple(sorted(moving.items())))
            first, same = self.seen.setdefault(key, (size, node))
            if same != node:
                self.refs[node] = self.forms.scaled(plain(size / first), self.refs[same])
                return
        super()._pair(node, kind)
