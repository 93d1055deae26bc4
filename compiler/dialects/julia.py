"""Julia, whose functions throw where IEEE has nan: the prelude's do not."""

from __future__ import annotations

from compiler.dialects.row import Dialect

_WHERE_NAN = {
    "acos": "abs(x) > 1",
    "acosh": "x < 1",
    "asin": "abs(x) > 1",
    "atanh": "abs(x) > 1",
    "cos": "isinf(x)",
    "log": "x < 0",
    "log1p": "x < -1",
    "sin": "isinf(x)",
    "sqrt": "x < 0",
    "tan": "isinf(x)",
}

JULIA = Dialect(
    name="julia",
    title="Julia",
    comment="#",
    usage=("point: the inputs; $array: room for $held (Vector{Float64}).",),
    head="",
    open="\nfunction $name!(gradient, point$work)",
    result="    return $value\nend",
    number="    {0} = {1}",
    truth="    {0} = {1}",
    cell="{0}[{1}]",
    store="    {0} = {1}",
    first=1,
    open_part="\n@noinline function part_$place!($array, point, work)",
    call_part="    part_$place!($array, point, work)",
    close_part="    return nothing\nend",
    work={"work": ", work = Vector{Float64}(undef, $size)"},
    operations={name: f"nan_{name}({{0}})" for name in _WHERE_NAN}
    | {name: f"{name}({{0}}) + 0.0" for name in ("floor", "ceil", "trunc")}  # never -0.0, as in Python
    | {"atan2": "atan({0}, {1})", "pow": "nan_pow({0}, {1})", "select": "ifelse({0}, {1}, {2})"},
    prelude={
        **{name: ((), f"nan_{name}(x) = {condition} ? NaN : {name}(x)") for name, condition in _WHERE_NAN.items()},
        "erf": ((), 'erf(x) = ccall((:erf, "libopenlibm"), Float64, (Float64,), x)'),
        "maximum": ((), "maximum(a, b) = ifelse((a > b) | isnan(a), a, b)"),
        "minimum": ((), "minimum(a, b) = ifelse((a < b) | isnan(a), a, b)"),
        "pow": ((), "nan_pow(x, y) = x < 0 && !isinteger(y) ? NaN : x^y"),
        "relu": ((), "relu(x) = ifelse(x < 0, 0.0, x)"),
        "sigmoid": ((), "sigmoid(x) = ifelse(x < 0, exp(-abs(x)), 1.0) / (1.0 + exp(-abs(x)))"),
        "sign": ((), "sign(x) = ifelse(x > 0, 1.0, ifelse(x < 0, -1.0, x + 0.0))"),
        "softplus": ((), "softplus(x) = ifelse(x > 0, x, 0.0) + log1p(exp(-abs(x)))"),
    },
    words="""abstract baremodule begin break catch const continue do else elseif end export false finally for
    function global if import in isa let local macro module mutable outer primitive public quote return struct true
    try type using where while Float64 Inf NaN Vector undef nothing""",
    row={
        "open": "\n${pattern}function $name!(results, point$work)",
        "result": "    return nothing\nend",
        "pattern": ("const $array = Int[", "    $numbers,", "]\n"),
    },
)
