"""What a notebook shows of a certificate: every claim with its mark, and the numbers of the theorem."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from compiler import compile_gradient
from tests.pages import HOSTILE, assert_harmless, assert_latex, needs_tex, typeset
from tests.test_project import FIRST
from verify import Certificate, certify


def certificate(text: str = FIRST) -> Certificate:
    return compile_gradient(text).certificate


def rejected() -> Certificate:
    program = compile_gradient(FIRST).source.replace("x - t1", "x + t1")
    return certify(program, FIRST)


def test_every_claim_is_there_with_its_mark_and_its_reason() -> None:
    answer = certificate()
    page = assert_harmless(answer._repr_html_())
    assert page.count()["tr"] == len(answer.claims) == 9
    assert all(each.name in page.text and each.detail in page.text for each in answer.claims)
    assert page.text.count("✓") == sum(each.status == "PASSED" for each in answer.claims)
    assert "CERTIFIED" in page.text


def test_the_price_is_a_chain_of_inequalities_that_hold() -> None:
    for text in (FIRST, "sin(x)*y", "atan2(x, y)", "x", "7"):
        answer = certificate(text)
        found = re.search(r"T = ([\d ≤L=]+), ratio", assert_harmless(answer._repr_html_()).text)
        assert found
        numbers = [int(each) for each in re.findall(r"(?<!\d )\b\d+\b(?! L)", found[1])]
        assert numbers == sorted(numbers)
        assert numbers[:2] == [answer.total_gates, answer.bound]
        if f"{answer.factor} L" in found[1]:
            assert numbers[2] == answer.factor * answer.value_gates


def test_the_first_formula_in_latex() -> None:
    latex = certificate()._repr_latex_()
    assert_latex(latex)
    assert r"L = 3,\quad T = 7 \le 9 \le 4 L = 12" in latex
    assert latex.count(r"\surd") == sum(each.status == "PASSED" for each in certificate().claims) == 8
    assert r"\textrm{certified}" in latex


def test_a_rejected_program_is_marked_and_no_bound_is_claimed() -> None:
    answer = rejected()
    assert not answer.accepted
    page, latex = assert_harmless(answer._repr_html_()), answer._repr_latex_()
    assert "✗" in page.text
    assert "REJECTED" in page.text
    assert "≤" not in page.text.partition("T = ")[2]
    assert_latex(latex)
    assert r"\times" in latex
    assert r"\le" not in latex


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_claim_says_is_data(name: str) -> None:
    answer = rejected()
    claims = tuple(replace(each, detail=name, name=name[:30]) for each in answer.claims)
    hostile = replace(answer, claims=claims, verdict=f"REJECTED: {name}", reference=name)
    assert len(hostile._repr_html_()) < 10_000
    assert_harmless(hostile._repr_html_())
    assert_latex(hostile._repr_latex_())


@needs_tex
def test_it_compiles_in_a_plain_document(tmp_path: Path) -> None:
    typeset([each._repr_latex_() for each in (certificate(), certificate("atan2(x, y)"), rejected())], tmp_path)
