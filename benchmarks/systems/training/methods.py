"""Three ways to train: by few rows at a time, SGD and Adam, and by all, Newton's steps from conjugate gradients.

Each notes the loss of the whole data set against the gates spent so far, and returns the weights. Sources: Kingma & Ba
2015, Adam; Nocedal & Wright 2006, Numerical Optimization, algorithm 7.1 (line search Newton-CG).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.systems.training.network import Objective, gates

BATCH = 50
SETTLED = 1e-9  # the norm of the gradient at which Newton's steps end
DECAY, DECAY_OF_SQUARES, TINY = 0.9, 0.999, 1e-8


@dataclass(slots=True)
class Run:
    """A method as it went: (gates, loss) from time to time, and the weights it came to."""

    name: str
    weights: Any
    steps: int = 0
    course: list[tuple[float, float]] = field(default_factory=list)

    def note(self, objective: Objective, loss: float | None = None) -> None:
        """Note the loss at this point; it costs nothing where it is known."""
        self.course.append((float(objective.spent), objective.watch(self.weights) if loss is None else loss))


Step = Callable[[Any, Any, int], Any]


def sgd(objective: Objective, w: Any, passes: int, rate: float = 0.5) -> Run:
    """Step against the gradient of each batch."""
    return _by_batches("SGD", objective, w, passes, lambda w, slope, turn: sgd_step(w, slope, rate), gates(sgd_step))


def sgd_step(w: Any, slope: Any, rate: Any) -> Any:
    """Return the weight after a step."""
    return w - rate * slope


def adam(objective: Objective, w: Any, passes: int, rate: float = 0.01) -> Run:
    """Step by the gradient's running mean over the root of that of its squares, both freed of their start at 0."""
    m, v = np.zeros_like(w), np.zeros_like(w)

    def step(w: Any, slope: Any, turn: int) -> Any:
        nonlocal m, v
        w, m, v = adam_step(w, m, v, slope, rate, 1 - DECAY**turn, 1 - DECAY_OF_SQUARES**turn)
        return w

    return _by_batches("Adam", objective, w, passes, step, gates(adam_step))


def adam_step(w: Any, m: Any, v: Any, slope: Any, rate: Any, young: Any, young_squares: Any) -> Any:
    """Return weight, running mean and running mean of squares after a step."""
    m = DECAY * m + (1 - DECAY) * slope
    v = DECAY_OF_SQUARES * v + (1 - DECAY_OF_SQUARES) * (slope * slope)
    return w - rate * (m / young) / (np.sqrt(v / young_squares) + TINY), m, v


def _by_batches(name: str, objective: Objective, w: Any, passes: int, step: Step, price: int) -> Run:
    """Take the rows in a new order in each pass; price: of a step, a weight."""
    run, draw = Run(name, w), np.random.default_rng(0)
    run.note(objective)
    for turn in range(passes):
        order = draw.permutation(len(objective.rows))
        for start in range(0, len(order), BATCH):
            _, slope = objective.gradient(run.weights, order[start : start + BATCH])
            run.steps += 1
            run.weights = step(run.weights, slope, run.steps)
            objective.spent += price * len(w)
        if turn < 10 or turn % 5 == 4:
            run.note(objective)
    return run


def newton(objective: Objective, w: Any, most: int = 200) -> Run:
    """Step to where conjugate gradients, by Hessian-vector products, see the minimum; halve what overshoots."""
    run = Run("Newton-CG", w)
    for run.steps in range(most):
        value, slope = objective.gradient(run.weights)
        run.note(objective, value)
        if np.linalg.norm(slope) <= SETTLED:
            break
        direction = _conjugate_gradients(objective, run.weights, slope)
        length, fall = 1.0, slope @ direction
        while objective.value(run.weights + length * direction) > value + 1e-4 * length * fall and length > 1e-6:
            length /= 2
        run.weights = run.weights + length * direction
    return run


def _conjugate_gradients(objective: Objective, w: Any, slope: Any) -> Any:
    """Return x with H x near -slope; where the Hessian curves down, what was found before, or the steepest way."""
    size, norm = len(w), np.linalg.norm(slope)
    x, r, p = np.zeros(size), -slope, -slope
    rr = r @ r
    while np.sqrt(rr) > min(0.5, np.sqrt(norm)) * norm:
        bent = objective.product(w, p)
        objective.spent += gates(cg_step, (size,), (size,), (size,), (size,), ())
        if p @ bent <= 0:
            return x if x.any() else p
        x, r, p, rr = cg_step(x, r, p, bent, rr)
    return x


def cg_step(x: Any, r: Any, p: Any, bent: Any, rr: Any) -> Any:
    """Return solution, residual, direction and the residual's square after a step along p, which H makes `bent`."""
    length = rr / (p @ bent)
    x, r = x + length * p, r - length * bent
    new = r @ r
    return x, r, r + new / rr * p, new


def reached(run: Run, loss: float) -> float | None:
    """Return the gates after which a run's loss was first seen at or below one."""
    return next((spent for spent, value in run.course if value <= loss), None)


def methods(passes: int) -> Iterator[Callable[[Objective, Any], Run]]:
    """Yield the three, the first two with so many passes over the rows."""
    yield lambda objective, w: sgd(objective, w, passes)
    yield lambda objective, w: adam(objective, w, passes)
    yield newton
