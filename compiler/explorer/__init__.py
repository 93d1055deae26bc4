"""The explorer of small circuits: a piece of HTML in which every gate tells its value, its adjoint and its lines.

Self-contained: style and script stand in it, nothing is fetched, and several stand in one page without a clash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from circuit.circuit import Circuit
from circuit.errors import InvalidArgument
from circuit.formula import parse
from circuit.picture.svg import escape, shorten
from compiler.explain import explain
from compiler.explorer.markup import asset, fragment
from compiler.explorer.model import Model, exact, model_of
from compiler.explorer.sweep import sweep
from compiler.pipeline import compile_gradient
from compiler.program import GradientProgram
from compiler.reversal import value_part

__all__ = ["GATES", "component", "page"]
GATES = 200  # of value and gradient together, up to which a circuit is explored gate by gate
SHOWN = 100  # letters of a title
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
PAGE = """\
:root{color-scheme:light dark}
body{margin:0 auto;max-width:1200px;padding:12px;font:15px/1.5 ui-sans-serif,system-ui,"Segoe UI",Arial,sans-serif;
background:#fff;color:#1f2328}
h1{font-size:1.25rem;overflow-wrap:anywhere;margin:.4em 0}
@media screen and (prefers-color-scheme:dark){body{background:#14171c;color:#e6edf3}}
@media print{body{max-width:none;padding:0}}
"""


def component(formula: Any, point: Mapping[str, Any] | None = None, title: str = "") -> str:
    """Return the explorer of a formula or of a gradient program at a point, as a piece of HTML.

    formula: a string, FPCore, sympy expression, Circuit or GradientProgram. point: by input names; without one a
    generic one is taken. Integers and Fractions give exact values where the formula is rational.
    Errors: InvalidArgument beyond 200 gates, or for a point that does not name the inputs.
    """
    model = _model(formula, point)
    if model is None:
        raise InvalidArgument(f"an explorer is of at most {GATES} gates of value and gradient; draw a larger circuit")
    return fragment(model, title or _title(formula, model.circuit))


def page(formula: Any, point: Mapping[str, Any] | None = None, title: str = "") -> str:
    """Return a whole HTML page: the explorer with its table; beyond 200 gates the table alone, of a long one its ends.

    Arguments and errors as for `component`. The page's policy lets nothing be fetched.
    """
    model = _model(formula, point)
    circuit = _circuit(formula) if model is None else model.circuit
    name = title or _title(formula, circuit)
    if model is not None:
        body = fragment(model, name)
    else:
        about = f'<p class="soft">More than {GATES} gates of value and gradient: no explorer, the table alone.</p>\n'
        table = sweep(explain(circuit, exact(point)), {})
        body = f"<style>\n{asset('explorer.css')}</style>\n<h1>{escape(name)}</h1>\n{about}{table}\n"
    return "\n".join([
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        f"<title>{escape(name)}</title>",
        f"<style>\n{PAGE}</style>",
        "</head>",
        "<body>\n<main>",
        f"{body}</main>\n</body>\n</html>\n",
    ])  # fmt: skip


def _model(formula: Any, point: Mapping[str, Any] | None) -> Model | None:
    """Return what an explorer shows, or None if that is too much."""
    if not isinstance(formula, GradientProgram):
        circuit = parse(formula)
        if circuit.gate_count > GATES:
            return None
        formula = compile_gradient(formula if isinstance(formula, str) else circuit, effort="plain")
    return model_of(formula, point) if formula.total_gates <= GATES else None


def _circuit(formula: Any) -> Circuit:
    """Return the circuit of the value alone."""
    return value_part(formula.circuit)[0] if isinstance(formula, GradientProgram) else parse(formula)


def _title(formula: Any, circuit: Circuit) -> str:
    """Return a formula in a line: f(x, y) = x*y + x/y; of a program the one that it was compiled from."""
    names = ", ".join(circuit.inputs)
    head = f"f({names})" if len(names) <= SHOWN // 2 else f"f of {len(circuit.inputs)} inputs"
    text = formula.formula if isinstance(formula, GradientProgram) else formula
    return shorten(f"{head} = {' '.join(text.split())}", SHOWN) if isinstance(text, str) else head
