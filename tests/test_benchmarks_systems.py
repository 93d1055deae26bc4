"""What every system's section promises: JSON in and out, CSV, a figure, and a reason wherever figures differ."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from benchmarks.systems.output import System, command
from benchmarks.systems.section import Compared, Plot, Section, Table, exponent
from benchmarks.systems.systems import SYSTEMS


def measure(n: int) -> Section:
    """Square numbers."""
    curve = [(float(k), float(k * k)) for k in range(1, n)]
    table = Table("squares", ("k", "square", "what"), tuple((k, k * k, "[bold]") for k in range(1, n)))
    compared = (Compared("1", "1", "1", True), Compared("2", "3", "4", False, "the document rounds"))
    return Section(
        "squares", "Squares", "They grow.", (table,), compared, (Plot("growth", "k", "square", {"k": curve}),)
    )


SQUARES = System("squares", measure, {"n": 5}, {"n": 3}, (click.Option(["--n"], type=int),))


def test_a_section_is_printed_and_written_and_read_again(tmp_path: Path) -> None:
    names = [str(tmp_path / name) for name in ("a.json", "a.csv", "a.svg")]
    arguments = ["--json", names[0], "--csv", names[1], "--plot", names[2]]
    result = CliRunner().invoke(command(SQUARES), ["--n", "4", *arguments])
    assert result.exit_code == 0, result.output
    assert "1 of 2 figures agree, 1 differ for a reason" in result.output
    assert "[bold]" in result.output
    record = json.loads(Path(names[0]).read_text("utf-8"))
    section = Section.of(record)
    assert section.to_record() == Section.of(json.loads(json.dumps(section.to_record()))).to_record()
    assert section.options == {"n": 4}
    with Path(names[1]).open(encoding="utf-8", newline="") as file:
        assert ["3", "9", "[bold]"] in list(csv.reader(file))
    assert Path(names[2]).read_text("utf-8").startswith("<?xml")
    assert exponent(section.plots[0].curves["k"]) == pytest.approx(2)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_every_system_runs_small_and_gives_a_reason_for_what_differs(system: System, tmp_path: Path) -> None:
    path = tmp_path / "section.json"
    result = CliRunner().invoke(command(system), ["--quick", "--json", str(path), "--plot", str(tmp_path / "plot.svg")])
    assert result.exit_code == 0, result.output
    section = Section.of(json.loads(path.read_text("utf-8")))
    assert section.claim
    assert section.tables
    assert section.compared
    assert all(len(row) == len(table.columns) for table in section.tables for row in table.rows)
    assert all(each.agrees or each.because for each in section.compared)
    assert not any(each.agrees and each.because for each in section.compared)


@pytest.mark.parametrize("option", ["--json", "--csv", "--plot"])
def test_a_folder_that_is_not_there_is_said_before_the_work(option: str, tmp_path: Path) -> None:
    def never(n: int) -> Section:
        raise AssertionError(n)

    path = tmp_path / "none" / "file.png"
    result = CliRunner().invoke(command(System("squares", never, {"n": 5}, {"n": 3})), [option, str(path)])
    assert result.exit_code == 2
    assert f"there is no folder {tmp_path / 'none'}" in result.output
