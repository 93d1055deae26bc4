"""The gates of an operation and its derivative at several sizes, from emitted text, and the laws they follow."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from benchmarks.systems.costs.law import Law, Sizes, described, fitted, stated
from benchmarks.systems.costs.live import Memory, memory_of
from benchmarks.systems.costs.operations import Operation
from benchmarks.systems.section import Compared
from compiler import DerivativeProgram, compile_derivative

ONE_PROGRAM = ("vjp", "jacobian")  # kinds that no pass makes smaller
PRODUCT = re.compile(r"^    v\d+ = \S+ [*/] \S+", re.MULTILINE)  # a line of the value part


@dataclass(frozen=True, slots=True)
class Count:
    """The gates of a program, and what it holds in memory.

    products: gates of the value that multiply or divide. plain, fewest: what the derivative adds to the value's gates,
    by the plain sweep and by the passes that look for fewer. entries: of a matrix of derivatives.
    """

    value: int
    products: int
    plain: int
    fewest: int
    entries: int
    accepted: bool
    memory: Memory


VALUE, PLAIN, FEWEST, PRODUCTS, ENTRIES = map(attrgetter, ("value", "plain", "fewest", "products", "entries"))


def whole(count: Count) -> int:
    """Return the gates of the value and, by the plain sweep, of the derivative."""
    return count.value + count.plain


def count_of(operation: Operation, sizes: Sizes) -> Count:
    """Compile, certify and count an operation at these sizes."""
    shapes = operation.shapes(*sizes)
    plain, fewest = (
        compile_derivative(operation.function, operation.kind, shapes=shapes, wrt=operation.wrt, effort=effort)
        for effort in (("plain", "plain") if operation.kind in ONE_PROGRAM else ("plain", "fewest"))
    )
    entries = len(plain.pattern[0]) if isinstance(plain, DerivativeProgram) else 0
    accepted = plain.certificate.accepted and fewest.certificate.accepted
    return Count(
        plain.value_gates,
        len(PRODUCT.findall(plain.source)),
        plain.total_gates - plain.value_gates,
        fewest.total_gates - fewest.value_gates,
        entries,
        accepted,
        memory_of(plain.source),
    )


@dataclass(frozen=True)
class Measured:
    """An operation's counts by sizes; laws are exact, confirmed by more sizes than determine them."""

    operation: Operation
    counts: dict[Sizes, Count]

    def law(self, number: Callable[[Count], int]) -> Law | None:
        """Return the polynomial that a number of the counts follows at all sizes, or None."""
        counts = {sizes: number(each) for sizes, each in self.counts.items()}
        return fitted(self.operation.names, counts, self.operation.degree)

    def shown(self, number: Callable[[Count], int]) -> str:
        """Return the law of a number, or the numbers themselves if they follow none."""
        counts = {sizes: number(each) for sizes, each in self.counts.items()}
        return described(self.operation.names, counts, self.operation.degree)

    def figure(self, document: str) -> Law:
        """Return a document's formula as a law."""
        return stated(self.operation.names, document, list(self.counts), self.operation.degree)

    def beside(
        self, what: str, document: str, number: Callable[[Count], int], about: bool = False, because: str = ""
    ) -> Compared:
        """Return a document's figure, a formula, beside the law of a number; `about`: by their leading terms."""
        figure, law = self.figure(document), self.law(number)
        agrees = law is not None and (law.leading == figure.leading if about else law == figure)
        rounds = f" (the document's, less ours: {figure.minus(law)})" if law is not None and law != figure else ""
        text = f"about {figure}" if about else str(figure)
        return Compared(what, text, f"{self.shown(number)}{rounds}", agrees, "" if agrees else because)


def measured(operation: Operation, largest: int) -> Measured:
    """Count an operation at all its sizes."""
    return Measured(operation, {sizes: count_of(operation, sizes) for sizes in operation.samples(largest)})
