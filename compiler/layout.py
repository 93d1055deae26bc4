"""The kinds of programs, and the frame of a text: its function, the inputs that are seeds, what it returns.

Every kind returns the value, or a tuple of values where a formula may have several outputs, then tuples of derivatives,
then the rows and columns of a pattern. The entries of a direction, or weights, come last among the inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of program: the name of its function, and the titles of the parts of its text after the value.

    seed: the letter of inputs that are entries of a direction (d) or weights (w); "": it has none. scalar: the formula
    has one output, and the gradient comes first.
    """

    function: str
    parts: tuple[str, ...]
    seed: str = ""
    scalar: bool = False
    pattern: bool = False

    @property
    def named(self) -> bool:
        """Whether the first derivatives are by the inputs, one each."""
        return self.scalar or self.seed == "w"

    @property
    def title(self) -> str:
        """What a program computes."""
        return self.function.replace("value_gradient", "value, gradient").replace("_", " ")


KINDS = {
    "gradient": Kind("value_and_gradient", ("gradient",), scalar=True),
    "jvp": Kind("value_and_jvp", ("derivative along the direction",), seed="d"),
    "vjp": Kind("value_and_vjp", ("gradient of the weighted sum",), seed="w"),
    "jacobian": Kind("value_and_jacobian", ("Jacobian",), pattern=True),
    "hvp": Kind("value_gradient_and_hvp", ("gradient", "Hessian times direction"), seed="d", scalar=True),
    "hessian": Kind("value_gradient_and_hessian", ("gradient", "Hessian"), scalar=True, pattern=True),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How the outputs of a circuit stand in a program: values, then groups of derivatives of these sizes.

    seeds: how many of the last inputs are a direction or weights. places: rows and columns of the last group.
    """

    kind: str
    values: int
    groups: tuple[int, ...]
    seeds: int = 0
    places: tuple[Sequence[int], Sequence[int]] | None = None

    @property
    def row(self) -> Kind:
        """The kind."""
        return KINDS[self.kind]

    @property
    def barred(self) -> int:
        """How many derivatives after the values are by the inputs, one each."""
        return self.groups[0] if self.row.named else 0

    def returned(self, names: Sequence[str]) -> str:
        """Return what stands behind `return`, from the names of the outputs."""
        texts = [names[0]] if self.row.scalar else [listed(names[: self.values])]
        start = self.values
        for size in self.groups:
            texts.append(listed(names[start : start + size]))
            start += size
        texts += [listed([str(each) for each in places]) for places in self.places or ()]
        return ", ".join(texts)


def gradient_of(count: int) -> Layout:
    """Return the layout of a gradient program with so many derivatives."""
    return Layout("gradient", 1, (count,))


def listed(names: Sequence[str]) -> str:
    """Return names as a tuple."""
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"
