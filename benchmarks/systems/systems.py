"""The systems, in the order of the report. Adding one is adding a line."""

from __future__ import annotations

from benchmarks import ratio
from benchmarks.systems.costs import system as costs
from benchmarks.systems.limits import system as limits
from benchmarks.systems.matmul import system as matmul
from benchmarks.systems.mlp import system as mlp
from benchmarks.systems.modes import system as modes
from benchmarks.systems.output import System
from benchmarks.systems.theorem import system as theorem
from benchmarks.systems.training import system as training

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
