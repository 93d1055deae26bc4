"""Forged certificates of a right program: for each claim of the stand-alone checker some that state what is not so.

A row is (what is forged, what is done to the certificate): a change of its record, or of its bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from compiler import compile_gradient
from verify import checker as untyped

checker: Any = untyped
FORMULA = "a*b*c + sin(a*b) + (a*b)/c"
PROGRAM = compile_gradient(FORMULA)
TEXT, CERTIFICATE = PROGRAM.source, PROGRAM.certificate.to_json()
DEEP = "exp(cos(sin(exp(sin(cos(a*b))))))"
OTHER: dict[str, Any] = json.loads(compile_gradient(f"{DEEP}*c + sin({DEEP}) + {DEEP}/c").certificate.to_json())

Record = dict[str, Any]
Change = Callable[[Record], object]


def changed(change: Change) -> str:
    """Return the certificate with a change of its record, in canonical form."""
    record = json.loads(CERTIFICATE)
    change(record)
    return str(checker.canonical(record))


def replaced(before: str, after: str) -> str:
    """Return the certificate with other bytes."""
    assert before in CERTIFICATE
    return CERTIFICATE.replace(before, after, 1)


def nested(depth: int) -> str:
    """Return the certificate with a record of brackets within brackets."""
    head, _, tail = changed(lambda r: r.update(recorded="@")).partition('"@"')
    return f"{head}{'[' * depth}{']' * depth}{tail}"


def _more(part: str, key: str, more: int) -> str:
    return changed(lambda r: r[part].update({key: r[part][key] + more}))


COUNTS = "A D L M N_minus S T edges n_active sigma transfers".split()
BOUND = ("exact", "factor", "limit")
FORMAT = {
    "a key twice": lambda: replaced('"bound": {"', '"bound": {"factor": 5, "'),
    "a field twice": lambda: replaced('"hints":', '"hints": [],\n"hints":'),
    "a float": lambda: replaced('"S": 0', '"S": 0.0'),
    "an exponent": lambda: replaced('"S": 0', '"S": 0e0'),
    "minus 0": lambda: replaced('"S": 0', '"S": -0'),
    "NaN": lambda: replaced('"S": 0', '"S": NaN'),
    "Infinity": lambda: replaced('"S": 0', '"S": Infinity'),
    "another version": lambda: changed(lambda r: r.update(format="baur certificate 2")),
    "no version": lambda: changed(lambda r: r.pop("format")),
    "a field that is unknown": lambda: changed(lambda r: r.update(seed="0")),
    "a field of a look-alike letter": lambda: replaced('"hints"', '"hint\u0455"'),
    "a number of a million digits": lambda: replaced('"S": 0', '"S": ' + "1" * 1_000_000),
    "a million brackets": lambda: "[" * 1_000_000,
    "brackets within the record": lambda: nested(500_000),
    "blanks": lambda: replaced('"S": 0', '"S":  0'),
    "a blank line": lambda: CERTIFICATE + "\n",
    "a byte order mark": lambda: "\ufeff" + CERTIFICATE,
    "no JSON": lambda: TEXT,
    "nothing": lambda: "",
    "a list": lambda: "[]",
    "a number": lambda: "1",
    "null": lambda: "null",
    "hints that are no list": lambda: changed(lambda r: r.update(hints="")),
    "hints that are a record": lambda: changed(lambda r: r.update(hints={})),
    "hints that are numbers": lambda: changed(lambda r: r.update(hints=[1])),
    "hints that are missing": lambda: changed(lambda r: r.update(hints=None)),
    "a hint of four words": lambda: changed(lambda r: r.update(hints=["v0 1 t4 t4"])),
    "a hint with a float": lambda: changed(lambda r: r.update(hints=["v0 1.5 t4"])),
    "a hint over 0": lambda: changed(lambda r: r.update(hints=["v0 1/0 t4"])),
    "a hint with a look-alike letter": lambda: changed(lambda r: r.update(hints=["v0 1 t\u0664"])),
    "a coefficient of 10,000 digits": lambda: changed(lambda r: r.update(hints=[f"v0 {'1' * 10_000} t4"])),
    "the hash of another text": lambda: changed(lambda r: r.update(program_sha256="0" * 64)),
    "the hash in capitals": lambda: changed(lambda r: r.update(program_sha256=r["program_sha256"].upper())),
}  # fmt: skip
HINTS = {
    "a row twice": lambda: changed(lambda r: r["hints"].append(r["hints"][0])),
    "a row twice, another missing": lambda: changed(lambda r: r.update(hints=[r["hints"][0], r["hints"][0]])),
    "hints of another formula": lambda: changed(lambda r: r.update(hints=OTHER["hints"])),
    "a row that is not there": lambda: changed(lambda r: r["hints"].append("w0 1 t4")),
    "a row that is no sum": lambda: changed(lambda r: r["hints"].append("t0 1 t4")),
    "an input": lambda: changed(lambda r: r["hints"].append("a 1 a_bar")),
    "a register that is not there": lambda: changed(lambda r: r.update(hints=["v0 1 t99"])),
    "a number that is not there": lambda: changed(lambda r: r.update(hints=["v0 1 7"])),
}  # fmt: skip
GRADIENT = {
    "another register": lambda: changed(lambda r: r.update(hints=["v0 1 t3"])),
    "another coefficient": lambda: changed(lambda r: r.update(hints=["v0 2 t4"])),
    "another sign": lambda: changed(lambda r: r.update(hints=["v0 -1 t4"])),
    "0 times a register": lambda: changed(lambda r: r.update(hints=["v0 0 t4"])),
}  # fmt: skip
CIRCUIT = {
    "another operation": lambda: replaced("v0 mul a b", "v0 add a b"),
    "another operand": lambda: replaced("v0 mul a b", "v0 mul a c"),
    "operands turned": lambda: replaced("v0 mul a b", "v0 mul b a"),
    "a gate less": lambda: changed(lambda r: r["circuit"]["gates"].pop()),
    "a gate more": lambda: changed(lambda r: r["circuit"]["gates"].append("v9 mul a b")),
    "another output": lambda: changed(lambda r: r["circuit"].update(output="v0")),
    "inputs in another order": lambda: changed(lambda r: r["circuit"]["inputs"].reverse()),
    "a derivative less": lambda: changed(lambda r: r["circuit"].update(derivatives=2)),
    "true derivatives": lambda: changed(lambda r: r["circuit"].update(derivatives=True)),
    "the circuit of another formula": lambda: changed(lambda r: r.update(circuit=OTHER["circuit"])),
}  # fmt: skip
Forgeries = dict[str, dict[str, Callable[[], str]]]
CERTIFICATES: Forgeries = {
    "format": FORMAT,
    "hints": HINTS,
    "gradient": GRADIENT,
    "circuit": CIRCUIT,
    "counts": {
        **{f"{key} one less": partial(_more, "counts", key, -1) for key in COUNTS},
        **{f"{key} one more": partial(_more, "counts", key, 1) for key in COUNTS},
        "a count that is a text": lambda: changed(lambda r: r["counts"].update(T=str(r["counts"]["T"]))),
        "a count that is false": lambda: changed(lambda r: r["counts"].update(S=False)),
        "a count that is missing": lambda: changed(lambda r: r["counts"].pop("S")),
        "a count of a thousand digits": lambda: changed(lambda r: r["counts"].update(S=10**999)),
    },
    "bound": {
        **{f"{key} one less": partial(_more, "bound", key, -1) for key in BOUND},
        "the factor 4 for a function": lambda: changed(lambda r: r["bound"].update(factor=4)),
        "no bound": lambda: changed(lambda r: r.update(bound={})),
    },
}
