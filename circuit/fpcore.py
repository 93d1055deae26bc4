"""FPCore, the format of the benchmarks of floating-point work: cores `(FPCore name (arguments) properties body)`.

The last core of a text is the formula; the earlier ones that have an identifier are functions it can call. A core is
read when it is called, so what is never called may be anything whose brackets match.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from circuit.circuit import Circuit
from circuit.errors import InvalidSymbol, ParseError, UnsupportedFunction
from circuit.fpcore_terms import Function, Terms
from circuit.lex import Source
from circuit.names import arrange, listed, warn_of_look_alikes
from circuit.sexpr import Form, Item, Word, read_items, without_properties

_START = re.compile(r"(?:\s|;[^\n]*)*+[(\[]FPCore(?![^\s()\[\];\"])")


def is_fpcore(text: str) -> bool:
    """Say whether a formula's text is FPCore: after white space and comments it starts with `(FPCore`."""
    return bool(_START.match(text))


def parse_fpcore(text: str, variables: Sequence[Any] | None = None, parameters: Sequence[Any] = ()) -> Circuit:
    """Turn the last core of a text into a circuit; its inputs are the core's arguments, used or not, in their order.

    variables, parameters: the same arguments in another order, the parameters last.
    Errors: ParseError and its kin with line, column and a caret; loops, tensors and what is no real function by name.
    """
    names, held = listed(variables, "variables"), listed(parameters, "parameters") or []
    source = Source(text)
    cores = _cores(source)
    terms = Terms(source, _places(cores), cache(lambda place: _function(source, cores[place])), len(cores) - 1)
    arguments, body = _function(source, cores[-1])
    ordered = _order(arguments, names, held)
    nodes = {name: terms.builder.input(name) for name in arguments}
    terms.scope.update(nodes)
    output = terms.value(body)
    warn_of_look_alikes(arguments)
    return terms.builder.build([output], [nodes[name] for name in ordered], [nodes[name] for name in held])


def cores(text: str) -> list[tuple[str, str]]:
    """Return (name, text) of every core of a text, each with the earlier cores that it calls in front of it.

    The name is the core's `:name`, else its identifier, else its number: `core 3`. What is wrong inside a core is found
    when its text is parsed. Errors: ParseError, with its place, for brackets that do not match and for what is no core.
    """
    source = Source(text)
    every = _cores(source)
    latest: dict[str, int] = {}  # the place of each identifier so far
    needed: list[set[int]] = []  # for each core the places of those it calls
    result = []
    for place, core in enumerate(every):
        direct = {latest[head] for head in _heads(core) if head in latest}
        needed.append(direct.union(*(needed[each] for each in direct)))
        identifier = _identifier(core)
        if identifier:
            latest[identifier] = place
        shown = _title(core) or identifier or f"core {place + 1}"
        parts = (every[each] for each in (*sorted(needed[place]), place))
        result.append((shown, "\n\n".join(text[each.offset : each.end] for each in parts)))
    return result


def _cores(source: Source) -> list[Form]:
    every = []
    for item in read_items(source):
        head = item.items[0] if isinstance(item, Form) and item.items else None
        if not isinstance(item, Form) or not isinstance(head, Word) or head.text != "FPCore":
            source.fail(ParseError, item.offset, "a text of FPCore is made of cores: (FPCore (x y) (+ x y))")
        every.append(item)
    return every


def _places(every: list[Form]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, core in enumerate(every):
        identifier = _identifier(core)
        if identifier:
            places.setdefault(identifier, []).append(place)
    return places


def _identifier(core: Form) -> str:
    """Return the identifier of a core, or ''."""
    second = core.items[1] if len(core.items) > 1 else None
    return second.text if isinstance(second, Word) and second.is_name() else ""


def _title(core: Form) -> str:
    """Return the string of the property `:name`, what cannot be printed as spaces, or ''."""
    for key, value in zip(core.items, core.items[1:], strict=False):
        if isinstance(key, Word) and isinstance(value, Word) and key.text == ":name" and value.text[0] == '"':
            plain = re.sub(r"\\(.)", r"\1", value.text[1:-1], flags=re.DOTALL)
            return "".join(each if each.isprintable() else " " for each in plain)
    return ""


def _heads(core: Form) -> set[str]:
    """Return the first words of all forms in the body of a core."""
    heads, waiting = set(), core.items[-1:]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Form) and item.items:
            if isinstance(item.items[0], Word):
                heads.add(item.items[0].text)
            waiting += item.items
    return heads


def _function(source: Source, core: Form) -> Function:
    """Read the arguments of a core and find its body."""
    rest = core.items[2:] if _identifier(core) else core.items[1:]
    if not rest or not isinstance(rest[0], Form):
        source.fail(ParseError, core.offset, "a core has a list of arguments: (FPCore (x y) (+ x y))")
    arguments: dict[str, None] = {}
    for item in rest[0].items:
        name = _argument(source, item)
        if name in arguments:
            source.fail(ParseError, item.offset, f"two arguments are named {name!r}")
        arguments[name] = None
    bodies = without_properties(rest[1:])
    if len(bodies) != 1:
        place = bodies[1].offset if bodies else core.end - 1
        source.fail(ParseError, place, f"a core has one body after its properties, not {len(bodies)}")
    return Function(tuple(arguments), bodies[0])


def _argument(source: Source, item: Item) -> str:
    """Return the name of an argument: `x`, or `(! :precision binary32 x)`."""
    parts: list[Item] = item.items if isinstance(item, Form) else [item]
    if len(parts) > 1 and isinstance(parts[0], Word) and parts[0].text == "!":
        parts = without_properties(parts[1:])
    name = parts[0] if parts else item
    if not isinstance(name, Word) or not name.is_name():
        source.fail(ParseError, item.offset, "an argument is a name, as in (FPCore (x y) (+ x y))")
    if len(parts) > 1:
        source.fail(UnsupportedFunction, item.offset, f"a tensor (the argument {name.text}) is no real number")
    return name.text


def _order(arguments: Sequence[str], names: list[str] | None, held: list[str]) -> list[str]:
    """Return the differentiated inputs in order. Errors: InvalidSymbol unless the lists hold exactly the arguments."""
    apart, known, shown = frozenset(held), frozenset(arguments), ", ".join(arguments[:8])
    ordered = arrange((), names, held) if names is not None else [each for each in arguments if each not in apart]
    for name in (*ordered, *held):
        if name not in known:
            raise InvalidSymbol(f"{name!r} is no argument of the core ({shown})")
    missing = sorted(known.difference(ordered, held), key=arguments.index)
    if missing:
        raise InvalidSymbol(f"{missing[0]!r} is an argument of the core and not among the variables ({shown})")
    return ordered
