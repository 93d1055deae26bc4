"""A network for handwritten digits, its data, and an objective that counts every gate that is spent on it.

The data are the 1,797 digits of 8 x 8 pixels that scikit-learn ships (E. Alpaydin & C. Kaynak 1998, Optical
recognition of handwritten digits, UCI). Loss of a row: softmax cross-entropy of V tanh(W x + b) + c; of a data set: the
mean over its rows, and penalty / 2 |w|^2, which gives the Hessian's flat directions a slope.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import click
import numpy as np

from circuit import trace
from compiler import GradientProgram, compile_gradient
from compiler.derivatives import DerivativeProgram, compile_derivative
from compiler.engines import Engine, load

Program = TypeVar("Program", GradientProgram, DerivativeProgram)
CLASSES = 10
PENALTY = 1e-3


@dataclass(frozen=True, slots=True)
class Network:
    """Pixels, a hidden layer with tanh, ten classes."""

    pixels: int
    hidden: int

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Of W, b, V, c, then of the pixels and the class, one-hot."""
        m, n = self.pixels, self.hidden
        return (n, m), (n,), (CLASSES, n), (CLASSES,), (m,), (CLASSES,)

    @property
    def weights(self) -> int:
        """P: entries of W, b, V and c."""
        return sum(int(np.prod(shape)) for shape in self.shapes[:4])

    def start(self, seed: int) -> Any:
        """Return weights (P,), each layer's scaled by the root of what enters it, without biases."""
        draw = np.random.default_rng(seed)
        W, b, V, c = (draw.standard_normal(shape) / np.sqrt(shape[-1]) for shape in self.shapes[:4])
        return np.concatenate([W.ravel(), 0 * b, V.ravel(), 0 * c])

    def logits(self, w: Any, x: Any) -> Any:
        """Return what the output layer gives for images (N, pixels): (N, 10)."""
        ends = np.cumsum([np.prod(shape) for shape in self.shapes[:4]])
        W, b, V, c = (part.reshape(shape) for part, shape in zip(np.split(w, ends[:3]), self.shapes, strict=False))
        return np.tanh(x @ W.T + b) @ V.T + c


def loss(W: Any, b: Any, V: Any, c: Any, x: Any, y: Any) -> Any:
    """Return the cross-entropy of one image x with its class y, one-hot."""
    logits = V @ np.tanh(W @ x + b) + c
    return np.log(np.exp(logits).sum()) - y @ logits


@cache
def gradient_program(network: Network) -> GradientProgram:
    """Return the certified program of a row's loss and gradient."""
    return _certified(compile_gradient(loss, shapes=network.shapes, wrt=(0, 1, 2, 3)))


@cache
def product_program(network: Network) -> DerivativeProgram:
    """Return the certified program of a row's loss, gradient and Hessian times a direction."""
    program = compile_derivative(loss, "hvp", shapes=network.shapes, wrt=(0, 1, 2, 3))
    assert isinstance(program, DerivativeProgram)
    return _certified(program)


@cache
def _engine(network: Network) -> Engine:
    return load(product_program(network), "interpreter")


def _certified(program: Program) -> Program:
    if not program.certificate.accepted:
        raise RuntimeError(program.certificate.verdict)
    return program


def digits(pixels: int) -> Any:
    """Return rows (1797, pixels + 10): pixels in 0..1, means of squares of the 8 x 8, and the class, one-hot."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise click.ClickException(
            "scikit-learn, whose digits are the data, is not installed (extra `bench`)"
        ) from None
    found = load_digits()
    side, step = int(pixels**0.5), 8 // int(pixels**0.5)
    images = found.images.reshape(-1, side, step, side, step).mean(axis=(2, 4)) / 16
    return np.column_stack([images.reshape(-1, pixels), np.eye(CLASSES)[found.target]])


class Objective:
    """The loss of a data set; `spent`: the gates of all that was asked of it."""

    def __init__(self, network: Network, rows: Any) -> None:
        self.network, self.rows, self.spent = network, rows, 0
        self._size = network.weights

    def value(self, w: Any) -> float:
        """Return the loss: of each row's program the value part, their sum, and the penalty."""
        n, P = len(self.rows), self._size
        self.spent += n * gradient_program(self.network).value_gates + (n - 1) + gates(with_penalty, (), (P,), (), ())
        return self.watch(w)

    def watch(self, w: Any) -> float:
        """Return the loss without counting it: for those who look on."""
        total, _ = gradient_program(self.network).sum(w, self.rows)
        return float(with_penalty(total, w, len(self.rows), PENALTY))

    def gradient(self, w: Any, some: Any = slice(None)) -> tuple[float, Any]:
        """Return loss and gradient (P,) over all rows, or some."""
        program, rows, P = gradient_program(self.network), self.rows[some], self._size
        total, slope = program.sum(w, rows)
        self.spent += len(rows) * program.total_gates + (len(rows) - 1) * (1 + P)
        self.spent += gates(with_penalty, (), (P,), (), ()) + gates(with_slope, (P,), (P,), (), ())
        return float(with_penalty(total, w, len(rows), PENALTY)), with_slope(slope, w, len(rows), PENALTY)

    def product(self, w: Any, direction: Any) -> Any:
        """Return the Hessian at w times a direction (P,), over all rows."""
        n, P = len(self.rows), self._size
        points = np.empty((n, 2 * P + self.rows.shape[1]))
        points[:, :P], points[:, P:-P], points[:, -P:] = w, self.rows, direction
        _, found = _engine(self.network).batch(points)  # of each row the gradient, then the product
        self.spent += n * product_program(self.network).total_gates + (n - 1) * P
        self.spent += gates(with_slope, (P,), (P,), (), ())
        return with_slope(found[:, P:].sum(axis=0), direction, n, PENALTY)


def with_penalty(total: Any, w: Any, count: Any, penalty: Any) -> Any:
    """Return the mean of a sum over rows, and the penalty."""
    return total / count + penalty / 2 * (w @ w)


def with_slope(total: Any, w: Any, count: Any, penalty: Any) -> Any:
    """Return the mean of a sum over rows, and the slope of the penalty."""
    return total / count + penalty * w


@cache
def gates(function: Callable[..., Any], *shapes: tuple[int, ...]) -> int:
    """Return the gates of a function of these shapes, counted in its circuit."""
    return trace(function, *shapes, several=True).gate_count
