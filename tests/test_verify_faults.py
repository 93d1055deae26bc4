"""Defects of other people's tools, each planted into this compiler: the wrong program is rejected, by the layers named.

Where a fault cannot happen here as it did there, the nearest one of the same effect is planted, and a comment says so.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from typing import Any

import networkx
import numpy as np
import pytest
import sympy

from circuit import Circuit, CircuitError, parse
from circuit.errors import (
    AmbiguousSymbol,
    FormulaWarning,
    InvalidGraph,
    UnsupportedConstant,
    UnsupportedFunction,
    UnsupportedNode,
)
from compiler import GradientProgram, compile_gradient, gradient
from compiler.emit import emit
from tests.faults.programs import (
    known,
    normalised,
    unguarded,
)
from tests.faults.rows import FAULTS
from tests.faults.table import (
    MICRO,
    MU,
    Fault,
    Patch,
    Plant,
    checker,
)
from verify import FormulaError, Rejected, certify
from verify.certificate import FAILED, Certificate
from verify.chain import Proof, prove
from verify.digits import check_digits
from verify.formula import positions, read_reference
from verify.program import read_program

# whose defects must have a row
TOOLS = (
    "casadi#2585", "sympy#30335", "sympy PR#605", "sympy#25043", "jax#14397", "jax PR#16419", "jax PR#17996",
    "jax PR#11469", "jax#2140", "jax#5054", "pytorch#79609", "pytorch#773", "tinygrad PR#17404", "autograd#116",
    "autograd#149", "autograd#581", "clad#265", "tangent#64", "libMesh#998", "CppAD#7", "Enzyme#2393",
    "ForwardDiff.jl#83", "compiled-knowledge 4.2.7", "networkx.DiGraph", "sympy lambdify",
)  # fmt: skip
LAYERS = dict.fromkeys(("text", "gates", "no padding", "price"), "A")
LAYERS |= dict.fromkeys(("formula", "gradient", "no new pole"), "C")

x, y = sympy.symbols("x y")


def compiled(fault: Fault) -> GradientProgram:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FormulaWarning)  # two names that look alike
        return compile_gradient(fault.formula, effort="plain", **(fault.names or {}))  # faults are planted there


def refused(text: str, certificate: str) -> str:
    """Return the claim at which the checker rejects a text under the right program's certificate, "" if it accepts."""
    stated = json.loads(certificate) | {"program_sha256": hashlib.sha256(text.encode()).hexdigest()}
    try:
        checker.examine(text, checker.canonical(stated))
    except checker.Reject as rejection:
        return str(rejection.args[0])
    return ""


def digits_reject(text: str, formula: Any, names: dict[str, Any]) -> bool:
    reference, _ = read_reference(formula, **names)
    try:
        program = read_program(text)
    except Rejected:
        return False
    places = positions(reference, program.graph.inputs, True)
    if places is None or len(program.gradient) != len(reference.inputs) - reference.parameters:
        return False
    return check_digits(reference, program, places, text.encode())[0] == FAILED


def names_of(fault: Fault, right: GradientProgram) -> dict[str, Any]:
    if right.arguments is not None:
        return {"shapes": right.arguments.shapes, "wrt": right.arguments.wrt}
    count = len(right.inputs) - len(right.parameters)
    return {"variables": right.inputs[:count], "parameters": right.parameters}


def who_rejects(text: str, fault: Fault, right: GradientProgram) -> tuple[str, Certificate]:
    names = names_of(fault, right)
    answer = certify(text, fault.formula, **names)
    layers = {LAYERS[claim.name] for claim in answer.claims if claim.status == FAILED and claim.name in LAYERS}
    if not isinstance(prove(text), Proof):
        layers.add("B")
    elif refused(text, right.certificate.to_json()):
        layers.add("(B)")
    if digits_reject(text, fault.formula, names):
        layers.add("D")
    return " ".join(sorted(layers, key=lambda each: each.strip("()"))), answer


def emitted(fault: Fault, patch: Patch) -> str:
    """Return the text that the compiler makes with the fault in it; it must not hand it over."""
    texts: list[str] = []

    def keep(*arguments: Any, **named: Any) -> str:
        texts.append(emit(*arguments, **named))
        return texts[-1]

    patch.setattr("compiler.pipeline.emit", keep)
    with pytest.raises(fault.raises):
        compiled(fault)
    return texts[-1]


def numbers(program: GradientProgram, point: tuple[Any, ...]) -> Any:
    value, derivatives = program(*point)
    return np.concatenate([np.ravel(each) for each in (value, *derivatives)])


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_planted_fault_is_rejected_by_the_layers_named(fault: Fault, monkeypatch: Patch) -> None:
    right = compiled(fault)
    assert right.certificate.verdict == "CERTIFIED"
    fault.plant(monkeypatch)
    text = emitted(fault, monkeypatch)
    assert text.split("def ")[-1] != right.source.split("def ")[-1]
    if fault.point is not None:
        wrong = GradientProgram(text, right.inputs, right.parameters, arguments=right.arguments)
        assert not np.allclose(numbers(right, fault.point), numbers(wrong, fault.point), equal_nan=True)
    layers, answer = who_rejects(text, fault, right)
    assert layers == fault.layers, f"{answer.text}\n{text}"
    assert not answer.accepted


# what is stopped before there is a program: whose defect, the formula, the error, and what takes the gate away
REFUSED = [
    ("sympy#30335", "asech", sympy.asech(x), UnsupportedNode, known("asech", lambda u: (1 / u).acosh())),
    ("sympy#25043", "two symbols of one name", sympy.Symbol("x0") + sympy.Symbol("x0", real=True), AmbiguousSymbol,
     unguarded),
    ("jax#5054", "sinc", sympy.sinc(x), UnsupportedNode, known("sinc", lambda u: u.sin() / u)),
]  # fmt: skip
IDS = [f"{tool} {what}: refused by circuit, else by verify" for tool, what, *_ in REFUSED]


@pytest.mark.parametrize(("tool", "what", "formula", "error", "opened"), REFUSED, ids=IDS)
def test_a_fault_is_refused_by_circuit_and_without_that_gate_by_verify(
    tool: str, what: str, formula: Any, error: type[CircuitError], opened: Plant, monkeypatch: Patch
) -> None:
    with pytest.raises(error):
        compile_gradient(formula)
    opened(monkeypatch)
    text = emit(gradient(parse(formula)))
    with pytest.raises(FormulaError):
        certify(text, formula)
    with pytest.raises(UnsupportedConstant):  # as the compiler tells what verify has refused
        compile_gradient(formula)


def test_sinc_is_refused_by_circuit_in_a_text_too() -> None:
    with pytest.raises(UnsupportedFunction):
        parse("sinc(x)")


def test_a_digraph_is_refused_by_circuit_and_so_is_what_comes_out_of_one() -> None:
    graph = parse("x*x").graph
    with pytest.raises(InvalidGraph, match="two edges"):
        Circuit.from_networkx(networkx.DiGraph(graph))
    with pytest.raises(InvalidGraph, match="mul has 2 operand slots"):
        Circuit.from_networkx(networkx.MultiDiGraph(networkx.DiGraph(graph)))


def test_two_spellings_of_mu_under_one_name_are_refused_by_circuit(monkeypatch: Patch) -> None:
    normalised(monkeypatch)
    with pytest.raises(AmbiguousSymbol):
        parse(sympy.Symbol(MICRO) * sympy.Symbol(MU))


def test_every_defect_has_a_row() -> None:
    assert {fault.tool for fault in FAULTS} | {tool for tool, *_ in REFUSED} == set(TOOLS)
    assert {fault.tool for fault in FAULTS} == set(TOOLS)  # and a program that was emitted
