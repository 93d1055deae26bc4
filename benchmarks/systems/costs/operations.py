"""The operations that cost tables list: as functions of NumPy arrays, with the documents' figures for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise, product
from math import isqrt
from typing import Any

import numpy as np

from benchmarks.systems.costs.law import Sizes

Shapes = tuple[tuple[int, ...], ...]
ADDS = "to add C terms takes C - 1 additions; the document counts C"
CLIPS = "the document leaves out the division and the minimum; of the norm, P - 1 additions and a root are P"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation at any sizes, one letter each, and what documents say it costs, in gates.

    value, more: the documents' figures for the value, and for what its derivative adds, as formulas in the sizes; None:
    no figure. defined: the count by definition where documents name the operation without one. products, entries: of
    the multiplications and divisions, and of the entries of a matrix of derivatives. A figure is `about` when the
    document calls it so: then only its leading term is held against ours. kind: of the derivative, a gradient, or for
    several outputs a vjp, weights times the Jacobian. because: why figures differ, if they do.
    """

    name: str
    text: str
    function: Callable[..., Any]
    names: str
    shapes: Callable[..., Shapes]
    value: str | None = None
    more: str | None = None
    defined: str | None = None
    products: str | None = None
    entries: str | None = None
    about: bool = False
    because: str = ""
    kind: str = "gradient"
    wrt: tuple[int, ...] | None = None
    degree: int = 1

    def samples(self, largest: int) -> list[Sizes]:
        """Return sizes that determine the counts' polynomial, and more that confirm it, up to about 2*largest gates."""
        root, cube = isqrt(largest), round(largest ** (1 / 3))
        if len(self.names) == 3:
            return [*product((2, 3), repeat=3), (4, 5, 6), (cube, cube + 1, cube + 2)]
        if len(self.names) == 2:
            return [(2, 3), (3, 2), (3, 4), (5, 3), (10, 7), (root, root + 1)]
        lengths = {1: (4, 10, max(largest // 10, 4), largest), 2: (3, 4, 5, 8, 12, root), 3: (2, 3, 4, 5, 6, cube)}
        return [(each,) for each in sorted({*lengths[self.degree]})]


def clipped(g: Any) -> Any:
    """Scale a gradient down to the norm 5 if it is longer."""
    return g * np.minimum(1, 5 / np.sqrt(np.sum(g * g)))


def softmax(z: Any) -> Any:
    """Return the softmax, the largest entry subtracted first, as everyone computes it."""
    powers = np.exp(z - np.max(z))
    return powers / np.sum(powers)


def log_sum_exp(z: Any) -> Any:
    """Return the logarithm of the sum of exponentials."""
    return np.log(np.sum(np.exp(z)))


def inverse(matrix: Any) -> Any:
    """Return the inverse by Gauss-Jordan elimination in place, without a search for pivots."""
    n = len(matrix)
    rows = [[matrix[i, j] for j in range(n)] for i in range(n)]
    for k in range(n):
        pivot = 1 / rows[k][k]
        above = [pivot if j == k else rows[k][j] * pivot for j in range(n)]
        for i in {*range(n)} - {k}:
            factor = rows[i][k]
            rows[i] = [-(factor * pivot) if j == k else rows[i][j] - factor * above[j] for j in range(n)]
        rows[k] = above
    return np.array(rows, dtype=object)


def rosenbrock(x: Any) -> Any:
    """Add up the valleys of Rosenbrock's chain."""
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(x))


def _vector(n: int) -> Shapes:
    return ((n,),)


def _two(n: int) -> Shapes:
    return ((n,), (n,))


def _matrix(m: int, n: int) -> Shapes:
    return ((m, n),)


OPERATIONS = (
    Operation("dot product", "x.y", lambda x, y: np.sum(x * y), "n", _two, "2*n - 1"),
    Operation("Hadamard product", "x*y", lambda x, y: x * y, "n", _two, "n", kind="vjp"),
    Operation("outer product", "x y^T", np.multiply.outer, "mn", lambda m, n: ((m,), (n,)), "m*n", kind="vjp"),
    Operation("matrix-vector", "Wx", lambda W, x: W @ x, "mn", lambda m, n: ((m, n), (n,)), "2*m*n - m", kind="vjp"),
    Operation(
        "matrix-matrix", "XW", lambda X, W: X @ W, "mnp", lambda m, n, p: ((m, n), (n, p)), "2*m*n*p - m*p", kind="vjp"
    ),
    Operation("transpose", "W^T", lambda W: W.T, "mn", _matrix, "0", kind="vjp"),
    Operation("L1 norm", "sum |x|", lambda x: np.sum(np.abs(x)), "n", _vector, defined="2*n - 1"),
    Operation("L2 norm", "sqrt(sum x^2)", lambda x: np.sqrt(np.sum(x * x)), "n", _vector, defined="2*n"),
    Operation("L-infinity norm", "max |x|", lambda x: np.max(np.abs(x)), "n", _vector, defined="2*n - 1"),
    Operation("Frobenius norm", "sqrt(sum W^2)", lambda W: np.sqrt(np.sum(W * W)), "mn", _matrix, defined="2*m*n"),
    Operation("L2 penalty", "0.01*sum W^2", lambda W: 0.01 * np.sum(W * W), "mn", _matrix, more="m*n", defined="2*m*n"),
    Operation(
        "gradient clipping",
        "g*min(1, 5/|g|)",
        clipped,
        "P",
        _vector,
        "3*P",
        kind="vjp",
        because=CLIPS,
    ),
    Operation("broadcast of a bias", "X + b", lambda X, b: X + b, "Bn", lambda B, n: ((B, n), (n,)), "B*n", kind="vjp"),
    Operation("softmax", "exp(z - max z)/sum", softmax, "C", _vector, "5*C", about=True, kind="vjp"),
    Operation("entropy", "-sum p log p", lambda p: -np.sum(p * np.log(p)), "C", _vector, "3*C"),
    Operation("cross-entropy, one-hot", "-log q_1", lambda q: -np.log(q[1]), "C", _vector, "2"),
    Operation("cross-entropy", "-sum p log q", lambda p, q: -np.sum(p * np.log(q)), "C", _two, "3*C", wrt=(1,)),
    Operation(
        "KL divergence",
        "sum p (log p - log q)",
        lambda p, q: np.sum(p * (np.log(p) - np.log(q))),
        "C",
        _two,
        "5*C",
        because=ADDS,
    ),
    Operation(
        "low-rank layer",
        "U(Vx)",
        lambda U, V, x: U @ (V @ x),
        "rmn",
        lambda r, m, n: ((m, r), (r, n), (n,)),
        products="r*(m + n)",
        kind="vjp",
    ),
    Operation(
        "matrix inverse",
        "Gauss-Jordan",
        inverse,
        "n",
        lambda n: ((n, n),),
        "n*n*n",
        products="n*n*n",
        about=True,
        kind="vjp",
        degree=3,
        because="the document counts multiplications and divisions only; the subtractions and sign changes are as many",
    ),
    Operation(
        "Jacobian",
        "of tanh(Wx) by x",
        lambda x, W: np.tanh(W @ x),
        "mn",
        lambda m, n: ((n,), (m, n)),
        entries="m*n",
        kind="jacobian",
        wrt=(0,),
    ),
    Operation("Hessian", "of log sum exp z", log_sum_exp, "n", _vector, entries="n*n", kind="hessian", degree=2),
    Operation("Hessian-vector product", "of log sum exp z", log_sum_exp, "n", _vector, kind="hvp"),
    Operation("Hessian-vector product", "of Rosenbrock's chain", rosenbrock, "n", _vector, kind="hvp"),
)
