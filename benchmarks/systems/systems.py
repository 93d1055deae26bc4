"""The systems, in the order of the report. Adding one is adding a line."""

from __future__ import annotations

from benchmarks import ratio
from benchmarks.systems import costs, limits, matmul, mlp, modes, theorem, training
from benchmarks.systems.output import System

SYSTEMS: tuple[System, ...] = (
    ratio.SYSTEM,
    mlp.SYSTEM,
    theorem.SYSTEM,
    matmul.SYSTEM,
    modes.SYSTEM,
    costs.SYSTEM,
    limits.SYSTEM,
    training.SYSTEM,
)
