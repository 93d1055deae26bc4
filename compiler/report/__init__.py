"""Whole collections of formulas: read, compiled and certified in worker processes, laid out, summed up, drawn."""

from compiler.report.baseline import Comparison, compare, comparison_lines, read_baseline
from compiler.report.entry import Entry
from compiler.report.layout import FORMATS, layout
from compiler.report.pool import measure_all
from compiler.report.rows import Row
from compiler.report.sources import read_sources
from compiler.report.summary import SORTS, exit_status, ordered, over, summary_lines

__all__ = [
    "FORMATS",
    "SORTS",
    "Comparison",
    "Entry",
    "Row",
    "compare",
    "comparison_lines",
    "exit_status",
    "layout",
    "measure_all",
    "ordered",
    "over",
    "read_baseline",
    "read_sources",
    "summary_lines",
]
