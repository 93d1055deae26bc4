"""Gradients as they run: one point and many, against the peers that compile or interpret, in the same run as ratios."""

from benchmarks.run.command import command

__all__ = ["command"]
