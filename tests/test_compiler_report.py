"""A report: formulas measured in workers, laid out, summed up, drawn; and the command."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from circuit.errors import ResourceLimit
from compiler import NotCertified
from compiler.commands.report import command
from compiler.report import Entry, Row, exit_status, layout, measure_all, ordered, read_sources, summary_lines
from compiler.report import plot as picture
from compiler.report import rows as rows_module
from compiler.report.rows import measure
from tests import corpora

ROOT = Path(__file__).resolve().parent.parent
KEYS = {
    "name", "source", "place", "status", "verdict", "kind", "gates", "total", "ratio", "bound", "exact_bound", "notes",
    "seconds",
}  # fmt: skip
SUMMARY_KEYS = {
    "formulas", "certified", "rejected", "refused", "limit", "over", "kinds", "median_ratio", "worst_ratio", "worst",
    "slowest_seconds", "slowest",
}  # fmt: skip


def report(*arguments: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(command, [*map(str, arguments), "--jobs", "1"], input=stdin)


# One formula


def test_a_row_has_the_counts_of_the_certificate() -> None:
    row = measure(Entry("s", 1, "x*y + x/y", "f"))
    assert (row.gates, row.total, row.bound, row.exact_bound) == (3, 7, 4, 9)
    assert (row.status, row.verdict, row.kind) == ("certified", "CERTIFIED", "")
    assert row.ratio == 7 / 3
    assert row.seconds > 0


@pytest.mark.parametrize(("formula", "counts"), [("x", (0, 0, 1.0)), ("x/y", (1, 4, 4.0)), ("7", (0, 0, 1.0))])
def test_small_formulas(formula: str, counts: tuple[int, int, float]) -> None:
    row = measure(Entry("s", 1, formula))
    assert (row.gates, row.total, row.ratio) == counts
    assert not row.beyond


@pytest.mark.parametrize(
    ("formula", "status", "kind", "reason"),
    [
        ("2x", "refused", "parse error", "refused: column 2: "),
        ("frob(x)", "refused", "unsupported function", "refused: column 1: frob"),
        ("", "refused", "parse error", "refused: column 1: the formula is empty"),
        ("9" * 2000, "limit", "resource limit", "refused: column 1: a number of 2,000 digits"),
    ],
)
def test_a_refusal_is_one_line_with_its_kind(formula: str, status: str, kind: str, reason: str) -> None:
    row = measure(Entry("s", 1, formula))
    assert (row.status, row.kind) == (status, kind)
    assert row.verdict.startswith(reason)
    assert "\n" not in row.verdict
    assert row.ratio is None


@pytest.mark.parametrize(
    ("error", "status", "verdict"),
    [
        (KeyError("adjoint"), "refused", "refused: internal error: KeyError: 'adjoint'"),
        (MemoryError(), "limit", "refused: out of memory"),
        (ResourceLimit("too deep\nhere"), "limit", "refused: too deep"),
        (
            NotCertified("the verifier rejected the compiled program: REJECTED at claim gradient: wrong"),
            "rejected",
            "REJECTED at claim gradient: wrong",
        ),
    ],
    ids=["defect", "memory", "limit", "rejected"],
)
def test_every_failure_is_a_row(monkeypatch: pytest.MonkeyPatch, error: Exception, status: str, verdict: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(rows_module, "compile_gradient", fail)
    row = measure(Entry("s", 1, "x"))
    assert (row.status, row.verdict) == (status, verdict)


def test_variables_that_lack_a_name_give_way_to_the_names_of_the_formula() -> None:
    row = measure(Entry("s", 1, "x*y*z", "f", variables=("y", "x")))
    assert (row.gates, row.total, row.status) == (2, 4, "certified")
    assert row.notes == ("variables lacks z: the names of the formula are taken instead",)
    kept = measure(Entry("s", 1, "x*lambda*z", "f", variables=("x", "lambda")))
    assert kept.kind == "invalid symbol"
    assert "'z' is not among the variables" in kept.verdict


def test_parameters_have_no_derivative() -> None:
    assert measure(Entry("s", 1, "a*x", parameters=("a",))).total == 1
    assert measure(Entry("s", 1, "a*x*x", parameters=("a",))).total != measure(Entry("s", 1, "a*x*x")).total


def test_warnings_become_notes() -> None:
    (note,) = measure(Entry("s", 1, "x*1e-400")).notes
    assert note.startswith("ConstantUnderflow")


def test_a_row_loads_neither_sympy_nor_what_is_only_shown() -> None:
    code = (
        "import json, sys\n"
        "from compiler.commands import report\n"
        "from compiler.report.rows import Entry, measure\n"
        "assert measure(Entry('s', 1, 'x*sin(y)')).status == 'certified'\n"
        "print(json.dumps(sorted(name for name in sys.modules if '.' not in name)))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(run.stdout))
    assert "mpmath" in loaded
    assert not loaded & {"sympy", "networkx", "numba", "rich", "matplotlib"}


# Many formulas


class Deadly(Entry):
    """An entry that does something else than arrive: the worker that takes it from its pipe calls a function."""

    call: tuple[Callable[..., Any], tuple[Any, ...]]

    def __reduce__(self) -> Any:
        return self.call


class Killed(Deadly):
    call = (signal.raise_signal, (signal.SIGKILL,))


class Ended(Deadly):
    call = (os._exit, (7,))


class Late(Deadly):
    call = (time.sleep, (1000,))


def entries(*formulas: str) -> list[Entry]:
    return [Entry("s", place, formula, f"f{place}") for place, formula in enumerate(formulas, 1)]


@pytest.mark.parametrize("jobs", [1, 3])
def test_rows_come_in_the_order_of_the_entries(jobs: int) -> None:
    formulas = [" + ".join([f"x{k}*y" for k in range(size)]) for size in (2, 30, 1, 9, 4)]
    finished: list[None] = []
    found = measure_all(entries(*formulas), jobs, done=lambda: finished.append(None))
    assert [(row.name, row.gates) for row in found] == [("f1", 3), ("f2", 59), ("f3", 1), ("f4", 17), ("f5", 7)]
    assert len(finished) == 5


def test_a_worker_that_ends_costs_its_own_formula() -> None:
    mortal = [Killed("s", 1, name="killed"), *entries("x/y"), Ended("s", 3, name="ended"), *entries("x*y")]
    found = measure_all(mortal, 1)
    assert [row.status for row in found] == ["limit", "certified", "limit", "certified"]
    assert found[0].verdict == "refused: lost worker: its process was killed by signal 9 (out of memory?)"
    assert found[2].verdict == "refused: lost worker: its process ended with status 7"


def test_a_late_formula_is_stopped() -> None:
    (row,) = measure_all([Late("s", 1, name="late")], 2, timeout=0.01)
    assert (row.status, row.kind) == ("limit", "time limit")
    assert row.verdict == "refused: time limit: not done in 0.01 s"


# Order, summary, exit status


def row(name: str, gates: int | None = None, total: int | None = None, status: str = "certified", **more: Any) -> Row:
    verdict = {"certified": "CERTIFIED", "rejected": "REJECTED at claim text: why"}.get(status, "refused: why")
    kind = more.pop("kind", "" if status in ("certified", "rejected") else "parse error")
    bound = None if gates is None else 5
    return Row(name, "s", 1, status, verdict, kind, gates, total, bound, total, **more)


FOUR = [row("x10", 4, 8, seconds=0.1), row("no", status="refused"), row("x9", 2, 6, seconds=0.3), row("z", 9, 9)]


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("input", ["x10", "no", "x9", "z"]),
        ("name", ["no", "x9", "x10", "z"]),
        ("gates", ["z", "x10", "x9", "no"]),
        ("total", ["z", "x10", "x9", "no"]),
        ("ratio", ["x9", "x10", "z", "no"]),
        ("time", ["x9", "x10", "no", "z"]),
    ],
)
def test_numbers_are_sorted_with_the_largest_first(sort: str, names: list[str]) -> None:
    assert [each.name for each in ordered(FOUR, sort)] == names


def test_the_summary_counts_and_names_the_extremes() -> None:
    rows = [*FOUR, row("big", status="limit", kind="resource limit"), row("bad", status="rejected"), row("c", 0, 0)]
    assert summary_lines(rows, 2.5) == [
        "7 formulas: 4 CERTIFIED, 2 refused, 1 REJECTED",
        "refused: 1 parse error, 1 resource limit",
        "refused 2 times: why",
        "ratio: median 2.00, worst 3.00 (x9)",
        "over the ratio 2.5: x9 (3)",
        "slowest: x9, 0.30 s",
    ]


def test_the_summary_gathers_equal_reasons_at_different_places() -> None:
    rows = [measure(each) for each in entries("frob(x)", "1 + frob(x)", "(2x", "x +\n frob(x)")]
    assert "refused 2 times: frob is not a supported function" in "\n".join(summary_lines(rows))
    assert "refused: 2 unsupported function, 2 parse error" in summary_lines(rows)


def test_what_an_atan2_adds_is_explained() -> None:
    found = measure(Entry("s", 1, "atan2(y, x)", "f"))
    assert (found.status, found.total) == ("certified", 7)
    assert "   5+  CERTIFIED" in layout([found], "text")
    assert "bound 5+: an atan2 may add 2 gates to it" in summary_lines([found])


@pytest.mark.parametrize(
    ("statuses", "max_ratio", "status"),
    [
        (["certified"], None, 0),
        (["certified"], 3.0, 0),
        (["certified"], 2.99, 1),
        (["limit", "certified"], None, 3),
        (["limit", "refused"], None, 2),
        (["limit", "refused", "rejected"], None, 1),
        ([], None, 2),
    ],
)
def test_the_exit_status_is_that_of_the_worst(statuses: list[str], max_ratio: float | None, status: int) -> None:
    rows = [row("f", 2, 6) if each == "certified" else row("f", status=each) for each in statuses]
    assert exit_status(rows, max_ratio) == status


# Layout


@pytest.mark.parametrize("width", [60, 80, 132])
def test_the_table_fits_the_terminal(width: int) -> None:
    rows = [row("a_name_of_many_words_" * 5, 123_456, 600_000), row("b", status="refused"), row("c", 1, 2)]
    table = layout(rows, "text", width=width).split("\n\n")[0].splitlines()
    assert all(len(line) <= width for line in table)
    assert "..." in table[1]
    assert table[1].startswith("a_na")
    assert table[1].endswith("CERTIFIED")


def test_without_a_terminal_reasons_are_whole() -> None:
    reason = "refused: " + "a long reason " * 20
    assert reason in layout([Row("f", "s", 1, "refused", reason, "parse error")], "text")


def test_only_json_and_the_slowest_line_have_seconds() -> None:
    one, other = ([row("f", 2, 6, seconds=seconds)] for seconds in (0.5, 0.25))
    for form in ("csv", "markdown"):
        assert layout(one, form) == layout(other, form)
    assert layout(one, "text").replace("0.50", "0.25") == layout(other, "text")


def test_markdown_keeps_its_cells() -> None:
    text = layout([row("a|b*c", 1, 2)], "markdown")
    assert text.splitlines()[2] == "| a\\|b\\*c | 1 | 2 | 2.00 | 5 | CERTIFIED |"


# The command


def test_text_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x*y + x/y\n2x\n", "utf-8")
    result = report(tmp_path / "a.txt")
    assert result.exit_code == 2
    table = result.stdout.splitlines()
    assert table[0].split() == ["name", "gates", "total", "ratio", "bound", "verdict"]
    assert table[1].split() == ["a.txt:1", "3", "7", "2.33", "4", "CERTIFIED"]
    assert table[2].startswith("a.txt:2      -      -      -      -  refused: column 2: ")
    assert "2 formulas: 1 CERTIFIED, 1 refused" in table


def test_stdin_as_json_with_closed_keys() -> None:
    result = report("-", "--format", "json", "--max-ratio", "3", stdin="x/y\n# no\nx*y\n")
    assert result.exit_code == 1
    record = json.loads(result.stdout)
    assert set(record) == {"format", "version", "max_ratio", "formulas", "summary"}
    assert set(record["summary"]) == SUMMARY_KEYS
    assert [set(each) for each in record["formulas"]] == [KEYS] * 2
    assert [each["name"] for each in record["formulas"]] == ["stdin:1", "stdin:3"]
    assert record["summary"]["over"] == 1
    assert "over the ratio 3: stdin:1 (4)" in result.stderr


def test_csv_reads_back(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"name": "f, \\"g\\"", "formula": "x/y"}', "utf-8")
    result = report(tmp_path, "--format", "csv")
    assert result.exit_code == 0
    (read_back,) = csv.DictReader(io.StringIO(result.stdout))
    assert read_back["name"] == 'f, "g"'
    assert (read_back["gates"], read_back["total"], read_back["ratio"]) == ("1", "4", "4.0000")
    assert "1 formula: 1 CERTIFIED" in result.stderr


def test_a_limit_alone_is_told_apart() -> None:
    assert report("-", stdin=f"x\n{'9' * 2000}\n").exit_code == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-"], "no formulas in -"),
        (["-", "--plot", "p.jpg"], "it is one of .svg, .png, .pdf"),
        (["-", "--max-ratio", "-1"], "-1.0 is not in the range"),
        ([], "Missing argument"),
    ],
)
def test_bad_usage_ends_with_2(arguments: list[str], message: str) -> None:
    result = report(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


# The picture


def test_a_plot_is_drawn_the_same_way_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    paths = [tmp_path / name for name in ("a.svg", "b.svg")]
    for path in paths:
        assert report("-", "--plot", path, stdin="x*y + x/y\nsin(x)\nx\n2x\n").exit_code == 2
    text = paths[0].read_text("utf-8")
    assert text == paths[1].read_text("utf-8")
    for shown in ("bound 4", "bound 5", "3 of 4 formulas certified", "with transfer functions (1)", "stdin:1"):
        assert shown in text


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("a.PDF", b"%PDF")])
def test_a_plot_has_the_format_of_its_ending(tmp_path: Path, name: str, start: bytes) -> None:
    pytest.importorskip("matplotlib")
    picture.draw([row("f", 5, 9), row("g", 50_000, 90_000)], str(tmp_path / name))
    assert (tmp_path / name).read_bytes().startswith(start)


def test_nothing_certified_is_a_picture_too(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture.draw([row("f", status="refused")], str(tmp_path / "a.svg"))
    assert "0 of 1 formulas certified" in (tmp_path / "a.svg").read_text("utf-8")


def test_a_plot_without_matplotlib_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "find_spec", lambda _: None)
    result = report("-", "--plot", "p.svg", stdin="x\n")
    assert result.exit_code == 2
    assert "pip install matplotlib" in result.stderr
    assert not result.stdout


def test_a_plot_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    result = report("-", "--plot", tmp_path / "no" / "p.svg", stdin="x\n")
    assert result.exit_code == 2
    assert "cannot write" in result.stderr
    assert "CERTIFIED" in result.stdout


# Published collections


@pytest.mark.parametrize(("name", "number"), [("srsd-feynman", 120), ("uo-functions", 197), ("multibody", 15)])
def test_a_published_collection_is_certified_whole(name: str, number: int) -> None:
    try:
        folder = corpora.corpus(name)
    except corpora.MissingCorpus as missing:
        pytest.skip(str(missing))
    found = read_sources([str(folder)])
    assert len({each.name for each in found}) == len(found) == number
    rows = measure_all(found, 2)
    assert [each.name for each in rows if each.verdict != "CERTIFIED"] == []
    assert all(each.ratio is not None and each.bound and each.ratio <= each.bound for each in rows)
    noted = {each.name for each in rows if each.notes}
    assert noted == (set(corpora.FORGOTTEN_NAMES) if name == "srsd-feynman" else set())
