"""`baur report --baseline`: formulas that need more gates than in an earlier report fail, and are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compiler.commands.report import command
from compiler.report import Row, compare, comparison_lines, exit_status, layout, read_baseline
from compiler.report.baseline import SHOWN

FORMULAS = "\n".join(
    json.dumps({"name": name, "formula": formula})
    for name, formula in {"first": "x*y + x/y", "second": "a/b/c", "third": "x*"}.items()
)


def report(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [*map(str, arguments), "--jobs", "1"])


def row(name: str, total: int | None) -> Row:
    return Row(name, "s", 1, "refused" if total is None else "certified", "", "", total, total, 4, total)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Return a collection of a formula of 7 gates, one of 8 and a bad one, and its report."""
    formulas, baseline = tmp_path / "f.jsonl", tmp_path / "baseline.json"
    formulas.write_text(FORMULAS)
    baseline.write_text(report(formulas, "--format", "json").stdout)
    return formulas, baseline


def edited(baseline: Path, name: str, total: int | None) -> Path:
    """Change the gates of a formula in a report."""
    record = json.loads(baseline.read_text())
    for each in record["formulas"]:
        if each["name"] == name:
            each["total"] = total
    baseline.write_text(json.dumps(record))
    return baseline


def test_the_same_collection_passes(files: tuple[Path, Path]) -> None:
    formulas, baseline = files
    result = report(formulas, "--baseline", baseline)
    assert result.exit_code == report(formulas).exit_code == 2  # for the bad formula
    assert result.stdout.endswith("no formula needs other gates than before\n")


def test_more_gates_fail_with_the_name_and_both_numbers(files: tuple[Path, Path]) -> None:
    formulas, baseline = files
    result = report(formulas, "--baseline", edited(baseline, "first", 6))
    assert result.exit_code == 1
    assert "more gates: first: 6 before, 7 now\n" in result.stdout
    assert "second" not in result.stdout.partition("more gates")[2]


def test_fewer_gates_pass_and_are_told(files: tuple[Path, Path]) -> None:
    formulas, baseline = files
    result = report(formulas, "--baseline", edited(baseline, "first", 9))
    assert result.exit_code == 2
    assert result.stdout.endswith("fewer gates: first (9 before, 7 now)\n")


def test_new_and_vanished_formulas_are_told(files: tuple[Path, Path]) -> None:
    formulas, baseline = files
    formulas.write_text(FORMULAS.replace("second", "other"))
    result = report(formulas, "--baseline", baseline)
    assert result.exit_code == 2
    assert result.stdout.endswith("new: other\nvanished: second\n")


def test_a_formula_that_is_not_counted_any_more_is_told(files: tuple[Path, Path]) -> None:
    formulas, baseline = files
    result = report(formulas, "--baseline", edited(baseline, "third", 5))
    assert result.stdout.endswith("not counted any more: third\n")
    again = report(formulas, "--baseline", edited(baseline, "third", None))
    assert "third" not in again.stdout.splitlines()[-1]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_the_other_formats_tell_it_on_stderr(files: tuple[Path, Path], form: str) -> None:
    formulas, baseline = files
    result = report(formulas, "--baseline", edited(baseline, "first", 6), "--format", form)
    assert result.exit_code == 1
    assert result.stderr.endswith("more gates: first: 6 before, 7 now\n")


def test_json_holds_what_changed_and_is_a_baseline_again(files: tuple[Path, Path]) -> None:
    formulas, baseline = files
    result = report(formulas, "--baseline", edited(baseline, "first", 6), "--format", "json")
    assert json.loads(result.stdout)["baseline"] == {
        "more": [{"name": "first", "before": 6, "now": 7}],
        "fewer": [], "new": [], "vanished": [], "lost": [],
    }  # fmt: skip
    baseline.write_text(result.stdout)
    assert read_baseline(str(baseline)) == {"first": 7, "second": 8, "third": None}


def test_markdown_lists_what_changed(files: tuple[Path, Path]) -> None:
    formulas, baseline = files
    result = report(formulas, "--baseline", edited(baseline, "first", 6), "--format", "markdown")
    assert "- more gates: first: 6 before, 7 now\n" in result.stdout


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"format": "baur verify", "version": 1, "formulas": []}',
        '{"format": "baur report", "version": 2, "formulas": []}',
        '{"format": "baur report", "version": 1, "formulas": [1]}',
        '{"format": "baur report", "version": 1, "formulas": [{"name": "f"}]}',
        '{"format": "baur report", "version": 1, "formulas": [{"name": [], "total": 1}]}',
        '{"format": "baur report", "version": 1, "formulas": [{"name": "f", "total": 7.5}]}',
        '{"format": "baur report", "version": 1, "formulas": [{"name": "f", "total": true}]}',
        '{"format": "baur report", "version": 1, "formulas": [{"name": "f", "total": NaN}]}',
        '{"format": "baur report", "version": 1, "formulas": ' + "[" * 100_000,
        "\udcff",
    ],
    ids=range(14),
)
def test_what_is_no_report_is_bad_input(files: tuple[Path, Path], text: str) -> None:
    formulas, baseline = files
    baseline.write_bytes(text.encode("utf-8", "surrogateescape"))
    result = report(formulas, "--baseline", baseline)
    assert result.exit_code == 2
    assert "is no report" in result.stderr
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1


def test_a_missing_baseline_is_bad_input(files: tuple[Path, Path]) -> None:
    result = report(files[0], "--baseline", "none.json")
    assert (result.exit_code, result.stderr) == (2, "baur: cannot read none.json: No such file or directory\n")


def test_all_dearer_formulas_are_named_and_the_first_of_the_others() -> None:
    many = [str(each) for each in range(2 * SHOWN)]
    lines = comparison_lines(compare([row(each, 2) for each in many], dict.fromkeys(many, 1)))
    assert lines == [f"more gates: {each}: 1 before, 2 now" for each in many]
    (line,) = comparison_lines(compare([row(each, 2) for each in many], {}))
    assert line == f"new: {', '.join(many[:SHOWN])} and {SHOWN} more"


@pytest.mark.parametrize(("before", "status"), [(1, 1), (2, 0), (3, 0), (None, 0)])
def test_the_exit_status_counts_added_gates(before: int | None, status: int) -> None:
    rows = [row("f", 2)]
    assert exit_status(rows, None, compare(rows, {"f": before})) == status
    assert "baseline" not in json.loads(layout(rows, "json"))
