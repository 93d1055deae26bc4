"""The numbers a function is called on: an operation on them is a gate of verify's own graph.

A Number is a node of one evaluation; a Condition is what a comparison gives, and no number. Plain numbers beside them
are exact constants, a float the decimal it prints. What a formula cannot do with a value (branch on it, round it to a
float) is refused with advice. Functions of NumPy arrive by its two protocols, by name, so NumPy itself is not needed.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any, ClassVar, NamedTuple, NoReturn

from verify.conditions import choose
from verify.errors import FormulaError, FormulaLimit
from verify.exact import bits
from verify.graph import Builder
from verify.ufuncs import COMPARED, LOGICAL, NUMERIC

GATE_LIMIT = 20_000_000
CONSTANT_BITS = 40_000

_BRANCH = (
    "a formula cannot branch on a value: np.where, np.maximum, np.minimum and np.clip choose by value (collect numbers "
    "by np.stack for that, as NumPy compares by bool() what np.array has collected)"
)
_FLOAT = (
    "a value of a formula is no float: take np.exp for math.exp and the like, and np.stack or dtype=object where an "
    "array of floats was to hold it"
)


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class Evaluation:
    """One call of a function: its gates, and how often one was asked for."""

    builder: Builder
    asked: int = 0
    refusal: FormulaError | None = None  # the first; the function may have caught it
    constants: dict[object, int] = field(default_factory=dict)
    ufuncs: dict[str, Any] = field(default_factory=dict)  # of NumPy, one a rule, as they are needed

    def apply(self, name: str, *values: object) -> Operand:
        """Return the function of this name in RULES applied to values.

        Raises: FormulaError, FormulaLimit.
        """
        rule = RULES[name]
        nodes = [self.node(rule.takes, value) for value in values]
        self._spend()
        return rule.gives(rule.build(self.builder, *nodes), self)

    def select(self, condition: object, a: object, b: object) -> Number:
        """Return a where the condition holds, else b; both are computed."""
        chosen = self.node(Condition, condition), self.node(Number, a), self.node(Number, b)
        self._spend()
        return Number(choose(self.builder, *chosen), self)

    def _spend(self) -> None:
        self.asked += 1
        if self.asked > GATE_LIMIT or len(self.builder.ops) > GATE_LIMIT:
            raise FormulaLimit(f"more than {GATE_LIMIT} gates are asked for")

    def node(self, kind: type[Operand], value: object) -> int:
        """Return the node of a number or of a condition.

        Raises: FormulaError for a value of another kind, or of another evaluation.
        """
        if isinstance(value, Operand):
            if value.home is not self:
                raise FormulaError("a foreign number: it belongs to another call of a function")
            if type(value) is not kind:
                raise FormulaError(kind.instead)
            return value.node
        if not is_operand(value):
            raise FormulaError(f"a {type(value).__name__} where {kind.described} is due")
        if kind is Number:
            return self._constant(value)
        if not _is_truth(value):
            raise FormulaError(kind.instead)
        return self.builder.constant(int(bool(value)))

    def _constant(self, value: object) -> int:
        if type(value) not in (int, float):  # others may equal a float that prints otherwise
            return self.builder.constant(exact(value))
        node = self.constants.get(value)
        if node is None:
            node = self.constants[value] = self.builder.constant(exact(value))
        return node


def _is_truth(value: object) -> bool:
    return type(value).__name__ in ("bool", "bool_")  # the second is NumPy's first version


def is_operand(value: object) -> bool:
    """Tell whether a value is a single number or truth, ours or a plain one."""
    return isinstance(value, (Operand, numbers.Real)) or _is_truth(value)


def exact(value: Any) -> Fraction:
    """Return the exact value of a plain number: of a float, the decimal it prints.

    Raises: FormulaError for nan and the infinities, FormulaLimit.
    """
    if isinstance(value, numbers.Rational):
        result = Fraction(int(value.numerator), int(value.denominator))
    elif _is_truth(value):
        result = Fraction(bool(value))
    else:
        text = float.__repr__(float(value)) if hasattr(value, "__float__") else str(value)
        try:
            result = Fraction(text)
        except ValueError:
            raise FormulaError(f"{text[:40]} is no real number") from None
    if bits(result) > CONSTANT_BITS:
        raise FormulaLimit(f"a constant of more than {CONSTANT_BITS} bits")
    return result


def _operator(name: str) -> Callable[..., Any]:
    def method(self: Operand, other: object) -> Any:
        return self.home.apply(name, self, other) if is_operand(other) else NotImplemented

    return method


def _reflected(name: str) -> Callable[..., Any]:
    def method(self: Operand, other: object) -> Any:
        return self.home.apply(name, other, self) if is_operand(other) else NotImplemented

    return method


def _unary(name: str) -> Callable[..., Any]:
    def method(self: Operand) -> Operand:
        return self.home.apply(name, self)

    return method


def _refused(what: str, advice: str) -> Callable[..., Any]:
    def method(self: Operand, *others: object) -> NoReturn:
        error = FormulaError(f"{what} of {self.described}: {advice}")
        self.home.refusal = self.home.refusal or error
        raise error

    return method


class Operand:
    """A node of one evaluation."""

    __slots__ = ("home", "node")
    described: ClassVar[str]
    instead: ClassVar[str]  # what to say where another kind of operand was given

    def __init__(self, node: int, home: Evaluation) -> None:
        self.node, self.home = node, home

    def __copy__(self) -> Operand:
        return self

    def __deepcopy__(self, memo: object) -> Operand:
        return self

    def __hash__(self) -> int:
        raise FormulaError(f"hash() of {self.described}: a value of a formula is no key of a dict, set or cache")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: object, **options: Any) -> Any:
        if method == "__call__" and not options and ufunc.__name__ in RULES and all(map(is_operand, inputs)):
            return self.home.apply(ufunc.__name__, *inputs)
        from verify.arrays import apply_ufunc

        return apply_ufunc(self.home, ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        from verify.arrays import apply_function

        return apply_function(self.home, function, types, args, options)

    __bool__ = _refused("bool()", _BRANCH)
    __float__, __int__, __complex__ = (_refused(what, _FLOAT) for what in ("float()", "int()", "complex()"))
    __round__ = _refused("round()", "np.floor, np.ceil and np.trunc round")


class Condition(Operand):
    """The outcome of a comparison: joined by & | ~, chosen by in np.where, and no number."""

    __slots__ = ()
    described = "a condition"
    instead = "a number where a condition is due: compare it, as in x != 0"

    __and__, __rand__ = _operator("logical_and"), _reflected("logical_and")
    __or__, __ror__ = _operator("logical_or"), _reflected("logical_or")
    __invert__ = _unary("logical_not")
    __eq__ = __ne__ = _refused("comparison", "& | ~ join conditions")
    __hash__ = Operand.__hash__


class Number(Operand):
    """A value of the formula: arithmetic on it appends gates, and so do functions of NumPy."""

    __slots__ = ()
    described = "a number"
    instead = "a condition where a number is due: np.where(condition, 1, 0) makes one"

    def __getattr__(self, name: str) -> Any:
        """Return a function of NumPy as a method: so NumPy applies it to arrays of plain objects."""
        if name in RULES:
            return partial(self.home.apply, name, self)
        raise AttributeError(f"a number of a formula has no attribute {name!r}")

    def __repr__(self) -> str:
        return "<a number that verify replays>"

    __add__, __radd__ = _operator("add"), _reflected("add")
    __sub__, __rsub__ = _operator("subtract"), _reflected("subtract")
    __mul__, __rmul__ = _operator("multiply"), _reflected("multiply")
    __truediv__, __rtruediv__ = _operator("divide"), _reflected("divide")
    __pow__, __rpow__ = _operator("power"), _reflected("power")
    __gt__, __ge__ = _operator("greater"), _operator("greater_equal")
    __lt__, __le__ = _operator("less"), _operator("less_equal")
    __eq__, __ne__ = _operator("equal"), _operator("not_equal")
    __neg__, __pos__, __abs__ = _unary("negative"), _unary("positive"), _unary("absolute")
    __floor__, __ceil__, __trunc__ = _unary("floor"), _unary("ceil"), _unary("trunc")
    __hash__ = Operand.__hash__


class Rule(NamedTuple):
    """How a function of NumPy becomes gates: what it takes, what it gives, how it is built."""

    takes: type[Operand]
    gives: type[Operand]
    build: Callable[..., int]


RULES = {name: Rule(Number, Number, build) for name, build in NUMERIC.items()}
RULES |= {name: Rule(Number, Condition, build) for name, build in COMPARED.items()}
RULES |= {name: Rule(Condition, Condition, build) for name, build in LOGICAL.items()}
