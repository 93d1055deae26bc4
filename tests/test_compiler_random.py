"""Random formulas: gradients against forward duals modulo a prime and against sympy's derivatives to fifty digits."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from circuit import Circuit, parse
from circuit.errors import EvaluationError
from circuit.evaluate import evaluate
from compiler import gradient

FORMULAS = 2_000
DIGITS = 50
AGREEMENT = mpmath.mpf(10) ** -40  # relative: what fifty digits leave after a formula of a dozen gates
PRIME = 2**89 - 1  # of the test's own; the verifier draws its primes at random
SYMBOLS = sympy.symbols("x y z")
SMOOTH = (sympy.exp, sympy.sin, sympy.cos, sympy.tanh, sympy.atan, sympy.asinh, sympy.sinh, sympy.cosh, sympy.erf)
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": mpmath.power,
    "select": lambda condition, a, b: a if condition else b,
    **{name: getattr(mpmath, name) for name in "exp log sqrt sin cos tan sinh cosh tanh atan asinh erf".split()},
    "hypot": mpmath.hypot,
}


def random_text(rng: random.Random) -> str:
    """Return a random formula over + - * / and integer powers."""
    pieces = [rng.choice("xyz") for _ in range(3)] + ["2", "3/7", "0.5"]
    for _ in range(rng.randint(1, 8)):
        a, b = rng.choice(pieces), rng.choice(pieces[-5:])
        shapes = (f"({a} + {b})", f"({a} - {b})", f"{a}*{b}", f"({a})/(x + {b})", f"({a})**3", f"-({a})")
        pieces.append(rng.choice(shapes))
    return pieces[-1]


def duals(circuit: Circuit, point: list[int], direction: list[int]) -> tuple[int, int]:
    """Return value and directional derivative modulo PRIME, by forward mode."""
    results: list[tuple[int, int]] = []
    for node, _, operands in circuit.nodes():
        name = circuit.name_of(node)
        if name == "input":
            results.append((point[node], direction[node]))
            continue
        if name == "constant":
            value = circuit.value_of(node)
            assert isinstance(value, Fraction)
            results.append((value.numerator * pow(value.denominator, -1, PRIME) % PRIME, 0))
            continue
        (u, du), *rest = (results[each] for each in operands)
        v, dv = rest[0] if rest else (0, 0)
        if name == "div":
            w = u * pow(v, -1, PRIME)
            results.append((w % PRIME, (du - w * dv) * pow(v, -1, PRIME) % PRIME))
        else:
            pair = {
                "add": (u + v, du + dv),
                "sub": (u - v, du - dv),
                "mul": (u * v, u * dv + v * du),
                "neg": (-u, -du),
            }[name]
            results.append((pair[0] % PRIME, pair[1] % PRIME))
    return results[circuit.outputs[0]]


def test_gradients_agree_with_forward_duals_modulo_a_prime() -> None:
    rng = random.Random(89)
    agreed = 0
    while agreed < FORMULAS:
        text = random_text(rng)
        circuit = parse(text, variables=("x", "y", "z"))
        point = {name: rng.randrange(1, PRIME) for name in "xyz"}
        direction = [rng.randrange(PRIME) for _ in "xyz"]
        try:
            value, *derivatives = gradient(circuit).evaluate(point, modulus=PRIME)
        except EvaluationError:
            assert "/(x + " in text  # a divisor such as x + -(x) is 0 everywhere
            continue
        along = sum(a * b for a, b in zip(derivatives, direction, strict=True)) % PRIME
        assert (value, along) == duals(circuit, list(point.values()), direction), text
        agreed += 1


def random_expression(rng: random.Random) -> sympy.Expr:
    """Return a random sympy expression of transfer functions and arithmetic, positive where it must be."""
    pieces: list[Any] = [*SYMBOLS, sympy.Rational(2, 3)]
    for _ in range(rng.randint(1, 4)):
        a, b = rng.choice(pieces), rng.choice(pieces[-3:])
        pieces.append(
            rng.choice(
                (
                    a + b,
                    a - 2 * b,
                    a * b,
                    a / (2 + b**2),
                    rng.choice(SMOOTH)(a / 3),
                    sympy.sqrt(1 + a**2),
                    sympy.log(2 + b**2),
                    (1 + a**2) ** sympy.Rational(3, 2),
                    (1 + a**2) ** (b / 4),
                )
            )
        )
    result: sympy.Expr = sympy.sympify(sum(pieces[-2:]))
    return result


def test_gradients_agree_with_sympy_to_fifty_digits() -> None:
    rng = random.Random(50)
    with mpmath.workdps(DIGITS + 10):
        for _ in range(FORMULAS):
            expression = random_expression(rng)
            place = {symbol: sympy.Rational(rng.randint(1, 99), 64) for symbol in SYMBOLS}
            point = {str(symbol): mpmath.mpf(int(each.p)) / int(each.q) for symbol, each in place.items()}
            whole = gradient(parse(expression, variables=SYMBOLS))
            found = evaluate(whole, point, functions=FUNCTIONS, constant=number)
            wanted = [expression, *(expression.diff(symbol) for symbol in SYMBOLS)]
            for ours, theirs in zip(found, wanted, strict=True):
                exact = mpmath.mpf(str(sympy.N(theirs.subs(place), DIGITS + 5)))
                assert abs(ours - exact) <= AGREEMENT * max(1, abs(exact)), (expression, place)


def number(value: Fraction | str) -> Any:
    """Return a constant of a circuit at fifty digits."""
    if isinstance(value, str):
        return {"pi": +mpmath.pi, "e": +mpmath.e}[value]
    return mpmath.mpf(value.numerator) / value.denominator
