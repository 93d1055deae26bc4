"""Compiled derivative programs at random, and mutants of them and of others: right ones are accepted, no wrong one is.

What is right is for `tests.nested` to say, entry by entry.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from circuit.errors import CircuitError
from compiler.derivatives import DerivativeProgram, compile_derivative
from tests.derived import BASE, KINDS, RIGHT, program
from tests.duals import random_prime
from tests.mutants import NAMES, doubled, dropped, other_literal, other_operator, random_formula, swapped
from tests.nested import agrees, read
from verify import FormulaError, certify

MUTATIONS = {
    "swapped": swapped,
    "operator": other_operator,
    "dropped": dropped,
    "doubled": doubled,
    "number": other_literal,
}
FEW = 3  # values


def compiled(rng: random.Random, kind: str) -> tuple[DerivativeProgram, str | list[str], int] | None:
    """Return a program, its formula and how many inputs are differentiated; None where a formula has no value."""
    count = 1 if kind in ("hvp", "hessian") else rng.randint(1, FEW)
    found = [random_formula(rng, rng.choice((3, 6, 9))) for _ in range(count)]
    formula = found if count > 1 else found[0]
    n = rng.choice((3, 4))
    try:
        made = compile_derivative(formula, kind, NAMES[:n], NAMES[n:])
    except (CircuitError, FormulaError):
        return None
    assert isinstance(made, DerivativeProgram)
    return made, formula, n


@pytest.mark.parametrize("part", range(10))
def test_what_is_compiled_is_certified(part: int) -> None:
    """600 formulas and more, over every gate; every entry is exact by nested duals as well."""
    tally: Counter[str] = Counter()
    for seed in range(66 * part, 66 * part + 66):
        rng = random.Random(seed)
        made = compiled(rng, KINDS[seed % len(KINDS)])
        if made is None:
            continue
        whole, formula, n = made
        text = whole.source
        try:
            assert whole.certificate.verdict == "CERTIFIED", f"{formula}\n{text}\n{whole.certificate.text}"
            right = read(text)
            assert agrees(right, right, n, 4 - n, rng, random_prime(rng)), f"{formula}\n{text}"
        except (FormulaError, ValueError) as error:  # a divisor is 0 everywhere
            tally[type(error).__name__] += 1
            continue
        tally["certified"] += 1
    assert tally["certified"] >= 50, tally


def mutants(rng: random.Random, text: str, times: int) -> Iterator[str]:
    """Yield a program with one line changed, each line after the first value and each way in turn."""
    lines = text.rstrip().split("\n")
    start = next(at for at, line in enumerate(lines) if line.startswith("def value_"))
    gates = [at for at in range(start + 1, len(lines) - 1) if " = " in lines[at]]
    for at in gates:
        for mutation in MUTATIONS.values():
            for _ in range(times):
                changed = mutation(rng, [line.partition("#")[0].rstrip() for line in lines], [at])
                yield "\n".join(changed or lines) + "\n"


def judge(
    rng: random.Random, text: str, formula: str | list[str], n: int, inputs: list[str], tally: Counter[str]
) -> None:
    """Certify every mutant of a program; a wrong one must not be accepted."""
    right, prime = read(text), random_prime(rng)
    for mutant in mutants(rng, text, 1):
        try:
            wrong = not agrees(read(mutant), right, n, len(inputs) - n, rng, prime)
        except (AssertionError, LookupError, SyntaxError, TypeError, ValueError):  # no program, or it divides by 0
            wrong = True
        answer = certify(mutant, formula, variables=inputs[:n], parameters=inputs[n:])
        tally["wrong" if wrong else "right"] += 1
        assert not (wrong and answer.accepted), f"{formula}\n{mutant}\n{answer.text}"


def test_no_wrong_mutant_of_a_program_by_hand_is_accepted() -> None:
    tally: Counter[str] = Counter()
    for kind, (formula, text) in BASE.items():
        judge(random.Random(kind), text, formula, 2, ["x", "y"], tally)
    for kind, formula, inputs, lines, result, _ in RIGHT:
        names = inputs.split(", ")
        own = [name for name in names if name in ("x", "y")]
        if lines and own:
            judge(random.Random(lines), program(kind, inputs, lines, result), formula, len(own), own, tally)
    assert tally["wrong"] > 500, tally


@pytest.mark.parametrize("kind", KINDS)
def test_no_wrong_mutant_of_a_compiled_program_is_accepted(kind: str) -> None:
    tally: Counter[str] = Counter()
    for seed in range(5):
        rng = random.Random(f"{kind} {seed}")
        made = compiled(rng, kind)
        if made is not None and made[0].total_gates < 30:
            try:
                judge(rng, made[0].source, *made[1:], [*NAMES], tally)
            except FormulaError:  # a divisor is 0 everywhere
                continue
    assert tally["wrong"] > 30, tally
