"""FPCore: the circuits of the string grammar, exact numbers, scopes, calls, inputs, files of many cores."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from circuit import OPS, Circuit, CircuitError, parse
from circuit.errors import InvalidArgument, InvalidSymbol, ParseError, UnsupportedFunction
from circuit.fpcore import cores

# body, the same as a string
SAME = [
    ("x", "x"),
    ("(+ x y z)", "x + y + z"),
    ("(- x)", "-x"),
    ("(- x y z)", "x - y - z"),
    ("(+ x)", "x"),
    ("(* x y z)", "x*y*z"),
    ("[/ x (* y z)]", "x/(y*z)"),
    ("(pow x 5)", "x**5"),
    ("(* y (pow x -2))", "y*(1/x**2)"),
    ("(pow x 1/2)", "sqrt(x)"),
    ("(pow x 1.5)", "x**1.5"),
    ("(pow x y)", "x**y"),
    ("(pow E x)", "exp(x)"),
    ("(fabs x)", "abs(x)"),
    ("(fmin x (fmax y z))", "min(x, max(y, z))"),
    ("(fma x y z)", "x*y + z"),
    ("(fdim x y)", "relu(x - y)"),
    ("(copysign x y)", "copysign(x, y)"),
    ("(exp2 x)", "exp(x*log(2))"),
    ("(erfc x)", "1 - erf(x)"),
    ("(log2 (log10 (log1p x)))", "log2(log10(log1p(x)))"),
    ("(fmod x y)", "x - y*trunc(x/y)"),
    ("(round x)", "select(x >= 0, floor(x + 1/2), ceil(x - 1/2))"),
    ("(atan2 (hypot x y) (cbrt z))", "atan2(hypot(x, y), cbrt(z))"),
    ("(! :precision binary32 :round toZero (+ x 1))", "x + 1"),
    ("(cast (sin (! x)))", "sin(x)"),
    ("(if (< x y) x z)", "select(x < y, x, z)"),
    ("(if (!= x y) x (if (== x z) 1 2))", "select(x != y, x, select(x == z, 1, 2))"),
    ("(if TRUE x y)", "x"),
    ("(if (not TRUE) x y)", "y"),
    ("(if (and TRUE (< x y)) x y)", "select(x < y, x, y)"),
    ("(if (or FALSE (>= x y)) x y)", "select(x >= y, x, y)"),
    ("(if (or TRUE (<= x y)) x y)", "x"),
    ("(let ([x y] [y x]) (- x y))", "y - x"),
    ("(let* ([x y] [y x]) (- x y))", "y - y"),
    ("(+ (let ([x (sin y)]) x) x)", "sin(y) + x"),
    ("(let ([PI 3] [x PI]) (* x PI))", "pi*3"),
    ("(let ([unused (sin y)]) x)", "x"),
    ("(+ (* x y) (* y x))", "x*y + x*y"),
    ("(* PI E)", "pi*E"),
    ("(+ LOG2E (+ LN2 x))", "1/log(2) + (log(2) + x)"),
    ("(+ LOG10E (+ LN10 x))", "1/log(10) + (log(10) + x)"),
    ("(+ PI_2 (+ PI_4 x))", "pi/2 + (pi/4 + x)"),
    ("(+ M_1_PI (+ M_2_PI x))", "1/pi + (2/pi + x)"),
    ("(+ M_2_SQRTPI (+ SQRT2 (+ SQRT1_2 x)))", "2/sqrt(pi) + (sqrt(2) + (sqrt(1/2) + x))"),
]
# what has no counterpart as a string: body, gates by hand
GATES = [
    ("(if (< x y z) x y)", 4),
    ("(if (!= x y z) x y)", 6),
    ("(if (and (< x y) (< y z) (< z 1)) x y)", 6),
    ("(if (or (< x y) (< y z)) x y)", 4),
    ("(if (not (< x y)) x y)", 3),
    ("(let ([c (< x y)]) (+ (if c x y) (if c y z)))", 4),
    ("(if (if (< x 0) (< y 0) (< z 0)) x y)", 5),
    ("(if (< 1 2) x y)", 1),
    ("(* LOG2E x)", 1),
]
NUMBERS = [
    ("0.1", Fraction(1, 10)),
    ("-1.5e3", Fraction(-1500)),
    ("+.5", Fraction(1, 2)),
    ("5.", Fraction(5)),
    ("-2/6", Fraction(-1, 3)),
    ("0x1.8p3", Fraction(12)),
    ("-0xFFp-4", Fraction(-255, 16)),
    ("0x1p-1074", Fraction(1, 2**1074)),
    ("(digits 3 -2 10)", Fraction(3, 100)),
    ("(digits -5 3 2)", Fraction(-40)),
]


def written_out(circuit: Circuit) -> Any:
    """Return a circuit as a tree, in which neither the numbers of nodes nor the order of a sum's operands show."""
    trees: list[Any] = []
    for node, _, operands in circuit.nodes():
        name = circuit.name_of(node)
        below = [trees[each] for each in operands]
        if name in OPS:
            trees.append((name, *(sorted(below, key=repr) if OPS[name].commutes else below)))
        else:
            trees.append(circuit.inputs[node] if name == "input" else circuit.value_of(node))
    return circuit.inputs, circuit.parameters, circuit.gate_count, trees[circuit.outputs[0]]


def is_the_same(text: str, formula: str, names: str) -> bool:
    return bool(written_out(parse(text)) == written_out(parse(formula, names.split())))


@pytest.mark.parametrize(("body", "text"), SAME)
def test_a_core_is_the_circuit_of_the_string_that_says_the_same(body: str, text: str) -> None:
    assert is_the_same(f"(FPCore (x y z) {body})", text, "x y z")


def test_circuits_are_told_apart() -> None:
    assert is_the_same("(FPCore (x y) (+ x y))", "y + x", "x y")
    assert not is_the_same("(FPCore (x y) (- x y))", "y - x", "x y")
    assert not is_the_same("(FPCore (x y) (* x y))", "x*y", "y x")


@pytest.mark.parametrize(("body", "gates"), GATES)
def test_a_core_has_the_gates_counted_by_hand(body: str, gates: int) -> None:
    assert parse(f"(FPCore (x y z) {body})").gate_count == gates


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_a_number_is_exactly_what_it_says(text: str, value: Fraction) -> None:
    circuit = parse(f"(FPCore () {text})")
    assert circuit.value_of(circuit.outputs[0]) == value


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("(< 1 x 3)", True),
        ("(< 1 x 2)", False),
        ("(!= x 1 2)", False),
        ("(!= x 1 3)", True),
        ("(and (< 1 x) (< x 5) (not (== x 3)))", True),
        ("(or (< x 1) (> x 5))", False),
        ("(or (< x 1) FALSE (== x 2))", True),
        ("(and (< 1 x) TRUE)", True),
        ("(if (< x 1) (> x 5) (> x 1))", True),
    ],
)
def test_a_condition_holds_where_it_says(condition: str, holds: bool) -> None:
    assert parse(f"(FPCore (x) (if {condition} 1 0))").evaluate(x=2.0) == holds


def test_a_text_may_start_with_comments_and_have_square_brackets() -> None:
    text = '; (FPCore (y) y)\n\n  ; "\n[FPCore (x) ; x\n :name "a ; ) \\" b" :pre (< 0 x) (+ x 1)] ; end'
    assert parse(text) == parse("x + 1")


def test_a_string_formula_may_have_a_variable_of_that_name() -> None:
    assert parse("(FPCore*x)").inputs == ("FPCore", "x")


def test_inputs_are_the_arguments_in_their_order_used_or_not() -> None:
    circuit = parse("(FPCore f (x10 (! :precision binary32 E) x2 sl* θ) (* E x2))")
    assert circuit.inputs == ("x10", "E", "x2", "sl*", "θ")
    assert (circuit.gate_count, circuit.parameters) == (1, ())


def test_variables_and_parameters_give_the_arguments_another_order() -> None:
    text = "(FPCore (a b c) (- (* a b) c))"
    assert parse(text, ("c", "a"), ("b",)).inputs == ("c", "a", "b")
    held = parse(text, parameters=("a",))
    assert (held.inputs, held.differentiated) == (("b", "c", "a"), ("b", "c"))
    assert held.evaluate(a=Fraction(2), b=Fraction(3), c=Fraction(5)) == 1


@pytest.mark.parametrize(
    ("variables", "parameters", "kind", "named"),
    [
        (("a",), (), InvalidSymbol, "'b'"),
        (("a", "b", "c"), (), InvalidSymbol, "'c'"),
        (None, ("c",), InvalidSymbol, "'c'"),
        (("a", "b"), ("b",), InvalidArgument, "'b'"),
    ],
)
def test_the_lists_hold_exactly_the_arguments(
    variables: tuple[str, ...] | None, parameters: tuple[str, ...], kind: type[CircuitError], named: str
) -> None:
    with pytest.raises(kind, match=named):
        parse("(FPCore (a b) (+ a b))", variables, parameters)


# calls


def test_the_last_core_calls_the_earlier_ones() -> None:
    text = "(FPCore sq (x) (* x x)) (FPCore n (a x) (sqrt (+ (sq a) (sq x)))) (FPCore (x y) (n y (n x 1)))"
    assert is_the_same(text, "sqrt(y*y + sqrt(x*x + 1*1)*sqrt(x*x + 1))", "x y")


def test_a_core_sees_only_its_arguments_and_the_caller_gets_its_names_back() -> None:
    text = "(FPCore f (y) (let ([x (sin y)]) (+ x y))) (FPCore (x) (let ([y (f x)]) (* x y)))"
    assert parse(text) == parse("x*(sin(x) + x)")
    with pytest.raises(InvalidSymbol, match="'x'"):
        parse("(FPCore f (y) (+ x y)) (FPCore (x) (f x))")


def test_a_name_means_the_latest_core_before_the_call() -> None:
    text = "(FPCore f (x) (sin x)) (FPCore g (x) (f x)) (FPCore f (x) (cos x)) (FPCore (x) (+ (f x) (g x)))"
    assert parse(text) == parse("cos(x) + sin(x)")


def test_a_core_may_be_a_condition() -> None:
    text = "(FPCore small (x) (< (fabs x) 1)) (FPCore (x) (if (small x) x 1))"
    assert parse(text) == parse("select(abs(x) < 1, x, 1)")


def test_what_is_never_called_may_be_anything() -> None:
    assert parse("(FPCore f (A 3) (while 1)) (FPCore () (nothing)) (FPCore (x) (+ x 1))") == parse("x + 1")


# files of many cores

FILE = """; three that need one another
(FPCore sq (x) (* x x))
(FPCore half (x) :name "half \\"of\\" it" (/ x 2))
(FPCore norm (x y) (sqrt (+ (sq x) (sq y))))
(FPCore (a) (broken)) [FPCore (a b) :pre (half a) (let ([c (norm a b)]) c)]
"""


def test_a_file_is_split_into_cores_with_what_they_call() -> None:
    every = cores(FILE)
    assert [name for name, _ in every] == ["sq", 'half "of" it', "norm", "core 4", "core 5"]
    assert [text.count("FPCore") for _, text in every] == [1, 1, 2, 1, 3]
    assert parse(every[4][1]) == parse("sqrt(a*a + b*b)")
    with pytest.raises(UnsupportedFunction, match="'broken'"):
        parse(every[3][1])


def test_names_are_printable() -> None:
    assert cores('(FPCore (x) :name "a\x1b[31m\nb" x)')[0][0] == "a [31m b"


@pytest.mark.parametrize("text", ["(FPCore (x) x", "(FPCore (x) x) (FPCore (x) (+ x 1]", "(FPCore (x) x) 3"])
def test_a_file_whose_brackets_do_not_match_is_refused_with_the_place(text: str) -> None:
    with pytest.raises(ParseError, match="column"):
        cores(text)
