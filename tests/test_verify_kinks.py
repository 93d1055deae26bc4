"""Steps, kinks and rounding: floor and its kin, max in either order, ties that matter, points that decide nothing."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest
from mpmath import mp

from tests.test_verify_program import program
from verify import Certificate, certify, count
from verify.digits import WORKING, check_digits, settled
from verify.errors import Rejected
from verify.graph import Builder
from verify.highprec import VALUE, Irregular, tangent
from verify.price import price
from verify.primes import random_prime
from verify.program import read_program
from verify.read import read_formula
from verify.residues import residues
from verify.table import FLAT
from verify.tangents import differentiate
from verify.tape import ADD, NONE, SUB, Tape, lay

STEPS = ("floor", "ceil", "trunc")
HALVES = {"floor": (2, -3), "ceil": (3, -2), "trunc": (2, -2)}


def answer(formula: str | None, inputs: str, lines: str, result: str, imports: str = "") -> Certificate:
    head = f"from math import {imports}\n\n" if imports else ""
    return certify(head + program(inputs, lines, result), formula)


def failed(certificate: Certificate) -> list[str]:
    return [claim.name for claim in certificate.claims if claim.status == "FAILED"]


@pytest.mark.parametrize("op", FLAT)
def test_a_flat_function_has_no_derivative_to_carry(op: str) -> None:
    builder = Builder(("x",))
    graph = builder.finish(builder.gate(op, 0))
    tape = Tape()
    x = tape.variable()
    assert differentiate(tape, lay(tape, graph, [x])[graph.output], {x: tape.variable()}) == NONE
    with mpmath.workdps(60):
        u = mpmath.mpf("1.3")
        assert tangent(op, VALUE[op](u), [u], [mp.one]) == 0


@pytest.mark.parametrize("op", STEPS)
def test_a_step_is_exact_on_constants_and_to_fifty_digits(op: str) -> None:
    tape = Tape()
    above, below = HALVES[op]
    for number, due in ((Fraction(5, 2), above), (Fraction(-5, 2), below), (Fraction(7), 7), (Fraction(-7), -7)):
        assert tape.exact[tape.function(op, tape.constant(number))] == due
        assert VALUE[op](mpmath.mpf(number.numerator) / number.denominator) == due


@pytest.mark.parametrize("op", STEPS)
def test_fifty_digits_pass_over_what_rounding_carries_over_a_jump(op: str) -> None:
    with mpmath.workdps(90):
        for u in ("3", "-2", "0"):
            assert VALUE[op](mpmath.mpf(u)) == int(u)
            for noise in ("1e-50", "-1e-50"):
                with pytest.raises(Irregular):
                    VALUE[op](mpmath.mpf(u) + mpmath.mpf(noise))


@pytest.mark.parametrize("op", STEPS)
@pytest.mark.parametrize(
    ("formula", "lines", "result"),
    [
        ("OP(x)*y", "v0 = OP(x); v1 = v0 * y", "v1, (0, v0)"),
        ("y/OP(x)", "v0 = OP(x); v1 = y / v0; t0 = 1 / v0", "v1, (0, t0)"),
        ("x*y - OP(x*y)", "v0 = x * y; v1 = OP(v0); v2 = v0 - v1", "v2, (y, x)"),
        ("OP(5/2)*x*y", "c0 = OP(2.5); v0 = c0 * x; v1 = v0 * y; t0 = c0 * y", "v1, (t0, v0)"),
    ],
)
def test_a_program_with_steps_is_certified(op: str, formula: str, lines: str, result: str) -> None:
    certificate = answer(formula.replace("OP", op), "x, y", lines.replace("OP", op), result, op)
    assert certificate.verdict == "CERTIFIED", certificate.text
    assert certificate.total_gates <= certificate.bound


@pytest.mark.parametrize(
    ("formula", "lines", "result", "claim"),
    [
        ("floor(x)*y", "v0 = floor(x); v1 = v0 * y", "v1, (y, v0)", "gradient"),
        ("ceil(x)*y", "v0 = floor(x); v1 = v0 * y", "v1, (0, v0)", "formula"),
        ("floor(x + 1)*y", "v0 = floor(x); v1 = v0 + 1; v2 = v1 * y", "v2, (0, v1)", "formula"),
        ("x*y", "v0 = x * y; t0 = floor(x); t1 = t0 / t0; t2 = y * t1", "v0, (t2, x)", "no new pole"),
    ],
)
def test_a_forgery_with_steps_is_rejected(formula: str, lines: str, result: str, claim: str) -> None:
    assert claim in failed(answer(formula, "x, y", lines, result, "floor"))


def test_a_step_weighs_one_gate() -> None:
    text = "from math import floor\n\n" + program("x, y", "v0 = floor(x); v1 = v0 * y", "v1, (0, v0)")
    found = price(read_program(text))
    assert (found.value_gates, found.total_gates, found.bound) == (2, 2, 1 + 2 - 1 + 1)


def test_an_exponent_that_a_step_makes_whole_is_a_hidden_power() -> None:
    text = program("x", "c0 = floor(2.5); v0 = pow(x, c0)", "v0, (0,)").replace("import pow", "import floor, pow")
    with pytest.raises(Rejected, match="hidden power"):
        count(text)


SWAPPED = "v0 = x * y; v1 = maximum(y, x); v2 = maximum(v0, v1); s0 = v1 > v0; t0 = select(s0, 1, 0); t1 = 1 - t0; "
SWAPPED += "s1 = x > y; t2 = select(s1, t0, 0); t3 = t0 - t2; t4 = t1 * y; t5 = t1 * x; t6 = t2 + t4; t7 = t3 + t5"
REGROUPED = "v0 = y + z; v1 = x + v0; v2 = maximum(z, v1); s0 = z > v1; t0 = select(s0, 1, 0); t1 = select(s0, 0, 1); "
REGROUPED += "t2 = t0 + t1"


@pytest.mark.parametrize(
    ("formula", "inputs", "lines", "result"),
    [
        ("max(max(x, y), x*y)", "x, y", SWAPPED, "v2, (t6, t7)"),
        ("max(x*y, max(y, x))", "x, y", SWAPPED, "v2, (t6, t7)"),
        ("max((x + y) + z, z)", "x, y, z", REGROUPED, "v2, (t1, t1, t2)"),
    ],
)  # fmt: skip
def test_a_max_may_take_its_operands_in_either_order(formula: str, inputs: str, lines: str, result: str) -> None:
    certificate = answer(formula, inputs, lines, result)
    assert failed(certificate) in ([], ["no padding"]), certificate.text
    assert [claim.status for claim in certificate.claims if claim.name in ("formula", "gradient")] == ["PASSED"] * 2


def test_a_selection_that_differs_at_a_tie_is_another_function() -> None:
    lines = "v0 = x * y; s0 = y > x; v1 = select(s0, y, v0); t0 = select(s0, 0, 1); t1 = select(s0, 1, 0); "
    lines += "t2 = t0 * y; t3 = t0 * x; t4 = t1 + t3"
    assert "formula" in failed(answer("select(x > y, x*y, y)", "x, y", lines, "v1, (t2, t4)"))
    assert failed(answer("select(y > x, y, x*y)", "x, y", lines, "v1, (t2, t4)")) == []


def test_the_two_orders_of_a_max_add_up_to_one_and_of_a_mere_comparison_do_not() -> None:
    for formula, complementary in (("max(x, y)*select(x > y, x, 1)", True), ("select(x > y, x, 1)", False)):
        tape = Tape()
        x, y = tape.variable(), tape.variable()
        lay(tape, read_formula(formula, ("x", "y")), [x, y])
        total = tape.step(ADD, tape.greater(x, y), tape.greater(y, x))
        root = tape.step(SUB, total, tape.constant(1))
        assert (residues(tape, random_prime(128, b"kinks"), b"seed")[root] == 0) == complementary


MONSTER = "abs(y - sqrt(y*y + 1)) - 1/(y + sqrt(y*y + 1))"  # W. Kahan's: 0 everywhere, and never computed as 0
MONSTER_LINES = (
    "v0 = y * y; v1 = v0 + 1; v2 = sqrt(v1); v3 = y - v2; v4 = abs(v3); v5 = y + v2; v6 = 1 / v5; v7 = v4 - v6; "
    "v8 = v7 * v7; s0 = v8 == 0; v9 = exp(v8); v10 = v9 - 1; v11 = v10 / v8; v12 = select(s0, 1, v11); "
    "t0 = select(s0, 0, 1); t1 = t0 / v8; t2 = t1 * v11; t3 = t1 * v9; t4 = t3 - t2; t5 = t4 * v7; t6 = 2 * t5; "
    "t7 = t6 / v5; t8 = t7 * v6; t9 = sign(v3); t10 = t6 * t9; t11 = t8 - t10; t12 = t11 / v2; t13 = t12 * y; "
    "t14 = t8 + t10; t15 = t14 + t13"
)


def test_noise_that_a_formula_divides_by_convicts_nobody() -> None:
    formula = "select(Q*Q == 0, 1, (exp(Q*Q) - 1)/(Q*Q))".replace("Q", f"({MONSTER})")
    certificate = answer(formula, "y", MONSTER_LINES, "v12, (t15,)")
    assert certificate.verdict == "CERTIFIED", certificate.text


def test_a_gradient_that_is_all_noise_is_still_no_excuse() -> None:
    lines = "v0 = sin(x); v1 = v0 * v0; v2 = cos(x); v3 = v2 * v2; v4 = v1 + v3"
    read = read_program(program("x", lines, "v4, (1,)"))
    assert check_digits(read_formula("sin(x)**2 + cos(x)**2"), read, [0])[0] == "FAILED"
    read = read_program(program("x", lines, "v4, (0,)"))
    assert check_digits(read_formula("sin(x)**2 + cos(x)**2"), read, [0])[0] == "PASSED"


@pytest.mark.parametrize(("last", "wrong"), [("1e-171", ""), ("1e-86", "value")])
def test_what_is_zero_at_one_precision_and_noise_at_the_next_agrees(last: str, wrong: str) -> None:
    def differences(digits: int) -> list[tuple[str, bool, Any]]:
        if digits == WORKING[0]:
            return [("value", False, mpmath.mpf("1e-86")), ("gradient", True, mpmath.mpf(0))]
        return [("value", False, mpmath.mpf(last)), ("gradient", False, mpmath.mpf("1e-171"))]

    assert settled(differences, read_formula("x"), [mpmath.mpf(1)]) == wrong


SIGMOID = """from math import exp

def sigmoid(x):
    if x < 0:
        return exp(x) / (1.0 + exp(x))
    return 1.0 / (1.0 + exp(-x))

"""


@pytest.mark.parametrize(
    ("formula", "head", "lines", "result"),
    [
        ("expm1(-900*x)", "from math import expm1\n\n",
         "v0 = -900 * x; v1 = expm1(v0); t0 = v1 + 1; t1 = -900 * t0", "v1, (t1,)"),
        ("sigmoid(900*x)", SIGMOID,
         "v0 = 900 * x; v1 = sigmoid(v0); t0 = 1 - v1; t1 = v1 * t0; t2 = 900 * t1", "v1, (t2,)"),
    ],
)  # fmt: skip
def test_a_derivative_lost_far_out_is_no_error(formula: str, head: str, lines: str, result: str) -> None:
    certificate = certify(head + program("x", lines, result), formula)
    assert certificate.verdict == "CERTIFIED", certificate.text


def test_a_value_is_compared_at_ties_too() -> None:
    """Where x is y, the program takes the other arm: its value is another function there."""
    text = program(
        "x, y", "s0 = y > x; v0 = maximum(x, y); v1 = select(s0, 0, 1); v2 = v0 + v1; t1 = 1 - v1", "v2, (v1, t1)"
    )
    answer = certify(text, "max(x, y) + select(x > y, 1, 0)")
    assert answer.verdict.startswith("REJECTED at claim formula")


def test_the_first_operand_of_select_is_a_comparison() -> None:
    text = program("x, y, z", "v0 = select(x, z, y); t0 = select(x, 0, 1); t1 = select(x, 1, 0)", "v0, (0, t0, t1)")
    answer = certify(text, "y + x*(z - y)")
    assert answer.verdict.startswith("REJECTED at claim text")
    assert "select: its first operand is no comparison" in answer.verdict


def test_a_degree_out_of_reach_hides_no_wrong_value() -> None:
    def deep(x: Any, y: Any) -> Any:
        for _ in range(3000):
            x = x * x
        return x + y

    text = program("x, y", "v0 = x * x; v1 = v0 * y; t0 = 2 * x; t1 = t0 * y", "v1, (t1, v0)")
    assert certify(text, deep, shapes=((), ())).verdict.startswith("REJECTED at claim formula: wrong value")
