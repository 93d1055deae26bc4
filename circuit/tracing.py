"""`trace`: a Python function over scalars and NumPy arrays becomes a circuit, by calling it once on wires."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

from circuit.builder import MAX_NODES, Builder
from circuit.callsite import defined_at, located
from circuit.circuit import Circuit
from circuit.condition import FOREIGN, Condition
from circuit.errors import CircuitError, InvalidArgument, InvalidType, ResourceLimit, TraceError
from circuit.wire import Wire, varying

Shape = tuple[int, ...]


def trace(
    function: Callable[..., Any],
    *shapes: Sequence[int],
    wrt: int | Sequence[int] | None = None,
    several: bool = False,
) -> Circuit:
    """Return the circuit of what a function of these shapes computes.

    shapes: one for each argument by position, `()` for a scalar, `(3, 4)` for an array; without any, each positional
    parameter without a default is a scalar. wrt: positions of the differentiated arguments (default: all); the others
    are parameters. Inputs are named after the function's parameters, `x`, or `W_0_3` for W[0, 3], row by row.
    several: the function may return an array, or a tuple or list of numbers and arrays; each entry is an output.
    Errors: TraceError with file, line and what to write instead; ResourceLimit for a function that never ends.
    """
    arguments = arguments_of(function, shapes)
    starts = list(accumulate((math.prod(shape) if shape else 1 for _, shape in arguments), initial=0))
    if starts[-1] > MAX_NODES:
        raise ResourceLimit(f"more than {MAX_NODES:,} inputs")
    chosen = differentiated(len(arguments), wrt)
    builder = Builder()
    builder.inputs([name for own, shape in arguments for name in (entries(own, shape) if shape else (own,))])
    _check_names(function, arguments, builder.names)
    values = _values(builder, [shape for _, shape in arguments], starts)
    count = len(builder)
    result = _call(function, values)
    if builder.refusal is not None:
        raise TraceError(f"{defined_at(function)}the function caught a refusal and went on: {builder.refusal}")
    try:
        outputs = _outputs(builder, result, count) if several else [_output(builder, result, count)]
    except TraceError as error:
        raise TraceError(f"{defined_at(function)}{error}") from None
    others = sorted({*range(len(arguments))}.difference(chosen))
    return builder.build(outputs, _in_a_row(chosen, starts), _in_a_row(others, starts))


def arguments_of(function: Callable[..., Any], shapes: Sequence[Sequence[int]] = ()) -> list[tuple[str, Shape]]:
    """Return name and shape of each argument. Errors: InvalidArgument, TraceError."""
    if not isinstance(shapes, Sequence):
        raise InvalidArgument(f"shapes holds one shape for each argument, as in ((3, 4), ()), not {shapes!r:.60}")
    names = _parameters(function, len(shapes))
    every = [() if type(each) is tuple and not each else _shape(each) for each in shapes] or [()] * len(names)
    if len(names) != len(every):
        given = f"shapes for {len(every)} are given; shapes holds one shape for each, as in ((3, 4), ())"
        raise TraceError(f"wrong number of arguments: {_name(function)} takes {len(names)}, {given}")
    return list(zip(names, every, strict=True))


def entries(name: str, shape: Shape) -> list[str]:
    """Return the names of an argument's inputs, row by row: `x` for a scalar, W_0_0, W_0_1, ... for an array."""
    names = [name]
    for size in shape:
        places = [f"_{place}" for place in range(size)]
        names = [each + place for each in names for place in places]
    return names


def _check_names(function: Callable[..., Any], arguments: Sequence[tuple[str, Shape]], names: Sequence[str]) -> None:
    """Refuse two inputs of one name. Only an argument called like an entry of another, `W_0` and W, can make them."""
    arrays = {name for name, shape in arguments if shape}
    own = [name for name, _ in arguments]
    if len(set(own)) == len(own) and not any(
        name[:place] in arrays for name in own if arrays for place, sign in enumerate(name) if sign == "_"
    ):
        return
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InvalidArgument(f"two inputs are named {name}: rename a parameter of {_name(function)}")
        seen.add(name)


def differentiated(count: int, wrt: int | Sequence[int] | None) -> list[int]:
    """Return the positions of the differentiated arguments, in the order given. Errors: InvalidArgument."""
    if wrt is None:
        return list(range(count))
    chosen = list(wrt) if isinstance(wrt, Sequence) else [wrt]
    for place in chosen:
        if type(place) is not int or not -count <= place < count:
            raise InvalidArgument(f"wrt holds {place!r}: positions of arguments are 0 to {count - 1}")
    places = [place % count for place in chosen]
    if len(set(places)) != len(places):
        raise InvalidArgument(f"wrt holds a position twice: {wrt!r}")
    return places


def _parameters(function: Callable[..., Any], count: int) -> list[str]:
    """Return the names of the positional arguments; count: how many shapes are given, 0 for none."""
    if not callable(function):
        raise InvalidType(f"trace takes a Python function, not {function!r:.60} ({type(function).__name__})")
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise InvalidArgument(f"{_name(function)} does not tell its parameters: wrap it in a lambda") from None
    names = [each.name for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    due = [each.name for each in parameters if each.name in names and each.default is each.empty]
    keywords = [each.name for each in parameters if each.kind is each.KEYWORD_ONLY and each.default is each.empty]
    if keywords:
        raise TraceError(f"{_name(function)} needs the keyword {keywords[0]}: arguments are given by position")
    rest = [each.name for each in parameters if each.kind is each.VAR_POSITIONAL]
    if rest and not count:
        raise TraceError(f"{_name(function)} takes any number of arguments (*{rest[0]}): give one shape for each")
    if not count:
        return due
    if rest:
        names += [f"{rest[0]}_{place}" for place in range(max(count - len(names), 0))]
    return names[:count] if count >= len(due) else due


def _shape(shape: Sequence[int]) -> Shape:
    if isinstance(shape, int):
        shape = (shape,)
    try:
        result = tuple(shape)
    except TypeError:
        raise InvalidArgument(f"a shape is a tuple of sizes such as (3, 4), () for a scalar, not {shape!r}") from None
    if not all(type(size) is int and size >= 0 for size in result):
        raise InvalidArgument(f"a shape is a tuple of sizes such as (3, 4), not {shape!r}")
    return result


def _values(builder: Builder, shapes: Sequence[Shape], starts: Sequence[int]) -> list[Any]:
    """Return what the function is called with; the inputs of an argument begin at its start."""
    if not any(shapes):
        return [varying(builder, node) for node in range(len(shapes))]
    from circuit.arrays import argument  # numpy only for arrays

    return [
        argument(builder, start, shape) if shape else varying(builder, start)
        for start, shape in zip(starts, shapes, strict=False)
    ]


def _in_a_row(places: Sequence[int], starts: Sequence[int]) -> Sequence[int]:
    """Return the inputs of these arguments, as a range where each begins at the end of the one before it."""
    if not places:
        return range(0)
    first, last = places[0], places[-1]
    if len(places) == last - first + 1 and list(places) == list(range(first, last + 1)):
        return range(starts[first], starts[last + 1])
    return [node for place in places for node in range(starts[place], starts[place + 1])]


def _call(function: Callable[..., Any], values: list[Any]) -> Any:
    try:
        return function(*values)
    except CircuitError as error:
        kind = type(error) if isinstance(error, (TraceError, ResourceLimit)) else TraceError
        raise kind(located(str(error), error)) from None
    except RecursionError as error:
        raise TraceError(located("the function calls itself without an end (recursion)", error)) from None
    except (Exception, SystemExit) as error:
        raise TraceError(located(_message(error), error)) from error


def _message(error: BaseException) -> str:
    message = f"{type(error).__name__}: {error}"
    if "has no callable" in message:
        return "a plain array holds traced values and numbers: build it with np.stack([...])"
    if "Cannot cast" in message or "not supported for the input types" in message:
        return "this function of NumPy runs on plain numbers only: write it out with + - * / and functions that trace"
    if isinstance(error, IndexError) and "indices" in message:
        return f"{message}; a traced value is no index and no mask: write np.where(x > 0, a, b)"
    if "destination is read-only" in message:
        return f"{message}: write into a copy, np.array(x)"
    if isinstance(error, TypeError) and ("for %:" in message or "for //:" in message):
        return "x % y and x // y are no gates: write x - y*np.floor(x / y) and np.floor(x / y)"
    message = message.replace("'Wire'", "a traced scalar").replace("Wire.__format__", "a traced value")
    message = message.replace("'Wires'", "an array of traced values")
    if isinstance(error, TypeError) and any(each in message for each in ("for @", "not iterable", "not subscriptable")):
        return f"{message}; an argument that is an array needs its shape, shapes=((3, 4), ...) or --shape 3,4"
    return message


def _outputs(builder: Builder, result: Any, count: int) -> list[int]:
    """Return the nodes of the entries of what the function returned, row by row."""
    entries: list[Any] = []
    waiting = [result]
    while waiting:
        each = waiting.pop()
        if isinstance(each, (tuple, list)):
            waiting.extend(reversed(each))
        elif getattr(each, "shape", ()):
            flat = each.ravel()
            entries.extend(flat[place] for place in range(len(flat)))
        else:
            entries.append(each)
    if not entries:
        raise TraceError("the function returned nothing: give it at least one value to return")
    if any(isinstance(each, Wire) for each in entries):
        count = MAX_NODES  # some values are traced, so the others may be constants
    first, *rest = entries
    return [_output(builder, first, count), *(_output(builder, each, MAX_NODES) for each in rest)]


def _output(builder: Builder, result: Any, count: int) -> int:
    """Return the node of what the function returned. count: the nodes there were before it was called."""
    if getattr(result, "shape", None) == ():
        result = result.item()  # an array of one value, or a scalar of NumPy's
    if isinstance(result, Wire):
        if result.builder is not builder:
            raise TraceError(FOREIGN)
        return result.node
    if result is None:
        raise TraceError("the function returned None: it lacks a `return`")
    if isinstance(result, Condition):
        raise TraceError(f"the function returned a comparison ({result.text}): a value is a number; np.where makes one")
    if getattr(result, "shape", ()) or isinstance(result, (tuple, list, dict)):
        shape = getattr(result, "shape", None)
        what = f"an array of shape {shape}" if shape else f"a {type(result).__name__}"
        raise TraceError(f"the function returned {what}: a gradient is of one number, such as a sum or one entry")
    if len(builder) > count:
        raise TraceError(
            f"the function returned the constant {result!r:.40} though it computed with its arguments: "
            "the value was lost on the way, in a plain float or a plain array"
        )
    try:
        return varying(builder, 0)._node(result)
    except CircuitError:
        kind = type(result).__name__
        raise TraceError(f"the function returned {result!r:.60} ({kind}): return one real number") from None


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", type(function).__name__)
