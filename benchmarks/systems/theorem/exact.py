"""The exact price: with nothing shared, no coefficients and no adjoint known beforehand a sweep costs (*), not less."""

from __future__ import annotations

from random import Random

from benchmarks.systems.theorem.search import drawn
from circuit import Builder, Circuit
from circuit.ops import CODE
from compiler.emit import emit
from compiler.sweep import differentiate
from verify.price import price
from verify.program import read_program

GATES = 12  # of the random circuits, at most


def exact_prices(random: Random, samples: int) -> list[tuple[int, int]]:
    """Return T and (*) - 1 of f * s for random circuits f and a parameter s, which makes every adjoint unknown.

    The product with s passes s on as it is, one gate less than a product weighs. No gate reads a node twice: there
    equal contributions would be merged.
    """
    found: list[tuple[int, int]] = []
    while len(found) < samples:
        circuit = _times_parameter(random)
        if circuit is not None:
            whole = differentiate(circuit, sharing=False, coefficients=False).circuit
            cost = price(read_program(emit(whole)))
            found.append((cost.total_gates, cost.bound - 1))
    return found


def _times_parameter(random: Random) -> Circuit | None:
    """Return f * s, f a random circuit, or None where f is a constant or a gate reads a node twice."""
    recipe = drawn(random, random.randint(1, 4), random.randint(1, GATES))
    if any(a == b for operation, a, b in recipe.gates if operation != "neg"):
        return None
    builder = Builder()
    inputs = builder.inputs([f"x{place}" for place in range(recipe.inputs)])
    value, seed = recipe.append(builder, inputs), builder.input("s")
    if value in builder.fixed:
        return None
    return builder.build([builder.gate(CODE["mul"], value, seed)], inputs, [seed])
