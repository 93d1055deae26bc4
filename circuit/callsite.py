"""Where in a user's file an error arose while a function was traced, and what stands there."""

from __future__ import annotations

import linecache
import re
from itertools import islice
from pathlib import Path
from types import FrameType, TracebackType

PLAIN_MATH = re.compile(r"math\.(\w+)\(")
HOME = str(Path(__file__).resolve().parent)


def located(message: str, error: BaseException) -> str:
    """Return the message with file and line of the user's code that did it, and a caret under the expression."""
    place = _innermost(error.__traceback__)
    if place is None:
        return message
    frame, instruction, line = place
    start, end = _columns(frame, instruction)
    text = linecache.getline(frame.f_code.co_filename, line).rstrip("\n")
    expression = text[start:end] if end > start else text
    called = PLAIN_MATH.search(expression)
    if called and message.startswith("float("):
        message = f"math.{called[1]} takes plain numbers: write np.{called[1]}, which takes traced values, too"
    elif message.startswith("float(") and re.search(r"\]\s*$", expression) and "float(" not in expression:
        message = (
            "a traced value is written in place into a plain array of numbers: make that array with dtype=object, "
            "or build a new one with np.stack or np.where"
        )
    shown = f"{Path(frame.f_code.co_filename).name}, line {line}: {message}"
    if not text:
        return shown
    indent = len(text) - len(text.lstrip())
    carets = "^" * max(end - start, 1)
    return f"{shown}\n    {text.strip()}\n    {' ' * max(start - indent, 0)}{carets}"


def defined_at(function: object) -> str:
    """Return file and line of a function's definition as the head of a message, "" if it has none."""
    code = getattr(function, "__code__", None)
    return f"{Path(code.co_filename).name}, line {code.co_firstlineno}: " if code else ""


def _innermost(traceback: TracebackType | None) -> tuple[FrameType, int, int] | None:
    """Return frame, instruction and line of the last call that is neither ours nor NumPy's."""
    found = None
    while traceback is not None:
        name = traceback.tb_frame.f_code.co_filename
        if not name.startswith(HOME) and "/numpy/" not in name.replace("\\", "/") and not name.startswith("<__array"):
            found = traceback.tb_frame, traceback.tb_lasti, traceback.tb_lineno
        traceback = traceback.tb_next
    return found


def _columns(frame: FrameType, instruction: int) -> tuple[int, int]:
    """Return the first and the last column of the expression that an instruction belongs to."""
    positions = next(islice(frame.f_code.co_positions(), instruction // 2, None), (None,) * 4)
    first_line, last_line, start, end = positions
    if start is None or end is None or first_line != last_line:
        return 0, 0
    return start, end
