"""Random circuits over + - * / or over every row of the table, with parameters, constants and several outputs."""

from __future__ import annotations

import random
from fractions import Fraction

from circuit import Builder, Circuit
from circuit.errors import UnsupportedConstant
from circuit.ops import CODE, COMPARISONS, OPS
from compiler.sweep import gradient

ARITHMETIC = ("add", "sub", "mul", "div", "neg")
FUNCTIONS = tuple(name for name in OPS if name not in {*ARITHMETIC, *COMPARISONS, "pow", "select"})
NUMBERS = (Fraction(2), Fraction(-1), Fraction(3), Fraction(1, 3))


def random_circuit(rng: random.Random, *, functions: bool, outputs: int = 1, most: int = 9) -> Circuit:
    """Return a circuit of at most so many gates whose derivatives are defined somewhere; equal outputs are likely."""
    while True:
        builder = Builder()
        inputs = [builder.input("xyz"[place]) for place in range(rng.randint(1, 3))]
        held = [builder.input("a")] if rng.random() < 0.4 else []
        pool, numbers = [*inputs, *held], [builder.constant(value) for value in NUMBERS]
        try:
            for _ in range(rng.randint(1, most)):
                pool.append(_gate(rng, builder, pool, numbers, functions))
            chosen = [pool[-1], *(rng.choice(pool) for _ in range(outputs - 1))]
            circuit = builder.build(chosen, inputs, held)
            if outputs == 1:
                gradient(circuit)
        except UnsupportedConstant:  # such as log(-1), or the derivative of acos(2/2)
            continue
        return circuit


def _gate(rng: random.Random, builder: Builder, pool: list[int], numbers: list[int], functions: bool) -> int:
    def operand() -> int:
        return rng.choice(pool[-4:]) if rng.random() < 0.6 else rng.choice([*pool, *numbers])

    kind = rng.random() if functions else 1.0
    if kind < 0.4:
        name = rng.choice(FUNCTIONS)
        return builder.gate(CODE[name], *(operand() for _ in range(OPS[name].arity)))
    if kind < 0.5:
        condition = builder.gate(CODE[rng.choice(sorted(COMPARISONS))], operand(), operand())
        return builder.gate(CODE["select"], condition, operand(), operand())
    if kind < 0.55:
        return builder.gate(CODE["pow"], operand(), builder.constant(Fraction(5, 2)))
    name = rng.choice(("add", "sub", "sub", "mul", "mul", "div", "div", "neg"))
    return builder.gate(CODE[name], *(operand() for _ in range(OPS[name].arity)))
