"""Whether loops over arrays run compiled: where numba is there, and loaded or worth loading."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from circuit.jit import LARGE, LOADED


def compiles(size: int) -> bool:
    """Say whether loops over so many nodes are compiled."""
    return size >= (LOADED if "numba" in sys.modules else LARGE) and find_spec("numba") is not None
