"""Collections of formulas: text files, .jsonl, .csv, .fpcore, folders of them, and stdin.

Ensures: whatever a file holds, an answer: what cannot be read becomes an entry with a `problem`, and the rest goes on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from circuit.errors import CircuitError
from compiler.report.entry import Entry
from compiler.report.names import distinct
from compiler.report.records import csv_entries, jsonl_entries

STDIN = "stdin"
IN_FOLDERS = (".txt", ".jsonl", ".csv", ".fpcore")
NO_FORMULAS = frozenset({"LICENSE", "LICENCE", "README", "SOURCE"})  # names of files in folders, without their endings
BRACKETS = {"(": 1, "[": 1, ")": -1, "]": -1}


def read_sources(paths: Sequence[str], column: str | None = None) -> list[Entry]:
    """Return the formulas of files, folders and stdin ('-'), in order, under distinct names.

    column: the column of the formulas in .csv files; default: `formula`, else `raw`.
    """
    entries: list[Entry] = []
    for path in dict.fromkeys(paths):
        if path == "-":
            entries += text_entries(STDIN, _decoded(sys.stdin.buffer.read()))
        elif Path(path).is_dir():
            for each in _files(path):
                entries += _file_entries(each, column)
        else:
            entries += _file_entries(path, column)
    return distinct([item for each in entries for item in _items(each)])


def text_entries(source: str, text: str) -> Iterator[Entry]:
    """Yield one entry a line, but none for blank lines and comments (#); a list may go on over several lines."""
    opened, first, depth = "", 0, 0
    for place, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        line = line.strip()
        if not depth and (not line or line.startswith("#")):
            continue
        if not depth:
            opened, first = "", place
        opened = f"{opened} {line}" if opened else line
        if opened.startswith("["):
            depth += sum(BRACKETS.get(each, 0) for each in line)
        if depth <= 0:
            depth = 0
            yield Entry(source, first, opened)
    if depth:
        yield Entry(source, first, problem="the bracketed list is never closed")


def _fpcore_entries(source: str, text: str) -> Iterator[Entry]:
    """Yield the cores of an FPCore text, each with the earlier ones that it may call."""
    from circuit.fpcore import cores

    for place, (name, core) in enumerate(cores(text), 1):
        yield Entry(source, place, core, "" if name == f"core {place}" else name)


def split_list(text: str) -> list[str]:
    """Return the items of "[a, f(b, c)]": the text between the commas that stand in no inner bracket.

    Errors: ValueError if the brackets do not fit or text follows the list.
    """
    items, depth, start = [], 0, 1
    for place, character in enumerate(text):
        depth += BRACKETS.get(character, 0)
        ends = depth == 0
        if ends or (character == "," and depth == 1):
            items.append(text[start:place].strip())
            start = place + 1
        if ends:
            break
    if depth or text[start:].strip():
        raise ValueError("the bracketed list is never closed" if depth else "text follows the bracketed list")
    return items if items[-1] else items[:-1]  # a comma may end the list


def _files(folder: str) -> Iterator[str]:
    """Yield the collections below a folder, in sorted order; what is hidden is left out."""
    for home, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for each in sorted(files):
            path = Path(home, each)
            if path.suffix.lower() in IN_FOLDERS and path.stem.upper() not in NO_FORMULAS and each[0] != ".":
                yield str(path)


def _file_entries(path: str, column: str | None) -> list[Entry]:
    readers: dict[str, Callable[[str, str], Iterator[Entry]]] = {
        ".jsonl": jsonl_entries,
        ".csv": lambda source, text: csv_entries(source, text, column),
        ".fpcore": _fpcore_entries,
    }
    try:
        read = readers.get(Path(path).suffix.lower(), text_entries)
        return list(read(path, _decoded(Path(path).read_bytes())))
    except OSError as error:
        return [Entry(path, 0, problem=f"cannot be read: {error.strerror}")]
    except CircuitError as error:
        return [Entry(path, 0, problem=str(error))]
    except Exception as error:  # a defect of a reader costs its file, not the report
        return [Entry(path, 0, problem=f"internal error: {type(error).__name__}: {error}")]


def _decoded(data: bytes) -> str:
    """Return a text whatever its bytes: what is not UTF-8 is refused where it stands in a formula."""
    return data.decode("utf-8-sig", errors="surrogateescape")


def _items(entry: Entry) -> list[Entry]:
    """Return the formulas of an entry: several for a bracketed list."""
    formula = entry.formula.strip()
    if not formula.startswith("[") or formula.startswith("[FPCore"):
        return [entry]
    try:
        return [replace(entry, formula=each, item=item) for item, each in enumerate(split_list(formula))]
    except ValueError as error:
        return [replace(entry, problem=str(error))]
