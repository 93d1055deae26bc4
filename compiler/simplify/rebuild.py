"""Build a graph anew: sums that are read once by a sum are flattened into it, and common factors are taken out.

A shared sum is never taken apart. The same pass reads the formula's circuit and tidies the gradient's graph.
"""

from __future__ import annotations

from functools import cached_property

from circuit.circuit import Circuit
from circuit.ops import CODE, CONSTANT, FIRST_GATE, INPUT
from compiler.scaled import Coefficient, plain, size_of
from compiler.simplify.collect import Term, collect, made, plain_term, product_term, quotient_term
from compiler.simplify.distribute import distributed
from compiler.simplify.forms import DIV, MUL, ONE, SUM, Forms, Ref, Vanished

SUB, NEG, LOG = CODE["sub"], CODE["neg"], CODE["log"]
WORK = 8  # terms that may be multiplied out for each node


def read(circuit: Circuit) -> tuple[Forms, list[Ref]]:
    """Return the graph of a circuit, gate for gate, and its outputs."""
    forms = Forms()
    refs: list[Ref] = []
    derivatives = len(circuit.differentiated)
    divisors = _divisors(circuit)
    for node, code, operands in circuit.nodes():
        args = [refs[each] for each in operands]
        if code == INPUT:
            ref: Ref = (1, forms.input(node < derivatives))
        elif code == CONSTANT:
            value = circuit.value_of(node)
            ref = (1, forms.constant(value)) if isinstance(value, str) else (plain(value), ONE)
        elif code == MUL:
            ref = forms.product(*args)
        elif code == DIV:
            ref = forms.quotient(*args)
        elif code == NEG:
            ref = (-args[0][0], args[0][1])
        elif code in (SUM, SUB):
            second = args[1] if code == SUM else (-args[1][0], args[1][1])
            ref = forms.total((args[0], second), rigid=bool(divisors[node]))
            if divisors[node] and forms.kind[ref[1]] == SUM:
                forms.rigid.setdefault(ref[1], -1 if ref[0] < 0 else 1)
        else:
            ref = (1, applied(forms, code, tuple(args), not circuit.varies[node]))
        refs.append(ref)
    return forms, [refs[each] for each in circuit.outputs]


def applied(forms: Forms, code: int, arguments: tuple[Ref, ...], fixed: bool) -> int:
    """Return the node of a function; raises Vanished where its arguments have become constants."""
    node = forms.function(code, arguments)
    if forms.fixed[node] and not fixed:
        raise Vanished("a function of a constant")
    return node


def _divisors(circuit: Circuit) -> bytearray:
    """Mark what something is divided by, its factors, and the operands of logarithms."""
    flags = bytearray(len(circuit))
    for node in range(len(circuit) - 1, -1, -1):
        code = circuit.op[node]
        if code in (DIV, LOG):
            flags[circuit.operands(node)[-1]] = 1
        if flags[node] and code >= FIRST_GATE:
            if code in (MUL, NEG):
                for each in circuit.operands(node):
                    flags[each] = 1
            elif code == DIV:
                flags[circuit.lhs[node]] = 1
    return flags


def uses_of(forms: Forms, outputs: list[Ref]) -> tuple[list[int], list[int]]:
    """Return for each node how many live operands read it, and the last live node that does (-1: an output)."""
    uses, reader = [0] * len(forms), [-1] * len(forms)
    for _, node in outputs:
        uses[node] += 1
    for node in range(len(forms) - 1, -1, -1):
        if uses[node]:
            for each in forms.operands(node):
                uses[each] += 1
                if reader[each] < 0:
                    reader[each] = node
    for _, node in outputs:
        reader[node] = -1
    return uses, reader


def reached(forms: Forms, output: int) -> bytearray:
    """Mark what a node depends on."""
    flags = bytearray(len(forms))
    flags[output] = 1
    for node in range(output, 0, -1):
        if flags[node]:
            for each in forms.operands(node):
                flags[each] = 1
    return flags


class Rebuild:
    """One run over a graph. `opened` holds the sums and products that are not made: they go into their reader."""

    def __init__(self, old: Forms, outputs: list[Ref], *, factor: bool = True, flatten: bool = True) -> None:
        self.old, self.outputs, self.factor, self.flatten = old, outputs, factor, flatten
        self.forms = Forms()
        self.refs: list[Ref] = [(0, ONE)] * len(old)
        self.opened: dict[int, tuple[int, list[Term]]] = {}
        self.uses, self.reader = uses_of(old, outputs)
        self.work = WORK * len(old)
        self.inverses: set[int] = set()

    def run(self) -> tuple[Forms, list[Ref]]:
        """Return the new graph and its outputs."""
        old, forms, refs = self.old, self.forms, self.refs
        refs[ONE] = (1, ONE)
        for node in range(1, len(old)):
            kind = old.kind[node]
            if kind == INPUT:
                refs[node] = (1, forms.input(bool(old.active[node])))
            elif self.uses[node]:
                if kind == CONSTANT:
                    refs[node] = (1, forms.constant(old.values[node]))
                elif kind == SUM:
                    self._sum(node)
                elif kind in (MUL, DIV):
                    self._pair(node, kind)
                else:
                    arguments = tuple(self._argument(k, each) for k, each in old.terms[node])
                    refs[node] = (1, applied(forms, kind, arguments, bool(old.fixed[node])))
        return forms, [self._argument(k, node) for k, node in self.outputs]

    def _argument(self, k: Coefficient, node: int) -> Ref:
        return self.forms.scaled(k, self.refs[node])

    def _open(self, node: int) -> bool:
        reader = self.reader[node]
        return self.uses[node] == 1 and reader >= 0 and self.old.kind[reader] == SUM and node not in self.old.rigid

    def _pair(self, node: int, kind: int) -> None:
        p, q = self.refs[self.old.first[node]], self.refs[self.old.second[node]]
        terms = self._distributed(node) if kind == MUL else []
        if terms:
            if self.flatten and self._open(node):
                self.opened[node] = (1, terms)
            else:
                self.refs[node] = collect(self.forms, terms, factor=self.factor)
        elif self.factor and self._open(node) and self.reader[node] not in self.old.rigid:
            term = product_term(self.forms, p, q) if kind == MUL else quotient_term(self.forms, p, q)
            self.opened[node] = (1, [term])
        else:
            self.refs[node] = self.forms.product(p, q) if kind == MUL else self.forms.quotient(p, q)

    def _distributed(self, node: int) -> list[Term]:
        """Return the terms of v * (a + c/v) if it is none of the value and nothing else reads the sum."""
        old = self.old
        for v, each in ((old.first[node], old.second[node]), (old.second[node], old.first[node])):
            if old.kind[each] == SUM and self.uses[each] == 1 and each not in old.rigid and not self.value[node]:
                terms = distributed(self.forms, self.refs[v], self.refs[each], self.inverses)
                if terms:
                    return terms
        return []

    @cached_property
    def value(self) -> bytearray:
        """Mark what the value depends on."""
        return reached(self.old, self.outputs[0][1])

    def _sum(self, node: int) -> None:
        sign, terms = self._gathered(node)
        rigid = self.old.rigid.get(node, 0)
        if self.flatten and self._open(node):
            self.opened[node] = (sign, terms)
            return
        if rigid and sign < 0:
            terms = [(-k, op, a, b) for k, op, a, b in terms]
        k, new = collect(self.forms, terms, factor=self.factor, rigid=bool(rigid))
        self.refs[node] = (k if rigid else sign * k, new)
        if rigid and self.forms.kind[new] == SUM:
            self.forms.rigid.setdefault(new, -rigid if k < 0 else rigid)

    def _gathered(self, node: int) -> tuple[int, list[Term]]:
        """Return sign and terms of a sum: the largest that goes into it is extended, the others are copied."""
        operands = self.old.terms[node]
        base, most = -1, 0
        for k, each in operands:
            if each in self.opened and size_of(k) == 1 and len(self.opened[each][1]) > most:
                base, most = each, len(self.opened[each][1])
        sign = 1
        terms: list[Term] = []
        if base >= 0:
            sign, terms = self.opened.pop(base)
            sign = sign * next(int(k) for k, each in operands if each == base)
        for k, each in operands:
            if each != base:
                self._absorb(terms, plain(k * sign), each)
        return sign, terms

    def _absorb(self, terms: list[Term], k: Coefficient, each: int) -> None:
        forms = self.forms
        found = self.opened.pop(each, None)
        if found is None:
            terms.append(plain_term(forms.scaled(k, self.refs[each])))
            return
        sign, parts = found
        self.work -= len(parts)
        if self.work < 0 and len(parts) > 1:
            terms.append(plain_term(forms.scaled(sign * k, collect(forms, parts, factor=self.factor))))
            return
        for part in parts:
            m, node = forms.scaled(sign * k, (part[0], part[2]))
            terms.append((m, *part[1:]) if node == part[2] else plain_term(self._whole(part, sign * k)))

    def _whole(self, part: Term, k: Coefficient) -> Ref:
        return self.forms.scaled(k, made(self.forms, part))


def rebuilt(forms: Forms, outputs: list[Ref], *, factor: bool = True, flatten: bool = True) -> tuple[Forms, list[Ref]]:
    """Return a graph and its outputs, flattened and factored; see `Rebuild`."""
    return Rebuild(forms, outputs, factor=factor, flatten=flatten).run()
