"""Wrong programs and certificates are rejected, right ones are accepted, and two checkers say the same of each.

`python -m benchmarks mutants` does the same with a hundred thousand, and shows the layer that caught each kind.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.trials import KINDS, Tally, trial

WRONG, RIGHT = 5_000, 2_000
SHARES = 8
WITH_MUTANTS, WITHOUT = 45, 205  # formulas of a share: 8 * (45 + 205) = 2,000


@pytest.mark.parametrize("share", range(SHARES))
def test_no_wrong_mutant_is_accepted_and_no_right_program_rejected(share: int) -> None:
    tally: Tally = Counter()
    kept = []
    seed = 1_000_000 * (share + 1)
    for index in range(WITH_MUTANTS + WITHOUT):
        found, accepted = trial(seed + index, 2 if index < WITH_MUTANTS else 0)
        tally += found
        kept += accepted
    assert kept == []
    assert tally["right programs", "accepted"] == WITH_MUTANTS + WITHOUT >= RIGHT / SHARES
    assert sum(count for (_, what), count in tally.items() if what == "wrong") >= WRONG / SHARES
    assert {kind for kind, what in tally if what == "wrong"} == {*KINDS}
    assert sum(tally[kind, "B"] for kind in KINDS) == sum(tally[kind, "wrong"] for kind in KINDS)


def test_a_wrong_program_that_is_accepted_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.trials.Trial._examined", lambda *_: "")
    tally, kept = trial(1, 2)
    assert tally["literal changed", "ACCEPTED"]
    assert kept


def test_a_right_program_that_is_rejected_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.trials.Trial._examined", lambda *_: "gradient: not the derivative")
    tally, kept = trial(1, 0)
    assert tally["right programs", "REJECTED"] == 1
    assert kept
