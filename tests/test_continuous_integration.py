"""What users put into continuous integration: the hook for pre-commit, and the workflow that the README shows."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from compiler import compile_gradient

ROOT = Path(__file__).resolve().parent.parent
COMMAND = "import sys; from compiler.cli import main; sys.argv[0] = 'baur'; main()"
FORMULA = "x*y + x/y"
SOURCE = compile_gradient(FORMULA).source
WRONG = SOURCE.replace("x_bar = t0 + y", "x_bar = t0 - y")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with a program and a file that is none."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.py").write_text(SOURCE)
    (tmp_path / "other.py").write_text("x = 1\n")
    return tmp_path


# The hook for pre-commit


def hook_entry() -> list[str]:
    yaml = pytest.importorskip("yaml")
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert set(hook) == {"id", "name", "description", "entry", "language", "types"}
    assert (hook["id"], hook["language"], hook["types"]) == ("baur-verify", "python", ["python"])
    return shlex.split(hook["entry"])


def git(*arguments: str) -> str:
    own = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *own, *arguments], capture_output=True, text=True, check=True).stdout


def run_hook() -> subprocess.CompletedProcess[str]:
    """Run the hook as pre-commit does: its entry, then the Python files of the commit."""
    name, *options = hook_entry()
    assert name == "baur"
    files = git("diff", "--cached", "--name-only", "--diff-filter=ACMR", "-z", "--", "*.py").split("\0")[:-1]
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *options, *files],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_hook_lets_right_programs_pass_and_stops_wrong_ones(folder: Path) -> None:
    git("init", "-q", ".")
    git("add", "-A")
    first = run_hook()
    assert first.returncode == 0, first.stderr
    assert first.stdout.endswith("CERTIFIED AGAINST CIRCUIT  (reference: value part)\n")
    git("commit", "-qm", "first")
    (folder / "f.py").write_text(WRONG)
    git("add", "f.py")
    second = run_hook()
    assert second.returncode == 1
    assert "wrong gradient: line 12: x_bar = t0 - y" in second.stdout


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_without_programs_the_hook_says_nothing(folder: Path) -> None:
    (folder / "other.py").write_text("# value_and_gradient(x) is elsewhere\n")
    git("init", "-q", ".")
    git("add", "other.py")
    result = run_hook()
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_pre_commit_accepts_the_hook() -> None:
    if shutil.which("pre-commit") is None:
        pytest.skip("pre-commit is not installed")
    manifest = str(ROOT / ".pre-commit-hooks.yaml")
    subprocess.run(["pre-commit", "validate-manifest", manifest], check=True, capture_output=True, timeout=60)


# The workflow that the README shows


def workflow_steps() -> list[str]:
    """Return the commands of the README's workflow for GitHub Actions."""
    yaml = pytest.importorskip("yaml")
    shown = re.search(r"^```yaml\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    if shown is None:
        pytest.skip("README.md shows no workflow")
    workflow = yaml.safe_load(shown[1])
    assert {"name", "jobs", "permissions"} < set(workflow)  # the key `on` is the truth value True in YAML 1.1
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert all(len({"uses", "run"} & set(step)) == 1 for step in steps)
    return [step["run"] for step in steps if "run" in step]


def run_step(folder: Path, step: str) -> subprocess.CompletedProcess[str]:
    """Run a step as the runner does, with `baur` on the path and `pip install` as done."""
    tools = folder / ".bin"
    tools.mkdir(exist_ok=True)
    for name, line in {"baur": f'exec "{sys.executable}" -c "{COMMAND}" "$@"', "pip": "exit 0"}.items():
        (tools / name).write_text(f"#!/bin/sh\n{line}\n")
        (tools / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["sh", "-e", "-c", step], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_workflow_passes_what_is_right_and_stops_what_is_not(tmp_path: Path) -> None:
    steps = workflow_steps()
    assert [step.split()[:2] for step in steps] == [["pip", "install"], ["baur", "verify"], ["baur", "report"]]
    (tmp_path / "gradients").mkdir()
    (tmp_path / "gradients" / "f.py").write_text(SOURCE)
    (tmp_path / "formulas.txt").write_text(f"{FORMULA}\na/b/c\n")
    made = run_step(tmp_path, "baur report formulas.txt --format json > baseline.json")
    assert made.returncode == 0, made.stderr
    for step in steps:
        result = run_step(tmp_path, step)
        assert result.returncode == 0, (step, result.stdout, result.stderr)
    (tmp_path / "gradients" / "f.py").write_text(WRONG)
    verified = run_step(tmp_path, steps[1])
    assert verified.returncode == 1
    assert verified.stdout.startswith("::error file=gradients/f.py,line=12,title=baur%3A gradient::")
    (tmp_path / "formulas.txt").write_text(f"{FORMULA} + y\na/b/c\n")
    reported = run_step(tmp_path, steps[2])
    assert reported.returncode == 1
    assert "more gates: formulas.txt:1: 7 before, " in reported.stdout
