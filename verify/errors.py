"""What verify says when it cannot go on: a bad formula, or a text that is no program.

A bad program is an answer (`Rejected` becomes a failed claim); a bad formula is the caller's mistake and is raised.
"""

from __future__ import annotations


class FormulaError(ValueError):
    """The formula cannot be read; the message names the thing and the place.

    Cause: a character, name, call or number outside the language of formulas.
    Example: ``2x`` has no operator at line 1, column 2. Fix: write ``2*x``.
    """

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        place = "" if line is None else f" at line {line}, column {column}"
        super().__init__(reason + place)
        self.reason, self.line, self.column = reason, line, column


class FormulaLimit(FormulaError):
    """The formula is well formed but larger than verify agrees to work on (an integer, an exponent, the nesting)."""


class Rejected(ValueError):
    """A claim about a program fails: `claim` is its name, `reason` names the thing and the line."""

    def __init__(self, claim: str, reason: str) -> None:
        super().__init__(f"{claim}: {reason}")
        self.claim, self.reason = claim, reason
