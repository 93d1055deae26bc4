"""One page about all systems: measured in processes of their own, written from their JSON, complete in one file."""

from benchmarks.report.command import command

__all__ = ["command"]
