"""What became of programs, one by one and together: status, verdict, claims, and the line that a failed claim names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from verify.certificate import FAILED, Certificate, Claim

CERTIFIED, REJECTED, BAD_INPUT, LIMIT = range(4)  # also the exit statuses
STATUS = ("certified", "rejected", "unreadable", "limit")
LINE = re.compile(r"\bline (\d{1,9})\b")


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one program: its answer, or in the verdict why there is none.

    status: CERTIFIED, REJECTED, BAD_INPUT or LIMIT. claims: those of the answer, and others about the same program.
    """

    path: str
    status: int
    verdict: str
    claims: tuple[Claim, ...] = ()
    answer: Certificate | None = None

    @classmethod
    def by(cls, path: str, answer: Certificate, *others: Claim) -> Judged:
        """Return what an answer and further claims come to."""
        claims = tuple(replace(claim, detail=readable(claim.detail)) for claim in (*answer.claims, *others))
        wrong = next((claim for claim in claims if claim.status == FAILED), None)
        if wrong is None:
            return cls(path, CERTIFIED, answer.verdict, claims, answer)
        return cls(path, REJECTED, f"REJECTED at claim {wrong.name}: {wrong.detail}", claims, answer)

    @property
    def failed(self) -> list[Claim]:
        """Return the claims that failed."""
        return [claim for claim in self.claims if claim.status == FAILED]


def line_of(claim: Claim) -> int:
    """Return the first line that a claim names; 1 where none is named."""
    named = LINE.search(claim.detail)
    return max(1, int(named[1])) if named else 1


def exit_status(programs: Sequence[Judged]) -> int:
    """Return 1 if a program was rejected, else 2 if one could not be read, else 3 for a limit, else 0."""
    found = {each.status for each in programs}
    return next((status for status in (REJECTED, BAD_INPUT, LIMIT) if status in found), CERTIFIED)


def counted(programs: Sequence[Judged]) -> dict[str, int]:
    """Return how many programs have each status."""
    found = Counter(each.status for each in programs)
    return {name: found[status] for status, name in enumerate(STATUS)}


def readable(text: str) -> str:
    """Return a text without lone surrogates, which the bytes of a strange file name become."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def plain(text: str, keep: str = "") -> str:
    """Return a text as one line: what is not printable, but for what is to be kept, becomes an escape."""
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)
