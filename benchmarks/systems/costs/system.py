"""The table of operations and their costs: the documents' figures beside exact counts from emitted text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import click
import numpy as np

from benchmarks.systems.costs.count import ENTRIES, FEWEST, PLAIN, PRODUCTS, VALUE, Measured, measured, whole
from benchmarks.systems.costs.losses import of_losses
from benchmarks.systems.costs.operations import OPERATIONS
from benchmarks.systems.costs.parts import in_bytes, of_functions, of_network, without_circuit
from benchmarks.systems.output import System
from benchmarks.systems.section import Cell, Compared, Plot, Points, Section, Table
from circuit import trace

CLAIM = (
    "What each operation costs is a polynomial of its sizes, found from the gates of emitted programs and confirmed at "
    "more sizes than determine it; the documents' figures are these, up to what they round."
)
NOTES = (
    "Derivative: of one output the gradient by all inputs; of several outputs a vjp, that is the gradient of their sum "
    "weighted by inputs, where the weighted sum itself is not computed.",
    "Adds: gates of the whole program less those of its value part, by the plain sweep and by passes for fewer.",
    "Cached: registers of the value part that the derivative reads. A neuron of tanh keeps two, tanh and what goes "
    "into it, since 1/cosh^2 is exact where 1 - tanh^2 is not. Peak: the most registers alive at once, inputs apart. "
    "Inputs: with the weights of a vjp.",
)
WORKED = (784, 256, 32)  # sizes of the matrix product that is worked out
SYMMETRIC = "a Hessian is symmetric: of each pair of entries one is computed"
ALONE = "of one example the gradient by W is an outer product: mn products and nothing to sum. A batch has sums"
SHOWN = ("dot product", "softmax", "Hessian", "Hessian-vector product")


def measure(largest: int, classes: Sequence[int], layers: Sequence[int], batches: Sequence[int], real: bool) -> Section:
    """Count the operations of the cost tables: the documents' figures beside ours.

    largest: entries of the longest vectors. classes: of softmax and cross-entropy. layers, batches: of the network.
    real: trace the product of 784 x 256 and 256 x 32 numbers, 12.8 million gates, and count it.
    """
    every = [measured(operation, largest) for operation in OPERATIONS]
    losses, of_the_losses, curves = of_losses(classes)
    network, of_the_network, batched = of_network(layers, batches)
    others = [in_bytes(), of_functions(), without_circuit()]
    compared = [line for each in every for line in _figures(each)]
    compared += [*_worked(_named(every, "matrix-matrix"), real), *_backward(every)]
    compared += [*of_the_losses, *of_the_network, *(line for _, lines in others for line in lines)]
    return Section(
        "costs",
        "What operations cost",
        CLAIM,
        (_gates(every), _memory(every), losses, network, *(table for table, _ in others)),
        tuple(compared),
        (
            _growth(every),
            Plot("Softmax and cross-entropy", "C", "gates", curves),
            Plot(
                f"A network of {layers[-1]} layers",
                "batch",
                "value and gradient / value",
                {"counted": batched, "3 (theory)": [(each, 3.0) for each, _ in batched]},
            ),
        ),
        NOTES,
    )


def _named(every: Sequence[Measured], name: str) -> Measured:
    return next(each for each in every if each.operation.name == name)


def _figures(each: Measured) -> Iterator[Compared]:
    """Yield the documents' figures for one operation."""
    operation = each.operation
    name, because = f"{operation.name}, {operation.text}", operation.because
    if operation.value is not None:
        yield each.beside(name, operation.value, VALUE, operation.about, because)
    elif operation.defined is not None:
        found = each.beside(name, operation.defined, VALUE)
        yield replace(found, document=f"no figure; by hand {found.document}")
    if operation.more is not None:
        yield each.beside(f"{name}: gradient", operation.more, FEWEST, operation.about, because)
    if operation.products is not None:
        what = f"{name}: multiplications and divisions"
        yield each.beside(what, operation.products, PRODUCTS)
    if operation.entries is not None:
        what = f"{name}: entries"
        yield each.beside(what, operation.entries, ENTRIES, because=SYMMETRIC)
    if operation.kind == "hvp":
        law = each.law(whole)
        ours = f"{each.shown(whole)} with value and gradient"
        yield Compared(name, "O(n)", ours, law is not None, "" if law is not None else "no law of the first degree")


def _gates(every: Sequence[Measured]) -> Table:
    """Return the laws of all operations: value, and what the derivative adds."""
    names = "operation|formula|document|less ours|value|derivative|plain adds|fewest adds|confirmed at|certified"
    return Table("Gates, by the sizes of the operands", tuple(names.split("|")), tuple(map(_laws, every)))


def _laws(each: Measured) -> tuple[Cell, ...]:
    operation, counts = each.operation, each.counts
    return (
        operation.name,
        operation.text,
        *_rounded(each),
        each.shown(VALUE),
        operation.kind,
        each.shown(PLAIN),
        each.shown(FEWEST),
        ", ".join("x".join(map(str, sizes)) for sizes in counts),
        "yes" if all(count.accepted for count in counts.values()) else "no",
    )


def _rounded(each: Measured) -> tuple[str, str]:
    """Return the document's figure, and what it has more than ours."""
    operation = each.operation
    formula, number = (operation.value, VALUE) if operation.value is not None else (operation.more, FEWEST)
    law = each.law(number)
    if formula is None or law is None:
        return "", ""
    figure = each.figure(formula)
    return str(figure) if number is VALUE else f"{figure} (gradient)", str(figure.minus(law))


def _memory(every: Sequence[Measured]) -> Table:
    """Return what programs hold, as laws where there are some."""
    columns = ("operation", "inputs", "cached at the turn", "peak")
    rows = [
        (
            each.operation.name,
            each.shown(lambda count: count.memory.inputs),
            each.shown(lambda count: count.memory.cached),
            each.shown(lambda count: count.memory.peak),
        )
        for each in every
    ]
    return Table("Memory of the plain programs, in elements", columns, tuple(rows))


def _worked(product: Measured, real: bool) -> Iterator[Compared]:
    """Yield the product that is worked out, by the law of smaller ones; and traced, if it is wanted."""
    m, n, p = WORKED
    document, law = 2 * m * n * p - m * p, product.law(VALUE)
    ours = None if law is None else int(law.at(WORKED))
    what = f"{m} x {n} by {n} x {p}"
    yield Compared(f"{what}, by the law of small products", f"{document:,}", f"{ours:,}", ours == document)
    if real:
        traced = trace(lambda X, W: np.sum(X @ W), (m, n), (n, p)).gate_count - (m * p - 1)  # the sum's own additions
        yield Compared(f"{what}, traced gate by gate", f"{document:,}", f"{traced:,}", traced == document)


def _backward(every: Sequence[Measured]) -> Iterator[Compared]:
    """Yield forward F, backward 2F, together 3F, for a layer Y = XW of a batch and of one example."""
    for name, weights, because in (("matrix-matrix", "2*m*n*p", ""), ("matrix-vector", "2*m*n", ALONE)):
        layer = _named(every, name)
        value, more = layer.law(VALUE), layer.law(FEWEST)
        both = layer.law(whole)
        if value is None or more is None or both is None:
            raise ValueError(f"the gates of {name} follow no law")
        title = f"layer {layer.operation.text}"
        yield layer.beside(f"{title}: forward F = 2 x weights x batch", weights, VALUE, True)
        for what, times, law in (("backward", 2, more), ("together", 3, both)):
            agrees = law.leading == value.leading.times(times)
            document = f"{times}F, about {value.leading.times(times)}"
            yield Compared(f"{title}: {what}", document, str(law), agrees, "" if agrees else because)


def _growth(every: Sequence[Measured]) -> Plot:
    """Return the gates of value and derivative of some operations, by length."""
    curves: dict[str, Points] = {}
    for each in every:
        if each.operation.name in SHOWN:
            curves[f"{each.operation.name}, {each.operation.text}"] = [
                (float(size), float(count.value + count.fewest)) for (size,), count in each.counts.items()
            ]
    ends = sorted({x for points in curves.values() for x, _ in points})
    curves["n (theory)"] = [(x, x) for x in (ends[0], ends[-1])]
    return Plot("Value and derivative", "n", "gates", curves)


SYSTEM = System(
    "costs",
    measure,
    {"largest": 1000, "classes": (10, 30, 80), "layers": (1, 2, 4), "batches": (1, 4, 16), "real": True},
    {"largest": 20, "classes": (4, 6, 8), "layers": (1, 2), "batches": (1, 4), "real": False},
    (
        click.Option(["--largest"], type=click.IntRange(20), help="Entries of the longest vectors."),
        click.Option(
            ["--classes"], type=click.IntRange(4), multiple=True, help="Classes of the softmax; three or more."
        ),
        click.Option(["--layers"], type=click.IntRange(1), multiple=True, help="Layers of the network; two or more."),
        click.Option(["--batches"], type=click.IntRange(1), multiple=True, help="Examples in a batch."),
        click.Option(["--real/--no-real"], default=None, help="Trace the product of 12.8 million gates."),
    ),
)
