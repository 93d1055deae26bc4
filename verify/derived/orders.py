"""Hessians of atan2: its mixed derivatives are equal by hypot(x, y)**2 = x*x + y*y, which hashes do not know.

So each entry is compared with the derivative of the formula in one order of its two inputs, and in the other; by the
theorem of Schwarz either is right. Entries of a row are taken together, and halved where they are of different orders.
"""

from __future__ import annotations

from collections.abc import Sequence

from verify.derived.entry import entry_told
from verify.derived.program import DerivativeProgram
from verify.derived.replay import lay_out
from verify.graph import Graph
from verify.replay import decide

WORK = 2_000_000  # nodes laid again and again
SYMMETRY = "atan2"  # the function whose mixed derivatives differ in form


def wrong_in_both(
    reference: Graph, program: DerivativeProgram, positions: list[int], source: bytes, text: bytes, *, loose: bool
) -> str:
    """Return which entry of a Hessian is the derivative in neither order, "" if there is none."""
    n = program.differentiated

    def right(t: Sequence[int], u: Sequence[int]) -> bool:
        """Say whether the entries of these coordinates are right, differentiated by those of t first."""
        laid = lay_out(reference, program, positions, loose=loose, kept={*t, *(n + each for each in u)})
        outcome = None if isinstance(laid, str) else decide(laid, program, source, text)
        return outcome is not None and outcome.right[-1]

    left = WORK // (4 * len(reference.ops) + len(program.graph.ops))
    for row in range(n):
        waiting = [range(row + 1)]
        while waiting:
            part = waiting.pop()
            left -= 2
            if left < 0:
                return f"the {SYMMETRY} in it asks to look at rows one by one, and it is too large for that"
            if right([row], part) or right(part, [row]):
                continue
            if len(part) == 1:
                return entry_told(program, row, part[0])
            middle = len(part) // 2
            waiting += [part[:middle], part[middle:]]
    return ""
