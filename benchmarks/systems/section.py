"""What a system has to say: a claim, a table, figures of the documents beside ours, and curves. JSON in and out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

Cell = str | int | float | None
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of the documents beside ours; where they differ, `because` says why."""

    what: str
    document: str
    ours: str
    agrees: bool
    because: str = ""

    @property
    def verdict(self) -> str:
        """Return `agree`, or `differ` with the reason."""
        return "agree" if self.agrees else f"differ: {self.because}"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; numbers stay numbers, so that a reader of the JSON or CSV can go on with them."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """Curves over one pair of axes: points (x, y) by label; one ending in `(theory)` or `(extrapolated)` is dashed."""

    title: str
    x: str
    y: str
    curves: dict[str, Points]
    scale: str = "log"  # of both axes: log or linear


@dataclass(frozen=True, slots=True)
class Section:
    """One system, measured: everything that its page in the report shows. `seconds`: what it took."""

    name: str
    title: str
    claim: str
    tables: tuple[Table, ...]
    compared: tuple[Compared, ...]
    plots: tuple[Plot, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    options: dict[str, Any] = field(default_factory=dict)  # what it was measured with

    @property
    def verdict(self) -> str:
        """Return how many figures agree, and how many differ for a reason that is given."""
        agree = sum(each.agrees for each in self.compared)
        differ = len(self.compared) - agree
        return f"{agree} of {len(self.compared)} figures agree" + (f", {differ} differ for a reason" if differ else "")

    def to_record(self) -> dict[str, Any]:
        """Return what JSON holds of it; `of` reads it again."""
        return asdict(self)

    @staticmethod
    def of(record: dict[str, Any]) -> Section:
        """Return the section of a record."""
        tables = tuple(
            Table(each["title"], tuple(each["columns"]), tuple(map(tuple, each["rows"]))) for each in record["tables"]
        )
        compared = tuple(Compared(**each) for each in record["compared"])
        plots = tuple(
            Plot(**{**each, "curves": {label: [(x, y) for x, y in points] for label, points in each["curves"].items()}})
            for each in record["plots"]
        )
        return Section(
            **{**record, "tables": tables, "compared": compared, "plots": plots, "notes": tuple(record["notes"])}
        )


def exponent(points: Points) -> float:
    """Return b of y = a * x**b, fitted to the logarithms by least squares."""
    from math import log
    from statistics import linear_regression

    return linear_regression([log(x) for x, _ in points], [log(y) for _, y in points]).slope
