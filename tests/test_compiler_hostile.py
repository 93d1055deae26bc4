"""Hostile formulas, expressions and points: each ends as the list says, in an error of ours or a certified program."""

from __future__ import annotations

import math
import random
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy

from circuit.errors import FormulaWarning
from compiler import GradientProgram, compile_gradient
from tests.corpora import each, hostile

Entry = dict[str, Any]
SECONDS = 300  # a hang, not a slow machine: the first large formula after an installation has the loops compiled
RECIPES: dict[str, Callable[[], str]] = {
    "H072": lambda: "(" * 100_000 + "x" + ")" * 100_000,
    "H073": lambda: "-" * 100_000 + "x",
    "H074": lambda: "+".join(["x*y"] * 100_000),
    "H076": lambda: "9" * 5000 + "*x",
    "H077": lambda: random.Random(0).randbytes(10_000_000).decode("latin-1"),
    "H078": lambda: "+".join(f"x{place}" for place in range(100_000)),
}
HERE = Path.cwd()
# Entries that contradict another one.
OPEN: dict[str, str] = {
    "H010": "H001 wants the string named first, this entry the unknown function: one rule serves both",
}


def entries(kind: str) -> Callable[[], Sequence[Any]]:
    return lambda: [pytest.param(entry, id=entry["id"], marks=marks(entry)) for entry in hostile(kind)]


def marks(entry: Entry) -> list[pytest.MarkDecorator]:
    return [pytest.mark.skip(reason=f"{entry['id']}: {OPEN[entry['id']]}")] if entry["id"] in OPEN else []


def ends_as_it_says(entry: Entry, formula: Any, variables: Any = None) -> None:
    expected = entry["expected"]
    before = set(HERE.iterdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FormulaWarning)
        try:
            program = compile_gradient(formula, variables)
        except Exception as error:
            ending: Exception | GradientProgram = error
        else:
            ending = program
            assert program.certificate.accepted, program.certificate.text
    if isinstance(ending, Exception):
        kinds = {kind.__name__ for kind in type(ending).__mro__}
        wanted = expected.get("error") or expected.get("or_error")
        assert wanted in kinds, f"{type(ending).__name__}: {str(ending)[:300]}"
        assert expected.get("message_must_mention", "") in str(ending)
        assert len(str(ending)) < 1000
    else:
        assert expected["outcome"] == "ok"
        assert ending.value_gates <= expected.get("max_gates_forward", math.inf)
        if "emitted_names" in expected:
            assert f"({expected['emitted_names'].replace(',', ', ')}):" in ending.source
    assert not [path for path in HERE.iterdir() if path not in before and "pwned" in path.name]


@pytest.mark.timeout(SECONDS)
@each(entries("string"))
def test_a_hostile_string(case: Entry) -> None:
    recipe = RECIPES.get(case["id"])
    ends_as_it_says(case, recipe() if recipe else case["input"])


def shared_tower() -> Any:
    x, y = sympy.symbols("x y")
    e = x
    for _ in range(60):
        e = sympy.Add(e, sympy.Mul(e, y, evaluate=False), evaluate=False)
    return e


def symbol(name: str, **assumptions: bool) -> Any:
    return sympy.Symbol(name, **assumptions)


X, Y, T = sympy.symbols("x y t")
G = sympy.Function("g")
EXPRESSIONS: dict[str, Callable[[], Any]] = {
    "H080": shared_tower,
    "H084": lambda: symbol('__import__("os").system("touch pwned2")') * X,
    "H085": lambda: symbol("a\nimport os") * X,
    "H086": lambda: symbol('x"""; import os; """') + X,
    "H088": lambda: symbol("lambda") ** 2,
    "H089": lambda: symbol("None") * X,
    "H090": lambda: symbol("") * X,
    "H092": lambda: sympy.exp(X) * symbol("exp"),
    "H093": lambda: sympy.sin(symbol("sin")),
    "H094": lambda: symbol("t0") * X + symbol("x0"),
    "H096": lambda: symbol("x") - symbol("x", real=True),
    "H097": lambda: sympy.Dummy("d") - sympy.Dummy("d"),
    "H098": lambda: symbol("\u00b5") * symbol("\u03bc"),
    "H100": lambda: symbol("\u212a") - symbol("K"),
    "H101": lambda: symbol("A", commutative=False) * symbol("B", commutative=False),
    "H102": lambda: X,
    "H104": lambda: X,
    "H105": lambda: sympy.Integer(5),
    "H106": lambda: X,
    "H108": lambda: X * Y,
    "H109": lambda: sympy.Abs(X),
    "H110": lambda: sympy.sign(X),
    "H112": lambda: sympy.Max(X, Y),
    "H113": lambda: sympy.Heaviside(X),
    "H114": lambda: sympy.Piecewise((X**2, X > 0), (0, True)),
    "H116": lambda: G(X),
    "H117": lambda: sympy.Derivative(G(X), X),
    "H118": lambda: sympy.Integral(sympy.exp(-(T**2)), (T, 0, X)),
    "H120": lambda: sympy.Limit(sympy.sin(X) / X, X, 0),
    "H121": lambda: sympy.Order(X**2) + X,
    "H122": lambda: sympy.Matrix([[X, Y]]),
    "H124": lambda: sympy.Tuple(X, Y),
    "H125": lambda: sympy.Mod(X, 3),
    "H126": lambda: sympy.DiracDelta(X),
    "H128": lambda: sympy.Add(sympy.nan, X, evaluate=False),
    "H129": lambda: sympy.Mul(sympy.oo, X, evaluate=False),
    "H130": lambda: sympy.I * X,
    "H132": lambda: sympy.gamma(X),
    "H133": lambda: sympy.sinc(X),
    "H134": lambda: sympy.UnevaluatedExpr(X) * 2,
    "H136": lambda: sympy.Add(X, -X, evaluate=False),
    "H137": lambda: sympy.Mul(0, 1 / X, evaluate=False),
    "H138": lambda: sympy.Float("0.1", 50) * X,
    "H140": lambda: np.float32(0.1) * X,
    "H141": lambda: sympy.asech(X),
    "H142": lambda: sympy.sqrt(X) ** 2,
}
VARIABLES: dict[str, Any] = {"H102": [X, X], "H104": [X, Y], "H105": [X], "H106": [X], "H108": "xy"}


@pytest.mark.timeout(SECONDS)
@each(entries("sympy"))
def test_a_hostile_expression(case: Entry) -> None:
    if case["id"] not in EXPRESSIONS:
        pytest.skip(f"{case['id']} has no recipe here: {str(case['input'])[:60]}")
    ends_as_it_says(case, EXPRESSIONS[case["id"]](), VARIABLES.get(case["id"]))


COORDINATES: dict[str, Any] = {
    "nan": math.nan,
    "int 1": 1,
    "int 3": 3,
    "array of shape (3,)": np.ones(3),
    "array of shape (4,)": np.ones(4),
    "'2'": "2",
}


def number(wanted: Any) -> float | None:
    """Return the number an entry names, or None where it is prose."""
    words = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
    return words.get(wanted) if isinstance(wanted, str) else wanted


@each(entries("point"))
def test_a_hostile_point(case: Entry) -> None:
    expected = case["expected"]
    program = compile_gradient(case["input"]["formula"].removeprefix("coth: "))
    point = {name: COORDINATES.get(value, value) for name, value in case["input"]["at"].items()}
    if expected["outcome"] == "error":
        with pytest.raises(ValueError, match=r"broadcast|missing|unexpected|str") as caught:
            program(**point)
        assert expected["error"] in {kind.__name__ for kind in type(caught.value).__mro__}
        assert expected["message_must_mention"] in str(caught.value)
        return
    value, gradient = program(**point)
    assert isinstance(value, float)
    assert all(isinstance(each, float) for each in gradient)
    wanted = number(expected.get("value"))
    if wanted is not None:
        assert value == pytest.approx(wanted, rel=1e-15, nan_ok=True)
    if isinstance(expected.get("gradient"), list):
        wanted_gradient = [number(each) for each in expected["gradient"]]
        assert list(gradient) == pytest.approx(wanted_gradient, rel=1e-14, nan_ok=True)
