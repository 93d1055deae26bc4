"""The reverse sweep over a graph of sums and products: contributions wait unmade until a node has all of them.

Baur & Strassen 1983. Equal contributions merge, a common factor is taken out, and a coefficient is carried on while it
stays within a limit, or made where it would go to two operands.
"""

from __future__ import annotations

from circuit.ops import FIRST_GATE, ROWS
from compiler.scaled import size_of
from compiler.simplify.collect import PLAIN, Term, collect, plain_term, product_term, quotient_term
from compiler.simplify.forms import DIV, MUL, ONE, SUM, ZERO, Forms, Ref
from compiler.simplify.rotations import Rotation, rotations
from compiler.simplify.wire import Wire


class Adjoints:
    """One reverse sweep; `limit` is the largest coefficient (and 1/limit the smallest) that goes to two operands.

    factor: common factors are taken out. turn: of trigonometric pairs. shorten: quotients of quotients.
    """

    def __init__(
        self, forms: Forms, limit: int = 1, *, factor: bool = True, turn: bool = True, shorten: bool = True
    ) -> None:
        self.forms, self.limit, self.factor = forms, limit, factor
        self.forms.shorten = shorten
        self.turned = rotations(forms) if turn else {}
        self.limited = False  # whether a coefficient was beyond the limit
        self.arrived: dict[int, list[Term]] = {}

    def run(self, output: Ref, inputs: list[int]) -> list[Ref]:
        """Return the derivatives of the output by these nodes."""
        forms = self.forms
        forms.cancel = True
        k, top = output
        if forms.active[top]:
            self.arrived[top] = [(k, PLAIN, ONE, -1)]
        for node in range(len(forms) - 1, 0, -1):
            if forms.kind[node] >= FIRST_GATE:
                arrived = self.arrived.pop(node, None)
                if arrived is not None:
                    adjoint = collect(forms, arrived, factor=self.factor)
                    if adjoint[0]:
                        self._pull(node, adjoint)
        found = [self.arrived.get(node) for node in inputs]
        forms.cancel = False
        return [collect(forms, each, factor=self.factor) if each else ZERO for each in found]

    def _send(self, node: int, term: Term) -> None:
        if term[0]:
            self.arrived.setdefault(node, []).append(term)

    def _pull(self, node: int, adjoint: Ref) -> None:
        kind = self.forms.kind[node]
        if node in self.turned:
            self._pull_rotation(self.turned[node], adjoint)
        elif kind == SUM:
            self._pull_sum(node, adjoint)
        elif kind == MUL:
            self._pull_product(node, adjoint)
        elif kind == DIV:
            self._pull_quotient(node, adjoint)
        else:
            self._pull_function(node, adjoint)

    def _carried(self, adjoint: Ref) -> Ref:
        """Return an adjoint that goes to two operands: its coefficient is made unless it is within the limit."""
        k, node = adjoint
        size = size_of(k)
        if node == ONE or size == 1 or 1 <= size * self.limit <= self.limit * self.limit:
            return adjoint
        self.limited = True
        sign = -1 if k < 0 else 1
        return sign, self.forms.made(size, node)

    def _pull_rotation(self, rotation: Rotation, adjoint: Ref) -> None:
        forms = self.forms
        adjoint = self._carried(adjoint)
        (m, angle), (k, slope) = rotation.angle, rotation.slope
        if forms.active[angle]:
            self._send(angle, product_term(forms, forms.scaled(m, adjoint), (k, slope)))
        for each, (k, wave) in rotation.others:
            if forms.active[each]:
                self._send(each, product_term(forms, adjoint, (k, wave)))

    def _pull_sum(self, node: int, adjoint: Ref) -> None:
        forms = self.forms
        if node in forms.quadratic:
            k, each = forms.scaled(2, adjoint)
            twice = (-1 if k < 0 else 1, forms.made(size_of(k), each)) if each != ONE and size_of(k) != 1 else (k, each)
            for each, row in forms.quadratic[node]:
                if forms.active[each]:
                    self._send(each, product_term(forms, twice, row))
            return
        moving = [each for each in forms.terms[node] if forms.active[each[1]]]
        if len(moving) > 1:
            adjoint = self._carried(adjoint)
        for k, each in moving:
            self._send(each, plain_term(forms.scaled(k, adjoint)))

    def _pull_product(self, node: int, adjoint: Ref) -> None:
        forms = self.forms
        a, b = forms.first[node], forms.second[node]
        if a == b:
            self._send(a, product_term(forms, forms.scaled(2, adjoint), (1, a)))
            return
        if forms.active[a] and forms.active[b]:
            adjoint = self._carried(adjoint)
        for each, other in ((a, b), (b, a)):
            if forms.active[each]:
                exact = forms.number(other)
                factor: Ref = (1, other) if exact is None else (exact, ONE)
                self._send(each, product_term(forms, adjoint, factor))

    def _pull_quotient(self, node: int, adjoint: Ref) -> None:
        forms = self.forms
        a, b = forms.first[node], forms.second[node]
        if not forms.active[b]:
            self._send(a, quotient_term(forms, adjoint, (1, b)))
            return
        if forms.active[a]:
            adjoint = self._carried(adjoint)
        shared = forms.quotient(adjoint, (1, b))
        if forms.active[a]:
            self._send(a, plain_term(shared))
        self._send(b, product_term(forms, (-shared[0], shared[1]), (1, node)))

    def _pull_function(self, node: int, adjoint: Ref) -> None:
        forms = self.forms
        row = ROWS[forms.kind[node]]
        assert row is not None
        arguments = forms.terms[node]
        moving = {each for _, each in arguments if forms.active[each]}
        if len(moving) > 1:
            adjoint = self._carried(adjoint)
        wires = [Wire(forms, each) for each in arguments]
        parts = row.pull(Wire(forms, adjoint), Wire(forms, (1, node)), *wires)
        for (k, each), part in zip(arguments, parts, strict=True):
            if part is not None and forms.active[each]:
                self._send(each, plain_term(forms.scaled(k, part.ref)))
