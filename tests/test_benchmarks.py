"""The benchmarks: families are what they say, the table of ratios is the README's, a long chain is measured."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise, permutations
from pathlib import Path
from random import Random
from typing import Any

import click
import pytest
from click.testing import CliRunner

from benchmarks import peers, ratio, readme, scale
from benchmarks.__main__ import main
from benchmarks.families import FAMILIES
from benchmarks.speed import far
from benchmarks.speed.plot import draw
from benchmarks.speed.rows import Row, Task, growth, measured
from benchmarks.systems.section import Section, Table
from benchmarks.workloads import WORKLOADS

README = Path(__file__).resolve().parent.parent / "README.md"
Numbers = list[Fraction]


def determinant(n: int, x: Numbers) -> Fraction:
    """Sum over all permutations, each with the parity of its inversions."""
    total = Fraction(0)
    for columns in permutations(range(n)):
        sign = -1 if sum(a > b for a, b in combinations(columns, 2)) % 2 else 1
        total += sign * math.prod(x[n * row + column] for row, column in enumerate(columns))
    return total


def two_terms(x: Numbers, n: int, a: int, b: int) -> Fraction:
    """Return v(n + 1) of v(k + 1) = v(k)**a * v(k - 1)**b by its exponents of v(0), v(1)."""
    exponents = [(1, 0), (0, 1)]
    for _ in range(n):
        (p, q), (r, s) = exponents[-2:]
        exponents.append((a * r + b * p, a * s + b * q))
    return x[0] ** exponents[-1][0] * x[1] ** exponents[-1][1]


ORACLES: dict[str, Callable[[int, Numbers], Fraction | int]] = {
    "product": lambda n, x: math.prod(x),
    "quotient": lambda n, x: x[0] / math.prod(x[1:]),
    "ratios": lambda n, x: two_terms(x, n, 1, -1),
    "fibonacci": lambda n, x: two_terms(x, n, 1, 1),
    "dot": lambda n, x: sum(x[place] * x[n + place] for place in range(n)),
    "horner": lambda n, x: sum(x[place] * x[-1] ** (n - place) for place in range(n + 1)),
    "symmetric": lambda n, x: sum(map(math.prod, combinations(x, n // 2))),
    "elimination": determinant,
    "laplace": determinant,
}

# T of a careful sweep that shares nothing, from L; sharing and coefficients may save more
CAREFUL: dict[str, Callable[[int], int]] = {
    "product": lambda L: 3 * L - 2,
    "quotient": lambda L: 4 * L,
    "ratios": lambda L: 4 * L,
    "fibonacci": lambda L: 4 * L - 3,
    "dot": lambda L: L,
}


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, arguments)


# Families and workloads


@pytest.mark.parametrize("size", [2, 3, 5])
@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_computes_what_it_is_named_after(name: str, size: int) -> None:
    random, family = Random(size), FAMILIES[name]
    x = [Fraction(random.randint(1, 99), random.randint(1, 99)) for _ in range(family.inputs(size))]
    assert family.build(size, x) == ORACLES[name](size, x)


@pytest.mark.parametrize("name", CAREFUL)
def test_a_family_costs_at_most_what_theory_says(name: str) -> None:
    for size in (3, FAMILIES[name].sizes[0]):
        row = ratio.row_of(FAMILIES[name], size)
        assert row.total_gates <= CAREFUL[name](row.value_gates)


def test_rational_workloads_compute_what_they_are_named_after() -> None:
    random = Random(1)
    x = [Fraction(random.randint(1, 99), random.randint(1, 99)) for _ in range(16)]
    assert WORKLOADS["speel"].build(16, x, None) == math.prod(x)
    assert WORKLOADS["det"].build(4, x, None) == determinant(4, x)
    valleys = [100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(x)]
    assert WORKLOADS["rosen"].build(16, list(map(float, x)), None) == pytest.approx(float(sum(valleys)), rel=1e-12)
    assert WORKLOADS["deep"].build(2, x, None) == (x[0] ** 2 + x[0]) ** 2 + x[1]


def test_a_network_without_weights_answers_with_its_last_bias() -> None:
    weights = [0.0] * WORKLOADS["mlp"].inputs(3)
    weights[-1] = 2.0
    assert WORKLOADS["mlp"].build(3, weights, math) == (2.0 - 0.3) ** 2


# The table of ratios


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ratio") / "ratio.json"
    result = run("ratio", "--quick", "--json", str(path))
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture(scope="module")
def table(figures: Path) -> Table:
    return readme.table_of(Section.of(json.loads(figures.read_text("utf-8"))))


def test_every_row_is_certified_at_no_more_than_its_price(table: Table) -> None:
    assert [row[0] for row in table.rows] == [*WORKLOADS, *FAMILIES]
    for name, _, _, L, T, ratio_, price, limit, verdict in table.rows:
        assert isinstance(L, int)
        assert isinstance(T, int)
        assert isinstance(price, int)
        factor = int(str(limit)[0])
        assert limit == f"{factor}L = {factor * L}"
        assert (verdict, ratio_) == ("CERTIFIED", f"{T / L:.3f}"), name
        assert T <= price <= factor * L


def test_the_readme_has_the_table_of_a_run(figures: Path) -> None:
    result = run("readme", str(figures), str(README), "--check")
    assert (result.exit_code, result.output) == (0, "")


def test_a_wrong_figure_in_a_document_is_found_and_put_right(figures: Path, tmp_path: Path) -> None:
    document = tmp_path / "document.txt"
    document.write_text("above\n<!-- ratio -->\nold\n<!-- end ratio -->\nbelow\n", "utf-8")
    arguments = ["readme", str(figures), str(document)]
    assert run(*arguments, "--check").exit_code == 1
    assert run(*arguments).exit_code == 0
    assert run(*arguments, "--check").exit_code == 0
    text = document.read_text("utf-8")
    assert text.startswith("above\n<!-- ratio -->\n\n| name |")
    assert text.endswith(" CERTIFIED |\n\n<!-- end ratio -->\nbelow\n")
    document.write_text(text.replace("| 2995 |", "| 2994 |"), "utf-8")
    assert run(*arguments, "--check").exit_code == 1


def test_a_document_without_the_markers_is_refused() -> None:
    with pytest.raises(click.ClickException, match="no lines <!-- ratio --> and <!-- end ratio -->"):
        readme.with_table("<!-- end ratio -->\n<!-- ratio -->\n", "table")


def test_figures_of_another_size_are_refused(figures: Path) -> None:
    section = Section.of(json.loads(figures.read_text("utf-8")))
    with pytest.raises(click.ClickException, match="no table of 'functions of about 1,000 gates"):
        readme.table_of(replace(section, tables=section.tables[:1]))


def test_the_table_in_markdown_has_as_many_cells_in_each_line(table: Table) -> None:
    lines = readme.as_markdown(table).splitlines()
    assert {line.count("|") for line in lines} == {10}
    assert "| speel | x1\\*...\\*xn | 1000 | 999 | 2995 | 2.998 | 2997 | 4L = 3996 | CERTIFIED |" in lines


def test_a_program_that_is_not_certified_ends_the_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ratio.row_of(FAMILIES["dot"], 2)
    monkeypatch.setattr(ratio, "rows", lambda about: [replace(row, verdict="REJECTED")])
    with pytest.raises(click.ClickException, match="dot of size 2: REJECTED"):
        ratio.measure(["100"], peer=False)


def test_without_casadi_a_note_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "casadi", lambda: None)
    section = ratio.measure(["100"], peer=True)
    assert section.notes == (ratio.NO_CASADI,)
    assert len(section.tables) == 1


def test_casadi_is_counted_by_the_same_rule() -> None:
    pytest.importorskip("casadi")
    counts = [ratio.casadi_gates(FAMILIES[name], 10) for name in ("product", "dot", "quotient")]
    assert counts == [3 * 9 - 2, 2 * 10 - 1, 5 * 9 - 1]


# Speed


@pytest.fixture
def no_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "casadi", lambda: None)
    monkeypatch.setattr(peers, "ddx", lambda: None)
    monkeypatch.setattr(far, "find_spec", lambda name: None)


@pytest.mark.usefixtures("no_peers")
def test_a_peer_that_is_absent_is_named_and_nothing_is_made_up_for_it(tmp_path: Path) -> None:
    path = tmp_path / "speed.json"
    result = run(
        "speed", "--gates", "1000", "--workload", "deep", "--rounds", "2", "--peer", "torch", "--json", str(path)
    )
    assert result.exit_code == 0, result.output
    rows = json.loads(path.read_text("utf-8"))["rows"]
    assert [row["what"] for row in rows] == [
        *("formula", "formula", "sweep", "fewest adds", "formula", "NumPy", "NumPy", "sympy expression", "string")
    ]
    absent = [row["peer"] for row in rows if row["peer"]]
    names = ["ddx-ad", "casadi", "casadi.gradient", "torch", "casadi of matrices", "ddx-ad unrolled"]
    assert absent == [f"{name}: not installed (extra bench)" for name in names]
    assert [row["peer_seconds"] or row["ratio"] or row["spread"] for row in rows] == [None] * len(rows)
    assert all(row["seconds"] > 0 for row in rows if row["what"] != "fewest adds")


def test_peers_take_turns_and_slow_ones_are_left_out_at_the_next_size() -> None:
    order: list[str] = []

    def job(name: str) -> Callable[[], None]:
        return lambda: order.append(name)

    task = Task("formula", "deep", 1000, job("baur"), {"one": job("one"), "none": "not installed"})
    slow: dict[str, float] = {}
    compared, absent = measured(task, 2, slow)
    assert (compared.peer, absent.peer, absent.ratio) == ("one", "none: not installed", None)
    assert compared.peer_seconds is not None
    assert compared.ratio == compared.seconds / compared.peer_seconds
    assert list(slow) == ["one"]
    kinds = [name for name, before in zip(order, ["", *order], strict=False) if name != before]
    assert kinds == ["baur", "one", "baur", "one"] or kinds == ["baur", "one", "baur"]
    (left_out, _) = measured(task, 2, {"one": 2.0})
    assert left_out.peer == "one: would take over 15 s"


def test_growth_is_fitted_over_all_sizes() -> None:
    rows = [Row("formula", "deep", gates, "", 1e-6 * gates**1.5) for gates in (10, 100, 1000)]
    assert list(growth(rows)) == ["formula, deep: time grows like gates^1.50 from 10 to 1,000 gates"]


def test_builds_are_drawn_one_plot_a_workload(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    rows = [Row("formula", name, gates, "peer", 1.0, 2.0, 0.5) for name in ("deep", "det") for gates in (10, 100)]
    draw(rows, tmp_path / "speed.svg")
    text = (tmp_path / "speed.svg").read_text("utf-8")
    assert [text.count(f"<!-- {word} -->") for word in ("deep", "det", "baur", "peer")] == [1, 1, 1, 1]


def test_the_network_of_the_peers_is_the_workload() -> None:
    signals = [0.5, -0.25, 1.0]
    weights = [0.1 * place for place in range(2 * 3 * 4 + 3 + 1)]
    inner = [
        math.tanh(sum(w * s for w, s in zip(weights[3 * k : 3 * k + 3], signals, strict=True)) + weights[9 + k])
        for k in range(3)
    ]
    outer = [
        math.tanh(sum(w * s for w, s in zip(weights[12 + 3 * k : 15 + 3 * k], inner, strict=True)) + weights[21 + k])
        for k in range(3)
    ]
    error = sum(w * s for w, s in zip(weights[24:27], outer, strict=True)) + weights[27] - 0.3
    assert peers.unrolled_network(3, signals)(weights, math) == pytest.approx(error * error, rel=1e-12)


# Scale


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="peak memory is read on Linux only")
def test_every_step_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "scale.json"
    result = run("scale", "--gates", "1000", "--workload", "deep", "--json", str(path))
    assert result.exit_code == 0, result.output
    figures = json.loads(path.read_text("utf-8"))
    assert [each["step"] for each in figures] == ["build", "save", "load", "emit", "compile", "certify", "check"]
    assert {(each["gates"], each["lines"]) for each in figures} == {(1000, 2490)}
    written = {each["step"]: each["written"] for each in figures}
    assert written["emit"] > 2490 * len("x = y + z\n")
    assert written["save"] > 9 * 2490
    assert result.output.count("us a gate") == len(figures)


def test_growth_is_the_slope_of_logarithms() -> None:
    rows = [scale.Figure("build", "deep", gates, 1, gates**1.5 / 1e6, 0) for gates in (10, 100, 1000)]
    assert list(scale.growth(rows)) == ["build, deep: seconds grow like gates^1.50 from 10 to 1,000"]
