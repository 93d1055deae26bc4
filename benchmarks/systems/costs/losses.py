"""Softmax and cross-entropy as one writes them down at first: O(C) gates of O(C^2) operations, and their gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.systems.costs.law import Sizes, described, fitted
from benchmarks.systems.section import Compared, Points, Table, exponent
from circuit import Builder
from circuit.wire import varying
from compiler import compile_gradient
from compiler.emit import emit
from verify import certify

Loss = Callable[..., Any]
Counts = dict[tuple[str, int], tuple[int, int, int, int | None, bool]]
CLASS = 1  # of the example, where labels are one-hot
LEFT = "the compiler leaves gates that y_hat - y does not have"
BECAUSE = (
    LEFT,
    LEFT,
    "labels that are inputs need not sum to 1: e*(sum(y)/s) - y adds 3C, y_hat*sum(y) - y by hand 3C - 1",
)


class Tally:
    """A number that counts the operations of a formula as it is written, none of them shared."""

    operations = 0

    def exp(self) -> Tally:
        """Count any operation."""
        Tally.operations += 1
        return self

    log = __neg__ = exp

    def __add__(self, other: object) -> Tally:
        return self.exp()

    __rmul__ = __truediv__ = __add__

    def __radd__(self, zero: int) -> Tally:
        """Return itself: a sum begins with 0."""
        return self


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to write the loss: of logits and labels; `labels(C)` are numbers, or None where they are inputs."""

    name: str
    loss: Loss
    labels: Callable[[int], Sequence[float] | None]

    def function(self, classes: int) -> tuple[Loss, tuple[tuple[int, ...], ...]]:
        """Return the loss of the logits, and of labels that are inputs, with the shapes of its arguments."""
        labels, loss = self.labels(classes), self.loss
        if labels is None:
            return loss, ((classes,), (classes,))
        return lambda z: loss(z, labels), ((classes,),)


def naive(z: Any, y: Any) -> Any:
    """Return the cross-entropy of labels y and the softmax of z, each share with a sum of its own."""
    shares = [np.exp(each) / sum(np.exp(other) for other in z) for each in z]
    return -sum(label * np.log(share) for label, share in zip(y, shares, strict=True))


def shifted(z: Any, y: Any) -> Any:
    """Return the same with the largest logit subtracted first."""
    return naive(z - np.max(z), y)


def joined(z: Any, y: Any) -> Any:
    """Return the same as the logarithm of the sum of exponentials, minus the logit of the class."""
    return np.log(sum(np.exp(each) for each in z)) - z[CLASS]


def one_hot(classes: int) -> list[float]:
    """Return the label of a class that is known."""
    return [float(place == CLASS) for place in range(classes)]


def smoothed(classes: int) -> list[float]:
    """Return labels of 1/16 for all classes but one, which has what is missing to 1."""
    return [1 - (classes - 1) / 16 if place == CLASS else 1 / 16 for place in range(classes)]


NAIVE = Variant("naive, one-hot", naive, one_hot)
VARIANTS = (
    NAIVE,
    Variant("naive, smoothed labels", naive, smoothed),
    Variant("naive, labels are inputs", naive, lambda classes: None),
    Variant("largest logit subtracted, one-hot", shifted, one_hot),
    Variant("log sum exp - z_1", joined, one_hot),
)


def of_losses(classes: Sequence[int]) -> tuple[Table, list[Compared], dict[str, Points]]:
    """Return what the loss and its gradient cost, as they are written, compiled, and with the gradient by hand.

    classes: three numbers or more, so that a law of the first degree is confirmed.
    """
    counts = {(each.name, size): _counted(each, size) for each in VARIANTS for size in classes}
    columns = ("loss", "C", "value", "gradient, plain", "gradient", "within 2C", "y_hat - y by hand", "certified")
    rows = [
        (name, size, value, plain, more, "yes" if more <= 2 * size else "no", hand, "yes" if accepted else "no")
        for (name, size), (value, plain, more, hand, accepted) in counts.items()
    ]
    written = [(float(size), float(_operations(size))) for size in classes]
    shared = [(float(size), float(counts[NAIVE.name, size][0])) for size in classes]
    found = [
        Compared(
            "naive softmax + cross-entropy, value",
            "O(C), not O(C^2)",
            f"{_law(counts, NAIVE, 0)} gates; as written about C^{exponent(written):.2f}, equal ones one gate",
            fitted("C", {(size,): counts[NAIVE.name, size][0] for size in classes}) is not None,
        ),
        Compared(
            "softmax + cross-entropy, y_hat - y by hand, certified",
            "C",
            _law(counts, NAIVE, 3),
            all(counts[NAIVE.name, size][3] == size for size in classes),
        ),
        *(_within(counts, each, because) for each, because in zip(VARIANTS[:3], BECAUSE, strict=True)),
        _exactly(counts),
    ]
    return (
        Table("Softmax and cross-entropy: gates", columns, tuple(rows)),
        found,
        {
            "naive, operations as written": written,
            "naive, value gates": shared,
            "C^2 (theory)": [(size, size * size) for size, _ in shared],
            "C (theory)": [(size, size) for size, _ in shared],
        },
    )


def _within(counts: Counts, variant: Variant, because: str) -> Compared:
    sizes = [size for name, size in counts if name == variant.name]
    within = all(counts[variant.name, size][2] <= 2 * size for size in sizes)
    what = f"softmax + cross-entropy, {variant.name}: gradient beyond the value"
    return Compared(what, "at most 2C", _law(counts, variant, 2), within, "" if within else because)


def _exactly(counts: Counts) -> Compared:
    more = _law(counts, NAIVE, 2)
    same = more == "C"
    return Compared("softmax + cross-entropy, gradient", "C", more, same, "" if same else LEFT)


def _law(counts: Counts, variant: Variant, place: int) -> str:
    """Return the law of a count in the number of classes, or the counts if they follow none."""
    found: dict[Sizes, int] = {
        (size,): each[place] or 0 for (name, size), each in counts.items() if name == variant.name
    }
    return described("C", found)


def _counted(variant: Variant, classes: int) -> tuple[int, int, int, int | None, bool]:
    """Return gates: value, what the gradient adds (plain, fewest, by hand); and whether all are certified."""
    function, shapes = variant.function(classes)
    plain, fewest = (
        compile_gradient(function, shapes=shapes, wrt=(0,), effort=effort) for effort in ("plain", "fewest")
    )
    accepted = plain.certificate.accepted and fewest.certificate.accepted
    verdict, hand = by_hand(variant, classes) if variant.loss is naive else (True, None)
    more = [each.total_gates - each.value_gates for each in (plain, fewest)]
    return plain.value_gates, more[0], more[1], hand, accepted and verdict


def _operations(classes: int) -> int:
    """Return how many operations the naive loss is as it is written."""
    Tally.operations = 0
    naive([Tally() for _ in range(classes)], one_hot(classes))
    return Tally.operations


def by_hand(variant: Variant, classes: int) -> tuple[bool, int]:
    """Return whether value and y_hat - y, the gradient written by hand, are certified, and what it adds to the value.

    Labels that are inputs need not sum to 1: then it is y_hat * sum(y) - y.
    """
    function, shapes = variant.function(classes)
    builder = Builder()
    builder.inputs([f"{name}_{place}" for (name, (size,)) in zip("zy", shapes, strict=False) for place in range(size)])
    wires = [varying(builder, node) for node in range(len(shapes) * classes)]
    z, y = wires[:classes], variant.labels(classes) or wires[classes:]
    loss = naive(z, y)
    powers: list[Any] = [np.exp(each) for each in z]
    whole = sum(y) if len(shapes) > 1 else 1
    total = sum(powers)
    gradient = [power / total * whole - label for power, label in zip(powers, y, strict=True)]
    circuit = builder.build([loss.node, *(each.node for each in gradient)], range(classes), range(classes, len(wires)))
    answer = certify(emit(circuit), function, shapes=shapes, wrt=(0,))
    return answer.accepted, answer.total_gates - answer.value_gates
