"""The published cores: to verify each means what its text says, or is refused by name."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

import mpmath
import pytest

from tests import fpcore
from tests.corpora import Core, MissingCorpus, cores, each, fpcore_files
from verify import FormulaError
from verify.fpcore import read_fpcore
from verify.graph import Graph, gate_count
from verify.highprec import evaluate

RANGES = [(0, 1), (1, 3), (-1, 1), (-9, 9), (10, 99), (0, 0.01), (0.4, 0.6), (100, 9999)]
REFUSED = re.compile(r"a loop \(|a tensor \(|/ takes 2 operand\(s\), not 1|0\.6931f0 is no number")
NOWHERE_REGULAR = ("great-debate:Kahan's Unum-Targeted Monster", "fma:fma_test2")  # 1e-300 ** 20000, 1.7e308 * t


def agrees(graph: Graph, trees: list[Any], point: list[Any]) -> bool | None:
    """Compare gates and text at a point to forty digits; None where one of them has no real value."""
    try:
        found, due = evaluate(graph, point)[graph.output], fpcore.evaluate(trees, point)
    except (ArithmeticError, ValueError, TypeError):  # mpmath compares no complex numbers
        return None
    return bool(abs(found - due) <= mpmath.mpf(10) ** -40 * max(abs(found), abs(due)))


def points(seed: str, size: int) -> Iterator[list[Any]]:
    """Draw points with all inputs in one range, then with each in its own."""
    generator = random.Random(seed)
    for attempt in range(16):
        ranges = [RANGES[attempt]] * size if attempt < len(RANGES) else generator.choices(RANGES, k=size)
        yield [mpmath.mpf(generator.uniform(low, high)) for low, high in ranges]


@each(lambda: [*cores("fpbench"), *cores("herbie")])
def test_a_published_core_is_the_value_of_its_text_or_refused_by_name(case: Core) -> None:
    try:
        graph = read_fpcore(case.text)
    except FormulaError as error:
        refusal: str | None = error.reason
    else:
        refusal = None
    if refusal is not None:
        assert REFUSED.match(refusal), refusal
        return
    trees = [tree for _, tree in fpcore.forms(case.text)]
    with mpmath.workdps(150):
        answers = [agrees(graph, trees, point) for point in points(case.id, len(graph.inputs))]
    assert False not in answers
    assert True in answers or case.id in NOWHERE_REGULAR


@pytest.mark.parametrize(("name", "gates"), [("prospero.fpcore", 6360), ("bear.fpcore", 537)])
def test_a_core_of_thousands_of_gates_is_counted(name: str, gates: int) -> None:
    try:
        (path,) = (path for path in fpcore_files("herbie") if path.name == name)
    except MissingCorpus as missing:
        pytest.skip(str(missing))
    assert gate_count(read_fpcore(path.read_text("utf-8"))) == gates
