"""Published cores of FPCore: all without loops and tensors are certified, and mean what a second evaluator says."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import pytest

from circuit import CircuitError, parse
from circuit.errors import UnsupportedFunction
from circuit.evaluate import evaluate
from circuit.fpcore import cores as split
from compiler import compile_gradient
from tests import fpcore
from tests.corpora import Core, cores, each, fpcore_files

NOT_FPCORE = {  # of herbie: what its own reader takes beyond the format
    "demo:Quantum aproximation with lots of constants": "/ takes two operands, not 1",
    "pbrt:HairBSDF, Mp, lower": "'0.6931f0' is no number",
}
NO_POINT = {"fma:fma_test2"}  # real only on a sliver of its domain
RANGES = ((0.1, 3.0), (-2.0, 2.0), (0.01, 0.9), (1.0, 100.0), (-50.0, 50.0), (1e-3, 1e-2), (-0.99, -0.01), (1e3, 1e6))
AGREEMENT = mpmath.mpf(10) ** -40
# the rows of the table at the working precision, from mpmath alone
NAMES = {"add": "+", "sub": "-", "mul": "*", "div": "/", "neg": "-", "abs": "fabs", "max": "fmax", "min": "fmin"}
NAMES |= {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "eq": "==", "ne": "!="}
SAME = "acos acosh asin asinh atan atan2 atanh cbrt ceil cos cosh erf exp expm1 floor hypot log log1p pow sin sinh sqrt"
NAMES |= {name: name for name in f"{SAME} tan tanh trunc".split()}
FUNCTIONS: dict[str, Callable[..., Any]] = {name: fpcore.MEANING[word] for name, word in NAMES.items()} | {
    "relu": lambda x: max(x, mpmath.mpf(0)),
    "select": lambda condition, a, b: a if condition else b,
}


def constant(value: Fraction | str) -> Any:
    return +getattr(mpmath, value) if isinstance(value, str) else mpmath.mpf(value.numerator) / value.denominator


def certify(text: str) -> None:
    answer = compile_gradient(text).certificate
    assert answer.accepted, answer.text
    assert answer.total_gates <= answer.bound


def beyond(core: Core) -> str:
    """Return "loop" or "tensor" if the core or one that it calls has it, else ''."""
    return next((what for _, tree in fpcore.forms(core.text) if (what := fpcore.beyond(tree))), "")


def readable(name: str) -> Sequence[Core]:
    return [core for core in cores(name) if not beyond(core) and str(core) not in NOT_FPCORE]


@each(lambda: readable("fpbench"))
def test_a_core_of_fpbench_is_certified(case: Core) -> None:
    certify(case.text)


@each(lambda: readable("herbie"))
def test_a_core_of_herbie_is_certified(case: Core) -> None:
    certify(case.text)


@each(lambda: ["fpbench", "herbie"])
def test_a_corpus_is_whole_and_what_is_no_circuit_is_counted(case: str) -> None:
    found = Counter(beyond(core) for core in cores(case))
    assert found == {"fpbench": {"": 115, "loop": 21}, "herbie": {"": 712, "tensor": 6}}[case]


@each(lambda: [core for name in ("fpbench", "herbie") for core in cores(name) if beyond(core)])
def test_a_loop_or_tensor_is_refused_by_name(case: Core) -> None:
    with pytest.raises(UnsupportedFunction, match=rf"column [0-9]+: a {beyond(case)} \("):
        compile_gradient(case.text)


@each(lambda: [core for core in cores("herbie") if str(core) in NOT_FPCORE])
def test_what_is_not_the_format_is_refused_with_its_place(case: Core) -> None:
    with pytest.raises(CircuitError, match=f"column [0-9]+: {NOT_FPCORE[str(case)]}"):
        compile_gradient(case.text)


@each(lambda: ["fpbench", "herbie"])
def test_files_are_split_as_a_second_reader_splits_them(case: str) -> None:
    files = [(path.stem, split(path.read_text("utf-8"))) for path in fpcore_files(case)]
    assert [(f"{stem}:{name}", text) for stem, every in files for name, text in every] == [
        (core.id, core.text) for core in cores(case)
    ]


def agrees(text: str, seed: str, points: int = 2) -> bool:
    """Compare values at random points where all steps are real; say whether there was one."""
    circuit, draw, found = parse(text), random.Random(seed), 0
    trees = [tree for _, tree in fpcore.forms(text)]
    with mpmath.workdps(60):
        for attempt in range(200):
            point = [mpmath.mpf(draw.uniform(*RANGES[attempt % len(RANGES)])) for _ in circuit.inputs]
            try:
                expected = fpcore.evaluate(trees, point)
            except (ArithmeticError, ValueError):
                continue
            names = dict(zip(circuit.inputs, point, strict=True))
            (value,) = evaluate(circuit, names, functions=FUNCTIONS, constant=constant)
            assert abs(value - expected) <= AGREEMENT * max(1, abs(expected)), point
            found += 1
            if found == points:
                break
    return found > 0


@each(lambda: [*readable("fpbench"), *readable("herbie")])
def test_a_core_has_the_value_of_a_second_evaluator(case: Core) -> None:
    assert agrees(case.text, str(case)) == (str(case) not in NO_POINT)


# cores at random, of operations that have a value everywhere

FORMS = (
    *(f"({name} A)" for name in "sin cos atan tanh erf erfc exp2 fabs floor ceil trunc round asinh -".split()),
    *(f"({name} A A)" for name in "+ - * fmin fmax fdim copysign".split()),
    *("(/ A (+ 2 (fabs A)))", "(fmod A (+ 2 (fabs A)))", "(atan2 A (+ 2 (fabs A)))", "(fma A A A)", "(+ A A A)"),
    *("(pow A 2)", "(pow A 3)", "(sqrt (+ 1 (fabs A)))", "(pow (+ 2 (fabs A)) -1.5)", "(! :p q A)", "(cast A)"),
    *("(if C A A)", "(if C A A)", "(let ([x A] [q A]) A)", "(let* ([x A] [y A]) A)", "(let* ([y A]) A)", "(f A A)"),
)
CONDITIONS = ("(< A A)", "(>= A A A)", "(!= A A A)", "(== A A)", "(not C)", "(and C C C)", "(or C C)", "TRUE", "FALSE")
LEAVES = (*"xyxyxy", "1/3", "-2.5e-1", "0x1.8p1", "(digits 3 -1 2)", *fpcore.CONSTANTS)


def expression(draw: random.Random, depth: int, condition: bool = False) -> str:
    """Return a form whose A (numbers) and C (conditions) are filled with others, down to a depth."""
    if condition:
        form = draw.choice(CONDITIONS if depth > 0 else CONDITIONS[:3])
    else:
        form = draw.choice(FORMS if depth > 0 else LEAVES)
    words = re.split(r"\b([AC])\b", form)
    return "".join(expression(draw, depth - 1, word == "C") if word in ("A", "C") else word for word in words)


@pytest.mark.parametrize("seed", range(80))
def test_a_random_core_is_certified_and_has_the_value_of_a_second_evaluator(seed: int) -> None:
    draw = random.Random(seed)
    earlier = expression(draw, 2).replace("(f ", "(hypot ")
    text = f"(FPCore f (x y) {earlier})\n(FPCore (x y) {expression(draw, 2 + seed % 4)})"
    assert agrees(text, str(seed))
    certify(text)
