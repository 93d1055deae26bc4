"""Translated programs, built and run: a driver a language, from points as doubles to values and gradients.

A program NAME has its points in NAME.in and its results in NAME.out, so no bit is lost on the way.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import pytest

from compiler import GradientProgram
from compiler.derivatives import DerivativeProgram

TIMEOUT = 240


@dataclass(frozen=True)
class Language:
    """A target, the tool that it needs, and how its files are built and run: $files are the translated ones.

    places: what writes the arrays beside a function that has them to NAME.places.
    """

    target: str
    tool: str
    suffix: str
    head: str
    each: str
    foot: str
    driver: str
    build: tuple[str, ...] = ()
    run: tuple[str, ...] = ("./driver",)
    places: str = ""


_C_HEAD = "#include <stdio.h>\n#include <stdlib.h>\n"
_C_EACH = """
$declaration
static void run_$name(void)
{
    static double x[$n + 1], g[$m + 1], w[$size + 1];
    FILE *in = fopen("$name.in", "rb"), *out = fopen("$name.out", "wb");
    while (fread(x, sizeof(double), $n, in) == $n) {
        const double value = $name(x, g$work);
        fwrite(&value, sizeof(double), 1, out);
        fwrite(g, sizeof(double), $m, out);
    }
    fclose(out);
    (void)w;
}
"""
_CALLS = "\nint main(void)\n{\n$calls    return 0;\n}\n"
_STRICT = ("-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-O1", "-ffp-contract=off")

_PYTHON = """
import importlib, numpy as np
def run(name, n, m, make, back):
    points = np.fromfile(name + ".in").reshape(-1, n)
    value, gradient = importlib.import_module(name).value_and_gradient(*map(make, points.T.copy()))
    rows = [np.broadcast_to(np.asarray(back(each), float), len(points)) for each in (value, *gradient)]
    assert len(rows) == 1 + m
    np.ascontiguousarray(np.array(rows).T).tofile(name + ".out")
"""

LANGUAGES = [
    Language(
        "c",
        "gcc",
        ".c",
        _C_HEAD,
        Template(_C_EACH).safe_substitute(declaration='#include "$name.h"'),
        _CALLS,
        "driver.c",
        ("gcc", "-std=c11", "-pedantic", *_STRICT, "-o", "driver", "driver.c", "$files", "-lm"),
    ),
    Language(
        "cpp",
        "g++",
        ".cpp",
        _C_HEAD,
        Template(_C_EACH).safe_substitute(declaration="double $name(const double *, double *$declared);"),
        _CALLS,
        "driver.cpp",
        ("g++", "-std=c++17", "-pedantic", *_STRICT, "-o", "driver", "driver.cpp", "$files"),
    ),
    Language(
        "rust",
        "rustc",
        ".rs",
        "",
        """
mod $name;
fn run_$name() {
    let (mut x, mut g, mut w) = ([0.0f64; $n], [0.0f64; $m], [0.0f64; $size]);
    let _ = &mut w;
    let mut out = Vec::new();
    for row in std::fs::read("$name.in").unwrap().chunks($n * 8) {
        for (place, each) in row.chunks(8).enumerate() { x[place] = f64::from_ne_bytes(each.try_into().unwrap()); }
        let value = $name::$name(&x, &mut g$work);
        out.extend(value.to_ne_bytes());
        for each in g { out.extend(each.to_ne_bytes()); }
    }
    std::fs::write("$name.out", out).unwrap();
}
""".replace("$work", "$rust_work"),
        "\nfn main() {\n$calls}\n",
        "driver.rs",
        ("rustc", "--edition", "2021", "-O", "-D", "warnings", "-o", "driver", "driver.rs"),
    ),
    Language(
        "javascript",
        "node",
        ".mjs",
        'import fs from "node:fs";\n',
        """
import { $name } from "./$name.mjs";
function run_$name() {
    const bytes = fs.readFileSync("$name.in");
    const points = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
    const gradient = new Float64Array($m), rows = [];
    for (let at = 0; at < points.length; at += $n)
        rows.push($name(points.subarray(at, at + $n), gradient), ...gradient);
    fs.writeFileSync("$name.out", new Uint8Array(Float64Array.from(rows).buffer));
}
""",
        "\n$calls",
        "driver.mjs",
        run=("node", "driver.mjs"),
    ),
    Language(
        "julia",
        "julia",
        ".jl",
        "",
        """
include("$name.jl")
function run_$name()
    points, gradient = reshape(reinterpret(Float64, read("$name.in")), $n, :), zeros($m)
    open("$name.out", "w") do out
        for point in eachcol(points)
            write(out, $name!(gradient, Vector(point)))
            write(out, gradient)
        end
    end
end
""",
        "\n$calls",
        "driver.jl",
        run=("julia", "--startup-file=no", "driver.jl"),
    ),
    Language(
        "fortran",
        "gfortran",
        ".f90",
        "program driver\n    implicit none\n    call run_all()\ncontains\n",
        """
    subroutine run_$name()
        use ${name}_module, only: $name
        double precision :: x($n), g($m), w($size), v
        integer :: status
        w = 0
        open (10, file="$name.in", access="stream", form="unformatted")
        open (11, file="$name.out", access="stream", form="unformatted", status="replace")
        do
            read (10, iostat=status) x
            if (status /= 0) exit
            call $name(x, v, g$work)
            write (11) v, g
        end do
        close (10)
        close (11)
    end subroutine
""",
        "\n    subroutine run_all()\n$calls    end subroutine\nend program\n",
        "driver.f90",
        (
            "gfortran",
            "-std=f2008",
            *_STRICT,
            "-Wno-compare-reals",
            "-Wno-unused-dummy-argument",
            "-o",
            "driver",
            "$files",
            "driver.f90",
        ),
    ),
    Language(
        "numpy", "numpy", ".py", "", _PYTHON, "np.seterr(all='ignore')\nmake = back = np.asarray\n$calls", "driver.py"
    ),
    Language(
        "jax",
        "jax",
        ".py",
        "",
        _PYTHON,
        'import jax\njax.config.update("jax_enable_x64", True)\nmake, back = jax.numpy.asarray, np.asarray\n$calls',
        "driver.py",
    ),
    Language(
        "torch",
        "torch",
        ".py",
        "",
        _PYTHON,
        "import torch\nmake, back = torch.from_numpy, np.asarray\n$calls",
        "driver.py",
    ),
]
_CALL = {
    "c": "    run_$name();\n",
    "cpp": "    run_$name();\n",
    "cuda": "    run_$name();\n",
    "rust": "    run_$name();\n",
    "javascript": "run_$name();\n",
    "julia": "run_$name()\n",
    "fortran": "        call run_$name()\n",
}
_CALL |= dict.fromkeys(("numpy", "jax", "torch"), 'run("$name", $n, $m, make, back)\n')
PYTHON = ("numpy", "jax", "torch")


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
        words = _words(program, name, language.places)
        if language.target not in PYTHON:
            parts.append(Template(language.each).substitute(words))
        calls.append(Template(_CALL[language.target]).substitute(words))
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


def _words(program: GradientProgram | DerivativeProgram, name: str, code: str) -> dict[str, object]:
    header = program.translate("h", name)
    inputs, count, size = (int(word) for word in re.findall(r" = (\d+)", header[header.index("enum {") :])[:3])
    words: dict[str, object] = {"name": name, "n": inputs, "m": count, "size": size}
    entries = re.search(rf"{name}_rows\[(\d+)\];", header)
    places = Template(code).substitute(words, entries=entries[1]) if entries else ""
    return words | {
        "places": places,
        "work": ", w" if size else "",
        "rust_work": ", &mut w" if size else "",
        "declared": ", double *" if size else "",
    }


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
