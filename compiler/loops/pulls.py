"""The pull-backs of the table as programs of integers: each is run once, on wires that write down what is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from circuit.ops import CODE, NAMED_CONSTANTS, Op, as_fraction
from compiler.loops.interpreter import MAKE, OVER, OWN, PLUS, PUT, PUT_NAMED, READ, STEP, TIMES, TURN
from compiler.loops.memory import ARITY, BEGIN, COMMUTES, END, FLAT, PARTS, WIDTH

MOST = 60  # instructions of a pull-back
REGISTERS = OWN + MOST
Coefficients = Callable[[Fraction], int]
Step = tuple[int, Any, int, int, int]  # as in `compiler.loops.interpreter`, but for the number that a PUT puts


class Unwritten(Exception):
    """A pull-back does what no program of integers says."""


class Script:
    """A pull-back being written down; what is done twice is written once."""

    def __init__(self) -> None:
        self.steps: dict[Step, int] = {}

    def step(self, kind: int, first: Any, second: int = -1, third: int = -1, code: int = -1) -> Register:
        """Append an instruction; return its register."""
        key = kind, first, second, third, code
        place = self.steps.setdefault(key, len(self.steps))
        if place >= MOST:
            raise Unwritten
        return Register(self, OWN + place)

    def register(self, value: Any) -> Register:
        """Return the register of a wire or an exact number."""
        if isinstance(value, Register):
            return value
        exact = as_fraction(value)
        if exact is None:
            raise Unwritten
        return self.step(PUT, exact)


class Register:
    """A wire of a script."""

    __slots__ = ("place", "script")

    def __init__(self, script: Script, place: int) -> None:
        self.script, self.place = script, place

    def constant(self, value: Any) -> Register:
        """Return a constant: a number, or `pi` or `e`."""
        if isinstance(value, str):
            return self.script.step(PUT_NAMED, list(NAMED_CONSTANTS).index(value))
        return self.script.register(value)

    def gate(self, name: str, *operands: Any) -> Register:
        """Append a gate of the table over these operands."""
        places = [self.script.register(each).place for each in operands]
        first, second, third = (*places, -1, -1)[:3]
        return self.script.step(MAKE, first, second, third, CODE[name])

    def _by(self, kind: int, left: Any, right: Any) -> Register:
        a, b = self.script.register(left), self.script.register(right)
        return self.script.step(kind, a.place, b.place)

    def __neg__(self) -> Register:
        return self.script.step(TURN, self.place)

    def __mul__(self, other: Any) -> Register:
        return self._by(TIMES, self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Register:
        return self._by(OVER, self, other)

    def __rtruediv__(self, other: Any) -> Register:
        return self._by(OVER, other, self)

    def __add__(self, other: Any) -> Register:
        return self._by(PLUS, self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Register:
        return self + -self.script.register(other)

    def __rsub__(self, other: Any) -> Register:
        return self.script.register(other) + -self


def written(
    rows: Sequence[Op | None], codes: Iterable[int], coefficient: Coefficients
) -> tuple[list[int], list[int]] | None:
    """Return the rows of the state, and the pull-backs of some codes as one program; None if one cannot be written."""
    table, program = list(_table(rows)), list[int]()
    for code in sorted(codes):
        script = _script(rows[code])
        if script is None:
            return None
        steps, places = script
        at = WIDTH * code
        table[at + BEGIN] = len(program)
        for kind, first, *rest in steps:
            program += kind, coefficient(first) if kind == PUT else first, *rest
        table[at + END] = len(program)
        table[at + PARTS : at + PARTS + len(places)] = places
    assert len(program) % STEP == 0
    return table, program


def _by_identity(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function of one object that remembers its answers; what it was asked about stays alive."""
    known: dict[int, tuple[Any, Any]] = {}

    def remembering(subject: Any) -> Any:
        if id(subject) not in known:
            known[id(subject)] = subject, function(subject)
        return known[id(subject)][1]

    return remembering


@_by_identity
def _table(rows: Sequence[Op | None]) -> list[int]:
    """Return what the state says of every gate, without its pull-back."""
    table = [0] * (WIDTH * len(rows))
    for code, row in enumerate(rows):
        if row is not None:
            at = WIDTH * code
            table[at + ARITY], table[at + COMMUTES], table[at + FLAT] = row.arity, int(row.commutes), int(row.flat)
    return table


@_by_identity
def _script(row: Op) -> tuple[list[Step], list[int]] | None:
    """Return the pull-back of a gate, and the register of each contribution, -1 for none; None if it is unwritten."""
    script = Script()
    adjoint, result, *operands = (Register(script, place) for place in range(READ + row.arity))
    try:
        parts = row.pull(adjoint, result, *operands)
        places = [-1 if part is None else script.register(part).place for part in parts]
    except (Unwritten, TypeError, AttributeError, ValueError):
        return None
    return list(script.steps), places
