"""The program in C, built by the system's compiler and kept on disk.

What is kept is told apart by the program, the compiler and its flags; its name carries its own digest, so an entry that
is damaged is built again. `-ffp-contract=off` and no fast-math: on `+ - * /` the bits are those of Python.
"""

from __future__ import annotations

import ctypes
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from circuit.errors import CircuitError
from compiler.engines import store
from compiler.engines.points import Gufunc
from compiler.engines.sharing import divide
from compiler.translate import translate
from verify import count

COMPILERS = "cc", "gcc", "clang"
FLAGS = ("-O2", "-ffp-contract=off", "-fno-math-errno", "-fPIC", "-shared")
SHOWN = 400  # characters of what a compiler says
_BATCH = """
void batch(long long count, const double *points, double *values, double *gradients, double *work)
{{
    (void)work;
    for (long long at = 0; at < count; at++)
        values[at] = run(points + at * {inputs}, gradients + at * {derivatives}{work});
}}
"""


class NoCompiler(CircuitError):
    """There is no C compiler, or it failed: install one (`cc` on the path), or take another engine."""


class Compiled(Gufunc):
    """A program as machine code of the system's C compiler. Threads may share it: a call takes no lock and no GIL."""

    def __init__(self, source: str) -> None:
        found = count(source)
        super().__init__(len(found.inputs), found.differentiated)
        self.gates = found.total_gates
        words = translate(source, "h", "run")
        self.size = int(words.partition("run_work = ")[2].partition(" ")[0])
        own = _BATCH.format(inputs=self.inputs, derivatives=self.derivatives, work=", work" if self.size else "")
        with _library(translate(source, "c", "run") + own) as path:
            self._run = ctypes.CDLL(str(path)).batch
        self._run.argtypes = [ctypes.c_longlong, *[ctypes.c_void_p] * 4]
        self._run.restype = None

    def _point(self, point: Any) -> tuple[float, Any]:
        value, gradient = np.empty(1), np.empty(self.derivatives)
        self._batch(point[None], value, gradient)
        return value.item(), gradient

    def _batch(self, rows: Any, values: Any, gradients: Any) -> None:
        def share(start: int, stop: int) -> None:
            work = np.empty(self.size)
            parts = rows[start:stop], values[start:stop], gradients[start:stop], work
            self._run(stop - start, *(each.ctypes.data for each in parts))

        divide(len(rows), 1, self.gates, share)


@contextmanager
def _library(text: str) -> Iterator[Path]:
    """Provide the path of the library of a C text, from disk if it is there; it need not outlive its loading."""
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        raise NoCompiler(f"no C compiler is on the path ({', '.join(COMPILERS)}): install one, or take another engine")
    stamp = Path(compiler).resolve().stat()
    key = hashlib.sha256(repr((text, compiler, stamp.st_size, stamp.st_mtime_ns, FLAGS)).encode()).hexdigest()
    folder = store.folder()
    entries = folder.glob(f"{key}-*.so") if folder else ()
    kept = next((each for each in entries if each.stem == f"{key}-{_digest(each)}"), None)
    if kept is not None:
        store.used(kept)
        yield kept
        return
    with _workplace(folder) as place:
        built = _build(compiler, text, place)
        if folder:
            with suppress(OSError):  # in one move, so that no other process loads half of it
                built = built.replace(folder / f"{key}-{_digest(built)}.so")
            store.trim(folder)
        yield built


def _digest(path: Path) -> str:
    with suppress(OSError):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return ""


@contextmanager
def _workplace(folder: Path | None) -> Iterator[Path]:
    """Provide a folder to build in: beside the cache, so that a move is one step, or where there is room."""
    for each in (folder, None):
        with suppress(OSError):
            name = tempfile.mkdtemp(prefix="build-", dir=each)
            break
    else:
        raise NoCompiler("no folder can be written to build in: is the disk full?")
    try:
        yield Path(name)
    finally:
        shutil.rmtree(name, ignore_errors=True)


def _build(compiler: str, text: str, place: Path) -> Path:
    """Return the library that a compiler makes. Errors: NoCompiler with what it said."""
    try:
        (place / "run.c").write_text(text, "utf-8")
        command = [compiler, *FLAGS, "-o", "run.so", "run.c", "-lm"]
        done = subprocess.run(
            command, cwd=place, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise NoCompiler(f"{compiler} cannot be run on the program: {error.strerror}") from None
    if done.returncode or not (place / "run.so").is_file():
        said = done.stderr.strip()[-SHOWN:] or "it said nothing"
        raise NoCompiler(f"{compiler} failed with status {done.returncode}: {said}")
    return place / "run.so"
