"""The program in C, built by the system's compiler and kept on disk.

What is kept is told apart by the program, the compiler and its flags; its name carries its own digest, so an entry that
is damaged is built again. `-ffp-contract=off` and no fast-math: on `+ - * /` the bits are those of Python.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from circuit.errors import CircuitError
from compiler.engines.points import split, vector
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
_DOUBLE = np.dtype(np.float64)


class NoCompiler(CircuitError):
    """There is no C compiler, or it failed: install one (`cc` on the path), or take another engine."""


class Compiled:
    """A program as machine code of the system's C compiler. Threads may share it: a call takes no lock and no GIL."""

    def __init__(self, source: str) -> None:
        found = count(source)
        self.inputs, self.derivatives = len(found.inputs), found.differentiated
        words = translate(source, "h", "run")
        self.size = int(words.partition("run_work = ")[2].partition(" ")[0])
        own = _BATCH.format(inputs=self.inputs, derivatives=self.derivatives, work=", work" if self.size else "")
        with _library(translate(source, "c", "run") + own) as path:
            self._batch = ctypes.CDLL(str(path)).batch
        self._batch.argtypes = [ctypes.c_longlong, *[ctypes.c_void_p] * 4]
        self._batch.restype = None

    def __call__(self, values: Any) -> tuple[float, Any]:
        """Return (value, gradient) at a point."""
        found, gradients = self._run(np.ascontiguousarray(vector(values, (self.inputs,), _DOUBLE)), 1)
        return found.item(0), gradients[0]

    def batch(self, points: Any) -> tuple[Any, Any]:
        """Return values (N,) and gradients (N, derivatives) at points (N, inputs)."""
        rows, shape = split(points, self.inputs, _DOUBLE)
        values, gradients = self._run(rows, len(rows))
        return values.reshape(shape), gradients.reshape(*shape, self.derivatives)

    def _run(self, points: Any, rows: int) -> tuple[Any, Any]:
        values, gradients, work = np.empty(rows), np.empty((rows, self.derivatives)), np.empty(self.size)
        self._batch(rows, *(each.ctypes.data for each in (points, values, gradients, work)))
        return values, gradients


@contextmanager
def _library(text: str) -> Iterator[Path]:
    """Provide the path of the library of a C text, from disk if it is there; it need not outlive its loading."""
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        raise NoCompiler(f"no C compiler is on the path ({', '.join(COMPILERS)}): install one, or take another engine")
    stamp = Path(compiler).resolve().stat()
    key = hashlib.sha256(repr((text, compiler, stamp.st_size, stamp.st_mtime_ns, FLAGS)).encode()).hexdigest()
    folder = _folder()
    kept = next((each for each in folder.glob(f"{key}-*.so") if each.stem == f"{key}-{_digest(each)}"), None)
    if kept is not None:
        yield kept
        return
    with _workplace(folder) as place:
        built = _build(compiler, text, place)
        path = folder / f"{key}-{_digest(built)}.so"
        with suppress(OSError):  # in one move, so that no other process loads half of it
            built = built.replace(path)
        yield built


def _folder() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(root) / "baur"


def _digest(path: Path) -> str:
    with suppress(OSError):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return ""


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """Provide a folder to build in: beside the cache, so that a move is one step, or where there is room."""
    for each in (folder, None):
        with suppress(OSError):
            if each:
                each.mkdir(mode=0o700, parents=True, exist_ok=True)
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
