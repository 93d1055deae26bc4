"""The price of a gradient, as verify reads it off the emitted text, proved as far as is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from circuit import Circuit
from compiler import GradientProgram, compile_gradient
from compiler.emit import emit
from compiler.sweep import gradient
from verify.chain import Proof, prove
from verify.price import Price, price
from verify.program import read_program

CERTIFIED, CHAIN_RULE, COUNTED = "certified", "chain rule proved", "text counted"


@dataclass(frozen=True, slots=True)
class Priced:
    """What a program costs, and what was proved of it: certified, its chain rule, or the counts of its text."""

    price: Price
    proved: str

    @property
    def value_gates(self) -> int:
        """L: the gates of the value."""
        return self.price.value_gates

    @property
    def total_gates(self) -> int:
        """T: the gates of value and gradient."""
        return self.price.total_gates

    @property
    def ratio(self) -> float:
        """T / L."""
        return self.total_gates / self.value_gates

    @property
    def kept(self) -> bool:
        """Whether (*), 4L (5L with transfer functions) and 3 for nonscalar gates of `+ - * /` hold, as verify says."""
        return self.price.failure() == ""


def certified(formula: Any, effort: str = "fewest", **options: Any) -> Priced:
    """Compile and certify a formula; options are those of `compile_gradient`. Errors: AssertionError if rejected."""
    return of_program(compile_gradient(formula, effort=effort, **options))


def of_program(program: GradientProgram) -> Priced:
    """Price a program that is certified. Errors: AssertionError if it is rejected."""
    answer = program.certificate
    assert answer.accepted, answer.verdict
    return Priced(price(read_program(program.source)), CERTIFIED)


def counted(circuit: Circuit, *, chain_rule: bool = False) -> Priced:
    """Price the careful sweep of a circuit by its text alone, with its proof by the chain rule if that is asked for."""
    return of_text(emit(gradient(circuit)), chain_rule=chain_rule)


def of_text(source: str, *, chain_rule: bool = False) -> Priced:
    """Price a program by its text alone, proved by the chain rule if that is asked for; AssertionError if it is not."""
    found = price(read_program(source))
    if not chain_rule:
        return Priced(found, COUNTED)
    proof = prove(source)
    assert isinstance(proof, Proof), proof
    return Priced(found, CHAIN_RULE)
