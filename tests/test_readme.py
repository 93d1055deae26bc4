"""The README: its code runs and prints what stands behind it, its commands print what stands below them.

In a `python` block a comment behind a `print` is its output, and a block that starts with `# NAME.py` is a file of
that name. In a `console` block a line after `$` is a command, and below it stands its output, `...` for the rest of a
line; what `cat` shows is a file, too. Beside these there are only the two commands that continuous integration runs.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
COMMAND = "import sys; from compiler.cli import main; sys.argv[0] = 'baur'; main()"
SEPARATOR = "\x1e"

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = [(README[: match.start()].count("\n") + 1, match[1], match[2]) for match in FENCE.finditer(README)]
FILE = re.compile(r"# (\w+\.py)\n")
PRINTED = re.compile(r"^print\(.*\)  +# (.*)$", re.MULTILINE)
ROW = re.compile(r"^\| `(.*)` \| `(.*)` \|$", re.MULTILINE)


def blocks(kind: str) -> list[object]:
    """Return the blocks of a kind, each named by its line."""
    return [pytest.param(text, id=f"line {line}") for line, each, text in BLOCKS if each == kind]


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Yield the commands of a console block, each with the output shown."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def files() -> dict[str, str]:
    """Return the files that the README shows."""
    found = {name[1]: text for _, kind, text in BLOCKS if kind == "python" and (name := FILE.match(text))}
    for _, kind, text in BLOCKS:
        if kind == "console":
            found.update({each.split()[1]: shown for each, shown in commands(text) if each.startswith("cat ")})
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the files of the README and with `baur` and `python` in its folder `bin`."""
    for name, text in files().items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "bin").mkdir()
    for name, arguments in (("baur", f' -c "{COMMAND}"'), ("python", "")):
        command = tmp_path / "bin" / name
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}"{arguments} "$@"\n', "utf-8")
        command.chmod(0o755)
    return tmp_path


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command there on this checkout, stdout and stderr in one, as a terminal shows them."""
    path = os.pathsep.join((str(folder / "bin"), os.environ["PATH"]))
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def abridged(output: str, shown: str) -> list[str]:
    """Return the lines of an output, each cut where the one shown ends with `...`."""
    lines = output.splitlines()
    for place, line in enumerate(shown.splitlines()[: len(lines)]):
        if line.endswith("..."):
            lines[place] = lines[place][: len(line) - 3] + "..."
    return lines


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    assert README.count("\n```") == 2 * len(BLOCKS)
    assert {kind for _, kind, _ in BLOCKS} == {"sh", "python", "console", "yaml"}
    assert sum(kind == "sh" for _, kind, _ in BLOCKS) == 2
    assert {"model.py", "formulas.txt", "root.fpcore"} <= set(files())


@pytest.mark.parametrize("code", blocks("python"))
def test_code_prints_what_stands_behind_it(code: str, folder: Path) -> None:
    result = run(folder, sys.executable, "-c", code)
    assert result.returncode == 0, result.stdout
    assert result.stdout.splitlines() == PRINTED.findall(code)


@pytest.mark.parametrize("block", blocks("console"))
def test_commands_print_what_stands_below_them(block: str, folder: Path) -> None:
    lines = [f"{command}\ns=$?; printf '{SEPARATOR}'; (exit $s)\n" for command, _ in commands(block)]
    outputs = run(folder, "sh", "-c", "".join(lines)).stdout.split(SEPARATOR)[:-1]
    assert len(outputs) == len(lines) > 0
    for (command, shown), output in zip(commands(block), outputs, strict=True):
        assert abridged(output, shown) == shown.splitlines(), command


def test_what_is_refused_and_what_to_write_instead(folder: Path) -> None:
    rows = ROW.findall(README)
    assert len(rows) == 11
    code = "".join(f"check({left!r}, lambda x, y, A: {left}, lambda x, y, A: {right})\n" for left, right in rows)
    (folder / "table.py").write_text(TABLE + code, "utf-8")
    result = run(folder, sys.executable, "table.py")
    assert (result.returncode, result.stdout) == (0, "")


TABLE = """\
import math
import numpy as np
from circuit.errors import TraceError
from compiler import compile_gradient

def check(text, refused, instead):
    assert compile_gradient(instead, shapes=((), (), (2, 2))).certificate.accepted, text
    try:
        compile_gradient(refused, shapes=((), (), (2, 2)))
    except TraceError as error:
        assert "table.py, line" in str(error) or "nondeterministic" in str(error), error
    else:
        raise AssertionError(text)

"""
