"""Fewest gates: passes over a formula and its gradient, the best of a few settings kept."""

from compiler.simplify.search import fewest, improving

__all__ = ["fewest", "improving"]
