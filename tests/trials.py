"""One random formula and its mutants, held against the verifier, the stand-alone checker and a rival: who caught what.

A: text, gates, no padding, price. B: the checker under the certificate of the right program, its hash and hints made
the mutant's. C: the random test. D: fifty digits, looked at only where asked, for mutants that are programs at all.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from fractions import Fraction
from typing import Any

from circuit.errors import CircuitError
from tests.duals import POINTS, Gates, Point, agrees, random_prime, read
from tests.mutants import TEXT, Subject, compiled, mutated_circuit, mutated_text, subject
from tests.rival import decide
from verify import Rejected, certify
from verify import checker as untyped
from verify.certificate import FAILED, Certificate
from verify.chain import Proof, prove
from verify.digits import check_digits
from verify.errors import FormulaError
from verify.formula import positions
from verify.program import read_program
from verify.read import read_formula

checker: Any = untyped
Tally = Counter[tuple[str, str]]
LAYERS = dict.fromkeys(("text", "gates", "no padding", "price"), "A") | dict.fromkeys(
    ("formula", "gradient", "no new pole"), "C"
)
STATED = ("hints", "counts", "bound", "circuit")
KINDS = (*TEXT, "circuit changed", *(f"{name} of the certificate" for name in STATED))


class Trial:
    """The mutants of one formula; `tally` counts by kind and what happened."""

    def __init__(self, seed: int, *, digits: bool = False) -> None:
        self.rng = random.Random(seed)
        self.prime = random_prime(self.rng)
        self.digits = digits
        self.tally: Tally = Counter()
        self.subject, self.answer = self._certified()
        self.wrong: list[tuple[str, str, str]] = []  # kind, program, certificate of mutants that were accepted

    def _certified(self) -> tuple[Subject, Certificate]:
        """Return a formula that has a derivative somewhere, and the verifier's answer: log(x - x) has none."""
        while True:
            found = subject(self.rng, self.prime)
            try:
                return found, certify(found.text, found.formula, None, **found.names)
            except FormulaError as error:
                if "is 0 everywhere" not in str(error):
                    raise
                self.tally["formulas", "of no value anywhere"] += 1

    def right(self) -> str:
        """Return what is wrong with the verifier's answer to the right program, "" if nothing is."""
        if not agrees(read(self.subject.text), self.subject.gates, len(self._names), self.rng, self.prime):
            return "the compiler's program is wrong"
        status = {claim.name: claim.status for claim in self.answer.claims}
        if not self.answer.accepted or status["chain rule"] != "PASSED":
            return self.answer.text
        return self._examined(self.subject.text, self.answer.to_json())

    @property
    def _names(self) -> tuple[str, ...]:
        return self.subject.circuit.differentiated

    def _examined(self, text: str, certificate: str) -> str:
        """Return why the stand-alone checker rejects, "" if it accepts; the rival must reject at the same claim."""
        claim, reason = "", ""
        try:
            checker.examine(text, certificate)
        except checker.Reject as rejection:
            claim, reason = rejection.args[:2]
        rival = decide(text, certificate)
        if rival != claim:
            self.tally["two checkers", "DISAGREE"] += 1
            self.wrong.append((f"two checkers: {claim or 'accepted'}, {rival or 'accepted'}", text, certificate))
        return f"{claim}: {reason}" if claim else ""

    def texts(self, times: int) -> None:
        """Try mutants of the program and of the circuit."""
        for kind in TEXT:
            for _ in range(times):
                self._text(kind, mutated_text(self.rng, kind, self.subject.text))
        for _ in range(times):
            circuit = mutated_circuit(self.rng, self.subject.circuit)
            try:
                self._text("circuit changed", self.subject.text if circuit is None else compiled(circuit))
            except CircuitError:  # a constant that is infinite
                continue

    def _text(self, kind: str, text: str) -> None:
        self.tally[kind, "mutants"] += 1
        if self._agrees(text, self.subject.gates):
            return
        self.tally[kind, "wrong"] += 1
        answer = certify(text, self.subject.formula, None, **self.subject.names)
        failed = {claim.name for claim in answer.claims if claim.status == FAILED}
        proof = prove(text)
        stated = json.loads(self.answer.to_json()) | {"program_sha256": hashlib.sha256(text.encode()).hexdigest()}
        stated["hints"] = [*proof.hints] if isinstance(proof, Proof) else stated["hints"]
        certificate = checker.canonical(stated)
        layers = {LAYERS[name] for name in failed & {*LAYERS}} | ({"B"} if self._examined(text, certificate) else set())
        if self.digits and self._digits(text):
            layers.add("D")
        for layer in sorted(layers):
            self.tally[kind, layer] += 1
        followed = isinstance(proof, Proof) and not self._agrees(text, None)
        if answer.accepted or "B" not in layers or followed:
            self.tally[kind, "ACCEPTED"] += 1
            self.wrong.append((kind, text, certificate))

    def _agrees(self, text: str, reference: Gates | None) -> bool:
        """Say whether a text is a program for the reference, or for its own value part."""
        try:
            gates = read(text)
            count = len(self._names) if reference else len(gates.gradient)
            return agrees(gates, reference or gates, count, self.rng, self.prime)
        except (ValueError, KeyError, IndexError, TypeError):
            return False  # it is no program, or divides by 0

    def _digits(self, text: str) -> bool:
        """Say whether layer D alone rejects a text."""
        names = self.subject.names
        reference = read_formula(self.subject.formula, list(names["variables"]), list(names["parameters"]))
        try:
            program = read_program(text)
            places = positions(reference, program.graph.inputs, True)
            right = places is not None and len(program.gradient) == len(self._names)
            return right and check_digits(reference, program, places or [], text.encode())[0] == FAILED
        except Rejected:
            return False

    def certificates(self, times: int) -> None:
        """Try mutants of what the certificate states of the right program."""
        for name in STATED:
            for _ in range(times):
                stated = json.loads(self.answer.to_json())
                if self._misstated(name, stated):
                    kind = f"{name} of the certificate"
                    self.tally.update({(kind, "mutants"): 1, (kind, "wrong"): 1})
                    certificate = checker.canonical(stated)
                    caught = self._examined(self.subject.text, certificate)
                    self.tally[kind, "B" if caught else "ACCEPTED"] += 1
                    self.wrong += [] if caught else [(kind, self.subject.text, certificate)]

    def _misstated(self, name: str, stated: dict[str, Any]) -> bool:
        """Change one thing that a certificate states; say whether it is false now."""
        rng, part = self.rng, stated[name]
        if name == "hints":
            return bool(part) and self._mishinted(part)
        if name == "circuit":
            return bool(part["gates"]) and self._miscopied(part)
        key = rng.choice(sorted(part))
        part[key] += rng.choice((-1, 1, 5))
        return True

    def _miscopied(self, part: dict[str, Any]) -> bool:
        before = json.dumps(part)
        at = self.rng.randrange(len(part["gates"]))
        words = [part["gates"][at].split(" ") for at in range(len(part["gates"]))]
        words[at][self.rng.randrange(1, len(words[at]))] = self.rng.choice([*part["inputs"], "2", *words[at][1:]])
        part["gates"] = [" ".join(each) for each in words]
        return json.dumps(part) != before

    def _mishinted(self, hints: list[str]) -> bool:
        """Change a hint; it is false if it gives another number than before at a random point."""
        at = self.rng.randrange(len(hints))
        row, k, register = hints[at].split(" ")
        gates, names = read(self.subject.text), self._places()
        other = self.rng.choice(sorted(names))
        changed = self.rng.choice(
            [(row, str(Fraction(k) + 1), register), (row, f"-{k}".replace("--", ""), register), (row, k, other)]
        )
        hints[at] = " ".join(changed)
        runs = [Point(self.rng, self.prime, gates.inputs).run(gates) for _ in range(POINTS)]
        before, after = [
            [run.point.number(Fraction(each[1])) * run.of(names.get(each[2], 0)) % self.prime for run in runs]
            for each in ((row, k, register), changed)
        ]
        return before != after and register in names

    def _places(self) -> dict[str, int]:
        """Return the place of each input and register of the right program."""
        inputs = self.subject.circuit.inputs
        lines = [line.strip() for line in self.subject.text.split("\n") if line.startswith("    ") and " = " in line]
        return {name: place for place, name in enumerate([*inputs, *(line.split(" ")[0] for line in lines)])}


def trial(seed: int, times: int, *, digits: bool = False) -> tuple[Tally, list[tuple[str, str, str]]]:
    """Run a formula with `times` mutants of each kind; return the counts and what was accepted and is wrong."""
    one = Trial(seed, digits=digits)
    reason = one.right()
    one.tally["right programs", "REJECTED" if reason else "accepted"] += 1
    if reason:
        return one.tally, [("right programs", one.subject.text, f"{one.subject.formula}\n{reason}")]
    if times:
        one.texts(times)
        one.certificates(times)
    return one.tally, one.wrong
