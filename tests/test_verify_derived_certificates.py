"""Certificates of derivative programs: files that prove them again, the schema, and `baur verify`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from compiler.commands.verify import command
from tests.derived import BASE, KINDS, RIGHT, program
from verify import certify
from verify import checker as untyped
from verify.derived.kinds import kind_of
from verify.derived.program import read_derivative
from verify.derived.proof import gradient_text
from verify.recheck import recheck

checker: Any = untyped
PROVED = ("jvp", "vjp", "hvp")
SCHEMA = json.loads(Path("verify/certificate.schema.json").read_text("utf-8"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_certificate_fits_the_schema_and_is_confirmed(kind: str) -> None:
    formula, text = BASE[kind]
    file = certify(text, formula).to_json()
    jsonschema: Any = pytest.importorskip("jsonschema")
    jsonschema.validate(json.loads(file), SCHEMA)
    assert json.loads(file)["format"] == ("baur derivative 1" if kind in PROVED else "baur verdict 1")
    assert recheck(text, file).status == ("PASSED" if kind in PROVED else "NOT CHECKED")
    assert recheck(text.replace("v0", "u0"), file).status == "FAILED"
    assert f"{kind} of {2 if isinstance(formula, list) else 1} value(s) in 2 inputs" in file


@pytest.mark.parametrize("case", [case for case in RIGHT if case[-1]], ids=str)
def test_what_was_proved_is_proved_again(case: tuple[Any, ...]) -> None:
    kind, _, inputs, lines, result, _ = case
    text = program(kind, inputs, lines, result)
    claim = recheck(text, certify(text).to_json())
    assert claim.status == "PASSED", claim.detail


@pytest.mark.parametrize("kind", ["vjp", "hvp"])
def test_the_gradient_inside_is_proved_by_the_stand_alone_checker(kind: str) -> None:
    formula, text = BASE[kind]
    found, known = json.loads(certify(text, formula).to_json()), kind_of(text)
    assert known is not None
    inside = gradient_text(read_derivative(text, known), text)
    record = {"format": "baur certificate 1", "program_sha256": checker.hashlib.sha256(inside.encode()).hexdigest()}
    assert checker.examine(inside, checker.canonical(record | found["gradient"] | {"recorded": {}})) == {}


def forged(kind: str, *path: str, to: Any) -> tuple[str, str]:
    text = BASE[kind][1]
    record = json.loads(certify(text, BASE[kind][0]).to_json())
    inner = record
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = to
    return text, checker.canonical(record)


@pytest.mark.parametrize(
    ("path", "to", "claim"),
    [
        (("kind",), "hvp", "format"), (("kind",), 7, "format"), (("format",), "baur certificate 1", "format"),
        (("program_sha256",), "0" * 64, "format"), (("counts", "T"), 11, "counts"), (("counts", "L"), 2, "counts"),
        (("counts", "n"), 1, "counts"), (("counts", "n"), "2", "counts"), (("counts", "m"), 1, "counts"),
        (("counts",), [], "counts"), (("bound", "limit"), 13, "bound"), (("bound", "factor"), 5, "bound"),
        (("gradient",), {"circuit": {}}, "format"), (("hints",), ["v1 1 t5", "v9 1 t5"], "hints"),
        (("hints",), ["v0 1 t3"], "derivative"), (("hints",), ["v0 1 q7"], "hints"), (("hints",), "v0", "format"),
        (("hints",), [["v0", "1", "t2"]], "format"), (("hints",), ["v0 1.5 t2"], "format"),
    ],
)  # fmt: skip
def test_a_forged_certificate_is_rejected_at_its_claim(path: tuple[str, ...], to: Any, claim: str) -> None:
    answer = recheck(*forged("jvp", *path, to=to))
    assert (answer.status, answer.detail.partition(":")[0]) == ("FAILED", claim), answer.detail


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("gradient",), {}), (("gradient",), []), (("gradient", "hints"), []), (("gradient", "hints"), [7]),
        (("gradient", "hints"), 7), (("gradient", "circuit"), 7), (("gradient", "counts"), []),
        (("gradient", "counts", "L"), 1), (("gradient", "circuit", "output"), "v1"), (("gradient", "bound"), None),
    ],
)  # fmt: skip
def test_a_forged_proof_of_a_gradient_is_rejected(path: tuple[str, ...], to: Any) -> None:
    for kind in ("vjp", "hvp"):
        text, file = forged(kind, *path, to=to)
        assert recheck(text, file).status == "FAILED" or (path[-1] == "hints" and not to)


@pytest.mark.parametrize("file", ["", "{}", "[]", "7", "nul", '{"format": "baur derivative 1"}', "[" * 99_999])
def test_what_is_no_certificate_is_rejected(file: str) -> None:
    assert recheck(BASE["jvp"][1], file).status == "FAILED"


# the command


def verify(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [*map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with a right program of each kind, and a wrong one below."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    for kind in KINDS:
        (tmp_path / f"{kind}.py").write_text(BASE[kind][1])
    (tmp_path / "sub" / "wrong.py").write_text(BASE["jvp"][1].replace("t7 = y_dot - t6", "t7 = y_dot + t6"))
    return tmp_path


def test_the_programs_below_a_folder_are_found(folder: Path) -> None:
    result = verify(".")
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert "jvp.py: CERTIFIED AGAINST CIRCUIT, 3 gates, 12 with the jvp" in lines
    assert lines[-2].startswith("sub/wrong.py:13: REJECTED at claim derivative: wrong derivative: line 13: t8 is not")
    assert lines[-1] == "6 programs: 5 certified, 1 rejected"


@pytest.mark.parametrize("form", ["json", "junit", "sarif", "github"])
def test_all_formats_tell_the_claim(folder: Path, form: str) -> None:
    result = verify(".", "--format", form)
    assert result.exit_code == 1
    assert "derivative" in result.stdout
    if form == "json":
        kinds = [each.get("derivative") for each in json.loads(result.stdout)["programs"]]
        assert sorted(kinds) == sorted([*KINDS, "jvp"])


def test_a_formula_is_given_for_each_value(folder: Path) -> None:
    assert verify("jvp.py", "--formula", "x*y*y", "--formula", "y/x").stdout.endswith("(reference: formula)\n")
    assert verify("jvp.py", "--formula", "x*y*y", "--formula", "x/y").exit_code == 1
    assert verify("hvp.py", "--formula", "x*y*y + y/x").exit_code == 0


def test_certificates_are_written_and_found_beside_the_program(folder: Path) -> None:
    for kind in KINDS:
        assert verify(f"{kind}.py", "--write-certificate", f"{kind}.certificate.json").exit_code == 0
        assert verify(f"{kind}.py").exit_code == 0
    assert "certificate  PASSED" in verify("vjp.py").stdout
    (folder / "vjp.py").write_text(BASE["vjp"][1] + "\n")
    assert verify("vjp.py").exit_code == 1
