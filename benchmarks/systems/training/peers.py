"""The same gradient and the same Hessian-vector product by torch and by jax, where they are installed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.systems.training.network import Network, gradient_program, product_program
from compiler.engines import load


@dataclass(frozen=True, slots=True)
class Peer:
    """A library's answer: its version, gradient and product (P,); `version` is empty where it is not installed."""

    name: str
    version: str = ""
    gradient: Any = None
    product: Any = None


def ours(network: Network, w: Any, rows: Any, direction: Any) -> tuple[Any, Any]:
    """Return gradient and Hessian-vector product of the sum of the rows' losses, by our programs."""
    points = np.column_stack([np.tile(w, (len(rows), 1)), rows, np.tile(direction, (len(rows), 1))])
    _, found = load(product_program(network), "interpreter").batch(points)
    return gradient_program(network).sum(w, rows)[1], found[:, len(w) :].sum(axis=0)


def peers(network: Network, w: Any, rows: Any, direction: Any) -> list[Peer]:
    """Return what torch and jax make of the same sum."""
    x, y = np.split(rows, [network.pixels], axis=1)
    found = []
    for name, ask in (("torch", _torch), ("jax", _jax)):
        try:
            found.append(Peer(name, *ask(network, w, x, y, direction)))
        except ImportError:
            found.append(Peer(name))
    return found


def farthest(one: Any, other: Any) -> float:
    """Return the largest difference of two vectors over the largest entry."""
    return float(np.abs(one - other).max() / np.abs(other).max())


def _torch(network: Network, w: Any, x: Any, y: Any, direction: Any) -> Sequence[Any]:
    import torch

    def total(flat: Any) -> Any:
        parts = _parts(network, flat)
        logits = torch.tanh(torch.tensor(x) @ parts[0].T + parts[1]) @ parts[2].T + parts[3]
        return torch.logsumexp(logits, 1).sum() - (torch.tensor(y) * logits).sum()

    point, along = torch.tensor(w, requires_grad=True), torch.tensor(direction)
    (slope,) = torch.autograd.grad(total(point), point, create_graph=True)
    (product,) = torch.autograd.grad(slope @ along, point)
    return torch.__version__, slope.detach().numpy(), product.numpy()


def _jax(network: Network, w: Any, x: Any, y: Any, direction: Any) -> Sequence[Any]:
    import jax

    jax.config.update("jax_enable_x64", True)

    def total(flat: Any) -> Any:
        parts = _parts(network, flat)
        logits = jax.numpy.tanh(x @ parts[0].T + parts[1]) @ parts[2].T + parts[3]
        return jax.scipy.special.logsumexp(logits, 1).sum() - (y * logits).sum()

    slope: Callable[..., Any] = jax.grad(total)
    point, along = jax.numpy.asarray(w), jax.numpy.asarray(direction)
    gradient, product = jax.jvp(slope, (point,), (along,))
    return jax.__version__, np.asarray(gradient), np.asarray(product)


def _parts(network: Network, flat: Any) -> list[Any]:
    """Return W, b, V and c of the weights, whatever array they are."""
    ends = np.cumsum([0, *(int(np.prod(shape)) for shape in network.shapes[:4])]).tolist()
    slices = zip(ends, ends[1:], network.shapes, strict=False)
    return [flat[start:end].reshape(shape) for start, end, shape in slices]
