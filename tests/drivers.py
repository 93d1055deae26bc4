"""What runs translated programs: a driver a language, from points as doubles to the numbers that a program returns.

A program NAME has its points in NAME.in and its results in NAME.out, so no bit is lost on the way.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """A target, the tool that it needs, and how its files are built and run: $files are the translated ones.

    each: what runs one function; gradient, derivative: $declaration and $call in it, of a function that returns the
    value, and of one whose results are in a row. places: what writes the arrays beside a function that has them to
    NAME.places, rows and columns as 32-bit integers as the language counts them.
    """

    target: str
    tool: str
    suffix: str
    head: str
    each: str
    foot: str
    driver: str
    gradient: tuple[str, str] = ("", "")
    derivative: tuple[str, str] = ("", "")
    build: tuple[str, ...] = ()
    run: tuple[str, ...] = ("./driver",)
    places: str = ""


_C_HEAD = "#include <stdio.h>\n#include <stdlib.h>\n"
_C_EACH = """
$declaration
static void run_$name(void)
{
    static double x[$n + 1], r[$m + 1], w[$size + 1];
    FILE *in = fopen("$name.in", "rb"), *out = fopen("$name.out", "wb");
    while (fread(x, sizeof(double), $n, in) == $n) {
        $call
        fwrite(r, sizeof(double), $m, out);
    }
    fclose(out);
    (void)w;
$places}
"""
_C_VALUE = "const double value = $name(x, r$work);\n        fwrite(&value, sizeof(double), 1, out);"
_C_RESULTS = "$name(x, r$work);"
_C_HEADER = '#include "$name.h"'
C_PLACES = """    out = fopen("$name.places", "wb");
    fwrite(${name}_rows, sizeof(int), $entries, out);
    fwrite(${name}_columns, sizeof(int), $entries, out);
    fclose(out);
"""
_CALLS = "\nint main(void)\n{\n$calls    return 0;\n}\n"
_STRICT = ("-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-O1", "-ffp-contract=off")

_PYTHON = """
import importlib, numpy as np
def run(name, n, results, entries, make, back):
    points = np.fromfile(name + ".in").reshape(-1, n)
    returned = importlib.import_module(name).value_and_gradient(*map(make, points.T.copy()))
    parts = [each if isinstance(each, tuple) else (each,) for each in returned]
    flat = [number for part in parts for number in part]
    assert len(flat) == results + 2 * entries
    rows = [np.broadcast_to(np.asarray(back(each), float), len(points)) for each in flat[:results]]
    np.ascontiguousarray(np.array(rows).T).tofile(name + ".out")
    if entries:
        np.array(flat[results:], np.int32).tofile(name + ".places")
"""

_PYTHON_MADE = {
    "numpy": "np.seterr(all='ignore')\nmake = back = np.asarray",
    "jax": 'import jax\njax.config.update("jax_enable_x64", True)\nmake, back = jax.numpy.asarray, np.asarray',
    "torch": "import torch\nmake, back = torch.from_numpy, np.asarray",
}
PYTHON = tuple(_PYTHON_MADE)

LANGUAGES = [
    Language(
        "c",
        "gcc",
        ".c",
        _C_HEAD,
        _C_EACH,
        _CALLS,
        "driver.c",
        (_C_HEADER, _C_VALUE),
        (_C_HEADER, _C_RESULTS),
        ("gcc", "-std=c11", "-pedantic", *_STRICT, "-o", "driver", "driver.c", "$files", "-lm"),
        places=C_PLACES,
    ),
    Language(
        "cpp",
        "g++",
        ".cpp",
        _C_HEAD,
        _C_EACH,
        _CALLS,
        "driver.cpp",
        ("double $name(const double *, double *$declared);", _C_VALUE),
        (
            "void $name(const double *, double *$declared);\nextern const int ${name}_rows[], ${name}_columns[];",
            _C_RESULTS,
        ),
        ("g++", "-std=c++17", "-pedantic", *_STRICT, "-o", "driver", "driver.cpp", "$files"),
        places=C_PLACES,
    ),
    Language(
        "rust",
        "rustc",
        ".rs",
        "",
        """
mod $name;
fn run_$name() {
    let (mut x, mut r, mut w) = ([0.0f64; $n], [0.0f64; $m], [0.0f64; $size]);
    let _ = &mut w;
    let mut out = Vec::new();
    for row in std::fs::read("$name.in").unwrap().chunks($n * 8) {
        for (place, each) in row.chunks(8).enumerate() { x[place] = f64::from_ne_bytes(each.try_into().unwrap()); }
        $call
        for each in r { out.extend(each.to_ne_bytes()); }
    }
    std::fs::write("$name.out", out).unwrap();
$places}
""",
        "\nfn main() {\n$calls}\n",
        "driver.rs",
        ("", "let value = $name::$name(&x, &mut r$rust_work);\n        out.extend(value.to_ne_bytes());"),
        ("", "$name::$name(&x, &mut r$rust_work);"),
        ("rustc", "--edition", "2021", "-O", "-D", "warnings", "-o", "driver", "driver.rs"),
        places="""    let both = $name::${name}_rows.iter().chain($name::${name}_columns.iter());
    let bytes: Vec<u8> = both.flat_map(|&each| (each as i32).to_ne_bytes()).collect();
    std::fs::write("$name.places", bytes).unwrap();
""",
    ),
    Language(
        "javascript",
        "node",
        ".mjs",
        'import fs from "node:fs";\n',
        """
import * as $name from "./$name.mjs";
function run_$name() {
    const bytes = fs.readFileSync("$name.in");
    const points = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
    const results = new Float64Array($m), rows = [];
    for (let at = 0; at < points.length; at += $n) {
        $call
        rows.push(...results);
    }
    fs.writeFileSync("$name.out", new Uint8Array(Float64Array.from(rows).buffer));
$places}
""",
        "\n$calls",
        "driver.mjs",
        ("", "rows.push($name.$name(points.subarray(at, at + $n), results));"),
        ("", "$name.$name(points.subarray(at, at + $n), results);"),
        places="""    const both = Int32Array.from([...$name.${name}_rows, ...$name.${name}_columns]);
    fs.writeFileSync("$name.places", new Uint8Array(both.buffer));
""",
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
    points, results = reshape(reinterpret(Float64, read("$name.in")), $n, :), zeros($m)
    open("$name.out", "w") do out
        for point in eachcol(points)
            $call
            write(out, results)
        end
    end
$places    return nothing
end
""",
        "\n$calls",
        "driver.jl",
        ("", "write(out, $name!(results, Vector(point)))"),
        ("", "$name!(results, Vector(point))"),
        places="""    write("$name.places", Int32.([${name}_rows; ${name}_columns]))\n""",
        run=("julia", "--startup-file=no", "driver.jl"),
    ),
    Language(
        "fortran",
        "gfortran",
        ".f90",
        "program driver\n    implicit none\n    call run_all()\ncontains\n",
        """
    subroutine run_$name()
        use ${name}_module
        double precision :: x($n), r($m), w($size), value
        integer :: status
        w = 0
        value = 0
        open (10, file="$name.in", access="stream", form="unformatted")
        open (11, file="$name.out", access="stream", form="unformatted", status="replace")
        do
            read (10, iostat=status) x
            if (status /= 0) exit
            $call
            write (11) r
        end do
        close (10)
        close (11)
$places    end subroutine
""",
        "\n    subroutine run_all()\n$calls    end subroutine\nend program\n",
        "driver.f90",
        ("", "call $name(x, value, r$work)\n            write (11) value"),
        ("", "call $name(x, r$work)"),
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
        places="""        open (11, file="$name.places", access="stream", form="unformatted", status="replace")
        write (11) ${name}_rows, ${name}_columns
        close (11)
""",
    ),
    *(
        Language(target, target, ".py", "", _PYTHON, f"{made}\n$calls", "driver.py")
        for target, made in _PYTHON_MADE.items()
    ),
]
CALL = {
    "c": "    run_$name();\n",
    "cpp": "    run_$name();\n",
    "cuda": "    run_$name();\n",
    "rust": "    run_$name();\n",
    "javascript": "run_$name();\n",
    "julia": "run_$name()\n",
    "fortran": "        call run_$name()\n",
}
CALL |= dict.fromkeys(PYTHON, 'run("$name", $n, $results, $entries, make, back)\n')
