"""Formulas as circuits of counted gates: the front ends, the table of gates, the networkx face, evaluation."""

from circuit.builder import Builder
from circuit.circuit import Circuit
from circuit.errors import CircuitError
from circuit.formula import parse
from circuit.ops import OPS, Op
from circuit.tracing import trace
from circuit.wire import Wire

__all__ = ["OPS", "Builder", "Circuit", "CircuitError", "Op", "Wire", "parse", "trace"]
