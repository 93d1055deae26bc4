"""The benchmark of runs: every engine has its rows, peers that are there are measured, absent ones are named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.run import rivals
from benchmarks.run.command import line
from benchmarks.run.plot import draw
from benchmarks.run.tasks import BATCH, POINT, rows
from benchmarks.workloads import WORKLOADS
from compiler.engines import choice
from tests.test_compiler_engines import workload

pytestmark = pytest.mark.skipif(not choice.native(), reason="llvmlite is not installed: the extra `fast`")
ROBOT = WORKLOADS["robot"]


def test_every_engine_has_rows_and_every_absent_peer_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(rivals, "absent", lambda peer: None if peer == "numpy text" else "is not here")
    found = list(rows(ROBOT, 2, 64, 2, {}))
    peers = [peer for table in (POINT, BATCH) for makers in table.values() for peer in makers]
    assert len(found) == 2 * len(peers)
    assert {row.what for row in found} >= {f"batch ready, {name}" for name in BATCH} | {f"point, {e}" for e in POINT}
    for row in found:
        assert (row.ratio is None) == ("is not here" in row.peer)
        assert row.what in line(row)
        assert row.peer in line(row)
    draw(found, 64, tmp_path / "runs.svg")
    assert (tmp_path / "runs.svg").read_text("utf-8").startswith("<?xml")


def test_a_peer_that_took_long_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rivals, "absent", lambda peer: "is not here")
    slow = {"batch interpreter": {"casadi map": 100.0}}
    found = [row for row in rows(ROBOT, 2, 64, 2, slow) if "casadi map" in row.peer]
    assert [row.ratio for row in found] == [None, None]
    assert all("would take over" in row.peer for row in found)


@pytest.mark.parametrize("peer", ["casadi VM", "ddx-ad interpreter", "ddx-ad compiled", "casadi C + gcc"])
def test_peers_compute_the_same(peer: str) -> None:
    if rivals.absent(peer):
        pytest.skip(f"{peer}: {rivals.absent(peer)}")
    makers = {name: maker for table in POINT.values() for name, maker in table.items()}
    program, point = workload("robot", 100)
    result = makers[peer](ROBOT, ROBOT.sizes[0], np.array(point))()
    numbers = [each for each in (result if isinstance(result, tuple) else ()) if isinstance(each, (float, np.ndarray))]
    value, derivatives = program.engine("cpython")(point)
    assert numbers, "a peer returns what it has computed"
    assert np.ravel(numbers[-1])[-len(derivatives) :] == pytest.approx(derivatives, rel=1e-9)
    assert any(np.ravel(each)[0] == pytest.approx(value, rel=1e-9) for each in numbers)
