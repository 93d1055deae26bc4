"""A pytest plugin: the fixture `assert_price` holds formulas to their price, and the summary tells the worst ratio.

It is loaded whenever pytest starts where baur is installed, so it imports the standard library and pytest alone; the
compiler is imported by the first call of the fixture. What was measured travels on the reports of the tests, from the
workers of pytest-xdist too. PYTEST_DONT_REWRITE: there is no assert statement here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from compiler.program import GradientProgram

SHOWN = 60  # characters of a formula in a message
ON_REPORT = "baur_measured"  # the attribute of a report that holds (name, L, T) of each formula measured during it
PENDING = pytest.StashKey[list[tuple[str, int, int]]]()


class Summary:
    """Gathers what the reports bring, and says it at the end of the run if there is anything."""

    def __init__(self) -> None:
        self.ratios: dict[tuple[str, int, int], float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the measurements off a report."""
        for name, gates, total in getattr(report, ON_REPORT, ()):
            self.ratios[name, gates, total] = total / gates if gates else 1.0

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the number of formulas and the worst ratio; nothing where the fixture was not used."""
        if self.ratios:
            (name, _, _), ratio = max(self.ratios.items(), key=lambda item: item[1])
            number = len(self.ratios)
            formulas = "1 formula" if number == 1 else f"{number:,} formulas"
            terminalreporter.write_sep("=", f"baur: {formulas}, worst ratio {ratio:.2f} ({name})")


def pytest_configure(config: pytest.Config) -> None:
    """Prepare for measurements."""
    config.stash[PENDING] = []
    config.pluginmanager.register(Summary(), "baur-summary")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Put what was measured since the last report on this one."""
    outcome: Any = yield
    pending = item.config.stash[PENDING]
    if pending:
        setattr(outcome.get_result(), ON_REPORT, pending.copy())
        pending.clear()


@pytest.fixture(scope="session")
def assert_price(pytestconfig: pytest.Config) -> Callable[..., GradientProgram]:
    """Compile and certify a formula, and fail if value and gradient cost more than `factor` times the value.

    assert_price(formula, factor=4, variables=None, parameters=(), *, shapes=None, wrt=None) returns the program; the
    arguments but for `factor` are those of `compiler.compile_gradient`.
    """

    def check(
        formula: Any,
        factor: float = 4,
        variables: Sequence[Any] | None = None,
        parameters: Sequence[Any] = (),
        *,
        shapes: Sequence[Sequence[int]] | None = None,
        wrt: int | Sequence[int] | None = None,
    ) -> GradientProgram:
        __tracebackhide__ = True
        from circuit.errors import CircuitError
        from compiler.pipeline import compile_gradient
        from verify import FormulaError

        reason = ""
        try:
            program = compile_gradient(formula, variables, parameters, shapes=shapes, wrt=wrt, effort="plain")
            answer = program.certificate
        except (CircuitError, FormulaError) as error:
            reason = str(error)
        if reason:  # outside of the handler, so that the report shows no inner traceback
            _fail(f"{_name(formula)}: {reason}")
        name, gates, total = _name(formula, program.source), answer.value_gates, answer.total_gates
        pytestconfig.stash[PENDING].append((name, gates, total))
        if not answer.accepted:
            _fail(f"{name}: {answer.verdict}")
        if total > factor * gates:
            cost = f"value and gradient cost {total} gates, the value alone {gates}: ratio {program.ratio:.2f}"
            _fail(f"{name}: {cost}, above {factor:g}")
        return program

    return check


def _fail(message: str) -> NoReturn:
    __tracebackhide__ = True
    pytest.fail(f"baur: {message}")


def _name(formula: Any, source: str = "") -> str:
    """Return what to call a formula: its text, its name, else the first comment of its program."""
    if isinstance(formula, str):
        name = formula
    else:
        comment = source.partition("\n")[0].removeprefix("# ") if source.startswith("# ") else ""
        name = getattr(formula, "__name__", None) or comment or type(formula).__name__
    line = " ".join("".join(each if each.isprintable() else " " for each in name).split())
    return line if len(line) <= SHOWN else line[: SHOWN - 3] + "..."
