"""JavaScript, as a module."""

from __future__ import annotations

from compiler.dialects.row import Dialect

_MATH = """abs acos acosh asin asinh atan atanh cbrt cos cosh exp expm1 log log1p sin sinh sqrt tan tanh""".split()

# Abramowitz & Stegun 7.1.6 (all terms positive) and, from 2.5 on, 7.1.14: both to the last digits of a double
_ERF = """function erf(x) {
    const a = Math.abs(x);
    if (!(a < 6)) return a !== a ? a : x < 0 ? -1 : 1;
    if (a < 2.5) {
        let term = x, sum = x;
        for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return sum === 0 ? x : 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
    let tail = a;
    for (let k = 80; k > 0; k--) tail = a + k / 2 / tail;
    const z = 1 - Math.exp(-a * a) / tail / Math.sqrt(Math.PI);
    return x < 0 ? -z : z;
}"""

JAVASCRIPT = Dialect(
    name="javascript",
    title="JavaScript",
    comment="//",
    usage=("point: the inputs; $array: an array for $held (Float64Array).",),
    head="",
    open="\nexport function $name(point, gradient$work) {",
    result="    return $value;\n}",
    number="    const {0} = {1};",
    truth="    const {0} = {1};",
    cell="{0}[{1}]",
    store="    {0} = {1};",
    open_part="\nfunction part_$place(point, $array, work) {",
    call_part="    part_$place(point, $array, work);",
    close_part="}",
    work={"work": ", work = new Float64Array($size)"},
    operations={name: f"Math.{name}({{0}})" for name in _MATH}
    | {name: f"Math.{name}({{0}}, {{1}})" for name in ("atan2", "hypot", "pow")}
    | {name: f"Math.{name}({{0}}) + 0" for name in ("floor", "ceil", "trunc")}  # never -0, as in Python
    | {"eq": "{0} === {1}", "ne": "{0} !== {1}", "select": "{0} ? {1} : {2}"},
    prelude={
        "erf": ((), _ERF),
        "maximum": ((), "function maximum(a, b) {\n    return a > b || a !== a ? a : b;\n}"),
        "minimum": ((), "function minimum(a, b) {\n    return a < b || a !== a ? a : b;\n}"),
        "relu": ((), "function relu(x) {\n    return x < 0 ? 0 : x;\n}"),
        "sigmoid": (
            (),
            "function sigmoid(x) {\n    const z = Math.exp(-Math.abs(x));\n    return (x < 0 ? z : 1) / (1 + z);\n}",
        ),
        "sign": ((), "function sign(x) {\n    return x > 0 ? 1 : x < 0 ? -1 : x + 0;\n}"),
        "softplus": (
            (),
            "function softplus(x) {\n    const z = Math.log1p(Math.exp(-Math.abs(x)));\n"
            "    return x > 0 ? x + z : z;\n}",
        ),
    },
    words="""arguments async await break case catch class const continue debugger default delete do else enum eval
    export extends false finally for function if implements import in instanceof interface let new null package
    private protected public return static super switch this throw true try typeof undefined var void while with
    yield""",
    row={
        "open": "\n${pattern}export function $name(point, results$work) {",
        "result": "}",
        "pattern": ("export const $array = [", "    $numbers,", "];\n"),
    },
)
