"""What cost tables hold beside operations: bytes, derivatives of functions, a network, what no circuit computes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod, tanh
from typing import Any

import numpy as np

from benchmarks.systems.costs.live import memory_of
from benchmarks.systems.section import Compared, Table
from circuit import CircuitError, trace
from compiler import compile_gradient

WIDTHS = {"float64": 8, "float32": 4, "float16": 2, "int8": 1}  # the documents' bytes of a number
BATCH, PARAMETERS = (32, 3, 224, 224), 10**6
FUNCTIONS = (  # the documents' gates for the derivative, the value being known, and why ours differ
    ("x^2", 1, ""),
    ("exp(x)", 1, "the value is the derivative: nothing is left to compute"),
    ("log(x)", 1, ""),
    ("sigmoid(x)", 2, ""),
    (
        "tanh(x)",
        2,
        "1 - t*t is two gates, but at x = 15 it is off by {0:.1e} of itself; 1/cosh(x)^2 is three gates, and right",
    ),
    ("relu(x)", 1, "the comparison is one gate; a comparison is no number, and to choose 1 or 0 by it is another"),
)
NO_CIRCUIT: tuple[tuple[str, Callable[[Any], Any], str], ...] = (
    (
        "eigenvalues",
        lambda a: np.sum(np.linalg.eigvals(a)),
        "roots of a polynomial: from degree 5 on no finite formula of + - * / and roots gives them (Abel, Ruffini)",
    ),
    (
        "singular value decomposition",
        lambda a: np.sum(np.linalg.svd(a)[1]),
        "square roots of the eigenvalues of A^T A, and vectors that are not determined where two values meet",
    ),
)
WIDTH = 8  # of each layer of the network


def in_bytes() -> tuple[Table, list[Compared]]:
    """Return the bytes of a batch of images and of a Hessian, by type of number."""
    sizes = {name: np.dtype(name).itemsize for name in WIDTHS}
    batch, hessian = prod(BATCH), PARAMETERS**2
    rows = [
        (name, size, batch * size, hessian * size, (hessian + PARAMETERS) // 2 * size) for name, size in sizes.items()
    ]
    columns = ("type", "bytes a number", "32 x 3 x 224 x 224 batch", "Hessian of 10^6 parameters", "its lower triangle")
    found = [
        *(_equal(f"bytes of a number, {name}", WIDTHS[name], size) for name, size in sizes.items()),
        _equal("batch of 32 x 3 x 224 x 224, float32: bytes", 19_267_584, batch * sizes["float32"]),
        _equal("Hessian of 10^6 parameters, float32: bytes (4 TB)", 4 * 10**12, hessian * sizes["float32"]),
    ]
    return Table("Bytes", columns, tuple(rows)), found


def of_functions() -> tuple[Table, list[Compared]]:
    """Return what the derivative of a function costs once its value is known."""
    rows, found = [], []
    lost = abs((1 - tanh(15.0) ** 2) / (1 / np.cosh(15.0) ** 2) - 1)
    for text, document, because in FUNCTIONS:
        alone = compile_gradient(text)
        within = compile_gradient(f"w*({text})", ["x"], ["w"])
        more = alone.total_gates - alone.value_gates
        accepted = alone.certificate.accepted and within.certificate.accepted
        rows.append((text, document, more, within.total_gates - within.value_gates, "yes" if accepted else "no"))
        same = more == document
        found.append(
            Compared(f"derivative of {text}", str(document), str(more), same, "" if same else because.format(lost))
        )
    columns = ("function", "document", "ours: h'(x)", "ours: w*h'(x), beyond w*h(x)", "certified")
    return Table("Derivatives, the value being known: gates", columns, tuple(rows)), found


def without_circuit() -> tuple[Table, list[Compared]]:
    """Return what no straight-line program computes: each is refused when it is traced."""
    rows, found = [], []
    for name, function, why in NO_CIRCUIT:
        try:
            trace(function, (3, 3))
            answer = "traced"
        except CircuitError as error:
            answer = str(error).split("\n")[0].partition(": ")[2]
        rows.append((name, why, answer))
        found.append(
            Compared(name, "no circuit computes it", "refused" if answer != "traced" else answer, answer != "traced")
        )
    return Table("What no circuit computes", ("operation", "why", "what baur says"), tuple(rows)), found


def of_network(
    layers: Sequence[int], batches: Sequence[int]
) -> tuple[Table, list[Compared], list[tuple[float, float]]]:
    """Return what forward and backward cost in networks of tanh layers with squared error, all weights free."""
    counts = {(depth, batch): _network(depth, batch) for depth in layers for batch in batches}
    rows = [
        (depth, batch, 2 * weights * batch, value, total, (total - value) / value, total / value, neurons, cached, peak)
        for (depth, batch), (weights, neurons, value, total, cached, peak) in counts.items()
    ]
    columns = (
        "layers",
        "batch",
        "2 x weights x batch",
        "forward F",
        "together",
        "backward / F",
        "together / F",
        "batch x neurons",
        "cached",
        "peak",
    )
    (few, many), batch = (layers[0], layers[-1]), batches[-1]
    forward, together = (counts[many, batch][k] - counts[few, batch][k] for k in (2, 3))
    weights = counts[many, batch][0] - counts[few, batch][0]
    found = [
        _about("forward F = 2 x weights x batch, a further layer", 1, forward / (2 * weights * batch), "F"),
        _about("backward, a further layer", 2, (together - forward) / forward, "F"),
        _about("forward and backward, a further layer", 3, together / forward, "F"),
    ]
    curve = [
        (float(batch), total / value) for (depth, batch), (_, _, value, total, _, _) in counts.items() if depth == many
    ]
    return Table("A network, by layers and batch", columns, tuple(rows)), found, curve


def _network(depth: int, batch: int) -> tuple[int, int, int, int, int, int]:
    """Return weights, neurons times batch, gates of the value and in all, cached and peak registers."""

    def error(x: Any, *weights: Any) -> Any:
        for each in weights[:-1]:
            x = np.tanh(x @ each)
        miss = x @ weights[-1] - 1
        return np.sum(miss * miss)

    shapes = ((batch, WIDTH), *[(WIDTH, WIDTH)] * depth, (WIDTH, 1))
    program = compile_gradient(error, shapes=shapes, wrt=tuple(range(1, depth + 2)), effort="plain")
    memory = memory_of(program.source)
    weights = depth * WIDTH * WIDTH + WIDTH
    return weights, batch * (depth * WIDTH + 1), program.value_gates, program.total_gates, memory.cached, memory.peak


def _equal(what: str, document: int, ours: int) -> Compared:
    return Compared(what, f"{document:,}", f"{ours:,}", document == ours)


def _about(what: str, document: int, ours: float, unit: str) -> Compared:
    """Return figures that agree within a tenth."""
    agrees = abs(ours / document - 1) <= 0.1
    because = "" if agrees else "the layers are narrow: tanh and its derivative are no small part"
    return Compared(what, f"about {document} {unit}, within 10 %", f"{ours:.3f} {unit}", agrees, because)
