"""Where the published formulas are, and how each collection is read.

Nothing of a corpus is in this repository. BAUR_CORPORA names a folder with the folders fpbench, herbie, multibody,
srsd-feynman and uo-functions (benchmarks/README.md says how to fill it); BAUR_HOSTILE names the folder of hostile.json,
by default `hostile` beside BAUR_CORPORA. What is not there raises `MissingCorpus`, and the test is skipped by name.
"""

from __future__ import annotations

import ast
import json
import math
import operator
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import fpcore

# Names that a formula of the corpus uses and its own list of variables leaves out.
FORGOTTEN_NAMES = {"feynman-i.15.3t": ("c",), "feynman-bonus.1": ("alpha",)}


@dataclass(frozen=True, slots=True)
class Core:
    """One core of an FPCore file: `file:name`, and its text after those of the cores it calls."""

    id: str
    text: str

    def __str__(self) -> str:
        return self.id


class MissingCorpus(Exception):
    """A corpus that is not on this machine; the message names it and how to say where it is."""


@dataclass(frozen=True, slots=True)
class Feynman:
    """A physics formula, as text in its own names (`raw`) and as a sympy expression in x0, x1, ... (`expression`)."""

    id: str
    raw: str
    variables: tuple[str, ...]
    sympy_text: str
    sympy_variables: tuple[str, ...]
    constants: dict[str, float]

    def expression(self) -> Any:
        """Build the sympy expression that the text describes, with Python's own arithmetic on its numbers."""
        import sympy

        names = {"sympy": sympy, "x": [sympy.Symbol(name) for name in self.sympy_variables], **self.constants}
        return _value(ast.parse(self.sympy_text, mode="eval").body, names)

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class UnconstrainedFunction:
    """A test function of unconstrained optimization: sympy's print of it, its variables and its start point."""

    name: str
    n: int
    formula: str
    variables: tuple[str, ...]
    x0: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.name}-{self.n}"


def corpus(name: str) -> Path:
    """Return the folder of a corpus, or raise MissingCorpus."""
    root = os.environ.get("BAUR_CORPORA")
    if not root:
        raise MissingCorpus(f"{name}: BAUR_CORPORA is not set")
    folder = Path(root) / name
    if not folder.is_dir():
        raise MissingCorpus(f"{name}: no such folder in BAUR_CORPORA")
    return folder


def each(read: Callable[[], Sequence[Any]], argument: str = "case") -> pytest.MarkDecorator:
    """Parametrise a test over what `read` returns; where the corpus is missing, skip one test that names it."""
    try:
        cases: Sequence[Any] = read()
    except MissingCorpus as missing:
        cases = [pytest.param(None, id="missing", marks=pytest.mark.skip(reason=str(missing)))]
    return pytest.mark.parametrize(argument, cases, ids=lambda case: str(case)[:60])


def feynman() -> tuple[Feynman, ...]:
    """Return the 120 formulas of srsd-feynman, with the names that its lists of variables forget."""
    folder = corpus("srsd-feynman")
    constants = json.loads((folder / "constants.json").read_text("utf-8"))
    return tuple(_feynman(row, constants) for row in _rows(folder / "feynman.jsonl"))


def uo_functions() -> tuple[UnconstrainedFunction, ...]:
    """Return the 197 test functions: 100 in 12 variables, 97 in 60."""
    rows = _rows(corpus("uo-functions") / "uo_functions.jsonl")
    return tuple(
        UnconstrainedFunction(row["name"], row["n"], row["formula"], tuple(row["variables"]), tuple(row["x0"]))
        for row in rows
    )


def six_links() -> tuple[str, ...]:
    """Return the 14 right-hand sides of a pendulum with six links, which the corpus keeps as one bracketed list."""
    return split_list((corpus("multibody") / "6_links_rhs.txt").read_text("utf-8"))


def bicycle() -> str:
    """Return one equation of motion of the bicycle model, a formula of 370,000 characters over q2(t), q4(t), ..."""
    return (corpus("multibody") / "bicycle_expr.txt").read_text("utf-8").strip()


def fpcore_files(name: str) -> tuple[Path, ...]:
    """Return the FPCore files of the corpus `fpbench` or `herbie`, sorted."""
    return tuple(sorted(corpus(name).rglob("*.fpcore")))


def cores(name: str) -> tuple[Core, ...]:
    """Return every core of the FPCore files of a corpus, with the earlier cores of its file that it calls before it."""
    return tuple(core for path in fpcore_files(name) for core in _cores(path))


def hostile(*kinds: str) -> tuple[dict[str, Any], ...]:
    """Return the entries of hostile.json of these kinds (string, sympy, trace, point, program, certificate), or all."""
    place, beside = os.environ.get("BAUR_HOSTILE"), os.environ.get("BAUR_CORPORA")
    if not place and not beside:
        raise MissingCorpus("hostile: neither BAUR_HOSTILE nor BAUR_CORPORA is set")
    path = (Path(place) if place else Path(beside or ".").resolve().parent / "hostile") / "hostile.json"
    if not path.is_file():
        raise MissingCorpus(f"hostile: no hostile.json {'in BAUR_HOSTILE' if place else 'beside BAUR_CORPORA'}")
    entries: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return tuple(entry for entry in entries if not kinds or entry["kind"] in kinds)


def split_list(text: str) -> tuple[str, ...]:
    """Split "[a, f(b, c), d]" at the commas that stand in no inner bracket."""
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")):
        raise ValueError("not a bracketed list")
    parts, depth, start = [], 0, 1
    for place, character in enumerate(text[:-1]):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 1:
            parts.append(text[start:place].strip())
            start = place + 1
    return (*parts, text[start:-1].strip())


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _cores(path: Path) -> Iterable[Core]:
    earlier: dict[str, tuple[str, ...]] = {}  # of each identifier the texts it takes
    for place, (text, core) in enumerate(fpcore.forms(path.read_text("utf-8")), 1):
        called = [each for name in earlier if name in fpcore.heads(core[-1]) for each in earlier[name]]
        texts = (*dict.fromkeys(called), text)
        if fpcore.identifier(core):
            earlier[fpcore.identifier(core)] = texts
        yield Core(f"{path.stem}:{fpcore.title(core) or f'core {place}'}", "\n\n".join(texts))


def _feynman(row: dict[str, Any], constants: dict[str, float]) -> Feynman:
    variables = tuple(variable["name"] for variable in row["variables"])
    return Feynman(
        id=row["id"],
        raw=row["raw"],
        variables=variables + FORGOTTEN_NAMES.get(row["id"], ()),
        sympy_text=row["sympy"],
        sympy_variables=tuple(f"x{i}" for i in range(len(variables))),
        constants=constants,
    )


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS = frozenset({"sqrt", "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"})


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    """Evaluate a sympy text of the corpus: numbers, x[i], constants by name, sympy.pi, sympy.sin(...), arithmetic."""
    match node:
        case ast.Constant(value=int() | float() as number) if math.isfinite(number):
            return number
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.Subscript(value=ast.Name(id="x"), slice=ast.Constant(value=int(index))):
            return names["x"][index]
        case ast.Attribute(value=ast.Name(id="sympy"), attr="pi"):
            return names["sympy"].pi
        case ast.Call(func=ast.Attribute(value=ast.Name(id="sympy"), attr=name), args=[operand], keywords=[]) if (
            name in _FUNCTIONS
        ):
            return getattr(names["sympy"], name)(_value(operand, names))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, names)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _BINARY:
            return _BINARY[type(sign)](_value(left, names), _value(right, names))
    raise ValueError(f"not in the corpus's language: {ast.unparse(node)}")
