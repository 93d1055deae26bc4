"""Random formulas over every row of the table, and mutants of what is made of them.

A mutant is a change as a slip would make it: of a line of the program, of a hint, of a count, of the circuit before it
is differentiated. Whether a mutant is wrong is for `tests.duals` to say.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from circuit import Circuit, parse
from circuit.errors import CircuitError
from compiler.emit import emit
from compiler.sweep import gradient
from tests.duals import Gate, Gates, Operand, Point

UNARY = (
    "exp log1p expm1 log sqrt cbrt sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh erf sigmoid softplus "
    "abs sign floor ceil trunc relu"
).split()
BINARY = ("max", "min", "hypot", "atan2")
SHAPES = (
    "({a} + {b})", "({a} - {b})", "{a}*{b}", "({a})/({b})", "{a}*{b}", "({a} - {b})", "-({a})", "({a})**2", "({a})**3",
    "({a})**1.5", "({a})**(-1/3)", "{k}*({a})", "({a})/{k}", "{k}/({a})", "({a} + {k})", "({k} - {a})", "({a})*({a})",
    "{f}({a})", "{f}({a})", "{f}({a})", "{f}({a})", "{g}({a}, {b})", "{g}({a}, {b})",
    "select({a} {s} {b}, {c}, {a})", "select({a} {s} {b}, {b}, {c})", "hypot({a}, {k})", "max({a}, {k})",
    "exp({a})*{b}",
)  # fmt: skip
NUMBERS = ("2", "3", "0.5", "3/7", "1.25", "10", "pi", "E", "1/3")
NAMES = ("x", "y", "z", "a")


def random_formula(rng: random.Random, most: int = 8) -> str:
    """Return a formula in x, y, z and a."""
    pieces = [*NAMES]
    for _ in range(rng.randint(1, most)):
        a, b, c = rng.choice(pieces[-4:]), rng.choice(pieces), rng.choice(pieces)
        shape = rng.choice(SHAPES)
        words = {"k": rng.choice(NUMBERS), "f": rng.choice(UNARY), "g": rng.choice(BINARY)}
        pieces.append(shape.format(a=a, b=b, c=c, s=rng.choice("> >= < <= == !=".split()), **words))
    return pieces[-1] if rng.random() < 0.5 else f"{pieces[-1]} + {rng.choice(pieces)}*{rng.choice(pieces)}"


@dataclass(frozen=True, slots=True)
class Subject:
    """A formula, its circuit as it is and as a list, and its gradient program."""

    formula: str
    circuit: Circuit
    gates: Gates
    text: str

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """The names that `certify` and `compile_gradient` take beside the formula."""
        return {"variables": self.circuit.differentiated, "parameters": self.circuit.parameters}


def subject(rng: random.Random, prime: int, most: int = 8) -> Subject:
    """Return a random formula that has a value somewhere, compiled; its input a may be a parameter."""
    while True:
        formula = random_formula(rng, most)
        try:
            circuit = parse(formula, NAMES[:3], NAMES[3:]) if rng.random() < 0.3 else parse(formula, NAMES)
            gates = gates_of(circuit)
            Point(rng, prime, gates.inputs).run(gates)
            if circuit.gate_count:
                return Subject(formula, circuit, gates, compiled(circuit))
        except (CircuitError, ValueError):  # a constant that is infinite; a divisor that is 0
            continue


def compiled(circuit: Circuit) -> str:
    """Return the gradient program of a circuit."""
    return emit(gradient(circuit))


def gates_of(circuit: Circuit) -> Gates:
    """Return a circuit as the list that `tests.duals` evaluates."""
    operand: list[Operand] = [*range(len(circuit.inputs))]
    gates: list[Gate] = []
    for node, _, operands in circuit.nodes():
        name = circuit.name_of(node)
        if name == "constant":
            operand.append(circuit.value_of(node))
        elif name != "input":
            operand.append(len(circuit.inputs) + len(gates))
            gates.append((name, tuple(operand[each] for each in operands)))
    return Gates(len(circuit.inputs), tuple(gates), operand[circuit.outputs[0]])


# mutations of a program: each gets the numbers of its lines of gates and returns the lines, changed
Lines = list[str]
Mutation = Callable[[random.Random, Lines, list[int]], Lines | None]
TARGET = re.compile(r"    (\w+) = ([^#]*[^# ])")
OPERAND = re.compile(r"(?<![\w.])-?[\w.]+(?:(?<=e)[+-]\d+)?(?![\w(])")


def _parts(line: str) -> tuple[str, str]:
    match = TARGET.match(line)
    assert match is not None, line
    return match[1], match[2]


def _pick(rng: random.Random, lines: Lines, gates: list[int]) -> tuple[int, str, str, list[re.Match[str]]]:
    at = rng.choice(gates)
    name, code = _parts(lines[at])
    return at, name, code, list(OPERAND.finditer(code))


def _put(lines: Lines, at: int, name: str, code: str) -> Lines:
    return [*lines[:at], f"    {name} = {code}", *lines[at + 1 :]]


def swapped(rng: random.Random, lines: Lines, gates: list[int]) -> Lines | None:
    """Swap two operands of a line."""
    at, name, code, found = _pick(rng, lines, gates)
    if len(found) < 2:
        return None
    (a, b), (c, d) = sorted(each.span() for each in rng.sample(found, 2))
    return _put(lines, at, name, code[:a] + code[c:d] + code[b:c] + code[a:b] + code[d:])


def other_operator(rng: random.Random, lines: Lines, gates: list[int]) -> Lines | None:
    """Change the operator of a line, drop or set a minus, or call another function of as many operands."""
    at, name, code, found = _pick(rng, lines, gates)
    called = re.match(r"(\w+)\(", code)
    if called:
        known = {each for each in re.findall(r"(\w+)\(", "\n".join(lines)) if each != "value_and_gradient"}
        return _put(lines, at, name, rng.choice(sorted(known)) + code[called.end() - 1 :])
    if len(found) == 1:
        return _put(lines, at, name, f"{found[0][0].removeprefix('-')} * 1")
    left, _, right = code.split(" ")
    return _put(lines, at, name, f"{left} {rng.choice('+ - * / > <'.split())} {right}")


def dropped(rng: random.Random, lines: Lines, gates: list[int]) -> Lines | None:
    """Drop a line; where it was read, one of its operands is read."""
    at, name, _, found = _pick(rng, lines, gates)
    other = rng.choice(found)[0]
    rest = [re.sub(rf"\b{name}\b", other, line).replace("--", "-") for line in lines[at + 1 :]]
    return [*lines[:at], *rest]


def doubled(rng: random.Random, lines: Lines, gates: list[int]) -> Lines | None:
    """Add an operand of a line a second time."""
    at, name, _, found = _pick(rng, lines, gates)
    more = f"    {name} = q_q + {rng.choice(found)[0]}"
    return [*lines[:at], lines[at].replace(f"    {name} =", "    q_q =", 1), more, *lines[at + 1 :]]


def other_literal(rng: random.Random, lines: Lines, gates: list[int]) -> Lines | None:
    """Change a number."""
    words = [(at, each) for at in gates for each in OPERAND.finditer(_parts(lines[at])[1])]
    numbers = [(at, each) for at, each in words if re.match(r"-?[0-9]", each[0])]
    if not numbers:
        return None
    at, found = rng.choice(numbers)
    name, code = _parts(lines[at])
    number = rng.choice([f"{found[0]}1", "2", "0", "7", "1e-9", f"-{found[0]}".replace("--", "")])
    return _put(lines, at, name, code[: found.start()] + number + code[found.end() :])


def other_operand(rng: random.Random, lines: Lines, gates: list[int]) -> Lines | None:
    """Read another register or input."""
    at, name, code, found = _pick(rng, lines, gates)
    header = next(line for line in lines if line.startswith("def value_and_gradient"))
    known = re.findall(r"\w+", header.partition("(")[2]) + [_parts(lines[each])[0] for each in gates if each < at]
    where = rng.choice(found)
    return _put(lines, at, name, code[: where.start()] + rng.choice(known) + code[where.end() :])


def other_return(rng: random.Random, lines: Lines, gates: list[int]) -> Lines | None:
    """Return two derivatives in the other order, another register, or 0 or 1."""
    head, _, listed = lines[-1].partition("(")
    words = [each for each in re.split(r"[,) ]+", listed) if each]
    if not words:
        return None
    known = [*words, "0", "1", *(_parts(lines[each])[0] for each in gates)]
    words[rng.randrange(len(words))] = rng.choice(known)
    return [*lines[:-1], f"{head}({', '.join(words)}{',' * (len(words) == 1)})"]


TEXT: dict[str, Mutation] = {
    "operands swapped": swapped, "operator changed": other_operator, "line dropped": dropped,
    "contribution doubled": doubled, "literal changed": other_literal, "operand changed": other_operand,
    "return changed": other_return,
}  # fmt: skip


def mutated_text(rng: random.Random, kind: str, text: str) -> str:
    """Return a program changed in one place, the same text where there is no such place; comments are gone."""
    lines = [line.partition("#")[0].rstrip() for line in text.split("\n")]
    lines = [line for line in lines if line]
    start = next(at for at, line in enumerate(lines) if line.startswith("def value_and_gradient"))
    gates = list(range(start + 1, len(lines) - 1))
    found = TEXT[kind](rng, lines, gates) if gates or kind == "return changed" else None
    return "\n".join(found or lines) + "\n"


def mutated_circuit(rng: random.Random, circuit: Circuit) -> Circuit | None:
    """Return the circuit with one gate, operand or constant changed; None if that is no circuit."""
    record: dict[str, Any] = json.loads(circuit.to_json())
    nodes, inputs = record["nodes"], len(record["inputs"])
    at = rng.randrange(len(nodes))
    node = nodes[at]
    if node[0] == "const":
        node[1] = rng.choice(("2", "1/5", "7", "0.5"))
    elif rng.random() < 0.5:
        node[rng.randrange(1, len(node))] = rng.randrange(inputs + at)
    else:
        alike = {2: UNARY, 3: ["add", "sub", "mul", "div", *BINARY], 4: ["select"]}[len(node)]
        node[0] = rng.choice([each for each in alike if each != node[0]] or alike)
    try:
        return Circuit.from_json(json.dumps(record))
    except CircuitError:
        return None
