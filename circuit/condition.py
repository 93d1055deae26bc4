"""What wires and comparisons of wires share, and the comparisons: conditions, neither numbers nor plain bools."""

from __future__ import annotations

from typing import Any, NoReturn

from circuit.builder import Builder
from circuit.errors import InvalidType, TraceError
from circuit.ops import CODE, COMPARISONS, ROWS

SELECT = CODE["select"]
FOREIGN = "foreign tracer: a value of one trace is used inside another; pass it as an argument"


class Node:
    """What wires and conditions share: a node of a builder, and the refusal to be a plain number."""

    __slots__ = ("builder", "node")
    builder: Builder
    node: int

    def _refuse(self, message: str) -> NoReturn:
        """Raise a TraceError that is remembered: a function that catches it would go on with a wrong value."""
        error = TraceError(message)
        self.builder.refusal = self.builder.refusal or error
        raise error

    def __hash__(self) -> NoReturn:
        self._refuse("hash(x) of a traced value is no number: it cannot be a key or an element of a set")

    def __float__(self) -> NoReturn:
        self._refuse("float(x): a traced value is no plain number: leave float() out; write np.sin for math.sin")

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        from circuit.arrays import apply_ufunc  # numpy only where it is used

        return apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        from circuit.arrays import apply_function

        return apply_function(function, args, kwargs)


class Condition(Node):
    """A comparison of wires: the first argument of a select, `np.where(x > 0, a, b)`; no number, and no plain bool."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        self._refuse(
            "a comparison of traced values is neither True nor False yet: instead of a branch write "
            "np.where(x > 0, a, b), np.maximum(a, b) or np.minimum(a, b), over arrays made with np.stack, not np.array"
        )

    @property
    def text(self) -> str:
        """The operator of the comparison."""
        row = ROWS[self.builder.code(self.node)]
        return row.text.split()[1] if row is not None and row.name in COMPARISONS else "and, or, not"

    def _join(self, a: Any, b: Any) -> Condition:
        return condition(self.builder, choose(self.builder, self.node, _arm(self, a), _arm(self, b)))

    def __and__(self, other: Any) -> Condition:
        return self._join(other, 0)

    def __or__(self, other: Any) -> Condition:
        return self._join(1, other)

    __rand__, __ror__ = __and__, __or__

    def __eq__(self, other: object) -> NoReturn:
        self._refuse("two comparisons of traced values are compared: write (a & b) | (~a & ~b) for a == b")

    __ne__ = __eq__
    __hash__ = Node.__hash__

    def __invert__(self) -> Condition:
        return self._join(0, 1)


def condition(builder: Builder, node: int) -> Condition:
    """Return the condition that a node is."""
    made = Condition()
    made.builder, made.node = builder, node
    return made


def _arm(other: Condition, value: Any) -> int:
    if isinstance(value, Condition):
        if value.builder is not other.builder:
            raise TraceError(FOREIGN)
        return value.node
    if value in (0, 1):
        return other.builder.constant(int(value))
    raise InvalidType(f"a condition is joined with a condition, not with {value!r:.40}")


def choose(builder: Builder, condition: int, a: int, b: int) -> int:
    """Return the node of select(condition, a, b); the arm itself where the condition is known."""
    known = builder.exact(condition)
    if known is not None:
        return a if known else b
    return builder.gate(SELECT, condition, a, b)
