"""Translated programs, built and run by the drivers of their languages."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import pytest

from compiler import GradientProgram
from compiler.derivatives import DerivativeProgram
from tests.drivers import CALL, PYTHON, Language

TIMEOUT = 240


def require(language: Language) -> None:
    """Skip the test where the language's tool is not on this machine."""
    there = find_spec(language.tool) if language.target in PYTHON else shutil.which(language.tool)
    if not there:
        pytest.skip(f"{language.tool} is not on this machine")


def results(
    language: Language, programs: Mapping[str, tuple[GradientProgram | DerivativeProgram, Any]], folder: Path
) -> dict[str, Any]:
    """Return, by name, the rows (value, derivatives) of programs at their points, as the language computes them."""
    parts, calls, files = [language.head], [], []
    for name, (program, points) in programs.items():
        own = "value_and_gradient" if language.target in PYTHON else name
        text = program.translate(language.target, own)
        (folder / f"{name}{language.suffix}").write_text(text, "utf-8")
        if language.target == "c":
            (folder / f"{name}.h").write_text(program.translate("h", name), "utf-8")
        files.append(f"{name}{language.suffix}")
        points.astype(float).tofile(folder / f"{name}.in")
        words = _words(program, name, language)
        if language.target not in PYTHON:
            parts.append(Template(language.each).substitute(words))
        calls.append(Template(CALL[language.target]).substitute(words))
    if language.target in PYTHON:
        parts.append(language.each)
    parts.append(Template(language.foot).substitute(calls="".join(calls)))
    (folder / language.driver).write_text("".join(parts), "utf-8")
    build = [each for word in language.build for each in (files if word == "$files" else [word])]
    if build:
        finish(build, folder)
    finish([sys.executable, language.driver] if language.target in PYTHON else language.run, folder)
    return {
        name: np.fromfile(folder / f"{name}.out").reshape(len(points), -1) for name, (_, points) in programs.items()
    }


def _words(program: GradientProgram | DerivativeProgram, name: str, language: Language) -> dict[str, object]:
    header = program.translate("h", name)
    inputs, count, size = (int(word) for word in re.findall(r" = (\d+)", header[header.index("enum {") :])[:3])
    is_gradient = isinstance(program, GradientProgram)
    entries = re.search(rf"{name}_rows\[(\d+)\];", header)
    words: dict[str, object] = {"name": name, "n": inputs, "m": count, "size": size}
    words |= {"results": count + is_gradient, "entries": entries[1] if entries else 0}
    words |= {
        "work": ", w" if size else "",
        "rust_work": ", &mut w" if size else "",
        "declared": ", double *" if size else "",
    }
    declaration, call = language.gradient if is_gradient else language.derivative
    codes = {"declaration": declaration, "call": call, "places": language.places if entries else ""}
    return words | {key: Template(code).substitute(words) for key, code in codes.items()}


def finish(command: Sequence[str], folder: Path) -> str:
    """Run a command to its end; return what it printed. Asserts that it does what it was asked to."""
    done = subprocess.run(
        list(command),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)[:200]}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout
