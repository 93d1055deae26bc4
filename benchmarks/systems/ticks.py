"""Numbers between the powers of ten on a logarithmic axis, as people write them."""

from __future__ import annotations

from typing import Any

from matplotlib.ticker import LogFormatter


class Plain(LogFormatter):
    """0.2, 3, 40: said only where an axis spans so little that powers of ten alone would leave it bare."""

    def __init__(self) -> None:
        super().__init__(minor_thresholds=(1, 0.4))

    def __call__(self, x: float, pos: Any = None) -> str:
        """Return the label of a tick, or nothing."""
        return f"{x:g}" if super().__call__(x, pos) else ""
