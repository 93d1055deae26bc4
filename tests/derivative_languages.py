"""The languages of `tests.drivers`, and CUDA as C++, for derivative programs, whose results are in a row."""

from __future__ import annotations

from dataclasses import replace

from tests.drivers import C_PLACES, LANGUAGES

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
_CPP = next(each for each in LANGUAGES if each.target == "cpp")
_CUDA = replace(
    _CPP,
    target="cuda",
    suffix=".cu",
    head=_CUDA_HEAD,
    each=_CUDA_EACH,
    derivative=("", ""),
    places=C_PLACES.replace("${name}_", "of_$name::${name}_"),
    build=("g++", "-std=c++17", "-O0", "-ffp-contract=off", "-o", "driver", "driver.cpp"),
)
DERIVATIVE_LANGUAGES = [*LANGUAGES, _CUDA]
