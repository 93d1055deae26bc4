"""Machine code on disk: damaged, lost, too much, without room, by two processes at once, the answer is the same."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from compiler.engines import choice, store
from compiler.engines.native import LONG, Native

pytestmark = pytest.mark.skipif(not choice.native(), reason="llvmlite is not installed: the extra `fast`")
SEVEN = "define i64 @seven() {\nret i64 7\n}"
ROOT = Path(__file__).resolve().parent.parent
# two programs in one process, one of them long enough to be kept: prints the bits of a gradient by four engines
CODE = """
import numpy, sys
from benchmarks.workloads import WORKLOADS
from tests.test_compiler_engines import workload
program, point = workload("rosen", 1000)
found = [program.engine(name)(point) for name in ("interpreter", "llvm-quick", "llvm", "cpython")]
found += [(values[2], gradients[2]) for values, gradients in [program.engine("llvm-quick").batch([point] * 3)]]
print(*{value.hex() + gradient.tobytes().hex() for value, gradient in found})
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a cache of the test's own, not made yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "baur"


def processes(count: int, before: str = "") -> list[str]:
    """Run the code in so many processes at once; return what each printed."""
    command = [sys.executable, "-c", before + CODE]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    results = [each.communicate(timeout=240) for each in started]
    assert [each.returncode for each in started] == [0] * count, results
    return [printed for printed, _ in results]


def test_an_entry_is_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Native(SEVEN, 0, keep=True).address("seven")
    (entry,) = folder.iterdir()
    monkeypatch.setattr("compiler.engines.native._compiled", None)
    assert Native(SEVEN, 0, keep=True).address("seven")
    with pytest.raises(TypeError):
        Native(SEVEN, 2, keep=True)  # of another level
    with pytest.raises(TypeError):
        Native(SEVEN + "\n", 0, keep=True)
    assert list(folder.iterdir()) == [entry]


def test_what_is_short_is_not_kept(folder: Path) -> None:
    assert Native(SEVEN, 0).address("seven")
    assert not folder.exists()
    assert Native(SEVEN + "\n;" + "x" * LONG, 0).address("seven")
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[:20],
        lambda whole: whole[:-9],
        lambda whole: whole[:40] + bytes([whole[40] ^ 1]) + whole[41:],
        lambda whole: bytes([whole[0] ^ 1]) + whole[1:],
        lambda whole: whole + b"\0",
        lambda whole: bytes(len(whole)),
    ],
)
def test_a_damaged_entry_is_made_again(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    assert Native(SEVEN, 0, keep=True).address("seven")
    (entry,) = folder.iterdir()
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))
    assert Native(SEVEN, 0, keep=True).address("seven")
    assert entry.read_bytes() == whole
    assert list(folder.iterdir()) == [entry]


def test_an_entry_that_cannot_be_read_is_done_without(folder: Path) -> None:
    assert Native(SEVEN, 0, keep=True).address("seven")
    (entry,) = folder.iterdir()
    entry.unlink()
    entry.mkdir()
    assert Native(SEVEN, 0, keep=True).address("seven")
    assert list(folder.iterdir()) == [entry]


def test_where_a_file_stands_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert store.folder() is None
    assert Native(SEVEN, 0, keep=True).address("seven")


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="this system has no owners of files")
def test_a_folder_that_others_can_write_to_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert store.folder() is None
    assert Native(SEVEN, 0, keep=True).address("seven")
    assert list(folder.iterdir()) == []
    folder.chmod(0o700)
    assert store.folder() == folder
    monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
    assert store.folder() is None


def test_a_read_only_folder_is_done_without(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    if os.access(folder, os.W_OK):  # root may write anywhere

        def refuse(**options: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(tempfile, "mkstemp", refuse)
    assert Native(SEVEN, 0, keep=True).address("seven")
    folder.chmod(0o700)
    assert list(folder.iterdir()) == []


def test_a_full_disk_keeps_nothing_and_loses_nothing(folder: Path) -> None:
    pytest.importorskip("resource")
    (expected,) = processes(1)
    assert len(expected.split()) == 1  # all engines have the same bits
    kept = {each.name: each.read_bytes() for each in folder.iterdir()}
    assert kept
    for each in folder.iterdir():
        each.unlink()
    full = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
    assert processes(1, full) == [expected]
    assert list(folder.iterdir()) == []
    for name, data in kept.items():
        (folder / name).write_bytes(data[:-1])
    assert processes(1, full) == [expected]
    assert processes(1) == [expected]
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == kept


def test_processes_that_come_at_once_share_whole_entries(folder: Path) -> None:
    found = processes(3)
    assert len(set(found)) == 1
    assert {each.suffix for each in folder.iterdir()} == {".o"}
    for each in folder.iterdir():
        assert store.read(each.name)


def test_what_was_used_last_stays_when_there_is_too_much(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LIMIT", 10_000)
    for place in range(9):
        store.write(f"{place}.o", bytes(1000))
        os.utime(folder / f"{place}.o", (place, place))
    assert len(list(folder.iterdir())) == 9
    assert store.read("1.o") == bytes(1000)  # used now
    (folder / "build-1").mkdir()
    store.write("9.o", bytes(1000))
    assert {each.name for each in folder.iterdir()} == {"1.o", "7.o", "8.o", "9.o", "build-1"}
    store.write("10.o", bytes(20_000))  # alone more than there is room for
    assert store.read("1.o") is None
    assert store.read("10.o") is None
