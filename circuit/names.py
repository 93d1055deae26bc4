"""Names of inputs: their default order, and what a list of them must be."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from circuit.errors import FormulaWarning, InvalidArgument, InvalidSymbol

_DIGITS = re.compile(r"(\d+)")


def natural(name: str) -> list[tuple[int, int | str]]:
    """Return a sort key that orders digit runs as numbers: x2 before x10."""
    pieces = (piece for piece in _DIGITS.split(name) if piece)
    return [(0, int(piece)) if piece[0].isdecimal() and len(piece) < 1000 else (1, piece) for piece in pieces]


def listed(names: Sequence[Any] | None, argument: str) -> list[str] | None:
    """Return the names of an argument `variables` or `parameters`: strings or symbols.

    Errors: InvalidArgument for a plain string, a name given twice, or what is neither a name nor a symbol;
    InvalidSymbol for an empty name.
    """
    if names is None:
        return None
    if isinstance(names, str):
        raise InvalidArgument(f"{argument} is the string {names!r}: pass a sequence of names, such as ('x', 'y')")
    if not isinstance(names, Iterable):
        raise InvalidArgument(f"{argument} is {names!r}: pass a sequence of names, such as ('x', 'y')")
    result = [_name(each, argument) for each in names]
    seen: set[str] = set()
    for name in result:
        if not name:
            raise InvalidSymbol(f"{argument} holds an empty name")
        if name in seen:
            raise InvalidArgument(f"{argument} holds the duplicate name {name!r}")
        seen.add(name)
    return result


def _name(entry: Any, argument: str) -> str:
    if isinstance(entry, str):
        return entry
    if not hasattr(type(entry), "free_symbols") or getattr(entry, "is_Number", False):
        raise InvalidArgument(f"{argument} holds {entry!r:.40}, which is neither a name nor a symbol")
    return symbol_name(entry)


def symbol_name(symbol: Any) -> str:
    """Return the name under which a sympy symbol, `q(t)` or matrix entry is an input."""
    name = getattr(symbol, "name", None)
    return name if isinstance(name, str) and not getattr(symbol, "args", ()) else str(symbol).replace(", ", ",")


def arrange(found: Iterable[str], variables: list[str] | None, parameters: list[str]) -> list[str]:
    """Return the differentiated inputs in order: `variables` as listed, else what was found, in natural order.

    Errors: InvalidArgument if a name is both variable and parameter.
    """
    both = set(variables or ()) & set(parameters)
    if both:
        raise InvalidArgument(f"{min(both)!r} is listed in variables and in parameters")
    if variables is not None:
        return variables
    held = set(parameters)
    return sorted((name for name in found if name not in held), key=natural)


def warn_of_look_alikes(names: Iterable[str]) -> None:
    """Warn where two names differ only until Unicode normalises them (NFKC): they are two variables."""
    seen: dict[str, str] = {}
    for name in names:
        folded = name if name.isascii() else unicodedata.normalize("NFKC", name)
        other = seen.setdefault(folded, name)
        if other != name:
            text = f"{other!a} and {name!a} are different variables, but their names are equal after NFKC"
            warnings.warn(text, FormulaWarning, stacklevel=4)
