"""A formula argument of the command: text, '-' for stdin, FILE.py:NAME (a function of the user's), or FILE.npz."""

from __future__ import annotations

import importlib.util
import re
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from circuit.circuit import Circuit
from compiler.commands.common import BAD_INPUT, errors_end_the_command, stop

FUNCTION = re.compile(r"(?P<file>.+\.py):(?P<name>\w+)")
NAMED_FILE = re.compile(r"[^\s()*+]+\.(?:py|txt|fpcore|csv|jsonl)")
SCALAR = "scalar"
SEPARATOR = re.compile(r"[\s,]+(?![^\[(]*[\])])")


def inputs_of_a_formula(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that name or shape a formula's inputs."""
    for option in (
        click.option(
            "--wrt", multiple=True, help="Positions of the differentiated arguments of FILE.py:NAME, as in 0,2."
        ),
        click.option(
            "--shape", "shapes", multiple=True, help="Shape of an argument of FILE.py:NAME, as in 3,4; or `scalar`."
        ),
        click.option("--parameters", help="Inputs without a derivative, separated by blanks or commas."),
        click.option("--variables", help="The differentiated inputs in order, separated by blanks or commas."),
    ):
        command = option(command)
    return command


def read_formula(argument: str) -> Any:
    """Return the formula that an argument names: its text, the function, or the circuit of a file."""
    if argument == "-":
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
        return sys.stdin.read()
    if argument.endswith(".npz"):
        with errors_end_the_command():
            return Circuit.load(argument)
    match = FUNCTION.fullmatch(argument.strip())
    if match:
        return _function(Path(match["file"]), match["name"])
    if NAMED_FILE.fullmatch(argument):
        instead = f"{argument}:NAME for a function in it" if argument.endswith(".py") else f"- < {argument} to read it"
        stop(BAD_INPUT, f"{argument} is the name of a file, not a formula: write {instead}")
    return argument


def settings(
    formula: Any, variables: str | None, parameters: str | None, shapes: tuple[str, ...], wrt: tuple[str, ...]
) -> dict[str, Any]:
    """Return the keywords that the options give to `compile_gradient` and `certify`."""
    if callable(formula):
        if variables is not None or parameters:
            stop(BAD_INPUT, "--variables and --parameters are for formulas; a Python function has --shape and --wrt")
        sizes = [_shape(each) for each in shapes] or None
        return {"shapes": sizes, "wrt": _numbers(",".join(wrt), "wrt") if wrt else None}
    if shapes or wrt:
        stop(BAD_INPUT, "--shape and --wrt are for a Python function, FILE.py:NAME")
    return {"variables": None if variables is None else _names(variables), "parameters": _names(parameters or "")}


def _names(text: str) -> list[str]:
    """Return names separated by blanks or commas; what is in brackets, as in w[1, 2], belongs to a name."""
    return ["".join(each.split()) for each in SEPARATOR.split(text) if each]


def _shape(text: str) -> tuple[int, ...]:
    return () if text.strip() in (SCALAR, "()") else _numbers(text, "shape")


def _numbers(text: str, option: str) -> tuple[int, ...]:
    try:
        return tuple(int(each) for each in text.strip("() ").rstrip(",").split(","))
    except ValueError:
        what = (
            "sizes separated by commas, such as 3,4, or scalar"
            if option == "shape"
            else "positions from 0, such as 0,2"
        )
        stop(BAD_INPUT, f"--{option} takes {what}, not {text!r}")


def _function(path: Path, name: str) -> Callable[..., Any]:
    if not path.is_file():
        stop(BAD_INPUT, f"cannot read {path}: there is no such file")
    spec = importlib.util.spec_from_file_location(f"model_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules[spec.name] = module
    try:
        with redirect_stdout(sys.stderr):
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        where = [each for each in traceback.extract_tb(error.__traceback__) if Path(each.filename) == path]
        line = f", line {where[-1].lineno}" if where else ""
        stop(BAD_INPUT, f"{path.name}{line}: {type(error).__name__}: {error}")
    function = getattr(module, name, None)
    if not callable(function):
        known = [each for each, value in vars(module).items() if callable(value) and not each.startswith("_")]
        near = f"; it has {', '.join(known[:8])}" if known else ""
        stop(BAD_INPUT, f"{path.name} has no function {name!r}{near}")
    result: Callable[..., Any] = function
    return result
