"""The one thing that the passes cannot do with a formula."""

from __future__ import annotations

from circuit.errors import CircuitError


class Vanished(CircuitError):
    """What the formula divides by, or applies a function to, cancels to a constant: its gates must stay."""
