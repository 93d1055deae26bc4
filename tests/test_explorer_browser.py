"""The explorer in a real browser: what is pointed at lights up everywhere, by mouse, keyboard and finger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from compiler.explorer import component, page
from tests.chromium import Browser, Tab, needs_chromium, running
from tests.test_notebook_circuit import named
from tests.test_project import FIRST

pytestmark = [needs_chromium, pytest.mark.xdist_group("browser")]
POINT = {"x": 2, "y": 3}
PERCEPTRON = "tanh(v*tanh(w*a + u*c + b) + d)"
V1, T0 = "li:nth-child(4)", "li:nth-child(7)"  # lines of the program


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("explorer") / "first.html"
    file.write_text(page(FIRST, POINT), "utf-8")
    return file


@pytest.fixture
def tab(browser: Browser, first: Path) -> Iterator[Tab]:
    found = browser.open(first)
    yield found
    assert found.complaints() == []
    assert found.requests() == [first.resolve().as_uri()]


def lit(tab: Tab, kind: str = "lit", within: str = "") -> dict[str, list[str]]:
    """Return what lights up: labels in the picture, lines of the program, first cells of the table."""
    script = """(() => {
        const root = document.querySelector("%s .baur-explorer");
        const texts = (selector, inner) => [...root.querySelectorAll(selector)].map((each) =>
            (inner ? each.querySelector(inner) : each).textContent.trim());
        return {
            picture: texts(".picture g.%s", "text"), program: texts("li.%s", "span"), table: texts("tr.%s", "th"),
        };
    })()"""
    found: dict[str, list[str]] = tab.evaluate(script % (within, kind, kind, kind))
    return found


def detail(tab: Tab) -> str:
    text: str = tab.evaluate("document.querySelector('.detail').textContent")
    return text


OF_V1 = {"picture": ["÷"], "program": ["v1 = x / y"], "table": ["v1 = x / y"]}
NOTHING: dict[str, list[str]] = {"picture": [], "program": [], "table": []}


def test_at_first_nothing_is_lit_and_a_hint_is_shown(tab: Tab) -> None:
    assert lit(tab) == NOTHING
    assert detail(tab) == ""
    assert tab.evaluate("getComputedStyle(document.querySelector('.detail')).visibility") == "hidden"
    assert "Point at a gate" in tab.evaluate("document.querySelector('.hint').innerText")


@pytest.mark.parametrize("place", [V1, ".picture g.value-of-v1", "tr:nth-child(4)"])
def test_a_gate_lights_up_wherever_it_is_pointed_at(tab: Tab, place: str) -> None:
    node = tab.evaluate(f"document.querySelector('{V1}').dataset.node")
    tab.hover(place.replace("g.value-of-v1", f'g[data-node="{node}"]'))
    assert lit(tab) == OF_V1
    assert lit(tab, "linked")["program"] == ["t0 = 1 / y", "t1 = t0 * v1", "x_bar = t0 + y", "y_bar = x - t1"]
    assert sorted(lit(tab, "linked")["picture"]) == sorted(["÷", "×", "+", "−", "x", "y"])
    assert detail(tab).startswith("v1 = x / y: value 2/3, adjoint 1")
    assert "x_bar += v1_bar / y = 1/3" in detail(tab)
    tab.leave()
    assert lit(tab) == NOTHING
    assert detail(tab) == ""


def test_a_line_of_the_gradient_lights_up_the_gates_that_it_reverses(tab: Tab) -> None:
    tab.hover(T0)
    assert lit(tab)["program"] == ["t0 = 1 / y"]
    assert lit(tab, "linked") == OF_V1
    assert detail(tab) == "t0 = 1 / y: value 1/3reverses v1 = x / y"


def test_an_input_lights_up_with_its_derivative(tab: Tab) -> None:
    tab.hover('.picture g[data-node="0"]')
    assert lit(tab) == {"picture": ["x"], "program": [], "table": ["x input"]}
    assert lit(tab, "linked")["program"] == ["x_bar = t0 + y"]
    assert "adjoint 10/3" in detail(tab)


def test_the_keyboard_reaches_every_gate(tab: Tab) -> None:
    seen = []
    tab.press("Tab")
    for _ in range(12):
        seen.append(lit(tab)["picture"])
        tab.press("ArrowRight")
    labels = tab.evaluate("[...document.querySelectorAll('.picture g[data-node] text:last-of-type')].length")
    assert labels == len(seen)
    assert all(seen)
    assert {text for texts in seen for text in texts} == {"x", "y", "×", "÷", "+", "−", "f"}
    tab.press("Tab")
    assert lit(tab)["program"] == ["v0 = x * y"]
    tab.press("ArrowDown")
    assert lit(tab) == OF_V1
    tab.press("End")
    assert lit(tab)["program"] == ["y_bar = x - t1"]
    tab.press("Home")
    tab.press("ArrowUp")
    assert lit(tab)["program"] == ["v0 = x * y"]
    tab.press("Tab")
    assert lit(tab)["table"] == ["x input"]
    tab.press("Escape")
    assert lit(tab) == NOTHING


def test_what_is_clicked_stays_lit_while_the_mouse_is_elsewhere(tab: Tab) -> None:
    tab.evaluate(f"document.querySelector('{V1}').click()")
    tab.leave()
    assert lit(tab) == OF_V1
    tab.hover(T0)
    assert lit(tab)["program"] == ["t0 = 1 / y"]
    tab.leave()
    assert lit(tab) == OF_V1
    tab.evaluate("document.querySelector('.baur-explorer .title').click()")
    assert lit(tab) == NOTHING


def test_a_finger_taps(browser: Browser, first: Path) -> None:
    tab = browser.open(first, 360, 740, touch=True)
    tab.tap(V1)
    assert lit(tab) == OF_V1
    tab.tap(T0)
    assert lit(tab)["program"] == ["t0 = 1 / y"]
    assert tab.complaints() == []


def test_several_on_one_page_do_not_clash(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "two.html"
    two = f"<div class=a>{component(FIRST, POINT)}</div><div class=b>{component('x/y', POINT)}</div>"
    file.write_text(f"<!doctype html><meta charset=utf-8><title>two</title>{two}", "utf-8")
    tab = browser.open(file)
    tab.hover(f".b {V1.replace('4', '3')}")
    assert lit(tab, within=".a") == NOTHING
    assert lit(tab, within=".b")["program"] == ["v0 = x / y"]
    tab.hover(f".a {V1}")
    assert lit(tab, within=".a") == OF_V1
    assert lit(tab, within=".b") == NOTHING
    assert tab.complaints() == []


@pytest.mark.parametrize("width", [320, 360, 800, 1400])
@pytest.mark.parametrize("text", [FIRST, PERCEPTRON])
def test_nothing_sticks_out(browser: Browser, tmp_path: Path, text: str, width: int) -> None:
    file = tmp_path / "f.html"
    file.write_text(page(text), "utf-8")
    tab = browser.open(file, width, 800)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    cut = tab.evaluate(
        """[...document.querySelectorAll("tr > *, .detail, .title")].filter((each) => {
            const box = each.getBoundingClientRect();
            const sweep = document.querySelector(".baur-sweep").getBoundingClientRect();
            return box.width && box.right > innerWidth && sweep.right <= innerWidth && innerWidth <= 360;
        }).length"""
    )
    assert cut == 0
    assert tab.complaints() == []


def luminance(colour: str) -> float:
    parts = [int(each) / 255 for each in re.findall(r"\d+", colour)[:3]]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True])
def test_text_has_contrast_in_light_and_in_dark_lit_or_not(browser: Browser, first: Path, dark: bool) -> None:
    tab = browser.open(first, dark=dark)
    tab.hover(V1)
    script = """[...document.querySelectorAll(".title, .soft, li, .at, th, td, .detail p, code")].map((each) => {
        let ground = each;
        while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
        return [getComputedStyle(each).color, getComputedStyle(ground).backgroundColor, each.textContent];
    })"""
    pairs: list[list[Any]] = tab.evaluate(script)
    assert len(pairs) > 30
    for ink, ground, text in pairs:
        low, high = sorted((luminance(ink), luminance(ground)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground, text)
    body = luminance(tab.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert body < 0.05 if dark else body > 0.9


def test_on_paper_there_is_no_dark_no_highlight_and_no_hint(browser: Browser, first: Path) -> None:
    tab = browser.open(first, dark=True)
    tab.hover(V1)
    tab.media(dark=True, kind="print")
    styles = [
        ("body", "backgroundColor"),
        (V1, "backgroundColor"),
        (".detail", "display"),
        (".hint", "display"),
        (".picture", "overflowX"),
    ]
    shown = [tab.evaluate(f"getComputedStyle(document.querySelector('{place}')).{name}") for place, name in styles]
    assert shown == ["rgb(255, 255, 255)", "rgba(0, 0, 0, 0)", "none", "none", "visible"]
    assert tab.pdf().startswith(b"%PDF")


def test_hostile_names_run_nothing(browser: Browser, tmp_path: Path) -> None:
    names = [
        "<script>window.hit=1</script>",
        "<img src=x onerror='window.hit=1'>",
        '"></title><svg onload="window.hit=1">',
    ]
    file = tmp_path / "f.html"
    file.write_text(page(named(*names), title=names[0]), "utf-8")
    tab = browser.open(file)
    for node in range(3):
        tab.hover(f'.picture g[data-node="{node}"]')
    assert tab.evaluate("window.hit === undefined && document.title") == names[0]
    assert (tab.complaints(), len(tab.requests())) == ([], 1)


def test_a_large_page_is_a_table(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "f.html"
    file.write_text(page("*".join(f"u{place}" for place in range(150))), "utf-8")
    tab = browser.open(file, 360)
    assert tab.evaluate("document.querySelectorAll('tr').length") == 1 + 150 + 149
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    assert (tab.complaints(), len(tab.requests())) == ([], 1)


def test_the_policy_of_the_page_stops_what_would_be_fetched(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "f.html"
    leak = "<img src='http://127.0.0.1:9/a.png'></main>"
    file.write_text(page(FIRST, POINT).replace("</main>", leak), "utf-8")
    assert browser.open(file).complaints()
