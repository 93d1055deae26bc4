"""Networks as functions of their weights, one input and its target: hidden layers, an output, a loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

TRANSFERS: dict[str, Callable[[Any], Any]] = {
    "tanh": np.tanh,
    "sigmoid": lambda a: np.stack([each.sigmoid() for each in a]),
    "relu": lambda a: np.stack([each.relu() for each in a]),
    "softplus": lambda a: np.stack([each.softplus() for each in a]),
}
HEADS = ("squared error", "sigmoid, squared error", "softmax, cross-entropy")
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """Layers of `sizes`, the input's first; every hidden one has the transfer function, the last what the head says."""

    sizes: tuple[int, ...]
    transfer: str = "tanh"
    head: str = HEADS[0]
    biased: bool = True

    @property
    def shapes(self) -> list[Shape]:
        """The shapes of what `loss` takes: weights (and biases) layer by layer, then input and target."""
        layers = [((above, below), (above,))[: 1 + self.biased] for below, above in pairwise(self.sizes)]
        return [*(shape for layer in layers for shape in layer), self.sizes[:1], self.sizes[-1:]]

    @property
    def trained(self) -> range:
        """The places of weights and biases among what `loss` takes."""
        return range((1 + self.biased) * (len(self.sizes) - 1))

    @property
    def weights(self) -> int:
        """How many weights there are; biases are not among them."""
        return sum(below * above for below, above in pairwise(self.sizes))

    def layers(self, arrays: tuple[Any, ...]) -> list[tuple[Any, Any]]:
        """Return weights and biases (None without) layer by layer."""
        if not self.biased:
            return [(each, None) for each in arrays]
        return list(zip(arrays[::2], arrays[1::2], strict=True))

    def forward(self, arrays: tuple[Any, ...], x: Any) -> tuple[list[Any], list[Any]]:
        """Return the sums a and the signals z of every layer, the input the first signal."""
        sums, signals = [], [x]
        layers = self.layers(arrays)
        for place, (w, b) in enumerate(layers, 1):
            sums.append(w @ signals[-1] if b is None else w @ signals[-1] + b)
            hidden = place < len(layers)
            name = self.transfer if hidden else "sigmoid" if self.head == HEADS[1] else ""
            signals.append(TRANSFERS[name](sums[-1]) if name else sums[-1])
        return sums, signals

    def loss(self, *arrays: Any) -> Any:
        """Return half the squared error of the output, or the cross-entropy of its softmax and the target."""
        *trained, x, target = arrays
        _, (*_, output) = self.forward(tuple(trained), x)
        if self.head == HEADS[2]:
            return np.log(np.sum(np.exp(output))) - target @ output
        error = output - target
        return error @ error / 2
