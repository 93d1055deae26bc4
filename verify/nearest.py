"""One sign that would make a wrong gradient right: where there is just one, that is the line to name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

WORK = 20_000  # lines read again, at most
SIGNS = {" + ": " - ", " - ": " + "}


def sign_of(text: Any, lines: Sequence[str], right: Callable[[str], bool]) -> tuple[int, str] | None:
    """Return the number of the one line that `right` accepts with its other sign, and that line; None if there is none.

    Only lines of the gradient are looked at: the value is what it is.
    """
    value, found = text.reached(text.value), []
    rows = [row for row, live in zip(text.rows, value, strict=True) if row[1] in ("add", "sub") and not live]
    for at in [row[5] for row in rows] if len(rows) * len(lines) <= WORK else []:
        operation, mark, comment = lines[at - 1].partition("#")
        for sign, other in SIGNS.items():
            if sign in operation:
                turned = operation.replace(sign, other)
                if right("\n".join([*lines[: at - 1], turned + mark + comment, *lines[at:]])):
                    found.append((at, turned.strip()))
    return found[0] if len(found) == 1 else None
