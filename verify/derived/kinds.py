"""The kinds of derivative programs: what their header has beside the formula's inputs, and what they return."""

from __future__ import annotations

import re
from dataclasses import dataclass

from verify.lines import COMMENT, OPERAND

_TUPLE = rf"\(({OPERAND},|{OPERAND}(?:, {OPERAND})+|)\)"
_INDEX = r"(?:0|[1-9][0-9]{0,8})"
_INDICES = rf"\(({_INDEX},|{_INDEX}(?:, {_INDEX})+|)\)"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of program.

    directions: its last n inputs are a direction; weights: its last m inputs weigh the m values; gradient: it returns
    one value and its gradient before the derivative itself; pattern: rows and columns follow the entries.
    """

    name: str
    function: str
    directions: bool = False
    weights: bool = False
    gradient: bool = False
    pattern: bool = False

    @property
    def returned(self) -> re.Pattern[str]:
        """The form of the line of return: a group for each part."""
        parts = [f"({OPERAND})" if self.gradient else _TUPLE, _TUPLE]
        parts += [_TUPLE] * self.gradient + [_INDICES] * (2 * self.pattern)
        return re.compile(f"    return {', '.join(parts)}{COMMENT}")


KINDS = {
    kind.function: kind
    for kind in (
        Kind("jvp", "value_and_jvp", directions=True),
        Kind("vjp", "value_and_vjp", weights=True),
        Kind("jacobian", "value_and_jacobian", pattern=True),
        Kind("hvp", "value_gradient_and_hvp", directions=True, gradient=True),
        Kind("hessian", "value_gradient_and_hessian", gradient=True, pattern=True),
    )
}
_FIRST = re.compile(rf"^def (value_and_gradient|{'|'.join(KINDS)})\(", re.MULTILINE)


def kind_of(text: str) -> Kind | None:
    """Return the kind of a program by the first function of a known name; None for a gradient, and for no program."""
    found = _FIRST.search(text)
    return None if found is None else KINDS.get(found[1])
