"""Whole programs: right ones are certified, forgeries are rejected at the claim they break."""

from __future__ import annotations

import json

import pytest

from verify import Certificate, FormulaError, certify

IMPORTS = "cos cosh exp hypot log pi sin sinh sqrt tanh atan2 pow asin acos atan asinh acosh atanh erf cbrt tan".split()
PRELUDE = {
    "maximum": "def maximum(a, b):\n    return a if a > b or a != a else b\n\n",
    "relu": "def relu(x):\n    return 0.0 if x < 0 else x\n\n",
    "select": "def select(condition, a, b):\n    return a if condition else b\n\n",
    "sign": "def sign(x):\n    return x if x != x else float((x > 0) - (x < 0))\n\n",
}


def program(inputs: str, lines: str, result: str) -> str:
    """Write a program: lines are separated by semicolons."""
    words = set("".join(c if c.isalnum() else " " for c in lines + " " + result).split())
    imports = ", ".join(sorted(words & set(IMPORTS)))
    text = f"from math import {imports}\n\n" if imports else ""
    text += "".join(PRELUDE[name] for name in sorted(PRELUDE) if name in words)
    body = "".join(f"    {line.strip()}\n" for line in lines.split(";") if line.strip())
    return f"{text}def value_and_gradient({inputs}):\n{body}    return {result}\n"


MAXIMUM = "v0 = maximum(x, y); "
RIGHT = [
    ("x", "x", "", "x, (1,)"),
    ("5", "", "", "5, ()"),
    ("x + y", "x, y", "v0 = x + y", "v0, (1, 1)"),
    ("x*x", "x", "v0 = x * x; t0 = x + x", "v0, (t0,)"),
    ("x*x", "x", "v0 = x * x; t0 = 2 * x", "v0, (t0,)"),
    ("x + x", "x", "v0 = x + x", "v0, (2,)"),
    ("x - x", "x", "v0 = x - x", "v0, (0,)"),
    ("1/x", "x", "v0 = 1 / x; t0 = v0 / x; t1 = -t0", "v0, (t1,)"),
    ("x/y", "x, y", "v0 = x / y; t0 = 1 / y; t1 = t0 * v0; t2 = -t1", "v0, (t0, t2)"),
    ("tanh(x)", "x", "v0 = tanh(x); t0 = cosh(x); t1 = 1 / t0; t2 = t1 / t0", "v0, (t2,)"),
    ("tan(x)", "x", "v0 = tan(x); t0 = v0 * v0; t1 = 1 + t0", "v0, (t1,)"),
    ("sqrt(x)", "x", "v0 = sqrt(x); t0 = v0 + v0; t1 = 1 / t0", "v0, (t1,)"),
    ("cbrt(x)", "x", "v0 = cbrt(x); t0 = v0 * v0; t1 = 3 * t0; t2 = 1 / t1", "v0, (t2,)"),
    ("log(x)", "x", "v0 = log(x); t0 = 1 / x", "v0, (t0,)"),
    ("exp(x)", "x", "v0 = exp(x)", "v0, (v0,)"),
    ("x**1.5", "x", "v0 = pow(x, 1.5); t0 = sqrt(x); t1 = 1.5 * t0", "v0, (t1,)"),
    ("asin(x)", "x", "v0 = asin(x); t0 = x * x; t1 = 1 - t0; t2 = sqrt(t1); t3 = 1 / t2", "v0, (t3,)"),
    ("acos(x)", "x", "v0 = acos(x); t0 = sin(v0); t1 = -1 / t0", "v0, (t1,)"),
    ("atan(x)", "x", "v0 = atan(x); t0 = x * x; t1 = 1 + t0; t2 = 1 / t1", "v0, (t2,)"),
    ("asinh(x)", "x", "v0 = asinh(x); t0 = hypot(1, x); t1 = 1 / t0", "v0, (t1,)"),
    ("acosh(x)", "x", "v0 = acosh(x); t0 = sinh(v0); t1 = 1 / t0", "v0, (t1,)"),
    ("atanh(x)", "x", "v0 = atanh(x); t0 = cosh(v0); t1 = t0 * t0", "v0, (t1,)"),
    (
        "erf(x)",
        "x",
        "c0 = sqrt(pi); c1 = 2 / c0; c2 = log(c1); v0 = erf(x); t0 = x * x; t1 = c2 - t0; t2 = exp(t1)",
        "v0, (t2,)",
    ),
    ("hypot(x, y)", "x, y", "v0 = hypot(x, y); t0 = x / v0; t1 = y / v0", "v0, (t0, t1)"),
    (
        "atan2(y, x)",
        "x, y",
        "v0 = atan2(y, x); t0 = hypot(y, x); t1 = 1 / t0; t2 = t1 / t0; t3 = t2 * y; t4 = -t3; t5 = t2 * x",
        "v0, (t4, t5)",
    ),
    ("max(x, y)", "x, y", MAXIMUM + "s0 = x > y; t0 = select(s0, 1, 0); t1 = select(s0, 0, 1)", "v0, (t0, t1)"),
    ("max(y, x)", "x, y", MAXIMUM + "s0 = x > y; t0 = select(s0, 1, 0); t1 = select(s0, 0, 1)", "v0, (t0, t1)"),
    ("relu(x)", "x", "v0 = relu(x); s0 = x > 0; t0 = select(s0, 1, 0)", "v0, (t0,)"),
    ("abs(x)", "x", "v0 = abs(x); t0 = sign(x)", "v0, (t0,)"),
    ("select(x > 0, x*y, y)", "x, y", "v0 = x > 0; v1 = x * y; v2 = select(v0, v1, y); t0 = select(v0, 1, 0); "
     "t1 = select(v0, 0, 1); t2 = t0 * y; t3 = t0 * x; t4 = t1 + t3", "v2, (t2, t4)"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "inputs", "lines", "result"), RIGHT)
def test_a_right_program_is_certified(formula: str, inputs: str, lines: str, result: str) -> None:
    certificate = certify(program(inputs, lines, result), formula)
    assert certificate.verdict == "CERTIFIED", certificate.text
    assert certificate.total_gates <= certificate.bound or certificate.value_gates == 0
    again = certify(program(inputs, lines, result))
    assert again.verdict == "CERTIFIED AGAINST CIRCUIT"


def failing(certificate: Certificate) -> tuple[str, str]:
    """Return name and detail of the first failed claim."""
    assert not certificate.accepted
    return next((claim.name, claim.detail) for claim in certificate.claims if claim.status == "FAILED")


SQUARINGS = "v0 = x * x" + "".join(f"; v{i} = v{i - 1} * v{i - 1}" for i in range(1, 61))
FORGED = [
    ("sin(x)", "x", "v0 = sin(x)", "v0, (v0,)", "gradient", "wrong gradient"),
    ("cos(x)", "x", "v0 = cos(x); t0 = sin(x)", "v0, (t0,)", "gradient", "wrong gradient"),
    ("x*x", "x", "v0 = x * x", "v0, (x,)", "gradient", "wrong gradient"),
    ("x*y + x", "x, y", "v0 = x * y; v1 = v0 + x", "v1, (y, x)", "gradient", "wrong gradient"),
    ("x*y", "x, y", "v0 = x / y; t0 = 1 / y; t1 = t0 * v0; t2 = -t1", "v0, (t0, t2)", "formula", "wrong value"),
    ("x**(2**61)", "x", SQUARINGS, "v60, (x,)", "gradient", "wrong gradient"),
    ("(2**61-1)*x + y", "x, y", "v0 = 2305843009213693951 * x; v1 = v0 + y", "v1, (0, 1)", "gradient", "wrong"),
    ("x*y*z", "x, y, z", "v0 = x * y; v1 = v0 * z; t0 = v1 / x; t1 = v1 / y", "v1, (t0, t1, v0)", "no new pole", "t0"),
    ("x*x", "x", "v0 = x * x; t0 = x + x; t1 = t0 * x", "v0, (t0,)", "gates", "dead gate"),
    ("x*y + x*y", "x, y", "v0 = x * y; v1 = y * x; v2 = v0 + v1; t0 = 2 * x; t1 = 2 * y", "v2, (t1, t0)",
     "gates", "repeated"),
    ("x", "x", "v0 = x * 3; v1 = v0 / 3", "v1, (1,)", "no padding", "2 gates where the formula has 0"),
    ("x*y", "x, y", "v0 = x * y", "v0, (y,)", "gradient", "1 derivatives where 2"),
    ("x*y", "x, z", "v0 = x * z", "v0, (z, x)", "formula", "inputs"),
    ("x + y", "x, y", "v0 = x + y; t0 = x / x; t1 = t0 * t0", "v0, (t0, t1)", "no new pole", "new pole"),
    ("tanh(x)", "x", "v0 = tanh(x); t0 = cosh(x); t1 = 1 / t0", "v0, (t1,)", "gradient", "wrong gradient"),
    ("max(x, y)", "x, y", MAXIMUM + "s0 = y > x; t0 = select(s0, 1, 0); t1 = select(s0, 0, 1)", "v0, (t0, t1)",
     "gradient", "wrong"),
    ("x + y", "x, y", "v0 = x + y; t0 = x - x; t1 = t0 + 1", "v0, (t1, 1)", "price", "exceeds the bound"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "inputs", "lines", "result", "claim", "reason"), FORGED)
def test_a_forgery_is_rejected_at_its_claim(
    formula: str, inputs: str, lines: str, result: str, claim: str, reason: str
) -> None:
    name, detail = failing(certify(program(inputs, lines, result), formula))
    assert name == claim
    assert reason in detail


def squarings(depth: int, seed: int, last: str) -> str:
    """Write x**(2**depth) with its gradient, the last factor of the sweep given."""
    lines = ["v0 = x * x", *(f"v{i} = v{i - 1} * v{i - 1}" for i in range(1, depth)), f"t0 = {seed} * v{depth - 2}"]
    count = 0
    for i in range(depth - 3, -2, -1):
        lines += [f"t{count + 1} = t{count} * {'x' if i < 0 else f'v{i}'}", f"t{count + 2} = {last} * t{count + 1}"]
        count += 2
    return program("x", ";".join(lines), f"v{depth - 1}, (t{count},)")


def test_three_thousand_squarings_are_certified_gate_for_gate() -> None:
    certificate = certify(squarings(3000, 2, "2"))
    assert certificate.accepted
    assert "each forward value a variable" in certificate.text


def test_a_wrong_factor_after_three_thousand_squarings_is_found() -> None:
    assert failing(certify(squarings(3000, 3, "2")))[0] == "gradient"


def test_a_pole_of_the_formula_may_be_used_again() -> None:
    text = program("x, y", "v0 = x / y; v1 = log(v0); t0 = 1 / x; t1 = -1 / y", "v1, (t0, t1)")
    assert certify(text, "log(x/y)").accepted


def test_the_header_of_generated_names_stands_for_natural_order() -> None:
    text = program("x0, x1", "v0 = x0 - x1", "v0, (1, -1)")
    assert certify(text, "a2 - a10").accepted
    assert not certify(text, "a10 - a2").accepted
    assert certify(text, "a10 - a2", variables=("a10", "a2")).accepted


def test_parameters_have_no_derivative() -> None:
    text = program("x, a", "v0 = a * x", "v0, (a,)")
    assert certify(text, "a*x", parameters=("a",)).accepted
    assert not certify(text, "a*x").accepted


def test_a_circuit_in_json_is_a_reference() -> None:
    record = {
        "format": "baur circuit", "version": 1, "inputs": ["x", "y"], "parameters": [],
        "nodes": [["mul", 0, 1], ["const", "3/4"], ["add", 2, 3]], "outputs": [4],
    }  # fmt: skip
    certificate = certify(program("x, y", "v0 = x * y; v1 = v0 + 0.75", "v1, (y, x)"), record)
    assert (certificate.verdict, certificate.reference) == ("CERTIFIED AGAINST CIRCUIT", "circuit")


def test_the_certificate_is_canonical_json_of_integers_and_strings() -> None:
    certificate = certify(program("x", "v0 = x * x; t0 = x + x", "v0, (t0,)"), "x*x")
    record = json.loads(certificate.to_json())
    assert (record["counts"]["L"], record["counts"]["T"], record["counts"]["S"]) == (1, 2, 1)
    assert record["bound"] == {"exact": 3, "factor": 4, "limit": 4}
    assert record["recorded"]["ratio"] == "2.00"
    assert "rounding of float64 arithmetic" in record["recorded"]["not_certified"]
    assert certificate.to_json() == certify(program("x", "v0 = x * x; t0 = x + x", "v0, (t0,)"), "x*x").to_json()


@pytest.mark.parametrize(("formula", "reason"), [("1/(x - x)", "division by zero"), ("x/0", "division by zero")])
def test_a_formula_that_divides_by_zero_everywhere_is_refused(formula: str, reason: str) -> None:
    with pytest.raises(FormulaError, match=reason):
        certify(program("x", "v0 = x * x", "v0, (x,)"), formula)
