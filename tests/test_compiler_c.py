"""The C engine: the bits of the Python text, a cache that survives damage, and clear errors where C cannot be had."""

from __future__ import annotations

import pickle
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.workloads import WORKLOADS
from circuit import trace
from circuit.errors import CircuitError, InvalidArgument
from compiler import GradientProgram, compile_gradient
from compiler.emit import emit
from compiler.engines.c import COMPILERS, NoCompiler
from compiler.sweep import gradient

pytestmark = pytest.mark.skipif(not any(map(shutil.which, COMPILERS)), reason="cc is not on this machine")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "baur"


def workload(name: str, size: int) -> tuple[GradientProgram, Any]:
    """Return a workload of the second size, which is cut into parts, and points."""
    found = WORKLOADS[name]
    whole = gradient(trace(found.function(found.sizes[size], np), (found.inputs(found.sizes[size]),)))
    points = np.array(found.start(found.sizes[size])) + np.linspace(0, 0.1, 5)[:, None]
    return GradientProgram(emit(whole), whole.inputs, circuit=whole), points


@pytest.mark.parametrize("size", [0, 1])
@pytest.mark.parametrize("name", ["rosen", "det"])
def test_arithmetic_has_the_bits_of_the_python_text(name: str, size: int) -> None:
    program, points = workload(name, size)
    wanted, found = program.engine("cpython").batch(points), program.engine("c").batch(points)
    assert [each.tobytes() for each in found] == [each.tobytes() for each in wanted]
    value, derivatives = program.engine("c")(points[2])
    assert (value, derivatives.tobytes()) == (wanted[0][2], wanted[1][2].tobytes())


def test_arrays_of_any_make() -> None:
    run = compile_gradient("a*x + y", ["x", "y"], ["a"]).engine("c")
    points = np.arange(12.0).reshape(4, 3)
    expected = points[:, 2] * points[:, 0] + points[:, 1]
    for each in (points, np.asfortranarray(points), points.astype(int), points.tolist(), points.astype(np.float32)):
        assert run.batch(each)[0].tolist() == expected.tolist()
    assert run.batch(points[::-2])[0].tolist() == expected[::-2].tolist()
    assert [each.shape for each in run.batch(np.empty((0, 3)))] == [(0,), (0, 2)]
    assert [each.shape for each in run.batch(points.reshape(2, 2, 3))] == [(2, 2), (2, 2, 2)]
    assert np.isnan(run([np.nan, 1.0, 1.0])[0])
    with pytest.raises(CircuitError):
        run([1.0, 2.0])
    with pytest.raises(InvalidArgument, match="float32"):
        compile_gradient("x*y").engine("c", "float32")


def test_threads_and_pickles() -> None:
    program, points = workload("rosen", 1)
    run = program.engine("c")
    expected = [gradients.tobytes() for _, gradients in map(run, points)]
    with ThreadPoolExecutor(8) as threads:
        for _ in range(20):
            assert [gradients.tobytes() for _, gradients in threads.map(run, points)] == expected
    again = pickle.loads(pickle.dumps(program))  # noqa: S301  our own
    assert again.engine("c")(points[0])[1].tobytes() == expected[0]


def test_what_was_built_is_kept_and_what_is_damaged_is_built_again(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = compile_gradient("x*y")
    assert program.engine("c")([2.0, 3.0])[0] == 6.0
    (entry,) = cache.iterdir()
    whole = entry.read_bytes()
    for damaged in (b"", whole[:-9], whole[:400] + bytes([whole[400] ^ 1]) + whole[401:]):
        entry.unlink()  # never written over: it is loaded
        entry.write_bytes(damaged)
        assert compile_gradient("x*y").engine("c")([2.0, 3.0])[0] == 6.0
        assert entry in cache.iterdir()
        assert entry.read_bytes() == whole
    built = entry.stat().st_ino
    assert compile_gradient("x*y").engine("c")([2.0, 3.0])[0] == 6.0
    assert entry.stat().st_ino == built
    assert compile_gradient("x/y").engine("c")([3.0, 2.0])[0] == 1.5
    assert len(list(cache.iterdir())) == 2


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert compile_gradient("x*y").engine("c")([2.0, 3.0])[0] == 6.0
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    with pytest.raises(NoCompiler, match="is the disk full"):
        compile_gradient("x*y").engine("c")


def compiler(folder: Path, text: str) -> None:
    """Write a compiler that is a shell script."""
    folder.mkdir(exist_ok=True)
    (folder / "cc").write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    (folder / "cc").chmod(0o755)


def test_a_compiler_that_is_not_there_or_fails_is_told(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = compile_gradient("x*y")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(NoCompiler, match="no C compiler is on the path"):
        program.engine("c")
    compiler(tmp_path / "bin", "echo 'run.c: No space left on device' >&2; exit 1")
    with pytest.raises(NoCompiler, match=r"failed with status 1: run\.c: No space left on device"):
        program.engine("c")
    compiler(tmp_path / "bin", "exit 0")
    with pytest.raises(NoCompiler, match="it said nothing"):
        program.engine("c")
    assert list(cache.iterdir()) == []
