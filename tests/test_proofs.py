"""The machine-checked proofs: coqc accepts both files, and what they rest on is printed by Coq itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROOFS = Path(__file__).resolve().parent.parent / "verify" / "proofs"
COQC = shutil.which("coqc")
REALS = {  # the axioms of Coq's own real numbers
    "ClassicalDedekindReals.sig_forall_dec",
    "ClassicalDedekindReals.sig_not_dec",
    "FunctionalExtensionality.functional_extensionality_dep",
}
RESTS_ON = {  # file: for each theorem whose assumptions it prints, whether the reals' axioms are among them
    "Transpose": {"reverse_is_transpose": True, "gradient": True},
    "Price": {"price": False, "four": False, "five": False},
}
needs_coq = pytest.mark.skipif(COQC is None, reason="coqc is not on PATH (Debian: apt-get install coq)")


def check(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "Proof.v").write_text(text, "utf-8")
    command = [str(COQC), "-q", "Proof.v"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)


def source(name: str) -> str:
    return (PROOFS / f"{name}.v").read_text("utf-8")


def test_the_proofs_are_the_two_that_are_checked() -> None:
    assert {path.stem for path in PROOFS.iterdir()} == RESTS_ON.keys()


@pytest.mark.parametrize("name", RESTS_ON)
def test_a_proof_has_no_gap_and_prints_what_each_theorem_rests_on(name: str) -> None:
    text = re.sub(r"\(\*.*?\*\)", "", source(name), flags=re.DOTALL)
    assert not re.search(r"\b(Admitted|admit|Axiom|Parameter|Conjecture|Abort|Unset|bypass_check)\b", text)
    assert re.findall(r"^Print Assumptions (\w+)\.$", text, flags=re.MULTILINE) == list(RESTS_ON[name])


@needs_coq
@pytest.mark.parametrize("name", RESTS_ON)
def test_coq_accepts_a_proof_on_no_axioms_but_those_of_the_reals(name: str, tmp_path: Path) -> None:
    result = check(source(name), tmp_path)
    assert result.returncode == 0, result.stderr
    answers = re.findall(r"^(Axioms:|Closed under the global context)$", result.stdout, flags=re.MULTILINE)
    assert [answer == "Axioms:" for answer in answers] == list(RESTS_ON[name].values())
    assert set(re.findall(r"^([\w.]+)(?: |$)", result.stdout, flags=re.MULTILINE)) - {"Closed"} <= REALS


@needs_coq
@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("Transpose", "j (- (t * value v (Div i j)))", "j (t * value v (Div i j))"),
        ("Transpose", "Sub i j => add_to (add_to a i (a k)) j (- a k)", "Sub i j => add_to (add_to a i (a k)) j (a k)"),
        ("Price", "Definition div i j := Gate [(i, true); (j, false)] 2.", "Definition div i j := Gate [(i, true)] 4."),
        ("Price", "Some b => (set s (fst slot) (b || snd slot), S additions)", "Some b => (s, additions)"),
    ],
)
def test_coq_rejects_a_wrong_rule(name: str, before: str, after: str, tmp_path: Path) -> None:
    text = source(name)
    assert text.count(before) == 1
    result = check(text.replace(before, after), tmp_path)
    assert result.returncode == 1
    assert "Error" in result.stderr
