"""The reader of Python functions: it calls the function on numbers of verify's own, which write their gates down.

Nothing of the program that is judged, and no trace of anybody else's, is looked at. What the function raises, and what
it returns instead of one number, is a FormulaError.
"""

from __future__ import annotations

import inspect
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from types import TracebackType
from typing import Any

from verify import scalars
from verify.errors import FormulaError, FormulaLimit
from verify.graph import Builder, Graph, reached
from verify.scalars import Evaluation, Number, is_operand

Shape = tuple[int, ...]
_OURS = ("verify", "numpy")  # where a slip of the function's may surface, but was not made


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of the function: a scalar `()` or an array."""

    name: str
    shape: Shape

    def inputs(self) -> list[str]:
        """Return the names of its entries, row-major."""
        return ["_".join((self.name, *map(str, index))) for index in product(*map(range, self.shape))]


def read_function(function: Callable[..., Any], shapes: Any = None, wrt: Any = None, several: bool = False) -> Graph:
    """Read a function of scalars and arrays; inputs are the entries of the arguments `wrt`, then of the others.

    It returns one number, or, where `several` may be, an array or a sequence of them: the outputs are its entries.

    shapes: one a positional argument, () for a scalar; None: every argument without a default is a scalar.
    wrt: the position, or positions, of the arguments differentiated; None: all.
    Raises: FormulaError, FormulaLimit.
    """
    arguments = _arguments(function, shapes)
    moving = _positions(wrt, len(arguments))
    order = [*moving, *sorted(set(range(len(arguments))) - set(moving))]
    if sum(math.prod(argument.shape) for argument in arguments) > scalars.GATE_LIMIT:
        raise FormulaLimit(f"more than {scalars.GATE_LIMIT} inputs")
    names = [name for place in order for name in arguments[place].inputs()]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise FormulaError(f"two inputs are named {twice}")
    evaluation = Evaluation(Builder(tuple(names)))
    values: dict[int, object] = {}
    node = 0
    for place in order:
        values[place], node = _value(evaluation, arguments[place].shape, node)
    outputs = _called(function, [values[place] for place in range(len(arguments))], evaluation, several)
    parameters = len(names) - sum(math.prod(arguments[place].shape) for place in moving)
    return _live(replace(evaluation.builder.finish(outputs[0], parameters), others=tuple(outputs[1:])))


def _arguments(function: Callable[..., Any], shapes: Any) -> list[Argument]:
    called = _name(function)
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise FormulaError(f"{called} does not tell its parameters: wrap it in a lambda") from None
    many = [p.name for p in parameters if p.kind is p.VAR_POSITIONAL]
    named = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    least = sum(p.default is p.empty for p in named)
    for p in parameters:
        if p.kind is p.KEYWORD_ONLY and p.default is p.empty:
            raise FormulaError(f"{called} needs the keyword argument {p.name}: give it in a lambda")
    if shapes is None:
        if many:
            raise FormulaError(f"the number of arguments of {called} is open (*{many[0]}): give a shape for each")
        return [Argument(p.name, ()) for p in named[:least]]
    sizes = _shapes(shapes)
    if len(sizes) < least or (len(sizes) > len(named) and not many):
        wanted = f"at least {least}" if many or least < len(named) else str(least)
        raise FormulaError(f"the number of arguments of {called} is {wanted}, not {len(sizes)} as there are shapes")
    names = [p.name for p in named] + [f"{many[0]}_{index}" for index in range(len(sizes) - len(named)) if many]
    return [Argument(name, size) for name, size in zip(names, sizes, strict=False)]


def _shapes(shapes: Any) -> list[Shape]:
    try:
        sizes = [tuple(operator.index(n) for n in (shape if _is_listed(shape) else (shape,))) for shape in shapes]
    except TypeError:
        raise FormulaError(f"shapes are tuples of integers, one an argument, not {str(shapes)[:80]}") from None
    if any(n < 0 for size in sizes for n in size):
        raise FormulaError("a shape has a negative length")
    return sizes


def _is_listed(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _positions(wrt: Any, count: int) -> list[int]:
    """Return the positions differentiated, in the order given."""
    if wrt is None:
        return list(range(count))
    try:
        places = [operator.index(place) for place in (wrt if _is_listed(wrt) else (wrt,))]
    except TypeError:
        raise FormulaError(f"wrt is the position of an argument, or a tuple of them, not {str(wrt)[:80]}") from None
    for place in places:
        if not -count <= place < count:
            raise FormulaError(f"wrt names argument {place} of {count}, counted from 0")
    found = [place % count for place in places]
    if len(set(found)) != len(found):
        raise FormulaError("wrt names an argument twice")
    return found


def _value(evaluation: Evaluation, shape: Shape, node: int) -> tuple[object, int]:
    """Return an argument whose entries are the inputs from `node` on, and the input after them."""
    if shape == ():
        return Number(node, evaluation), node + 1
    from verify.arrays import array_of

    end = node + math.prod(shape)
    return array_of(evaluation, [Number(entry, evaluation) for entry in range(node, end)], shape), end


def _called(function: Callable[..., Any], values: list[object], evaluation: Evaluation, several: bool) -> list[int]:
    """Return the nodes of what the function returns."""
    try:
        result = function(*values)
        if evaluation.refusal is not None:
            raise evaluation.refusal
        return [_returned(each, evaluation) for each in (_entries(result) if several else [result])]
    except FormulaError as error:
        kind = FormulaLimit if isinstance(error, FormulaLimit) else FormulaError
        raise kind(f"{_name(function)}: {error.reason}{_place(error.__traceback__)}") from error
    except (Exception, SystemExit) as error:
        scalars = any(isinstance(value, Number) for value in values) and "'Number'" in str(error)
        hint = "; an argument that is an array needs its shape" if scalars else ""
        what = f"{_name(function)} raised {type(error).__name__}: {str(error)[:400]}{hint}"
        raise FormulaError(what + _place(error.__traceback__)) from error


def _entries(value: Any) -> list[Any]:
    """Return the numbers of an array, row-major, or of a sequence of numbers and arrays."""
    if _is_listed(value):
        found = [entry for part in value for entry in _entries(part)]
    elif getattr(value, "shape", ()) != () and not isinstance(value, Number):
        found = list(value.reshape(-1))
    else:
        return [value]
    if not found:
        raise FormulaError("it returns no number")
    return found


def _returned(value: Any, evaluation: Evaluation) -> int:
    if not isinstance(value, Number) and getattr(value, "shape", None) == ():
        value = value[()]  # an array without axes
    if isinstance(value, bool) or not is_operand(value):
        what = f"an array of shape {value.shape}" if hasattr(value, "shape") else f"a {type(value).__name__}"
        raise FormulaError(f"it returns {what} where one number is due")
    return evaluation.node(Number, value)


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def _place(traceback: TracebackType | None) -> str:
    """Return the innermost line that is neither ours nor NumPy's."""
    place = ""
    while traceback is not None:
        frame = traceback.tb_frame
        if str(frame.f_globals.get("__name__")).partition(".")[0] not in _OURS:
            place = f" (at {Path(frame.f_code.co_filename).name}:{traceback.tb_lineno})"
        traceback = traceback.tb_next
    return place


def _live(graph: Graph) -> Graph:
    """Return the graph without the gates that its outputs do not need."""
    live, count = reached(graph, graph.outputs), len(graph.inputs)
    kept = [node for node in range(len(graph.ops)) if live[node] or node < count]
    place = {node: index for index, node in enumerate(kept)}
    args = [tuple([place[operand] for operand in graph.args[node]]) for node in kept]
    value = {place[node]: known for node, known in graph.value.items() if node in place}
    output, *others = [place[node] for node in graph.outputs]
    ops = [graph.ops[node] for node in kept]
    return Graph(graph.inputs, ops, args, value, output, graph.parameters, tuple(others))
