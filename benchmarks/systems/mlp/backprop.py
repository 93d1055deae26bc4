"""Backprop as textbooks write it, gate by gate: delta of a layer = h'(a) * sum w delta of the layer above it.

The derivatives are the textbooks' own: 1 - z^2 for tanh, z (1 - z) for sigmoid, [a > 0] for relu, sigmoid(a) for
softplus; y_hat - y at the output, times z (1 - z) where that is a sigmoid; delta z^T for weights, delta for biases.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import accumulate
from typing import Any

import numpy as np

from benchmarks.systems.mlp.networks import HEADS, Network
from circuit import Builder, Circuit
from circuit.arrays import argument
from circuit.tracing import entries

DERIVATIVES: dict[str, Callable[[Any, Any], Any]] = {  # of a and z = h(a)
    "tanh": lambda a, z: 1 - z * z,
    "sigmoid": lambda a, z: z * (1 - z),
    "relu": lambda a, z: a.gate("gt", a, 0),
    "softplus": lambda a, z: a.sigmoid(),
}


def backprop(network: Network) -> Circuit:
    """Return the circuit of the loss and its derivatives by all weights and biases; inputs are named as in a trace."""
    builder = Builder()
    names = [entries(f"arrays_{place}", shape) for place, shape in enumerate(network.shapes)]
    builder.inputs([name for each in names for name in each])
    starts = accumulate(map(math.prod, network.shapes), initial=0)
    arrays = [argument(builder, start, shape) for start, shape in zip(starts, network.shapes, strict=False)]
    trained, (x, target) = tuple(arrays[:-2]), arrays[-2:]
    sums, signals = network.forward(trained, x)
    loss, delta = _output(network, signals[-1], target)
    found: list[Any] = []
    for layer, (w, _) in reversed(list(enumerate(network.layers(trained)))):
        below = signals[layer]
        found[:0] = [[d * z for d in delta for z in below], delta][: 1 + network.biased]
        if layer:
            slope = DERIVATIVES[network.transfer]
            back = (sum_of([w[i, j] * d for i, d in enumerate(delta)]) for j in range(len(below)))
            delta = [slope(a, z) * s for a, z, s in zip(sums[layer - 1], below, back, strict=True)]
    outputs = [loss, *(each for several in found for each in several)]
    count = len(outputs) - 1
    return builder.build([each.node for each in outputs], range(count), range(count, sum(map(len, names))))


def _output(network: Network, output: Any, target: Any) -> tuple[Any, list[Any]]:
    """Return the loss and delta of the last layer."""
    if network.head == HEADS[2]:
        powers = np.exp(output)
        total = np.sum(powers)
        return np.log(total) - target @ output, [e / total - y for e, y in zip(powers, target, strict=True)]
    error = output - target
    delta = list(error)
    if network.head == HEADS[1]:
        slope = DERIVATIVES["sigmoid"]
        delta = [slope(None, z) * d for z, d in zip(output, delta, strict=True)]
    return error @ error / 2, delta


def sum_of(terms: list[Any]) -> Any:
    """Add from left to right."""
    total, *rest = terms
    for each in rest:
        total = total + each
    return total
