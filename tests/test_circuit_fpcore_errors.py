"""FPCore that is deep or refused: limits of size by name, everything else by name, place and caret."""

from __future__ import annotations

import pytest

from circuit import CircuitError, parse
from circuit.errors import (
    ArityError,
    InvalidSymbol,
    ParseError,
    ResourceLimit,
    UnsupportedConstant,
    UnsupportedFunction,
)


@pytest.mark.parametrize("opening", ["(sin ", "(! :a b ", "(let ((x (+ x 1))) ", "(if (< x 1) 2 ", "[+ 1 "])
def test_nesting_ten_thousand_deep_is_read(opening: str) -> None:
    closing = "]" if opening[0] == "[" else ")"
    assert parse(f"(FPCore (x) {opening * 10_000}x{closing * 10_000})").inputs == ("x",)


@pytest.mark.parametrize("text", ["(FPCore (x) " + "(sin " * 60_001, "(FPCore (x) :pre " + "[" * 100_000])
def test_nesting_beyond_sixty_thousand_is_a_named_limit(text: str) -> None:
    with pytest.raises(ResourceLimit, match="nesting"):
        parse(text)


def chain(body: str, length: int) -> str:
    first = "(FPCore f0 (x) (* x x))"
    return "\n".join([first, *(f"(FPCore f{i} (x) {body.format(f=f'f{i - 1}', i=i)})" for i in range(1, length))])


def test_equal_calls_are_made_once() -> None:
    assert parse(chain("(+ ({f} x) ({f} x))", 100)).gate_count == 100


def test_a_chain_of_ten_thousand_calls_is_read() -> None:
    assert parse(chain("(sin ({f} x))", 10_000)).gate_count == 10_000


def test_calls_that_multiply_end_at_a_limit() -> None:
    with pytest.raises(ResourceLimit, match="over 1,000,000 nodes"):
        parse(chain("(+ ({f} x) ({f} (+ x {i})))", 60))


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("1" * 5000, "digits"),
        ("1/" + "1" * 5000, "digits"),
        ("0x" + "1" * 5000, "digits"),
        ("1" * 2_000_000 + "x", "is no number"),
        ("1e9999", "exponent"),
        ("0x1p99999", "exponent"),
        ("(digits 1 999999999999 10)", "exponent"),
        ("(digits 1 9999 10)", "exponent"),
        ("(pow x 1e300)", "exponent"),
        ("(pow 9 (pow 9 9))", "integer"),
        (f"(if (!= {' x' * 3000}) x 1)", "over 1,000,000 nodes"),
    ],
    ids=range(11),
)
def test_a_limit_of_size_is_named(body: str, named: str) -> None:
    with pytest.raises(CircuitError, match=named):
        parse(f"(FPCore (x) {body})")


@pytest.mark.parametrize(
    ("text", "kind", "column", "named"),
    [
        ("(FPCore (x) (while* (< x 1) () x))", UnsupportedFunction, 14, r"a loop \(while\*\)"),
        ("(FPCore (x) (for ([i 3]) () x))", UnsupportedFunction, 14, r"a loop \(for\)"),
        ("(FPCore (x) (ref (array x) 0))", UnsupportedFunction, 14, r"a tensor \(ref\)"),
        ("(FPCore ((A 3 4)) 1)", UnsupportedFunction, 10, r"a tensor \(the argument A\)"),
        ("(FPCore (x) (tgamma x))", UnsupportedFunction, 14, "tgamma"),
        ("(FPCore (x) (if (isnan x) 1 2))", UnsupportedFunction, 18, "isnan"),
        ("(FPCore (x) (foo x))", UnsupportedFunction, 14, "'foo'"),
        ("(FPCore f (x) (f x))", UnsupportedFunction, 16, "f is this core or a later one"),
        ("(FPCore sin (x) x) (FPCore (x) (sin x))", ParseError, 33, "sin is an operation"),
        ("(FPCore f (x y) x) (FPCore (x) (f x))", ArityError, 33, "f has 2 arguments, not 1"),
        ("(FPCore (x) INFINITY)", UnsupportedConstant, 13, "INFINITY"),
        ("(FPCore (x) (/ x (- 1 1)))", UnsupportedConstant, 14, "division by zero"),
        ("(FPCore (x) (log -1))", UnsupportedConstant, 14, r"log\(-1\)"),
        ("(FPCore (x) 1/0)", UnsupportedConstant, 13, "1/0"),
        ("(FPCore (x) (+ x y))", InvalidSymbol, 18, "'y'"),
        ("(FPCore (x) sin)", InvalidSymbol, 13, r"write \(sin ...\)"),
        ("(FPCore (x) (let ([y x]) (let ([z y]) z) y))", ArityError, 14, "let"),
        ("(FPCore (x) (let ([y x] [y 1]) y))", ParseError, 26, "let binds 'y' twice"),
        ("(FPCore (x) (let (y 1) y))", ParseError, 19, "a binding"),
        ("(FPCore (x) (let* ([1 x]) x))", ParseError, 20, "a binding"),
        ("(FPCore (x) (let ([y z]) x))", InvalidSymbol, 22, "'z'"),
        ("(FPCore (x) (+ (let ([y x]) y) y))", InvalidSymbol, 32, "'y'"),
        ("(FPCore (x) (< x 1))", ParseError, 13, "a condition is no number"),
        ("(FPCore (x) (+ 1 TRUE))", ParseError, 18, "a condition is no number"),
        ("(FPCore (x) (< (< x 1) 1))", ParseError, 16, "a condition is no number"),
        ("(FPCore (x) (if x 1 2))", ParseError, 17, "a number stands where a condition"),
        ("(FPCore (x) (if (and (< x 1) x) 1 2))", ParseError, 30, "a number stands where a condition"),
        ("(FPCore (x) (if (< x 1) TRUE x))", ParseError, 25, "a condition is no number"),
        ("(FPCore (x) (if (< x 1) 1))", ArityError, 14, "if condition a b"),
        ("(FPCore (x) (sin x x))", ArityError, 14, "sin takes 1 operand, not 2"),
        ("(FPCore (x) (log x 2))", ArityError, 14, "log takes 1 operand, not 2"),
        ("(FPCore (x) (fmax x))", ArityError, 14, "fmax takes 2 operands, not 1"),
        ("(FPCore (x) (/ x))", ArityError, 14, "/ takes two operands, not 1"),
        ("(FPCore (x) (+))", ArityError, 14, "one or more"),
        ("(FPCore (x) (if (< x) 1 2))", ArityError, 18, "two operands or more"),
        ("(FPCore (x) (if (not) 1 2))", ArityError, 18, "one condition, not 0"),
        ("(FPCore (x) ())", ParseError, 13, "starts with the name"),
        ("(FPCore (x) ((sin) x))", ParseError, 14, "starts with the name"),
        ("(FPCore (x) (1 x))", ParseError, 14, "no operation"),
        ('(FPCore (x) "x")', ParseError, 13, "no expression"),
        ("(FPCore (x) #t)", ParseError, 13, "no expression"),
        ("(FPCore (x) 1f0)", ParseError, 13, "no number"),
        ("(FPCore (x) (digits 1 2))", ParseError, 13, "whole numbers"),
        ("(FPCore (x) (digits 1 2 1))", ParseError, 13, "whole numbers"),
        ("(FPCore (x) (cast x 1))", ParseError, 14, "one expression"),
        ("(FPCore (x) (! :a b))", ParseError, 14, "one expression"),
        ("(FPCore)", ParseError, 1, "list of arguments"),
        ("(FPCore x)", ParseError, 1, "list of arguments"),
        ("(FPCore (x))", ParseError, 12, "one body"),
        ("(FPCore (x) :pre x)", ParseError, 19, "one body"),
        ("(FPCore (x) x 1)", ParseError, 15, "one body"),
        ("(FPCore (x x) x)", ParseError, 12, "two arguments"),
        ("(FPCore (1x) 1)", ParseError, 10, "an argument is a name"),
        ("(FPCore (()) 1)", ParseError, 10, "an argument is a name"),
        ("(FPCore (x) x) y", ParseError, 16, "made of cores"),
        ("(FPCore (x) x) (define y)", ParseError, 16, "made of cores"),
        ("(FPCore (x) x))", ParseError, 15, "no bracket before it"),
        ("(FPCore (x] x)", ParseError, 11, "stands where"),
        ("(FPCore (x) (sin x)", ParseError, 1, "never closed"),
        ('(FPCore (x) :name "x x)', ParseError, 19, "a string is never closed"),
    ],
)
def test_what_is_refused_is_named_with_its_place(text: str, kind: type[CircuitError], column: int, named: str) -> None:
    with pytest.raises(CircuitError, match=named) as caught:
        parse(text)
    assert caught.type is kind
    head, shown, caret = str(caught.value).split("\n")
    assert head.startswith(f"column {column}: ")
    assert caret.index("^") == column - 1 + 4
    assert shown[4:] == text


def test_an_error_in_a_called_core_stands_where_it_is() -> None:
    with pytest.raises(UnsupportedFunction, match=r"^line 2, column 4: 'foo'"):
        parse("(FPCore f (x)\n  (foo x))\n(FPCore (x) (f x))")
