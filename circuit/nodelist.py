"""The checked way from somebody else's list of nodes to a `Circuit`: every node is looked at, none is changed."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NoReturn

from circuit.circuit import Circuit, Constant
from circuit.errors import InvalidGraph
from circuit.ops import CODE, CONSTANT, INPUT, NAMED_CONSTANTS

_RATIONAL = re.compile(r"-?[0-9]{1,4000}(/[0-9]{1,4000})?")


class NodeList:
    """Nodes in topological order, the inputs first; `circuit` makes the Circuit of them."""

    def __init__(self, inputs: Sequence[Any], parameters: Sequence[Any]) -> None:
        check_names(inputs, parameters)
        self.inputs, self.parameters = list(inputs), list(parameters)
        self.code = bytearray([INPUT]) * len(inputs)
        self.varies = bytearray(b"\1") * len(inputs)
        self.lhs, self.rhs = array("i", range(len(inputs))), array("i", [-1]) * len(inputs)
        self.third: dict[int, int] = {}
        self.constants: list[Constant] = []

    def __len__(self) -> int:
        return len(self.code)

    def constant(self, value: Any) -> None:
        """Append a constant: a Fraction, an int, or its text (`3/4`, `pi`, `e`)."""
        if not isinstance(value, (str, int, Fraction)) or isinstance(value, bool):
            _fail(f"node {len(self)}: the constant {value!r:.40} is not exact: pass a Fraction, 'pi' or 'e'")
        self._append(CONSTANT, len(self.constants), -1)
        self.constants.append(exact(value, f"node {len(self) - 1}") if isinstance(value, str) else Fraction(value))

    def gate(self, code: int, operands: Sequence[Any]) -> None:
        """Append a gate whose operands were appended before it."""
        for each in operands:
            if type(each) is not int or not 0 <= each < len(self):
                _fail(f"node {len(self)}: operand {each!r:.40} is no node before it")
        if code == CODE["pow"] and self.varies[operands[1]]:
            _fail(f"node {len(self)}: the exponent of pow is a constant")
        a, b, c = (*operands, -1, -1)[:3]
        if c >= 0:
            self.third[len(self)] = c
        self._append(code, a, b, any(self.varies[each] for each in operands))

    def circuit(self, outputs: Sequence[Any]) -> Circuit:
        """Return the circuit with these output nodes."""
        if not outputs:
            _fail("there is no output")
        for each in outputs:
            if type(each) is not int or not 0 <= each < len(self):
                _fail(f"output {each!r:.40} is no node")
        arrays = bytes(self.code), self.lhs.tobytes(), self.rhs.tobytes()
        return Circuit(*arrays, self.third, self.constants, self.inputs, self.parameters, outputs)

    def _append(self, code: int, a: int, b: int, varies: bool = False) -> None:
        self.code.append(code)
        self.varies.append(varies)
        self.lhs.append(a)
        self.rhs.append(b)


def check_names(inputs: Sequence[Any], parameters: Sequence[Any]) -> None:
    """Check the names of inputs. Errors: InvalidGraph."""
    for name in (*inputs, *parameters):
        if not isinstance(name, str) or not name:
            _fail(f"an input's name is a text that is not empty, not {name!r:.40}")
    if len(set(inputs)) < len(inputs):
        _fail("two inputs have one name")
    if list(inputs[len(inputs) - len(parameters) :]) != list(parameters):
        _fail("the parameters are not the last of the inputs")


def exact(text: str, where: str) -> Constant:
    """Return the constant that a text is: `3/4`, `pi`, `e`. Errors: InvalidGraph, saying where."""
    if text in NAMED_CONSTANTS:
        return text
    if not _RATIONAL.fullmatch(text):
        _fail(f"{where}: {text!r:.40} is not an exact constant (p/q, pi or e)")
    top, _, bottom = text.partition("/")
    if bottom and int(bottom) == 0:
        _fail(f"{where}: the constant {text!r:.40} divides by zero")
    return Fraction(int(top), int(bottom or 1))


def _fail(message: str) -> NoReturn:
    raise InvalidGraph(message)
