"""The readers: what a formula costs as written, strings against sympy, and what is refused with its place."""

from __future__ import annotations

import ast
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
import sympy

import verify
from verify import FormulaError, FormulaLimit
from verify.bounds import layered_bound, quotient_bound
from verify.graph import gate_count
from verify.primes import is_prime, random_prime
from verify.read import natural, read_formula
from verify.residues import residues
from verify.tape import Tape, lay
from verify.walk import read_sympy

SOURCE_GATES = {
    "x": 0, "5": 0, "x*y + x/y": 3, "x**10": 4, "x**0": 0, "x*0": 0, "-x**2": 2, "--x": 0, "x - x": 1, "x/x": 1,
    "2*x*3": 2, "x*y**-2": 2, "y**-2*x": 2, "x**-2*y**-3": 5, "x/y**-2": 3, "x**0.5": 1, "x**1.5": 1, "x**y": 3,
    "E**x": 1, "log2(x)": 2, "max(y, x) + max(x, y)": 2, "copysign(x, y)": 4, "x**(10**30)": 135, "sqrt(4)*x": 1,
    "select(x > y, x, -y)": 3, "x**y**z": 6, "1/3*x": 1, "3*x - (-2)": 2, "x**-1000000": 26,
    "floor(x)": 1, "ceil(x) + trunc(x)": 3, "exp2(x)": 2, "erfc(x)": 2, "fmod(x, y)": 4, "round(x)": 6,
    "floor(2.5)*x": 1, "x - y*trunc(x/y) + fmod(x, y)": 5, "erfc(x) + erf(x)": 3,
}  # fmt: skip


@pytest.mark.parametrize(("formula", "gates"), SOURCE_GATES.items())
def test_a_formula_costs_its_gates_as_written(formula: str, gates: int) -> None:
    assert gate_count(read_formula(formula)) == gates


@pytest.mark.parametrize(
    ("formula", "mention"),
    [
        ("", "empty"), ("2x", "column 2"), ("x +", "end"), ("((x)", "("), ("x == y", "comparison"), ("sin", "function"),
        ("sin(x, y)", "sin"), ("foo(x)", "foo"), ("x // y", "//"), ("x % 3", "%"), ("x\ny", "line 2"), ("I*x", "I"),
        ("lambda*x", "lambda"), ("x.y", "attribute"), ("'a'", "string literal"), ("\u221ax", "U+221A"), ("x)", ")"),
        ("1/0", "division by zero"), ("x,y", ","), ("select(x > y > z, x, y)", "comparison"), ("q(t) + t", "q"),
        ("floor(x, y)", "floor"), ("fmod(x)", "fmod takes 2"), ("round*x", "round is a function"),
        ("ceiling(x)", "ceiling is not a supported function"),
    ],
)  # fmt: skip
def test_a_bad_formula_is_refused_by_name(formula: str, mention: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_formula(formula)
    assert mention in str(caught.value)


@pytest.mark.parametrize(
    ("formula", "mention"),
    [
        ("9**9**9", "integer"), ("((9**9)**9999)**9999", "integer"), ("(10**10**7)*x", "integer"),
        ("x**(1/10**100)", "exponent"), ("x**(10**100)", "exponent"), ("1e999999999*x", "exponent"),
        ("9" * 5000 + "*x", "digits"), ("(" * 100_000 + "x" + ")" * 100_000, "nesting"),
        ("-" * 100_000 + "x", "nesting"),
    ],
)  # fmt: skip
def test_a_monstrous_formula_is_refused_at_once(formula: str, mention: str) -> None:
    with pytest.raises(FormulaLimit, match=mention):
        read_formula(formula)


def test_depth_and_length_are_no_obstacle() -> None:
    assert gate_count(read_formula("sin(" * 10_000 + "x" + ")" * 10_000)) == 10_000
    assert gate_count(read_formula("+".join(["x*y"] * 100_000))) == 100_000


def test_names_are_ordered_naturally() -> None:
    assert sorted(["x10", "x2", "x", "x[1,10]", "x[1,2]"], key=natural) == ["x", "x2", "x10", "x[1,2]", "x[1,10]"]
    assert read_formula("x10*x2*q(t)*x[0, 1]").inputs == ("q(t)", "x2", "x10", "x[0,1]")


def test_listed_names_are_taken_as_they_are() -> None:
    assert gate_count(read_formula("pi*E + sin(sin)*lambda", ("pi", "E", "sin", "lambda"))) == 4


EXPRESSIONS = [
    "x*y + x/y", "x - 2*y + 3", "-x - y", "-2*x - 3*y", "sqrt(x)/2", "1/sqrt(x)", "x**-2*y**3/7", "exp(-x**2/2)/7",
    "sin(x)*cos(y)**2", "x**1.5 - 0.1*y", "Max(x, y)", "-x/(3*y)", "(x + y)**5/(x - y)", "log(x*y) - tanh(x)",
]  # fmt: skip


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_strings_and_sympy_mean_the_same_value(text: str) -> None:
    expression = sympy.sympify(text)
    tape = Tape()
    inputs = [tape.variable(), tape.variable()]
    first, second = read_formula(text, ("x", "y")), read_sympy(expression, ("x", "y"))
    a = lay(tape, first, inputs)[first.output]
    b = lay(tape, second, inputs)[second.output]
    values = residues(tape, random_prime(120, b"sentence"), b"seed")
    assert values[a] == values[b]


X, Y = sympy.symbols("x y")
LIKE_A_STRING = [
    (sympy.floor(X) - sympy.ceiling(Y), "floor(x) - ceil(y)"), (sympy.erfc(X * Y), "erfc(x*y)"),
    (sympy.Piecewise((X, X > Y), (Y, True)), "select(x > y, x, y)"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "formula"), LIKE_A_STRING)
def test_a_sympy_function_is_the_one_of_the_string(expression: sympy.Expr, formula: str) -> None:
    first, second = read_sympy(expression, ("x", "y")), read_formula(formula, ("x", "y"))
    tape = Tape()
    inputs = [tape.variable(), tape.variable()]
    assert lay(tape, first, inputs)[first.output] == lay(tape, second, inputs)[second.output]
    assert gate_count(first) == gate_count(second)


@pytest.mark.parametrize(
    ("condition", "gates"), [(sympy.And(X > 1, Y > 1), 4), (sympy.Or(X > 1, Y > 1), 4), (sympy.Not(sympy.Eq(X, Y)), 2)]
)
def test_conditions_are_joined_by_select(condition: sympy.logic.boolalg.Boolean, gates: int) -> None:
    assert gate_count(read_sympy(sympy.Piecewise((X, condition), (Y, True)))) == gates


@pytest.mark.parametrize(
    ("expression", "mention"),
    [
        (sympy.Piecewise((X, sympy.Eq(X > 0, Y > 0, evaluate=False)), (Y, True)), "condition where Equality needs"),
        (sympy.Piecewise((X, Y), (Y, True)), "Symbol stands where Piecewise needs a condition"),
        (sympy.Piecewise((X, sympy.And(X > 0, Y)), (Y, True)), "Symbol stands where And needs a condition"),
        (sympy.Piecewise((X, sympy.Not(Y)), (Y, True)), "Symbol stands where Not needs a condition"),
        (sympy.Piecewise((X, sympy.Xor(X > 0, Y > 0)), (Y, True)), "Xor"), (X > Y, "is a condition, not a number"),
        (sympy.Piecewise((X, X > Y)), "without a last piece"),
    ],
)  # fmt: skip
def test_a_condition_and_a_number_are_not_each_other(expression: sympy.Basic, mention: str) -> None:
    with pytest.raises(FormulaError, match=mention):
        read_sympy(expression)


def test_a_shared_sympy_expression_is_walked_once() -> None:
    x, y = sympy.symbols("x y")
    shared = x
    for _ in range(60):
        shared = shared + shared * y
    assert gate_count(read_sympy(shared)) == 120


@pytest.mark.parametrize("formula", ["(x + 2*y)**3 - 5*x*y", "x*x*y - 7", "(x - y)*(x + y)*(3*x + 11)"])
def test_degree_and_norm_bound_the_polynomial(formula: str) -> None:
    graph = read_formula(formula)
    tape = Tape()
    root = lay(tape, graph, [tape.variable(), tape.variable()])[graph.output]
    polynomial = sympy.Poly(sympy.sympify(formula), *sympy.symbols("x y"))
    norm = sum(abs(int(c)) for c in polynomial.coeffs())
    for bound in (quotient_bound(tape, [root], 0, 500), layered_bound(tape, [root], 0, 500)):
        assert bound is not None
        assert bound.degree >= polynomial.total_degree()
        assert 2**bound.norm >= norm


def test_only_primes_are_taken_for_primes() -> None:
    assert [n for n in range(60) if is_prime(n, b"s")] == list(sympy.primerange(60))
    assert not is_prime(2**67 - 1, b"s")
    assert not is_prime(3215031751, b"s")
    assert is_prime(2**127 - 1, b"s")
    assert random_prime(130, b"a").bit_length() == 130
    assert sympy.isprime(random_prime(130, b"a"))


def test_a_fraction_is_folded_exactly() -> None:
    graph = read_formula("0.1 + 0.2")
    assert graph.value[graph.output] == Fraction(3, 10)


def test_verify_imports_nothing_of_ours() -> None:
    for path in Path(verify.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign = {"circuit", "compiler", "benchmarks", "networkx"} | (
                {"numpy"} if path.name != "arrays.py" else set()
            )
            assert not {name.partition(".")[0] for name in names} & foreign, path


def test_importing_verify_imports_neither_sympy_nor_mpmath() -> None:
    code = "import sys, verify; print(sorted({'sympy', 'mpmath', 'numpy'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
