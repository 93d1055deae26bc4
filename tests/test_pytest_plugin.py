"""The pytest plugin, in runs of pytest of its own: what it asserts, what it says, what it loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import pytest

pytest_plugins = ("pytester",)

ROOT = Path(__file__).resolve().parent.parent
INSTALLED = bool(list(metadata.entry_points(group="pytest11", name="baur")))
LOADED = [] if INSTALLED else ["-p", "compiler.pytest_plugin"]

TESTS = """
    def product(x, y):
        return x * y

    def test_right(assert_price):
        program = assert_price("x*y + x/y")
        assert program(1.0, 2.0) == (2.5, (2.5, 0.75))

    def test_function(assert_price):
        assert assert_price(product, factor=1).total_gates == 1

    def test_parameters(assert_price):
        assert assert_price("a*x", 1, variables=["x"], parameters=["a"]).inputs == ("x", "a")

    def test_shapes(assert_price):
        assert_price(lambda w, x: w @ x, 2, shapes=[(3,), (3,)], wrt=0)
"""
DEAR = """
    def test_dear(assert_price):
        assert_price("x/y", factor=3)
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Return a folder in which pytest runs with the plugin and with warnings as errors."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    return pytester


def pytest_in(run: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return run.runpytest_subprocess(*LOADED, "-p", "no:cacheprovider", *arguments)


def summary_of(result: pytest.RunResult) -> list[str]:
    return [line.strip("= ") for line in result.outlines if line.startswith("=") and "baur: " in line]


def test_right_formulas_pass_and_the_summary_has_the_worst_ratio(run: pytest.Pytester) -> None:
    run.makepyfile(TESTS)
    result = pytest_in(run)
    result.assert_outcomes(passed=4)
    assert summary_of(result) == ["baur: 4 formulas, worst ratio 2.33 (x*y + x/y)"]


def test_a_dear_formula_fails_with_its_price_and_its_line(run: pytest.Pytester) -> None:
    run.makepyfile(TESTS + DEAR)
    result = pytest_in(run)
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(
        [
            '>       assert_price("x/y", factor=3)',
            "E       Failed: baur: x/y: value and gradient cost 4 gates, the value alone 1: ratio 4.00, above 3",
        ]
    )
    assert summary_of(result) == ["baur: 5 formulas, worst ratio 4.00 (x/y)"]
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")  # the traceback ends in the test


def test_the_price_itself_is_allowed(run: pytest.Pytester) -> None:
    run.makepyfile(DEAR.replace("3", "4"))
    pytest_in(run).assert_outcomes(passed=1)


def test_a_bad_formula_fails_with_the_place_and_without_our_frames(run: pytest.Pytester) -> None:
    run.makepyfile("def test_bad(assert_price):\n    assert_price('x*')")
    result = pytest_in(run)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E       Failed: baur: x*: column 3: the formula ends *", "E           x[*]", "E             ^"]
    )
    result.stdout.no_fnmatch_line("*During handling*")
    assert summary_of(result) == []


def test_a_program_that_is_not_certified_fails(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        from compiler import sweep

        def test_wrong(assert_price, monkeypatch):
            right = sweep.differentiate
            monkeypatch.setattr("compiler.pipeline.differentiate", lambda circuit: right(type(circuit).from_json(
                circuit.to_json().replace("mul", "add"))))
            assert_price("x*y")
        """
    )
    result = pytest_in(run)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E       Failed: baur: x[*]y: *REJECTED at claim formula*"])


def test_a_large_program_that_is_not_certified_fails(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        WRONG = "def value_and_gradient(x):\\n    v0 = x * x\\n    return v0, (x,)\\n"

        def test_wrong(assert_price, monkeypatch):
            monkeypatch.setattr("compiler.pipeline.CHECKED_AT_ONCE", 0)
            monkeypatch.setattr("compiler.pipeline.emit", lambda *_, **__: WRONG)
            assert_price("x*x")
        """
    )
    result = pytest_in(run)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E       Failed: baur: x[*]x: REJECTED at claim gradient*"])


def test_nothing_is_said_where_the_fixture_is_not_used(run: pytest.Pytester) -> None:
    run.makepyfile("def test_nothing():\n    pass")
    result = pytest_in(run)
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*baur: *")


def test_a_formula_is_counted_once(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import pytest

        @pytest.fixture(scope="session", autouse=True)
        def before(assert_price):
            assert_price("x/y")

        @pytest.mark.parametrize("formula", ["x/y", "x", "x + y"])
        def test_each(assert_price, formula):
            assert_price(formula)
        """
    )
    result = pytest_in(run)
    result.assert_outcomes(passed=3)
    assert summary_of(result) == ["baur: 3 formulas, worst ratio 4.00 (x/y)"]


@pytest.mark.skipif(find_spec("xdist") is None, reason="pytest-xdist is not installed")
def test_workers_bring_their_measurements(run: pytest.Pytester) -> None:
    run.makepyfile(TESTS + DEAR)
    result = pytest_in(run, "-n", "2")
    result.assert_outcomes(passed=4, failed=1)
    assert summary_of(result) == ["baur: 5 formulas, worst ratio 4.00 (x/y)"]


def test_the_fixture_explains_itself(run: pytest.Pytester) -> None:
    result = pytest_in(run, "--fixtures", "-v")
    result.stdout.fnmatch_lines(["assert_price*", "*fail if value and gradient cost more*"])


def test_starting_loads_the_plugin_alone() -> None:
    code = (
        "import json, sys, pytest\n"
        "before = set(sys.modules)\n"
        "import compiler.pytest_plugin\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True
    )
    assert json.loads(result.stdout) == ["compiler", "compiler.pytest_plugin"]
