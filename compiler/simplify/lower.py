"""Lower a graph of sums and products to gates: signs are carried, each |coefficient| of a sum is one multiplication.

A register holds its node or minus it. Where a sum is wanted with a sign and has terms of both, it is added up so.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from circuit.builder import Builder
from circuit.circuit import Circuit
from circuit.fold import fits
from circuit.ops import CODE, CONSTANT, INPUT
from compiler.scaled import Coefficient, _is_decimal, size_of
from compiler.simplify.forms import DIV, MUL, ONE, SUM, Forms, Ref
from compiler.simplify.rebuild import uses_of

ADD, SUB, NEG = CODE["add"], CODE["sub"], CODE["neg"]
Part = tuple[int, int]  # sign and register


class Lowering:
    """One lowering of a graph; `wishes` holds the sign wished for each node's register, 0 where none is."""

    def __init__(self, forms: Forms, outputs: Sequence[Ref], names: Sequence[str], wishes: Sequence[int]) -> None:
        self.forms, self.outputs, self.names, self.wishes = forms, list(outputs), names, wishes
        self.builder = Builder()
        self.register = [-1] * len(forms)
        self.sign = [1] * len(forms)
        self.inverses: dict[int, tuple[Coefficient, int]] = {}  # of each divisor the first number divided by it
        self.uses, _ = uses_of(forms, self.outputs)
        self.uses[ONE] = 0
        self.wanted = wanted(forms, self.uses)

    def run(self, parameters: int) -> Circuit:
        """Return the circuit of the outputs; the last inputs are parameters."""
        forms, builder = self.forms, self.builder
        names = iter(self.names)
        inputs = []
        for node, kind in enumerate(forms.kind):
            if kind == INPUT:
                self.register[node] = builder.input(next(names))
                inputs.append(self.register[node])
            elif self.uses[node] and node != ONE:
                self._lower(node, kind)
        count = len(inputs) - parameters
        return builder.build([self.made(k, node) for k, node in self.outputs], inputs[:count], inputs[count:])

    def _lower(self, node: int, kind: int) -> None:
        forms, builder = self.forms, self.builder
        if kind == CONSTANT:
            self.register[node] = builder.constant(forms.values[node])
        elif kind == SUM:
            self.sign[node], self.register[node] = self._sum(node)
        elif kind in (MUL, DIV):
            self._pair(node, kind)
        else:
            self.register[node] = builder.gate(kind, *(self.made(k, each) for k, each in forms.terms[node]))

    def _pair(self, node: int, kind: int) -> None:
        forms, sign, wish = self.forms, self.sign, self.wishes[node]
        a, b = forms.first[node], forms.second[node]
        number = forms.number(a)
        if number is None:
            register, sign[node] = self.at(a), sign[a] * sign[b]
            if forms.fixed[a] and wish == -sign[node]:
                register, sign[node] = self.builder.gate(NEG, register), wish
            self.register[node] = self.builder.gate(kind, register, self.at(b))
            return
        sign[node] = wish or (-1 if number < 0 else 1) * sign[b]
        if kind == MUL and forms.kind[b] == DIV and forms.first[b] == ONE:
            self.register[node] = self._over(number * sign[node], forms.second[b])
        elif kind == MUL:
            self.register[node] = self.times(number * sign[node] * sign[b], self.at(b))

    def at(self, node: int) -> int:
        """Return the register of a node; a quotient of a number is made when it is first asked for."""
        if self.register[node] < 0:
            number = self.forms.number(self.forms.first[node])
            assert number is not None
            self.register[node] = self._over(number * self.sign[node], self.forms.second[node])
        return self.register[node]

    def _over(self, number: Coefficient, node: int) -> int:
        """Return the register of a number divided by a node: a multiple of another such quotient, if there is one."""
        builder = self.builder
        number = number * self.sign[node]
        first, register = self.inverses.get(node, (0, -1))
        if not first:
            register = builder.gate(DIV, builder.constant(number), self.at(node))
            self.inverses[node] = number, register
            return register
        ratio = Fraction(number) / first
        return register if ratio == 1 else builder.gate(NEG, register) if ratio == -1 else self.times(ratio, register)

    def times(self, k: Coefficient, register: int) -> int:
        """Return the register of k times a register; a unit fraction becomes a division by its denominator."""
        builder, exact = self.builder, Fraction(k)
        if abs(exact.numerator) == 1 and not _is_decimal(exact.denominator):
            return builder.gate(DIV, register, builder.constant(exact.denominator * exact.numerator))
        return builder.gate(MUL, builder.constant(exact), register)

    def made(self, k: Coefficient, node: int) -> int:
        """Return the register of k times a node."""
        builder, forms = self.builder, self.forms
        if node == ONE:
            return builder.constant(k)
        a, b = forms.first[node], forms.second[node]
        number = forms.number(a) if a >= 0 else None
        if number is not None and forms.kind[node] == DIV and fits(number * k):
            return self._over(number * k, b)
        k = k * self.sign[node]
        if k == 1:
            return self.at(node)
        if number is not None and fits(number * k):
            return self.made(number * k * self.sign[node], b)
        if k == -1:
            return builder.gate(NEG, self.at(node))
        if a > ONE and forms.fixed[a] and number is None:
            k = k * self.sign[node] * self.sign[a] * self.sign[b]  # the node may hold -a, as was wished
            factor = self.times(k, self.at(a)) if forms.kind[node] == MUL else self.made(k * self.sign[a], a)
            return builder.gate(forms.kind[node], factor, self.at(b))
        return self.times(k, self.at(node))

    def _absorbs(self, node: int) -> bool:
        """Say whether a coefficient of a node costs nothing: it joins a constant that nothing else multiplies so."""
        a = self.forms.first[node]
        return a >= 0 and bool(self.forms.fixed[a]) and self.uses[node] == 1

    def _sum(self, node: int) -> Part:
        forms, sign = self.forms, self.sign
        groups: dict[Coefficient, list[Part]] = {}
        members: dict[Coefficient, list[int]] = {}
        constant: Coefficient = 0
        parts: list[Part] = []
        for k, each in forms.terms[node]:
            if each == ONE:
                constant = k
                continue
            size = size_of(k)
            if size != 1 and self._absorbs(each):
                parts.append((-1 if k < 0 else 1, self.made(size, each)))
                continue
            groups.setdefault(size, []).append(((-1 if k < 0 else 1) * sign[each], self.at(each)))
            members.setdefault(size, []).append(each)
        apart = node in forms.rigid and len(groups) == 1 and not constant
        for size, group in groups.items():
            if size == 1:
                parts += group
            elif len(group) == 1 or apart or self._there(size, members[size]):
                parts += [(s * sign[n], self.made(size, n)) for (s, _), n in zip(group, members[size], strict=True)]
            else:
                inner, register = self._added(group, 0, 0)
                parts.append((inner, self.times(size, register)))
        rigid = forms.rigid.get(node, 0)
        if rigid and not constant and all(s * rigid < 0 for s, _ in parts):
            (_, register), *parts = parts  # the formula has minus a sum: so has its divisor
            parts.append((rigid, self.builder.gate(NEG, register)))
        return self._added(parts, constant, rigid or self.wishes[node])

    def _there(self, size: Coefficient, nodes: list[int]) -> bool:
        """Say whether size * node is made anyway for each of these nodes."""
        known, uses = self.forms.known, self.uses
        constant = known.get(Fraction(size), -1)
        return all((size, n) in self.wanted or uses[known.get((MUL, constant, n), ONE)] > 0 for n in nodes)

    def _added(self, parts: list[Part], constant: Coefficient, wish: int) -> Part:
        """Return sign and register of a sum: the positive parts first, the others subtracted."""
        builder = self.builder
        if wish < 0:
            parts, constant = [(-s, register) for s, register in parts], -constant
        sign = -1 if wish < 0 else 1
        positive = [register for s, register in parts if s > 0]
        negative = [register for s, register in parts if s < 0]
        if not positive and (constant > 0 or (constant < 0 and wish)):
            total = builder.constant(constant)
            constant = 0
        elif positive:
            total, *positive = positive
        else:
            (total, *positive), negative, sign, constant = negative, [], -sign, -constant
        for register in positive:
            total = builder.gate(ADD, total, register)
        for register in negative:
            total = builder.gate(SUB, total, register)
        return sign, builder.gate(ADD, total, builder.constant(constant)) if constant else total


def wanted(forms: Forms, uses: Sequence[int]) -> set[Ref]:
    """Return which multiples of nodes are made by themselves: the only ones of their size in a sum."""
    found: set[Ref] = set()
    for node, kind in enumerate(forms.kind):
        if kind == SUM and uses[node]:
            once: dict[Coefficient, int] = {}
            for k, each in forms.terms[node]:
                if each != ONE:
                    once[size_of(k)] = -1 if size_of(k) in once else each
            found.update((size, each) for size, each in once.items() if each >= 0 and size != 1)
    return found
