"""What verify's reader of FPCore refuses: by name, with line and column, and at once."""

from __future__ import annotations

import pytest

from verify import FormulaError, FormulaLimit
from verify.fpcore import read_fpcore

REFUSED: list[tuple[str, str, int, int]] = [
    # brackets and characters
    ("(FPCore (x) (+ x 1)", "`(` is never closed", 1, 1), ("(FPCore (x)\n (+ x 1)))", "`)` closes nothing", 2, 10),
    ("(FPCore (x] x)", "`]` closes the `(` of line 1, column 9", 1, 11), ("[FPCore (x) (+ x 1])", "`]`", 1, 19),
    ('(FPCore (x) :name "open x)', "string is never closed", 1, 19), ("(FPCore (x) 'x)", "U+0027", 1, 13),
    ("(FPCore (x) #|no|# x)", "U+0023", 1, 13), ("(FPCore (x) ; {\n  {x})", "U+007B", 2, 3),
    ("(FPCore (x\u200b) x)", "U+200B", 1, 11), ("(FPCore (x) |x|)", "U+007C", 1, 13),
    # the shape of a core
    ("(FPCore)", "list of arguments", 1, 1), ("(FPCore f x)", "list of arguments", 1, 1),
    ("(FPCore (x))", "expression is missing", 1, 1), ('(FPCore (x) :name "a")', "expression is missing", 1, 1),
    ("(FPCore (x) x x)", "one expression too many", 1, 15), ("(FPCore (x) x) 5", "core", 1, 16),
    ("(FPCore (x x) x)", "x is listed twice", 1, 12), ("(FPCore (3) 3)", "no name", 1, 10),
    ("(FPCore (()) 3)", "without a name", 1, 10), ("(FPCore ((! :precision binary32)) 3)", "without a name", 1, 10),
    # words where no value is
    ("(FPCore (x) y)", "y is no argument", 1, 13), ('(FPCore (x) (+ x "y"))', "stands where a value", 1, 18),
    ("(FPCore (x) (+ x :y))", "stands where a value", 1, 18), ("(FPCore (x) ())", "operator is missing", 1, 13),
    ("(FPCore (x) ((+) x))", "operator is missing", 1, 13), ("(FPCore (x) (3 x))", "operator is missing", 1, 13),
    ("(FPCore (x) (* x INFINITY))", "INFINITY, which is no real number", 1, 18), ("(FPCore (x) NAN)", "NAN", 1, 13),
    ("(FPCore (x) 1x)", "1x is no number", 1, 13), ("(FPCore (x) 0.5f0)", "0.5f0 is no number", 1, 13),
    ("(FPCore (x) 1/0)", "1/0 is no number", 1, 13), ("(FPCore (x) 0x)", "0x is no number", 1, 13),
    ("(FPCore (x) (digits 1 2))", "digits", 1, 13), ("(FPCore (x) (digits 1.5 2 10))", "digits", 1, 13),
    ("(FPCore (x) (digits 1 2 x))", "digits", 1, 13), ("(FPCore (x) (digits 1 2 1))", "digits", 1, 13),
    # operators and how many operands they take
    ("(FPCore (x) (foo x))", "foo is not a supported operator", 1, 13), ("(FPCore (x) (x 3))", "x is not", 1, 13),
    ("(FPCore (x) (min x 3))", "min is not", 1, 13), ("(FPCore (x) (sigmoid x))", "sigmoid is not", 1, 13),
    ("(FPCore (x) (FPCore (y) y))", "FPCore is not", 1, 13), ("(FPCore (x) (+))", "+ takes at least 1", 1, 13),
    ("(FPCore (x) (/ x))", "/ takes 2 operand(s), not 1", 1, 13), ("(FPCore (x) (/ x x x))", "not 3", 1, 13),
    ("(FPCore (x) (sin x x))", "sin takes 1 operand(s), not 2", 1, 13), ("(FPCore (x) (log x 2))", "log", 1, 13),
    ("(FPCore (x) (fmin x x x))", "fmin takes 2", 1, 13), ("(FPCore (x) (fma x x))", "fma takes 3", 1, 13),
    ("(FPCore (x) (if (< x 1) x))", "if takes 3", 1, 13), ("(FPCore (x) (if (< x) x 1))", "< takes at least 2", 1, 17),
    ("(FPCore (x) (if (and) x 1))", "and takes at least 1", 1, 17), ("(FPCore (x) (if (not) x 1))", "not", 1, 17),
    ("(FPCore (x) (cast x x))", "one expression too many", 1, 21), ("(FPCore (x) (! :p q))", "missing", 1, 13),
    # conditions and numbers
    ("(FPCore (x) (< x 1))", "a condition stands where a number is due", 1, 13), ("(FPCore (x) TRUE)", "due", 1, 13),
    ("(FPCore (x) (+ x (< x 1)))", "+ has a condition where a number", 1, 13),
    ("(FPCore (x) (sin (not TRUE)))", "sin has a condition", 1, 13),
    ("(FPCore (x) (if x x 1))", "if has a number where a condition", 1, 13),
    ("(FPCore (x) (if 1 x x))", "if has a number", 1, 13), ("(FPCore (x) (and x TRUE))", "and has a number", 1, 13),
    ("(FPCore (x) (if (== (< x 1) TRUE) x 1))", "== has a condition", 1, 17),
    ("(FPCore (x) (if (< x 1) TRUE x))", "if has a number where a condition", 1, 13),
    ("(FPCore (x) (if (< x 1) x TRUE))", "if has a condition where a number", 1, 13),
    # bindings
    ("(FPCore (x) (let x))", "let takes", 1, 13), ("(FPCore (x) (let ([y 1]) y y))", "let takes", 1, 13),
    ("(FPCore (x) (let* y y))", "let* takes", 1, 13), ("(FPCore (x) (let ([y]) y))", "a binding is", 1, 19),
    ("(FPCore (x) (let ([3 x]) x))", "a binding is", 1, 19), ("(FPCore (x) (let (y) x))", "a binding is", 1, 19),
    ("(FPCore (x) (let ([y 1] [y 2]) y))", "binds a name twice", 1, 13),
    ("(FPCore (x) (let ([y 1] [z y]) z))", "y is no argument", 1, 28),
    ("(FPCore (x) (+ (let ([y 1]) y) y))", "y is no argument", 1, 32),
    ("(FPCore (x) (let ([y (foo x)]) x))", "foo is not", 1, 22),
    # arithmetic
    ("(FPCore (x) (/ x (- 1 1)))", "division by zero", 1, 13), ("(FPCore (x) (pow 0 -1))", "division by zero", 1, 13),
    # cores that are called
    ("(FPCore f (x) (f x))", "f is called before it is complete", 1, 15),
    ("(FPCore f (x) (g x)) (FPCore g (x) x) (FPCore (y) (f y))", "g is called before", 1, 15),
    ("(FPCore f (x y) x)\n(FPCore (y) (f y))", "f takes 2 operand(s), not 1", 2, 13),
    ("(FPCore f (x) y)\n(FPCore (y) (f y))", "y is no argument", 1, 15),
    ("(FPCore f ((a 2)) (ref a 0))\n(FPCore (y) (f y))", "a tensor (the argument a", 1, 12),
    ("(FPCore f (x) (< x 0)) (FPCore (y) (f y))", "a condition stands", 1, 36),
    ("(FPCore f (x) (+ x 1)) (FPCore (y) (f TRUE))", "+ has a condition", 1, 15),
]  # fmt: skip
REFUSED += [
    (f"(FPCore (x) ({name} ([i 1]) x))", f"a loop ({name})", 1, 13) for name in ("while", "while*", "for", "for*")
]
REFUSED += [
    (f"(FPCore (x) ({name} x 1))", f"a tensor ({name})", 1, 13)
    for name in ("tensor", "tensor*", "array", "dim", "size", "ref")
]
REFUSED += [
    (f"(FPCore (x) ({name} x))", name, 1, 13)
    for name in "tgamma lgamma nearbyint remainder isfinite isinf isnan isnormal signbit".split()
]
REFUSED += [
    ("(FPCore ((A 3 4)) 1)", "a tensor (the argument A", 1, 10),
    ("(FPCore ((! :p q A 3)) 1)", "a tensor", 1, 10),
]


@pytest.mark.parametrize(("text", "mention", "line", "column"), REFUSED)
def test_what_is_no_core_of_numbers_is_refused_by_name_and_place(
    text: str, mention: str, line: int, column: int
) -> None:
    with pytest.raises(FormulaError) as caught:
        read_fpcore(text)
    assert mention in caught.value.reason
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    ("body", "mention"),
    [
        ("(sin " * 60_001 + "x" + ")" * 60_001, "nesting deeper"), ("9" * 5000, "4000 digits"), ("1e99999", "exponent"),
        ("0x1p99999", "exponent"), ("(digits 1 99999 10)", "exponent"), ("(pow 9 (pow 9 9))", "integer power"),
        ("(pow x 1e-100)", "exponent"),
        ("(if (!= " + " ".join(f"(+ x {k})" for k in range(5000)) + ") x 1)", "unfold"),
    ],
)  # fmt: skip
def test_a_monstrous_core_is_refused_at_once(body: str, mention: str) -> None:
    with pytest.raises(FormulaLimit, match=mention):
        read_fpcore(f"(FPCore (x) {body})")


def test_calls_that_multiply_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.fpcore.WORK_LIMIT", 50_000)
    cores = "".join(f"(FPCore f{k} (x) (f{k - 1} (f{k - 1} x)))" for k in range(1, 40))
    with pytest.raises(FormulaLimit, match="unfold"):
        read_fpcore(f"(FPCore f0 (x) (sin x)) {cores} (FPCore (x) (f39 x))")
