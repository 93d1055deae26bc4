"""What a notebook shows of a circuit: its formula, which reads back as the same function, and its counts."""

from __future__ import annotations

import math
import random
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from circuit import Builder, Circuit, parse
from circuit.latex import straight, symbols
from circuit.notebook import equations
from circuit.ops import CODE, OPS
from circuit.picture import picture
from compiler.sweep import gradient
from tests.pages import HOSTILE, assert_harmless, assert_latex, needs_tex, typeset
from tests.test_project import FIRST

FORMULAS = [
    FIRST,
    "x - (y - x) - (x - y)/(x/(y/x))",
    "-(x - y)*(y - x)/(x*y)",
    "x**7 + x**-3 + (x + y)**1.5 + sqrt(x)*(x*x)*(x*x)",
    "exp(-x*x/2)/sqrt(2*pi) + log(2)*y",
    "abs(x - y)*floor(3*x)*(-2)*cbrt(y) + ceil(y)",
    "sin(x + y)*tanh(x)/cosh(y) - asin(x/4)",
    "max(x, y) - min(x*x, 2) + 0.25*x - y/3",
    "1e-7*x + 12345678901234567890*y",
]


def read_back(text: str) -> str:
    """Return a formula in LaTeX as Python, by replacing what it is made of, from the inside out."""
    for old, new in (
        (r"\displaystyle ", ""), (r"\left|", "absolute("), (r"\right|", ")"), (r"\left", ""), (r"\right", ""),
        (r"\cdot", "*"), (r"\lfloor", "floor("), (r"\rfloor", ")"), (r"\lceil", "ceil("), (r"\rceil", ")"),
        (r"\mathrm{e}", "e"), (r"\ln", "log"), (r"\arcsin", "asin"),
    ):  # fmt: skip
        text = text.replace(old, new)
    text = re.sub(r"_\{(\d+)\}", r"\1", text)
    inner = r"\{([^{}]*)\}"
    for _ in range(60):
        text = re.sub(rf"\\sqrt\[3\]{inner}", r"cbrt(\1)", text)
        text = re.sub(rf"\\sqrt{inner}", r"sqrt(\1)", text)
        text = re.sub(rf"\\frac{inner}{inner}", r"((\1)/(\2))", text)
        text = re.sub(rf"\^{inner}", r"**(\1)", text)
        text = re.sub(rf"(?<![\\\w\]}}^]){inner}(?=\*\*)", r"(\1)", text)
        text = re.sub(rf"(?<![\\\w\]}}]){inner}(?=\^)", r"(\1)", text)
    return text.replace("\\", "")


def value(text: str, **names: Any) -> Any:
    known = {name: getattr(math, name) for name in dir(math)} | {"absolute": abs, "max": max, "min": min}
    return eval(read_back(text), known | names)  # noqa: S307  of a test's own formulas


def rows(latex: str) -> list[tuple[str, str]]:
    """Return the equations of a display."""
    body = latex.removeprefix("$$\\begin{array}{rcl}\n").removesuffix("\n\\end{array}$$")
    found = [line.partition(" & = & ") for line in body.split(" \\\\\n")]
    return [(left, right) for left, _, right in found]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_reads_back_as_the_same_function(text: str) -> None:
    latex = parse(text, variables=("x", "y"))._repr_latex_()
    assert_latex(latex)
    head, _, body = latex.strip("$").partition(" = ")
    assert head == "\\displaystyle f(x, y)"
    for x, y in ((1.25, 0.75), (2.5, 3.5)):
        due = parse(text, variables=("x", "y")).evaluate(x=x, y=y)
        assert value(body, x=x, y=y) == pytest.approx(due, rel=1e-12)


def test_a_formula_is_written_as_in_a_book() -> None:
    assert parse(FIRST)._repr_latex_() == r"$$\displaystyle f(x, y) = x \cdot y + \frac{x}{y}$$"
    assert parse("alpha*w12**3")._repr_latex_() == r"$$\displaystyle f(\alpha, w_{12}) = \alpha \cdot w_{12}^{3}$$"


def test_a_gradient_has_its_derivatives_below_the_value() -> None:
    found = rows(gradient(parse(FIRST))._repr_latex_())
    assert [left for left, _ in found] == ["f(x, y)", r"\partial f / \partial x", r"\partial f / \partial y"]
    point = {"x": 1.5, "y": 0.75}
    assert [value(right, **point) for _, right in found] == pytest.approx([3.125, 0.75 + 4 / 3, 1.5 - 1.5 / 0.5625])


def mesh(gates: int, seed: int) -> Circuit:
    """Return a random rational circuit."""
    draw, builder = random.Random(seed), Builder()
    nodes = [builder.input("x"), builder.input("y")]
    while len(nodes) < gates:
        right = builder.constant(Fraction(draw.randint(1, 9), draw.randint(1, 9))) if draw.random() < 0.2 else nodes[-1]
        other = draw.choice(nodes[:-1])
        nodes.append(builder.gate(CODE[draw.choice(["add", "sub", "mul", "div"])], other, right))
    return builder.build(nodes[-1:], nodes[:2])


@pytest.mark.parametrize("seed", range(6))
def test_equations_compute_the_value_gate_by_gate(seed: int) -> None:
    circuit = mesh(38, seed)
    found = list(equations(circuit))
    assert len(found) == circuit.gate_count + 1
    names: dict[str, Any] = {"x": Fraction(3, 7), "y": Fraction(-5, 2)}
    due = circuit.evaluate(dict(names))
    for left, right in found:
        exact = re.sub(r"(?<![\w*.])(\d+(?:\.\d+)?)\b", r"F('\1')", read_back(right))
        names[read_back(left)] = eval(exact, {"F": Fraction} | names)  # noqa: S307
    assert names["f(x, y)"] == due


def chain(gates: int) -> Circuit:
    builder = Builder()
    node = builder.input("x")
    for _ in range(gates):
        node = builder.gate(CODE["sin"], node)
    return builder.build([node], [0])


def test_a_long_circuit_shows_its_ends_and_says_what_is_left_out() -> None:
    circuit = chain(100_000)
    latex, html = circuit._repr_latex_(), circuit._repr_html_()
    assert_latex(latex)
    assert "99,976 more gates" in latex
    assert r"v_{99999} & = & \sin(v_{99998})" in latex
    assert len(latex) < 2_000
    assert "100,000 gates, depth 100,000, 1 output (sin: 100,000)" in assert_harmless(html).text
    assert len(html) < 20_000


def test_many_inputs_and_outputs_are_not_all_listed() -> None:
    builder = Builder()
    nodes = [builder.input(f"x{place}") for place in range(3_000)]
    circuit = builder.build([builder.gate(CODE["mul"], each, each) for each in nodes], nodes)
    latex = circuit._repr_latex_()
    assert_latex(latex)
    assert "2,992 more outputs" in latex
    assert len(latex) < 3_000
    assert len(circuit._repr_html_()) < 20_000


def test_counts_stand_below_the_picture() -> None:
    circuit = parse("a*x*x + x/y", parameters=("a",))
    html = circuit._repr_html_()
    assert picture(circuit) in html
    text = assert_harmless(html).text
    assert "2 inputs, 1 parameter, 4 gates, depth 3, 1 output (×: 2, +: 1, ÷: 1)" in text


def named(*names: str) -> Circuit:
    """Return a product of inputs that have these names."""
    builder = Builder()
    nodes = [builder.input(name) for name in names]
    node = nodes[0]
    for each in nodes:
        node = builder.gate(CODE["mul"], node, each)
    return builder.build([node], nodes)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_data(name: str) -> None:
    circuit = named(name, "y")
    assert_latex(circuit._repr_latex_())
    assert_latex(gradient(circuit)._repr_latex_())
    assert_harmless(circuit._repr_html_())


def test_two_names_never_look_the_same() -> None:
    names = ["x_1", "x1", "alpha", "α", "a_b", "ab", "a_{b}", "speed", "Speed", "日", "本", "x_", "x", "lambda", "λ"]
    assert len({each.tex for each in symbols(names).values()}) == len(names)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("v1_bar / y * v1", r"\bar{v}_{1} / y \cdot v_{1}"),
        ("-(v1_bar / y * v1)", r"-(\bar{v}_{1} / y \cdot v_{1})"),
        ("speed_bar - 2", r"\overline{\mathit{speed}} - 2"),
        ("pow(x, 1.5)", r"{x}^{1.5}"),
        ("pow(x + 1, 2)", r"{(x + 1)}^{2}"),
        ("sqrt(1 - x * x)", r"\sqrt{1 - x \cdot x}"),
        ("abs(-x)", r"\left|-x\right|"),
        ("erf(x) >= 1e-7", r"\mathrm{erf}(x) \ge 10^{-7}"),
        ("2.5e+20 * x", r"(2.5 \cdot 10^{20}) \cdot x"),
        ("x_bar += t0", r"\bar{x} \mathrel{+}= t_{0}"),
    ],
)
def test_a_line_of_a_program_as_latex(text: str, due: str) -> None:
    assert straight(text, symbols(["x", "y", "speed"])) == due


@pytest.mark.parametrize("name", OPS)
def test_every_gate_of_the_table_has_its_latex(name: str) -> None:
    latex = straight(OPS[name].text.format("x", "y", "z"), symbols(["x", "y", "z"]))
    assert_latex(f"$${latex}$$")
    assert "(" not in latex or latex.count("(") == latex.count(")")


@needs_tex
def test_it_compiles_in_a_plain_document(tmp_path: Path) -> None:
    rows_of_ops = [f"$${straight(row.text.format('x', 'y', 'z'), symbols(['x', 'y', 'z']))}$$" for row in OPS.values()]
    circuits = [parse(text) for text in FORMULAS] + [gradient(parse(FIRST)), mesh(30, 1), chain(100), named(*HOSTILE)]
    typeset([*rows_of_ops, *(each._repr_latex_() for each in circuits)], tmp_path)
