"""The cores of an FPCore text: identifier, arguments and body of each; properties are skipped, tensors refused."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from verify.sexpr import Data


@dataclass(frozen=True, slots=True)
class Core:
    """Arguments in order, and the word where the body starts."""

    arguments: tuple[str, ...]
    body: int


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class Cores:
    """The cores of a text in order; a header is read when it is asked for, so one that nobody calls may be foreign."""

    data: Data
    starts: list[int] = field(default_factory=list)
    named: dict[str, list[int]] = field(default_factory=dict)  # identifier -> its cores, in order
    headers: dict[int, Core] = field(default_factory=dict)

    def __post_init__(self) -> None:
        data, at = self.data, 0
        while at < len(data.words):
            if not data.is_list(at) or data.words[at + 1] != "FPCore":
                raise data.error("a core `(FPCore (arguments) body)` is due", at)
            if data.is_symbol(at + 2):
                self.named.setdefault(data.words[at + 2], []).append(len(self.starts))
            self.starts.append(at)
            at = data.after[at]
        if not self.starts:
            raise data.error("the text has no core", 0)

    def callee(self, name: str, caller: int) -> int | None:
        """Return the last core of that identifier before the caller, None if there is none."""
        same = self.named.get(name, [])
        earlier = bisect_left(same, caller)
        return same[earlier - 1] if earlier else None

    def header(self, number: int) -> Core:
        """Return a core.

        Raises: FormulaError for a malformed header or a tensor among the arguments.
        """
        core = self.headers.get(number)
        if core is None:
            core = self.headers[number] = self._header(self.starts[number])
        return core

    def _header(self, at: int) -> Core:
        data = self.data
        items = data.items(at)[1:]
        if items and data.is_symbol(items[0]):
            items = items[1:]
        if not items or not data.is_list(items[0]):
            raise data.error("a core without a list of arguments", at)
        names: dict[str, None] = {}
        for place in data.items(items[0]):
            name = _argument(data, place)
            if name in names:
                raise data.error(f"the argument {name} is listed twice", place)
            names[name] = None
        return Core(tuple(names), expression(data, items[1:], at))


def expression(data: Data, items: list[int], owner: int) -> int:
    """Return the one expression behind the properties `:name value` of a core or an annotation."""
    items = _behind_properties(data, items)
    if not items:
        raise data.error("an expression is missing", owner)
    if len(items) > 1:
        raise data.error("one expression too many", items[1])
    return items[0]


def _behind_properties(data: Data, items: list[int]) -> list[int]:
    first = 0
    while first < len(items) and data.words[items[first]][0] == ":":
        first += 2
    return items[first:]


def _argument(data: Data, at: int) -> str:
    """Return the name of an argument `x` or `(! :property value x)`."""
    name = at
    if data.is_list(at):
        items = data.items(at)
        if items and data.words[items[0]] == "!":
            items = _behind_properties(data, items[1:])
        elif len(items) == 1:
            items = []
        if not items:
            raise data.error("an argument without a name", at)
        name = items[0]
        if len(items) > 1:
            raise data.error(f"a tensor (the argument {data.words[name]} with dimensions) is not supported", at)
    if not data.is_symbol(name):
        raise data.error(f"`{data.words[name]}` is no name of an argument", name)
    return data.words[name]
