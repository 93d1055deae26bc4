"""C, its header, C++ and CUDA."""

from __future__ import annotations

from dataclasses import replace

from compiler.dialects.row import Dialect

_C_WORDS = """alignas alignof auto bool break case char const constexpr continue default do double else enum extern
false float for goto if inline int long nullptr register restrict return short signed sizeof static static_assert
struct switch thread_local true typedef typeof typeof_unqual union unsigned void volatile while asm linux unix i386"""
_CPP_WORDS = """and and_eq bitand bitor catch char8_t char16_t char32_t class compl concept consteval constinit
const_cast co_await co_return co_yield decltype delete dynamic_cast explicit export friend mutable namespace new
noexcept not not_eq operator or or_eq private protected public reinterpret_cast requires static_cast template this
throw try typeid typename using virtual wchar_t xor xor_eq"""
_MACROS = r"[A-Z]{3}\w*|(?:FD|FP|M|MB)_\w+"  # names that headers define for the preprocessor

_PART = """
#if defined(__GNUC__)
#define PART static __attribute__((noinline))
#else
#define PART static
#endif
"""

C = Dialect(
    name="c",
    title="C",
    comment="//",
    usage=(
        "point: the inputs; $array: room for $held. Nothing is allocated.",
        "For the bits of the Python text on + - * /: no -ffast-math, and -ffp-contract=off.",
    ),
    head="#include <math.h>\n#include <stdbool.h>\n$part",
    open="\ndouble $name(const double *point, double *gradient$work)\n{",
    result="    return $value;\n}",
    number="    const double {0} = {1};",
    truth="    const bool {0} = {1};",
    cell="{0}[{1}]",
    store="    {0} = {1};",
    open_part="\nPART void part_$place(const double *point, double *$array, double *work)\n{",
    call_part="    part_$place(point, $array, work);",
    close_part="}",
    work={"work": ", double *work", "part": _PART},
    operations={
        "abs": "fabs({0})",
        "floor": "floor({0}) + 0.0",  # never -0.0, as in Python
        "ceil": "ceil({0}) + 0.0",
        "trunc": "trunc({0}) + 0.0",
        "select": "{0} ? {1} : {2}",
    },
    prelude={
        "maximum": (
            (),
            "static double maximum(double a, double b)\n{\n    return a > b || a != a ? a : b;\n}",
        ),
        "minimum": (
            (),
            "static double minimum(double a, double b)\n{\n    return a < b || a != a ? a : b;\n}",
        ),
        "relu": ((), "static double relu(double x)\n{\n    return x < 0.0 ? 0.0 : x;\n}"),
        "sigmoid": (
            (),
            "static double sigmoid(double x)\n{\n    const double z = exp(-fabs(x));\n"
            "    return (x < 0.0 ? z : 1.0) / (1.0 + z);\n}",
        ),
        "sign": ((), "static double sign(double x)\n{\n    return x != x ? x : (double)((x > 0.0) - (x < 0.0));\n}"),
        "softplus": (
            (),
            "static double softplus(double x)\n{\n    const double z = log1p(exp(-fabs(x)));\n"
            "    return x > 0.0 ? x + z : z;\n}",
        ),
    },
    words=_C_WORDS,
    forms=_MACROS,
    row={
        "open": "\n${pattern}void $name(const double *point, double *results$work)\n{",
        "result": "}",
        "pattern": ("const int $array[$entries] = {", "    $numbers,", "};\n"),
    },
)

H = replace(
    C,
    name="h",
    title="C (the header)",
    head="",
    open="\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n"
    "\nenum { ${name}_inputs = $inputs, ${name}_derivatives = $stored, ${name}_work = $size };\n"
    "\ndouble $name(const double *point, double *gradient$work);\n"
    "\n#ifdef __cplusplus\n}\n#endif",
    result="",
    row={
        "open": "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n"
        "\nenum { ${name}_inputs = $inputs, ${name}_results = $stored, ${name}_work = $size };\n\n${pattern}"
        "void $name(const double *point, double *results$work);\n"
        "\n#ifdef __cplusplus\n}\n#endif",
        "pattern": ("extern const int $array[$entries];", "", ""),
    },
)  # fmt: skip

CPP = replace(
    C,
    name="cpp",
    title="C++",
    head="#include <math.h>\n$part",
    words=_C_WORDS + " " + _CPP_WORDS,
    row={**C.row, "pattern": ("extern const int $array[$entries] = {", "    $numbers,", "};\n")},
)

CUDA = replace(
    CPP,
    name="cuda",
    title="CUDA",
    usage=(
        "points: (inputs, count), values: (count), gradients: (derivatives, count), row after row;",
        "a thread a point: ${name}_batch<<<blocks, threads>>>(count, points, values, gradients).",
        "For the bits of the Python text on + - * /: -fmad=false.",
    ),
    head="#include <math.h>\n#include <stddef.h>",
    open="\n__device__ double $name(const double *point, double *gradient, size_t stride$work)\n{",
    cell="{0}[{1} * stride]",
    work_cell="{0}[{1}]",
    open_part="\n__device__ __noinline__ static void part_$place"
    "(const double *point, double *$array, size_t stride, double *work)\n{",
    call_part="    part_$place(point, $array, stride, work);",
    foot="""
extern "C" __global__ void ${name}_batch(size_t count, const double *points, double *values, double *gradients)
{
$room    const size_t step = (size_t)gridDim.x * blockDim.x;
    for (size_t at = (size_t)blockIdx.x * blockDim.x + threadIdx.x; at < count; at += step)
        values[at] = $name(points + at, gradients + at, count$given);
}""",
    work={"work": ", double *work", "given": ", work", "room": "    double work[$size];\n"},
    prelude={name: (needs, f"__device__ {text}") for name, (needs, text) in C.prelude.items()},
    row={
        **CPP.row,
        "usage": (
            "points: (inputs, count), results: (results, count), row after row;",
            "a thread a point: ${name}_batch<<<blocks, threads>>>(count, points, results).",
            "For the bits of the Python text on + - * /: -fmad=false.",
        ),
        "open": "\n${pattern}__device__ void $name(const double *point, double *results, size_t stride$work)\n{",
        "foot": """
extern "C" __global__ void ${name}_batch(size_t count, const double *points, double *results)
{
$room    const size_t step = (size_t)gridDim.x * blockDim.x;
    for (size_t at = (size_t)blockIdx.x * blockDim.x + threadIdx.x; at < count; at += step)
        $name(points + at, results + at, count$given);
}""",
    },
)
