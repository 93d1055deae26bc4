"""The gradient of fewest gates: the passes with a few settings, and the plain sweep; the best is kept."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import suppress
from itertools import chain

from circuit.circuit import Circuit
from circuit.errors import CircuitError
from circuit.jit import compiles
from circuit.ops import INPUT, ROWS
from compiler.simplify.adjoint import Adjoints
from compiler.simplify.equal import Equal
from compiler.simplify.forms import Forms, Ref, Vanished
from compiler.simplify.gather import Gather
from compiler.simplify.lower import Lowering
from compiler.simplify.monomials import Monomials
from compiler.simplify.price import admissible
from compiler.simplify.quotients import DIV, divided
from compiler.simplify.rebuild import read, rebuilt
from compiler.simplify.sums import Sums
from compiler.simplify.symmetric import Symmetric, symmetric_sums
from compiler.simplify.votes import voted
from compiler.sweep import Gradient, differentiate

LIMITS = (1, 1 << 19, 1 << 99)  # of a coefficient that is carried on to two operands
TINY, SMALL = 150, 2_500  # nodes of graphs that are tidied up
EFFORT = 900  # nodes times orders of pairs that are tried
VOTES = "alone", "shared", ""  # who may take a sign
Order = tuple[int, int, bool]
ORDERS: list[Order] = [
    (order, relation, based) for based in (False, True) for order in (1, -1, 4801, 7919) for relation in (1, -1)
]
FACTORS = 12  # of a monomial whose pairs are looked for
NEAR = 4  # gates that cancelled quotients are hoped to save


def fewest(circuit: Circuit, plain: Gradient | None = None) -> Gradient:
    """Return the gradient of fewest gates: what `differentiate` makes (`plain`, if it is there) if nothing has fewer.

    Errors: those of `differentiate`.
    """
    return improving(circuit, differentiate(circuit) if plain is None else plain)[-1]


def improving(circuit: Circuit, plain: Gradient) -> list[Gradient]:
    """Return the plain sweep and the gradients found after it, each of fewer gates than those before."""
    best = [plain]
    source = circuit.gate_count
    candidates = _candidates if len(circuit) <= SMALL else _by_loops
    with suppress(Vanished):  # the formula stays as it is written
        for found in chain((plain.circuit,), candidates(circuit)):
            for each in (found, *_cancelled(found, best[-1].circuit.gate_count)):
                if each.gate_count < best[-1].circuit.gate_count and admissible(each, source):
                    best.append(Gradient(each, {}))
    return best


def _cancelled(found: Circuit, fewest: int) -> Iterator[Circuit]:
    """Yield a small gradient with its quotients cancelled, if it has any and that could make it the best."""
    if len(found) <= SMALL and found.gate_count < fewest + NEAR and DIV in found.op.tobytes():
        yield divided(found)


def _by_loops(circuit: Circuit) -> Iterator[Circuit]:
    """Yield the gradients of a large circuit, by loops over arrays: one for each limit of coefficients."""
    from compiler.simplify.flat.passes import gradients

    return gradients(circuit, ROWS, LIMITS[:2], quick=compiles(len(circuit)))


def _candidates(circuit: Circuit) -> Iterator[Circuit]:
    """Yield the gradients of all settings."""
    if (yield from _found(circuit, shorten=False)):
        yield from _found(circuit, shorten=True)


def _found(circuit: Circuit, *, shorten: bool) -> Generator[Circuit, None, bool]:
    """Yield the gradients of settings of the sweep; the graph of fewest gates is tidied up.

    shorten: quotients of quotients. Return whether there are any.
    """
    best: tuple[int, Forms, list[Ref]] | None = None
    shortens = False
    for forms, refs, shorter in _swept(circuit, shorten):
        gates, shortens = 1 << 62, shortens or shorter
        for found in _lowered(circuit, forms, refs, VOTES[:1]):
            gates = found.gate_count
            yield found
        if len(forms) <= TINY:
            yield from _lowered(circuit, forms, refs, VOTES[1:])
        if best is None or gates < best[0]:
            best = gates, forms, refs
    assert best is not None
    size = len(best[1])
    orders = ORDERS[: max(1, EFFORT // size)]
    for forms, refs in _tidied(*best[1:], orders, FACTORS):
        for found in _lowered(circuit, forms, refs, VOTES if size <= TINY else VOTES[:1]):
            yield found
            if found.gate_count < best[0]:
                best = found.gate_count, forms, refs
    if size > TINY:
        yield from _lowered(circuit, *best[1:], VOTES[1:])
    return shortens


def _tidied(forms: Forms, refs: list[Ref], orders: list[Order], factors: int) -> Iterator[tuple[Forms, list[Ref]]]:
    """Yield a graph with its equal monomials merged, and with their common pairs made once, in several orders."""
    forms, refs = Gather(*Equal(forms, refs).run()).run()
    forms, refs = Gather(*rebuilt(forms, refs)).run()
    forms, refs = Equal(forms, refs).run()
    yield forms, refs
    sums = Sums(forms, refs)
    if sums.shared.taken:
        forms, refs = sums.run()
        yield forms, refs
    for order, relation, based in orders:
        tidied = Monomials(forms, refs, order, relation, factors, based).run()
        yield tidied
        yield Gather(*tidied).run()


def _swept(circuit: Circuit, shorten: bool) -> Iterator[tuple[Forms, list[Ref], bool]]:
    """Yield the graphs of value and gradient, for all settings of the sweep; whether it has quotients to shorten."""
    read_in, outputs = read(circuit)
    for factor in (True, False):
        for forms, refs in _shapes(*rebuilt(read_in, outputs, factor=factor)):
            inputs = [node for node, kind in enumerate(forms.kind) if kind == INPUT][: len(circuit.differentiated)]
            for turn in (True, False):
                for limit in LIMITS:
                    whole = forms.copy()
                    sweep = Adjoints(whole, limit, factor=factor, turn=turn, shorten=shorten)
                    found = rebuilt(whole, [*refs, *sweep.run(refs[0], inputs)], factor=factor)
                    yield *found, whole.shortens
                    if not sweep.limited:  # a larger limit changes nothing
                        break
                if not sweep.turned:
                    break


def _shapes(forms: Forms, refs: list[Ref]) -> Iterator[tuple[Forms, list[Ref]]]:
    """Yield the value as it is, and with its quadratic forms symmetric."""
    yield forms, refs
    matrices = symmetric_sums(forms, refs)
    if matrices:
        yield Symmetric(forms, refs, matrices).run()


def _lowered(circuit: Circuit, forms: Forms, refs: list[Ref], votes: tuple[str, ...]) -> Iterator[Circuit]:
    """Yield the circuit of a graph, unless two settings make a constant that the formula does not and no float is."""
    for vote in votes:
        wishes = voted(forms, refs, alone=vote == "alone") if vote else [0] * len(forms)
        with suppress(CircuitError):
            yield Lowering(forms, refs, circuit.inputs, wishes).run(len(circuit.parameters))
