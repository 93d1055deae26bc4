"""From formula to gradient program, against the fastest peers in the same run on the same core, as ratios."""

from benchmarks.speed.command import command

__all__ = ["command"]
