"""Claims about programs of other derivatives, one by one: digits, inputs, primes, degrees, ties and kinks."""

from __future__ import annotations

import pytest

from compiler import compile_derivative
from tests.derived import BASE, KINDS, program
from tests.test_verify_derived_programs import failing
from verify import Rejected, certify, count
from verify.tangents import UNARY
from verify.tape import SUB

# layer D: a row that is wrong in verify itself, and programs that are wrong in the same way


def turned(op: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = UNARY[op]
    monkeypatch.setitem(UNARY, op, lambda t, u, w, du: t.step(SUB, t.constant(0), row(t, u, w, du)))


LIKE_IT = {  # value and wrong slope, then the derivative of that by the wrong row
    "sin": ("v0 = sin(x); c = cos(x); t0 = -c; ", "h0 = v0 * 1; "), "exp": ("v0 = exp(x); t0 = -v0; ", "h0 = v0 * 1; "),
    "log": ("v0 = log(x); r = 1 / x; t0 = -r; ", "h0 = r * r; "),
}  # fmt: skip
ENDS = {
    "jvp": ("x, d", "t1 = t0 * d", "(v0,), (t1,)"),
    "vjp": ("x, y, u, w", "v1 = y * y; v2 = v1 * y; t1 = t0 * u; t2 = w * v1; t3 = 3 * t2", "(v0, v2), (t1, t3)"),
    "jacobian": ("x", "", "(v0,), (t0,), (0,), (0,)"), "hvp": ("x, d", "h1 = h0 * d", "v0, (t0,), (h1,)"),
    "hessian": ("x", "", "v0, (t0,), (h0,), (0,), (0,)"),
}  # fmt: skip


@pytest.mark.parametrize("op", LIKE_IT)
@pytest.mark.parametrize("kind", KINDS)
def test_a_slip_of_the_verifier_s_own_is_found_by_the_digits(
    kind: str, op: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned(op, monkeypatch)
    inputs, end, result = ENDS[kind]
    first, second = LIKE_IT[op]
    text = program(kind, inputs, first + (second if kind in ("hvp", "hessian") else "") + end, result)
    certificate = certify(text, [f"{op}(x)", "y*y*y"] if kind == "vjp" else f"{op}(x)")
    assert failing(certificate) == "digits", certificate.text


# what is said of the inputs


def test_parameters_have_no_derivative() -> None:
    lines = "v0 = x * p; t0 = x_dot * p"
    text = program("jvp", "x, p, x_dot", lines, "(v0,), (t0,)", "derivative: jvp in 1 of 2 inputs")
    assert certify(text, "x*p", variables=["x"], parameters=["p"]).verdict == "CERTIFIED"
    assert certify(text).accepted
    assert count(text).differentiated == 1
    assert failing(certify(text, "x*p")) == "text"
    unsaid = text.partition("\n")[2]
    assert certify(unsaid, "x*p", variables=["x"], parameters=["p"]).accepted
    assert failing(certify(unsaid)) == "text"
    with pytest.raises(Rejected, match="comment"):
        count(unsaid)
    assert failing(certify(text, "x*p", variables=["p"], parameters=["x"])) == "formula"


def test_a_value_depends_on_no_direction_and_on_no_weight() -> None:
    jvp = program("jvp", "x, d", "v0 = x * d", "(v0,), (0,)")
    vjp = program("vjp", "x, w", "v0 = x * w; t0 = w * w", "(v0,), (t0,)")
    hvp = program("hvp", "x, d", "v0 = x * d", "v0, (d,), (0,)")
    for text, formula in ((jvp, "x*d"), (vjp, "x*w"), (hvp, "x*d")):
        assert failing(certify(text)) == "formula"
        assert not certify(text, formula).accepted
        assert not certify(text, formula, variables=["x"], parameters=[formula[-1]]).accepted


def test_the_inputs_may_stand_in_another_order_the_values_may_not() -> None:
    lines = "v0 = x * x; v1 = y + 1; t0 = 2 * x"
    text = program("jacobian", "y, x", lines, "(v0, v1), (t0, 1), (0, 1), (1, 0)")
    assert certify(text, ["x*x", "y + 1"]).accepted
    assert failing(certify(text, ["y + 1", "x*x"])) == "formula"
    assert failing(certify(text, ["x*x", "y + 1"], variables=["x", "y"])) == "formula"
    assert not certify(text, ["x*x"]).accepted
    assert failing(certify(text, ["x*x", "y + 1", "x"])) == "formula"


@pytest.mark.parametrize("prime", [(1 << 61) - 1, (1 << 127) - 1, 1_000_000_007])
def test_no_fixed_prime_hides_a_fake_derivative(prime: int) -> None:
    """x**p is x modulo p, and p*x is 0: fakes that pass at a fixed prime."""
    lines = f"v0 = {prime} * x; v1 = v0 + y"
    for kind, inputs, result in (
        ("jvp", "x, y, a, b", "(v1,), (b,)"), ("vjp", "x, y, w", "(v1,), (0, w)"),
        ("jacobian", "x, y", "(v1,), (1,), (0,), (1,)"),
    ):  # fmt: skip
        assert (
            failing(certify(program(kind, inputs, lines, result), f"{prime}*x + y", variables=["x", "y"]))
            == "derivative"
        )


def test_a_power_of_a_prime_s_size_is_no_hiding_place() -> None:
    lines = "v0 = x * x" + "".join(f"; v{i} = v{i - 1} * v{i - 1}" for i in range(1, 61))
    assert failing(certify(program("jvp", "x, d", lines, "(v60,), (d,)"), "x**(2**61)")) == "derivative"
    assert failing(certify(program("jacobian", "x", lines, "(v60,), (1,), (0,), (0,)"), "x**(2**61)")) == "derivative"
    text = program("hvp", "x, d", f"{lines}; t0 = v60 / x; t1 = {2**61} * t0", "v60, (t1,), (0,)")
    assert failing(certify(text, "x**(2**61)")) == "derivative"


def test_a_degree_out_of_reach_is_left_to_the_chain_rule() -> None:
    """Of a value of degree 2**3000 a jvp is proved, and a wrong one is not."""
    depth = 3000
    values = "v0 = x * y" + "".join(f"; v{i} = v{i - 1} * v{i - 1}" for i in range(1, depth))
    dots = "a = dx * y; b = x * dy; d0 = a + b"
    dots += "".join(f"; p{i} = d{i - 1} * v{i - 1}; d{i} = 2 * p{i}" for i in range(1, depth))
    right = program("jvp", "x, y, dx, dy", f"{values}; {dots}", f"(v{depth - 1},), (d{depth - 1},)")
    assert certify(right).accepted
    assert not certify(right.replace("b = x * dy", "b = x / dy")).accepted


def test_ties_are_read_as_the_rows_have_them() -> None:
    """A jvp that is 0 at a tie of max: no chain rule, and not certified."""
    lines = "v0 = maximum(x, y); s0 = x > y; s1 = y > x; t0 = select(s0, a, 0); t1 = select(s1, b, 0); t2 = t0 + t1"
    text = program("jvp", "x, y, a, b", lines, "(v0,), (t2,)")
    assert failing(certify(text, "max(x, y)", variables=["x", "y"])) == "derivative"


@pytest.mark.parametrize(
    ("kind", "inputs", "lines", "result"),
    [
        ("jvp", "x, d", "v0 = relu(x); s0 = x > 0; t0 = select(s0, 0, d)", "(v0,), (t0,)"),
        ("jvp", "x, d", "v0 = relu(x); s0 = x >= 0; t0 = select(s0, d, 0)", "(v0,), (t0,)"),
        ("jvp", "x, d", "v0 = relu(x)", "(v0,), (d,)"),
        ("hvp", "x, d", "v0 = relu(x); s0 = x > 0; t0 = select(s0, 1, 0); h0 = select(s0, d, 0)", "v0, (t0,), (h0,)"),
        ("hessian", "x", "v0 = relu(x); s0 = x > 0; t0 = select(s0, 1, 0)", "v0, (t0,), (t0,), (0,), (0,)"),
        ("jacobian", "x", "v0 = relu(x)", "(v0,), (1,), (0,), (0,)"),
        ("vjp", "x, w", "v0 = relu(x)", "(v0,), (w,)"),
    ],
)
def test_the_dots_of_a_kink(kind: str, inputs: str, lines: str, result: str) -> None:
    assert failing(certify(program(kind, inputs, lines, result), "relu(x)")) == "derivative"


@pytest.mark.parametrize("kind", KINDS)
def test_a_comparison_may_serve_the_value_and_the_slope_of_a_max(kind: str) -> None:
    for formula in ("max(x, y)**2 + select(x > y, x**3, y)", "relu(x)*max(x, 0)*y", "max(x, y)*min(x, y)"):
        made = compile_derivative(formula, kind, effort="plain")
        assert made.certificate.verdict == "CERTIFIED", f"{made.source}\n{made.certificate.text}"


@pytest.mark.parametrize(
    ("wrong", "right"), [("s0 = x > y", "s0 = y > x"), ("s0 = x > y", "s0 = x >= y"), ("(s0, 2, 0)", "(s0, 2, 1)")]
)
def test_ties_aside_a_wrong_comparison_of_a_matrix_is_wrong(wrong: str, right: str) -> None:
    lines = "v0 = maximum(x, y); v1 = v0 * x; s0 = x > y; t0 = select(s0, x, 0); g0 = v0 + t0; g1 = x - t0; "
    text = program("hessian", "x, y", lines + "h0 = select(s0, 2, 0); h1 = select(s0, 0, 1)",
                   "v1, (g0, g1), (h0, h1), (0, 1), (0, 0)")  # fmt: skip
    assert certify(text, "max(x, y)*x").accepted
    assert not certify(text.replace(wrong, right), "max(x, y)*x").accepted


def test_the_ties_of_a_value_are_never_aside() -> None:
    lines = "v0 = y > x; v1 = select(v0, y, x); s0 = select(v0, 0, 1); s1 = select(v0, 1, 0)"
    text = program("jacobian", "x, y", lines, "(v1,), (s0, s1), (0, 0), (0, 1)")
    assert certify(text, "select(y > x, y, x)").accepted
    assert failing(certify(text, "select(x > y, x, y)")) == "formula"


@pytest.mark.parametrize(
    ("kind", "old", "new", "told"),
    [
        ("jacobian", "e1 = 2 * v0", "e1 = 3 * v0", "entry (0, 1), e1 (line 6), is wrong"),
        ("jacobian", "e3 = 1 / x", "e3 = y / x", "entry (1, 1), e3 (line 9), is wrong"),
        ("jacobian", "(e0, e1, e2, e3), (0, 0, 1, 1), (0, 1, 0, 1)", "(e0, e1, e3), (0, 0, 1), (0, 1, 1)",
         "entry (1, 0) is not 0, and is missing"),
        ("hessian", "c0 = 2 * x", "c0 = 3 * x", "entry (1, 1), c0 (line 17), is wrong"),
        ("hessian", "(a1, b2, c0)", "(a1, y, c0)", "entry (1, 0), y, is wrong"),
        ("hessian", "(a1, b2, c0), (0, 1, 1), (0, 0, 1)", "(b2, c0), (1, 1), (0, 1)",
         "entry (0, 0) is not 0, and is missing"),
    ],
)  # fmt: skip
def test_the_wrong_entry_of_a_matrix_is_named(kind: str, old: str, new: str, told: str) -> None:
    formula, text = BASE[kind]
    assert old in text
    for certificate in (certify(text.replace(old, new), formula), certify(text.replace(old, new))):
        claims = {claim.name: claim.detail for claim in certificate.claims}
        assert claims["derivative"] == f"wrong derivative: {told}"


ANGLE = (
    "v0 = atan2(y, x); r = hypot(x, y); s = r * r; y_bar = x / s; t2 = y / s; x_bar = -t2; a = x / r; b = y / r; "
    "c = a * r; d = b * r; w = 2 * c; k = 2 * d; f = w * y_bar; g = 1 - f; h1 = g / s; l = k * y_bar; m = l / s; "
    "o = w * t2; h0 = o / s; h2 = -m"
)
OTHER = ANGLE.replace("g = 1 - f; h1 = g / s", "g = k * t2; q = g - 1; h1 = q / s").replace("f = w * y_bar; ", "")


def angle(lines: str, entries: str = "(h0, h1, h2), (0, 1, 1), (0, 0, 1)") -> str:
    return program("hessian", "x, y", lines, f"v0, (x_bar, y_bar), {entries}")


@pytest.mark.parametrize("lines", [ANGLE, OTHER], ids=["y first", "x first"])
def test_the_hessian_of_atan2_is_right_in_either_order(lines: str) -> None:
    for formula in ("atan2(y, x)", None):
        assert certify(angle(lines), formula).accepted, certify(angle(lines), formula).text


@pytest.mark.parametrize(
    ("old", "new", "entry"),
    [
        ("h1 = g / s", "h1 = g / r", "(1, 0)"), ("g = 1 - f", "g = 1 + f", "(1, 0)"),
        ("o = w * t2", "o = k * t2", "(0, 0)"), ("h2 = -m", "h2 = m - 0", "(1, 1)"),
        ("w = 2 * c", "w = 3 * c", "(0, 0)"),
    ],
)  # fmt: skip
def test_a_wrong_hessian_of_atan2_is_refused_by_its_entry(old: str, new: str, entry: str) -> None:
    assert old in ANGLE
    certificate = certify(angle(ANGLE.replace(old, new)), "atan2(y, x)")
    claims = {claim.name: claim for claim in certificate.claims}
    assert claims["derivative"].status == "FAILED"
    assert f"entry {entry}" in claims["derivative"].detail


def test_a_missing_or_moved_entry_of_the_hessian_of_atan2_is_refused() -> None:
    for entries in ("(h0, h2), (0, 1), (0, 1)", "(h2, h1, h0), (0, 1, 1), (0, 0, 1)", "(h0, h1), (0, 1), (0, 0)"):
        assert not certify(angle(ANGLE, entries), "atan2(y, x)").accepted


def test_what_is_compared_with_itself_is_no_matter_of_order() -> None:
    for kind in ("jvp", "vjp", "hvp"):
        assert compile_derivative("(x/x + x*x)*(max(x, x) + 3)", kind).certificate.accepted


def test_a_constant_that_is_only_returned_needs_its_import() -> None:
    for formulas in (["max(x, y)", "pi"], ["max(x, y)", "pi", "E"]):
        for kind in ("jvp", "vjp"):
            found = compile_derivative(formulas, kind).certificate
            assert {claim.name: claim.status for claim in found.claims}["chain rule"] == "PASSED"
