"""What a sweep over arrays asks for: longer arrays, long coefficients, gates of constants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from circuit import fold
from circuit.circuit import Constant
from circuit.ops import ARITY, FIRST_GATE, NAMED_CONSTANTS
from compiler.loops import coefficients, gates, nodes
from compiler.loops import memory as at
from compiler.loops.arrays import Arrays
from compiler.loops.memory import Array
from compiler.loops.sums import PARTS_OF_WORK

NAMES = tuple(NAMED_CONSTANTS)
MANY = 16  # constants from which on a loop enters them


class Answers(Arrays):
    """The arrays of one sweep, and the answers to its questions."""

    def __init__(self, quick: bool, constants: int = 0) -> None:
        super().__init__(quick, constants)
        self.long: dict[Fraction, int] = {}  # places of the sizes that are too long for the loops
        self.lengths: dict[int, Fraction] = {}  # the same, the other way round
        self.values: dict[int, Fraction] = {}  # of coefficients, by now
        self.approximations: dict[int, float] = {}  # of the gates of constants
        self.answered = 0
        assert self.memory.state[at.SIZES] == at.UNKNOWN >> 1
        start = at.SIZE_WIDTH * (at.UNKNOWN >> 1)
        for place, number in enumerate((0, 0, -1, -1, 0), start):  # too long for the loops
            self.memory.sizes[place] = number
        self.memory.state[at.SIZES] += 1

    def run(self, function: Callable[..., Any]) -> None:
        """Call a function until it has no question left."""
        state = self.memory.state
        while True:
            self.call(function)
            if not state[at.ASKED]:
                return
            question, *operands = (int(each) for each in state[: at.FOURTH + 1])
            state[at.ASKED] = 0
            self._answer(question, operands)

    def _answer(self, question: int, operands: list[int]) -> None:
        if question == at.ROOM_NODES:
            self.lengthen("nodes")
            self.enter()
        elif question == at.ROOM_TABLE:
            self.enter(2)
        elif question == at.ROOM_TRIPLES:
            self.lengthen("triples")
        elif question == at.ROOM_SENT:
            self.lengthen("sent")
        elif question == at.ROOM_SIZES:
            self.more_sizes()
        elif question == at.ROOM_WORK:
            self.put(work=self.zeros(PARTS_OF_WORK * 2 * operands[0]))
        elif question == at.GATE:
            self._gate(*operands)
        elif question == at.LONG:
            self._answer_all(operands[0])

    def value(self, coefficient: int) -> Fraction:
        """Return the value of a coefficient."""
        found = self.values.get(coefficient)
        if found is None:
            place = at.SIZE_WIDTH * (coefficient >> 1)
            numerator, denominator = int(self.memory.sizes[place]), int(self.memory.sizes[place + 1])
            size = coprime(numerator, denominator) if denominator > 0 else self.lengths[coefficient >> 1]
            found = self.values[coefficient] = -size if coefficient & 1 else size
        return found

    def coefficient(self, value: Fraction) -> int:
        """Return the coefficient of a value."""
        numerator, denominator = value.as_integer_ratio()
        sign = 1 if numerator < 0 else 0
        if max(abs(numerator), denominator) >= at.LONGEST:
            return 2 * self._long(abs(value)) + sign
        place = coefficients.place_of(self.memory, abs(numerator), denominator)
        if self.memory.state[at.ASKED]:
            self.memory.state[at.ASKED] = 0
            self.more_sizes()
            place = coefficients.place_of(self.memory, abs(numerator), denominator)
        return 2 * place + sign

    def constants(self, constants: Sequence[Constant]) -> Array:
        """Return the coefficients of the constants of a circuit, for pi and e -1 and -2."""
        count, rest = len(constants), list(range(len(constants)))
        found = self.zeros(count + 1)
        if self.quick and count > MANY:
            upper, lower = _ratios(constants)
            self.call(coefficients.coefficients_of, upper, lower, found)
            rest = np.flatnonzero(lower == 0).tolist()
        for place in rest:
            value = constants[place]
            found[place] = -1 - NAMES.index(value) if isinstance(value, str) else self.coefficient(value)
        return found

    def _long(self, size: Fraction) -> int:
        place = self.long.get(size)
        if place is None:
            place = self.long[size] = int(self.memory.state[at.SIZES])
            self.lengths[place] = size
            if at.SIZE_WIDTH * (place + 1) > len(self.memory.sizes):
                self.more_sizes()
            unit = coefficients.is_unit(size.numerator, size.denominator)
            start = at.SIZE_WIDTH * place
            kept = 0, 0 if fold.fits(size) else -1, -1, -1, unit
            self.memory.sizes[start : start + at.SIZE_WIDTH] = self.array(list(kept), np.int64)
            self.memory.state[at.SIZES] = place + 1
        return place

    def _answer_all(self, link: int) -> None:
        """Answer the questions about coefficients, the last first; at most a quarter of the slots is then in use."""
        memo = self.memory.memo
        while link:
            start = at.MEMO_WIDTH * (link - 1)
            question, first, second, rest = (int(each) for each in memo[start : start + at.MEMO_WIDTH])
            memo[start + 3] = self._computed(question, self.value(first), self.value(second))
            self.answered += 1
            link = -2 - rest
        length = len(memo)
        while 4 * self.answered * at.MEMO_WIDTH > length:
            length *= 4
        if length > len(memo):
            self.put(memo=self.zeros(length, np.int64))
            self.call(coefficients.enter_answers, memo)

    def _computed(self, question: int, a: Fraction, b: Fraction) -> int:
        if question == at.PRODUCT:
            return self.coefficient(a * b)
        if question == at.SUM:
            return self.coefficient(a + b)
        if question == at.INVERSE:
            return self.coefficient(1 / a)
        code = question - at.FOLD
        found: Any = fold.fold(_Two(a, b), code, 0, 1 if ARITY[code] == 2 else -1)  # type: ignore[arg-type]
        return -1 if found is None else self.coefficient(Fraction(found))

    def approve(self) -> None:
        """Compute each gate of constants of the circuit. Errors: UnsupportedConstant where it is no finite number."""
        m = self.memory
        kinds = m.nodes[: at.NODE_WIDTH * int(m.state[at.COUNT]) : at.NODE_WIDTH]
        for node in np.flatnonzero(np.asarray(kinds) >= at.FIXED + FIRST_GATE).tolist():
            start = at.NODE_WIDTH * node
            code, a, b, c = int(kinds[node]) & at.KIND, int(m.nodes[start + 1]), int(m.nodes[start + 2]), -1
            if ARITY[code] == 3:
                b, c = int(m.triples[2 * b]), int(m.triples[2 * b + 1])
            self.approximations[node] = self._approximate(code, a, b, c)

    def _approximate(self, code: int, *operands: int) -> float:
        return fold.approximate(code, [self._approximation(each) for each in operands[: ARITY[code]]])

    def _approximation(self, node: int) -> float:
        if node in self.approximations:
            return self.approximations[node]
        value = nodes.exact(self.memory, node)
        return fold.nearest(self.value(value) if value >= 0 else NAMES[-1 - value])

    def _gate(self, code: int, a: int, b: int, c: int) -> None:
        """Append a gate of constants."""
        approximation = self._approximate(code, a, b, c)
        m = self.memory
        node = nodes.find(m, code, a, b, c)
        assert node == 0
        node = gates.append_gate(m, code | at.FIXED, a, b, c)
        if m.state[at.ASKED]:
            question, *operands = (int(each) for each in m.state[: at.FOURTH + 1])
            m.state[at.ASKED] = 0
            self._answer(question, operands)  # the gate is asked for again
        else:
            self.approximations[node] = approximation


def _ratios(constants: Sequence[Constant]) -> tuple[Array, Array]:
    """Return numerators and denominators; the denominator 0 for what is 0, too long or no number."""
    zero, longest = Fraction(0), at.LONGEST
    numbers: list[Any] = [zero if isinstance(each, str) else each for each in constants]
    parts = [each._numerator for each in numbers], [each._denominator for each in numbers]  # half of the time
    try:
        upper, lower = (np.array(each, np.int64) for each in parts)
    except OverflowError:
        upper, lower = (np.array([n if -longest < n < longest else 0 for n in each], np.int64) for each in parts)
    short = (-longest < upper) & (upper < longest) & (lower < longest) & (upper != 0)
    return upper, np.where(short, lower, 0)


def coprime(numerator: int, denominator: int) -> Fraction:
    """Return a fraction in lowest terms, for a quarter of what it takes to look for what its parts have in common."""
    found: Any = object.__new__(Fraction)
    found._numerator, found._denominator = numerator, denominator
    result: Fraction = found
    return result


class _Two:
    """Two constants as nodes 0 and 1, for `circuit.fold`."""

    def __init__(self, first: Fraction, second: Fraction) -> None:
        self.values = first, second

    def exact(self, node: int) -> Fraction:
        """Return the value of a node."""
        return self.values[node]

    def constant(self, value: Fraction) -> Fraction:
        """Return what is asked for."""
        return value
