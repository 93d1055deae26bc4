"""A page in a real browser, asked one question: what a script on it returns, what it complains of, what it requests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import CHROMIUM, running


@dataclass(frozen=True, slots=True)
class Answer:
    """What the script returned; errors and warnings of the console; addresses asked for beside the page's own."""

    value: Any
    complaints: list[str]
    requests: list[str]


def ask(text: str, script: str, folder: Path, width: int = 1100) -> Answer:
    """Show a page of this text in a window of this width, and run the body of a function on it; skipped without one."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    file = folder / "page.html"
    file.write_text(text, "utf-8")
    with running() as browser:
        tab = browser.open(file, width)
        value = tab.evaluate(f"(() => {{{script}}})()")
        return Answer(value, tab.complaints(), tab.requests()[1:])
