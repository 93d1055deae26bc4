"""A gradient program as a file: text, names, shapes and formula, as JSON; and the text of a program alone."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circuit.errors import InvalidArgument
from compiler.arguments import Arguments
from verify import Rejected, count
from verify.derived.kinds import kind_of

if TYPE_CHECKING:
    from compiler.program import GradientProgram


def write(program: GradientProgram, path: Path) -> None:
    """Write text, names, shapes and formula (if it is a string)."""
    record = {
        "format": "baur program",
        "version": 1,
        "source": program.source,
        "inputs": list(program.inputs),
        "parameters": list(program.parameters),
        "formula": program.formula if isinstance(program.formula, str) else None,
        "arguments": None if program.arguments is None else asdict(program.arguments),
    }
    with path.open("w", encoding="utf-8") as file:
        json.dump(record, file, indent=1)
        file.write("\n")


def read(path: Path) -> tuple[str, tuple[str, ...], tuple[str, ...], Any, Arguments | None]:
    """Return what a program is made of: text, inputs, parameters, formula, arguments. Errors: InvalidArgument."""
    try:
        text = path.read_text(encoding="utf-8")
        record: dict[str, Any] = json.loads(text) if text.startswith("{") else {"source": text}
        source = record["source"]
        found, kind = count(source), kind_of(source)
        parameters = tuple(record.get("parameters", found.inputs[found.differentiated :]))
        inputs, arguments = tuple(record.get("inputs", found.inputs)), Arguments.of(record.get("arguments"))
    except (Rejected, KeyError, TypeError, ValueError) as error:
        raise InvalidArgument(f"{path} is no gradient program: {error}") from None
    if kind is not None:
        raise InvalidArgument(f"{path} is a program of the kind {kind.name}: DerivativeProgram.load reads it")
    if len(inputs) != len(found.inputs):
        raise InvalidArgument(f"{path} names {len(inputs)} inputs; its program has {len(found.inputs)}")
    return source, inputs, parameters, record.get("formula"), arguments
