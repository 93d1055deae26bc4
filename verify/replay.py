"""Layer C: the formula, differentiated forwards, against the program at a random point modulo a random prime.

Checked are value(program) = value(formula) and sum g_i*d_i = directional derivative of the formula, as identities of
rational functions. A prime of k = 103 + log2(3H + Delta) bits lets a wrong program pass with probability at most 2^-100
(Delta: degree, H: log2 1-norm of the identity; Schwartz 1980, Zippel 1979). Where the degree is astronomical every
forward value becomes a variable of its own, provided that the program's value part is the formula gate for gate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from verify.bounds import Bound, best_bound
from verify.errors import FormulaError
from verify.graph import Graph
from verify.poles import new_pole
from verify.primes import random_prime, seed_of
from verify.program import Program
from verify.residues import ZeroDivisor, residues
from verify.tangents import differentiate
from verify.tape import ADD, CODE, FUNCTION, MUL, NONE, SUB, Tape, lay

WORTHWHILE, LIMIT = 500, 2000  # log2 of the degree: try gate for gate; give up
TRIALS = 4
ERROR_BITS = 100
COMPARED = {CODE["gt"], CODE["ge"], CODE["above"]}
BLIND = 1 << 100  # stands for a degree that is out of reach


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the random test found. `pole` and `zero` name the line, "" if there is none."""

    right: tuple[bool, ...]  # the value, then what is said of its derivatives
    pole: str
    zero: str
    structural: bool
    prime_bits: int = 0
    degree_bits: int = 0
    norm_bits: int = 0
    seed: str = ""
    kinked: bool = False  # a comparison may stand for another one: then the chain rule alone decides
    turned: bool = False  # it does: u > v and v > u add up to 1 here, and at ties they do not

    @property
    def value(self) -> bool:
        """The value is right."""
        return self.right[0]

    @property
    def gradient(self) -> bool:
        """All derivatives are right."""
        return all(self.right[1:])

    @property
    def how(self) -> str:
        """How the test was made, in words."""
        how = "each forward value a variable" if self.structural else f"degree below 2^{self.degree_bits}"
        return f"exact, modulo a random prime of {self.prime_bits} bits, {how}, error below 2^-{ERROR_BITS}"


@dataclass(slots=True, repr=False, eq=False)  # quick to import
class Comparison:
    """Formula and program on one tape: steps before `forward` are the formula's, before `own` its derivatives' too.

    roots: the steps that are 0 in a right program, those of the values first, then a group for each other claim.
    """

    tape: Tape
    forward: int
    own: int
    steps: list[int]
    roots: tuple[tuple[int, ...], ...]

    @property
    def all_roots(self) -> list[int]:
        """The roots of every group."""
        return [root for group in self.roots for root in group]

    @property
    def same(self) -> bool:
        """Every value of the program is, step for step, the formula's, or a number."""
        tape = self.tape
        return all(tape.op[root] != SUB or tape.lhs[root] == tape.rhs[root] for root in self.roots[0])


def random_test(test: Outcome | None) -> dict[str, int | str]:
    """Return what fixes the random test: anyone who reads the formula as we do can repeat it."""
    if test is None or not test.seed:
        return {}
    return {
        "rule": "SHA-256 of the lengths and texts of: replay, the formula as read, the program, the trial",
        "seed": test.seed, "prime_bits": test.prime_bits, "degree_bits": test.degree_bits,
        "norm_bits": test.norm_bits, "error_bits": ERROR_BITS,
        "forward_values": "variables" if test.structural else "computed",
    }  # fmt: skip


def source_bytes(graph: Graph) -> bytes:
    """Return a canonical text of a graph, for the seed."""
    constants = sorted((node, _written(value)) for node, value in graph.value.items())
    parts = [graph.inputs, graph.ops, graph.args, constants, graph.output]
    parts += [graph.others] if graph.others else []
    return repr(parts).encode("utf-8", "backslashreplace")


def _written(value: Fraction | str) -> str:
    return value if isinstance(value, str) else f"{value.numerator:x}/{value.denominator:x}"


def compare(reference: Graph, program: Program, positions: list[int], source: bytes, text: bytes) -> Outcome | None:
    """Test the program against the reference; positions: header index of each input of the reference.

    Returns None if the degree is out of reach and the value parts differ in form.
    Raises: FormulaError when the reference divides by zero everywhere.
    """
    comparison = _lay_out(reference, program, positions)
    if isinstance(comparison, str):
        return Outcome((False, False), "", comparison, False)
    return decide(comparison, program, source, text)


def decide(comparison: Comparison, program: Program, source: bytes, text: bytes) -> Outcome | None:
    """Test whether all roots are 0; None if the degree is out of reach and the value parts differ in form."""
    outcome: Outcome | None = None
    for bound, fresh in _bounds(comparison):
        outcome = _test(comparison, program, bound, fresh, source, text)
        if outcome.gradient:
            return outcome
    if outcome is None and not comparison.same:
        blind = _test(comparison, program, Bound(BLIND, BLIND), 0, source, text)
        outcome = blind if not blind.value else None  # unequal residues prove a wrong value, equal ones nothing
    return outcome


def _test(comparison: Comparison, program: Program, bound: Bound, fresh: int, source: bytes, text: bytes) -> Outcome:
    """Test at random residues; the steps below `fresh` are variables of their own."""
    transfers = sum(1 for op in comparison.tape.op if op >= FUNCTION)
    kin = 2 * (2 * transfers).bit_length()  # arguments that are equal, or opposite, at this point alone
    bits = ERROR_BITS + 3 + (3 * bound.norm + bound.degree).bit_length() + kin
    for trial in range(TRIALS):
        seed = seed_of(b"replay", source, text, str(trial).encode())
        try:
            values = residues(comparison.tape, random_prime(bits, seed), seed, fresh)
        except ZeroDivisor as error:
            zero = error.step
            continue
        return _judge(comparison, program, values, fresh, (bits, bound, seed))
    if zero < comparison.own:
        raise FormulaError("division by zero: a divisor of the formula is 0 everywhere")
    return Outcome((False,) * len(comparison.roots), "", _line_of(comparison, program, zero), False)


def _lay_out(reference: Graph, program: Program, positions: list[int]) -> Comparison | str:
    """Lay both sides on a tape; return the line of a division by the constant 0 of the program instead."""
    tape = Tape()
    inputs = [tape.variable() for _ in program.graph.inputs]
    try:
        steps = lay(tape, reference, [inputs[position] for position in positions])
        value, forward = steps[reference.output], len(tape.op)
        directions = {step: tape.variable() for step in inputs[: len(program.gradient)]}
        tangent = differentiate(tape, value, directions)
    except ZeroDivisionError:
        raise FormulaError("division by zero: a divisor of the formula is the constant 0") from None
    own = len(tape.op)
    tape.orders.clear()
    try:
        steps = lay(tape, program.graph, inputs)
    except ZeroDivisionError as error:
        return program.where(error.args[0])
    total = NONE
    for step, derivative in zip(inputs, program.gradient, strict=False):
        term = tape.step(MUL, steps[derivative], directions[step])
        total = term if total == NONE else tape.step(ADD, total, term)
    zero = tape.constant(0)
    first = tape.step(SUB, steps[program.graph.output], value)
    second = tape.step(SUB, zero if total == NONE else total, zero if tangent == NONE else tangent)
    return Comparison(tape, forward, own, steps, ((first,), (second,)))


def _bounds(comparison: Comparison) -> Iterator[tuple[Bound, int]]:
    """Yield bounds of the identities and how many steps are variables of their own, to be tried until one passes.

    With variables of its own a right gradient can fail, where it shares a gate with the value: so the whole comes last.
    """
    tape, roots = comparison.tape, comparison.all_roots
    bound = best_bound(tape, roots, 0, WORTHWHILE)
    if bound is not None:
        yield bound, 0
        return
    if comparison.same:
        bound = best_bound(tape, roots, comparison.forward, LIMIT)
        if bound is not None:
            yield bound, comparison.forward
    bound = best_bound(tape, roots, 0, LIMIT)
    if bound is not None:
        yield bound, 0


def _judge(
    comparison: Comparison, program: Program, values: list[int], fresh: int, test: tuple[int, Bound, bytes]
) -> Outcome:
    bits, bound, seed = test
    right = tuple([not any(values[root] for root in group) for group in comparison.roots])
    division = new_pole(comparison.tape, values, comparison.own)
    pole = "" if division is None else _line_of(comparison, program, division)
    measures = (bits, bound.degree.bit_length(), bound.norm.bit_length(), seed.hex())
    kinked = any(op in COMPARED for op in comparison.tape.op)
    turned = any(u != v and (v, u) in comparison.tape.orders for u, v in comparison.tape.orders)
    return Outcome(right, pole, "", fresh > 0, *measures, kinked, turned)


def _line_of(comparison: Comparison, program: Program, step: int) -> str:
    for node in program.gates:
        if comparison.steps[node] == step:
            return program.where(node)
    return "a line"
