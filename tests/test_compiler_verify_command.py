"""`baur verify`: files and folders, certificates that are kept, exit statuses."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compiler import GradientProgram, compile_gradient
from compiler.commands import verify as module
from compiler.commands.compile import command as compile_command
from compiler.commands.verify import HEADER, command

FORMULA = "x*y + x/y"
PROGRAM = compile_gradient(FORMULA)
SOURCE = PROGRAM.source
WRONG = SOURCE.replace("x_bar = t0 + y", "x_bar = t0 - y")
OTHER = compile_gradient("x*y - x/y").source  # right, but of another formula


def verify(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [*map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with a right program, a wrong one in a folder below, and other files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "f.py").write_text(SOURCE)
    (tmp_path / "sub" / "wrong.py").write_text(WRONG)
    (tmp_path / "other.py").write_text("# value_and_gradient(x) is elsewhere\nx = 'def value_and_gradient('\n")
    (tmp_path / "f.txt").write_text(WRONG)
    return tmp_path


# One file


def test_one_program_is_shown_claim_by_claim(folder: Path) -> None:
    result = verify("f.py", "--formula", FORMULA)
    assert (result.exit_code, result.stdout) == (0, PROGRAM.certificate.text)
    assert verify("f.py").stdout.endswith("CERTIFIED AGAINST CIRCUIT  (reference: value part)\n")


def test_a_wrong_sign_is_told_with_its_line_its_gates_and_what_was_expected(folder: Path) -> None:
    result = verify(folder / "sub" / "wrong.py")
    assert result.exit_code == 1
    (row,) = [line for line in result.stdout.splitlines() if "FAILED" in line]
    assert row.startswith("gradient     FAILED       wrong gradient: line 12: x_bar = t0 - y is returned")
    assert "expected t0 + y, from v0 = x * y (line 6), v1 = x / y (line 7)" in row


@pytest.mark.parametrize(("file", "status"), [("other.py", 1), ("f.txt", 1), ("none.py", 2)])
def test_a_file_that_is_named_is_checked_whatever_it_holds(folder: Path, file: str, status: int) -> None:
    assert verify(file).exit_code == status


def test_a_file_that_cannot_be_read_is_told(folder: Path) -> None:
    result = verify("none.py")
    assert (result.stdout, result.stderr) == ("", "baur: cannot read none.py: No such file or directory\n")


def test_bad_formulas_and_limits_have_their_statuses(folder: Path) -> None:
    assert verify("f.py", "--formula", "x*").exit_code == 2
    assert verify("f.py", "--formula", f"x**{'9' * 2000}").exit_code == 3
    assert verify("f.py", "--shape", "3").exit_code == 2
    assert verify().exit_code == 2


def test_a_lack_of_memory_is_a_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(module, "certify", exhausted)
    result = verify("f.py")
    assert (result.exit_code, result.stderr) == (3, "baur: out of memory\n")


# Several files, and folders


def test_the_programs_below_a_folder_are_found_and_others_passed_over(folder: Path) -> None:
    result = verify(".")
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert lines[0] == "f.py: CERTIFIED AGAINST CIRCUIT, 3 gates, 7 with the gradient"
    assert lines[1].startswith("sub/wrong.py:12: REJECTED at claim gradient")
    assert lines[2:] == ["2 programs: 1 certified, 1 rejected"]
    (folder / "sub" / "wrong.py").unlink()
    assert verify(folder).exit_code == 0


def test_a_program_is_checked_once(folder: Path) -> None:
    assert verify("f.py", ".", "./f.py", folder / "f.py").stdout.count("CERTIFIED") == 1


def test_hidden_folders_environments_and_what_is_no_file_are_left_out(folder: Path) -> None:
    for each in (".venv", "node_modules", "env"):
        (folder / each).mkdir()
        (folder / each / "g.py").write_text(WRONG)
    (folder / "env" / "pyvenv.cfg").touch()
    (folder / "sub" / "wrong.py").unlink()
    (folder / "dir.py").mkdir()
    (folder / "gone.py").symlink_to("nowhere.py")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.py")
    found = [each["path"] for each in json.loads(verify(".", "--format", "json").stdout)["programs"]]
    assert found == ["f.py"]
    named = json.loads(verify("env", ".", "--format", "json").stdout)["programs"]
    assert [each["path"] for each in named] == ["env/g.py", "f.py"]  # a folder that is named is searched


@pytest.mark.parametrize(
    "text",
    [
        "def value_and_gradient(x):\n    return x, (1,)",
        "\ufeffdef value_and_gradient(x): pass",
        "# old line ends\rdef value_and_gradient(x):\r    return x, (1,)\r",
        "if True:\n    def value_and_gradient(x): return x, (2,)",
        "async def value_and_gradient(x): pass",
        "def \\\n value_and_gradient (x): pass",
    ],
    ids=["header", "byte order mark", "carriage returns", "indented", "async", "continued"],
)
def test_what_looks_like_a_program_is_not_passed_over(folder: Path, text: str) -> None:
    (folder / "sub" / "wrong.py").write_bytes(text.encode())
    assert "sub/wrong.py" in verify(".").stdout


@pytest.mark.parametrize(
    "text", ["x = 'def value_and_gradient('", "def value_and_gradients(x): 1", "value_and_gradient(1)"]
)
def test_what_only_speaks_of_one_is_passed_over(text: str) -> None:
    assert HEADER.search(text.encode()) is None


def test_a_program_that_does_not_parse_is_rejected(folder: Path) -> None:
    (folder / "sub" / "wrong.py").write_text("def value_and_gradient(x:\n")
    assert "sub/wrong.py:1: REJECTED at claim text: line 1" in verify(".").stdout


def test_a_folder_without_programs_is_bad_input(folder: Path) -> None:
    (folder / "empty").mkdir()
    result = verify("empty")
    assert (result.exit_code, result.stderr) == (2, "baur: no gradient programs in empty\n")


def test_rejected_comes_before_unreadable(folder: Path) -> None:
    assert verify("f.py", "none.py").exit_code == 2
    assert verify("f.py", "none.py", "sub").exit_code == 1


def test_a_formula_is_for_one_program(folder: Path) -> None:
    for programs in (["."], ["f.py", "other.py"]):
        for option in ("--formula", "--certificate", "--write-certificate"):
            result = verify(*programs, option, "x")
            assert result.exit_code == 2
            assert "are for one program" in result.stderr


def test_a_folder_that_cannot_be_read_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("sub"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    result = verify(".")
    assert result.exit_code == 2
    assert "sub: cannot read" in result.stdout


@pytest.mark.parametrize("form", ["json", "junit", "sarif", "github"])
def test_every_format_comes_with_the_status(folder: Path, form: str) -> None:
    result = verify(".", "none.py", "--format", form)
    assert result.exit_code == 1
    assert "wrong.py" in result.stdout
    assert "none.py" in result.stdout
    assert result.stderr == ""
    assert verify("f.py", "--format", form).exit_code == 0
    if form in ("json", "sarif"):
        json.loads(result.stdout)


# Certificates that are kept


def keep(path: Path, program: GradientProgram = PROGRAM) -> Path:
    path.write_text(program.certificate.to_json())
    return path


def test_a_certificate_that_compile_wrote_is_proved_again(folder: Path) -> None:
    written = CliRunner().invoke(compile_command, [FORMULA, "-o", "g.py", "--certificate", "g.json"])
    assert written.exit_code == 0, written.stderr
    result = verify("g.py", "--certificate", "g.json", "--formula", FORMULA)
    assert result.exit_code == 0, result.stdout
    assert "certificate  PASSED" in result.stdout
    assert result.stdout.endswith("CERTIFIED  (reference: formula)\n")


def test_a_right_program_of_another_formula_does_not_pass_for_the_certified_one(folder: Path) -> None:
    keep(folder / "f.json")
    (folder / "f.py").write_text(OTHER)
    assert verify("f.py").exit_code == 0
    result = verify("f.py", "--certificate", "f.json")
    assert result.exit_code == 1
    assert "REJECTED at claim certificate: format: hash of program" in result.stdout


def test_a_certificate_beside_a_program_is_used(folder: Path) -> None:
    keep(folder / "f.certificate.json")
    assert "certificate  PASSED" in verify("f.py").stdout
    (folder / "f.py").write_text(OTHER)
    assert "f.py:1: REJECTED at claim certificate: format: hash of program" in verify("f.py", "sub").stdout


@pytest.mark.parametrize(
    ("before", "after", "claim"),
    [
        ('"T": 7', '"T": 6', "counts"),
        ('"exact": 9', '"exact": 7', "bound"),
        ('"v0 mul x y"', '"v0 mul x x"', "circuit"),
        ('"hints": []', '"hints": ["x 1 y"]', "hints"),
        ('"format"', '"format": 1, "format"', "format"),
        ("{", "[", "format"),
    ],
)
def test_an_edited_certificate_is_rejected_at_its_claim(folder: Path, before: str, after: str, claim: str) -> None:
    kept = keep(folder / "f.json")
    kept.write_text(kept.read_text().replace(before, after, 1))
    result = verify("f.py", "--certificate", kept)
    assert result.exit_code == 1
    assert f"REJECTED at claim certificate: {claim}: " in result.stdout


def test_a_certificate_that_cannot_be_read_is_bad_input(folder: Path) -> None:
    result = verify("f.py", "--certificate", "none.json")
    assert (result.exit_code, result.stderr) == (2, "baur: cannot read none.json: No such file or directory\n")


def test_a_verdict_without_a_proof_is_not_checked(folder: Path) -> None:
    record = json.loads(PROGRAM.certificate.to_json())
    verdict = {"format": "baur verdict 1", "program_sha256": record["program_sha256"], "recorded": record["recorded"]}
    (folder / "f.certificate.json").write_text(json.dumps(verdict))
    assert "certificate  NOT CHECKED  a verdict without a proof" in verify("f.py").stdout
    (folder / "f.py").write_text(OTHER)
    assert "REJECTED at claim certificate: format: hash of program" in verify("f.py").stdout


def test_a_certificate_is_written(folder: Path) -> None:
    result = verify("f.py", "--formula", FORMULA, "--write-certificate", "f.certificate.json")
    assert result.exit_code == 0
    assert (folder / "f.certificate.json").read_text() == PROGRAM.certificate.to_json()
    assert "certificate  PASSED" in verify("f.py").stdout


def test_others_are_passed_over_where_that_is_asked_for(folder: Path) -> None:
    nothing = verify("--skip-others", "other.py")
    assert (nothing.exit_code, nothing.output) == (0, "")
    assert verify("--skip-others", "other.py", "f.txt").exit_code == 1
    assert verify("--skip-others", "other.py", "none.py").exit_code == 2
