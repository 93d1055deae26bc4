"""Collections of formulas are read in every form, under distinct names; what cannot be read is named, not raised."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compiler.report import read_sources
from compiler.report.names import clean, labels, shortened
from compiler.report.rows import measure
from compiler.report.sources import split_list, text_entries


def written(folder: Path, **files: str) -> Path:
    """Write files (`a_txt` is a.txt) and return their folder."""
    for name, text in files.items():
        path = folder / name.replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def read(path: Path, column: str | None = None) -> list[tuple[str, str]]:
    return [(each.name, each.formula or f"problem: {each.problem}") for each in read_sources([str(path)], column)]


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("x*y\n\n  # a comment\n  x/y  \r\nz", [(1, "x*y"), (4, "x/y"), (5, "z")]),
        ("[a,\n\n b]\nc", [(1, "[a,  b]"), (4, "c")]),
        ("[x[3], f([", [(1, "")]),
        ("x[3] + (", [(1, "x[3] + (")]),
        ("a\u2028b\x0cc", [(1, "a\u2028b\x0cc")]),
        ("# nothing\n", []),
    ],
    ids=["lines", "list over lines", "list never closed", "index", "only line feeds end lines", "nothing"],
)
def test_a_text_is_one_formula_a_line(text: str, formulas: list[tuple[int, str]]) -> None:
    assert [(each.place, each.formula) for each in text_entries("t", text)] == formulas


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("[a, f(b, c), x[1, 2]]", ["a", "f(b, c)", "x[1, 2]"]),
        ("[a]", ["a"]),
        ("[a, b,]", ["a", "b"]),
        ("[]", []),
        ("[a, , b]", ["a", "", "b"]),
    ],
)
def test_a_list_is_split_at_its_own_commas(text: str, items: list[str]) -> None:
    assert split_list(text) == items


@pytest.mark.parametrize("text", ["[a, (b]", "[a] + 1", "[a, b"])
def test_what_is_no_list_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="bracketed list"):
        split_list(text)


def test_a_list_is_several_formulas_and_a_bad_one_a_problem(tmp_path: Path) -> None:
    written(tmp_path, a_txt="x\n[x*y, g(x, y)]\n[x] + 1\n")
    assert read(tmp_path / "a.txt") == [
        ("a.txt:1", "x"),
        ("a.txt:2[0]", "x*y"),
        ("a.txt:2[1]", "g(x, y)"),
        ("a.txt:3", "[x] + 1"),
    ]
    assert [each.problem for each in read_sources([str(tmp_path)])] == ["", "", "", "text follows the bracketed list"]


def test_jsonl_takes_formula_or_raw_with_names(tmp_path: Path) -> None:
    records = [
        {"formula": "a*x", "variables": ["x"], "parameters": ["a"], "id": "i", "name": "n"},
        {"raw": "x/y", "variables": [{"index": 1, "name": "x"}, {"index": 0, "name": "y"}], "title": "t"},
        {"raw": "x", "variables": [{"name": "x"}], "id": 7},
    ]
    written(tmp_path, a_jsonl="\n\n".join(map(json.dumps, records)))
    found = [(each.name, each.place, each.variables, each.parameters) for each in read_sources([str(tmp_path)])]
    assert found == [("n", 1, ("x",), ("a",)), ("t", 3, ("y", "x"), ()), ("7", 5, ("x",), ())]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[1]", "a line is an object"),
        ('{"f": "x"}', "no key formula or raw; there are: f"),
        ('{"formula": 3}', "formula is a text, not 3"),
        ('{"formula": "x", "variables": 1}', "variables is a list of names"),
        ('{"formula": "x", "variables": "x"}', "variables is a list of names"),
        ('{"formula": "x", "parameters": [{"index": 0}]}', "parameters is a list of names"),
    ],
)
def test_a_bad_record_is_a_problem_of_its_own_line(tmp_path: Path, line: str, problem: str) -> None:
    written(tmp_path, a_jsonl=f'{line}\n{{"formula": "x"}}\n')
    bad, good = read_sources([str(tmp_path)])
    assert bad.problem.startswith(problem)
    assert (bad.place, good.place, good.problem) == (1, 2, "")


def test_csv_takes_the_named_column_else_formula_else_raw(tmp_path: Path) -> None:
    table = 'id,raw,other\nf,x/y,"[a, b]"\n"g, h","max(x,\ny)",c\n'
    written(tmp_path, a_csv=table)
    assert read(tmp_path) == [("f", "x/y"), ("g, h", "max(x,\ny)")]
    assert read(tmp_path, "other") == [("f[0]", "a"), ("f[1]", "b"), ("g, h", "c")]
    written(tmp_path, a_csv=f"formula,{table}")
    assert read(tmp_path)[0] == ("x/y", "f"), "a column `formula` goes before `raw`"


def test_csv_without_the_column_lists_those_there_are(tmp_path: Path) -> None:
    written(tmp_path, a_csv="one,two\n1,2\n", b_csv="formula\nx\n")
    (path, problem), good = read(tmp_path)
    assert path == str(tmp_path / "a.csv")
    assert problem.endswith("no column formula or raw (--column names one); there are: one, two")
    assert good == ("b.csv:1", "x")


def test_a_long_field_and_a_broken_one(tmp_path: Path) -> None:
    long = "+".join(["x"] * 100_000)
    written(tmp_path, a_csv=f"formula\n{long}\n", b_csv='formula\nx\n"y"z\n')
    entries = read_sources([str(tmp_path)])
    assert [each.formula for each in entries] == [long, "x", ""]
    assert entries[2].problem.startswith("no CSV")


def test_a_folder_is_walked_in_sorted_order(tmp_path: Path) -> None:
    written(tmp_path, b_txt="x", a_jsonl='{"formula": "y"}', c_py="z", LICENSE_txt="w", d_TXT="v")
    written(tmp_path / "a", z_csv="formula\nu")
    written(tmp_path / ".hidden", z_txt="s")
    assert [formula for _, formula in read(tmp_path)] == ["y", "x", "v", "u"]
    assert read(tmp_path / "c.py") == [("c.py:1", "z")]


def test_a_missing_file_and_bytes_that_are_no_text_stop_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfx\n\xff\xfe\ny")
    missing, first, second, third = read_sources([str(tmp_path / "no"), str(tmp_path / "a.txt")])
    assert missing.problem == "cannot be read: No such file or directory"
    assert (first.formula, third.formula) == ("x", "y")
    assert measure(second).status == "refused"


def test_fpcore_files_are_split_into_cores(tmp_path: Path) -> None:
    pytest.importorskip("circuit.fpcore")
    written(tmp_path, a_fpcore='(FPCore (x y) :name "first" (* x y))\n(FPCore (x) (/ 1 x))\n', b_fpcore="(FPCore (x")
    entries = read_sources([str(tmp_path)])
    assert [each.name for each in entries] == ["first", "a.fpcore:2", str(tmp_path / "b.fpcore")]
    rows = [measure(each) for each in entries]
    assert [(row.gates, row.total) for row in rows] == [(1, 1), (1, 3), (None, None)]


# Names


def test_names_are_made_distinct_by_size_then_by_file_then_by_number(tmp_path: Path) -> None:
    sized = "\n".join(f'{{"name": "f", "n": {n}, "formula": "x"}}' for n in (12, 60, 60))
    written(tmp_path / "a", one_jsonl=sized + '\n{"name": "g", "formula": "x"}\n{"name": "h", "n": 3, "formula": "x"}')
    written(tmp_path / "b", one_jsonl='{"name": "g", "formula": "x"}')
    names = [name for name, _ in read(tmp_path)]
    assert names == ["f-12", "f-60", "f-60#2", "a/one.jsonl:g", "h", "b/one.jsonl:g"]


def test_a_label_is_the_shortest_tail_of_its_own() -> None:
    paths = ["p/a/x.txt", "p/b/x.txt", "p/b/y.txt", "x.txt"]
    assert labels(paths) == {
        "p/a/x.txt": "a/x.txt", "p/b/x.txt": "b/x.txt", "p/b/y.txt": "y.txt", "x.txt": "x.txt",
    }  # fmt: skip


@pytest.mark.parametrize("width", range(12))
def test_a_shortened_name_keeps_both_ends(width: int) -> None:
    short = shortened("abcdefghij", width)
    assert len(short) == min(width, 10)
    if width >= 5:
        assert (short[0], short[-1]) == ("a", "j")


def test_a_name_cannot_move_the_cursor() -> None:
    assert clean("a\x1b[31m\n\tb\u202e") == "a [31m b"
