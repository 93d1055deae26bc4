"""Rust."""

from __future__ import annotations

from compiler.dialects.row import Dialect

_OWN = """acos asin atan atan2 cbrt ceil cos cosh exp floor hypot sin sinh sqrt tan tanh trunc""".split()
_BINARY = "atan2", "hypot"
_FOREIGN = "acosh", "asinh", "atanh", "erf"  # the C library's: Rust's own lose digits, or there is none

RUST = Dialect(
    name="rust",
    title="Rust",
    comment="//",
    usage=("point: the inputs; $array: room for $held. Nothing is allocated.",),
    head="",
    open="\n#[allow(non_snake_case, unused_parens, unused_variables)]\n"
    "pub fn $name(point: &[f64; $inputs], gradient: &mut [f64; $stored]$work) -> f64 {",
    result="    $value\n}",
    number="    let {0}: f64 = {1};",
    truth="    let {0}: bool = {1};",
    cell="{0}[{1}]",
    store="    {0} = {1};",
    open_part="\n#[allow(non_snake_case, unused_parens, unused_variables)]\n#[inline(never)]\n"
    "fn part_$place(point: &[f64; $inputs], $array: &mut [f64; $stored], work: &mut [f64; $size]) {",
    call_part="    part_$place(point, $array, work);",
    close_part="}",
    work={"work": ", work: &mut [f64; $size]"},
    operations={name: f"f64::{name}({{0}}, {{1}})" if name in _BINARY else f"f64::{name}({{0}})" for name in _OWN}
    | {name: f"unsafe {{{{ {name}({{0}}) }}}}" for name in _FOREIGN}
    | {name: f"f64::{name}({{0}}) + 0.0" for name in ("floor", "ceil", "trunc")}  # never -0.0, as in Python
    | {
        "abs": "f64::abs({0})",
        "expm1": "f64::exp_m1({0})",
        "log": "f64::ln({0})",
        "log1p": "f64::ln_1p({0})",
        "pow": "f64::powf({0}, {1})",
        "select": "if {0} {{ {1} }} else {{ {2} }}",
    },
    prelude={
        **{name: ((), f'extern "C" {{\n    fn {name}(x: f64) -> f64;\n}}') for name in _FOREIGN},
        "maximum": ((), "fn maximum(a: f64, b: f64) -> f64 {\n    if a > b || a.is_nan() { a } else { b }\n}"),
        "minimum": ((), "fn minimum(a: f64, b: f64) -> f64 {\n    if a < b || a.is_nan() { a } else { b }\n}"),
        "relu": ((), "fn relu(x: f64) -> f64 {\n    if x < 0.0 { 0.0 } else { x }\n}"),
        "sigmoid": (
            (),
            "fn sigmoid(x: f64) -> f64 {\n    let z = (-x.abs()).exp();\n"
            "    (if x < 0.0 { z } else { 1.0 }) / (1.0 + z)\n}",
        ),
        "sign": (
            (),
            "fn sign(x: f64) -> f64 {\n    if x > 0.0 { 1.0 } else if x < 0.0 { -1.0 } else { x + 0.0 }\n}",
        ),
        "softplus": (
            (),
            "fn softplus(x: f64) -> f64 {\n    let z = (-x.abs()).exp().ln_1p();\n"
            "    if x > 0.0 { x + z } else { z }\n}",
        ),
    },
    words="""abstract as async await become box break const continue crate do dyn else enum extern false final fn
    for gen if impl in let loop macro match mod move mut override priv pub ref return self Self static struct super
    trait true try type typeof union unsafe unsized use virtual where while yield Some None Ok Err""",
    row={
        "open": "\n${pattern}#[allow(non_snake_case, unused_parens, unused_variables)]\n"
        "pub fn $name(point: &[f64; $inputs], results: &mut [f64; $stored]$work) {",
        "result": "}",
        "pattern": (
            "#[allow(non_upper_case_globals)]\npub static $array: [usize; $entries] = [",
            "    $numbers,",
            "];\n",
        ),
    },
)
