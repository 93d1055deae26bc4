"""The drivers of translated derivative programs: those of `tests.languages`, for functions whose results are in a row.

Rows and columns of a pattern go to NAME.places, 32-bit integers as the language counts them.
"""

from __future__ import annotations

from dataclasses import replace
from string import Template

from tests.languages import LANGUAGES, PYTHON

_C_EACH = """
$declaration
static void run_$name(void)
{
    static double x[$n + 1], r[$m + 1], w[$size + 1];
    FILE *in = fopen("$name.in", "rb"), *out = fopen("$name.out", "wb");
    while (fread(x, sizeof(double), $n, in) == $n) {
        $name(x, r$work);
        fwrite(r, sizeof(double), $m, out);
    }
    fclose(out);
    (void)w;
$places}
"""
_C_PLACES = """    out = fopen("$name.places", "wb");
    fwrite(${name}_rows, sizeof(int), $entries, out);
    fwrite(${name}_columns, sizeof(int), $entries, out);
    fclose(out);
"""
_CUDA_EACH = """
namespace of_$name {
#include "$name.cu"
}
static void run_$name(void)
{
    std::vector<double> read, points, results;
    double each;
    FILE *in = fopen("$name.in", "rb"), *out = fopen("$name.out", "wb");
    while (fread(&each, sizeof(double), 1, in) == 1) read.push_back(each);
    const size_t count = read.size() / $n;
    for (size_t at = 0; at < count * $n; at++) points.push_back(read[at % count * $n + at / count]);
    results.resize(count * $m);
    of_$name::${name}_batch(count, points.data(), results.data());
    for (size_t at = 0; at < count * $m; at++) fwrite(&results[at % $m * count + at / $m], sizeof(double), 1, out);
    fclose(out);
$places}
"""
# CUDA as C++, one thread: every header that a program needs comes before the words are defined away
_CUDA_HEAD = """#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <vector>
#define __device__
#define __global__
#define __noinline__
static const struct { unsigned x; } gridDim = {1}, blockDim = {1}, blockIdx = {0}, threadIdx = {0};
"""
_PYTHON = """
import importlib, numpy as np
def run(name, n, m, make, back):
    points = np.fromfile(name + ".in").reshape(-1, n)
    returned = importlib.import_module(name).value_and_gradient(*map(make, points.T.copy()))
    parts = [each if isinstance(each, tuple) else (each,) for each in returned]
    flat = [number for part in parts for number in part]
    rows = [np.broadcast_to(np.asarray(back(each), float), len(points)) for each in flat[:m]]
    np.ascontiguousarray(np.array(rows).T).tofile(name + ".out")
    if flat[m:]:
        np.array(flat[m:], np.int32).tofile(name + ".places")
"""
_EACH = {
    "c": Template(_C_EACH).safe_substitute(declaration='#include "$name.h"'),
    "cpp": Template(_C_EACH).safe_substitute(
        declaration="void $name(const double *, double *$declared);\n"
        "extern const int ${name}_rows[], ${name}_columns[];"
    ),
    "rust": """
mod $name;
fn run_$name() {
    let (mut x, mut r, mut w) = ([0.0f64; $n], [0.0f64; $m], [0.0f64; $size]);
    let _ = &mut w;
    let mut out = Vec::new();
    for row in std::fs::read("$name.in").unwrap().chunks($n * 8) {
        for (place, each) in row.chunks(8).enumerate() { x[place] = f64::from_ne_bytes(each.try_into().unwrap()); }
        $name::$name(&x, &mut r$rust_work);
        for each in r { out.extend(each.to_ne_bytes()); }
    }
    std::fs::write("$name.out", out).unwrap();
$places}
""",
    "javascript": """
import * as $name from "./$name.mjs";
function run_$name() {
    const bytes = fs.readFileSync("$name.in");
    const points = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
    const results = new Float64Array($m), rows = [];
    for (let at = 0; at < points.length; at += $n) {
        $name.$name(points.subarray(at, at + $n), results);
        rows.push(...results);
    }
    fs.writeFileSync("$name.out", new Uint8Array(Float64Array.from(rows).buffer));
$places}
""",
    "julia": """
include("$name.jl")
function run_$name()
    points, results = reshape(reinterpret(Float64, read("$name.in")), $n, :), zeros($m)
    open("$name.out", "w") do out
        for point in eachcol(points)
            $name!(results, Vector(point))
            write(out, results)
        end
    end
$places    return nothing
end
""",
    "fortran": """
    subroutine run_$name()
        use ${name}_module
        double precision :: x($n), r($m), w($size)
        integer :: status
        w = 0
        open (10, file="$name.in", access="stream", form="unformatted")
        open (11, file="$name.out", access="stream", form="unformatted", status="replace")
        do
            read (10, iostat=status) x
            if (status /= 0) exit
            call $name(x, r$work)
            write (11) r
        end do
        close (10)
        close (11)
$places    end subroutine
""",
} | dict.fromkeys(PYTHON, _PYTHON)
_PLACES = {
    "c": _C_PLACES,
    "cpp": _C_PLACES,
    "rust": """    let both = $name::${name}_rows.iter().chain($name::${name}_columns.iter());
    let bytes: Vec<u8> = both.flat_map(|&each| (each as i32).to_ne_bytes()).collect();
    std::fs::write("$name.places", bytes).unwrap();
""",
    "javascript": """    const both = Int32Array.from([...$name.${name}_rows, ...$name.${name}_columns]);
    fs.writeFileSync("$name.places", new Uint8Array(both.buffer));
""",
    "julia": """    write("$name.places", Int32.([${name}_rows; ${name}_columns]))\n""",
    "fortran": """        open (11, file="$name.places", access="stream", form="unformatted", status="replace")
        write (11) ${name}_rows, ${name}_columns
        close (11)
""",
}
_CPP = next(each for each in LANGUAGES if each.target == "cpp")
DERIVATIVE_LANGUAGES = [
    replace(each, each=_EACH[each.target], places=_PLACES.get(each.target, "")) for each in LANGUAGES
]
DERIVATIVE_LANGUAGES.append(
    replace(
        _CPP,
        target="cuda",
        suffix=".cu",
        head=_CUDA_HEAD,
        each=_CUDA_EACH,
        places=_C_PLACES.replace("${name}_", "of_$name::${name}_"),
        build=("g++", "-std=c++17", "-O0", "-ffp-contract=off", "-o", "driver", "driver.cpp"),
    )
)
