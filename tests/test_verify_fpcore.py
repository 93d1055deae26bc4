"""verify's reader of FPCore: every rule by its value and its gates, what is refused, and the published cores."""

from __future__ import annotations

import math
import operator
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from verify import FormulaError
from verify.fpcore import is_fpcore, read_fpcore
from verify.graph import Graph, gate_count
from verify.read import read_formula
from verify.tape import Tape, lay

EXACT: dict[str, Callable[..., Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "neg": operator.neg,
    "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le, "eq": operator.eq, "ne": operator.ne,
    "select": lambda c, a, b: a if c else b, "max": max, "min": min, "abs": abs, "relu": lambda u: max(u, 0),
    "floor": math.floor, "ceil": math.ceil, "trunc": math.trunc,
}  # fmt: skip


def value(graph: Graph, *point: Fraction | int) -> Fraction:
    """Evaluate the gates of a graph exactly."""
    values: list[Any] = [Fraction(number) for number in point]
    for node in range(len(point), len(graph.ops)):
        if graph.ops[node] == "const":
            values.append(graph.value[node])
        else:
            values.append(Fraction(EXACT[graph.ops[node]](*[values[operand] for operand in graph.args[node]])))
    return Fraction(values[graph.output])


def core(body: str, arguments: str = "x y z") -> str:
    return f"(FPCore ({arguments}) {body})"


HALF = Fraction(1, 2)
RULES: list[tuple[str, tuple[Fraction | int, ...], Fraction | int, int]] = [
    # arithmetic: left to right
    ("(+ x)", (3, 4, 5), 3, 0), ("(* x)", (3, 4, 5), 3, 0), ("(- x)", (3, 4, 5), -3, 1),
    ("(+ x y z)", (3, 4, 5), 12, 2),
    ("(* x y z)", (3, 4, 5), 60, 2), ("(- x y z)", (3, 4, 5), -6, 2), ("(/ x y)", (3, 4, 5), Fraction(3, 4), 1),
    ("(- (- x))", (3, 4, 5), 3, 0), ("(fma x y z)", (3, 4, 5), 17, 2), ("(+ 1/3 2/3)", (3, 4, 5), 1, 0),
    # powers: the chain, then one division; nothing fuses with a product around it
    ("(pow x 3)", (3, 4, 5), 27, 2), ("(pow x -2)", (3, 4, 5), Fraction(1, 9), 2), ("(pow x 0)", (3, 4, 5), 1, 0),
    ("(* y (pow x -2))", (3, 4, 5), Fraction(4, 9), 3), ("(pow x 2.0)", (3, 4, 5), 9, 1),
    # functions that are gates of the table, and what is lowered
    ("(fabs x)", (-3, 4, 5), 3, 1), ("(fmax x y)", (3, 4, 5), 4, 1), ("(fmin x y)", (3, 4, 5), 3, 1),
    ("(fdim x y)", (3, 4, 5), 0, 2), ("(fdim y x)", (3, 4, 5), 1, 2), ("(copysign x y)", (3, -4, 5), -3, 4),
    ("(floor x)", (Fraction(-5, 2), 4, 5), -3, 1), ("(ceil x)", (Fraction(-5, 2), 4, 5), -2, 1),
    ("(trunc x)", (Fraction(-5, 2), 4, 5), -2, 1), ("(trunc x)", (Fraction(5, 2), 4, 5), 2, 1),
    ("(fmod x y)", (Fraction(-17, 2), 3, 5), Fraction(-5, 2), 4), ("(fmod x y)", (Fraction(17, 2), -3, 5), 5 * HALF, 4),
    ("(round x)", (5 * HALF, 4, 5), 3, 6), ("(round x)", (-5 * HALF, 4, 5), -3, 6), ("(round x)", (0, 4, 5), 0, 6),
    # conditions: a chain is one gate a pair of neighbours, `!=` one a pair, joined by select
    ("(if (< x y) x z)", (3, 4, 5), 3, 2), ("(if (>= x y) x z)", (3, 4, 5), 5, 2),
    ("(if (== x 3) y z)", (3, 4, 5), 4, 2), ("(if (== x 3 z) y z)", (3, 4, 5), 5, 4),
    ("(if (< x y z) 1 x)", (3, 4, 5), 1, 4), ("(if (< x y z) 1 x)", (3, 5, 5), 3, 4),
    ("(if (<= 1 x y z) 1 x)", (3, 5, 5), 1, 6), ("(if (!= x y z) 1 x)", (3, 4, 3), 3, 6),
    ("(if (!= x y z) 1 x)", (3, 4, 5), 1, 6), ("(if (!= x y) 1 x)", (3, 3, 5), 3, 2),
    ("(if (and (< x y) (< y z) (> z x)) 1 x)", (3, 4, 5), 1, 6), ("(if (and (< x y) (< z y)) 1 x)", (3, 4, 5), 3, 4),
    ("(if (or (> x y) (> z y)) 1 x)", (3, 4, 5), 1, 4), ("(if (or (> x y) (> y z)) 1 x)", (3, 4, 5), 3, 4),
    ("(if (not (< x y)) 1 x)", (3, 4, 5), 3, 3), ("(if (and (< x y)) 1 x)", (3, 4, 5), 1, 2),
    ("(if (if (< x y) (< z y) (< y z)) 1 x)", (3, 4, 5), 3, 5),
    # constant conditions choose at once, and only they
    ("(if TRUE x (sin y))", (3, 4, 5), 3, 0), ("(if FALSE x y)", (3, 4, 5), 4, 0),
    ("(if (not TRUE) x y)", (3, 4, 5), 4, 0),
    ("(if (and TRUE (< x y)) x z)", (3, 4, 5), 3, 2), ("(if (and FALSE (< x y)) x z)", (3, 4, 5), 5, 0),
    ("(if (or TRUE (< x y)) x z)", (3, 4, 5), 3, 0), ("(if (and (< x y) TRUE) x z)", (3, 4, 5), 3, 3),
    ("(if (< 1 2) x y)", (3, 4, 5), 3, 1),
    # bindings are names
    ("(let ([a (+ x y)] [b 2]) (* a a b))", (3, 4, 5), 98, 3), ("(let ([x y] [y x]) (- x y))", (3, 4, 5), 1, 1),
    ("(let* ([x y] [y x]) (- x y))", (3, 4, 5), 0, 1), ("(let* ([a x] [a (* a a)] [a (+ a a)]) a)", (3, 4, 5), 18, 2),
    ("(let () (+ x y))", (3, 4, 5), 7, 1), ("(+ (let ([x 10]) x) x)", (3, 4, 5), 13, 1),
    ("(let ([unused (sin x)]) (+ x y))", (3, 4, 5), 7, 1), ("(let ([c (< x y)]) (if c x y))", (3, 4, 5), 3, 2),
    ("(let ([+ x] [sin y]) (* + sin))", (3, 4, 5), 12, 1), ("(let ([PI x] [TRUE y]) (+ PI TRUE))", (3, 4, 5), 7, 1),
    # what is transparent
    ("(! :precision binary32 :round toZero (+ x y))", (3, 4, 5), 7, 1), ("(! (+ x y))", (3, 4, 5), 7, 1),
    ("(cast (+ x y))", (3, 4, 5), 7, 1), (':name "a (b \\" c" :pre (< 0 [foo x] 1) (+ x y)', (3, 4, 5), 7, 1),
    (";; a ) comment\n (+ x ; and one\n y)", (3, 4, 5), 7, 1), ("[+ x [* y z]]", (3, 4, 5), 23, 2),
]  # fmt: skip


@pytest.mark.parametrize(("body", "point", "due", "gates"), RULES)
def test_a_rule_has_its_value_and_its_gates(
    body: str, point: tuple[Fraction | int, ...], due: Fraction | int, gates: int
) -> None:
    graph = read_fpcore(core(body))
    assert value(graph, *point) == due
    assert gate_count(graph) == gates


LIKE_A_STRING = {
    "(pow x 1/2)": "sqrt(x)", "(pow x 1.5)": "x**1.5", "(pow x -0.5)": "x**-0.5", "(pow x y)": "exp(y*log(x))",
    "(pow E x)": "exp(x)", "(pow x PI)": "pow(x, pi)", "(pow 2 x)": "2**x", "(exp2 x)": "exp(x*log(2))",
    "(erfc x)": "1 - erf(x)", "(log2 x)": "log(x)/log(2)", "(log10 x)": "log(x)/log(10)", "(atan2 x y)": "atan2(x, y)",
    "(hypot x y)": "hypot(x, y)", "(fmod x y)": "x - y*trunc(x/y)", "(sqrt 4)": "2", "(round x)": "round(x)",
    "(* x E)": "x*E", "(* x PI)": "x*pi", "(* x LOG2E)": "x*(1/log(2))", "(* x LOG10E)": "x*(1/log(10))",
    "(* x LN2)": "x*log(2)", "(* x LN10)": "x*log(10)", "(* x PI_2)": "x*(pi/2)", "(* x PI_4)": "x*(pi/4)",
    "(* x M_1_PI)": "x*(1/pi)", "(* x M_2_PI)": "x*(2/pi)", "(* x M_2_SQRTPI)": "x*(2/sqrt(pi))",
    "(* x SQRT2)": "x*sqrt(2)", "(* x SQRT1_2)": "x*sqrt(1/2)",
} | {
    f"({name} x)": f"{name}(x)"
    for name in "exp expm1 log log1p sqrt cbrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf".split()
}  # fmt: skip


@pytest.mark.parametrize(("body", "formula"), LIKE_A_STRING.items())
def test_a_function_or_constant_is_what_the_string_grammar_says(body: str, formula: str) -> None:
    first, second = read_fpcore(core(body)), read_formula(formula, ("x", "y", "z"))
    tape = Tape()
    inputs = [tape.variable() for _ in range(3)]
    assert lay(tape, first, inputs)[first.output] == lay(tape, second, inputs)[second.output]
    assert gate_count(first) == gate_count(second)


NUMBERS = {
    "0": 0, "-7": -7, "+7": 7, "1.25": Fraction(5, 4), ".5": HALF, "1.": 1, "1e3": 1000, "-2.5E-1": Fraction(-1, 4),
    "22/7": Fraction(22, 7), "-4/6": Fraction(-2, 3), "0x10": 16, "-0xfF": -255, "0x1.8p3": 12, "0x.8": HALF,
    "0x1p-2": Fraction(1, 4), "(digits 15 -1 10)": Fraction(3, 2), "(digits -3 4 2)": -48, "0.1": Fraction(1, 10),
    "(digits 0x10 +2 3)": 144,
}  # fmt: skip


@pytest.mark.parametrize(("text", "due"), NUMBERS.items())
def test_a_number_is_exact(text: str, due: Fraction | int) -> None:
    assert value(read_fpcore(f"(FPCore () {text})")) == due


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("(FPCore (x) x)", True), ("[FPCore (x) x]", True), (" \n; (x\n;\n(FPCore (x) x)", True),
        ("(FPCore(x) x)", True), ("(FPCore", True), ("(FPCores*x)", False), ("x + (FPCore)", False),
        ("(x)", False), ("", False), ("FPCore", False), (" " * 100_000 + "x", False),
    ],
)  # fmt: skip
def test_fpcore_is_known_by_its_first_word(text: str, due: bool) -> None:
    assert is_fpcore(text) == due


def test_inputs_are_the_arguments_in_their_order() -> None:
    text = "(FPCore (z x.re (! :precision binary32 y) unused θ) (- z (* x.re y θ)))"
    graph = read_fpcore(text)
    assert (graph.inputs, graph.parameters) == (("z", "x.re", "y", "unused", "θ"), 0)
    assert value(graph, 10, 2, 3, 99, 1) == 4
    graph = read_fpcore(text, None, ["y", "z"])
    assert (graph.inputs, graph.parameters) == (("x.re", "unused", "θ", "y", "z"), 2)
    assert value(graph, 2, 99, 1, 3, 10) == 4
    graph = read_fpcore(text, ["θ", "y", "z", "x.re"], ["unused"])
    assert (graph.inputs, graph.parameters) == (("θ", "y", "z", "x.re", "unused"), 1)
    assert value(graph, 1, 3, 10, 2, 99) == 4


@pytest.mark.parametrize(
    ("variables", "parameters", "mention"),
    [
        (["x", "w"], [], "w is no argument"),
        (None, ["w"], "w is no argument"),
        (["x"], [], "y is not among the variables"),
    ],
)
def test_listed_names_are_the_arguments(variables: list[str] | None, parameters: list[str], mention: str) -> None:
    with pytest.raises(FormulaError, match=mention):
        read_fpcore("(FPCore (x y) x)", variables, parameters)


CALLS: list[tuple[str, int, int]] = [
    ("(FPCore f (a) (* a a)) (FPCore (x) (+ (f x) (f (+ x 1))))", 25, 4),
    ("(FPCore f (a b) (- a b)) (FPCore (x) (f 10 x))", 7, 1),
    ("(FPCore f (a b) (- a b)) (FPCore g (a b) (f b a)) (FPCore (x) (g 10 x))", -7, 1),
    ("(FPCore f () 1/2) (FPCore (x) (* x (f) (f) 4))", 3, 3),
    ("(FPCore f (x) (let ([x (+ x 1)]) x)) (FPCore (x) (+ (f x) x))", 7, 2),
    ("(FPCore f (x) x) (FPCore f (x) (* 2 (f x))) (FPCore f (x) (+ 1 (f x))) (FPCore (x) (f x))", 7, 2),
    ("(FPCore small (a) (< a 5)) (FPCore (x) (if (small x) x 1))", 3, 2),
    ("(FPCore pick (c a) (if c a 0)) (FPCore (x) (pick (< x 5) x))", 3, 2),
    ("(FPCore sin (a) (* a a)) (FPCore remainder (a) (+ a 1)) (FPCore (x) (remainder x))", 4, 1),
    ("(FPCore f (a) :pre (foo a) (! :precision binary32 (+ a 1))) (FPCore (x) (f (f x)))", 5, 2),
    ("(FPCore f (a) (while TRUE () 1)) (FPCore g ((a 2)) a) (FPCore (x y) (+ x 1))", 4, 1),
]


@pytest.mark.parametrize(("text", "due", "gates"), CALLS)
def test_an_earlier_core_is_called_by_name(text: str, due: int, gates: int) -> None:
    graph = read_fpcore(text)
    assert value(graph, *[3] * len(graph.inputs)) == due
    assert gate_count(graph) == gates


def test_a_binding_nobody_uses_leaves_no_gate_behind() -> None:
    graph = read_fpcore("(FPCore (x y) (let ([u (/ 1 (- x x))] [v (/ y x)]) (if TRUE (+ x y) (/ x y))))")
    assert graph.ops == ["input", "input", "add"]


def test_depth_and_width_are_no_obstacle() -> None:
    assert gate_count(read_fpcore(core("(sin " * 10_000 + "x" + ")" * 10_000))) == 10_000
    nested = "".join(f"(let ([x (* x {k})]) " for k in range(2, 10_002))
    assert gate_count(read_fpcore(core(nested + "x" + ")" * 10_000))) == 10_000
    bindings = "".join(f"[x (* x {k})]" for k in range(2, 20_002))
    assert gate_count(read_fpcore(core(f"(let* ({bindings}) x)"))) == 20_000
    many = " ".join(f"x{k}" for k in range(20_000))
    assert gate_count(read_fpcore(f"(FPCore ({many}) (+ {many}))")) == 19_999
    calls = "(FPCore f (x) x)" + "(FPCore f (x) (sin (f x)))" * 10_000
    assert gate_count(read_fpcore(calls)) == 10_000


def test_a_call_met_again_is_not_unfolded_again() -> None:
    cores = "".join(f"(FPCore f{k} (x) (+ (f{k - 1} x) (f{k - 1} (* x x))))" for k in range(1, 40))
    assert gate_count(read_fpcore(f"(FPCore f0 (x) x) {cores} (FPCore (x) (f39 x))")) < 1000


def test_the_same_text_gives_the_same_gates_under_every_hash_seed() -> None:
    text = "(FPCore f (b a) (hypot a b)) (FPCore (y x) (let ([a (f x y)] [b (fmax y x)]) (if (!= a b x) (* a b) E)))"
    code = f"from verify.fpcore import read_fpcore; print(read_fpcore({text!r}))"
    root = Path(__file__).parent.parent
    printed = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=root, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(printed) == 1
