"""The table of a sweep exactly, and as a terminal, a paper and a browser show it."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from circuit import Builder, Circuit, parse
from circuit.ops import CODE
from compiler import gradient
from compiler.commands.explain import command
from compiler.explain import Explanation, explain
from compiler.explain_latex import latex
from compiler.explorer.sweep import sweep
from compiler.table import number, short
from tests.pages import HOSTILE, assert_harmless, assert_latex, needs_tex, typeset
from tests.test_notebook_circuit import named
from tests.test_project import COMMAND, FIRST, ROOT, baur

RATIONAL = [
    FIRST,
    "x*x",
    "x/x - x",
    "-(x - y)*(y - x)/(x*y)",
    "x**7 + x**-3 - y/3",
    "(x + 1/7)*(y - 2)/(3 - x)",
    "x - y",
]


def at(text: str, **point: str) -> Explanation:
    return explain(parse(text, variables=tuple(point)), {name: Fraction(each) for name, each in point.items()})


# Exact values


@pytest.mark.parametrize("text", RATIONAL)
@pytest.mark.parametrize(("x", "y"), [("2", "3"), ("-1/3", "0.1"), ("22/7", "-5")])
def test_a_rational_formula_at_an_exact_point_has_exact_values(text: str, x: str, y: str) -> None:
    found = at(text, x=x, y=y)
    value, *derivatives = gradient(parse(text, variables=("x", "y"))).evaluate(x=Fraction(x), y=Fraction(y))
    assert (found.value, list(found.gradient)) == (value, derivatives)
    numbers = [found.value, *found.gradient]
    for step in found.steps:
        numbers += [step.value, *step.arrived, *(part.value for part in step.contributions)]
        assert step.adjoint is None or step.adjoint == sum(step.arrived)
    assert {type(each) for each in numbers} == {Fraction}


def test_a_chosen_point_is_exact() -> None:
    found = explain(parse(FIRST))
    assert (found.value, found.gradient) == (Fraction(20, 3), (Fraction(10, 3), Fraction(16, 9)))


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("sin(x)*y", {"x": "1", "y": "2"}),
        ("pi*x + y", {"x": "1", "y": "2"}),
        ("x/(y - 2)", {"x": "1", "y": "2"}),
        ("abs(x) + y", {"x": "1", "y": "2"}),
        ("x**4000*y", {"x": "3", "y": "2"}),
    ],
)
def test_what_is_not_rational_not_defined_or_too_long_is_told_in_floats(text: str, point: dict[str, str]) -> None:
    found = at(text, **point)
    kinds = {type(each) for step in found.steps for each in (step.value, *step.arrived)}
    assert kinds == {float}
    assert {type(each) for each in (found.value, *found.gradient)} == {float}


def test_floats_are_told_in_floats() -> None:
    found = explain(parse(FIRST), {"x": 2.0, "y": Fraction(3)})
    assert (found.value, type(found.value)) == (6 + 2 / 3, float)


@pytest.mark.parametrize(
    ("value", "whole", "brief"),
    [
        (Fraction(2, 3), "2/3", "2/3"),
        (Fraction(-9, 4), "-2.25", "-2.25"),
        (Fraction(7), "7", "7"),
        (Fraction(10**30 + 1), "\u22481e+30", "\u22481e+30"),
        (Fraction(10**15, 3**40), "\u22488.225263339969959e-05", "\u22488.225263e-05"),
        (Fraction(1, 10**400), "1e-400", "1e-400"),
        (0.1, "0.1", "0.1"),
        (2 / 3, "0.6666666666666666", "0.6666667"),
        (-0.0, "0", "0"),
        (float("inf"), "inf", "inf"),
    ],
)
def test_numbers_are_told_shortly(value: float | Fraction, whole: str, brief: str) -> None:
    assert (number(value), short(value)) == (whole, brief)


# LaTeX


def test_the_first_formula_in_latex() -> None:
    text = latex(at(FIRST, x="2", y="3"))
    assert_latex(text)
    assert r"$f(x, y) = \frac{20}{3}$ at $x = 2$, $y = 3$" in text
    assert r"$y$ & $3$ & $\frac{16}{9}$ & $\bar{y} = -\frac{2}{9} + 2$ \\" in text
    assert r"$v_{1} = x / y$ & $\frac{2}{3}$ & $1$ & $\bar{x} \mathrel{+}= \bar{v}_{1} / y = \frac{1}{3}$ \\" in text
    assert r" & & & $\bar{y} \mathrel{+}= -(\bar{v}_{1} / y \cdot v_{1}) = -\frac{2}{9}$ \\" in text
    rows = [line for line in text.splitlines() if line.endswith("\\\\") and "&" in line]
    assert all(line.count("&") == 3 for line in rows)
    assert len(rows) == 1 + 2 + 3 * 2


def long(terms: int = 150) -> Circuit:
    return parse("+".join(f"u{k}*w{k}" for k in range(terms)))


def test_a_long_table_says_what_is_left_out() -> None:
    explanation = explain(long())
    text = latex(explanation)
    assert_latex(text)
    assert "276 more inputs" in text
    assert "275 more gates" in text
    page = assert_harmless(sweep(explanation, {}))
    assert "… 260 more inputs …" in page.text
    assert "… 259 more gates …" in page.text
    assert page.count()["tr"] == 1 + 2 * (2 * 20 + 1)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_data(name: str) -> None:
    explanation = explain(named(name, "y"))
    assert_latex(latex(explanation))
    assert_harmless(sweep(explanation, {}))


@needs_tex
def test_it_compiles_in_a_plain_document(tmp_path: Path) -> None:
    texts = [
        *RATIONAL,
        "sin(x)*1e-7 + max(x, y)",
        "x/(y - 3)",
        "7",
        "select(x > y, x**1.5, abs(y))",
        "log(-x)",
        "x**90",
    ]
    explanations = [explain(parse(text)) for text in texts] + [explain(named(*HOSTILE)), explain(long())]
    typeset([latex(each) for each in explanations], tmp_path)


# The command


def test_the_command_takes_an_exact_point() -> None:
    result = baur("explain", FIRST, "--at", "x=2, y=1/3")
    assert (result.returncode, result.stderr) == (0, "")
    assert "f(x, y) at x = 2, y = 1/3" in result.stdout
    assert "  x_bar                            3 + 1/3 = 10/3" in result.stdout


def test_a_point_in_floats_is_told_as_the_program_computes_it() -> None:
    assert "0.6666666666666666" in baur("explain", FIRST, "x=2", "y=3").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--at", "x=2"), "missing y"),
        (("--at", "x=2,y=3,z=1"), "unexpected 'z'"),
        (("--at", "x=2,x=3,y=1"), "x is given twice"),
        (("--at", "x=1/0,y=1"), "NAME=VALUE"),
        (("--at", "x=two,y=1"), "NAME=VALUE"),
        (("--at", ""), "NAME=VALUE"),
        (("--at", f"x=1/{'3' * 4000},y=1"), "NAME=VALUE"),
        (("--at", "x=2,y=3", "x=2"), "the point is given twice"),
        (("--format", "pdf"), "pdf"),
        (("-o", "no/such/folder/f.html"), "cannot write"),
    ],
)
def test_bad_input_ends_with_status_2_and_no_traceback(arguments: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(command, [FIRST, *arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


@pytest.mark.parametrize("value", ["1e400", "1e999999999", "9" * 5000, "-inf", "nan"])
def test_a_number_of_any_size_is_answered(value: str) -> None:
    result = CliRunner().invoke(command, ["x*y", "--at", f"x={value},y=3"])
    assert result.exit_code == 0
    assert "x_bar" in result.stdout


def test_the_command_writes_latex_and_html(tmp_path: Path) -> None:
    for form, sign in (("latex", r"\begin{tabular}"), ("html", "<!doctype html>"), ("text", "value, first gate first")):
        file = tmp_path / f"f.{form}"
        result = CliRunner().invoke(command, [FIRST, "--format", form, "-o", str(file)])
        assert (result.exit_code, result.output) == (0, "")
        assert sign in file.read_text("utf-8")
        assert CliRunner().invoke(command, [FIRST, "--format", form]).stdout == file.read_text("utf-8")


def test_the_bytes_do_not_depend_on_the_hash_seed() -> None:
    for form in ("latex", "html"):
        results = {baur("explain", FIRST, "--format", form, PYTHONHASHSEED=str(seed)).stdout for seed in (1, 2)}
        assert len(results) == 1


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """Return what the command prints where it is looked at."""
    main, end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color", **environment},
        stdin=subprocess.DEVNULL,
        stdout=end,
        stderr=subprocess.PIPE,
    )
    os.close(end)
    pieces = []
    try:
        while piece := os.read(main, 1 << 16):
            pieces.append(piece)
    except OSError:  # a terminal whose other end is closed
        pass
    os.close(main)
    assert process.wait(60) == 0
    assert process.stderr is not None
    process.stderr.close()
    return b"".join(pieces).decode()


@pytest.mark.parametrize("columns", [60, 120])
def test_a_terminal_shows_a_table_as_wide_as_it_is(columns: int) -> None:
    shown = on_a_terminal("explain", FIRST, "--at", "x=2,y=3", COLUMNS=str(columns), NO_COLOR="")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    lines = [line for line in plain.splitlines() if line.startswith("\u2502")]
    assert all(len(line) <= columns for line in plain.splitlines())
    cells = [[cell.strip() for cell in line.strip("\u2502").split("\u2502")] for line in lines]
    assert ["x  input", "2", "10/3", "x_bar = 1/3 + 3"] in cells
    assert [cell for row in cells for cell in row if cell.startswith("v1 = ")] == ["v1 = x / y"]
    assert "\x1b[" in shown


def test_a_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    builder = Builder()
    names = ["\x1b[31m\u202e", "[red]x[/red]", "[/]"]
    nodes = [builder.input(name) for name in names]
    node = builder.gate(CODE["mul"], nodes[0], builder.gate(CODE["mul"], nodes[1], nodes[2]))
    builder.build([node], nodes).save(tmp_path / "f.npz")
    shown = on_a_terminal("explain", str(tmp_path / "f.npz"), COLUMNS="100", NO_COLOR="1")
    assert "input [red]x[/red]" in shown
    assert not {"\u202e"} & set(shown)
    assert "\x1b[31m" not in shown


def test_a_pipe_is_given_text_without_rich() -> None:
    code = (
        "import sys\nfrom compiler.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "print(*sorted({'rich', 'sympy', 'networkx', 'numba', 'mpmath'} & sys.modules.keys()), file=sys.stderr)\n"
    )
    for arguments in ((), ("--format", "latex")):
        result = baur("explain", FIRST, *arguments, code=code)
        assert (result.returncode, result.stderr.strip()) == (0, "")
