"""The cost tables: laws are exact, and counts are those of numbers that count their operations."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from benchmarks.systems.costs.count import Measured, count_of, measured
from benchmarks.systems.costs.law import Law, Sizes, described, fitted, stated
from benchmarks.systems.costs.live import Memory, memory_of
from benchmarks.systems.costs.losses import NAIVE, VARIANTS, by_hand, naive, of_losses, one_hot
from benchmarks.systems.costs.operations import OPERATIONS, Operation
from benchmarks.systems.costs.parts import FUNCTIONS, in_bytes, of_functions, of_network, without_circuit
from compiler import compile_gradient


class Number:
    """A number of which only the operations are known: each adds one to the tally."""

    tally = 0

    def one(self, *_: object) -> Number:
        Number.tally += 1
        return self

    def __add__(self, other: object) -> Number:
        return self if isinstance(other, int) and other == 0 else self.one()

    def __ge__(self, other: object) -> bool:
        self.one()
        return True

    __radd__ = __add__
    exp = log = sqrt = tanh = __abs__ = __neg__ = one
    __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = one
    __le__ = __gt__ = __lt__ = __ge__


def operations_of(operation: Operation, sizes: tuple[int, ...]) -> int:
    """Return how many operations a function does on numbers."""
    values = []
    for shape in operation.shapes(*sizes):
        numbers = [Number() for _ in range(math.prod(shape))]
        values.append(np.array(numbers, dtype=object).reshape(shape))
    Number.tally = 0
    operation.function(*values)
    return Number.tally


def title(operation: Operation) -> str:
    return f"{operation.name} {operation.text}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=title)
def test_the_value_has_as_many_gates_as_the_function_does_operations(operation: Operation) -> None:
    for sizes in operation.samples(20)[1:4]:
        count = count_of(operation, sizes)
        assert count.accepted
        assert count.value == operations_of(operation, sizes)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("dot product", "0"),
        ("Hadamard product", "2*n"),
        ("outer product", "4*m*n - m - n"),
        ("matrix-vector", "3*m*n - n"),
        ("matrix-matrix", "4*m*n*p - m*n - n*p"),
        ("transpose", "0"),
        ("L2 penalty", "m*n"),
        ("broadcast of a bias", "B*n - n"),
        ("cross-entropy", "2*C"),
    ],
)
def test_the_derivative_adds_what_one_counts_on_paper(name: str, more: str) -> None:
    (operation,) = (each for each in OPERATIONS if each.name == name)
    found = measured(operation, 20)
    assert found.law(lambda count: count.plain) == found.figure(more)


def test_a_figure_agrees_if_it_is_ours_at_every_size() -> None:
    product = OPERATIONS[0]
    found = measured(product, 20)
    assert found.beside("", "2*n - 1", lambda count: count.value).agrees
    assert not found.beside("", "2*n", lambda count: count.value, because="rounded").agrees
    assert found.beside("", "2*n", lambda count: count.value, about=True).agrees
    assert not found.beside("", "3*n", lambda count: count.value, about=True, because="wrong").agrees
    (first, *rest) = found.counts.items()
    bent = Measured(product, {first[0]: count_of(product, (9,)), **dict(rest)})
    assert not bent.beside("", "2*n - 1", lambda count: count.value, because="no law").agrees


def test_a_law_is_found_exactly_and_only_where_there_is_one() -> None:
    counts: dict[Sizes, int] = {(m, n): 2 * m * n - m + 7 for m in (2, 3, 5) for n in (2, 4)}
    law = fitted("mn", counts)
    assert law == Law("mn", {(1, 1): Fraction(2), (1, 0): Fraction(-1), (0, 0): Fraction(7)})
    assert str(law) == "2mn - m + 7"
    assert law.at((100, 10)) == 1907
    assert str(law.leading) == "2mn"
    assert fitted("mn", {**counts, (5, 4): 1}) is None
    triangle: dict[Sizes, int] = {(n,): n * (n + 1) // 2 for n in range(2, 7)}
    assert str(fitted("n", triangle, 2)) == "n^2/2 + n/2"
    assert fitted("n", triangle) is None
    assert str(stated("n", "n*n - n*n", list(triangle))) == "0"


def test_counts_without_a_law_are_told_one_by_one() -> None:
    assert described("n", {(1,): 1, (2,): 2, (3,): 3}) == "n"
    assert described("n", {(1,): 1, (2,): 2, (3,): 3, (4,): 5}) == "n; 5 at 4"
    assert described("n", {(1,): 1, (2,): 4, (3,): 9, (4,): 16}) == "1 at 1, 4 at 2, 9 at 3, 16 at 4"


def test_a_law_needs_more_sizes_than_terms_and_different_ones() -> None:
    with pytest.raises(ValueError, match="2 counts cannot confirm a polynomial of 2 terms"):
        fitted("n", {(1,): 1, (2,): 2})
    with pytest.raises(ValueError, match="too alike"):
        fitted("mn", {(n, n): n for n in range(6)})
    with pytest.raises(ValueError, match="no polynomial"):
        stated("n", "n*n", [(1,), (2,), (3,)])


def test_memory_is_what_lives_at_a_line() -> None:
    assert memory_of(compile_gradient("x*y + x/y", effort="plain").source) == Memory(inputs=2, cached=1, peak=4)
    assert memory_of(compile_gradient("x").source) == Memory(inputs=1, cached=0, peak=0)
    chain = "exp(exp(exp(x)))"  # v0, v1, v2, of which the gradient multiplies all: v2*v1*v0
    assert memory_of(compile_gradient(chain, effort="plain").source) == Memory(inputs=1, cached=3, peak=4)
    assert memory_of(compile_gradient("x/3 + y", effort="plain").source) == Memory(inputs=2, cached=0, peak=2)


@pytest.mark.parametrize("variant", VARIANTS[:3], ids=lambda variant: variant.name)
@pytest.mark.parametrize("classes", [3, 7])
def test_the_gradient_by_hand_is_certified(variant: Any, classes: int) -> None:
    labels = variant.labels(classes)
    assert by_hand(variant, classes) == (True, classes if labels else 3 * classes - 1)


@pytest.mark.parametrize("classes", [4, 9])
def test_the_naive_loss_is_of_order_c_and_its_gradient_within_two_c(classes: int) -> None:
    function, shapes = NAIVE.function(classes)
    program = compile_gradient(function, shapes=shapes)
    assert program.value_gates == 2 * classes + 2  # C exp, C - 1 additions, a division, a logarithm, a sign
    assert program.total_gates - program.value_gates <= 2 * classes
    Number.tally = 0
    naive([Number() for _ in range(classes)], one_hot(classes))
    assert Number.tally == 2 * classes * classes + 4 * classes
    _, _, curves = of_losses((classes, classes + 1, classes + 2))
    assert curves["naive, operations as written"][0] == (classes, Number.tally)


def test_a_layer_of_a_network_costs_three_times_its_forward_pass() -> None:
    table, found, curve = of_network((1, 2), (1, 4))
    assert [each.document for each in found] == [f"about {times} F, within 10 %" for times in (1, 2, 3)]
    assert all(each.agrees for each in found)
    assert len(table.rows) == 4
    assert [batch for batch, _ in curve] == [1, 4]
    (row,) = (each for each in table.rows if each[:2] == (1, 1))
    assert row[3] == (2 * 8 - 1) * 8 + 8 + (2 * 8 - 1) + 1 + 1  # W x, tanh, the last neuron, - 1, the square


def test_bytes_functions_and_what_has_no_circuit() -> None:
    _, found = in_bytes()
    assert all(each.agrees for each in found)
    assert "19,267,584" in {each.ours for each in found}
    table, found = of_functions()
    assert [row[2] for row in table.rows] == [1, 0, 1, 2, 3, 2]
    assert [each.agrees for each in found] == [row[1] == row[2] for row in table.rows]
    assert len(found) == len(FUNCTIONS)
    table, found = without_circuit()
    assert all(each.agrees for each in found)
    assert all("NumPy" in str(row[2]) for row in table.rows)
