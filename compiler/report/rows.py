"""One formula compiled and certified, as a row of the report."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, replace
from time import perf_counter

from circuit.errors import CircuitError, InvalidSymbol, ResourceLimit
from compiler import GradientProgram, NotCertified, compile_gradient
from compiler.report.entry import Entry
from compiler.report.names import clean
from verify import FormulaError, FormulaLimit, Rejected

CERTIFIED, REJECTED, REFUSED, LIMIT = "certified", "rejected", "refused", "limit"
MEMORY = "out of memory"


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one formula.

    status: certified, rejected, refused (bad input) or limit (too large, too long). kind: what a refusal is counted
    under. gates and total: L and T as verify counted them; bound: 4 or 5; exact_bound: the price T was held against.
    """

    name: str
    source: str
    place: int
    status: str
    verdict: str
    kind: str = ""
    gates: int | None = None
    total: int | None = None
    bound: int | None = None
    exact_bound: int | None = None
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def ratio(self) -> float | None:
        """T / L; 1 for a formula without gates, None where nothing was counted."""
        if self.gates is None or self.total is None:
            return None
        return self.total / self.gates if self.gates else 1.0

    @property
    def beyond(self) -> bool:
        """Say whether T is above bound * L, as it may be by 2 gates for each atan2."""
        return self.bound is not None and (self.ratio or 0) > self.bound


def measure(entry: Entry) -> Row:
    """Compile and certify one formula; whatever happens is the answer, never an exception."""
    if entry.problem:
        return refused(entry, REFUSED, "unreadable", entry.problem)
    start = perf_counter()
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            program, notes = _compiled(entry)
            row = _answered(entry, program, (*notes, *(clean(str(each.message)) for each in caught)))
    except Exception as error:  # an unexpected one is a defect of ours: named in its row, the other rows go on
        row = _failed(entry, error)
    return replace(row, seconds=perf_counter() - start)


def refused(entry: Entry, status: str, kind: str, reason: str) -> Row:
    """Return the row of a formula that was not compiled, with the first line of the reason."""
    first = next((line for line in reason.splitlines() if line.strip()), kind)
    return Row(entry.name, entry.source, entry.place, status, f"refused: {clean(first)}", kind)


def _compiled(entry: Entry) -> tuple[GradientProgram, list[str]]:
    """Compile an entry; where its list of variables lacks a name, take the formula's own names in natural order."""
    try:
        return compile_gradient(entry.formula, entry.variables, entry.parameters, effort="plain"), []
    except InvalidSymbol as error:
        if entry.variables is None:
            raise
        try:
            program = compile_gradient(entry.formula, None, entry.parameters, effort="plain")
        except CircuitError:
            raise error from None
        missing = [name for name in program.inputs if name not in {*entry.variables, *entry.parameters}]
        names = clean(", ".join(missing))
        return program, [f"variables lacks {names}: the names of the formula are taken instead"]


def _answered(entry: Entry, program: GradientProgram, notes: tuple[str, ...]) -> Row:
    answer = program.certificate
    return Row(
        entry.name, entry.source, entry.place,
        CERTIFIED if answer.accepted else REJECTED, clean(answer.verdict), "" if answer.accepted else "rejected",
        answer.value_gates, answer.total_gates, answer.factor, answer.bound, tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def _failed(entry: Entry, error: Exception) -> Row:
    name, text = type(error).__name__, str(error)
    match error:
        case NotCertified():
            verdict = text[text.find("REJECTED") :] if "REJECTED" in text else f"REJECTED: {text}"
            return Row(entry.name, entry.source, entry.place, REJECTED, clean(verdict), "rejected")
        case Rejected():
            verdict = f"REJECTED at claim {error.claim}: {error.reason}"
            return Row(entry.name, entry.source, entry.place, REJECTED, clean(verdict), "rejected")
        case ResourceLimit() | FormulaLimit():
            return refused(entry, LIMIT, "resource limit", text)
        case CircuitError() | FormulaError():
            return refused(entry, REFUSED, _words(name), text)
        case MemoryError():
            return refused(entry, LIMIT, MEMORY, MEMORY)
    return refused(entry, REFUSED, "internal error", f"internal error: {name}: {text}")


def _words(name: str) -> str:
    """Return the name of an error class as words: unsupported function."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
