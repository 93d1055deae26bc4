"""Functions as formulas: replayed on verify's own numbers they are counted, compared and refused as texts are."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import verify.scalars
from tests.test_verify_program import failing, program
from verify import FormulaError, FormulaLimit, certify
from verify.function import read_function
from verify.graph import gate_count

Function = Callable[..., Any]
S = ()
M = "W_0_0, W_0_1, W_1_0, W_1_1"
MATVEC = (
    "v0 = W_0_0 * b_0; v1 = W_0_1 * b_1; v2 = v0 + v1; v3 = W_1_0 * b_0; v4 = W_1_1 * b_1; v5 = v3 + v4; v6 = v2 + v5"
)


def doubled(A: Any) -> Any:
    A *= 2
    A[0] += A[1]
    return A[0]


# function, shapes, wrt, header, lines, result
RIGHT: list[tuple[Function, Any, Any, str, str, str]] = [
    (lambda x, y: x * y + x / y, None, None, "x, y",
     "v0 = x * y; v1 = x / y; v2 = v0 + v1; t0 = 1 / y; t1 = t0 * v1; x_bar = t0 + y; y_bar = x - t1",
     "v2, (x_bar, y_bar)"),
    (lambda W, b: (W @ b).sum(), ((2, 2), (2,)), None, f"{M}, b_0, b_1",
     MATVEC + "; t0 = W_0_0 + W_1_0; t1 = W_0_1 + W_1_1", "v6, (b_0, b_1, b_0, b_1, t0, t1)"),
    (lambda W, b: (W @ b).sum(), ((2, 2), (2,)), 0, f"{M}, b_0, b_1", MATVEC, "v6, (b_0, b_1, b_0, b_1)"),
    (lambda W, b: np.sum(np.dot(W, b)), ((2, 2), (2,)), (-1,), f"b_0, b_1, {M}",
     MATVEC + "; t0 = W_0_0 + W_1_0; t1 = W_0_1 + W_1_1", "v6, (t0, t1)"),
    (lambda A: A.mean(), ((3,),), None, "A_0, A_1, A_2",
     "c0 = 1 / 3; v0 = A_0 + A_1; v1 = v0 + A_2; v2 = v1 / 3", "v2, (c0, c0, c0)"),
    (np.prod, ((3,),), None, "a_0, a_1, a_2",
     "v0 = a_0 * a_1; v1 = v0 * a_2; t0 = a_1 * a_2; t1 = a_0 * a_2", "v1, (t0, t1, v0)"),
    (lambda a: np.einsum("i,i", a, a), ((2,),), None, "a_0, a_1",
     "v0 = a_0 * a_0; v1 = a_1 * a_1; v2 = v0 + v1; t0 = a_0 + a_0; t1 = a_1 + a_1", "v2, (t0, t1)"),
    (lambda x, y: np.where(x > 0, x * y, y), None, None, "x, y",
     "v0 = x > 0; v1 = x * y; v2 = select(v0, v1, y); t0 = select(v0, 1, 0); t1 = select(v0, 0, 1); t2 = t0 * y; "
     "t3 = t0 * x; t4 = t1 + t3", "v2, (t2, t4)"),
    (lambda A: np.maximum(A[0], A[1]), ((2,),), None, "x0, x1",
     "v0 = maximum(x0, x1); s0 = x0 > x1; t0 = select(s0, 1, 0); t1 = select(s0, 0, 1)", "v0, (t0, t1)"),
    (lambda *xs: xs[0] * xs[1][0], (S, (1,)), None, "xs_0, xs_1_0", "v0 = xs_0 * xs_1_0", "v0, (xs_1_0, xs_0)"),
    (doubled, ((2,),), None, "A_0, A_1", "v0 = A_0 * 2; v1 = A_1 * 2; v2 = v0 + v1", "v2, (2, 2)"),
    (lambda A: np.tanh(np.array([A[0], A[1]]))[0], ((2,),), None, "A_0, A_1",
     "v0 = tanh(A_0); t0 = cosh(A_0); t1 = 1 / t0; t2 = t1 / t0", "v0, (t2, 0)"),
    (lambda x, scale=0.1: scale * x, None, None, "x", "v0 = 0.1 * x", "v0, (0.1,)"),
    (lambda x: np.asarray(x), None, None, "x", "", "x, (1,)"),
    (lambda x: (1 / (x - x), x)[1], None, None, "x", "", "x, (1,)"),
    (lambda: 5, None, None, "", "", "5, ()"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "shapes", "wrt", "header", "lines", "result"), RIGHT)
def test_a_right_program_is_certified(
    function: Function, shapes: Any, wrt: Any, header: str, lines: str, result: str
) -> None:
    certificate = certify(program(header, lines, result), function, shapes=shapes, wrt=wrt)
    assert (certificate.verdict, certificate.reference) == ("CERTIFIED", "function"), certificate.text
    assert certificate.source_gates == certificate.value_gates


FORGED: list[tuple[Function, Any, Any, str, str, str, str, str]] = [
    (lambda a: a[0] * a[1], ((2,),), None, "a_0, a_1", "v0 = a_0 * a_1", "v0, (a_0, a_1)", "gradient", "wrong"),
    (lambda a: a[0] + a[1], ((2,),), None, "a_0, a_1", "v0 = a_0 * a_1", "v0, (a_1, a_0)", "formula", "wrong value"),
    (lambda a: a[0] - a[1], ((2,),), None, "a_1, a_0", "v0 = a_0 - a_1", "v0, (-1, 1)", "formula", "inputs"),
    (lambda a, b: a * b, None, 1, "a, b", "v0 = a * b", "v0, (b,)", "formula", "inputs: the header has (a, b)"),
    (lambda a, b: a * b, None, 1, "b, a", "v0 = a * b", "v0, (a, b)", "gradient", "2 derivatives where 1"),
    (lambda a: a.sum() * 1, ((2,),), None, "a_0, a_1", "v0 = a_0 + a_1; v1 = v0 * 2; v2 = v1 / 2", "v2, (1, 1)",
     "no padding", "L = 3 gates where the formula has 1"),
    (lambda a: np.where(a[0] > 0, a[1], 0), ((2,),), None, "a_0, a_1",
     "v0 = a_0 < 0; v1 = select(v0, a_1, 0); t0 = select(v0, 1, 0)", "v1, (0, t0)", "formula", "wrong value"),
    (lambda a: a.prod(), ((3,),), None, "a_0, a_1, a_2",
     "v0 = a_0 * a_1; v1 = v0 * a_2; t0 = v1 / a_0; t1 = v1 / a_1", "v1, (t0, t1, v0)", "no new pole", "new pole"),
    (lambda x: random.random() * x, None, None, "x", "v0 = 0.3125 * x", "v0, (0.3125,)", "formula", "wrong value"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "shapes", "wrt", "header", "lines", "result", "claim", "reason"), FORGED)
def test_a_forgery_is_rejected_at_its_claim(
    function: Function, shapes: Any, wrt: Any, header: str, lines: str, result: str, claim: str, reason: str
) -> None:
    name, detail = failing(certify(program(header, lines, result), function, shapes=shapes, wrt=wrt))
    assert name == claim
    assert reason in detail


def recursive(x: Any) -> Any:
    return recursive(x + 1)


def nested(x: Any) -> Any:
    read_function(lambda y: x * y)
    return x


def kept_from_another_call(x: Any, _kept: list[Any] = []) -> Any:  # noqa: B006  # the slip under test
    _kept.append(x)
    return np.maximum(_kept[0], np.stack(_kept)).sum()


REFUSED: list[tuple[Function, Any, str]] = [
    (lambda x: x if x > 0 else -x, None, r"bool\(\) of a condition.*np\.where.*test_verify_function\.py:\d+"),
    (lambda x: np.maximum(np.array([x, 1]), 0).sum(), None, r"bool\(\) of a condition.*np\.stack"),
    (lambda A: np.sort(A)[0], ((2,),), r"bool\(\) of a condition"),
    (lambda x: x or 1, None, r"bool\(\) of a number"),
    (lambda x: math.sin(x), None, r"float\(\) of a number.*np\.exp for math\.exp"),
    (lambda x: np.zeros(2).__setitem__(0, x), None, r"float\(\) of a number.*np\.stack"),
    (lambda x: int(x), None, r"int\(\) of a number"),
    (lambda x: round(x), None, r"round\(\) of a number.*np\.floor"),
    (lambda x: {x: 1}, None, r"hash\(\) of a number"),
    (lambda x: (x > 0) == (x > 1), None, "comparison of a condition"),
    (lambda x: (x > 0) + 1, None, "TypeError.*'Condition' and 'int'"),
    (lambda x: x + (x > 0), None, "a condition where a number is due"),
    (lambda x: x > 0, None, "a condition where a number is due"),
    (lambda x: np.where(x, x, 1), None, "a number where a condition is due"),
    (lambda x: np.where(x > 0), None, "np.where without values"),
    (lambda A: A[A > 0].sum(), ((2,),), "IndexError"),
    (lambda x: np.heaviside(x, 0), None, "np.heaviside is not supported"),
    (lambda A: np.logaddexp.reduce(A), ((2,),), "np.logaddexp is not supported"),
    (lambda A: A.sum(dtype=int), ((2,),), "dtype=int64"),
    (lambda x: x * 1j, None, "TypeError"),
    (lambda x: x + float("nan"), None, "nan is no real number"),
    (lambda x: x + 10**20_000, None, "a constant of more than"),
    (lambda A: A[0], ((10**9,),), "more than 20000000 inputs"),
    (lambda x: x / 0, None, "division by zero"),
    (lambda x: 1 / 0, None, r"raised ZeroDivisionError: division by zero \(at test_verify_function\.py"),
    (lambda x: sys.exit(0), None, "raised SystemExit"),
    (recursive, None, "raised RecursionError.*recursion"),
    (nested, None, "foreign"),
    (lambda x: None, None, "returns a NoneType"),
    (lambda x: (x, x), None, "returns a tuple"),
    (lambda x: True, None, "returns a bool"),
    (lambda A: A, ((1,),), r"returns an array of shape \(1,\)"),
    (lambda x: math.inf, None, "inf is no real number"),
    (lambda *xs: xs[0], None, "the number of arguments of <lambda> is open"),
    (lambda x, y: x, (S,), "the number of arguments of <lambda> is 2, not 1"),
    (lambda x, *, k: x, None, "keyword argument k"),
    (lambda x: x, ((-1,),), "negative"),
    (lambda x: x, ("3",), "tuples of integers"),
    (lambda W, W_0: W[0] * W_0, ((1,), S), "two inputs are named W_0"),
]


@pytest.mark.parametrize(("function", "shapes", "reason"), REFUSED)
def test_what_is_no_formula_is_refused_with_its_reason(function: Function, shapes: Any, reason: str) -> None:
    with pytest.raises(FormulaError, match=reason):
        certify("", function, shapes=shapes)


def test_a_number_of_another_call_is_foreign() -> None:
    assert gate_count(read_function(kept_from_another_call)) == 1
    with pytest.raises(FormulaError, match="foreign"):
        read_function(kept_from_another_call)


@pytest.mark.parametrize(("wrt", "reason"), [(2, "argument 2 of 2"), ((0, -2), "twice"), ("x", "position")])
def test_a_wrong_wrt_is_refused(wrt: Any, reason: str) -> None:
    with pytest.raises(FormulaError, match=reason):
        read_function(lambda x, y: x * y, None, wrt)


def test_names_belong_to_texts_and_shapes_to_functions() -> None:
    with pytest.raises(FormulaError, match="shapes and wrt, not variables"):
        certify("", lambda x: x, variables=("x",))
    with pytest.raises(FormulaError, match="shapes and wrt are for Python functions"):
        certify("", "x", shapes=(S,))


@pytest.mark.parametrize("endless", [lambda x: x + 1, lambda x: 1 * x])
def test_a_function_that_never_ends_meets_the_limit(endless: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    def runaway(x: Any) -> None:
        y = x
        while True:
            y, x = endless(y), endless(x)

    monkeypatch.setattr(verify.scalars, "GATE_LIMIT", 10_000)
    with pytest.raises(FormulaLimit, match="more than 10000 gates"):
        read_function(runaway)


def chain(steps: int) -> Function:
    def chained(x: Any) -> Any:
        w = x
        for _ in range(steps):
            w = w * w + x
        return w

    return chained


def chain_program(steps: int) -> str:
    """Write the chain of w*w + x with its derivative."""
    w = ["x", *(f"w{i}" for i in range(1, steps + 1))]
    lines = [f"v{i} = {w[i - 1]} * {w[i - 1]}; {w[i]} = v{i} + x" for i in range(1, steps + 1)]
    lines += [f"d{steps} = {w[steps - 1]} + {w[steps - 1]}", f"a{steps} = 1 + d{steps}"]
    for i in range(steps - 1, 0, -1):
        lines += [f"p{i} = d{i + 1} * {w[i - 1]}", f"d{i} = p{i} + p{i}", f"a{i} = a{i + 1} + d{i}"]
    return program("x", ";".join(lines), f"w{steps}, (a1,)")


def test_a_chain_of_a_hundred_thousand_gates_is_certified() -> None:
    certificate = certify(chain_program(50_000), chain(50_000))
    assert (certificate.verdict, certificate.source_gates) == ("CERTIFIED", 100_000)


@pytest.mark.parametrize("wrong", ["d7 = p7 + w7", "d7 = p7 + x", "d7 = 3 * p7"])
def test_a_wrong_step_in_a_long_chain_is_found(wrong: str) -> None:
    text = chain_program(3000)
    assert certify(text, chain(3000)).accepted
    assert failing(certify(text.replace("d7 = p7 + p7", wrong), chain(3000)))[0] == "gradient"


def test_a_function_of_scalars_needs_no_numpy() -> None:
    code = "import sys; from verify.function import read_function; read_function(lambda x, y: abs(x**3 - y) / 2); "
    code += "print('numpy' in sys.modules)"
    root = Path(verify.__file__).parent.parent
    found = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
