"""What a notebook shows of a program: its text, whole and coloured, its price, and its equations."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from circuit import Builder, parse
from circuit.ops import CODE
from compiler import GradientProgram, compile_gradient, gradient
from tests.pages import HOSTILE, Page, assert_harmless, assert_latex, needs_tex, typeset
from tests.test_notebook_circuit import named, read_back, rows
from tests.test_project import FIRST

FORMULAS = [
    FIRST,
    "tanh(alpha*x)*1e-7",
    "select(x > y, x**1.5, log(2)*pi) - max(x, y)",
    "7",
    "x",
    "x + y + speed_of_light",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_the_text_is_shown_whole(text: str) -> None:
    program = compile_gradient(text)
    page = assert_harmless(program._repr_html_())
    assert program.source.rstrip("\n") in page.text


def test_colours_mark_words_numbers_and_comments() -> None:
    page = Page(compile_gradient(FIRST)._repr_html_())
    kinds = [attributes.get("class") for tag, attributes in page.tags if tag == "span"]
    assert kinds.count("word") == 2
    assert kinds.count("note") == 8
    assert kinds.count("number") == 1


@pytest.mark.parametrize(("text", "bound"), [(FIRST, 4), ("sin(x)*y", 5), ("abs(x)", 5), ("x*y - 3", 4)])
def test_the_price_stands_above_it(text: str, bound: int) -> None:
    program = compile_gradient(text)
    page = Page(program._repr_html_())
    price = f"L = {program.value_gates}, of value and gradient T = {program.total_gates}, ratio {program.ratio:.2f}"
    assert f"{price}, bound {bound}; CERTIFIED" in page.text
    assert bound == program.certificate.factor


def test_a_verdict_is_not_told_before_it_is_known() -> None:
    program = compile_gradient(FIRST)
    loaded = GradientProgram(program.source, program.inputs)
    assert "CERTIFIED" not in Page(loaded._repr_html_()).text
    assert "certificate" not in vars(loaded)


def test_equations_compute_value_and_gradient_line_by_line() -> None:
    text, point = "x*y/(x - 3) + (x + y)*(x/y) - y/7", {"x": Fraction(5), "y": Fraction(2, 3)}
    latex = compile_gradient(text)._repr_latex_()
    assert_latex(latex)
    names: dict[str, Any] = {"F": Fraction} | point
    for pair in rows(latex):
        left, right = (re.sub(r"bar\{(\w)\}", r"\1_bar", read_back(each)) for each in pair)
        names[left] = eval(re.sub(r"(?<![\w*.])(\d+)\b", r"F(\1)", right), dict(names))  # noqa: S307  of our own text
    due = gradient(parse(text)).evaluate(point)
    assert (names["f"], names["x_bar"], names["y_bar"]) == due


def test_derivatives_that_are_no_line_are_equations_too() -> None:
    found = rows(compile_gradient("x*y")._repr_latex_())
    assert found == [("v_{0}", r"x \cdot y"), ("f", "v_{0}"), (r"\bar{x}", "y"), (r"\bar{y}", "x")]


def test_a_long_program_shows_its_ends_and_says_what_is_left_out() -> None:
    builder = Builder()
    node = builder.input("x")
    for _ in range(50_000):
        node = builder.gate(CODE["sin"], node)
    program = compile_gradient(builder.build([node], [0]))
    html, latex = program._repr_html_(), program._repr_latex_()
    assert program.total_gates > 100_000
    lines = program.source.count("\n")
    assert f"{lines - 80:,} more lines" in assert_harmless(html).text
    assert len(html) < 20_000
    assert_latex(latex)
    assert f"{program.total_gates - 24:,} more lines" in latex
    assert len(latex) < 3_000


def test_lines_of_thousands_of_inputs_are_cut() -> None:
    names = [f"u{place}" for place in range(3_000)]
    program = compile_gradient("*".join(names), effort="plain")
    assert len(program._repr_html_()) < 30_000
    assert len(program._repr_latex_()) < 3_000


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_data(name: str) -> None:
    program = compile_gradient(named(name, "y"))
    page = assert_harmless(program._repr_html_())
    assert ("x0 is " in page.text) == (name != "a_b_c" and not name.startswith("xxx"))
    assert_latex(program._repr_latex_())


@needs_tex
def test_it_compiles_in_a_plain_document(tmp_path: Path) -> None:
    programs = [compile_gradient(text) for text in FORMULAS] + [compile_gradient(named(*HOSTILE))]
    typeset([each._repr_latex_() for each in programs], tmp_path)
