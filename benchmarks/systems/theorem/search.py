"""Circuits of `+ - * /` whose gradients may be dear: all those of few gates, random ones, larger ones by hill climbing.

A recipe is a circuit as numbers: nodes 0 to n-1 are inputs, node n is the constant 3, and gate k is node n+1+k.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from random import Random

from circuit import OPS, Builder, Circuit
from circuit.errors import EvaluationError
from circuit.ops import CODE
from compiler import gradient

HELD = 3  # the constant
PRIME = 2**61 - 1  # of the residues that are tried
SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "neg": "-"}
OPERATIONS = tuple(SIGNS)
Gate = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A circuit: how many inputs it has, and its gates as (operation, left, right); a minus names its operand twice."""

    inputs: int
    gates: tuple[Gate, ...]

    def circuit(self) -> Circuit:
        """Return the circuit of the last gate; dead gates are gone, equal ones are one."""
        builder = Builder()
        inputs = builder.inputs([f"x{place}" for place in range(self.inputs)])
        return builder.build([self.append(builder, inputs)], inputs)

    def append(self, builder: Builder, inputs: Sequence[int]) -> int:
        """Append the gates to a builder; return the node of the last."""
        nodes = [*inputs, builder.constant(HELD)]
        for operation, *operands in self.gates:
            slots = [nodes[each] for each in operands[: OPS[operation].arity]]
            nodes.append(builder.gate(CODE[operation], *slots))
        return nodes[-1]

    def formula(self, names: Sequence[str]) -> str:
        """Return the circuit as a formula in these inputs, the operands of sums and products in order.

        Equal gates being one gate, two circuits are the same where these are.
        """
        texts = [*names, str(HELD)]
        for operation, a, b in self.gates:
            parts = sorted((texts[a], texts[b])) if OPS[operation].commutes else [texts[a], texts[b]]
            left = "" if operation == "neg" else parts[0]
            texts.append(f"({left}{SIGNS[operation]}{parts[1]})")
        return texts[-1]

    @property
    def shown(self) -> str:
        """The formula in x, y, z, ..., the first in the alphabet of those that differ in names alone."""
        names = [chr(ord("a") + (23 + place) % 26) for place in range(self.inputs)]
        return min(map(self.formula, permutations(names)))[1:-1]

    @property
    def kinds(self) -> Counter[str]:
        """How many gates of each operation there are, by its sign."""
        return Counter(SIGNS[operation] for operation, *_ in self.gates)

    @property
    def divides(self) -> bool:
        """Whether there is a quotient."""
        return any(operation == "div" for operation, *_ in self.gates)


def every(gates: int, operations: Sequence[str] = OPERATIONS, *, held: bool = True) -> Iterator[Recipe]:
    """Yield all live circuits of so many gates, each once up to the names of its inputs and the order of operands.

    Operands are inputs, earlier gates and, where `held`, the constant 3; what depends on no input is no gate.
    """
    known = set()
    for inputs in range(1, gates + 2):
        for recipe in _grown(inputs, gates, operations, held):
            if (key := recipe.shown) not in known:
                known.add(key)
                yield recipe


def _grown(inputs: int, gates: int, operations: Sequence[str], held: bool) -> Iterator[Recipe]:
    """Yield all live recipes without repeated gates in which the inputs are read in their order."""
    unfinished: list[tuple[Gate, ...]] = [()]
    while unfinished:
        begun = unfinished.pop()
        if len(begun) == gates:
            if _is_live(inputs, begun):
                yield Recipe(inputs, begun)
            continue
        read = len({each for _, *operands in begun for each in operands if each < inputs})
        nodes = [each for each in range(inputs + 1 + len(begun)) if each != inputs or held]
        for gate in product(operations, nodes, nodes):
            if is_gate(inputs, begun, gate) and _in_order(inputs, read, gate[1:]) and gate not in begun:
                unfinished.append((*begun, gate))


def is_gate(inputs: int, begun: Sequence[Gate], gate: Gate) -> bool:
    """Say whether this is a gate that does not fold, its operands in order where the order makes no difference."""
    operation, a, b = gate
    if operation == "neg":
        return a == b != inputs and (a < inputs or begun[a - inputs - 1][0] != "neg")
    return not a == b == inputs and (a <= b or not OPS[operation].commutes)


def _in_order(inputs: int, read: int, operands: Sequence[int]) -> bool:
    """Say whether new inputs are read in their order."""
    new = [each for each in dict.fromkeys(operands) if read <= each < inputs]
    return new == list(range(read, read + len(new)))


def _is_live(inputs: int, gates: Sequence[Gate]) -> bool:
    """Say whether every input and every gate but the last is read."""
    read = {each for _, *operands in gates for each in operands}
    return read.issuperset({*range(inputs), *range(inputs + 1, inputs + len(gates))})


def drawn(random: Random, inputs: int, gates: int) -> Recipe:
    """Return a random recipe of so many gates, live or not; every gate reads one of the last three nodes."""
    made: list[Gate] = []
    while len(made) < gates:
        node = inputs + 1 + len(made)
        gate = _gate(random.choice(OPERATIONS), random.randrange(max(node - 3, 0), node), random.randrange(node))
        if is_gate(inputs, made, gate):
            made.append(gate)
    return Recipe(inputs, tuple(made))


def climb(random: Random, gates: int, operations: Sequence[str], inputs: int, steps: int) -> Recipe:
    """Return a circuit of so many live gates whose gradient is dear: from a chain of gates, change one at a time.

    Inputs and gates are the operands. A change is kept if the gates of value and gradient do not become fewer.
    """
    chain = [_gate(random.choice(operations), inputs + k, random.randrange(inputs)) for k in range(1, gates)]
    best = Recipe(inputs, (_gate(operations[0], 0, inputs - 1), *chain))
    cost = gradient(best.circuit()).gate_count
    for _ in range(steps):
        place = random.randrange(gates)
        node = inputs + 1 + place
        changed = _gate(random.choice(operations), random.randrange(node), random.randrange(node))
        if inputs in changed[1:]:
            continue
        recipe = Recipe(inputs, (*best.gates[:place], changed, *best.gates[place + 1 :]))
        circuit = recipe.circuit()
        if (
            circuit.gate_count == gates
            and (found := gradient(circuit).gate_count) >= cost
            and has_value(random, circuit)
        ):
            best, cost = recipe, found
    return best


def has_value(random: Random, circuit: Circuit) -> bool:
    """Say whether a circuit has a value at a random point, as it has not where it divides by x - x."""
    try:
        circuit.evaluate({name: random.randrange(PRIME) for name in circuit.inputs}, modulus=PRIME)
    except EvaluationError:
        return False
    return True


def _gate(operation: str, a: int, b: int) -> Gate:
    """Return a gate with its operands in order where the order makes no difference."""
    if operation == "neg":
        return operation, a, a
    return (operation, min(a, b), max(a, b)) if OPS[operation].commutes else (operation, a, b)
