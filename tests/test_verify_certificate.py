"""The certificate file: its published schema, its closed form, and the same bytes on every Python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mpmath
import pytest

from circuit import parse
from compiler import compile_derivative, compile_gradient
from verify import Certificate, certify, checker
from verify.certificate import FAILED, NOT_CERTIFIED, PASSED
from verify.claims import CLAIMS, TABLE, Row, decided

ROOT = Path(__file__).resolve().parent.parent
SCHEMA: dict[str, Any] = json.loads((ROOT / "verify" / "certificate.schema.json").read_text("utf-8"))
PYTHONS = ("3.11", "3.12", "3.13", "3.14")

FORMULAS = [
    "x*y + x/y",
    "a*exp(b*c)/(a + b) + sin(c)*a",
    "sqrt(x)*cbrt(y) + hypot(x, 2) + asin(x)*acos(y)*atan(x) + asinh(x) + acosh(y) + atanh(x) + sigmoid(x)*softplus(y)",
    "abs(x) + min(x, y) + log1p(x)*expm1(y) + tan(x)*sinh(x)*cosh(y) + log(x) + tanh(x)*tanh(x*y) + erf(x)",
    "atan2(x, y)*max(x, y) - relu(x - y)**1.5 + select(x > y, x*x, y) + floor(x)*y",
    "3*(x*y) - 2*(x + y)*(x + y)/7 - pi*x**1.5 + 1e-3*y",
    "7",
    "x - x",
    "(FPCore (a b c) (let ([d (sqrt (- (* b b) (* 4 a c)))]) (/ (- d b) (* 2 a))))",
]
ORIGIN = compile_gradient(FORMULAS[0])


def answers() -> Iterator[tuple[str, Certificate]]:
    """Yield certificates and verdicts of every kind."""
    for formula in FORMULAS:
        yield formula[:30], compile_gradient(formula).certificate
    yield "value part", certify(ORIGIN.source)
    yield "circuit", compile_gradient(parse("x*y")).certificate
    yield "function", compile_gradient(lambda w, x: w @ x, shapes=((3,), (3,)), wrt=0).certificate
    yield "parameters", compile_gradient("a*x*x", parameters=("a",)).certificate
    yield "not a program", certify("2 + 2")
    yield "wrong formula", certify(ORIGIN.source, "x + y")
    yield "wrong gradient", certify(ORIGIN.source.replace("t0 + y", "t0 - y"))


@pytest.fixture(scope="module")
def validator() -> Any:
    """Return what validates records against the schema, as an independent implementation reads it."""
    jsonschema = pytest.importorskip("jsonschema")
    return jsonschema.Draft202012Validator(SCHEMA)


def record_of(answer: Certificate) -> dict[str, Any]:
    return dict(json.loads(answer.to_json()))


# The schema


def test_the_schema_is_a_schema(validator: Any) -> None:
    type(validator).check_schema(SCHEMA)


@pytest.mark.parametrize("answer", [pytest.param(answer, id=name) for name, answer in answers()])
def test_every_certificate_fits_the_schema(validator: Any, answer: Certificate) -> None:
    assert [error.message for error in validator.iter_errors(record_of(answer))] == []


def objects(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the paths of all objects in a record."""
    if isinstance(part, dict):
        yield path
        for key, value in part.items():
            yield from objects(value, (*path, key))
    elif isinstance(part, list):
        for key, value in enumerate(part):
            yield from objects(value, (*path, key))


def at(record: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        record = record[key]
    return record


@pytest.mark.parametrize("path", sorted(objects(record_of(ORIGIN.certificate)), key=str), ids=str)
def test_every_object_is_closed_and_needs_all_its_fields(validator: Any, path: tuple[Any, ...]) -> None:
    record = record_of(ORIGIN.certificate)
    at(record, path)["more"] = 1
    assert not validator.is_valid(record)
    for key in list(at(record_of(ORIGIN.certificate), path)):
        record = record_of(ORIGIN.certificate)
        del at(record, path)[key]
        assert not validator.is_valid(record), key


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("counts", "T"), 7.5),
        (("counts", "T"), "7"),
        (("counts", "T"), True),
        (("counts", "T"), -1),
        (("bound", "factor"), 3),
        (("format",), "baur certificate 2"),
        (("program_sha256",), "ab" * 31),
        (("hints",), ["x"]),
        (("hints",), ["x 0.5 y"]),
        (("circuit", "gates"), ["v0 mul"]),
        (("circuit", "inputs"), ["x", "x"]),
        (("recorded", "verdict"), "PROVED"),
        (("recorded", "ratio"), 2.33),
        (("recorded", "L_source"), None),
        (("recorded", "claims", 0, "status"), "passed"),
        (("recorded", "random_test", "seed"), ""),
    ],
)
def test_a_wrong_value_does_not_fit(validator: Any, path: tuple[Any, ...], value: Any) -> None:
    record = record_of(ORIGIN.certificate)
    at(record, path[:-1])[path[-1]] = value
    assert not validator.is_valid(record)


def test_the_schema_knows_the_claims_and_the_counts() -> None:
    kinds = SCHEMA["$defs"]
    assert kinds["claim"]["properties"]["name"]["enum"] == [*CLAIMS, "pattern", "derivative"]
    proof = ORIGIN.certificate.proof
    assert proof is not None
    assert set(kinds["counts"]["required"]) == set(kinds["counts"]["properties"]) == set(proof.counts)


@pytest.mark.parametrize(
    "text", [ORIGIN.source, compile_derivative(FORMULAS[0], "jvp").source], ids=["gradient", "jvp"]
)
@pytest.mark.parametrize(("most", "status"), [(100, PASSED), (3, FAILED)])
def test_a_claim_is_a_row_and_a_function(text: str, most: int, status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = Row("short", "A", lambda judge: decided("long" if len(judge.program.gates) > most else ""), "It is short.")
    monkeypatch.setattr("verify.judge.TABLE", (*TABLE, row))
    answer = certify(text, FORMULAS[0])
    assert [(claim.name, claim.status) for claim in answer.claims][-2:] == [("digits", "NOT NEEDED"), ("short", status)]
    assert answer.verdict == ("CERTIFIED" if status == PASSED else "REJECTED at claim short: long")


def test_no_object_of_the_schema_is_open() -> None:
    found = [path for path in objects(SCHEMA) if at(SCHEMA, path).get("type") == "object"]
    assert len(found) >= 8
    assert all(at(SCHEMA, path)["additionalProperties"] is False for path in found)


# The file


@pytest.mark.parametrize("answer", [pytest.param(answer, id=name) for name, answer in answers()])
def test_the_file_is_canonical_and_has_integers_and_texts_only(answer: Certificate) -> None:
    text = answer.to_json()
    assert text.isascii()
    assert text == checker.canonical(json.loads(text))  # type: ignore[no-untyped-call]  # the checker has no types
    open_ = [json.loads(text)]
    while open_:
        part = open_.pop()
        assert type(part) in (dict, list, int, str)
        open_ += part.values() if isinstance(part, dict) else part if isinstance(part, list) else []


def test_what_is_not_certified_is_said() -> None:
    assert record_of(ORIGIN.certificate)["recorded"]["not_certified"] == list(NOT_CERTIFIED)


# The same bytes everywhere

SCRIPT = """\
import json, sys
sys.path[:0] = {path!r}
from verify import certify
given = json.load(sys.stdin)
json.dump([list(sys.version_info[:2]), [certify(*each).to_json() for each in given]], sys.stdout)
"""


def python(version: str) -> str | None:
    """Return an interpreter of this version that starts: from the path, or one of pyenv's."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [shutil.which(f"python{version}"), *map(str, sorted(root.glob(f"{version}.*/bin/python3")))]
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        found.insert(0, sys.executable)
    for each in found:
        if each and subprocess.run([each, "-c", ""], capture_output=True, check=False).returncode == 0:
            return each
    return None


def certificates(interpreter: str, folder: Path, **environment: str) -> tuple[list[int], list[str]]:
    """Return the version of an interpreter, and the certificates of FORMULAS as it makes them, with mpmath alone."""
    if not (folder / "mpmath").exists():
        (folder / "mpmath").symlink_to(Path(mpmath.__file__).parent, target_is_directory=True)
    given = [(compile_gradient(formula).source, formula) for formula in FORMULAS]
    result = subprocess.run(
        [interpreter, "-S", "-c", SCRIPT.format(path=[str(ROOT), str(folder)])],
        input=json.dumps(given),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    version, texts = json.loads(result.stdout)
    return version, texts


@pytest.mark.parametrize("version", PYTHONS)
def test_every_python_makes_the_same_bytes(version: str, tmp_path: Path) -> None:
    interpreter = python(version)
    if interpreter is None:
        pytest.skip(f"Python {version} is not on this machine")
    found, texts = certificates(interpreter, tmp_path)
    assert found == [int(each) for each in version.split(".")]
    assert texts == [compile_gradient(formula).certificate.to_json() for formula in FORMULAS]


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_every_run_makes_the_same_bytes(seed: str, tmp_path: Path) -> None:
    _, texts = certificates(sys.executable, tmp_path, PYTHONHASHSEED=seed)
    assert texts == [compile_gradient(formula).certificate.to_json() for formula in FORMULAS]
