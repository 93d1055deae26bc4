"""`Wire`, the handle on one node of a builder, whose operators append gates.

Wires answer Python's operators and NumPy's protocols; whatever would lose the circuit (a branch, float(x), hash(x)) is
refused. A float means the decimal it prints.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from circuit import fold
from circuit.builder import Builder
from circuit.condition import FOREIGN, Condition, Node, choose, condition
from circuit.errors import InvalidType, TraceError
from circuit.ops import ALIASES, CODE, LOWERED, NAMED_CONSTANTS, OPS, as_fraction

__all__ = ["Builder", "Wire"]

ADD, SUB, MUL, DIV, NEG = (CODE[name] for name in ("add", "sub", "mul", "div", "neg"))
UNARY = {name: CODE[name] for name, row in OPS.items() if row.arity == 1 and row.function}  # by NumPy's names, too:
UNARY |= {name: UNARY[alias] for name, alias in ALIASES.items() if alias in UNARY} | {"absolute": UNARY["abs"]}


def _is_array(value: Any) -> bool:
    return hasattr(value, "__array_function__") and not isinstance(value, Node)  # NumPy's arrays, not its scalars


def wire(builder: Builder, node: int) -> Wire:
    """Return the wire of a node: one that varies, or one that is fixed."""
    made = FixedWire() if node in builder.fixed else Wire()
    made.builder, made.node = builder, node
    return made


def varying(builder: Builder, node: int) -> Wire:
    """Return the wire of a node that varies."""
    made = Wire()
    made.builder, made.node = builder, node
    return made


def _binary(code: int) -> Callable[[Any, Any], Any]:
    """Return the method of an operator between a wire and a wire or a plain number; arrays answer for themselves.

    A gate of what varies, or of that and a number that no gate folds with, is appended at once: `Builder._append`,
    written out, since this is what a trace spends its time with.
    """

    def operate(self: Wire, other: Any) -> Any:
        builder, kind = self.builder, type(other)
        if kind is Wire and other.builder is builder:
            right = other.node
        elif (kind is float or kind is int) and other in builder.plain:
            right = builder.plain[other]
        else:
            right = self._unfolding(other)
            if right < 0:
                return _general(code, self, other)
        node = builder.count
        if node >= builder.limit:
            builder.settle()
        builder.count = node + 1
        builder.fresh += code, self.node, right
        made = Wire()
        made.builder = builder
        made.node = node
        return made

    return operate


def _reflected(code: int) -> Callable[[Any, Any], Any]:
    def operate(self: Wire, other: Any) -> Any:
        builder, kind = self.builder, type(other)
        if (kind is float or kind is int) and other in builder.plain:
            left = builder.plain[other]
        else:
            left = self._unfolding(other)
            if left < 0:
                return wire(builder, builder.gate(code, self._node(other), self.node))
        node = builder.count
        if node >= builder.limit:
            builder.settle()
        builder.count = node + 1
        builder.fresh += code, left, self.node
        made = Wire()
        made.builder = builder
        made.node = node
        return made

    return operate


def _general(code: int, first: Wire, other: Any) -> Any:
    if _is_array(other):
        return NotImplemented
    return wire(first.builder, first.builder.gate(code, first.node, first._node(other)))


def _fixed_binary(code: int) -> Callable[[Any, Any], Any]:
    return lambda self, other: _general(code, self, other)


def _fixed_reflected(code: int) -> Callable[[Any, Any], Any]:
    return lambda self, other: wire(self.builder, self.builder.gate(code, self._node(other), self.node))


def _comparison(name: str) -> Callable[[Any, Any], Any]:
    code = CODE[name]

    def compare(self: Wire, other: Any) -> Any:
        if _is_array(other):
            return NotImplemented
        return condition(self.builder, self.builder.gate(code, self.node, self._node(other)))

    return compare


class Wire(Node):
    """One node of a circuit under construction; arithmetic on wires appends gates.

    Operators take wires of the same builder and plain numbers; a float means the decimal it prints. The functions of
    the table are methods too (`x.exp()`), which is what NumPy calls for arrays of objects.
    """

    __slots__ = ()

    def constant(self, value: Any) -> Wire:
        """Return a constant of the same circuit: a number, or pi or e by name."""
        if isinstance(value, str) and value in NAMED_CONSTANTS:
            return wire(self.builder, self.builder.constant(value))
        return wire(self.builder, self._node(value))

    def _node(self, value: Any) -> int:
        """Return the node of a wire of this builder, or of a plain number."""
        if isinstance(value, Wire):
            if value.builder is not self.builder:
                raise TraceError(FOREIGN)
            return value.node
        builder = self.builder
        if type(value) is float or type(value) is int:
            node = builder.numbers.get(value)
            if node is None:
                node = builder.numbers[value] = builder.constant(self._exact(value))
            return node
        if isinstance(value, Condition):
            raise TraceError(f"a comparison ({value.text}) is no number: write np.where(x > 0, 1, 0)")
        return builder.constant(self._exact(value))

    def _unfolding(self, value: Any) -> int:
        """Return the node of a plain number that no gate folds with: positive and not 1; -1 for anything else."""
        if (type(value) is not float and type(value) is not int) or not value > 0 or value == 1:
            return -1
        node = self.builder.plain[value] = self.builder.constant(self._exact(value))
        return node

    @staticmethod
    def _exact(value: Any) -> Any:
        if (exact := as_fraction(value)) is not None:
            return exact
        raise InvalidType(f"a gate takes traced values and numbers, not {value!r:.40} ({type(value).__name__})")

    def gate(self, name: str, *operands: Any) -> Wire:
        """Append the gate, or what the function is lowered to, over wires and numbers."""
        name, builder = ALIASES.get(name, name), self.builder
        if name == "select" and isinstance(operands[0], Condition):
            a, b = (self._node(each) for each in operands[1:])
            return wire(builder, choose(builder, operands[0].node, a, b))
        nodes = [self._node(each) for each in operands]
        if name in CODE:
            return wire(builder, builder.gate(CODE[name], *nodes))
        lowered: Wire = LOWERED[name][1](*(wire(builder, node) for node in nodes))
        return lowered

    __add__, __radd__ = _binary(ADD), _reflected(ADD)
    __sub__, __rsub__ = _binary(SUB), _reflected(SUB)
    __mul__, __rmul__ = _binary(MUL), _reflected(MUL)
    __truediv__, __rtruediv__ = _binary(DIV), _reflected(DIV)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        code = UNARY.get(ufunc.__name__) if len(inputs) == 1 and method == "__call__" and not options else None
        if code is None:
            return super().__array_ufunc__(ufunc, method, *inputs, **options)
        return wire(self.builder, self.builder.gate(code, self.node))

    def __neg__(self) -> Wire:
        return wire(self.builder, self.builder.gate(NEG, self.node))

    def __pos__(self) -> Wire:
        return self

    def __abs__(self) -> Wire:
        return self.gate("abs", self)

    def __pow__(self, other: Any) -> Wire:
        if _is_array(other):
            return NotImplemented
        return wire(self.builder, fold.power(self.builder, self.node, self._node(other)))

    def __rpow__(self, other: Any) -> Wire:
        return wire(self.builder, fold.power(self.builder, self._node(other), self.node))

    __gt__, __ge__, __lt__, __le__ = (_comparison(name) for name in ("gt", "ge", "lt", "le"))
    __eq__, __ne__ = _comparison("eq"), _comparison("ne")

    __hash__ = Node.__hash__

    def __bool__(self) -> NoReturn:
        self._refuse("a branch on a traced value: compare it and write np.where(x != 0, a, b) instead")

    def __round__(self, digits: int | None = None) -> NoReturn:
        self._refuse("round(x): a traced value is no plain number; np.floor(x + 0.5) is a gate, with derivative 0")

    def __index__(self) -> NoReturn:
        self._refuse("an index, a count or int(x) of a traced value: only plain integers can be that")

    __int__ = __index__

    def __floor__(self) -> Wire:
        return self.gate("floor", self)

    def __ceil__(self) -> Wire:
        return self.gate("ceil", self)

    def __trunc__(self) -> Wire:
        return self.gate("trunc", self)

    def __getattr__(self, name: str) -> Any:
        """Return a function of the table as a method: NumPy calls `x.exp()` for np.exp of an array of objects."""
        from circuit.ufuncs import METHODS

        function = METHODS.get(name)
        if function is None:
            raise AttributeError(f"a traced value has no attribute {name!r}")
        return lambda *others, **options: function(self, *others)

    def __repr__(self) -> str:
        return f"<traced value, node {self.node}>"


class FixedWire(Wire):
    """A wire that depends on no input: its gates may fold."""

    __slots__ = ()

    __add__, __radd__ = _fixed_binary(ADD), _fixed_reflected(ADD)
    __sub__, __rsub__ = _fixed_binary(SUB), _fixed_reflected(SUB)
    __mul__, __rmul__ = _fixed_binary(MUL), _fixed_reflected(MUL)
    __truediv__, __rtruediv__ = _fixed_binary(DIV), _fixed_reflected(DIV)
