"""A second checker of (program, certificate): the same grammar, the same certificate, and nothing else in common.

`verify/checker.py` reads lines with one regular expression, numbers classes of values, follows hints and multiplies out
what must be equal. Here lines are taken apart by hand; a value is its residues at two random points; adjoints are added
up as residues and compared as they stand, so hints are a claim to be checked and no help.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import reduce
from itertools import chain
from typing import Any, NoReturn

from tests.rival_poles import Poles
from tests.rival_residues import Made, Value
from tests.rival_rules import FLAT, Rules
from tests.rival_text import Program, Refused, is_name, is_number, read

RATIONAL = ("add", "sub", "mul", "div", "neg")
FIELDS = ["bound", "circuit", "counts", "format", "hints", "program_sha256", "recorded"]
BLOCKED = (("select", 0), ("pow", 1))  # slots of gates that are not flat through which no derivative passes
LONGEST = 2**28
# gates that form what a gate sends to its operands (the weights of a careful sweep, for functions)
COST = {
    "exp": 1, "log": 1, "log1p": 2, "expm1": 2, "sqrt": 2, "cbrt": 3, "pow": 3, "sin": 2, "cos": 2, "tan": 3, "sinh": 2,
    "cosh": 2, "tanh": 3, "asin": 4, "acos": 2, "atan": 3, "asinh": 2, "acosh": 2, "atanh": 3, "erf": 4, "sigmoid": 3,
    "softplus": 2, "abs": 2, "relu": 2, "max": 3, "min": 3, "hypot": 3, "atan2": 5,
}  # fmt: skip
Hints = dict[str, tuple[Fraction, str]]


def decide(program: str, certificate: str) -> str:
    """Return "" if the certificate proves the program, else the claim that fails first."""
    try:
        if len(program) > min(LONGEST, 64 * len(certificate) + 2**20):
            raise Refused("text", "length")
        stated = _stated(certificate)
        if stated["program_sha256"] != hashlib.sha256(program.encode("utf-8", "surrogatepass")).hexdigest():
            raise Refused("format", "another text")
        hints = _hints(stated["hints"])
        proved = _Sweep(read(program), Rules(program), hints).run()
        for claim in ("circuit", "counts", "bound"):
            if json.dumps(stated[claim], sort_keys=True) != json.dumps(proved[claim], sort_keys=True):
                raise Refused(claim, "another is proved")
    except Refused as refusal:
        return str(refusal.args[0])
    return ""


def _refuse(text: object) -> NoReturn:
    raise Refused("format", f"a float or a key twice: {text}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(pairs) if len(dict(pairs)) == len(pairs) else _refuse("key")


def _stated(certificate: str) -> dict[str, Any]:
    try:
        found = json.loads(certificate, parse_float=_refuse, parse_constant=_refuse, object_pairs_hook=_once)
        found = found if isinstance(found, dict) else {}
        lines = [f"{json.dumps(key)}: {json.dumps(found[key], sort_keys=True)}" for key in sorted(found)]
    except (ValueError, TypeError, RecursionError, LookupError):
        raise Refused("format", "no JSON") from None
    hints: Any = found.get("hints")
    known = sorted(found) == FIELDS and found["format"] == "baur certificate 1" and isinstance(hints, list)
    if not known or certificate != "{\n" + ",\n".join(lines) + "\n}\n" or not all(map(_is_hint, hints)):
        raise Refused("format", "fields, order or hints")
    return dict(found)


def _is_hint(hint: object) -> bool:
    parts = hint.split(" ") if isinstance(hint, str) else []
    if len(parts) != 3:
        return False
    top, slash, below = parts[1].removeprefix("-").partition("/")
    digits = [top, *([below] if slash else [])]
    plain = all(each.isdigit() and each.isascii() and len(each) < 3000 for each in digits) and below[:1] != "0"
    return plain and is_name(parts[0]) and (is_name(parts[2]) or is_number(parts[2]))


def _hints(stated: list[str]) -> Hints:
    hints: Hints = {}
    for row, k, register in map(str.split, stated):
        if row in hints:
            raise Refused("hints", "a row twice")
        hints[row] = Fraction(k), register
    return hints


class _Sweep:
    """The value part run backwards, and what it costs."""

    def __init__(self, program: Program, rules: Rules, hints: Hints) -> None:
        self.program, self.hints, self.rules = program, hints, rules
        self.values: list[Value] = []
        self.made: list[list[Made]] = []  # by each line
        for place, line in enumerate(program.lines):
            constant = program.constants.get(place)
            if isinstance(constant, Fraction):
                self.values.append(rules.number(constant))
            elif not line.operands:
                self.values.append(rules.constant(constant) if constant else rules.input(place))
            else:
                self.values.append(rules.sized(rules.gate(line.op, [self.values[each] for each in line.operands])))
            self.made.append(rules.trace)
            rules.trace = []
        self.value_part = self._reached([program.value])
        self.due: dict[int, list[Value]] = {}
        self.slots: dict[int, list[int]] = {}  # of each gate reached, the operands that it sends something to

    def _reached(self, roots: Iterable[int]) -> set[int]:
        found, pending = set(roots), [*roots]
        while pending:
            new = set(self.program.lines[pending.pop()].operands) - found
            found |= new
            pending += new
        return found

    def _depending(self, on: set[int], through: Callable[[str, int], bool]) -> set[int]:
        """Return the lines that depend on some of these, slot by slot as `through` (operation, slot) lets pass."""
        found = set(on)
        for place, line in enumerate(self.program.lines):
            if any(each in found and through(line.op, slot) for slot, each in enumerate(line.operands)):
                found.add(place)
        return found

    def run(self) -> dict[str, Any]:
        """Return circuit, counts and bound. Raises: Refused."""
        program, lines = self.program, self.program.lines
        live = self._reached([program.value, *program.gradient])
        if any(line.operands for place, line in enumerate(lines) if place not in live):
            raise Refused("gates", "a dead gate")
        inputs = range(len(program.inputs))
        varying = {p for p in self._depending({*inputs}, lambda op, slot: True) if lines[p].operands}
        inside = [place for place in sorted(varying) if place in self.value_part]
        derivatives = {*inputs[: len(program.gradient)]}
        active = self._depending(derivatives, lambda op, slot: op not in FLAT and (op, slot) not in BLOCKED)
        self._powers(inside)
        moving = active & self.value_part
        if program.value in moving:
            self.due[program.value] = [self.rules.one]
        for place in reversed(inside):
            if place in self.due:
                self._send(place, moving)
        self._gradient()
        self._poles()
        proved = self._price(varying, inside, program.value in moving)
        if self.hints:
            raise Refused("hints", "rows of another circuit")
        return proved

    def _powers(self, inside: list[int]) -> None:
        """Refuse a pow of the value that is a chain of products, or may be one."""
        for place in inside:
            line = self.program.lines[place]
            if line.op == "pow":
                exponent = self.values[line.operands[1]]
                k = exponent.factor if exponent.of == "1" else Fraction(1, 2)
                if not exponent.of or abs(k) > 9e99 or float(k).is_integer():
                    raise Refused("text", "hidden power, or an exponent that moves")

    def _poles(self) -> None:
        """Refuse what is undefined where neither the value nor a rule is."""
        inside = [each for place in sorted(self.value_part) for each in self.made[place]]
        poles = Poles(self.rules, [*inside, *self.rules.trace])
        for each in chain.from_iterable(self.made):
            if not poles.allow(each):
                raise Refused("no new pole", "a gate of neither the value nor a rule")
            poles.grow(each)

    def _send(self, place: int, moving: set[int]) -> None:
        """Add up the adjoint of a gate, and note what it sends to each operand that moves."""
        line, due = self.program.lines[place], self.due.pop(place)
        adjoint = self._heed(line.name, self._added(due)) if due else self.rules.zero
        operands = [self.values[each] for each in line.operands]
        parts = zip(line.operands, self.rules.sent(line.op, adjoint, self.values[place], operands), strict=True)
        sent = [(operand, part) for operand, part in parts if part is not None and operand in moving]
        self.slots[place] = [operand for operand, _ in sent]
        for operand, part in sent:
            arrived = part()
            self.due.setdefault(operand, []).extend([arrived] if arrived.factor else [])

    def _added(self, due: Iterable[Value]) -> Value:
        return reduce(self.rules.plus, due, self.rules.zero)

    def _heed(self, row: str, adjoint: Value) -> Value:
        """Return an adjoint as its hint has it, if there is one."""
        k, register = self.hints.pop(row, (None, ""))
        if k is not None:
            if register not in self.program.place:
                raise Refused("hints", "a register of another circuit")
            hinted = self.rules.times(self.rules.number(k), self.values[self.program.place[register]])
            if hinted.point != adjoint.point:
                raise Refused("gradient", f"the adjoint of {row}")
            adjoint = hinted
        return self.rules.sized(adjoint)

    def _gradient(self) -> None:
        for place, register in enumerate(self.program.gradient):
            if self._added(self.due.get(place, [])).point != self.values[register].point:
                raise Refused("gradient", self.program.inputs[place])

    def _price(self, varying: set[int], inside: list[int], moves: bool) -> dict[str, Any]:
        """Return circuit, counts and bound. Raises: Refused at the claim `price`."""
        program, lines, n = self.program, self.program.lines, len(self.program.gradient)
        kinds = [lines[place].op for place in inside]
        negated = {r for r in program.gradient if lines[r].op == "neg" and r in varying and r not in self.value_part}
        weights = [self._weight(place) for place in inside]
        counts = {
            "L": len(inside), "T": len(varying), "A": kinds.count("add") + kinds.count("sub"), "M": kinds.count("mul"),
            "S": sum(op == "mul" and len({*lines[p].operands}) == 1 for p, op in zip(inside, kinds, strict=True)),
            "D": kinds.count("div"), "transfers": len([op for op in kinds if op not in RATIONAL]),
            "edges": sum(map(len, self.slots.values())), "n_active": len([p for p in range(n) if p in self.due]),
            "N_minus": len(negated), "sigma": sum(weights),
        }  # fmt: skip
        exact = sum(weights) - counts["n_active"] + 1 + len(negated) if moves else len(inside)
        factor = 4 if all(lines[place].op in RATIONAL for place in varying) else 5
        bound = {"exact": exact, "factor": factor, "limit": factor * len(inside) + 2 * kinds.count("atan2")}
        if len(varying) > min(exact, bound["limit"]):
            raise Refused("price", "over the bound")
        parts = [lines[place] for place in sorted(self.value_part) if lines[place].operands]
        names = [line.name for line in lines]
        gates = [" ".join([line.name, line.op, *(names[each] for each in line.operands)]) for line in parts]
        circuit = {"inputs": program.inputs, "derivatives": n, "gates": gates, "output": names[program.value]}
        return {"circuit": circuit, "counts": counts, "bound": bound}

    def _weight(self, place: int) -> int:
        """Return what a careful sweep pays for a gate of the value: itself, what it sends, and adding that up."""
        line, slots = self.program.lines[place], self.slots.get(place)
        if slots is None:
            return 1
        both = len(slots) == 2
        if line.op in ("add", "sub", "neg"):
            return 1 + both
        if line.op == "mul":
            return (3 if len({*slots}) == 1 else 4) if both else 2
        if line.op == "div":
            return 4 if both else 2 if line.operands[0] in slots else 3
        return 2 * len(slots) if line.op == "select" else COST[line.op] + len(slots)
