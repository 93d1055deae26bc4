"""The report: every word of a section is text on its page, the page asks for nothing, and a browser shows it."""

from __future__ import annotations

import importlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from threading import Event, Timer

import pytest
from click.testing import CliRunner

from benchmarks import ratio
from benchmarks.__main__ import main
from benchmarks.report import processes
from benchmarks.report.page import Run, page
from benchmarks.systems.output import System
from benchmarks.systems.section import Compared, Plot, Section, Table
from tests.browser import ask

report = importlib.import_module("benchmarks.report.command")  # the package has the command itself by that name
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;</title></style>{}"
RUN = Run(False, 61.5, {"system": "Linux", "numpy": "2.0"}, ("squares", "cubes"), ("absent: no such command",))
SQUARES = Section(
    "squares",
    "Squares",
    "They grow.",
    (Table("squares", ("k", "square", "what"), tuple((k, k * k, f"row {k}") for k in range(3))),),
    (Compared("one", "1", "1", True), Compared("two", "3", "4", False, "the document rounds")),
    (Plot("growth", "k", "square", {"k": [(1, 1), (2, 4)], "(theory)": [(1, 1), (2, 4)]}),) * 2,
    ("A note.",),
    1.5,
    {"n": 3, "sizes": [1, 2]},
)
WIDE = Table("wide", tuple(f"a column {k}" for k in range(30)), (tuple(range(1000, 1030)),) * 3)
CUBES = replace(SQUARES, name="cubes", title="Cubes", tables=(WIDE,))


class Reader(HTMLParser):
    """Tags with their attributes, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def values(reader: Reader, *names: str) -> list[str]:
    return [each[name] or "" for _, each in reader.tags for name in names if name in each]


@pytest.fixture(scope="module")
def text() -> str:
    return page(RUN, (SQUARES, CUBES))


def test_the_page_shows_all_that_a_section_says(text: str) -> None:
    shown = Reader(text).text
    words = "Squares|They grow.|row 2|one|the document rounds|A note.|1 of 2 figures agree, 1 differ for a reason."
    assert not [each for each in words.split("|") if each not in shown]
    assert "4 figures, 2 agree, 2 differ" in shown
    assert "absent: no such command" in shown
    assert "sizes = 1, 2" in shown
    assert {"Linux", "2.0"} <= set(re.findall(r"<dd>(.*?)</dd>", text))
    assert shown.count("growth") == 2 * 2 * 2  # in the picture and below it


def test_the_contents_name_every_section_and_every_reference_is_answered(text: str) -> None:
    reader = Reader(text)
    names = values(reader, "id")
    assert len(names) == len(set(names))
    references = values(reader, "href", "xlink:href")
    assert {"#squares", "#cubes"} <= set(references)
    assert {each.removeprefix("#") for each in references} <= set(names)
    assert set(re.findall(r"url\(#([^)]*)\)", text)) <= set(names)


def test_the_page_has_no_reference_beyond_itself(text: str) -> None:
    reader = Reader(text)
    taken = values(
        reader, "src", "srcset", "href", "xlink:href", "action", "data", "poster", "background", "formaction"
    )
    assert taken
    assert not [each for each in taken if not each.startswith("#")]
    assert not re.findall(r"url\((?!#)|@import", text)
    assert not [tag for tag, _ in reader.tags if tag in {"link", "iframe", "object", "embed", "base", "img"}]


def test_hostile_words_are_text() -> None:
    hostile = Section(
        "squares",
        HOSTILE,
        HOSTILE,
        (Table(HOSTILE, (HOSTILE,), ((HOSTILE,),)),),
        (Compared(HOSTILE, HOSTILE, HOSTILE, False, HOSTILE),),
        (Plot(HOSTILE, HOSTILE, HOSTILE, {HOSTILE: [(1, 1), (2, 4)]}),),
        (HOSTILE,),
        1.0,
        {HOSTILE: HOSTILE},
    )
    reader = Reader(page(Run(True, 1.0, {HOSTILE: HOSTILE}, ("squares",), (HOSTILE,)), (hostile,)))
    calm = Reader(page(Run(True, 1.0, {"a": "b"}, ("squares",), ("c",)), (replace(SQUARES, plots=SQUARES.plots[:1]),)))
    assert {tag for tag, _ in reader.tags} <= {tag for tag, _ in calm.tags}
    assert not [name for _, each in reader.tags for name in each if name.startswith("on")]
    said = {"contents, title, claim": 3, "verdicts": 4, "table": 3, "plot": 4 + 1, "note, options, run": 1 + 2 + 3}
    assert reader.text.count(HOSTILE) == sum(said.values())


def test_a_run_is_written_as_json_and_page_and_a_system_that_fails_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = System("absent", ratio.measure, {}, {})
    monkeypatch.setattr(report, "SYSTEMS", (absent, ratio.SYSTEM))
    result = CliRunner().invoke(main, ["report", "--quick", "-o", str(tmp_path / "report")])
    assert result.exit_code == 1
    assert "No such command 'absent'" in result.stderr
    run = json.loads((tmp_path / "report" / "run.json").read_text("utf-8"))
    assert (run["quick"], run["systems"]) == (True, ["ratio"])
    assert run["missing"] == ["absent: Error: No such command 'absent'."]
    section = Section.of(json.loads((tmp_path / "report" / "ratio.json").read_text("utf-8")))
    shown = (tmp_path / "report" / "index.html").read_text("utf-8")
    assert page(Run(**run), (section,)) == shown


def test_the_machine_is_said_without_its_name() -> None:
    import getpass
    import platform

    said = " ".join(report.machine().values())
    assert platform.python_version() in said
    assert not re.search(r"[/\\]", said)
    assert not {platform.node(), getpass.getuser()} & set(said.split())


# In a browser


@pytest.mark.parametrize("width", [360, 1200])
def test_a_browser_shows_it_without_complaint_or_request_and_nothing_sticks_out(
    text: str, width: int, tmp_path: Path
) -> None:
    script = """
        const wide = document.querySelectorAll(".wide")[1];
        return {
            width: innerWidth, needed: document.documentElement.scrollWidth,
            figures: document.querySelectorAll("figure svg").length, scrolls: wide.scrollWidth > wide.clientWidth,
            drawn: document.querySelector("figure svg").getBoundingClientRect().width
        };"""
    answer = ask(text, script, tmp_path, width)
    assert (answer.complaints, answer.requests) == ([], [])
    assert (answer.value["width"], answer.value["figures"], answer.value["scrolls"]) == (width, 4, True)
    assert answer.value["needed"] <= width
    assert 0.8 * min(width, 480) < answer.value["drawn"] < width


def test_a_gate_that_is_pointed_at_tells_its_value_its_adjoint_and_its_lines(text: str, tmp_path: Path) -> None:
    script = """
        const root = document.querySelector("#explorer .baur-explorer");
        const line = [...root.querySelectorAll(".line")].find(each => each.textContent.includes("v1 = x / y"));
        line.dispatchEvent(new PointerEvent("pointerover", {bubbles: true}));
        const said = root.querySelector(".detail").textContent;
        const lit = [...root.querySelectorAll(".lit")].map(each => each.tagName.toLowerCase());
        root.dispatchEvent(new PointerEvent("pointerleave"));
        const all = document.querySelectorAll(".baur-explorer").length;
        return {said, lit, all, left: root.querySelectorAll(".lit").length};
        """
    answer = ask(text, script, tmp_path)
    assert answer.complaints == []
    assert answer.value["all"] == 3
    assert [word for word in ("v1 = x / y", "2/3", "y_bar") if word not in answer.value["said"]] == []
    assert {"g", "li", "tr"} <= set(answer.value["lit"])
    assert answer.value["left"] == 0


@pytest.mark.parametrize(
    "word",
    ["<img src='http://127.0.0.1:9/x.png'>", "<script>fetch('http://127.0.0.1:9/')</script>", "<script>x(</script>"],
)
def test_a_page_that_asks_for_more_or_fails_is_found_out(text: str, word: str, tmp_path: Path) -> None:
    assert ask(text.replace("</body>", f"{word}</body>"), "return 0", tmp_path).complaints


def test_a_folder_that_cannot_be_made_is_an_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    result = CliRunner().invoke(main, ["report", "-o", str(tmp_path / "file" / "report")])
    assert result.exit_code == 2
    assert "Error: cannot write or read" in result.output


def test_after_an_interruption_no_other_system_is_begun(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    begun: list[str] = []
    last = Event()

    def begin(name: str, folder: Path, quick: bool) -> processes.Outcome:
        begun.append(name)
        if name != "0":
            last.wait(60)
        return processes.Outcome(name, None, f"{folder} {quick}")

    monkeypatch.setattr(processes, "_run", begin)
    outcomes = processes.run_all([System(str(k), ratio.measure, {}, {}) for k in range(9)], tmp_path, True)
    assert next(outcomes).name == "0"
    Timer(0.2, last.set).start()
    outcomes.close()  # what a KeyboardInterrupt does to it
    assert len(begun) <= 3
