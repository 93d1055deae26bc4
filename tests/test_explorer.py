"""The explorer as text: every gate in picture, program and table, its links those that the program's comments tell."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from circuit import Circuit, parse
from circuit.errors import CircuitError, InvalidArgument
from compiler import GradientProgram, compile_gradient
from compiler.explorer import GATES, component, page
from tests.pages import HOSTILE, Page, assert_harmless
from tests.test_notebook_circuit import named
from tests.test_project import FIRST

FORMULAS = [
    FIRST,
    "x*x",
    "-(x - y)*(y - x)/(x*y)",
    "select(x > y, x*z, y/z) + max(x, y, z) - min(x*x, 2)",
    "exp(-x*x/2)/sqrt(2*pi) + log(2)*x/3",
    "tanh(w*tanh(v*x + b) + c)*2",
    "x",
]


def nodes(shown: Page, tag: str) -> list[str]:
    """Return the nodes of the marked elements of a kind, in their order."""
    return [attributes["data-node"] for name, attributes in shown.tags if name == tag and "data-node" in attributes]


def lines(text: str) -> dict[str, tuple[str, str, str]]:
    """Return by node the lines of the program: the statement, its value, and the nodes it is linked to."""
    found = re.findall(r'<li class="line \w+" data-node="(\d+)"(?: data-links="([\d ]+)")?>(.*?)</li>', text)
    result = {}
    for node, links, inner in found:
        statement, _, value = Page(inner).text.strip().partition("= ")
        operation, _, value = value.rpartition("= ")
        result[node] = f"{statement}= {operation}".strip(), value, links
    return result


@pytest.mark.parametrize("text", FORMULAS)
def test_every_gate_is_in_the_picture_in_the_program_and_in_the_table(text: str) -> None:
    program = compile_gradient(text, effort="plain")
    shown = assert_harmless(component(text), scripts=1)
    inputs = [str(node) for node in range(len(program.inputs))]
    gates = nodes(shown, "li")
    assert len({*gates}) == len(gates) == program.total_gates + program.counts.constant_lines
    assert {*nodes(shown, "g")} == {*(attributes["data-of"] for attributes in shown.having("data-of"))}
    assert {*nodes(shown, "g")} == {*gates, *inputs}
    rows = nodes(shown, "tr")
    assert rows[: len(inputs)] == inputs
    assert program.value_gates <= len(rows) - len(inputs) <= program.value_gates + program.counts.constant_lines


def test_the_lines_are_those_of_the_program_with_their_values() -> None:
    found = lines(component(FIRST, {"x": 2, "y": 3}))
    values = {statement: value for statement, value, _ in found.values()}
    assert values == {
        "v0 = x * y": "6", "v1 = x / y": "2/3", "v2 = v0 + v1": "20/3", "t0 = 1 / y": "1/3", "t1 = t0 * v1": "2/9",
        "x_bar = t0 + y": "10/3", "y_bar = x - t1": "16/9",
    }  # fmt: skip


@pytest.mark.parametrize("text", [FIRST, "tanh(w*tanh(v*x + b) + c)*2", "sin(x*y)/(x + y)", "x*y*z/(x + 2)"])
def test_a_line_is_linked_to_the_gates_that_its_comment_names(text: str) -> None:
    """The comment of a line is written by the emitter; the links are found by reading the text again."""
    source = compile_gradient(text, effort="plain").source
    found = lines(component(text))
    by_statement = {statement: node for node, (statement, _, _) in found.items()}
    by_operation = {statement.partition(" = ")[2].replace(" ", ""): node for node, (statement, _, _) in found.items()}
    inputs = {name: str(place) for place, name in enumerate(compile_gradient(text).inputs)}
    told = [line for line in source.splitlines() if line.startswith("    ") and " = " in line and "  # " in line]
    assert told
    for line in told:
        statement, _, comment = line.strip().partition("  # ")
        named_gates = {by_operation[each] for each in re.split(r", ", comment) if each != "..."}
        name = statement.partition("_bar = ")[0]
        links = {*found[by_statement[statement.strip()]][2].split()}
        assert named_gates <= links
        if "..." not in comment:
            assert links == named_gates | ({inputs[name]} if name in inputs else set())


def test_a_simplified_program_is_explored_too() -> None:
    program = compile_gradient("tanh(v*tanh(w*x+b)+c)/3 + x**5")
    shown = assert_harmless(component(program), scripts=1)
    assert len(nodes(shown, "li")) == program.total_gates + program.counts.constant_lines
    assert {*nodes(shown, "li")} <= {*nodes(shown, "g")}


def test_a_saved_program_is_explored_as_the_text_that_it_is(tmp_path: Path) -> None:
    program = compile_gradient("q(t)*q(t)/alpha", variables=("q(t)", "alpha"))
    program.save(tmp_path / "f.json")
    point = {"q(t)": 3, "alpha": 2}
    loaded = GradientProgram.load(tmp_path / "f.json")
    assert component(loaded, point) == component(program, point)
    assert '<code>x0</code> <span class="soft">input q(t)</span>' in component(program, point)


def test_details_tell_value_adjoint_and_contributions() -> None:
    text = component(FIRST, {"x": 2, "y": 3})
    told = dict(re.findall(r'<template data-of="(\d+)">(.*?)</template>', text))
    (node,) = (node for node, (statement, _, _) in lines(text).items() if statement == "v1 = x / y")
    due = "v1 = x / y: value 2/3, adjoint 1 in the program: t0, t1, x_bar, y_barx_bar += v1_bar / y = 1/3"
    assert Page(told[node]).text.startswith(due)
    (node,) = (node for node, (statement, _, _) in lines(text).items() if statement == "x_bar = t0 + y")
    assert (
        Page(told[node]).text
        == "x_bar = t0 + y: value 10/3the derivative by x, reverses v0 = x * y, reverses v1 = x / y"
    )
    assert Page(told["0"]).text == "x input: value 2, adjoint 10/3 in the program: x_barx_bar = 1/3 + 3"


def test_the_price_is_told() -> None:
    assert "value 3 gates, value and gradient 7, ratio 2.33, bound 4; CERTIFIED" in component(FIRST)


@pytest.mark.parametrize("point", [{"x": 2.0, "y": 3.0}, {"x": 0, "y": 0}, {"x": Fraction(1, 3), "y": float("inf")}])
def test_any_point_can_be_explored(point: dict[str, float]) -> None:
    assert_harmless(component(FIRST, point), scripts=1)


def test_exact_points_may_be_integers_or_fractions() -> None:
    assert component(FIRST, {"x": 2, "y": 3}) == component(FIRST, {"x": Fraction(2), "y": Fraction(3)})
    assert "0.6666667" in component(FIRST, {"x": 2.0, "y": 3.0})


def test_bad_points_and_formulas_are_refused() -> None:
    with pytest.raises(InvalidArgument, match="missing y"):
        component(FIRST, {"x": 2})
    with pytest.raises(CircuitError, match="column 3"):
        component("x*")


def product(gates: int) -> str:
    return "*".join(f"u{place}" for place in range(gates + 1))


def test_small_circuits_are_explored_and_large_ones_told_in_a_table() -> None:
    small, large = product(60), product(150)
    assert compile_gradient(small, effort="plain").total_gates <= GATES
    assert 'class="baur-explorer"' in page(small)
    with pytest.raises(InvalidArgument, match="at most 200 gates"):
        component(large)
    with pytest.raises(InvalidArgument, match="at most 200 gates"):
        component(compile_gradient(large, effort="plain"))
    for each in (large, compile_gradient(large, effort="plain"), parse(product(300))):
        shown = page(each)
        assert 'class="baur-explorer"' not in shown
        assert "the table alone" in assert_harmless(shown).text
        assert len(shown) < 200_000


def test_a_page_lets_nothing_be_fetched() -> None:
    shown = Page(page(FIRST, {"x": 2, "y": 3}))
    policies = [attributes["content"] for attributes in shown.having("http-equiv")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"]
    assert "f(x, y) = x*y + x/y" in shown.text


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_data(name: str) -> None:
    circuit: Circuit = named(name, "y")
    assert_harmless(component(circuit, {name: 2, "y": 3}), scripts=1)
    assert_harmless(page(circuit, title=name), scripts=1)
    page(circuit, title=name).encode("utf-8")


def test_the_bytes_are_the_same_each_time() -> None:
    assert page(FIRST) == page(FIRST)
