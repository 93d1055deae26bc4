"""The benchmark of runs: every engine has its rows, peers that are there are measured, absent ones are named."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from benchmarks.run import arrays, minimize, rivals
from benchmarks.run.command import line
from benchmarks.run.plot import draw
from benchmarks.run.tasks import BATCH, CACHE, KEPT, POINT, SHARED, emptied, over_cores, rows
from benchmarks.workloads import WORKLOADS
from compiler.engines import choice
from tests.test_compiler_engines import workload as workload_of

pytestmark = pytest.mark.skipif(not choice.native(), reason="llvmlite is not installed: the extra `fast`")
ROBOT = WORKLOADS["robot"]


def test_every_engine_has_rows_and_every_absent_peer_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(rivals, "absent", lambda peer, workload: None if peer == "baur numpy" else "is not here")
    found = list(rows(ROBOT, 2, 64, 2, {}))
    peers = [peer for table in (POINT, BATCH) for makers in table.values() for peer in makers]
    assert len(found) == 2 * len(peers) + len(KEPT)
    assert {row.what for row in found} >= {f"batch ready, {name}" for name in BATCH} | {f"point, {e}" for e in POINT}
    assert {row.what for row in found if row.peer == "nothing kept"} == {f"point from disk, {name}" for name in KEPT}
    for row in found:
        assert (row.ratio is None) == ("is not here" in row.peer)
        assert row.what in line(row)
        assert row.peer in line(row)
    draw(found, 64, tmp_path / "runs.svg")
    assert (tmp_path / "runs.svg").read_text("utf-8").startswith("<?xml")


def test_a_peer_that_took_long_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rivals, "absent", lambda peer, workload: "is not here")
    slow = {"batch interpreter": {"casadi map": 100.0}}
    found = [row for row in rows(ROBOT, 2, 64, 2, slow) if "casadi map" in row.peer]
    assert [row.ratio for row in found] == [None, None]
    assert all("would take over" in row.peer for row in found)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system keeps no process on a core")
def test_batches_on_all_cores_and_on_one_leave_the_cores_as_they_were() -> None:
    before = os.sched_getaffinity(0)
    found = list(over_cores(ROBOT, 2, 64, 1, before))
    assert os.sched_getaffinity(0) == before
    assert {row.what.rpartition(" ")[2] for row in found} | {"c"} == set(SHARED)
    assert all(row.ratio and row.spread and row.peer == "one core" for row in found)


def test_what_engines_keep_is_not_found_while_a_start_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    for before in ("somewhere", None):
        monkeypatch.setenv(CACHE, before) if before else monkeypatch.delenv(CACHE)
        with emptied():
            folder = Path(os.environ[CACHE])
            assert list(folder.iterdir()) == []
        assert not folder.exists()
        assert os.environ.get(CACHE) == before


def test_scipy_minimizes_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("scipy")
    monkeypatch.setattr(minimize, "OPTIONS", {"maxiter": 200, "maxfun": 200})
    found = list(minimize.rows(10, 2))
    assert {row.what.partition(",")[0] for row in found} == {"minimize", "minimize ready"}
    assert len(found) == 3 * len(minimize.PEERS)
    x = np.linspace(0.5, 1.5, 10)
    wanted = minimize.certified(10)(x)
    for name, make in {**minimize.PEERS, "no proof": minimize.unproved}.items():
        if name == "no proof" or not rivals.absent(name, "rosen"):
            value, gradient = make(10)(x)
            assert value == pytest.approx(wanted[0], rel=1e-12)
            assert gradient == pytest.approx(wanted[1], rel=1e-12)


@pytest.mark.parametrize("name", arrays.ARRAYS)
def test_the_form_for_arrays_computes_the_workload(name: str) -> None:
    workload = WORKLOADS[name]
    size = workload.sizes[0]
    x = np.array(workload.start(size))
    assert arrays.ARRAYS[name](size, x, np) == pytest.approx(workload.build(size, list(x), np), rel=1e-12)
    for peer, make in {"jax": arrays.jax, "torch": arrays.torch, "autograd": arrays.autograd}.items():
        if rivals.absent(peer, name):
            continue
        value, gradient = cast("tuple[Any, Any]", make(workload, size, x)())
        expected = workload_of(name, 100)[0].engine("cpython")(x)
        assert float(value) == pytest.approx(expected[0], rel=1e-10)
        assert np.asarray(gradient) == pytest.approx(expected[1], rel=1e-9)


@pytest.mark.parametrize("peer", ["casadi VM", "ddx-ad interpreter", "ddx-ad compiled", "casadi C + gcc"])
def test_peers_compute_the_same(peer: str) -> None:
    if why := rivals.absent(peer, "robot"):
        pytest.skip(f"{peer}: {why}")
    makers = {name: maker for table in POINT.values() for name, maker in table.items()}
    program, point = workload_of("robot", 100)
    result = makers[peer](ROBOT, ROBOT.sizes[0], np.array(point))()
    numbers = [each for each in (result if isinstance(result, tuple) else ()) if isinstance(each, (float, np.ndarray))]
    value, derivatives = program.engine("cpython")(point)
    assert numbers, "a peer returns what it has computed"
    assert np.ravel(numbers[-1])[-len(derivatives) :] == pytest.approx(derivatives, rel=1e-9)
    assert any(np.ravel(each)[0] == pytest.approx(value, rel=1e-9) for each in numbers)
